"""The market data feed: the order of the messages, the modes, the limits, the clock."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from google.protobuf.json_format import MessageToDict

from upstox_emulator.clock import IST
from upstox_emulator.feed import connection, wire
from upstox_emulator.feed.server import CONNECTIONS

from .world import CALL, FLEETING, FUTURE, ILLIQUID, INDEX, MONDAY, SHARE, Refused, World

NAMES = {"ltpc": "ltpc", "full": "full_d5", "option_greeks": "option_greeks", "full_d30": "full_d30"}


def at(hour: int, minute: int, second: int = 0, day: int = 23) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, second, tzinfo=IST)


def shown(response):
    """The frame as the official SDK's users see it."""
    return MessageToDict(response)


# The documented order


def test_the_state_of_the_market_comes_first(world):
    info = world.market().info
    assert info.type == 2
    assert info.currentTs == MONDAY.timestamp() * 1000
    assert len(info.marketInfo.segmentStatus) == 11
    assert set(shown(info)["marketInfo"]["segmentStatus"].values()) == {"NORMAL_OPEN"}
    assert not info.feeds


def test_then_a_snapshot_then_what_changes(world):
    client = world.market()
    snapshot = client.subscribe([SHARE, FUTURE], "ltpc")
    assert snapshot.type == 0
    assert sorted(snapshot.feeds) == sorted([SHARE, FUTURE])
    world.clock.advance(1)
    live = client.response()
    assert live.type == 1
    assert live.currentTs == snapshot.currentTs + 1000
    ltpc = live.feeds[SHARE].ltpc
    assert ltpc.ltp == pytest.approx(snapshot.feeds[SHARE].ltpc.ltp + 0.01)
    assert (ltpc.ltt, ltpc.ltq, ltpc.cp) == (live.currentTs, 5, 99.5)


def test_a_jump_of_the_clock_gives_the_state_at_its_end_and_only_that(world):
    client = world.market()
    client.subscribe([SHARE], "ltpc")
    world.clock.advance(3600)
    assert client.response().feeds[SHARE].ltpc.ltt == at(11, 0, 30).timestamp() * 1000
    world.clock.set(at(10, 30))
    assert client.response().feeds[SHARE].ltpc.ltt == at(10, 30).timestamp() * 1000


def test_parts_of_a_second_change_nothing(world):
    client = world.market()
    client.subscribe([SHARE], "ltpc")
    world.clock.advance(0.4)
    world.feed.settle()
    world.clock.advance(0.6)
    assert client.response().currentTs == MONDAY.timestamp() * 1000 + 1000


def test_a_price_driven_by_hand_is_told_within_the_second(world):
    client = world.market()
    client.subscribe([SHARE, FUTURE], "ltpc")
    world.backend.venue.market.shift[SHARE] = 50_000
    world.feed.settle()
    live = client.response()
    assert list(live.feeds) == [SHARE]
    world.backend.venue.market.shift[SHARE] = 0
    world.feed.poke()
    assert client.response().feeds[SHARE].ltpc.ltp == pytest.approx(live.feeds[SHARE].ltpc.ltp - 5)


def test_the_clock_runs_by_itself():
    with World(speed=50) as world:
        client = world.market()
        first = client.subscribe([SHARE], "ltpc")
        assert client.response().currentTs > first.currentTs


# The modes


@pytest.mark.parametrize("mode", NAMES)
@pytest.mark.parametrize("key", [SHARE, FUTURE, CALL, INDEX])
def test_every_mode_of_every_kind_of_instrument(world, mode, key):
    client = world.market()
    snapshot = client.subscribe([key], mode).feeds[key]
    world.clock.advance(1)
    live = client.response().feeds[key]
    for feed in (snapshot, live):
        assert feed.requestMode == wire.MODES[mode]
        assert shown(feed).get("requestMode", "ltpc") == NAMES[mode]
        assert feed.WhichOneof("FeedUnion") == {"ltpc": "ltpc", "option_greeks": "firstLevelWithGreeks"}.get(
            mode, "fullFeed"
        )
        if "full" in mode:
            assert feed.fullFeed.WhichOneof("FullFeedUnion") == ("indexFF" if key == INDEX else "marketFF")
            check_full(feed.fullFeed, key, wire.LEVELS[mode])
        elif mode == "option_greeks":
            check_first_level(feed.firstLevelWithGreeks, key)


