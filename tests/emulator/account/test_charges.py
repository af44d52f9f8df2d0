"""What trading costs, by the documented samples and by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from support.shapes import sample
from upstox_emulator.account.charges import (
    TARIFFS,
    Charges,
    charges,
    demat_charges,
    exercise_tax,
    gst,
    interest,
    tariff,
)

from .world import CALL, DOLLAR_FUTURE, FUTURE, INSTRUMENTS, OIL_CALL, OIL_FUTURE, SHARE, SHARE_BSE

BEFORE, NOW = dt.date(2023, 10, 19), dt.date(2026, 11, 24)


def cost(key, side, turnover, product="D", day=NOW):
    return charges(INSTRUMENTS[key], side, product, Decimal(turnover), day)


def test_the_documented_brokerage_to_the_paisa():
    found = cost(SHARE, "BUY", "174860", day=BEFORE).estimate(tariff(BEFORE).demat)
    assert found == sample("trading/brokerage")["data"]


def test_the_documented_charges_report_to_the_paisa():
    services = Decimal("97.23") + Decimal("0.56") + Decimal("18.5")
    assert gst(services) == Decimal("20.93")
    found = Charges(
        brokerage=Decimal("97.23"), gst=gst(services), stt=Decimal(15), stamp_duty=Decimal(2),
        transaction=Decimal("0.56"), sebi_turnover=Decimal("0.01"), demat=Decimal("18.5"),
    )  # fmt: skip
    assert found.breakdown() == sample("trading/report_charges")["data"]


@pytest.mark.parametrize(
    ("key", "side", "turnover", "product", "parts"),
    [
        # brokerage, stt, stamp duty, transaction, ipft, sebi
        (SHARE, "BUY", "100000", "D", ("20", "100", "15", "2.97", "0.10", "0.10")),
        (SHARE, "SELL", "100000", "MTF", ("20", "100", "0", "2.97", "0.10", "0.10")),
        (SHARE, "BUY", "100", "D", ("2.50", "0", "0.02", "0", "0", "0")),
        (SHARE, "BUY", "100000", "I", ("20", "0", "3", "2.97", "0.10", "0.10")),
        (SHARE, "SELL", "10000", "CO", ("10", "3", "0", "0.30", "0.01", "0.01")),
        (SHARE_BSE, "SELL", "100000", "D", ("20", "100", "0", "3.75", "0", "0.10")),
        (FUTURE, "SELL", "1000000", "D", ("20", "500", "0", "17.30", "1", "1")),
        (FUTURE, "BUY", "20000", "I", ("10", "0", "0.40", "0.35", "0.02", "0.02")),
        (CALL, "SELL", "10000", "D", ("20", "15", "0", "3.50", "0.05", "0.01")),
        (CALL, "BUY", "10000", "D", ("20", "0", "0.30", "3.50", "0.05", "0.01")),
        (DOLLAR_FUTURE, "BUY", "83600", "D", ("20", "0", "0.08", "0.29", "0", "0.08")),
        (OIL_FUTURE, "SELL", "600000", "D", ("20", "60", "0", "12.60", "0", "0.60")),
        (OIL_CALL, "SELL", "20000", "D", ("20", "10", "0", "8.36", "0", "0.02")),
    ],
)
def test_every_kind_of_trade(key, side, turnover, product, parts):
    found = cost(key, side, turnover, product)
    told = found.brokerage, found.stt, found.stamp_duty, found.transaction, found.ipft, found.sebi_turnover
    assert told == tuple(map(Decimal, parts))
    assert found.gst == gst(found.brokerage + found.transaction)
    assert found.total == sum(told) + found.gst


def test_rates_change_with_the_day():
    eve, first = dt.date(2026, 3, 31), dt.date(2026, 4, 1)
    assert [cost(FUTURE, "SELL", "1000000", day=day).stt for day in (BEFORE, eve, first)] == [125, 200, 500]
    assert [cost(CALL, "SELL", "100000", day=day).stt for day in (BEFORE, eve, first)] == [63, 100, 150]
    assert cost(SHARE, "BUY", "100000", day=BEFORE).brokerage == 0
    assert [tariff(one.since) for one in TARIFFS] == list(TARIFFS)


def test_nothing_costs_nothing():
    assert cost(CALL, "BUY", "0") == Charges()


def test_what_comes_in_the_night():
    assert demat_charges(BEFORE) == Charges(demat=Decimal("18.5"), gst=Decimal("3.33"))
    assert demat_charges(NOW).total == Decimal("23.60")
    assert exercise_tax(Decimal(10_000), BEFORE).total == 13
    assert exercise_tax(Decimal(10_000), NOW).total == 15
    assert [interest(Decimal(borrowed)).total for borrowed in (0, 1, 40_000, 40_001)] == [0, 20, 20, 40]


def test_charges_add_up():
    whole, part = cost(SHARE, "BUY", "5000"), cost(SHARE, "BUY", "2000")
    assert part + (whole - part) == whole
