"""When contracts begin and end: the exchanges' expiry days and how they changed over the years.

https://upstox.com/developer/api-documentation/get-option-contracts. An expiry day that is a holiday moves to the
trading day before. The rules of the past stand here, too, so that expired contracts can be told without being stored.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec

from upstox_emulator.calendar import Calendar

MON, TUE, WED, THU, FRI = range(5)

MonthRule: TypeAlias = Callable[[int, int], dt.date | None]
"""The expiry day of a year's month, before holidays; None where the month has none."""

Regime: TypeAlias = tuple[str, int | None]
"""From a day on (ISO 8601), the weekday of the expiry; None where there is none any more."""

Span: TypeAlias = Literal["week", "month", "quarter"]

EXPIRY_WORDS: Final[dict[str, tuple[Span, int]]] = {
    **dict.fromkeys(("current_week", "this_week", "near_week", "weekly"), ("week", 0)),
    "next_week": ("week", 1),
    "far_week": ("week", 2),
    **dict.fromkeys(("current_month", "this_month", "near_month", "monthly"), ("month", 0)),
    "next_month": ("month", 1),
    "far_month": ("month", 2),
}
"""What may stand for an expiry day: the so-manieth weekly or monthly expiry from now on, counted from 0."""

_DAY: Final = dt.timedelta(1)
_ALWAYS: Final = "0001-01-01"
_QUARTERS: Final = frozenset({3, 6, 9, 12})


class Expiry(msgspec.Struct, frozen=True, gc=False, order=True):
    """An expiry.

    Attributes:
        day: the last day.
        nominal: what it would be without holidays; no two expiries of one cycle share its week.
        month: whether it is its month's expiry.
        week: whether it is one of the weekly expiries; the month's last one is both.
    """

    day: dt.date
    nominal: dt.date
    month: bool
    week: bool

    def within(self, span: Span) -> bool:
        """Whether it is a weekly, monthly or quarterly expiry."""
        if span == "week":
            return self.week
        return self.month and (span == "month" or self.nominal.month in _QUARTERS)


class Cycle(msgspec.Struct, frozen=True):
    """A rule for expiries.

    Attributes:
        exchange: whose holidays move them.
        month: the monthly ones. weeks: the weekly ones, oldest regime first.
        lead: trading days before the day that the rules give: an option on a commodity's future ends before it.
    """

    exchange: str
    month: MonthRule
    weeks: tuple[Regime, ...] = ()
    lead: int = 0


class Tier(msgspec.Struct, frozen=True):
    """How many expiries ahead are listed, and the strikes that come with it.

    Attributes:
        span, ahead: the next so many weekly, monthly or quarterly expiries.
        reach: how far strikes go to both sides, as a part of the price.
        coarse: the distance of strikes, in steps.
    """

    span: Span
    ahead: int
    reach: float = 0.0
    coarse: int = 1


class Opening(NamedTuple):
    """The day on which a tier took an expiry in."""

    day: dt.date
    tier: Tier


class Listing(NamedTuple):
    """An expiry that is listed, and what opened it, the first first."""

    expiry: Expiry
    openings: tuple[Opening, ...]


def last(*regimes: Regime) -> MonthRule:
    """The month's last such weekday."""

    def rule(year: int, month: int) -> dt.date | None:
        weekday = _in_force(regimes, dt.date(year, month, 1))
        if weekday is None:
            return None
        end = _month_end(year, month)
        return end - _DAY * ((end.weekday() - weekday) % 7)

    return rule


def weekdays_before_month_end(count: int) -> MonthRule:
    """So many weekdays before the month's last one."""

    def rule(year: int, month: int) -> dt.date:
        day = _month_end(year, month)
        left = count
        while day.weekday() >= 5 or left:
            left -= day.weekday() < 5
            day -= _DAY
        return day

    return rule


def day_of(number: int, *months: int) -> MonthRule:
    """A day of the month, of some months or of all; a weekend moves it to the Friday before."""

    def rule(year: int, month: int) -> dt.date | None:
        if months and month not in months:
            return None
        day = min(dt.date(year, month, 1) + _DAY * (number - 1), _month_end(year, month))
        return day - _DAY * max(0, day.weekday() - 4)

    return rule


def named(days: Iterable[tuple[dt.date, bool]], word: str) -> dt.date | None:
    """The expiry that a word of `EXPIRY_WORDS` means.

    Parameters:
        days: the expiries of an underlying, each with whether it is a week's that is not its month's last.

    A week's word means nothing where no expiry is a week's.
    """
    span, number = EXPIRY_WORDS[word]
    row = sorted(days)
    if span == "month":
        row = [day for day in row if not day[1]]
    elif not any(weekly for _, weekly in row):
        row = []
    return row[number][0] if number < len(row) else None


