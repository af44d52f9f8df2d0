"""What is asked of an order, checked: every violation with its code, its field and its value, all of them at once.

https://upstox.com/developer/api-documentation/v3/place-order and modify-order. The price-field matrix is `_PRICES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.errors import refuse
from upstox_emulator.exchange.orders import Order, OrderType, Product, Side, Validity
from upstox_emulator.exchange.protection import AUTOMATIC, LARGEST
from upstox_emulator.exchange.reading import Reader, is_number
from upstox_emulator.units import Price

T = TypeVar("T")

Find = Callable[[str], Instrument | None]
"""The instrument of a key, as it is listed today."""

TAG_LENGTH: Final = 40
MOST_SLICES: Final = 25
"""The orders that one request may be sliced into."""

SIDES: Final[tuple[Side, ...]] = ("BUY", "SELL")
_TYPES: Final[tuple[OrderType, ...]] = ("MARKET", "LIMIT", "SL", "SL-M")
_ENTRY_TYPES: Final[tuple[OrderType, ...]] = ("MARKET", "LIMIT")
_VALIDITIES: Final[tuple[Validity, ...]] = ("DAY", "IOC")
PRODUCTS: Final[tuple[Product, ...]] = ("I", "D", "MTF")
_ORDER_ID: Final = re.compile(r"[-a-zA-Z0-9]+")


class PriceRule(NamedTuple):
    """Which prices an order type has, and how placing and modifying are refused where that is not kept."""

    price: bool
    trigger: bool
    place: str
    modify: str


_PRICES: Final[dict[OrderType, PriceRule]] = {
    "MARKET": PriceRule(price=False, trigger=False, place="market_price", modify="modify_market_price"),
    "LIMIT": PriceRule(price=True, trigger=False, place="limit_price", modify="modify_limit_price"),
    "SL": PriceRule(price=True, trigger=True, place="stop_prices", modify="modify_stop_prices"),
    "SL-M": PriceRule(price=False, trigger=True, place="stop_trigger", modify="modify_stop_trigger"),
}
# A cover order's entry carries the trigger price of its stop.
_COVER_PRICES: Final[dict[OrderType, PriceRule]] = {"MARKET": _PRICES["SL-M"], "LIMIT": _PRICES["SL"]}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it is asked for; nothing of it is checked."""

    quantity: Any = None
    product: Any = None
    validity: Any = None
    price: Any = None
    tag: Any = None
    instrument_token: Any = None
    order_type: Any = None
    transaction_type: Any = None
    disclosed_quantity: Any = None
    trigger_price: Any = None
    is_amo: Any = None
    slice: Any = None
    market_protection: Any = None
    correlation_id: Any = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it shall be; nothing of it is checked."""

    order_id: Any = None
    quantity: Any = None
    validity: Any = None
    price: Any = None
    order_type: Any = None
    disclosed_quantity: Any = None
    trigger_price: Any = None
    market_protection: Any = None


class Terms(NamedTuple):
    """What an order shall be, checked."""

    order_type: OrderType
    validity: Validity
    quantity: int
    price: Price
    trigger: Price
    disclosed: int
    protection: float


class Ticket(NamedTuple):
    """A new order, checked. `quantities` are those of its slices."""

    instrument: Instrument
    side: Side
    product: Product
    tag: str | None
    quantities: tuple[int, ...]
    terms: Terms


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What Upstox has switched on and off.

    Attributes:
        mcx_orders: whether orders for MCX are taken; they are disabled since April 2026.
        static_ips: whether order calls must come from a registered static IP.
    """

    mcx_orders: bool = False
    static_ips: bool = False


def check_place(wish: Wish, find: Find, settings: Settings, *, v2: bool = False) -> Ticket:
    """A new order.

    Raises:
        Refusal: with everything that is wrong.
    """
    reader = Reader()
    instrument = _instrument(reader, wish.instrument_token, find, settings)
    products: tuple[Product, ...] = (*PRODUCTS, "CO") if v2 else PRODUCTS
    product = reader.choice(wish.product, "product", products, "order_product_required", "order_product_invalid")
    side = reader.choice(wish.transaction_type, "transaction_type", SIDES, "side_invalid", "side_invalid")
    if wish.quantity is None or wish.quantity == 0:
        reader.blame("order_quantity_zero", "quantity", wish.quantity)
    quantity = reader.whole(wish.quantity, "quantity")
    if not _is_tag(wish.tag):
        reader.blame("tag_long", "tag", wish.tag)
    cover = product == "CO"
    terms = _terms(reader, wish, side, quantity, wish.disclosed_quantity, cover=cover, placing=True)
    quantities: tuple[int, ...] = (quantity,)
    if reader.flag(wish.slice, "slice") and not v2 and instrument is not None:
        if quantity > MOST_SLICES * largest(instrument):
            reader.blame("too_many_orders", "quantity", wish.quantity)
        else:
            quantities = slices(quantity, instrument)
    reader.finish()
    return Ticket(known(instrument), known(side), known(product), wish.tag, quantities, known(terms))


def check_change(change: Change, order: Order) -> Terms:
    """How an order shall be changed.

    Raises:
        Refusal: with everything that is wrong.
    """
    reader = Reader()
    quantity = order.quantity
    if change.quantity is not None:
        if change.quantity == 0:
            reader.blame("order_quantity_zero", "quantity", change.quantity)
        quantity = reader.whole(change.quantity, "quantity")
    disclosed = change.disclosed_quantity or order.disclosed
    cover = order.product == "CO" and order.parent_order_id is None
    terms = _terms(reader, change, order.side, quantity, disclosed, cover=cover, placing=False)
    reader.finish()
    return known(terms)


