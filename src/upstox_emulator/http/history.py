"""Candles: of the past, of today, and of contracts that have ended.

https://upstox.com/developer/api-documentation/v3/get-historical-candle-data and the pages beside it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.clock import IST
from upstox_emulator.errors import refuse
from upstox_emulator.http.calls import Call, Endpoint
from upstox_emulator.http.keys import find_quoted, is_key
from upstox_emulator.http.parameters import DATE
from upstox_emulator.market.chain import FIRST
from upstox_emulator.market.sessions import midnight
from upstox_emulator.market.view import Candle
from upstox_emulator.units import rupees

MINUTES_SINCE: Final = dt.date(2022, 1, 1)
"""The first day whose minutes are known."""

_DAY: Final = dt.timedelta(1)
_EXPIRED: Final = re.compile(
    r"(?:NSE_EQ|NSE_FO|NCD_FO|BSE_EQ|BSE_FO|BCD_FO|MCX_FO|NSE_INDEX|BSE_INDEX|MCX_INDEX|NSE_COM)"
    r"\|[\w\-]+\|(0[1-9]|[12]\d|3[01])-(0[1-9]|1[012])-(\d{4})",
    re.ASCII,
)


class Wish(NamedTuple):
    """What candles are wanted.

    Attributes:
        unit: `minutes`, `days`, `weeks` or `months`. size: minutes in a candle.
        first, last: days, both included.
    """

    unit: str
    size: int
    first: dt.date
    last: dt.date


# Version 3

_LARGEST: Final = {"minutes": 300, "hours": 5, "days": 1, "weeks": 1, "months": 1}


def history_v3(call: Call) -> Any:
    unit, count = _unit(call, tuple(_LARGEST))
    instrument = _instrument(call)
    last = _to_date(call)
    first = _from_date(call, last)
    if first is None:
        first = _earliest(unit, count, last)
    elif unit in {"minutes", "days"} and first < _earliest(unit, count, last):
        raise refuse("candle_range")
    return _told(_past(call, instrument, Wish(unit, count, first, last)))


def intraday_v3(call: Call) -> Any:
    unit, count = _unit(call, ("minutes", "hours", "days"))
    return _told(_today(call, _instrument(call), unit, count))


def _unit(call: Call, units: Sequence[str]) -> tuple[str, int]:
    """The unit, hours told as minutes, and how many of it make a candle."""
    unit, text = call.path["unit"], call.path["interval"]
    if unit not in units:
        raise refuse("candle_unit", path="unit", value=unit)
    if not re.fullmatch(r"[1-9]\d{0,2}", text) or int(text) > _LARGEST[unit]:
        raise refuse("candle_unit_interval", path="interval", value=text)
    return ("minutes", int(text) * 60) if unit == "hours" else (unit, int(text))


def _earliest(unit: str, count: int, last: dt.date) -> dt.date:
    """Where the longest span begins that may be asked for."""
    if unit == "minutes":
        return _months_before(last, 1 if count <= 15 else 3)
    return _months_before(last, 120) if unit == "days" else FIRST


# Version 2

_V2: Final = {"1minute": ("minutes", 1), "30minute": ("minutes", 30), "day": ("days", 1), "week": ("weeks", 1),
              "month": ("months", 1)}  # fmt: skip
_V2_SPAN: Final = {"1minute": 1, "30minute": 12, "day": 12, "week": 120, "month": 120}
_V2_MINUTES_MONTHS: Final = 6


def history(call: Call) -> Any:
    interval = _named_interval(call, tuple(_V2), "candle_interval")
    instrument = _instrument(call)
    last = _to_date(call)
    first = _from_date(call, last)
    unit, count = _V2[interval]
    earliest = _months_before(last, _V2_SPAN[interval])
    if unit == "minutes":
        earliest = max(earliest, _months_before(call.backend.now().date(), _V2_MINUTES_MONTHS))
    first = earliest if first is None else max(first, earliest)
    return _told(_past(call, instrument, Wish(unit, count, first, last)))


def intraday(call: Call) -> Any:
    interval = _named_interval(call, ("1minute", "30minute"), "candle_interval_today")
    return _told(_today(call, _instrument(call), *_V2[interval]))


def _named_interval(call: Call, intervals: Sequence[str], kind: str) -> str:
    interval = call.path["interval"]
    if interval not in intervals:
        raise refuse(kind, path="interval", value=interval)
    return interval


# Contracts that have ended

_EXPIRED_INTERVALS: Final = {
    **{f"{count}minute": ("minutes", count) for count in (1, 3, 5, 15, 30)},
    "day": ("days", 1),
}


def expired(call: Call) -> Any:
    key = call.path["instrument_key"]
    if not _EXPIRED.fullmatch(key):
        raise refuse("candle_key_format", path="expired_instrument_key", value=key)
    interval = _named_interval(call, tuple(_EXPIRED_INTERVALS), "candle_interval_expired")
    now = call.backend.now()
    # What will be listed on a day to come is not settled yet, so it is not even looked for.
    instrument = call.backend.venue.catalog.find_expired(key) if _has_ended(key, now.date()) else None
    if instrument is None or instrument.expiry is None:
        raise refuse("instrument_unknown", path="expired_instrument_key", value=key)
    last = _to_date(call)
    first = _from_date(call, last) or last
    unit, count = _EXPIRED_INTERVALS[interval]
    wish = Wish(unit, count, first, min(last, instrument.expiry))
    return _told(_past(call, instrument, wish))


def _has_ended(key: str, today: dt.date) -> bool:
    """Whether an expired instrument's key is of a day before."""
    day, month, year = key.rpartition("|")[2].split("-")
    return (year, month, day) < tuple(today.isoformat().split("-"))


