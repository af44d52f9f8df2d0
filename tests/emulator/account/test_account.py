"""The account behind the orders: what is blocked, booked, carried, settled and converted."""

from __future__ import annotations

import datetime as dt

import pytest

from support.shapes import assert_same_shape, sample
from upstox_emulator.clock import IST
from upstox_emulator.exchange.desk import Desk, Net, Rejection
from upstox_emulator.units import price

from .world import (
    CALL,
    DOLLAR,
    DOLLAR_FUTURE,
    EXPIRY,
    FUTURE,
    HIGH,
    INDEX,
    INSTRUMENTS,
    LATER,
    MONDAY,
    OIL_CALL,
    OIL_FUTURE,
    OTHER,
    PUT,
    SHARE,
    SHARE_BSE,
    World,
)


def test_it_is_a_desk(world):
    desk: Desk = world.account
    assert desk.open_positions() == []


# Blocking


def test_what_is_blocked_comes_back_when_the_contract_is_listed_no_more(world):
    before = world.usage
    world.at = dt.datetime.combine(EXPIRY, dt.time(23, 59), IST)
    orders = [world.order(FUTURE, "SELL", 50, product="D"), world.order(CALL, "BUY", 50)]
    for order in orders:
        world.account.block(order, world.at)
    assert world.usage.total > before.total
    world.at += dt.timedelta(minutes=1)  # the session of a market that never closes ends now
    for order in orders:
        world.account.release(order)
    assert world.usage == before


def test_what_is_blocked_comes_back_to_the_paisa(world):
    before = world.usage
    orders = [
        world.order(SHARE, "BUY", 100),
        world.order(SHARE, "BUY", 100, product="D"),
        world.order(FUTURE, "SELL", 50, product="D"),
        world.order(CALL, "BUY", 50),
        world.order(CALL, "SELL", 100),
    ]
    for order in orders:
        world.account.block(order, world.at)
    used = world.usage
    assert used.total > 100_000
    assert (used.intraday, used.delivery, used.premium) == (2000, 10_000, 7500)
    for order in orders:
        world.account.release(order)
        world.account.release(order)
    assert world.usage == before


def test_the_documented_rejection():
    """Required 153892.45, available 15507.18: 138385.27 are missing."""
    world = World(cash=15507.18)
    order = world.order(SHARE, "BUY", 15389245, 0.01, "D")
    with pytest.raises(Rejection) as refused:
        world.account.block(order, world.at)
    assert refused.value.message == "You need to add Rs. 138385.27 in your account to place this trade."
    assert refused.value.raw == (
        "RMS:Margin Exceeds,Required:153892.45, Available:15507.18 "
        "for entity account-EM1234 across exchange across segment across product "
    )
    assert world.usage.total == 0


def test_a_modification_blocks_the_difference():
    world = World(cash=1000)
    order = world.order(SHARE, "BUY", 5, 100, "D")
    world.account.block(order, world.at)
    order.price = price(200)
    world.account.block(order, world.at)
    assert world.cash == 0
    order.price = price(201)
    with pytest.raises(Rejection, match=r"Rs\. 5\.00"):
        world.account.block(order, world.at)
    assert world.cash == 0, "what was blocked stays blocked"
    order.price, order.quantity = price(100), 1
    world.account.block(order, world.at)
    assert world.cash == 900


@pytest.mark.parametrize(
    ("terms", "blocked"),
    [
        ({"limit": price(102)}, 102),
        ({"price": price(101)}, 101),
        ({"price": 0, "trigger": price(99)}, 99),
        ({"price": 0}, 100),
    ],
)
def test_the_worst_price_counts(world, terms, blocked):
    world.account.block(world.order(SHARE, "BUY", 1, product="D", **terms), world.at)
    assert world.usage.delivery == blocked


def test_the_blocked_part_shrinks_with_the_trades(world):
    order = world.order(SHARE, "BUY", 10, 100, "D")
    world.account.block(order, world.at)
    world.fill(order, 4, 90)
    assert world.usage.delivery == 360 + 600
    world.fill(order, 6, 95)
    assert world.usage.delivery == 360 + 570
    world.account.release(order)
    assert world.usage.delivery == 930


