"""An API call on the server's side: what came in, and the thin layer that turns a handler into a route."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from upstox_client.core.request import route as client_route
from upstox_emulator.backend import Backend
from upstox_emulator.errors import Refusal, refuse

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

    def json(self, type_: type[T]) -> T:
        """The body as `type_`."""
        try:
            return msgspec.json.decode(self.body, type=type_)
        except msgspec.ValidationError as error:
            raise refuse("invalid_input", f"Invalid Input: {error}") from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise refuse("not_json") from None

    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace")))


Handler: TypeAlias = Callable[[Call], Any]


class Endpoint(msgspec.Struct, frozen=True):
    """A row of the route table."""

    method: str
    path: str
    handler: Handler
    signed: bool = True
    enveloped: bool = True


def api_route(backend: Backend, endpoint: Endpoint) -> Route:
    """An endpoint as a Starlette route."""
    bucket = client_route(endpoint.method, endpoint.path).bucket

    def answer(request: Request, body: bytes) -> Response:
        token = user_id = ""
        if endpoint.signed:
            header = request.headers.get("authorization", "")
            token, known = backend.authorize(header, endpoint.method, endpoint.path)
            user_id = known.user_id
        backend.keep_limits(user_id, bucket)
        query = dict(parse_qsl(request.url.query, keep_blank_values=True)) if request.scope["query_string"] else {}
        call = Call(backend, query, request.path_params, body, token, user_id)
        data = endpoint.handler(call)
        return json_response({"status": "success", "data": data} if endpoint.enveloped else data)

    async def serve(request: Request) -> Response:
        body = b"" if endpoint.method == "GET" else await request.body()
        try:
            return answer(request, body)
        except Refusal as refusal:
            return json_response(refusal.envelope(), refusal.status)
        except Exception:
            logger.exception("%s %s", endpoint.method, endpoint.path)
            return json_response(refuse("internal").envelope(), 500)

    return Route(endpoint.path, serve, methods=[endpoint.method])


def json_response(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")
