"""The envelope of errors."""

from __future__ import annotations

from typing import Literal

import msgspec

from upstox_client.models._base import Model

__all__ = [
    "ApiGatewayErrorResponse",
    "OAuthClientException",
    "OAuthClientExceptionCause",
    "OAuthClientExceptionCauseStackTrace",
    "OAuthClientExceptionCauseSuppressed",
    "Problem",
]


class Problem(Model):
    """One error of the server, in the older spelling."""

    error_code: str | None = msgspec.field(default=None, name="errorCode")
    message: str | None = None
    property_path: str | None = msgspec.field(default=None, name="propertyPath")
    invalid_value: object = msgspec.field(default=None, name="invalidValue")


class ApiGatewayErrorResponse(Model):
    """What the server sends instead of data."""

    status: Literal["success", "error"] | None = None
    errors: list[Problem] | None = None


class OAuthClientExceptionCauseStackTrace(Model):
    """A frame of the server's own trace; no endpoint is documented to send it."""

    class_loader_name: str | None = msgspec.field(default=None, name="classLoaderName")
    module_name: str | None = msgspec.field(default=None, name="moduleName")
    module_version: str | None = msgspec.field(default=None, name="moduleVersion")
    method_name: str | None = msgspec.field(default=None, name="methodName")
    file_name: str | None = msgspec.field(default=None, name="fileName")
    line_number: int | None = msgspec.field(default=None, name="lineNumber")
    class_name: str | None = msgspec.field(default=None, name="className")
    native_method: bool | None = msgspec.field(default=None, name="nativeMethod")


class OAuthClientExceptionCauseSuppressed(Model):
    """A failure that another one hid."""

    stack_trace: list[OAuthClientExceptionCauseStackTrace] | None = msgspec.field(default=None, name="stackTrace")
    message: str | None = None
    localized_message: str | None = msgspec.field(default=None, name="localizedMessage")


class OAuthClientExceptionCause(Model):
    """What led to a failure."""

    stack_trace: list[OAuthClientExceptionCauseStackTrace] | None = msgspec.field(default=None, name="stackTrace")
    message: str | None = None
    suppressed: list[OAuthClientExceptionCauseSuppressed] | None = None
    localized_message: str | None = msgspec.field(default=None, name="localizedMessage")


class OAuthClientException(Model):
    """A failure of the server's login, as its own exception."""

    cause: OAuthClientExceptionCause | None = None
    stack_trace: list[OAuthClientExceptionCauseStackTrace] | None = msgspec.field(default=None, name="stackTrace")
    message: str | None = None
    suppressed: list[OAuthClientExceptionCauseSuppressed] | None = None
    localized_message: str | None = msgspec.field(default=None, name="localizedMessage")