def test_pledged_securities_stand_for_margin_alone():
    world = World(cash=1000, pledged=5000)
    world.account.block(world.order(SHARE, "BUY", 250), world.at)
    assert world.usage.intraday == 5000
    assert world.cash == 1000
    world.account.block(world.order(SHARE, "BUY", 10, 100, "D"), world.at)
    with pytest.raises(Rejection, match=r"Rs\. 20\.00"):
        world.account.block(world.order(OTHER, "BUY", 1, 100), world.at)
    with pytest.raises(Rejection):
        world.account.block(world.order(CALL, "BUY", 50), world.at)


def test_a_way_out_is_always_open():
    world = World(cash=150_000)
    world.trade(CALL, "SELL", 50, 150)
    world.market.prices[CALL] = price(3_000)
    world.account.block(world.order(CALL, "BUY", 50), world.at)
    world = World(cash=20_300)
    world.trade(SHARE, "BUY", 1000)
    world.market.prices[SHARE] = price(50)
    assert world.cash < 0
    world.account.block(world.order(SHARE, "SELL", 1000), world.at)
    with pytest.raises(Rejection):
        world.account.block(world.order(OTHER, "BUY", 1), world.at)


# Shares


def test_only_what_is_owned_is_sold_for_delivery(world):
    with pytest.raises(Rejection) as refused:
        world.account.block(world.order(SHARE, "SELL", 1, product="D"), world.at)
    assert "1 more of ACME" in refused.value.message
    assert refused.value.raw.startswith("RMS:Rule: Check holdings including btst for entity account-EM1234")
    world.trade(SHARE, "BUY", 10, product="D")
    world.account.block(world.order(SHARE, "SELL", 6, product="D"), world.at)
    with pytest.raises(Rejection, match="1 more"):
        world.account.block(world.order(SHARE, "SELL", 5, product="D"), world.at)
    world.account.block(world.order(SHARE, "SELL", 4, product="D"), world.at)


def test_a_share_is_one_on_both_exchanges(world):
    world.account.receive(INSTRUMENTS[SHARE], 10, price(80), MONDAY)
    world.trade(SHARE_BSE, "SELL", 7, product="D")
    with pytest.raises(Rejection, match="1 more"):
        world.account.block(world.order(SHARE, "SELL", 4, product="D"), world.at)
    (row,) = world.account.holding_rows(world.at)
    assert (row["quantity"], row["cnc_used_quantity"], row["instrument_token"]) == (10, 7, SHARE)
    assert world.usage.stock_sale == 700
    world.night()
    (row,) = world.account.holding_rows(world.at)
    assert (row["quantity"], row["cnc_used_quantity"], row["average_price"]) == (3, 0, 80)


def test_shares_arrive_in_two_days(world):
    world.trade(SHARE, "BUY", 10, 90, "D")
    assert world.account.holding_rows(world.at) == []
    world.night()
    (row,) = world.account.holding_rows(world.at)
    assert (row["quantity"], row["t1_quantity"], row["pnl"]) == (0, 10, 100)
    assert world.account.position_rows(world.at) == []
    world.trade(SHARE, "SELL", 4, 100, "D")
    world.night()
    (row,) = world.account.holding_rows(world.at)
    assert (row["quantity"], row["t1_quantity"], row["average_price"]) == (6, 0, 90)
    world.trade(SHARE, "SELL", 6, 100, "D")
    world.night()
    assert world.account.holding_rows(world.at) == []
    bill = world.account.ledger._charges
    assert bill["EQ", MONDAY].demat == 0
    assert bill["EQ", MONDAY + dt.timedelta(1)].demat == 20


def test_a_weekend_counts_for_nothing(world):
    world.night(days=4)
    assert world.at.date().weekday() == 4
    world.trade(SHARE, "BUY", 10, product="D")
    told = []
    for _ in range(4):
        world.night()
        told.append(world.account.holding_rows(world.at)[0]["t1_quantity"])
    assert told == [10, 10, 10, 0], "bought on Friday, arrives on Monday, is there on Tuesday"


