from __future__ import annotations

import datetime as dt

import pytest

from upstox_emulator.clock import IST
from upstox_emulator.errors import Refusal
from upstox_emulator.info.applications import Applications, Wish
from upstox_emulator.info.periods import DAY

from .conftest import NOW, SEED, World

MINUTE = dt.timedelta(minutes=1)


class Case:
    """An issue of which bids are taken, and somebody who applies for it."""

    def __init__(self, world: World) -> None:
        # Of one that is asked for some times over, some get shares and some get none.
        known = world.info.issues.known(NOW)
        self.issue = next(issue for issue in known if issue.kind == "regular" and 1.5 < issue.demand < 6)
        self.kept = Applications(SEED, world.info.issues, world.calendar)
        self.opens = dt.datetime.combine(self.issue.first, dt.time(10), IST)
        self.allotted = self.issue.allotted_at

    def wish(self, **other) -> Wish:
        issue = self.issue
        bids = [{"quantity": issue.lot, "price": issue.high}]
        return Wish(**{"id": issue.id, "upi": "asha@bank", "category": "IND", "bids": bids} | other)

    def apply(self, moment: dt.datetime | None = None, **other) -> str:
        return self.kept.apply(self.wish(**other), moment or self.opens + MINUTE)

    def row(self, order_id: str, moment: dt.datetime) -> dict:
        return self.kept.find(order_id).row(moment)

    def state(self, order_id: str, moment: dt.datetime) -> tuple[str, str, str]:
        row = self.row(order_id, moment)
        return row["status"], row["order_status"], row["payment_status"]


@pytest.fixture
def case(world: World) -> Case:
    return Case(world)


def codes(case: Case, **other) -> list[tuple[str, str | None]]:
    with pytest.raises(Refusal) as refused:
        case.apply(**other)
    assert not case.kept.rows(NOW)
    return [(problem.kind.code, problem.property_path) for problem in refused.value.problems]


def test_an_application_goes_from_state_to_state(case):
    order_id = case.apply()
    begin = case.opens + MINUTE
    assert case.state(order_id, begin) == ("awaiting_mandate", "scheduled", "pending")
    assert case.row(order_id, begin)["nse_submitted_date"] is None
    submitted = begin + dt.timedelta(seconds=2)
    assert case.state(order_id, submitted) == ("awaiting_mandate", "success", "pending")
    row = case.row(order_id, submitted)
    assert row["nse_submitted_date"] == row["last_updated_at"] == submitted.strftime("%Y-%m-%dT%H:%M:%S")
    assert (row["upi_amount_blocked"], row["bids"][0]["message"]) == ("0", None)
    mandated = submitted + 5 * MINUTE
    assert case.state(order_id, mandated) == ("awaiting_allotment", "success", "mandate_accepted")
    row = case.row(order_id, mandated)
    assert row["upi_amount_blocked"] == str(case.issue.lot * case.issue.high)
    assert row["bids"][0]["message"] == "Bid accepted"
    assert row["mandate_approved_date"] is not None
    assert case.state(order_id, case.allotted)[0] in {"ipo_allotted", "ipo_not_allotted"}


def test_some_get_shares_and_some_get_none(case):
    ids = [case.apply() for _ in range(40)]
    rows = [case.row(order_id, case.allotted) for order_id in ids]
    shared = [row for row in rows if row["status"] == "ipo_allotted"]
    missed = [row for row in rows if row["status"] == "ipo_not_allotted"]
    assert len(shared) + len(missed) == 40
    assert shared
    assert missed
    assert {row["units_allotted"] for row in shared} == {case.issue.lot}
    assert {(row["units_allotted"], row["upi_amount_blocked"]) for row in missed} == {(0, "0")}
    assert len(set(ids)) == 40
    assert [row["order_id"] for row in case.kept.rows(NOW)] == ids[::-1]


def test_all_who_ask_get_shares_where_there_are_enough(world):
    issue = next(issue for issue in world.info.issues.known(NOW) if issue.demand <= 1)
    opens = dt.datetime.combine(issue.first, dt.time(10), IST)
    kept = Applications(SEED, world.info.issues, world.calendar)
    bids = [{"quantity": 3 * issue.minimum, "price": issue.high}, {"quantity": issue.minimum, "price": issue.low}]
    order_id = kept.apply(Wish(issue.id, "asha@bank", "HNI", bids), opens)
    row = kept.find(order_id).row(issue.allotted_at)
    assert row["units_allotted"] == 3 * issue.minimum
    assert row["upi_amount_blocked"] == str(3 * issue.minimum * issue.high)


def test_an_application_waits_for_the_bidding(case):
    order_id = case.apply(case.issue.applications_from)
    assert case.state(order_id, case.opens)[1] == "scheduled"
    assert case.state(order_id, case.opens + MINUTE)[1] == "success"


def test_a_mandate_may_be_declined(case):
    order_id = case.apply(upi="decline.it@bank")
    row = case.row(order_id, case.opens + 10 * MINUTE)
    assert (row["status"], row["payment_status"]) == ("mandate_rejected", "mandate_rejected")
    assert row["mandate_rejection_date"] is not None
    assert row["mandate_approved_date"] is None
    assert row["upi_amount_blocked"] == "0"
    with pytest.raises(Refusal):
        case.kept.cancel(order_id, case.opens + 10 * MINUTE)


