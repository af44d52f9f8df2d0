"""Instrument files made up: of any size, alike on every run, in the shape of the wire's."""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
import json
from collections.abc import Iterator
from typing import Any

TODAY = dt.date(2026, 11, 23)
WEEKLY = [dt.date(2026, 11, 24) + dt.timedelta(days=7 * week) for week in range(6)]
MONTHLY = [dt.date(2026, 11, 24), dt.date(2026, 12, 29), dt.date(2027, 1, 25)]

BFO: dict[str, Any] = {"segment": "BSE_FO", "exchange": "BSE", "lot_size": 20}
MCX: dict[str, Any] = {
    "segment": "MCX_FO", "exchange": "MCX", "lot_size": 100, "freeze_quantity": 10000.0, "price_quote_unit": "BBL",
    "underlying_type": "COM",
}  # fmt: skip
NCD: dict[str, Any] = {
    "segment": "NCD_FO", "tick_size": 0.25, "lot_size": 1, "qty_multiplier": 1000, "underlying_type": "CUR",
}  # fmt: skip

_SYLLABLES = ("ba", "de", "ka", "lo", "mi", "na", "pra", "ra", "su", "ta", "vi", "ya")


def expiry_ms(day: dt.date) -> int:
    """23:59:59 IST of a day, in epoch milliseconds."""
    ist = dt.timezone(dt.timedelta(hours=5, minutes=30))
    return int(dt.datetime.combine(day, dt.time(23, 59, 59), ist).timestamp() * 1000)


def index(name: str, symbol: str, segment: str = "NSE_INDEX") -> dict[str, Any]:
    """An index."""
    return {
        "segment": segment, "name": name, "exchange": segment[:3], "instrument_type": "INDEX",
        "instrument_key": f"{segment}|{name}", "exchange_token": "26000", "trading_symbol": symbol,
    }  # fmt: skip


def share(symbol: str, name: str, isin: str, segment: str = "NSE_EQ", **more: Any) -> dict[str, Any]:
    """A share."""
    return {
        "segment": segment, "name": name, "exchange": segment[:3], "isin": isin,
        "instrument_type": "EQ" if segment == "NSE_EQ" else "A", "instrument_key": f"{segment}|{isin}", "lot_size": 1,
        "freeze_quantity": 100000.0, "exchange_token": "2885", "tick_size": 10.0, "trading_symbol": symbol,
        "short_name": name.title(), "security_type": "NORMAL",
    } | more  # fmt: skip


def contract(
    symbol: str, name: str, kind: str, day: dt.date, token: int, key: str | None, strike: float = 0.0, **more: Any
) -> dict[str, Any]:
    """A future or an option."""
    day_text = day.strftime("%d %b %y").upper()
    what = "FUT" if kind == "FUT" else f"{strike:g} {kind}"
    row = {
        "weekly": day not in MONTHLY, "segment": "NSE_FO", "name": name, "exchange": "NSE", "expiry": expiry_ms(day),
        "instrument_type": kind, "asset_symbol": symbol, "underlying_symbol": symbol,
        "instrument_key": f"NSE_FO|{token}", "lot_size": 65, "freeze_quantity": 1800.0, "exchange_token": str(token),
        "minimum_lot": 65, "underlying_key": key, "tick_size": 5.0, "asset_type": "EQUITY",
        "underlying_type": "EQUITY", "trading_symbol": f"{symbol} {what} {day_text}", "strike_price": strike,
        "qty_multiplier": 1.0,
    } | more  # fmt: skip
    row["instrument_key"] = f"{row['segment']}|{token}"
    return {field: value for field, value in row.items() if value is not None}


def _chain(
    symbol: str, name: str, key: str, days: list[dt.date], around: float, step: float, width: int, start: int
) -> Iterator[dict[str, Any]]:
    for day in days:
        yield contract(symbol, name, "FUT", day, start, key)
        start += 1
        for offset in range(-width, width + 1):
            for kind in ("CE", "PE"):
                yield contract(symbol, name, kind, day, start, key, around + offset * step)
                start += 1


