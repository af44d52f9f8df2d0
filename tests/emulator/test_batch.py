"""Placing several orders, cancelling all, exiting all, over HTTP."""

from __future__ import annotations

import datetime as dt

import pytest

from support.shapes import assert_same_shape, sample
from upstox_emulator import IST, Emulator

from .exchange.world import FUTURE, OTHER, SHARE
from .trading_floor import Floor, order


@pytest.fixture
def floor():
    with Emulator(speed=0, rate_limit=False) as em:
        yield Floor(em)


def line(name, **fields):
    return order(correlation_id=name, slice=False, **fields)


def several(floor, *lines):
    return floor("POST", "/v2/order/multi/place", body=list(lines))


MARKET = {"order_type": "MARKET", "price": 0}


# Placing


def test_all_lines_are_placed_buys_first(floor):
    answer = several(floor, line("s", transaction_type="SELL", price=101), line("b"))
    assert answer.status == 200
    assert_same_shape(sample("trading/multi_place"), answer.json())
    assert [row["correlation_id"] for row in answer.data] == ["b", "s"]
    assert answer.json()["summary"] == {"total": 2, "payload_error": 0, "success": 2, "error": 0}
    ids = [row["order_id"] for row in answer.data]
    assert [row["order_id"] for row in floor("GET", "/v2/order/retrieve-all").data] == ids == sorted(ids)


def test_sliced_lines_are_numbered(floor):
    answer = several(floor, line("a", quantity=2500) | {"slice": True}, line("b"))
    assert [row["correlation_id"] for row in answer.data] == ["a_1", "a_2", "a_3", "b"]
    assert answer.json()["summary"]["total"] == 4


def test_some_lines_fail(floor):
    floor.em.orders.on(tag="x").refuse("UDAPI100500")
    answer = several(floor, line("1"), line("2", tag="x"))
    assert answer.status == 207
    assert_same_shape(sample("trading/multi_place_partial"), answer.json())
    assert answer.json()["errors"][0]["correlation_id"] == "2"
    assert answer.json()["summary"] == {"total": 2, "payload_error": 0, "success": 1, "error": 1}


def test_all_lines_fail(floor):
    floor.em.orders.on(tag="x").refuse("UDAPI100500")
    answer = several(floor, line("1", tag="x"), line("2", tag="x"))
    body = answer.json()
    assert (answer.status, body["status"]) == (400, "error")
    assert [error["error_code"] for error in body["errors"]] == ["UDAPI100500"] * 2
    assert body["summary"] == {"total": 2, "payload_error": 0, "success": 0, "error": 2}


def test_one_wrong_line_stops_all(floor):
    answer = several(floor, line("1", product="X"), line("2", **MARKET | {"price": 5}), line("3"))
    assert answer.status == 400
    assert_same_shape(sample("trading/multi_place_refused"), answer.json())
    body = answer.json()
    assert [(error["correlation_id"], error["error_code"]) for error in body["errors"]] == [
        ("1", "UDAPI1054"), ("2", "UDAPI1040"),
    ]  # fmt: skip
    assert body["errors"][0]["invalid_value"] == "X"
    assert body["summary"] == {"total": 3, "payload_error": 2, "success": 0, "error": 0}
    assert floor("GET", "/v2/order/retrieve-all").data == []


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        ([None, "b"], ["UDAPI1115"]),
        (["", "b"], ["UDAPI1116"]),
        (["x" * 21, "b"], ["UDAPI1116"]),
        ([7, "b"], ["UDAPI1116"]),
        (["a", "a"], ["UDAPI1117"]),
    ],
)
def test_correlation_ids(floor, names, codes):
    answer = several(floor, *(line(name) for name in names))
    assert answer.status == 400
    assert [error["error_code"] for error in answer.json()["errors"]] == codes


def test_no_line_and_too_many(floor):
    empty = several(floor)
    assert (empty.status, empty.codes) == (400, ["UDAPI1114"])
    assert several(floor, *(line(str(index)) for index in range(11))).codes == ["UDAPI1118"]
    assert several(floor, line("a", quantity=10_001) | {"slice": True}).codes == ["UDAPI1118"]
    assert several(floor, *(line(str(index)) for index in range(10))).status == 200
    assert floor("POST", "/v2/order/multi/place", body={}).codes == ["UDAPI100036"]


def test_several_orders_have_hours_too():
    with Emulator(speed=0, market="calendar", start=dt.datetime(2026, 11, 24, 3, 45, tzinfo=IST)) as em:
        closed = several(Floor(em), line("1"))
        assert (closed.status, closed.codes) == (423, ["UDAPI100074"])


# Cancelling


def test_all_open_orders_are_cancelled(floor):
    ids = [floor.placed(), floor.placed(order_type="SL", price=102, trigger_price=101)]
    floor.placed(**MARKET)
    answer = floor("DELETE", "/v2/order/multi/cancel")
    assert answer.status == 200
    assert_same_shape(sample("trading/multi_cancel"), answer.json())
    assert answer.data["order_ids"] == ids
    assert {floor.details(order_id)["status"] for order_id in ids} == {"cancelled"}


def test_those_of_a_segment_or_a_tag(floor):
    shares, future = floor.placed(tag="a"), floor.placed(instrument_token=FUTURE, quantity=65)
    assert floor("DELETE", "/v2/order/multi/cancel?segment=NSE_FO").data["order_ids"] == [future]
    other = floor.placed(tag="b")
    assert floor("DELETE", "/v2/order/multi/cancel?tag=a").data["order_ids"] == [shares]
    assert floor("DELETE", "/v2/order/multi/cancel?segment=NSE_EQ&tag=b").data["order_ids"] == [other]


