"""What happens by itself, and when."""

from __future__ import annotations

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from upstox_emulator.agenda import Agenda, Appointment
from upstox_emulator.calendar import Calendar
from upstox_emulator.clock import IST

MONDAY = dt.date(2026, 11, 23)


def at(text: str, day: dt.date = MONDAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(text), IST)


def by_the_calendar() -> Agenda:
    return Agenda(Calendar("calendar", MONDAY))


def test_a_trading_day():
    agenda = by_the_calendar()
    told = [
        (f"{one.at:%H:%M}", one.occasion, one.exchange)
        for one in agenda.between(at("00:00") - dt.timedelta(seconds=1), at("23:59"))
    ]
    assert told[0] == ("00:00", "roll", "")
    assert ("09:15", "open", "NSE") in told
    assert ("15:15", "square_off", "NSE") in told
    assert ("15:30", "close", "NSE") in told
    assert ("15:25", "square_off", "NFO") in told
    assert ("15:40", "close", "NFO") in told
    assert ("17:00", "close", "CDS") in told
    assert ("23:55", "close", "MCX") in told
    assert told == sorted(told, key=lambda one: one[0])


def test_a_day_without_a_session_only_turns():
    sunday = MONDAY - dt.timedelta(1)
    assert list(by_the_calendar().between(at("00:00", sunday) - dt.timedelta(seconds=1), at("23:59", sunday))) == [
        Appointment(at("00:00", sunday), "roll")
    ]


def test_what_is_due_at_once_is_due_and_what_was_is_not():
    agenda = by_the_calendar()
    assert [one.exchange for one in agenda.between(at("09:14"), at("09:15"))] == ["NSE", "BSE", "NFO", "BFO"]
    assert list(agenda.between(at("09:15"), at("09:15:30"))) == []


def test_a_market_that_never_closes_ends_its_day_before_the_next_begins():
    agenda = Agenda(Calendar("always-open", MONDAY))
    midnight = at("00:00", MONDAY + dt.timedelta(1))
    due = list(agenda.between(midnight - dt.timedelta(seconds=1), midnight))
    occasions = [one.occasion for one in due]
    assert occasions == ["close"] * 8 + ["roll"] + ["open"] * 8
    assert [one.occasion for one in agenda.between(at("23:44"), at("23:46"))] == ["square_off"] * 8


@given(st.lists(st.integers(0, 10 * 86400), min_size=2, max_size=6, unique=True))
def test_it_makes_no_difference_in_how_many_steps(moments):
    agenda = by_the_calendar()
    moments = sorted(at("08:00") + dt.timedelta(seconds=seconds) for seconds in moments)
    whole = list(agenda.between(moments[0], moments[-1]))
    parts = [one for before, after in itertools.pairwise(moments) for one in agenda.between(before, after)]
    assert parts == whole
