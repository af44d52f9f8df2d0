"""Placing, modifying, cancelling and reading orders, over HTTP."""

from __future__ import annotations

import datetime as dt
import types

import msgspec
import pytest

from support.shapes import assert_same_shape, sample
from upstox_emulator import IST, App, Emulator
from upstox_emulator.errors import Refusal
from upstox_emulator.exchange.checks import Wish
from upstox_emulator.exchange.commands import PlaceOrders
from upstox_emulator.venue import Command

from .conftest import Caller
from .exchange.world import FUTURE, INDEX, MCX, SHARE, World
from .trading_floor import Floor, order


@pytest.fixture
def floor():
    with Emulator(speed=0, rate_limit=False) as em:
        yield Floor(em)


def market(**fields):
    return {"order_type": "MARKET", "price": 0} | fields


# Both versions


def test_v3_answers_with_a_list_of_ids_and_the_latency(floor):
    answer = floor.place(**market())
    assert_same_shape(sample("trading/place"), answer.json())
    (order_id,) = answer.data["order_ids"]
    assert order_id.startswith("261123")
    assert len(order_id) == 15
    assert floor.details(order_id)["status"] == "complete"


def test_v2_answers_with_one_id(floor):
    answer = floor("POST", "/v2/order/place", body=order())
    assert_same_shape(sample("trading/place_v2"), answer.json())


def test_modify_and_cancel(floor):
    order_id = floor.placed()
    change = {"order_id": order_id, "order_type": "LIMIT", "validity": "DAY", "price": 99.6, "trigger_price": 0}
    changed = floor("PUT", "/v3/order/modify", body=change)
    assert_same_shape(sample("trading/modify"), changed.json())
    assert floor.details(order_id)["price"] == 99.6
    assert floor("PUT", "/v2/order/modify", body=change).json() == {"status": "success", "data": {"order_id": order_id}}
    cancelled = floor("DELETE", f"/v3/order/cancel?order_id={order_id}")
    assert_same_shape(sample("trading/cancel"), cancelled.json())
    other = floor.placed()
    assert floor("DELETE", f"/v2/order/cancel?order_id={other}").json() == {
        "status": "success", "data": {"order_id": other},
    }  # fmt: skip
    for ended in (order_id, other):
        again = floor("DELETE", f"/v3/order/cancel?order_id={ended}")
        assert (again.status, again.codes) == (400, ["UDAPI100040"])
        assert floor("PUT", "/v3/order/modify", body=change | {"order_id": ended}).codes == ["UDAPI100041"]


def test_slicing(floor):
    answer = floor.place(quantity=2500, slice=True)
    ids = answer.data["order_ids"]
    assert [floor.details(order_id)["quantity"] for order_id in ids] == [1000, 1000, 500]
    assert len(set(ids)) == 3
    ids = floor.place(instrument_token=FUTURE, quantity=1820, slice=True).data["order_ids"]
    assert [floor.details(order_id)["quantity"] for order_id in ids] == [1755, 65]
    assert len(floor.place(quantity=25_000, slice=True).data["order_ids"]) == 25
    refused = floor.place(quantity=25_001, slice=True)
    assert (refused.status, refused.codes) == (400, ["UDAPI1118"])
    whole = floor("POST", "/v2/order/place", body=order(quantity=2500, slice=True)).data["order_id"]
    assert floor.details(whole)["status"] == "rejected"  # v2 does not slice, and the exchange takes 1000
    assert "freeze" in floor.details(whole)["status_message"]


# Reads


def test_the_order_book(floor):
    assert floor("GET", "/v2/order/retrieve-all").data == []
    floor.placed(**market())
    floor.desk.refuses[FUTURE] = "You need to add Rs. 1.00 in your account to place this trade."
    floor.placed(instrument_token=FUTURE, quantity=65, order_type="SL-M", price=0, trigger_price=101)
    cancelled = floor.placed()
    floor("DELETE", f"/v3/order/cancel?order_id={cancelled}")
    rows = floor("GET", "/v2/order/retrieve-all").data
    assert_same_shape(sample("trading/order_book"), rows)
    assert [(row["status"], row["pending_quantity"]) for row in rows] == [
        ("complete", 0), ("rejected", 0), ("cancelled", 10),
    ]  # fmt: skip
    assert rows[1]["exchange_order_id"] == ""
    assert rows[1]["status_message"].startswith("You need to add")
    assert rows[0]["trading_symbol"] == "SBIN"
    assert rows[1]["exchange"] == "NFO"


