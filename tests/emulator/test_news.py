from __future__ import annotations

import urllib.parse

import pytest

import upstox_client
from support.shapes import assert_same_shape, sample

from . import information
from .information import NIFTY, RELIANCE, told

reader, get = information.reader, information.get

SHARE = f"NSE_EQ|{RELIANCE}"


def test_the_shape(get):
    answer = get("/v2/news", category="instrument_keys", instrument_keys=f"{SHARE},{NIFTY}")
    assert_same_shape(sample("market/news"), answer.json())
    assert set(answer.data) <= {SHARE, NIFTY}


def test_pages_are_of_articles(get):
    whole = get("/v2/news", category="instrument_keys", instrument_keys=f"{SHARE},{NIFTY}")
    every = [(key, row["article_link"]) for key, rows in whole.data.items() for row in rows]
    total = whole.json()["metadata"]["page"]["total_records"]
    assert total == len(every) > 3
    paged = []
    for number in range(1, total // 3 + 2):
        answer = get(
            "/v2/news", category="instrument_keys", instrument_keys=f"{SHARE},{NIFTY}", page_size=3, page_number=number
        )
        rows = [(key, row["article_link"]) for key, rows in answer.data.items() for row in rows]
        assert len(rows) <= 3
        assert answer.json()["metadata"]["page"] == {
            "page_number": number,
            "page_size": 3,
            "total_records": total,
            "total_pages": -(-total // 3),
        }
        paged += rows
    assert sorted(paged) == sorted(every)


@pytest.mark.parametrize("category", ["positions", "holdings"])
def test_who_owns_nothing_has_no_news(get, category):
    answer = get("/v2/news", category=category)
    assert answer.data == {}
    assert answer.json()["metadata"]["page"] == {
        "page_number": 1,
        "page_size": 100,
        "total_records": 0,
        "total_pages": 0,
    }


def test_news_of_what_is_owned(em, call):
    venue = em.backend.venue
    share = venue.catalog.find(SHARE, em.clock.now().date())
    venue.desk.receive(share, 10, 1000_0000, em.clock.now().date())
    told = call("GET", "/v2/news?category=holdings").data
    assert told == call("GET", f"/v2/news?category=instrument_keys&instrument_keys={urllib.parse.quote(SHARE)}").data
    assert list(told) == [SHARE]
    assert call("GET", "/v2/news?category=positions").data == {}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ("UDAPI1189", "category", None)),
        ({"category": "all"}, ("UDAPI1189", "category", "all")),
        ({"category": "instrument_keys"}, ("UDAPI1190", "instrument_keys", None)),
        ({"category": "instrument_keys", "instrument_keys": ""}, ("UDAPI1190", "instrument_keys", None)),
        ({"category": "instrument_keys", "instrument_keys": "X"}, ("UDAPI100011", "instrument_keys", "X")),
        ({"category": "positions", "page_number": "0"}, ("UDAPI100036", "page_number", "0")),
        ({"category": "positions", "page_number": "101"}, ("UDAPI100036", "page_number", "101")),
        ({"category": "positions", "page_size": "101"}, ("UDAPI100036", "page_size", "101")),
        ({"category": "positions", "page_size": "ten"}, ("UDAPI100036", "page_size", "ten")),
    ],
)
def test_what_is_refused(get, query, expected):
    assert told(get("/v2/news", **query)) == (400, *expected)


def test_thirty_instruments_are_the_most(get, reader):
    keys = [share.key for share in reader.backend.venue.catalog.shares[:31]]
    assert get("/v2/news", category="instrument_keys", instrument_keys=",".join(keys[:30])).status == 200
    assert told(get("/v2/news", category="instrument_keys", instrument_keys=",".join(keys)))[1] == "UDAPI1193"
    # The same one again is no other one.
    assert get("/v2/news", category="instrument_keys", instrument_keys=",".join([keys[0]] * 31)).status == 200


def test_our_client_reads_it(reader):
    with upstox_client.ApiClient(reader.configuration()) as client:
        told = upstox_client.NewsApi(client).get_news("instrument_keys", instrument_keys=SHARE)
        assert told.metadata.page.total_records == len(told.data.get(SHARE, []))
