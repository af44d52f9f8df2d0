"""The seam to the HTTP library: one method a colour, and nothing of the library gets past it."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from pyreqwest.bytes import Bytes
from pyreqwest.client import Client, ClientBuilder, SyncClient, SyncClientBuilder
from pyreqwest.exceptions import BodyDecodeError, DecodeError, PyreqwestError, RequestTimeoutError
from pyreqwest.http import HeaderMap, Url
from pyreqwest.proxy import ProxyBuilder
from pyreqwest.response import BaseResponse, ResponseBodyReader

from upstox_client.configuration import Configuration, is_loopback
from upstox_client.core.policy import Kind, Timeout
from upstox_client.core.request import Request
from upstox_client.errors import NetworkError
from upstox_client.errors import RequestTimeoutError as TimedOut
from upstox_client.redact import redact_text, redact_url
from upstox_client.rest import RESTResponse

# The engine's own word for a failure before the connection stood. Its exception classes cannot be asked: it raises
# ConnectError and ConnectTimeoutError for failures after the request was sent as well.
_BEFORE_SENDING: Final = "client error (Connect)"

# Every pair of connect and read timeouts is a pool of its own in the engine, and writes have theirs; programs use two.
_MOST_POOLS: Final = 8

# The engine takes no longer addresses.
_LONGEST_URL: Final = 65_534

# Answers whose length has more digits are joined here from the pieces that came: the engine would set aside several
# megabytes to do it.
_DIGITS: Final = 5


_parsed: Final = functools.lru_cache(maxsize=64)(Url)  # a program asks for the same few addresses again and again


class Transport(Protocol):
    """Sends one request."""

    def send(self, base_url: str, request: Request) -> RESTResponse:
        """The answer, whatever its status.

        Raises:
            NetworkError: none came.
        """
        ...

    def close(self) -> None:
        """Let go of connections and threads."""
        ...


class AsyncTransport(Protocol):
    """Sends one request."""

    async def send(self, base_url: str, request: Request) -> RESTResponse:
        """See `Transport.send`."""
        ...

    async def close(self) -> None:
        """See `Transport.close`."""
        ...


B = TypeVar("B", ClientBuilder, SyncClientBuilder)
C = TypeVar("C", Client, SyncClient)


class _PoolKey(NamedTuple):
    """What the requests of one pool have in common.

    Over HTTP/2 the engine sends a request again, up to three times and whatever its method, when the server says that
    it has not processed it (REFUSED_STREAM, or GOAWAY without an error). That is the protocol's promise, but it is
    given by whatever stands in front of the exchange, and it is not ours to believe with an order. So the routes that
    are `once` stay with HTTP/1.1, where the engine never sends anything twice.
    """

    connect: float
    read: float
    once: bool


def _prepare(builder: B, configuration: Configuration, key: _PoolKey) -> B:
    """A builder of the engine, set up as the configuration says.

    Raises:
        ValueError: the configuration asks for something the engine cannot do, or a file cannot be read.
    """
    builder = (
        builder.connect_timeout(timedelta(seconds=key.connect))
        .read_timeout(timedelta(seconds=key.read))
        .pool_max_idle_per_host(configuration.connection_pool_maxsize)
        .http2(not key.once)
        .follow_redirects(False)  # the token goes to the host it was meant for, and nowhere else
        .no_proxy()
    )
    if configuration.proxy:
        builder = builder.proxy(_proxy(configuration.proxy))
    if configuration.ssl_ca_cert:
        authorities = _read("ssl_ca_cert", configuration.ssl_ca_cert)
        if b"-----BEGIN CERTIFICATE-----" not in authorities:  # the engine would take it for an empty list
            raise ValueError(f"ssl_ca_cert: there is no PEM certificate in {configuration.ssl_ca_cert!r}")
        builder = _with_pem("ssl_ca_cert", builder.add_root_certificate_pem, authorities)
    if configuration.cert_file:
        pem = _read("cert_file", configuration.cert_file)
        if configuration.key_file:
            pem += b"\n" + _read("key_file", configuration.key_file)
        builder = _with_pem("cert_file, key_file", builder.identity_pem, pem)
    elif configuration.key_file:
        raise ValueError("key_file is set without cert_file; a client certificate needs both")
    if not configuration.verify_ssl:
        builder = builder.danger_accept_invalid_certs(True)
    return builder


def refuse_unsafe(configuration: Configuration) -> None:
    """Raise `ValueError` if the configuration wants TLS weaker than it may be."""
    if configuration.assert_hostname not in {None, True}:
        raise ValueError(
            f"assert_hostname={configuration.assert_hostname!r} cannot be honoured: the TLS engine always checks the "
            "certificate against the host in the URL. Leave it None; trust a private authority with ssl_ca_cert"
        )
    if not configuration.verify_ssl:
        for host in (configuration.host, configuration.order_host):
            _refuse_unverified(host)


def _refuse_unverified(host: str) -> None:
    if not is_loopback(host):
        raise ValueError(
            f"verify_ssl=False would show the access token to anybody between here and {redact_url(host)}. "
            "It is honoured for loopback hosts only; trust a private authority with ssl_ca_cert"
        )


def _proxy(url: str) -> ProxyBuilder:
    try:
        return ProxyBuilder.all(url)
    except ValueError:
        raise ValueError(f"proxy must be a URL such as 'http://127.0.0.1:3128', got {redact_url(url)!r}") from None


def _with_pem(name: str, use: Callable[[bytes], B], pem: bytes) -> B:
    try:
        return use(pem)
    except ValueError:
        raise ValueError(f"{name}: the PEM in it cannot be used") from None


def _read(name: str, path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"{name}: cannot read {path!r}: {error.strerror}") from None


class _EngineHeaders:
    """The headers of a request as the engine takes them. Variables in a traceback show none of them."""

    __slots__ = ("known", "map")

    def __init__(self, request: Request) -> None:
        self.known = request.headers.copy()
        try:
            self.map = HeaderMap(self.known)
        except (TypeError, ValueError):
            raise ValueError(_unsendable_header(self.known)) from None


class _Pools(Generic[C]):
    """The engine's clients of one transport, one for each `_PoolKey`, made when needed."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._clients: dict[tuple[float, float, bool], C] = {}  # by _PoolKey, which is slow to make
        self._unverified = False
        self._headers: _EngineHeaders | None = None
        self._lock = threading.Lock()
        self._pid = os.getpid()

    def _make(self, key: _PoolKey) -> C:
        raise NotImplementedError

    def _client(self, base_url: str, request: Request) -> C:
        if self._unverified or not self._configuration.verify_ssl:  # on every call: the host may have been replaced
            _refuse_unverified(base_url)
        key = request.timeout.connect, request.timeout.read, request.route.once
        client = self._clients.get(key)
        if client is not None and self._pid == os.getpid():
            return client
        with self._lock:
            self._refuse_after_fork()
            if key not in self._clients:
                refuse_unsafe(self._configuration)
                if len(self._clients) >= _MOST_POOLS:
                    self._clients.pop(next(iter(self._clients)))
                self._unverified = self._unverified or not self._configuration.verify_ssl
                self._clients[key] = _build(self._make, _PoolKey(*key))
            return self._clients[key]

    def _builder(self, base_url: str, request: Request) -> Any:
        """The engine's builder of a request."""
        client: Any = self._client(base_url, request)
        url = base_url + request.path
        if len(url) > _LONGEST_URL:
            raise ValueError(f"the address is too long: {len(url)} characters of at most {_LONGEST_URL}")
        headers = self._headers  # those of two calls are hardly ever different
        if headers is None or headers.known != request.headers:
            headers = self._headers = _EngineHeaders(request)
        builder = client.request(request.route.method, _parsed(url)).headers(headers.map)
        if request.body is not None:
            builder = builder.body_bytes(request.body)
        if request.timeout.total is not None:
            builder = builder.timeout(timedelta(seconds=request.timeout.total))
        return builder

    def _refuse_after_fork(self) -> None:
        if self._clients and self._pid != os.getpid():
            raise _not_sent(
                "this process was forked after the client had been used, and connections do not survive a fork. Make "
                "the first call after forking, or start processes with the 'spawn' method"
            )
        self._pid = os.getpid()