def test_the_details_of_an_order(floor):
    answer = floor("GET", f"/v2/order/details?order_id={floor.placed(**market())}")
    assert_same_shape(sample("trading/order_status"), answer.json())
    assert answer.data["trading_symbol"] == "SBIN-EQ"
    assert answer.data["average_price"] == 100.05


def test_the_history_of_an_order(floor):
    order_id = floor.placed(**market(transaction_type="SELL"))
    answer = floor("GET", f"/v2/order/history?order_id={order_id}")
    assert_same_shape(sample("trading/order_history"), answer.json())
    assert [(row["status"], row["filled_quantity"]) for row in answer.data] == [
        ("put order req received", 0), ("validation pending", 0), ("open pending", 0), ("open", 0), ("open", 10),
        ("complete", 10),
    ]  # fmt: skip


def test_the_history_of_a_tag(floor):
    mine, also = floor.placed(tag="mine"), floor.placed(tag="mine")
    other = floor.placed(tag="other")
    ids = {row["order_id"] for row in floor("GET", "/v2/order/history?tag=mine").data}
    assert ids == {mine, also}
    both = floor("GET", f"/v2/order/history?tag=mine&order_id={also}").data
    assert {row["order_id"] for row in both} == {also}
    assert floor("GET", f"/v2/order/history?tag=mine&order_id={other}").data == []
    assert floor("GET", "/v2/order/history?tag=nothing").data == []


def test_trades(floor):
    assert floor("GET", "/v2/order/trades/get-trades-for-day").data == []
    first, second = floor.placed(**market(quantity=150)), floor.placed(**market())
    answer = floor("GET", "/v2/order/trades/get-trades-for-day")
    assert_same_shape(sample("trading/trades"), answer.json())
    assert [(row["order_id"], row["quantity"], row["average_price"]) for row in answer.data] == [
        (first, 100, 100.05), (first, 50, 100.1), (second, 10, 100.1),
    ]  # fmt: skip
    assert answer.data[0]["exchange_timestamp"] == "23-Nov-2026 10:00:00"
    assert answer.data[0]["instrument_token"] == SHARE
    assert len(floor("GET", f"/v2/order/trades?order_id={first}").data) == 2
    assert floor("GET", "/v2/order/trades?order_id=261123000000000").data == []


@pytest.mark.parametrize(
    ("method", "path", "codes"),
    [
        ("GET", "/v2/order/details", ["UDAPI100059"]),
        ("GET", "/v2/order/details?order_id=", ["UDAPI100059"]),
        ("GET", "/v2/order/details?order_id=a_b", ["UDAPI1010"]),
        ("GET", "/v2/order/details?order_id=261123000000000", ["UDAPI100010"]),
        ("GET", "/v2/order/history", ["UDAPI100059"]),
        ("GET", "/v2/order/history?order_id=a_b", ["UDAPI1010"]),
        ("GET", "/v2/order/history?order_id=261123000000000", ["UDAPI100010"]),
        ("GET", "/v2/order/trades", ["UDAPI1023"]),
        ("GET", "/v2/order/trades?order_id=a_b", ["UDAPI1010"]),
        ("DELETE", "/v3/order/cancel", ["UDAPI1023"]),
        ("DELETE", "/v3/order/cancel?order_id=a%20b", ["UDAPI1010"]),
        ("DELETE", "/v2/order/cancel?order_id=261123000000000", ["UDAPI100010"]),
    ],
)
def test_ids_that_are_none(floor, method, path, codes):
    refused = floor(method, path)
    assert (refused.status, refused.codes) == (400, codes)


# Violations

SL = {"order_type": "SL", "price": 101, "trigger_price": 100}
SLM = {"order_type": "SL-M", "price": 0, "trigger_price": 101}

