"""What can go wrong, as exceptions a trader can catch.

::

    ApiException                   everything the client raises about a call
    ├── AuthenticationError        401: token missing, wrong, expired; login refused
    ├── PermissionDeniedError      403: not allowed with this token, app or plan
    │   └── StaticIpError          403: the order did not come from the registered address
    ├── NotFoundError              404, or an id the server does not know
    ├── InvalidRequestError        400, 405, 422, ...: the server says what is wrong with the request
    ├── RateLimitError             429: too many requests; `retry_after` says how long to wait
    ├── ServiceClosedError         423: the service is closed at this hour
    ├── ServerError                5xx
    ├── ResponseDecodeError        the answer is not what the endpoint promises
    ├── NetworkError               no answer at all (status 0)
    │   └── RequestTimeoutError    ... in time; also a `TimeoutError`
    └── OrderOutcomeUnknown        an order write left this machine and no usable answer came back

`ApiException` is the official class: `status`, `reason`, `body`, `headers`. Wrong arguments are `ValueError` and
`TypeError`, raised before anything is sent.
"""

from __future__ import annotations

import re
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any, cast

import msgspec

from upstox_client.redact import REDACTED, is_secret, redact_body, redact_headers, redact_text, redact_value

if TYPE_CHECKING:
    from upstox_client.rest import RESTResponse

__all__ = [
    "ApiError",
    "ApiException",
    "AuthenticationError",
    "InvalidRequestError",
    "NetworkError",
    "NotFoundError",
    "OrderOutcomeUnknown",
    "PermissionDeniedError",
    "RateLimitError",
    "RequestTimeoutError",
    "ResponseDecodeError",
    "ServerError",
    "ServiceClosedError",
    "StaticIpError",
]


class ApiError(msgspec.Struct, frozen=True):
    """One entry of the server's `errors` list.

    Both spellings occur on the wire (`errorCode` is the older one); the batch endpoints add the last three fields.
    """

    code: str | None = None
    message: str | None = None
    property_path: str | None = None
    invalid_value: object = None
    correlation_id: str | None = None
    order_id: str | None = None
    instrument_key: str | None = None

    def __str__(self) -> str:
        parts = [" ".join(filter(None, (self.code, self.message)))]
        if self.property_path:
            parts.append(f"at {self.property_path!r}")
        if self.invalid_value is not None:
            parts.append(f"got {self._shown_value()!r}")
        return redact_text(", ".join(parts))

    def _shown_value(self) -> object:
        """The invalid value, unless it was a secret that was invalid."""
        at_fault = (self.property_path or "").rpartition(".")[2]
        return REDACTED if self.invalid_value is not None and is_secret(at_fault) else self.invalid_value

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        values = msgspec.structs.asdict(self) | {"invalid_value": self._shown_value()}
        return [(name, redact_value(value)) for name, value in values.items()]

    def __repr__(self) -> str:
        return redact_text(f"ApiError({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})")


def parse_errors(body: bytes | None) -> tuple[ApiError, ...]:
    """The `errors` of an error envelope; empty if `body` is no such envelope."""
    try:
        envelope: Any = msgspec.json.decode(body or b"null")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    entries = cast("dict[str, Any]", envelope).get("errors") if isinstance(envelope, dict) else None
    if not isinstance(entries, list):
        return ()
    found = cast("list[object]", entries)
    return tuple(_parse_error(cast("dict[str, Any]", entry)) for entry in found if isinstance(entry, dict))


def _parse_error(entry: Mapping[str, Any]) -> ApiError:
    def text(*names: str) -> str | None:
        value = next((entry[name] for name in names if entry.get(name) is not None), None)
        return None if value is None else str(value)

    return ApiError(
        code=text("errorCode", "error_code"),
        message=text("message"),
        property_path=text("propertyPath", "property_path"),
        invalid_value=entry.get("invalidValue", entry.get("invalid_value")),
        correlation_id=text("correlation_id"),
        order_id=text("order_id"),
        instrument_key=text("instrument_key"),
    )


