"""What a trade would cost, and what margin it would need.

https://upstox.com/developer/api-documentation/get-brokerage and https://upstox.com/developer/api-documentation/margin
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from upstox_emulator.account.charges import SECTIONS, charges, tariff
from upstox_emulator.account.figures import number, worth
from upstox_emulator.account.funds import Usage
from upstox_emulator.account.margins import Wanted, basket
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.errors import Refusal
from upstox_emulator.exchange.checks import lot_of
from upstox_emulator.exchange.orders import Product, Side
from upstox_emulator.exchange.reading import Reader, is_number
from upstox_emulator.http.calls import Call, Endpoint
from upstox_emulator.http.keys import is_key
from upstox_emulator.units import amount, price

MOST_LINES: Final = 20

_PRODUCTS: Final[tuple[Product, ...]] = ("I", "D", "CO", "MTF")
_SIDES: Final[tuple[Side, ...]] = ("BUY", "SELL")
_LARGEST: Final = 2**31 - 1
_DEAREST: Final = Decimal(10**8)


def brokerage(call: Call) -> Any:
    query, reader, day = call.query, Reader(), call.backend.now().date()
    instrument = _tradable(call, query.get("instrument_token", ""), day)
    if instrument is None:
        reader.blame("charges_key", "instrument_token", query.get("instrument_token"))
    quantity = _figure(reader, query, "quantity", _LARGEST)
    product = reader.choice(
        query.get("product"), "product", _products(instrument), "charges_product_required", "order_product_invalid"
    )
    side = reader.choice(
        query.get("transaction_type"), "transaction_type", _SIDES, "charges_side_required", "side_invalid"
    )
    rupees = _figure(reader, query, "price", _DEAREST)
    if reader.problems or instrument is None or product is None or side is None:
        raise Refusal(*reader.problems)
    turnover = amount(price(rupees), int(quantity) * worth(instrument))
    return charges(instrument, side, product, turnover, day).estimate(tariff(day).demat)


class _Line(msgspec.Struct):
    instrument_key: Any = None
    quantity: Any = None
    transaction_type: Any = None
    product: Any = None
    price: Any = None


class _Basket(msgspec.Struct):
    instruments: list[_Line] = []


def margin(call: Call) -> Any:
    lines, at = call.json(_Basket).instruments, call.backend.now()
    reader = Reader()
    if not lines:
        reader.blame("margin_key_required", "instruments")
    if len(lines) > MOST_LINES:
        reader.blame("margin_many", "instruments", len(lines))
    reader.finish()
    orders = [_read(call, reader, f"instruments[{index}].", line, at) for index, line in enumerate(lines)]
    for index, line in enumerate(lines):
        if line.instrument_key in [other.instrument_key for other in lines[:index]]:
            reader.blame("margin_duplicate", f"instruments[{index}].instrument_key", line.instrument_key)
    reader.finish()
    parts, final = basket([order for order in orders if order is not None], call.backend.venue.desk.scanner, at)
    return {
        "margins": [_row(part) for part in parts],
        "required_margin": number(sum((part for part in parts), Usage()).total),
        "final_margin": number(final.total),
    }


def _row(usage: Usage) -> dict[str, Any]:
    return {
        "span_margin": number(usage.span),
        "exposure_margin": number(usage.exposure),
        "equity_margin": number(usage.delivery + usage.intraday + usage.mtf),
        "net_buy_premium": number(usage.premium),
        "additional_margin": number(usage.additional),
        "total_margin": number(usage.total),
        "tender_margin": 0,
    }


def _read(call: Call, reader: Reader, path: str, line: _Line, at: dt.datetime) -> Wanted | None:
    instrument = None
    if not line.instrument_key:
        reader.blame("margin_key_required", f"{path}instrument_key")
    else:
        instrument = _tradable(call, line.instrument_key, at.date())
        if instrument is None or instrument.suspended:
            instrument = None
            reader.blame("margin_key", f"{path}instrument_key", line.instrument_key)
    quantity = _read_quantity(reader, f"{path}quantity", line.quantity, instrument)
    product = reader.choice(
        line.product, f"{path}product", _products(instrument), "margin_product_required", "order_product_invalid"
    )
    side = reader.choice(
        line.transaction_type, f"{path}transaction_type", _SIDES, "margin_side_required", "side_invalid"
    )
    at_price = 0
    if line.price is not None:
        at_price = reader.money(line.price, f"{path}price") or 0
        if is_number(line.price) and not at_price:
            reader.blame("margin_price", f"{path}price", line.price)
    if instrument is None or product is None or side is None:
        return None
    last = call.backend.venue.market.last(instrument.key, at.timestamp())
    return Wanted(instrument, side, product, quantity, at_price or last)


def _read_quantity(reader: Reader, path: str, value: Any, instrument: Instrument | None) -> int:
    if value is None:
        reader.blame("margin_quantity_required", path)
        return 0
    if is_number(value) and value <= 0:
        reader.blame("margin_quantity", path, value)
        return 0
    quantity = reader.whole(value, path) or 0
    if instrument is not None and quantity % lot_of(instrument):
        reader.blame("margin_lot", path, value)
    return quantity


def _tradable(call: Call, key: Any, day: dt.date) -> Instrument | None:
    if not isinstance(key, str) or not is_key(key):
        return None
    found = call.backend.venue.catalog.find(key, day)
    return found if found is not None and found.segment in SECTIONS else None


def _products(instrument: Instrument | None) -> tuple[Product, ...]:
    """MTF is for shares of the National Stock Exchange."""
    mtf = instrument is None or (instrument.segment == "NSE_EQ" and instrument.mtf_bracket is not None)
    return _PRODUCTS if mtf else _PRODUCTS[:-1]


def _figure(reader: Reader, query: dict[str, str], name: str, largest: Decimal | int) -> Decimal:
    """A number of the query from 0 up; 0 if it is wrong. A quantity is a whole one."""
    text = query.get(name)
    if not text:
        reader.blame(f"charges_{name}_required", name)
        return Decimal(0)
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= largest or (name == "quantity" and value % 1):
        reader.blame("invalid_input", name, text, f"Invalid Input: {name} must be a number from 0 to {largest}")
    elif value == 0:
        reader.blame(f"charges_{name}_zero", name, text)
    return value


ENDPOINTS: Final = (
    Endpoint("GET", "/v2/charges/brokerage", brokerage),
    Endpoint("POST", "/v2/charges/margin", margin),
)
