"""Expiries in words: `this week`, `next month`, `nov`, `25 nov`, a date.

A week word counts the underlying's own expiries from the nearest on, as traders do: `this week` is the nearest one, on
the day after an expiry already the following one. Where contracts end only monthly there are no weeks, unless the
nearest expiry really is within the week: to take a contract a month away for `this week` would be expensive.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Final

from upstox_client.instruments.errors import UnknownExpiryError

_WEEKS: Final = {
    "this week": 0,
    "current week": 0,
    "near week": 0,
    "weekly": 0,
    "next week": 1,
    "far week": 2,
}
_MONTHS: Final = {
    "this month": 0,
    "current month": 0,
    "near month": 0,
    "monthly": 0,
    "next month": 1,
    "far month": 2,
}
_NEAREST: Final = frozenset({"", "nearest", "next", "near", "today"})
_MONTH_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED: Final = re.compile(r"(?:(\d{1,2}) )?([a-z]{3,9})(?: (\d{4}|\d{2}))?")
_NUMBERS: Final = re.compile(r"(\d{1,2}) (\d{1,2}) (\d{4})")

WORDS: Final = (*_WEEKS, *_MONTHS)
"""Every word for an expiry that is not a date."""


def resolve(wish: str | dt.date, expiries: Sequence[dt.date], today: dt.date) -> dt.date:
    """The expiry that is meant.

    Parameters:
        wish: `this week`, `next week`, `far week`, the same with `month`, `nearest`, a month (`nov`, `nov 2026`), a
            date (`2026-11-24`, `24-11-2026`, `24 nov`, `24 NOV 26`) or a `datetime.date`. An underscore is a blank.
        expiries: those there are, in order.
        today: the present day; what ended before it is not looked at.

    Raises:
        UnknownExpiryError: there is no such expiry; the message lists those there are.
    """
    alive = [day for day in expiries if day >= today]
    found = _day(wish, alive) if isinstance(wish, dt.date) else _words(_plain(wish), alive, today)
    if found is None:
        shown = ", ".join(map(str, alive[:8])) or "none"
        raise UnknownExpiryError(f"no expiry is {str(wish)!r}; there are {shown}{', ...' if len(alive) > 8 else ''}")
    return found


def _plain(wish: str) -> str:
    return " ".join(re.split(r"[\s_/-]+", wish.strip().lower()))


def _day(wish: dt.date, alive: Sequence[dt.date]) -> dt.date | None:
    day = wish.date() if isinstance(wish, dt.datetime) else wish
    return day if day in alive else None


def _words(wish: str, alive: Sequence[dt.date], today: dt.date) -> dt.date | None:
    if not alive:
        return None
    if wish in _NEAREST:
        return alive[0] if wish != "today" or alive[0] == today else None
    if wish in _WEEKS:
        return _at(_weekly(alive, today), _WEEKS[wish])
    if wish in _MONTHS:
        return _at(monthly(alive), _MONTHS[wish])
    return _dated(wish, alive)


def _at(days: Sequence[dt.date], index: int) -> dt.date | None:
    return days[index] if index < len(days) else None


def monthly(expiries: Sequence[dt.date]) -> list[dt.date]:
    """The last expiry of each month."""
    return list({(day.year, day.month): day for day in expiries}.values())


def _weekly(alive: Sequence[dt.date], today: dt.date) -> Sequence[dt.date]:
    """The expiries that weeks are counted by: all, where some end in the middle of a month."""
    if len(monthly(alive)) < len(alive):
        return alive
    return [day for day in alive[:1] if day - today <= dt.timedelta(days=7)]


def _dated(wish: str, alive: Sequence[dt.date]) -> dt.date | None:
    """A date or a month, however it is written."""
    try:
        if re.fullmatch(r"\d{4} \d\d \d\d", wish):
            return _day(dt.date.fromisoformat(wish.replace(" ", "-")), alive)
        if numbers := _NUMBERS.fullmatch(wish):
            day, month, year = map(int, numbers.groups())
            return _day(dt.date(year, month, day), alive)
    except ValueError:
        return None
    named = _NAMED.fullmatch(wish)
    if named is None or named[2][:3] not in _MONTH_NAMES:
        return None
    return _in_month(named, alive)


def _in_month(named: re.Match[str], alive: Sequence[dt.date]) -> dt.date | None:
    """`nov` is the last expiry of the next November, `24 nov` that day of it, `nov 27` the last of that year's."""
    day, month, year = named[1], _MONTH_NAMES.index(named[2][:3]) + 1, named[3]
    fitting = [
        one
        for one in alive
        if one.month == month
        and (day is None or one.day == int(day))
        and (year is None or one.year % 100 == int(year) % 100)
    ]
    if not fitting:
        return None
    return [one for one in fitting if one.year == fitting[0].year][-1]
