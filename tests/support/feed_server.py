"""A server of feeds that does as a test tells it: it closes, breaks, stalls, refuses, sends us on, talks garbage.

It answers the REST calls that the feeds make, gives one-time addresses, and keeps what it was asked and told.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from picows import (
    WSCloseCode,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)

from upstox_client.feeder import schema

MARKET = "/v3/feed/market-data-feed"
PORTFOLIO = "/v2/feed/portfolio-stream-feed"
PATIENCE = 10.0  # seconds; a test that waits so long has failed


def frame(feeds: dict[str, Any] | None = None, kind: int = 1, at: int = 1_740_729_566_039) -> bytes:
    """A frame with last prices, or with whole feeds."""
    message = schema.FeedResponse(type=kind, currentTs=at)
    for key, value in (feeds or {}).items():
        if isinstance(value, schema.Feed):
            message.feeds[key].CopyFrom(value)
        else:
            message.feeds[key].ltpc.ltp = value
    return message.SerializeToString()


def market_info(**segments: int) -> bytes:
    """The first frame: where each segment is in its day."""
    message = schema.FeedResponse(type=2, currentTs=1)
    for segment, status in segments.items():
        message.marketInfo.segmentStatus[segment] = status
    return message.SerializeToString()


class _Peer(WSListener):
    """One client's connection, seen from the server."""

    def __init__(self, server: FeedServer, path: str) -> None:
        self.server, self.path = server, path
        self.transport: WSTransport | None = None
        self.close_code: int | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self.server._connected(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        if frame.msg_type == WSMsgType.CLOSE:
            self.close_code = int.from_bytes(payload[:2], "big")
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
        elif frame.msg_type == WSMsgType.PING:
            self.server.pings += 1
            if not self.server.mute:
                transport.send_pong(payload)
        elif frame.msg_type in {WSMsgType.BINARY, WSMsgType.TEXT}:
            self.server.told.put((frame.msg_type == WSMsgType.BINARY, json.loads(payload)))

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.server.gone.put(self)


class FeedServer:
    """On a free port of loopback, on a thread of its own.

    Attributes:
        answers: path -> JSON, or a function of the query that gives it, for REST calls.
        refusals: statuses for the next authorize calls and handshakes, whichever comes first; taken from the front.
        greeting: frames sent to each new connection.
        mute: whether pings stay unanswered (half-open).
        requests: (path, headers) of everything that was asked.
        told: (is_binary, JSON) of everything that clients said.
        redirect: where the direct path sends a client; default: to the one-time address here.
    """

    def __init__(self, ssl_context: Any = None, secure_host: str = "127.0.0.1") -> None:
        self.answers: dict[str, Any] = {}
        self.refusals: list[int] = []
        self.greeting: list[bytes] = []
        self.mute = False
        self.pings = 0
        self.redirect: str | None = None
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.told: queue.Queue[tuple[bool, Any]] = queue.Queue()
        self.joined: queue.Queue[_Peer] = queue.Queue()
        self.gone: queue.Queue[_Peer] = queue.Queue()
        self.peers: list[_Peer] = []
        self.counts: Counter[str] = Counter()
        self._codes: set[str] = set()
        self._ssl, self._host = ssl_context, secure_host
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="feed-server", daemon=True)
        self._thread.start()
        assert self._ready.wait(PATIENCE)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(self._listen(0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._ready.set()
        try:
            self._loop.run_forever()
        finally:
            for peer in self.peers:
                if peer.transport is not None:
                    peer.transport.disconnect(graceful=False)
            self._server.close()
            self._loop.run_until_complete(asyncio.sleep(0.01))  # the transports close
            self._loop.close()

    async def _listen(self, port: int) -> asyncio.Server:
        return await ws_create_server(
            self._enter, "127.0.0.1", port, ssl=self._ssl, enable_auto_pong=False, websocket_handshake_timeout=PATIENCE
        )

    @property
    def url(self) -> str:
        return f"{'https' if self._ssl else 'http'}://{self._host}:{self.port}"

    @property
    def ws_url(self) -> str:
        return self.url.replace("http", "ws", 1)

    # What a client asks

    def _enter(self, request: WSUpgradeRequest) -> Any:
        target = urlsplit(request.path.decode())
        path = target.path
        self.requests.append((request.path.decode(), {name.lower(): value for name, value in request.headers.items()}))
        self.counts[path] += 1
        query = {name: values[0] for name, values in parse_qs(target.query).items()}
        if path.startswith("/feed/"):
            return self._enter_feed(path, query)
        if path in {MARKET, PORTFOLIO}:
            return self._send_on(path)
        if path in {f"{MARKET}/authorize", f"{PORTFOLIO}/authorize"}:
            if self.refusals:
                return self._refuse()
            url = self.one_time(path)
            return _json({"status": "success", "data": {"authorizedRedirectUri": url, "authorized_redirect_uri": url}})
        answer = self.answers.get(path)
        if callable(answer):
            answer = answer(query)
        if isinstance(answer, int):
            return _response(answer, b"{}")
        return _json({"status": "success", "data": answer}) if answer is not None else _response(404, b"{}")

    def one_time(self, path: str) -> str:
        """An address that is good for one connection."""
        code = f"c{len(self._codes)}-{time.monotonic_ns()}"
        self._codes.add(code)
        return f"{self.ws_url}/feed/{'market' if 'market' in path else 'portfolio'}?requestId=1&code={code}"

    def _enter_feed(self, path: str, query: dict[str, str]) -> Any:
        if self.refusals:
            return self._refuse()
        if query.get("code") not in self._codes:
            return _error(401, "UDAPI100050", "Invalid token used to access API")
        self._codes.discard(query["code"])
        return _Peer(self, path)

    def _send_on(self, path: str) -> Any:
        if self.refusals:
            return self._refuse()
        location = self.redirect or self.one_time(path)
        return WSUpgradeResponseWithListener(WSUpgradeResponse.create_redirect_response(302, location), None)

    def _refuse(self) -> Any:
        status = self.refusals.pop(0)
        return _error(status, "UDAPI100050" if status == 401 else "UDAPI100500", "no")

    # What a test does

    def _connected(self, peer: _Peer) -> None:
        for payload in self.greeting:
            peer.transport.send(WSMsgType.BINARY, payload)
        self.peers.append(peer)
        self.joined.put(peer)

    def client(self) -> _Peer:
        """The next client that connects."""
        return self.joined.get(timeout=PATIENCE)

    def heard(self) -> Any:
        """The next request of a client."""
        is_binary, request = self.told.get(timeout=PATIENCE)
        assert is_binary, "the server takes requests in binary frames only"
        return request

    def _on_loop(self, work: Callable[[], object]) -> None:
        done = threading.Event()

        def run() -> None:
            try:
                work()
            finally:
                done.set()

        self._loop.call_soon_threadsafe(run)
        assert done.wait(PATIENCE)

    def send(self, *payloads: bytes | str, peer: _Peer | None = None) -> None:
        """Send frames, text ones for text, to the newest connection."""
        to = peer or self.peers[-1]

        def work() -> None:
            for payload in payloads:
                is_text = isinstance(payload, str)
                kind = WSMsgType.TEXT if is_text else WSMsgType.BINARY
                to.transport.send(kind, payload.encode() if is_text else payload)

        self._on_loop(work)

    def send_in_parts(self, *parts: bytes) -> None:
        """One message in several frames."""

        def work() -> None:
            for place, part in enumerate(parts):
                kind = WSMsgType.BINARY if place == 0 else WSMsgType.CONTINUATION
                self.peers[-1].transport.send(kind, part, fin=place == len(parts) - 1)

        self._on_loop(work)

    def raw(self, data: bytes) -> None:
        """Write bytes that are no websocket frame."""
        self._on_loop(lambda: self.peers[-1].transport.underlying_transport.write(data))

    def ping(self) -> None:
        self._on_loop(lambda: self.peers[-1].transport.send_ping(b"x"))

    def send_if_there(self, *payloads: str) -> None:
        """Send text frames, if anybody is connected at this moment."""

        def work() -> None:
            if self.peers and not self.peers[-1].transport.is_disconnected:
                for payload in payloads:
                    self.peers[-1].transport.send(WSMsgType.TEXT, payload.encode())

        self._on_loop(work)

    def close(self, code: int = 1000, reason: bytes = b"") -> None:
        """Close the newest connection with a code."""
        payload = code.to_bytes(2, "big") + reason

        def work() -> None:
            transport = self.peers[-1].transport
            transport.send(WSMsgType.CLOSE, payload)
            transport.disconnect()

        self._on_loop(work)

    def abort(self) -> None:
        """Break the newest connection."""
        self._on_loop(lambda: self.peers[-1].transport.disconnect(graceful=False))

    def go_down(self) -> None:
        """Take no more connections, and break those there are."""

        def work() -> None:
            self._server.close()
            for peer in self.peers:
                peer.transport.disconnect(graceful=False)

        self._on_loop(work)

    def come_back(self) -> None:
        """Take connections again, on the same port."""

        async def listen() -> None:
            self._server = await self._listen(self.port)

        asyncio.run_coroutine_threadsafe(listen(), self._loop).result(PATIENCE)

    def stop(self) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _response(status: int, body: bytes) -> Any:
    headers = {"Content-Type": "application/json"}
    if status == 200:
        response = WSUpgradeResponse.create_ok_response(body, headers)
    else:
        response = WSUpgradeResponse.create_error_response(status, body, headers)
    return WSUpgradeResponseWithListener(response, None)


def _json(value: object) -> Any:
    return _response(200, json.dumps(value).encode())


def _error(status: int, code: str, message: str) -> Any:
    return _response(
        status, json.dumps({"status": "error", "errors": [{"errorCode": code, "message": message}]}).encode()
    )
