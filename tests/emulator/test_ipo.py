from __future__ import annotations

import pytest

import upstox_client
from support.shapes import assert_same_shape, sample
from upstox_emulator import Emulator

from . import information
from .conftest import Caller
from .information import told

reader, get = information.reader, information.get


@pytest.fixture
def issue(call):
    """A regular issue whose bidding goes on, in full."""
    rows = call("GET", "/v2/ipos?issue_type=regular").data
    return call("GET", f"/v2/ipos/{rows[0]['id']}").data


def wish(issue, **other):
    bids = [{"quantity": issue["lot_size"], "price": issue["cut_off_price"]}]
    return {"id": issue["id"], "upi": "asha@bank", "category": "IND", "bids": bids} | other


def without_investors(answer):
    """The documented samples are older than the `investors`."""
    body = answer.json()
    for row in body["data"] if isinstance(body["data"], list) else [body["data"]]:
        assert list(row)[-1] == "investors"
        assert row.pop("investors")[0] == {"category": "IND", "description": "Individual Investor"}
    return body


# The issues


def test_the_shapes(get):
    listing = get("/v2/ipos")
    assert_same_shape(sample("market/ipos"), without_investors(listing))
    details = without_investors(get(f"/v2/ipos/{listing.data[0]['id']}"))
    details["data"]["tick_size"] = None  # which the sample does not have
    assert_same_shape(sample("market/ipo_details"), details)


def test_the_lists(get):
    for status in ("open", "closed", "listed", "upcoming"):
        rows = get("/v2/ipos", status=status).data
        assert {row["status"] for row in rows} <= {status}
    assert get("/v2/ipos").data == get("/v2/ipos", status="open").data
    both = get("/v2/ipos", status="listed", records=30).json()
    total = both["meta_data"]["page"]["total_records"]
    parts = [get("/v2/ipos", status="listed", issue_type=kind).json() for kind in ("regular", "sme")]
    assert sum(part["meta_data"]["page"]["total_records"] for part in parts) == total > 30
    assert {row["issue_type"] for row in parts[1]["data"]} == {"sme"}


def test_the_pages(get):
    first = get("/v2/ipos", status="listed").json()
    page = first["meta_data"]["page"]
    assert (page["page_number"], page["records"], len(first["data"])) == (1, 20, 20)
    last = get("/v2/ipos", status="listed", page_number=page["total_pages"]).json()
    assert last["meta_data"]["page"]["records"] == len(last["data"]) == (page["total_records"] - 1) % 20 + 1
    beyond = get("/v2/ipos", status="listed", page_number=page["total_pages"] + 1).json()
    assert beyond["data"] == []
    dates = [row["bidding_start_date"] for row in first["data"]]
    assert dates == sorted(dates, reverse=True)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "shut"}, ("UDAPI1219", "status", "shut")),
        ({"issue_type": "big"}, ("UDAPI1220", "issue_type", "big")),
        ({"records": 31}, ("UDAPI100036", "records", "31")),
        ({"page_number": 0}, ("UDAPI100036", "page_number", "0")),
    ],
)
def test_what_is_refused(get, query, expected):
    assert told(get("/v2/ipos", **query)) == (400, *expected)


def test_an_issue_that_is_none(get):
    assert told(get("/v2/ipos/nobody-ipo")) == (404, "UDAPI100500", "id", "nobody-ipo")


# The applications


def test_an_application_and_what_becomes_of_it(em, call, issue):
    answer = call("POST", "/v2/ipos/orders", body=wish(issue))
    assert_same_shape(sample("market/ipo_apply"), answer.json())
    order_id = answer.data["order_id"]
    em.clock.advance(60)
    orders = call("GET", "/v2/ipos/orders")
    assert_same_shape(sample("market/ipo_orders"), orders.json())
    assert orders.data[0]["status"] == "awaiting_mandate"
    assert call("GET", f"/v2/ipos/orders/{order_id}").data == orders.data[0]
    em.clock.advance(600)
    row = call("GET", f"/v2/ipos/orders/{order_id}").data
    assert (row["payment_status"], row["upi_amount_blocked"]) == (
        "mandate_accepted",
        str(issue["lot_size"] * issue["cut_off_price"]),
    )
    cancelled = call("DELETE", f"/v2/ipos/orders/{order_id}")
    assert_same_shape(sample("market/ipo_cancel"), cancelled.json())
    em.clock.advance(60)
    assert call("GET", f"/v2/ipos/orders/{order_id}").data["status"] == "application_deleted"
    assert told(call("DELETE", f"/v2/ipos/orders/{order_id}"))[:3] == (400, "UDAPI100036", "order_id")