def check_full(full, key, levels):
    body = full.indexFF if key == INDEX else full.marketFF
    day, minute = body.marketOHLC.ohlc
    assert (day.interval, minute.interval) == ("1d", "I1")
    assert day.ts == at(0, 0).timestamp() * 1000
    assert minute.ts == at(9, 59).timestamp() * 1000
    assert day.close == body.ltpc.ltp
    if key == INDEX:
        assert (body.ltpc.ltq, day.vol, minute.vol) == (0, 0, 0)
        return
    quotes = body.marketLevel.bidAskQuote
    assert len(quotes) == levels
    assert [quote.bidQ for quote in quotes] == [11 + row for row in range(levels)]
    assert all(quote.bidP < body.ltpc.ltp < quote.askP for quote in quotes)
    assert (body.tbq, body.tsq, body.oi) == (1000, 1200, 0 if key == SHARE else 750)
    assert body.HasField("optionGreeks")
    assert (body.optionGreeks.delta, body.iv) == ((0.5, 0.13) if key == CALL else (0, 0))
    assert not body.iep
    assert not body.ltpc.HasField("iep")


def check_first_level(first, key):
    assert first.ltpc.ltp
    if key == INDEX:
        assert not first.HasField("firstDepth")
        return
    assert (first.firstDepth.bidQ, first.firstDepth.askQ) == (11, 21)
    assert first.vtt
    assert first.optionGreeks.vega == (16.75 if key == CALL else 0)


def test_a_share_looks_as_documented(world):
    client = world.market()
    full = shown(client.subscribe([SHARE], "full"))["feeds"][SHARE]["fullFeed"]["marketFF"]
    assert full["optionGreeks"] == {}
    assert isinstance(full["vtt"], str)
    assert isinstance(full["tbq"], float)
    assert not {"oi", "iv", "iep"} & set(full)


def test_a_live_frame_leaves_out_a_depth_that_has_not_changed(world):
    client = world.market()
    first = client.subscribe([ILLIQUID, SHARE], "full")
    world.clock.advance(1)
    live = client.response()
    still, moving = live.feeds[ILLIQUID].fullFeed.marketFF, live.feeds[SHARE].fullFeed.marketFF
    assert not still.HasField("marketLevel")
    assert not still.HasField("optionGreeks")
    assert still.ltpc.ltt
    assert still.vtt
    assert moving.HasField("marketLevel")
    late = world.market().subscribe([ILLIQUID], "full")  # a snapshot is always whole
    assert late.feeds[ILLIQUID].fullFeed.marketFF.marketLevel == first.feeds[ILLIQUID].fullFeed.marketFF.marketLevel


def test_several_modes_on_one_connection(world):
    client = world.market()
    client.subscribe([SHARE], "ltpc")
    client.subscribe([FUTURE], "full")
    world.clock.advance(1)
    assert {key: feed.requestMode for key, feed in client.response().feeds.items()} == {SHARE: 0, FUTURE: 1}


def test_one_instrument_in_several_modes_on_several_connections(world):
    clients = {mode: world.market() for mode in NAMES}
    for mode, client in clients.items():
        client.subscribe([CALL], mode)
    world.clock.advance(1)
    for mode, client in clients.items():
        assert client.response().feeds[CALL].requestMode == wire.MODES[mode]


def test_what_a_new_subscription_finds_out_is_told_to_those_who_came_before(world):
    first, second = world.market(), world.market()
    first.subscribe([SHARE], "ltpc")
    world.backend.venue.market.shift[SHARE] = 10_000  # nobody has been poked yet
    snapshot = second.subscribe([SHARE], "full")
    live = first.response()
    assert live.type == 1
    assert live.feeds[SHARE].ltpc.ltp == snapshot.feeds[SHARE].fullFeed.marketFF.ltpc.ltp


# Asking


def test_the_mode_is_ltpc_unless_another_is_named(world):
    assert world.market().subscribe([SHARE], None).feeds[SHARE].requestMode == 0


def test_changing_the_mode_gives_a_snapshot_in_it(world):
    client = world.market()
    client.subscribe([SHARE, FUTURE], "ltpc")
    client.ask("change_mode", [SHARE], "full")
    snapshot = client.response()
    assert snapshot.type == 0
    assert {key: feed.requestMode for key, feed in snapshot.feeds.items()} == {SHARE: 1}
    world.clock.advance(1)
    assert {key: feed.requestMode for key, feed in client.response().feeds.items()} == {SHARE: 1, FUTURE: 0}


