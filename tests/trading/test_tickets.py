"""Only legal orders are made, and what is refused is told what would be right."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_client.instruments import IllegalPriceError, IllegalQuantityError, Instrument
from upstox_client.models.orders import OrderBookData
from upstox_client.trading.gtt_rules import Legs, make_rules
from upstox_client.trading.tickets import (
    IllegalOrderError,
    Ticket,
    closing_tickets,
    legal_prices,
    make_ticket,
    ticket_of,
)

SHARE = Instrument(
    key="NSE_EQ|INE002A01018", symbol="RELIANCE", segment="NSE_EQ", kind="EQ", tick=0.1, freeze=100_000,
    isin="INE002A01018", mtf_bracket=26.5,
)  # fmt: skip
FUTURE = Instrument(
    key="NSE_FO|1", symbol="NIFTY FUT 24 NOV 26", segment="NSE_FO", kind="FUT", lot=65, tick=0.05, freeze=1800,
    expiry=dt.date(2026, 11, 24), underlying="NIFTY",
)  # fmt: skip
CRUDE = Instrument(
    key="MCX_FO|1", symbol="CRUDEOIL FUT 18 DEC 26", segment="MCX_FO", kind="FUT", lot=100, tick=1.0, freeze=100,
    expiry=dt.date(2026, 12, 18), underlying="CRUDEOIL", quote_unit="BBL",
)  # fmt: skip
YEN = Instrument(key="NCD_FO|1", symbol="JPYINR FUT", segment="NCD_FO", kind="FUT", lot=1, tick=0.0025, multiplier=1000)
INDEX = Instrument(key="NSE_INDEX|Nifty 50", symbol="NIFTY", segment="NSE_INDEX", kind="INDEX")


def made(side: str = "buy", one: Instrument = SHARE, quantity: int | None = 10, **terms: Any) -> Ticket:
    return make_ticket(side, one, quantity, terms)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("terms", "kind", "price", "trigger", "protection"),
    [
        ({}, "MARKET", 0.0, 0.0, -1.0),
        ({"market_protection": 2}, "MARKET", 0.0, 0.0, 2.0),
        ({"market_protection": -1}, "MARKET", 0.0, 0.0, -1.0),
        ({"limit": 1500}, "LIMIT", 1500.0, 0.0, None),
        ({"stop": 1500.1}, "SL-M", 0.0, 1500.1, -1.0),
        ({"limit": 1510, "stop": 1500}, "SL", 1510.0, 1500.0, None),
    ],
)
def test_the_type_follows_from_the_prices(terms: Any, kind: str, price: float, trigger: float, protection: Any) -> None:
    ticket = made(**terms)
    assert (ticket.order_type, ticket.price, ticket.trigger, ticket.protection) == (kind, price, trigger, protection)
    sent = ticket.request()
    assert (sent.order_type, sent.price, sent.trigger_price, sent.market_protection) == (
        kind,
        price,
        trigger,
        protection,
    )
    assert (sent.quantity, sent.product, sent.validity, sent.disclosed_quantity, sent.slice) == (
        10,
        "D",
        "DAY",
        0,
        False,
    )
    assert (sent.instrument_token, sent.transaction_type, sent.is_amo) == (SHARE.key, "BUY", False)
    assert sent.tag == ticket.tag
    assert ticket.line("7").correlation_id == "7"


def test_words_of_the_trader_and_of_the_wire() -> None:
    ticket = made("SELL", product="I", validity="IOC", disclosed=1)
    assert (ticket.side, ticket.product, ticket.validity, ticket.disclosed) == ("SELL", "I", "IOC", 1)
    assert str(ticket) == "SELL 10 RELIANCE at the market, intraday, IOC"
    assert str(made(limit=1510, stop=1500, product="mtf")) == "BUY 10 RELIANCE at 1510 once it is at 1500, MTF"
    assert (ticket.sign, made().sign) == (-1, 1)
    assert (made().reference, made(stop=1500).reference, made(limit=1, stop=0.9).reference) == (None, 1500, 1)


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({}, "BUY 10 RELIANCE at the market, delivery"),
        ({"limit": 1510, "product": "intraday"}, "BUY 10 RELIANCE at 1510, intraday"),
        ({"limit": 1510, "validity": "ioc"}, "BUY 10 RELIANCE at 1510, delivery, IOC"),
        ({"stop": 1500, "product": "mtf"}, "BUY 10 RELIANCE at the market once it is at 1500, MTF"),
        ({"stop": 1500, "limit": 1510.5}, "BUY 10 RELIANCE at 1510.5 once it is at 1500, delivery"),
        ({"one": FUTURE, "quantity": 65, "limit": 26000}, "BUY 65 NIFTY FUT 24 NOV 26 at 26000, delivery"),
        ({"one": CRUDE, "quantity": None, "lots": 1}, "BUY 1 lot of CRUDEOIL FUT 18 DEC 26 at the market, delivery"),
        ({"one": CRUDE, "quantity": None, "lots": 2, "side": "sell"}, "SELL 2 lots of CRUDEOIL FUT 18 DEC 26 at the"),
    ],
)
def test_an_order_is_said_as_a_trader_says_it(order: dict[str, Any], told: str) -> None:
    assert str(made(**order)).startswith(told)


def test_each_has_a_tag_of_its_own() -> None:
    one, other, mine = made(), made(), made(tag="mine")
    assert one.tag != other.tag
    assert (one.is_unique, mine.is_unique, mine.tag) == (True, False, "mine")


def test_numbers_of_other_types_are_sent_as_numbers() -> None:
    """What comes out of a data frame, or of an exact computation."""
    share = made("sell", quantity=np.int64(10), limit=Decimal("1499.5"), stop=np.float64(1500.1), disclosed=np.int32(5))
    plain = made("sell", quantity=10, limit=1499.5, stop=1500.1, disclosed=5)
    sent, wanted = (json.loads(msgspec.json.encode(one.request())) | {"tag": ""} for one in (share, plain))
    assert sent == wanted
    assert made(one=FUTURE, quantity=None, lots=np.int64(2)).quantity == 130
    legs: Any = Legs(target=Decimal(1510), stoploss=1490, trailing=Decimal("1.5"))
    rules = json.loads(msgspec.json.encode(make_rules(SHARE, "BUY", np.float64(1500), "BELOW", legs, 2)))
    assert ([rule["trigger_price"] for rule in rules], rules[2]["trailing_gap"]) == ([1500.0, 1510.0, 1490.0], 1.5)
    exact: Any = Decimal("1500.03")
    assert SHARE.rounded(np.float64(1500.03)) == SHARE.rounded(exact) == 1500.0


def test_prices_are_shown_to_the_tick() -> None:
    assert str(made(one=FUTURE, quantity=65, limit=26012.35, stop=26000.05)) == (
        "BUY 65 NIFTY FUT 24 NOV 26 at 26012.35 once it is at 26000.05, delivery"
    )
    with pytest.raises(IllegalOrderError, match=r"stop=26012\.35 .* above it, got 26012\.3$"):
        made(one=FUTURE, quantity=65, limit=26012.3, stop=26012.35)
    with pytest.raises(IllegalPriceError, match=r"the nearest is 26012\.35"):
        FUTURE.check_price(26012.36)


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"limit": 1500.03}, IllegalPriceError, "limit=1500.03 is between two ticks of 0.1 rupees; try 1500 or 1500.1"),
        ({"limit": 0.04}, IllegalPriceError, "try 0.1"),
        ({"limit": 0}, IllegalPriceError, "limit must be above 0, got 0; leave it out for none"),
        ({"limit": -1}, IllegalPriceError, "above 0"),
        ({"limit": "1500"}, IllegalPriceError, "limit is a number of rupees, got '1500'"),
        ({"stop": True}, IllegalPriceError, "stop is a number of rupees, got True"),
        ({"limit": [1500]}, IllegalPriceError, "limit is a number of rupees"),
        ({"product": None}, IllegalOrderError, "product is one of delivery, d, intraday, i, mtf, got None"),
        ({"stop": float("inf")}, IllegalPriceError, "stop must be above 0"),
        ({"limit": float("nan")}, IllegalPriceError, "above 0"),
        ({"limit": 1500, "stop": 1500}, IllegalOrderError, "limit must be above it, got 1500"),
        ({"side": "sell", "limit": 1510, "stop": 1500}, IllegalOrderError, "limit must be below it, got 1510"),
        ({"limit": 1500, "market_protection": 2}, IllegalOrderError, "limit is protection enough"),
        ({"market_protection": 0}, IllegalOrderError, "above 0 and at most 25 percent, got 0"),
        ({"market_protection": 26}, IllegalOrderError, "at most 25"),
        ({"quantity": 0}, IllegalQuantityError, "above 0, got 0"),
        ({"quantity": None}, IllegalOrderError, "say how many"),
        ({"lots": 1}, IllegalOrderError, "and not both"),
        ({"quantity": 1.5}, IllegalQuantityError, "a whole number, got 1.5"),
        ({"quantity": True}, IllegalQuantityError, "a whole number, got True"),
        ({"quantity": None, "lots": 1.5}, IllegalQuantityError, "lots is a whole number"),
        ({"one": FUTURE}, IllegalQuantityError, "10 is not a multiple of the lot of 65; try 65 (1 lot)"),
        ({"one": FUTURE, "quantity": 100}, IllegalQuantityError, "try 65 or 130 (1 or 2 lots)"),
        ({"one": FUTURE, "quantity": 65 * 271}, IllegalQuantityError, "10 orders of 1755, the freeze"),
        ({"one": CRUDE, "quantity": 100}, IllegalQuantityError, "ordered in lots of 100 BBL: say lots=1"),
        ({"one": INDEX}, IllegalOrderError, "only looked at. Its futures and options are: up.futures('NIFTY')"),
        ({"product": "cover"}, IllegalOrderError, "product is one of delivery, d, intraday, i, mtf, got 'cover'"),
        ({"product": "mtf", "one": FUTURE, "quantity": 65}, IllegalOrderError, "not bought on margin"),
        ({"validity": "gtc"}, IllegalOrderError, "validity is one of day, ioc, got 'gtc'"),
        ({"side": "short"}, IllegalOrderError, "side is one of buy, sell, got 'short'"),
        ({"disclosed": 11}, IllegalOrderError, "disclosed is 0 or 1 to 10"),
        ({"quantity": 100, "disclosed": 9}, IllegalOrderError, "disclosed is 0 or 10 to 100"),
        ({"tag": "x" * 41}, IllegalOrderError, "tag has 1 to 40 characters, got 41"),
        ({"tag": ""}, IllegalOrderError, "tag has 1 to 40 characters, got 0"),
        ({"price": 1500}, TypeError, "an order has no 'price'; it has lots, limit, stop"),
    ],
)  # fmt: skip
def test_what_is_not_legal_is_not_made(change: dict[str, Any], error: type[Exception], told: str) -> None:
    with pytest.raises(error) as refused:
        made(**change)
    assert told in str(refused.value)


def test_lots_and_slices() -> None:
    future = made(one=FUTURE, quantity=None, lots=28)
    assert (future.quantity, future.slices, future.request().slice) == (1820, 2, True)
    assert made(one=FUTURE, quantity=None, lots=27).slices == 1
    crude = made(one=CRUDE, quantity=None, lots=3, limit=5000)
    assert (crude.quantity, crude.value(5000), crude.slices) == (3, 1_500_000.0, 1)
    assert [made(one=CRUDE, quantity=None, lots=lots).slices for lots in (100, 101)] == [1, 2]
    yen = made(one=YEN, quantity=2, limit=61.0025)
    assert (yen.units, yen.value(61.0025), yen.slices) == (2000, 122_005.0, 1)


def test_a_position_is_closed_by_what_the_exchange_takes() -> None:
    long = closing_tickets(FUTURE, 65 * 300, "I")
    assert [(ticket.side, ticket.quantity) for ticket in long] == [("SELL", 17550), ("SELL", 1950)]
    assert len({ticket.tag for ticket in long}) == 2
    (short,) = closing_tickets(YEN, -5, "D")
    assert (short.side, short.quantity, short.order_type, short.protection) == ("BUY", 5, "MARKET", -1)


def test_an_order_of_the_book() -> None:
    row = OrderBookData(
        transaction_type="SELL", quantity=5, product="I", order_type="SL", validity="IOC", price=9.9,
        trigger_price=10.0, disclosed_quantity=1, tag="x",
    )  # fmt: skip
    ticket = ticket_of(row, SHARE)
    assert str(ticket) == "SELL 5 RELIANCE at 9.9 once it is at 10, intraday, IOC"
    assert ticket_of(OrderBookData(), SHARE).order_type == "MARKET"


@given(
    st.integers(1, 10_000_000).map(lambda paise: paise / 100),
    st.sampled_from([0.01, 0.05, 0.1, 0.25, 1.0, 5.0]),
)
def test_legal_prices_are_legal_and_the_nearest(price: float, tick: float) -> None:
    one = Instrument(key="k", symbol="K", tick=tick)
    below, above = legal_prices(one, price)
    assert below <= price <= above
    assert above - below < tick * 1.0001
    for near in {below, above} - {0.0}:
        assert legal_prices(one, near) == (near, near)
    assert legal_prices(Instrument(key="k", symbol="K"), price) == (price, price)


@given(st.integers(1, 271), st.integers(0, 64))
def test_a_quantity_is_in_lots_or_refused(lots: int, more: int) -> None:
    try:
        ticket = made(one=FUTURE, quantity=lots * 65 + more)
    except IllegalQuantityError:
        assert more or lots > 270
    else:
        assert ticket.quantity == lots * 65
        assert ticket.slices == -(-ticket.quantity // 1755)