def test_the_figures_of_a_holding(world):
    world.account.receive(INSTRUMENTS[SHARE], 10, price(80.5), MONDAY)
    world.market.prices[SHARE] = price(99)
    (row,) = world.account.holding_rows(world.at)
    assert (row["pnl"], row["day_change"], row["day_change_percentage"]) == (185, -1, -1)
    assert_same_shape(sample("trading/holdings")["data"][0], row)
    assert world.messages("holding") == [
        sample("trading/stream_holding")
        | {
            "instrument_token": SHARE, "instrument_key": SHARE, "average_price": 80.5, "isin": "INE000A01010",
            "company_name": "ACME LTD.", "haircut": 0.2, "quantity": 10,
        }
    ]  # fmt: skip


def test_what_is_promised_is_told(world):
    world.account.receive(INSTRUMENTS[SHARE], 10, price(80), MONDAY)
    order = world.order(SHARE, "SELL", 4, product="D")
    world.account.block(order, world.at)
    world.account.release(order)
    assert [message["cnc_used_quantity"] for message in world.messages("holding")] == [0, 4, 0]


def test_what_is_bought_and_sold_on_one_day_is_a_trade_of_shares_alone(world):
    world.trade(SHARE, "BUY", 10, 100, "D")
    world.trade(SHARE, "SELL", 10, 101, "D")
    assert (world.usage.delivery, world.usage.stock_sale, world.usage.realised) == (0, 0, 10)
    row = world.row(SHARE, "D")
    assert (row["quantity"], row["realised"], row["pnl"], row["average_price"]) == (0, 10.0, 10.0, None)
    world.night()
    assert world.account.holding_rows(world.at) == []


# MTF


def test_mtf_pays_a_part_and_carries_the_rest(world):
    with pytest.raises(Rejection):
        world.account.block(world.order(SHARE, "SELL", 1, product="MTF"), world.at)
    world.trade(SHARE, "BUY", 1000, 100, "MTF")
    assert world.usage.mtf == 25_000
    assert [row["product"] for row in world.account.position_rows(world.at, mtf=True)] == ["MTF"]
    assert world.account.position_rows(world.at) == []
    world.market.prices[SHARE] = price(99)
    assert world.usage.loss == 1000
    costs = float(world.usage.unpaid)
    world.night()
    row = world.row(SHARE, "MTF")
    assert (row["overnight_quantity"], row["overnight_buy_amount"], row["buy_value"]) == (1000, 100_000.0, 100_000.0)
    assert world.account.ledger._charges["EQ", MONDAY].others == 40, "interest for 75,000"
    assert float(world.funds.opening) == pytest.approx(1_000_000 - costs - 40)
    world.trade(SHARE, "SELL", 1000, 102, "MTF")
    assert (world.usage.mtf, world.usage.realised) == (0, 2000)
    costs = world.usage.unpaid
    before = world.funds.opening
    world.night()
    assert world.funds.opening == before + 2000 - costs


# Derivatives


def test_an_option_of_ones_own(world):
    world.trade(CALL, "BUY", 50, 150, "D")
    assert (world.usage.premium, world.usage.derivatives) == (7500, 0)
    costs = world.usage.unpaid
    world.night()
    assert world.funds.opening == 1_000_000 - 7500 - costs
    assert world.usage.premium == 0
    world.trade(CALL, "SELL", 50, 170, "D")
    assert (world.usage.premium, world.usage.realised) == (-7500, 1000)
    costs = world.usage.unpaid
    before = world.funds.opening
    world.night()
    assert world.funds.opening == before + 8500 - costs


def test_an_option_that_was_sold(world):
    world.trade(CALL, "SELL", 50, 150, "D")
    assert world.usage.premium == -7500
    assert world.usage.span > 7500
    world.trade(HIGH, "BUY", 50, 20, "D")
    hedged = world.usage.derivatives
    world.trade(HIGH, "SELL", 50, 20, "D")
    assert hedged < world.usage.derivatives / 2


