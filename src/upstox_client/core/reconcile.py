"""What became of an order write whose answer was lost: ask until the server knows.

As everywhere in the core there is no I/O here: `reconcile` is a generator that yields what to ask and how long to wait.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final, Protocol, TypeAlias, cast
from urllib.parse import parse_qs, quote, urlsplit

import msgspec

from upstox_client.core.pipeline import Sleep
from upstox_client.errors import ApiException, OrderOutcomeUnknown, Reconciliation
from upstox_client.ist import IST
from upstox_client.rest import RESTResponse

# The server tells its clock to the second, and stamps late; an order that the book dates more than this before the
# write was sent is another one.
_SLACK: Final = 60.0

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 2.0

_UNSETTLED: Final = frozenset(
    {"cancel pending", "modify pending", "modify validation pending", "modify after market order req received"}
)


class OrderAnswer(msgspec.Struct):
    """The answer of any order read, its `data` as plain data."""

    status: str | None = None
    data: Any = None


class Ask(msgspec.Struct, frozen=True):
    """Read this path, signed; come back with what was `Seen`, or with the exception."""

    path: str


class Seen(msgspec.Struct, frozen=True):
    """The `data` that was read, and by how many seconds the server's clock is ahead of this machine's."""

    data: Any
    ahead: float = 0.0

    @classmethod
    def of(cls, answer: OrderAnswer, response: RESTResponse) -> Seen:
        """What an answer shows."""
        return cls(answer.data, _clock_ahead(response))


Inquiry: TypeAlias = Generator[Ask | Sleep, "Seen | ApiException | None", Reconciliation]
Row: TypeAlias = Mapping[str, Any]


class Case(Protocol):
    """One kind of write: where to look, and what to make of what is seen."""

    path: str

    def judge(self, seen: Seen, *, last: bool) -> Reconciliation | None:
        """The verdict, or None to look again; `last` is the last look."""
        ...


def reconcile(unknown: OrderOutcomeUnknown, patience: float, now: Callable[[], float] = time.monotonic) -> Inquiry:
    """Find out what became of a write.

    Parameters:
        patience: seconds after which what has not been seen counts as not carried out.
        now: a monotonic clock.
    """
    case = case_of(unknown)
    if case is None:
        return Reconciliation(None, (), f"{unknown.method} {unknown.path} touches many orders; read the book itself")
    begun, pause = now(), _FIRST_PAUSE
    while True:
        last = now() - begun >= patience
        seen = yield Ask(case.path)
        verdict = case.judge(seen, last=last) if isinstance(seen, Seen) else None
        if verdict is not None:
            return verdict
        if last:
            why = "it is still under way"
            if isinstance(seen, ApiException):
                why = f"{case.path} could not be read: {seen.status} {seen.reason}"
            return Reconciliation(None, (), why)
        yield Sleep(min(pause, max(0.01, patience - (now() - begun))))
        pause = min(pause * 2, _LONGEST_PAUSE)


def case_of(unknown: OrderOutcomeUnknown) -> Case | None:
    """The case that a write is."""
    url = urlsplit(unknown.path)
    payload = unknown.payload
    order = _row(payload)
    if url.path.endswith("/order/gtt/place"):
        return _GttPlaced(order, unknown.sent_at)
    if url.path.endswith(("/order/gtt/modify", "/order/gtt/cancel")):
        return _GttChanged(order, cancel=url.path.endswith("cancel"))
    if url.path.endswith(("/order/place", "/order/multi/place")):
        return _Placed(_rows(payload) or [order], unknown.sent_at)
    if url.path.endswith("/order/modify"):
        return _Modified(order)
    order_id = parse_qs(url.query).get("order_id")
    return _Cancelled(order_id[0]) if url.path.endswith("/order/cancel") and order_id else None


class _Placed:
    """One order or several: they are in the book, or they are not."""

    path = "/v2/order/retrieve-all"
    _FIELDS: Final = ("instrument_token", "transaction_type", "quantity", "product", "order_type", "price")

    def __init__(self, orders: list[Row], sent_at: float | None) -> None:
        self._orders = orders
        self._sent_at = sent_at

    def judge(self, seen: Seen, *, last: bool) -> Reconciliation | None:
        sent_at = None if self._sent_at is None else self._sent_at + seen.ahead
        rows = [row for row in _rows(seen.data) if _recent(row, sent_at)]
        found = [self._matches(order, rows) for order in self._orders]
        ids = tuple(str(row.get("order_id")) for rows_of in found for row in rows_of)
        tagged = all(order.get("tag") for order in self._orders)
        whole = all(_is_whole(order, rows_of) for order, rows_of in zip(self._orders, found, strict=True))
        if tagged and all(found) and (whole or last):
            states = ", ".join(str(row.get("status")) for rows_of in found for row in rows_of)
            less = "" if whole else ", but not all of its slices"
            return Reconciliation(True, ids, f"in the order book under its tag: {states}{less}")
        if not last:
            return None
        if not ids:
            return Reconciliation(False, (), "nothing like it is in the order book")
        if tagged:
            there = sum(1 for rows_of in found if rows_of)
            return Reconciliation(None, ids, f"{there} of {len(found)} orders are in the order book")
        why = "the order had no tag; these in the book look like it. Set configuration.auto_tag to be certain next time"
        return Reconciliation(None, ids, why)

    def _matches(self, order: Row, rows: list[Row]) -> list[Row]:
        fields = ("tag", "instrument_token", "transaction_type") if order.get("tag") else self._FIELDS
        alike = [name for name in fields if not (name == "quantity" and order.get("slice"))]
        return [row for row in rows if all(row.get(name) == order.get(name) for name in alike)]


class _Modified:
    """The order has the wished values, or it has not."""

    _FIELDS: Final = ("quantity", "price", "trigger_price", "order_type", "validity", "disclosed_quantity")

    def __init__(self, wish: Row) -> None:
        self._id = str(wish.get("order_id"))
        self._wish = {name: wish[name] for name in self._FIELDS if wish.get(name) is not None}
        self.path = f"/v2/order/details?order_id={quote(self._id, safe='')}"

    def judge(self, seen: Seen, *, last: bool) -> Reconciliation | None:
        row = _row(seen.data)
        differing = [name for name, value in self._wish.items() if row.get(name) != value]
        if row and not differing:
            return Reconciliation(True, (self._id,), "the order has the values that were asked for")
        if not last or row.get("status") in _UNSETTLED:
            return None
        if not row:
            return Reconciliation(None, (), f"order {self._id} is not known")
        what = ", ".join(f"{name} is {row.get(name)!r}" for name in differing)
        return Reconciliation(False, (self._id,), f"the order is as it was: {what}")


class _Cancelled:
    """The order is cancelled, or in another state."""

    def __init__(self, order_id: str) -> None:
        self._id = order_id
        self.path = f"/v2/order/details?order_id={quote(order_id, safe='')}"

    def judge(self, seen: Seen, *, last: bool) -> Reconciliation | None:
        row = _row(seen.data)
        status = str(row["status"]) if "status" in row else None
        if status is not None and status.startswith("cancelled"):
            return Reconciliation(True, (self._id,), f"the order is {status}")
        if status in {"complete", "rejected"}:
            return Reconciliation(False, (self._id,), f"the order is {status}")
        if not last or status in _UNSETTLED:
            return None
        if status is None:
            return Reconciliation(None, (), f"order {self._id} is not known")
        return Reconciliation(False, (self._id,), f"the order is {status}")


class _GttPlaced:
    """GTT orders carry no tag: what looks like it is only a candidate."""

    path = "/v3/order/gtt"
    _FIELDS: Final = ("instrument_token", "type", "quantity", "product")

    def __init__(self, order: Row, sent_at: float | None) -> None:
        self._order = order
        self._sent_at = sent_at

    def judge(self, seen: Seen, *, last: bool) -> Reconciliation | None:
        since = 0.0 if self._sent_at is None else (self._sent_at + seen.ahead - _SLACK) * 1e6
        rows = [row for row in _rows(seen.data) if (row.get("created_at") or 0) >= since]
        alike = [row for row in rows if all(row.get(name) == self._order.get(name) for name in self._FIELDS)]
        ids = tuple(str(row.get("gtt_order_id")) for row in alike)
        if not last:
            return None
        if not ids:
            return Reconciliation(False, (), "no active GTT order looks like it")
        return Reconciliation(None, ids, "GTT orders carry no tag; these active ones look like it")


class _GttChanged:
    """A GTT order that was to be changed or cancelled; completed and cancelled ones are no longer listed."""

    def __init__(self, wish: Row, *, cancel: bool) -> None:
        self._wish = wish
        self._cancel = cancel
        self._id = str(wish.get("gtt_order_id"))
        self.path = f"/v3/order/gtt?gtt_order_id={quote(self._id, safe='')}"

    def judge(self, seen: Seen, *, last: bool) -> Reconciliation | None:
        row = next((row for row in _rows(seen.data) if row.get("gtt_order_id") == self._id), None)
        if self._cancel:
            return self._cancelled(row, last=last)
        if row is not None and self._as_wished(row):
            return Reconciliation(True, (self._id,), "the GTT order has the values that were asked for")
        if not last:
            return None
        if row is None:
            return Reconciliation(None, (self._id,), "the GTT order is no longer active")
        return Reconciliation(False, (self._id,), "the GTT order is as it was")

    def _cancelled(self, row: Row | None, *, last: bool) -> Reconciliation | None:
        states = {str(rule.get("status")) for rule in _rows((row or {}).get("rules"))}
        if row is None or states == {"CANCELLED"}:
            return Reconciliation(True, (self._id,), "the GTT order is no longer active")
        return Reconciliation(False, (self._id,), "the GTT order is still active") if last else None

    def _as_wished(self, row: Row) -> bool:
        prices = {str(rule.get("strategy")): rule.get("trigger_price") for rule in _rows(row.get("rules"))}
        wished = {str(rule.get("strategy")): rule.get("trigger_price") for rule in _rows(self._wish.get("rules"))}
        return row.get("quantity") == self._wish.get("quantity") and wished.items() <= prices.items()


def _row(data: Any) -> Row:
    return cast("Row", data) if isinstance(data, dict) else cast("Row", {})


def _rows(data: Any) -> list[Row]:
    return [_row(row) for row in cast("list[object]", data)] if isinstance(data, list) else []


def _is_whole(order: Row, rows: list[Row]) -> bool:
    """Whether the rows are all of an order: its slices come one by one."""
    if order.get("slice"):
        return sum(map(_quantity, rows)) >= _quantity(order)
    return bool(rows)


def _quantity(row: Row) -> float:
    """As a number, whatever it came as; 0 if it is none."""
    try:
        return float(row.get("quantity") or 0)
    except (TypeError, ValueError):
        return 0.0


def _clock_ahead(response: RESTResponse) -> float:
    """Seconds; 0 if the server does not say what time it is."""
    import email.utils  # rarely wanted

    try:
        return email.utils.parsedate_to_datetime(response.getheader("Date") or "").timestamp() - time.time()
    except ValueError:
        return 0.0


def _recent(row: Row, sent_at: float | None) -> bool:
    """Whether an order of the book may be one that was sent at this moment."""
    if sent_at is None:
        return True
    try:
        stamped = dt.datetime.fromisoformat(str(row.get("order_timestamp"))).replace(tzinfo=IST)
    except ValueError:
        return True
    return stamped.timestamp() >= sent_at - _SLACK
