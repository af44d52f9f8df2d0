"""One websocket connection: opened to the right host with TLS verified, and read frame by frame."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, NamedTuple, TypeAlias, cast
from urllib.parse import urljoin, urlsplit

import picows
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from upstox_client.configuration import Configuration, is_loopback
from upstox_client.core.transport import refuse_unsafe
from upstox_client.errors import ApiException, NetworkError, RequestTimeoutError, ResponseDecodeError, error_class
from upstox_client.feeder.states import Cause
from upstox_client.redact import redact_text, redact_url
from upstox_client.rest import RESTResponse

__all__ = ["Line", "Target", "open_line", "tls_context", "websocket_url"]

_MOST_HOPS: Final = 3
_HEAD_START: Final = 0.25  # seconds that an address has before the next one is tried as well (RFC 8305)
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LARGEST_FRAME: Final = 64 * 1024 * 1024  # bytes; a snapshot of 5000 instruments in full is a few megabytes
# Below level DEBUG picows writes the handshake down, token and all, for whoever has set the root logger to that.
_logger = logging.getLogger("upstox_client.websocket")
_logger.setLevel(logging.WARNING)

OnFrame: TypeAlias = Callable[[bytes, bool], None]


class Target(NamedTuple):
    """Where to connect: the address, and what to say to its host, and to no other."""

    url: str
    headers: Mapping[str, str] = {}


def websocket_url(base_url: str, path: str) -> str:
    """The address of a websocket on an API host."""
    scheme, _, rest = base_url.partition("://")
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}{path}"


def tls_context(configuration: Configuration) -> ssl.SSLContext:
    """TLS as the configuration says: always verified, except for loopback hosts if so wanted.

    Raises:
        ValueError: a file cannot be used.
    """
    refuse_unsafe(configuration)
    context = ssl.create_default_context()
    try:
        if configuration.ssl_ca_cert:
            context.load_verify_locations(configuration.ssl_ca_cert)
        if configuration.cert_file:
            context.load_cert_chain(configuration.cert_file, configuration.key_file)
    except (OSError, ssl.SSLError) as error:
        files = (configuration.ssl_ca_cert, configuration.cert_file, configuration.key_file)
        raise ValueError(f"TLS: one of the files {[name for name in files if name]} cannot be used: {error}") from None
    return context


class Line(WSListener):
    """One connection. It calls `on_frame(payload, is_text)` for each message and `on_end(line)` once.

    Attributes:
        close_code, close_reason: of the server's close frame; None and empty if there was none.
        cause: why it ended, if that is known on this side.
    """

    def __init__(self, on_frame: OnFrame, on_life: Callable[[], None], on_end: Callable[[Line], None]) -> None:
        self._on_frame = on_frame
        self._on_life = on_life
        self._on_end = on_end
        self._transport: WSTransport | None = None
        self._parts: list[bytes] = []
        self._is_text = False
        self.close_code: int | None = None
        self.close_reason = ""
        self.cause: Cause | None = None

    # picows calls these

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The connection stands."""
        self._transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A frame came."""
        kind = frame.msg_type
        if frame.fin and kind is WSMsgType.BINARY:  # nearly all there is
            self._on_frame(frame.get_payload_as_bytes(), False)
        elif kind is WSMsgType.CLOSE:
            self._closed(transport, frame)
        elif kind in {WSMsgType.PING, WSMsgType.PONG}:  # a ping is answered by picows
            self._on_life()
        else:
            self._assemble(kind, frame)

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002
        """The connection is gone."""
        self._transport = None
        self._on_end(self)

    def _closed(self, transport: WSTransport, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        self.close_code = int.from_bytes(payload[:2], "big") or None
        self.close_reason = redact_text(payload[2:].decode("utf-8", "replace"))
        transport.send_close(WSCloseCode.OK)
        transport.disconnect()

    def _assemble(self, kind: WSMsgType, frame: WSFrame) -> None:
        if kind is not WSMsgType.CONTINUATION:
            self._is_text = kind is WSMsgType.TEXT
            self._parts.clear()
        self._parts.append(frame.get_payload_as_bytes())
        if frame.fin:
            whole = b"".join(self._parts)
            self._parts.clear()
            self._on_frame(whole, self._is_text)

    # The engine calls these

    @property
    def is_open(self) -> bool:
        """Whether anything can be sent."""
        return self._transport is not None and not self._transport.is_disconnected

    def send(self, payload: bytes) -> None:
        """Send a binary frame."""
        if self._transport is not None:
            self._transport.send(WSMsgType.BINARY, payload)

    def ping(self) -> None:
        """Ask for a sign of life."""
        if self._transport is not None:
            self._transport.send_ping()

    def pause(self, paused: bool) -> None:
        """Stop reading, or go on."""
        if self._transport is None:
            return
        underlying = self._transport.underlying_transport
        if paused:
            underlying.pause_reading()
        else:
            underlying.resume_reading()

    def hang_up(self) -> None:
        """Say goodbye, and go without waiting for an answer."""
        if self._transport is not None:
            self._transport.send_close(WSCloseCode.OK)
            self._transport.disconnect()

    def drop(self, cause: Cause) -> None:
        """Go at once: nobody listens any more."""
        self.cause = cause
        if self._transport is not None:
            self._transport.disconnect(graceful=False)


async def open_line(target: Target, configuration: Configuration, patience: float, make: Callable[[], Line]) -> Line:
    """Connect, following redirects; the headers go to the target's own host and to no other.

    Parameters:
        patience: seconds for all of it.

    Raises:
        AuthenticationError, PermissionDeniedError, ...: the server refuses.
        NetworkError: it cannot be reached.
        ResponseDecodeError: what answers is no websocket server.
    """
    origin, url = target.url, target.url
    try:
        async with asyncio.timeout(patience):
            for _ in range(_MOST_HOPS + 1):
                headers = dict(target.headers) if _same_host(origin, url) else {}
                try:
                    return await _connect(url, headers, configuration, make)
                except picows.WSHandshakeError as error:
                    url = _next_hop(url, error)
    except TimeoutError:
        raise RequestTimeoutError(0, f"no connection to {redact_url(url)} within {patience:g} s") from None
    except picows.WSError as error:
        raise ResponseDecodeError(0, f"what answers is no websocket server: {redact_text(str(error))}") from None
    except ssl.SSLError as error:
        raise NetworkError(0, _tls_words(url, error)) from None
    except OSError as error:
        raise NetworkError(0, f"cannot connect to {redact_url(url)}: {redact_text(str(error))}") from None
    except (ApiException, ValueError):
        raise
    except Exception as error:  # noqa: BLE001 - the errors of proxies are of no family
        raise NetworkError(0, f"cannot connect to {redact_url(url)}: {redact_text(str(error))}") from None
    raise ResponseDecodeError(0, f"the server sends us on and on, lastly to {redact_url(url)}")


async def _connect(url: str, headers: dict[str, str], configuration: Configuration, make: Callable[[], Line]) -> Line:
    _refuse_unsafe_address(url)
    made: list[Line] = []
    sockets: list[socket.socket] = []

    def listener() -> Line:
        made.append(make())
        return made[-1]

    async def dial(where: Any) -> socket.socket:
        sockets.append(await _dial(where.host, where.port))
        return sockets[-1]

    connect = cast("Callable[..., Coroutine[Any, Any, object]]", cast("Any", picows).ws_connect)
    connecting = asyncio.ensure_future(
        connect(
            listener,
            url,
            ssl_context=_context_for(url, configuration),
            extra_headers=headers,
            max_redirects=0,
            max_frame_size=_LARGEST_FRAME,
            websocket_handshake_timeout=None,
            proxy=configuration.proxy,
            socket_factory=dial,
            logger_name=_logger,
        )
    )
    try:
        await asyncio.shield(connecting)
    except asyncio.CancelledError:
        await _abandon(connecting, sockets)
        for line in made:
            line.drop(Cause.USER)
        await asyncio.sleep(0)
        raise
    return made[-1]


async def _dial(host: str, port: int) -> socket.socket:
    """A connected socket, to the address that answers first. Each has a head start over the next, and no more: one that
    leads nowhere, such as IPv6 in many a network, must not use up all the time there is.
    """
    addresses = deque(await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM))
    tries: list[asyncio.Task[socket.socket]] = []
    won: socket.socket | None = None
    failed: BaseException | None = None
    try:
        while addresses or not all(each.done() for each in tries):
            if addresses:
                family, kind, protocol, _, address = addresses.popleft()
                tries.append(asyncio.create_task(_reach(socket.socket(family, kind, protocol), address)))
            running = [each for each in tries if not each.done()]
            lead = _HEAD_START if addresses else None
            for each in (await asyncio.wait(running, timeout=lead, return_when=asyncio.FIRST_COMPLETED))[0]:
                failed = each.exception() or failed
                won = won or (None if each.exception() else each.result())
            if won is not None:
                return won
    finally:
        await _let_go(tries, won)
    raise failed or OSError(f"{host} has no address")


async def _reach(dialled: socket.socket, address: Any) -> socket.socket:
    try:
        dialled.setblocking(False)
        await asyncio.get_running_loop().sock_connect(dialled, address)
    except BaseException:
        dialled.close()
        raise
    return dialled


async def _let_go(tries: list[asyncio.Task[socket.socket]], won: socket.socket | None) -> None:
    """End the tries that are no longer needed, and close what they have reached."""
    for each in tries:
        each.cancel()
    for reached in await asyncio.gather(*tries, return_exceptions=True):
        if isinstance(reached, socket.socket) and reached is not won:
            reached.close()


async def _abandon(connecting: asyncio.Future[Any], sockets: list[socket.socket]) -> None:
    """Let go of a connection that is being made. picows leaves its socket open if it is cancelled, so that is cut."""
    if not sockets:
        connecting.cancel()
    for each in sockets:
        with contextlib.suppress(OSError):  # it has ended by itself
            each.shutdown(socket.SHUT_RDWR)
    await asyncio.gather(connecting, return_exceptions=True)


def _context_for(url: str, configuration: Configuration) -> ssl.SSLContext | None:
    if urlsplit(url).scheme != "wss":
        return None
    context = tls_context(configuration)
    if not configuration.verify_ssl and is_loopback(url):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _refuse_unsafe_address(url: str) -> None:
    scheme = urlsplit(url).scheme
    if scheme not in {"ws", "wss"} or (scheme == "ws" and not is_loopback(url)):
        raise ResponseDecodeError(0, f"the feed's address must begin with wss://, got {redact_url(url)!r}")


def _same_host(first: str, second: str) -> bool:
    ours, theirs = urlsplit(first), urlsplit(second)
    return (ours.scheme, ours.hostname, ours.port) == (theirs.scheme, theirs.hostname, theirs.port)


def _next_hop(url: str, error: picows.WSHandshakeError) -> str:
    """Where the server sends us; or what its refusal means."""
    response = error.response
    if response is None:
        raise error
    status = int(response.status)
    location = response.headers.get("Location")
    if status in _REDIRECTS and location:
        return urljoin(url, location)
    if status == 101:
        raise error
    answer = RESTResponse(status, error.raw_body or b"", response.headers.items())
    code = ApiException(http_resp=answer).error_code
    raise error_class(status, code)(http_resp=answer) from None


def _tls_words(url: str, error: ssl.SSLError) -> str:
    words = f"TLS with {redact_url(url)} failed: {error}"
    if isinstance(error, ssl.SSLCertVerificationError):
        words += (
            ". If this Python has no certificates (macOS: run 'Install Certificates.command'), give it some; trust a "
            "private authority with configuration.ssl_ca_cert"
        )
    return words