# What all have in common


def _instrument(call: Call) -> Instrument:
    key = call.path["instrument_key"]
    if not is_key(key):
        raise refuse("candle_key_format", path="instrument_key", value=key)
    instrument = find_quoted(call, call.backend.now().date(), key)
    if instrument is None:
        raise refuse("instrument_unknown", path="instrument_key", value=key)
    return instrument


def _day(call: Call, name: str) -> dt.date:
    text = call.path[name]
    try:
        return dt.date.fromisoformat(text if DATE.fullmatch(text) else "")
    except ValueError:
        raise refuse("candle_dates", path=name, value=text) from None


def _to_date(call: Call) -> dt.date:
    return _day(call, "to_date")


def _from_date(call: Call, last: dt.date) -> dt.date | None:
    if "from_date" not in call.path:
        return None
    first = _day(call, "from_date")
    if first > last:
        raise refuse("candle_dates", path="to_date", value=call.path["to_date"])
    return first


def _months_before(day: dt.date, months: int) -> dt.date:
    """The day with the same number some months before; the month's last where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < dt.MINYEAR:
        return dt.date.min
    ends = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - _DAY).day
    return dt.date(year, month + 1, min(day.day, ends))


def _past(call: Call, instrument: Instrument, wish: Wish) -> Iterable[Candle]:
    """Candles of days that are over, oldest first."""
    key, market, now = instrument.key, call.backend.venue.market, call.backend.now()
    if instrument.expiry is not None:  # its key may have been another contract's before
        key = f"{instrument.key}|{instrument.expiry:%d-%m-%Y}"
    yesterday = now.date() - _DAY
    last = min(wish.last, yesterday)
    first = max(wish.first, MINUTES_SINCE if wish.unit == "minutes" else FIRST)
    if first > last:
        return []
    if wish.unit == "minutes":
        return market.candles(key, 60 * wish.size, midnight(first), midnight(last + _DAY))
    if wish.unit == "days":
        return market.days(key, first, last, now.timestamp())
    begin = {"weeks": _monday, "months": _first_of_month}[wish.unit]
    days = market.days(key, max(begin(first), FIRST), last, now.timestamp())
    groups = groupby(days, key=lambda candle: begin(dt.datetime.fromtimestamp(candle.at, IST).date()))
    return [_joined(start, list(candles)) for start, candles in groups]


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(day.weekday())


def _first_of_month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def _joined(start: dt.date, candles: Sequence[Candle]) -> Candle:
    """Several candles as one."""
    return Candle(
        float(midnight(start)),
        candles[0].open,
        max(candle.high for candle in candles),
        min(candle.low for candle in candles),
        candles[-1].close,
        sum(candle.volume for candle in candles),
        candles[-1].oi,
    )


def _today(call: Call, instrument: Instrument, unit: str, count: int) -> Iterable[Candle]:
    """Candles of the day, the one that forms included if it is of more than a minute; oldest first."""
    market, now = call.backend.venue.market, call.backend.now()
    today, at = now.date(), now.timestamp()
    if unit == "days":
        return market.days(instrument.key, today, today, at)
    found = market.candles(instrument.key, 60 * count, midnight(today), at)
    if count == 1 and found and found[-1].at + 60 > at:
        del found[-1]
    return found


def _told(candles: Iterable[Candle]) -> dict[str, Any]:
    """The newest first."""
    rows = [
        [
            _stamp(candle.at),
            rupees(candle.open),
            rupees(candle.high),
            rupees(candle.low),
            rupees(candle.close),
            candle.volume,
            candle.oi,
        ]
        for candle in candles
    ]
    rows.reverse()
    return {"candles": rows}


def _stamp(at: float) -> str:
    return dt.datetime.fromtimestamp(at, IST).isoformat()


_V2_PATH: Final = "/v2/historical-candle/{instrument_key}/{interval}/{to_date}"
_V3_PATH: Final = "/v3/historical-candle/{instrument_key}/{unit}/{interval}/{to_date}"

# Those of today come first: their paths have the form of the others, too.
ENDPOINTS: Final = (
    Endpoint("GET", "/v3/historical-candle/intraday/{instrument_key}/{unit}/{interval}", intraday_v3, signed=False),
    Endpoint("GET", _V3_PATH, history_v3, signed=False),
    Endpoint("GET", _V3_PATH + "/{from_date}", history_v3, signed=False),
    Endpoint("GET", "/v2/historical-candle/intraday/{instrument_key}/{interval}", intraday, signed=False),
    Endpoint("GET", _V2_PATH, history, signed=False),
    Endpoint("GET", _V2_PATH + "/{from_date}", history, signed=False),
    Endpoint(
        "GET",
        "/v2/expired-instruments/historical-candle/{instrument_key}/{interval}/{to_date}/{from_date}",
        expired,
    ),
)
