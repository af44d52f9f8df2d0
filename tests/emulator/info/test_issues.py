from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_emulator.clock import IST
from upstox_emulator.info.issues import STATUSES, TYPES
from upstox_emulator.info.periods import DAY

from .conftest import NOW, World, at

moments = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2029, 1, 1)).map(lambda moment: moment.replace(tzinfo=IST))


@pytest.fixture
def issue(world: World):
    """One whose bidding goes on."""
    return next(issue for issue in world.info.issues.known(NOW) if issue.status(NOW) == "open")


@given(moments)
def test_at_all_times_there_are_issues_in_every_state(world, moment):
    known = world.info.issues.known(moment)
    assert {issue.status(moment) for issue in known} >= {"listed", "upcoming"}
    assert {issue.kind for issue in known} == set(TYPES)
    assert len({issue.id for issue in known}) == len(known)
    assert len({issue.isin for issue in known}) == len(known)


@given(moments)
def test_the_days_of_an_issue_come_one_after_the_other(world, moment):
    for issue in world.info.issues.known(moment):
        days = [issue.first, issue.last, issue.allotment_start, issue.allotted, issue.listed]
        assert days == sorted(set(days))
        assert all(world.calendar.session("NSE", day) is not None and day.weekday() < 5 for day in days)
        assert issue.low <= issue.high
        assert issue.minimum % issue.lot == 0
        assert issue.low * issue.minimum < 500_000


def test_an_issue_goes_from_state_to_state(world, issue):
    steps = {
        issue.applications_from - DAY: "upcoming",
        issue.applications_from: "upcoming",
        dt.datetime.combine(issue.first, dt.time(), IST): "open",
        issue.bidding_ends - dt.timedelta(seconds=1): "open",
        issue.bidding_ends: "closed",
        dt.datetime.combine(issue.listed, dt.time(9, 59), IST): "closed",
        dt.datetime.combine(issue.listed, dt.time(10), IST): "listed",
    }
    assert {moment: issue.status(moment) for moment in steps} == steps
    assert set(steps.values()) == set(STATUSES)


def test_an_issue_is_found_by_its_id_while_it_is_remembered(world, issue):
    assert world.info.issues.find(issue.id, NOW + 60 * DAY) == issue
    assert world.info.issues.find(issue.id, NOW + 365 * DAY) is None
    assert world.info.issues.find("nobody-ipo", NOW) is None


def test_the_demand_grows_while_bids_are_taken(world, issue):
    moments = [
        dt.datetime.combine(issue.first, dt.time(9), IST),
        dt.datetime.combine(issue.first, dt.time(15), IST),
        issue.bidding_ends,
        issue.bidding_ends + DAY,
    ]
    grown = [float(issue.brief(moment)["total_subscription"]) for moment in moments]
    assert grown[0] == 0.0
    assert grown == sorted(grown)
    assert grown[2] == grown[3] == issue.demand


def test_the_price_of_the_listing_is_told_with_it(issue):
    assert issue.details(NOW)["listing_price"] is None
    listed = issue.details(dt.datetime.combine(issue.listed, dt.time(10), IST))
    assert listed["status"] == "listed"
    assert listed["listing_price"] == round(issue.high * (1 + issue.gain))
    assert issue.details(issue.applications_from - DAY)["rhp_url"] is None
    assert issue.details(NOW)["rhp_url"].startswith("https://")


def test_an_isin_has_its_check_digit(world):
    for issue in world.info.issues.known(NOW):
        assert re.fullmatch(r"[A-Z]{2}[A-Z0-9]{9}[0-9]", issue.isin)
        digits = "".join(str(int(letter, 36)) for letter in issue.isin)
        doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
        assert sum(value // 10 + value % 10 for value in doubled) % 10 == 0


@pytest.mark.parametrize(
    ("moment", "taken"),
    [
        ("2026-11-20T23:00", "2026-11-23T10:00"),
        ("2026-11-23T09:59:59", "2026-11-23T10:00"),
        ("2026-11-23T12:00", "2026-11-23T12:00"),
        ("2026-11-23T17:00", "2026-11-25T10:00"),  # Tuesday is a holiday
    ],
)
def test_bids_are_taken_by_day(world, moment, taken):
    issue = next(issue for issue in world.info.issues.known(NOW) if issue.first == NOW.date())
    assert issue.next_bidding(world.calendar, at(moment)) == at(taken)
