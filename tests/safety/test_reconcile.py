"""An order write whose answer was lost: the order book is asked until it knows."""

from __future__ import annotations

import json
import pickle
import time
from email.utils import formatdate
from typing import Any

import pytest

import upstox_client
from support.colours import Colour, FakeTransport, local, ok
from upstox_client import ApiException, NetworkError, OrderOutcomeUnknown, Reconciliation
from upstox_client.core.pipeline import Sleep
from upstox_client.core.reconcile import Ask, OrderAnswer, Seen, reconcile
from upstox_client.rest import RESTResponse

ORDER = {
    "quantity": 10,
    "product": "D",
    "validity": "DAY",
    "price": 1500.0,
    "tag": "mine",
    "instrument_token": "NSE_EQ|INE002A01018",
    "order_type": "LIMIT",
    "transaction_type": "BUY",
    "disclosed_quantity": 0,
    "trigger_price": 0.0,
    "is_amo": False,
}
SENT_AT = 1_795_408_200.0  # 23 Nov 2026 10:00 IST
ROW = {**ORDER, "order_id": "261123000000001", "status": "open", "order_timestamp": "2026-11-23 10:00:01"}


def lost() -> NetworkError:
    return NetworkError(0, "no answer")


def unknown(method: str, path: str, payload: Any = None) -> OrderOutcomeUnknown:
    return OrderOutcomeUnknown(lost(), method=method, path=path, payload=payload, sent_at=SENT_AT)


class Inquest:
    """Drives an inquiry on a virtual clock: `answers` come one a look, the last one for ever."""

    def __init__(self, error: OrderOutcomeUnknown, *answers: Any, patience: float = 10.0) -> None:
        self.now = 0.0
        self.asked: list[str] = []
        self.pauses: list[float] = []
        inquiry = reconcile(error, patience, now=lambda: self.now)
        queue, answer = list(answers), None
        try:
            while True:
                step = inquiry.send(answer)
                answer = None
                if isinstance(step, Sleep):
                    self.pauses.append(step.seconds)
                    self.now += step.seconds
                else:
                    assert isinstance(step, Ask)
                    self.asked.append(step.path)
                    found = queue.pop(0) if len(queue) > 1 else queue[0]
                    answer = found if isinstance(found, (Seen, ApiException)) else Seen(found)
        except StopIteration as done:
            self.found: Reconciliation = done.value


def verdict(error: OrderOutcomeUnknown, *answers: Any) -> tuple[bool | None, tuple[str, ...]]:
    found = Inquest(error, *answers).found
    assert found.why
    assert found.placed is found.carried_out
    return found.carried_out, found.order_ids


PLACE = unknown("POST", "/v3/order/place", ORDER)


def test_an_order_in_the_book_was_placed():
    inquest = Inquest(PLACE, [], [{**ROW, "tag": "other"}], [ROW])
    assert (inquest.found.carried_out, inquest.found.order_ids) == (True, ("261123000000001",))
    assert "open" in inquest.found.why
    assert inquest.asked == ["/v2/order/retrieve-all"] * 3
    assert inquest.pauses == [0.5, 1.0]


def test_an_order_that_never_shows_was_not_placed():
    inquest = Inquest(PLACE, [])
    assert (inquest.found.carried_out, inquest.found.order_ids) == (False, ())
    assert inquest.now == pytest.approx(10.0)
    assert max(inquest.pauses) == 2.0


def test_a_rejected_order_was_placed_all_the_same():
    assert verdict(PLACE, [{**ROW, "status": "rejected"}]) == (True, ("261123000000001",))


def test_slices_are_all_found():
    rows = [ROW, {**ROW, "order_id": "2"}]
    assert verdict(PLACE, rows) == (True, ("261123000000001", "2"))


