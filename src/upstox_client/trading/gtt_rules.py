"""The legs of orders that wait: what is legal, and how they ended. Nothing here asks anybody anything.

https://upstox.com/developer/api-documentation/place-gtt-order
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypedDict

import msgspec

from upstox_client.instruments import IllegalQuantityError, Instrument
from upstox_client.models.gtt import GttOrderDetails, GttPlaceOrderRequest, GttRule, GttRuleStatus, Rule, TriggerType
from upstox_client.models.orders import OrderBookData, TransactionType
from upstox_client.trading.tickets import IllegalOrderError, as_rupees, checked_price

ENDED: Final[frozenset[GttRuleStatus]] = frozenset({"COMPLETED", "CANCELLED", "FAILED", "EXPIRED"})

_LEAST_TRAIL: Final = 0.1  # of the distance between price and stop


class Legs(TypedDict):
    """The prices after the entry."""

    target: float | None
    stoploss: float | None
    trailing: float | None


def make_rules(
    instrument: Instrument, side: TransactionType, entry: float, kind: TriggerType, legs: Legs, percent: float | None
) -> list[GttRule]:
    """The rules of an order that waits.

    Raises:
        IllegalPriceError: a price is between two ticks.
        IllegalOrderError: target or stop loss is on the wrong side of the entry, or there is no stop to trail.
    """
    legs = check_legs(instrument, side, entry, legs)
    rules = [GttRule(strategy="ENTRY", trigger_type=kind, trigger_price=float(entry), market_protection=percent)]
    target, stoploss = legs["target"], legs["stoploss"]
    if target is not None:
        rules.append(
            GttRule(strategy="TARGET", trigger_type="IMMEDIATE", trigger_price=target, market_protection=percent)
        )
    if stoploss is not None:
        rules.append(
            GttRule(
                strategy="STOPLOSS",
                trigger_type="IMMEDIATE",
                trigger_price=stoploss,
                trailing_gap=legs["trailing"],
                market_protection=percent,
            )
        )
    return rules


def check_size(instrument: Instrument, quantity: int) -> None:
    """See that each leg can be one order: none is sliced when its price comes, and then it is too late.

    Raises:
        IllegalQuantityError: it is above the freeze quantity.
    """
    most = instrument.largest_order
    if most is not None and quantity > most:
        raise IllegalQuantityError(
            f"{instrument}: {quantity} is more than {most}, the freeze quantity, and an order that waits is not sliced;"
            " place several"
        )


def check_legs(instrument: Instrument, side: TransactionType, entry: float, legs: Legs) -> Legs:
    """The exits, as they are sent: on their sides of the entry.

    Raises:
        IllegalPriceError, IllegalOrderError: as `make_rules`.
    """
    entry = checked_price(instrument, "trigger", entry, needed=True)
    target, stoploss, trailing = legs["target"], legs["stoploss"], legs["trailing"]
    if target is not None:
        target = checked_price(instrument, "target", target)
    if stoploss is not None:
        stoploss = checked_price(instrument, "stoploss", stoploss)
    if trailing is not None:
        trailing = as_rupees(instrument, "trailing", trailing)
    sign, words = (1, ("above", "below")) if side == "BUY" else (-1, ("below", "above"))
    if target is not None and (target - entry) * sign <= 0:
        raise IllegalOrderError(
            f"{instrument}: the target of a {side} at {entry:.10g} is {words[0]} that, got {target:.10g}"
        )
    if stoploss is not None and (entry - stoploss) * sign <= 0:
        raise IllegalOrderError(
            f"{instrument}: the stop loss of a {side} at {entry:.10g} is {words[1]} that, got {stoploss:.10g}"
        )
    if trailing is not None and stoploss is None:
        raise IllegalOrderError("trailing= is the gap of a stop loss: give stoploss=, too")
    return Legs(target=target, stoploss=stoploss, trailing=trailing)


def check_trailing(instrument: Instrument, last: float, legs: Legs) -> None:
    """See that a stop loss follows the price at a distance that is taken.

    Raises:
        IllegalOrderError: it is too near.
    """
    stoploss, trailing = legs["stoploss"], legs["trailing"]
    if stoploss is None or trailing is None:
        return
    least = round(abs(last - stoploss) * _LEAST_TRAIL, 4)
    if trailing < least:
        raise IllegalOrderError(
            f"{instrument}: trailing is at least a tenth of the distance between the price, {last:.10g}, and the stop: "
            f"{least:.10g}, got {trailing:.10g}"
        )


def as_sent(request: GttPlaceOrderRequest, gtt_order_id: str) -> GttOrderDetails:
    """An order that was placed just now, as far as it is known without reading it."""
    side = request.transaction_type
    other: TransactionType = "SELL" if side == "BUY" else "BUY"
    return GttOrderDetails(
        type=request.type,
        quantity=request.quantity,
        product=request.product,
        instrument_token=request.instrument_token,
        gtt_order_id=gtt_order_id,
        rules=[
            Rule(
                strategy=rule.strategy,
                status="SCHEDULED",
                trigger_type=rule.trigger_type,
                trigger_price=rule.trigger_price,
                transaction_type=side if rule.strategy == "ENTRY" else other,
                trailing_gap=rule.trailing_gap,
            )
            for rule in request.rules
        ],
    )


def ended(details: GttOrderDetails, orders: Sequence[OrderBookData]) -> GttOrderDetails:
    """An order that waits no more, with the legs as the orders that it has placed tell; the others are cancelled."""
    done = [row for row in orders if row.status == "complete"]
    filled: dict[int, str] = {}
    for row in done:
        legs = [rule for rule in details.rules or () if rule.transaction_type == row.transaction_type]
        if legs:
            price = row.average_price or 0.0
            nearest = min(legs, key=lambda rule: abs((rule.trigger_price or 0.0) - price))
            filled[id(nearest)] = row.order_id or ""

    def as_it_ended(rule: Rule) -> Rule:
        if id(rule) in filled:
            return msgspec.structs.replace(rule, status="COMPLETED", order_id=filled[id(rule)])
        return rule if rule.status in ENDED else msgspec.structs.replace(rule, status="CANCELLED")

    return msgspec.structs.replace(details, rules=[as_it_ended(rule) for rule in details.rules or ()])
