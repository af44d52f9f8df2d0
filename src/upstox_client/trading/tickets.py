"""Orders as they are thought of, and as they go over the wire. A `Ticket` is a legal order, or it is not made.

Nothing here asks anybody anything: what can be known to be wrong is refused before anything is sent.

https://upstox.com/developer/api-documentation/v3/place-order
"""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final, Literal, TypeAlias, TypedDict, TypeVar, cast

import msgspec

from upstox_client.core.tags import fresh_tag
from upstox_client.instruments import IllegalPriceError, IllegalQuantityError, Instrument
from upstox_client.models.orders import (
    MultiOrderRequest,
    OrderBookData,
    OrderType,
    PlaceOrderV3Request,
    Product,
    TransactionType,
    Validity,
)

T = TypeVar("T")

Side: TypeAlias = Literal["buy", "sell"]
ProductName: TypeAlias = Literal["delivery", "intraday", "mtf", "D", "I", "MTF"]
ValidityName: TypeAlias = Literal["day", "ioc", "DAY", "IOC"]

MOST_SLICES: Final = 10
"""The orders that one request may be sliced into, and the lines of a batch."""

_AUTOMATIC: Final = -1.0
_MOST_PROTECTION: Final = 25
_MOST_TAG: Final = 40
_FRESH: Final = re.compile(r"u[0-9a-f]{18}")  # as `fresh_tag` makes them
_SIZED: Final = frozenset({"NCD_FO", "BCD_FO"})  # a rupee of price is worth more than one for each unit

_SIDES: Final[Mapping[str, TransactionType]] = {"buy": "BUY", "sell": "SELL"}
_PRODUCTS: Final[Mapping[str, Product]] = {"delivery": "D", "d": "D", "intraday": "I", "i": "I", "mtf": "MTF"}
_VALIDITIES: Final[Mapping[str, Validity]] = {"day": "DAY", "ioc": "IOC"}

EXCHANGE_OF_SEGMENT: Final[Mapping[str, str]] = {
    "NSE_EQ": "NSE",
    "NSE_FO": "NFO",
    "NCD_FO": "CDS",
    "BSE_EQ": "BSE",
    "BSE_FO": "BFO",
    "BCD_FO": "BCD",
    "MCX_FO": "MCX",
    "NSE_COM": "NSCOM",
}
"""Whose hours a segment keeps."""


class IllegalOrderError(ValueError):
    """No exchange takes such an order; the message says what would be right. Nothing was sent."""


class Terms(TypedDict, total=False):
    """How an order is to be carried out. Without `limit` and `stop` it is a market order.

    Attributes:
        lots: the quantity in lots, in the place of units.
        limit: the worst price in rupees.
        stop: the price in rupees at which the order goes out: by itself SL-M, with `limit` SL.
        product: `delivery` (of derivatives: carried forward; the default), `intraday` or `mtf`.
        validity: `day` (the default), or `ioc`: what does not trade at once is cancelled.
        market_protection: of orders without a limit, in percent: how far from the last price they may trade. Default:
            what Upstox chooses.
        disclosed: the units that the market sees; at least a tenth. Default: all.
        tag: yours, up to 40 characters. Default: a unique one, by which the order can be found whatever happens to the
            answer; a tag of your own should be unique, too.
    """

    lots: int | None
    limit: float | None
    stop: float | None
    product: ProductName
    validity: ValidityName
    market_protection: float | None
    disclosed: int
    tag: str | None


