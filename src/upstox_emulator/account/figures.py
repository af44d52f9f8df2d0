"""Decimals on their way to the wire, which has two habits for whole amounts: `175.0`, and `175`."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.units import to_paisa

ZERO: Final = Decimal(0)


def worth(instrument: Instrument) -> int:
    """Units of the underlying in a quantity of one: commodities are counted in lots, currencies in thousands."""
    lots = instrument.segment in {"MCX_FO", "NSE_COM"}
    return instrument.multiplier * (instrument.lot if lots else 1)


def paisa(value: Decimal) -> float:
    """An amount to the paisa, always as a fraction: `175.0`."""
    return float(to_paisa(value))


def number(value: Decimal | float) -> int | float:
    """An amount as it is, a whole one without a fraction: `175`."""
    plain = float(value)
    return int(plain) if plain.is_integer() else plain


def identity(instrument: Instrument) -> str:
    """What makes two instruments the same thing to own: a share is one on both exchanges."""
    return instrument.isin or instrument.key
