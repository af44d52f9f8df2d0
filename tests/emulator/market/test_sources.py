"""How prices move: together, by their kind, and within limits."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.catalog import Catalog
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.market.days import Base
from upstox_emulator.market.market import Market
from upstox_emulator.market.noise import bits, normal, stream, streams, uniform
from upstox_emulator.market.sessions import Sessions, date_of, midnight
from upstox_emulator.market.sources import source_of

from .world import CRUDE, DAY, NIFTY, RELIANCE, USDINR, World, at

BANK = "NSE_INDEX|Nifty Bank"


def moves(world: World, key: str, years: int = 3) -> np.ndarray:
    days = world.market.days(key, DAY - dt.timedelta(365 * years), DAY - dt.timedelta(1), at("09:00"))
    return np.diff(np.log([day.close for day in days]))


# Chance


def test_chance_is_well_spread() -> None:
    numbers = np.arange(200_000)
    even, bell = uniform(stream("a"), numbers), normal(stream("b"), numbers)
    assert 0 < even.min() < even.max() < 1
    assert (even.mean(), even.std()) == (pytest.approx(0.5, abs=0.005), pytest.approx(12**-0.5, abs=0.005))
    assert (bell.mean(), bell.std()) == (pytest.approx(0, abs=0.01), pytest.approx(1, abs=0.01))
    assert abs(np.corrcoef(bell[1:], bell[:-1])[0, 1]) < 0.01
    assert abs(np.corrcoef(bell, normal(stream("c"), numbers))[0, 1]) < 0.01


def test_any_number_of_any_stream_can_be_asked_for_alone() -> None:
    some = streams([stream("a"), stream("b")])
    whole = bits(some[:, None], np.arange(10))
    assert whole[1, 7] == bits(stream("b"), np.array([7]))[0]
    assert len(np.unique(whole)) == 20
    assert stream("a", 1) != stream("a1")


# Shares and indices


def test_shares_move_together_most_of_all_in_a_sector(world) -> None:
    banks = [one.key for one in world.catalog.shares if one.industry == "Financial Services" and one.exchange == "NSE"]
    other = [one.key for one in world.catalog.shares if one.industry == "Healthcare" and one.exchange == "NSE"]
    index = moves(world, NIFTY)
    first, second, third = moves(world, banks[0]), moves(world, banks[1]), moves(world, other[0])
    assert 0.3 < np.corrcoef(first, index)[0, 1] < 0.95
    assert np.corrcoef(first, second)[0, 1] > np.corrcoef(first, third)[0, 1] > 0.1
    assert np.corrcoef(moves(world, BANK), index)[0, 1] > 0.6
    assert np.corrcoef(moves(world, BANK), first)[0, 1] > np.corrcoef(first, index)[0, 1]


def test_they_move_together_within_the_day(world) -> None:
    def minutes(key: str) -> np.ndarray:
        candles = world.market.candles(key, 300, at("09:15"), at("15:30"))
        return np.diff(np.log([one.close for one in candles]))

    assert np.corrcoef(minutes(NIFTY), minutes(BANK))[0, 1] > 0.4
    assert np.corrcoef(minutes(NIFTY), minutes("BSE_INDEX|SENSEX"))[0, 1] > 0.9


def test_volatilities_are_of_their_kind(world) -> None:
    yearly = {key: moves(world, key).std() * 252**0.5 for key in (NIFTY, RELIANCE, USDINR, CRUDE)}
    assert 0.09 < yearly[NIFTY] < 0.2 < yearly[RELIANCE] < 0.45
    assert 0.02 < yearly[USDINR] < 0.07
    assert 0.2 < yearly[CRUDE] < 0.5
    jumps = moves(world, RELIANCE, 20)
    assert ((jumps - jumps.mean()) ** 4).mean() / jumps.std() ** 4 > 3.2  # fatter than a bell


def test_prices_hold_near_their_anchors(world) -> None:
    for one in (*world.catalog.shares, *world.catalog.indices, *world.catalog.assets):
        assert world.market.daily_spot(one.key, DAY) == pytest.approx(one.anchor, rel=0.25)
        assert world.catalog.spot(one.key, DAY) == world.market.daily_spot(one.key, DAY)


def test_a_share_has_one_price_on_two_exchanges(world) -> None:
    for moment in ("10:00", "13:33:33", "15:29:59"):
        nse, bse = (world.market.last(f"{segment}|INE002A01018", at(moment)) for segment in ("NSE_EQ", "BSE_EQ"))
        assert nse == pytest.approx(bse, rel=0.003)
    assert (
        world.market.tick("BSE_EQ|INE002A01018", at("15:00")).volume < world.market.tick(RELIANCE, at("15:00")).volume
    )


def test_limits_are_by_the_kind_of_share(world) -> None:
    found = {}
    for one in world.catalog.listed(DAY):
        if one.segment.endswith("_EQ"):
            tick = world.market.tick(one.key, at("12:00"))
            width = (tick.upper_circuit - tick.previous_close) / tick.previous_close
            found.setdefault(round(width * 20) / 20, set()).add(one.kind)
            assert tick.lower_circuit <= tick.low <= tick.high <= tick.upper_circuit
    assert set(found) == {0.05, 0.1, 0.2}
    assert "EQ" in found[0.2]
    assert {"BE", "SM", "T"} <= found[0.05]


def test_volumes_are_largest_at_the_ends_of_the_day(world) -> None:
    volumes = [one.volume for one in world.market.candles(RELIANCE, 900, at("09:15"), at("15:30"))]
    assert min(volumes[0], volumes[-1]) > 1.3 * sorted(volumes)[len(volumes) // 2]
    assert world.market.tick(NIFTY, at("12:00")).volume == world.market.tick(NIFTY, at("12:00")).average == 0


def share(kind: str, price: int, **more: object) -> Instrument:
    key = f"NSE_EQ|INE{kind}TEST{price}"
    return Instrument(
        key=key, segment="NSE_EQ", exchange="NSE", kind=kind, name=key, symbol=key, compact=key, token="1",
        isin=key[7:], anchor=price, tick=100, **more,
    )  # fmt: skip


def test_a_cheap_share_stays_above_nought_and_within_its_limits() -> None:
    calendar = Calendar("calendar", DAY)
    cheap = share("BZ", 2_000)
    catalog = Catalog(7, calendar, [cheap])
    market = Market(7, catalog, calendar)
    days = market.days(cheap.key, dt.date(2001, 1, 1), DAY, at("12:00"))
    assert min(day.low for day in days) >= 100
    for day in days[::200]:
        tick = market.tick(cheap.key, day.at + 15 * 3600)
        assert tick.lower_circuit <= tick.low <= tick.high <= tick.upper_circuit


def test_bonds_and_funds_are_calm() -> None:
    assert source_of(share("GS", 1_000_000)).volatility < 0.04
    fund = source_of(share("EQ", 1_000_000))
    assert fund.volatility > 0.15
    assert source_of(share("EQ", 1_000_000, industry="Power")).band == 0.2
    assert source_of(share("EQ", 1_000_000)).band == 0.1


# Sessions


def test_a_moment_is_told_by_its_session() -> None:
    sessions = Sessions(Calendar("calendar", DAY))
    before = sessions.at("NSE", at("08:00"))
    assert (before.day, before.second) == (dt.date(2026, 11, 23), 375 * 60 - 1)  # the 24th is a holiday
    assert sessions.at("NSE", at("09:15:07.9")).second == 7
    assert sessions.at("NSE", at("23:00")).second == 375 * 60 - 1
    assert sessions.at("MCX", at("23:00")).second == 14 * 3600
    assert sessions.at("NSE", at("08:00")) == before
    assert (date_of(at("00:00")), midnight(DAY)) == (DAY, at("00:00"))


def test_years_without_known_holidays_have_weekdays() -> None:
    sessions = Sessions(Calendar("calendar", DAY))
    span = sessions.span("NSE", dt.date(2000, 1, 3))
    assert span is not None
    assert span.minutes == 375
    assert sessions.span("NSE", dt.date(2000, 1, 2)) is None
    assert int(sessions.trading("NSE", 2000).sum()) == 260
    always = Sessions(Calendar("always-open", dt.date(1999, 6, 1)))
    assert always.at("NSE", at("23:00", dt.date(1999, 6, 5))).second == 23 * 3600  # a Saturday


def test_over_a_holiday_the_price_stands_still(world) -> None:
    days, holiday = world.market._days, dt.date(2026, 11, 24)
    close = world.market.close(RELIANCE, dt.date(2026, 11, 23))
    for key in (RELIANCE, world.catalog.futures(RELIANCE, DAY)[0].key):
        instrument = days.instrument(key, DAY)
        assert days.close(instrument, holiday) == world.market.close(key, dt.date(2026, 11, 23))
    base = Base(days, days.instrument(RELIANCE, DAY), holiday)
    span = days.sessions.of("MCX", holiday)
    assert {int(price) for column in base.bars(span) for price in column} == {close}
    assert set(base.seconds(span, 5).tolist()) == {close}
    assert base.depends == {RELIANCE}
    driven = World()
    driven.market.play(RELIANCE, [(0, 15_000_000)], at("10:00"))
    assert driven.market._days.close(days.instrument(RELIANCE, DAY), dt.date(2026, 11, 28)) == 15_000_000


def test_an_underlying_is_held_before_its_open_and_after_its_close(world) -> None:
    days = world.market._days
    base, span = Base(days, days.instrument(RELIANCE, DAY), DAY), days.sessions.of("MCX", DAY)
    assert set(base.seconds(span, 0).tolist()) == {base.before} == {int(base.bars(span).close[14])}
    assert base.seconds(span, 15)[0] == world.market.last(RELIANCE, at("09:15"))
    assert set(base.seconds(span, 800).tolist()) == {world.market.close(RELIANCE, DAY)}


def test_commodities_trade_in_the_evening_of_a_holiday(world) -> None:
    future = next(one for one in world.catalog.futures(CRUDE, DAY) if one.segment == "MCX_FO")
    chain = world.catalog.chain(future.key, world.catalog.expiries(future.key, DAY)[0], DAY)
    evening = at("18:00", dt.date(2026, 11, 24))
    found = world.market.greeks(chain[len(chain) // 2].key, evening)
    assert 0.1 < found.iv < 1
    assert world.market.last(future.key, evening) != world.market.last(future.key, evening + 600)


def test_a_contract_that_ends_without_a_session_ends_with_the_one_before(world) -> None:
    days = world.market._days
    assert days._end("NFO", dt.date(2026, 11, 24)) == at("15:40", dt.date(2026, 11, 23))
    with pytest.raises(KeyError, match="is no contract"):
        days.underlying(days.instrument(RELIANCE, DAY))
    with pytest.raises(KeyError, match="no trading day"):
        days._chain.days(days.source(days.instrument(RELIANCE, DAY)), DAY, DAY).row(dt.date(2026, 11, 24))
