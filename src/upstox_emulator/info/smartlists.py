"""Lists of contracts, sorted by what moves most: futures, options, and shares that can be bought with margin funding.

https://upstox.com/developer/api-documentation/get-futures-smartlist and the pages beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, Final, Literal, TypeAlias

import msgspec

from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.catalog import Catalog
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.market.market import Market
from upstox_emulator.market.view import Gist, Greeks, Tick
from upstox_emulator.units import PER_RUPEE, rupees

Kind: TypeAlias = Literal["futures", "options"]

ASSETS: Final = {"INDEX": "INDEX", "STOCK": "EQUITY", "COMMODITY": "COM"}
"""The asset types, and what the contracts of each are on."""

_OF_ALL: Final = ("TOP_TRADED", "MOST_ACTIVE", "OI_GAINERS", "OI_LOSERS")
_OF_PRICES: Final = ("PRICE_GAINERS", "PRICE_LOSERS")
_VOLATILITY: Final = ("IV_GAINERS", "IV_LOSERS")
_CATEGORIES: Final[dict[Kind, tuple[str, ...]]] = {
    "futures": (*_OF_PRICES, "PREMIUM", "DISCOUNT"),
    "options": (*_OF_PRICES, *_VOLATILITY, "UNDER_5000", "UNDER_10000"),
}
_SECOND: Final = dt.timedelta(seconds=1)
_PRICED: Final = 400  # the most traded options, whose volatility is looked at


def categories(kind: Kind, asset: str) -> tuple[str, ...]:
    """The lists there are for an asset type."""
    return _OF_ALL if asset == "COMMODITY" else (*_OF_ALL, *_CATEGORIES[kind])


class Row(msgspec.Struct):
    """A contract now, and at the end of the session before; `current` and `previous` are what it is sorted by."""

    instrument: Instrument
    gist: Gist
    before: Gist | None
    current: float = 0.0
    previous: float | None = None

    @property
    def change(self) -> float:
        """In percent of what it was; 0 where that is not known."""
        return (self.current - self.previous) / abs(self.previous) * 100 if self.previous else 0.0

    def told(self) -> dict[str, Any]:
        """As the endpoint shows it."""
        gist, previous = self.gist, self.previous
        move = rupees(gist.last - gist.previous_close)
        return {
            "instrument_key": self.instrument.key,
            "price": {
                "current": rupees(gist.last),
                "close_price": rupees(gist.previous_close),
                "change_abs": round(move, 4),
                "change_pct": round(move / rupees(gist.previous_close) * 100, 2) if gist.previous_close else 0.0,
            },
            "metric": {
                "current": self.current,
                "previous": None if previous is None else round(float(previous), 4),
                "change_abs": None if previous is None else round(float(self.current - previous), 4),
                "change_pct": None if previous is None else round(self.change, 2),
            },
        }


Measure: TypeAlias = Callable[[Instrument, Gist], float]
"""What a contract is sorted by, from its state."""


class _List(msgspec.Struct, frozen=True):
    """How a list is made.

    Attributes:
        metric: its `metric_key`. measure: what it is sorted by.
        by_change: whether by the change of that. falling: whether the smallest come first.
        whole: whether the metric is a whole number.
    """

    metric: str
    measure: Measure
    by_change: bool = False
    falling: bool = False
    whole: bool = False

    def of(self, instrument: Instrument, gist: Gist) -> float:
        """The metric of a contract."""
        value = self.measure(instrument, gist)
        return round(value) if self.whole else round(value, 4)


def _traded_value(instrument: Instrument, gist: Gist) -> float:
    return gist.volume * gist.average * instrument.multiplier / PER_RUPEE


def _buy_margin(instrument: Instrument, gist: Gist) -> float:
    return gist.last * instrument.lot / PER_RUPEE


def _price(_: Instrument, gist: Gist) -> float:
    return rupees(gist.last)


def _interest(_: Instrument, gist: Gist) -> float:
    return gist.oi


def _volume(_: Instrument, gist: Gist) -> float:
    return gist.volume


_LISTS: Final[dict[str, _List]] = {
    "TOP_TRADED": _List("total_traded_value", _traded_value, whole=True),
    "MOST_ACTIVE": _List("volume_traded_today", _volume, whole=True),
    "OI_GAINERS": _List("open_interest", _interest, by_change=True, whole=True),
    "OI_LOSERS": _List("open_interest", _interest, by_change=True, falling=True, whole=True),
    "PRICE_GAINERS": _List("price", _price, by_change=True),
    "PRICE_LOSERS": _List("price", _price, by_change=True, falling=True),
    "UNDER_5000": _List("buy_margin", _buy_margin),
    "UNDER_10000": _List("buy_margin", _buy_margin),
}
_LARGEST: Final = {"UNDER_5000": 5_000, "UNDER_10000": 10_000}


class Smartlists:
    """The lists at a moment."""

    def __init__(self, catalog: Catalog, market: Market, calendar: Calendar) -> None:
        self._catalog = catalog
        self._market = market
        self._calendar = calendar
        self._wanted = lru_cache(maxsize=12)(self._make_wanted)
        self._lasting = lru_cache(maxsize=24)(self._make_lasting)

    def contracts(self, kind: Kind, asset: str, category: str, at: dt.datetime) -> tuple[str, list[Row]]:
        """A list of futures or options: what it is sorted by, and its rows."""
        if category in _VOLATILITY:
            return "implied_volatility", self._volatility(asset, at, falling=category == "IV_LOSERS")
        rows = self._rows(kind, asset, at, averages=category == "TOP_TRADED")
        if category in {"PREMIUM", "DISCOUNT"}:
            return category.lower(), self._over_spot(rows, at, falling=category == "DISCOUNT")
        how = _LISTS[category]
        for row in rows:
            row.current = how.of(row.instrument, row.gist)
            row.previous = None if row.before is None or category in _LARGEST else how.of(row.instrument, row.before)
        if category in _LARGEST:
            rows = [row for row in rows if row.gist.volume and row.current <= _LARGEST[category]]
        return how.metric, _sorted(rows, how)

    def funded(self, at: dt.datetime) -> list[dict[str, Any]]:
        """The shares that can be bought with margin funding; where most is saved comes first."""
        shares = [share for share in self._catalog.shares if share.mtf_bracket and share.segment == "NSE_EQ"]
        gists = self._market.gists([share.key for share in shares], at.timestamp(), averages=False)
        rows = [_funded(share, gist) for share, gist in zip(shares, gists, strict=True)]
        return sorted(rows, key=lambda row: (-row["price"]["margin_saved"], row["instrument_key"]))

    def _rows(self, kind: Kind, asset: str, at: dt.datetime, *, averages: bool) -> list[Row]:
        wanted = self._wanted(kind, asset, at.date())
        gists = self._market.gists([one.key for one in wanted], at.timestamp(), averages=averages)
        before: dict[str, Gist] = {}
        for keys, end in self._before(kind, asset, at):
            before |= zip(keys, self._market.gists(keys, end, averages=averages), strict=True)
        return [Row(one, gist, before.get(one.key)) for one, gist in zip(wanted, gists, strict=True)]

    def _make_wanted(self, kind: Kind, asset: str, day: dt.date) -> Sequence[Instrument]:
        """The contracts that are looked at on a day, those of one exchange together."""
        wanted = [
            one
            for one in self._catalog.listed(day)
            if one.underlying_type == ASSETS[asset] and one.is_derivative and one.is_option == (kind == "options")
        ]
        if (kind, asset) == ("options", "STOCK"):  # hardly anybody trades those that end later
            nearest = min((one.expiry for one in wanted if one.expiry), default=None)
            wanted = [one for one in wanted if one.expiry == nearest]
        return sorted(wanted, key=_exchange)

    def _before(self, kind: Kind, asset: str, at: dt.datetime) -> Iterator[tuple[Sequence[str], float]]:
        """By exchange, the keys of those that were listed in the session before, and the moment of its end."""
        for exchange, _ in groupby(self._wanted(kind, asset, at.date()), _exchange):
            end = self._end_before(exchange, at)
            yield self._lasting(kind, asset, at.date(), exchange, end.date()), end.timestamp()

    def _make_lasting(self, kind: Kind, asset: str, day: dt.date, exchange: str, before: dt.date) -> Sequence[str]:
        wanted = self._wanted(kind, asset, day)
        return [
            one.key for one in wanted if _exchange(one) == exchange and self._catalog.find(one.key, before) is not None
        ]

    def _end_before(self, exchange: str, at: dt.datetime) -> dt.datetime:
        """The end of the session before the one that prices are of now."""
        day = at.date()
        session = self._calendar.session(exchange, day)
        if session is None or at < session.open:
            day = self._calendar.previous(exchange, day)
        session = self._calendar.session(exchange, self._calendar.previous(exchange, day))
        if session is None:
            raise ValueError(f"{exchange} had no session before {day}")
        return session.close - _SECOND

    def _over_spot(self, rows: list[Row], at: dt.datetime, *, falling: bool) -> list[Row]:
        """Futures above what they are on, or below it."""
        sign = -1 if falling else 1
        spots: dict[str, Tick] = {}
        for row in rows:
            key = row.instrument.underlying or ""
            if key not in spots:
                spots[key] = self._market.tick(key, at.timestamp())
            spot = spots[key]
            row.current = sign * rupees(row.gist.last - spot.last)
            row.previous = sign * rupees(row.gist.previous_close - spot.previous_close)
        found = [row for row in rows if row.current > 0]
        return sorted(found, key=lambda row: (-row.current, row.instrument.key))

    def _volatility(self, asset: str, at: dt.datetime, *, falling: bool) -> list[Row]:
        """The most traded options, by how their implied volatility has changed."""
        rows = self._rows("options", asset, at, averages=True)
        now = self._market.greeks_of([row.instrument.key for row in rows], at.timestamp())
        before = {
            key: greeks
            for keys, end in self._before("options", asset, at)
            for key, greeks in zip(keys, self._market.greeks_of(keys, end), strict=True)
        }
        for row, greeks in zip(rows, now, strict=True):
            earlier = before.get(row.instrument.key)
            row.current, row.previous = _percent(greeks), None if earlier is None else _percent(earlier)
        known = [row for row in rows if row.previous is not None and row.gist.volume]
        known.sort(key=lambda row: (-_traded_value(row.instrument, row.gist), row.instrument.key))
        return _sorted(known[:_PRICED], _List("implied_volatility", _price, by_change=True, falling=falling))


def _percent(greeks: Greeks) -> float:
    return round(greeks.iv * 100, 4)


def _exchange(instrument: Instrument) -> str:
    return EXCHANGE_OF_SEGMENT[instrument.segment]


def _sorted(rows: list[Row], how: _List) -> list[Row]:
    """The rows of a list in its order; of gainers and losers those that gained or lost."""
    sign = 1 if how.falling else -1
    if how.by_change:
        moved = [row for row in rows if row.change * sign < 0]
        return sorted(moved, key=lambda row: (sign * row.change, row.instrument.key))
    return sorted(rows, key=lambda row: (-row.current, row.instrument.key))


def _funded(share: Instrument, gist: Gist) -> dict[str, Any]:
    percent = float(share.mtf_bracket or 0)
    saved = round(rupees(gist.last) * percent / 100, 2)
    return {
        "instrument_key": share.key,
        "price": {
            "actual_price": rupees(gist.last),
            "mtf_price": round(rupees(gist.last) - saved, 2),
            "margin_saved": saved,
            "close_price": rupees(gist.previous_close),
        },
        "mtf_percent": percent,
    }
