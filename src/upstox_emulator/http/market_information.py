"""Open interest of option chains, and what institutions do.

https://upstox.com/developer/api-documentation/get-oi and the pages that follow it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from upstox_emulator.catalog.expiries import EXPIRY_WORDS
from upstox_emulator.errors import refuse
from upstox_emulator.http.calls import Call, Endpoint
from upstox_emulator.http.parameters import read_choice, read_day, read_whole
from upstox_emulator.info.flows import DII_TYPES, FII_TYPES
from upstox_emulator.info.open_interest import SINCE

_MOST_DAYS: Final = 365
_MOST_MINUTES: Final = 1440


class _Chain(NamedTuple):
    """The chain that is asked for, on a day, and the moment of the question."""

    underlying: str
    expiry: dt.date
    day: dt.date
    now: dt.datetime


def _chain(call: Call) -> _Chain:
    venue, now = call.backend.venue, call.backend.now()
    key, text = call.query.get("instrument_key", ""), call.query.get("expiry")
    instrument = venue.catalog.find(key, now.date())
    if instrument is None or not instrument.is_on_the_wire:
        raise refuse("instrument_unknown", path="instrument_key", value=key or None)
    day = read_day(call.query.get("date"), "date", "chain_date")
    if not SINCE <= day <= now.date():
        raise refuse("chain_date", path="date", value=str(day))
    named = venue.catalog.named_expiry(key, text, day) if text in EXPIRY_WORDS else None
    expiry = named or read_day(text, "expiry", "chain_expiry")
    if not venue.info.open_interest.is_chain(key, expiry, day):
        raise refuse("chain_expiry", path="expiry", value=text)
    return _Chain(key, expiry, day, now)


def open_interest(call: Call) -> Any:
    it = _chain(call)
    return call.backend.venue.info.open_interest.by_strike(*it)


def change(call: Call) -> Any:
    it = _chain(call)
    sessions = read_whole(call.query, "interval", high=_MOST_DAYS, kind="chain_interval")
    return call.backend.venue.info.open_interest.change(it.underlying, it.expiry, it.day, sessions, it.now)


def put_call_ratio(call: Call) -> Any:
    it = _chain(call)
    minutes = read_whole(call.query, "bucket_interval", high=_MOST_MINUTES, kind="chain_bucket")
    return call.backend.venue.info.open_interest.put_call_ratio(it.underlying, it.expiry, it.day, minutes, it.now)


def max_pain(call: Call) -> Any:
    it = _chain(call)
    minutes = read_whole(call.query, "bucket_interval", high=_MOST_MINUTES, kind="chain_bucket")
    return call.backend.venue.info.open_interest.max_pain(it.underlying, it.expiry, it.day, minutes, it.now)


def _flows(call: Call, who: str, known: Sequence[str]) -> Any:
    text = call.query.get("data_type", "")
    kinds = list(dict.fromkeys(text.split(",")))
    if not set(kinds) <= set(known):
        raise refuse("flow_type", path="data_type", value=text or None)
    interval = read_choice(call.query, "interval", ("1D", "1M"), "flow_interval")
    until = read_day(call.query["from"], "from", "flow_from") if "from" in call.query else None
    flows, today = call.backend.venue.info.flows, call.backend.now().date()
    told = flows.daily if interval == "1D" else flows.monthly
    return {kind: told(who, kind, until, today) for kind in kinds}


def foreign(call: Call) -> Any:
    return _flows(call, "fii", FII_TYPES)


def domestic(call: Call) -> Any:
    return _flows(call, "dii", DII_TYPES)


ENDPOINTS: Final = (
    Endpoint("GET", "/v2/market/oi", open_interest),
    Endpoint("GET", "/v2/market/change-oi", change),
    Endpoint("GET", "/v2/market/pcr", put_call_ratio),
    Endpoint("GET", "/v2/market/max-pain", max_pain),
    Endpoint("GET", "/v2/market/fii", foreign),
    Endpoint("GET", "/v2/market/dii", domestic),
)
