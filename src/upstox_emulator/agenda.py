"""What happens by itself, and when: the day turns, sessions open and close, intraday positions are squared off."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

from upstox_emulator.calendar import Calendar
from upstox_emulator.clock import IST

Occasion: TypeAlias = Literal["square_off", "close", "roll", "open"]
"""In the order in which they happen at one moment: a market that never closes ends one day, then begins the next."""

_ORDER: Final[dict[Occasion, int]] = {"square_off": 0, "close": 1, "roll": 2, "open": 3}

SQUARE_OFF_BEFORE: Final = dt.timedelta(minutes=15)
"""How long before the close intraday positions are squared off."""

TRADING: Final = ("NSE", "BSE", "NFO", "BFO", "CDS", "BCD", "MCX", "NSCOM")
"""The exchanges that have sessions."""


class Appointment(NamedTuple):
    """One of them; `exchange` is empty for the turn of the day."""

    at: dt.datetime
    occasion: Occasion
    exchange: str = ""


class Agenda:
    """All appointments of a calendar."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._of_day = functools.lru_cache(maxsize=64)(self._make_day)

    def between(self, after: dt.datetime, until: dt.datetime) -> Iterator[Appointment]:
        """Those in `(after, until]`, in order."""
        day, last = after.date() - dt.timedelta(1), until.date()  # the last close of a day may be at its midnight
        due: list[Appointment] = []
        while day <= last:
            due += [appointment for appointment in self._of_day(day) if after < appointment.at <= until]
            day += dt.timedelta(1)
        yield from sorted(due, key=lambda appointment: (appointment.at, _ORDER[appointment.occasion]))

    def _make_day(self, day: dt.date) -> tuple[Appointment, ...]:
        appointments = [Appointment(dt.datetime.combine(day, dt.time(), IST), "roll")]
        for exchange in TRADING:
            session = self._calendar.session(exchange, day)
            if session is not None:
                appointments += [
                    Appointment(session.open, "open", exchange),
                    Appointment(session.close - SQUARE_OFF_BEFORE, "square_off", exchange),
                    Appointment(session.close, "close", exchange),
                ]
        return tuple(appointments)
