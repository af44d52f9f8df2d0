from __future__ import annotations

import datetime as dt

import pytest

from upstox_emulator.info.smartlists import Smartlists, categories

from .conftest import NOW, World, at


def contracts(world: World, kind: str, asset: str, category: str, moment: dt.datetime = NOW):
    return told(world.info.smartlists, kind, asset, category, moment)


def told(lists: Smartlists, kind: str, asset: str, category: str, moment: dt.datetime = NOW):
    metric, rows = lists.contracts(kind, asset, category, moment)
    return metric, [row.told() for row in rows]


def test_the_lists_there_are():
    assert len(categories("futures", "INDEX")) == 8
    assert len(categories("options", "STOCK")) == 10
    assert categories("futures", "COMMODITY") == categories("options", "COMMODITY")
    assert len(categories("options", "COMMODITY")) == 4


@pytest.mark.parametrize("asset", ["INDEX", "STOCK", "COMMODITY"])
@pytest.mark.parametrize(
    ("category", "metric"),
    [("TOP_TRADED", "total_traded_value"), ("MOST_ACTIVE", "volume_traded_today")],
)
def test_futures_by_what_was_traded(world, asset, category, metric):
    name, rows = contracts(world, "futures", asset, category)
    assert name == metric
    traded = [row["metric"]["current"] for row in rows]
    assert traded == sorted(traded, reverse=True)
    assert len(rows) == len({row["instrument_key"] for row in rows}) >= 10
    first = world.catalog.find(rows[0]["instrument_key"], NOW.date())
    assert first.underlying_type == {"INDEX": "INDEX", "STOCK": "EQUITY", "COMMODITY": "COM"}[asset]
    tick = world.market.tick(first.key, NOW.timestamp())
    worth = tick.volume * tick.average * first.multiplier / 10_000 if category == "TOP_TRADED" else tick.volume
    assert traded[0] == round(worth)
    price = rows[0]["price"]
    assert price["current"] == tick.last / 10_000
    assert price["close_price"] == tick.previous_close / 10_000
    assert price["change_abs"] == pytest.approx(price["current"] - price["close_price"], abs=1e-4)


def test_what_it_was_is_that_of_the_session_before(world):
    _, rows = contracts(world, "futures", "INDEX", "MOST_ACTIVE")
    tick = world.market.tick(rows[0]["instrument_key"], at("2026-11-20T15:39:59").timestamp())
    metric = rows[0]["metric"]
    assert metric["previous"] == tick.volume
    assert metric["change_abs"] == metric["current"] - metric["previous"]
    assert metric["change_pct"] == round(metric["change_abs"] / metric["previous"] * 100, 2)


@pytest.mark.parametrize(("gainers", "losers"), [("OI_GAINERS", "OI_LOSERS"), ("PRICE_GAINERS", "PRICE_LOSERS")])
def test_those_that_gained_and_those_that_lost(world, gainers, losers):
    (_, up), (_, down) = (contracts(world, "futures", "STOCK", category) for category in (gainers, losers))
    rises = [row["metric"]["change_pct"] for row in up]
    falls = [row["metric"]["change_pct"] for row in down]
    assert rises == sorted(rises, reverse=True)
    assert falls == sorted(falls)
    assert min(rises) >= 0 >= max(falls)
    assert not {row["instrument_key"] for row in up} & {row["instrument_key"] for row in down}
    assert up
    assert down


def test_futures_above_what_they_are_on_and_below_it(world):
    (name, above), (_, below) = (contracts(world, "futures", "STOCK", category) for category in ("PREMIUM", "DISCOUNT"))
    assert name == "premium"
    assert above
    for sign, rows in ((1, above), (-1, below)):
        for row in rows[:5]:
            future = world.catalog.find(row["instrument_key"], NOW.date())
            spot = world.market.last(future.underlying, NOW.timestamp())
            last = world.market.last(future.key, NOW.timestamp())
            assert row["metric"]["current"] == sign * (last - spot) / 10_000 > 0


