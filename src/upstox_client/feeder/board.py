"""The last state of every instrument, always whole.

A `full` frame leaves depth and Greeks out when they have not changed; the board remembers them.
"""

from __future__ import annotations

from collections.abc import Collection

from upstox_client.feeder import schema
from upstox_client.feeder.ticks import Tick

__all__ = ["Board"]


class _Entry:
    __slots__ = ("depth", "greeks", "latest")

    def __init__(self, latest: Tick) -> None:
        self.latest = latest
        self.depth: schema.MarketLevel | None = None
        self.greeks: schema.OptionGreeks | None = None


class Board:
    """What is known of each instrument. Written by one thread; any may read."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

    def note(self, tick: Tick) -> None:
        """Take a tick in."""
        entry = self._entries.get(tick.key)
        if entry is None:
            entry = self._entries[tick.key] = _Entry(tick)
        entry.latest = tick
        market = tick.market
        if market is None:
            entry.depth = entry.greeks = None
            return
        if market.HasField("marketLevel"):
            entry.depth = market.marketLevel
        if market.HasField("optionGreeks"):
            entry.greeks = market.optionGreeks

    def latest(self, key: str) -> Tick | None:
        """The last tick of an instrument as it came."""
        entry = self._entries.get(key)
        return None if entry is None else entry.latest

    def snapshot(self, key: str) -> Tick | None:
        """The last state of an instrument, with the last depth and Greeks; None if nothing has come yet."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        latest, depth, greeks = entry.latest, entry.depth, entry.greeks
        market = latest.market
        if market is None or (market.HasField("marketLevel") and market.HasField("optionGreeks")):
            return latest
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
