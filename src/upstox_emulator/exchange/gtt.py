"""GTT orders: rules that wait for a price, place limit orders, and guard the position that comes of them.

https://upstox.com/developer/api-documentation/place-gtt-order. ENTRY places the first order; once that has traded,
TARGET and STOPLOSS watch the market. While the order of one of them works the other is inactive; it is cancelled when
that order completes, and watches again if that order fails.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, TypeAlias

import msgspec

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.errors import refuse
from upstox_emulator.events import Kind
from upstox_emulator.exchange.blotter import Blotter
from upstox_emulator.exchange.checks import Find
from upstox_emulator.exchange.floor import Floor
from upstox_emulator.exchange.gtt_checks import GttTerms, GttTicket, GttType, RuleTerms, Strategy, TriggerType
from upstox_emulator.exchange.matching import Reach
from upstox_emulator.exchange.orders import Order, Product, Side, Status, opposite
from upstox_emulator.exchange.protection import protected
from upstox_emulator.exchange.request import Request, limit_terms
from upstox_emulator.exchange.rows import whole
from upstox_emulator.exchange.steering import Steering
from upstox_emulator.market.view import MarketView
from upstox_emulator.units import Price, rupees

LegStatus: TypeAlias = Literal[
    "SCHEDULED", "TRIGGERED", "EXPIRED", "OPEN", "COMPLETED", "CANCELLED", "PENDING", "FAILED", "INACTIVE"
]

OVER: Final[frozenset[LegStatus]] = frozenset({"COMPLETED", "CANCELLED", "FAILED", "EXPIRED"})

_YEAR: Final = dt.timedelta(days=365)

# What an order's state makes of the leg that placed it; other states change nothing.
_LEG_OF_ORDER: Final[dict[Status, LegStatus]] = {
    "after market order req received": "PENDING",
    "open": "OPEN",
    "complete": "COMPLETED",
    "rejected": "FAILED",
    "cancelled": "CANCELLED",
    "cancelled after market order": "CANCELLED",
}
# The stream knows four states only.
_ON_STREAM: Final[dict[LegStatus, str]] = {
    "COMPLETED": "COMPLETED", "FAILED": "FAILED", "CANCELLED": "CANCELLED", "EXPIRED": "CANCELLED",
}  # fmt: skip


class Leg(msgspec.Struct):
    """A rule at work. `mark` is the price from which a trailing stop counts its next gap."""

    strategy: Strategy
    trigger_type: TriggerType
    trigger: Price
    gap: Price
    protection: float | None
    side: Side
    status: LegStatus = "INACTIVE"
    message: str | None = None
    order_id: str | None = None
    mark: Price = 0

    @property
    def rises(self) -> bool:
        """Whether it waits for the price to rise to its trigger."""
        if self.strategy == "ENTRY":
            return self.trigger_type == "ABOVE"
        return (self.strategy == "TARGET") == (self.side == "SELL")

    def reached(self, last: Price) -> bool:
        """Whether this price sets it off."""
        return last >= self.trigger if self.rises else last <= self.trigger

    def reach(self) -> Reach:
        """The prices at which something happens to it."""
        if self.status != "SCHEDULED":
            return Reach(None, None)
        low, high = (None, self.trigger) if self.rises else (self.trigger, None)
        if not self.gap:
            return Reach(low, high)
        return Reach(low, self.mark + self.gap) if self.side == "SELL" else Reach(self.mark - self.gap, high)

    def trail(self, last: Price) -> bool:
        """Follow the price by whole gaps; True if it moved."""
        sign = 1 if self.side == "SELL" else -1
        steps = max(0, sign * (last - self.mark) // self.gap) if self.gap else 0
        self.mark += sign * steps * self.gap
        self.trigger += sign * steps * self.gap
        return steps > 0


class Gtt(msgspec.Struct, eq=False):
    """A GTT order.

    Attributes:
        holds: units that ENTRY has traded and no other leg has.
        closing: it is being cancelled as a whole.
        over: nothing will happen any more.
    """

    gtt_id: str
    type: GttType
    instrument: Instrument
    side: Side
    product: Product
    quantity: int
    user: str
    created_at: dt.datetime
    expires_at: dt.datetime
    legs: list[Leg]
    holds: int = 0
    closing: bool = False
    over: bool = False

    @property
    def entry(self) -> Leg:
        """The leg that begins."""
        return next(leg for leg in self.legs if leg.strategy == "ENTRY")

    @property
    def exits(self) -> list[Leg]:
        """The legs that end."""
        return [leg for leg in self.legs if leg.strategy != "ENTRY"]

    @property
    def is_completed(self) -> bool:
        """Whether it is over because it did what it was for."""
        return self.over and any(leg.status == "COMPLETED" for leg in (self.exits or self.legs))

    def reach(self) -> Reach:
        """The prices at which something happens."""
        reach = Reach(None, None)
        for leg in self.legs:
            reach = reach.joined(leg.reach())
        return reach


class Gtts:
    """All GTT orders."""

    def __init__(
        self,
        floor: Floor,
        blotter: Blotter,
        market: MarketView,
        steering: Steering,
        emit: Callable[[Kind, dict[str, Any]], None],
    ) -> None:
        self._floor = floor
        self._blotter = blotter
        self._market = market
        self._steering = steering
        self._emit = emit
        self._all: dict[str, Gtt] = {}
        self._firing: Leg | None = None

    # Requests

    def place(self, ticket: GttTicket, user: str, at: dt.datetime) -> str:
        """Take one in; an IMMEDIATE one places its order at once."""
        gtt_id = self._blotter.ids.gtt(at)
        gtt = self._all[gtt_id] = Gtt(
            gtt_id=gtt_id,
            type=ticket.terms.type,
            instrument=ticket.instrument,
            side=ticket.side,
            product=ticket.product,
            quantity=ticket.terms.quantity,
            user=user,
            created_at=at,
            expires_at=_expiry(ticket.product, at),
            legs=[_leg(rule, ticket.side) for rule in ticket.terms.rules],
        )
        self._begin(gtt, at)
        return gtt_id

    def live(self, gtt_id: str) -> Gtt:
        """One that is not over.

        Raises:
            Refusal: there is none of this id.
        """
        gtt = self._all.get(gtt_id)
        if gtt is None or gtt.over:
            raise refuse("order_unknown", path="gtt_order_id", value=gtt_id)
        return gtt

    def modify(self, gtt: Gtt, terms: GttTerms, at: dt.datetime) -> None:
        """Change one: wholly while ENTRY waits, in its prices and its exits afterwards."""
        gtt.type = terms.type
        if gtt.entry.order_id is None:
            gtt.quantity = terms.quantity
            gtt.legs = [_leg(rule, gtt.side) for rule in terms.rules]
            self._begin(gtt, at)
            return
        wanted = {rule.strategy for rule in terms.rules}
        for leg in gtt.exits:
            if leg.strategy not in wanted:
                self._withdraw(leg, at)
        known = {leg.strategy: leg for leg in gtt.legs if leg.strategy == "ENTRY" or leg.status not in OVER}
        gtt.legs = [self._changed(gtt, rule, known.get(rule.strategy), at) for rule in terms.rules]
        gtt.over = gtt.over or (not gtt.exits and gtt.entry.status in OVER)
        self._tell(gtt)

    def _changed(self, gtt: Gtt, rule: RuleTerms, leg: Leg | None, at: dt.datetime) -> Leg:
        if leg is None:
            leg = _leg(rule, gtt.side)
            if gtt.holds and all(other.order_id is None or other.status in OVER for other in gtt.exits):
                self._schedule(gtt, leg, at)
            return leg
        moved = leg.trigger != rule.trigger
        leg.trigger, leg.gap, leg.protection = rule.trigger, rule.gap, rule.protection
        order = self._blotter.orders.get(leg.order_id or "")
        if order is not None and not order.ended and moved:
            price = self._price(gtt, leg)
            self._floor.modify(order, limit_terms(order.quantity, price), at)
        return leg

    def cancel(self, gtt: Gtt, at: dt.datetime) -> None:
        """Cancel all legs, and the orders of theirs that still work."""
        self._stop(gtt, "CANCELLED", at)

    def rows(self, gtt_id: str | None = None) -> list[dict[str, Any]]:
        """As the API shows them: all that are not completed, or the one of this id."""
        return [_row(gtt) for gtt in self._all.values() if not gtt.is_completed and gtt_id in {None, gtt.gtt_id}]

    # The market and the orders

    def reaches(self) -> Iterable[tuple[str, Reach]]:
        """The instruments that are watched, and the prices that touch a leg."""
        return [(gtt.instrument.key, gtt.reach()) for gtt in self._all.values() if not gtt.over]

    @property
    def busy(self) -> bool:
        """Whether anything is watched."""
        return any(not gtt.over for gtt in self._all.values())

    def watch(self, key: str, last: Price, at: dt.datetime) -> None:
        """The market has traded at `last`."""
        watching = [gtt for gtt in self._all.values() if gtt.instrument.key == key and not gtt.over]
        for gtt in watching:
            scheduled = [leg for leg in gtt.legs if leg.status == "SCHEDULED"]
            moved = [leg for leg in scheduled if leg.trail(last)]
            due = next((leg for leg in scheduled if leg.reached(last)), None)
            if due is not None:
                self._fire(gtt, due, at)
            elif moved:
                self._tell(gtt)

    def follow(self, order: Order, at: dt.datetime) -> None:
        """An order has changed: perhaps one of a leg."""
        gtt = self._all.get(order.gtt_id or "")
        leg = self._leg_of(order, gtt)
        if gtt is None or leg is None:
            return
        leg.order_id = order.order_id
        status = _LEG_OF_ORDER.get(order.status)
        if status is None or leg.status == status or leg.status in OVER:
            return
        leg.status, leg.message = status, order.message or ""
        if leg.status in OVER and not gtt.closing:
            if leg.strategy == "ENTRY":
                self._entered(gtt, order, at)
            else:
                self._left(gtt, leg, order, at)
        self._tell(gtt)

    def roll(self, find: Find, at: dt.datetime) -> None:
        """A new day: what was over is forgotten, what has run out expires."""
        self._all = {gtt_id: gtt for gtt_id, gtt in self._all.items() if not gtt.over}
        for gtt in self._all.values():
            if gtt.expires_at < at or find(gtt.instrument.key) is None:
                self._stop(gtt, "EXPIRED", at)

    # Inside

    def _begin(self, gtt: Gtt, at: dt.datetime) -> None:
        entry = gtt.entry
        if entry.trigger_type == "IMMEDIATE":
            self._fire(gtt, entry, at)
        else:
            entry.status = "SCHEDULED"
            self._tell(gtt)

    def _fire(self, gtt: Gtt, leg: Leg, at: dt.datetime) -> None:
        """Place the order of a leg."""
        leg.status = "TRIGGERED"
        for other in gtt.exits:
            if other.status == "SCHEDULED":
                other.status = "INACTIVE"
        self._tell(gtt)
        quantity = gtt.quantity if leg.strategy == "ENTRY" else gtt.holds
        act = self._steering.act("place", None, gtt.instrument.key, leg.side)
        terms = limit_terms(quantity, self._price(gtt, leg))
        before, self._firing = self._firing, leg
        self._floor.place(
            Request(gtt.instrument, leg.side, gtt.product, terms, gtt.user, gtt_id=gtt.gtt_id, act=act), at
        )
        self._firing = before

    @staticmethod
    def _price(gtt: Gtt, leg: Leg) -> Price:
        if leg.protection is None:
            return leg.trigger
        return protected(gtt.instrument, leg.side, leg.trigger, leg.protection)

    def _entered(self, gtt: Gtt, order: Order, at: dt.datetime) -> None:
        """The first order has ended: guard what it has traded."""
        gtt.holds = order.filled
        if order.filled and gtt.exits:
            gtt.expires_at = _expiry(gtt.product, at)
            for leg in gtt.exits:
                self._schedule(gtt, leg, at)
            return
        for leg in gtt.exits:
            self._close(leg, "CANCELLED")
        gtt.over = True

    def _left(self, gtt: Gtt, leg: Leg, order: Order, at: dt.datetime) -> None:
        """The order of a target or a stop has ended: the other one is not needed any more, or needed again."""
        gtt.holds -= order.filled
        others = [other for other in gtt.exits if other is not leg and other.status not in OVER]
        for other in others:
            if gtt.holds:
                self._schedule(gtt, other, at)
            else:
                self._close(other, "CANCELLED")
        gtt.over = not (gtt.holds and others)

    def _schedule(self, gtt: Gtt, leg: Leg, at: dt.datetime) -> None:
        leg.status = "SCHEDULED"
        second = int(at.timestamp()) - (at.time() == dt.time())  # midnight belongs to the day that ends
        leg.mark = self._market.last(gtt.instrument.key, float(second))

    def _leg_of(self, order: Order, gtt: Gtt | None) -> Leg | None:
        """The leg that placed an order; while it is being placed, the one that fires."""
        if gtt is None:
            return None
        return next((leg for leg in gtt.legs if leg.order_id == order.order_id), self._firing)

    def _stop(self, gtt: Gtt, status: LegStatus, at: dt.datetime) -> None:
        """End all of it."""
        gtt.closing = gtt.over = True
        for leg in gtt.legs:
            self._withdraw(leg, at)
            self._close(leg, status)
        self._tell(gtt)

    def _withdraw(self, leg: Leg, at: dt.datetime) -> None:
        """Cancel the order of a leg, if it still works."""
        order = self._blotter.orders.get(leg.order_id or "")
        if order is not None and not order.ended:
            self._floor.cancel(order, at)

    @staticmethod
    def _close(leg: Leg, status: LegStatus) -> None:
        if leg.status not in OVER:
            leg.status, leg.message = status, leg.message or ""

    def _tell(self, gtt: Gtt) -> None:
        self._emit("gtt_order", _message(gtt))


def _leg(rule: RuleTerms, side: Side) -> Leg:
    leg_side = side if rule.strategy == "ENTRY" else opposite(side)
    return Leg(rule.strategy, rule.trigger_type, rule.trigger, rule.gap, rule.protection, leg_side)


def _expiry(product: Product, at: dt.datetime) -> dt.datetime:
    """Intraday, the day; otherwise a year."""
    last = at if product == "I" else at + _YEAR
    return last.replace(hour=23, minute=59, second=59, microsecond=0)


def _micros(moment: dt.datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


def _rule_row(leg: Leg, gtt: Gtt) -> dict[str, Any]:
    """A rule; the documentation's samples have two orders of its members."""
    message = {"message": leg.message}
    prices = {
        "trigger_type": leg.trigger_type,
        "trigger_price": whole(rupees(leg.trigger)),
        "transaction_type": leg.side,
    }
    middle = {**message, **prices} if gtt.type == "SINGLE" else {**prices, **message}
    return {"strategy": leg.strategy, "status": leg.status, **middle, "order_id": leg.order_id}


