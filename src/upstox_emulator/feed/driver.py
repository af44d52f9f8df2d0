"""The feeds, in the hands of a test or a program: who is connected, what goes wrong, what is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from picows import WSMsgType

from upstox_emulator.feed.backend import Feed

if TYPE_CHECKING:
    from upstox_emulator.feed.faults import FeedFaults
    from upstox_emulator.feed.server import FeedServer


class ConnectionInfo(msgspec.Struct, frozen=True):
    """A connection, as it is.

    Attributes:
        feed: which feed. frames: data frames that have been sent.
        keys: instruments subscribed to, on the market feed.
        slow: whether it does not keep up.
    """

    feed: Feed
    frames: int
    keys: int
    slow: bool


class FeedDriver:
    """`em.feed`. All of it may be used from any thread but the feeds' own."""

    def __init__(self, server: FeedServer) -> None:
        self._server = server

    @property
    def faults(self) -> FeedFaults:
        """What is to go wrong: `em.feed.faults.close(1006, after=10)`."""
        return self._server.faults

    @property
    def url(self) -> str:
        """Where the feeds are; the API's authorize endpoints give the addresses to connect to."""
        return self._server.url

    @property
    def connections(self) -> list[ConnectionInfo]:
        """Who is connected, market feed first."""
        return self._server.call(
            lambda: [
                ConnectionInfo(client.feed, client.frames, client.keys, client.behind)
                for client in self._server.clients()
            ]
        )

    def kick(self, code: int = 1006, reason: str = "", *, feed: Feed | None = None) -> int:
        """Close all connections, or those of one feed; 1006 without a goodbye. Returns how many."""
        return self._server.call(lambda: self._server.end(code, reason, feed))

    def inject(self, frame: bytes | str, *, feed: Feed = "market") -> int:
        """Send a raw frame (bytes: binary, a text: text) to all clients of a feed. Returns how many."""
        kind, body = (WSMsgType.TEXT, frame.encode()) if isinstance(frame, str) else (WSMsgType.BINARY, frame)

        def inject() -> int:
            clients = self._server.clients(feed)
            for client in clients:
                client.raw(body, kind)
            return len(clients)

        return self._server.call(inject)

    def settle(self) -> None:
        """Return once everything that has changed by now is on its way to the clients; also after driving a price."""
        self._server.settle()
