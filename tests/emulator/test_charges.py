"""Brokerage and margin over HTTP."""

from __future__ import annotations

import urllib.parse

import pytest

from support.shapes import assert_same_shape, sample

from .hand import NIFTY, RELIANCE, Hand


@pytest.fixture
def hand(em) -> Hand:
    return Hand(em)


def brokerage(hand, **fields):
    query = {
        "instrument_token": RELIANCE, "quantity": "100", "product": "D", "transaction_type": "BUY", "price": "1748.6",
    }  # fmt: skip
    chosen = {name: value for name, value in (query | fields).items() if value is not None}
    return hand("GET", f"/v2/charges/brokerage?{urllib.parse.urlencode(chosen)}")


def test_what_a_trade_costs(hand):
    answer = brokerage(hand).json()
    assert_same_shape(sample("trading/brokerage"), answer)
    charges = answer["data"]["charges"]
    assert (charges["brokerage"], charges["taxes"]["stt"], charges["taxes"]["stamp_duty"]) == (20.0, 175.0, 26.23)
    parts = [charges["brokerage"], *charges["taxes"].values(), *charges["other_charges"].values()]
    assert charges["total"] == pytest.approx(sum(parts))
    assert (charges["otherTaxes"], charges["dpPlan"]) == (charges["other_charges"], charges["dp_plan"])


def test_commodities_are_counted_in_lots(em, hand):
    oil = em.venue.catalog.futures("COM|CRUDEOIL", em.clock.now().date())[0]
    fields = {"instrument_token": oil.key, "quantity": "2", "transaction_type": "SELL", "price": "6000"}
    charges = brokerage(hand, **fields).data["charges"]
    assert charges["taxes"]["stt"] == 120.0


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"instrument_token": None}, ["UDAPI1059"]),
        ({"instrument_token": "RELIANCE"}, ["UDAPI1059"]),
        ({"instrument_token": "NSE_EQ|INE000000000"}, ["UDAPI1059"]),
        ({"instrument_token": NIFTY}, ["UDAPI1059"]),
        ({"quantity": None}, ["UDAPI1060"]),
        ({"quantity": "0"}, ["UDAPI1064"]),
        ({"quantity": "1.5"}, ["UDAPI100036"]),
        ({"quantity": "-1"}, ["UDAPI100036"]),
        ({"quantity": "3000000000"}, ["UDAPI100036"]),
        ({"product": None}, ["UDAPI1063"]),
        ({"product": "X"}, ["UDAPI1054"]),
        ({"transaction_type": None}, ["UDAPI1062"]),
        ({"transaction_type": "HOLD"}, ["UDAPI1057"]),
        ({"price": None}, ["UDAPI1061"]),
        ({"price": "0"}, ["UDAPI1065"]),
        ({"price": "NaN"}, ["UDAPI100036"]),
        ({"price": "x"}, ["UDAPI100036"]),
        ({"price": "1e99"}, ["UDAPI100036"]),
        (
            dict.fromkeys(["instrument_token", "quantity", "product", "transaction_type", "price"]),
            ["UDAPI1059", "UDAPI1060", "UDAPI1063", "UDAPI1062", "UDAPI1061"],
        ),
    ],
)
def test_a_question_that_is_wrong(hand, fields, codes):
    refused = brokerage(hand, **fields)
    assert (refused.status, refused.codes) == (400, codes)


def test_mtf_costs_nothing_where_there_is_none(hand):
    assert brokerage(hand, product="MTF").status == 200
    assert brokerage(hand, instrument_token=hand.future.key, product="MTF").codes == ["UDAPI1054"]


# Margin


def margin(hand, *lines):
    return hand("POST", "/v2/charges/margin", body={"instruments": list(lines)})


def line(key=RELIANCE, quantity=1, side="BUY", product="D", **more):
    return {"instrument_key": key, "quantity": quantity, "transaction_type": side, "product": product} | more


def test_the_margin_of_a_share(hand):
    answer = margin(hand, line(price=33.6)).json()
    assert answer == sample("trading/margin_equity")
    (row,) = margin(hand, line(quantity=10, price=100, product="I")).data["margins"]
    assert row["equity_margin"] == row["total_margin"] == 200
    assert margin(hand, line(side="SELL")).data["final_margin"] == 0
    last = margin(hand, line()).data["final_margin"]
    (quote,) = [hand.em.venue.market.last(RELIANCE, hand.em.clock.now().timestamp()) / 10_000]
    assert last == quote


