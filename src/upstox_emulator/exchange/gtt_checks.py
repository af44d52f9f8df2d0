"""What is asked of a GTT order, checked: every violation with its code, its field and its value, all of them at once.

https://upstox.com/developer/api-documentation/place-gtt-order and modify-gtt-order
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple, TypeAlias, cast

import msgspec

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.errors import refuse
from upstox_emulator.exchange.checks import PRODUCTS, SIDES, Find, Settings, find_tradable, known
from upstox_emulator.exchange.orders import Product, Side
from upstox_emulator.exchange.protection import AUTOMATIC, LARGEST
from upstox_emulator.exchange.reading import Reader, is_list, is_number, is_object
from upstox_emulator.units import PER_RUPEE, Price

GttType: TypeAlias = Literal["SINGLE", "MULTIPLE"]
Strategy: TypeAlias = Literal["ENTRY", "TARGET", "STOPLOSS"]
TriggerType: TypeAlias = Literal["ABOVE", "BELOW", "IMMEDIATE"]

_TYPES: Final[tuple[GttType, ...]] = ("SINGLE", "MULTIPLE")
_STRATEGIES: Final[tuple[Strategy, ...]] = ("ENTRY", "TARGET", "STOPLOSS")
_TRIGGER_TYPES: Final[tuple[TriggerType, ...]] = ("ABOVE", "BELOW", "IMMEDIATE")
_SMALLEST_GAP: Final = 0.1  # of the distance between price and stop


class GttWish(msgspec.Struct, frozen=True, kw_only=True):
    """A GTT order as it is asked for, new or changed; nothing of it is checked."""

    type: Any = None
    quantity: Any = None
    product: Any = None
    rules: Any = None
    instrument_token: Any = None
    transaction_type: Any = None
    gtt_order_id: Any = None


class RuleTerms(NamedTuple):
    """A leg, checked. `gap` is 0 without a trailing stop, `protection` None without one."""

    strategy: Strategy
    trigger_type: TriggerType
    trigger: Price
    gap: Price
    protection: float | None


class GttTerms(NamedTuple):
    """What a GTT order shall be, checked."""

    type: GttType
    quantity: int
    rules: tuple[RuleTerms, ...]


class GttTicket(NamedTuple):
    """A new GTT order, checked."""

    instrument: Instrument
    side: Side
    product: Product
    terms: GttTerms


def check_gtt(wish: GttWish, find: Find, settings: Settings, last: Callable[[str], Price]) -> GttTicket:
    """A new GTT order; `last` tells the latest price of an instrument key.

    Raises:
        Refusal: with everything that is wrong.
    """
    reader = Reader()
    key = wish.instrument_token
    instrument = None
    if key:
        instrument = find_tradable(reader, key, find, settings)
        if instrument is not None and instrument.suspended:
            reader.blame("order_instrument_invalid", "instrument_token", key)
            instrument = None
    else:
        reader.blame("order_instrument_required", "instrument_token")
    product = reader.choice(wish.product, "product", PRODUCTS, "order_product_required", "order_product_invalid")
    side = reader.choice(wish.transaction_type, "transaction_type", SIDES, "side_invalid", "side_invalid")
    terms = _terms(reader, wish, None if instrument is None else last(instrument.key))
    reader.finish()
    return GttTicket(known(instrument), known(side), known(product), terms)


def check_gtt_change(wish: GttWish, last: Price, *, placed: bool, quantity: int) -> GttTerms:
    """How a GTT order shall be changed.

    Parameters:
        last: the latest price of its instrument.
        placed: whether its ENTRY has placed an order; the quantity then stays `quantity`.

    Raises:
        Refusal: with everything that is wrong.
    """
    reader = Reader()
    terms = _terms(reader, wish, last)
    if placed:
        if any(rule.strategy == "ENTRY" and rule.trigger_type != "IMMEDIATE" for rule in terms.rules):
            reader.blame("gtt_open_immediate", "rules")
        if terms.quantity not in {0, quantity}:
            reader.blame(
                "invalid_input", "quantity", wish.quantity,
                f"Invalid Input: the quantity of an open GTT order stays {quantity}",
            )  # fmt: skip
    reader.finish()
    return terms


def check_gtt_id(value: Any) -> str:
    """The id of a GTT order.

    Raises:
        Refusal: it is missing, or it cannot be one.
    """
    if not value:
        raise refuse("gtt_id_required", path="gtt_order_id")
    if not isinstance(value, str) or not value.startswith("GTT-"):
        raise refuse("gtt_id_invalid", path="gtt_order_id", value=value)
    return value


def _terms(reader: Reader, wish: GttWish, last: Price | None) -> GttTerms:
    kind = reader.choice(wish.type, "type", _TYPES, "gtt_type_required", "gtt_type_invalid")
    if not wish.quantity:
        reader.blame("order_quantity_zero", "quantity", wish.quantity)
    quantity = reader.whole(wish.quantity, "quantity")
    rows = wish.rules
    if not is_list(rows) or not rows:
        reader.blame("gtt_rules_required", "rules", rows)
        return GttTerms("SINGLE", quantity, ())
    if kind == "SINGLE" and len(rows) != 1:
        reader.blame("gtt_single_rules", "rules")
    if kind == "MULTIPLE" and not 2 <= len(rows) <= 3:
        reader.blame("gtt_multiple_rules", "rules")
    rules = [rule for index, row in enumerate(rows) if (rule := _rule(reader, row, f"rules[{index}]", last))]
    _together(reader, rows)
    return GttTerms(kind or "SINGLE", quantity, tuple(rules))


def _together(reader: Reader, rows: list[Any]) -> None:
    """What the rules must be as a whole."""
    strategies = [row.get("strategy") for row in rows if is_object(row)]
    named = [strategy for strategy in strategies if strategy in _STRATEGIES]
    if len(named) != len(set(named)):
        reader.blame("gtt_strategy_twice", "rules")
    if "ENTRY" not in named:
        reader.blame("gtt_entry_required", "rules")


def _rule(reader: Reader, row: Any, path: str, last: Price | None) -> RuleTerms | None:
    if not is_object(row):
        reader.blame("gtt_rules_required", path, row)
        return None
    strategy = _word(reader, row, "strategy", path, _STRATEGIES)
    trigger_type = _word(reader, row, "trigger_type", path, _TRIGGER_TYPES)
    if strategy not in {None, "ENTRY"} and trigger_type not in {None, "IMMEDIATE"}:
        reader.blame("gtt_immediate_only", f"{path}.trigger_type", trigger_type)
    trigger = _trigger(reader, row.get("trigger_price"), f"{path}.trigger_price")
    gap = 0
    if strategy == "STOPLOSS" and row.get("trailing_gap") is not None:
        gap = _gap(reader, row["trailing_gap"], f"{path}.trailing_gap", trigger, last)
    protection = _protection(reader, row.get("market_protection"), f"{path}.market_protection")
    if strategy is None or trigger_type is None:
        return None
    return RuleTerms(cast("Strategy", strategy), cast("TriggerType", trigger_type), trigger, gap, protection)


def _word(reader: Reader, fields: dict[str, Any], name: str, path: str, choices: tuple[str, ...]) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        reader.blame(f"gtt_{name}_foreign", f"{path}.{name}", value)
        return None
    return reader.choice(value, f"{path}.{name}", choices, f"gtt_{name}_required", f"gtt_{name}_invalid")


def _trigger(reader: Reader, value: Any, path: str) -> Price:
    if value is None:
        reader.blame("gtt_trigger_required", path)
        return 0
    trigger = reader.money(value, path)
    if trigger == 0:
        reader.blame("gtt_trigger_positive", path, value)
    return trigger or 0


def _gap(reader: Reader, value: Any, path: str, trigger: Price, last: Price | None) -> Price:
    gap = reader.money(value, path)
    if gap is not None and last is not None:
        least = max(1, round(abs(last - trigger) * _SMALLEST_GAP))
        if gap < least:
            message = f"Trailing gap cannot be less than minimum value {least / PER_RUPEE:g}"
            reader.blame("gtt_trailing_gap", path, value, message)
    return gap or 0


def _protection(reader: Reader, value: Any, path: str) -> float | None:
    if value is None:
        return None
    if not is_number(value) or (value < 0 and value != AUTOMATIC):
        reader.blame("gtt_protection_invalid", path, value)
    elif value > LARGEST:
        reader.blame("gtt_protection_large", path, value)
    elif value == 0:
        reader.blame("market_order", path, value)
    else:
        return float(value)
    return None
