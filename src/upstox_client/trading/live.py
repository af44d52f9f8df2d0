"""A live order: it knows how it stands, and can be waited for, changed and cancelled.

Its state comes from the portfolio stream if that is on (`up.live()`), else from the order book whenever it is asked
(`refresh`, `wait`). One whose answer was lost knows that, too: it is never sent again, and `reconcile` finds out.

https://upstox.com/developer/api-documentation/get-order-details
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final, Literal

import msgspec

from upstox_client.api.order_api import OrderOperations
from upstox_client.api.order_controller_v_3_api import OrderV3Operations
from upstox_client.errors import InvalidRequestError, OrderOutcomeUnknown, Reconciliation
from upstox_client.ist import IST
from upstox_client.models.orders import (
    ModifyOrderRequest,
    OrderType,
    TradeData,
)
from upstox_client.trading.colours import Async, Flow, Step, Sync, call, do, each, flow_property, pause
from upstox_client.trading.desk import changed
from upstox_client.trading.fills import Fill, fill_of
from upstox_client.trading.fluent import fluent
from upstox_client.trading.guards import check
from upstox_client.trading.standing import ENDED, WITHOUT_LIMIT, OrderStanding
from upstox_client.trading.tickets import (
    IllegalOrderError,
    Ticket,
    as_validity,
    checked_prices,
    checked_quantity,
    protection,
    type_of,
    units_of,
)

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 1.0
_WHILE_LIVE: Final = 5.0
"""Seconds after which the order book is read, although the stream is on."""
_PATIENCE: Final = 10.0
_LONG_AGO: Final = dt.datetime(1970, 1, 1, tzinfo=IST)


class _Reconcile(Step[Reconciliation]):
    def __init__(self, unknown: OrderOutcomeUnknown, patience: float) -> None:
        self._unknown = unknown
        self._patience = patience

    def run(self, _: Sync, /) -> Reconciliation:
        return self._unknown.reconcile(patience=self._patience)

    async def run_async(self, _: Async, /) -> Reconciliation:
        asking: Coroutine[Any, Any, Reconciliation] = self._unknown.areconcile(patience=self._patience)
        return await asking


class OrderFlows(OrderStanding):
    """An order that can be asked about, waited for, changed and cancelled."""

    # Asking and waiting

    @fluent
    def refresh(self) -> Flow[None]:
        """Read how it stands.

        Raises:
            OrderOutcomeUnknown: even asking did not tell what came of it.
            NotFoundError: the server knows it no more: it is of an earlier day.

        https://upstox.com/developer/api-documentation/get-order-details
        """
        yield from self._settled()
        if len(self.ids) == 1:
            answer = yield from call(OrderOperations.get_order_status, self.id)
            self.desk.read([answer.data] if answer.data else [])
        elif self.ids:
            book = yield from call(OrderOperations.get_order_book)
            self.desk.read(row for row in book.data or () if row.order_id in self.ids)

    @fluent
    def wait(self, timeout: float | None = None) -> Flow[None]:
        """Wait until it is done: complete, cancelled or rejected; `status` and `message` say which, and why.

        The order book is asked; with the stream on only every five seconds, should the stream have missed something.

        Parameters:
            timeout: seconds; None for as long as it takes. After a lost answer it takes up to ten more to find out.

        Returns:
            the order.

        Raises:
            TimeoutError: it is not done by then; it is still there, and may be waited for again, or cancelled.
            OrderOutcomeUnknown: even asking did not tell whether it was placed.
        """
        end = float("inf") if timeout is None else time.monotonic() + timeout
        yield from self._settled()
        gap = _FIRST_PAUSE
        due = time.monotonic() + (_WHILE_LIVE if self.desk.is_live else 0.0)  # when the book is to be read
        while True:
            version, now = self.desk.version, time.monotonic()
            if self.is_done:
                return
            if now >= min(due, end):
                yield from self.refresh.flow()
                if now >= end and not self.is_done:
                    done = f"{self.filled} of {self.quantity} filled"
                    raise TimeoutError(f"{self.ticket}: still {self.status!r} after {timeout:g} s, {done}")
                due = time.monotonic() + (_WHILE_LIVE if self.desk.is_live else gap)
                gap = min(gap * 2, _LONGEST_PAUSE)
            yield from changed(self.desk, version, min(due, end) - time.monotonic())

    @flow_property
    def fills(self) -> Flow[list[Fill]]:
        """Its executions, as the exchange reports them, oldest first.

        https://upstox.com/developer/api-documentation/get-trades-by-order
        """
        yield from self._settled()
        rows: list[TradeData] = []
        for order_id in self.ids:
            answer = yield from call(OrderOperations.get_trades_by_order, order_id)
            rows += answer.data or []
        return sorted(map(fill_of, rows), key=lambda fill: fill.time or _LONG_AGO)

    # After a lost answer

    @fluent
    def reconcile(self, patience: float = _PATIENCE) -> Flow[None]:
        """After a lost answer: ask the order book, by the tag, until it is known whether it was placed.

        It is never sent again. Nothing is asked if it is known already. `verdict` says what was found, and how.

        Parameters:
            patience: seconds after which what is not in the book counts as not placed.
        """
        if self.unknown is None:
            return
        end = time.monotonic() + patience
        while True:
            left = max(end - time.monotonic(), 0.0)
            self.verdict = verdict = yield from do(_Reconcile(self.unknown, left))
            ids = [order_id for order_id in verdict.order_ids if self._may_have(order_id)]
            if not ids or len(ids) >= self.ticket.slices or not left:
                break
            yield from pause(min(_LONGEST_PAUSE, left))  # another order of the same tag was taken for one of its parts
        if verdict.carried_out and ids:
            self.unknown = None
            self.become(ids)
            yield from self.refresh.flow()
        elif verdict.carried_out is False:
            self.unknown = None

    def _may_have(self, order_id: str) -> bool:
        """Whether an order with its tag is a part of it: a tag of the user's own may be that of another."""
        return self.ticket.is_unique or self.desk.owner(order_id) is None

    def _settled(self) -> Flow[None]:
        """See that it is known whether it was placed."""
        if self.unknown is None:
            return
        yield from self.reconcile.flow(_PATIENCE)
        unknown = self._still_unknown()
        if unknown is not None:
            raise unknown

    def _still_unknown(self) -> OrderOutcomeUnknown | None:
        if self.unknown is not None and self.verdict is not None:
            self.unknown.add_note(f"Asking found: {self.verdict.why}. It was not sent again.")
        return self.unknown

    # Changing it

    @fluent
    def cancel(self) -> Flow[None]:
        """Cancel what is not executed yet. What is done already stays as it is; see `status`.

        Raises:
            OrderOutcomeUnknown: it is not known whether it was cancelled.
            InvalidRequestError: the server will not cancel it.

        https://upstox.com/developer/api-documentation/v3/cancel-order
        """
        yield from self._settled()
        yield from self._each_open(self._cancel)
        yield from self.refresh.flow()

    def _each_open(self, do_it: Callable[[str], Flow[None]]) -> Flow[None]:
        """Do something to every part that is not done."""
        yield from each(do_it(order_id) for order_id in self.ids if self.state_of(order_id) not in ENDED)

    def _cancel(self, order_id: str) -> Flow[None]:
        try:
            yield from call(OrderV3Operations.cancel_order, order_id)
        except InvalidRequestError:
            yield from self.refresh.flow()
            if self.state_of(order_id) not in ENDED:  # else it was too late, which is as good
                raise
        except OrderOutcomeUnknown as unknown:
            verdict = yield from do(_Reconcile(unknown, _PATIENCE))
            yield from self.refresh.flow()
            if not verdict.carried_out and self.state_of(order_id) not in ENDED:
                unknown.add_note(f"Asking found: {verdict.why}. It was not sent again.")
                raise

    @fluent
    def modify(
        self,
        *,
        limit: float | None = None,
        stop: float | None = None,
        quantity: int | None = None,
        lots: int | None = None,
        market: bool = False,
        validity: Literal["day", "ioc", "DAY", "IOC"] | None = None,
        market_protection: float | None = None,
    ) -> Flow[None]:
        """Change it; what is left out stays. Its id stays the same.

        Parameters:
            limit, stop: the new prices in rupees.
            quantity, lots: the new quantity in all, what is executed included.
            market: without a limit from now on.
            validity: `day` or `ioc`.
            market_protection: in percent, of an order without a limit.

        Raises:
            IllegalOrderError, IllegalPriceError, IllegalQuantityError: it would be no legal order; nothing was sent.
            GuardError: a guard is against it; nothing was sent.
            OrderOutcomeUnknown: it is not known whether it was changed.
            InvalidRequestError: it is done already, or the server refuses.

        https://upstox.com/developer/api-documentation/v3/modify-order
        """
        yield from self._settled()
        if not self.rows:
            yield from self.refresh.flow()
        self._check_changeable(quantity if lots is None else lots)
        if limit is not None and market:
            raise IllegalOrderError("limit= and market=True exclude each other")
        new_limit = None if market else limit if limit is not None else self.limit
        new_stop = stop if stop is not None else self.stop
        new_limit, new_stop = checked_prices(self.instrument, self.side, new_limit, new_stop)
        amount = self._new_quantity(quantity, lots)
        order_type = type_of(new_limit, new_stop)
        wish = msgspec.structs.replace(
            self.ticket,
            quantity=amount,
            order_type=order_type,
            price=new_limit or 0.0,
            trigger=new_stop or 0.0,
            validity=self.ticket.validity if validity is None else as_validity(validity),
            protection=self._protection(order_type, market_protection),
        )
        yield from check(self.desk, self.client.configuration, wish, "close" if self._is_smaller(wish) else "change")
        wished = None if quantity is lots is None else amount
        yield from self._each_open(lambda order_id: self._modify(order_id, wish, wished))
        self.ticket = wish
        yield from self.refresh.flow()

    def _check_changeable(self, quantity: int | None) -> None:
        if self.is_done:
            raise IllegalOrderError(f"it is {self.status} and cannot be changed any more: {self.ticket}")
        if quantity is not None and len(self.ids) > 1:
            raise IllegalOrderError(
                f"it is {len(self.ids)} orders, since it is above the freeze quantity: its quantity cannot be changed; "
                "cancel it and place another"
            )

    def _new_quantity(self, quantity: int | None, lots: int | None) -> int:
        if quantity is not None and lots is not None:
            raise IllegalOrderError("say the new quantity in units or as lots=, and not both")
        amount = quantity if lots is None else units_of(self.instrument, lots)
        if amount is None:
            return self.quantity
        amount = checked_quantity(self.instrument, amount)
        if amount <= self.filled:
            raise IllegalOrderError(f"{self.filled} are executed already; to keep those and no more, cancel it")
        return amount

    def _protection(self, order_type: OrderType, percent: float | None) -> float | None:
        stays = percent is None and order_type in WITHOUT_LIMIT
        return protection(order_type, self.ticket.protection if stays else percent)

    def _is_smaller(self, wish: Ticket) -> bool:
        """Whether less is at stake than before: no guard is against that."""
        before, after = self.ticket.reference, wish.reference
        return wish.quantity < self.quantity and before is not None and after is not None and after <= before

    def _modify(self, order_id: str, wish: Ticket, quantity: int | None) -> Flow[None]:
        request = ModifyOrderRequest(
            order_id=order_id,
            quantity=quantity,
            validity=wish.validity,
            price=wish.price,
            order_type=wish.order_type,
            trigger_price=wish.trigger,
            market_protection=wish.protection,
        )
        try:
            yield from call(OrderV3Operations.modify_order, request)
        except OrderOutcomeUnknown as unknown:
            verdict = yield from do(_Reconcile(unknown, _PATIENCE))
            if not verdict.carried_out:
                unknown.add_note(f"Asking found: {verdict.why}. It was not sent again.")
                raise


class Order(OrderFlows, Sync):
    """A live order."""


class AsyncOrder(OrderFlows, Async):
    """A live order, awaitable: `await order.wait()`, `await order.cancel()`, `await order.fills`."""
