"""Candles or ticks from a file, for a price to go through.

A CSV file has a header, a Parquet file its columns. The names of the columns tell which they are: candles have a time,
`open`, `high`, `low`, `close` and perhaps `volume`; ticks have a time, `price` (or `ltp`, `last_price`) and perhaps
`volume` (or `quantity`, `ltq`).
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from upstox_emulator.clock import IST
from upstox_emulator.units import PER_RUPEE, Price, price

Row: TypeAlias = Mapping[str, Any]

_TIMES: Final = ("timestamp", "time", "datetime", "date", "ts", "at")
_PRICES: Final = ("price", "ltp", "last_price", "last", "close")
_VOLUMES: Final = ("volume", "vol", "quantity", "qty", "ltq")
_CANDLE: Final = ("open", "high", "low", "close")

_MINUTE: Final = 60.0
_MILLISECONDS: Final = 1e11
"""From here on a number is epoch milliseconds."""


class Trade(NamedTuple):
    """One tick: epoch seconds, price, units."""

    at: float
    price: Price
    volume: int


def load(path: str | Path) -> list[Trade]:
    """The ticks of a file, in order; a candle becomes four of them.

    Parameters:
        path: `.csv` or `.parquet`. Times are ISO 8601 (Indian time if they name no zone) or epoch seconds or
            milliseconds; prices are rupees.

    Raises:
        ValueError: the file has no rows, no such columns, or a value that cannot be read; the message says which.
        ImportError: a Parquet file, and `pyarrow` is not installed.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".csv":
        rows = _csv(path)
    elif suffix in {".parquet", ".pq"}:
        rows = _parquet(path)
    else:
        raise ValueError(f"{path.name!r} is neither .csv nor .parquet")
    if not rows:
        raise ValueError(f"{path.name!r} has no rows")
    rows = [{str(name).strip().lower(): value for name, value in row.items()} for row in rows]
    names = list(rows[0])
    if all(name in names for name in _CANDLE):
        trades = list(_from_candles(rows, path.name))
    else:
        trades = list(_from_ticks(rows, path.name))
    return sorted(trades, key=lambda trade: trade.at)


def _csv(path: Path) -> Sequence[Row]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def _parquet(path: Path) -> Sequence[Row]:
    try:
        module: Any = import_module("pyarrow.parquet")
    except ImportError:
        why = f"{path.name!r}: Parquet files need pyarrow; pip install 'upstox-python-sdk[arrow]'"
        raise ImportError(why) from None
    rows: Sequence[Row] = module.read_table(path).to_pylist()
    return rows


def _from_ticks(rows: Sequence[Row], file: str) -> Iterator[Trade]:
    time, value = _column(rows, _TIMES, file), _column(rows, _PRICES, file)
    volume = next((name for name in _VOLUMES if name in rows[0]), None)
    for number, row in enumerate(rows, 1):
        where = f"{file!r}, row {number}"
        units = 0 if volume is None else _units(row[volume], where)
        yield Trade(_seconds(row[time], where), _price(row[value], where), units)


def _from_candles(rows: Sequence[Row], file: str) -> Iterator[Trade]:
    """Open, then the nearer of high and low, the other one, and close, spread over the candle."""
    time = _column(rows, _TIMES, file)
    volume = next((name for name in _VOLUMES if name in rows[0]), None)
    read = [(_seconds(row[time], f"{file!r}, row {number}"), row) for number, row in enumerate(rows, 1)]
    read.sort(key=lambda pair: pair[0])
    starts = [start for start, _ in read]
    length = min((later - start for start, later in pairwise(starts) if later > start), default=_MINUTE)
    for start, row in read:
        where = f"{file!r}, the candle of {dt.datetime.fromtimestamp(start, IST):%Y-%m-%d %H:%M}"
        opened, high, low, close = (_price(row[name], where) for name in _CANDLE)
        if not low <= min(opened, close) <= max(opened, close) <= high:
            raise ValueError(f"{where}: open and close must lie between low and high")
        units = 0 if volume is None else _units(row[volume], where)
        turns = (low, high) if close >= opened else (high, low)
        for part, value in enumerate((opened, *turns, close)):
            yield Trade(start + length * part / 4, value, units * (part + 1) // 4 - units * part // 4)


def _column(rows: Sequence[Row], names: Sequence[str], file: str) -> str:
    for name in names:
        if name in rows[0]:
            return name
    raise ValueError(f"{file!r} has none of the columns {', '.join(names)}; it has {', '.join(map(repr, rows[0]))}")


def _seconds(value: Any, where: str) -> float:
    if isinstance(value, dt.datetime):
        return (value.replace(tzinfo=IST) if value.tzinfo is None else value).timestamp()
    try:
        number = float(value)
    except (TypeError, ValueError):
        try:
            return _seconds(dt.datetime.fromisoformat(str(value)), where)
        except ValueError:
            raise ValueError(f"{where}: {value!r} is no time; ISO 8601 or epoch seconds are") from None
    return number / 1000 if number >= _MILLISECONDS else number


def _price(value: Any, where: str) -> Price:
    try:
        found = price(float(value))
    except (TypeError, ValueError, ArithmeticError):
        found = 0
    if found <= 0:
        raise ValueError(f"{where}: {value!r} is no price; rupees above 1/{PER_RUPEE} are")
    return found


def _units(value: Any, where: str) -> int:
    try:
        units = int(float(value))
    except (TypeError, ValueError, OverflowError):
        units = -1
    if units < 0:
        raise ValueError(f"{where}: {value!r} is no volume; a whole number from 0 up is")
    return units
