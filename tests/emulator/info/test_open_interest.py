from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from upstox_emulator.info.open_interest import Table, least_pay_outs, ratios

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


def test_each_minute_is_what_the_market_says_then(world, expiry):
    """A table of a whole day against the ticks of one moment after the other."""
    moments = [at("2026-11-20T09:15") + dt.timedelta(minutes=minutes) for minutes in range(0, 385, 17)]
    ratio = world.info.open_interest.put_call_ratio(NIFTY, expiry, FRIDAY, 17, NOW)
    pain = world.info.open_interest.max_pain(NIFTY, expiry, FRIDAY, 17, NOW)
    assert len(ratio["insights"]) == len(pain["insights"]) == len(moments)
    for moment, one, other in zip(moments, ratio["insights"], pain["insights"], strict=True):
        market = open_now(world, expiry, moment)
        calls = {strike: units for (strike, kind), units in market.items() if kind == "CE"}
        puts = {strike: units for (strike, kind), units in market.items() if kind == "PE"}
        assert one["pcr"] == sum(puts.values()) / sum(calls.values())
        assert other["max_pain"] == least_paid(calls, puts)
        assert one["spot_price"] == world.market.tick(NIFTY, moment.timestamp()).last / 10_000


def test_many_moments_of_the_market_are_each_of_them(world, expiry):
    chain = world.catalog.chain(NIFTY, expiry, FRIDAY)
    keys = [*(option.key for option in chain[:20]), "NSE_EQ|INE002A01018"]
    moments = [at("2026-11-20T09:15:00").timestamp() + second for second in (0, 1, 59, 60, 7_000.5, 22_499, 40_000)]
    found = world.market.interests(keys, moments)
    for column, moment in enumerate(moments):
        assert found[:, column].tolist() == [world.market.tick(key, moment).oi for key in keys]


def least_paid(calls: dict[float, int], puts: dict[float, int]) -> float:
    def paid(settlement: float) -> float:
        return sum(units * max(0, settlement - strike) for strike, units in calls.items()) + sum(
            units * max(0, strike - settlement) for strike, units in puts.items()
        )

    return min(sorted({*calls, *puts}), key=paid)


def test_the_least_is_paid_at_the_strike_of_most_pain():
    prices, calls, puts = [100, 110, 120], [[10, 30, 90], [0, 0, 0]], [[80, 40, 5], [5, 0, 5]]
    table = Table(np.array(prices), np.array(calls), np.array(puts))
    by_hand = [
        least_paid(dict(zip(prices, call, strict=True)), dict(zip(prices, put, strict=True))) / 10_000
        for call, put in zip(calls, puts, strict=True)
    ]
    assert least_pay_outs(table) == by_hand
    assert ratios(table) == [125 / 130, 0.0]