def test_slices_are_waited_for():
    sliced = unknown("POST", "/v3/order/place", {**ORDER, "quantity": 25, "slice": True})
    first = {**ROW, "quantity": 10}
    both = [first, {**ROW, "quantity": "15", "order_id": "2"}]
    assert verdict(sliced, [first], both) == (True, ("261123000000001", "2"))
    assert verdict(sliced, [first]) == (True, ("261123000000001",))
    assert Inquest(sliced, [first]).found.why.endswith("open, but not all of its slices")
    assert verdict(sliced, [{**ROW, "quantity": []}]) == (True, ("261123000000001",))
    assert verdict(sliced, []) == (False, ())


def test_slices_without_a_tag_are_seen():
    sliced = unknown("POST", "/v3/order/place", {**ORDER, "quantity": 25, "slice": True, "tag": None})
    assert verdict(sliced, [{**ROW, "tag": None}]) == (None, ("261123000000001",))


def test_yesterdays_order_with_the_same_tag_is_another_one():
    assert verdict(PLACE, [{**ROW, "order_timestamp": "2026-11-23 09:58:59"}]) == (False, ())
    assert verdict(PLACE, [{**ROW, "order_timestamp": "nonsense"}]) == (True, ("261123000000001",))
    undated = OrderOutcomeUnknown(lost(), method="POST", path="/v2/order/place", payload=ORDER)
    assert verdict(undated, [{**ROW, "order_timestamp": "2026-11-23 09:00:00"}])[0] is True


def test_the_servers_clock_counts_and_not_this_machines():
    # This machine is an hour ahead, so that the order seems to be older than the moment when it was sent.
    book = [{**ROW, "order_timestamp": "2026-11-23 09:00:01"}]
    assert verdict(PLACE, Seen(book)) == (False, ())
    assert verdict(PLACE, Seen(book, ahead=-3600.0)) == (True, ("261123000000001",))
    # It is an hour behind, so that an old order with the tag seems to be the new one.
    assert verdict(PLACE, Seen([ROW], ahead=3600.0)) == (False, ())


def test_the_time_of_an_answer():
    hour_ahead = formatdate(time.time() + 3600, usegmt=True)
    for date, ahead in ((hour_ahead, 3600), (None, 0), ("nonsense", 0)):
        response = RESTResponse(200, headers=[] if date is None else [("Date", date)])
        assert Seen.of(OrderAnswer(data=[]), response).ahead == pytest.approx(ahead, abs=2)


def test_a_book_that_cannot_be_read_leaves_it_open():
    inquest = Inquest(PLACE, ApiException(500, "Internal Server Error"))
    assert (inquest.found.carried_out, inquest.found.order_ids) == (None, ())
    assert "could not be read: 500 Internal Server Error" in inquest.found.why
    assert verdict(PLACE, lost(), [ROW]) == (True, ("261123000000001",))


def test_an_untagged_order_is_never_certain():
    error = unknown("POST", "/v3/order/place", {**ORDER, "tag": None})
    row = {**ROW, "tag": None}
    assert verdict(error, []) == (False, ())
    assert verdict(error, [row]) == (None, ("261123000000001",))
    assert verdict(error, [{**row, "quantity": 11}]) == (False, ())


def test_several_orders_at_once():
    error = unknown("POST", "/v2/order/multi/place", [ORDER, {**ORDER, "tag": "second"}])
    second = {**ROW, "tag": "second", "order_id": "2"}
    assert verdict(error, [ROW, second]) == (True, ("261123000000001", "2"))
    assert verdict(error, [ROW]) == (None, ("261123000000001",))
    assert verdict(error, []) == (False, ())


MODIFY = unknown("PUT", "/v3/order/modify", {"order_id": "1", "quantity": 5, "price": 10.0, "order_type": "LIMIT"})


