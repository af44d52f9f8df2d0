"""The option chain.

https://upstox.com/developer/api-documentation/get-pc-option-chain
"""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any, Final

from upstox_emulator.catalog.expiries import EXPIRY_WORDS
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.errors import refuse
from upstox_emulator.http.calls import Call, Endpoint
from upstox_emulator.http.keys import find_quoted
from upstox_emulator.http.parameters import read_day
from upstox_emulator.market.view import Depth, Greeks, Level, Tick
from upstox_emulator.units import Price, rupees

_WITHOUT_CHAIN: Final = frozenset({"MCX_FO", "MCX_INDEX", "NSE_COM"})
_NOBODY: Final = Level(0, 0, 0)


def option_chain(call: Call) -> Any:
    now, venue = call.backend.now(), call.backend.venue
    underlying = _underlying(call, now.date())
    expiry = _expiry(call, underlying, now.date())
    options = [] if expiry is None else venue.catalog.chain(underlying, expiry, now.date())
    if not options:
        return []
    at, keys, market = now.timestamp(), [one.key for one in options], venue.market
    spot = market.last(underlying, at)
    told = [
        (one, tick, _side(one, tick, of, depth))
        for one, tick, of, depth in zip(
            options, market.ticks(keys, at), market.greeks_of(keys, at), market.depths(keys, at, 1), strict=True
        )
    ]
    rows = groupby(sorted(told, key=lambda row: row[0].strike), key=lambda row: row[0].strike)
    return [_row(underlying, spot, strike, list(sides)) for strike, sides in rows]


def _underlying(call: Call, day: dt.date) -> str:
    key = call.query.get("instrument_key")
    if not key:
        raise refuse("instrument_required", path="instrument_key", value=key)
    if find_quoted(call, day, key) is None or key.partition("|")[0] in _WITHOUT_CHAIN:
        raise refuse("instrument_unknown", path="instrument_key", value=key)
    return key


def _expiry(call: Call, underlying: str, day: dt.date) -> dt.date | None:
    text = call.query.get("expiry_date")
    if text in EXPIRY_WORDS:
        return call.backend.venue.catalog.named_expiry(underlying, text, day)
    return read_day(text, "expiry_date", "date_invalid")


def _row(underlying: str, spot: Price, strike: Price, sides: list[tuple[Instrument, Tick, Any]]) -> dict[str, Any]:
    by_kind = {one.kind: (tick, told) for one, tick, told in sides}
    (call, call_told), (put, put_told) = by_kind["CE"], by_kind["PE"]
    return {
        "expiry": str(sides[0][0].expiry),
        "pcr": round(put.oi / call.oi, 4) if call.oi else 0.0,
        "strike_price": _plain(strike),
        "underlying_key": underlying,
        "underlying_spot_price": rupees(spot),
        "call_options": call_told,
        "put_options": put_told,
    }


def _side(one: Instrument, tick: Tick, of: Greeks, depth: Depth) -> dict[str, Any]:
    bid, ask = (side[0] if side else _NOBODY for side in (depth.bids, depth.asks))
    return {
        "instrument_key": one.key,
        "market_data": {
            "ltp": rupees(tick.last),
            "volume": tick.volume,
            "oi": tick.oi,
            "close_price": rupees(tick.previous_close),
            "bid_price": rupees(bid.price),
            "bid_qty": bid.quantity,
            "ask_price": rupees(ask.price),
            "ask_qty": ask.quantity,
            "prev_oi": tick.previous_oi,
        },
        "option_greeks": {
            "vega": round(of.vega, 4),
            "theta": round(of.theta, 4),
            "gamma": round(of.gamma, 4),
            "delta": round(of.delta, 4),
            "iv": round(of.iv * 100, 2),
            "pop": round(of.pop, 2),
        },
    }


def _plain(strike: Price) -> int | float:
    """A strike without a fraction that is none."""
    value = rupees(strike)
    return int(value) if value.is_integer() else value


ENDPOINTS: Final = (Endpoint("GET", "/v2/option/chain", option_chain),)
