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

_INTRADAY: Final = tuple(name for name in _FILE if not name.startswith("mtf_"))

_SUSPENDED: Final = _names("""
segment name exchange isin instrument_type instrument_key lot_size freeze_quantity exchange_token tick_size
trading_symbol qty_multiplier
""")

_CONTRACT: Final = _names("""
name segment exchange expiry instrument_key exchange_token trading_symbol tick_size lot_size instrument_type
freeze_quantity underlying_key underlying_type underlying_symbol strike_price minimum_lot weekly
""")

_SEARCH: Final = _names("""
name segment exchange isin expiry country latency instrument_key exchange_token trading_symbol short_name tick_size
lot_size instrument_type freeze_quantity underlying_key underlying_type underlying_symbol asset_key asset_type
asset_symbol strike_price minimum_lot weekly last_trading_date price_quote_unit qty_multiplier start_time end_time
week_days security_type cas_eligible
""")

CSV: Final = _names("""
instrument_key exchange_token tradingsymbol name last_price expiry strike tick_size lot_size instrument_type
option_type exchange
""")
"""The columns of the CSV files."""

_UNLISTED: Final = ("CUR|", "COM|")
_CSV_TYPES: Final = {"INDEX": "IDX", "EQUITY": "STK", "CUR": "CUR", "COM": "COM"}

# What a row of the world leaves empty.
_EMPTY: Final[dict[str, Any]] = {
    **dict.fromkeys(_names("isin instrument_type exchange_token price_quote_unit"), ""),
    **dict.fromkeys(_names("asset_symbol asset_key asset_type underlying_symbol underlying_key underlying_type"), ""),
    **dict.fromkeys(_names("lot_size minimum_lot"), 0),
    **dict.fromkeys(_names("freeze_quantity tick_size strike_price qty_multiplier mtf_bracket"), 0.0),
    **dict.fromkeys(_names("weekly mtf_enabled"), False),
}


def file_row(instrument: Instrument) -> dict[str, Any]:
    """A row of `complete.json.gz`, of an exchange's file, and of `MTF.json.gz`."""
    return _pick(_told(instrument), _FILE)


def mis_row(instrument: Instrument) -> dict[str, Any]:
    """A row of `NSE_MIS.json.gz` and `BSE_MIS.json.gz`."""
    margin = instrument.intraday_margin or 100.0
    return _pick(_told(instrument), _INTRADAY) | {"intraday_margin": margin, "intraday_leverage": 100 / margin}


def suspended_row(instrument: Instrument) -> dict[str, Any]:
    """A row of `suspended-instrument.json.gz`."""
    return _pick(_told(instrument), _SUSPENDED)


def search_row(instrument: Instrument) -> dict[str, Any]:
    """A search result: days are days, and the multiplier is whole."""
    row = _pick(_told(instrument), _SEARCH)
    if instrument.expiry is not None:
        row["expiry"] = instrument.expiry.isoformat()
    if "qty_multiplier" in row:
        row["qty_multiplier"] = int(row["qty_multiplier"])
    return row


def contract_row(instrument: Instrument) -> dict[str, Any]:
    """A future or an option in a list of contracts; what is whole has no decimal point."""
    row = _pick(_told(instrument), _CONTRACT) | {"expiry": f"{instrument.expiry}"}
    if not instrument.is_option:
        del row["strike_price"], row["weekly"]
    return {name: _plain(value) if isinstance(value, float) else value for name, value in row.items()}


def expired_row(instrument: Instrument) -> dict[str, Any]:
    """A contract of the past; its key tells the day on which it ended: `NSE_FO|47983|17-04-2025`."""
    return contract_row(instrument) | {"instrument_key": f"{instrument.key}|{instrument.expiry:%d-%m-%Y}"}


def csv_row(instrument: Instrument, last: Price) -> list[Any]:
    """A row of a CSV file; prices and ticks are rupees."""
    return [
        instrument.key,
        instrument.token,
        instrument.compact,
        instrument.name,
        rupees(last),
        instrument.expiry or "",
        rupees(instrument.strike) if instrument.is_derivative else "",
        rupees(instrument.tick),
        instrument.lot,
        _csv_type(instrument),
        instrument.kind if instrument.is_option else "",
        instrument.segment,
    ]


def _pick(told: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: told[name] for name in names if name in told}


def _told(instrument: Instrument) -> dict[str, Any]:
    """Everything that is told of an instrument, as the files have it."""
    told: dict[str, Any] = {
        "segment": instrument.segment,
        "name": instrument.name,
        "exchange": instrument.exchange,
        "instrument_type": instrument.kind,
        "instrument_key": instrument.key,
        "exchange_token": instrument.token,
        "trading_symbol": instrument.symbol,
    }
    if instrument.cas_eligible:
        told["cas_eligible"] = True
    if instrument.exchange == "GLOBAL":
        return told | _world()[instrument.key]
    if instrument.kind == "INDEX":
        return told
    told["lot_size"] = instrument.lot
    told["freeze_quantity"] = float(instrument.freeze)
    told["tick_size"] = instrument.tick / PER_PAISA
    told["qty_multiplier"] = float(instrument.multiplier)
    return told | (_of_share(instrument) if instrument.expiry is None else _of_contract(instrument, instrument.expiry))


def _of_share(instrument: Instrument) -> dict[str, Any]:
    told: dict[str, Any] = {"isin": instrument.isin}
    if instrument.short_name is not None:
        told["short_name"] = instrument.short_name
    if instrument.security_type is not None:
        told["security_type"] = instrument.security_type
    if instrument.mtf_bracket is not None:
        told |= {"mtf_enabled": True, "mtf_bracket": instrument.mtf_bracket}
    return told


def _of_contract(instrument: Instrument, expiry: dt.date) -> dict[str, Any]:
    told: dict[str, Any] = {
        "weekly": instrument.weekly,
        "expiry": _end_of(expiry),
        "minimum_lot": instrument.lot,
        "underlying_symbol": instrument.underlying_symbol,
        "underlying_type": instrument.underlying_type,
        "asset_symbol": instrument.underlying_symbol,
        "asset_type": instrument.underlying_type,
        "strike_price": rupees(instrument.strike),
    }
    key = instrument.underlying
    if key is not None and not key.startswith(_UNLISTED):
        told["underlying_key"] = key
        if instrument.underlying_type != "COM":  # there the underlying is the future; the commodity has no key
            told["asset_key"] = key
    if instrument.quote_unit is not None:
        told |= {"last_trading_date": _end_of(expiry), "price_quote_unit": instrument.quote_unit}
    return told


@functools.cache
def _world() -> dict[str, dict[str, Any]]:
    return {
        f"{row['segment']}|{row['code']}": _EMPTY
        | {
            "country": row["country"],
            "latency": row["latency"],
            "start_time": row["start"],
            "end_time": row["end"],
            "week_days": row["days"],
        }
        for row in facts("world")
    }


@functools.cache
def _end_of(day: dt.date) -> int:
    """The last second of a day in India, in epoch milliseconds."""
    return int(dt.datetime.combine(day, dt.time(23, 59, 59), IST).timestamp() * 1000)


def _csv_type(instrument: Instrument) -> str:
    if instrument.underlying_type is None:
        return "INDEX" if instrument.kind == "INDEX" else "EQUITY"
    if not instrument.is_option:
        return f"FUT{_CSV_TYPES[instrument.underlying_type]}"
    return "OPTFUT" if instrument.underlying_type == "COM" else f"OPT{_CSV_TYPES[instrument.underlying_type]}"


def _plain(value: float) -> float:
    return int(value) if value.is_integer() else value
