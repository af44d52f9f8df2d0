from __future__ import annotations

import datetime as dt

import pytest

from upstox_emulator.info.open_interest import Strike, _least_pay_out, _ratio

from .conftest import NIFTY, NOW, World, at

TODAY = NOW.date()
FRIDAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def expiry(world: World) -> dt.date:
    return world.catalog.expiries(NIFTY, TODAY)[0]


def open_now(world: World, expiry: dt.date, moment: dt.datetime) -> dict[tuple[float, str], int]:
    """What the market says."""
    chain = world.catalog.chain(NIFTY, expiry, moment.date())
    ticks = world.market.ticks([option.key for option in chain], moment.timestamp())
    return {(option.strike / 10_000, option.kind): tick.oi for option, tick in zip(chain, ticks, strict=True)}


def test_open_interest_is_the_market_s(world, expiry):
    told = world.info.open_interest.by_strike(NIFTY, expiry, TODAY, NOW)
    market = open_now(world, expiry, NOW)
    rows = told["call_put_oi_data_list"]
    assert {(row["strike_price"], "CE"): row["call_oi"] for row in rows} | {
        (row["strike_price"], "PE"): row["put_oi"] for row in rows
    } == market
    assert told["total_puts"] == sum(row["put_oi"] for row in rows) > 0
    assert told["total_calls"] == sum(row["call_oi"] for row in rows) > 0
    assert told["spot_closing_price"] == world.market.last(NIFTY, NOW.timestamp()) / 10_000
    strikes = [row["strike_price"] for row in rows]
    assert strikes == sorted(set(strikes))


def test_of_a_day_that_is_over_it_is_the_end(world, expiry):
    told = world.info.open_interest.by_strike(NIFTY, expiry, FRIDAY, NOW)
    assert told["spot_closing_price"] == world.market.last(NIFTY, at("2026-11-20T15:39:59").timestamp()) / 10_000
    assert told == world.info.open_interest.by_strike(NIFTY, expiry, FRIDAY, NOW + dt.timedelta(hours=1))
    sunday = world.info.open_interest.by_strike(NIFTY, expiry, dt.date(2026, 11, 22), NOW)
    assert sunday == told


def test_the_change_is_what_was_opened_since(world, expiry):
    told = world.info.open_interest.change(NIFTY, expiry, TODAY, 1, NOW)
    now = open_now(world, expiry, NOW)
    before = open_now(world, expiry, at("2026-11-20T15:39:59"))
    for row in told["call_put_oi_data_list"]:
        for name, kind in (("call_change_oi", "CE"), ("put_change_oi", "PE")):
            place = (row["strike_price"], kind)
            assert row[name] == now[place] - before.get(place, 0)
    assert told["total_put_change_oi"] == sum(row["put_change_oi"] for row in told["call_put_oi_data_list"])


def test_what_was_not_listed_then_had_nothing_open(world, expiry):
    told = world.info.open_interest.change(NIFTY, expiry, TODAY, 365, NOW)
    now = world.info.open_interest.by_strike(NIFTY, expiry, TODAY, NOW)
    assert told["total_call_change_oi"] == now["total_calls"]


def test_the_ratio_and_the_pain_go_through_the_day(world, expiry):
    ratio = world.info.open_interest.put_call_ratio(NIFTY, expiry, TODAY, 60, NOW)
    assert [row["time"] for row in ratio["insights"]] == ["09:15", "10:15", "11:15"]
    first = open_now(world, expiry, at("2026-11-23T09:15"))
    calls = sum(value for (_, kind), value in first.items() if kind == "CE")
    puts = sum(value for (_, kind), value in first.items() if kind == "PE")
    assert ratio["insights"][0]["pcr"] == puts / calls
    assert ratio["expiry_date"] == f"{expiry:%d-%m-%Y}"
    assert ratio["insights"][0]["spot_price"] == world.market.last(NIFTY, at("2026-11-23T09:15").timestamp()) / 10_000
    told = world.info.open_interest.by_strike(NIFTY, expiry, TODAY, NOW)
    assert ratio["pcr"] == told["total_puts"] / told["total_calls"]
    pain = world.info.open_interest.max_pain(NIFTY, expiry, FRIDAY, 120, NOW)
    assert [row["time"] for row in pain["insights"]] == ["09:15", "11:15", "13:15", "15:15"]
    strikes = {row["strike_price"] for row in told["call_put_oi_data_list"]}
    assert {pain["max_pain"], *(row["max_pain"] for row in pain["insights"])} <= strikes


def test_before_the_opening_there_is_nothing_to_tell_of_the_day(world, expiry):
    told = world.info.open_interest.put_call_ratio(NIFTY, expiry, TODAY, 60, at("2026-11-23T08:00"))
    assert told["insights"] == []
    assert told["pcr"] > 0


def test_the_least_is_paid_at_the_strike_of_most_pain():
    strikes = [Strike(100, 10, 80), Strike(110, 30, 40), Strike(120, 90, 5)]

    def paid(settlement: int) -> int:
        return sum(
            one.calls * max(0, settlement - one.price) + one.puts * max(0, one.price - settlement) for one in strikes
        )

    assert _least_pay_out(strikes) == min((100, 110, 120), key=paid) / 10_000
    assert _ratio(strikes) == 125 / 130
    assert _ratio([Strike(100, 0, 5)]) == 0.0
