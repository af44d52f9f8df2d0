from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from upstox_emulator.clock import IST
from upstox_emulator.info.flows import CASH, FII_TYPES, SINCE

from .conftest import World

TODAY = dt.date(2026, 11, 23)


@pytest.fixture
def flows(world: World):
    return world.info.flows


def days(rows) -> list[dt.date]:
    return [dt.datetime.fromtimestamp(row["time_stamp"] / 1000, IST).date() for row in rows]


@pytest.mark.parametrize("kind", FII_TYPES)
def test_thirty_sessions_are_told_the_latest_first(flows, world, kind):
    rows = flows.daily("fii", kind, None, TODAY)
    assert len(rows) == 30
    found = days(rows)
    assert found[0] == dt.date(2026, 11, 20)  # today's is told tomorrow
    assert found == sorted(found, reverse=True)
    assert all(world.calendar.session("NSE", day) is not None for day in found)
    assert all(dt.datetime.fromtimestamp(row["time_stamp"] / 1000, IST).time() == dt.time() for row in rows)
    assert all(len(row) == 13 for row in rows)


def test_a_day_is_the_last_one_wanted(flows):
    rows = flows.daily("fii", CASH, dt.date(2026, 9, 13), TODAY)  # a Sunday
    assert days(rows)[0] == dt.date(2026, 9, 11)
    assert len(rows) == 30
    assert flows.daily("fii", CASH, dt.date(2027, 1, 1), TODAY) == flows.daily("fii", CASH, None, TODAY)


def test_nothing_is_known_of_the_time_before(flows):
    assert flows.daily("fii", CASH, SINCE - dt.timedelta(days=1), TODAY) == []
    early = flows.daily("fii", CASH, dt.date(2026, 4, 10), TODAY)
    assert 0 < len(early) < 8
    assert min(days(early)) >= SINCE
    assert flows.monthly("dii", CASH, dt.date(2026, 3, 1), TODAY) == []


@pytest.mark.parametrize("kind", FII_TYPES[:4])
def test_what_is_held_is_what_was_held_and_what_was_bought(flows, kind):
    rows = flows.daily("fii", kind, None, TODAY)
    for row, before in pairwise(rows):
        sides = {name: row[name] for name in row if name.startswith("total_")}
        assert sum(sides.values()) == row["oi_contracts"] > 0

        def net(some) -> int:
            return sum(value if "long" in name else -value for name, value in some.items() if name.startswith("total_"))

        assert net(row) - net(before) == row["buy_contracts"] - row["sell_contracts"]
        assert min(row["buy_contracts"], row["sell_contracts"]) > 0
        assert row["buy_amount"] / row["buy_contracts"] == pytest.approx(
            row["oi_amount"] / row["oi_contracts"], rel=1e-3
        )
    futures = kind.endswith("FUTURES")
    assert bool(rows[0]["total_long_contracts"]) is futures
    assert bool(rows[0]["total_call_long_contracts"]) is not futures


def test_foreigners_buy_when_prices_rise(flows, world):
    rows = flows.daily("fii", CASH, None, TODAY)
    moves = []
    for row, day in zip(rows, days(rows), strict=True):
        before = world.calendar.previous("NSE", day)
        move = world.market.close("NSE_INDEX|Nifty 50", day) / world.market.close("NSE_INDEX|Nifty 50", before) - 1
        moves.append((move, row["buy_amount"] - row["sell_amount"]))
    assert max(moves)[1] > min(moves)[1]
    domestic = flows.daily("dii", CASH, None, TODAY)
    assert domestic != rows
    assert all(row["oi_contracts"] == row["buy_contracts"] == 0 for row in rows)


def test_a_month_is_its_sessions(flows):
    months = flows.monthly("fii", "NSE_FO|INDEX_FUTURES", None, TODAY)
    assert days(months)[:2] == [dt.date(2026, 11, 1), dt.date(2026, 10, 1)]
    assert days(months)[-1] == dt.date(2026, 4, 1)
    november = [
        row
        for row in flows.daily("fii", "NSE_FO|INDEX_FUTURES", None, TODAY)
        if row["time_stamp"] >= months[0]["time_stamp"]
    ]
    assert months[0]["buy_contracts"] == sum(row["buy_contracts"] for row in november)
    assert months[0]["oi_contracts"] == november[0]["oi_contracts"]
    assert len(flows.monthly("fii", CASH, None, dt.date(2027, 9, 15))) == 12
