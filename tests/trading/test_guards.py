"""Guards refuse with a reason, and nothing is sent."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import upstox_client
from support.colours import Colour, local
from trading.floor import Floor, cache_folder, floor, running
from trading.test_tickets import CRUDE, FUTURE, SHARE, YEN, made
from upstox_client.instruments import Instrument
from upstox_client.models.quotes import GetMarketQuoteLastTradedPriceResponseV3, MarketQuoteSymbolLtpV3
from upstox_client.trading import GuardError, Guards
from upstox_client.trading.desk import Desk
from upstox_client.trading.guards import Facts, admit, check, refusal
from upstox_emulator import Emulator

__all__ = ["cache_folder", "floor", "running"]

LIVE = Facts(environment="live")
# As `up.instrument` makes them of a key that is not in the list.
UNLISTED = Instrument(key="NSE_FO|1", symbol="1", segment="NSE_FO")
UNLISTED_CRUDE = Instrument(key="MCX_FO|1", symbol="1", segment="MCX_FO")
UNLISTED_DOLLAR = Instrument(key="NCD_FO|1", symbol="1", segment="NCD_FO")


@pytest.mark.parametrize(
    ("guards", "order", "facts", "refused"),
    [
        ({}, {}, LIVE, None),
        ({"paper_only": True}, {}, LIVE, "paper_only"),
        ({"paper_only": True}, {}, Facts(environment="custom"), "paper_only"),
        ({"paper_only": True}, {}, Facts(environment="emulator"), None),
        ({"paper_only": True}, {}, Facts(environment="sandbox"), None),
        ({"kill_words": ["test"]}, {"tag": "a test"}, LIVE, "kill_words"),
        ({"kill_words": ["test"]}, {"tag": "latest"}, LIVE, None),
        ({"kill_words": ["RELIANCE"]}, {}, LIVE, "kill_words"),
        ({"kill_words": ["RELI"]}, {}, LIVE, None),
        ({"instruments": ["reliance"]}, {}, LIVE, None),
        ({"instruments": ["NSE_EQ"]}, {}, LIVE, None),
        ({"instruments": ["INE002A01018"]}, {}, LIVE, None),
        ({"instruments": ["NSE_EQ|INE002*"]}, {}, LIVE, None),
        ({"instruments": ["NIFTY"]}, {"one": FUTURE, "quantity": 65}, LIVE, None),
        ({"instruments": ["INFY", "TCS"]}, {}, LIVE, "instruments"),
        ({"instruments": []}, {}, LIVE, "instruments"),
        ({"products": ["I"]}, {}, LIVE, "products"),
        ({"products": ["I"]}, {"product": "intraday"}, LIVE, None),
        ({"products": ["intraday"]}, {"product": "intraday"}, LIVE, None),
        ({"products": ["intraday"]}, {}, LIVE, "products"),
        ({"max_quantity": 9}, {}, LIVE, "max_quantity"),
        ({"max_quantity": 10}, {}, LIVE, None),
        ({"max_lots": 1}, {"one": FUTURE, "quantity": 130}, LIVE, "max_lots"),
        ({"max_lots": 2}, {"one": FUTURE, "quantity": 130}, LIVE, None),
        ({"max_lots": 1}, {}, LIVE, None),
        ({"max_lots": 1}, {"one": UNLISTED, "quantity": 2}, LIVE, "max_lots"),
        ({"max_orders": 2}, {}, Facts(environment="live", sent=2), "max_orders"),
        ({"max_orders": 2}, {}, Facts(environment="live", sent=1), None),
        ({"max_orders": 1}, {"one": FUTURE, "quantity": 65 * 28}, LIVE, "max_orders"),
        ({"max_value": 15_000}, {"limit": 1500}, LIVE, None),
        ({"max_value": 14_999}, {"limit": 1500}, LIVE, "max_value"),
        ({"max_value": 14_999}, {"stop": 1500}, LIVE, "max_value"),
        ({"max_value": 14_999}, {"side": "sell", "stop": 1500, "limit": 1400}, LIVE, "max_value"),
        ({"max_value": 15_000}, {}, LIVE, None),  # not known yet
        ({"max_value": 15_000}, {}, Facts(environment="live", price=1500.1), "max_value"),
        ({"max_value": 15_000}, {}, Facts(environment="live", price=0.0), "max_value"),
        ({"max_value": 999_999}, {"one": CRUDE, "quantity": None, "lots": 2, "limit": 5000}, LIVE, "max_value"),
        ({"max_value": 1e9}, {"one": UNLISTED_CRUDE, "quantity": None, "lots": 1}, LIVE, "max_value"),
        ({"max_value": 1e9}, {"one": UNLISTED_DOLLAR, "quantity": 1, "limit": 90}, LIVE, "max_value"),
        ({"max_value": 1e9}, {"one": UNLISTED, "quantity": 1, "limit": 90}, LIVE, None),  # counted in units
        ({"max_value": 1e9}, {"one": YEN, "quantity": 1, "limit": 61}, LIVE, None),
        ({"market_hours": True}, {}, LIVE, None),
        ({"market_hours": True}, {}, Facts(environment="live", status="NORMAL_OPEN"), None),
        ({"market_hours": True}, {}, Facts(environment="live", status="CLOSING_END"), "market_hours"),
    ],
)
def test_each_guard(guards: dict[str, Any], order: dict[str, Any], facts: Facts, refused: str | None) -> None:
    found = refusal(Guards(**guards), made(**order), facts)
    assert (found and found[0]) == refused
    assert found is None or len(found[1]) > 10


@pytest.mark.parametrize(
    ("setting", "error"),
    [
        ({"max_value": 0}, ValueError),
        ({"max_lots": -1}, ValueError),
        ({"instruments": "NIFTY"}, TypeError),
        ({"products": ["CO"]}, ValueError),
        ({"kill_words": "x"}, TypeError),
    ],
)
def test_guards_that_make_no_sense(setting: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match=next(iter(setting)).removesuffix("s")):
        Guards(**setting)


def test_they_are_names_of_the_package() -> None:
    assert {"GuardError", "Guards"} <= set(upstox_client.__all__)
    assert (upstox_client.Guards, upstox_client.GuardError) == (Guards, GuardError)


def test_what_closes_a_position_is_let_through_but_on_paper_only() -> None:
    desk = Desk(Guards(max_quantity=1, instruments=[]))
    desk.halted = "enough"
    assert list(check(desk, local(), made(), "close")) == []
    live = local()
    live.host = live.order_host = "https://api.upstox.com"
    with pytest.raises(GuardError, match="only paper trading is allowed, and this goes to") as refused:
        list(check(Desk(Guards(paper_only=True)), live, made(), "close"))
    assert refused.value.guard == "paper_only"
    assert refused.value.ticket.instrument == SHARE


QUOTE = GetMarketQuoteLastTradedPriceResponseV3(data={"x": MarketQuoteSymbolLtpV3(last_price=1500.0)})


def test_of_several_at_once_none_slips_through() -> None:
    desk = Desk(Guards(max_orders=1, max_value=1e6))
    first, second = (admit(desk, local(), [made()]) for _ in range(2))
    next(first), next(second)  # both ask for the price
    with pytest.raises(StopIteration):
        first.send(QUOTE)
    with pytest.raises(GuardError, match="1 order has been sent, 1 more would be too many: 1"):
        second.send(QUOTE)
    assert desk.sent == 1


def test_a_halt_that_comes_while_something_is_asked() -> None:
    desk = Desk(Guards(max_value=1e6))
    order = admit(desk, local(), [made()])
    next(order)
    desk.halted = "enough"
    with pytest.raises(GuardError, match="halted: enough"):
        order.send(QUOTE)


def test_a_basket_is_counted_as_a_whole(floor: Floor) -> None:
    up = floor.upstox(guards=Guards(max_orders=2))
    tickets = [floor.ticket("buy", "RELIANCE", 1, limit=1400) for _ in range(3)]
    with pytest.raises(GuardError, match="0 orders have been sent, 3 more would be too many: 2") as refused:
        floor.do(up.basket, *tickets)
    assert refused.value.guard == "max_orders"
    assert floor.writes("/v2/order/multi/place") == 0
    first, _ = floor.do(up.basket, *tickets[:2]).orders
    with pytest.raises(GuardError, match="2 orders have been sent, and 2 are allowed"):
        floor.do(up.buy, "RELIANCE", 1, limit=1400)
    assert floor.do(first.modify, limit=1401).limit == 1401  # that is no further order


def test_a_sale_is_worth_what_is_bid(floor: Floor) -> None:
    up = floor.upstox(guards=Guards(max_value=100_000))
    with pytest.raises(GuardError, match=r"worth 1,50,000\.00 rupees"):
        floor.do(up.sell, "RELIANCE", 100, limit=900, product="intraday")
    assert floor.writes("/v3/order/place") == 0


def test_an_order_that_waits_is_held_to_the_guards_when_it_is_changed(floor: Floor) -> None:
    up = floor.upstox(guards=Guards(max_quantity=20))
    order = floor.do(up.gtt.buy, "RELIANCE", 10, trigger=1480, stoploss=1450)
    with pytest.raises(GuardError, match="21 is above the largest quantity of 20"):
        floor.do(order.modify, quantity=21)
    up.halt("enough")
    with pytest.raises(GuardError, match="halted"):
        floor.do(order.modify, trigger=1490)
    assert floor.writes("/v3/order/gtt/modify") == 0
    floor.do(order.modify, stoploss=1455)
    floor.do(order.modify, quantity=5, trigger=1470)
    assert (order.quantity, order.entry.trigger_price, order.stoploss.trigger_price) == (5, 1470, 1455)


def test_a_product_that_is_not_allowed_is_not_converted_to(floor: Floor) -> None:
    up = floor.upstox(guards=Guards(products=["intraday"]))
    floor.do(floor.do(up.buy, "RELIANCE", 10, product="intraday").wait, timeout=5)
    with pytest.raises(GuardError, match="the product D is not allowed"):
        floor.do(up.convert, "RELIANCE", 10, to="delivery")
    assert floor.writes("/v2/portfolio/convert-position") == 0


def test_nothing_is_sent(floor: Floor) -> None:
    up = floor.upstox(guards=Guards(max_value=100_000, market_hours=True, max_orders=2))
    with pytest.raises(GuardError, match=r"not sent: BUY 100 RELIANCE .* 1,50,000\.00 .* and 1,00,000\.00 is the most"):
        floor.do(up.buy, "RELIANCE", 100)
    with pytest.raises(GuardError, match=r"is worth 1,50,000\.00 rupees"):
        floor.do(up.buy, "RELIANCE", 100, limit=1500)
    for path in ("/v3/order/place", "/v2/order/multi/place", "/v3/order/gtt/place"):
        floor.emulator.journal.assert_not_called("POST", path)
    order = floor.do(up.buy, "RELIANCE", 10, limit=1400)
    with pytest.raises(GuardError, match=r"1,50,000\.00 rupees"):
        floor.do(order.modify, limit=1500, quantity=100)
    with pytest.raises(GuardError, match="is the most"):
        floor.do(up.basket, floor.ticket("buy", "RELIANCE", 1), floor.ticket("buy", "RELIANCE", 100, limit=1500))
    with pytest.raises(GuardError):
        floor.do(up.gtt.buy, "RELIANCE", 100, trigger=1400)
    floor.do(up.gtt.buy, "RELIANCE", 1, trigger=1400)
    with pytest.raises(GuardError, match="2 orders have been sent, and 2 are allowed") as refused:
        floor.do(up.buy, "RELIANCE", 1)
    assert refused.value.guard == "max_orders"
    assert floor.writes("/v3/order/place") == 1
    assert floor.writes("/v2/order/multi/place") == 0
    assert floor.writes("/v3/order/modify") == 0


def test_the_value_of_what_is_not_in_the_list_is_not_guessed(floor: Floor) -> None:
    up = floor.upstox(guards=Guards(max_value=100_000))
    with pytest.raises(
        GuardError, match="not in the list of instruments, so what a lot is worth is not known"
    ) as refused:
        floor.do(up.buy, "MCX_FO|999999", lots=1, limit=5000)
    assert refused.value.guard == "max_value"
    assert floor.writes("/v3/order/place") == 0


def test_a_halt(floor: Floor) -> None:
    floor.do(floor.up.buy, "RELIANCE", 10, product="intraday")
    floor.up.halt("the loss of the day")
    with pytest.raises(GuardError, match="trading is halted: the loss of the day") as refused:
        floor.do(floor.up.buy, "RELIANCE", 1)
    assert refused.value.guard == "halted"
    basket = floor.do(floor.up.square_off)
    assert floor.do(basket.orders[0].wait, timeout=5).is_complete
    floor.up.resume()
    assert floor.do(floor.do(floor.up.buy, "RELIANCE", 1).wait, timeout=5).is_complete


def test_the_market_is_closed(colour: Colour, cache_folder: Path) -> None:
    evening = dt.datetime(2026, 11, 23, 20, 0)
    with Emulator(speed=0, market="calendar", start=evening, rate_limit=False) as emulator:
        floor = Floor(colour, emulator, cache_folder)
        up = floor.upstox(guards=Guards(market_hours=True))
        with pytest.raises(GuardError, match="NSE is not open") as refused:
            floor.do(up.buy, "RELIANCE", 1, limit=1500)
        floor.close()
    assert refused.value.guard == "market_hours"