def test_the_margin_of_contracts(em, hand):
    future = hand.future
    answer = margin(hand, line(future.key, future.lot)).json()
    assert_same_shape(sample("trading/margin_future"), answer)
    (row,) = answer["data"]["margins"]
    assert row["total_margin"] == pytest.approx(row["span_margin"] + row["exposure_margin"])
    chain = em.venue.catalog.chain(NIFTY, future.expiry, em.clock.now().date())
    option = next(one for one in chain if one.strike >= 262_000_000)
    (row,) = margin(hand, line(option.key, option.lot, price=30)).data["margins"]
    assert row == sample("trading/margin_option")["data"]["margins"][0]


def test_a_hedge_in_a_basket(em, hand):
    future = hand.future
    chain = em.venue.catalog.chain(NIFTY, future.expiry, em.clock.now().date())
    put = next(one for one in chain if one.kind == "PE" and one.strike >= 262_000_000)
    data = margin(hand, line(future.key, future.lot), line(put.key, put.lot)).data
    assert data["final_margin"] < data["required_margin"]
    assert data["required_margin"] == pytest.approx(sum(row["total_margin"] for row in data["margins"]))
    assert data["margins"][1]["net_buy_premium"] > 0


def test_a_currency_and_a_commodity(em, hand):
    day = em.clock.now().date()
    dollar = em.venue.catalog.futures("CUR|USDINR", day)[0]
    (row,) = margin(hand, line(dollar.key, 1)).data["margins"]
    assert row["exposure_margin"] == pytest.approx(row["span_margin"] / 3, abs=0.01)
    gold = em.venue.catalog.futures("COM|GOLD", day)[0]
    (row,) = margin(hand, line(gold.key, 1)).data["margins"]
    assert row["additional_margin"] == pytest.approx(row["exposure_margin"] * 1.6, abs=0.01)


P = "instruments[0]."


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"instrument_key": None}, [("UDAPI1099", f"{P}instrument_key")]),
        ({"instrument_key": "x"}, [("UDAPI1098", f"{P}instrument_key")]),
        ({"instrument_key": 5}, [("UDAPI1098", f"{P}instrument_key")]),
        ({"instrument_key": "NSE_EQ|INE000000000"}, [("UDAPI1098", f"{P}instrument_key")]),
        ({"quantity": None}, [("UDAPI1097", f"{P}quantity")]),
        ({"quantity": 0}, [("UDAPI1096", f"{P}quantity")]),
        ({"quantity": -1}, [("UDAPI1096", f"{P}quantity")]),
        ({"quantity": "1"}, [("UDAPI100036", f"{P}quantity")]),
        ({"product": None}, [("UDAPI1100", f"{P}product")]),
        ({"product": "OCO"}, [("UDAPI1054", f"{P}product")]),
        ({"transaction_type": None}, [("UDAPI1101", f"{P}transaction_type")]),
        ({"transaction_type": "HOLD"}, [("UDAPI1057", f"{P}transaction_type")]),
        ({"price": 0}, [("UDAPI1095", f"{P}price")]),
        ({"price": -1}, [("UDAPI1095", f"{P}price")]),
        ({"price": "1"}, [("UDAPI100036", f"{P}price")]),
    ],
)
def test_a_line_that_is_wrong(hand, fields, codes):
    assert hand.refused(margin(hand, line() | fields)) == codes


def test_a_basket_that_is_wrong(hand):
    assert hand.refused(margin(hand)) == [("UDAPI1099", "instruments")]
    assert hand("POST", "/v2/charges/margin", body={}).codes == ["UDAPI1099"]
    assert hand("POST", "/v2/charges/margin", body={"instruments": 1}).codes == ["UDAPI100036"]
    assert hand.refused(margin(hand, *[line()] * 21)) == [("UDAPI1102", "instruments")]
    assert hand.refused(margin(hand, line(), line())) == [("UDAPI1103", "instruments[1].instrument_key")]
    future = hand.future
    assert hand.refused(margin(hand, line(future.key, future.lot + 1))) == [("UDAPI1104", f"{P}quantity")]