def _build(make: Any, key: _PoolKey) -> Any:
    try:
        return make(key)
    except PyreqwestError as error:
        raise ValueError(f"the connection cannot be set up: {redact_text(_causes(error))}") from None
    except (TypeError, OverflowError) as error:
        raise ValueError(f"the connection cannot be set up, see connection_pool_maxsize: {error}") from None
    except RuntimeError as error:  # the engine's refusal to start in a forked child
        raise _not_sent(str(error)) from None


class SyncTransport(_Pools[SyncClient]):
    """`Transport` on the engine's blocking client."""

    def _make(self, key: _PoolKey) -> SyncClient:
        return _prepare(SyncClientBuilder(), self._configuration, key).build()

    def send(self, base_url: str, request: Request) -> RESTResponse:
        """See `Transport.send`."""
        builder = self._builder(base_url, request)
        try:
            response = builder.build().send()
            is_long = _is_long(response)
            body = b"".join(iter(response.body_reader.read_chunk, None)) if is_long else bytes(response.bytes())
            return RESTResponse(response.status, body, _Pairs(response))
        except PyreqwestError as error:
            raise _network_error(error, request) from None

    def close(self) -> None:
        """See `Transport.close`."""
        with self._lock:
            clients, self._clients = self._clients, {}
        for client in clients.values():
            client.close()


