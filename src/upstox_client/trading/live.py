"""A live order: it knows how it stands, and can be waited for, changed and cancelled.

Its state comes from the portfolio stream if that is on (`up.live()`), else from the order book whenever it is asked
(`refresh`, `wait`). One whose answer was lost knows that, too: it is never sent again, and `reconcile` finds out.

https://upstox.com/developer/api-documentation/get-order-details
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Coroutine, Iterable
from typing import Any, Final, Literal, TypeAlias

import msgspec

from upstox_client.api.order_api import OrderOperations
from upstox_client.api.order_controller_v_3_api import OrderV3Operations
from upstox_client.auth.expiry import IST
from upstox_client.errors import InvalidRequestError, OrderOutcomeUnknown, Reconciliation
from upstox_client.instruments import Instrument
from upstox_client.models.orders import (
    ModifyOrderRequest,
    OrderStatus,
    OrderType,
    Product,
    TradeData,
    TransactionType,
)
from upstox_client.models.websocket import OrderUpdate
from upstox_client.trading.colours import Async, Flow, Flowing, Step, Sync, call, do, flow_property
from upstox_client.trading.desk import Desk, Heard, changed
from upstox_client.trading.fluent import fluent
from upstox_client.trading.guards import check
from upstox_client.trading.moments import from_iso
from upstox_client.trading.tickets import (
    IllegalOrderError,
    Ticket,
    as_validity,
    check_prices,
    check_quantity,
    lot_of,
    protection,
    type_of,
)

State: TypeAlias = OrderStatus | Literal["unknown", "not placed"]
"""How an order stands; `unknown`: its answer was lost; `not placed`: it was, and nothing came of the order."""

# Of several parts, the later one says how the order ended.
_ENDS: Final[tuple[State, ...]] = ("complete", "cancelled after market order", "cancelled", "rejected", "not placed")
ENDED: Final = frozenset(_ENDS)

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 1.0
_WHILE_LIVE: Final = 5.0
"""Seconds without news after which the order book is read, although the stream is on."""
_PATIENCE: Final = 10.0
_LONG_AGO: Final = dt.datetime(1970, 1, 1, tzinfo=IST)


def _rank(state: State) -> int:
    return _ENDS.index(state) if state in ENDED else -1


class Fill(msgspec.Struct, frozen=True):
    """An execution: units (of commodities, lots) at a price in rupees, and when, in IST."""

    trade_id: str
    order_id: str
    quantity: int
    price: float
    time: dt.datetime | None


class _Reconcile(Step[Reconciliation]):
    def __init__(self, unknown: OrderOutcomeUnknown, patience: float) -> None:
        self._unknown = unknown
        self._patience = patience

    def run(self, _: Sync, /) -> Reconciliation:
        return self._unknown.reconcile(patience=self._patience)

    async def run_async(self, _: Async, /) -> Reconciliation:
        asking: Coroutine[Any, Any, Reconciliation] = self._unknown.areconcile(patience=self._patience)
        return await asking


class OrderFlows(Flowing):
    """An order, of one part or, if it was above the freeze quantity, of several.

    Attributes:
        ticket: as it was placed.
        ids: the ids of its parts; none while it is unknown what came of it.
        unknown: the exception that says that the answer was lost; None if it was not, or once it is known.
        verdict: what reconciling has found.
    """

    def __init__(
        self,
        client: Any,
        desk: Desk,
        ticket: Ticket,
        ids: Iterable[str] = (),
        unknown: OrderOutcomeUnknown | None = None,
    ) -> None:
        super().__init__(client)
        self.desk = desk
        self.ticket = ticket
        self.ids: tuple[str, ...] = ()
        self.unknown = unknown
        self.verdict: Reconciliation | None = None
        self._heard: list[Heard] = []
        if unknown is not None and (ticket.is_unique or client.configuration.environment == "emulator"):
            unknown.sent_at = None  # the tag tells more than clocks do, and an emulator's is its own
        self._become(ids)

    def _become(self, ids: Iterable[str]) -> None:
        self.ids = tuple(ids)
        self.desk.adopt(self, self.ids)
        for callback in self._heard:
            for order_id in self.ids:
                self.desk.on_update(order_id, callback)

    # What it is

    @property
    def id(self) -> str:
        """The order id, that of the first part if there are several; empty while it is not known."""
        return self.ids[0] if self.ids else ""

    @property
    def instrument(self) -> Instrument:
        """What is traded."""
        return self.ticket.instrument

    @property
    def side(self) -> TransactionType:
        """`BUY` or `SELL`."""
        return self.ticket.side

    @property
    def product(self) -> Product:
        """`D`, `I` or `MTF`."""
        return self.ticket.product

    @property
    def tag(self) -> str:
        """By which it is found."""
        return self.ticket.tag

    @property
    def rows(self) -> list[OrderUpdate]:
        """What the server last said of each part; those of which it has said nothing are not in it."""
        return [row for row in map(self.desk.row, self.ids) if row is not None]

    @property
    def order_type(self) -> OrderType:
        """`MARKET`, `LIMIT`, `SL` or `SL-M`."""
        said: list[OrderType] = [row.order_type for row in self.rows if row.order_type]
        return said[0] if said else self.ticket.order_type

    @property
    def limit(self) -> float | None:
        """The limit in rupees; None for none."""
        return next((row.price for row in self.rows if row.price is not None), self.ticket.price) or None

    @property
    def stop(self) -> float | None:
        """The stop in rupees; None for none."""
        return next((row.trigger_price for row in self.rows if row.trigger_price), self.ticket.trigger) or None

    @property
    def quantity(self) -> int:
        """What is wanted: units, of commodities lots."""
        rows = self.rows
        return sum(row.quantity or 0 for row in rows) if rows and len(rows) == len(self.ids) else self.ticket.quantity

    # How it stands

    @property
    def status(self) -> State:
        """How it stands, in the words of Upstox; of several parts, how those stand that are not done."""
        if not self.ids:
            return "unknown" if self.unknown is not None else "not placed"
        states: list[State] = [self._state(order_id) for order_id in self.ids]
        under_way: list[State] = [state for state in states if state not in ENDED]
        return under_way[0] if under_way else max(states, key=_rank)

    def _state(self, order_id: str) -> OrderStatus:
        row = self.desk.row(order_id)
        return "put order req received" if row is None or row.status is None else row.status

    @property
    def is_done(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in ENDED

    @property
    def is_unknown(self) -> bool:
        """Whether it is not known if it was placed: the answer was lost."""
        return self.status == "unknown"

    @property
    def is_complete(self) -> bool:
        """Whether all of it was executed."""
        return self.status == "complete"

    @property
    def filled(self) -> int:
        """What has been executed."""
        return sum(row.filled_quantity or 0 for row in self.rows)

    @property
    def pending(self) -> int:
        """What may still be executed."""
        return 0 if self.is_done else self.quantity - self.filled

    @property
    def average_price(self) -> float | None:
        """The average price of what was executed, in rupees; None if nothing was."""
        parts = [(row.filled_quantity or 0, row.average_price or 0.0) for row in self.rows]
        filled = sum(quantity for quantity, _ in parts)
        return round(sum(quantity * price for quantity, price in parts) / filled, 4) if filled else None

    @property
    def message(self) -> str:
        """Why it was rejected, or what else the server says of it; empty for nothing."""
        if not self.ids:
            return self.verdict.why if self.verdict else "the answer was lost"
        said = (row.status_message or row.status_message_raw for row in self.rows)
        return next(filter(None, said), "")

    @property
    def time(self) -> dt.datetime | None:
        """When its state last changed, in IST."""
        stamps = [stamp for stamp in (from_iso(row.order_timestamp) for row in self.rows) if stamp is not None]
        return max(stamps, default=None)

    def __repr__(self) -> str:
        price = f" at {self.average_price:g}" if self.average_price is not None else ""
        why = f": {self.message}" if self.message else ""
        return (
            f"<{type(self).__name__} {self.id or '?'} {self.ticket}; {self.status}, filled {self.filled}{price}{why}>"
        )

    def on_update(self, callback: Heard) -> None:
        """Call `callback` with each new state (an `OrderUpdate`).

        With the stream on it is called when something happens: from the feed's thread, in an async program from the
        event loop. Without it, when `refresh` or `wait` finds something new.
        """
        self._heard.append(callback)
        for order_id in self.ids:
            self.desk.on_update(order_id, callback)

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

        With the stream on, nothing is asked meanwhile, unless nothing is heard; else the order book is.

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
        pause, heard = _FIRST_PAUSE, self.desk.is_live or self.is_done
        while True:
            version = self.desk.version
            if not heard:
                yield from self.refresh.flow()
            if self.is_done:
                return
            left = end - time.monotonic()
            if left <= 0:
                done = f"{self.filled} of {self.quantity} filled"
                raise TimeoutError(f"{self.ticket} is still {self.status!r} after {timeout:g} s, {done}")
            heard = yield from changed(self.desk, version, min(left, _WHILE_LIVE if self.desk.is_live else pause))
            pause = min(pause * 2, _LONGEST_PAUSE)

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
        self.verdict = verdict = yield from do(_Reconcile(self.unknown, max(patience, 0.0)))
        ids = [order_id for order_id in verdict.order_ids if self.desk.owner(order_id) is None]
        if verdict.carried_out and ids:
            self.unknown = None
            self._become(ids)
            yield from self.refresh.flow()
        elif verdict.carried_out is False:
            self.unknown = None

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
        for order_id in self.ids:
            if self._state(order_id) not in ENDED:
                yield from self._cancel(order_id)
        yield from self.refresh.flow()

    def _cancel(self, order_id: str) -> Flow[None]:
        try:
            yield from call(OrderV3Operations.cancel_order, order_id)
        except InvalidRequestError:
            yield from self.refresh.flow()
            if self._state(order_id) not in ENDED:  # else it was too late, which is as good
                raise
        except OrderOutcomeUnknown as unknown:
            verdict = yield from do(_Reconcile(unknown, _PATIENCE))
            yield from self.refresh.flow()
            if not verdict.carried_out and self._state(order_id) not in ENDED:
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
        check_prices(self.instrument, self.side, new_limit, new_stop)
        amount = self._new_quantity(quantity, lots)
        order_type = type_of(new_limit, new_stop)
        wish = msgspec.structs.replace(
            self.ticket,
            quantity=amount,
            order_type=order_type,
            price=new_limit or 0.0,
            trigger=new_stop or 0.0,
            validity=self.ticket.validity if validity is None else as_validity(validity),
            protection=protection(order_type, market_protection),
        )
        yield from check(self.desk, self.client.configuration, wish, "close" if self._is_smaller(wish) else "change")
        for order_id in self.ids:
            if self._state(order_id) not in ENDED:
                yield from self._modify(order_id, wish, None if quantity is lots is None else amount)
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
        amount = lots * lot_of(self.instrument) if lots is not None else quantity
        if amount is None:
            return self.quantity
        check_quantity(self.instrument, amount)
        if amount <= self.filled:
            raise IllegalOrderError(f"{self.filled} are executed already; to keep those and no more, cancel it")
        return amount

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


def fill_of(row: TradeData) -> Fill:
    """An execution of the wire."""
    return Fill(
        row.trade_id or "",
        row.order_id or "",
        row.quantity or 0,
        row.average_price or 0.0,
        trade_time(row.exchange_timestamp or row.order_timestamp),
    )


def trade_time(text: str | None) -> dt.datetime | None:
    """A time of a trade, in IST: `23-Nov-2026 10:00:01`, or as everywhere else."""
    try:
        return from_iso(dt.datetime.strptime(text or "", "%d-%b-%Y %H:%M:%S").isoformat())  # noqa: DTZ007 - it is IST
    except ValueError:
        return from_iso(text)


class Order(OrderFlows, Sync):
    """A live order."""


class AsyncOrder(OrderFlows, Async):
    """A live order, awaitable: `await order.wait()`, `await order.cancel()`, `await order.fills`."""