VIOLATIONS = [
    ({"instrument_token": ...}, "UDAPI1026", "instrument_token", None),
    ({"instrument_token": ""}, "UDAPI1026", "instrument_token", None),
    ({"instrument_token": "NSE_EQ|NOTHING"}, "UDAPI100011", "instrument_token", "NSE_EQ|NOTHING"),
    ({"instrument_token": INDEX}, "UDAPI100011", "instrument_token", INDEX),
    ({"instrument_token": 7}, "UDAPI100011", "instrument_token", 7),
    ({"instrument_token": MCX}, "UDAPI1161", "instrument_key", MCX),
    ({"order_type": ...}, "UDAPI1004", "order_type", None),
    ({"order_type": "STOP"}, "UDAPI1056", "order_type", "STOP"),
    ({"transaction_type": ...}, "UDAPI1057", "transaction_type", None),
    ({"transaction_type": "HOLD"}, "UDAPI1057", "transaction_type", "HOLD"),
    ({"product": ...}, "UDAPI1006", "product", None),
    ({"product": "CO"}, "UDAPI1054", "product", "CO"),
    ({"product": ["I"]}, "UDAPI1054", "product", ["I"]),
    ({"validity": ...}, "UDAPI1007", "validity", None),
    ({"validity": "GTC"}, "UDAPI1055", "validity", "GTC"),
    ({"price": None}, "UDAPI1008", "price", None),
    ({"price": "99"}, "UDAPI100036", "price", "99"),
    ({"price": 1e12}, "UDAPI100036", "price", 1e12),
    ({"quantity": 0}, "UDAPI1052", "quantity", 0),
    ({"quantity": ...}, "UDAPI1052", "quantity", None),
    ({"quantity": -1}, "UDAPI100036", "quantity", -1),
    ({"quantity": 1.5}, "UDAPI100036", "quantity", 1.5),
    ({"quantity": 2**31}, "UDAPI100036", "quantity", 2**31),
    ({"tag": "x" * 41}, "UDAPI1119", "tag", "x" * 41),
    ({"tag": 7}, "UDAPI1119", "tag", 7),
    ({"slice": "yes"}, "UDAPI100036", "slice", "yes"),
    ({"quantity": 101, "disclosed_quantity": 10}, "UDAPI1039", "disclosed_quantity", 10),
    ({"disclosed_quantity": 11}, "UDAPI100036", "disclosed_quantity", 11),
    ({"order_type": "MARKET"}, "UDAPI1040", "price", 99.5),
    ({"order_type": "MARKET", "price": -1}, "UDAPI1040", "price", -1),
    ({"order_type": "MARKET", "price": 0, "trigger_price": 1}, "UDAPI1040", "trigger_price", 1),
    ({"price": 0}, "UDAPI1043", "price", 0),
    ({"price": -5}, "UDAPI1043", "price", -5),
    ({"trigger_price": 99}, "UDAPI1043", "trigger_price", 99),
    (SL | {"price": 0}, "UDAPI1041", "price", 0),
    (SL | {"trigger_price": 0}, "UDAPI1041", "trigger_price", 0),
    (SL | {"trigger_price": ...}, "UDAPI1041", "trigger_price", None),
    (SL | {"trigger_price": 101}, "UDAPI1037", "trigger_price", 101),
    (SL | {"transaction_type": "SELL"}, "UDAPI1038", "trigger_price", 100),
    (SLM | {"price": 1}, "UDAPI1042", "price", 1),
    (SLM | {"trigger_price": 0}, "UDAPI1042", "trigger_price", 0),
    (market(market_protection=0), "UDAPI1158", "market_protection", 0),
    (SLM | {"market_protection": 0}, "UDAPI1158", "market_protection", 0),
    (market(market_protection=25.5), "UDAPI1159", "market_protection", 25.5),
    (market(market_protection=-2), "UDAPI1160", "market_protection", -2),
    (market(market_protection="x"), "UDAPI1160", "market_protection", "x"),
]


@pytest.mark.parametrize(("fields", "code", "path", "value"), VIOLATIONS)
def test_every_violation_has_its_code(floor, fields, code, path, value):
    refused = floor.place(**fields)
    assert (refused.status, refused.codes) == (400, [code])
    (error,) = refused.json()["errors"]
    assert (error["property_path"], error["invalid_value"]) == (path, value)
    assert not floor.exchange.blotter.orders


def test_several_violations_are_all_told(floor):
    refused = floor.place(quantity=0, product="X", validity=None, tag="x" * 41, order_type="SL", trigger_price=0)
    assert refused.codes == ["UDAPI1054", "UDAPI1052", "UDAPI1119", "UDAPI1007", "UDAPI1041"]


def test_what_is_ignored(floor):
    assert floor.details(floor.placed(is_amo=True))["is_amo"] is False
    assert floor.placed(market_protection=99)  # of a limit order
    assert floor.placed(disclosed_quantity=..., trigger_price=..., is_amo=...)
    assert floor.placed(**market(market_protection=-1))
    assert floor.placed(**market(market_protection=25))


