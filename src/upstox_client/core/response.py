"""The one place where an answer becomes a value or an exception."""

from __future__ import annotations

import math
import time
from typing import Any, TypeVar, cast

import msgspec

from upstox_client.core.codec import decode
from upstox_client.core.policy import Kind
from upstox_client.core.request import Request
from upstox_client.errors import (
    ApiException,
    NetworkError,
    OrderOutcomeUnknown,
    RateLimitError,
    ResponseDecodeError,
    ServerError,
    error_class,
    parse_errors,
    parse_order_ids,
)
from upstox_client.rest import RESTResponse

T = TypeVar("T")


def failure(request: Request, response: RESTResponse) -> ApiException | None:
    """The exception that the status of an answer asks for, if any."""
    if 200 <= response.status <= 299 or (request.redirects and 300 <= response.status <= 399):
        return None
    return _refusal(response)


def decipher(response: RESTResponse, type_: type[T] | None) -> T | None:
    """The value of an answer whose status is good.

    Raises:
        ApiException: it is an error envelope all the same (seen with 200).
        ResponseDecodeError: it is not JSON, or of quite another shape.
    """
    if type_ is None or response.status == 204 or response.status >= 300:
        return None
    try:
        value = decode(response.data, type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _undecodable(response, f"cannot be read: {error}") from None
    if getattr(value, "data", None) is not None:  # as nearly all have
        return value
    status, data = _envelope(value)
    if (status == "error" or not hasattr(type_, "status")) and data is None and parse_errors(response.data):
        raise _refusal(response)
    return value


def refuse_loss(response: RESTResponse, value: object) -> None:
    """Let no order get lost: an id that the answer to an order write names must be in the value that was made of it.

    Unknown fields are ignored elsewhere, but here the id of an order may be in one.

    Raises:
        ResponseDecodeError: it is not; the ids can be read from the body.
    """
    named = parse_order_ids(response.data)
    if named and not kept_in(value).issuperset(named):
        raise _undecodable(response, f"names {', '.join(named)} in an unknown place")


def kept_in(value: Any) -> set[str]:
    """All texts and whole numbers in a decoded answer, as texts."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, msgspec.Struct):
            part = msgspec.structs.asdict(part)
        if isinstance(part, dict):
            waiting.extend(cast("dict[str, object]", part).values())
        elif isinstance(part, list):
            waiting.extend(cast("list[object]", part))
        elif isinstance(part, float) and part.is_integer():
            found.add(str(int(part)))
        elif part is not None:
            found.add(str(part))
    return found


def _envelope(value: Any) -> tuple[object, object]:
    """The `status` and the `data` of an answer, a model or not."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        return entries.get("status"), entries.get("data")
    return getattr(value, "status", None), getattr(value, "data", None)


def _refusal(response: RESTResponse) -> ApiException:
    errors = parse_errors(response.data)
    refusal = error_class(response.status, errors[0].code if errors else None)(http_resp=response)
    if isinstance(refusal, RateLimitError):
        refusal.retry_after = _seconds(response.getheader("Retry-After"))
    return refusal


def _undecodable(response: RESTResponse, fault: str) -> ResponseDecodeError:
    undecodable = ResponseDecodeError(http_resp=response)
    undecodable.reason = f"{response.reason}, but the body {fault if response.data.strip() else 'is empty'}"
    return undecodable


def _seconds(retry_after: str | None) -> float | None:
    """`Retry-After`: a number of seconds, or a date."""
    if retry_after is None:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        import email.utils  # heavy, and hardly ever needed

        try:
            seconds = email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time()
        except (ValueError, OverflowError, OSError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def outcome(request: Request, error: ApiException) -> ApiException:
    """What the caller gets to see of `error`: an order write whose fate is open becomes `OrderOutcomeUnknown`."""
    if request.route.kind is not Kind.ORDER or not _leaves_open(error):
        return error
    unknown = OrderOutcomeUnknown(
        error,
        method=request.route.method,
        path=request.path,
        payload=plain(request.payload),
        sent_at=request.sent_at,
    )
    unknown.__cause__ = error
    return unknown


def _leaves_open(error: ApiException) -> bool:
    if isinstance(error, NetworkError):
        return error.maybe_sent
    return isinstance(error, (ServerError, ResponseDecodeError))


def plain(payload: object) -> object:
    """A body as plain data."""
    return payload if isinstance(payload, (bytes, str)) else msgspec.to_builtins(payload)
