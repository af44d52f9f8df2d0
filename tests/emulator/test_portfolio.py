"""Positions, conversion and holdings over HTTP."""

from __future__ import annotations

from decimal import Decimal

import pytest

from support.shapes import assert_same_shape, sample
from upstox_emulator.account.commands import Seed, SeedHoldings
from upstox_emulator.errors import Refusal

from .hand import RELIANCE, Hand

POSITIONS, MTF = "/v2/portfolio/short-term-positions", "/v3/portfolio/mtf-positions"
HOLDINGS, CONVERT = "/v2/portfolio/long-term-holdings", "/v2/portfolio/convert-position"


@pytest.fixture
def hand(em) -> Hand:
    return Hand(em)


def test_nothing_to_begin_with(hand):
    assert [hand("GET", path).data for path in (POSITIONS, MTF, HOLDINGS)] == [[], [], []]


def test_positions_have_the_documented_shape(hand):
    hand.trade(RELIANCE, "BUY", 3)
    hand.trade(RELIANCE, "BUY", 2, "I")
    hand.trade(RELIANCE, "SELL", 2, "I")
    hand.trade(RELIANCE, "BUY", 4, "MTF")
    answer = hand("GET", POSITIONS).json()
    assert_same_shape(sample("trading/positions"), answer)
    assert [(row["product"], row["quantity"]) for row in answer["data"]] == [("D", 3), ("I", 0)]
    for row in answer["data"]:
        open_now = row["quantity"] * row["last_price"] * row["multiplier"]
        assert row["pnl"] == pytest.approx(row["sell_value"] - row["buy_value"] + open_now, abs=0.01)
    answer = hand("GET", MTF).json()
    assert_same_shape(sample("trading/mtf_positions"), answer)
    assert [(row["product"], row["quantity"]) for row in answer["data"]] == [("MTF", 4)]


def test_a_delivery_becomes_a_holding(hand):
    hand.trade(RELIANCE, "BUY", 3)
    hand.sleep()
    assert hand("GET", POSITIONS).data == []
    (row,) = hand("GET", HOLDINGS).data
    assert (row["quantity"], row["t1_quantity"]) == (0, 3)
    hand.sleep()
    (row,) = hand("GET", HOLDINGS).data
    assert (row["quantity"], row["t1_quantity"]) == (3, 0)
    hand.trade(RELIANCE, "SELL", 2)
    (row,) = hand("GET", HOLDINGS).data
    assert (row["quantity"], row["cnc_used_quantity"]) == (3, 2)


def convert(hand, **fields):
    body = {
        "instrument_token": RELIANCE, "new_product": "D", "old_product": "I", "transaction_type": "BUY", "quantity": 2,
    }  # fmt: skip
    return hand("PUT", CONVERT, body=body | fields)


def test_a_position_is_converted(hand):
    hand.trade(RELIANCE, "BUY", 3, "I")
    assert convert(hand).json() == sample("trading/convert")
    assert [(row["product"], row["quantity"]) for row in hand("GET", POSITIONS).data] == [("I", 1), ("D", 2)]
    assert convert(hand, old_product="D", new_product="MTF").data == {"status": "complete"}
    assert [row["quantity"] for row in hand("GET", MTF).data] == [2]


def test_there_is_nothing_to_convert(hand):
    assert hand.refused(convert(hand)) == [("UDAPI1034", None)]
    hand.trade(RELIANCE, "BUY", 3, "I")
    for fields in (
        {"instrument_token": "NSE_EQ|INE848E01016"},
        {"old_product": "D", "new_product": "I"},
        {"transaction_type": "SELL"},
        {"quantity": 4},
    ):
        assert hand.refused(convert(hand, **fields)) == [("UDAPI1035", "instrument_token")]


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"instrument_token": None}, [("UDAPI1026", "instrument_token")]),
        ({"instrument_token": 7}, [("UDAPI1026", "instrument_token")]),
        ({"old_product": "CO"}, [("UDAPI1054", "old_product")]),
        ({"new_product": "OCO"}, [("UDAPI1054", "new_product")]),
        ({"new_product": None, "old_product": ""}, [("UDAPI1006", "old_product"), ("UDAPI1006", "new_product")]),
        ({"new_product": "I"}, [("UDAPI1054", "new_product")]),
        ({"transaction_type": "HOLD"}, [("UDAPI1057", "transaction_type")]),
        ({"quantity": 0}, [("UDAPI1052", "quantity")]),
        ({"quantity": None}, [("UDAPI1052", "quantity")]),
        ({"quantity": 1.5}, [("UDAPI100036", "quantity")]),
    ],
)
def test_a_conversion_that_is_no_conversion(hand, fields, codes):
    assert hand.refused(convert(hand, **fields)) == codes


