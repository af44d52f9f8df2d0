"""Intervals of candles, and spans of days: what one call may ask for, what is missing, what is final.

https://upstox.com/developer/api-documentation/v3/get-historical-candle-data
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, TypeAlias

from upstox_client.models.history import CandleUnit

Span: TypeAlias = tuple[dt.date, dt.date]
"""The first and the last day, both included."""

_DAY: Final = dt.timedelta(days=1)
_WRITTEN: Final = re.compile(r"(\d+)\s*(mo|month|months|m|min|minute|minutes|h|hour|hours|d|day|days|w|week|weeks)")
_UNITS: Final[dict[str, CandleUnit]] = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks", "mo": "months"}
_MOST: Final[dict[CandleUnit, int]] = {"minutes": 300, "hours": 5, "days": 1, "weeks": 1, "months": 1}
_SINCE: Final = {True: dt.date(2022, 1, 1), False: dt.date(2000, 1, 1)}

# The daily candle of a day comes the next morning at about 07:00.
_FINAL_AT: Final = dt.time(7, 30)


class Interval(NamedTuple):
    """What one candle spans."""

    unit: CandleUnit
    size: int

    @classmethod
    def of(cls, text: str) -> Interval:
        """`1m` to `300m`, `1h` to `5h`, `1d`, `1w`, `1mo`.

        Raises:
            ValueError: it is none of these.
        """
        found = _WRITTEN.fullmatch(text.strip().lower())
        if found:
            letter = "mo" if found[2].startswith("mo") else found[2][0]
            unit, size = _UNITS[letter], int(found[1])
            if 1 <= size <= _MOST[unit]:
                return cls(unit, size)
        raise ValueError(f"interval is 1m to 300m, 1h to 5h, 1d, 1w or 1mo, got {text!r}")

    def __str__(self) -> str:
        return f"{self.size}{next(letter for letter, unit in _UNITS.items() if unit == self.unit)}"

    @property
    def within_a_day(self) -> bool:
        """Whether a day has several."""
        return self.unit in {"minutes", "hours"}

    @property
    def since(self) -> dt.date:
        """The first day there are candles of."""
        return _SINCE[self.within_a_day]

    @property
    def usual_days(self) -> int:
        """How far back to look where nobody says."""
        if self.within_a_day:
            return 30
        return {"days": 365, "weeks": 5 * 365}.get(self.unit, 30 * 365)

    @property
    def months_a_call(self) -> int | None:
        """How many months one call may ask for; None for any number."""
        if self.unit == "minutes" and self.size <= 15:
            return 1
        if self.within_a_day:
            return 3
        return 120 if self.unit == "days" else None

    def begin(self, day: dt.date) -> dt.date:
        """The first day of the candle that a day belongs to."""
        if self.unit == "weeks":
            return day - day.weekday() * _DAY
        return day.replace(day=1) if self.unit == "months" else day

    def last_final(self, now: dt.datetime) -> dt.date:
        """The last day up to which nothing changes any more."""
        days = 1 if now.time() >= _FINAL_AT else 2
        day = now.date() - days * _DAY
        return day if self.within_a_day or self.unit == "days" else self.begin(day + _DAY) - _DAY


def windows(span: Span, months: int | None) -> Iterator[Span]:
    """A span in parts of at most so many months, oldest first."""
    start, end = span
    while start <= end:
        last = end if months is None else min(end, _later(start, months) - _DAY)
        yield start, last
        start = last + _DAY


def missing(span: Span, covered: Iterable[Span]) -> list[Span]:
    """What is left of a span without those that are there."""
    start, end = span
    left: list[Span] = []
    for first, last in sorted(covered):
        if first > start:
            left.append((start, min(end, first - _DAY)))
        start = max(start, last + _DAY)
        if start > end:
            break
    else:
        left.append((start, end))
    return [(first, last) for first, last in left if first <= last]


def _later(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last one of that month."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    after = dt.date(year + month // 12, month % 12 + 1, 1)
    return dt.date(year, month, min(day.day, (after - _DAY).day))
