"""Placing orders, one by one and in baskets, and the order book.

::

    order = up.buy("RELIANCE", 10, limit=1500)
    order.wait(timeout=5).average_price
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar, Unpack, overload

import msgspec

from upstox_client.api.order_api import OrderOperations
from upstox_client.api.order_controller_v_3_api import OrderV3Operations
from upstox_client.core.tags import fresh_tag
from upstox_client.errors import ApiError, ApiException, OrderOutcomeUnknown, ResponseDecodeError
from upstox_client.instruments import Instrument, Name
from upstox_client.models.orders import MultiOrderError, MultiOrderResponse, OrderBookData
from upstox_client.trading.colours import Flow, call, each, flow
from upstox_client.trading.desk import Desk, go_live, go_quiet
from upstox_client.trading.guards import admit
from upstox_client.trading.live import OrderFlows
from upstox_client.trading.preview import PreviewFlows
from upstox_client.trading.tables import Table
from upstox_client.trading.tickets import MOST_SLICES, Side, Terms, Ticket, make_ticket, ticket_of

O = TypeVar("O", bound=OrderFlows)  # noqa: E741 - an order

_AT_ONCE: Final = 4
_UNTOLD: Final = "the answer does not say what became of it"
_PLACE: Final = "/v3/order/place"
_PLACE_SEVERAL: Final = "/v2/order/multi/place"


class OrderBook(Sequence[O], Table):
    """Orders, oldest first."""

    def __init__(self, orders: Sequence[O]) -> None:
        self._orders = tuple(orders)

    def __len__(self) -> int:
        return len(self._orders)

    @overload
    def __getitem__(self, place: int) -> O: ...
    @overload
    def __getitem__(self, place: slice) -> OrderBook[O]: ...
    def __getitem__(self, place: int | slice) -> O | OrderBook[O]:
        return OrderBook(self._orders[place]) if isinstance(place, slice) else self._orders[place]

    def __iter__(self) -> Iterator[O]:
        return iter(self._orders)

    @property
    def open(self) -> OrderBook[O]:
        """Those that are not done."""
        return OrderBook([order for order in self._orders if not order.is_done])

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """What they are and how they stand."""
        columns: dict[str, Callable[[O], Any]] = {
            "time": lambda order: order.time,
            "id": lambda order: order.id,
            "symbol": lambda order: order.instrument.symbol,
            "side": lambda order: order.side,
            "type": lambda order: order.order_type,
            "product": lambda order: order.product,
            "quantity": lambda order: order.quantity,
            "filled": lambda order: order.filled,
            "limit": lambda order: order.limit,
            "stop": lambda order: order.stop,
            "average_price": lambda order: order.average_price,
            "status": lambda order: order.status,
            "message": lambda order: order.message,
            "tag": lambda order: order.tag,
        }
        return {name: [read(order) for order in self._orders] for name, read in columns.items()}

    def __repr__(self) -> str:
        return f"<{len(self)} orders, {len(self.open)} open>"


class Line(msgspec.Struct, Generic[O], frozen=True):
    """What became of one order of a basket: the order, or why there is none; both, if only some of its slices are."""

    ticket: Ticket
    order: O | None = None
    error: ApiError | None = None

    def __str__(self) -> str:
        return (
            f"{self.ticket}: {', '.join(str(part) for part in (self.order and self.order.status, self.error) if part)}"
        )


class Basket(Table, Generic[O]):
    """Several orders that were sent together. Some may have failed: `failed` has those, `retry` is yours to decide."""

    def __init__(self, lines: Sequence[Line[O]]) -> None:
        self.lines = tuple(lines)

    @property
    def orders(self) -> OrderBook[O]:
        """Those that were taken, or of which that is not known."""
        return OrderBook([line.order for line in self.lines if line.order is not None])

    @property
    def failed(self) -> tuple[Line[O], ...]:
        """The lines that were refused."""
        return tuple(line for line in self.lines if line.order is None)

    @property
    def is_whole(self) -> bool:
        """Whether all were taken, with all their slices."""
        if any(line.error is not None for line in self.lines):
            return False
        return not any(order.is_unknown or order.unplaced for order in self.orders)

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """Each line: the order's id and status, or the error."""
        return {
            "symbol": [line.ticket.instrument.symbol for line in self.lines],
            "side": [line.ticket.side for line in self.lines],
            "quantity": [line.ticket.quantity for line in self.lines],
            "price": [line.ticket.price_in_words for line in self.lines],
            "id": [line.order.id if line.order else None for line in self.lines],
            "status": [line.order.status if line.order else "refused" for line in self.lines],
            "error": [None if line.error is None else str(line.error) for line in self.lines],
        }

    def __repr__(self) -> str:
        return f"<Basket of {len(self.lines)}, {len(self.failed)} failed>"