def check_order_id(value: str | None, missing: str) -> str:
    """The order id of a request.

    Raises:
        Refusal: it is missing, or it cannot be one.
    """
    if not value:
        raise refuse(missing, path="order_id")
    if not _ORDER_ID.fullmatch(value):
        raise refuse("order_id_invalid", path="order_id", value=value)
    return value


def slices(quantity: int, instrument: Instrument) -> tuple[int, ...]:
    """A quantity in parts that the exchange takes.

    https://upstox.com/developer/api-documentation/v3/place-order
    """
    full, rest = divmod(quantity, largest(instrument))
    return (largest(instrument),) * full + ((rest,) if rest else ())


def largest(instrument: Instrument) -> int:
    """The largest order that the exchange takes: as many whole lots as its freeze quantity allows."""
    lot = lot_of(instrument)
    return max(lot, instrument.freeze // lot * lot)


def lot_of(instrument: Instrument) -> int:
    """What a quantity must be a multiple of; commodities are ordered in lots."""
    return 1 if instrument.segment in {"MCX_FO", "NSE_COM"} else max(1, instrument.lot)


# The fields


def _terms(
    reader: Reader, wish: Wish | Change, side: Side | None, quantity: int, disclosed: Any, *, cover: bool, placing: bool
) -> Terms | None:
    order_type = reader.choice(
        wish.order_type, "order_type", _ENTRY_TYPES if cover else _TYPES, "order_type_required", "order_type_invalid"
    )
    validity = reader.choice(wish.validity, "validity", _VALIDITIES, "validity_required", "validity_invalid")
    shown = reader.whole(disclosed, "disclosed_quantity")
    if shown and shown * 10 < quantity:
        reader.blame("disclosed_small", "disclosed_quantity", disclosed)
    if shown > quantity > 0:
        reader.blame("invalid_input", "disclosed_quantity", disclosed, "Invalid Input: more disclosed than ordered")
    if order_type is None:
        return None
    rule = (_COVER_PRICES if cover else _PRICES)[order_type]
    price, trigger = _prices(reader, wish, rule, placing=placing)
    if rule.price and rule.trigger and price and trigger and side is not None:
        _relation(reader, side, wish)
    protection = _protection(reader, order_type, wish.market_protection)
    return None if validity is None else Terms(order_type, validity, quantity, price, trigger, shown, protection)


def _prices(reader: Reader, wish: Wish | Change, rule: PriceRule, *, placing: bool) -> tuple[Price, Price]:
    kind = rule.place if placing else rule.modify
    price = reader.money(wish.price, "price")
    trigger = reader.money(wish.trigger_price, "trigger_price")
    if price is None or trigger is None:
        return 0, 0
    if wish.price is None:
        reader.blame("order_price_required", "price")
    elif not _fits(wish.price, price, wanted=rule.price):
        reader.blame(kind, "price", wish.price)
    elif rule.trigger and wish.trigger_price is None and not placing:
        reader.blame("modify_trigger_required", "trigger_price")
    elif not _fits(wish.trigger_price, trigger, wanted=rule.trigger):
        reader.blame(kind, "trigger_price", wish.trigger_price)
    return price, trigger


def _fits(value: Any, price: Price, *, wanted: bool) -> bool:
    """Whether a price is there if it is wanted, and only then."""
    return price > 0 if wanted else not value


def _relation(reader: Reader, side: Side, wish: Wish | Change) -> None:
    if side == "BUY" and wish.trigger_price >= wish.price:
        reader.blame("trigger_above_limit", "trigger_price", wish.trigger_price)
    if side == "SELL" and wish.trigger_price <= wish.price:
        reader.blame("trigger_below_limit", "trigger_price", wish.trigger_price)


def _protection(reader: Reader, order_type: OrderType, value: Any) -> float:
    """The market protection; only orders without a price have one."""
    if value is None or order_type in {"LIMIT", "SL"}:
        return AUTOMATIC
    if not is_number(value) or (value < 0 and value != AUTOMATIC):
        reader.blame("protection_invalid", "market_protection", value)
    elif value > LARGEST:
        reader.blame("protection_large", "market_protection", value)
    elif value == 0:
        reader.blame("market_order", "market_protection", value)
    else:
        return float(value)
    return AUTOMATIC


def _instrument(reader: Reader, key: Any, find: Find, settings: Settings) -> Instrument | None:
    if key is None or key == "":
        reader.blame("order_instrument_required", "instrument_token")
        return None
    return find_tradable(reader, key, find, settings)


def find_tradable(reader: Reader, key: Any, find: Find, settings: Settings) -> Instrument | None:
    """The instrument that orders are taken for."""
    instrument = find(key) if isinstance(key, str) else None
    if instrument is None or not instrument.segment.endswith(("_EQ", "_FO", "_COM")):
        reader.blame("order_instrument_invalid", "instrument_token", key)
        return None
    if instrument.segment == "MCX_FO" and not settings.mcx_orders:
        reader.blame("mcx_disabled", "instrument_key", key)
    return instrument


def _is_tag(value: Any) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= TAG_LENGTH)


def known(value: T | None) -> T:
    """What `Reader.finish` has let through is there."""
    if value is None:  # pragma: no cover - a reader that notes nothing has read everything
        raise AssertionError
    return value
