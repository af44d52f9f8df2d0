"""Just enough of an HTTP/2 server, frame by frame, to count what a client sends and to misbehave in the ways of HTTP/2.

RFC 9113 for the frames; of HPACK (RFC 7541) only what is needed to tell one method from another.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from support.servers import Behaviour, Gone, Peer

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY = 0, 1, 3, 4, 6, 7
_END_STREAM, _ACK, _END_HEADERS = 1, 1, 4
_STATUS_200 = b"\x88"  # HPACK: the eighth entry of the static table

NO_ERROR, INTERNAL_ERROR, REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM = 0, 2, 7, 8, 11


@dataclass
class Frame:
    """One frame."""

    kind: int
    flags: int
    stream: int
    payload: bytes


class Http2Peer:
    """One HTTP/2 connection of a `RawServer`. `peer.server.requests` has one entry for each request's HEADERS."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self._buffer = b""
        assert self._take(len(_PREFACE)) == _PREFACE
        self.send(_SETTINGS, 0, 0)

    def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            data = self.peer.connection.recv(65536)
            if not data:
                raise Gone
            self._buffer += data
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def send(self, kind: int, flags: int, stream: int, payload: bytes = b"") -> None:
        """One frame."""
        head = struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream)
        self.peer.connection.sendall(head + payload)

    def read(self) -> int:
        """The stream of the next request, once it has come whole."""
        while True:
            head = self._take(9)
            length = int.from_bytes(head[:3], "big")
            frame = Frame(head[3], head[4], int.from_bytes(head[5:9], "big") & 0x7FFFFFFF, self._take(length))
            if frame.kind == _SETTINGS and not frame.flags & _ACK:
                self.send(_SETTINGS, _ACK, 0)
            if frame.kind == _PING and not frame.flags & _ACK:
                self.send(_PING, _ACK, 0, frame.payload)
            if frame.kind == _HEADERS:
                self.peer.server.requests.append(frame)  # type: ignore[arg-type]
            if frame.kind in {_HEADERS, _DATA} and frame.flags & _END_STREAM:
                return frame.stream

    def answer(self, stream: int, body: bytes = b'{"status":"success","data":null}', *, end: bool = True) -> None:
        """200 with this body."""
        self.send(_HEADERS, _END_HEADERS, stream, _STATUS_200)
        self.send(_DATA, _END_STREAM if end else 0, stream, body)

    def reset(self, stream: int, code: int) -> None:
        """RST_STREAM."""
        self.send(_RST_STREAM, 0, stream, struct.pack(">I", code))

    def go_away(self, last_stream: int, code: int) -> None:
        """GOAWAY: no stream after `last_stream` has been or will be processed."""
        self.send(_GOAWAY, 0, 0, struct.pack(">II", last_stream, code))


def speaking_http2(behave: Callable[[Http2Peer], None]) -> Behaviour:
    """A behaviour of `RawServer` that speaks HTTP/2."""
    return lambda peer: behave(Http2Peer(peer))


def answer_all(peer: Http2Peer) -> None:
    """A well-behaved server."""
    while True:
        peer.answer(peer.read())


def close_after_reading(peer: Http2Peer) -> None:
    """The connection is closed."""
    peer.read()


def reset_connection(peer: Http2Peer) -> None:
    """The connection is reset."""
    peer.read()
    peer.peer.reset()


def reset_stream(code: int) -> Callable[[Http2Peer], None]:
    """Every stream is reset with this code."""

    def behave(peer: Http2Peer) -> None:
        while True:
            peer.reset(peer.read(), code)

    return behave


def go_away(code: int, *, processed: bool) -> Callable[[Http2Peer], None]:
    """GOAWAY that does, or does not, count the stream among the processed ones; then the connection is closed."""

    def behave(peer: Http2Peer) -> None:
        stream = peer.read()
        peer.go_away(stream if processed else 0, code)

    return behave


def stall(peer: Http2Peer) -> None:
    """No answer ever comes."""
    peer.read()
    peer.peer.wait()


def truncate_body(peer: Http2Peer) -> None:
    """The body breaks off with the connection."""
    peer.answer(peer.read(), b'{"status":"succ', end=False)


def first_then(second: Callable[[Http2Peer], None]) -> Callable[[Http2Peer], None]:
    """The first request of a connection is answered; the next one meets `second`."""

    def behave(peer: Http2Peer) -> None:
        peer.answer(peer.read())
        second(peer)

    return behave