class OrderDeskFlows(PreviewFlows, Generic[O]):
    """Orders."""

    desk: Desk
    order_type: type[O]

    # The stream, and the brake

    @flow
    def live(self, *, positions: bool = True, timeout: float = 10.0) -> Flow[None]:
        """Turn the portfolio stream on: orders then keep themselves current, and tell `on_update` at once.

        What was missed while the connection was gone is read from the books. `close` turns it off.

        Parameters:
            positions: hear of positions, too; see `up.positions.on_update`. Once it is on, a stream goes on telling of
                them; one without them is exchanged for one with them.
            timeout: seconds for the connection to be there.

        Raises:
            TimeoutError: it is not.
            ValueError: the sandbox has no stream.

        https://upstox.com/developer/api-documentation/get-portfolio-stream-feed
        """
        yield from go_live(self.desk, positions=positions, timeout=timeout)

    @flow
    def quiet(self) -> Flow[None]:
        """Turn the portfolio stream off."""
        yield from go_quiet(self.desk)

    @property
    def is_live(self) -> bool:
        """Whether the portfolio stream is on and connected."""
        return self.desk.is_live

    def halt(self, reason: str) -> None:
        """Take no more orders, in this program, until `resume`; what closes positions is still taken."""
        self.desk.halted = reason

    def resume(self) -> None:
        """Take orders again."""
        self.desk.halted = None

    # One order

    @flow
    def ticket(self, side: Side, name: Name, quantity: int | None = None, **terms: Unpack[Terms]) -> Flow[Ticket]:
        """An order that is not sent: for `preview`, `place` and `basket`. Arguments as in `buy`."""
        instrument = yield from self.instrument.flow(name)
        return make_ticket(side, instrument, quantity, terms)

    @flow
    def buy(self, name: Name, quantity: int | None = None, **terms: Unpack[Terms]) -> Flow[O]:
        """Buy: `up.buy("RELIANCE", 10, limit=1500)`, `up.buy("NIFTY FUT", lots=2, product="intraday")`.

        Parameters:
            name: what: a key, a symbol, a name, an ISIN, or an instrument of a chain or a search.
            quantity: units, multiples of the lot; or `lots`. More than the freeze quantity goes out in several orders.
            lots: the quantity in lots, the only way for commodities.
            limit: the worst price in rupees; without it and `stop` it is a market order.
            stop: the price in rupees at which it goes out; with `limit` SL, else SL-M.
            product: `delivery` (the default; of derivatives: carried forward), `intraday` or `mtf`.
            validity: `day` (the default) or `ioc`.
            market_protection: in percent, of an order without a limit; default: what Upstox chooses.
            disclosed: the units that the market sees; default: all.
            tag: up to 40 characters; default: a unique one.

        Returns:
            a live order. If the answer was lost it knows that: `is_unknown`; `wait` and `reconcile` find out. If some
                of several parts were refused, `refused` is how much, and the order ends as `rejected`.

        Raises:
            IllegalOrderError, IllegalPriceError, IllegalQuantityError: no exchange takes it; nothing was sent.
            GuardError: a guard refused it; nothing was sent.
            InvalidRequestError, ...: the server refused it. If risk management or the exchange does, the order's
                status says so.

        https://upstox.com/developer/api-documentation/v3/place-order
        """
        ticket = yield from self.ticket.flow("buy", name, quantity, **terms)
        return (yield from self.place.flow(ticket))

    @flow
    def sell(self, name: Name, quantity: int | None = None, **terms: Unpack[Terms]) -> Flow[O]:
        """Sell: as `buy`."""
        ticket = yield from self.ticket.flow("sell", name, quantity, **terms)
        return (yield from self.place.flow(ticket))

    @flow
    def place(self, ticket: Ticket) -> Flow[O]:
        """Send an order, once. Returns and raises as `buy`."""
        yield from admit(self.desk, self.client.configuration, [ticket])
        ticket = self._tagged(ticket)
        request, sent_at = ticket.request(), time.time()
        try:
            answer = yield from call(OrderV3Operations.place_order, request)
        except OrderOutcomeUnknown as unknown:
            return self.order_type(self.client, self.desk, ticket, (), unknown)
        ids = (answer.data and answer.data.order_ids) or ()
        if not ids:
            return self.order_type(self.client, self.desk, ticket, (), self._unnamed(_PLACE, request, sent_at))
        order = self.order_type(self.client, self.desk, ticket, ids)
        if len(ids) < ticket.slices and not self.client.configuration.sandbox:  # it has no order book
            with contextlib.suppress(ApiException):  # then the next look at the book tells
                yield from order.refresh.flow()
        return order

    def _unnamed(self, path: str, payload: Any, sent_at: float) -> OrderOutcomeUnknown:
        """The server has not refused an order, and not said its id: it may be there, and is looked for."""
        cause = ResponseDecodeError(200, _UNTOLD)
        sent = msgspec.to_builtins(payload)
        unknown = OrderOutcomeUnknown(cause, method="POST", path=path, payload=sent, sent_at=sent_at)
        unknown.client, unknown.__cause__ = self.client, cause
        return unknown

    def _tagged(self, ticket: Ticket) -> Ticket:
        """A ticket that is sent a second time is another order: it gets another tag, by which it alone is found."""
        if not ticket.is_unique or self.desk.is_first(ticket.tag):
            return ticket
        return msgspec.structs.replace(ticket, tag=fresh_tag())

    # Several

    @flow
    def basket(self, *tickets: Ticket) -> Flow[Basket[O]]:
        """Send several orders together, purchases first: `up.basket(up.ticket("buy", ...), up.ticket("sell", ...))`.

        All are looked at by the guards before any is sent. More than ten, slices counted, go out in several calls.

        Returns:
            what became of each, in the order in which they were given; some may have failed.

        Raises:
            GuardError: a guard refused one; nothing was sent.
            InvalidRequestError, ...: the server refused them all; nothing was placed.

        https://upstox.com/developer/api-documentation/place-multi-order
        """
        yield from admit(self.desk, self.client.configuration, tickets)
        return (yield from self.send_all(tickets))

    def send_all(self, tickets: Sequence[Ticket]) -> Flow[Basket[O]]:
        """Send orders that the guards have let pass."""
        tickets = [self._tagged(ticket) for ticket in tickets]
        by_side = sorted(range(len(tickets)), key=lambda place: tickets[place].side)
        lines: dict[int, Line[O]] = {}
        for batch in _batches(by_side, tickets):
            try:
                lines |= yield from self._send_batch({str(place): tickets[place] for place in batch})
            except ApiException as error:
                if not lines:
                    raise
                # Some are placed, so whoever called has to be told of them, and of these.
                reason = error.errors[0] if error.errors else ApiError(message=error.reason)
                lines |= {place: Line(tickets[place], error=reason) for place in batch}
        return Basket([lines[place] for place in range(len(tickets))])

    def _send_batch(self, batch: dict[str, Ticket]) -> Flow[dict[int, Line[O]]]:
        body, sent_at = [ticket.line(name) for name, ticket in batch.items()], time.time()
        try:
            answer = yield from call(OrderOperations.place_multi_order, body)
        except OrderOutcomeUnknown as unknown:
            return {
                int(line.correlation_id): Line(
                    batch[line.correlation_id],
                    self.order_type(self.client, self.desk, batch[line.correlation_id], (), _of_line(unknown, line)),
                )
                for line in body
            }
        ids, errors = _answers(answer)
        lines: dict[int, Line[O]] = {}
        for line in body:
            name, ticket = line.correlation_id, batch[line.correlation_id]
            named, error, order = ids.get(name, ()), _told(errors.get(name)), None
            if named:
                order = self.order_type(self.client, self.desk, ticket, named)
            elif error is None:
                lost = _of_line(self._unnamed(_PLACE_SEVERAL, [line], sent_at), line)
                order = self.order_type(self.client, self.desk, ticket, (), lost)
            lines[int(name)] = Line(ticket, order, error)
        return lines

    # The book

    @flow
    def orders(self, name: Name | None = None, *, tag: str | None = None) -> Flow[OrderBook[O]]:
        """Today's orders: all, or those of an instrument, or of a tag. Those of this program are the same objects.

        https://upstox.com/developer/api-documentation/get-order-book
        """
        wanted = None if name is None else (yield from self.instrument.flow(name))
        answer = yield from call(OrderOperations.get_order_book)
        rows = [row for row in answer.data or () if row.order_id and _fits(row, wanted, tag)]
        self.desk.read(rows)
        found: dict[int, O] = {}
        for row in sorted(rows, key=lambda row: (row.order_timestamp or "", row.order_id or "")):
            order = yield from self._order_of(row)
            found[id(order)] = order
        return OrderBook(list(found.values()))

    @flow
    def order(self, order_id: str) -> Flow[O]:
        """One of today's orders by its id.

        Raises:
            NotFoundError: there is none.

        https://upstox.com/developer/api-documentation/get-order-details
        """
        answer = yield from call(OrderOperations.get_order_status, order_id)
        row = answer.data or OrderBookData(order_id=order_id)
        self.desk.read([row])
        return (yield from self._order_of(row))

    def _order_of(self, row: OrderBookData) -> Flow[O]:
        known: O | None = self.desk.owner(row.order_id or "")
        if known is not None:
            return known
        instrument = yield from self.instrument.flow(row.instrument_token or "")
        return self.order_type(self.client, self.desk, ticket_of(row, instrument), [row.order_id or ""])

    @flow
    def cancel_all(self, name: Name | None = None, *, tag: str | None = None) -> Flow[OrderBook[O]]:
        """Cancel all open orders, or those of an instrument, or of a tag.

        Returns:
            those that were open, as they now stand.

        Raises:
            OrderOutcomeUnknown, InvalidRequestError, ...: as `Order.cancel`, of the first that could not be cancelled;
                the others have been.

        https://upstox.com/developer/api-documentation/v3/cancel-order
        """
        book = yield from self.orders.flow(name, tag=tag)
        open_ones = book.open
        yield from each((order.cancel.flow() for order in open_ones), at_once=_AT_ONCE)
        return open_ones


