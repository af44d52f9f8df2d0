"""A small HTTP server that waits for one request: the browser's redirect, or the notifier's webhook.

What a request is worth is decided elsewhere, by a pure function (a `Judge`); here is only the plumbing.
"""

from __future__ import annotations

import errno
import http.server
import logging
import os
import queue
import socket
import socketserver
import sys
import threading
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar
from urllib.parse import urlsplit

from upstox_client.auth.errors import ListenError
from upstox_client.auth.inbox import Incoming, Judge, Method, Reply

T = TypeVar("T")

MOST_BYTES: Final = 64 * 1024
"""The largest body that is read. A token's JSON is about one kilobyte."""

_READ_SECONDS: Final = 5.0  # for a connection that says nothing: browsers open such ones in advance
_ANSWER_SECONDS: Final = 60.0  # for the login to find out what to show in the browser
_POLL_SECONDS: Final = 0.05

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

logger = logging.getLogger("upstox_client")


class Receiver(Generic[T]):
    """A `Listener` on sockets of this machine.

    Parameters:
        host: an address, or `localhost` for both of its addresses.
        port: 0 takes a free one.
        method: the only one allowed.
        judge: decides about each request.

    Raises:
        ListenError: the port cannot be had.
    """

    def __init__(self, host: str, port: int, method: Method, judge: Judge[T]) -> None:
        self._method: Method = method
        self._judge = judge
        self._accepted: queue.SimpleQueue[T | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._taken = False
        self._reply: Reply | None = None
        self._replied = threading.Event()
        self._sent = threading.Event()
        self._servers = self._bind(host, port)
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True, name="upstox-login")
            for server in self._servers
        ]
        for thread in self._threads:
            thread.start()

    def _bind(self, host: str, port: int) -> list[_Server]:
        first = self._listen("127.0.0.1" if host == "localhost" else host, port)
        servers = [first]
        if host == "localhost":
            try:  # browsers may try this one first
                servers.append(self._listen("::1", first.port))
            except ListenError as error:
                if getattr(error.__cause__, "errno", None) == errno.EADDRINUSE:
                    first.server_close()
                    raise  # what has it would be brought the answer; only a machine without IPv6 needs it not
        return servers

    def _listen(self, address: str, port: int) -> _Server:
        try:
            return _Server(address, port, self)
        except OSError as error:
            raise ListenError(_why_not(address, port, error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._servers[0].port

    def wait(self, seconds: float) -> T | None:
        """What was accepted, or None if it did not come in time."""
        try:
            return self._accepted.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return None

    def answer(self, reply: Reply) -> None:
        """Show this to whoever sent what was accepted."""
        self._reply = reply
        self._replied.set()

    def close(self) -> None:
        """Stop listening; a `wait` under way returns None. An answer under way is still sent."""
        self._accepted.put(None)
        self._replied.set()
        if self._taken:
            self._sent.wait(_READ_SECONDS)
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()

    # Called by the handlers, each in its thread

    def allows(self, method: str) -> bool:
        """Whether requests of this method are looked at."""
        return method == self._method

    def reply_to(self, incoming: Incoming) -> Reply:
        """What to answer; waits for the login to go on where that depends on it."""
        verdict = self._judge(incoming)
        if isinstance(verdict, Reply):
            return verdict
        with self._lock:
            again, self._taken = self._taken, True
        if again:
            return Reply(409, "This has been dealt with already.", "text/plain; charset=utf-8")
        if verdict.reply is not None:
            self.answer(verdict.reply)
        self._accepted.put(verdict.value)
        self._replied.wait(_ANSWER_SECONDS)
        return self._reply or Reply(500, "The program that waited for this has ended.", "text/plain; charset=utf-8")

    def sent(self) -> None:
        """Told after each answer."""
        if self._replied.is_set():
            self._sent.set()


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """A thread for each connection, so that an idle one does not keep the others out."""

    daemon_threads = True
    # On Windows the option would let another program listen on the same port.
    allow_reuse_address = os.name == "posix"

    def __init__(self, address: str, port: int, receiver: Receiver[Any]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.receiver = receiver
        super().__init__((address, port), _Handler)
        self.port: int = self.socket.getsockname()[1]

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class's parameters
        logger.debug("a connection from %s broke off: %s", client_address, type(sys.exception()).__name__)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]
    timeout = _READ_SECONDS

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def version_string(self) -> str:
        return "upstox"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Nothing: the request line has the code in it."""

    def _handle(self) -> None:
        try:
            self._send(self._reply())
        finally:
            self.server.receiver.sent()

    def _reply(self) -> Reply:
        if not self.server.receiver.allows(self.command):
            return _plain(405, "Method not allowed.")
        body = self._body() if self.command == "POST" else b""
        if isinstance(body, Reply):
            return body
        parts = urlsplit(self.path)
        return self.server.receiver.reply_to(
            Incoming(path=parts.path, query=parts.query, host=self.headers.get("Host", ""), body=body)
        )

    def _body(self) -> bytes | Reply:
        length = self.headers.get("Content-Length")
        if length is None:
            return _plain(411, "Content-Length is missing.")
        if not (length.isascii() and length.isdigit()):
            return _plain(400, "Content-Length is not a number.")
        if len(length) > 9 or int(length) > MOST_BYTES:
            return _plain(413, "Too large.")
        return self.rfile.read(int(length))

    def _send(self, reply: Reply) -> None:
        data = reply.text.encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(data)))
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _plain(status: int, text: str) -> Reply:
    return Reply(status, text, "text/plain; charset=utf-8")


def _why_not(address: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {address} is taken by another program (another login that still waits?). Stop it, or "
            "register a redirect URI with another port"
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return (
            f"Port {port} needs administrator rights. Register a redirect URI with a port above 1023, such as "
            "http://127.0.0.1:8000/callback"
        )
    return f"Cannot listen on {address} port {port}: {error.strerror}"
