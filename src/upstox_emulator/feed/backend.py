"""What the feeds need of the emulator that they belong to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol, TypeAlias

from upstox_emulator.account.tokens import Tokens
from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.clock import Clock
from upstox_emulator.events import Event
from upstox_emulator.market.book import Sides
from upstox_emulator.market.view import Greeks, MarketView

Feed: TypeAlias = Literal["market", "portfolio"]

Listener: TypeAlias = Callable[[list[Event]], None]


class FeedCatalog(Protocol):
    """Where instruments are looked up."""

    def find(self, key: str, day: dt.date) -> Instrument | None:
        """The instrument of a key, if it is listed on the day."""
        ...


class FeedMarket(MarketView, Protocol):
    """The market, where many instruments are looked at at once."""

    def sides(self, keys: Sequence[str], at: float, levels: int = 5) -> Sides:
        """The books of many, a row each in their order; cheap for those whose ticks have just been asked for."""
        ...

    def greeks_of(self, keys: Sequence[str], at: float) -> list[Greeks]:
        """Of many options, in their order; cheap for those whose ticks have just been asked for."""
        ...


class FeedVenue(Protocol):
    """The state that the feeds show."""

    @property
    def tokens(self) -> Tokens: ...
    @property
    def calendar(self) -> Calendar: ...
    @property
    def catalog(self) -> FeedCatalog: ...
    @property
    def market(self) -> FeedMarket: ...


class FeedBackend(Protocol):
    """The emulator, as the feeds see it."""

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """Held while the state is looked at."""
        ...

    @property
    def clock(self) -> Clock: ...
    @property
    def venue(self) -> FeedVenue: ...

    def now(self) -> dt.datetime:
        """The moment, with everything done that was due by then."""
        ...

    def execute(self, command: Any) -> Any:
        """Carry out a command of the venue."""
        ...

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Give new events to `listener`, in order; returns what ends it."""
        ...