def test_a_body_that_is_no_order(floor):
    assert floor("POST", "/v3/order/place", body="{oops").codes == ["UDAPI100038"]
    assert floor("POST", "/v3/order/place", body=[]).codes == ["UDAPI100036"]


CHANGES = [
    ({"order_id": None}, "UDAPI1003"),
    ({"order_id": "a_b"}, "UDAPI1010"),
    ({"order_id": "261123000000000"}, "UDAPI100010"),
    ({"order_type": None}, "UDAPI1004"),
    ({"order_type": "STOP"}, "UDAPI1056"),
    ({"validity": None}, "UDAPI1007"),
    ({"validity": "GTC"}, "UDAPI1055"),
    ({"price": None}, "UDAPI1008"),
    ({"price": 0}, "UDAPI1029"),
    ({"order_type": "MARKET"}, "UDAPI1030"),
    (SL | {"trigger_price": 0}, "UDAPI1031"),
    (SL | {"trigger_price": 102}, "UDAPI1037"),
    (SLM | {"price": 1}, "UDAPI1032"),
    (SLM | {"trigger_price": 0}, "UDAPI1032"),
    (SLM | {"trigger_price": None}, "UDAPI1036"),
    ({"quantity": 0}, "UDAPI1052"),
    ({"quantity": 1000, "disclosed_quantity": 10}, "UDAPI1039"),
    (market(market_protection=0), "UDAPI1158"),
    (market(market_protection=26), "UDAPI1159"),
    (market(market_protection=-3), "UDAPI1160"),
]


@pytest.mark.parametrize(("fields", "code"), CHANGES)
def test_every_violation_of_a_change_has_its_code(floor, fields, code):
    change = {
        "order_id": floor.placed(), "order_type": "LIMIT", "validity": "DAY", "price": 99.6, "trigger_price": 0,
    }  # fmt: skip
    refused = floor("PUT", "/v3/order/modify", body=change | fields)
    assert (refused.status, refused.codes) == (400, [code])
    assert floor.details(change["order_id"])["order_request_id"] == "1"


def test_cover_orders_are_of_v2(floor):
    cover = order(product="CO", trigger_price=98)
    order_id = floor("POST", "/v2/order/place", body=cover).data["order_id"]
    assert floor.details(order_id)["product"] == "CO"
    assert floor("POST", "/v2/order/place", body=cover | {"trigger_price": 0}).codes == ["UDAPI1041"]
    assert floor("POST", "/v2/order/place", body=cover | {"trigger_price": 99.9}).codes == ["UDAPI1037"]
    assert floor("POST", "/v2/order/place", body=cover | {"price": 0, "order_type": "MARKET"}).status == 200
    assert floor("POST", "/v2/order/place", body=cover | {"order_type": "SL"}).codes == ["UDAPI1056"]
    assert floor("POST", "/v2/order/place", body=cover | {"product": "OCO", "trigger_price": 0}).codes == ["UDAPI1054"]
    change = {"order_id": order_id, "order_type": "LIMIT", "validity": "DAY", "price": 99.4, "trigger_price": 97}
    assert floor("PUT", "/v2/order/modify", body=change).status == 200


# At the door


def test_orders_have_their_hours():
    with Emulator(speed=0, market="calendar", start=dt.datetime(2026, 11, 24, 5, 29, tzinfo=IST)) as em:
        floor = Floor(em)
        for path in ("/v3/order/place", "/v2/order/place"):
            closed = floor("POST", path, body=order())
            assert (closed.status, closed.codes) == (423, ["UDAPI100074"])
        em.clock.advance(60)
        order_id = floor.placed()
        assert floor.details(order_id)["status"] == "after market order req received"
        assert floor.details(order_id)["variety"] == "AMO"


def test_static_ips_are_enforced_if_that_is_switched_on(floor):
    floor.em.orders.switch(static_ips=True)
    refused = floor.place()
    assert (refused.status, refused.codes) == (403, ["UDAPI1154"])
    assert refused.json()["errors"][0]["message"].endswith("Reason: No static IP has been configured.")
    floor("PUT", "/v2/user/ip", body={"primary_ip": "203.0.113.10", "secondary_ip": "203.0.113.11"})
    floor.token = floor.em.issue_token()
    message = floor.place().json()["errors"][0]["message"]
    assert "(203.0.113.10, 203.0.113.11) do not match the origin IP (127.0.0.1)" in message
    assert floor("GET", "/v2/order/retrieve-all").status == 200
    floor.em.clock.advance(dt.timedelta(days=7))
    floor.token = floor.em.issue_token()
    floor("PUT", "/v2/user/ip", body={"primary_ip": "127.0.0.1"})
    floor.token = floor.em.issue_token()
    assert floor.place().status == 200
    floor.em.orders.switch(static_ips=False)


