"""The arithmetic of a position."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.shapes import assert_same_shape, sample
from upstox_emulator.account.position import Position
from upstox_emulator.units import price

from .world import DOLLAR_FUTURE, FUTURE, INSTRUMENTS, OIL_FUTURE, SHARE, StillMarket

TICKS = StillMarket()


def position(key=SHARE, product="I", **more):
    return Position(instrument=INSTRUMENTS[key], product=product, **more)


def row(one):
    return one.row(TICKS.tick(one.instrument.key, 0.0))


def test_the_documented_round_trip():
    """The last of the documented rows: bought at 570.95, sold at 571.40."""
    one = position(product="D")
    one.trade("BUY", 1, price(570.95))
    one.trade("SELL", 1, price(571.4))
    documented = sample("trading/positions")["data"][4]
    found = row(one)
    same = set(documented) - {
        "instrument_token", "trading_symbol", "tradingsymbol", "last_price", "close_price",
    }  # fmt: skip
    assert {name: found[name] for name in same} == {name: documented[name] for name in same}


@pytest.mark.parametrize(("index", "key", "quantity"), [(2, OIL_FUTURE, 1), (3, DOLLAR_FUTURE, 1)])
def test_carried_rows_keep_what_they_cost(index, key, quantity):
    documented = sample("trading/positions")["data"][index]
    one = position(key, "D")
    one.trade("BUY", quantity, price(documented["buy_price"]))
    one.carry(None)
    found = row(one)
    for name in ("overnight_buy_amount", "overnight_quantity", "overnight_buy_quantity", "day_buy_value", "quantity"):
        assert found[name] == documented[name]
    assert found["buy_price"] == found["average_price"] == documented["average_price"]


def test_the_shapes_are_the_documented_ones():
    one = position(product="D")
    one.trade("BUY", 2, price(92.925))
    assert_same_shape(sample("trading/positions")["data"][1] | {"average_price": 1.5}, row(one))
    message = one.message()
    assert message == sample("trading/stream_position") | {
        "instrument_token": SHARE, "instrument_key": SHARE, "average_price": 92.925, "day_buy_price": 92.925,
    }  # fmt: skip


def test_part_of_it_is_closed_at_the_average():
    one = position()
    one.trade("BUY", 10, price(100))
    one.trade("BUY", 10, price(110))
    one.trade("SELL", 5, price(120))
    found = row(one)
    assert (found["quantity"], found["value"], found["average_price"]) == (15, 1575.0, 105.0)
    assert (found["realised"], found["unrealised"], found["pnl"]) == (75.0, -75.0, 0.0)
    assert (found["buy_price"], found["sell_price"]) == (105.0, 120.0)


def test_from_long_to_short():
    one = position()
    one.trade("BUY", 10, price(100))
    one.trade("SELL", 30, price(104))
    found = row(one)
    assert (found["quantity"], found["value"], found["average_price"]) == (-20, 2080.0, 104.0)
    assert (found["realised"], found["unrealised"]) == (40.0, 80.0)


def test_a_future_is_marked_in_the_night_and_remembers_its_cost():
    one = position(FUTURE, "D")
    one.trade("SELL", 50, price(20_000))
    assert one.unsettled(price(20_050)) == -2500
    one.carry(price(20_050))
    assert (one.realised_today, one.unsettled(price(20_050))) == (0, 0)
    one.trade("BUY", 50, price(20_020))
    assert one.realised_today == 1500
    found = row(one)
    assert (found["realised"], found["overnight_sell_quantity"], found["sell_price"]) == (-1000.0, 50, 20_000.0)


def test_what_is_given_to_another_product_neither_gains_nor_loses():
    giving, taking = position(), position(product="D")
    giving.trade("BUY", 10, price(100))
    giving.trade("SELL", 4, price(103))
    giving.give(6, taking)
    assert (giving.quantity, giving.cost, taking.quantity, taking.cost) == (0, 0, 6, 6 * price(100))
    assert (row(giving)["realised"], row(giving)["day_buy_quantity"]) == (12.0, 4)
    assert row(taking)["realised"] == 0.0


def test_what_was_carried_is_given_as_a_trade():
    giving, taking = position(FUTURE, "D"), position(FUTURE, "I")
    giving.trade("SELL", 100, price(20_000))
    giving.carry(price(20_100))
    taking.trade("BUY", 30, price(20_100))
    giving.give(50, taking)
    assert (giving.quantity, taking.quantity) == (-50, -20)
    assert (row(giving)["day_buy_quantity"], row(giving)["overnight_sell_quantity"]) == (50, 100)
    assert giving.realised_today + taking.realised_today == 0
    assert (row(giving)["realised"], row(taking)["realised"]) == (0.0, -3000.0)


TRADES = st.lists(
    st.tuples(st.sampled_from(["BUY", "SELL"]), st.integers(1, 50), st.integers(1, 2_000_000)), max_size=12
)


@given(TRADES, TRADES, st.integers(1, 2_000_000))
def test_the_formulas_hold(before, after, last):
    one, flows = position(FUTURE, "D"), 0
    for trades in (before, after):
        for side, quantity, at_price in trades:
            one.trade(side, quantity, at_price)
            flows += quantity * at_price if side == "SELL" else -quantity * at_price
        if trades is before:
            one.carry(None)
    found = one.row(TICKS.tick(FUTURE, 0.0))
    assert one.quantity == found["overnight_quantity"] + found["day_buy_quantity"] - found["day_sell_quantity"]
    open_now = found["quantity"] * found["last_price"] * found["multiplier"]
    assert found["pnl"] == pytest.approx(found["sell_value"] - found["buy_value"] + open_now, abs=1e-3)
    assert found["pnl"] == pytest.approx(found["realised"] + found["unrealised"], abs=1e-3)
    assert one.quantity or (one.cost, one.mark) == (0, 0)
    assert one.realised_today + one.unsettled(last) == one._money(
        one.day_sell_value - one.day_buy_value - one.overnight_mark + one.quantity * last
    )
