"""Futures and options: worth what their underlying makes them, with Greeks to match."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_emulator.market.pricing import RATE, Terms, cumulative, greeks, implied, value
from upstox_emulator.market.view import Greeks

from .world import CRUDE, DAY, NIFTY, RELIANCE, USDINR, VIX, World, at

MOMENTS = ("09:15", "10:00:01", "12:34:56", "15:29:59")


def row(*values: float) -> Terms:
    return Terms(*(np.array([value]) for value in values))


# The formulas


def test_the_normal_distribution_is_exact() -> None:
    x = np.linspace(-9, 9, 20_011)
    exact = np.array([0.5 * math.erfc(-one / math.sqrt(2)) for one in x])
    assert np.abs(cumulative(x) - exact).max() < 1e-15
    assert cumulative(np.array([-50.0, 50.0])).tolist() == [pytest.approx(0, abs=1e-18), pytest.approx(1)]


@given(
    sign=st.sampled_from([1.0, -1.0]),
    strike=st.floats(50, 200),
    volatility=st.floats(0.05, 1),
    years=st.floats(0.01, 2),
    carry=st.floats(-0.05, 0.1),
)
def test_greeks_are_derivatives_of_the_value(sign, strike, volatility, years, carry) -> None:
    def worth(spot: float = 100.0, sigma: float = volatility, left: float = years, rate: float = 0.0) -> float:
        forward = np.array([spot * math.exp((carry + rate) * left)])
        return float(value(row(sign, strike, sigma, left), forward)[0]) * math.exp(-rate * left)

    price = worth()
    found = greeks(row(sign, strike, volatility, years), np.array([100.0]), np.array([carry]), np.array([price]))
    step = 1e-3
    assert found.delta[0] == pytest.approx((worth(100 + step) - worth(100 - step)) / (2 * step), abs=1e-5)
    gamma = (worth(100 + 0.02) - 2 * price + worth(100 - 0.02)) / 0.02**2
    assert found.gamma[0] == pytest.approx(gamma, abs=1e-4)
    assert found.vega[0] * 100 == pytest.approx(
        (worth(sigma=volatility + 1e-5) - worth(sigma=volatility - 1e-5)) / 2e-5, abs=1e-3
    )
    assert found.theta[0] * 365 == pytest.approx((worth(left=years - 1e-6) - worth(left=years + 1e-6)) / 2e-6, abs=1e-2)
    assert found.rho[0] * 100 == pytest.approx((worth(rate=1e-6) - worth(rate=-1e-6)) / 2e-6, abs=1e-2)
    assert 0 <= found.chance[0] <= 100


@given(
    sign=st.sampled_from([1, -1]), strike=st.floats(80, 120), volatility=st.floats(0.05, 2), years=st.floats(0.02, 1)
)
def test_a_volatility_is_found_by_its_price(sign, strike, volatility, years) -> None:
    price = float(value(row(sign, strike, volatility, years), np.array([100.0]))[0])
    found = implied(*(np.array([float(one)]) for one in (sign, strike, years, 100.0, price)))[0]
    assert float(value(row(sign, strike, found, years), np.array([100.0]))[0]) == pytest.approx(price, abs=1e-9)


def test_an_option_that_has_ended_has_no_volatility() -> None:
    given = [np.array(column) for column in ([1.0, -1.0], [100.0, 90.0], [0.0, 0.1], [120.0, 100.0], [20.0, 1.0])]
    ended, open_ = implied(*given)  # one does not trouble the other
    assert ended == 0
    assert value(row(-1.0, 90.0, open_, 0.1), np.array([100.0]))[0] == pytest.approx(1.0)
    assert value(row(1.0, 100.0, 0.3, 0.0), np.array([120.0]))[0] == 20
    found = greeks(row(1.0, 100.0, 0.3, 0.0), np.array([120.0]), np.array([0.05]), np.array([20.0]))
    assert (found.delta[0], found.gamma[0], found.theta[0], found.vega[0]) == (1, 0, 0, 0)


# On the market


def years_of(world: World, expiry: dt.date, exchange: str, moment: float) -> float:
    session = world.calendar.session(exchange, expiry)
    opened = world.calendar.session(exchange, DAY)
    assert session is not None
    assert opened is not None
    block = (moment - opened.open.timestamp()) // 300 + 1
    return (
        session.close.timestamp() - min(opened.open.timestamp() + 300 * block, opened.close.timestamp())
    ) / 31_536_000


CARRY = {"INDEX": 0.053, "EQUITY": 0.053, "CUR": 0.018, "COM": 0.0}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(("underlying", "exchange"), [(NIFTY, "NFO"), (RELIANCE, "NFO"), (USDINR, "CDS")])
def test_calls_and_puts_are_at_parity(world, underlying, exchange, moment) -> None:
    market, now = world.market, at(moment)
    expiry = world.catalog.expiries(underlying, DAY)[1]
    spot = market.last(underlying, now)
    pairs = {}
    for one in world.catalog.chain(underlying, expiry, DAY):
        pairs.setdefault((one.strike, one.segment), {})[one.kind] = market.last(one.key, now)
    left = years_of(world, expiry, exchange, now)
    carry = 0.018 if underlying == USDINR else 0.053
    assert len(pairs) > 10
    for (strike, segment), pair in pairs.items():
        if segment != "BCD_FO":
            parity = math.exp(-RATE * left) * (spot * math.exp(carry * left) - strike)
            tick = 25 if underlying == USDINR else 500
            assert pair["CE"] - pair["PE"] == pytest.approx(parity, abs=1.6 * tick)


def test_a_chain_is_in_order(world) -> None:
    market, now = world.market, at("11:00")
    for underlying in (NIFTY, RELIANCE):
        chain = world.catalog.chain(underlying, world.catalog.expiries(underlying, DAY)[0], DAY)
        calls = [market.last(one.key, now) for one in chain if one.kind == "CE"]
        puts = [market.last(one.key, now) for one in chain if one.kind == "PE"]
        assert calls == sorted(calls, reverse=True)
        assert puts == sorted(puts)
        assert min(calls + puts) >= 500
        volatilities = [market.greeks(one.key, now).iv for one in chain if one.kind == "PE"]
        middle = min(range(len(volatilities)), key=volatilities.__getitem__)
        assert 0 < middle < len(volatilities) - 1  # it smiles
        assert volatilities[0] > volatilities[-1] or underlying != NIFTY


def test_greeks_fit_price_spot_and_volatility(world) -> None:
    market, now = world.market, at("11:00:30")
    for underlying, exchange in ((NIFTY, "NFO"), (RELIANCE, "NFO"), (USDINR, "CDS")):
        for kind in ("CE", "PE"):
            option = world.option(underlying, kind, 2, 1)
            found = market.greeks(option.key, now)
            spot, price = market.last(underlying, now), market.last(option.key, now)
            assert option.expiry is not None
            left, carry = years_of(world, option.expiry, exchange, now), CARRY[option.underlying_type]
            sign = 1.0 if kind == "CE" else -1.0
            terms = row(sign, option.strike, found.iv, left)
            assert float(value(terms, np.array([spot * math.exp(carry * left)]))[0]) == pytest.approx(
                price, abs=option.tick
            )
            exact = greeks(terms, np.array([float(spot)]), np.array([carry]), np.array([float(price)]))
            assert found.delta == pytest.approx(exact.delta[0])
            assert found.gamma == pytest.approx(exact.gamma[0] * 10_000)
            assert found.vega == pytest.approx(exact.vega[0] / 10_000)
            assert found.theta < 0 < found.vega
            assert 0 < found.pop < 100
            assert 0 < sign * found.delta < 1


def test_the_nervousness_is_the_volatility_of_the_index(world) -> None:
    market, now = world.market, at("12:00")
    expiries = world.catalog.expiries(NIFTY, DAY)
    month = min(expiries, key=lambda day: abs((day - DAY).days - 30))
    option = world.option(NIFTY, "CE", 0, expiries.index(month))
    assert market.greeks(option.key, now).iv * 100 == pytest.approx(market.last(VIX, now) / 10_000, rel=0.15)
    days = market.days(NIFTY, dt.date(2024, 1, 1), DAY, now)
    moves = np.diff(np.log([day.close for day in days]))
    assert moves.std() * 252**0.5 == pytest.approx(0.14, abs=0.04)
    nerves = np.diff(np.log([day.close for day in market.days(VIX, dt.date(2024, 1, 1), DAY, now)]))
    assert np.corrcoef(moves, nerves)[0, 1] < -0.4


def test_futures_carry(world) -> None:
    market, now = world.market, at("11:00")
    for underlying in (NIFTY, RELIANCE):
        spot = market.last(underlying, now)
        futures = [market.last(one.key, now) for one in world.catalog.futures(underlying, DAY)]
        assert len(futures) == 3
        assert spot < futures[0] < futures[1] < futures[2] < spot * 1.03
    (option,) = [world.option(crude_future(world).key, "CE")]
    future, found = market.last(option.underlying, now), market.greeks(option.key, now)
    assert found.delta == pytest.approx(0.5, abs=0.2)
    assert abs(future - option.strike) < future * 0.05


def crude_future(world: World):
    return next(one for one in world.catalog.futures(CRUDE, DAY) if one.segment == "MCX_FO")


def test_contracts_end_at_what_they_pay(world) -> None:
    market = world.market
    expiry = world.catalog.expiries(NIFTY, DAY)[0]
    spot = market.close(NIFTY, expiry)
    chain = world.catalog.chain(NIFTY, expiry, expiry)
    for one in chain[::9] + chain[1::14]:
        pays = max(spot - one.strike if one.kind == "CE" else one.strike - spot, 0)
        assert market.close(one.key, expiry) == pays
        assert market.last(one.key, at("15:39:59", expiry)) == max(pays, one.tick)
        last = market.greeks(one.key, at("15:39:59", expiry))
        assert abs(last.delta) == pytest.approx(1 if pays else 0)
        assert isinstance(last, Greeks)
    future = next(one for one in world.catalog.futures(RELIANCE, DAY))
    assert future.expiry is not None
    settled = market.close(RELIANCE, future.expiry)
    assert market.close(future.key, future.expiry) == settled
    assert abs(market.last(future.key, at("15:39:59", future.expiry)) - settled) <= future.tick


def test_limits_are_around_the_close_before(world) -> None:
    market, now = world.market, at("12:00")
    future, option = world.catalog.futures(NIFTY, DAY)[0], world.option(NIFTY, "PE")
    tick = market.tick(future.key, now)
    assert tick.lower_circuit == pytest.approx(tick.previous_close * 0.9, abs=future.tick)
    assert tick.upper_circuit == pytest.approx(tick.previous_close * 1.1, abs=future.tick)
    tick = market.tick(option.key, now)
    assert tick.lower_circuit == option.tick
    assert tick.upper_circuit > tick.previous_close + market.last(NIFTY, now) * 0.19


def test_open_interest_goes_from_close_to_close(world) -> None:
    market, option = world.market, world.option(NIFTY, "CE")
    ticks = [market.tick(option.key, at(moment)) for moment in MOMENTS]
    assert len({tick.oi for tick in ticks}) > 2
    for tick in ticks:
        assert tick.oi % option.lot == tick.volume % option.lot == tick.previous_oi % option.lot == 0
        assert tick.oi_low <= tick.oi <= tick.oi_high
        assert tick.oi_low <= tick.previous_oi <= tick.oi_high
    assert [tick.volume for tick in ticks] == sorted({tick.volume for tick in ticks})


def test_only_options_have_greeks(world) -> None:
    for key in (RELIANCE, NIFTY, world.catalog.futures(NIFTY, DAY)[0].key):
        with pytest.raises(KeyError, match="not an option"):
            world.market.greeks(key, at("10:00"))
