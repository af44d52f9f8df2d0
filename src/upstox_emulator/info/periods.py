"""Quarters and years of companies, and the working days on which things happen to them."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from upstox_emulator.calendar import Calendar
from upstox_emulator.info.chance import whole

DAY = dt.timedelta(days=1)


class Quarter(NamedTuple):
    """A quarter of a year that ends in March; the fourth one ends in the March of `year`."""

    year: int
    number: int

    @property
    def end(self) -> dt.date:
        """Its last day."""
        year, month = divmod((self.year - 1) * 12 + 3 + 3 * self.number, 12)
        return dt.date(year, month + 1, 1) - DAY

    @property
    def label(self) -> str:
        """`Mar 2025`."""
        return f"{self.end:%b %Y}"

    @property
    def before(self) -> Quarter:
        """The one before it."""
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)


def latest_quarter(day: dt.date) -> Quarter:
    """The latest quarter that is over on a day."""
    year, month = divmod(day.year * 12 + day.month - 4, 12)  # counted from April
    return Quarter(year + 1, month // 3 + 1).before


def working_day(calendar: Calendar, day: dt.date) -> dt.date:
    """The first day from `day` on that is a working day; no weekend is, even where trading never stops."""
    while day.weekday() >= 5 or calendar.session("NSE", day) is None:
        day += DAY
    return day


def after_working_days(calendar: Calendar, day: dt.date, count: int) -> dt.date:
    """The working day that comes so many after `day`."""
    for _ in range(count):
        day = working_day(calendar, day + DAY)
    return day


def published_on(calendar: Calendar, seed: int, isin: str, quarter: Quarter) -> dt.date:
    """The day at which a company tells the results of a quarter, and with the fourth one those of the year."""
    days = whole(22, 44, seed, isin, quarter.year, quarter.number, "published")
    return working_day(calendar, quarter.end + dt.timedelta(days=days))


def published_quarters(calendar: Calendar, seed: int, isin: str, day: dt.date, count: int) -> list[Quarter]:
    """The latest quarters whose results are known on a day, newest first."""
    quarter = latest_quarter(day)
    while published_on(calendar, seed, isin, quarter) > day:
        quarter = quarter.before
    found = [quarter]
    while len(found) < count:
        found.append(found[-1].before)
    return found


def date_text(day: dt.date) -> str:
    """`14 Aug 2025`."""
    return f"{day:%d %b %Y}"
