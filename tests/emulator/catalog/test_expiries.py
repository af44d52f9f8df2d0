"""When contracts begin and end."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.shapes import SAMPLES
from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog import expiries
from upstox_emulator.catalog.expiries import Cycle, Schedule, Tier, named
from upstox_emulator.catalog.products import products

RULES = Schedule(Calendar("calendar", dt.date(2026, 11, 23)))
DAYS = st.dates(dt.date(2012, 1, 1), dt.date(2028, 12, 31))

CRUDE_FUTURES, CRUDE_OPTIONS = next(
    (product.futures, product.options) for product in products() if product.symbol == "CRUDEOIL"
)
GOLD = next(product for product in products() if product.symbol == "GOLD")


def ends(cycle: Cycle, first: str, last: str, *, month: bool = False) -> list[str]:
    begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return [
        f"{expiry.day}"
        for year in range(begin.year, end.year + 1)
        for expiry in RULES.year(cycle, year)
        if begin <= expiry.day <= end and (expiry.month or not month)
    ]


def test_the_documented_expiries_of_nifty() -> None:
    documented = json.loads((SAMPLES / "market/expiries.json").read_text())["data"]
    assert ends(expiries.NIFTY, documented[0], documented[-1]) == documented


@pytest.mark.parametrize(
    ("cycle", "first", "last", "expected"),
    [
        # Thursday became Tuesday in September 2025.
        (expiries.NIFTY, "2025-08-20", "2025-09-09", ["2025-08-21", "2025-08-28", "2025-09-02", "2025-09-09"]),
        # A Tuesday that is a holiday: the Monday before.
        (expiries.NIFTY, "2026-11-16", "2026-12-01", ["2026-11-17", "2026-11-23", "2026-12-01"]),
        (expiries.NIFTY, "2027-01-20", "2027-01-31", ["2027-01-25"]),
        # Wednesdays beside a monthly Thursday; after November 2024, months only.
        (expiries.BANKNIFTY, "2023-12-18", "2024-01-05", ["2023-12-20", "2023-12-28", "2024-01-03"]),
        (expiries.BANKNIFTY, "2024-11-01", "2025-02-28",
         ["2024-11-06", "2024-11-13", "2024-11-27", "2024-12-24", "2025-01-30", "2025-02-27"]),
        (expiries.FINNIFTY, "2024-11-11", "2024-12-31", ["2024-11-12", "2024-11-19", "2024-11-26", "2024-12-31"]),
        (expiries.MIDCPNIFTY, "2024-11-11", "2024-12-31", ["2024-11-11", "2024-11-18", "2024-11-25", "2024-12-30"]),
        (expiries.SENSEX, "2024-12-20", "2025-01-15",
         ["2024-12-20", "2024-12-27", "2025-01-03", "2025-01-07", "2025-01-14"]),
        (expiries.SENSEX, "2025-08-26", "2025-09-12", ["2025-08-26", "2025-09-04", "2025-09-11"]),
        (expiries.BANKEX, "2024-11-11", "2024-12-31", ["2024-11-11", "2024-11-18", "2024-11-25", "2024-12-30"]),
        (expiries.NSE_SHARES, "2026-01-01", "2026-03-31", ["2026-01-27", "2026-02-24", "2026-03-30"]),
        (expiries.NIFTYNXT50, "2024-01-01", "2024-06-30", ["2024-05-31", "2024-06-28"]),
        (expiries.CURRENCIES, "2026-03-01", "2026-05-31", ["2026-03-27", "2026-04-28", "2026-05-27"]),
        (CRUDE_FUTURES.cycle, "2024-09-01", "2024-10-31", ["2024-09-19", "2024-10-18"]),
        (CRUDE_OPTIONS.cycle, "2024-09-01", "2024-10-31", ["2024-09-17", "2024-10-16"]),
        (GOLD.futures.cycle, "2025-11-01", "2026-06-30", ["2025-12-05", "2026-02-05", "2026-04-02", "2026-06-05"]),
    ],
)  # fmt: skip
def test_expiries(cycle: Cycle, first: str, last: str, expected: list[str]) -> None:
    assert ends(cycle, first, last) == expected


def test_last_of_the_month_is_no_weekly_one() -> None:
    months = [f"{one.day}" for one in RULES.year(expiries.NIFTY, 2026) if one.month]
    assert len(months) == 12
    assert "2026-11-23" in months
    assert [one.day for one in RULES.year(expiries.NIFTY, 2026) if not one.week] == []


def cycles() -> Iterator[tuple[Cycle, tuple[Tier, ...]]]:
    for product in products():
        for line in product.lines:
            yield line.cycle, line.tiers


@given(day=DAYS, line=st.sampled_from(list(dict.fromkeys(cycles()))))
def test_what_is_listed(day: dt.date, line: tuple[Cycle, tuple[Tier, ...]]) -> None:
    """Every listing has begun and not ended; the next expiry is among them; none leaves before its end."""
    cycle, tiers = line
    listed = RULES.listed(cycle, tiers, day)
    for listing in listed:
        assert listing.expiry.day >= day
        assert listing.openings
        assert [opening.day for opening in listing.openings] == sorted(opening.day for opening in listing.openings)
        assert listing.openings[-1].day <= day
    tomorrow = {listing.expiry for listing in RULES.listed(cycle, tiers, day + dt.timedelta(1))}
    assert {listing.expiry for listing in listed if listing.expiry.day > day} <= tomorrow
    weeks = [one.nominal.isocalendar()[:2] for year in (day.year, day.year + 1) for one in RULES.year(cycle, year)]
    assert len(weeks) == len(set(weeks))


def test_a_contract_begins_on_the_trading_day_after_an_expiry() -> None:
    tiers = (Tier("month", 3, 0.1),)
    friday = dt.date(2024, 6, 28)  # the day after the expiry of June
    assert [f"{one.expiry.day}" for one in RULES.listed(expiries.NSE_SHARES, tiers, friday)] == [
        "2024-07-25", "2024-08-29", "2024-09-26",
    ]  # fmt: skip
    assert RULES.listed(expiries.NSE_SHARES, tiers, friday)[-1].openings[0].day == friday
    friday = dt.date(2024, 5, 31)  # the weekly expiry of an index; its next one begins on Monday
    weekly = (Tier("month", 3, 0.1),)
    assert [f"{one.expiry.day}" for one in RULES.listed(expiries.NIFTYNXT50, weekly, friday)][:1] == ["2024-05-31"]
    saturday = friday + dt.timedelta(1)
    assert len(RULES.listed(expiries.NIFTYNXT50, weekly, saturday)) == 2
    assert len(RULES.listed(expiries.NIFTYNXT50, weekly, saturday + dt.timedelta(2))) == 3


def test_the_memory_of_listings_is_bounded() -> None:
    schedule = Schedule(Calendar("calendar", dt.date(2026, 11, 23)))
    tiers = (Tier("month", 3),)
    first = schedule.listed(expiries.NSE_SHARES, tiers, dt.date(2020, 1, 1))
    for number in range(1100):
        schedule.listed(expiries.NSE_SHARES, tiers, dt.date(2020, 1, 1) + dt.timedelta(number))
    assert schedule.listed(expiries.NSE_SHARES, tiers, dt.date(2020, 1, 1)) == first
    assert len(schedule._listings) < 1100


@pytest.mark.parametrize(
    ("word", "day"),
    [
        ("current_week", 1), ("this_week", 1), ("near_week", 1), ("weekly", 1), ("next_week", 8), ("far_week", 15),
        ("current_month", 22), ("monthly", 22), ("next_month", None), ("far_month", None),
    ],
)  # fmt: skip
def test_words(word: str, day: int | None) -> None:
    days = [(dt.date(2026, 12, number), number != 22) for number in (8, 1, 22, 15)]
    assert named(days, word) == (None if day is None else dt.date(2026, 12, day))


def test_a_week_means_nothing_where_none_is_listed() -> None:
    days = [(dt.date(2026, 12, 29), False), (dt.date(2027, 1, 25), False)]
    assert named(days, "current_week") is None
    assert named(days, "next_month") == dt.date(2027, 1, 25)