def test_the_upi_id_is_masked(case):
    assert case.row(case.apply(upi="9876543210@ybl"), NOW)["upi"] == "98xxxxxxxx@ybl"


def test_small_issues_are_bid_for_where_they_are_listed(world, case):
    small = next(one for one in world.info.issues.known(NOW) if one.kind == "sme" and one.exchange == "BSE")
    opens = dt.datetime.combine(small.first, dt.time(10), IST)
    bids = [{"quantity": small.minimum, "price": small.high}]
    order_id = case.kept.apply(Wish(small.id, "asha@bank", "IND", bids), opens)
    row = case.row(order_id, opens + MINUTE)
    assert row["exchange"] == "bse"
    assert row["nse_submitted_date"] is None
    assert row["bse_submitted_date"] is not None


# Cancelling


def test_an_application_is_taken_back(case):
    order_id = case.apply()
    moment = case.opens + 20 * MINUTE
    assert case.kept.cancel(order_id, moment) == order_id
    row = case.row(order_id, moment)
    assert (row["status"], row["cancel_accepted_date"]) == ("awaiting_allotment", None)
    assert row["cancel_requested_date"] is not None
    row = case.row(order_id, moment + MINUTE)
    assert (row["status"], row["payment_status"]) == ("application_deleted", "mandate_revoked")
    assert row["cancel_accepted_date"] == row["last_updated_at"] > row["cancel_requested_date"]
    assert row["upi_amount_blocked"] == "0"
    assert case.row(order_id, case.allotted)["units_allotted"] == 0
    with pytest.raises(Refusal, match="can no longer be cancelled"):
        case.kept.cancel(order_id, moment + MINUTE)


def test_an_application_that_was_not_sent_is_taken_back(case):
    order_id = case.apply(case.issue.applications_from)
    case.kept.cancel(order_id, case.issue.applications_from + MINUTE)
    row = case.row(order_id, case.opens + DAY)
    assert (row["status"], row["payment_status"]) == ("application_deleted", "pending")
    assert row["nse_submitted_date"] is None


def test_it_is_too_late_when_the_bidding_is_over(case):
    order_id = case.apply()
    with pytest.raises(Refusal, match="can no longer be cancelled") as refused:
        case.kept.cancel(order_id, case.issue.bidding_ends)
    assert refused.value.problems[0].property_path == "order_id"
    with pytest.raises(Refusal) as unknown:
        case.kept.cancel("UPXXX1", NOW)
    assert (unknown.value.problems[0].kind.code, unknown.value.status) == ("UDAPI1226", 404)


# What is refused


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"id": None}, [("UDAPI1226", "id")]),
        ({"upi": " "}, [("UDAPI1227", "upi")]),
        ({"category": None}, [("UDAPI1228", "category")]),
        ({"category": "EMP"}, [("UDAPI1229", "category")]),
        ({"bids": []}, [("UDAPI1231", "bids")]),
        ({"bids": None}, [("UDAPI1231", "bids")]),
        ({"bids": [{"price": 1}]}, [("UDAPI1232", "bids[0].quantity")]),
        ({"bids": [{"quantity": 1, "price": "1"}]}, [("UDAPI1233", "bids[0].price")]),
        ({"bids": [{}]}, [("UDAPI1232", "bids[0].quantity"), ("UDAPI1233", "bids[0].price")]),
        ({"bids": [{"quantity": True, "price": 1}]}, [("UDAPI1232", "bids[0].quantity")]),
        ({"bids": [{"quantity": 1, "price": 1}] * 4}, [("UDAPI1235", "bids")]),
        ({"upi": "asha"}, [("UDAPI1236", "upi")]),
        (
            {"id": None, "upi": None, "category": None},
            [("UDAPI1226", "id"), ("UDAPI1227", "upi"), ("UDAPI1228", "category")],
        ),
        ({"id": "nobody-ipo"}, [("UDAPI100500", "id")]),
    ],
)
def test_an_application_that_lacks_something_is_refused(case, other, expected):
    assert codes(case, **other) == expected


def test_bids_are_in_lots_and_within_the_band(case):
    issue = case.issue
    wrong = {
        (issue.lot + 1, issue.high): "bids[0].quantity",
        (issue.lot * 1.5, issue.high): "bids[0].quantity",
        (0, issue.high): "bids[0].quantity",
        (issue.units + issue.lot, issue.high): "bids[0].quantity",
        (issue.lot, issue.high + 1): "bids[0].price",
        (issue.lot, issue.low - 1): "bids[0].price",
        (issue.lot, issue.high - 0.5): "bids[0].price",
    }
    for (quantity, price), path in wrong.items():
        bids = [{"quantity": quantity, "price": price}]
        assert codes(case, bids=bids) == [("UDAPI100036", path)]
    assert case.apply(bids=[{"quantity": float(issue.lot), "price": float(issue.low)}])
    assert case.kept.rows(NOW)[0]["bids"][0]["quantity"] == issue.lot


def test_applications_are_taken_from_the_day_before_the_bidding_to_its_end(case):
    for moment in (case.issue.applications_from - MINUTE, case.issue.bidding_ends):
        with pytest.raises(Refusal, match="takes no applications"):
            case.apply(moment)
    case.apply(case.issue.applications_from)
    case.apply(case.issue.bidding_ends - MINUTE)