def test_a_future_is_settled_every_night(world):
    world.trade(LATER, "BUY", 50, 20_150, "D")
    costs = world.usage.unpaid
    world.market.prices[LATER] = price(20_100)
    assert (world.usage.unrealised, world.usage.loss) == (-2500, 2500)
    world.night()
    assert world.funds.opening == 1_000_000 - 2500 - costs
    assert (world.usage.unrealised, world.row(LATER, "D")["unrealised"]) == (0, -2500.0)
    world.market.prices[LATER] = price(20_300)
    assert world.usage.loss == 0, "a profit is paid in the night"
    world.night()
    assert world.funds.opening == 1_000_000 + 7500 - costs


def test_options_end_at_their_intrinsic_value(world):
    world.trade(CALL, "BUY", 50, 150, "D")
    world.trade(PUT, "SELL", 50, 140, "D")
    world.trade(HIGH, "SELL", 50, 20, "D")
    world.trade(FUTURE, "SELL", 50, 20_050, "D")
    world.night(days=2)
    world.market.prices[INDEX] = price(20_300)
    opening, costs = world.funds.opening, world.usage.unpaid
    assert world.account.open_segments() == {"NSE_FO"}
    world.close("NFO")
    assert world.account.open_positions() == []
    assert world.account.open_segments() == frozenset()
    assert world.usage.total - world.usage.premium == world.usage.loss, "nothing is blocked any more"
    exercise = world.usage.unpaid - costs
    assert exercise == 23, "0.15 % of 15,000, rounded"
    world.night()
    assert world.funds.opening == opening + 50 * 300 - 50 * (20_300 - 20_050) - exercise
    assert [entry.kind for entry in world.account.ledger.entries].count("settlement") == 4


def test_a_put_in_the_money_is_paid_by_who_sold_it(world):
    world.trade(PUT, "SELL", 50, 140, "D")
    world.market.prices[INDEX] = price(19_800)
    world.night(days=3)
    bill = sum(world.account.ledger._charges["FO", MONDAY + dt.timedelta(days)].total for days in range(1))
    assert world.funds.opening == 1_000_000 + 50 * 140 - 50 * 200 - bill


def test_currencies_and_commodities_end_too(world):
    world.trade(DOLLAR_FUTURE, "BUY", 2, 83.6, "D")
    world.trade(OIL_CALL, "BUY", 1, 200, "D")
    world.trade(OIL_FUTURE, "SELL", 1, 6_000, "D")
    world.market.prices[DOLLAR] = price(84)
    world.market.prices[OIL_FUTURE] = price(6_300)
    world.market.prices["COM|CRUDEOIL"] = price(6_300)
    world.night(days=3)
    assert world.account.open_positions() == []
    entries = {
        entry.instrument.key: entry.price for entry in world.account.ledger.entries if entry.kind == "settlement"
    }
    assert entries == {DOLLAR_FUTURE: price(84), OIL_CALL: price(300), OIL_FUTURE: price(6_300)}


# The day


def test_intraday_positions_do_not_outlive_the_day(world):
    world.trade(SHARE, "BUY", 10)
    world.trade(OTHER, "SELL", 10, product="CO")
    world.trade(FUTURE, "BUY", 50)
    world.trade(FUTURE, "BUY", 50, product="D")
    assert world.account.open_intraday("NSE") == [Net(SHARE, "I", 10), Net(OTHER, "CO", -10)]
    assert world.account.open_intraday("NFO") == [Net(FUTURE, "I", 50)]
    world.market.prices[SHARE] = price(101)
    world.close("NSE")
    assert world.account.open_intraday("NSE") == []
    assert world.row(SHARE)["realised"] == 10.0
    world.night()
    assert world.account.open_positions() == [Net(FUTURE, "D", 50)]


