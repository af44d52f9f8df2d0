"""The portfolio feed: order, GTT, position and holding updates as they happen.

https://upstox.com/developer/api-documentation/get-portfolio-stream-feed
"""

from __future__ import annotations

import asyncio
from typing import Final, get_args

import msgspec
from picows import WSMsgType

from upstox_emulator.events import Event, Kind
from upstox_emulator.feed.backend import Feed
from upstox_emulator.feed.connection import Care, Connection
from upstox_emulator.feed.tickets import Ticket

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class Follower(Connection):
    """A client of the portfolio feed."""

    feed: Feed = "portfolio"
    kind = WSMsgType.TEXT

    def __init__(self, room: PortfolioRoom, ticket: Ticket, care: Care) -> None:
        super().__init__(ticket, care)
        self._room = room

    def opened(self) -> None:
        self._room.clients[self] = None

    def closed(self) -> None:
        self._room.clients.pop(self, None)


class PortfolioRoom:
    """Everybody on the portfolio feed."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.clients: dict[Follower, None] = {}

    def told(self, events: list[Event]) -> None:
        """Something has happened; called from the thread that it happened in."""
        messages: list[tuple[Kind, bytes]] = [(event.kind, msgspec.json.encode(event.message)) for event in events]
        self._loop.call_soon_threadsafe(self._tell, messages)

    def _tell(self, messages: list[tuple[Kind, bytes]]) -> None:
        for kind, message in messages:
            for client in [client for client in self.clients if kind in client.ticket.kinds]:
                client.send(message)
