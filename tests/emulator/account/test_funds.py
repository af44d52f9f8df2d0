"""The funds by themselves; how they move is proved with the account."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from upstox_emulator.account.funds import Funds, Usage

AT = dt.datetime(2026, 11, 23, 10)


def test_without_trading_nothing_is_used():
    funds = Funds()
    assert funds.v2("SEC", AT)["equity"]["available_margin"] == 600_000.0
    assert funds.withdrawable(AT) == 500_000


def test_a_day_opens_with_what_the_last_one_ended_with():
    funds = Funds()
    funds.withdrawn = Decimal(5_000)
    funds.turn(Decimal("-20.50"))
    assert (funds.opening, funds.added, funds.withdrawn) == (Decimal("519979.50"), 0, 0)


def test_what_was_sold_for_stays_until_tomorrow():
    funds = Funds()
    funds.usage = lambda _: Usage(stock_sale=Decimal(700), premium=Decimal(-300))
    assert funds.cash(funds.usage(AT)) == 526_000
    assert funds.withdrawable(AT) == 500_000


def test_pledged_securities_go_first():
    funds = Funds()
    funds.usage = lambda _: Usage(span=Decimal(70_000), intraday=Decimal(10_000))
    shown = funds.v3(AT)["available_to_trade"]
    pledge, cash = shown["pledge_available_to_trade"], shown["cash_available_to_trade"]
    assert pledge["margin_used"]["total"] == 75_000
    assert (pledge["margin_used"]["span_exposure"], pledge["margin_used"]["cash_margin_var_elm"]) == (70_000, 5_000)
    assert (cash["margin_used"]["span_exposure"], cash["margin_used"]["cash_margin_var_elm"]) == (0, 5_000)
