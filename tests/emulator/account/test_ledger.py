"""The past: matched first in, first out."""

from __future__ import annotations

import datetime as dt

import pytest

from support.shapes import assert_same_shape, sample
from upstox_emulator.account.ledger import Entry, Ledger, Span
from upstox_emulator.units import price

from .world import CALL, DOLLAR_FUTURE, FUTURE, INSTRUMENTS, OIL_FUTURE, SHARE, SHARE_BSE

ALL = Span(dt.date.min, dt.date.max)


def entry(key, side, quantity, rupees, day, kind="trade"):
    return Entry(
        trade_id="1", instrument=INSTRUMENTS[key], side=side, quantity=quantity, price=price(rupees),
        day=dt.date(2026, 11, day), kind=kind,
    )  # fmt: skip


@pytest.fixture
def ledger():
    return Ledger()


def rows(ledger, section="EQ", days=ALL):
    return [
        (match.quantity, match.buy_day.day, match.sell_day.day, float(match.profit))
        for match in ledger.matches(section, days)
    ]


def test_the_oldest_goes_first(ledger):
    for one in (entry(SHARE, "BUY", 10, 100, 2), entry(SHARE, "BUY", 10, 110, 3), entry(SHARE_BSE, "SELL", 15, 120, 4)):
        ledger.add(one)
    assert rows(ledger) == [(10, 2, 4, 200.0), (5, 3, 4, 50.0)]
    ledger.add(entry(SHARE, "SELL", 5, 100, 5))
    assert rows(ledger)[2:] == [(5, 3, 5, -50.0)]
    assert rows(ledger, days=Span(dt.date(2026, 11, 5), dt.date(2026, 11, 9))) == [(5, 3, 5, -50.0)]
    assert rows(ledger, "FO") == []


def test_what_was_sold_first(ledger):
    for one in (entry(FUTURE, "SELL", 50, 20_000, 2), entry(FUTURE, "BUY", 75, 19_900, 3)):
        ledger.add(one)
    ledger.add(entry(FUTURE, "SELL", 25, 19_950, 3, "settlement"))
    assert rows(ledger, "FO") == [(50, 3, 2, 5000.0), (25, 3, 3, 1250.0)]
    assert [one.kind for one in ledger.trades("FO", ALL)] == ["trade", "trade"]


def test_the_trades_of_a_day_are_told_together(ledger):
    for quantity, rupees in ((10, 100), (30, 104)):
        ledger.add(entry(SHARE, "BUY", quantity, rupees, 2))
    ledger.add(entry(SHARE, "SELL", 40, 110, 2))
    (match,) = ledger.matches("EQ", ALL)
    assert match.row() == {
        "quantity": 40, "isin": "INE000A01010", "scrip_name": "ACME", "trade_type": "EQ", "buy_date": "02-11-2026",
        "buy_average": 103.0, "sell_date": "02-11-2026", "sell_average": 110.0, "buy_amount": 4120.0,
        "sell_amount": 4400.0,
    }  # fmt: skip
    assert_same_shape(sample("trading/report")["data"][0], match.row())


@pytest.mark.parametrize(("key", "kind"), [(FUTURE, "FUT"), (CALL, "OPT"), (DOLLAR_FUTURE, "FUT")])
def test_the_kinds_of_contracts(ledger, key, kind):
    ledger.add(entry(key, "BUY", 50, 100, 2))
    ledger.add(entry(key, "SELL", 50, 100, 2))
    (match,) = ledger.matches("CD" if key == DOLLAR_FUTURE else "FO", ALL)
    assert match.row()["trade_type"] == kind


@pytest.mark.parametrize(
    ("name", "one", "same"),
    [
        ("equity", entry(SHARE, "BUY", 1, 2252.35, 2), {"amount": 2252.35, "exchange": "NSE", "symbol": "ACME"}),
        ("derivatives", entry(CALL, "SELL", 25, 609.5, 2), {"amount": 15237.5, "strike_price": "20000.0"}),
        ("commodity", entry(OIL_FUTURE, "BUY", 2, 72100, 2), {"amount": 14_420_000, "price": 72100, "symbol": ""}),
        ("currency", entry(DOLLAR_FUTURE, "SELL", 1, 0.385, 2), {"amount": 385, "expiry": "2026-12-02"}),
    ],
)
def test_the_rows_of_the_history(name, one, same):
    row = one.row()
    assert_same_shape(sample(f"trading/history_{name}")["data"][0], row)
    assert {key: row[key] for key in same} == same
