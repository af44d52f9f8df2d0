"""Mutual funds: https://upstox.com/developer/api-documentation/instruments"""

from __future__ import annotations

import functools
from typing import Final

import msgspec

from upstox_emulator.catalog.securities import facts

_SMALLEST: Final = 0.001  # units that can be sold
_HAIRCUTS: Final = {"EQUITY": 20.0, "DEBT": 10.0, "LIQUID": 5.0}


class Fund(msgspec.Struct, frozen=True, kw_only=True):
    """A fund as `mf-instruments.json.gz` has it. Amounts and prices are rupees; a largest amount of 0 is none."""

    instrument_key: str
    amc: str
    name: str
    purchase_allowed: bool = True
    redemption_allowed: bool
    minimum_purchase_amount: float
    maximum_purchase_amount: float = 0.0
    purchase_amount_multiplier: float = 1.0
    additional_purchase_amount: float
    minimum_redemption_quantity: float = _SMALLEST
    maximum_redemption_quantity: float = 0.0
    redemption_quantity_multiplier: float = _SMALLEST
    minimum_redemption_amount: float = 1.0
    maximum_redemption_amount: float = 0.0
    redemption_amount_multiplier: float = _SMALLEST
    dividend_type: str
    scheme_type: str
    plan: str
    settlement_type: str
    last_price: float
    hair_cut: float


@functools.cache
def funds() -> tuple[Fund, ...]:
    """The funds; `last_price` is that of the day the facts were gathered."""
    return tuple(
        Fund(
            instrument_key=row["isin"],
            amc=row["amc"],
            name=row["name"],
            redemption_allowed=row["redeemable"] == "1",
            minimum_purchase_amount=float(row["minimum"]),
            additional_purchase_amount=float(row["additional"]),
            dividend_type=row["dividend"],
            scheme_type=row["scheme"],
            plan=row["plan"],
            settlement_type=row["settlement"],
            last_price=float(row["price"]),
            hair_cut=_HAIRCUTS[row["scheme"]],
        )
        for row in facts("funds")
    )
