"""The id of an accepted order always reaches the caller: in the answer, or on the exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import upstox_client
from support.answers import anything, as_json, operations
from support.colours import Colour, FakeTransport, local, ok
from upstox_client.core.policy import Kind
from upstox_client.core.response import kept_in
from upstox_client.errors import OrderOutcomeUnknown, parse_order_ids

pytestmark = pytest.mark.filterwarnings("ignore::upstox_client.UnexpectedTypeWarning")

ORDER_WRITES = {name: found for name, found in operations().items() if found.route.kind is Kind.ORDER}
every_write = pytest.mark.parametrize("name", ORDER_WRITES)
NAMES = st.sampled_from(["order_id", "orderId", "order_ids", "gtt_order_ids", "orderIds", "ORDER_ID"])
IDS = st.from_regex(r"[0-9]{15}|GTT-C[0-9]{10}", fullmatch=True)


def what_the_caller_learns(colour: Colour, name: str, body: bytes) -> set[str]:
    """All that reaches the caller of an order write that is answered so."""
    client = colour.client(local(), FakeTransport([ok(body)]))
    route = ORDER_WRITES[name].route
    returns = ORDER_WRITES[name].returns
    try:
        value, _, _ = colour.run(client.call_api, route.path, route.method, response_type=returns.__name__)
    except OrderOutcomeUnknown as unknown:
        return set(unknown.order_ids)
    return kept_in(value)


@st.composite
def accepted(draw: st.DrawFn) -> tuple[bytes, set[str]]:
    """An answer with ids in the documented place, or in another, among anything."""
    ids = draw(st.lists(IDS, min_size=1, max_size=3, unique=True))
    name = draw(NAMES)
    found: dict[str, Any] = {name: ids if name.lower().endswith("s") else ids[0]}
    ids = ids if name.lower().endswith("s") else ids[:1]
    around = draw(st.dictionaries(st.sampled_from(["latency", "user", "x"]), anything, max_size=2))
    place = draw(st.sampled_from(["data", "list", "deep", "other", "top"]))
    body: dict[str, Any] = {"status": "success", **around}
    if place == "top":
        body |= found
    else:
        body["result" if place == "other" else "data"] = {"list": [found], "deep": {"order": found}}.get(place, found)
    return as_json(body), set(ids)


@every_write
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(answer=accepted())
def test_an_id_reaches_the_caller_from_wherever_it_is(
    colour: Colour, name: str, answer: tuple[bytes, set[str]]
) -> None:
    body, ids = answer
    assert ids <= what_the_caller_learns(colour, name, body)


@settings(max_examples=60, deadline=None)
@given(answer=accepted(), tail=st.binary(max_size=6), data=st.data())
def test_of_a_damaged_answer_the_whole_ids_are_read(
    answer: tuple[bytes, set[str]], tail: bytes, data: st.DataObject
) -> None:
    body, ids = answer
    cut = data.draw(st.integers(0, len(body)))
    whole = {one for one in ids if b'"' + one.encode() + b'"' in body[:cut]}
    assert whole <= set(parse_order_ids(body[:cut] + b"\xff" + tail))
    assert set(parse_order_ids(body[:cut])) <= ids


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        (b"", ()),
        (None, ()),
        (b'{"data":{"order_id":"1","x":', ("1",)),
        (b'{"data":{"order_id":250228010168535}}', ("250228010168535",)),
        (b'{"data":{"order_id":25022801.0}}', ("25022801",)),
        (b'{"data":{"order_id":2502280', ()),
        (b'{"data":{"order_ids":["1","2","3', ("1", "2")),
        (b'{"data":{"gtt_order_ids":["GTT-1"]}}', ("GTT-1",)),
        (b'<html>"order_id": "7"', ("7",)),
        (b'{"exchange_order_id":"9"}', ()),
        (b'{"order_id":"24\\/1","order_ids":["caf\\u00e9"]}', ("24/1", "caf\u00e9")),
        (b'{"order_id":"\\x"}', ("\\x",)),
    ],
)
def test_ids_in_an_answer(body: bytes | None, ids: tuple[str, ...]) -> None:
    assert parse_order_ids(body) == ids


def test_the_message_names_them(colour: Colour) -> None:
    body = json.dumps({"status": "success", "data": {"order_ids": ["77", "78"]}}).encode()[:-4]
    client = colour.client(local(), FakeTransport([ok(body)]))
    with pytest.raises(upstox_client.OrderOutcomeUnknown, match="The answer names 77"):
        colour.run(client.call_api, "/v3/order/place", "POST", response_type="PlaceOrderV3Response")
