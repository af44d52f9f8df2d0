"""Quotes: last prices, candles of the moment, whole quotes, and Greeks.

https://upstox.com/developer/api-documentation/get-full-market-quote and the pages beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.errors import refuse
from upstox_emulator.http.calls import Call, Endpoint
from upstox_emulator.http.keys import read_keys
from upstox_emulator.market.auction import Auction, auction
from upstox_emulator.market.sessions import date_of, midnight
from upstox_emulator.market.view import Candle, Depth, Level, Tick
from upstox_emulator.units import Price, rupees

_MOST: Final = 500
_MOST_GREEKS: Final = 50
_LEVELS: Final = 5
_MINUTES: Final = {"I1": 1, "I30": 30}
_INTERVALS: Final = ("1d", *_MINUTES)
_NOBODY: Final = Level(0, 0, 0)
_AUCTION: Final = (
    "indicative_equilibrium_price",
    "reference_price",
    "indicative_equilibrium_quantity",
    "indicative_imbalance_quantity_total",
    "indicative_imbalance_quantity_market",
    "cas_eligible",
)


class _Quoted:
    """What a call asks for, and the moment of its answer."""

    def __init__(self, call: Call, *, many: str, version: int, most: int = _MOST) -> None:
        self.now = call.backend.now()
        self.at = self.now.timestamp()
        self.venue = call.backend.venue
        unknown = "quote_key" if version == 2 or many == "greeks_many" else "instrument_unknown"
        self.instruments = read_keys(call, self.now.date(), most=most, many=many, unknown=unknown, alias=version == 2)
        for one in self.instruments:
            if one.segment == "GLOBAL_INDICATOR":
                foreign = "quote_key" if unknown == "quote_key" else "quote_key_foreign"
                raise refuse(foreign, path="instrument_key", value=one.key)
        self.keys = [one.key for one in self.instruments]

    def ticks(self) -> Sequence[tuple[Instrument, Tick]]:
        """Each with its state."""
        return list(zip(self.instruments, self.venue.market.ticks(self.keys, self.at), strict=True))


# Last prices


def ltp(call: Call) -> Any:
    quoted = _Quoted(call, many="prices_many", version=2)
    return {one.quote_name: _last(one, tick) for one, tick in quoted.ticks()}


def ltp_v3(call: Call) -> Any:
    quoted = _Quoted(call, many="prices_many", version=3)
    return {one.quote_name: _last(one, tick) | _traded(tick) for one, tick in quoted.ticks()}


def _last(one: Instrument, tick: Tick) -> dict[str, Any]:
    return {"last_price": rupees(tick.last), "instrument_token": one.key}


def _traded(tick: Tick) -> dict[str, Any]:
    return {"ltq": tick.last_quantity, "volume": tick.volume, "cp": rupees(tick.previous_close)}


# Candles of the moment


def ohlc(call: Call) -> Any:
    quoted = _Quoted(call, many="prices_many", version=2)
    interval = _interval(call)
    return {
        one.quote_name: {"ohlc": _prices(_live(quoted, one, tick, interval)[1]), **_last(one, tick)}
        for one, tick in quoted.ticks()
    }


def ohlc_v3(call: Call) -> Any:
    quoted = _Quoted(call, many="prices_many", version=3)
    interval = _interval(call)
    answer: dict[str, Any] = {}
    for one, tick in quoted.ticks():
        before, live = _live(quoted, one, tick, interval)
        told = {"prev_ohlc": None if before is None else _candle(before), "live_ohlc": _candle(live)}
        answer[one.quote_name] = _last(one, tick) | told
    return answer


def _interval(call: Call) -> str:
    interval = call.query.get("interval")
    if not interval:
        raise refuse("quote_interval_required", path="interval", value=interval)
    if interval not in _INTERVALS:
        raise refuse("quote_interval", path="interval", value=interval)
    return interval


def _live(quoted: _Quoted, one: Instrument, tick: Tick, interval: str) -> tuple[Candle | None, Candle]:
    """The candle that forms, and the one before it of the same day."""
    start = float(midnight(date_of(tick.last_at)))
    day = Candle(start, tick.open, tick.high, tick.low, tick.last, tick.volume, tick.oi)
    if interval == "1d":
        return None, day
    seconds = 60 * _MINUTES[interval]
    found = quoted.venue.market.candles(one.key, seconds, max(start, tick.last_at - 2 * seconds), tick.last_at + 0.5)
    return (found[-2] if len(found) > 1 else None), found[-1]


def _prices(candle: Candle) -> dict[str, float]:
    return {
        "open": rupees(candle.open),
        "high": rupees(candle.high),
        "low": rupees(candle.low),
        "close": rupees(candle.close),
    }


def _candle(candle: Candle) -> dict[str, Any]:
    return {**_prices(candle), "volume": candle.volume, "ts": int(candle.at * 1000)}


# Whole quotes


def quotes(call: Call) -> Any:
    quoted = _Quoted(call, many="quotes_many", version=2)
    return {one.quote_name: _quote(quoted, one, tick) for one, tick in quoted.ticks()}


def quotes_v3(call: Call) -> Any:
    quoted = _Quoted(call, many="quotes_many", version=3)
    answer: dict[str, Any] = {}
    for one, tick in quoted.ticks():
        quote = _quote(quoted, one, tick)
        _, day = _live(quoted, one, tick, "1d")
        quote["ohlc"] = _candle(day)
        found = auction(quoted.venue.market, quoted.venue.calendar, one, tick, quoted.now)
        answer[one.quote_name] = quote | {
            "prev_close_price": rupees(tick.previous_close),
            "year_high": rupees(tick.year_high),
            "year_low": rupees(tick.year_low),
            "previous_oi": tick.previous_oi,
            **_auctioned(one, found),
        }
    return answer


def _quote(quoted: _Quoted, one: Instrument, tick: Tick) -> dict[str, Any]:
    depth = quoted.venue.market.depth(one.key, quoted.at, _LEVELS)
    return {
        "ohlc": _prices(_live(quoted, one, tick, "1d")[1]),
        "depth": _depth(depth),
        "timestamp": _told(quoted.now),
        "instrument_token": one.key,
        "symbol": one.compact,
        "last_price": rupees(tick.last),
        "volume": tick.volume,
        "average_price": rupees(tick.average),
        "oi": tick.oi,
        "net_change": rupees(tick.last - tick.previous_close),
        "total_buy_quantity": tick.total_bid,
        "total_sell_quantity": tick.total_ask,
        "lower_circuit_limit": rupees(tick.lower_circuit),
        "upper_circuit_limit": rupees(tick.upper_circuit),
        "last_trade_time": str(int(tick.last_at * 1000)),
        "oi_day_high": tick.oi_high,
        "oi_day_low": tick.oi_low,
    }


def _depth(depth: Depth) -> dict[str, Any]:
    """Always five rows a side; where nobody is, noughts."""
    return {"buy": _levels(depth.bids), "sell": _levels(depth.asks)}


def _levels(levels: Sequence[Level]) -> list[dict[str, Any]]:
    rows = [*levels, *[_NOBODY] * (_LEVELS - len(levels))]
    return [{"quantity": row.quantity, "price": _or_nought(row.price), "orders": row.orders} for row in rows]


def _or_nought(value: Price) -> float:
    return rupees(value) if value else 0


def _auctioned(one: Instrument, found: Auction | None) -> dict[str, Any]:
    if found is None:
        return dict.fromkeys(_AUCTION)
    if one.kind == "INDEX":
        return dict.fromkeys(_AUCTION) | {_AUCTION[0]: rupees(found.price)}
    values = (
        rupees(found.price),
        rupees(found.reference),
        found.quantity,
        found.imbalance,
        found.at_market,
        one.cas_eligible,
    )
    return dict(zip(_AUCTION, values, strict=True))


def _told(now: dt.datetime) -> str:
    return now.isoformat(timespec="milliseconds")


# Greeks


def option_greek(call: Call) -> Any:
    quoted = _Quoted(call, many="greeks_many", version=3, most=_MOST_GREEKS)
    for one in quoted.instruments:
        if not one.is_option:
            raise refuse("quote_key", path="instrument_key", value=one.key)
    greeks = quoted.venue.market.greeks_of(quoted.keys, quoted.at)
    return {
        one.quote_name: {
            **_last(one, tick),
            **_traded(tick),
            "iv": of.iv,
            "vega": round(of.vega, 4),
            "gamma": round(of.gamma, 4),
            "theta": round(of.theta, 4),
            "delta": round(of.delta, 4),
            "oi": tick.oi,
        }
        for (one, tick), of in zip(quoted.ticks(), greeks, strict=True)
    }


ENDPOINTS: Final = (
    Endpoint("GET", "/v2/market-quote/ltp", ltp),
    Endpoint("GET", "/v2/market-quote/ohlc", ohlc),
    Endpoint("GET", "/v2/market-quote/quotes", quotes),
    Endpoint("GET", "/v3/market-quote/ltp", ltp_v3),
    Endpoint("GET", "/v3/market-quote/ohlc", ohlc_v3),
    Endpoint("GET", "/v3/market-quote/quotes", quotes_v3),
    Endpoint("GET", "/v3/market-quote/option-greek", option_greek),
)
