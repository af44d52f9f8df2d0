"""Orders that wait for their price (GTT), and brackets: `up.gtt.buy("RELIANCE", 10, trigger=1480, target=1550)`.

https://upstox.com/developer/api-documentation/place-gtt-order
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Generic, Literal, TypeAlias, TypedDict, TypeVar, Unpack, overload

from upstox_client.api.market_quote_v3_api import MarketQuoteV3Operations
from upstox_client.api.order_api import OrderOperations
from upstox_client.api.order_controller_v_3_api import OrderV3Operations
from upstox_client.errors import ApiException, ResponseDecodeError
from upstox_client.instruments import Instrument, Name
from upstox_client.models.gtt import (
    GttCancelOrderRequest,
    GttModifyOrderRequest,
    GttOrderDetails,
    GttPlaceOrderRequest,
    GttRuleStatus,
    GttStrategy,
    Rule,
    TriggerType,
)
from upstox_client.models.orders import TransactionType
from upstox_client.trading.colours import Async, Flow, Flowing, Sync, call, each, flow, together
from upstox_client.trading.desk import Desk
from upstox_client.trading.fluent import fluent
from upstox_client.trading.gtt_rules import ENDED, Legs, as_sent, check_legs, check_trailing, ended, make_rules
from upstox_client.trading.guards import admit, check
from upstox_client.trading.moments import from_ms
from upstox_client.trading.quotes import QuoteFlows
from upstox_client.trading.tables import Table
from upstox_client.trading.tickets import (
    IllegalOrderError,
    ProductName,
    Side,
    Terms,
    Ticket,
    checked_quantity,
    make_ticket,
    protection,
)

Direction: TypeAlias = Literal["above", "below"]

_DIRECTIONS: Final[Mapping[str, TriggerType]] = {"above": "ABOVE", "below": "BELOW"}


class GttTerms(TypedDict, total=False):
    """How an order that waits is to be carried out. Prices in rupees.

    Attributes:
        lots: the quantity in lots, in the place of units.
        target: sells (buys) again at this price with a profit.
        stoploss: sells (buys) again at this price with a loss.
        trailing: the stop loss follows the price in steps of this, at least a tenth of how far it is from the price.
        product: `delivery` (the default), `intraday` or `mtf`.
        market_protection: in percent: how far beyond its trigger each order may trade.
    """

    lots: int | None
    target: float | None
    stoploss: float | None
    trailing: float | None
    product: ProductName
    market_protection: float | None


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
        return (
            f"<{type(self).__name__} {self.id} {self.side} {self.quantity} {self.instrument}: {prices}; {self.status}>"
        )

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


class GttFlows(Flowing, Generic[G]):
    """Orders that wait for their price."""

    order_type: type[G]

    def __init__(self, client: Any, desk: Desk, market: QuoteFlows) -> None:
        super().__init__(client)
        self.desk = desk
        self.market = market

    @flow
    def buy(
        self,
        name: Name,
        quantity: int | None = None,
        *,
        trigger: float,
        when: Direction | None = None,
        **terms: Unpack[GttTerms],
    ) -> Flow[G]:
        """Buy once the price gets to `trigger`; then sell again at `target` or `stoploss`, whichever comes first.

        It waits for a year, if intraday for the day. At the trigger a limit order goes out.

        Parameters:
            name, quantity: as in `up.buy`.
            trigger: the price in rupees.
            when: `above` or `below`: from which side the price comes. Default: by where it is now.
            lots: the quantity in lots.
            target, stoploss: where the position is closed, in rupees.
            trailing: the stop loss follows the price in steps of this, in rupees.
            product: `delivery` (the default), `intraday` or `mtf`.
            market_protection: in percent.

        Raises:
            IllegalOrderError, IllegalPriceError, IllegalQuantityError: it would be no legal order; nothing was sent.
            GuardError: a guard refused it; nothing was sent.
            OrderOutcomeUnknown: the answer was lost. GTT orders have no tag: `error.reconcile()` finds those alike.
        """
        return (yield from self._place("buy", name, quantity, trigger, when, terms))

    @flow
    def sell(
        self,
        name: Name,
        quantity: int | None = None,
        *,
        trigger: float,
        when: Direction | None = None,
        **terms: Unpack[GttTerms],
    ) -> Flow[G]:
        """Sell once the price gets to `trigger`: as `buy`."""
        return (yield from self._place("sell", name, quantity, trigger, when, terms))

    @flow
    def bracket(
        self, side: Side, name: Name, quantity: int | None = None, *, limit: float, **terms: Unpack[GttTerms]
    ) -> Flow[G]:
        """Buy or sell now, at `limit` or better; then close the position at `target` or `stoploss`.

        The exits stay alive when this program is gone.

        Raises:
            IllegalOrderError: there is neither a target nor a stop loss; and as `buy`.
        """
        if terms.get("target") is None and terms.get("stoploss") is None:
            raise IllegalOrderError(f"a bracket has target= or stoploss= or both; without, it is up.{side}(...)")
        return (yield from self._place(side, name, quantity, limit, None, terms, at_once=True))

    def _place(
        self,
        side: Side,
        name: Name,
        quantity: int | None,
        price: float,
        when: Direction | None,
        terms: GttTerms,
        *,
        at_once: bool = False,
    ) -> Flow[G]:
        instrument = yield from self.market.instrument.flow(name)
        ticket = make_ticket(
            side,
            instrument,
            quantity,
            Terms(lots=terms.get("lots"), limit=price, product=terms.get("product", "delivery")),
        )
        legs = Legs(target=terms.get("target"), stoploss=terms.get("stoploss"), trailing=terms.get("trailing"))
        percent = terms.get("market_protection")
        if percent is not None:
            protection("MARKET", percent)
        check_legs(instrument, ticket.side, price, legs)
        if legs["trailing"] is not None:
            check_trailing(instrument, (yield from last_price(instrument)), legs)
        kind: TriggerType = "IMMEDIATE" if at_once else (yield from self._kind(ticket, when))
        rules = make_rules(instrument, ticket.side, ticket.price, kind, legs, percent)
        request = GttPlaceOrderRequest(
            type="SINGLE" if len(rules) == 1 else "MULTIPLE",
            quantity=ticket.quantity,
            product=ticket.product,
            rules=rules,
            instrument_token=instrument.key,
            transaction_type=ticket.side,
        )
        yield from admit(self.desk, self.client.configuration, [ticket])
        answer = yield from call(OrderV3Operations.place_gtt_order, request)
        ids = (answer.data.gtt_order_ids if answer.data else None) or []
        if not ids:
            raise ResponseDecodeError(0, "the server has taken the order and not said its id; look at up.gtt.orders()")
        order = yield from self._placed(ids[0], instrument, request)
        order.protection = percent
        return order

    def _placed(self, gtt_order_id: str, instrument: Instrument, request: GttPlaceOrderRequest) -> Flow[G]:
        """An order that the server has taken. If it cannot be read now it is there all the same, as it was sent."""
        try:
            return (yield from self.order.flow(gtt_order_id))
        except ApiException:
            return self.order_type(self.client, self.desk, instrument, as_sent(request, gtt_order_id))

    def _kind(self, ticket: Ticket, when: Direction | None) -> Flow[TriggerType]:
        if when is not None:
            if when not in _DIRECTIONS:
                raise IllegalOrderError(f"when is 'above' or 'below', got {when!r}")
            return _DIRECTIONS[when]
        return "ABOVE" if ticket.price >= (yield from last_price(ticket.instrument)) else "BELOW"

    @flow
    def orders(self, name: Name | None = None) -> Flow[GttBook[G]]:
        """The orders that wait: all, or those of an instrument. Some that have ended today may be among them.

        https://upstox.com/developer/api-documentation/get-gtt-order-details
        """
        wanted = None if name is None else (yield from self.market.instrument.flow(name))
        answer = yield from call(OrderV3Operations.get_gtt_order_details)
        rows = [row for row in answer.data or () if wanted is None or row.instrument_token == wanted.key]
        rows.sort(key=lambda row: row.created_at or 0)
        return GttBook((yield from together([self._of(row) for row in rows], at_once=1)))

    @flow
    def order(self, gtt_order_id: str) -> Flow[G]:
        """An order that waits, by its id.

        Raises:
            ResponseDecodeError: the server says nothing of it.
        """
        answer = yield from call(OrderV3Operations.get_gtt_order_details, gtt_order_id=gtt_order_id)
        for row in answer.data or ():
            if row.gtt_order_id == gtt_order_id:
                return (yield from self._of(row))
        raise ResponseDecodeError(0, f"the server says nothing of the GTT order {gtt_order_id!r}; it may have ended")

    def _of(self, row: GttOrderDetails) -> Flow[G]:
        instrument = yield from self.market.instrument.flow(row.instrument_token or "")
        return self.order_type(self.client, self.desk, instrument, row)

    @flow
    def cancel_all(self, name: Name | None = None) -> Flow[GttBook[G]]:
        """Cancel all orders that wait, or those of an instrument; returns them.

        Raises:
            OrderOutcomeUnknown, InvalidRequestError, ...: of the first that could not be cancelled; the others have
                been.
        """
        book = yield from self.orders.flow(name)
        waiting = book.open
        yield from each(order.cancel.flow() for order in waiting)
        return waiting


class GttOrder(GttOrderFlows, Sync):
    """An order that waits for its price."""


class AsyncGttOrder(GttOrderFlows, Async):
    """An order that waits for its price, awaitable."""


class Gtt(GttFlows[GttOrder], Sync):
    """`up.gtt`"""

    order_type = GttOrder


class AsyncGtt(GttFlows[AsyncGttOrder], Async):
    """`up.gtt` of an `AsyncUpstox`"""

    order_type = AsyncGttOrder
