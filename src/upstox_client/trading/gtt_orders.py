"""Orders that wait for their price (GTT), as they stand: one, and all of them. `up.gtt` has made or found them.

https://upstox.com/developer/api-documentation/get-gtt-order-details
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, overload

from upstox_client.api.market_quote_v3_api import MarketQuoteV3Operations
from upstox_client.api.order_api import OrderOperations
from upstox_client.api.order_controller_v_3_api import OrderV3Operations
from upstox_client.instruments import Instrument
from upstox_client.models.gtt import (
    GttCancelOrderRequest,
    GttModifyOrderRequest,
    GttOrderDetails,
    GttRuleStatus,
    GttStrategy,
    Rule,
)
from upstox_client.models.orders import TransactionType
from upstox_client.trading.colours import Async, Flow, Flowing, Sync, call
from upstox_client.trading.desk import Desk
from upstox_client.trading.fluent import fluent
from upstox_client.trading.gtt_rules import ENDED, Legs, check_size, check_trailing, ended, make_rules
from upstox_client.trading.guards import check
from upstox_client.trading.moments import from_ms
from upstox_client.trading.tables import Table
from upstox_client.trading.tickets import Ticket, checked_quantity, protection, so_many


class GttOrderFlows(Flowing):
    """An order that waits, as it was last read; `refresh` reads it again.

    Attributes:
        id: `GTT-...`.
        instrument: what is traded.
        details: what the server said of it.
        protection: the market protection in percent, if it was said in this program.
    """

    def __init__(self, client: Any, desk: Desk, instrument: Instrument, details: GttOrderDetails) -> None:
        super().__init__(client)
        self.desk = desk
        self.instrument = instrument
        self.details = details
        self.id = details.gtt_order_id or ""
        self.protection: float | None = None
        self._is_gone = False

    def rule(self, strategy: GttStrategy) -> Rule | None:
        """A leg of it: `ENTRY`, `TARGET` or `STOPLOSS`; None if it has none."""
        return next((rule for rule in self.details.rules or () if rule.strategy == strategy), None)

    @property
    def entry(self) -> Rule:
        """What opens the position."""
        return self.rule("ENTRY") or Rule()

    @property
    def target(self) -> Rule | None:
        """What closes it with a profit."""
        return self.rule("TARGET")

    @property
    def stoploss(self) -> Rule | None:
        """What closes it with a loss."""
        return self.rule("STOPLOSS")

    @property
    def quantity(self) -> int:
        """Units; of commodities, lots."""
        return self.details.quantity or 0

    @property
    def side(self) -> TransactionType:
        """That of the entry."""
        return self.entry.transaction_type or "BUY"

    @property
    def what(self) -> str:
        """What the entry buys or sells: `BUY 10 RELIANCE`."""
        return f"{self.side} {so_many(self.instrument, self.quantity)}"

    @property
    def order_ids(self) -> list[str]:
        """The orders that it has placed, for `up.order`."""
        return [rule.order_id for rule in self.details.rules or () if rule.order_id]

    @property
    def status(self) -> GttRuleStatus:
        """How the entry stands, and once that is complete, how the exits do."""
        exits: list[GttRuleStatus] = [rule.status or "PENDING" for rule in (self.target, self.stoploss) if rule]
        if not exits or self.entry.status != "COMPLETED":
            return self.entry.status or "SCHEDULED"
        by_weight: list[GttRuleStatus] = sorted(exits, key=lambda status: (status in ENDED, status != "COMPLETED"))
        return by_weight[0]

    @property
    def is_done(self) -> bool:
        """Whether nothing more will happen to it."""
        return self._is_gone or self.status in ENDED

    @property
    def message(self) -> str:
        """Why it failed; empty if it did not."""
        return next(filter(None, (rule.message for rule in self.details.rules or ())), "")

    @property
    def expires(self) -> dt.datetime | None:
        """Until when it waits, in IST."""
        stamp = self.details.expires_at
        return from_ms(stamp / 1000) if stamp else None

    def __repr__(self) -> str:
        parts = {rule.strategy: rule.trigger_price for rule in self.details.rules or ()}
        prices = ", ".join(f"{(name or '').lower()} {price or 0:.10g}" for name, price in parts.items())
        return f"<{type(self).__name__} {self.id} {self.what}: {prices}; {self.status}>"

    @fluent
    def refresh(self) -> Flow[None]:
        """Read how it stands. The server forgets one that has ended; today's orders then tell how it did.

        https://upstox.com/developer/api-documentation/get-gtt-order-details
        """
        answer = yield from call(OrderV3Operations.get_gtt_order_details, gtt_order_id=self.id)
        found = next((row for row in answer.data or () if row.gtt_order_id == self.id), None)
        self._is_gone = found is None
        if found is None:
            book = yield from call(OrderOperations.get_order_book)
            found = ended(self.details, [row for row in book.data or () if row.order_ref_id == self.id])
        self.details = found

    @fluent
    def cancel(self) -> Flow[None]:
        """Cancel it with all its legs. A position that it has opened stays.

        Raises:
            OrderOutcomeUnknown: it is not known whether it was cancelled; `error.reconcile()` finds out.

        https://upstox.com/developer/api-documentation/cancel-gtt-order
        """
        yield from call(OrderV3Operations.cancel_gtt_order, GttCancelOrderRequest(gtt_order_id=self.id))
        yield from self.refresh.flow()

    @fluent
    def modify(
        self,
        *,
        trigger: float | None = None,
        target: float | None = None,
        stoploss: float | None = None,
        trailing: float | None = None,
        quantity: int | None = None,
        market_protection: float | None = None,
    ) -> Flow[None]:
        """Change it; what is left out stays. Prices in rupees.

        A new trigger waits on the same side as the old one. Once the entry is on the market, the quantity stays. The
        server does not tell the market protection: where the order was not placed by this program, say it again.

        Raises:
            IllegalOrderError, IllegalPriceError, IllegalQuantityError: it would be no legal order; nothing was sent.
            GuardError: a guard is against it; nothing was sent.
            OrderOutcomeUnknown: it is not known whether it was changed; `error.reconcile()` finds out.

        https://upstox.com/developer/api-documentation/modify-gtt-order
        """
        old_trail = self.stoploss.trailing_gap if self.stoploss else None
        legs = Legs(
            target=target if target is not None else _trigger(self.target),
            stoploss=stoploss if stoploss is not None else _trigger(self.stoploss),
            trailing=trailing if trailing is not None else old_trail,
        )
        entry = trigger if trigger is not None else self.entry.trigger_price or 0.0
        waits = (self.entry.status or "SCHEDULED") in {"SCHEDULED", "PENDING"}
        kind = (self.entry.trigger_type or "IMMEDIATE") if waits else "IMMEDIATE"
        amount = self.quantity if quantity is None else checked_quantity(self.instrument, quantity)
        if quantity is not None:
            check_size(self.instrument, amount)
        percent = self.protection if market_protection is None else protection("MARKET", market_protection)
        rules = make_rules(self.instrument, self.side, entry, kind, legs, percent)
        if trailing is not None or (stoploss is not None and old_trail is not None):
            check_trailing(self.instrument, (yield from last_price(self.instrument)), legs)
        if trigger is not None or quantity is not None:  # the exits only close what the entry has opened
            yield from self._check_entry(rules[0].trigger_price, amount)
        request = GttModifyOrderRequest(
            type="SINGLE" if len(rules) == 1 else "MULTIPLE",
            quantity=amount,
            rules=rules,
            gtt_order_id=self.id,
        )
        yield from call(OrderV3Operations.modify_gtt_order, request)
        self.protection = percent
        yield from self.refresh.flow()

    def _check_entry(self, price: float, quantity: int) -> Flow[None]:
        """Hold a new entry to the guards; to no more than `paper_only`, if less is at stake than before."""
        smaller = quantity <= self.quantity and price <= (self.entry.trigger_price or 0.0)
        wish = Ticket(
            instrument=self.instrument,
            side=self.side,
            quantity=quantity,
            product=self.details.product or "D",
            order_type="LIMIT",
            price=price,
        )
        yield from check(self.desk, self.client.configuration, wish, "close" if smaller else "change")


class GttOrder(GttOrderFlows, Sync):
    """An order that waits for its price."""


class AsyncGttOrder(GttOrderFlows, Async):
    """An order that waits for its price, awaitable."""


def _trigger(rule: Rule | None) -> float | None:
    return None if rule is None else rule.trigger_price


def last_price(instrument: Instrument) -> Flow[float]:
    """The last price, in rupees."""
    answer = yield from call(MarketQuoteV3Operations.get_ltp, instrument.key)
    prices = [row.last_price for row in (answer.data or {}).values() if row.last_price]
    if not prices:
        raise LookupError(f"nothing is known of the price of {instrument}")
    return prices[0]


G = TypeVar("G", bound=GttOrderFlows)


class GttBook(Sequence[G], Table):
    """Orders that wait, oldest first."""

    def __init__(self, orders: Sequence[G]) -> None:
        self._orders = tuple(orders)

    def __len__(self) -> int:
        return len(self._orders)

    @overload
    def __getitem__(self, place: int) -> G: ...
    @overload
    def __getitem__(self, place: slice) -> GttBook[G]: ...
    def __getitem__(self, place: int | slice) -> G | GttBook[G]:
        return GttBook(self._orders[place]) if isinstance(place, slice) else self._orders[place]

    def __iter__(self) -> Iterator[G]:
        return iter(self._orders)

    @property
    def open(self) -> GttBook[G]:
        """Those that are not done."""
        return GttBook([order for order in self._orders if not order.is_done])

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """What they wait for, and how they stand."""
        columns: dict[str, Callable[[G], Any]] = {
            "id": lambda order: order.id,
            "symbol": lambda order: order.instrument.symbol,
            "side": lambda order: order.side,
            "quantity": lambda order: order.quantity,
            "product": lambda order: order.details.product,
            "when": lambda order: (order.entry.trigger_type or "").lower(),
            "trigger": lambda order: order.entry.trigger_price,
            "target": lambda order: _trigger(order.target),
            "stoploss": lambda order: _trigger(order.stoploss),
            "trailing": lambda order: order.stoploss.trailing_gap if order.stoploss else None,
            "status": lambda order: order.status,
            "message": lambda order: order.message,
            "expires": lambda order: order.expires,
        }
        return {name: [read(order) for order in self._orders] for name, read in columns.items()}

    def __repr__(self) -> str:
        return f"<{len(self)} GTT orders, {len(self.open)} open>"
