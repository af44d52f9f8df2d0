from __future__ import annotations

import pytest

import upstox_client
from support.shapes import assert_same_shape, sample

from . import information
from .information import told

reader, get = information.reader, information.get


def test_the_shapes(get):
    assert_same_shape(sample("market/mf_holdings"), get("/v2/mf/holdings").json())
    assert_same_shape(sample("market/mf_orders"), get("/v2/mf/orders", status="PLACED").json())
    every = get("/v2/mf/orders").json()
    for row in every["data"]:
        row["exchange_timestamp"] = None  # which the sample does not have
    assert_same_shape(sample("market/mf_orders"), every)
    assert_same_shape(sample("market/mf_sips"), get("/v2/mf/sips").json())


def test_an_order_by_its_id(get):
    row = get("/v2/mf/orders").data[0]
    assert get(f"/v2/mf/orders/{row['order_id']}").data == row
    assert told(get("/v2/mf/orders/EM1234-x")) == (404, "UDAPI100010", "order_id", "EM1234-x")


def test_orders_are_filtered_and_paged(get):
    every = get("/v2/mf/orders").json()
    assert every["meta_data"]["page"] == {
        "page_number": 1,
        "total_pages": 1,
        "records": 10,
        "total_records": len(every["data"]),
    }
    for name in ("status", "transaction_type"):
        for value in {row[name] for row in every["data"]}:
            rows = get("/v2/mf/orders", **{name: value}).data
            assert rows == [row for row in every["data"] if row[name] == value]
    assert get("/v2/mf/orders", status="ALL", transaction_type="ALL").data == every["data"]
    one = get("/v2/mf/orders", records=1, page_number=2).json()
    assert one["data"] == every["data"][1:2]
    assert one["meta_data"]["page"]["total_pages"] == len(every["data"])
    plans = get("/v2/mf/sips", records=3, page_number=2).json()
    assert (len(plans["data"]), plans["meta_data"]["page"]["total_records"]) == (1, 4)


@pytest.mark.parametrize("path", ["/v2/mf/orders", "/v2/mf/sips"])
@pytest.mark.parametrize(("name", "value"), [("page_number", "0"), ("records", "31"), ("records", "x")])
def test_pages_that_are_none(get, path, name, value):
    assert told(get(path, **{name: value})) == (400, "UDAPI100036", name, value)


@pytest.mark.parametrize(("name", "value"), [("status", "DONE"), ("transaction_type", "HOLD")])
def test_filters_that_are_none(get, name, value):
    assert told(get("/v2/mf/orders", **{name: value})) == (400, "UDAPI100036", name, value)


def test_our_client_reads_them(reader):
    with upstox_client.ApiClient(reader.configuration()) as client:
        api = upstox_client.MutualFundApi(client)
        assert {row.instrument_key for row in api.get_mutual_fund_holdings().data} == {
            row.instrument_key for row in api.get_mutual_fund_sips().data
        }
        order = api.get_mutual_fund_orders().data[0]
        assert api.get_mutual_fund_order(order.order_id).data.fund == order.fund
