"""Prices driven by hand: they hold, move, are replayed, and go on from where they are."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from upstox_emulator.market.commands import PlayMoves, ReleasePrice, Replay, SetPrice
from upstox_emulator.units import price

from .world import DAY, NIFTY, RELIANCE, VIX, World, at, joined

TOMORROW = DAY + dt.timedelta(1)


@pytest.fixture
def own() -> World:
    return World()


def check_agreement(own: World, key: str, moment: float, day: dt.date = DAY) -> None:
    """The intervals agree, also where they were driven."""
    tick = own.market.tick(key, moment)
    told = (tick.open, tick.high, tick.low, tick.last, tick.volume, tick.oi)
    opened = at("09:15", day)
    for seconds in (60, 300, 1800):
        assert joined(own.market.candles(key, seconds, opened, moment + 0.5)) == told
    assert own.market.days(key, day, day, moment)[0][1:] == told
    assert own.market.extremes(key, opened - 1, moment) == (tick.low, tick.high)
    assert tick.low <= tick.average <= tick.high or tick.volume == 0
    others = ["NSE_EQ|INE467B01029", "NSE_EQ|INE009A01021", "BSE_EQ|INE002A01018", NIFTY]
    assert own.market.ticks([key, *others], moment)[0] == tick


def test_a_price_holds_until_it_is_released(own) -> None:
    market = own.market
    market.play(RELIANCE, [(0, price(1700))], at("10:00:30.5"))
    assert market.last(RELIANCE, at("10:00:29")) == World().market.last(RELIANCE, at("10:00:29"))
    for moment in ("10:00:30", "10:00:31", "11:00", "15:29:59", "20:00"):
        assert market.last(RELIANCE, at(moment)) == price(1700)
    check_agreement(own, RELIANCE, at("10:00:45"))
    check_agreement(own, RELIANCE, at("13:00"))
    assert market.tick(RELIANCE, at("13:00")).high == price(1700)
    assert market.last(RELIANCE, at("09:15", TOMORROW)) == price(1700)
    assert market.tick(RELIANCE, at("12:00", TOMORROW)).previous_close == price(1700)
    assert market.close(RELIANCE, DAY) == price(1700)


def test_after_a_release_it_goes_on_without_a_jump(own) -> None:
    market, plain = own.market, World().market
    market.play(RELIANCE, [(0, price(1650))], at("10:00"))
    market.release(RELIANCE, at("11:30:15"))
    assert market.last(RELIANCE, at("11:30:15")) == price(1650)
    ratio = price(1650) / plain.last(RELIANCE, at("11:30:15"))
    for moment in ("11:30:16", "12:00", "15:29:59"):
        assert market.last(RELIANCE, at(moment)) == pytest.approx(plain.last(RELIANCE, at(moment)) * ratio, abs=1000)
    check_agreement(own, RELIANCE, at("14:00:20"))
    later = DAY + dt.timedelta(40)
    expected = plain.days(RELIANCE, later, later + dt.timedelta(5), at("20:00", later + dt.timedelta(9)))
    found = market.days(RELIANCE, later, later + dt.timedelta(5), at("20:00", later + dt.timedelta(9)))
    for driven, process in zip(found, expected, strict=True):
        assert driven.close == pytest.approx(process.close * ratio, abs=1000)
        assert driven.volume == process.volume
    past = market.days(RELIANCE, dt.date(2020, 1, 1), DAY - dt.timedelta(1), at("20:00"))
    assert past == plain.days(RELIANCE, dt.date(2020, 1, 1), DAY - dt.timedelta(1), at("20:00"))


def test_days_after_a_drive_follow_each_other_whatever_is_asked_first(own) -> None:
    own.market.play(RELIANCE, [(0, price(1800))], at("10:00"))
    own.market.release(RELIANCE, at("15:00"))
    later = dt.date(2027, 3, 30)
    far = own.market.tick(RELIANCE, at("12:00", later))
    other = World()
    other.market.play(RELIANCE, [(0, price(1800))], at("10:00"))
    other.market.release(RELIANCE, at("15:00"))
    days = other.market.days(RELIANCE, DAY, later, at("12:00", later))
    assert days[-1].close == far.last
    for before, day in pairwise(days):
        moment = min(day.at + 86_399, at("12:00", later))
        tick = other.market.tick(RELIANCE, moment)
        assert tick.previous_close == before.close
        assert tick.lower_circuit <= tick.low <= tick.high <= tick.upper_circuit
    # no session on a Sunday
    assert own.market.daily_spot(RELIANCE, dt.date(2026, 11, 30)) == days[2].close


def test_what_is_on_it_follows(own) -> None:
    market = own.market
    call, put, future = own.option(NIFTY, "CE"), own.option(NIFTY, "PE"), own.catalog.futures(NIFTY, DAY)[0]
    keys = [call.key, put.key, future.key, RELIANCE]
    before = market.ticks(keys, at("10:00"))
    up = market.last(NIFTY, at("10:00")) // 500 * 500 + price(600)
    market.play(NIFTY, [(0, up)], at("10:00:01"))
    after = market.ticks(keys, at("10:00:02"))
    assert after[0].last > before[0].last + price(200)
    assert after[1].last < before[1].last - price(50)
    assert after[2].last == pytest.approx(before[2].last + price(600), abs=price(80))
    assert after[3].last == pytest.approx(before[3].last, rel=0.001)
    assert market.greeks(call.key, at("10:00:02")).delta > 0.7
    for key in keys[:3]:
        check_agreement(own, key, at("10:00:02"))
        check_agreement(own, key, at("12:12:12"))
        assert market.tick(key, at("10:00", TOMORROW)).previous_close == market.close(key, DAY)


def test_options_follow_the_nervousness(own) -> None:
    option = own.option(NIFTY, "CE")
    before = own.market.last(option.key, at("12:00"))
    own.market.play(VIX, [(0, price(40))], at("10:00"))
    assert own.market.last(option.key, at("12:00")) > 1.8 * before
    assert own.market.greeks(option.key, at("12:00")).iv > 0.3
    assert own.market.tick(option.key, at("10:00", TOMORROW)).previous_close == own.market.close(option.key, DAY)


def test_a_contract_is_driven_for_itself(own) -> None:
    market, option = own.market, own.option(RELIANCE, "PE")
    spot = market.last(RELIANCE, at("12:00"))
    market.play(option.key, [(0, price(90))], at("10:00"))
    assert market.last(option.key, at("12:00")) == price(90)
    assert market.last(RELIANCE, at("12:00")) == spot
    assert market.greeks(option.key, at("12:00")).iv > 0.35
    check_agreement(own, option.key, at("12:00"))
    assert market.close(option.key, DAY) == price(90)
    market.release(option.key, at("13:00"))
    check_agreement(own, option.key, at("14:00"))
    assert market.last(option.key, at("13:00")) == price(90)
    tick = market.tick(option.key, at("12:00", TOMORROW))
    assert tick.previous_close == market.close(option.key, DAY)
    keys = [option.key, RELIANCE, NIFTY, own.option(RELIANCE, "CE").key]
    shown = market.greeks_of([keys[0], keys[3]], at("12:00", TOMORROW))
    assert market.ticks(keys, at("12:00", TOMORROW))[0] == tick
    assert market.greeks_of([keys[0], keys[3]] * 6, at("12:00", TOMORROW))[:2] == shown


def test_a_script_of_moves(own) -> None:
    market = own.market
    first = market.last(RELIANCE, at("09:59:59"))
    market.play(RELIANCE, [(120, price(1600)), (60, price(1610)), (90.7, price(1590))], at("10:00"))
    assert market.last(RELIANCE, at("10:00")) == World().market.last(RELIANCE, at("10:00"))
    shown = [market.last(RELIANCE, at("10:01") + step) for step in (-1, 0, 29, 30, 59, 60, 9000)]
    assert shown[1:] == [price(one) for one in (1610, 1610, 1590, 1590, 1600, 1600)]
    check_agreement(own, RELIANCE, at("10:01:40"))
    (minute,) = market.candles(RELIANCE, 60, at("10:01"), at("10:02"))
    assert minute[1:5] == (price(1610), price(1610), price(1590), price(1590))
    # a later decision forgets what was still to come
    market.play(RELIANCE, [(0, price(1580))], at("10:01:10"))
    assert market.last(RELIANCE, at("10:05")) == price(1580)
    assert market.last(RELIANCE, at("10:01:09")) == price(1610)
    assert first > 0


def test_a_new_script_forgets_the_old_one_before_it_begins(own) -> None:
    own.market.play(RELIANCE, [(10, price(1600)), (20, price(1610))], at("10:00"))
    own.market.play(RELIANCE, [(60, price(1500))], at("10:00:05"))
    assert own.market.last(RELIANCE, at("10:00:30")) == World().market.last(RELIANCE, at("10:00:30"))
    assert own.market.last(RELIANCE, at("10:01:05")) == price(1500)


def test_limits_bound_what_is_set(own) -> None:
    market = own.market
    tick = market.tick(RELIANCE, at("10:00"))
    with pytest.raises(ValueError, match=r"beyond the limits of the day.*force=True"):
        market.play(RELIANCE, [(0, tick.upper_circuit + 1000)], at("10:00"))
    with pytest.raises(ValueError, match=r"is not a multiple of the tick 0\.1; 1500 and 1500\.1 are"):
        market.play(RELIANCE, [(0, price(1500.05))], at("10:00"))
    with pytest.raises(ValueError, match="not a multiple"):
        market.play(RELIANCE, [(0, -1000)], at("10:00"))
    with pytest.raises(ValueError, match="no moves"):
        market.play(RELIANCE, [], at("10:00"))
    with pytest.raises(ValueError, match="in the past"):
        market.play(RELIANCE, [(-1, price(1500))], at("10:00"))
    with pytest.raises(KeyError, match="not listed"):
        market.play("NSE_EQ|INE000000000", [(0, price(1500))], at("10:00"))
    assert market.tick(RELIANCE, at("10:00")) == tick  # nothing has changed
    beyond = tick.upper_circuit + price(10)
    market.play(RELIANCE, [(0, beyond)], at("10:00"), force=True)
    assert market.last(RELIANCE, at("10:00")) == beyond
    market.release(RELIANCE, at("10:05"))
    assert market.last(RELIANCE, at("10:05")) == beyond
    check_agreement(own, RELIANCE, at("12:00"))


@pytest.mark.parametrize("side", ["upper", "lower"])
def test_at_a_limit_one_side_is_empty(own, side) -> None:
    market = own.market
    tick = market.tick(RELIANCE, at("10:00"))
    locked = tick.upper_circuit if side == "upper" else tick.lower_circuit
    market.play(RELIANCE, [(0, locked)], at("10:00"))
    for second in range(40):
        book, now = market.depth(RELIANCE, at("10:00") + second), market.tick(RELIANCE, at("10:00") + second)
        there, gone = (book.bids, book.asks) if side == "upper" else (book.asks, book.bids)
        assert gone == ()
        assert there[0].price == locked
        assert len(there) == 5
        assert (now.total_ask if side == "upper" else now.total_bid) == 0
    market.release(RELIANCE, at("10:01"))
    for second in range(0, 18_000, 600):
        now = market.tick(RELIANCE, at("10:01") + second)
        assert now.lower_circuit <= now.low <= now.high <= now.upper_circuit
    check_agreement(own, RELIANCE, at("15:00"))


def test_a_future_is_held_by_its_own_limits(own) -> None:
    market, future = own.market, own.catalog.futures(RELIANCE, DAY)[0]
    limits = market.tick(future.key, at("10:00"))
    market.play(RELIANCE, [(0, market.tick(RELIANCE, at("10:00")).upper_circuit)], at("10:00"))
    assert market.last(future.key, at("12:00")) == limits.upper_circuit
    check_agreement(own, future.key, at("12:00"))
    assert market.tick(future.key, at("10:00", TOMORROW)).previous_close == limits.upper_circuit


def test_a_release_of_what_was_never_driven_does_nothing(own) -> None:
    tick = own.market.tick(RELIANCE, at("12:00"))
    own.market.release(RELIANCE, at("11:00"))
    assert own.market.tick(RELIANCE, at("12:00")) == tick
    with pytest.raises(KeyError):
        own.market.release("NSE_EQ|INE000000000", at("11:00"))


def test_ticks_are_replayed_with_their_volume(own) -> None:
    market = own.market
    before = market.tick(RELIANCE, at("09:59:59"))
    ticks = [
        (at("10:00:00"), price(1500), 100),
        (at("10:00:10.2"), price(1510.04), 50),
        (at("10:00:10.7"), price(1512), 25),
        (at("10:02:00"), price(1505), 10),
    ]
    market.replay(RELIANCE, ticks, at("10:00"))
    shown = {moment: market.tick(RELIANCE, at(moment)) for moment in ("10:00:00", "10:00:09", "10:00:10", "10:02:00")}
    assert [tick.last for tick in shown.values()] == [price(one) for one in (1500, 1500, 1512, 1505)]
    assert [tick.volume - before.volume for tick in shown.values()] == [100, 100, 175, 185]
    assert shown["10:00:10"].last_quantity == 75
    first, second = market.candles(RELIANCE, 60, at("10:00"), at("10:02"))
    assert first[1:6] == (price(1500), price(1512), price(1500), price(1512), 175)
    assert second[1:6] == (price(1512), price(1512), price(1512), price(1512), 0)
    check_agreement(own, RELIANCE, at("10:01:30"))
    # then the process's own volume comes again
    later = market.tick(RELIANCE, at("10:30"))
    assert (later.last, later.volume > shown["10:02:00"].volume) == (price(1505), True)
    check_agreement(own, RELIANCE, at("10:30"))
    tomorrow = market.tick(RELIANCE, at("10:00", TOMORROW))
    assert tomorrow.volume == World().market.tick(RELIANCE, at("10:00", TOMORROW)).volume


def test_a_replay_over_night(own) -> None:
    ticks = [(at("15:29:50"), price(1500), 7), (at("09:15:20", TOMORROW), price(1520), 9)]
    own.market.replay(RELIANCE, ticks, at("15:29"))
    assert own.market.tick(RELIANCE, at("09:15:19", TOMORROW)).volume == 0
    assert own.market.tick(RELIANCE, at("09:15:20", TOMORROW)).volume == 9
    check_agreement(own, RELIANCE, at("09:30", TOMORROW), TOMORROW)


def test_a_replay_wants_ticks_to_come(own) -> None:
    with pytest.raises(ValueError, match="no ticks"):
        own.market.replay(RELIANCE, [], at("10:00"))
    with pytest.raises(ValueError, match="in the past"):
        own.market.replay(RELIANCE, [(at("09:59"), price(1500), 1)], at("10:00"))


def test_commands_drive_the_market_of_a_venue(own) -> None:
    now = dt.datetime.fromtimestamp(at("10:00"), dt.timezone(dt.timedelta(hours=5.5)))

    class Venue:
        market = own.market

    SetPrice(now, RELIANCE, price(1600)).apply(Venue)
    assert own.market.last(RELIANCE, at("10:01")) == price(1600)
    PlayMoves(now, RELIANCE, [(30, price(1610))]).apply(Venue)
    assert own.market.last(RELIANCE, at("10:01")) == price(1610)
    ReleasePrice(now + dt.timedelta(seconds=60), RELIANCE).apply(Venue)
    Replay(now + dt.timedelta(seconds=90), RELIANCE, [(at("10:02"), price(1620), 3)]).apply(Venue)
    assert own.market.last(RELIANCE, at("10:02")) == price(1620)
