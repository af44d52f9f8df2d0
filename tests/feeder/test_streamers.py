"""The official face."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import upstox_client
from support.colours import local
from support.feed_server import PORTFOLIO, FeedServer, frame, market_info
from upstox_client.errors import AuthenticationError
from upstox_client.feeder import CallbackError, FeedLimitError, MarketDataFeederV3, PortfolioDataFeeder, schema

KEY = "NSE_EQ|INE002A01018"
SRC = Path(__file__).parents[2] / "src"


class Seen:
    """What the listeners were told."""

    def __init__(self, streamer) -> None:
        self.events: queue.Queue[tuple] = queue.Queue()
        for event in streamer.Event.values():
            streamer.on(event, lambda *args, event=event: self.events.put((event, *args)))

    def next(self, *kinds: str) -> tuple:
        """The next event; of these kinds, if any are named."""
        while True:
            event = self.events.get(timeout=10)
            if not kinds or event[0] in kinds:
                return event

    def left(self) -> list[tuple]:
        return [self.events.get() for _ in range(self.events.qsize())]


@pytest.fixture
def client(configuration):
    with upstox_client.ApiClient(configuration) as client:
        yield client


@pytest.fixture
def streamers():
    made = []

    def keep(streamer):
        made.append(streamer)
        return streamer

    yield keep
    for streamer in made:
        if streamer.feeder is not None:
            streamer.disconnect()
    assert not [t.name for t in threading.enumerate() if t.name.startswith("upstox-feed")]


@pytest.fixture
def market(client, streamers):
    def make(*args, **kwargs):
        return streamers(upstox_client.MarketDataStreamerV3(client, *args, **kwargs))

    return make


# Market data


def test_a_session(market, server):
    server.greeting = [market_info(NSE_EQ=2)]
    streamer = market([KEY], "full")
    seen = Seen(streamer)
    streamer.connect()
    assert seen.next() == ("open",)
    assert seen.next()[1]["type"] == "market_info"
    assert server.heard()["data"] == {"instrumentKeys": [KEY], "mode": "full"}
    server.send(frame({KEY: 5.0}))
    message = seen.next()
    assert message == (
        "message",
        {"type": "live_feed", "feeds": {KEY: {"ltpc": {"ltp": 5.0}}}, "currentTs": "1740729566039"},
    )
    streamer.disconnect()
    assert seen.next() == ("close", 1000, None)
    assert seen.left() == []


def test_subscribing_right_after_connect_and_before(market, server):
    """The official one raises."""
    streamer = market()
    streamer.subscribe(["NSE_EQ|B"], "ltpc")
    streamer.connect()
    streamer.subscribe([KEY], "full")
    asked = [server.heard()["data"] for _ in range(2)]
    assert sorted(request["mode"] for request in asked) == ["full", "ltpc"]
    assert streamer.subscriptions == {"ltpc": {"NSE_EQ|B"}, "full": {KEY}, "option_greeks": set(), "full_d30": set()}


def test_modes(market, server):
    streamer = market([KEY], "ltpc")
    seen = Seen(streamer)
    streamer.connect()
    seen.next("open")
    assert server.heard()["data"]["mode"] == "ltpc"
    streamer.change_mode([KEY], "full_d30")
    request = server.heard()
    assert (request["method"], request["data"]["mode"], streamer.mode) == ("change_mode", "full_d30", "full_d30")
    streamer.subscribe([KEY], "ltpc")  # in two modes: the richest comes
    streamer.unsubscribe([KEY])
    assert server.heard()["method"] == "unsub"
    for call in (streamer.subscribe, streamer.change_mode):
        call([KEY], "fast")
        assert seen.next("error") == ("error", "Invalid mode provided fast")
    with pytest.raises(FeedLimitError):
        streamer.subscribe([f"NSE_EQ|{n}" for n in range(5001)], "ltpc")


def test_a_change_of_mode_is_measured_by_what_is_left(market):
    streamer = market([f"NSE_EQ|{n}" for n in range(2000)], "full")
    with pytest.raises(FeedLimitError, match="'full' beside ltpc are too many"):
        streamer.change_mode(["NSE_EQ|0"], "ltpc")
    assert (len(streamer.subscriptions["full"]), streamer.subscriptions["ltpc"], streamer.mode) == (2000, set(), "full")
    streamer.change_mode([f"NSE_EQ|{n}" for n in range(2000)], "ltpc")
    assert (streamer.subscriptions["full"], len(streamer.subscriptions["ltpc"]), streamer.mode) == (set(), 2000, "ltpc")


def test_cleared_subscriptions_are_not_asked_for_again(market, server):
    streamer = market([KEY], "ltpc")
    seen = Seen(streamer)
    streamer.connect()
    seen.next("open")
    server.heard()
    streamer.clear_subscriptions()
    server.abort()
    seen.next("open")
    assert server.told.empty()


def test_what_cannot_be_constructed(client):
    with pytest.raises(Exception, match="Invalid mode provided fast"):
        upstox_client.MarketDataStreamerV3(client, [], "fast")
    with pytest.raises(ValueError, match="Unknown event: opened"):
        upstox_client.MarketDataStreamerV3(client).on("opened", print)
    with pytest.raises(ValueError, match="Unknown event: opened"):
        upstox_client.MarketDataStreamerV3(client).emit("opened")
    with pytest.raises(NotImplementedError, match="Feeder instance not set"):
        upstox_client.MarketDataStreamerV3(client).disconnect()
    assert upstox_client.MarketDataStreamerV3().api_client is not None
    assert upstox_client.MarketDataStreamerV3.Mode["D30"] == "full_d30"


# Losses


@pytest.mark.parametrize("code", [1000, 1011])
def test_a_close_is_no_goodbye(market, server, code):
    streamer = market([KEY], "full")
    seen = Seen(streamer)
    streamer.connect()
    seen.next("open")
    server.heard()
    server.close(code, b"bye")
    told = [seen.next() for _ in range(4 if code != 1000 else 3)]
    assert [event for event, *_ in told] == ["error"] * (code != 1000) + ["close", "reconnecting", "open"]
    assert told[-3] == ("close", code, "bye")
    assert told[-2] == ("reconnecting", "Auto reconnect attempt 1/inf")
    assert server.heard()["data"]["instrumentKeys"] == [KEY]


def test_it_tries_for_ever_unless_told_otherwise(market, server):
    streamer = market()
    seen = Seen(streamer)
    streamer.connect()
    seen.next("open")
    streamer.auto_reconnect(True, 0.01, 3)
    server.go_down()
    assert seen.next("close") == ("close", None, None)
    told = [seen.next("reconnecting", "autoReconnectStopped", "close") for _ in range(4)]
    assert told == [("reconnecting", f"Auto reconnect attempt {n}/3") for n in (1, 2, 3)] + [
        ("autoReconnectStopped", "retryCount of 3 exhausted.")
    ]
    server.come_back()
    streamer.connect()
    assert seen.next("open") == ("open",)


@pytest.mark.parametrize("status", [429, 503])
def test_tries_that_are_answered_with_an_error_are_used_up_as_well(market, server, status):
    streamer = market()
    seen = Seen(streamer)
    streamer.connect()
    seen.next("open")
    streamer.auto_reconnect(True, 0.01, 2)
    server.refusals = [status] * 99
    server.abort()
    told = [seen.next("reconnecting", "autoReconnectStopped") for _ in range(3)]
    assert told[-1] == ("autoReconnectStopped", "retryCount of 2 exhausted.")


def test_a_403_after_it_was_open_is_a_try_like_any_other(market, server):
    streamer = market()
    seen = Seen(streamer)
    streamer.connect()
    seen.next("open")
    streamer.auto_reconnect(True, 0.01, 2)
    server.refusals = [403] * 9
    server.abort()
    told = [seen.next("reconnecting", "autoReconnectStopped") for _ in range(3)]
    assert told[-1] == ("autoReconnectStopped", "retryCount of 2 exhausted.")


def test_a_streamer_that_failed_may_be_connected_again(market, server, monkeypatch):
    async def broken(self, calls):
        raise ValueError("a file is missing")

    streamer = market()
    seen = Seen(streamer)
    with monkeypatch.context() as patch:
        patch.setattr(MarketDataFeederV3, "find_target", broken)
        streamer.connect()
        assert "a file is missing" in str(seen.next("error"))
        seen.next("close")
    streamer.connect()
    assert seen.next("open") == ("open",)


def test_what_subclasses_of_the_official_streamers_call(client, server):
    class Mine(upstox_client.MarketDataStreamerV3):
        def handle_open(self, ws):
            self.subscribe_to_initial_keys()
            super().handle_open(ws)

    streamer = Mine(client, [KEY], "full")
    seen = Seen(streamer)
    assert streamer.protobufRoot.FeedResponse is schema.FeedResponse
    streamer.launch_auto_reconnect()
    assert seen.next("reconnecting") == ("reconnecting", "Auto reconnect attempt 1/inf")
    seen.next("open")
    assert server.heard()["data"]["instrumentKeys"] == [KEY]
    streamer.disconnect()
    assert server.told.empty()


def test_without_reconnecting(market, server):
    streamer = market()
    seen = Seen(streamer)
    streamer.auto_reconnect(False)
    assert seen.next() == ("autoReconnectStopped", "Disabled by client.")
    streamer.connect()
    seen.next("open")
    server.abort()
    assert seen.next()[0] == "error"
    assert seen.next() == ("close", None, None)
    assert seen.left() == []


def test_a_refused_token_ends_it(market, server):
    server.refusals = [401] * 9
    streamer = market()
    seen = Seen(streamer)
    streamer.connect()
    event, error = seen.next()
    assert event == "error"
    assert isinstance(error, AuthenticationError)
    assert seen.next() == ("close", None, None)
    assert seen.left() == []
    assert len(server.requests) == 1


def test_what_a_listener_raises_is_its_own(market, server):
    streamer = market()

    def broken(message):
        raise ZeroDivisionError("401 Unauthorized")

    streamer.on("message", broken)
    seen = Seen(streamer)
    streamer.on("error", broken)
    streamer.connect()
    seen.next("open")
    server.send(frame({KEY: 1.0}))
    told = {seen.next()[0]: None for _ in range(2)}
    assert set(told) == {"error", "message"}
    server.abort()
    assert seen.next("open") == ("open",)


def test_garbage_and_texts_are_errors(market, server):
    streamer = market()
    seen = Seen(streamer)
    streamer.connect()
    seen.next("open")
    server.send(b"\xff\xff", '{"status":"failed"}')
    assert "could not be read" in str(seen.next("error")[1])
    assert "failed" in str(seen.next("error")[1])


def test_a_subclass_may_handle_messages_itself(client, server, streamers):
    class Mine(upstox_client.MarketDataStreamerV3):
        def handle_message(self, ws, message):
            assert ws.sock
            raise LookupError(self.decode_protobuf(message).currentTs)

    streamer = streamers(Mine(client))
    seen = Seen(streamer)
    streamer.connect()
    seen.next("open")
    server.send(frame({KEY: 1.0}, at=7))
    assert seen.next("error")[1].args == (7,)


def test_slow_listeners_lose_nothing(market, server):
    streamer = market()
    release = threading.Event()
    seen = Seen(streamer)
    streamer.on("message", lambda message: release.wait(5))
    streamer.connect()
    seen.next("open")
    server.send(*[frame({KEY: float(n)}) for n in range(1, 101)])
    release.set()
    prices = [seen.next("message")[1]["feeds"][KEY]["ltpc"]["ltp"] for _ in range(100)]
    assert prices == list(range(1, 101))


def test_connecting_twice_is_connecting_once(market, server):
    streamer = market()
    seen = Seen(streamer)
    streamer.connect()
    streamer.connect()
    seen.next("open")
    streamer.feeder.connect()
    assert server.counts["/feed/market"] == 1


# The portfolio


def test_portfolio(client, server, streamers):
    streamer = streamers(upstox_client.PortfolioDataStreamer(client, True, True, gtt_update=True))
    seen = Seen(streamer)
    streamer.connect()
    seen.next("open")
    assert server.requests[0][0] == f"{PORTFOLIO}/authorize?update_types=order%2Cposition%2Cgtt_order"
    text = '{"update_type": "order", "order_id": "1"}'
    server.send(text, b"\x01")
    assert seen.next() == ("message", text)
    assert seen.next() == ("message", b"\x01")
    server.close(1001)
    seen.next("open")


# The feeders


def test_a_market_feeder(client, server):
    told = queue.Queue()
    feeder = MarketDataFeederV3(
        client,
        [KEY],
        on_open=lambda ws: told.put(("open", ws)),
        on_message=lambda ws, message: told.put(("message", message)),
        on_error=lambda ws, error: told.put(("error", error)),
        on_close=lambda ws, code, reason: told.put(("close", code, reason)),
    )
    with pytest.raises(Exception, match="WebSocket is not open"):
        feeder.subscribe([KEY])
    feeder.connect()
    feeder.subscribe([KEY], "full")
    assert server.heard()["data"] == {"instrumentKeys": [KEY], "mode": "full"}
    _, ws = told.get(timeout=10)
    feeder.subscribe([KEY])
    assert "mode" not in server.heard()["data"]
    feeder.change_mode([KEY], "ltpc")
    assert server.heard()["method"] == "change_mode"
    feeder.unsubscribe([KEY])
    request = server.heard()
    assert (request["method"], request["data"]) == ("unsub", {"instrumentKeys": [KEY]})
    ws.send(json.dumps({"mine": 1}))
    assert server.heard() == {"mine": 1}
    server.send(frame({KEY: 1.0}))
    assert schema.FeedResponse.FromString(told.get(timeout=10)[1]).feeds[KEY].ltpc.ltp == 1.0
    server.close(1001, b"away")
    assert told.get(timeout=10)[0] == "error"
    assert told.get(timeout=10) == ("close", 1001, "away")
    ws.close(status=1000)
    assert server.counts["/feed/market"] == 1  # a feeder does not reconnect


def test_a_portfolio_feeder(client, server):
    told = queue.Queue()
    feeder = PortfolioDataFeeder(client, on_message=lambda ws, message: told.put(message), holding_update=True)
    assert feeder.get_websocket_url() == f"{server.ws_url}{PORTFOLIO}?update_types=order%2Cholding"
    assert PortfolioDataFeeder(client, order_update=False).get_websocket_url() == f"{server.ws_url}{PORTFOLIO}"
    feeder.connect()
    server.client()
    server.send("{}")
    assert told.get(timeout=10) == "{}"
    feeder.disconnect()
    PortfolioDataFeeder().disconnect()  # never connected


# Paths and threads


def test_the_official_paths():
    from upstox_client.feeder import PortfolioDataStreamer
    from upstox_client.feeder.feeder import Feeder
    from upstox_client.feeder.market_data_feeder_v3 import MarketDataFeederV3 as Feeder3
    from upstox_client.feeder.market_data_streamer_v3 import MarketDataStreamerV3
    from upstox_client.feeder.portfolio_data_feeder import PortfolioDataFeeder as Portfolio
    from upstox_client.feeder.portfolio_data_streamer import PortfolioDataStreamer as Other
    from upstox_client.feeder.streamer import Streamer

    assert upstox_client.MarketDataStreamerV3 is MarketDataStreamerV3
    assert upstox_client.PortfolioDataStreamer is PortfolioDataStreamer is Other
    assert issubclass(Feeder3, Feeder)
    assert issubclass(Portfolio, Feeder)
    assert issubclass(MarketDataStreamerV3, Streamer)
    with pytest.raises(AttributeError):
        _ = upstox_client.feeder.Nothing
    for name in upstox_client.feeder.__all__:
        assert getattr(upstox_client.feeder, name).__name__ == name
    assert isinstance(CallbackError(print, 1, ValueError()), Exception)


_PROGRAM = """
import sys, threading, upstox_client
configuration = upstox_client.Configuration()
configuration.host = configuration.order_host = sys.argv[1]
streamer = upstox_client.MarketDataStreamerV3(upstox_client.ApiClient(configuration), ["NSE_EQ|A"], "full")
streamer.daemon = sys.argv[2] == "daemon"
opened = threading.Event()
streamer.on("open", opened.set)
def message(data):
    print(data["feeds"])
    streamer.disconnect()
streamer.on("message", message)
streamer.connect()
opened.wait(10)
"""


@pytest.mark.parametrize("kind", ["daemon", "lasting"])
def test_whether_threads_keep_the_process(kind):
    with FeedServer() as server:
        server.answers["x"] = 1
        program = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", _PROGRAM, server.url, kind],
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(SRC), "UPSTOX_ACCESS_TOKEN": "t"},
        )
        server.client()
        if kind == "lasting":
            server.heard()
            server.send(frame({"NSE_EQ|A": 5.0}))
        out, _ = program.communicate(timeout=20)
        assert program.returncode == 0
        assert (out == "{'NSE_EQ|A': {'ltpc': {'ltp': 5.0}}}\n") == (kind == "lasting")


def test_the_sandbox_has_no_streamers():
    configuration = upstox_client.Configuration(sandbox=True)
    with pytest.raises(ValueError, match="no feeds"):
        upstox_client.MarketDataStreamerV3(upstox_client.ApiClient(configuration)).connect()
    assert local().host