def _fits(row: OrderBookData, instrument: Instrument | None, tag: str | None) -> bool:
    return (instrument is None or row.instrument_token == instrument.key) and (tag is None or row.tag == tag)


def _batches(places: Sequence[int], tickets: Sequence[Ticket]) -> list[list[int]]:
    """What goes out together: ten orders at most, slices counted."""
    batches: list[list[int]] = []
    room = 0
    for place in places:
        slices = tickets[place].slices
        if slices > room:
            batches.append([])
            room = MOST_SLICES
        batches[-1].append(place)
        room -= slices
    return batches


def _answers(answer: MultiOrderResponse) -> tuple[dict[str, list[str]], dict[str, MultiOrderError]]:
    """The ids and the errors by correlation id; that of a slice is `7_1`."""
    ids: dict[str, list[str]] = {}
    for row in answer.data or ():
        if row.order_id:
            ids.setdefault((row.correlation_id or "").partition("_")[0], []).append(row.order_id)
    return ids, {(row.correlation_id or "").partition("_")[0]: row for row in answer.errors or ()}


def _told(error: MultiOrderError | None) -> ApiError | None:
    if error is None:
        return None
    return ApiError(error.error_code, error.message, error.property_path, error.invalid_value)


def _of_line(unknown: OrderOutcomeUnknown, line: Any) -> OrderOutcomeUnknown:
    """A lost answer to several orders, as one to one of them: each is looked for by its own tag."""
    one = OrderOutcomeUnknown(
        unknown,
        method=unknown.method,
        path=unknown.path,
        payload=[msgspec.to_builtins(line)],
        sent_at=unknown.sent_at,
    )
    one.tag, one.client, one.__cause__ = line.tag, unknown.client, unknown
    return one
