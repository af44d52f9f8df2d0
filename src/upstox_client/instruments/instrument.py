"""One thing that can be traded or looked at, in a trader's units.

https://upstox.com/developer/api-documentation/instruments
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

import msgspec

from upstox_client.instruments.errors import IllegalPriceError, IllegalQuantityError

_UNLIMITED: Final = 999_999_999  # how the files write "no freeze quantity"


class Instrument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, repr_omit_defaults=True):
    """An instrument. `str()` of it is its trading symbol.

    The files have the tick in paise (JSON) or in rupees (CSV) under the one name `tick_size`; here it is `tick`, and
    always in rupees.

    Attributes:
        key: the instrument key, `NSE_EQ|INE002A01018`.
        symbol: the trading symbol, `RELIANCE`, `NIFTY 24500 CE 25 NOV 26`.
        name: the company, index or underlying in words.
        segment: `NSE_EQ`, `BSE_EQ`, `NSE_FO`, `BSE_FO`, `NCD_FO`, `BCD_FO`, `MCX_FO`, `NSE_COM`, an index or a global
            segment.
        exchange: `NSE`, `BSE`, `MCX`, `GLOBAL`.
        kind: the wire's `instrument_type`: `EQ` and the other series, `FUT`, `CE`, `PE`, `INDEX`, or empty.
        token: the exchange's token; it is used again after an expiry, the key is not.
        lot: units in a lot; orders are multiples of it.
        tick: the price step in rupees; 0 where nothing is traded.
        freeze: the largest quantity of one order; None for no limit.
        multiplier: units of the underlying in one (1000 for currencies).
        isin: of a share, fund or bond.
        short_name: as people say it.
        security_type: `NORMAL`, `SME`, `PCA`, ... of NSE shares.
        mtf_bracket: margin in percent where it can be bought on margin; None where it cannot.
        cas_eligible: whether it takes part in the closing auction.
        expiry: the day a contract ends.
        weekly: whether the contract ends in a week that is not its month's last.
        strike: of an option, in rupees.
        underlying: what a contract is on, `NIFTY`, `RELIANCE`, `CRUDEOIL`.
        underlying_key: its key; of an MCX option, the future's. None for currencies.
        underlying_kind: `INDEX`, `EQUITY`, `COM`, `CUR`, `IRD`.
        quote_unit: what a commodity's price is for, `BBL`.
    """

    key: str
    symbol: str
    name: str = ""
    segment: str = ""
    exchange: str = ""
    kind: str = ""
    token: str = ""
    lot: int = 1
    tick: float = 0.0
    freeze: int | None = None
    multiplier: float = 1.0
    isin: str | None = None
    short_name: str | None = None
    security_type: str | None = None
    mtf_bracket: float | None = None
    cas_eligible: bool = False
    expiry: dt.date | None = None
    weekly: bool = False
    strike: float | None = None
    underlying: str | None = None
    underlying_key: str | None = None
    underlying_kind: str | None = None
    quote_unit: str | None = None

    def __str__(self) -> str:
        return self.symbol

    @property
    def is_option(self) -> bool:
        """Whether it is a call or a put."""
        return self.kind in {"CE", "PE"}

    @property
    def is_future(self) -> bool:
        """Whether it is a future."""
        return self.kind == "FUT"

    @property
    def is_tradable(self) -> bool:
        """Whether orders are taken for it; indices and global rows are only looked at."""
        return self.segment.endswith(("_EQ", "_FO", "_COM"))

    @property
    def counts_lots(self) -> bool:
        """Whether orders count lots, as those of commodities do, and not units."""
        return self.segment in {"MCX_FO", "NSE_COM"}

    @property
    def step(self) -> int:
        """What the quantity of an order is a multiple of: the lot, or 1 where orders count lots."""
        return 1 if self.counts_lots else max(self.lot, 1)

    # Prices

    def rounded(self, price: float) -> float:
        """The nearest price that the exchange takes, in rupees."""
        if not self.tick:
            return price
        tick = _exact(self.tick)
        return float((_exact(price) / tick).quantize(Decimal(1), ROUND_HALF_EVEN) * tick)

    def check_price(self, price: float) -> None:
        """See that an order's price is one that the exchange takes.

        Raises:
            IllegalPriceError: it is not positive, or between two ticks.
        """
        if not 0 < price < float("inf"):
            raise IllegalPriceError(f"{self}: a price must be above 0, got {price}")
        if self.tick and _exact(price) % _exact(self.tick):
            near = self.rounded(price)
            raise IllegalPriceError(
                f"{self}: {price} is between two ticks of ₹{self.tick:.10g}; the nearest is {near:.10g}"
            )

    # Quantities

    def check_quantity(self, quantity: int) -> None:
        """See that an order may have this quantity, in units, or in lots of commodities; it may have to be sliced.

        Raises:
            IllegalQuantityError: it is not positive, or not a multiple of the lot.
        """
        if quantity <= 0:
            raise IllegalQuantityError(f"{self}: a quantity must be above 0, got {quantity}")
        if quantity % self.step:
            below = quantity - quantity % self.step
            near = f"{below} or {below + self.step}" if below else str(self.step)
            raise IllegalQuantityError(f"{self}: {quantity} is not a multiple of the lot of {self.step}; try {near}")

    @property
    def largest_order(self) -> int | None:
        """The largest quantity of one order: the freeze quantity in whole lots; None for no limit.

        The files have the freeze quantity of commodities in lots, as orders do: 100 for crude oil, which are 10,000
        barrels.
        """
        return None if self.freeze is None else max(self.freeze - self.freeze % self.step, self.step)

    def slices(self, quantity: int) -> Iterator[int]:
        """A quantity as orders that are not above the freeze quantity.

        Raises:
            IllegalQuantityError: as `check_quantity`.
        """
        self.check_quantity(quantity)
        most = self.largest_order or quantity
        while quantity > 0:
            yield min(quantity, most)
            quantity -= most


def freeze_of(quantity: float | None) -> int | None:
    """A freeze quantity of the files, None where it means no limit."""
    return None if not quantity or quantity >= _UNLIMITED else int(quantity)


def _exact(value: float) -> Decimal:
    """A price as it is written: 0.1 is a tenth."""
    return Decimal(repr(float(value)))
