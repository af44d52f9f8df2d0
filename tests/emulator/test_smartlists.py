from __future__ import annotations

import pytest

import upstox_client
from support.shapes import assert_same_shape, sample

from . import information
from .information import told

reader, get = information.reader, information.get


def test_the_shape_of_futures(get):
    answer = get("/v2/market/smartlist/futures", asset_type="INDEX", category="TOP_TRADED", page_size=3)
    assert_same_shape(sample("market/smartlist_futures"), answer.json())
    data = answer.data
    assert data["time_stamp"] == 1795408200000
    assert (data["page_number"], data["page_size"], len(data["smartlist"])) == (1, 3, 3)


def test_the_shape_of_options(get):
    answer = get("/v2/market/smartlist/options", asset_type="COMMODITY", category="TOP_TRADED", page_size=3)
    assert_same_shape(sample("market/smartlist_options"), answer.json())


def test_the_shape_of_shares_with_margin_funding(get):
    answer = get("/v2/market/smartlist/mtf", page_size=3)
    assert_same_shape(sample("market/smartlist_mtf"), answer.json())


def test_pages(get):
    query = {"asset_type": "INDEX", "category": "MOST_ACTIVE"}
    whole = get("/v2/market/smartlist/futures", **query, page_size=50).data
    assert whole["total_pages"] == 1
    default = get("/v2/market/smartlist/futures", **query).data
    assert default["page_size"] == 20
    assert default["smartlist"] == whole["smartlist"][:20]
    second = get("/v2/market/smartlist/futures", **query, page_size=5, page_number=2).data
    assert second["smartlist"] == whole["smartlist"][5:10]
    assert second["total_pages"] == -(-len(whole["smartlist"]) // 5)
    assert get("/v2/market/smartlist/futures", **query, page_number=99).data["smartlist"] == []


@pytest.mark.parametrize("kind", ["futures", "options"])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"asset_type": None}, ("UDAPI1212", "asset_type", None)),
        ({"asset_type": "BOND"}, ("UDAPI1212", "asset_type", "BOND")),
        ({"category": None}, ("UDAPI1213", "category", None)),
        ({"category": "BEST"}, ("UDAPI1213", "category", "BEST")),
        ({"asset_type": "COMMODITY", "category": "PRICE_GAINERS"}, ("UDAPI1213", "category", "PRICE_GAINERS")),
        ({"page_size": "51"}, ("UDAPI1214", "page_size", "51")),
        ({"page_size": "0"}, ("UDAPI1214", "page_size", "0")),
        ({"page_number": "0"}, ("UDAPI100036", "page_number", "0")),
    ],
)
def test_what_is_refused(get, kind, query, expected):
    whole = {"asset_type": "INDEX", "category": "TOP_TRADED"} | query
    given = {name: value for name, value in whole.items() if value is not None}
    assert told(get(f"/v2/market/smartlist/{kind}", **given)) == (400, *expected)


def test_some_lists_are_of_futures_and_some_of_options(get):
    for kind, category in (("futures", "IV_GAINERS"), ("options", "PREMIUM")):
        answer = get(f"/v2/market/smartlist/{kind}", asset_type="STOCK", category=category)
        assert told(answer) == (400, "UDAPI1213", "category", category)
    assert told(get("/v2/market/smartlist/mtf", page_size=51)) == (400, "UDAPI1214", "page_size", "51")


def test_our_client_reads_them(reader):
    with upstox_client.ApiClient(reader.configuration()) as client:
        api = upstox_client.MarketApi(client)
        told = api.get_smartlist_futures(asset_type="INDEX", category="PREMIUM").data
        assert told.metric_key == "premium"
        assert api.get_smartlist_mtf(page_size=2).data.smartlist[0].price.margin_saved > 0
