"""Instruments as the wire has them: in the master files, in search results, and as contracts.

https://upstox.com/developer/api-documentation/instruments. The same instrument looks a little different in each place:
an expiry is a moment in a file and a day elsewhere, ticks are paise in JSON and rupees in CSV.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from typing import Any, Final

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.catalog.securities import facts
from upstox_emulator.clock import IST
from upstox_emulator.units import PER_PAISA, Price, rupees


def _names(text: str) -> tuple[str, ...]:
    """The names of a row's fields, in the order in which they are sent."""
    return tuple(text.split())


_FILE: Final = _names("""
weekly segment name exchange country latency isin expiry instrument_type asset_symbol underlying_symbol instrument_key
lot_size freeze_quantity exchange_token minimum_lot asset_key underlying_key tick_size asset_type underlying_type
trading_symbol short_name start_time end_time week_days mtf_enabled mtf_bracket strike_price last_trading_date
price_quote_unit qty_multiplier security_type cas_eligible
""")
