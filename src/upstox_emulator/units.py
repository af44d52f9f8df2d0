"""Prices as whole numbers, amounts as exact decimals.

The finest tick in India is a quarter of a paisa (currency derivatives), so a price is counted in ten-thousandths of a
rupee: exact, and quick to compare. Amounts of money are `Decimal` rupees.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final, TypeAlias

Price: TypeAlias = int
"""Ten-thousandths of a rupee."""

PER_RUPEE: Final = 10_000
PER_PAISA: Final = 100

_PAISA: Final = Decimal("0.01")


def price(rupees: float | str | Decimal) -> Price:
    """A price from rupees, to the nearest ten-thousandth."""
    return int((Decimal(str(rupees)) * PER_RUPEE).to_integral_value(ROUND_HALF_UP))


def rupees(value: Price) -> float:
    """A price as the wire has it."""
    return value / PER_RUPEE


def amount(value: Price, quantity: int) -> Decimal:
    """What a quantity at a price comes to, in rupees; exact."""
    return Decimal(value * quantity).scaleb(-4)


def to_paisa(money: Decimal) -> Decimal:
    """An amount rounded to the paisa, halves up."""
    return money.quantize(_PAISA, ROUND_HALF_UP)
