"""What a group of positions and pending orders needs: one share, or all contracts on one underlying.

https://upstox.com/developer/api-documentation/margin. An order that closes a position needs nothing; of orders that
could open, those count that would make the margin larger, in the order in which they were placed and those for one side
of a contract together: a hedge helps once it has been traded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from upstox_emulator.account.figures import ZERO, worth
from upstox_emulator.account.funds import Usage
from upstox_emulator.account.position import Position
from upstox_emulator.account.span import Margin, Scanner
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.exchange.orders import Product, Side
from upstox_emulator.units import Price, amount, to_paisa

_INTRADAY: Final = 20.0
"""Percent of a share's price that an intraday position needs if its row does not tell."""


class Wanted(NamedTuple):
    """The part of an order that may still trade, and at which price at worst."""

    instrument: Instrument
    side: Side
    product: Product
    quantity: int
    price: Price

    @property
    def signed(self) -> int:
        """Its quantity, negative if it sells."""
        return self.quantity if self.side == "BUY" else -self.quantity

    @property
    def value(self) -> Decimal:
        """In rupees."""
        return amount(self.price, self.quantity * worth(self.instrument))


def group_of(instrument: Instrument) -> str:
    """What an instrument shares its margin with."""
    return f"{instrument.segment}|{instrument.underlying_symbol}" if instrument.is_derivative else instrument.key


def needed(positions: Iterable[Position], orders: Iterable[Wanted], scanner: Scanner, at: dt.datetime) -> Usage:
    """The margin of one group's positions and orders, and what its orders may have to pay."""
    held: _Held = {(position.instrument.key, position.product): position for position in positions}
    opening = _opening(held, orders)
    if all(position.is_share for position in held.values()) and not _are_contracts(opening):
        return _shares(held, opening)
    premium = sum((order.value for order in opening if _buys_option(order)), ZERO)
    contracts: dict[str, tuple[Instrument, int]] = {}
    for position in held.values():
        _add(contracts, position.instrument, position.quantity)
    margin = scanner.margin(contracts.values(), at)
    for instrument, quantity in _together(opening):
        trial = contracts.copy()
        _add(trial, instrument, quantity)
        if (tried := scanner.margin(trial.values(), at)).total > margin.total:
            contracts, margin = trial, tried
    return derivatives(margin, premium)


def _are_contracts(orders: Sequence[Wanted]) -> bool:
    """Of one group; it has shares or contracts, never both."""
    return bool(orders) and orders[0].instrument.is_derivative


def derivatives(margin: Margin, premium: Decimal = ZERO) -> Usage:
    """A scanned margin as money."""
    return Usage(
        span=_rupees(margin.span),
        exposure=_rupees(margin.exposure),
        additional=_rupees(margin.additional),
        premium=premium,
    )


def basket(orders: Sequence[Wanted], scanner: Scanner, at: dt.datetime) -> tuple[list[Usage], Usage]:
    """What each of some orders needs by itself, and what all of them need once they have been traded.

    Contracts on one underlying hedge each other; a sale for delivery needs the shares alone.
    """
    parts = [needed((), (order,), scanner, at) for order in orders]
    shares = [part for part, order in zip(parts, orders, strict=True) if not order.instrument.is_derivative]
    final = sum(shares, Usage(premium=sum((part.premium for part in parts), ZERO)))
    groups: dict[str, list[tuple[Instrument, int]]] = {}
    for order in orders:
        if order.instrument.is_derivative:
            groups.setdefault(group_of(order.instrument), []).append((order.instrument, order.signed))
    return parts, sum((derivatives(scanner.margin(group, at)) for group in groups.values()), final)


def rate(instrument: Instrument, product: Product) -> Decimal:
    """The part of a share's price that an intraday or MTF position needs."""
    percentage = instrument.mtf_bracket if product == "MTF" else instrument.intraday_margin
    return Decimal(str(_INTRADAY if percentage is None else percentage)) / 100


_Held: TypeAlias = Mapping[tuple[str, Product], Position]


def _opening(held: _Held, orders: Iterable[Wanted]) -> list[Wanted]:
    """The orders, without what they close."""
    cover = {key: position.quantity for key, position in held.items() if position.quantity}
    if not cover:
        return list(orders)
    opening: list[Wanted] = []
    for order in orders:
        key = order.instrument.key, order.product
        open_now = cover.get(key, 0)
        closing = min(abs(open_now), order.quantity) if open_now * order.signed < 0 else 0
        cover[key] = open_now + (closing if open_now < 0 else -closing)
        if closing < order.quantity:
            opening.append(order._replace(quantity=order.quantity - closing) if closing else order)
    return opening


def _shares(held: _Held, opening: list[Wanted]) -> Usage:
    """Of one share, under each product."""
    instruments: dict[Product, Instrument] = {key[1]: position.instrument for key, position in held.items()}
    if opening:
        instruments |= dict.fromkeys({order.product for order in opening}, opening[0].instrument)
    positions = {key[1]: position for key, position in held.items()}
    parts = (_share(instruments[kind], kind, positions.get(kind), opening) for kind in sorted(instruments))
    return sum(parts, Usage())


def _value(instrument: Instrument, product: Product, side: Side, orders: Iterable[Wanted]) -> Decimal:
    """Of one share's orders together, in rupees; added up as whole numbers, since there may be thousands."""
    values = (order.price * order.quantity for order in orders if order.product == product and order.side == side)
    return amount(sum(values), worth(instrument))


def _share(instrument: Instrument, product: Product, position: Position | None, opening: list[Wanted]) -> Usage:
    cost = ZERO if position is None else position.open_cost
    buys, sells = (_value(instrument, product, side, opening) for side in ("BUY", "SELL"))
    if product == "D":  # what has been bought already is told by its position
        return Usage(delivery=buys)
    if product == "MTF":
        return Usage(mtf=to_paisa((cost + buys) * rate(instrument, product)))
    exposed = max(max(cost, ZERO) + buys, max(-cost, ZERO) + sells)
    return Usage(intraday=to_paisa(exposed * rate(instrument, product)))


def _add(contracts: dict[str, tuple[Instrument, int]], instrument: Instrument, quantity: int) -> None:
    _, known = contracts.get(instrument.key, (instrument, 0))
    contracts[instrument.key] = instrument, known + quantity


def _together(opening: list[Wanted]) -> Iterable[tuple[Instrument, int]]:
    """Orders that may be charged a margin, those for one side of a contract together."""
    sides: dict[tuple[str, Side], tuple[Instrument, int]] = {}
    for order in opening:
        if not _buys_option(order):
            key = order.instrument.key, order.side
            sides[key] = order.instrument, sides.get(key, (order.instrument, 0))[1] + order.signed
    return sides.values()


def _buys_option(order: Wanted) -> bool:
    return order.instrument.is_option and order.side == "BUY"


def _rupees(value: float) -> Decimal:
    return to_paisa(Decimal(str(round(value, 4))))