def test_an_app_with_algos_names_one():
    app = App("algo", "secret", "http://127.0.0.1/", algos=("mean reversion",))
    with Emulator(speed=0, apps=[app]) as em:
        floor = Floor(em)
        assert floor.place().status == 200
        floor.token = em.issue_token(client_id="algo")
        refused = floor.place()
        assert (refused.status, refused.codes) == (400, ["UDAPI1156"])
        assert em.backend.venue.exchange.blotter.orders


def test_mcx_can_be_switched_on(floor):
    floor.em.orders.switch(mcx_orders=True)
    assert floor.place(instrument_token=MCX, quantity=1, price=99).status == 200


def test_all_order_writes_share_their_limits():
    with Emulator(speed=0) as em:
        floor = Floor(em)
        for index in range(5):
            assert floor.place().status == 200
            assert floor("DELETE", f"/v3/order/cancel?order_id={index}").codes == ["UDAPI100010"]
        for method, path in (("POST", "/v3/order/place"), ("DELETE", "/v2/order/multi/cancel")):
            assert floor(method, path, body={}).codes == ["UDAPI10005"]
        assert floor("GET", "/v2/order/retrieve-all").status == 200
        em.clock.advance(1)
        assert floor.place().status == 200


# The sandbox


def test_the_sandbox_takes_order_writes_and_keeps_nothing(floor):
    sandbox = Caller(floor.em.url, floor.em.issue_token("sandbox"))
    (order_id,) = sandbox("POST", "/v3/order/place", body=order()).data["order_ids"]
    change = {"order_id": order_id, "order_type": "LIMIT", "validity": "DAY", "price": 99.6, "trigger_price": 0}
    assert sandbox("POST", "/v2/order/place", body=order()).data["order_id"] != order_id
    assert len(sandbox("POST", "/v3/order/place", body=order(quantity=2500, slice=True)).data["order_ids"]) == 3
    assert sandbox("POST", "/v3/order/place", body=order(quantity=0)).codes == ["UDAPI1052"]
    assert sandbox("PUT", "/v3/order/modify", body=change).data["order_id"] == order_id
    assert sandbox("PUT", "/v2/order/modify", body=change | {"order_id": None}).codes == ["UDAPI1003"]
    assert sandbox("DELETE", f"/v2/order/cancel?order_id={order_id}").data["order_id"] == order_id
    assert sandbox("DELETE", f"/v3/order/cancel?order_id={order_id}").codes == ["UDAPI100040"]
    assert sandbox("PUT", "/v3/order/modify", body=change).codes == ["UDAPI100041"]
    assert sandbox("PUT", "/v3/order/modify", body=change | {"order_id": "1"}).codes == ["UDAPI100010"]
    several = [order(correlation_id="1"), order(correlation_id="2", quantity=2500, slice=True)]
    data = sandbox("POST", "/v2/order/multi/place", body=several).data
    assert [row["correlation_id"] for row in data] == ["1", "2_1", "2_2", "2_3"]
    assert floor("GET", "/v2/order/retrieve-all").data == []
    for method, path in (
        ("GET", "/v2/order/retrieve-all"), ("DELETE", "/v2/order/multi/cancel"), ("POST", "/v2/order/positions/exit"),
        ("POST", "/v3/order/gtt/place"), ("GET", "/v2/user/profile"),
    ):  # fmt: skip
        refused = sandbox(method, path)
        assert (refused.status, refused.codes) == (401, ["UDAPI100050"])
    floor.exchange.roll(floor.em.clock.now())
    assert sandbox("PUT", "/v3/order/modify", body=change).codes == ["UDAPI100010"]


def test_tokens_that_only_read(floor):
    reader = Caller(floor.em.url, floor.em.issue_token("analytics"))
    assert reader("POST", "/v3/order/place", body=order()).status == 403
    assert reader("GET", "/v2/order/retrieve-all").status == 200


# Steering