def test_subscribing_again_moves_an_instrument_to_the_new_mode_and_shows_it_again(world):
    client = world.market()
    client.subscribe([SHARE], "full")
    assert client.subscribe([SHARE], "full").type == 0
    assert client.subscribe([SHARE, SHARE], "option_greeks").feeds[SHARE].requestMode == 2
    assert world.feed.call(lambda: world.feed.clients()[0].keys) == 1


def test_what_is_unsubscribed_is_silent(world):
    client = world.market()
    client.subscribe([SHARE, FUTURE], "ltpc")
    client.ask("unsub", [SHARE, CALL])
    client.subscribe([INDEX], "ltpc")
    world.clock.advance(1)
    assert sorted(client.response().feeds) == sorted([FUTURE, INDEX])


def test_unknown_keys_are_passed_over(world):
    client = world.market()
    assert list(client.subscribe(["NSE_EQ|NOTHING", SHARE], "ltpc").feeds) == [SHARE]
    client.ask("sub", ["nonsense"], "full")
    world.clock.advance(1)
    assert client.response().type == 1


@pytest.mark.parametrize(
    ("message", "method", "word"),
    [
        (b"not json", None, "Invalid request"),
        (b"\xff\xfe", None, "Invalid request"),
        (b"[1]", None, "Invalid request"),
        (b'{"method":"sub"}', None, "data"),
        (b'{"method":"sub","data":{"instrumentKeys":"NSE_EQ|X"}}', None, "array"),
        (b'{"method":"subscribe","data":{"instrumentKeys":[]}}', "subscribe", "sub, change_mode, unsub"),
        (b'{"method":"sub","data":{"mode":"quote","instrumentKeys":[]}}', "sub", "full_d30"),
        (b'{"method":"change_mode","data":{"instrumentKeys":[]}}', "change_mode", "mode is required"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_text_frame(world, message, method, word):
    client = world.market()
    client.send(message)
    said = client.text()
    assert (said["status"], said["method"]) == ("failed", method)
    assert word in said["error"]
    assert client.subscribe([SHARE], "ltpc").feeds


def test_a_text_frame_is_not_what_it_wants(world):
    client = world.market()
    client.send(json.dumps({"method": "sub", "data": {"instrumentKeys": [SHARE]}}).encode(), opcode=1)
    assert "binary" in client.text()["error"]


def test_a_message_may_come_in_pieces(world):
    client = world.market()
    body = json.dumps({"method": "sub", "data": {"instrumentKeys": [SHARE]}}).encode()
    client.send(body[:10], fin=False)
    client.send(body[10:20], opcode=0, fin=False)
    client.send(body[20:], opcode=0)
    assert client.response().feeds


def test_what_comes_after_goodbye_is_not_answered(world):
    client = world.market()
    client.send((1000).to_bytes(2, "big"), opcode=8)
    assert client.closing() == 1000
    world.feed.settle()
    assert world.feed.call(world.feed.clients) == []


# Limits


@pytest.mark.parametrize(("mode", "limit"), [("ltpc", 5000), ("option_greeks", 3000), ("full", 2000), ("full_d30", 50)])
def test_the_keys_of_one_mode_alone(world, mode, limit):
    keys = world.backend.venue.catalog.more(limit + 1)
    client = world.market()
    client.ask("sub", keys, mode)
    said = client.text()
    assert (said["status"], said["method"]) == ("failed", "sub")
    assert f"{limit + 1} instrument keys" in said["error"]
    assert f"limit is {limit}" in said["error"]
    client.ask("sub", keys[:limit], mode)
    told = 0
    while told < limit:
        told += len(client.response().feeds)
    client.ask("sub", keys[:5], mode)  # they are counted once
    assert len(client.response().feeds) == 5


@pytest.mark.parametrize(("mode", "limit"), [("ltpc", 2000), ("option_greeks", 2000), ("full", 1500), ("full_d30", 50)])
def test_the_keys_of_a_mode_beside_others(world, mode, limit):
    other = "ltpc" if mode != "ltpc" else "full"
    keys = world.backend.venue.catalog.more(limit + 1)
    client = world.market()
    client.subscribe([SHARE], other)
    client.ask("sub", keys, mode)
    assert f"beside other modes; the limit is {limit}" in client.text()["error"]


def test_a_mode_that_is_full_alone_leaves_no_room_for_another(world):
    keys = world.backend.venue.catalog.more(2001)
    client = world.market()
    client.ask("sub", keys, "ltpc")
    for _ in range(21):
        client.response()
    client.ask("sub", [SHARE], "full")
    assert "2001 instrument keys in the mode ltpc beside other modes; the limit is 2000" in client.text()["error"]
    client.ask("change_mode", keys[:1], "full")
    assert list(client.response().feeds) == keys[:1]


def test_thirty_levels_are_for_plus_users():
    with World(plan="normal") as world:
        client = world.market()
        client.ask("sub", [SHARE], "full_d30")
        assert "Plus" in client.text()["error"]


@pytest.mark.parametrize("plan", CONNECTIONS)
def test_the_connections_of_a_user(plan):
    with World(plan=plan) as world:
        clients = [world.market() for _ in range(CONNECTIONS[plan])]
        with pytest.raises(Refused) as caught:
            world.market()
        assert caught.value.status == 403
        assert json.loads(caught.value.body)["status"] == "error"
        world.portfolio()  # that feed is another matter
        clients[0].close()
        while len(world.feed.call(lambda: world.feed.clients("market"))) == CONNECTIONS[plan]:
            world.feed.settle()
        world.market()


def test_big_frames_are_cut():
    with World(frame_keys=3) as world:
        client = world.market()
        client.ask("sub", world.backend.venue.catalog.more(7), "ltpc")
        assert [len(client.response().feeds) for _ in range(3)] == [3, 3, 1]


# The day


def test_the_phases_of_a_day_are_told_as_they_come():
    with World(start=at(8, 50)) as world:
        client = world.market()
        assert shown(client.info)["marketInfo"]["segmentStatus"]["NSE_EQ"] == "CLOSING_END"
        assert not client.info.marketInfo.preOpenSessionStatus
        told = []
        for moment in (at(9, 0), at(9, 5), at(9, 8), at(9, 15), at(15, 15), at(15, 20), at(15, 30)):
            world.clock.set(moment)
            info = client.response()
            assert info.type == 2
            shares = {
                name: shown(info)["marketInfo"].get(name, {}).get("NSE_EQ")
                for name in ("segmentStatus", "preOpenSessionStatus", "casMarketStatus")
                if name != "casMarketStatus" or moment >= at(15, 15)
            }
            told.append([status["status"] if isinstance(status, dict) else status for status in shares.values()])
            for status in shares.values():
                since = int(status["updatedTime"]) / 1000 if isinstance(status, dict) else moment.timestamp()
                assert since == moment.timestamp()
        assert told == [
            ["PRE_OPEN_START", "PRE_OPEN_START"],
            ["PRE_OPEN_START", "PRE_OPEN_M_END"],
            ["PRE_OPEN_END", "PRE_OPEN_END"],
            ["NORMAL_OPEN", None],
            ["NORMAL_OPEN", None, "CTS_CLOSE"],
            ["NORMAL_OPEN", None, "CAS_LM_START"],
            ["NORMAL_CLOSE", None, "NORMAL_CLOSE"],
        ]


def test_auctions_have_fields_of_their_own():
    with World(start=at(9, 2)) as world:
        client = world.market()
        client.subscribe([SHARE, ILLIQUID, INDEX, FUTURE], "full")
        world.clock.advance(1)
        live = client.response()
        share, illiquid = live.feeds[SHARE].fullFeed.marketFF, live.feeds[ILLIQUID].fullFeed.marketFF
        opening = world.backend.venue.market.last(SHARE, at(9, 15).timestamp()) / 1e4
        assert share.ltpc.iep.value == share.iep == opening
        assert (share.rp, share.ieq, share.iiqTotal, share.iiqM) == (share.ltpc.ltp, 1000, -200, -40)
        assert share.casEligible
        assert illiquid.iep
        assert not illiquid.casEligible
        assert not live.feeds[FUTURE].fullFeed.marketFF.iep
        index = live.feeds[INDEX].fullFeed.indexFF.ltpc  # an index has the one field
        assert index.iep.value == world.backend.venue.market.last(INDEX, at(9, 15).timestamp()) / 1e4
        world.clock.set(at(9, 15))
        client.response()
        share = client.response().feeds[SHARE].fullFeed.marketFF
        assert not share.ltpc.HasField("iep")
        assert (share.iep, share.rp, share.ieq, share.iiqTotal, share.casEligible) == (0, 0, 0, 0, False)


def test_the_closing_auction_is_for_those_who_take_part():
    with World(start=at(15, 21)) as world:
        snapshot = world.market().subscribe([SHARE, ILLIQUID, INDEX], "full")
        share, illiquid = snapshot.feeds[SHARE].fullFeed.marketFF, snapshot.feeds[ILLIQUID].fullFeed.marketFF
        index = snapshot.feeds[INDEX].fullFeed.indexFF.ltpc
        assert index.iep.value == index.ltp
        assert share.iep == share.ltpc.ltp
        assert share.rp == share.atp
        assert share.casEligible
        assert not illiquid.iep


@pytest.mark.parametrize(
    ("now", "minute"),
    [
        (at(10, 7, 59), at(10, 6)),
        (at(9, 15, 30), at(15, 29, day=20)),
        (at(9, 16, 0), at(9, 15)),
        (at(16, 0), at(15, 29)),
        (at(8, 0, day=24), at(15, 29)),
        (at(12, 0, day=22), at(15, 29, day=20)),
    ],
)
def test_the_last_whole_minute(now, minute):
    with World(start=now) as world:
        full = world.market().subscribe([SHARE], "full").feeds[SHARE].fullFeed.marketFF
        assert full.marketOHLC.ohlc[1].ts == minute.timestamp() * 1000


def test_a_market_that_never_closes_has_a_minute_before_midnight():
    with World(start=at(0, 0, 20), market="always-open") as world:
        full = world.market().subscribe([SHARE, FLEETING], "full")
        assert full.feeds[SHARE].fullFeed.marketFF.marketOHLC.ohlc[1].interval == "I1"
        assert [one.interval for one in full.feeds[FLEETING].fullFeed.marketFF.marketOHLC.ohlc] == ["1d"]


def test_a_contract_that_ends_on_a_feed_that_outlives_its_token():
    with World(token_death=False) as world:
        client = world.market()
        client.subscribe([FLEETING, FUTURE], "full")
        world.clock.set(at(10, 0, day=24))
        assert list(client.feeds().feeds) == [FUTURE]
        client.ask("unsub", [FLEETING])
        client.ask("sub", [FLEETING, SHARE], "full")
        assert list(client.response().feeds) == [SHARE]
        world.clock.set(at(10, 0))  # and back to the day when it was listed
        assert sorted(client.feeds().feeds) == sorted([FUTURE, SHARE])
        assert list(client.subscribe([FLEETING], "full").feeds) == [FLEETING]


def test_a_contract_that_is_listed_again_is_shown_whole():
    with World(token_death=False) as world:
        client = world.market()
        client.subscribe([FLEETING], "full")
        world.clock.set(at(10, 0, day=24))
        world.feed.settle()
        world.clock.set(at(10, 0))
        live = client.feeds().feeds[FLEETING].fullFeed.marketFF
        assert live.HasField("marketLevel")


def test_a_broken_market_is_logged_and_the_feed_goes_on(world, caplog):
    client = world.market()
    client.subscribe([SHARE], "ltpc")
    world.backend.venue.market.broken = True
    world.clock.advance(1)
    world.feed.settle()
    assert "the feed could not go on" in caplog.text
    world.backend.venue.market.broken = False
    world.clock.advance(1)
    assert client.response().feeds


# Slow readers


def test_a_slow_reader_gets_the_latest_state_and_nothing_in_between(world):
    client, quick = world.market(), world.market()
    for one in (client, quick):
        one.subscribe([SHARE], "ltpc")
        one.subscribe([FUTURE], "full")
    slow = world.feed.call(lambda: world.feed.clients()[0])
    world.feed.call(slow.pause_writing)
    for _ in range(3):
        world.clock.advance(1)
        world.feed.settle()
    world.feed.call(slow.resume_writing)
    world.feed.settle()
    assert [quick.response().currentTs for _ in range(3)] == [MONDAY.timestamp() * 1000 + 1000 * n for n in (1, 2, 3)]
    caught_up = [client.response(), client.response()]
    assert [list(frame.feeds) for frame in caught_up] == [[SHARE], [FUTURE]]
    assert {frame.currentTs for frame in caught_up} == {MONDAY.timestamp() * 1000 + 3000}
    world.clock.advance(1)
    assert len(client.response().feeds) == 2


def test_a_reader_that_never_reads_is_given_up(world, monkeypatch):
    monkeypatch.setattr(connection, "HIGH_WATER", 10_000)
    monkeypatch.setattr(connection, "OVERFLOW", 100_000)
    client = world.portfolio(receive_buffer=4096)
    message = {"update_type": "order", "filling": "x" * 100_000}
    while world.feed.call(lambda: len(world.feed.clients())):
        world.backend.tell(message)
    assert client.closing() == 1006
