"""GTT orders over HTTP."""

from __future__ import annotations

import pytest

from support.shapes import assert_same_shape, sample
from upstox_emulator import Emulator

from .exchange.world import SHARE
from .trading_floor import Floor

ENTRY = {"strategy": "ENTRY", "trigger_type": "ABOVE", "trigger_price": 101}


@pytest.fixture
def floor():
    with Emulator(speed=0, rate_limit=False) as em:
        yield Floor(em)


def gtt(*rules, **fields):
    wanted = {
        "type": "SINGLE" if len(rules) == 1 else "MULTIPLE", "quantity": 1, "product": "D", "rules": list(rules),
        "instrument_token": SHARE, "transaction_type": "BUY",
    }  # fmt: skip
    return wanted | fields


def test_place_show_modify_cancel(floor):
    placed = floor("POST", "/v3/order/gtt/place", body=gtt(ENTRY))
    assert_same_shape(sample("trading/gtt_place"), placed.json())
    (gtt_id,) = placed.data["gtt_order_ids"]

    shown = floor("GET", "/v3/order/gtt")
    assert_same_shape(sample("trading/gtt_single"), shown.json())
    assert shown.data == floor("GET", f"/v3/order/gtt?gtt_order_id={gtt_id}").data

    change = {"type": "SINGLE", "quantity": 2, "gtt_order_id": gtt_id, "rules": [ENTRY | {"trigger_price": 102}]}
    assert floor("PUT", "/v3/order/gtt/modify", body=change).data == {"gtt_order_ids": [gtt_id]}
    (row,) = floor("GET", "/v3/order/gtt").data
    assert (row["quantity"], row["rules"][0]["trigger_price"]) == (2, 102)

    cancelled = floor("DELETE", "/v3/order/gtt/cancel", body={"gtt_order_id": gtt_id})
    assert_same_shape(sample("trading/gtt_cancel"), cancelled.json())
    assert floor("DELETE", "/v3/order/gtt/cancel", body={"gtt_order_id": gtt_id}).codes == ["UDAPI100010"]
    assert floor("PUT", "/v3/order/gtt/modify", body=change).codes == ["UDAPI100010"]


def test_one_that_failed_is_shown_with_its_reason(floor):
    rules = [
        {"strategy": "ENTRY", "trigger_type": "IMMEDIATE", "trigger_price": 130.5},
        {"strategy": "STOPLOSS", "trigger_type": "IMMEDIATE", "trigger_price": 97.5, "trailing_gap": 0.5},
        {"strategy": "TARGET", "trigger_type": "IMMEDIATE", "trigger_price": 103.5},
    ]
    floor("POST", "/v3/order/gtt/place", body=gtt(*rules, product="I"))
    shown = floor("GET", "/v3/order/gtt")
    assert_same_shape(sample("trading/gtt_multiple"), shown.json())
    assert [leg["status"] for leg in shown.data[0]["rules"]] == ["FAILED", "CANCELLED", "CANCELLED"]


def test_its_order_carries_its_id(floor):
    floor("POST", "/v3/order/gtt/place", body=gtt(ENTRY))
    floor.go(to=101)
    (row,) = floor("GET", "/v3/order/gtt").data
    assert row["rules"][0]["status"] == "OPEN"
    child = floor.details(row["rules"][0]["order_id"])
    assert (child["order_ref_id"], child["price"], child["status"]) == (row["gtt_order_id"], 101, "open")


def test_no_gtt_is_an_empty_list(floor):
    assert floor("GET", "/v3/order/gtt").data == []
    assert floor("GET", "/v3/order/gtt?gtt_order_id=GTT-1").data == []
    assert floor("GET", "/v3/order/gtt?gtt_order_id=1").codes == ["UDAPI1135"]


def test_violations(floor):
    assert floor("POST", "/v3/order/gtt/place", body={}).codes == [
        "UDAPI1026", "UDAPI1006", "UDAPI1057", "UDAPI1126", "UDAPI1052", "UDAPI1128",
    ]  # fmt: skip
    refused = floor("POST", "/v3/order/gtt/place", body=gtt(ENTRY | {"trigger_price": 0}))
    assert refused.json()["errors"][0]["property_path"] == "rules[0].trigger_price"
    assert floor("DELETE", "/v3/order/gtt/cancel", body={}).codes == ["UDAPI1134"]
    assert floor("DELETE", "/v3/order/gtt/cancel", body={"gtt_order_id": "1"}).codes == ["UDAPI1135"]
    assert floor("DELETE", "/v3/order/gtt/cancel").codes == ["UDAPI100038"]
