"""In front of everything: requests are recorded, and faults strike."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Any, Final

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from upstox_emulator.backend import Backend, Seen
from upstox_emulator.errors import refuse
from upstox_emulator.faults import Fault

TRANSPORT: Final = "upstox_emulator.transport"
"""Where the server puts the connection into the scope, so that a fault can cut it."""

STEERING: Final = "/__emulator"
"""Where steering begins: it is neither struck by faults nor remembered."""

_PAGE: Final = b"<!DOCTYPE html><html><head><title>502</title></head><body>Bad gateway</body></html>"

_CARRIED_OUT: Final = frozenset({"reset_after", "timeout_after", "truncate"})


class Gate:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, backend: Backend) -> None:
        self._app = app
        self._backend = backend

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(STEERING):
            await self._app(scope, receive, send)
            return
        seen = self._seen(scope)

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
            await send(message)

        fault = self._backend.faults.strike(seen.method, seen.path)
        listen = receive if seen.method == "GET" else _overheard(receive, seen)
        if fault is None:
            await self._app(scope, listen, watch)
        else:
            try:
                await self._strike(fault, scope, listen, watch)
            except asyncio.CancelledError:  # the emulator stops while the fault still lasts
                scope[TRANSPORT].abort()
                await asyncio.sleep(0)  # the server is to learn of it before this returns

    def _seen(self, scope: Scope) -> Seen:
        """The request, remembered on arrival, so whoever has its answer finds it."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if "authorization" in headers:
            headers["authorization"] = "***"
        query = scope["query_string"].decode("latin-1")
        seen = Seen(scope["method"], scope["path"], query, self._backend.clock.now(), headers)
        self._backend.remember(seen)
        return seen

    async def _strike(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind == "latency":
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
        elif fault.kind == "reset_before":
            await _reset(scope, receive)
        elif fault.kind in _CARRIED_OUT:
            await self._lose_answer(fault, scope, receive, send)
        elif fault.kind == "garbage":
            await _answer(send, 200, _PAGE, {"Content-Type": "text/html"})
        else:
            await _answer(send, fault.code, _body(fault), {"Content-Type": "application/json", **fault.headers})

    async def _lose_answer(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        if not messages:  # the client hung up before it had asked
            return
        if fault.kind == "reset_after":
            await _reset(scope, receive)
        elif fault.kind == "timeout_after":
            await _hang_up(receive)
        else:
            body = b"".join(message.get("body", b"") for message in messages[1:])
            await send(messages[0])
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            scope[TRANSPORT].close()
            await _hang_up(receive)


def _overheard(receive: Receive, seen: Seen) -> Receive:
    """The same messages; a JSON body is remembered with the request."""
    parts: list[bytes] = []

    async def listen() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    seen.body = msgspec.json.decode(b"".join(parts))
        return message

    return listen


def _body(fault: Fault) -> bytes:
    if isinstance(fault.body, (bytes, str)):
        return fault.body.encode() if isinstance(fault.body, str) else fault.body
    if fault.body is not None:
        return msgspec.json.encode(fault.body)
    refusal = refuse("too_many") if fault.code == 429 else refuse("internal")
    return msgspec.json.encode(refusal.envelope())


async def _answer(send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    raw.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def _reset(scope: Scope, receive: Receive) -> None:
    """Cut the connection with a TCP reset."""
    transport: Any = scope[TRANSPORT]
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _hang_up(receive)


async def _hang_up(receive: Receive) -> None:
    """Wait until the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
