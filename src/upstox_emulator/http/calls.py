"""The JSON API: an ASGI application of its own, since every order of a trading program passes here.

A call is found in a table by method and path, authorized, counted against the limits, and handed to its handler. What
is not in the table goes on to the pages.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from upstox_emulator.account.tokens import Token
from upstox_emulator.backend import Backend
from upstox_emulator.errors import Refusal, refuse
from upstox_emulator.limits import STANDARD, Windows

logger = logging.getLogger("upstox_emulator")

T = TypeVar("T")


class Call(msgspec.Struct):
    """What a handler gets."""

    backend: Backend
    query: dict[str, str]
    path: dict[str, str]
    body: bytes
    token: str
    user_id: str
    known: Token | None = None
    scope: Scope = msgspec.field(default_factory=dict[str, Any])

    @property
    def in_sandbox(self) -> bool:
        """Whether it comes with a token of the sandbox."""
        return self.known is not None and self.known.kind == "sandbox"

    @property
    def origin(self) -> str:
        """The address that it comes from."""
        return str((self.scope.get("client") or ("",))[0])

    def header(self, name: bytes) -> str | None:
        """A header by its name in lower case."""
        headers: list[tuple[bytes, bytes]] = self.scope.get("headers", [])
        return next((value.decode("latin-1") for known, value in headers if known == name), None)

    def json(self, type_: type[T]) -> T:
        """The body as `type_`."""
        try:
            raw = msgspec.json.decode(self.body)
            return msgspec.convert(raw, type_)
        except msgspec.ValidationError as error:
            raise refuse("invalid_input", f"Invalid Input: {error}") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise refuse("not_json") from None

    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace")))


class Answer(msgspec.Struct, frozen=True):
    """An answer that is more than its `data`; a handler may return one instead of the data.

    Attributes:
        data: as otherwise.
        status: of HTTP. outcome: what the envelope says: `success`, `partial_success` or `error`.
        extra: members of the envelope beside `status` and `data`: `metadata`, `meta_data`, `summary`, `errors`.
        headers: further headers of HTTP.
    """

    data: Any
    status: int = 200
    outcome: str = "success"
    extra: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    headers: dict[str, str] = msgspec.field(default_factory=dict[str, str])


Handler: TypeAlias = Callable[[Call], Any]

Reply: TypeAlias = tuple[int, bytes, dict[str, str]]
"""Status, body and further headers."""


class Endpoint(msgspec.Struct, frozen=True):
    """A row of the table.

    Attributes:
        path: its path, parameters in braces.
        handler: what answers; it returns the `data`.
        signed: whether it wants a token.
        enveloped: whether the answer is wrapped as `{"status": "success", "data": ...}`.
        limits: how often a user may call it.
        bucket: those that name the same one are counted together; None counts it alone.
    """

    method: str
    path: str
    handler: Handler
    signed: bool = True
    enveloped: bool = True
    limits: Windows = STANDARD
    bucket: str | None = None


class Api:
    """The table as an ASGI application.

    Parameters:
        otherwise: what serves the paths that are not in the table.
    """

    def __init__(self, backend: Backend, endpoints: Iterable[Endpoint], otherwise: ASGIApp) -> None:
        self._backend = backend
        self._otherwise = otherwise
        self._plain: dict[str, dict[str, Endpoint]] = {}
        self._templates: list[tuple[re.Pattern[str], dict[str, Endpoint]]] = []
        by_path: dict[str, dict[str, Endpoint]] = {}
        for endpoint in endpoints:
            by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
        for path, methods in by_path.items():
            if "{" in path:
                self._templates.append((re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), methods))
            else:
                self._plain[path] = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        methods, parameters = self._find(scope["path"])
        if methods is None:
            await self._otherwise(scope, receive, send)
            return
        endpoint = methods.get(scope["method"])
        if endpoint is None:
            reply = _refused(refuse("method"))
        else:
            content = b"" if endpoint.method == "GET" else await _read(receive)
            if content is None:
                return
            reply = self._answer(endpoint, parameters, scope, content)
        await send_json(send, *reply)

    def _find(self, path: str) -> tuple[dict[str, Endpoint] | None, dict[str, str]]:
        methods = self._plain.get(path)
        if methods is not None:
            return methods, {}
        for pattern, candidates in self._templates:
            if match := pattern.fullmatch(path):
                return candidates, match.groupdict()
        return None, {}

    def _answer(self, endpoint: Endpoint, parameters: dict[str, str], scope: Scope, body: bytes) -> Reply:
        try:
            with self._backend.lock:  # a program may steer from another thread
                call = self._call(endpoint, parameters, scope, body)
                self._backend.now()
                data = endpoint.handler(call)
        except Refusal as refusal:
            return _refused(refusal)
        except Exception:
            logger.exception("%s %s", endpoint.method, endpoint.path)
            return _refused(refuse("internal"))
        if isinstance(data, Answer):
            content = msgspec.json.encode({"status": data.outcome, "data": data.data, **data.extra})
            return data.status, content, data.headers
        return 200, msgspec.json.encode({"status": "success", "data": data} if endpoint.enveloped else data), {}

    def _call(self, endpoint: Endpoint, parameters: dict[str, str], scope: Scope, body: bytes) -> Call:
        token, known = "", None
        if endpoint.signed:
            token, known = self._backend.authorize(_authorization(scope), endpoint.method, endpoint.path)
        user_id = "" if known is None else known.user_id
        bucket = endpoint.bucket or f"{endpoint.method} {endpoint.path}"
        self._backend.keep_limits(user_id, bucket, endpoint.limits)
        query = _query(scope["query_string"])
        return Call(self._backend, query, parameters, body, token, user_id, known, scope)


def _query(raw: bytes) -> dict[str, str]:
    """The parameters; one that comes several times is a list, which otherwise has commas."""
    query: dict[str, str] = {}
    for name, value in parse_qsl(raw.decode("latin-1"), keep_blank_values=True) if raw else ():
        query[name] = f"{query[name]},{value}" if name in query else value
    return query


def _authorization(scope: Scope) -> str:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    return next((value.decode("latin-1") for name, value in headers if name == b"authorization"), "")


async def _read(receive: Receive) -> bytes | None:
    """The whole body of a request; None if the client hung up before its end, for half a request is none."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _refused(refusal: Refusal) -> Reply:
    return refusal.status, msgspec.json.encode(refusal.envelope()), {}


async def send_json(send: Send, status: int, body: bytes, further: dict[str, str]) -> None:
    """Answer with JSON, and with further headers."""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in further.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def json_response(value: Any, status: int = 200) -> Response:
    """A JSON answer of a page's route."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")
