"""The words of the exchange: prices, instruments, orders."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_emulator import IST, units
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.exchange.orders import Order


@given(st.integers(0, 10**12))
def test_a_price_comes_back_from_rupees(price: int) -> None:
    assert units.price(Decimal(price).scaleb(-4)) == price
    assert units.price(units.rupees(price)) == price


@pytest.mark.parametrize(("rupees", "price"), [(0.05, 500), ("0.0025", 25), (1313.7, 13_137_000), (0.00005, 1)])
def test_rupees(rupees: float | str, price: int) -> None:
    assert units.price(rupees) == price


def test_amounts_are_exact() -> None:
    assert units.amount(500, 3) == Decimal("0.15")
    assert units.to_paisa(Decimal("0.005")) == Decimal("0.01")


def instrument(**changes: object) -> Instrument:
    facts = {"key": "NSE_EQ|INE848E01016", "segment": "NSE_EQ", "exchange": "NSE", "kind": "EQ", "name": "NHPC LTD"}
    return Instrument(**(facts | {"symbol": "NHPC", "compact": "NHPC", "token": "17400"} | changes))  # type: ignore[arg-type]


def test_what_an_instrument_is() -> None:
    share, call = instrument(), instrument(kind="CE", segment="NSE_FO", expiry=dt.date(2026, 11, 24))
    index, halted = instrument(kind="INDEX", segment="NSE_INDEX"), instrument(suspended=True)
    assert (share.is_option, share.is_derivative, share.is_tradable) == (False, False, True)
    assert (call.is_option, call.is_derivative, call.is_tradable) == (True, True, True)
    assert not index.is_tradable
    assert not halted.is_tradable
    assert share.quote_name == "NSE_EQ:NHPC"


def test_what_is_left_of_an_order() -> None:
    now = dt.datetime(2026, 11, 23, 10, tzinfo=IST)
    order = Order(
        order_id="1", key="NSE_EQ|INE848E01016", side="BUY", order_type="LIMIT", product="D", validity="DAY",
        quantity=10, price=800_000, trigger=0, disclosed=0, protection=-1, placed_at=now, changed_at=now, placed_by="U",
    )  # fmt: skip
    assert (order.pending, order.average) == (10, 0.0)
    order.filled, order.turnover = 4, 4 * 799_500
    assert (order.pending, order.average) == (6, 799_500.0)
    order.status = "cancelled"
    assert order.pending == 0
