"""The feeds' server: the way in, signs of life, the end."""

from __future__ import annotations

import datetime as dt
import socket
import urllib.parse

import pytest

from upstox_emulator.clock import IST
from upstox_emulator.feed.server import PATHS

from .test_faults import Seconds
from .world import MONDAY, SHARE, Client, MarketClient, Refused, World


def refusal(address: str) -> Refused:
    with pytest.raises(Refused) as caught:
        Client(address)
    return caught.value


def test_an_address_is_good_once(world):
    address = world.feed.invite("market", world.token)
    client = MarketClient(address)
    world.clients.append(client)
    assert refusal(address).status == 401


def test_an_address_looks_like_upstoxs(world):
    for feed, path in PATHS.items():
        address = urllib.parse.urlsplit(world.feed.invite(feed, world.token))
        assert address.scheme == "ws"
        assert address.path == path
        assert list(urllib.parse.parse_qs(address.query)) == ["requestId", "code"]


def test_an_address_is_good_for_a_minute(world):
    address = world.feed.invite("market", world.token)
    world.clock.advance(59)
    late = world.feed.invite("market", world.token)
    world.clock.advance(1)
    assert refusal(address).status == 401
    world.clients.append(MarketClient(late))


def test_a_fast_clock_leaves_a_minute_of_real_time():
    with World(speed=600) as world:
        address = world.feed.invite("market", world.token)
        world.clock.advance(600 * 50)
        world.clients.append(MarketClient(address))


def test_an_address_dies_with_its_token(world):
    address = world.feed.invite("market", world.token)
    world.backend.venue.tokens.revoke(world.token)
    assert refusal(address).status == 401


def test_an_address_is_for_one_feed(world):
    address = world.feed.invite("market", world.token)
    assert refusal(address.replace(PATHS["market"], PATHS["portfolio"])).status == 401


def test_there_is_nothing_else(world):
    assert refusal(f"{world.feed.url}/else").status == 404
    assert refusal(f"{world.feed.url}{PATHS['market']}").status == 401


def test_a_way_in_that_is_refused(world):
    from upstox_emulator.errors import Refusal

    for status in (401, 403, 429, 500, 503):
        fault = world.feed.faults.refuse_authorize(status)
        with pytest.raises(Refusal) as caught:
            world.feed.invite("market", world.token)
        assert caught.value.status == status
        assert fault.hits == 1


def test_a_browser_may_say_more_of_the_connection(world):
    world.market(connection="keep-alive, Upgrade").subscribe([SHARE], "ltpc")


def test_a_request_that_is_no_upgrade_is_refused(world):
    address = urllib.parse.urlsplit(world.feed.invite("market", world.token))
    assert address.port is not None
    with socket.create_connection(("127.0.0.1", address.port), timeout=10) as connection:
        connection.sendall(f"GET {address.path}?{address.query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")


# Signs of life


def test_a_client_that_hears_nothing_is_pinged():
    real = Seconds()
    with World(real=real, ping_every=15) as world:
        client = world.portfolio()
        world.feed.settle()
        assert client.frame() == (9, b"")  # as Upstox does, at once
        client.send(b"", opcode=10)
        client.send(b"x", opcode=9)
        assert client.frame() == (10, b"x")
        real.now += 14
        world.backend.tell({"update_type": "order"})
        assert client.frame()[0] == 1
        real.now += 14
        world.feed.settle()
        real.now += 1
        world.feed.settle()
        assert client.frame() == (9, b"")


def test_a_client_that_does_not_answer_is_given_up():
    real = Seconds()
    with World(real=real, ping_every=15) as world:
        client = world.portfolio(pong=False)
        real.now += 30
        world.feed.settle()
        assert len(world.feed.call(world.feed.clients)) == 1
        real.now += 1
        world.feed.settle()
        assert client.closing() == 1006


def test_connections_end_at_half_past_three(world):
    client, portfolio = world.market(), world.portfolio()
    world.clock.set(dt.datetime(2026, 11, 24, 3, 29, 59, tzinfo=IST))
    client.response()
    world.clock.advance(1)
    assert client.closing() == portfolio.closing() == 1008


def test_connections_end_with_a_logout(world):
    client = world.market()
    world.backend.venue.tokens.revoke(world.token)
    world.feed.poke()
    assert client.closing() == 1008


def test_connections_that_outlive_their_token():
    with World(token_death=False) as world:
        client = world.market()
        client.subscribe([SHARE], "ltpc")
        world.backend.venue.tokens.revoke(world.token)
        world.clock.advance(1)
        assert client.response().feeds


# Starting and stopping


def test_clients_are_told_of_the_end(world):
    client = world.market()
    world.feed.stop()
    world.feed.stop()
    assert client.closing() == 1001


def test_it_comes_back_at_the_same_address(world):
    url = world.feed.url
    world.feed.stop()
    world.feed.start()
    assert world.feed.url == url
    world.market()
    with pytest.raises(RuntimeError, match="already running"):
        world.feed.start()


def test_a_port_of_choice(world):
    world.feed.stop()
    port = int(world.feed.url.rsplit(":", 1)[1])
    with World(port=port) as other:
        assert other.feed.url == f"ws://127.0.0.1:{port}"
        with pytest.raises(OSError, match="in use"):
            world.feed.start()


@pytest.mark.parametrize(
    ("host", "url"), [("::1", "ws://[::1]:"), ("0.0.0.0", "ws://127.0.0.1:"), ("localhost", "ws://localhost:")]
)
def test_hosts(host, url):
    with World(host=host) as world:
        assert world.feed.url.startswith(url)
        world.market()


def test_beginning_anew(world):
    client = world.market()
    address = world.feed.invite("market", world.token)
    fault = world.feed.faults.gap()
    world.feed.reset()
    assert client.closing() == 1012
    assert refusal(address).status == 401
    assert fault.lifted
    assert world.feed.faults.armed() == []
    world.market()
    world.feed.stop()
    world.feed.reset()


def test_it_runs_on_the_plain_loop(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "uvloop", None)
    with World() as world:
        client = world.market()
        client.subscribe([SHARE], "ltpc")
        world.clock.advance(1)
        assert client.response().currentTs == MONDAY.timestamp() * 1000 + 1000
