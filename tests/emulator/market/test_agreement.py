"""Every interval tells the same story: seconds, minutes, candles, days, and the live tick."""

from __future__ import annotations

import datetime as dt
import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstox_emulator.calendar import Hours
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT
from upstox_emulator.market.chain import FIRST

from .world import CRUDE, DAY, NIFTY, RELIANCE, VIX, World, at, joined

KINDS = World().every_kind()
some = st.sampled_from(KINDS)


def session(world: World, key: str, day: dt.date) -> tuple[float, float]:
    instrument = world.catalog.find(key, day)
    assert instrument is not None
    found = world.calendar.session(EXCHANGE_OF_SEGMENT[instrument.segment], day)
    assert found is not None
    return found.open.timestamp(), found.close.timestamp()


@settings(max_examples=60)
@given(instrument=some, part=st.floats(0, 0.9999))
def test_the_tick_is_the_candles_so_far(world, instrument, part) -> None:
    opened, closed = session(world, instrument.key, DAY)
    moment = opened + int((closed - opened) * part) + 0.25
    tick = world.market.tick(instrument.key, moment)
    minutes = world.market.candles(instrument.key, 60, opened, moment)
    (day,) = world.market.days(instrument.key, DAY, DAY, moment)

    told = (tick.open, tick.high, tick.low, tick.last, tick.volume, tick.oi)
    assert told == joined(minutes) == day[1:]
    assert world.market.last(instrument.key, moment) == tick.last
    assert tick.last_at == int(moment)
    for seconds in (300, 1800, 4500):
        assert told == joined(world.market.candles(instrument.key, seconds, opened, moment))


