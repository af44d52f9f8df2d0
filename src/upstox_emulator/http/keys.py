"""Instrument keys in queries and paths: their pattern, their number, and whether they are known.

https://upstox.com/developer/api-documentation/appendix/field-pattern
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.errors import refuse
from upstox_emulator.http.calls import Call

_SEGMENT: Final = (
    "(?:NSE_EQ|NSE_FO|NCD_FO|BSE_EQ|BSE_FO|BCD_FO|MCX_FO|NSE_INDEX|BSE_INDEX|MCX_INDEX|NSE_COM"
    "|GLOBAL_INDEX|GLOBAL_INDICATOR)"
)
_KEY: Final = re.compile(rf"{_SEGMENT}\|[\w ^]+", re.ASCII)


def is_key(text: str) -> bool:
    """Whether a text has the form of an instrument key."""
    return _KEY.fullmatch(text) is not None


def find_quoted(call: Call, day: dt.date, key: str) -> Instrument | None:
    """The instrument with a key, if it is one that has a price."""
    found = call.backend.venue.catalog.find(key, day)
    return None if found is None or found.suspended or not found.is_on_the_wire else found


def read_keys(call: Call, day: dt.date, *, most: int, many: str, unknown: str, alias: bool = False) -> list[Instrument]:
    """The instruments that a query asks for, each once.

    Parameters:
        most: how many it may ask for. many, unknown: how more of them, and an unknown key, are refused.
        alias: whether `symbol` may stand for `instrument_key`.
    """
    name = "symbol" if alias and "instrument_key" not in call.query else "instrument_key"
    text = call.query.get(name, "")
    if not text:
        raise refuse("instrument_required", path="instrument_key", value=call.query.get(name))
    keys = list(dict.fromkeys(text.split(",")))
    for key in keys:
        if not is_key(key):
            raise refuse("quote_key_format", path=name, value=key)
    if len(keys) > most:
        raise refuse(many, path=name, value=f"{len(keys)} keys")
    found: list[Instrument] = []
    for key in keys:
        instrument = find_quoted(call, day, key)
        if instrument is None:
            raise refuse(unknown, path=name, value=key)
        found.append(instrument)
    return found