def test_rules_over_http(floor):
    rejecting = floor.em.orders.on(tag="x", times=1).reject("RMS: no")
    assert floor.details(floor.placed(tag="x"))["status_message"] == "RMS: no"
    assert floor.details(floor.placed(tag="x"))["status"] == "open"
    assert rejecting.hits == 1
    filling = floor.em.orders.on(side="SELL").partial(0.4).then_fill(after=5)
    order_id = floor.placed(transaction_type="SELL", price=101)
    assert floor.details(order_id)["filled_quantity"] == 4
    floor.go(5)
    assert floor.details(order_id)["status"] == "complete"
    assert filling.hits == 1
    floor.em.orders.clear()
    for arm, status in (
        (lambda aim: aim.stall(), "open pending"),
        (lambda aim: aim.fill(99), "complete"),
        (lambda aim: aim.fill(), "complete"),
        (lambda aim: aim.delay(5), "open pending"),
        (lambda aim: aim.cancel(), "cancelled"),
        (lambda aim: aim.race(), "open"),
    ):
        arm(floor.em.orders.on(key=SHARE, times=1))
        assert floor.details(floor.placed())["status"] == status


def test_a_request_refused_by_rule(floor):
    rule = floor.em.orders.on(tag="x", times=1).refuse("UDAPI100500")
    refused = floor.place(tag="x")
    assert (refused.status, refused.codes, rule.hits) == (500, ["UDAPI100500"], 1)
    assert floor.place(tag="em:refuse:UDAPI10005").status == 429
    order_id = floor.placed(tag="y")
    floor.em.orders.on(tag="y", call="cancel").refuse("order_unknown")
    assert floor("DELETE", f"/v3/order/cancel?order_id={order_id}").codes == ["UDAPI100010"]
    floor.em.orders.on(tag="y", call="modify").refuse()
    change = {"order_id": order_id, "order_type": "LIMIT", "validity": "DAY", "price": 99.6, "trigger_price": 0}
    assert floor("PUT", "/v3/order/modify", body=change).status == 500


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda aim: aim.partial(0), "a share is a number above 0"),
        (lambda aim: aim.delay(-1), "0 to 86400 seconds"),
        (lambda aim: aim.fill(0), "a price is above 0"),
        (lambda aim: aim.refuse("UDAPI0"), "no documented error"),
        (lambda aim: aim.stall().then_fill(after=1), "follows partial"),
    ],
)
def test_rules_that_make_no_sense(floor, wrong, words):
    with pytest.raises(ValueError, match=words):
        wrong(floor.em.orders.on())


# The journal


def test_commands_survive_being_written_down():
    first, second = World(), World()
    command = PlaceOrders(first.now, Wish(**order(price=100.05, quantity=150)))
    read = msgspec.json.decode(msgspec.json.encode(command), type=Command)
    assert read == command
    venues = [types.SimpleNamespace(exchange=world.exchange) for world in (first, second)]
    assert command.apply(venues[0]) == read.apply(venues[1])
    assert first.events == second.events


# What is odd


def test_what_is_suspended_has_no_price_and_is_refused_wherever_one_is_needed(em, call):
    key = em.venue.catalog.suspended[0].key
    for fields in ({}, market()):
        (order_id,) = call("POST", "/v3/order/place", body=order(instrument_token=key, **fields)).data["order_ids"]
        row = call("GET", f"/v2/order/details?order_id={order_id}").data
        assert row["status"] == "rejected"
        assert "suspended" in row["status_message"]
    gtt = {
        "type": "SINGLE", "quantity": 1, "product": "D", "instrument_token": key, "transaction_type": "BUY",
        "rules": [{"strategy": "ENTRY", "trigger_type": "ABOVE", "trigger_price": 7}],
    }  # fmt: skip
    assert call("POST", "/v3/order/gtt/place", body=gtt).codes == ["UDAPI100011"]
    line = {"instrument_key": key, "quantity": 1, "product": "D", "transaction_type": "BUY"}
    assert call("POST", "/v2/charges/margin", body={"instruments": [line]}).codes == ["UDAPI1098"]
    with pytest.raises(Refusal, match="no share that is traded"):
        em.seed_holdings((key, 5, 10.0))
    assert call("GET", "/v2/portfolio/long-term-holdings").data == []


@pytest.mark.parametrize("number", [10**400, -(10**400), 2**64])
def test_numbers_that_fit_into_nothing_are_refused(floor, number):
    for field in ("quantity", "price", "disclosed_quantity", "market_protection"):
        fields = market() if field == "market_protection" else {}
        answer = floor.place(**(fields | {field: number}))
        assert answer.status == 400
        assert answer.codes