def test_the_funds_are_not_touched(call, issue):
    before = call("GET", "/v3/user/get-funds-and-margin").data
    call("POST", "/v2/ipos/orders", body=wish(issue))
    assert call("GET", "/v3/user/get-funds-and-margin").data == before


def test_applications_come_in_pages_the_newest_first(em, call, issue):
    ids = []
    for _ in range(12):
        ids.append(call("POST", "/v2/ipos/orders", body=wish(issue)).data["order_id"])
        em.clock.advance(10)
    first = call("GET", "/v2/ipos/orders").json()
    assert [row["order_id"] for row in first["data"]] == ids[:1:-1]
    assert first["meta_data"]["page"] == {"page_number": 1, "total_pages": 2, "records": 10, "total_records": 12}
    rest = call("GET", "/v2/ipos/orders?page_number=2").json()
    assert [row["order_id"] for row in rest["data"]] == ids[1::-1]
    assert told(call("GET", "/v2/ipos/orders?records=31")) == (400, "UDAPI100036", "records", "31")


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"id": ""}, ["UDAPI1226"]),
        ({"upi": None, "category": None}, ["UDAPI1227", "UDAPI1228"]),
        ({"category": "EMP"}, ["UDAPI1229"]),
        ({"bids": []}, ["UDAPI1231"]),
        ({"bids": [{}]}, ["UDAPI1232", "UDAPI1233"]),
        ({"upi": "nobody"}, ["UDAPI1236"]),
        ({"bids": [{"quantity": 1, "price": 1}] * 4}, ["UDAPI1235"]),
        ({"bids": [{"quantity": 0, "price": 1}]}, ["UDAPI100036", "UDAPI100036"]),
    ],
)
def test_an_application_that_is_refused(call, issue, other, expected):
    answer = call("POST", "/v2/ipos/orders", body=wish(issue, **other))
    assert (answer.status, answer.codes) == (400, expected)
    assert call("GET", "/v2/ipos/orders").data == []


def test_an_application_of_another_shape_is_refused(em, call):
    assert call("POST", "/v2/ipos/orders", body="{").codes == ["UDAPI100038"]
    for body in ("[]", {"id": 5}, {"bids": 5}, {"bids": [5]}):
        em.clock.advance(1)
        assert call("POST", "/v2/ipos/orders", body=body).codes == ["UDAPI100036"]


def test_an_application_that_is_none(call):
    for method in ("GET", "DELETE"):
        assert told(call(method, "/v2/ipos/orders/UPXXX1")) == (404, "UDAPI1226", "order_id", "UPXXX1")
    assert call("DELETE", "/v2/ipos/orders").status == 405


def test_one_application_a_second_and_ten_a_minute(em, call, issue):
    assert call("POST", "/v2/ipos/orders", body=wish(issue)).status == 200
    assert call("POST", "/v2/ipos/orders", body=wish(issue)).codes == ["UDAPI10005"]
    for _ in range(9):
        em.clock.advance(1)
        assert call("POST", "/v2/ipos/orders", body=wish(issue)).status == 200
    em.clock.advance(1)
    assert call("POST", "/v2/ipos/orders", body=wish(issue)).status == 429
    em.clock.advance(60)
    assert call("POST", "/v2/ipos/orders", body=wish(issue)).status == 200


def test_applications_outlive_a_restart(tmp_path):
    with Emulator(speed=0, db=tmp_path / "journal.db") as em:
        call = Caller(em.url, em.access_token)
        found = call("GET", f"/v2/ipos/{call('GET', '/v2/ipos?issue_type=regular').data[0]['id']}").data
        order_id = call("POST", "/v2/ipos/orders", body=wish(found)).data["order_id"]
        call("DELETE", f"/v2/ipos/orders/{order_id}")
        before = call("GET", "/v2/ipos/orders").data
        em.stop()
        em.start()
        assert Caller(em.url, em.access_token)("GET", "/v2/ipos/orders").data == before


def test_our_client_applies(em):
    with upstox_client.ApiClient(em.configuration()) as client:
        api = upstox_client.IpoApi(client)
        found = api.get_ipo_details(api.get_ipo_listing(issue_type="regular").data[0].id).data
        bid = {"quantity": found.lot_size, "price": found.maximum_price}
        body = {"id": found.id, "upi": "asha@bank", "category": "HNI", "bids": [bid]}
        order_id = api.apply_for_ipo(body).data.order_id
        assert api.get_ipo_orders().data[0].order_id == order_id
        assert api.get_ipo_order_by_id(order_id).data.category == "HNI"
        assert api.cancel_ipo_order(order_id).data.status == "Application cancelled successfully"