def _row(gtt: Gtt) -> dict[str, Any]:
    """As the API shows it."""
    return {
        "type": gtt.type,
        "exchange": gtt.instrument.segment,
        "quantity": gtt.quantity,
        "product": gtt.product,
        "rules": [
            _rule_row(leg, gtt) | ({"trailing_gap": whole(rupees(leg.gap))} if leg.gap else {}) for leg in gtt.legs
        ],
        "trading_symbol": gtt.instrument.compact,
        "instrument_token": gtt.instrument.key,
        "gtt_order_id": gtt.gtt_id,
        "expires_at": _micros(gtt.expires_at),
        "created_at": _micros(gtt.created_at),
    }


def _message(gtt: Gtt) -> dict[str, Any]:
    """A `gtt_order` message of the portfolio stream."""
    return {
        "update_type": "gtt_order",
        "type": gtt.type,
        "exchange": gtt.instrument.segment,
        "instrument_token": gtt.instrument.key,
        "quantity": gtt.quantity,
        "product": gtt.product,
        "gtt_order_id": gtt.gtt_id,
        "expires_at": _micros(gtt.expires_at),
        "created_at": _micros(gtt.created_at),
        "rules": [
            _rule_row(leg, gtt)
            | {
                "status": _ON_STREAM.get(leg.status, "PENDING"),
                "trailing_gap": whole(rupees(leg.gap)) if leg.gap else None,
            }
            for leg in gtt.legs
        ],
    }
