"""What goes wrong on purpose, on real sockets."""

from __future__ import annotations

import contextlib

import pytest

from upstox_emulator.feed.driver import ConnectionInfo, FeedDriver

from .world import CLOSED, MONDAY, SHARE, Client, Refused, World


@pytest.fixture
def driver(world) -> FeedDriver:
    return FeedDriver(world.feed)


class Seconds:
    """Real seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def seconds(client: Client, count: int) -> list[int]:
    """The seconds of the next frames of a share, counted from Monday."""
    return [(client.response().currentTs - round(MONDAY.timestamp() * 1000)) // 1000 for _ in range(count)]


def orders(client: Client, count: int) -> list[int]:
    return [client.text()["n"] for _ in range(count)]


def tell(world: World, *numbers: int) -> None:
    world.backend.tell(*({"update_type": "order", "n": number} for number in numbers))


@pytest.fixture
def client(world):
    client = world.market()
    client.subscribe([SHARE], "ltpc")
    return client


def tick(world: World, count: int) -> None:
    for _ in range(count):
        world.clock.advance(1)
        world.feed.settle()


@pytest.mark.parametrize("code", [1000, 1001, 1011, 1012, 3000, 4001])
def test_close_with_a_code(world, driver, client, code):
    fault = driver.faults.close(code, "because", after=2)
    tick(world, 4)
    assert seconds(client, 2) == [1, 2]
    opcode, body = client.receive()
    assert opcode == CLOSED
    assert body == code.to_bytes(2, "big") + b"because"
    assert (fault.hits, fault.spent) == (1, True)
    assert client.closing() == 1006  # nothing comes after it
    assert driver.connections == []


def test_1006_has_no_goodbye(world, driver, client):
    driver.faults.close(1006)
    tick(world, 1)
    assert client.closing() == 1006


@pytest.mark.parametrize("code", [0, 999, 5000])
def test_a_code_that_no_server_sends_is_refused(driver, code):
    with pytest.raises(ValueError, match=f"from 1000 to 4999, got {code}"):
        driver.faults.close(code)


def test_abort_is_a_reset(world, driver, client):
    driver.faults.abort()
    tick(world, 1)
    with pytest.raises(ConnectionResetError):
        client.receive()


def test_it_strikes_as_often_as_it_is_armed_for(world, driver):
    fault = driver.faults.close(1012, after=1, times=2, feed="portfolio")
    for number in range(2):
        client = world.portfolio()
        tell(world, 1, 2)
        assert orders(client, 1) == [1]
        assert client.closing() == 1012
        assert fault.hits == number + 1
    client = world.portfolio()
    tell(world, 1, 2, 3)
    assert orders(client, 3) == [1, 2, 3]
    assert driver.faults.armed() == []


def test_it_strikes_one_feed_if_so_armed(world, driver, client):
    fault = driver.faults.gap(feed="market", times=None)
    portfolio = world.portfolio()
    tell(world, 1)
    assert orders(portfolio, 1) == [1]
    tick(world, 2)
    assert fault.hits == 2
    driver.faults.clear()
    tick(world, 1)
    assert seconds(client, 1) == [3]


def test_half_open_is_silence(driver):
    real = Seconds()
    with World(real=real, ping_every=15) as world:
        client = world.market()
        client.subscribe([SHARE], "ltpc")
        world.feed.faults.half_open()
        tick(world, 3)
        client.send(b"are you there", opcode=9)
        client.ask("sub", [SHARE], "full")
        for _ in range(10):
            real.now += 100
            world.feed.settle()
        assert FeedDriver(world.feed).connections == [ConnectionInfo("market", 2, 1, slow=False)]
        client.socket.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.frame()


@pytest.mark.parametrize("ends", ["time", "clear"])
def test_a_stall_loses_nothing_and_answers_pings(ends):
    real = Seconds()
    with World(real=real) as world:
        client = world.portfolio()
        world.feed.faults.stall(30 if ends == "time" else None, after=1)
        tell(world, 1, 2, 3)
        world.feed.settle()
        assert orders(client, 1) == [1]
        client.send(b"ping", opcode=9)
        assert client.frame() == (10, b"ping")
        if ends == "time":
            real.now += 31
        else:
            world.feed.faults.clear()
        world.feed.settle()
        assert orders(client, 2) == [2, 3]
        tell(world, 4)
        assert orders(client, 1) == [4]


def test_a_slow_reader_gets_the_state_as_it_is():
    real = Seconds()
    with World(real=real) as world:
        client, portfolio = world.market(), world.portfolio()
        client.subscribe([SHARE], "ltpc")
        world.feed.faults.slow_reader(5, feed="market")
        tick(world, 4)
        driver = FeedDriver(world.feed)
        assert [one.slow for one in driver.connections] == [True, False]
        real.now += 6
        world.feed.settle()
        assert seconds(client, 1) == [4]
        tick(world, 1)
        assert seconds(client, 1) == [5]
        world.feed.faults.slow_reader(5, feed="portfolio")
        tell(world, 1, 2)
        world.feed.settle()
        real.now += 6
        world.feed.settle()
        assert orders(portfolio, 2) == [1, 2]


def test_duplicate(world, driver, client):
    driver.faults.duplicate(after=1)
    tick(world, 3)
    assert seconds(client, 4) == [1, 2, 2, 3]


def test_reorder(world, driver, client):
    driver.faults.reorder(after=1)
    tick(world, 4)
    assert seconds(client, 4) == [1, 3, 2, 4]


def test_gap(world, driver, client):
    fault = driver.faults.gap(2, after=1)
    tick(world, 4)
    assert seconds(client, 2) == [1, 4]
    assert fault.hits == 1


def test_garbage_comes_before_a_frame_that_is_not_lost(world, driver, client):
    driver.faults.garbage(b"\x00\x01", after=1)
    tick(world, 2)
    assert seconds(client, 1) == [1]
    assert client.receive() == (2, b"\x00\x01")
    assert seconds(client, 1) == [2]


def test_token_death_ends_all_that_was_made_with_it(world, driver, client):
    other_token = world.token
    portfolio = world.portfolio()
    world.token = world.backend.token()
    survivor = world.portfolio()
    driver.faults.token_death(after=1, feed="market")
    tick(world, 2)
    assert seconds(client, 1) == [1]
    assert client.closing() == portfolio.closing() == 1008
    assert not world.backend.venue.tokens.issued[other_token].alive
    tell(world, 1)
    assert orders(survivor, 1) == [1]


def test_a_redirect_that_leads_to_itself(world, driver):
    fault = driver.faults.redirect_loop(feed="market")
    address = world.feed.invite("market", world.token)
    for _ in range(3):
        with pytest.raises(Refused) as caught:
            Client(address)
        assert caught.value.status == 302
        assert caught.value.headers["location"] == address
    assert fault.hits == 1
    world.market()


def test_it_can_be_armed_for_nothing_else_than_is_there(world, driver, client):
    driver.faults.redirect_loop()
    driver.faults.refuse_authorize()
    assert [fault.kind for fault in driver.faults.armed()] == ["redirect_loop", "refuse_authorize"]
    tick(world, 1)  # those at the door do not strike frames
    assert seconds(client, 1) == [1]


# By hand


def test_connections_are_counted(world, driver):
    assert driver.connections == []
    client = world.market()
    world.portfolio()
    client.subscribe([SHARE], "ltpc")
    assert driver.connections == [
        ConnectionInfo("market", frames=2, keys=1, slow=False),
        ConnectionInfo("portfolio", frames=0, keys=0, slow=False),
    ]
    assert driver.url.startswith("ws://127.0.0.1:")


@pytest.mark.parametrize(("feed", "kicked"), [(None, 2), ("market", 1), ("portfolio", 1)])
def test_kicking(world, driver, feed, kicked):
    market, portfolio = world.market(), world.portfolio()
    assert driver.kick(4000, "out", feed=feed) == kicked
    if feed != "portfolio":
        assert market.closing() == 4000
    if feed != "market":
        assert portfolio.closing() == 4000
    driver.kick()


def test_raw_frames_are_injected(world, driver):
    market, portfolio = world.market(), world.portfolio()
    assert driver.inject(b"\x08\x01") == 1
    assert market.receive() == (2, b"\x08\x01")
    assert driver.inject('{"a":1}', feed="market") == 1
    assert market.text() == {"a": 1}
    assert driver.inject("{", feed="portfolio") == 1
    assert portfolio.receive() == (1, b"{")


def test_without_a_server_there_is_nothing_to_steer():
    world = World()
    with pytest.raises(RuntimeError, match="not running"):
        FeedDriver(world.feed).kick()
    world.feed.poke()
    world.feed.stop()


def test_what_goes_wrong_in_the_feeds_thread_is_told_to_the_caller(world):
    with pytest.raises(ZeroDivisionError):
        world.feed.call(lambda: 1 // 0)


def test_a_client_that_has_gone_is_not_written_to(world, driver):
    client = world.portfolio()
    connection = world.feed.call(lambda: world.feed.clients()[0])
    client.close()
    while world.feed.call(world.feed.clients):
        world.feed.settle()
    for act in (connection.end, connection.reset, connection.tend, lambda: connection.raw(b"x")):
        world.feed.call(act)
    with contextlib.suppress(OSError):
        client.close()
