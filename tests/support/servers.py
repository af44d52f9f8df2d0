"""Servers on loopback that do as they are told, the badly behaved ones included.

They speak raw sockets, so that a test knows what was on the wire: how many connections, how many requests, which bytes.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

Behaviour = Callable[["Peer"], None]


@dataclass
class Received:
    """A request as it was on the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    lines: list[str] = field(default_factory=list)


class Gone(Exception):
    """The client has closed the connection."""


class Peer:
    """One accepted connection."""

    def __init__(self, server: RawServer, connection: socket.socket, number: int) -> None:
        self.server = server
        self.connection = connection
        self.number = number
        self.stopped = server.stopped
        self._buffer = b""
        self._method = ""

    def _more(self) -> None:
        data = self.connection.recv(65536)
        if not data:
            raise Gone
        self._buffer += data

    def read(self) -> Received:
        """The next request, body and all; it is counted."""
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(self._buffer) < length:
            self._more()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        method, target, _ = first.split(" ", 2)
        received = Received(method, target, headers, body, lines)
        self.server.requests.append(received)
        self._method = method
        return received

    def answer(
        self,
        body: bytes = b'{"status":"success","data":null}',
        status: str = "200 OK",
        headers: Mapping[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        """An answer; `length` is what its header says, if not the truth."""
        fields = {"Content-Type": "application/json", "Content-Length": str(len(body) if length is None else length)}
        fields.update(headers or {})
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        shown = b"" if self._method == "HEAD" else body
        self.connection.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + shown)

    def reset(self) -> None:
        """RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def wait(self) -> None:
        """Do nothing until the test is over."""
        self.stopped.wait(10)


class RawServer:
    """Runs a behaviour for each connection, in a thread of its own.

    Attributes:
        accepted: number of connections.
        requests: what was received, in order.
        failures: what went wrong in the behaviours themselves.
    """

    def __init__(
        self,
        behaviour: Behaviour,
        *,
        tls: ssl.SSLContext | None = None,
        address: str = "127.0.0.1",
        name: str | None = None,
    ) -> None:
        self.behaviour = behaviour
        self.stopped = threading.Event()
        self.requests: list[Received] = []
        self.accepted = 0
        self.failures: list[BaseException] = []
        self.client_certificates: list[object] = []
        self._tls = tls
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, 0), family=family)
        self.port: int = self._listener.getsockname()[1]
        host = name or (f"[{address}]" if ":" in address else address)
        self.url = f"{'https' if tls else 'http'}://{host}:{self.port}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        if self.failures:
            raise self.failures[0]

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            self._open.append(connection)
            self._start(self._serve, connection, self.accepted)

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
                self.client_certificates.append(connection.getpeercert())
            self.behaviour(Peer(self, connection, number))
        except (Gone, OSError):
            pass
        except Exception as error:  # noqa: BLE001 - it is raised when the server is left
            self.failures.append(error)
        finally:
            connection.close()


def keep_answering(body: bytes = b'{"status":"success","data":null}', **kwargs: object) -> Behaviour:
    """A well-behaved server."""

    def behave(peer: Peer) -> None:
        while True:
            peer.read()
            peer.answer(body, **kwargs)  # type: ignore[arg-type]

    return behave


def close_after_reading(peer: Peer) -> None:
    """The request is read whole; then the connection is closed."""
    peer.read()


def reset_after_reading(peer: Peer) -> None:
    """The request is read whole; then the connection is reset."""
    peer.read()
    peer.reset()


def stall_after_reading(peer: Peer) -> None:
    """The request is read whole; no answer ever comes."""
    peer.read()
    peer.wait()


def stall_mid_headers(peer: Peer) -> None:
    """Half a head, then nothing."""
    peer.read()
    peer.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")
    peer.wait()


def stall_mid_body(peer: Peer) -> None:
    """Half a body, then nothing."""
    peer.read()
    peer.answer(b'{"status":"succ', length=100)
    peer.wait()


def truncate_body(peer: Peer) -> None:
    """Half a body, then the connection is closed."""
    peer.read()
    peer.answer(b'{"status":"succ', length=100)


def truncate_chunked(peer: Peer) -> None:
    """A chunked body that breaks off."""
    peer.read()
    peer.connection.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{"status":"succe')


def reset_mid_body(peer: Peer) -> None:
    """Half a body, then the connection is reset."""
    peer.read()
    peer.answer(b'{"status":"succ', length=100)
    peer.reset()


def talk_garbage(peer: Peer) -> None:
    """Not HTTP."""
    peer.read()
    peer.connection.sendall(b"220 smtp.example.test ESMTP ready\r\n")


def bad_content_encoding(peer: Peer) -> None:
    """A body that is not the gzip it says it is."""
    peer.read()
    peer.answer(b"this is not gzip at all", headers={"Content-Encoding": "gzip"})


def huge_header(peer: Peer) -> None:
    """A header of two megabytes."""
    peer.read()
    peer.answer(headers={"X-Huge": "x" * 2_000_000})


def many_headers(peer: Peer) -> None:
    """A thousand headers."""
    peer.read()
    peer.answer(headers={f"X-{number}": "x" for number in range(1000)})


def odd_header_bytes(peer: Peer) -> None:
    """Header values that are neither ASCII nor UTF-8."""
    peer.read()
    peer.connection.sendall(
        b"HTTP/1.1 200 \xff\xfe\r\nX-Odd: caf\xe9 \xff\r\nX-Empty:\r\nContent-Length: 36\r\n\r\n"
        b'{"status":"success","data":null}    '
    )


def close_at_once(peer: Peer) -> None:
    """The connection is closed before anything is read."""


def reset_at_once(peer: Peer) -> None:
    """The connection is reset before anything is read."""
    peer.reset()


def first_then(second: Behaviour) -> Behaviour:
    """The first request of a connection is answered; the next one of the same connection meets `second`."""

    def behave(peer: Peer) -> None:
        peer.read()
        peer.answer()
        second(peer)

    return behave


@contextlib.contextmanager
def refusing_port() -> Iterator[str]:
    """A URL where nobody listens: the port is bound, so that nobody else can take it either."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@contextlib.contextmanager
def full_backlog() -> Iterator[str]:
    """A URL where connections are neither accepted nor refused."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