class AioTransport(_Pools[Client]):
    """`AsyncTransport` on the engine's asynchronous client."""

    def __init__(self, configuration: Configuration) -> None:
        from asyncio import current_task  # heavy, and of no use to a program of the other colour

        super().__init__(configuration)
        self._current_task = current_task

    def _make(self, key: _PoolKey) -> Client:
        return _prepare(ClientBuilder(), self._configuration, key).build()

    async def send(self, base_url: str, request: Request) -> RESTResponse:
        """See `Transport.send`."""
        builder = self._builder(base_url, request)
        before = self._cancellations()
        try:
            response = await builder.build().send()
            body = await _joined(response.body_reader) if _is_long(response) else bytes(await response.bytes())
        except PyreqwestError as error:
            self._heed_cancellation(before)
            raise _network_error(error, request) from None
        if request.route.kind is Kind.READ:  # what became of a write is more than that nobody waits for it
            self._heed_cancellation(before)
        return RESTResponse(response.status, body, _Pairs(response))

    async def close(self) -> None:
        """See `Transport.close`."""
        with self._lock:
            clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.close()

    def _cancellations(self) -> int:
        """How often the running task has been cancelled."""
        task = self._current_task()
        return 0 if task is None else task.cancelling()

    def _heed_cancellation(self, before: int) -> None:
        """Raise what the engine swallows if it comes at the same moment as the answer, or the failure."""
        if self._cancellations() > before:
            from asyncio import CancelledError

            raise CancelledError


def _is_long(response: BaseResponse) -> bool:
    """Whether it is worth while to join the answer here; one that came compressed has no length."""
    length = response.get_header("content-length")
    return length is None or len(length) > _DIGITS


async def _joined(reader: ResponseBodyReader) -> bytes:
    pieces: list[Bytes] = []
    while (piece := await reader.read_chunk()) is not None:
        pieces.append(piece)
    return b"".join(pieces)


class _Pairs:
    """The headers of an answer, read when they are asked for; one whose value is not text is left out."""

    __slots__ = ("_response",)

    def __init__(self, response: BaseResponse) -> None:
        self._response = response

    def __iter__(self) -> Iterator[tuple[str, str]]:
        headers: Any = self._response.headers
        try:
            return iter(list(headers.items()))
        except ValueError:
            return _readable(headers)


def _readable(headers: Any) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys(headers.keys()):
        with contextlib.suppress(ValueError):
            yield from [(name, value) for value in headers.getall(name)]


def _unsendable_header(headers: Mapping[str, Any]) -> str:
    """Which header it is; not its value, which may be a secret (a token read from a file with the end of the line)."""
    for name, value in headers.items():
        if not isinstance(value, str):
            return f"the header {name!r} cannot be sent: its value must be text, got {type(value).__name__}"
        if not value.isprintable():
            return f"the header {name!r} cannot be sent: a line break or another control character is in its value"
    return f"a header cannot be sent: one of the names {list(headers)} is none"


def _causes(error: PyreqwestError) -> str:
    details: Any = getattr(error, "details", None) or {}
    causes = [str(cause["message"]) for cause in details.get("causes") or ()]
    # The first one repeats the URL, the last one is the reason.
    return causes[-1] if causes else error.message


def _network_error(error: PyreqwestError, request: Request) -> NetworkError:
    """The engine's failure as one of ours."""
    details: Any = getattr(error, "details", None) or {}
    sent = not any(cause["message"] == _BEFORE_SENDING for cause in details.get("causes") or ())
    timed_out = isinstance(error, RequestTimeoutError)
    where = "no answer from" if sent else "cannot connect to"
    reason = f"{where} the server: {redact_text(_causes(error))}"
    if isinstance(error, (DecodeError, BodyDecodeError)):
        reason = f"the answer broke off or is not HTTP: {redact_text(_causes(error))}"
    failed = TimedOut(0, _timeout_text(request.timeout, sent)) if timed_out else NetworkError(0, reason)
    failed.maybe_sent = sent
    return failed


def _timeout_text(timeout: Timeout, sent: bool) -> str:
    if not sent:
        return f"no connection within {min(timeout.total or timeout.connect, timeout.connect):g} s"
    return f"no answer within {min(timeout.total or timeout.read, timeout.read):g} s"


def _not_sent(reason: str) -> NetworkError:
    error = NetworkError(0, reason)
    error.maybe_sent = False
    return error
