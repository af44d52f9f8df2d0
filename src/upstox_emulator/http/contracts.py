"""The contracts on an underlying: options that are listed, and what has expired.

https://upstox.com/developer/api-documentation/get-option-contracts and the pages on expired instruments.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from upstox_emulator.catalog.expiries import EXPIRY_WORDS
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.catalog.rows import contract_row, expired_row
from upstox_emulator.errors import refuse
from upstox_emulator.http.calls import Call, Endpoint
from upstox_emulator.http.parameters import read_day

_MONTHS_BACK: Final = 6
_WITHOUT_PAST: Final = frozenset({"MCX_FO", "MCX_INDEX", "NSE_COM"})


def option_contracts(call: Call) -> Any:
    day, catalog = call.backend.now().date(), call.backend.venue.catalog
    underlying, text = _underlying(call, day), call.query.get("expiry_date")
    if text is None:
        expiries = catalog.expiries(underlying, day)
    elif text in EXPIRY_WORDS:
        meant = catalog.named_expiry(underlying, text, day)
        expiries = [] if meant is None else [meant]
    else:
        expiries = [read_day(text, "expiry_date", "date_invalid")]
    return [contract_row(one) for expiry in expiries for one in catalog.chain(underlying, expiry, day)]


def expired_expiries(call: Call) -> Any:
    day = call.backend.now().date()
    underlying = _underlying_of_the_past(call, day)
    months = day.year * 12 + day.month - 1 - _MONTHS_BACK
    first = dt.date(months // 12, months % 12 + 1, 1)
    return [f"{expiry}" for expiry in call.backend.venue.catalog.expired_on(underlying, first, day)]


def expired_options(call: Call) -> Any:
    return [expired_row(one) for one in _expired(call) if one.is_option]


def expired_futures(call: Call) -> Any:
    return [expired_row(one) for one in _expired(call) if not one.is_option]


def _expired(call: Call) -> list[Instrument]:
    day = call.backend.now().date()
    underlying = _underlying_of_the_past(call, day)
    expiry = read_day(call.query.get("expiry_date"), "expiry_date", "date_invalid")
    return call.backend.venue.catalog.expired(underlying, expiry) if expiry < day else []


def _underlying(call: Call, day: dt.date) -> str:
    key = call.query.get("instrument_key")
    if not key:
        raise refuse("instrument_required", path="instrument_key", value=key)
    instrument = call.backend.venue.catalog.find(key, day)
    if instrument is None or not instrument.is_on_the_wire:
        raise refuse("instrument_unknown", path="instrument_key", value=key)
    return key


def _underlying_of_the_past(call: Call, day: dt.date) -> str:
    key = _underlying(call, day)
    if key.partition("|")[0] in _WITHOUT_PAST:
        raise refuse("instrument_unknown", path="instrument_key", value=key)
    return key


ENDPOINTS: Final = (
    Endpoint("GET", "/v2/option/contract", option_contracts),
    Endpoint("GET", "/v2/expired-instruments/expiries", expired_expiries),
    Endpoint("GET", "/v2/expired-instruments/option/contract", expired_options),
    Endpoint("GET", "/v2/expired-instruments/future/contract", expired_futures),
)
