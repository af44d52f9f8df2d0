from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_emulator.calendar import Calendar
from upstox_emulator.info.periods import (
    DAY,
    Quarter,
    after_working_days,
    date_text,
    latest_quarter,
    published_on,
    published_quarters,
    working_day,
)

RULES = Calendar("calendar", dt.date(2026, 1, 1))
OPEN = Calendar("always-open", dt.date(2026, 1, 1))
days = st.dates(dt.date(2005, 1, 1), dt.date(2030, 1, 1))


@pytest.mark.parametrize(
    ("quarter", "end"),
    [
        (Quarter(2026, 1), dt.date(2025, 6, 30)),
        (Quarter(2026, 2), dt.date(2025, 9, 30)),
        (Quarter(2026, 3), dt.date(2025, 12, 31)),
        (Quarter(2026, 4), dt.date(2026, 3, 31)),
    ],
)
def test_a_quarter_ends(quarter, end):
    assert quarter.end == end
    assert quarter.label == f"{end:%b %Y}"


@given(days)
def test_the_latest_quarter_is_over_and_the_next_is_not(day):
    quarter = latest_quarter(day)
    after = Quarter(quarter.year, quarter.number + 1) if quarter.number < 4 else Quarter(quarter.year + 1, 1)
    assert after.before == quarter
    assert quarter.end < day <= after.end


@given(days, st.sampled_from(["INE002A01018", "INE040A01034"]))
def test_results_are_known_when_they_are_published(day, isin):
    quarters = published_quarters(RULES, 7, isin, day, 4)
    assert [quarter.before for quarter in quarters[:-1]] == quarters[1:]
    assert published_on(RULES, 7, isin, quarters[0]) <= day
    newest = quarters[0]
    after = Quarter(newest.year, newest.number + 1) if newest.number < 4 else Quarter(newest.year + 1, 1)
    assert published_on(RULES, 7, isin, after) > day


def test_working_days_are_no_weekends_and_no_holidays():
    assert working_day(RULES, dt.date(2026, 11, 21)) == dt.date(2026, 11, 23)
    assert working_day(RULES, dt.date(2026, 11, 24)) == dt.date(2026, 11, 25)  # Guru Nanak Jayanti
    assert working_day(OPEN, dt.date(2026, 11, 21)) == dt.date(2026, 11, 23)
    assert after_working_days(RULES, dt.date(2026, 11, 20), 2) == dt.date(2026, 11, 25)
    assert date_text(dt.date(2025, 8, 4) + DAY) == "05 Aug 2025"