def small() -> list[dict[str, Any]]:
    """A handful that has everything in it."""
    return [
        index("Nifty 50", "NIFTY"),
        index("Nifty Bank", "BANKNIFTY"),
        index("India VIX", "INDIA VIX"),
        index("SENSEX", "SENSEX", "BSE_INDEX"),
        share("RELIANCE", "RELIANCE INDUSTRIES LTD", "INE002A01018"),
        share("RELIANCE", "RELIANCE INDUSTRIES LTD.", "INE002A01018", "BSE_EQ", tick_size=5.0),
        share("RELINFRA", "RELIANCE INFRASTRUCTURE LTD", "INE036A01016", mtf_enabled=True, mtf_bracket=26.5),
        share("HDFCBANK", "HDFC BANK LTD", "INE040A01034", cas_eligible=True),
        share("TWIN", "TWIN ONE LTD", "INE111A01011"),
        share("TWIN", "TWIN TWO LTD", "INE222A01022", "BSE_EQ"),
        *_chain("NIFTY", "NIFTY", "NSE_INDEX|Nifty 50", sorted({*WEEKLY, *MONTHLY}), 26000, 50, 10, 40000),
        *_chain("RELIANCE", "RELIANCE INDUSTRIES LTD", "NSE_EQ|INE002A01018", MONTHLY, 1500, 10, 5, 50000),
        contract("SENSEX", "SENSEX", "FUT", dt.date(2026, 11, 26), 825565, "BSE_INDEX|SENSEX", **BFO),
        contract("CRUDEOIL", "CRUDE OIL", "FUT", dt.date(2026, 12, 18), 430106, None, **MCX, tick_size=100.0),
        contract("CRUDEOIL", "CRUDE OIL", "CE", dt.date(2026, 12, 16), 435849, "MCX_FO|430106", 5750.0, **MCX),
        contract("JPYINR", "JPYINR", "CE", dt.date(2026, 12, 29), 14294, None, 61.0, **NCD, freeze_quantity=10000),
        contract("JPYINR", "JPYINR", "FUT", dt.date(2026, 12, 29), 14295, None, **NCD, freeze_quantity=999999999.0),
        {
            "segment": "GLOBAL_INDEX", "name": "GIFT NIFTY", "exchange": "GLOBAL", "country": "India",
            "instrument_key": "GLOBAL_INDEX|SGX NIFTY", "trading_symbol": "GIFT NIFTY", "isin": "",
            "instrument_type": "", "exchange_token": "", "lot_size": 0, "tick_size": 0.0, "freeze_quantity": 0.0,
            "qty_multiplier": 0.0, "mtf_enabled": False, "strike_price": 0.0, "expiry": 0, "underlying_key": "",
        },
    ]  # fmt: skip


def large(rows: int = 120_000) -> Iterator[dict[str, Any]]:
    """As many rows as the real file has, in about its proportions."""
    return itertools.islice(itertools.chain(small(), _shares(8_000), _contracts()), rows)


def _shares(companies: int) -> Iterator[dict[str, Any]]:
    for number in range(companies):
        name, isin = _name(number), f"INE{number:06d}X10"
        symbol = f"{name}{number}".upper()[:12]
        yield share(symbol, f"{name} {_name(number * 7 + 3)} LIMITED".upper(), isin)
        if number % 2:
            yield share(symbol, f"{name} LIMITED".upper(), isin, "BSE_EQ")


def _contracts() -> Iterator[dict[str, Any]]:
    for number in itertools.count():
        company = number % 230
        symbol = f"{_name(company)}{company}".upper()
        days = MONTHLY if number % 5 else WEEKLY
        day = days[number // 230 % len(days)]
        key = f"NSE_EQ|INE{company:06d}X10"
        yield from _chain(symbol, f"{symbol} LIMITED", key, [day], 1000 + number, 10, 40, 100_000 + number * 163)


def _name(number: int) -> str:
    """A word of a few syllables."""
    word = ""
    while number or not word:
        number, syllable = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[syllable]
    return word


def packed(rows: Any) -> bytes:
    """Rows as a file."""
    return gzip.compress(json.dumps(list(rows)).encode(), 6, mtime=0)