class Ticket(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """A legal order, not sent yet. `str()` of it is what a trader would say.

    Attributes:
        instrument: what is traded.
        side, product, order_type, validity: in the words of the wire.
        quantity: units; of commodities, lots.
        price: the limit in rupees, 0 for none.
        trigger: the stop in rupees, 0 for none.
        disclosed: what the market sees of the quantity, 0 for all.
        protection: the market protection in percent, -1 for what Upstox chooses; None with a limit.
        tag: by which it is found again.
    """

    instrument: Instrument
    side: TransactionType
    quantity: int
    product: Product
    order_type: OrderType
    validity: Validity = "DAY"
    price: float = 0.0
    trigger: float = 0.0
    disclosed: int = 0
    protection: float | None = None
    tag: str = ""

    def __str__(self) -> str:
        product = {"D": "delivery", "I": "intraday"}.get(self.product, self.product)
        validity = "" if self.validity == "DAY" else f", {self.validity}"
        return f"{self.side} {so_many(self.instrument, self.quantity)} {self.price_in_words}, {product}{validity}"

    @property
    def price_in_words(self) -> str:
        """`at 1500`, `at the market`, `at 1510 once it is at 1500`."""
        where = f"at {self.price:.10g}" if self.price else "at the market"
        return f"{where} once it is at {self.trigger:.10g}" if self.trigger else where

    @property
    def sign(self) -> int:
        """1 for a purchase, -1 for a sale."""
        return 1 if self.side == "BUY" else -1

    @property
    def units(self) -> float:
        """What the quantity is of the underlying: a price difference of a rupee is worth so many rupees."""
        return self.quantity * unit_value(self.instrument)

    @property
    def is_unique(self) -> bool:
        """Whether no other order has its tag: it was made for this one."""
        return _FRESH.fullmatch(self.tag) is not None

    @property
    def reference(self) -> float | None:
        """The price in rupees that the order names; None for one at the market."""
        return self.price or self.trigger or None

    def value(self, price: float) -> float:
        """What it is worth at a price, in rupees."""
        return round(self.units * price, 2)

    @property
    def slices(self) -> int:
        """How many orders it is on the exchange."""
        most = self.instrument.largest_order
        return 1 if most is None else -(-self.quantity // most)

    def request(self) -> PlaceOrderV3Request:
        """What is sent."""
        return PlaceOrderV3Request(**self._fields(), slice=self.slices > 1)

    def line(self, correlation_id: str) -> MultiOrderRequest:
        """What is sent as one of several."""
        return MultiOrderRequest(**self._fields(), slice=self.slices > 1, correlation_id=correlation_id)

    def _fields(self) -> dict[str, Any]:
        return {
            "quantity": self.quantity,
            "product": self.product,
            "validity": self.validity,
            "price": self.price,
            "tag": self.tag,
            "instrument_token": self.instrument.key,
            "order_type": self.order_type,
            "transaction_type": self.side,
            "disclosed_quantity": self.disclosed,
            "trigger_price": self.trigger,
            "is_amo": False,  # the server goes by the market's hours
            "market_protection": self.protection,
        }


# Making one


def make_ticket(side: str, instrument: Instrument, quantity: int | None, terms: Terms) -> Ticket:
    """A legal order.

    Raises:
        IllegalOrderError, IllegalPriceError, IllegalQuantityError: it would be none; nothing else is checked, such as
            whether there is enough to buy it with.
    """
    unknown = set(terms) - set(Terms.__annotations__)
    if unknown:
        raise TypeError(f"an order has no {min(unknown)!r}; it has {', '.join(Terms.__annotations__)}")
    if not instrument.is_tradable:
        name = f"{instrument}"
        hint = f" Its futures and options are: up.futures({name!r}), up.options({name!r})"
        raise IllegalOrderError(f"{name} is not traded, only looked at.{hint if instrument.kind == 'INDEX' else ''}")
    product = as_product(terms.get("product", "delivery"))
    _check_product(instrument, product)
    amount = _quantity(instrument, quantity, terms.get("lots"))
    wanted = _chosen("side", side, _SIDES)
    limit, stop = checked_prices(instrument, wanted, terms.get("limit"), terms.get("stop"))
    order_type = type_of(limit, stop)
    disclosed = _whole(instrument, "disclosed", terms.get("disclosed", 0))
    _check_disclosed(disclosed, amount)
    return Ticket(
        instrument=instrument,
        side=wanted,
        quantity=amount,
        product=product,
        order_type=order_type,
        validity=as_validity(terms.get("validity", "day")),
        price=limit or 0.0,
        trigger=stop or 0.0,
        disclosed=disclosed,
        protection=protection(order_type, terms.get("market_protection")),
        tag=_tag(terms.get("tag")),
    )


def ticket_of(row: OrderBookData, instrument: Instrument) -> Ticket:
    """The order of a row of the order book."""
    return Ticket(
        instrument=instrument,
        side=row.transaction_type or "BUY",
        quantity=row.quantity or 0,
        product=cast("Product", row.product or "D"),
        order_type=row.order_type or "MARKET",
        validity=cast("Validity", row.validity or "DAY"),
        price=row.price or 0.0,
        trigger=row.trigger_price or 0.0,
        disclosed=row.disclosed_quantity or 0,
        tag=row.tag or "",
    )


def closing_tickets(instrument: Instrument, quantity: int, product: Product) -> list[Ticket]:
    """What closes a position at the market: several orders where one would be too large even in slices.

    Parameters:
        quantity: the open one; below 0 where it was sold first.
    """
    most = instrument.largest_order
    at_once = abs(quantity) if most is None else most * MOST_SLICES
    return [
        Ticket(
            instrument=instrument,
            side="SELL" if quantity > 0 else "BUY",
            quantity=min(at_once, abs(quantity) - done),
            product=product,
            order_type="MARKET",
            protection=_AUTOMATIC,
            tag=fresh_tag(),
        )
        for done in range(0, abs(quantity), at_once)
    ]


def conversion(instrument: Instrument, quantity: int, product: Product, *, bought: bool) -> Ticket:
    """What a position becomes when its product changes, for guards to look at."""
    side: TransactionType = "BUY" if bought else "SELL"
    return Ticket(instrument=instrument, side=side, quantity=quantity, product=product, order_type="MARKET")


def type_of(limit: float | None, stop: float | None) -> OrderType:
    """What an order with these prices is called."""
    if stop is None:
        return "MARKET" if limit is None else "LIMIT"
    return "SL-M" if limit is None else "SL"


def as_product(text: str) -> Product:
    """A product in the words of the wire.

    Raises:
        IllegalOrderError: it is none.
    """
    return _chosen("product", text, _PRODUCTS)


def as_validity(text: str) -> Validity:
    """A validity in the words of the wire."""
    return _chosen("validity", text, _VALIDITIES)


# Quantities


def so_many(instrument: Instrument, quantity: int) -> str:
    """`10 RELIANCE`; of commodities, whose orders count lots, `2 lots of CRUDEOIL FUT 18 DEC 26`."""
    lots = f" {'lot' if quantity == 1 else 'lots'} of" if instrument.counts_lots else ""
    return f"{quantity}{lots} {instrument}"


def unit_value(instrument: Instrument) -> float:
    """What a rupee of price is worth for each unit of an order's quantity, in rupees."""
    return instrument.multiplier * (max(instrument.lot, 1) if instrument.counts_lots else 1)


def is_size_known(instrument: Instrument) -> bool:
    """Whether it is known what its quantity is worth: of commodities and currencies the list of instruments says it.

    One that is not in the list is made of its key alone.
    """
    return (
        not (instrument.counts_lots or instrument.segment in _SIZED)
        or instrument.expiry is not None
        or unit_value(instrument) > 1
    )


def checked_quantity(instrument: Instrument, quantity: int) -> int:
    """A quantity that an order may have, as it is sent.

    Raises:
        IllegalQuantityError: it is not positive, not in lots, or too much even in slices.
    """
    lot = instrument.step
    quantity = _whole(instrument, "a quantity", quantity)
    if quantity <= 0:
        raise IllegalQuantityError(f"{instrument}: a quantity must be above 0, got {quantity}")
    if quantity % lot:
        below = quantity - quantity % lot
        near = f"{below} or {below + lot} ({below // lot} or {below // lot + 1} lots)" if below else f"{lot} (1 lot)"
        raise IllegalQuantityError(f"{instrument}: {quantity} is not a multiple of the lot of {lot}; try {near}")
    most = instrument.largest_order
    if most is not None and quantity > most * MOST_SLICES:
        raise IllegalQuantityError(
            f"{instrument}: {quantity} is more than {MOST_SLICES} orders of {most}, the freeze quantity; send at most "
            f"{most * MOST_SLICES} at a time"
        )
    return quantity


def _quantity(instrument: Instrument, quantity: int | None, lots: int | None) -> int:
    if (quantity is None) == (lots is None):
        raise IllegalOrderError(f"{instrument}: say how many, in units or as lots=, and not both")
    if quantity is not None and instrument.counts_lots:
        raise IllegalQuantityError(
            f"{instrument} is ordered in lots of {instrument.lot} {instrument.quote_unit or 'units'}: say lots=1, not "
            f"{quantity} units"
        )
    amount = quantity if lots is None else units_of(instrument, lots)
    if amount is None:  # pragma: no cover - one of them is there
        raise AssertionError
    return checked_quantity(instrument, amount)


def units_of(instrument: Instrument, lots: int) -> int:
    """The quantity of an order of so many lots.

    Raises:
        IllegalQuantityError: it is no whole number.
    """
    return _whole(instrument, "lots", lots) * instrument.step


def _whole(instrument: Instrument, name: str, value: Any) -> int:
    """A whole number of whatever type, such as numpy's."""
    try:
        if not isinstance(value, bool):
            return operator.index(value)
    except TypeError:
        pass
    raise IllegalQuantityError(f"{instrument}: {name} is a whole number, got {value!r}")


def _check_disclosed(disclosed: int, quantity: int) -> None:
    if disclosed and not (quantity <= disclosed * 10 and disclosed <= quantity):
        least = -(-quantity // 10)
        raise IllegalOrderError(
            f"disclosed is 0 or {least} to {quantity}, a tenth of the quantity or more, got {disclosed}"
        )


# Prices


def checked_prices(
    instrument: Instrument, side: TransactionType, limit: float | None, stop: float | None
) -> tuple[float | None, float | None]:
    """Limit and stop that an order may have, as they are sent.

    Raises:
        IllegalPriceError: one is not positive, or between two ticks.
        IllegalOrderError: the limit is on the wrong side of the stop.
    """
    limit = None if limit is None else checked_price(instrument, "limit", limit)
    stop = None if stop is None else checked_price(instrument, "stop", stop)
    if limit is None or stop is None:
        return limit, stop
    if side == "BUY" and limit <= stop:
        raise IllegalOrderError(
            f"{instrument}: a purchase with stop={stop:.10g} goes out when the price has risen there, so limit must be "
            f"above it, got {limit:.10g}"
        )
    if side == "SELL" and limit >= stop:
        raise IllegalOrderError(
            f"{instrument}: a sale with stop={stop:.10g} goes out when the price has fallen there, so limit must be "
            f"below it, got {limit:.10g}"
        )
    return limit, stop


def checked_price(instrument: Instrument, name: str, price: float, *, needed: bool = False) -> float:
    """A price that the exchange takes, as it is sent; the message has the nearest ones.

    Parameters:
        name: what the user calls it.
        needed: whether there is no order without it.

    Raises:
        IllegalPriceError: it does not, or this is none.
    """
    price = as_rupees(instrument, name, price)
    if not 0 < price < float("inf"):
        without = "" if needed else "; leave it out for none"
        raise IllegalPriceError(f"{instrument}: {name} must be above 0, got {price:.10g}{without}")
    below, above = legal_prices(instrument, price)
    if below != above:
        near = f"{below:.10g} or {above:.10g}" if below else f"{above:.10g}"
        raise IllegalPriceError(
            f"{instrument}: {name}={price!r} is between two ticks of {instrument.tick:.10g} rupees; try {near}"
        )
    return price


def as_rupees(instrument: Instrument, name: str, price: Any) -> float:
    """A number of whatever type, such as numpy's or a `Decimal`, as it is sent.

    Raises:
        IllegalPriceError: it is none.
    """
    if not isinstance(price, (str, bytes, bool)):
        try:
            return float(price)
        except (TypeError, ValueError):
            pass
    raise IllegalPriceError(f"{instrument}: {name} is a number of rupees, got {price!r}")


def legal_prices(instrument: Instrument, price: float) -> tuple[float, float]:
    """The nearest prices, in rupees, that the exchange takes: not above, and not below. Alike if it takes this one."""
    if not instrument.tick:
        return price, price
    tick = Decimal(repr(float(instrument.tick)))
    below = (Decimal(repr(float(price))) / tick).quantize(Decimal(1), ROUND_FLOOR) * tick
    return float(below), float(below if below == Decimal(repr(float(price))) else below + tick)


def protection(order_type: OrderType, percent: float | None) -> float | None:
    """The market protection as it is sent.

    Raises:
        IllegalOrderError: it is none, or the order has a limit already.
    """
    if order_type in {"LIMIT", "SL"}:
        if percent is not None:
            raise IllegalOrderError("market_protection is for orders without a limit; limit is protection enough")
        return None
    if percent is None or percent == _AUTOMATIC:
        return _AUTOMATIC
    if not 0 < percent <= _MOST_PROTECTION:
        raise IllegalOrderError(
            f"market_protection is above 0 and at most {_MOST_PROTECTION} percent, got {percent!r}; leave it out and "
            "Upstox chooses"
        )
    return float(percent)


# Words


def _check_product(instrument: Instrument, product: Product) -> None:
    if product == "MTF" and (instrument.segment != "NSE_EQ" or instrument.mtf_bracket is None):
        raise IllegalOrderError(f"{instrument} is not bought on margin (mtf); use product='delivery' or 'intraday'")


def _tag(text: str | None) -> str:
    if text is None:
        return fresh_tag()
    if not 0 < len(text) <= _MOST_TAG:
        raise IllegalOrderError(f"tag has 1 to {_MOST_TAG} characters, got {len(text)}")
    return text


def _chosen(name: str, text: str, words: Mapping[str, T]) -> T:
    found = words.get(str(text).lower())
    if found is None:
        raise IllegalOrderError(f"{name} is one of {', '.join(dict.fromkeys(words))}, got {text!r}")
    return found
