"""The market data feed: who is connected, what they want, and what they are sent.

https://upstox.com/developer/api-documentation/v3/get-market-data-feed. The order is the documented one: the state of
the market first, then a snapshot of what is subscribed to, then what changes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

import msgspec
from picows import WSMsgType

from upstox_emulator.feed import wire
from upstox_emulator.feed.backend import Feed, FeedBackend
from upstox_emulator.feed.board import Board, News
from upstox_emulator.feed.connection import Care, Connection
from upstox_emulator.feed.status import market_info
from upstox_emulator.feed.subscriptions import Rejected, Request, Subscriptions
from upstox_emulator.feed.tickets import Ticket
from upstox_emulator.feed.wire import Mode

FRAME_KEYS: Final = 100
"""Instruments in a frame at most, unless told otherwise."""


class Subscriber(Connection):
    """A client of the market data feed."""

    feed: Feed = "market"
    kind = WSMsgType.BINARY
    conflates = True

    def __init__(self, room: MarketRoom, ticket: Ticket, care: Care) -> None:
        super().__init__(ticket, care)
        self._room = room
        self.wants = Subscriptions(plus=room.plus)

    @property
    def keys(self) -> int:
        return sum(map(len, self.wants.modes.values()))

    def opened(self) -> None:
        self._room.opened(self)

    def closed(self) -> None:
        self._room.closed(self)

    def heard(self, message: bytes, *, binary: bool) -> None:
        try:
            self._room.asked(self, Request.read(message, binary=binary))
        except Rejected as rejection:
            said = {"status": "failed", "method": rejection.method, "error": str(rejection)}
            self.raw(msgspec.json.encode(said), WSMsgType.TEXT)


class MarketRoom:
    """Everybody on the market data feed.

    Parameters:
        plus: whether the account has the Plus plan.
        frame_keys: instruments in a frame at most.
    """

    def __init__(self, backend: FeedBackend, *, plus: bool, frame_keys: int = FRAME_KEYS) -> None:
        self._backend = backend
        self.plus = plus
        self._frame_keys = frame_keys
        self.clients: dict[Subscriber, None] = {}
        self._now = backend.clock.now()
        self._board = Board(backend, _second(self._now))
        self._info = market_info(backend.venue.calendar, self._now)

    # Clients

    def opened(self, client: Subscriber) -> None:
        """A client has connected."""
        self.clients[client] = None
        client.send(wire.market_info_frame(self._info, _ms(self._backend.clock.now())))

    def closed(self, client: Subscriber) -> None:
        """A client is gone."""
        if self.clients.pop(client, self) is None:
            for mode, keys in client.wants.modes.items():
                self._board.drop(keys, mode)

    def asked(self, client: Subscriber, request: Request) -> None:
        """A client wants something else.

        Raises:
            Rejected: it cannot have it.
        """
        self.beat(self._backend.now())  # so that what it is shown is what the others have been shown
        if request.method == "unsub":
            self._forget(client, request.keys)
            return
        mode = request.mode
        held = client.wants.modes[mode]
        found = [instrument for key in request.keys if (instrument := self._board.find(key)) is not None]
        keys = [instrument.key for instrument in found]  # what is not listed is passed over
        client.wants.check(msgspec.structs.replace(request, keys=keys))
        self._forget(client, [key for key in keys if key not in held])
        self._board.want([instrument for instrument in found if instrument.key not in held], mode)
        held.update(dict.fromkeys(keys))
        entries, news = self._board.whole(keys, mode)
        self._tell(news)
        self._send(client, wire.SNAPSHOT, entries)

    def _forget(self, client: Subscriber, keys: Iterable[str]) -> None:
        for key in keys:
            mode = client.wants.mode_of(key)
            if mode is not None:
                del client.wants.modes[mode][key]
                self._board.drop((key,), mode)

    # Time

    def beat(self, now: dt.datetime, *, again: bool = False) -> None:
        """Tell everybody what has changed by now.

        Parameters:
            again: look also if it is still the same second; prices may have been driven by hand.
        """
        self._now = now
        second = _second(now)
        if second != self._board.at or again:
            self._look_at_the_market()
            self._tell(self._board.refresh(second))
        for client in [client for client in self.clients if client.missed and not client.behind]:
            self._catch_up(client)

    def _look_at_the_market(self) -> None:
        info = market_info(self._backend.venue.calendar, self._now)
        if info != self._info:
            self._info = info
            frame = wire.market_info_frame(info, _ms(self._now))
            for client in list(self.clients):
                client.send(frame)

    def _tell(self, news: News) -> None:
        news = {mode: entries for mode, entries in news.items() if entries}
        if not news:
            return
        for client in list(self.clients):
            entries = [
                entry
                for mode, fresh in news.items()
                for key in client.wants.modes[mode]
                if (entry := fresh.get(key)) is not None
            ]
            if entries and client.behind:
                client.missed = True
            else:
                self._send(client, wire.LIVE, entries)

    def _catch_up(self, client: Subscriber) -> None:
        client.missed = False
        modes: list[Mode] = [mode for mode, keys in client.wants.modes.items() if keys]
        for mode in modes:
            entries, news = self._board.whole(client.wants.modes[mode], mode)
            self._tell(news)
            self._send(client, wire.LIVE, entries)

    def _send(self, client: Subscriber, kind: bytes, entries: list[bytes]) -> None:
        at, size = _ms(self._now), self._frame_keys
        for start in range(0, len(entries), size):
            client.send(wire.frame(kind, entries[start : start + size], at))


def _second(moment: dt.datetime) -> dt.datetime:
    return moment.replace(microsecond=0)


def _ms(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)
