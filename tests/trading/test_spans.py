"""Intervals, and spans of days."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.conftest import IST
from upstox_client.trading.moments import as_day, as_moment, from_iso, from_ms
from upstox_client.trading.spans import Interval, missing, windows

DAY = dt.timedelta(days=1)
days = st.dates(dt.date(2000, 1, 1), dt.date(2027, 12, 31))
spans = st.tuples(days, st.integers(0, 3000)).map(lambda pair: (pair[0], pair[0] + pair[1] * DAY))


@pytest.mark.parametrize(
    ("text", "unit", "size", "back"),
    [
        ("1m", "minutes", 1, "1m"),
        ("300m", "minutes", 300, "300m"),
        ("5min", "minutes", 5, "5m"),
        ("15 minutes", "minutes", 15, "15m"),
        ("2h", "hours", 2, "2h"),
        ("1D", "days", 1, "1d"),
        ("1 week", "weeks", 1, "1w"),
        ("1mo", "months", 1, "1mo"),
        ("1 month", "months", 1, "1mo"),
    ],
)
def test_intervals_in_words(text: str, unit: str, size: int, back: str) -> None:
    assert Interval.of(text) == (unit, size)
    assert str(Interval.of(text)) == back


@pytest.mark.parametrize("text", ["0m", "301m", "6h", "2d", "2w", "2mo", "m", "5", "", "1y", "5 5m"])
def test_what_is_no_interval(text: str) -> None:
    with pytest.raises(ValueError, match="interval is 1m to 300m, 1h to 5h, 1d, 1w or 1mo, got"):
        Interval.of(text)


def test_what_one_call_may_ask_for() -> None:
    assert [Interval.of(text).months_a_call for text in ("1m", "15m", "16m", "1h", "1d", "1w", "1mo")] == [
        1, 1, 3, 3, 120, None, None,
    ]  # fmt: skip
    assert Interval.of("1m").since == dt.date(2022, 1, 1)
    assert Interval.of("1d").since == dt.date(2000, 1, 1)


def test_when_candles_are_final() -> None:
    morning, day = (dt.datetime(2026, 11, 25, hour, 31, tzinfo=IST) for hour in (6, 7))
    assert Interval.of("1d").last_final(morning) == dt.date(2026, 11, 23)
    assert Interval.of("1d").last_final(day) == dt.date(2026, 11, 24)
    assert Interval.of("1w").last_final(day) == dt.date(2026, 11, 22)
    assert Interval.of("1w").last_final(dt.datetime(2026, 11, 23, 8, tzinfo=IST)) == dt.date(2026, 11, 22)
    assert Interval.of("1mo").last_final(day) == dt.date(2026, 10, 31)


@given(spans, st.sampled_from([1, 3, 120, None]))
def test_windows_cover_a_span_exactly_and_are_short_enough(span: tuple[dt.date, dt.date], months: int | None) -> None:
    parts = list(windows(span, months))
    assert (parts[0][0], parts[-1][1]) == span
    for (_, end), (start, _) in itertools.pairwise(parts):
        assert start == end + DAY
    for first, last in parts:
        assert first <= last
        assert months is None or (last - first).days < 31 * months + 1
    if months == 120:
        assert all(
            last < first.replace(year=first.year + 10, day=min(first.day, 28)) + 4 * DAY for first, last in parts
        )


@given(spans, st.lists(spans, max_size=6))
def test_what_is_missing_and_what_is_there_are_the_whole(
    span: tuple[dt.date, dt.date], covered: list[tuple[dt.date, dt.date]]
) -> None:
    def all_days(parts: list[tuple[dt.date, dt.date]]) -> set[dt.date]:
        return {first + number * DAY for first, last in parts for number in range((last - first).days + 1)}

    left = missing(span, covered)
    assert all_days(left) == all_days([span]) - all_days(covered)
    assert sum((last - first).days + 1 for first, last in left) == len(all_days(left))


# Moments


def test_moments_are_in_ist() -> None:
    assert as_day("2026-11-23") == dt.date(2026, 11, 23)
    assert as_day(dt.datetime(2026, 11, 22, 20, tzinfo=dt.UTC)) == dt.date(2026, 11, 23)
    assert as_moment(dt.date(2026, 11, 23)) == dt.datetime(2026, 11, 23, tzinfo=IST)
    assert as_moment("2026-11-23", end=True) == dt.datetime(2026, 11, 23, 23, 59, 59, tzinfo=IST)
    assert as_moment("2026-11-23T09:15", end=True) == dt.datetime(2026, 11, 23, 9, 15, tzinfo=IST)
    with pytest.raises(ValueError, match="start is a date such as"):
        as_moment("yesterday", "start")


def test_times_of_the_wire() -> None:
    assert from_ms("1795408230000") == dt.datetime(2026, 11, 23, 10, 0, 30, tzinfo=IST)
    assert from_iso("2026-11-23T10:00:30.5+05:30") == dt.datetime(2026, 11, 23, 10, 0, 30, 500_000, tzinfo=IST)
    for nothing in (None, "", "x", 0):
        assert from_ms(nothing) is None
    assert from_iso("x") is None
    assert from_iso(None) is None
