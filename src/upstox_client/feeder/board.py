"""The last state of every instrument, always whole.

A `full` frame leaves depth and Greeks out when they have not changed; the board remembers them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from upstox_client.feeder import schema
from upstox_client.feeder.ticks import Tick

__all__ = ["Board"]


_MANY: Final = 4
"""Ticks after which it is looked up where the last depth and Greeks are: mostly in the last tick but one or two."""


class _Known(NamedTuple):
    """The last depth and Greeks, but for what is in later ticks."""

    depth: schema.MarketLevel | None = None
    greeks: schema.OptionGreeks | None = None


class Board:
    """What is known of each instrument. Written by one thread; any may read."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[_Known, list[Tick]]] = {}

    def note(self, tick: Tick) -> None:
        """Take a tick in."""
        entry = self._entries.get(tick.key)
        if entry is None:
            self._entries[tick.key] = (_Known(), [tick])
            return
        known, ticks = entry
        ticks.append(tick)
        if len(ticks) > _MANY:
            self._entries[tick.key] = (_look_back(known, ticks), [tick])

    def latest(self, key: str) -> Tick | None:
        """The last tick of an instrument as it came."""
        entry = self._entries.get(key)
        return None if entry is None else entry[1][-1]

    def snapshot(self, key: str) -> Tick | None:
        """The last state of an instrument, with the last depth and Greeks; None if nothing has come yet."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        known, ticks = entry[0], entry[1][:]
        latest = ticks[-1]
        market = latest.market
        if market is None or (market.HasField("marketLevel") and market.HasField("optionGreeks")):
            return latest
        depth, greeks = _look_back(known, ticks)
        whole = schema.Feed()
        whole.CopyFrom(latest.feed)
        merged = whole.fullFeed.marketFF
        if depth is not None:
            merged.marketLevel.CopyFrom(depth)
        if greeks is not None:
            merged.optionGreeks.CopyFrom(greeks)
        return Tick(key, whole, latest.type, latest.sent, latest.received)

    def whole(self) -> list[Tick]:
        """The last state of every instrument."""
        return [tick for key in tuple(self._entries) if (tick := self.snapshot(key)) is not None]

    def keep_only(self, keys: Collection[str]) -> None:
        """Forget the instruments that are not among these."""
        for key in self._entries.keys() - set(keys):
            del self._entries[key]


def _look_back(known: _Known, ticks: list[Tick]) -> _Known:
    """The last depth and Greeks; a tick of another mode is an end to those before it."""
    depth: schema.MarketLevel | None = None
    greeks: schema.OptionGreeks | None = None
    for tick in reversed(ticks):
        market = tick.market
        if market is None:
            return _Known(depth, greeks)
        if depth is None and market.HasField("marketLevel"):
            depth = market.marketLevel
        if greeks is None and market.HasField("optionGreeks"):
            greeks = market.optionGreeks
        if depth is not None and greeks is not None:
            return _Known(depth, greeks)
    return _Known(depth or known.depth, greeks or known.greeks)