def test_mtf_is_for_some_shares(em, hand):
    future = hand.future
    hand.trade(future.key, "BUY", future.lot)
    refused = convert(hand, instrument_token=future.key, old_product="D", new_product="MTF", quantity=future.lot)
    assert hand.refused(refused) == [("UDAPI1054", "new_product")]


def test_lots_are_converted_whole(hand):
    future = hand.future
    hand.trade(future.key, "BUY", 2 * future.lot)
    wish = {"instrument_token": future.key, "old_product": "D", "new_product": "I"}
    refused = convert(hand, **wish, quantity=future.lot - 1)
    assert hand.refused(refused) == [("UDAPI100036", "quantity")]
    assert convert(hand, **wish, quantity=future.lot).data == {"status": "complete"}
    assert {row["quantity"] for row in hand("GET", POSITIONS).data} == {future.lot}


def test_a_conversion_that_is_too_dear(em, hand):
    hand.trade(RELIANCE, "BUY", 1500, "I")
    refused = convert(hand, quantity=1500)
    assert (refused.status, refused.codes) == (500, ["UDAPI100500"])
    assert "You need to add Rs." in refused.json()["errors"][0]["message"]


def test_holdings_to_begin_with(em, hand):
    em.backend.execute(SeedHoldings(em.clock.now(), [Seed(RELIANCE, 7, Decimal("1400.50"))]))
    answer = hand("GET", HOLDINGS).json()
    (row,) = answer["data"]
    changes = {name: row[name] for name in ("day_change", "day_change_percentage")}  # the sample has 0, ours may not
    assert_same_shape(sample("trading/holdings")["data"][0] | changes, row)
    assert (row["quantity"], row["average_price"], row["company_name"]) == (7, 1400.5, "RELIANCE INDUSTRIES LTD")
    hand.trade(RELIANCE, "SELL", 7)
    hand.sleep()
    assert hand("GET", HOLDINGS).data == []
    page = "&page_number=1&page_size=9"
    (row,) = hand("GET", f"/v2/trade/profit-loss/data?segment=EQ&financial_year=2627{page}").data
    assert (row["buy_average"], row["quantity"]) == (1400.5, 7)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (Seed("NSE_INDEX|Nifty 50", 1, Decimal(1)), "no share"),
        (Seed("?", 1, Decimal(1)), "no share"),
        (Seed(RELIANCE, 0, Decimal(1)), "a holding of 0"),
        (Seed(RELIANCE, 1, Decimal(-1)), "an average price of -1"),
    ],
)
def test_holdings_that_cannot_be(em, hand, row, message):
    good = Seed(RELIANCE, 1, Decimal(1))
    with pytest.raises(Refusal, match=message):
        em.backend.execute(SeedHoldings(em.clock.now(), [good, row]))
    assert hand("GET", HOLDINGS).data == []


def test_the_kill_switch_wants_no_open_positions(hand):
    hand.trade(RELIANCE, "BUY", 1, "I")
    body = [{"segment": "NSE_FO", "action": "DISABLE"}, {"segment": "NSE_EQ", "action": "DISABLE"}]
    assert hand.refused(hand("POST", "/v2/user/kill-switch", body=body)) == [("UDAPI1184", "[1].segment")]
    hand.trade(RELIANCE, "SELL", 1, "I")
    assert hand("POST", "/v2/user/kill-switch", body=body).status == 200


def test_funds_move_with_trades(hand):
    before = hand("GET", "/v3/user/get-funds-and-margin").data["available_to_trade"]
    hand.trade(RELIANCE, "BUY", 10)
    future = hand.future
    hand.trade(future.key, "SELL", future.lot)
    answer = hand("GET", "/v3/user/get-funds-and-margin").json()
    after = answer["data"]["available_to_trade"]
    (row, _) = hand("GET", POSITIONS).data
    cash = after["cash_available_to_trade"]
    assert cash["margin_used"]["delivery_margin"]["total"] == row["buy_value"]
    assert cash["cash"]["unpaid_charges"] > 0
    pledge = after["pledge_available_to_trade"]["margin_used"]["span_exposure"]
    v2 = hand("GET", "/v2/user/get-funds-and-margin").data["equity"]
    assert v2["span_margin"] + v2["exposure_margin"] == pytest.approx(cash["margin_used"]["span_exposure"] + pledge)
    assert v2["available_margin"] == after["total"] < before["total"]
    documented = sample("account/funds_v3")
    documented["data"]["available_to_trade"]["cash_available_to_trade"]["cash"]["unpaid_charges"] = 0.5
    assert_same_shape(documented, answer)


def test_a_withdrawal_is_of_free_cash(em, hand):
    def eligible():
        return hand("GET", "/v2/user/payments/payout/modes").data["neft"]["eligible_amount"]

    assert eligible() == 500_000
    hand.trade(RELIANCE, "BUY", 100)
    (row,) = hand("GET", POSITIONS).data
    assert 0 <= 500_000 - row["buy_value"] - eligible() < 500, "and the charges"
