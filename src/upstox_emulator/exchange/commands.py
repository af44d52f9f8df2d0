"""What is done to the exchange, as commands that a journal keeps.

A request that a rule of steering refuses has been counted by that rule, so it is kept, too: its command returns the
refusal instead of raising it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from upstox_emulator.command import Step
from upstox_emulator.errors import Refusal
from upstox_emulator.exchange import batch
from upstox_emulator.exchange.batch import Outcome
from upstox_emulator.exchange.checks import Change, Wish, check_order_id
from upstox_emulator.exchange.gtt_checks import GttWish
from upstox_emulator.exchange.steering import Rule

if TYPE_CHECKING:
    from upstox_emulator.venue import Venue


class PlaceOrders(Step, frozen=True):
    """A new order; `slice` may make several of it. In the sandbox it only gets its ids."""

    wish: Wish
    v2: bool = False
    sandbox: bool = False

    def apply(self, venue: Venue) -> list[str] | Refusal:
        exchange = venue.exchange
        ticket = exchange.check(self.wish, self.at, v2=self.v2)
        if self.sandbox:
            return [exchange.sandbox.place(self.at) for _ in ticket.quantities]
        return exchange.place(ticket, self.at)


class ModifyOrder(Step, frozen=True):
    """An order, changed."""

    change: Change
    sandbox: bool = False

    def apply(self, venue: Venue) -> str | Refusal:
        if not self.sandbox:
            return venue.exchange.modify(self.change, self.at)
        order_id = check_order_id(self.change.order_id, "order_id_missing")
        venue.exchange.sandbox.modify(order_id)
        return order_id


class CancelOrder(Step, frozen=True):
    """An order, cancelled; or a cover order, left."""

    order_id: str
    sandbox: bool = False

    def apply(self, venue: Venue) -> str | Refusal:
        if not self.sandbox:
            return venue.exchange.cancel(self.order_id, self.at)
        venue.exchange.sandbox.cancel(self.order_id)
        return self.order_id


class PlaceLines(Step, frozen=True):
    """Several new orders."""

    wishes: list[Wish]
    sandbox: bool = False

    def apply(self, venue: Venue) -> Outcome:
        exchange = venue.exchange
        lines = batch.check_lines(exchange, self.wishes, self.at)
        if not self.sandbox:
            return batch.place_lines(exchange, lines, self.at)
        placed = [
            row
            for name, ticket in lines
            for row in batch.named(name, [exchange.sandbox.place(self.at) for _ in ticket.quantities])
        ]
        summary = {"total": len(placed), "payload_error": 0, "success": len(placed), "error": 0}
        return Outcome(200, {"status": "success", "data": placed, "summary": summary})


class CancelAll(Step, frozen=True):
    """All working orders of a segment, with a tag, cancelled."""

    segment: str | None = None
    tag: str | None = None

    def apply(self, venue: Venue) -> Outcome:
        return batch.cancel_all(venue.exchange, self.segment, self.tag, self.at)


class ExitAll(Step, frozen=True):
    """All open positions of a segment, from orders with a tag, closed."""

    segment: str | None = None
    tag: str | None = None

    def apply(self, venue: Venue) -> Outcome:
        return batch.exit_all(venue.exchange, self.segment, self.tag, self.at)


class PlaceGtt(Step, frozen=True):
    """A new GTT order."""

    wish: GttWish

    def apply(self, venue: Venue) -> str:
        return venue.exchange.place_gtt(self.wish, self.at)


class ModifyGtt(Step, frozen=True):
    """A GTT order, changed."""

    wish: GttWish

    def apply(self, venue: Venue) -> str:
        return venue.exchange.modify_gtt(self.wish, self.at)


class CancelGtt(Step, frozen=True):
    """A GTT order, cancelled with all its legs."""

    gtt_order_id: Any = None

    def apply(self, venue: Venue) -> str:
        return venue.exchange.cancel_gtt(self.gtt_order_id, self.at)


class PutOrderRule(Step, frozen=True):
    """A rule that steers orders, new or changed."""

    rule: Rule

    def apply(self, venue: Venue) -> None:
        venue.exchange.steering.put(self.rule)


class ClearOrderRules(Step, frozen=True):
    """No rule steers orders any more."""

    def apply(self, venue: Venue) -> None:
        venue.exchange.steering.clear()


class SwitchOrderSettings(Step, frozen=True):
    """What Upstox has switched, switched; None leaves it as it is."""

    mcx_orders: bool | None = None
    static_ips: bool | None = None

    def apply(self, venue: Venue) -> None:
        wanted = {"mcx_orders": self.mcx_orders, "static_ips": self.static_ips}
        changed = {name: value for name, value in wanted.items() if value is not None}
        venue.exchange.settings = msgspec.structs.replace(venue.exchange.settings, **changed)
