"""The envelope of errors."""

from __future__ import annotations

from typing import Literal

import msgspec

from upstox_client.models._base import Model

__all__ = [
    "ApiGatewayErrorResponse",
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
