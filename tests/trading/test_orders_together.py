"""Baskets, previews and orders that wait, in both colours."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from support.colours import FakeTransport, local, ok
from trading.floor import RELIANCE, Floor, cache_folder, floor, running
from trading.test_tickets import FUTURE, SHARE, made
from upstox_client import InvalidRequestError, NotFoundError, OrderOutcomeUnknown, ResponseDecodeError
from upstox_client.instruments import IllegalPriceError, IllegalQuantityError
from upstox_client.models.gtt import GttOrderDetails, Rule
from upstox_client.models.orders import OrderBookData
from upstox_client.trading import AsyncUpstox, IllegalOrderError, Upstox
from upstox_client.trading.gtt_orders import GttOrder
from upstox_client.trading.gtt_rules import ended
from upstox_client.trading.orders import _batches

__all__ = ["cache_folder", "floor", "running"]

MULTI = "/v2/order/multi/place"


# Baskets


def test_a_basket(floor: Floor) -> None:
    tickets = [floor.ticket("sell", "INFY", 5, product="intraday"), floor.ticket("buy", "RELIANCE", 10)]
    basket = floor.do(floor.up.basket, *tickets)
    assert (basket.is_whole, basket.failed, repr(basket)) == (True, (), "<Basket of 2, 0 failed>")
    assert [line.ticket for line in basket.lines] == tickets
    for order in basket.orders:
        floor.do(order.wait, timeout=5)
    assert [order.status for order in basket.orders] == ["complete", "complete"]
    (sent,) = floor.emulator.journal.assert_called("POST", MULTI, 1)
    assert [line["transaction_type"] for line in sent.body] == ["BUY", "SELL"]
    assert basket.to_dicts()[0] == {
        "symbol": "INFY", "side": "SELL", "quantity": 5, "price": "at the market", "id": basket.orders[0].id,
        "status": "complete", "error": None,
    }  # fmt: skip
    assert str(basket.lines[1]) == "BUY 10 RELIANCE at the market, delivery: complete"


def test_more_than_ten_go_out_in_several_calls(floor: Floor) -> None:
    tickets = [floor.ticket("buy" if place % 2 else "sell", "RELIANCE", 1, limit=1600 if place % 2 == 0 else 1400,
                            product="intraday") for place in range(23)]  # fmt: skip
    basket = floor.do(floor.up.basket, *tickets)
    assert len(basket.orders) == 23
    sent = floor.emulator.journal.calls("POST", MULTI)
    assert [len(call.body) for call in sent] == [10, 10, 3]
    sides = [line["transaction_type"] for call in sent for line in call.body]
    assert sides == sorted(sides)


def test_batches_count_slices() -> None:
    large = made(one=FUTURE, quantity=None, lots=27 * 6)  # six orders
    tickets = [large, made(), large, *(made() for _ in range(4))]
    assert _batches(range(7), tickets) == [[0, 1], [2, 3, 4, 5, 6]]
    assert floor is not None


class Answers:
    """A basket on a server that answers so."""

    def __init__(self, floor: Floor, *answers: Any) -> None:
        self.fake = FakeTransport(answers)
        client = floor.colour.client(local(), self.fake)
        kind = AsyncUpstox if floor.colour.is_async else Upstox
        self.up = kind(client=client, assets=floor.colour.client(local(), self.fake), progress=None)
        self.floor = floor

    def send(self, *tickets: Any) -> Any:
        return self.floor.do(self.up.basket, *tickets)


def answer(data: list[Any], errors: list[Any], status: int = 207) -> Any:
    body = {"status": "partial_success" if data else "error", "data": data, "errors": errors}
    return ok(json.dumps(body).encode(), status)


def line(place: int, order_id: str) -> dict[str, Any]:
    return {"correlation_id": f"{place}", "order_id": order_id}


def test_some_fail_and_it_is_told_which(floor: Floor) -> None:
    wrong = {
        "correlation_id": "1",
        "error_code": "UDAPI100500",
        "message": "Something went wrong",
        "property_path": None,
    }
    sent = Answers(floor, answer([line(0, "11"), {"correlation_id": "2_1", "order_id": "22"},
                                  {"correlation_id": "2_2", "order_id": "23"}], [wrong]))  # fmt: skip
    large = made(one=FUTURE, quantity=None, lots=28)
    basket = sent.send(made(), made(), large, made("sell"))
    assert not basket.is_whole
    assert [order.ids for order in basket.orders] == [("11",), ("22", "23"), ()]
    assert [str(failed) for failed in basket.failed] == [
        "BUY 10 RELIANCE at the market, delivery: UDAPI100500 Something went wrong"
    ]
    unsaid = basket.lines[3].order  # the answer says nothing of it: it may be there
    assert (unsaid.is_unknown, unsaid.unknown.tag) == (True, unsaid.tag)
    assert [row["status"] for row in basket.to_dicts()][1] == "refused"
    assert len(sent.fake.requests) == 1


def test_slices_that_fail_are_told_beside_those_that_were_taken(floor: Floor) -> None:
    wrong = {"correlation_id": "0_2", "error_code": "UDAPI100500", "message": "Something went wrong"}
    sent = Answers(floor, answer([{"correlation_id": "0_1", "order_id": "22"}], [wrong]))
    basket = sent.send(made(one=FUTURE, quantity=None, lots=28))
    assert not basket.is_whole
    (line,) = basket.lines
    assert (line.order.ids, str(line.error)[:11], basket.failed) == (("22",), "UDAPI100500", ())
    assert str(line).endswith("put order req received, UDAPI100500 Something went wrong")


def test_all_are_refused(floor: Floor) -> None:
    wrong = {"correlation_id": "0", "error_code": "UDAPI1054", "message": "The 'product' is invalid"}
    sent = Answers(floor, answer([], [wrong], 400))
    with pytest.raises(InvalidRequestError, match="UDAPI1054"):
        sent.send(made())


def test_what_is_refused_after_some_were_placed_is_told(floor: Floor) -> None:
    first = answer([line(place, f"{place}1") for place in range(10)], [], 200)
    wrong = {"correlation_id": "10", "error_code": "UDAPI1054", "message": "The 'product' is invalid"}
    basket = Answers(floor, first, answer([], [wrong], 400)).send(*(made() for _ in range(11)))
    assert len(basket.orders) == 10
    assert str(basket.failed[0].error) == "UDAPI1054 The 'product' is invalid"
    basket = Answers(floor, first, ok(b"", 400)).send(*(made() for _ in range(11)))
    assert str(basket.failed[0].error) == "Bad Request"


def test_a_lost_answer_to_a_basket(floor: Floor) -> None:
    floor.emulator.faults.reset_after(path=MULTI)
    basket = floor.do(
        floor.up.basket,
        floor.ticket("buy", "RELIANCE", 1),
        floor.ticket("buy", "INFY", 1),
        floor.ticket("sell", "TCS", 1),
    )
    assert not basket.is_whole
    assert [order.status for order in basket.orders] == ["unknown"] * 3
    for order in basket.orders:
        floor.do(order.wait, timeout=5)
    assert [order.status for order in basket.orders] == ["complete", "complete", "rejected"]  # no shares to deliver
    assert basket.is_whole
    assert floor.writes(MULTI) == 1


# Before sending


def test_a_preview(floor: Floor) -> None:
    up = floor.up
    preview = floor.do(up.preview, floor.ticket("buy", "RELIANCE", 10), floor.ticket("sell", "NIFTY FUT", lots=1))
    share, future = preview.lines
    assert (share.price, share.value, share.margin.total_margin) == (1500.0, 15_000.0, 15_000.0)
    assert (share.charges.stt, share.charges.stamp_duty) == (15.0, 2.25)
    assert preview.charges.total == round(share.charges.total + future.charges.total, 2)
    assert preview.margin == pytest.approx(15_000 + (future.margin.total_margin or 0), abs=0.01)
    assert (preview.is_affordable, preview.missing, preview.benefit) == (True, 0.0, 0.0)
    assert repr(preview).endswith("available 6,00,000.00: enough>")
    assert preview.to_dicts()[0]["brokerage"] == share.charges.brokerage
    large = floor.do(up.preview, floor.ticket("buy", "RELIANCE", 1000, limit=1490))
    assert not large.is_affordable
    assert large.missing == pytest.approx(1_490_000 + large.charges.total - 600_000, abs=0.01)
    assert "missing>" in repr(large)
    with pytest.raises(ValueError, match="at least one order"):
        floor.do(up.preview)
    assert not floor.emulator.journal.calls("POST", "/v3/order/place")


def test_legs_that_hedge_need_less(floor: Floor) -> None:
    tickets = [
        floor.ticket("sell", floor.do(floor.up.option, "NIFTY", "ATM+4", "CE", "next week"), lots=1),
        floor.ticket("buy", floor.do(floor.up.option, "NIFTY", "ATM+8", "CE", "next week"), lots=1),
    ]
    assert floor.do(floor.up.preview, *tickets).benefit > 10_000


def test_an_instrument_is_asked_about_once_a_call(floor: Floor) -> None:
    ticket = floor.ticket("buy", "RELIANCE", 1, limit=1500)
    preview = floor.do(floor.up.preview, ticket, ticket, floor.ticket("buy", "INFY", 1, limit=1500))
    assert [len(call.body["instruments"]) for call in floor.emulator.journal.calls("POST", "/v2/charges/margin")] == [
        2,
        1,
    ]
    assert preview.margin == 4500.0


# Orders that wait


def test_an_order_that_waits(floor: Floor) -> None:
    up = floor.up
    order = floor.do(up.gtt.buy, "RELIANCE", 10, trigger=1480, target=1550, stoploss=1450, trailing=5)
    assert (order.side, order.quantity, order.status, order.is_done) == ("BUY", 10, "SCHEDULED", False)
    assert (order.entry.trigger_type, order.entry.trigger_price) == ("BELOW", 1480.0)
    assert (order.target.trigger_price, order.stoploss.trigger_price, order.stoploss.trailing_gap) == (1550, 1450, 5)
    assert order.expires.year == 2027
    assert (order.message, order.order_ids) == ("", [])
    assert "entry 1480, target 1550, stoploss 1450; SCHEDULED" in repr(order)
    floor.do(order.modify, trigger=1470, quantity=5)
    assert (order.entry.trigger_price, order.quantity, order.stoploss.trailing_gap) == (1470, 5, 5)
    with pytest.raises(IllegalOrderError, match="and the stop: 5, got 4"):
        floor.do(order.modify, trailing=4)
    with pytest.raises(IllegalOrderError, match=r"and the stop: 5\.1, got 5"):
        floor.do(order.modify, stoploss=1449)
    book = floor.do(up.gtt.orders)
    assert (len(book), book[0].id, repr(book)) == (1, order.id, "<1 GTT orders, 1 open>")
    assert [one.id for one in book[:1]] == [order.id]
    row = book.to_dicts()[0]
    assert (row["symbol"], row["when"], row["trigger"], row["trailing"]) == ("RELIANCE", "below", 1470, 5)
    assert len(floor.do(up.gtt.orders, "INFY")) == 0
    assert floor.do(order.cancel).is_done
    assert order.status == "CANCELLED"
    assert up.gtt is up.gtt


@pytest.mark.parametrize(
    ("side", "trigger", "when", "wire"),
    [("buy", 1510, None, "ABOVE"), ("buy", 1490, None, "BELOW"), ("sell", 1510, "below", "BELOW"),
     ("sell", 1490, "above", "ABOVE")],
)  # fmt: skip
def test_from_which_side_the_price_comes(floor: Floor, side: str, trigger: float, when: Any, wire: str) -> None:
    order = floor.do(getattr(floor.up.gtt, side), "RELIANCE", 1, trigger=trigger, when=when, market_protection=2)
    assert (order.entry.trigger_type, order.details.type, order.side) == (wire, "SINGLE", side.upper())


def test_a_bracket_to_its_target(floor: Floor) -> None:
    up = floor.up
    bracket = floor.do(
        up.gtt.bracket, "buy", "RELIANCE", 10, limit=1502, target=1520, stoploss=1490, product="intraday"
    )
    floor.emulator.clock.advance(3)
    assert floor.do(bracket.refresh).status == "SCHEDULED"  # the exits wait
    assert bracket.entry.status == "COMPLETED"
    floor.do(bracket.modify, target=1515)
    floor.emulator.market.move("RELIANCE", [(5, 1516.0)])
    floor.emulator.clock.advance(10)
    floor.do(bracket.refresh)
    assert (bracket.status, bracket.is_done, bracket.target.status, bracket.stoploss.status) == (
        "COMPLETED", True, "COMPLETED", "CANCELLED",
    )  # fmt: skip
    assert floor.do(up.order, bracket.order_ids[-1]).side == "SELL"
    assert floor.read(up, "positions")["RELIANCE"].quantity == 0


@pytest.mark.parametrize(
    ("terms", "error", "told"),
    [
        ({"target": 1470}, IllegalOrderError, "the target of a BUY at 1480 is above that, got 1470"),
        ({"stoploss": 1490}, IllegalOrderError, "the stop loss of a BUY at 1480 is below that, got 1490"),
        ({"trailing": 5}, IllegalOrderError, "give stoploss=, too"),
        (
            {"stoploss": 1450, "trailing": 2},
            IllegalOrderError,
            "between the price, 1500, and the stop: 5, got 2",
        ),
        ({"target": 1500.05}, IllegalPriceError, "target=1500.05 is between two ticks"),
        ({"trigger": 1480.03}, IllegalPriceError, "trigger=1480.03 is between two ticks of 0.1 rupees; try 1480 or"),
        ({"stoploss": 0}, IllegalPriceError, "above 0"),
        ({"when": "beside"}, IllegalOrderError, "when is 'above' or 'below', got 'beside'"),
        ({"quantity": 0}, IllegalQuantityError, "above 0"),
    ],
)
def test_what_makes_no_sense_is_not_sent(floor: Floor, terms: dict[str, Any], error: Any, told: str) -> None:
    with pytest.raises(error, match=re.escape(told)):
        floor.do(floor.up.gtt.buy, "RELIANCE", **({"quantity": 1, "trigger": 1480} | terms))
    floor.emulator.journal.assert_not_called("POST", "/v3/order/gtt/place")


def test_a_price_is_called_what_the_caller_has_called_it(floor: Floor) -> None:
    gtt = floor.up.gtt
    with pytest.raises(IllegalPriceError, match=r"^RELIANCE: trigger must be above 0, got 0$"):
        floor.do(gtt.sell, "RELIANCE", 1, trigger=0)
    with pytest.raises(IllegalPriceError, match=r"^RELIANCE: limit=1500\.03 is between two ticks"):
        floor.do(gtt.bracket, "buy", "RELIANCE", 1, limit=1500.03, target=1550)
    order = floor.do(gtt.buy, "RELIANCE", 1, trigger=1480)
    with pytest.raises(IllegalPriceError, match=r"^RELIANCE: trigger=1480\.03 is between two ticks"):
        floor.do(order.modify, trigger=1480.03)


def test_what_no_leg_could_send_is_not_placed(floor: Floor) -> None:
    gtt = floor.up.gtt
    told = r"NIFTY FUT 29 DEC 26: 1820 is more than 1755, the freeze quantity, .* is not sliced"
    with pytest.raises(IllegalQuantityError, match=told):
        floor.do(gtt.buy, "NIFTY FUT 29 DEC 26", lots=28, trigger=25000)
    floor.emulator.journal.assert_not_called("POST", "/v3/order/gtt/place")
    order = floor.do(gtt.buy, "NIFTY FUT 29 DEC 26", lots=27, trigger=25000)
    with pytest.raises(IllegalQuantityError, match=told):
        floor.do(order.modify, quantity=1820)
    floor.emulator.journal.assert_not_called("PUT", "/v3/order/gtt/modify")


def test_a_sale_is_the_other_way_round(floor: Floor) -> None:
    gtt = floor.up.gtt
    with pytest.raises(IllegalOrderError, match="the target of a SELL at 1520 is below that"):
        floor.do(gtt.sell, "RELIANCE", 1, trigger=1520, target=1530)
    with pytest.raises(IllegalOrderError, match="a bracket has target= or stoploss= or both"):
        floor.do(gtt.bracket, "sell", "RELIANCE", 1, limit=1520)
    order = floor.do(gtt.sell, "RELIANCE", 1, trigger=1520, target=1480, stoploss=1540, product="intraday")
    assert order.side == "SELL"
    with pytest.raises(IllegalQuantityError):
        floor.do(order.modify, quantity=-1)
    with pytest.raises(IllegalOrderError, match="the stop loss of a SELL"):
        floor.do(order.modify, stoploss=1510)
    assert len(floor.do(gtt.cancel_all)) == 1
    assert len(floor.do(gtt.orders).open) == 0
    assert len(floor.do(gtt.cancel_all)) == 0


def test_one_that_is_not_there(floor: Floor) -> None:
    with pytest.raises(
        NotFoundError, match=r"no GTT order waits as 'GTT-C00000000000000'.* see up\.gtt\.orders"
    ) as found:
        floor.do(floor.up.gtt.order, "GTT-C00000000000000")
    assert found.value.status == 404
    assert floor.do(floor.up.gtt.buy, "RELIANCE", 1, trigger=1490).status == "SCHEDULED"


def test_a_lost_answer_to_a_gtt_order_is_told(floor: Floor) -> None:
    floor.emulator.faults.reset_after(path="/v3/order/gtt/place")
    with pytest.raises(OrderOutcomeUnknown) as unknown:
        floor.do(floor.up.gtt.buy, "RELIANCE", 1, trigger=1490)
    assert unknown.value.payload["instrument_token"] == RELIANCE
    assert len(floor.do(floor.up.gtt.orders)) == 1
    assert floor.writes("/v3/order/gtt/place") == 1


def test_one_that_is_placed_and_cannot_be_read_is_there_all_the_same(floor: Floor) -> None:
    floor.emulator.faults.status(500, path="/v3/order/gtt", method="GET")
    order = floor.do(floor.up.gtt.buy, "RELIANCE", 1, trigger=1490, target=1550)
    assert (order.side, order.status, order.target.trigger_price) == ("BUY", "SCHEDULED", 1550)
    sent_as, (read,) = order.details, floor.do(floor.up.gtt.orders)
    assert order.id == read.id
    told = [(rule.strategy, rule.trigger_type, rule.transaction_type) for rule in sent_as.rules]
    assert told == [(rule.strategy, rule.trigger_type, rule.transaction_type) for rule in read.details.rules]
    assert floor.do(order.cancel).is_done


def test_an_order_without_an_id(floor: Floor) -> None:
    sent = Answers(floor, ok(b'{"status": "success", "data": {"gtt_order_ids": []}}'))
    with pytest.raises(ResponseDecodeError, match=r"has taken the order and not said its id; look at up\.gtt\.orders"):
        floor.do(sent.up.gtt.buy, SHARE, 1, trigger=1490, when="below")


def test_one_that_cannot_be_cancelled_keeps_no_other(floor: Floor) -> None:
    for trigger in (1490, 1480):
        floor.do(floor.up.gtt.buy, "RELIANCE", 1, trigger=trigger)
    floor.emulator.faults.status(400, path="/v3/order/gtt/cancel")
    with pytest.raises(InvalidRequestError):
        floor.do(floor.up.gtt.cancel_all)
    assert len(floor.do(floor.up.gtt.orders).open) == 1


def test_the_market_protection_stays(floor: Floor) -> None:
    order = floor.do(floor.up.gtt.buy, "RELIANCE", 1, trigger=1490, market_protection=2)
    floor.do(order.modify, trigger=1480)
    floor.do(order.modify, market_protection=3)
    with pytest.raises(IllegalOrderError, match="at most 25 percent, got 30"):
        floor.do(order.modify, market_protection=30)
    with pytest.raises(IllegalOrderError, match="at most 25 percent, got 30"):
        floor.do(floor.up.gtt.buy, "RELIANCE", 1, trigger=1490, market_protection=30)
    sent = floor.emulator.journal.calls("PUT", "/v3/order/gtt/modify")
    assert [call.body["rules"][0]["market_protection"] for call in sent] == [2, 3]


def details(*rules: tuple[Any, Any, Any, Any]) -> GttOrderDetails:
    names = ("strategy", "status", "trigger_price", "transaction_type")
    return GttOrderDetails(gtt_order_id="GTT-1", rules=[Rule(**dict(zip(names, rule, strict=True))) for rule in rules])


@pytest.mark.parametrize(
    ("rules", "status", "is_done"),
    [
        ([], "SCHEDULED", False),
        ([("ENTRY", "OPEN", 100, "BUY"), ("TARGET", "PENDING", 110, "SELL")], "OPEN", False),
        ([("ENTRY", "FAILED", 100, "BUY"), ("TARGET", "CANCELLED", 110, "SELL")], "FAILED", True),
        ([("ENTRY", "COMPLETED", 100, "BUY")], "COMPLETED", True),
        ([("ENTRY", "COMPLETED", 100, "BUY"), ("TARGET", None, 110, "SELL")], "PENDING", False),
        ([("ENTRY", "COMPLETED", 100, "BUY"), ("TARGET", "CANCELLED", 110, "SELL"),
          ("STOPLOSS", "COMPLETED", 90, "SELL")], "COMPLETED", True),
        ([("ENTRY", "COMPLETED", 100, "BUY"), ("TARGET", "CANCELLED", 110, "SELL"),
          ("STOPLOSS", "OPEN", 90, "SELL")], "OPEN", False),
        ([("ENTRY", "COMPLETED", 100, "BUY"), ("TARGET", "CANCELLED", 110, "SELL"),
          ("STOPLOSS", "FAILED", 90, "SELL")], "CANCELLED", True),
    ],
)  # fmt: skip
def test_how_it_stands(floor: Floor, rules: list[Any], status: str, is_done: bool) -> None:
    order = GttOrder(floor.up.client, floor.up.desk, SHARE, details(*rules))
    assert (order.status, order.is_done, order.expires) == (status, is_done, None)


def test_how_one_has_ended_is_told_by_the_orders() -> None:
    before = details(
        ("ENTRY", "COMPLETED", 100.0, "BUY"),
        ("TARGET", "SCHEDULED", 110.0, "SELL"),
        ("STOPLOSS", "SCHEDULED", 90.0, "SELL"),
    )
    stopped = OrderBookData(status="complete", transaction_type="SELL", average_price=89.5, order_id="7")
    entry, target, stoploss = ended(before, [stopped]).rules or ()
    assert (entry.status, target.status, stoploss.status, stoploss.order_id) == (
        "COMPLETED",
        "CANCELLED",
        "COMPLETED",
        "7",
    )
    rejected = OrderBookData(status="rejected", transaction_type="SELL")
    assert [rule.status for rule in ended(before, [rejected]).rules or ()] == ["COMPLETED", "CANCELLED", "CANCELLED"]
