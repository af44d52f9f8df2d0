"""What happened while nobody listened: the account's books compared with what the stream has told. Pure.

The portfolio stream tells each change once, to those who are connected. So after each connection the books are read,
and where they differ from what was told, that is told as recovered. While they are read, what the stream says is held
back, so that everything comes in its order.

Whether one state of an order comes before another is known from how far it has got: an order that has ended does not
begin again, its filled quantity never falls, its timestamps never go back.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from operator import attrgetter
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar, cast

import msgspec

from upstox_client.models.gtt import GttOrderDetails
from upstox_client.models.orders import OrderBookData
from upstox_client.models.portfolio import HoldingsData, PositionData
from upstox_client.models.websocket import (
    GttOrderUpdate,
    HoldingUpdate,
    OrderUpdate,
    PortfolioUpdate,
    PositionUpdate,
)

__all__ = ["Ledger", "PortfolioEvent"]

Row: TypeAlias = OrderBookData | GttOrderDetails | PositionData | HoldingsData
_Place: TypeAlias = tuple[type, Hashable]
U = TypeVar("U")
U_co = TypeVar("U_co", bound=PortfolioUpdate, covariant=True)

# https://upstox.com/developer/api-documentation/appendix/order-status
_ENDED: Final = frozenset({"complete", "rejected", "cancelled", "cancelled after market order"})
_BEGINNINGS: Final = {
    "put order req received": 0,
    "after market order req received": 0,
    "validation pending": 1,
    "open pending": 2,
}
_UNDER_WAY: Final = 3

_GTT_ENDED: Final = frozenset({"COMPLETED", "CANCELLED", "FAILED", "EXPIRED"})

# Rupees by which an average or a sum of the stream may differ from that of the books: each rounds it in its own way.
_ROUNDING: Final = 0.011
_PRICE_PLACES: Final = 4  # those of a currency


class PortfolioEvent(msgspec.Struct, Generic[U_co], frozen=True):
    """A change in the account.

    Attributes:
        update: the new state: `OrderUpdate`, `GttOrderUpdate`, `PositionUpdate` or `HoldingUpdate`.
        recovered: whether it was missed by the stream and found in the books after a reconnect.
        received: when it came to be known here, seconds of `time.time()`.
    """

    update: U_co
    recovered: bool
    received: float

    @property
    def key(self) -> Hashable:
        """What it is about: the order id, the GTT order id, the instrument with its product, the ISIN."""
        return _KINDS[type(self.update)].key(self.update)


class _Kind(NamedTuple):
    """How to compare the states of one kind of thing.

    Attributes:
        key: which thing it is.
        look: what counts as a change of it.
        sums: what does so as well, if it is more than a matter of rounding.
        progress: marks of how far it has got, the strongest first; of two states the lower one is the earlier. None
            where there is no such mark.
    """

    key: Callable[[Any], Hashable]
    look: Callable[[Any], object]
    sums: tuple[str, ...]
    progress: Callable[[Any], tuple[Any, ...]]


def _number(row: Any, name: str) -> float:
    """A number; what is missing counts as zero, and so does what the server has mistyped."""
    value = getattr(row, name)
    return value if isinstance(value, int | float) else 0


def _numbers(row: Any, *names: str) -> tuple[float, ...]:
    return tuple(round(_number(row, name), _PRICE_PLACES) for name in names)


def _time(update: object) -> str | None:
    """The order's time as text; None if there is none, or something else."""
    time = getattr(update, "order_timestamp", None)
    return time if isinstance(time, str) and time else None


def _order_look(order: OrderBookData) -> object:
    sizes = _numbers(order, "quantity", "filled_quantity", "price", "trigger_price")
    return order.status, sizes, order.order_type, order.validity, order.exchange_order_id or ""


def _order_progress(order: OrderBookData) -> tuple[Any, ...]:
    status = str(order.status or "").lower()
    beginning = _BEGINNINGS.get(status, _UNDER_WAY)
    return status in _ENDED, _number(order, "filled_quantity"), _time(order), beginning


def _gtt_look(order: GttOrderDetails) -> object:
    rules = [(rule.strategy, rule.status, rule.trigger_price, rule.order_id) for rule in order.rules or ()]
    return order.quantity, sorted(rules, key=str)


def _position_look(position: PositionData | PositionUpdate) -> object:
    return _numbers(position, "quantity", "day_buy_quantity", "day_sell_quantity", "overnight_quantity")


def _holding_look(holding: HoldingsData | HoldingUpdate) -> object:
    return _numbers(holding, "quantity", "t1_quantity", "cnc_used_quantity", "collateral_quantity")


def _no_progress(_: object) -> tuple[Any, ...]:
    return ()


_KINDS: Final[dict[type, _Kind]] = {
    OrderUpdate: _Kind(attrgetter("order_id"), _order_look, ("average_price",), _order_progress),
    GttOrderUpdate: _Kind(attrgetter("gtt_order_id"), _gtt_look, (), _no_progress),
    PositionUpdate: _Kind(
        attrgetter("instrument_token", "product"), _position_look, ("day_buy_value", "day_sell_value"), _no_progress
    ),
    HoldingUpdate: _Kind(attrgetter("isin"), _holding_look, ("average_price",), _no_progress),
}
_UPDATE_OF: Final[dict[type, tuple[type[PortfolioUpdate], str]]] = {
    OrderBookData: (OrderUpdate, "order"),
    GttOrderDetails: (GttOrderUpdate, "gtt_order"),
    PositionData: (PositionUpdate, "position"),
    HoldingsData: (HoldingUpdate, "holding"),
}