# `"order_id": "250228010168535"` and lists of such, in whatever else, be it JSON or not.
_NAMED_IDS = re.compile(rb'"(?:gtt_?)?order_?ids?"\s*:\s*(\[[^]]*\]?|"[^"]*"|\d+(?:\.0+)?[\s,\]}])', re.IGNORECASE)
_ID = re.compile(rb'"([^"]+)"|(\d+)(?:\.0+)?(?=[\s,\]}])')


def parse_order_ids(body: bytes | None) -> tuple[str, ...]:
    """The order ids that an answer names, however broken it is; one that may be cut short is not among them."""
    named = b" ".join(_NAMED_IDS.findall(body or b""))
    return tuple(dict.fromkeys(_as_read(text or number) for text, number in _ID.findall(named)))


def _as_read(text: bytes) -> str:
    """The inside of a JSON text as a decoder reads it, or as it stands if it cannot be read."""
    try:
        return msgspec.json.decode(b'"' + text + b'"', type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return text.decode("utf-8", "replace")


class ApiException(Exception):  # noqa: N818 - the official name
    """A call that failed.

    Attributes:
        status: HTTP status; 0 when no answer came.
        reason: the status in words, or why no answer came.
        body: the answer's body as bytes, or None.
        headers: the answer's headers, or None.
        errors: what the server says is wrong, one `ApiError` each; may be empty.
    """

    def __init__(
        self, status: int | None = None, reason: str | None = None, http_resp: RESTResponse | None = None
    ) -> None:
        super().__init__()
        self.status = status
        self.reason = reason
        self.body: bytes | None = None
        self.headers: Mapping[str, str] | None = None
        if http_resp is not None:
            self.status, self.reason = http_resp.status, http_resp.reason
            self.body, self.headers = http_resp.data, http_resp.getheaders()
        self.errors: tuple[ApiError, ...] = parse_errors(self.body)

    @property
    def error_code(self) -> str | None:
        """The first UDAPI code of the answer, such as `UDAPI100050`."""
        return self.errors[0].code if self.errors else None

    def __str__(self) -> str:
        lines = [f"({self.status})", f"Reason: {self.reason}"]
        lines += [str(error) for error in self.errors]
        if self.headers:
            lines.append(f"HTTP response headers: {redact_headers(self.headers)}")
        if self.body:
            lines.append(f"HTTP response body: {redact_body(self.body)}")
        return "\n".join(lines) + "\n"


class AuthenticationError(ApiException):
    """The token or the login is not accepted. Log in again."""


class PermissionDeniedError(ApiException):
    """The token is good, but not for this."""


class StaticIpError(PermissionDeniedError):
    """Order calls are accepted from the account's registered static IP addresses only."""


class NotFoundError(ApiException):
    """No such path, or no such order."""


class InvalidRequestError(ApiException):
    """The server refused the request as it stands; `errors` says why."""


class RateLimitError(ApiException):
    """Too many requests. `retry_after` is the number of seconds to wait, if known."""

    retry_after: float | None = None


class ServiceClosedError(ApiException):
    """The service is closed at this hour (funds and orders: 00:00 to 05:30 IST)."""


class ServerError(ApiException):
    """The server failed."""


class ResponseDecodeError(ApiException):
    """The answer arrived but is not what the endpoint promises; `body` has it as it came."""


class NetworkError(ApiException):
    """No answer came. `maybe_sent` tells whether the request may have reached the server."""

    maybe_sent: bool = True


class RequestTimeoutError(NetworkError, TimeoutError):
    """No answer came in time."""


class Reconciliation(msgspec.Struct, frozen=True):
    """What the server says about a write whose answer was lost.

    Attributes:
        carried_out: True, False, or None if it cannot be told.
        order_ids: the orders that the write made or changed; where it cannot be told, those that may be meant.
        why: how this is known, or why it is not.
    """

    carried_out: bool | None
    order_ids: tuple[str, ...]
    why: str

    @property
    def placed(self) -> bool | None:
        """The same as `carried_out`, in the word for placing."""
        return self.carried_out


class OrderOutcomeUnknown(ApiException):
    """An order write left this machine and no usable answer came back: it may or may not have been carried out.

    It was not sent again, and must not be before the order book has been read: `reconcile()` does that. `__cause__` is
    what happened.

    Attributes:
        method: the HTTP method of the write.
        path: its path.
        payload: its body as plain data.
        tag: the order's tag, by which the order book can be searched; None if it had none.
        sent_at: when it was sent, in seconds since the epoch; None if unknown.
        order_ids: the ids that the unusable answer names all the same, as far as they can be made out in `body`.
        client: the client that sent it; `reconcile` asks through it.
    """

    client: Any = None

    def __init__(
        self,
        cause: ApiException,
        *,
        method: str,
        path: str,
        payload: object = None,
        sent_at: float | None = None,
    ) -> None:
        super().__init__(cause.status, cause.reason)
        self.body, self.headers, self.errors = cause.body, cause.headers, cause.errors
        self.method, self.path, self.payload, self.sent_at = method, path, payload, sent_at
        self.tag: str | None = cast("dict[str, Any]", payload).get("tag") if isinstance(payload, dict) else None
        self._cause = cause

    @property
    def order_ids(self) -> tuple[str, ...]:
        """The ids that the unusable answer names all the same."""
        return parse_order_ids(self.body)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild_unknown, (self._cause, self.method, self.path, self.payload, self.sent_at)

    def reconcile(self, *, patience: float = 10.0) -> Reconciliation:
        """Ask the order book until it is known what became of the write.

        Parameters:
            patience: seconds after which what has not been seen counts as not carried out.

        Returns:
            Whether it was carried out, the ids of its orders, and how that is known.

        Raises:
            ValueError: it was raised by an async client (use `areconcile`), or has lost its client by pickling.
        """
        found: Reconciliation = self._asker("reconcile").reconcile(self, patience=patience)
        return found

    def areconcile(self, *, patience: float = 10.0) -> Coroutine[Any, Any, Reconciliation]:
        """The same, awaited, for an exception of an async client."""
        asking: Coroutine[Any, Any, Reconciliation] = self._asker("areconcile").areconcile(self, patience=patience)
        return asking

    def _asker(self, method: str) -> Any:
        if not hasattr(self.client, method):
            other = "`await error.areconcile()`" if self.client is not None else "the client's own reconcile(error)"
            raise ValueError(f"this error cannot ask through {method}(): use {other}")
        return self.client

    def __str__(self) -> str:
        tagged = f" tagged {self.tag!r}" if self.tag else ""
        named = f" The answer names {', '.join(self.order_ids)}." if self.order_ids else ""
        return (
            f"{self.method} {self.path}{tagged}: the outcome is unknown. The request may have been carried out; "
            f"read the order book before sending it again.{named}\n{super().__str__()}"
        )


def _rebuild_unknown(
    cause: ApiException, method: str, path: str, payload: object, sent_at: float | None
) -> OrderOutcomeUnknown:
    return OrderOutcomeUnknown(cause, method=method, path=path, payload=payload, sent_at=sent_at)


# By HTTP status: https://upstox.com/developer/api-documentation/error-codes
_BY_STATUS: dict[int, type[ApiException]] = {
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    423: ServiceClosedError,
    429: RateLimitError,
}

# By code, where the code says more than the status does.
_BY_CODE: dict[str, type[ApiException]] = {
    "UDAPI10005": RateLimitError,
    "UDAPI100010": NotFoundError,
    "UDAPI100016": AuthenticationError,
    "UDAPI100050": AuthenticationError,
    "UDAPI100057": AuthenticationError,
    "UDAPI100060": NotFoundError,
    "UDAPI100067": PermissionDeniedError,
    "UDAPI100068": AuthenticationError,
    "UDAPI100069": AuthenticationError,
    "UDAPI100070": AuthenticationError,
    "UDAPI100072": ServiceClosedError,
    "UDAPI100073": AuthenticationError,
    "UDAPI100074": ServiceClosedError,
    "UDAPI1154": StaticIpError,
    "UDAPI1156": PermissionDeniedError,
}


def error_class(status: int, code: str | None) -> type[ApiException]:
    """The class for an answer of this HTTP status and first UDAPI code."""
    if code in _BY_CODE:
        return _BY_CODE[code]
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return ServerError if status >= 500 else InvalidRequestError
