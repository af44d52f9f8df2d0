"""What the account holder does with positions and holdings, as commands that a journal keeps.

https://upstox.com/developer/api-documentation/convert-positions
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.command import Step
from upstox_emulator.errors import Refusal, refuse
from upstox_emulator.exchange.checks import lot_of
from upstox_emulator.exchange.orders import Product, Side
from upstox_emulator.exchange.reading import Reader
from upstox_emulator.units import Price, price

if TYPE_CHECKING:
    from upstox_emulator.venue import Venue

_PRODUCTS: Final[tuple[Product, ...]] = ("I", "D", "MTF")  # a cover order's position stays what it is
_SIDES: Final[tuple[Side, ...]] = ("BUY", "SELL")


class Conversion(msgspec.Struct, frozen=True):
    """A wish as it came in: which part of which position is to become what."""

    instrument_token: Any = None
    new_product: Any = None
    old_product: Any = None
    transaction_type: Any = None
    quantity: Any = None


class ConvertPosition(Step, frozen=True):
    """Let a part of a position go over to another product."""

    wish: Conversion

    def apply(self, venue: Venue) -> dict[str, Any]:
        key, old, new, side, quantity = _read(self.wish)
        if not any(position.quantity for position in venue.desk.positions.values()):
            raise refuse("positions_none")
        try:
            position = venue.desk.positions[key, old]
            if new == "MTF" and not _takes_mtf(position.instrument):
                raise refuse("order_product_invalid", path="new_product", value=new)
            if quantity % (lot := lot_of(position.instrument)):  # no order could close what would be left of one
                raise refuse(
                    "invalid_input",
                    f"Invalid Input: quantity must be a multiple of the lot {lot}",
                    "quantity",
                    quantity,
                )
            denied = venue.desk.convert(key, old, new, side, quantity, self.at)
        except KeyError:
            raise refuse("position_unknown", path="instrument_token", value=key) from None
        if denied is not None:
            raise refuse("internal", denied)
        return {"status": "complete"}


class Seed(msgspec.Struct, frozen=True):
    """Shares to begin with: how many, and what one of them was bought for, in rupees."""

    key: str
    quantity: int
    average_price: Decimal


class SeedHoldings(Step, frozen=True):
    """Put shares into the demat account, as if they had been bought elsewhere."""

    rows: list[Seed]

    def apply(self, venue: Venue) -> None:
        day = self.at.date()
        found = [(_owned(venue.catalog.find(row.key, day), row), row.quantity, _price(row)) for row in self.rows]
        for instrument, quantity, average in found:
            venue.desk.receive(instrument, quantity, average, day)


def _read(wish: Conversion) -> tuple[str, Product, Product, Side, int]:
    reader = Reader()
    key = wish.instrument_token
    if not key or not isinstance(key, str):
        reader.blame("order_instrument_required", "instrument_token", key)
    old = reader.choice(wish.old_product, "old_product", _PRODUCTS, "order_product_required", "order_product_invalid")
    new = reader.choice(wish.new_product, "new_product", _PRODUCTS, "order_product_required", "order_product_invalid")
    if new is not None and new == old:
        reader.blame("order_product_invalid", "new_product", new)
    side = reader.choice(wish.transaction_type, "transaction_type", _SIDES, "side_invalid", "side_invalid")
    quantity = reader.whole(wish.quantity, "quantity")
    if not quantity and not reader.problems:
        reader.blame("order_quantity_zero", "quantity", wish.quantity)
    if reader.problems or old is None or new is None or side is None:
        raise Refusal(*reader.problems)
    return str(key), old, new, side, quantity


def _takes_mtf(instrument: Instrument) -> bool:
    return instrument.segment == "NSE_EQ" and instrument.mtf_bracket is not None


def _owned(instrument: Instrument | None, row: Seed) -> Instrument:
    if instrument is None or instrument.suspended or not instrument.segment.endswith("_EQ"):
        raise refuse(
            "order_instrument_invalid",
            f"{row.key!r} is no share that is traded; holdings are of NSE_EQ or BSE_EQ",
            "key",
            row.key,
        )
    if row.quantity < 1:
        raise refuse("invalid_input", f"a holding of {row.quantity}; the least is 1", "quantity", row.quantity)
    return instrument


def _price(row: Seed) -> Price:
    average = price(row.average_price)
    if average < 0:
        raise refuse(
            "invalid_input", f"an average price of {row.average_price}; the least is 0", "average_price",
            float(row.average_price),
        )  # fmt: skip
    return average
