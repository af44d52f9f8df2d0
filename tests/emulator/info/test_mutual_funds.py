from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from upstox_emulator.info.mutual_funds import FUNDS, PLANS, STATUSES
from upstox_emulator.info.periods import DAY

from .conftest import NOW, World, at


@pytest.fixture
def funds(world: World):
    return world.info.funds


def test_holdings_are_what_the_plans_have_bought(funds):
    rows = {row["instrument_key"]: row for row in funds.holdings(NOW)}
    assert set(rows) == {fund.isin for fund in FUNDS}
    for plan in funds.sips(NOW):
        row = rows[plan["instrument_key"]]
        spent = row["quantity"] * row["average_price"]
        done = plan["completed_instalments"] * plan["instalment_amount"]
        assert done - 2 * plan["instalment_amount"] < spent < done + 1
        assert row["pnl"] == pytest.approx((row["last_price"] - row["average_price"]) * row["quantity"], abs=0.01)
        assert row["last_price_date"] == "2026-11-20"


def test_the_value_of_a_share_fund_goes_with_the_shares(funds, world):
    first, last = dt.date(2026, 11, 19), dt.date(2026, 11, 20)
    nifty = world.market.close("NSE_INDEX|Nifty 50", last) / world.market.close("NSE_INDEX|Nifty 50", first)
    small = next(fund for fund in FUNDS if fund.growth is None)
    assert funds.value(small, last) / funds.value(small, first) == pytest.approx(nifty**1.1, rel=1e-4)
    liquid = next(fund for fund in FUNDS if fund.growth is not None)
    assert funds.value(liquid, last) > funds.value(liquid, first)


def test_an_instalment_becomes_units(funds):
    # The weekly plan buys on Mondays, and the 24th is a holiday.
    def latest(moment: str) -> dict:
        isin = PLANS[0].fund.isin
        return next(row for row in funds.orders(at(moment)) if (row["instrument_key"], row["variety"]) == (isin, "SIP"))

    before = latest("2026-11-23T09:29")
    assert before["order_timestamp"].startswith("2026-11-16")
    assert before["status"] == "COMPLETED"
    placed = latest("2026-11-23T09:30")
    assert (placed["status"], placed["quantity"], placed["folio"]) == ("PLACED", 0.0, "")
    assert placed["exchange_timestamp"] is None
    assert latest("2026-11-23T15:00")["status"] == "INPROCESS"
    done = latest("2026-11-25T11:00")
    assert done["status"] == "COMPLETED"
    assert done["quantity"] == round(done["amount"] / done["price"], 3)
    assert done["exchange_timestamp"] == "2026-11-25 11:00:00"
    assert done["order_id"] == placed["order_id"]
    assert funds.holdings(at("2026-11-25T11:00"))[0]["quantity"] > funds.holdings(at("2026-11-25T10:59"))[0]["quantity"]


def test_orders_are_of_seven_days_and_the_newest_come_first(funds):
    seen: set[str] = set()
    for day in range(60):
        moment = NOW + day * DAY
        rows = funds.orders(moment)
        assert rows
        times = [row["order_timestamp"] for row in rows]
        assert times == sorted(times, reverse=True)
        assert times[-1] > (moment - 7 * DAY).strftime("%Y-%m-%d %H:%M:%S")
        assert len({row["order_id"] for row in rows}) == len(rows)
        seen |= {row["status"] for row in rows}
    assert seen == {"PLACED", "INPROCESS", "COMPLETED", "REJECTED", "CANCELLED", "FAILED"}
    assert seen < set(STATUSES)


def test_orders_are_filtered(funds):
    moment = NOW + 2 * DAY
    every = funds.orders(moment)
    done = funds.orders(moment, "COMPLETED")
    assert done
    assert [row for row in every if row["status"] == "COMPLETED"] == done
    sides = [funds.orders(moment + day * DAY, side="SELL") for day in range(20)]
    assert any(sides)
    assert all(row["transaction_type"] == "SELL" for rows in sides for row in rows)
    assert funds.orders(moment, "ARCHIVED") == []


def test_an_order_is_found_however_old_it_is(funds):
    old = funds.orders(NOW - 200 * DAY)[0]
    found = [order for order in (funds.order(old["order_id"], NOW), None) if order]
    recent = funds.orders(NOW)[-1]
    assert funds.order(recent["order_id"], NOW) == recent
    assert funds.order("EM1234-none", NOW) is None
    assert all(row["order_id"] == old["order_id"] for row in found)
    instalment = next(row for row in funds.orders(NOW - 200 * DAY) if row["variety"] == "SIP")
    assert funds.order(instalment["order_id"], NOW)["status"] == "COMPLETED"


def test_plans_tell_what_is_next(funds):
    rows = {row["instrument_key"]: row for row in funds.sips(NOW)}
    weekly = rows[PLANS[0].fund.isin]
    assert (weekly["frequency"], weekly["instalment_day"]) == ("WEEKLY", 1)
    assert weekly["next_instalment"] == "2026-11-30 00:00:00.0"
    monthly = rows[PLANS[1].fund.isin]
    assert (monthly["last_instalment"], monthly["next_instalment"]) == (
        "2026-11-11 00:00:00.0",
        "2026-12-11 00:00:00.0",
    )
    assert monthly["completed_instalments"] + monthly["pending_instalments"] == monthly["instalments"]
    assert {row["status"] for row in rows.values()} == {"ACTIVE", "PAUSED"}


def test_a_plan_is_due_on_its_day(funds):
    monthly = PLANS[2]
    days = monthly.due(dt.date(2026, 11, 4))
    assert days[0] == monthly.since
    assert days[-1] == dt.date(2026, 10, 5)
    assert {day.day for day in days} == {5}
    assert all(27 < (later - earlier).days < 32 for earlier, later in pairwise(days))


def test_before_there_were_plans_there_is_nothing(funds):
    moment = at("2024-07-01T12:00")
    assert funds.holdings(moment) == []
    assert funds.sips(moment) == []
    assert funds.orders(moment, "COMPLETED") == []
