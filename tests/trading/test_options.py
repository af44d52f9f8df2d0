"""Option chains and payoffs."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import masters
from support.colours import refused
from trading.conftest import World
from upstox_client import InvalidRequestError
from upstox_client.instruments import Instrument, Instruments, UnknownExpiryError, UnknownInstrumentError
from upstox_client.pictures import open_interest
from upstox_client.trading.options import Chain, Option, Strike
from upstox_client.trading.payoff import Leg, LegKind, Payoff, Side

NEXT_WEEK = dt.date(2026, 12, 1)
CHAIN = "/v2/option/chain"


def side(world: World, strike: float, kind: str, oi: float, ltp: float) -> dict[str, Any]:
    found = world("search", underlying="NIFTY", expiry=NEXT_WEEK, strike=strike, kind=kind)
    key = found[0].key if found else f"NSE_FO|9{strike:g}"
    return {
        "instrument_key": key,
        "market_data": {
            "ltp": ltp, "volume": 7, "oi": oi, "prev_oi": oi - 10, "bid_price": ltp - 1, "ask_price": ltp + 1,
            "bid_qty": 65, "ask_qty": 130, "close_price": ltp,
        },
        "option_greeks": {"iv": 13.5, "delta": 0.5, "gamma": 0.001, "theta": -9.0, "vega": 12.0, "pop": 40.0},
    }  # fmt: skip


STRIKES = [
    (26050, 4000, 500, 90), (25950, 300, 3000, 160), (26000, 1000, 1500, 125), (26100, 2000, 20, 60),
    (25900, 65, 2000, 200),
]  # fmt: skip


@pytest.fixture
def chain(world: World) -> Chain:
    rows = [
        {
            "expiry": str(NEXT_WEEK), "strike_price": strike, "underlying_key": "NSE_INDEX|Nifty 50",
            "underlying_spot_price": 26012.35, "pcr": 1.0, "call_options": side(world, strike, "CE", calls, price),
            "put_options": side(world, strike, "PE", puts, 250.0 - price),
        }
        for strike, calls, puts, price in STRIKES
    ]  # fmt: skip
    rows.append({"strike_price": 30000, "call_options": {"instrument_key": "NSE_FO|9"}, "put_options": None})
    world.server.routes[CHAIN] = lambda *_: rows
    found: Chain = world("options", "NIFTY", "next week")
    return found


def test_a_chain_is_asked_for_by_the_day(world: World, chain: Chain) -> None:
    assert world.server.asked(CHAIN) == ["?instrument_key=NSE_INDEX|Nifty+50&expiry_date=2026-12-01"]
    assert chain.strikes == [25900, 25950, 26000, 26050, 26100, 30000]
    assert (chain.underlying, chain.spot, chain.expiry, chain.lot) == ("NIFTY", 26012.35, NEXT_WEEK, 65)
    assert repr(chain) == "Chain(NIFTY at 26,012.35, 01 Dec 2026: 6 strikes, ATM 26000, PCR 0.95, max pain 26000)"
    assert [row.strike for row in chain] == chain.strikes


def test_strikes_and_sides(chain: Chain) -> None:
    assert chain.atm.strike == 26000
    assert chain["ATM+1"] is chain[26050]
    option = chain[26000].call
    assert option is not None
    assert str(option) == "NIFTY 26000 CE 01 DEC 26"
    assert (option.ltp, option.bid, option.ask, option.oi, option.oi_change, option.iv) == (
        125,
        124,
        126,
        1000,
        10,
        13.5,
    )
    assert option.instrument.lot == 65
    assert chain[26000].pcr == 1.5
    assert chain[30000].put is None
    assert chain[30000].pcr is None
    assert len(chain.calls) == 6
    assert len(chain.puts) == 5
    with pytest.raises(LookupError, match="no strike 26010; nearby are"):
        chain[26010]


def test_a_contract_that_is_newer_than_the_list_is_known_all_the_same(chain: Chain) -> None:
    option = chain[30000].call
    assert option is not None
    assert (option.instrument.symbol, option.instrument.key) == ("NIFTY 30000 CE 01 DEC 26", "NSE_FO|9")
    assert (option.instrument.strike, option.instrument.lot, option.price) == (30000, 65, 0.0)


def test_sums_over_the_chain(chain: Chain) -> None:
    calls, puts = sum(one.oi for one in chain.calls), sum(one.oi for one in chain.puts)
    assert chain.pcr == round(puts / calls, 4)

    def paid(price: float) -> float:
        return sum(
            (row.call.oi if row.call else 0) * max(price - row.strike, 0)
            + (row.put.oi if row.put else 0) * max(row.strike - price, 0)
            for row in chain
        )

    assert chain.max_pain == min(chain.strikes, key=paid)
    assert chain.around(1).strikes == [25950, 26000, 26050]
    assert chain.around(99).strikes == chain.strikes


def test_a_chain_is_a_table(chain: Chain) -> None:
    columns = chain.columns()
    assert columns["strike"] == chain.strikes
    assert columns["call_oi"][2] == 1000
    assert columns["put_ltp"][-1] is None
    assert chain.to_polars().shape == (6, 23)


def test_an_empty_chain() -> None:
    chain = Chain("X", 10.0, NEXT_WEEK, 1, [])
    assert repr(chain) == "Chain(X, 01 Dec 2026: no options)"
    assert chain.pcr is None


def test_an_option_of_a_chain_is_no_name(world: World, chain: Chain) -> None:
    option = chain.atm.call
    for call in (lambda: world("instrument", option), lambda: world("futures", option)):
        with pytest.raises(TypeError, match=r"a text or an Instrument, not by Option; take its \.instrument"):
            call()
    with pytest.raises(TypeError, match=r"not by int$"):
        world("quote", 5)


def test_words_that_mean_nothing(world: World) -> None:
    with pytest.raises(UnknownExpiryError, match="NIFTY options"):
        world("options", "NIFTY", "someday")
    with pytest.raises(UnknownInstrumentError, match="no futures and no options"):
        world("options", "HDFCBANK")
    world.server.routes[CHAIN] = lambda *_: refused(400, "UDAPI1088")
    with pytest.raises(InvalidRequestError):
        world("options", "NIFTY")


def greeks(_: str, query: dict[str, str]) -> Any:
    row = {"last_price": 5.0, "iv": 0.3, "delta": 0.4, "gamma": 0.1, "theta": -1.0, "vega": 2.0, "oi": 9, "volume": 3}
    return {key: row | {"instrument_token": key} for key in query["instrument_key"].split(",")}


def test_a_chain_of_commodities_is_put_together(world: World) -> None:
    world.server.routes["/v3/market-quote/option-greek"] = greeks
    world.server.prices |= {"MCX_FO|430106": 5760.0, "MCX_FO|435849": 55.0}
    chain = world("options", "CRUDEOIL")
    assert (chain.spot, chain.strikes, chain.lot) == (5760.0, [5750.0], 100)
    assert chain.atm.put is None
    assert (chain.atm.call.ltp, chain.atm.call.iv, chain.atm.call.oi_change, chain.atm.call.bid_quantity) == (
        55.0,
        30.0,
        10,
        5,
    )
    assert world.server.asked(CHAIN) == []


def test_a_currency_is_worth_its_future(world: World) -> None:
    world.server.routes["/v3/market-quote/option-greek"] = greeks
    chain = world("options", "JPYINR")
    assert (chain.spot, chain.atm.strike) == (100.0, 61.0)
    assert world("option", "JPYINR", "ATM", "CE").strike == 61.0


def test_without_a_price_nothing_is_at_the_money(world: World, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Instruments, "futures", lambda *_: [])
    world.server.routes["/v3/market-quote/option-greek"] = greeks
    assert world("options", "JPYINR").spot == 0.0
    with pytest.raises(ValueError, match="no price to be at the money of"):
        world("option", "JPYINR", "ATM", "CE")
    unknown = Chain("NIFTY", 0.0, chain.expiry, 65, chain.rows)
    with pytest.raises(ValueError, match="needs the price of the underlying"):
        _ = unknown.atm
    assert "ATM -, PCR" in repr(unknown)
    assert unknown.around(0).strikes == [chain.strikes[len(chain) // 2]]
    assert open_interest(unknown).axes


def test_the_servers_empty_chain_is_put_together(world: World) -> None:
    world.server.routes["/v3/market-quote/option-greek"] = greeks
    world.server.routes[CHAIN] = lambda *_: []
    assert len(world("options", "RELIANCE").strikes) == 11


@pytest.mark.parametrize(("strike", "expected"), [("ATM", 26000), ("atm-2", 25900), (26100, 26100), ("26100", 26100)])
def test_one_option(world: World, strike: float | str, expected: float) -> None:
    found = world("option", "NIFTY", strike, "put", "next week")
    assert (found.strike, found.kind, found.expiry) == (expected, "PE", NEXT_WEEK)


# Payoffs


def test_legs_in_words(chain: Chain) -> None:
    payoff = chain.payoff("sell ATM CE", "- 2 x ATM PE @ 99.5", "26100 ce", Leg("buy", "FUT", 0.0, 26012.0, 65), lots=3)
    assert [str(leg) for leg in payoff.legs] == [
        "sell 195 26000 CE @ 125", "sell 130 26000 PE @ 99.5", "buy 195 26100 CE @ 60", "buy 65 FUT @ 26012",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="a leg is such as 'buy 24500 CE'"):
        chain.payoff("buy something")
    with pytest.raises(LookupError, match="no PE of strike 30000"):
        chain.payoff("buy 30000 PE")
    with pytest.raises(ValueError, match="at least one leg"):
        chain.payoff()


def test_an_iron_condor() -> None:
    legs: list[Leg] = [
        Leg("sell", "CE", 26100, 60, 65), Leg("sell", "PE", 25900, 50, 65),
        Leg("buy", "CE", 26200, 30, 65), Leg("buy", "PE", 25800, 25, 65),
    ]  # fmt: skip
    payoff = Payoff(legs, 26000)
    assert payoff.cost == -65 * 55
    assert payoff.max_profit == 65 * 55
    assert payoff.max_loss == -65 * 45
    assert payoff.break_evens == [25845, 26155]
    assert payoff.at(26000) == payoff.max_profit
    assert payoff.kinks == [25800, 25900, 26100, 26200]
    prices = payoff.prices()
    assert prices[0] < 25800
    assert prices[-1] > 26200
    assert payoff.columns()["profit"][prices.index(25900)] == 65 * 55
    assert repr(payoff).endswith("profit up to 3,575.00, loss up to -2,925.00, break-even at 25845, 26155)")


@pytest.mark.parametrize(
    ("leg", "profit", "loss", "even"),
    [
        (Leg("buy", "CE", 100, 5, 10), math.inf, -50, [105]),
        (Leg("sell", "CE", 100, 5, 10), 50, -math.inf, [105]),
        (Leg("buy", "PE", 100, 5, 10), 950, -50, [95]),
        (Leg("sell", "PE", 100, 5, 10), 50, -950, [95]),
        (Leg("buy", "FUT", 0, 100, 10), math.inf, -1000, [100]),
        (Leg("sell", "FUT", 0, 100, 10), 1000, -math.inf, [100]),
        (Leg("buy", "CE", 100, 0, 10), math.inf, 0, [100]),
    ],
)
def test_single_legs(leg: Leg, profit: float, loss: float, even: list[float]) -> None:
    payoff = Payoff([leg], 100)
    assert (payoff.max_profit, payoff.max_loss, payoff.break_evens) == (profit, loss, even)


def test_without_a_bound_it_says_so() -> None:
    assert "profit up to no limit" in repr(Payoff([Leg("buy", "CE", 100, 5, 10)], 100))
    assert repr(Payoff([Leg("buy", "CE", 100, 0, 10), Leg("sell", "CE", 100, 1, 10)], 100)).endswith("at no price)")


sides: st.SearchStrategy[Side] = st.sampled_from(["buy", "sell"])
kinds: st.SearchStrategy[LegKind] = st.sampled_from(["CE", "PE", "FUT"])
legs = st.builds(Leg, sides, kinds, st.integers(1, 40).map(float), st.integers(0, 20).map(float), st.integers(1, 50))


@given(st.lists(legs, min_size=1, max_size=5))
def test_bounds_and_break_evens_hold_everywhere(position: list[Leg]) -> None:
    payoff = Payoff(position, 20.0)
    values = [payoff.at(price / 4) for price in range(400)]
    assert max(values) <= payoff.max_profit + 1e-6
    assert min(values) >= payoff.max_loss - 1e-6
    for price in payoff.break_evens:
        assert abs(payoff.at(price)) <= 0.006 * sum(leg.quantity for leg in position)
    crossings = sum(below * above < -1e-9 for below, above in itertools.pairwise(values))
    if crossings:
        assert payoff.break_evens


def test_the_price_of_an_option_that_was_not_traded() -> None:
    one = Instrument(key="NSE_FO|1", symbol="X", strike=1.0)
    assert Option(instrument=one, bid=4.0, ask=6.0).price == 5.0
    assert Strike(1.0, None, Option(instrument=one, oi=5)).pcr is None
    assert masters.small()
