"""The instrument files, row by row.

https://upstox.com/developer/api-documentation/instruments

The JSON files have ticks in paise, the deprecated CSV files in rupees. What leaves this module is in rupees.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from upstox_client.amounts import grouped
from upstox_client.instruments.errors import InstrumentFileError
from upstox_client.instruments.instrument import Instrument, freeze_of
from upstox_client.ist import IST

_PAISE: Final = 100.0
_GZIP: Final = b"\x1f\x8b"
_MOST_BYTES: Final = 1 << 30  # far above any real file; a bomb is not unpacked


class _Row(msgspec.Struct):
    """A row of a JSON file; its names are the wire's. Fields that nobody reads are not decoded."""

    instrument_key: str
    trading_symbol: str = ""
    name: str | None = None
    segment: str | None = None
    exchange: str | None = None
    instrument_type: str | None = None
    exchange_token: str | None = None
    lot_size: float | None = None
    tick_size: float | None = None
    freeze_quantity: float | None = None
    qty_multiplier: float | None = None
    isin: str | None = None
    short_name: str | None = None
    security_type: str | None = None
    mtf_enabled: bool | None = None
    mtf_bracket: float | None = None
    cas_eligible: bool | None = None
    expiry: int | str | None = None
    weekly: bool | None = None
    strike_price: float | None = None
    underlying_symbol: str | None = None
    underlying_key: str | None = None
    underlying_type: str | None = None
    asset_symbol: str | None = None
    price_quote_unit: str | None = None


def unpacked(data: bytes) -> bytes:
    """The bytes of a file that may be gzip.

    Raises:
        InstrumentFileError: it is damaged.
    """
    if not data.startswith(_GZIP):
        return data
    size = int.from_bytes(data[-4:], "little")  # gzip ends in it; so the memory is taken once
    if size > _MOST_BYTES:
        raise InstrumentFileError(f"the instrument file is damaged: it claims to hold {grouped(size, 0)} bytes")
    try:
        return zlib.decompress(data, 31, max(size, 1))
    except zlib.error as error:
        raise InstrumentFileError(f"the instrument file is damaged: {error}") from error


def read(data: bytes) -> Iterator[Instrument]:
    """The instruments of a file: JSON or CSV, gzip or not. A row that cannot be read is left out.

    Raises:
        InstrumentFileError: it is no instrument file.
    """
    plain = unpacked(data)
    return _read_json(plain) if plain[:1] == b"[" else _read_csv(plain)


def _read_json(data: bytes) -> Iterator[Instrument]:
    try:
        rows = msgspec.json.decode(data, type=list[msgspec.Raw])
    except msgspec.DecodeError as error:
        raise InstrumentFileError(f"the instrument file is no JSON: {error}") from error
    decode = msgspec.json.Decoder(_Row, strict=False).decode
    for raw in rows:
        try:
            yield _from_json(decode(raw))
        except (msgspec.ValidationError, ValueError, OverflowError):
            continue


def _from_json(row: _Row) -> Instrument:
    derivative = bool(row.expiry)
    return Instrument(
        key=row.instrument_key,
        symbol=row.trading_symbol or row.instrument_key.partition("|")[2],
        name=row.name or "",
        segment=row.segment or row.instrument_key.partition("|")[0],
        exchange=row.exchange or "",
        kind=row.instrument_type or "",
        token=row.exchange_token or "",
        lot=max(int(row.lot_size or 1), 1),
        tick=round((row.tick_size or 0.0) / _PAISE, 6),
        freeze=freeze_of(row.freeze_quantity),
        multiplier=row.qty_multiplier or 1.0,
        isin=row.isin or None,
        short_name=row.short_name or None,
        security_type=row.security_type or None,
        mtf_bracket=row.mtf_bracket if row.mtf_enabled else None,
        cas_eligible=bool(row.cas_eligible),
        expiry=_day(row.expiry),
        weekly=bool(row.weekly),
        strike=row.strike_price if row.instrument_type in {"CE", "PE"} else None,
        underlying=(row.asset_symbol or row.underlying_symbol or None) if derivative else None,
        underlying_key=row.underlying_key or None,
        underlying_kind=row.underlying_type or None,
        quote_unit=row.price_quote_unit or None,
    )


def instrument_of(row: Mapping[str, Any]) -> Instrument:
    """The instrument of a row as the API has it, ticks in paise.

    Raises:
        InstrumentFileError: it is none.
    """
    plain = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in row.items()}
    try:
        return _from_json(msgspec.convert(plain, _Row, strict=False))
    except (msgspec.ValidationError, ValueError) as error:
        raise InstrumentFileError(f"this is no instrument: {error}") from error


@functools.lru_cache(maxsize=1024)  # there are few days, and many contracts
def _day(expiry: int | str | None) -> dt.date | None:
    """An expiry: epoch milliseconds of the day's end in the files, ISO text elsewhere."""
    if not expiry:
        return None
    if isinstance(expiry, str):
        return dt.date.fromisoformat(expiry[:10])
    return dt.datetime.fromtimestamp(expiry / 1000, IST).date()


def _read_csv(data: bytes) -> Iterator[Instrument]:
    lines = csv.DictReader(io.StringIO(data.decode("utf-8", "replace")))
    if not {"instrument_key", "tradingsymbol", "tick_size"} <= set(lines.fieldnames or ()):
        raise InstrumentFileError("the instrument file is neither a JSON list nor a CSV with the documented header")
    return _from_csv(lines)


def _from_csv(lines: Iterable[dict[str, str]]) -> Iterator[Instrument]:
    for line in lines:
        try:
            kind = _csv_kind(line["instrument_type"], line["option_type"])
            yield Instrument(
                key=line["instrument_key"],
                symbol=line["tradingsymbol"],
                name=line["name"],
                segment=line["exchange"],
                exchange=line["exchange"].partition("_")[0].replace("NCD", "NSE").replace("BCD", "BSE"),
                kind=kind,
                token=line["exchange_token"],
                lot=int(float(line["lot_size"] or 1)),
                tick=float(line["tick_size"] or 0),
                expiry=_day(line["expiry"]),
                strike=float(line["strike"]) if kind in {"CE", "PE"} else None,
            )
        except (KeyError, ValueError):
            continue


def _csv_kind(kind: str, option: str) -> str:
    """`OPTIDX` with `CE` is `CE`, `FUTSTK` is `FUT`, `EQUITY` is `EQ`."""
    if option in {"CE", "PE"}:
        return option
    return "FUT" if kind.startswith("FUT") else kind.replace("EQUITY", "EQ")