class Schedule:
    """The expiries of all cycles, by the holidays of a calendar."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._years: dict[tuple[Cycle, int], tuple[Expiry, ...]] = {}
        self._listings: dict[tuple[Cycle, tuple[Tier, ...], dt.date], list[Listing]] = {}

    def year(self, cycle: Cycle, year: int) -> tuple[Expiry, ...]:
        """The expiries whose rules give a day of the year, in order."""
        known = self._years.get((cycle, year))
        if known is None:
            known = self._years[cycle, year] = self._make_year(cycle, year)
        return known

    def around(self, cycle: Cycle, day: dt.date) -> list[Expiry]:
        """The expiries of last year, this year and the next."""
        return [expiry for year in range(day.year - 1, day.year + 2) for expiry in self.year(cycle, year)]

    def listed(self, cycle: Cycle, tiers: tuple[Tier, ...], day: dt.date) -> list[Listing]:
        """What is listed on a day, in order."""
        known = self._listings.get((cycle, tiers, day))
        if known is None:
            if len(self._listings) > 1024:
                self._listings.clear()
            known = self._listings[cycle, tiers, day] = self._make_listings(cycle, tiers, day)
        return known

    def _make_listings(self, cycle: Cycle, tiers: tuple[Tier, ...], day: dt.date) -> list[Listing]:
        opened: dict[Expiry, list[Opening]] = {}
        around = self.around(cycle, day)
        for tier in tiers:
            row = [expiry for expiry in around if expiry.within(tier.span)]
            first = bisect_left(row, day, key=_last_day)
            for index in range(first, min(first + tier.ahead, len(row))):
                begun = self._after(cycle, row[index - tier.ahead].day) if index >= tier.ahead else row[0].day
                if begun <= day:
                    opened.setdefault(row[index], []).append(Opening(begun, tier))
        return [Listing(expiry, tuple(sorted(opened[expiry], key=_opened))) for expiry in sorted(opened)]

    def _make_year(self, cycle: Cycle, year: int) -> tuple[Expiry, ...]:
        around = ((year - 1, 12), *((year, month) for month in range(1, 13)), (year + 1, 1))
        months = [day for one in around if (day := cycle.month(*one)) is not None]
        taken = {_monday(day) for day in months}  # a week may belong to two years
        months = [day for day in months if day.year == year]
        nominals = [(day, True, _weekday_of_week(cycle, day) is not None) for day in months]
        monday = _monday(dt.date(year, 1, 1))
        while monday.year <= year:
            weekday = _weekday_of_week(cycle, monday)
            if weekday is not None and monday not in taken and (monday + _DAY * weekday).year == year:
                nominals.append((monday + _DAY * weekday, False, True))
            monday += _DAY * 7
        return tuple(
            Expiry(self._moved(cycle, nominal), nominal, month, week) for nominal, month, week in sorted(nominals)
        )

    def _moved(self, cycle: Cycle, day: dt.date) -> dt.date:
        while self._calendar.session(cycle.exchange, day) is None:
            day -= _DAY
        for _ in range(cycle.lead):
            day = self._calendar.previous(cycle.exchange, day)
        return day

    def _after(self, cycle: Cycle, day: dt.date) -> dt.date:
        day += _DAY
        while self._calendar.session(cycle.exchange, day) is None:
            day += _DAY
        return day


def _last_day(expiry: Expiry) -> dt.date:
    return expiry.day


def _opened(opening: Opening) -> dt.date:
    return opening.day


def _in_force(regimes: tuple[Regime, ...], day: dt.date) -> int | None:
    weekday = None
    for since, then in regimes:
        if dt.date.fromisoformat(since) <= day:
            weekday = then
    return weekday


def _weekday_of_week(cycle: Cycle, day: dt.date) -> int | None:
    return _in_force(cycle.weeks, _monday(day))


def _monday(day: dt.date) -> dt.date:
    return day - _DAY * day.weekday()


def _month_end(year: int, month: int) -> dt.date:
    return (dt.date(year, month, 28) + _DAY * 4).replace(day=1) - _DAY


# The cycles

# Since September 2025 everything of the National Stock Exchange ends on a Tuesday, of the BSE on a Thursday; and only
# one index of each has weekly options since November 2024.
_NSE_MONTH: Final = last((_ALWAYS, THU), ("2025-09-01", TUE))

NSE_SHARES: Final = Cycle("NFO", _NSE_MONTH)
NIFTY: Final = Cycle("NFO", _NSE_MONTH, (("2019-02-11", THU), ("2025-09-01", TUE)))
BANKNIFTY: Final = Cycle(
    "NFO",
    last((_ALWAYS, THU), ("2024-03-01", WED), ("2025-01-01", THU), ("2025-09-01", TUE)),
    (("2016-05-23", THU), ("2023-09-04", WED), ("2024-11-18", None)),
)
FINNIFTY: Final = Cycle(
    "NFO",
    last((_ALWAYS, TUE), ("2025-01-01", THU), ("2025-09-01", TUE)),
    (("2021-01-11", THU), ("2021-10-11", TUE), ("2024-11-25", None)),
)
MIDCPNIFTY: Final = Cycle(
    "NFO",
    last((_ALWAYS, TUE), ("2023-08-01", MON), ("2025-01-01", THU), ("2025-09-01", TUE)),
    (("2022-01-24", TUE), ("2023-08-14", MON), ("2024-11-25", None)),
)
NIFTYNXT50: Final = Cycle("NFO", last(("2024-05-01", FRI), ("2025-01-01", THU), ("2025-09-01", TUE)))
SENSEX: Final = Cycle(
    "BFO",
    last((_ALWAYS, FRI), ("2025-01-01", TUE), ("2025-09-01", THU)),
    (("2023-05-15", FRI), ("2025-01-06", TUE), ("2025-09-01", THU)),
)
BANKEX: Final = Cycle(
    "BFO",
    last((_ALWAYS, FRI), ("2023-10-01", MON), ("2025-01-01", TUE), ("2025-09-01", THU)),
    (("2023-05-15", FRI), ("2023-10-16", MON), ("2024-11-25", None)),
)
USDINR: Final = Cycle("CDS", weekdays_before_month_end(2), (("2018-10-01", FRI),))
CURRENCIES: Final = Cycle("CDS", weekdays_before_month_end(2))
BSE_CURRENCIES: Final = Cycle("BCD", weekdays_before_month_end(2))


def commodity(exchange: str, month: MonthRule, lead: int) -> tuple[Cycle, Cycle]:
    """The cycles of a commodity's futures and of the options on them, which end `lead` trading days earlier."""
    return Cycle(exchange, month), Cycle(exchange, month, lead=lead)
