"""The market feed on real sockets, sync and async, with a server that does its worst."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from support.colours import local
from support.feed_server import MARKET, FeedServer, frame, market_info
from upstox_client.errors import AuthenticationError, NetworkError, PermissionDeniedError
from upstox_client.feeder import (
    AsyncMarketFeed,
    CallbackError,
    Cause,
    FeedClosedError,
    FeedLimitError,
    FeedOverflowError,
    FeedState,
    MarketFeed,
    MarketUpdate,
    Notice,
    Overflow,
    Patience,
    StateChange,
    schema,
)

KEY = "NSE_EQ|INE002A01018"


def full(ltp: float, bid: float | None = None) -> schema.Feed:
    feed = schema.Feed(requestMode=1)
    feed.fullFeed.marketFF.ltpc.ltp = ltp
    if bid is not None:
        feed.fullFeed.marketFF.marketLevel.bidAskQuote.add(bidP=bid, bidQ=1)
    return feed


# What comes


def test_from_subscription_to_tick(face, server):
    server.greeting = [market_info(NSE_EQ=2)]
    feed = face.market()
    updates = face.do(feed.listen, MarketUpdate)
    ticks = face.do(feed.ticks)
    face.do(feed.subscribe, KEY, "full")  # before there is anything
    assert feed.state.state is FeedState.IDLE
    face.open(feed)
    assert server.heard()["data"] == {"instrumentKeys": [KEY], "mode": "full"}
    assert face.get(updates).is_open("NSE_EQ")
    assert feed.market.is_open("NSE_EQ")
    server.send(frame({KEY: full(5.0, bid=4.9)}))
    tick = face.get(ticks)
    assert (tick.key, tick.ltp, tick.bid.price) == (KEY, 5.0, 4.9)
    server.send(frame({KEY: full(6.0)}))
    assert face.get(ticks).bid is None
    assert (feed.latest(KEY).ltp, feed.snapshot(KEY).ltp, feed.snapshot(KEY).bid.price) == (6.0, 6.0, 4.9)
    assert feed.state.state is FeedState.OPEN
    assert feed.counters.frames == 3


def test_wishes_while_it_is_open(face, server):
    feed = face.market(plus=True)
    face.open(feed)
    face.do(feed.subscribe, [KEY], "ltpc")
    assert server.heard()["method"] == "sub"
    face.do(feed.change_mode, [KEY], "full_d30")
    request = server.heard()
    assert (request["method"], request["data"]["mode"]) == ("change_mode", "full_d30")
    assert feed.subscriptions == {KEY: "full_d30"}
    face.do(feed.unsubscribe, KEY)
    assert server.heard()["method"] == "unsub"
    assert feed.subscriptions == {}


def test_a_listener_of_its_own_mode(face, server):
    feed = face.market()
    face.open(feed)
    face.do(feed.subscribe, KEY, "ltpc")
    assert server.heard()["data"]["mode"] == "ltpc"
    mine = face.do(feed.ticks, KEY, "full")
    assert server.heard()["data"]["mode"] == "full"
    server.send(frame({"NSE_EQ|B": 1.0, KEY: full(5.0)}))
    assert face.get(mine).key == KEY
    face.do(mine.close)
    request = server.heard()
    assert (request["method"], request["data"]["mode"]) == ("change_mode", "ltpc")
    with pytest.raises(ValueError, match="name them"):
        face.do(feed.ticks, None, "full")


def test_a_late_listener_is_told_what_is_known(face, server):
    server.greeting = [market_info(NSE_EQ=2), frame({KEY: full(5.0, bid=4.9)}), frame({KEY: full(6.0)})]
    feed = face.market()
    first = face.do(feed.ticks)
    face.do(feed.subscribe, KEY, "full")
    face.open(feed)
    face.until(first, lambda tick: tick.ltp == 6.0)
    late = face.do(feed.ticks)
    assert (face.get(late).ltp, feed.snapshot(KEY).bid.price) == (6.0, 4.9)
    assert face.get(face.do(feed.listen, MarketUpdate)).is_open("NSE_EQ")


def test_too_much_is_refused_before_anything_is_sent(face, server):
    feed = face.market()
    face.open(feed)
    with pytest.raises(FeedLimitError, match="at most 2000"):
        face.do(feed.subscribe, [f"NSE_EQ|{n}" for n in range(2001)], "full")
    with pytest.raises(ValueError, match="NSE_EQ"):
        face.do(feed.subscribe, ["INFY"], "full")
    face.do(feed.subscribe, KEY)
    assert server.heard()["data"]["instrumentKeys"] == [KEY]


def test_a_message_in_parts_a_text_and_garbage(face, server, caplog):
    feed = face.market()
    notices, ticks = face.do(feed.listen, Notice), face.do(feed.ticks)
    face.open(feed)
    whole = frame({KEY: 5.0})
    server.send_in_parts(whole[:3], whole[3:9], whole[9:])
    assert face.get(ticks).ltp == 5.0
    server.send('{"status":"failed"}', b"\xff\xff")
    assert "failed" in face.get(notices).text
    assert face.get(notices).is_garbage
    assert 'the server says: {"status":"failed"}' in caplog.text  # for those who do not listen to notices
    server.ping()
    server.send(frame({KEY: 6.0}))
    assert face.get(ticks).ltp == 6.0
    assert (feed.counters.garbage, feed.counters.reconnects) == (1, 0)


# What breaks


@pytest.mark.parametrize("fault", ["close 1000", "close 1011", "close 4999", "abort", "no websocket any more"])
def test_it_comes_back_and_asks_again(face, server, fault):
    feed = face.market()
    states, ticks = face.do(feed.listen, StateChange), face.do(feed.ticks)
    face.do(feed.subscribe, KEY, "full")
    face.open(feed)
    server.client()
    server.heard()
    if fault.startswith("close"):
        server.close(int(fault.split()[1]), b"see you")
    elif fault == "abort":
        server.abort()
    else:
        server.raw(b"\x8f\xff\xff\xff\xff\xff\xff\xff\xff\xff")
    lost = face.until(states, lambda change: change.state is FeedState.WAITING)
    code = int(fault.split()[1]) if fault.startswith("close") else None
    assert (lost.close_code, lost.close_reason) == (code, "see you" if code else "")
    assert lost.cause is (Cause.CLOSED if code else Cause.NETWORK)
    assert lost.retry_in <= 0.02
    server.client()
    assert server.heard()["data"] == {"instrumentKeys": [KEY], "mode": "full"}
    face.until(states, lambda change: change.state is FeedState.OPEN)
    server.send(frame({KEY: 7.0}))
    assert face.get(ticks).ltp == 7.0
    assert feed.counters.reconnects == 1


def test_each_try_has_a_fresh_token_and_a_fresh_address(face, server, configuration):
    feed = face.market()
    face.open(feed)
    server.client()
    configuration.access_token = "of-the-next-day"
    server.abort()
    server.client()
    asked = [headers["authorization"] for path, headers in server.requests if path.endswith("authorize")]
    assert asked == ["Bearer the-token", "Bearer of-the-next-day"]
    addresses = [(path, headers) for path, headers in server.requests if path.startswith("/feed/")]
    assert len({path for path, _ in addresses}) == 2
    assert not any("authorization" in headers for _, headers in addresses)


def test_a_server_that_is_down_for_long(face, server):
    feed = face.market()
    states = face.do(feed.listen, StateChange)
    face.open(feed)
    server.go_down()
    for _ in range(12):  # more than the official client's five
        lost = face.until(states, lambda change: change.state is FeedState.WAITING)
    assert lost.attempt >= 12
    assert lost.cause is Cause.NETWORK
    server.come_back()
    face.open(feed)


def test_a_half_open_connection_is_a_network_stall(face, server):
    server.mute = True
    feed = face.market(patience=Patience(ping_after=0.05, pong_within=0.05, base=0.01))
    states = face.do(feed.listen, StateChange)
    face.open(feed)
    lost = face.until(states, lambda change: change.state is FeedState.WAITING)
    assert lost.cause is Cause.STALL
    assert "no answer to a ping within 0.05 s" in lost.reason
    server.mute = False
    face.until(states, lambda change: change.state is FeedState.OPEN)
    assert feed.counters.stalls >= 1
    assert server.pings


def test_a_silent_server_is_told_apart(face, server):
    server.greeting = [market_info(NSE_EQ=2)]
    feed = face.market(patience=Patience(silent_after=0.05, renew_after=0.15, ping_after=0.04, base=0.01))
    states = face.do(feed.listen, StateChange)
    face.do(feed.subscribe, KEY)
    face.open(feed)
    silent = face.until(states, lambda change: change.state is FeedState.SILENT)
    assert silent.cause is Cause.SILENCE
    server.send(frame({KEY: 1.0}))
    face.until(states, lambda change: change.state is FeedState.OPEN)
    lost = face.until(states, lambda change: change.state is FeedState.WAITING)
    assert lost.cause is Cause.SILENCE
    face.until(states, lambda change: change.state is FeedState.OPEN)
    assert (feed.counters.silences, feed.counters.stalls) == (1, 0)


def test_a_silence_ends_with_the_market(face, server):
    server.greeting = [market_info(NSE_EQ=2)]
    feed = face.market(patience=Patience(silent_after=0.02, ping_after=0.02, renew_after=60))
    states = face.do(feed.listen, StateChange)
    face.do(feed.subscribe, KEY)
    face.open(feed)
    face.until(states, lambda change: change.state is FeedState.SILENT)
    server.send(market_info(NSE_EQ=3))
    assert face.get(states).state is FeedState.OPEN


def test_a_closed_market_is_no_silence(face, server):
    server.greeting = [market_info(NSE_EQ=3)]
    feed = face.market(patience=Patience(silent_after=0.02, renew_after=0.04, ping_after=0.02))
    states = face.do(feed.listen, StateChange)
    face.do(feed.subscribe, KEY)
    face.open(feed)
    threading.Event().wait(0.2)
    assert feed.counters.silences == 0
    assert server.pings > 3
    face.do(feed.close)
    seen = [face.get(states).state for _ in range(3)]
    assert seen == [FeedState.CONNECTING, FeedState.OPEN, FeedState.CLOSED]


# Tokens


@pytest.mark.parametrize(("status", "error"), [(401, AuthenticationError), (403, PermissionDeniedError)])
def test_it_stops_when_it_is_refused(face, server, status, error):
    server.refusals = [status] * 9
    feed = face.market()
    states, ticks = face.do(feed.listen, StateChange), face.do(feed.ticks)
    with pytest.raises(error):
        face.open(feed)
    stopped = face.until(states, lambda change: change.state is FeedState.STOPPED)
    assert stopped.cause is Cause.REFUSED
    assert str(status) in stopped.reason
    with pytest.raises(error):
        face.get(ticks)
    with pytest.raises((error, FeedClosedError)):
        face.open(feed)
    assert len(server.requests) == 1
    assert feed.state.state is FeedState.STOPPED


def test_the_handshake_may_refuse_as_well(face, server):
    server.answers[f"{MARKET}/authorize"] = None
    feed = face.market(direct=True)
    server.refusals = [401]
    with pytest.raises(AuthenticationError) as refused:
        face.open(feed)
    assert refused.value.error_code == "UDAPI100050"


def test_a_hook_may_supply_a_new_token(face, server, configuration):
    server.refusals = [401]
    asked = []

    def renew(error):
        asked.append(error)
        return "renewed"

    feed = face.market(on_token_expired=renew)
    face.open(feed)
    (error,) = asked
    assert isinstance(error, AuthenticationError)
    assert configuration.access_token == "renewed"
    assert server.requests[1][1]["authorization"] == "Bearer renewed"


def test_the_hook_is_asked_again_when_its_token_has_served_and_expired(face, server):
    server.refusals = [401]
    tokens = iter(["of-today", "of-tomorrow"])
    feed = face.market(patience=Patience(base=0.01, steady=0), on_token_expired=lambda error: next(tokens))
    face.open(feed)
    server.client()
    server.refusals = [401]
    server.abort()
    server.client()
    asked = [headers["authorization"] for path, headers in server.requests if path.endswith("authorize")]
    assert asked == [f"Bearer {token}" for token in ("the-token", "of-today", "of-today", "of-tomorrow")]


def test_a_token_that_was_replaced_while_the_old_one_was_being_refused(face, server, configuration):
    def replace(path: str) -> str:
        configuration.access_token = "new"
        server.refusals = [401]  # of the handshake
        del server.one_time
        return server.one_time(path)

    server.one_time = replace
    feed = face.market()
    face.open(feed)
    asked = [headers["authorization"] for path, headers in server.requests if path.endswith("authorize")]
    assert asked == ["Bearer the-token", "Bearer new"]


def test_a_403_to_a_feed_that_was_open_may_pass(face, server):
    """The server still counts the connection that broke, and allows no more: that must not cost the day."""
    asked = []
    feed = face.market(on_token_expired=asked.append)
    states = face.do(feed.listen, StateChange)
    face.open(feed)
    server.client()
    server.refusals = [403] * 3
    server.abort()
    server.client()
    face.until(states, lambda change: change.state is FeedState.OPEN)
    waits = []
    while (change := face.get(states)).state is not FeedState.OPEN:
        waits.append((change.state, change.cause))
    assert asked == []  # another token would not help; and who gives none wants the feed to stop
    assert waits.count((FeedState.WAITING, Cause.REFUSED)) == 3


def test_what_nobody_foresaw_does_not_end_a_feed_that_was_open(face, server, monkeypatch, caplog):
    feed = face.market()
    face.open(feed)
    server.client()
    find, left = feed._core.find_target, [1, 2]

    async def find_target():
        if left:
            raise ZeroDivisionError(f"odd {left.pop()}")
        return await find()

    monkeypatch.setattr(feed._core.engine, "_find_target", find_target)
    server.abort()
    server.client()
    assert "odd 2" in caplog.text
    assert not left


def test_what_nobody_foresaw_at_first_is_told(face, configuration, tmp_path):
    configuration.ssl_ca_cert = str(tmp_path / "none.pem")
    configuration.host = "https://127.0.0.1:1"
    feed = face.market(direct=True)
    with pytest.raises(ValueError, match=r"none\.pem"):
        face.open(feed)
    assert feed.state.state is FeedState.STOPPED
    assert "none.pem" in feed.state.reason


def test_an_awaitable_hook_that_is_of_no_use(face, server):
    server.refusals = [401] * 9
    asked = []

    async def renew(error):
        asked.append(error)
        return "also bad"

    feed = face.market(on_token_expired=renew)
    with pytest.raises(AuthenticationError):
        face.open(feed)
    assert len(asked) == 1  # the new one was refused, so there is no asking again
    none = face.market(on_token_expired=lambda error: None)
    with pytest.raises(AuthenticationError):
        face.open(none)


def test_a_hook_that_raises_is_the_programs_error(face, server):
    server.refusals = [401]

    def renew(error):
        raise LookupError("no vault")

    feed = face.market(on_token_expired=renew)
    with pytest.raises(LookupError, match="no vault"):
        face.open(feed)
    assert feed.state.state is FeedState.STOPPED


@pytest.mark.parametrize("status", [500, 503, 404])
def test_other_refusals_are_tried_again(face, server, status):
    server.refusals = [status] * 3
    feed = face.market()
    states = face.do(feed.listen, StateChange)
    face.open(feed)
    causes = []
    while (change := face.get(states)).state is not FeedState.OPEN:
        causes.append(change.cause)
    assert causes.count(Cause.REFUSED) == 3


def test_tries_may_be_counted(face, server):
    server.refusals = [503] * 9
    feed = face.market(patience=Patience(tries=2, base=0.01, cap=0.01))
    with pytest.raises(Exception, match="503"):
        face.open(feed)
    assert len(server.requests) == 3
    lost = face.market(patience=Patience(tries=0))
    server.refusals = []
    states = face.do(lost.listen, StateChange)
    face.open(lost)
    server.close(1012)
    stopped = face.until(states, lambda change: change.state is FeedState.STOPPED)
    assert stopped.close_code == 1012
    with pytest.raises(NetworkError, match="1012"):
        face.get(states)


def test_an_answer_without_an_address(face, server, monkeypatch):
    monkeypatch.setattr(server, "one_time", lambda path: "")
    feed = face.market(patience=Patience(tries=0))
    with pytest.raises(Exception, match="does not say where to"):
        face.open(feed)


# Consumers


def test_a_slow_callback_delays_nobody(face, server):
    feed = face.market()
    release, entered = threading.Event(), threading.Event()
    seen = []

    async def slow_async(tick):
        entered.set()
        while not release.is_set():
            import asyncio

            await asyncio.sleep(0.001)
        seen.append(tick.ltp)

    def slow(tick):
        entered.set()
        release.wait(5)
        seen.append(tick.ltp)

    callback = face.do(feed.on_tick, slow_async if face.name == "async" else slow, overflow=Overflow.DROP_OLDEST)
    ticks = face.do(feed.ticks, overflow=Overflow.BLOCK)
    face.open(feed)
    for price in range(1, 51):
        server.send(frame({KEY: float(price)}))
    assert [face.get(ticks).ltp for _ in range(50)] == list(range(1, 51))
    assert entered.wait(5)
    assert seen == []
    release.set()
    face.do(feed.close)
    assert seen == list(range(1, 51))
    assert callback.counters.delivered == 50


def test_what_a_callback_raises_is_the_programs_own(face, server, caplog):
    feed = face.market()
    errors = face.do(feed.listen, CallbackError)
    seen = []

    def broken(tick):
        seen.append(tick.ltp)
        raise ZeroDivisionError("401 Unauthorized")  # which turns the official client off for good

    face.do(feed.on_tick, broken)
    face.do(feed.on, CallbackError, broken_too := lambda error: 1 / 0)
    face.open(feed)
    server.send(frame({KEY: 1.0}))
    error = face.get(errors)
    assert "broken raised ZeroDivisionError" in str(error)
    assert error.event.ltp == 1.0
    assert error.callback is broken
    server.send(frame({KEY: 2.0}))
    face.get(errors)
    assert seen == [1.0, 2.0]
    assert feed.counters.reconnects == 0
    assert broken_too
    assert "your callback" in caplog.text


def test_blocking_holds_the_socket_and_loses_nothing(face, server):
    """A thousand times what fits: the server is made to wait, and the feed is not taken for stalled."""
    feed = face.market(patience=Patience(ping_after=0.02, pong_within=0.02, base=0.01))
    ticks = face.do(feed.ticks, size=4, overflow=Overflow.BLOCK)
    face.open(feed)
    sender = threading.Thread(target=lambda: [server.send(frame({KEY: float(n)})) for n in range(4000)])
    sender.start()
    while face.do(lambda: ticks.counters).waiting < 4:
        threading.Event().wait(0.001)
    threading.Event().wait(0.1)
    assert [face.get(ticks).ltp for _ in range(4000)] == list(range(4000))
    sender.join(5)
    assert (feed.counters.stalls, feed.counters.reconnects) == (0, 0)


@pytest.mark.parametrize("begun", [True, False])
def test_a_loop_that_is_left_early_holds_nobody_up(face, server, begun):
    feed = face.market(patience=Patience(ping_after=0.02, pong_within=5, base=0.01))
    ticks = face.do(feed.ticks, overflow=Overflow.BLOCK)

    async def left_async():
        async for tick in feed.ticks(size=2, overflow=Overflow.BLOCK):
            return tick.ltp
        return None

    def left():
        for tick in feed.ticks(size=2, overflow=Overflow.BLOCK):
            return tick.ltp
        return None

    if begun:
        face.open(feed)
        server.send(frame({KEY: 1.0}))
        assert face.do(left_async if face.name == "async" else left) == 1.0
    else:
        face.do(lambda: feed.ticks(size=2, overflow=Overflow.BLOCK) and None)
        face.open(feed)
        server.send(frame({KEY: 1.0}))
    for price in range(2, 20):
        server.send(frame({KEY: float(price)}))
    assert [face.get(ticks).ltp for _ in range(19)] == list(range(1, 20))


def test_iterating_ends_with_the_feed(face, server):
    feed = face.market()
    face.open(feed)
    server.send(frame({KEY: 1.0}))

    async def all_of_them():
        return [tick.ltp async for tick in feed]

    if face.name == "sync":
        listener = iter(feed)
        assert next(listener).ltp == 1.0
        feed.close()
        assert list(listener) == []
        assert list(feed.listen(StateChange)) == []
    else:

        async def both():
            import asyncio

            task = asyncio.create_task(all_of_them())
            while not feed.latest(KEY):
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.01)
            await feed.close()
            return await task

        assert face.do(both) == [1.0]


# Beginning and end


def test_with(face, server, configuration):
    with MarketFeed(configuration) as feed:
        feed.wait_open(5)
        assert feed.start() is feed
    assert server.client() is server.gone.get(timeout=5)
    assert server.peers[0].close_code == 1000
    with pytest.raises(FeedClosedError):
        feed.wait_open(1)


def test_closing_what_was_never_begun(face):
    feed = face.market()
    ticks = face.do(feed.ticks)
    face.do(feed.close)
    with pytest.raises(FeedClosedError):
        face.get(ticks)


def test_callbacks_that_close_the_feed_do_not_wait_for_each_other(face, server):
    feed = face.market()
    left, both = [], threading.Barrier(2)
    entered = []

    def leave(tick):
        both.wait(5)
        feed.close()
        left.append(tick)

    async def leave_async(tick):
        entered.append(tick)
        while len(entered) < 2:
            await asyncio.sleep(0)
        await feed.close()
        left.append(tick)

    for _ in range(2):
        face.do(feed.on_tick, leave_async if face.name == "async" else leave)
    face.open(feed)
    begun = time.monotonic()
    server.send(frame({KEY: 1.0}))
    while len(left) < 2 and time.monotonic() - begun < 4:
        threading.Event().wait(0.001)
    assert len(left) == 2


def test_a_hook_that_waits_for_somebody_does_not_hold_up_the_end(server, configuration, monkeypatch):
    monkeypatch.setattr("upstox_client.feeder.core._JOIN_PATIENCE", 0.05)
    server.refusals = [401]
    asked, answered = threading.Event(), threading.Event()

    def ask(error):
        asked.set()
        answered.wait(5)

    feed = MarketFeed(configuration, on_token_expired=ask)
    ticks = feed.ticks()
    feed.start()
    assert asked.wait(5)
    begun = time.monotonic()
    feed.close()
    assert time.monotonic() - begun < 4
    assert list(ticks) == []
    answered.set()
    feed.close()


def test_a_consumer_that_cannot_be_made_wants_nothing(face):
    feed = face.market()
    with pytest.raises(ValueError, match="at least 1"):
        face.do(feed.ticks, KEY, "full", size=0)
    assert feed.subscriptions == {}
    with pytest.raises(FeedLimitError):
        face.do(feed.ticks, [f"NSE_EQ|{n}" for n in range(2001)], "full")
    assert not any(feed._core.hub._routes.values())


def test_closing_at_once(face):
    feed = face.market()
    ticks = face.do(feed.ticks)

    async def at_once():
        await feed.start()
        await feed.close()

    face.do(at_once if face.name == "async" else lambda: feed.start().close())
    assert feed.state.state is FeedState.CLOSED
    with pytest.raises(FeedClosedError):
        face.do(ticks.get, 5)


def test_what_is_closed_does_not_begin_again(face, server):
    feed = face.market()
    face.do(feed.close)
    assert feed.state.state is FeedState.CLOSED
    face.do(feed.start)
    with pytest.raises(FeedClosedError):
        face.do(feed.wait_open, 5)
    assert server.requests == []


def test_closing_may_be_cancelled(server, configuration):
    async def main():
        feed = AsyncMarketFeed(configuration)
        never = asyncio.Event()
        entered = asyncio.Event()

        async def callback(tick):
            entered.set()
            await never.wait()

        feed.on_tick(callback)
        await feed.wait_open(5)
        server.send(frame({KEY: 1.0}))
        await entered.wait()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await feed.close()
        never.set()
        await feed.close()

    asyncio.run(main())


def test_a_callback_that_is_too_slow_for_its_queue(face, server, caplog):
    feed = face.market()
    errors, ticks = face.do(feed.listen, CallbackError), face.do(feed.ticks, overflow=Overflow.BLOCK)
    release = threading.Event()

    async def slow_async(tick):
        while not release.is_set():
            await asyncio.sleep(0.001)

    slow = slow_async if face.name == "async" else lambda tick: release.wait(5)
    face.do(feed.on_tick, slow, size=1, overflow=Overflow.ERROR)
    face.open(feed)
    for price in range(5):
        server.send(frame({KEY: float(price)}))
    assert [face.get(ticks).ltp for _ in range(5)] == list(range(5))
    release.set()
    error = face.get(errors)
    assert isinstance(error.__cause__, FeedOverflowError)
    assert error.callback is slow


def test_nobody_there(face, server):
    server.go_down()
    feed = face.market()
    with pytest.raises(TimeoutError):
        face.do(feed.wait_open, 0.05)


def test_closing_from_a_callback(server, configuration):
    closed = threading.Event()
    feed = MarketFeed(configuration)

    def leave(tick):
        feed.close()
        closed.set()

    feed.on_tick(leave)
    feed.wait_open(5)
    server.send(frame({KEY: 1.0}))
    assert closed.wait(5)
    feed.close()


def test_the_sandbox_has_no_feeds():
    import upstox_client

    with pytest.raises(ValueError, match="the sandbox has no feeds"):
        MarketFeed(upstox_client.Configuration(sandbox=True))


def test_clients_of_either_colour_are_taken(server):
    import upstox_client

    client = upstox_client.ApiClient(local(server.url, timeout=5.0), "X-Mine", "5", cookie="a=b")
    with MarketFeed(client) as feed:
        feed.wait_open(5)
    assert (server.requests[0][1]["x-mine"], server.requests[0][1]["cookie"]) == ("5", "a=b")
    client.close()


def test_an_async_client_is_shared(server):
    import asyncio

    import upstox_client.aio
    from upstox_client import AsyncMarketFeed

    async def main():
        async with (
            upstox_client.aio.ApiClient(local(server.url, timeout=5.0)) as client,
            AsyncMarketFeed(client) as feed,
        ):
            await feed.wait_open(5)
            feed.subscribe(KEY)
        assert client.last_response.status == 200

    asyncio.run(main())
    assert isinstance(server, FeedServer)