def as_update(row: Row) -> PortfolioUpdate:
    """A row of a book in the words of the stream."""
    model, kind = _UPDATE_OF[type(row)]
    names = set(model.__struct_fields__)
    values = {name: getattr(row, name) for name in row.__struct_fields__ if name in names}
    if "instrument_key" in names:
        values["instrument_key"] = row.instrument_token
    return model(**values, update_type=cast("Any", kind))


class Ledger:
    """What has been told of the account, and what is to be told next.

    Attributes:
        superseded: updates of the stream that came after a later state had been told, and so were not.
    """

    def __init__(self) -> None:
        self.superseded = 0
        self._told: dict[_Place, PortfolioUpdate] = {}
        self._from_books: set[_Place] = set()
        self._touched: set[_Place] = set()
        self._held: list[tuple[PortfolioUpdate, float]] | None = None

    def latest(self, model: type[U]) -> list[U]:
        """The last known state of everything of a kind."""
        return [cast("U", update) for (kind, _), update in tuple(self._told.items()) if kind is model]

    def baseline(self, rows: Iterable[Row]) -> None:
        """What the books say before anything has been told: that is no news."""
        for row in rows:
            self._note(as_update(row), from_books=True)

    def hold(self) -> None:
        """Hold back what the stream says, until `release` or `compare`: the books are going to be read."""
        self._held = []
        self._touched.clear()

    def release(self) -> list[PortfolioEvent[PortfolioUpdate]]:
        """Tell what was held back, and hold back no more."""
        held, self._held = self._held or [], None
        return [event for update, at in held for event in self.live(update, at)]

    def live(self, update: PortfolioUpdate, at: float) -> list[PortfolioEvent[PortfolioUpdate]]:
        """What the stream says: told at once, unless it is held back, has been told, or comes too late."""
        place = _place(update)
        self._touched.add(place)
        if self._held is not None:
            self._held.append((update, at))
            return []
        known = self._told.get(place)
        if known is not None:
            if known == update or (place in self._from_books and _same(known, update)):
                return []
            if _is_earlier(update, known):
                self.superseded += 1
                return []
        self._note(update)
        return [PortfolioEvent(update, recovered=False, received=at)]

    def compare(self, rows: Iterable[Row], at: float) -> list[PortfolioEvent[PortfolioUpdate]]:
        """What the books say beyond what was told; what was held back is told where it belongs."""
        events: list[PortfolioEvent[PortfolioUpdate]] = []
        held, self._held = self._held or [], None
        for update in sorted(map(as_update, rows), key=_moment):
            place = _place(update)
            if place in self._touched and not _progress(update):
                continue  # what the stream says of it is later, or will be
            before = [pair for pair in held if _place(pair[0]) == place and not _is_earlier(update, pair[0])]
            held = [pair for pair in held if pair not in before]
            for earlier, when in before:
                events += self.live(earlier, when)
            events += self._recovered(update, at)
        for later, when in held:
            events += self.live(later, when)
        return events

    def _recovered(self, update: PortfolioUpdate, at: float) -> list[PortfolioEvent[PortfolioUpdate]]:
        known = self._told.get(_place(update))
        if known is not None and (_same(known, update) or _is_earlier(update, known)):
            return []
        self._note(update, from_books=True)
        return [PortfolioEvent(update, recovered=True, received=at)]

    def _note(self, update: PortfolioUpdate, *, from_books: bool = False) -> None:
        place = _place(update)
        self._told[place] = update
        if from_books:
            self._from_books.add(place)
        else:
            self._from_books.discard(place)

    def open_gtt_orders(self) -> list[str]:
        """The GTT orders that had not ended when they were last told of."""
        orders = self.latest(GttOrderUpdate)
        return [
            order.gtt_order_id
            for order in orders
            if order.gtt_order_id and any(rule.status not in _GTT_ENDED for rule in order.rules or ())
        ]


def _same(one: PortfolioUpdate, other: PortfolioUpdate) -> bool:
    kind = _KINDS[type(one)]
    if kind.look(one) != kind.look(other):
        return False
    return all(abs(_number(one, name) - _number(other, name)) < _ROUNDING for name in kind.sums)


def _progress(update: PortfolioUpdate) -> tuple[Any, ...]:
    return _KINDS[type(update)].progress(update)


def _is_earlier(one: PortfolioUpdate, other: PortfolioUpdate) -> bool:
    """Whether one state comes before another, by the first mark of progress that both have and that differs."""
    for its, theirs in zip(_progress(one), _progress(other), strict=True):
        if its != theirs and its is not None and theirs is not None:
            return bool(its < theirs)
    return False


def _place(update: PortfolioUpdate) -> _Place:
    return type(update), _KINDS[type(update)].key(update)


def _moment(update: PortfolioUpdate) -> str:
    return _time(update) or ""