@pytest.mark.parametrize("instrument", KINDS, ids=lambda one: one.symbol)
def test_long_candles_are_short_ones(world, instrument) -> None:
    opened, closed = session(world, instrument.key, DAY)
    minutes = world.market.candles(instrument.key, 60, opened, closed)
    assert [one.at for one in minutes] == [opened + 60 * n for n in range(int(closed - opened) // 60)]
    for length in (2, 5, 13, 30, 60, 300):
        whole = world.market.candles(instrument.key, 60 * length, opened, closed)
        assert len(whole) == -(-len(minutes) // length)
        for row, candle in enumerate(whole):
            assert candle[1:] == joined(minutes[row * length : (row + 1) * length])
            assert candle.at == minutes[row * length].at


@pytest.mark.parametrize("instrument", KINDS, ids=lambda one: one.symbol)
def test_a_minute_is_its_seconds(world, instrument) -> None:
    opened, closed = session(world, instrument.key, DAY)
    rng = random.Random(instrument.key)
    for _ in range(6):
        start = opened + 60 * rng.randrange(int(closed - opened) // 60)
        (candle,) = world.market.candles(instrument.key, 60, start, start + 60)
        prices = [world.market.last(instrument.key, start + second) for second in range(60)]
        assert (candle.open, candle.high, candle.low, candle.close) == (
            prices[0],
            max(prices),
            min(prices),
            prices[-1],
        )
        volumes = [world.market.tick(instrument.key, start + second).volume for second in range(60)]
        assert volumes == sorted(volumes)


@pytest.mark.parametrize("key", [RELIANCE, NIFTY, VIX, CRUDE, "BSE_EQ|INE002A01018", "GLOBAL_INDEX|^HSI"])
def test_the_days_of_the_past_are_their_minutes(world, key) -> None:
    first = dt.date(2026, 9, 1)
    days = world.market.days(key, first, DAY - dt.timedelta(1), at("09:00"))
    assert len(days) > 50
    for day in days[::9]:
        date = dt.datetime.fromtimestamp(day.at).astimezone(dt.timezone(dt.timedelta(hours=5.5))).date()
        opened, closed = session(world, key, date)
        assert day[1:] == joined(world.market.candles(key, 60, opened, closed))
        assert world.market.close(key, date) == day.close


def test_the_days_of_a_contract_are_their_minutes_and_follow_each_other(world) -> None:
    for option in (world.option(NIFTY, "PE", 3, 1), world.catalog.futures(RELIANCE, DAY)[1]):
        days = world.market.days(option.key, DAY - dt.timedelta(20), DAY, at("12:00"))
        assert len(days) > 9
        for before, day in pairwise(days):
            moment = min(day.at + 86_399, at("12:00"))
            tick = world.market.tick(option.key, moment)
            assert day[1:] == (tick.open, tick.high, tick.low, tick.last, tick.volume, tick.oi)
            assert (tick.previous_close, tick.previous_oi) == (before.close, before.oi)


def test_a_contract_has_no_candles_before_it_was_listed(world) -> None:
    option = world.option(NIFTY, "CE")
    days = world.market.days(option.key, dt.date(2020, 1, 1), DAY, at("12:00"))
    first = dt.datetime.fromtimestamp(days[0].at + 40_000).date()
    assert world.catalog.find(option.key, first) == option
    assert world.catalog.find(option.key, first - dt.timedelta(4)) != option
    assert len(days) < 400
    whole = f"{option.key}|{option.expiry:%d-%m-%Y}"
    assert world.market.candles(whole, 60, at("09:15", dt.date(2020, 1, 1)), at("15:30", dt.date(2020, 1, 9))) == []
    assert world.market.days(whole, dt.date(2020, 1, 1), DAY, at("12:00")) == days


@settings(max_examples=40)
@given(instrument=some, start=st.integers(0, 86_400 * 2), span=st.integers(0, 400))
def test_extremes_are_those_of_the_seconds(world, instrument, start, span) -> None:
    after = at("00:00") - 86_400 + start
    low, high = world.market.extremes(instrument.key, after, after + span)
    opened, closed = session(world, instrument.key, DAY)
    seconds = [n for n in range(int(after) + 1, int(after + span) + 1) if opened <= n < closed]
    prices = [world.market.last(instrument.key, n) for n in seconds]
    if prices:  # the day before is a holiday of most
        assert (low, high) == (min(prices), max(prices))
    assert low <= high


@settings(max_examples=40)
@given(instrument=some, start=st.integers(0, 20_000), span=st.integers(120, 20_000))
def test_extremes_of_long_spans_are_those_of_the_minutes(world, instrument, start, span) -> None:
    opened, closed = session(world, instrument.key, DAY)
    after = opened - 1 + start // 60 * 60
    until = min(after + span // 60 * 60, closed - 1)
    if until > after:
        found = joined(world.market.candles(instrument.key, 60, after + 1, until))
        assert world.market.extremes(instrument.key, after, until) == (found[2], found[1])


def test_nothing_happens_outside_of_a_session(world) -> None:
    for key in (RELIANCE, NIFTY, world.option(NIFTY, "CE").key):
        _, closed = session(world, key, DAY)
        evening, night = world.market.tick(key, closed), world.market.tick(key, at("08:59", DAY + dt.timedelta(1)))
        assert (night.last, night.volume, night.open, night.last_at) == (
            evening.last,
            evening.volume,
            evening.open,
            closed - 1,
        )
        assert evening.last == world.market.last(key, closed - 1) == world.market.close(key, DAY)
        assert world.market.extremes(key, closed + 10, closed + 3600) == (evening.last, evening.last)
        assert world.market.candles(key, 60, closed, closed + 3600) == []
    morning = world.market.tick(RELIANCE, at("09:15", DAY + dt.timedelta(1)))
    assert morning.previous_close == world.market.close(RELIANCE, DAY)
    assert morning.open == morning.last == morning.high == morning.low


def test_a_market_that_never_closes_trades_at_night_and_on_sundays(open_world) -> None:
    market, sunday = open_world.market, dt.date(2026, 11, 29)
    prices = {market.last(RELIANCE, at("03:00", sunday) + n) for n in range(300)}
    assert len(prices) > 5
    (day,) = market.days(RELIANCE, sunday, sunday, at("23:59:59", sunday))
    assert day[1:] == joined(market.candles(RELIANCE, 60, at("00:00", sunday), at("23:59:59", sunday)))
    assert len(market.candles(RELIANCE, 3600, at("00:00", sunday), at("23:59:59", sunday))) == 24
    assert market.tick(RELIANCE, at("00:00", sunday)).previous_close == market.close(RELIANCE, dt.date(2026, 11, 28))


def test_history_goes_back_to_the_first_day_of_2000(world) -> None:
    days = world.market.days(RELIANCE, FIRST, DAY, at("10:00"))
    assert days[0].at == at("00:00", FIRST)
    assert 6_500 < len(days) < 7_000
    # what is asked for of some years is what is asked for of all
    assert world.market.days(RELIANCE, dt.date(2025, 6, 1), DAY, at("10:00")) == [
        day for day in days if day.at >= at("00:00", dt.date(2025, 6, 1))
    ]
    closes = [day.close for day in days]
    moves = [abs(later / earlier - 1) for earlier, later in pairwise(closes)]
    assert max(moves) < 0.08
    assert 0.008 < sum(moves) / len(moves) < 0.025


@pytest.mark.parametrize("hours", ["calendar", "always-open"])
def test_days_before_history_begins_have_prices_too(hours: Hours) -> None:
    days = [dt.date(1950, 3, 1), dt.date(1999, 12, 31), FIRST, dt.date(2000, 1, 4), dt.date(2000, 12, 29)]
    market = World(hours).market
    ticks = {(key, day): market.tick(key, at("10:00", day)) for key in (RELIANCE, NIFTY) for day in days}
    for key in (RELIANCE, NIFTY):
        assert all(ticks[key, day].low > 0 for day in days)
        (first,) = market.days(key, FIRST, FIRST, at("10:00"))
        before = market.close(key, dt.date(1999, 12, 31))
        assert ticks[key, FIRST].open == first.open
        assert ticks[key, FIRST].previous_close == before
        assert abs(first.open / before - 1) < 0.2  # the day before it, not a day of another time
        assert ticks[key, dt.date(2000, 1, 4)].previous_close == first.close
    fresh = World(hours).market
    assert ticks == {(key, day): fresh.tick(key, at("10:00", day)) for key, day in reversed(ticks)}


# Chance


def facts(world: World, order: random.Random) -> dict[str, Any]:
    """Much of what the market says, asked for in some order."""
    market, found = world.market, {}
    moment = at("11:11:11")
    questions = [(name, key) for name in ("tick", "days", "candles", "depth", "extremes") for key in ASKED]
    order.shuffle(questions)
    for name, key in questions:
        if name == "tick":
            found[name, key] = market.tick(key, moment)
        elif name == "days":
            found[name, key] = market.days(key, DAY - dt.timedelta(30), DAY, moment)
        elif name == "candles":
            found[name, key] = market.candles(key, 900, moment - 40_000, moment)
        elif name == "depth":
            found[name, key] = market.depth(key, moment, 30)
        else:
            found[name, key] = market.extremes(key, moment - 90_000, moment)
    return found


ASKED = [one.key for one in KINDS[::2]]


def test_the_order_of_the_questions_makes_no_difference(world) -> None:
    assert facts(World(), random.Random(2)) == facts(world, random.Random(3))


def test_another_seed_is_another_market() -> None:
    first, other = World().market, World(seed=8).market
    for key in (RELIANCE, NIFTY, VIX):
        assert first.last(key, at("12:00")) != other.last(key, at("12:00"))
        assert first.days(key, DAY, DAY, at("12:00")) != other.days(key, DAY, DAY, at("12:00"))


def test_what_is_not_listed_has_no_price(world) -> None:
    gone = world.option(NIFTY, "CE", day=DAY)
    assert gone.expiry is not None
    suspended = world.catalog.suspended[0].key
    for key, moment in (
        ("NSE_EQ|INE000000000", at("10:00")),
        (gone.key, at("10:00", gone.expiry + dt.timedelta(1))),
        (suspended, at("10:00")),
    ):
        for question in (world.market.last, world.market.tick, world.market.depth):
            with pytest.raises(KeyError, match="not listed"):
                question(key, moment)
        with pytest.raises(KeyError, match="not listed"):
            world.market.ticks([RELIANCE] * 5 + [key], moment)
        with pytest.raises(KeyError, match="not listed"):
            world.market.extremes(key, moment - 5, moment)
    with pytest.raises(KeyError, match="not listed"):
        world.market.days(suspended, DAY, DAY, at("10:00"))
    with pytest.raises(KeyError, match="no session"):
        world.market.close(RELIANCE, dt.date(2026, 11, 22))
