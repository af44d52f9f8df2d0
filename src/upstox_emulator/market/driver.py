"""Steering prices from Python: `em.market`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Final, Protocol

from upstox_emulator.catalog.catalog import Catalog
from upstox_emulator.market.commands import PlayMoves, ReleasePrice, Replay, SetPrice
from upstox_emulator.market.market import Market
from upstox_emulator.market.replay import load
from upstox_emulator.units import price, rupees


class _Venue(Protocol):
    @property
    def catalog(self) -> Catalog: ...

    @property
    def market(self) -> Market: ...


_SEGMENTS: Final = (
    "NSE_EQ",
    "NSE_INDEX",
    "NSE_FO",
    "BSE_EQ",
    "BSE_INDEX",
    "BSE_FO",
    "MCX_FO",
    "NCD_FO",
    "BCD_FO",
    "NSE_COM",
)


class MarketDriver:
    """Prices set, moved and replayed by hand.

    Instruments are told by key (`NSE_EQ|INE002A01018`) or by trading symbol (`RELIANCE`, `Nifty 50`,
    `NIFTY FUT 29 DEC 26`, in capitals or not), prices in rupees. What is on a driven price follows it, as options do.

    Parameters:
        execute: carries out a command.
        now: the moment, in Indian time.
        venue: what is driven.
    """

    def __init__(
        self, execute: Callable[[Any], Any], now: Callable[[], dt.datetime], venue: Callable[[], _Venue]
    ) -> None:
        self._execute, self._now, self._venue = execute, now, venue

    def price(self, key: str) -> float:
        """The latest price, in rupees.

        Raises:
            ValueError: there is no such instrument today.
        """
        now = self._now()
        return rupees(self._venue().market.last(self.key(key), now.timestamp()))

    def set_price(self, key: str, value: float, *, force: bool = False) -> None:
        """Hold a price, until it is released or set again.

        Parameters:
            value: rupees.
            force: let it leave the day's limits.

        Raises:
            ValueError: there is no such instrument today, or the price is not on a tick, or beyond the day's limits.
        """
        self._execute(SetPrice(self._now(), self.key(key), price(value), force))

    def release(self, key: str) -> None:
        """Let a price go its own way again, from where it is."""
        self._execute(ReleasePrice(self._now(), self.key(key)))

    def move(self, key: str, moves: Sequence[tuple[float, float]], *, force: bool = False) -> None:
        """Let a price jump: each move is seconds from now and rupees. The last one is held until it is released.

        Raises:
            ValueError: as of `set_price`, or a move lies in the past, or there are none.
        """
        told = [(seconds, price(value)) for seconds, value in moves]
        self._execute(PlayMoves(self._now(), self.key(key), told, force))

    def replay(self, key: str, path: str | Path) -> dt.datetime:
        """Let a price go through the candles or ticks of a CSV or Parquet file, the first of them now.

        The day's limits are not kept. The last price is held until it is released.

        Returns:
            when the last tick comes.

        Raises:
            ValueError: there is no such instrument today, or the file cannot be read as candles or ticks.
            ImportError: a Parquet file, and `pyarrow` is not installed.
        """
        now, trades = self._now(), load(path)
        shift = int(now.timestamp()) - trades[0].at
        ticks = [(at + shift, value, volume) for at, value, volume in trades]
        self._execute(Replay(now, self.key(key), ticks))
        return now + dt.timedelta(seconds=trades[-1].at - trades[0].at)

    def key(self, name: str) -> str:
        """The key of an instrument, from its key or its trading symbol.

        Raises:
            ValueError: there is no such instrument today.
        """
        catalog, day = self._venue().catalog, self._now().date()
        if catalog.find(name, day) is not None:
            return name
        for segment, spelling in product(_SEGMENTS, (name, name.upper())):
            found = catalog.by_symbol(segment, spelling, day)
            if found is not None:
                return found.key
        for index in catalog.indices:
            if index.compact.upper() == name.upper():
                return index.key
        raise ValueError(f"{name!r} is neither the key nor the symbol of an instrument that is listed today")