def test_a_modification():
    done = {"order_id": "1", "quantity": 5, "price": 10.0, "order_type": "LIMIT", "status": "open"}
    inquest = Inquest(MODIFY, {**done, "quantity": 4, "status": "modify pending"}, done)
    assert (inquest.found.carried_out, inquest.found.order_ids) == (True, ("1",))
    assert inquest.asked[0] == "/v2/order/details?order_id=1"
    assert verdict(MODIFY, {**done, "quantity": 4}) == (False, ("1",))
    assert verdict(MODIFY, {**done, "quantity": 4, "status": "modify pending"}) == (None, ())
    assert verdict(MODIFY, None) == (None, ())


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("cancelled", (True, ("1",))),
        ("cancelled after market order", (True, ("1",))),
        ("complete", (False, ("1",))),
        ("rejected", (False, ("1",))),
        ("open", (False, ("1",))),
        ("cancel pending", (None, ())),
    ],
)
def test_a_cancellation(status, expected):
    error = unknown("DELETE", "/v3/order/cancel?order_id=1")
    assert verdict(error, {"order_id": "1", "status": status}) == expected


def test_a_cancellation_of_an_unknown_order():
    assert verdict(unknown("DELETE", "/v3/order/cancel?order_id=1"), None) == (None, ())


GTT = {"type": "SINGLE", "quantity": 1, "product": "D", "instrument_token": "NSE_EQ|INE669E01016"}
RULES = [{"strategy": "ENTRY", "trigger_price": 7.0, "status": "SCHEDULED"}]


def test_gtt_orders_have_no_tag():
    error = unknown("POST", "/v3/order/gtt/place", GTT)
    row = {**GTT, "gtt_order_id": "GTT-1", "created_at": int(SENT_AT * 1e6), "rules": RULES}
    assert verdict(error, [row]) == (None, ("GTT-1",))
    assert verdict(error, [{**row, "created_at": 1}]) == (False, ())
    undated = OrderOutcomeUnknown(lost(), method="POST", path="/v3/order/gtt/place", payload=GTT)
    assert verdict(undated, [{**row, "created_at": 1}]) == (None, ("GTT-1",))


def test_a_gtt_order_changed():
    error = unknown("PUT", "/v3/order/gtt/modify", {"gtt_order_id": "GTT-1", "quantity": 2, "rules": RULES})
    row = {"gtt_order_id": "GTT-1", "quantity": 2, "rules": RULES}
    assert verdict(error, [row]) == (True, ("GTT-1",))
    assert verdict(error, [{**row, "quantity": 1}]) == (False, ("GTT-1",))
    assert verdict(error, [{**row, "rules": [{**RULES[0], "trigger_price": 8.0}]}]) == (False, ("GTT-1",))
    assert verdict(error, []) == (None, ("GTT-1",))


def test_a_gtt_order_cancelled():
    error = unknown("DELETE", "/v3/order/gtt/cancel", {"gtt_order_id": "GTT-1"})
    row = {"gtt_order_id": "GTT-1", "rules": RULES}
    assert verdict(error, []) == (True, ("GTT-1",))
    assert verdict(error, [{**row, "rules": [{**RULES[0], "status": "CANCELLED"}]}]) == (True, ("GTT-1",))
    assert verdict(error, [row]) == (False, ("GTT-1",))


@pytest.mark.parametrize("path", ["/v2/order/positions/exit", "/v2/order/multi/cancel", "/v3/order/cancel"])
def test_what_touches_many_orders_cannot_be_told(path):
    found = Inquest(unknown("POST", path), None).found
    assert found.carried_out is None
    assert path in found.why


# Through the clients


def place(client: Any) -> Any:
    return client.call_api("/v3/order/place", "POST", body=ORDER, auth_settings=["OAUTH2"], response_type="object")


def caught(colour: Colour, client: Any) -> OrderOutcomeUnknown:
    with pytest.raises(OrderOutcomeUnknown) as raised:
        colour.run(place, client)
    return raised.value


def look(error: OrderOutcomeUnknown, colour: Colour) -> Reconciliation:
    return colour.run(error.areconcile if colour.is_async else error.reconcile)


