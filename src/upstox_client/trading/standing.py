"""What an order is, and how it stands: read from what the desk knows of it, without asking anybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final, Literal, TypeAlias

from upstox_client.errors import OrderOutcomeUnknown, Reconciliation
from upstox_client.instruments import Instrument
from upstox_client.models.orders import OrderStatus, OrderType, Product, TransactionType
from upstox_client.models.websocket import OrderUpdate
from upstox_client.trading.colours import Flowing
from upstox_client.trading.desk import Desk, Heard
from upstox_client.trading.moments import from_iso
from upstox_client.trading.tickets import Ticket

State: TypeAlias = OrderStatus | Literal["unknown", "not placed"]
"""How an order stands; `unknown`: its answer was lost; `not placed`: it was, and nothing came of the order."""

# Of several parts, the later one says how the order ended.
_ENDS: Final[tuple[State, ...]] = ("complete", "cancelled after market order", "cancelled", "rejected", "not placed")
ENDED: Final = frozenset(_ENDS)

WITHOUT_LIMIT: Final[frozenset[OrderType]] = frozenset({"MARKET", "SL-M"})


def _rank(state: State) -> int:
    return _ENDS.index(state) if state in ENDED else -1


class OrderStanding(Flowing):
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
        self.become(ids)

    def become(self, ids: Iterable[str]) -> None:
        """These are the ids of its parts."""
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
        if self.order_type in WITHOUT_LIMIT:  # whatever price the exchange has made of the market protection
            return None
        return next((row.price for row in self.rows if row.price is not None), self.ticket.price) or None

    @property
    def stop(self) -> float | None:
        """The stop in rupees; None for none."""
        return next((row.trigger_price for row in self.rows if row.trigger_price), self.ticket.trigger) or None

    @property
    def quantity(self) -> int:
        """What is wanted: units, of commodities lots."""
        rows = self.rows
        if not rows or len(rows) < len(self.ids):
            return self.ticket.quantity
        return sum(row.quantity or 0 for row in rows) + self.unplaced

    @property
    def unplaced(self) -> int:
        """What the server has made no order of: it has named fewer parts than there are, and they are not all of it.

        It is 0 as long as it is not known how large the parts are.
        """
        rows = self.rows
        if not rows or len(rows) < len(self.ids) or len(self.ids) >= self.ticket.slices:
            return 0
        return max(self.ticket.quantity - sum(row.quantity or 0 for row in rows), 0)

    # How it stands

    @property
    def status(self) -> State:
        """How it stands, in the words of Upstox; of several parts, how those stand that are not done."""
        if not self.ids:
            return "unknown" if self.unknown is not None else "not placed"
        states: list[State] = [self.state_of(order_id) for order_id in self.ids]
        if self.unplaced:
            states.append("rejected")
        under_way: list[State] = [state for state in states if state not in ENDED]
        return under_way[0] if under_way else max(states, key=_rank)

    def state_of(self, order_id: str) -> OrderStatus:
        """How a part of it stands."""
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
        return 0 if self.is_done else self.quantity - self.filled - self.refused

    @property
    def refused(self) -> int:
        """What was not taken of it: of several parts some may have been rejected, or never been made."""
        rejected = [row for row in self.rows if row.status == "rejected"]
        return sum((row.quantity or 0) - (row.filled_quantity or 0) for row in rejected) + self.unplaced

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
        rows = sorted(self.rows, key=lambda row: row.status != "rejected")  # why something was refused comes first
        said = (row.status_message or row.status_message_raw for row in rows)
        untold = f"{self.unplaced} of {self.quantity} were not taken, and it was not said why" if self.unplaced else ""
        return next(filter(None, said), untold)

    @property
    def time(self) -> dt.datetime | None:
        """When its state last changed, in IST."""
        stamps = [stamp for stamp in (from_iso(row.order_timestamp) for row in self.rows) if stamp is not None]
        return max(stamps, default=None)

    def __repr__(self) -> str:
        price = f" at {self.average_price:.10g}" if self.average_price is not None else ""
        refused = f", refused {self.refused}" if 0 < self.refused < self.quantity else ""
        why = f": {self.message}" if self.message else ""
        how = f"{self.status}, filled {self.filled}{price}{refused}{why}"
        return f"<{type(self).__name__} {self.id or '?'} {self.ticket}; {how}>"

    def on_update(self, callback: Heard) -> None:
        """Call `callback` with each new state (an `OrderUpdate`).

        With the stream on it is called when something happens: from the feed's thread, in an async program from the
        event loop. Without it, when `refresh` or `wait` finds something new.
        """
        self._heard.append(callback)
        for order_id in self.ids:
            self.desk.on_update(order_id, callback)