def test_some_cannot_be_cancelled(floor):
    floor.placed()
    held = floor.placed(tag="x")
    floor.em.orders.on(tag="x", call="cancel").refuse()
    answer = floor("DELETE", "/v2/order/multi/cancel")
    assert answer.status == 207
    assert_same_shape(sample("trading/multi_cancel_partial"), answer.json())
    assert answer.json()["errors"][0]["order_id"] == held
    answer = floor("DELETE", "/v2/order/multi/cancel")
    assert answer.status == 400
    assert_same_shape(sample("trading/multi_cancel_failed"), answer.json())


def test_nothing_to_cancel_and_too_much(floor):
    nothing = floor("DELETE", "/v2/order/multi/cancel")
    assert (nothing.status, nothing.codes) == (400, ["UDAPI1109"])
    assert floor("DELETE", "/v2/order/multi/cancel?segment=NOWHERE").codes == ["UDAPI1108"]
    for _ in range(11):
        floor.placed()
    assert floor("DELETE", "/v2/order/multi/cancel").codes == ["UDAPI1110"]


# Exiting


def test_all_positions_are_exited_short_ones_first(floor):
    floor.placed(**MARKET, quantity=30)
    floor.placed(**MARKET, instrument_token=FUTURE, quantity=130, transaction_type="SELL")
    floor.placed(**MARKET, product="D", quantity=5)  # a delivery stays
    answer = floor("POST", "/v2/order/positions/exit")
    assert answer.status == 200
    assert_same_shape(sample("trading/exit"), answer.json())
    rows = [floor.details(order_id) for order_id in answer.data["order_ids"]]
    assert [(row["transaction_type"], row["quantity"], row["status"]) for row in rows] == [
        ("BUY", 130, "complete"), ("SELL", 30, "complete"),
    ]  # fmt: skip
    assert [(net.product, net.quantity) for net in floor.desk.open_positions()] == [("D", 5)]


def test_large_positions_are_sliced(floor):
    floor.market.size = 10_000
    for _ in range(2):
        floor.placed(**MARKET, quantity=800)
    answer = floor("POST", "/v2/order/positions/exit?segment=NSE_EQ")
    assert [floor.details(order_id)["quantity"] for order_id in answer.data["order_ids"]] == [1000, 600]
    assert answer.json()["summary"]["total"] == 2


def test_the_largest_positions_are_closed_whole(floor):
    floor.market.size = 100_000
    floor.desk.nets[SHARE, "I"] = 30_500
    answer = floor("POST", "/v2/order/positions/exit")
    assert answer.status == 200
    assert [floor.details(order_id)["quantity"] for order_id in answer.data["order_ids"]] == [1000] * 30 + [500]
    assert not floor.desk.open_positions()


def test_a_tag_exits_what_its_orders_opened(floor):
    floor.placed(**MARKET, quantity=30, tag="a")
    floor.placed(**MARKET, quantity=20, tag="b")
    floor.placed(**MARKET, instrument_token=FUTURE, quantity=65, tag="a", product="D")  # intraday quantities only
    (order_id,) = floor("POST", "/v2/order/positions/exit?tag=a").data["order_ids"]
    assert floor.details(order_id)["quantity"] == 30
    floor.placed(**MARKET, quantity=15, transaction_type="SELL")
    (order_id,) = floor("POST", "/v2/order/positions/exit?tag=b").data["order_ids"]
    assert floor.details(order_id)["quantity"] == 5  # no more than there is
    assert floor("POST", "/v2/order/positions/exit?tag=b").codes == ["UDAPI1111"]
    floor.placed(**MARKET, quantity=5, tag="c")
    floor.placed(**MARKET, quantity=15, tag="d", transaction_type="SELL")
    assert floor("POST", "/v2/order/positions/exit?tag=c").codes == ["UDAPI1111"]  # bought, but the position is short


def test_a_cover_order_is_exited_by_its_stop(floor):
    floor("POST", "/v2/order/place", body=order(**MARKET | {"product": "CO", "trigger_price": 98}))
    assert floor("POST", "/v2/order/positions/exit").status == 200
    assert not floor.desk.open_positions()


def test_some_positions_cannot_be_exited(floor):
    floor.placed(**MARKET)
    floor.placed(**MARKET, instrument_token=FUTURE, quantity=65)
    floor.em.orders.on(key=FUTURE).refuse()
    answer = floor("POST", "/v2/order/positions/exit")
    assert answer.status == 207
    assert_same_shape(sample("trading/exit_partial"), answer.json())


def test_positions_are_exited_in_market_hours_only():
    with Emulator(speed=0, market="calendar", rate_limit=False) as em:
        floor = Floor(em)
        floor.placed(**MARKET, instrument_token=FUTURE, product="D", quantity=65)
        em.clock.set(dt.datetime(2026, 11, 23, 18, 0, tzinfo=IST))
        answer = floor("POST", "/v2/order/positions/exit")
        assert answer.status == 400
        assert_same_shape(sample("trading/exit_failed"), answer.json())
        assert answer.json()["errors"][0]["error_code"] == "UDAPI1113"


def test_nothing_to_exit_and_too_much(floor):
    nothing = floor("POST", "/v2/order/positions/exit")
    assert (nothing.status, nothing.codes) == (400, ["UDAPI1111"])
    assert_same_shape(sample("trading/exit_nothing"), nothing.json())
    assert floor("POST", "/v2/order/positions/exit?segment=X").codes == ["UDAPI1108"]
    for index in range(11):
        floor.desk.nets[f"NSE_FO|{index}", "I"] = 1
    assert floor("POST", "/v2/order/positions/exit").codes == ["UDAPI1112"]
    floor.desk.nets.clear()
    floor.desk.nets[OTHER, "D"] = 5
    assert floor("POST", f"/v2/order/positions/exit?segment={SHARE[:6]}").codes == ["UDAPI1111"]