def test_the_error_asks_through_its_client(colour):
    fake = FakeTransport([lost(), ok(json.dumps({"status": "success", "data": [ROW]}).encode())])
    client = colour.client(local(access_token="t"), fake)
    error = caught(colour, client)
    error.sent_at = None
    found = look(error, colour)
    assert (found.carried_out, found.order_ids) == (True, ("261123000000001",))
    assert fake.requests[1].route.path == "/v2/order/retrieve-all"
    assert fake.requests[1].headers["Authorization"] == "Bearer t"
    assert error.tag == "mine"
    assert len(fake.requests) == 2, "the order itself was not sent again"


def test_a_query_reaches_the_wire(colour):
    body = b'{"status":"success","data":{"order_id":"1 2","status":"cancelled"}}'
    fake = FakeTransport([lost(), ok(body)])
    client = colour.client(local(), fake)
    with pytest.raises(OrderOutcomeUnknown) as raised:
        colour.run(lambda: client.call_api("/v3/order/cancel", "DELETE", query_params={"order_id": "1 2"}))
    assert look(raised.value, colour).carried_out is True
    assert fake.requests[1].path == "/v2/order/details?order_id=1+2"


def test_the_sandbox_has_no_book(colour):
    client = colour.client(local(sandbox=True), FakeTransport([lost()]))
    found = look(caught(colour, client), colour)
    assert (found.carried_out, found.why) == (None, "the sandbox has no order book to look into")


def test_an_undecodable_answer_knows_its_client_too(colour):
    client = colour.client(local(), FakeTransport([ok(b"<html>")]))
    error = caught(colour, client)
    assert error.client is client
    assert error.body == b"<html>"


def test_the_wrong_colour_and_a_lost_client_are_told():
    sync = caught(Colour("sync"), Colour("sync").client(local(), FakeTransport([lost()])))
    with pytest.raises(ValueError, match="cannot ask through areconcile"):
        sync.areconcile()
    restored = pickle.loads(pickle.dumps(PLACE))
    assert (restored.payload, restored.sent_at, restored.client) == (ORDER, SENT_AT, None)
    with pytest.raises(ValueError, match="the client's own reconcile"):
        restored.reconcile()


# Tags


@pytest.mark.parametrize(
    ("path", "tagged"), [("/v3/order/place", True), ("/v2/order/place", True), ("/v3/order/gtt/place", False)]
)
def test_untagged_orders_get_a_tag(colour, path, tagged):
    fake = FakeTransport([ok()])
    client = colour.client(local(auto_tag=True), fake)
    mine = {**ORDER, "tag": None}
    for _ in range(2):
        colour.run(lambda: client.call_api(path, "POST", body=mine))
    tags = {json.loads(request.body)["tag"] for request in fake.requests}
    assert mine["tag"] is None, "the caller's is left as it was"
    assert tags == {None} or len(tags) == 2
    assert (None not in tags) is tagged
    assert all(tag is None or len(tag) <= 20 for tag in tags)


def test_tags_of_ones_own_are_kept_and_none_is_made_unless_asked(colour):
    fake = FakeTransport([ok()])
    colour.run(place, colour.client(local(auto_tag=True), fake))
    client = colour.client(local(), fake)
    colour.run(lambda: client.call_api("/v2/order/multi/place", "POST", body=[{"quantity": 1}]))
    client.configuration.auto_tag = True
    colour.run(lambda: client.call_api("/v2/order/multi/place", "POST", body=[{"quantity": 1}, "odd"]))
    bodies = [json.loads(request.body) for request in fake.requests]
    assert bodies[0]["tag"] == "mine"
    assert bodies[1] == [{"quantity": 1}]
    assert set(bodies[2][0]) == {"quantity", "tag"}
    assert bodies[2][1] == "odd"


def test_models_get_tags_too(colour):
    model = getattr(upstox_client, "PlaceOrderV3Request", None)
    if model is None:
        pytest.skip("no order models yet")
    order = model(**{**ORDER, "tag": None})
    fake = FakeTransport([ok()])
    client = colour.client(local(auto_tag=True), fake)
    colour.run(lambda: client.call_api("/v3/order/place", "POST", body=order))
    assert json.loads(fake.request.body)["tag"].startswith("u")
    assert order.tag is None
