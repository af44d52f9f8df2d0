"""Prices of now, keyed by what was asked.

https://upstox.com/developer/api-documentation/market-quote
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, TypeVar

import msgspec

from upstox_client.api.market_quote_v3_api import MarketQuoteV3Operations
from upstox_client.core.operation import Operation
from upstox_client.instruments import Instrument, Name
from upstox_client.models.quotes import Depth as DepthLevel
from upstox_client.models.quotes import (
    DepthMap,
    MarketQuoteOptionGreekV3,
    MarketQuoteSymbolV3,
    OhlcV3,
)
from upstox_client.trading.colours import Flow, call, flow, together
from upstox_client.trading.listing import InstrumentFlows
from upstox_client.trading.moments import from_iso, from_ms
from upstox_client.trading.tables import Table

T = TypeVar("T")
U = TypeVar("U")

BarInterval: TypeAlias = Literal["1d", "1m", "30m"]

_BATCH: Final = 500
_GREEKS_BATCH: Final = 50
_WIRE_INTERVALS: Final[Mapping[BarInterval, Literal["1d", "I1", "I30"]]] = {"1d": "1d", "1m": "I1", "30m": "I30"}


class ByName(Mapping[str, T], Table):
    """Answers by what was asked: `found["RELIANCE"]`. An instrument, or its key, is a name, too."""

    def __init__(self, asked: Mapping[str, Instrument], values: Mapping[str, T]) -> None:
        self._asked = dict(asked)
        self._values = dict(values)

    def __getitem__(self, name: Name) -> T:
        wanted = self._asked.get(name.key if isinstance(name, Instrument) else name)
        return self._values[name.key if isinstance(name, Instrument) else wanted.key if wanted else name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._asked)

    def __len__(self) -> int:
        return len(self._asked)

    def instrument(self, name: str) -> Instrument:
        """The instrument that was meant."""
        return self._asked[name]

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """`symbol`, and what each answer has."""
        rows = [_row(self._values[one.key]) for one in self._asked.values()]
        names = dict.fromkeys(name for row in rows for name in row)
        symbols = {"symbol": [one.symbol for one in self._asked.values()]}
        return symbols | {name: [row.get(name) for row in rows] for name in names}

    def __repr__(self) -> str:
        shown = ", ".join(f"{name!r}: {self[name]!r}" for name in list(self)[:4])
        return f"{{{shown}{', ...' if len(self) > 4 else ''}}}"


def _row(value: object) -> dict[str, Any]:
    if not isinstance(value, msgspec.Struct):
        return {"value": value}
    shown = ((name, getattr(value, name)) for name in value.__struct_fields__)
    return {name: part for name, part in shown if not isinstance(part, (msgspec.Struct, tuple))}


class Level(msgspec.Struct, frozen=True):
    """One level of the order book: a price in rupees, the units at it, and in how many orders."""

    price: float
    quantity: int
    orders: int


class Depth(msgspec.Struct, Table, frozen=True):
    """The order book, best first; empty levels are left out."""

    symbol: str
    buy: tuple[Level, ...]
    sell: tuple[Level, ...]
    total_buy_quantity: int
    total_sell_quantity: int

    @property
    def bid(self) -> float | None:
        """The best price that is bid, in rupees."""
        return self.buy[0].price if self.buy else None

    @property
    def ask(self) -> float | None:
        """The best price that is asked for, in rupees."""
        return self.sell[0].price if self.sell else None

    @property
    def spread(self) -> float | None:
        """What lies between them, in rupees."""
        return None if self.bid is None or self.ask is None else round(self.ask - self.bid, 6)

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """`side`, `price`, `quantity`, `orders`."""
        levels = [("buy", level) for level in self.buy] + [("sell", level) for level in self.sell]
        return {
            "side": [side for side, _ in levels],
            **{name: [getattr(level, name) for _, level in levels] for name in Level.__struct_fields__},
        }


class Quote(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """A full quote. Prices are in rupees, quantities in units, times in IST; what does not apply is None.

    Attributes:
        last_price, last_trade_time: of the last trade.
        open, high, low: of the day.
        previous_close: of the day before.
        change, change_percent: since then.
        average_price, volume: of the day's trades.
        oi, previous_oi: open interest, now and at the end of the day before.
        depth: the order book.
        bid, ask: the best of it.
        lower_circuit, upper_circuit: between which orders are taken today.
        year_high, year_low: of 52 weeks.
        indicative_price, indicative_quantity, reference_price: of an auction that is under way.
        time: when the answer was made.
    """

    symbol: str
    last_price: float
    open: float | None = None
    high: float | None = None
    low: float | None = None
    previous_close: float | None = None
    change: float | None = None
    change_percent: float | None = None
    volume: int = 0
    average_price: float | None = None
    oi: int | None = None
    previous_oi: int | None = None
    bid: float | None = None
    ask: float | None = None
    lower_circuit: float | None = None
    upper_circuit: float | None = None
    year_high: float | None = None
    year_low: float | None = None
    indicative_price: float | None = None
    indicative_quantity: int | None = None
    reference_price: float | None = None
    last_trade_time: dt.datetime | None = None
    time: dt.datetime | None = None
    depth: Depth


class Bar(msgspec.Struct, frozen=True):
    """The prices of an interval that is running (`live`), and of the one before it (`previous`; None for the day)."""

    last_price: float
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: int
    time: dt.datetime | None
    previous: OhlcV3 | None


class Greeks(msgspec.Struct, frozen=True):
    """Greeks of an option. `iv` is the implied volatility in percent, `theta` rupees a day."""

    last_price: float
    iv: float
    delta: float
    gamma: float
    theta: float
    vega: float
    oi: int
    volume: int


class QuoteFlows(InstrumentFlows):
    """Quotes of any number of instruments."""

    @flow
    def quote(self, *names: Name) -> Flow[ByName[Quote]]:
        """Full quotes: `up.quote("RELIANCE", "NIFTY 50")["RELIANCE"].last_price`.

        Parameters:
            names: keys, symbols, names or ISINs; any number, asked for in batches of 500.

        Raises:
            UnknownInstrumentError, AmbiguousInstrumentError: a name is none, or that of several.
            ApiException: the call failed.

        https://upstox.com/developer/api-documentation/get-full-market-quote-v3
        """
        return (yield from self._by_name(MarketQuoteV3Operations.get_full_market_quote_v3, _quote, names))

    @flow
    def ltp(self, *names: Name) -> Flow[ByName[float]]:
        """Last prices, in rupees.

        https://upstox.com/developer/api-documentation/ltp-v3
        """
        return (yield from self._by_name(MarketQuoteV3Operations.get_ltp, _last_price, names))

    @flow
    def ohlc(self, *names: Name, interval: BarInterval = "1d") -> Flow[ByName[Bar]]:
        """The prices of the running day, minute or half hour, and of the interval before.

        https://upstox.com/developer/api-documentation/get-market-quote-ohlc-v3
        """
        if interval not in _WIRE_INTERVALS:
            raise ValueError(f"interval is one of {', '.join(_WIRE_INTERVALS)}, got {interval!r}")
        found = yield from self._asked(names)

        def one(keys: list[str]) -> Flow[Any]:
            return call(MarketQuoteV3Operations.get_market_quote_ohlc, _WIRE_INTERVALS[interval], keys)

        return (yield from _collected(found, one, _bar, _BATCH))

    @flow
    def greeks(self, *names: Name) -> Flow[ByName[Greeks]]:
        """Greeks of options, asked for in batches of 50.

        https://upstox.com/developer/api-documentation/option-greek
        """
        operation = MarketQuoteV3Operations.get_market_quote_option_greek
        return (yield from self._by_name(operation, _greeks, names, _GREEKS_BATCH))

    @flow
    def depth(self, name: Name) -> Flow[Depth]:
        """The order book of one instrument, five levels a side."""
        found = yield from self.quote.flow(name)
        return next(iter(found.values())).depth

    def _by_name(
        self,
        operation: Operation[[str | Sequence[str] | None], Any],
        make: Callable[[Instrument, Any], T],
        names: Sequence[Name],
        batch: int = _BATCH,
    ) -> Flow[ByName[T]]:
        found = yield from self._asked(names)
        return (yield from _collected(found, lambda keys: call(operation, keys), make, batch))

    def _asked(self, names: Sequence[Name]) -> Flow[dict[str, Instrument]]:
        """What each name means."""
        if not names:
            raise ValueError("name at least one instrument, such as 'RELIANCE'")
        found: dict[str, Instrument] = {}
        for name in names:
            one = yield from self.instrument.flow(name)
            found[name.key if isinstance(name, Instrument) else name] = one
        return found


def _collected(
    asked: Mapping[str, Instrument],
    ask: Callable[[list[str]], Flow[Any]],
    make: Callable[[Instrument, Any], T],
    batch: int,
) -> Flow[ByName[T]]:
    keys = list(dict.fromkeys(one.key for one in asked.values()))
    answers = yield from together([ask(keys[place : place + batch]) for place in range(0, len(keys), batch)])
    found: list[Any] = [row for answer in answers for row in dict[str, Any](answer.data or {}).values()]
    rows = {str(row.instrument_token): row for row in found}
    by_key = {one.key: one for one in asked.values()}
    missing = [one for key, one in by_key.items() if key not in rows]
    if missing:
        raise LookupError(f"the server has no quote of {', '.join(f'{one} ({one.key})' for one in missing[:5])}")
    return ByName(asked, {key: make(one, rows[key]) for key, one in by_key.items()})


def _quote(instrument: Instrument, row: MarketQuoteSymbolV3) -> Quote:
    last, day = row.last_price or 0.0, row.ohlc or OhlcV3()
    previous = row.prev_close_price or (None if row.net_change is None else last - row.net_change)
    change = row.net_change if previous is None else last - previous
    depth = _depth(instrument, row)
    return Quote(
        symbol=instrument.symbol,
        last_price=_clean(last),
        open=day.open,
        high=day.high,
        low=day.low,
        previous_close=previous and _clean(previous),
        change=None if change is None else _clean(change),
        change_percent=round(change / previous * 100, 2) if change is not None and previous else None,
        volume=row.volume or 0,
        average_price=row.average_price,
        oi=_whole(row.oi),
        previous_oi=_whole(row.previous_oi),
        bid=depth.bid,
        ask=depth.ask,
        lower_circuit=row.lower_circuit_limit,
        upper_circuit=row.upper_circuit_limit,
        year_high=row.year_high,
        year_low=row.year_low,
        indicative_price=row.indicative_equilibrium_price,
        indicative_quantity=row.indicative_equilibrium_quantity,
        reference_price=row.reference_price,
        last_trade_time=from_ms(row.last_trade_time),
        time=from_iso(row.timestamp),
        depth=depth,
    )


def _clean(price: float) -> float:
    """A price without what 32-bit numbers on the way have added: 52.04999923706055 is 52.05."""
    return round(price, 4)


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _depth(instrument: Instrument, row: MarketQuoteSymbolV3) -> Depth:
    book = row.depth or DepthMap()
    return Depth(
        instrument.symbol,
        _levels(book.buy),
        _levels(book.sell),
        int(row.total_buy_quantity or 0),
        int(row.total_sell_quantity or 0),
    )


def _levels(levels: Sequence[DepthLevel] | None) -> tuple[Level, ...]:
    return tuple(Level(one.price or 0.0, one.quantity, one.orders or 0) for one in levels or () if one.quantity)


def _last_price(_: Instrument, row: Any) -> float:
    return _clean(row.last_price or 0.0)


def _bar(_: Instrument, row: Any) -> Bar:
    live = row.live_ohlc or OhlcV3()
    last = _clean(row.last_price or 0.0)
    return Bar(last, live.open, live.high, live.low, live.close, live.volume or 0, from_ms(live.ts), row.prev_ohlc)


def _greeks(_: Instrument, row: MarketQuoteOptionGreekV3) -> Greeks:
    return Greeks(
        last_price=_clean(row.last_price or 0.0),
        iv=round((row.iv or 0.0) * 100, 4),
        delta=row.delta or 0.0,
        gamma=row.gamma or 0.0,
        theta=row.theta or 0.0,
        vega=row.vega or 0.0,
        oi=int(row.oi or 0),
        volume=row.volume or 0,
    )