class Few:
    """A catalogue of few options, so that the lists of them are soon made."""

    def __init__(self, world: World) -> None:
        self.find = world.catalog.find
        self._chains = [
            world.catalog.chain(key, world.catalog.expiries(key, NOW.date())[1], NOW.date())
            for key in ("NSE_INDEX|Nifty 50", "NSE_EQ|INE062A01020")
        ]

    def listed(self, day: dt.date):
        return [option for chain in self._chains for option in chain[len(chain) // 2 - 12 : len(chain) // 2 + 12]]


@pytest.fixture(scope="module")
def few(world: World) -> Smartlists:
    return Smartlists(Few(world), world.market, world.calendar)


@pytest.mark.parametrize("category", categories("options", "INDEX"))
def test_options(few, world, category):
    metric, rows = told(few, "options", "INDEX", category)
    assert rows or category.startswith(("IV", "UNDER", "OI", "PRICE"))
    for row in rows:
        option = world.catalog.find(row["instrument_key"], NOW.date())
        assert option.is_option
        assert option.underlying_type == "INDEX"
    values = [row["metric"]["current"] for row in rows]
    if metric in {"total_traded_value", "volume_traded_today", "buy_margin"}:
        assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("asset", ["INDEX", "STOCK"])
def test_options_by_how_their_volatility_has_changed(few, world, asset):
    (metric, up), (_, down) = (told(few, "options", asset, name) for name in ("IV_GAINERS", "IV_LOSERS"))
    assert metric == "implied_volatility"
    assert up or down
    for row in (*up, *down):
        now = world.market.greeks(row["instrument_key"], NOW.timestamp()).iv * 100
        assert row["metric"]["current"] == round(now, 4)
    assert all(row["metric"]["change_abs"] > 0 for row in up)
    assert all(row["metric"]["change_abs"] < 0 for row in down)


def test_options_that_many_can_pay(few, world):
    _, rows = told(few, "options", "STOCK", "UNDER_10000")
    assert rows
    for row in rows:
        option = world.catalog.find(row["instrument_key"], NOW.date())
        paid = world.market.last(option.key, NOW.timestamp()) * option.lot / 10_000
        assert row["metric"] == {
            "current": pytest.approx(paid),
            "previous": None,
            "change_abs": None,
            "change_pct": None,
        }
        assert paid <= 10_000
    fewer = told(few, "options", "STOCK", "UNDER_5000")[1]
    assert {row["instrument_key"] for row in fewer} < {row["instrument_key"] for row in rows}


def test_what_was_not_listed_before_has_no_past(world):
    day = dt.date(2026, 11, 25)  # the first one after the weekly expiry

    class Fresh(Few):
        def __init__(self) -> None:
            super().__init__(world)
            self.find = lambda key, when: None if when < day else world.catalog.find(key, when)

    _, rows = told(
        Smartlists(Fresh(), world.market, world.calendar), "options", "INDEX", "MOST_ACTIVE", at("2026-11-25T11:00")
    )
    assert rows
    assert {row["metric"]["previous"] for row in rows} == {None}


def test_shares_with_margin_funding(world):
    rows = world.info.smartlists.funded(NOW)
    saved = [row["price"]["margin_saved"] for row in rows]
    assert saved == sorted(saved, reverse=True)
    for row in rows:
        price = row["price"]
        assert price["margin_saved"] == round(price["actual_price"] * row["mtf_percent"] / 100, 2)
        assert price["mtf_price"] == round(price["actual_price"] - price["margin_saved"], 2)
        assert world.catalog.find(row["instrument_key"], NOW.date()).mtf_bracket == row["mtf_percent"]


def test_before_the_opening_the_lists_are_those_of_the_session_before(world):
    early = contracts(world, "futures", "INDEX", "MOST_ACTIVE", at("2026-11-23T08:00"))[1]
    metric = early[0]["metric"]
    tick = world.market.tick(early[0]["instrument_key"], at("2026-11-19T15:39:59").timestamp())
    assert metric["previous"] == tick.volume
