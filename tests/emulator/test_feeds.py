"""The way to the feeds over the API: addresses, redirects, refusals; and what the emulator offers to steer them."""

from __future__ import annotations

import datetime as dt
import http.client
import urllib.parse

import pytest

from upstox_emulator import Emulator
from upstox_emulator.clock import IST

from .conftest import Answer
from .feed.world import Client, MarketClient, Refused

MARKET, OLD_MARKET, PORTFOLIO = (
    "/v3/feed/market-data-feed",
    "/v2/feed/market-data-feed",
    "/v2/feed/portfolio-stream-feed",
)
PATHS = [MARKET, OLD_MARKET, PORTFOLIO]
SHARE = "NSE_EQ|INE002A01018"


def address_of(answer: Answer) -> str:
    both = answer.data
    assert set(both) == {"authorizedRedirectUri", "authorized_redirect_uri"}
    assert both["authorizedRedirectUri"] == both["authorized_redirect_uri"]
    return both["authorizedRedirectUri"]


def upgraded(em: Emulator, path: str, token: str | None) -> Answer:
    """What the API answers to a client that wants a WebSocket from it."""
    headers = {
        "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    } | ({} if token is None else {"Authorization": f"Bearer {token}"})  # fmt: skip
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(em.url).netloc, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        return Answer(connection.getresponse())
    finally:
        connection.close()


@pytest.mark.parametrize("path", PATHS)
def test_an_address_to_connect_to(em, call, path):
    address = address_of(call("GET", f"{path}/authorize"))
    assert address.startswith(f"{em.feed.url}/")
    client = Client(address)
    assert len(em.feed.connections) == 1
    client.close()
    with pytest.raises(Refused) as caught:
        Client(address)
    assert caught.value.status == 401


@pytest.mark.parametrize("path", PATHS)
def test_a_websocket_wanted_from_the_api_is_sent_on(em, path):
    answer = upgraded(em, path, em.access_token)
    assert answer.status == 302
    address = {name.lower(): value for name, value in answer.headers.items()}["location"]
    assert address.startswith(f"{em.feed.url}/")
    Client(address).close()


@pytest.mark.parametrize("path", PATHS)
def test_who_may_not(em, path):
    for token, status, code in [
        (None, 401, "UDAPI100050"),
        ("nonsense", 401, "UDAPI100050"),
        (em.issue_token("sandbox"), 401, "UDAPI100050"),
        (em.issue_token("extended"), 403, "UDAPI100067"),
    ]:
        for asked in (path, f"{path}/authorize"):
            answer = upgraded(em, asked, token)
            assert (answer.status, answer.codes) == (status, [code])
    assert upgraded(em, path, em.issue_token("analytics")).status == 302


def test_market_data_over_the_whole_way(em, call):
    client = MarketClient(address_of(call("GET", f"{MARKET}/authorize")))
    snapshot = client.subscribe([SHARE, "NSE_INDEX|Nifty 50"], "full").feeds
    at = em.clock.now().timestamp()
    assert snapshot[SHARE].fullFeed.marketFF.ltpc.ltp == em.venue.market.last(SHARE, at) / 10_000
    assert snapshot["NSE_INDEX|Nifty 50"].fullFeed.WhichOneof("FullFeedUnion") == "indexFF"
    em.clock.advance(60)
    live = client.feeds().feeds[SHARE].fullFeed.marketFF
    assert live.ltpc.ltp == em.venue.market.last(SHARE, at + 60) / 10_000
    assert [row.bidP for row in live.marketLevel.bidAskQuote] == [
        level.price / 10_000 for level in em.venue.market.depth(SHARE, at + 60).bids
    ]
    client.close()


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", {"order"}),
        ("?update_types=", {"order"}),
        ("?update_types=position", {"position"}),
        ("?update_types=order%2Cgtt_order%2Cposition%2Cholding", {"order", "gtt_order", "position", "holding"}),
        ("?update_types=holding,%20order", {"order", "holding"}),
    ],
)
def test_the_updates_that_are_asked_for(em, call, query, told):
    client = Client(address_of(call("GET", f"{PORTFOLIO}/authorize{query}")))
    for kind in ("order", "gtt_order", "position", "holding", "order"):
        em.venue.emit(kind, {"update_type": kind})
    em.backend.now()
    seen = {client.text()["update_type"]}
    while len(seen) < len(told):
        seen.add(client.text()["update_type"])
    assert seen == told
    client.close()


@pytest.mark.parametrize("path", [PORTFOLIO, f"{PORTFOLIO}/authorize"])
def test_updates_that_there_are_not(call, path):
    answer = call("GET", f"{path}?update_types=order,trade")
    assert answer.status == 400
    assert answer.codes == ["UDAPI100036"]
    error = answer.json()["errors"][0]
    assert (error["propertyPath"], error["invalidValue"]) == ("update_types", "trade")


def test_a_refusal_on_purpose(em, call):
    fault = em.feed.faults.refuse_authorize(403, feed="market")
    assert call("GET", f"{PORTFOLIO}/authorize").status == 200
    answer = call("GET", f"{MARKET}/authorize")
    assert (answer.status, answer.codes) == (403, ["UDAPI100067"])
    assert fault.hits == 1
    em.feed.faults.refuse_authorize(503)
    assert upgraded(em, MARKET, em.access_token).status == 503
    assert call("GET", f"{MARKET}/authorize").status == 200


def test_a_redirect_that_leads_to_itself(em):
    em.feed.faults.redirect_loop()
    address = {n.lower(): v for n, v in upgraded(em, MARKET, em.access_token).headers.items()}["location"]
    with pytest.raises(Refused) as caught:
        Client(address)
    assert caught.value.headers["location"] == address


def test_the_token_dies_in_the_night(em, call):
    client = Client(address_of(call("GET", f"{PORTFOLIO}/authorize")))
    em.clock.set(dt.datetime(2026, 11, 24, 3, 30, tzinfo=IST))
    assert client.closing() == 1008
    assert call("GET", f"{PORTFOLIO}/authorize").status == 401
    client.close()


def test_a_normal_plan_has_two_market_feeds():
    with Emulator(plan="normal", speed=0) as em:
        clients = [MarketClient(em.backend.feed.invite("market", em.access_token)) for _ in range(2)]
        with pytest.raises(Refused) as caught:
            MarketClient(em.backend.feed.invite("market", em.access_token))
        assert caught.value.status == 403
        for client in clients:
            client.close()


def test_beginning_anew_ends_the_connections(em):
    client = Client(em.backend.feed.invite("portfolio", em.access_token))
    em.reset()
    assert client.closing() in {1008, 1012}
    client.close()
    Client(em.backend.feed.invite("portfolio", em.access_token)).close()
