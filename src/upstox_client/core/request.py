"""A request as a value, and how one is built: pure functions."""

from __future__ import annotations

import datetime
import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast
from urllib.parse import quote, urlencode

import msgspec

from upstox_client.core.limits import ORDER_BUCKET
from upstox_client.core.policy import Kind, Timeout
from upstox_client.redact import redact_body, redact_headers, redact_url

# The single-order writes live on a host of their own: https://upstox.com/developer/api-documentation/v3/place-order
_ORDER_HOST_MARKS: Final = ("/order/place", "/order/modify", "/order/cancel")

# These only compute; they change nothing.
_READING_POSTS: Final = frozenset({"/v2/charges/margin"})

_FORM: Final = "application/x-www-form-urlencoded"
_BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


HEADER_NAMES: Final = {"api_version": "Api-Version", "algo_name": "X-Algo-Name", "origin": "Origin"}
"""Parameter -> the header that it goes into."""

_SPELLING: Final = {
    name.lower(): name for name in (*HEADER_NAMES.values(), "Accept", "Content-Type", "Authorization", "Cookie")
}


class Route(msgspec.Struct, frozen=True):
    """What is known of a call before its arguments.

    Attributes:
        on_order_host: whether it goes to the order host.
        kind: what it does to the account.
        bucket: whose rate limit it counts against.
        once: whether it must never be sent twice, not even by the HTTP engine (see `transport`).
    """

    method: str
    path: str
    on_order_host: bool
    kind: Kind
    bucket: str
    once: bool


@functools.lru_cache(maxsize=512)
def route(method: str, path: str) -> Route:
    """What follows from a method and a path template."""
    kind = Kind.ORDER if "/order/" in path else Kind.WRITE
    if method in {"GET", "HEAD", "OPTIONS"} or path in _READING_POSTS:
        kind = Kind.READ
    on_order_host = any(mark in path for mark in _ORDER_HOST_MARKS)
    return Route(
        method=method,
        path=path,
        on_order_host=on_order_host,
        kind=kind,
        once=kind is not Kind.READ or on_order_host,  # a read that goes there warms the connection up
        bucket=ORDER_BUCKET if kind is Kind.ORDER else f"{method} {path}",
    )


class Request(msgspec.Struct):
    """What goes out, but for the signature and the host."""

    path: str
    """Path with its parameters filled in and the query, percent-encoded."""
    headers: dict[str, str]
    body: bytes | None
    timeout: Timeout
    route: Route
    signed: bool
    fallback_token: str | None = None
    """What to sign with when the configuration has no token."""
    redirects: bool = False
    """Whether an answer of 3xx is what the caller hopes for."""
    payload: object = None
    """The JSON body before it was encoded."""
    sent_at: float | None = None
    """When it was first sent, in seconds since the epoch."""
    has_own_signature: bool = False
    """Whether the caller has signed it, there being no token."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [
            ("method", self.route.method),
            ("path", redact_url(self.path)),
            ("headers", redact_headers(self.headers)),
            ("body", redact_body(self.body or b"")),
        ]

    def __repr__(self) -> str:
        method, path, headers, body = (value for _, value in self.__rich_repr__())
        return f"<Request {method} {path} headers={headers} body={body}>"


def merge_headers(headers: dict[str, str], more: Mapping[str, str]) -> None:
    """Put `more` into `headers`; the same name in another case is replaced, for it would be sent twice."""
    for name, value in more.items():
        if name not in headers:
            lower = name.lower()
            for same in [known for known in headers if known.lower() == lower]:
                del headers[same]
        headers[name] = value


def spelled(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers, with the names that calls set themselves in the spelling in which they set them."""
    return {_SPELLING.get(name.lower(), name): value for name, value in headers.items()}


def fill_path(template: str, values: Mapping[str, Any], safe: str = "") -> str:
    """`/a/{b}` with its parameters, each percent-encoded whole.

    Raises:
        ValueError: a value that makes another path of it: an empty one, `.` or `..`.
    """
    path = template
    for name, value in values.items():
        text = as_text(value)
        if not {"", ".", ".."}.isdisjoint(text.split("/") if "/" in safe else (text,)):
            raise ValueError(f"Invalid value for `{name}`: {text!r} cannot be part of a path")
        path = path.replace(f"{{{name}}}", quote(text, safe=safe))
    return path


def with_query(path: str, pairs: Sequence[tuple[str, Any]]) -> str:
    """`path` with a query, encoded as the official client does (a space is `+`)."""
    return f"{path}?{urlencode([(name, as_text(value)) for name, value in pairs])}" if pairs else path


def as_text(value: Any) -> str:
    """A value of a path, a query or a header as text.

    Dates in ISO form, lists joined by commas (as every list parameter of the wire is), all else as `str` has it.
    """
    if type(value) is str:  # most are
        return value
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return ",".join(as_text(item) for item in cast("list[object]", value))
    return str(value)


def encode_body(method: str, content_type: str, payload: Any, form: Iterable[tuple[str, Any]]) -> bytes | None:
    """The body's bytes; a write without one carries `{}`, as the official client's does.

    Raises:
        ValueError: the body holds something that has no JSON form.
    """
    if method not in _BODY_METHODS:
        return None
    if content_type == _FORM:
        return urlencode([(name, as_text(value)) for name, value in form]).encode()
    if isinstance(payload, (bytes, str)) and "json" not in content_type:
        return payload.encode() if isinstance(payload, str) else payload
    try:
        body = b"{}" if payload is None else msgspec.json.encode(payload)
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise ValueError(f"the body cannot be sent as JSON: {error}") from None
    if b"null" in body and _has_no_number(msgspec.to_builtins(payload)):
        raise ValueError("the body cannot be sent as JSON: a number in it is infinite or none at all (NaN)")
    return body


def _has_no_number(value: object) -> bool:
    """Whether there is a NaN or an infinity in `value`; the encoder would silently make null of it."""
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, dict):
        return any(map(_has_no_number, cast("dict[str, object]", value).values()))
    return isinstance(value, (list, tuple)) and any(map(_has_no_number, cast("list[object]", value)))
