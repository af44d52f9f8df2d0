"""The two feeds without I/O: bytes, time and wishes in; events and bytes out."""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, TypeAlias, TypeVar

import msgspec
from google.protobuf.message import DecodeError

from upstox_client.core.codec import decode
from upstox_client.feeder import schema
from upstox_client.feeder.board import Board
from upstox_client.feeder.lifeline import Lifeline, Patience
from upstox_client.feeder.modes import Subscriptions
from upstox_client.feeder.schema import Type
from upstox_client.feeder.states import Counters, Notice
from upstox_client.feeder.ticks import MarketUpdate, Tick
from upstox_client.ist import IST
from upstox_client.models.websocket import UPDATES, PortfolioUpdate
from upstox_client.redact import redact_body

__all__ = ["FeedProtocol", "MarketProtocol", "PortfolioProtocol"]

MarketEvent: TypeAlias = Tick | MarketUpdate | Notice
PortfolioMessage: TypeAlias = PortfolioUpdate | Notice

E_co = TypeVar("E_co", covariant=True)

logger = logging.getLogger("upstox_client")

_OPENING: Final = datetime.time(9, 15, tzinfo=IST)
_SATURDAY: Final = 5
_LONGEST_NOTICE: Final = 500  # characters
_LIVE: Final = Type.live_feed
_TYPES: Final = {kind.value: kind for kind in Type}


class FeedProtocol(Protocol[E_co]):
    """What the engine asks of a feed."""

    lifeline: Lifeline
    counters: Counters

    @property
    def trading(self) -> bool:
        """Whether data ought to come now."""
        ...

    def opened(self, now: float) -> Sequence[bytes]:
        """There is a connection: what to send through it."""
        ...

    def received(self, payload: bytes, now: float, *, text: bool) -> Sequence[E_co]:
        """What a message of the server's says."""
        ...


def _last_opening(now: float) -> float:
    """When the market last opened, were there no holidays."""
    moment = datetime.datetime.fromtimestamp(now, IST)
    opening = datetime.datetime.combine(moment, _OPENING)
    while opening > moment or opening.weekday() >= _SATURDAY:
        opening -= datetime.timedelta(days=1)
    return opening.timestamp()


def _notice(payload: bytes, wall: float, *, garbage: bool) -> Notice:
    return Notice(redact_body(payload[: _LONGEST_NOTICE * 4])[:_LONGEST_NOTICE], garbage, wall)


class MarketProtocol:
    """The market data feed.

    Parameters:
        subscriptions: what is wanted of it.
        wall: the time of day, seconds since the epoch.
    """

    def __init__(
        self, subscriptions: Subscriptions, patience: Patience | None = None, wall: Callable[[], float] = time.time
    ) -> None:
        self.subscriptions = subscriptions
        self.lifeline = Lifeline(patience or Patience())
        self.counters = Counters()
        self.board = Board()
        self.market: MarketUpdate | None = None
        self._wall = wall

    @property
    def trading(self) -> bool:
        """Whether a segment that is subscribed to is open, as far as the server has said. That it is closed is believed
        until the market usually opens: who has not heard of that may be cut off from all news. On a holiday that leads
        to one new connection, which the server begins by saying so.
        """
        market = self.market
        if market is None:
            return False
        states = [market.is_open(key.partition("|")[0]) for key in self.subscriptions.wanted()]
        return True in states or (False in states and market.received < _last_opening(self._wall()))

    def opened(self, now: float) -> list[bytes]:
        """There is a connection: everything that is wanted is to be asked for."""
        self.lifeline.opened(now)
        self.subscriptions.forget_told()
        return self.subscriptions.requests()

    def received(self, payload: bytes, now: float, *, text: bool = False) -> list[MarketEvent]:
        """What a frame says: ticks, or the state of the market, or something else that the server had to say."""
        self.lifeline.heard = now
        counters, wall = self.counters, self._wall()
        counters.frames += 1
        counters.bytes += len(payload)
        if text:
            counters.events += 1
            notice = _notice(payload, wall, garbage=False)
            logger.warning("feed: the server says: %s", notice.text)
            return [notice]
        try:
            events = self._events(payload, now, wall)
        except DecodeError:
            counters.garbage += 1
            events = list[MarketEvent]([_notice(payload, wall, garbage=True)])
        counters.events += len(events)
        return events

    def _events(self, payload: bytes, now: float, wall: float) -> list[MarketEvent]:
        frame = schema.Envelope.FromString(payload)
        kind, sent, feeds = _TYPES.get(frame.type, _LIVE), frame.currentTs, frame.feeds
        read, note = schema.Feed.FromString, self.board.note
        events: list[MarketEvent] = []
        for key in feeds:
            events.append(tick := Tick(key, read(feeds[key]), kind, sent, wall))
            note(tick)
        if events:
            self.lifeline.data(now, live=kind is _LIVE)
        if frame.HasField("marketInfo"):
            self.market = MarketUpdate.of(frame.marketInfo, sent, wall)
            events.append(self.market)
        return events


class PortfolioProtocol:
    """The portfolio stream: one JSON object a frame.

    Parameters:
        wall: the time of day, seconds since the epoch.
    """

    def __init__(self, patience: Patience | None = None, wall: Callable[[], float] = time.time) -> None:
        self.lifeline = Lifeline(patience or Patience())
        self.counters = Counters()
        self._wall = wall

    @property
    def trading(self) -> bool:
        """False: nothing need ever come."""
        return False

    def opened(self, now: float) -> list[bytes]:
        """There is a connection: nothing is to be asked for."""
        self.lifeline.opened(now)
        return []

    def received(self, payload: bytes, now: float, *, text: bool = True) -> list[PortfolioMessage]:  # noqa: ARG002
        """What a frame says, be it a text or a binary one."""
        self.lifeline.heard = now
        self.counters.frames += 1
        self.counters.bytes += len(payload)
        self.counters.events += 1
        try:
            model = UPDATES.get(_kind(payload))
            if model is not None:
                return [decode(payload, model)]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self.counters.garbage += 1
            return [_notice(payload, self._wall(), garbage=True)]
        return [_notice(payload, self._wall(), garbage=False)]


class _Kind(msgspec.Struct):
    update_type: Any = None


def _kind(payload: bytes) -> str:
    return str(msgspec.json.decode(payload, type=_Kind).update_type)
