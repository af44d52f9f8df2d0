"""What is listed, what it is called, and that it stays."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.catalog import Catalog
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.catalog.products import products
from upstox_emulator.catalog.securities import facts, members
from upstox_emulator.units import Price, price

TODAY = dt.date(2026, 11, 23)
CALENDAR = Calendar("calendar", TODAY)
NIFTY, SENSEX, RELIANCE = "NSE_INDEX|Nifty 50", "BSE_INDEX|SENSEX", "NSE_EQ|INE002A01018"
DAY = dt.timedelta(1)


@functools.cache
def wandering(key: str, day: dt.date) -> Price:
    """A price that goes up and down, and is the same whenever it is asked for."""
    anchor = Catalog(7, CALENDAR).spot(key, day)
    number = int.from_bytes(hashlib.blake2b(f"{key} {day.toordinal() // 20}".encode(), digest_size=2).digest(), "big")
    return max(1, anchor * (230 + number % 140) // 300)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    made = Catalog(7, CALENDAR)
    made.spot = wandering
    return made


@pytest.fixture(scope="module")
def steady() -> Catalog:
    return Catalog(7, CALENDAR)


def test_what_is_there(catalog) -> None:
    listed = catalog.listed(TODAY)
    assert 8_000 < len(listed) < 30_000
    assert {one.segment for one in listed} == set(EXCHANGE_OF_SEGMENT) - {"CUR", "COM"}
    assert len(catalog.shares) == 210
    assert all(one.anchor > 0 for one in (*catalog.shares, *catalog.indices, *catalog.assets))
    assert all(one.industry for one in catalog.shares)
    names = Counter(one.underlying_symbol for one in listed if one.is_derivative)
    for text in ("NIFTY BANKNIFTY FINNIFTY MIDCPNIFTY SENSEX BANKEX RELIANCE", "USDINR EURINR GBPINR JPYINR",
                 "CRUDEOIL NATURALGAS GOLD SILVER COPPER"):  # fmt: skip
        assert set(text.split()) <= set(names)
    assert {one.kind for one in listed if one.segment == "NSE_EQ"} >= {"EQ", "BE", "SM", "GS", "SG", "TB", "N2"}
    assert all(one.suspended for one in catalog.suspended)
    assert not any(one.suspended for one in listed)


@pytest.mark.parametrize("offset", [0, 1, 2, 400, 2000])
def test_keys_and_symbols_are_unique(catalog, offset: int) -> None:
    listed = catalog.listed(TODAY - dt.timedelta(offset))
    for names in (
        [one.key for one in listed],
        [(one.segment, one.token) for one in listed if one.token],
        [(one.segment, one.compact) for one in listed if one.isin is None],
        [(one.segment, one.symbol) for one in listed if one.isin is None],
    ):
        assert [name for name, count in Counter(names).items() if count > 1] == []


def test_everything_is_found_by_its_key_and_by_both_spellings(catalog) -> None:
    for one in catalog.listed(TODAY):
        assert catalog.find(one.key, TODAY) is one
        if one.is_derivative or one.kind in {"EQ", "A", "INDEX"}:
            assert catalog.by_symbol(one.segment, one.symbol, TODAY) is one
            assert catalog.by_symbol(one.segment, one.compact, TODAY) is one


def test_finding_does_not_need_the_list() -> None:
    catalog = Catalog(7, CALENDAR)
    asked: list[str] = []
    anchor = catalog.spot

    def spot(key: str, day: dt.date) -> Price:
        asked.append(key)
        return anchor(key, day)

    catalog.spot = spot
    key = Catalog(7, CALENDAR).chain(NIFTY, dt.date(2026, 12, 29), TODAY)[0].key
    found = catalog.find(key, TODAY)
    assert found is not None
    assert found.underlying == NIFTY
    assert set(asked) == {NIFTY}


@pytest.mark.parametrize(
    ("key", "known"),
    [
        (RELIANCE, True), ("BSE_EQ|INE002A01018", True), (NIFTY, True), ("GLOBAL_INDEX|^HSI", True),
        ("CUR|USDINR", True), ("COM|CRUDEOIL", True), ("NSE_EQ|INE202B01012", True),
        ("NSE_EQ|INE000000000", False), ("NSE_FO|1", False), ("NSE_FO|99999999", False), ("NSE_FO|abc", False),
        ("NSE_FO|²", False), ("MOON|1", False), ("", False), ("|", False), ("NSE_FO|", False),
    ],
)  # fmt: skip
def test_find(catalog, key: str, known: bool) -> None:
    assert (catalog.find(key, TODAY) is not None) == known


def test_what_is_suspended_is_found_but_not_traded(catalog) -> None:
    dhfl = catalog.find("NSE_EQ|INE202B01012", TODAY)
    assert dhfl is not None
    assert not dhfl.is_tradable
    assert dhfl not in catalog.listed(TODAY)
    assert catalog.find(RELIANCE, TODAY).is_tradable
    assert not catalog.find(NIFTY, TODAY).is_tradable
    assert not catalog.find("CUR|USDINR", TODAY).is_tradable


def test_further_instruments() -> None:
    more = Instrument(
        key="NSE_EQ|INE000000001", segment="NSE_EQ", exchange="NSE", kind="EQ", name="MINE", symbol="MINE",
        compact="MINE", token="99999",
    )  # fmt: skip
    catalog = Catalog(7, CALENDAR, more=[more])
    assert catalog.find(more.key, TODAY) is more
    assert more in catalog.listed(TODAY)
    assert catalog.by_symbol("NSE_EQ", "MINE", TODAY) is more


@pytest.mark.parametrize(
    ("segment", "symbol", "expected"),
    [
        ("NSE_FO", "NIFTY 26000 CE 29 DEC 26", "NIFTY26DEC26000CE"),
        ("NSE_FO", "NIFTY 26000 PE 01 DEC 26", "NIFTY26D0126000PE"),
        ("NSE_FO", "NIFTY FUT 23 NOV 26", "NIFTY26NOVFUT"),
        ("BSE_FO", "SENSEX FUT 26 NOV 26", "SENSEX26NOVFUT"),
        ("NSE_FO", "RELIANCE 1540 CE 23 NOV 26", "RELIANCE26NOV1540CE"),
        ("NSE_FO", "M&M FUT 25 JAN 27", "M&M27JANFUT"),
        ("NSE_FO", "BAJAJ-AUTO FUT 29 DEC 26", "BAJAJ-AUTO26DECFUT"),
        ("NSE_FO", "NIFTYNXT50 FUT 29 DEC 26", "NIFTYNXT5026DECFUT"),
        ("NSE_FO", "IDEA 10 CE 23 NOV 26", "IDEA26NOV10CE"),
        ("NCD_FO", "JPYINR 57.25 CE 26 NOV 26", "JPYINR26NOV57.25CE"),
        ("NCD_FO", "USDINR 88.5 PE 04 DEC 26", "USDINR26D0488.5PE"),
        ("BCD_FO", "EURINR FUT 26 NOV 26", "EURINR26NOVFUT"),
        ("MCX_FO", "CRUDEOIL 5250 CE 16 DEC 26", "CRUDEOIL26DEC5250CE"),
        ("NSE_COM", "GOLD FUT 04 DEC 26", "GOLD26DECFUT"),
        ("NSE_EQ", "RELIANCE", "RELIANCE"),
        ("NSE_INDEX", "NIFTY", "Nifty 50"),
        ("NSE_FO", "NIFTY 26001 CE 29 DEC 26", None),
        ("NSE_FO", "NOTHING 26000 CE 29 DEC 26", None),
        ("MOON", "NIFTY FUT 23 NOV 26", None),
    ],
)  # fmt: skip
def test_symbols(steady, segment: str, symbol: str, expected: str | None) -> None:
    found = steady.by_symbol(segment, symbol, TODAY)
    assert (found and found.compact) == expected
    if found is not None:
        assert found.symbol == symbol
        assert steady.by_symbol(segment, found.compact, TODAY) is found


def test_the_weekly_months_of_autumn(steady) -> None:
    symbols = {one.compact[:10] for one in steady.chain(NIFTY, dt.date(2026, 10, 13), dt.date(2026, 10, 1))}
    assert symbols == {"NIFTY26O13"}
    symbols = {one.compact[:9] for one in steady.chain(NIFTY, dt.date(2026, 9, 22), dt.date(2026, 9, 10))}
    assert symbols == {"NIFTY2692"}


@pytest.mark.parametrize(
    ("underlying", "expiry", "lot", "freeze"),
    [
        (NIFTY, "2024-02-15", 50, 1800), (NIFTY, "2025-04-24", 75, 1800), (NIFTY, "2026-12-29", 65, 1800),
        ("NSE_INDEX|Nifty Bank", "2026-12-29", 30, 600), (SENSEX, "2026-12-31", 20, 1000),
        (RELIANCE, "2026-12-29", 500, 10_000),
    ],
)  # fmt: skip
def test_lots(steady, underlying: str, expiry: str, lot: int, freeze: int) -> None:
    contracts = steady.expired(underlying, dt.date.fromisoformat(expiry))
    assert {(one.lot, one.freeze) for one in contracts} == {(lot, freeze)}


@pytest.mark.parametrize(
    ("key", "tick"),
    [
        (RELIANCE, "0.10"), ("BSE_EQ|INE002A01018", "0.05"), ("NSE_EQ|INE669E01016", "0.01"),
        ("BSE_EQ|INE669E01016", "0.01"), ("NSE_EQ|INE040A01034", "0.05"), ("NSE_EQ|INE917I01010", "0.50"),
        ("NSE_EQ|INE585B01010", "1"), ("NSE_EQ|INE323A01026", "5"),
    ],
)  # fmt: skip
def test_ticks_go_by_the_price(catalog, key: str, tick: str) -> None:
    assert catalog.find(key, TODAY).tick == price(tick)


def test_ticks_of_contracts(catalog) -> None:
    ticks = {
        (one.segment, one.underlying_symbol, one.is_option): one.tick
        for one in catalog.listed(TODAY)
        if one.is_derivative
    }
    assert ticks["NSE_FO", "NIFTY", True] == price("0.05")
    assert ticks["NSE_FO", "NIFTY", False] == price("0.10")
    assert ticks["NCD_FO", "JPYINR", True] == price("0.0025")
    assert ticks["MCX_FO", "CRUDEOIL", True] == price("0.10")
    assert ticks["MCX_FO", "CRUDEOIL", False] == price("1")


# Contracts


def test_expiries_chain_and_futures(catalog) -> None:
    expiries = catalog.expiries(NIFTY, TODAY)
    assert [f"{day}" for day in expiries] == [
        "2026-11-23", "2026-12-01", "2026-12-08", "2026-12-15", "2026-12-29", "2027-01-25", "2027-03-30", "2027-06-29",
        "2027-09-28",
    ]  # fmt: skip
    chain = catalog.chain(NIFTY, expiries[1], TODAY)
    assert [(one.strike, one.kind) for one in chain] == sorted((one.strike, one.kind) for one in chain)
    assert {one.expiry for one in chain} == {expiries[1]}
    assert all(one.weekly for one in chain)
    assert not any(one.weekly for one in catalog.chain(NIFTY, expiries[0], TODAY))
    assert [f"{one.expiry}" for one in catalog.futures(NIFTY, TODAY)] == ["2026-11-23", "2026-12-29", "2027-01-25"]
    assert catalog.chain(NIFTY, TODAY + DAY, TODAY) == []
    assert catalog.expiries("NSE_EQ|INE814H01029", TODAY) == []  # no contracts on it
    assert catalog.futures("NSE_EQ|INE814H01029", TODAY) == []


def test_the_underlying_of_a_commodity_option_is_the_future(catalog) -> None:
    future, later, _ = (one for one in catalog.futures("COM|GOLD", TODAY) if one.segment == "MCX_FO")
    assert future.underlying == "COM|GOLD"
    (expiry,) = catalog.expiries(future.key, TODAY)
    assert expiry < future.expiry
    assert {one.underlying for one in catalog.chain(future.key, expiry, TODAY)} == {future.key}
    assert catalog.chain(later.key, expiry, TODAY) == []
    assert set(catalog.expiries("COM|GOLD", TODAY)) > {expiry}
    assert catalog.futures(catalog.futures(NIFTY, TODAY)[0].key, TODAY) == []


def test_currencies_are_traded_on_both_exchanges(catalog) -> None:
    assert {one.segment for one in catalog.futures("CUR|USDINR", TODAY)} == {"NCD_FO", "BCD_FO"}
    assert len([one for one in catalog.futures("CUR|USDINR", TODAY) if one.segment == "NCD_FO"]) == 12
    assert {one.multiplier for one in catalog.futures("CUR|USDINR", TODAY)} == {1000}
    assert any(one.weekly for day in catalog.expiries("CUR|USDINR", TODAY) for one in
               catalog.chain("CUR|USDINR", day, TODAY))  # fmt: skip


def test_words_for_expiries(catalog) -> None:
    assert f"{catalog.named_expiry(NIFTY, 'next_week', TODAY)}" == "2026-12-01"
    assert f"{catalog.named_expiry(NIFTY, 'next_month', TODAY)}" == "2026-12-29"
    assert catalog.named_expiry(RELIANCE, "current_week", TODAY) is None
    assert f"{catalog.named_expiry(RELIANCE, 'monthly', TODAY)}" == "2026-11-23"
    assert catalog.named_expiry("NSE_EQ|INE814H01029", "monthly", TODAY) is None


@pytest.mark.parametrize("product", products(), ids=lambda one: f"{one.segment} {one.symbol}")
def test_strikes_are_around_the_money(steady, product) -> None:
    spot = steady.spot(product.asset, TODAY)
    for expiry in steady.expiries(product.asset, TODAY):
        chain = [one for one in steady.chain(product.asset, expiry, TODAY) if one.segment == product.segment]
        strikes = sorted({one.strike for one in chain})
        if strikes:
            assert Counter(one.kind for one in chain) == {"CE": len(strikes), "PE": len(strikes)}
            assert len(strikes) >= 11
            assert 0 < strikes[0] < spot * 0.98 < spot * 1.02 < strikes[-1]
            assert min(abs(strike - spot) for strike in strikes) <= max(spot * 0.021, price("0.5"))


@settings(max_examples=30)
@given(
    day=st.dates(dt.date(2015, 1, 1), dt.date(2028, 12, 1)),
    later=st.integers(0, 40),
    underlying=st.sampled_from([NIFTY, SENSEX, RELIANCE, "NSE_INDEX|Nifty Bank", "COM|GOLD", "CUR|USDINR"]),
)
def test_a_contract_is_the_same_on_every_day_of_its_life(day: dt.date, later: int, underlying: str) -> None:
    first, second = Catalog(7, CALENDAR), Catalog(7, CALENDAR)
    first.spot = second.spot = wandering
    after = day + later * DAY
    for expiry in first.expiries(underlying, day):
        if expiry >= after:
            before = {one.key: one for one in first.chain(underlying, expiry, day)}
            now = {one.key: one for one in second.chain(underlying, expiry, after)}
            assert before.items() <= now.items()
    assert [one for one in first.futures(underlying, day) if one.expiry >= after] == [
        one for one in second.futures(underlying, after) if one in first.futures(underlying, day)
    ]


def test_a_jump_of_the_price_opens_new_strikes() -> None:
    """Also when they are so far away that old and new ones would share a token."""
    catalog = Catalog(7, CALENDAR)
    jump = dt.date(2026, 11, 10)
    anchor = catalog.spot
    catalog.spot = lambda key, day: anchor(key, day) * (9 if day >= jump else 1)
    chain = catalog.chain(RELIANCE, dt.date(2026, 12, 29), dt.date(2026, 11, 24))
    assert max(one.strike for one in chain) < 9 * anchor(RELIANCE, jump)
    chain = catalog.chain(RELIANCE, dt.date(2026, 12, 29), dt.date(2026, 12, 1))
    spot = 9 * anchor(RELIANCE, jump)
    assert min(abs(one.strike - spot) for one in chain) <= price(5)
    assert min(one.strike for one in chain) < anchor(RELIANCE, jump)
    assert len({one.key for one in chain}) == len(chain)


def test_the_past(catalog) -> None:
    expiry = dt.date(2025, 4, 17)
    contracts = catalog.expired(NIFTY, expiry)
    assert {one.kind for one in contracts} == {"CE", "PE"}
    assert {one.symbol[-9:] for one in contracts} == {"17 APR 25"}
    for one in contracts[:4]:
        assert catalog.find_expired(f"{one.key}|17-04-2025") == one
        assert catalog.find_expired(f"{one.key}|16-04-2025") is None
    month = catalog.expired(NIFTY, dt.date(2025, 4, 24))
    assert [one.symbol for one in month if one.kind == "FUT"] == ["NIFTY FUT 24 APR 25"]
    assert catalog.expired(NIFTY, dt.date(2025, 4, 18)) == []
    assert catalog.find_expired("NSE_FO|40000") is None
    assert catalog.find_expired("NSE_FO|40000|99-99-2025") is None
    days = catalog.expired_on(RELIANCE, dt.date(2010, 1, 1), dt.date(2011, 1, 1))
    assert len(days) == 12
    assert len(catalog.expired(RELIANCE, days[0])) > 20


def test_the_past_of_a_commodity(catalog) -> None:
    future = next(one for one in catalog.futures("COM|CRUDEOIL", TODAY) if one.segment == "MCX_FO")
    (expiry,) = catalog.expiries(future.key, TODAY)
    assert {one.underlying for one in catalog.expired(future.key, expiry)} == {future.key}


def test_memory_of_days_is_bounded(catalog) -> None:
    for number in range(40):
        day = TODAY - number * DAY
        assert catalog.find(catalog.futures(NIFTY, day)[0].key, day) is not None
    assert len(catalog._found) <= 32


def test_what_quotes_are_keyed_by(steady) -> None:
    assert steady.find(RELIANCE, TODAY).quote_name == "NSE_EQ:RELIANCE"
    assert steady.find(NIFTY, TODAY).quote_name == "NSE_INDEX:Nifty 50"
    assert steady.find("GLOBAL_INDEX|^HSI", TODAY).quote_name == "GLOBAL_INDEX:^HSI"
    assert steady.futures(NIFTY, TODAY)[1].quote_name == "NSE_FO:NIFTY26DECFUT"


def test_expiries_do_not_move_around_the_clock() -> None:
    """Where every day is a trading day, a holiday does not move an expiry."""
    catalog = Catalog(7, Calendar("always-open", TODAY))
    assert f"{catalog.expiries(NIFTY, TODAY)[0]}" == "2026-11-24"


# The tables


def test_members() -> None:
    known = members()
    assert len(known[NIFTY]) == 50
    assert len(known["NSE_INDEX|Nifty Next 50"]) == 50
    assert len(known["NSE_INDEX|Nifty 100"]) == 100
    assert len(known["NSE_INDEX|Nifty 500"]) == 105
    assert len(known[SENSEX]) == 30
    assert all(key.startswith("BSE_EQ|") for key in known[SENSEX])
    assert known["NSE_INDEX|India VIX"] == ()
    assert len(known["NSE_INDEX|Nifty Energy"]) > len(known["NSE_INDEX|NIFTY OIL AND GAS"]) > 0
    assert RELIANCE in known["NSE_INDEX|Nifty Energy"]
    assert all(len(keys) > 1 for index, keys in known.items() if "VIX" not in index and "MCX" not in index)


def test_industries_of_indices(steady) -> None:
    industries = {one.name: one.industry for one in steady.indices}
    assert industries["Nifty Bank"] == industries["BANKEX"] == "Financial Services"
    assert industries["Nifty IT"] == "Information Technology"
    assert industries["Nifty Pharma"] == "Healthcare"
    assert industries["AUTO"] == "Automobile and Auto Components"
    assert industries["Nifty 50"] is industries["SENSEX"] is industries["India VIX"] is None


@pytest.mark.parametrize("name", ["shares", "indices", "others", "world", "assets", "funds"])
def test_tables_are_whole(name: str) -> None:
    rows = list(facts(name))
    assert rows
    for row in rows:
        assert None not in row
        assert None not in row.values()


def test_symbols_of_members_are_shares() -> None:
    known = {row["symbol"] for row in facts("shares")}
    for row in facts("indices"):
        if not row["members"].startswith(("@", "#")):
            assert set(row["members"].split()) <= known