def test_a_profit_is_there_tomorrow_a_loss_at_once(world):
    world.trade(SHARE, "BUY", 10, 100)
    world.trade(SHARE, "SELL", 10, 110)
    bill = world.usage.unpaid
    assert world.cash == float(1_000_000 - bill)
    shown = world.funds.v3(world.at)["unavailable_to_trade"]["cash_unavailable_to_trade"]["unsettled_profit"]
    assert shown["todays_profit"] == 100.0
    world.trade(OTHER, "BUY", 10, 250)
    world.trade(OTHER, "SELL", 10, 200)
    assert world.usage.loss == 400
    bill = world.usage.unpaid
    world.night()
    assert world.funds.opening == 1_000_000 - 400 - bill
    assert world.usage.total == 0


def test_brokerage_is_of_an_order(world):
    order = world.order(FUTURE, "BUY", 100, 20_000)
    world.account.block(order, world.at)
    world.fill(order, 50)
    world.fill(order, 50)
    assert world.account.ledger._charges["FO", MONDAY].brokerage == 20
    world.trade(FUTURE, "SELL", 50, 20_000)
    world.trade(FUTURE, "SELL", 50, 20_000)
    assert world.account.ledger._charges["FO", MONDAY].brokerage == 60


def test_a_trade_that_nothing_was_blocked_for(world):
    world.fill(world.order(SHARE, "BUY", 10))
    assert world.account.open_positions() == [Net(SHARE, "I", 10)]


def test_an_instrument_that_is_not_there(world):
    order = world.order(SHARE, "BUY", 1)
    order.key = "NSE_EQ|?"
    with pytest.raises(KeyError, match="no instrument"):
        world.account.block(order, world.at)


# Conversion


def test_an_intraday_position_becomes_a_delivery(world):
    world.trade(SHARE, "BUY", 10, 100)
    assert world.account.convert(SHARE, "I", "D", "BUY", 6, world.at) is None
    assert (world.usage.intraday, world.usage.delivery) == (80, 600)
    assert [message["product"] for message in world.messages("position")] == ["I", "I", "D"]
    assert (world.row(SHARE)["quantity"], world.row(SHARE, "D")["quantity"]) == (4, 6)
    world.night()
    assert world.account.holding_rows(world.at)[0]["t1_quantity"] == 6


def test_a_delivery_becomes_mtf_and_back(world):
    world.trade(SHARE, "BUY", 10, 100, "D")
    world.account.convert(SHARE, "D", "MTF", "BUY", 10, world.at)
    assert (world.usage.mtf, world.usage.delivery) == (250, 0)
    world.night()
    world.account.convert(SHARE, "MTF", "D", "BUY", 10, world.at)
    assert (world.usage.mtf, world.usage.delivery, world.usage.realised) == (0, 1000, 0)


def test_a_conversion_needs_money_and_shares():
    world = World(cash=600)
    world.trade(SHARE, "BUY", 10, 100)
    before = world.usage
    assert "need to add Rs." in world.account.convert(SHARE, "I", "D", "BUY", 10, world.at)
    assert world.usage == before
    assert (world.row(SHARE)["quantity"], len(world.account.positions)) == (10, 1)
    with pytest.raises(KeyError):
        world.account.convert(SHARE, "I", "D", "SELL", 1, world.at)
    with pytest.raises(KeyError):
        world.account.convert(SHARE, "I", "D", "BUY", 11, world.at)
    with pytest.raises(KeyError):
        world.account.convert(SHARE, "MTF", "D", "BUY", 1, world.at)


def test_a_sold_position_stays_intraday_without_shares(world):
    world.trade(SHARE, "SELL", 5)
    world.trade(SHARE, "BUY", 3, product="D")
    assert "2 more of ACME" in world.account.convert(SHARE, "I", "D", "SELL", 5, world.at)
    assert (world.row(SHARE)["quantity"], world.row(SHARE, "D")["quantity"]) == (-5, 3), "all as it was"
    assert world.account.convert(SHARE, "I", "D", "SELL", 3, world.at) is None
    assert (world.row(SHARE)["quantity"], world.row(SHARE, "D")["quantity"]) == (-2, 0)
