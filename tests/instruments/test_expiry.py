"""Expiries in words."""

from __future__ import annotations

import datetime as dt

import pytest

from upstox_client.instruments import UnknownExpiryError
from upstox_client.instruments.expiry import WORDS, monthly, resolve


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


WEEKLY = [day(text) for text in ("2026-11-24", "2026-12-01", "2026-12-08", "2026-12-29", "2027-01-05", "2027-01-25")]
MONTHLY = [day(text) for text in ("2026-11-24", "2026-12-29", "2027-01-25")]
MONDAY = day("2026-11-23")


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("nearest", "2026-11-24"),
        ("", "2026-11-24"),
        ("this week", "2026-11-24"),
        ("current_week", "2026-11-24"),
        ("Next Week", "2026-12-01"),
        ("next_week", "2026-12-01"),
        ("far week", "2026-12-08"),
        ("this month", "2026-11-24"),
        ("monthly", "2026-11-24"),
        ("next month", "2026-12-29"),
        ("far_month", "2027-01-25"),
        ("dec", "2026-12-29"),
        ("December 2026", "2026-12-29"),
        ("jan 27", "2027-01-25"),
        ("8 dec", "2026-12-08"),
        ("08 DEC 26", "2026-12-08"),
        ("05 jan 2027", "2027-01-05"),
        ("2026-12-08", "2026-12-08"),
        ("08-12-2026", "2026-12-08"),
        (day("2026-12-08"), "2026-12-08"),
        (dt.datetime(2026, 12, 8, 15, 30), "2026-12-08"),
    ],
)
def test_words_mean_days(wish: str | dt.date, expected: str) -> None:
    assert resolve(wish, WEEKLY, MONDAY) == day(expected)


def test_on_the_day_it_is_still_this_week_and_the_day_after_no_longer() -> None:
    assert resolve("this week", WEEKLY, day("2026-11-24")) == day("2026-11-24")
    assert resolve("today", WEEKLY, day("2026-11-24")) == day("2026-11-24")
    assert resolve("this week", WEEKLY, day("2026-11-25")) == day("2026-12-01")
    assert resolve("this month", WEEKLY, day("2026-11-25")) == day("2026-12-29")


def test_weeks_of_what_ends_monthly_are_not_invented() -> None:
    assert resolve("this week", MONTHLY, MONDAY) == day("2026-11-24")
    for wish in ("next week", "far week"):
        with pytest.raises(UnknownExpiryError, match=wish):
            resolve(wish, MONTHLY, MONDAY)
    with pytest.raises(UnknownExpiryError):
        resolve("this week", MONTHLY, day("2026-11-25"))


@pytest.mark.parametrize(
    "wish",
    ["soon", "today", "nov 2027", "30 feb", "2026-02-30", "2026-12-09", "32 dec", "13 13 2026", "x dec", "far year"],
)
def test_what_is_not_there_is_an_error_that_lists_what_is(wish: str) -> None:
    with pytest.raises(UnknownExpiryError, match="there are 2026-11-24, 2026-12-01") as refused:
        resolve(wish, WEEKLY, MONDAY)
    assert repr(wish) in str(refused.value)


def test_where_nothing_is_left_it_says_none() -> None:
    for wish in ("nearest", "dec", MONDAY, "this week"):
        with pytest.raises(UnknownExpiryError, match="there are none"):
            resolve(wish, WEEKLY, day("2028-01-01"))


def test_every_word_is_understood() -> None:
    long = [MONDAY + dt.timedelta(days=7 * week) for week in range(20)]
    assert {resolve(word, long, MONDAY) for word in WORDS} <= set(long)
    assert monthly(WEEKLY) == MONTHLY
