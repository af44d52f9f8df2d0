"""Candles: columns to compute with, and named candles to look at."""

from __future__ import annotations

import array
import bisect
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, overload

import msgspec

from upstox_client.amounts import grouped
from upstox_client.ist import IST
from upstox_client.trading.tables import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PRICES: Final = ("open", "high", "low", "close")
_COLUMNS: Final = (*PRICES, "volume", "oi")
_ALL: Final = ("epoch", *_COLUMNS)


class Candle(NamedTuple):
    """One candle. `time` is its start in IST, prices are in rupees, `oi` is open interest (0 where there is none)."""

    time: dt.datetime
    open: float
    high: float
    low: float
    close: float
    volume: int
    oi: int


class Candles(Table, Sequence[Candle]):
    """Candles of one instrument, oldest first. `candles[-1]` is the latest, `candles[5:]` are candles again.

    Attributes:
        symbol: whose they are.
        interval: what one spans: `5m`, `1d`, ...
        epoch: their starts in seconds since 1970.
        open, high, low, close: prices in rupees.
        volume, oi: units traded, and open interest at the end.
    """

    __slots__ = ("close", "epoch", "high", "interval", "low", "oi", "open", "symbol", "volume")

    def __init__(self, symbol: str, interval: str, columns: Iterable[array.array[Any]]) -> None:
        """`columns` are the last seven attributes, in their order."""
        self.symbol = symbol
        self.interval = interval
        self.epoch: array.array[int]
        self.open: array.array[float]
        self.high: array.array[float]
        self.low: array.array[float]
        self.close: array.array[float]
        self.volume: array.array[int]
        self.oi: array.array[int]
        self.epoch, self.open, self.high, self.low, self.close, self.volume, self.oi = columns

    @classmethod
    def of(cls, symbol: str, interval: str, rows: Iterable[Sequence[Any]]) -> Candles:
        """Candles of the wire's rows, in whatever order; of two with the same start, the later one counts."""
        unique = {int(dt.datetime.fromisoformat(row[0]).timestamp()): row for row in rows}
        ordered = sorted(unique.items())
        columns: list[array.array[Any]] = [array.array("q", (epoch for epoch, _ in ordered))]
        columns += [array.array("d", (float(row[place]) for _, row in ordered)) for place in range(1, 5)]
        columns.append(array.array("q", (int(row[5]) for _, row in ordered)))
        columns.append(array.array("q", (int(row[6]) if len(row) > 6 else 0 for _, row in ordered)))
        return cls(symbol, interval, columns)

    @property
    def time(self) -> list[dt.datetime]:
        """Their starts, in IST."""
        return [dt.datetime.fromtimestamp(epoch, IST) for epoch in self.epoch]

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """`time`, `open`, `high`, `low`, `close`, `volume`, `oi`."""
        return {"time": self.time, **{name: getattr(self, name) for name in _COLUMNS}}

    # As a sequence

    def __len__(self) -> int:
        return len(self.epoch)

    @overload
    def __getitem__(self, place: int) -> Candle: ...
    @overload
    def __getitem__(self, place: slice) -> Candles: ...
    def __getitem__(self, place: int | slice) -> Candle | Candles:
        if isinstance(place, slice):
            columns = (getattr(self, name)[place] for name in _ALL)
            return Candles(self.symbol, self.interval, columns)
        time = dt.datetime.fromtimestamp(self.epoch[place], IST)
        return Candle(time, *(getattr(self, name)[place] for name in _COLUMNS))

    def __iter__(self) -> Iterator[Candle]:
        rows = zip(self.epoch, *(getattr(self, name) for name in _COLUMNS), strict=True)
        return (Candle(dt.datetime.fromtimestamp(epoch, IST), *values) for epoch, *values in rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Candles) and all(
            getattr(self, name) == getattr(other, name) for name in ("symbol", "interval", *_ALL)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        if not len(self):
            return f"Candles({self.symbol}, {self.interval}: none)"
        first, last = (f"{candle.time:%d %b %Y %H:%M}" for candle in (self[0], self[-1]))
        return f"Candles({self.symbol}, {self.interval}: {grouped(len(self), 0)} from {first} to {last} IST)"

    # Parts and sums

    def between(self, start: dt.datetime, end: dt.datetime) -> Candles:
        """Those that start within two moments, both included."""
        first = bisect.bisect_left(self.epoch, start.timestamp())
        return self[first : bisect.bisect_right(self.epoch, end.timestamp())]

    def joined(self, later: Candles) -> Candles:
        """These and others, each of them without gaps; where both have candles, the others count."""
        if not len(later):
            return self
        before = self[: bisect.bisect_left(self.epoch, later.epoch[0])]
        after = self[bisect.bisect_right(self.epoch, later.epoch[-1]) :]
        columns = [getattr(before, name) + getattr(later, name) + getattr(after, name) for name in _ALL]
        return Candles(self.symbol, self.interval, columns)

    def folded(self, epoch: int) -> Candles:
        """All of them as one candle that starts at `epoch`; none if there are none."""
        if not len(self):
            return self
        values = {
            "epoch": epoch, "open": self.open[0], "high": max(self.high), "low": min(self.low),
            "close": self.close[-1], "volume": sum(self.volume), "oi": self.oi[-1],
        }  # fmt: skip
        columns = (array.array(getattr(self, name).typecode, [value]) for name, value in values.items())
        return Candles(self.symbol, self.interval, columns)

    # Kept in files

    def packed(self) -> bytes:
        """The candles as bytes, for `unpacked`."""
        return msgspec.msgpack.encode([getattr(self, name).tobytes() for name in _ALL])

    @classmethod
    def unpacked(cls, symbol: str, interval: str, data: bytes) -> Candles:
        """What `packed` has made bytes of.

        Raises:
            ValueError: they are others.
        """
        try:
            parts = msgspec.msgpack.decode(data, type=tuple[bytes, bytes, bytes, bytes, bytes, bytes, bytes])
        except msgspec.DecodeError as error:
            raise ValueError(f"these are no candles: {error}") from error
        columns: list[array.array[Any]] = [array.array(code, part) for code, part in zip("qddddqq", parts, strict=True)]
        if len({len(column) for column in columns}) != 1:
            raise ValueError("these are no candles: the columns are of different lengths")
        return cls(symbol, interval, columns)

    def plot(self, path: Path | str | None = None, **options: Any) -> Figure:
        """Draw them with their volume; see `upstox_client.pictures.candles`. Written to `path` (PNG, SVG), if given."""
        from upstox_client.pictures import candles

        return candles(self, path, **options)
