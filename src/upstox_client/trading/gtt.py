"""Orders that wait for their price (GTT), and brackets: `up.gtt.buy("RELIANCE", 10, trigger=1480, target=1550)`.

https://upstox.com/developer/api-documentation/place-gtt-order
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Generic, Literal, TypeAlias, TypedDict, Unpack

import msgspec

from upstox_client.api.order_controller_v_3_api import OrderV3Operations
from upstox_client.errors import ApiException, NotFoundError, ResponseDecodeError
from upstox_client.instruments import Instrument, Name
from upstox_client.models.gtt import GttOrderDetails, GttPlaceOrderRequest, TriggerType
from upstox_client.trading.colours import Async, Flow, Flowing, Sync, call, each, flow, together
from upstox_client.trading.desk import Desk
from upstox_client.trading.gtt_orders import AsyncGttOrder, G, GttBook, GttOrder, last_price
from upstox_client.trading.gtt_rules import Legs, as_sent, check_legs, check_size, check_trailing, make_rules
from upstox_client.trading.guards import admit
from upstox_client.trading.quotes import QuoteFlows
from upstox_client.trading.tickets import (
    IllegalOrderError,
    ProductName,
    Side,
    Terms,
    Ticket,
    checked_price,
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
        wanted = Terms(lots=terms.get("lots"), product=terms.get("product", "delivery"))
        ticket = make_ticket(side, instrument, quantity, wanted)
        check_size(instrument, ticket.quantity)
        price = checked_price(instrument, "limit" if at_once else "trigger", price, needed=True)
        ticket = msgspec.structs.replace(ticket, order_type="LIMIT", price=price, protection=None)
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
            NotFoundError: there is none; one that has ended is not told any more.

        https://upstox.com/developer/api-documentation/get-gtt-order-details
        """
        answer = yield from call(OrderV3Operations.get_gtt_order_details, gtt_order_id=gtt_order_id)
        for row in answer.data or ():
            if row.gtt_order_id == gtt_order_id:
                return (yield from self._of(row))
        reason = f"no GTT order waits as {gtt_order_id!r}: it never did, or it has ended; see up.gtt.orders()"
        raise NotFoundError(404, reason)  # the server says so with an empty list

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


class Gtt(GttFlows[GttOrder], Sync):
    """`up.gtt`"""

    order_type = GttOrder


class AsyncGtt(GttFlows[AsyncGttOrder], Async):
    """`up.gtt` of an `AsyncUpstox`"""

    order_type = AsyncGttOrder
