"""Single orders: placing, modifying and cancelling in both versions, and reading.

https://upstox.com/developer/api-documentation/v3/place-order and the pages that follow it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, TypeVar

from upstox_emulator.errors import Refusal, refuse
from upstox_emulator.exchange.checks import Change, Wish, check_order_id
from upstox_emulator.exchange.commands import CancelOrder, ModifyOrder, PlaceOrders
from upstox_emulator.exchange.orders import Order
from upstox_emulator.exchange.rows import book_row, details_row
from upstox_emulator.http.calls import Answer, Call, Endpoint, Handler
from upstox_emulator.limits import ORDERS

T = TypeVar("T")

_OPEN_AT: Final = dt.time(5, 30)
_FASTEST: Final = 20  # ms
_SPREAD: Final = 41


# What holds for all order writes


def admit(call: Call) -> None:
    """Let an order write pass the door: from a registered static IP, with the name of a registered algo.

    Raises:
        Refusal: it may not pass. The sandbox asks for neither.
    """
    if call.in_sandbox:
        return
    venue = call.backend.venue
    if venue.exchange.settings.static_ips:
        row = venue.static_ips.row()
        registered = [ip for ip in (row["primary_ip"], row["secondary_ip"]) if ip]
        if call.origin not in registered:
            raise refuse("static_ip", f"{_BLOCKED} Reason: {_reason(registered, call.origin)}")
    app = None if call.known is None else venue.tokens.apps.get(call.known.client_id)
    if app is not None and app.algos and call.header(b"x-algo-name") not in app.algos:
        raise refuse("algo_name", path="X-Algo-Name", value=call.header(b"x-algo-name"))


_BLOCKED: Final = "Access to this API is blocked due to static IP restrictions."


def _reason(registered: list[str], origin: str) -> str:
    if not registered:
        return "No static IP has been configured."
    return f"The configured static IPs ({', '.join(registered)}) do not match the origin IP ({origin})."


def keep_hours(call: Call) -> None:
    """Refuse between 00:00 and 05:30 IST, if the market follows the calendar; the sandbox has no hours.

    Raises:
        Refusal: it is that time.
    """
    if call.backend.market == "calendar" and not call.in_sandbox and call.backend.now().time() < _OPEN_AT:
        raise refuse("orders_closed")


def carried(result: T | Refusal) -> T:
    """What a command has done.

    Raises:
        Refusal: a rule of steering made the command refuse.
    """
    if isinstance(result, Refusal):
        raise result
    return result


def latency(id_: str) -> dict[str, Any]:
    """The `metadata` of an order write: milliseconds, derived from an id, since no time passes here."""
    return {"metadata": {"latency": _FASTEST + int(id_[-6:]) % _SPREAD}}


# Writes


def place_v3(call: Call) -> Any:
    ids = _place(call, v2=False)
    return Answer({"order_ids": ids}, extra=latency(ids[0]))


def place_v2(call: Call) -> Any:
    return {"order_id": _place(call, v2=True)[0]}


def _place(call: Call, *, v2: bool) -> list[str]:
    admit(call)
    keep_hours(call)
    ids: list[str] | Refusal = call.backend.execute(
        PlaceOrders(call.backend.now(), call.json(Wish), v2=v2, sandbox=call.in_sandbox)
    )
    return carried(ids)


def modify_v3(call: Call) -> Any:
    order_id = _modify(call)
    return Answer({"order_id": order_id}, extra=latency(order_id))


def modify_v2(call: Call) -> Any:
    return {"order_id": _modify(call)}


def _modify(call: Call) -> str:
    admit(call)
    done: str | Refusal = call.backend.execute(
        ModifyOrder(call.backend.now(), call.json(Change), sandbox=call.in_sandbox)
    )
    return carried(done)


def cancel_v3(call: Call) -> Any:
    order_id = _cancel(call)
    return Answer({"order_id": order_id}, extra=latency(order_id))


def cancel_v2(call: Call) -> Any:
    return {"order_id": _cancel(call)}


def _cancel(call: Call) -> str:
    admit(call)
    order_id = check_order_id(call.query.get("order_id"), "order_id_required")
    done: str | Refusal = call.backend.execute(CancelOrder(call.backend.now(), order_id, sandbox=call.in_sandbox))
    return carried(done)


# Reads


def order_book(call: Call) -> Any:
    call.backend.now()
    blotter = call.backend.venue.exchange.blotter
    return [book_row(order, blotter.instrument(order)) for order in blotter.orders.values()]


def details(call: Call) -> Any:
    call.backend.now()
    exchange = call.backend.venue.exchange
    order = exchange.order(check_order_id(call.query.get("order_id"), "order_id_or_tag"))
    return details_row(order, exchange.blotter.instrument(order))


def history(call: Call) -> Any:
    call.backend.now()
    return [state for order in _found(call) for state in order.history]


def _found(call: Call) -> list[Order]:
    """The orders of an order id, of a tag, or of both."""
    exchange = call.backend.venue.exchange
    order_id, tag = call.query.get("order_id"), call.query.get("tag")
    if not order_id and not tag:
        raise refuse("order_id_or_tag")
    orders = list(exchange.blotter.orders.values())
    if order_id:
        orders = [exchange.order(check_order_id(order_id, "order_id_or_tag"))]
    return [order for order in orders if not tag or order.tag == tag]


def write(method: str, path: str, handler: Handler) -> Endpoint:
    """An endpoint that counts against the limits of all order writes together."""
    return Endpoint(method, path, handler, limits=ORDERS, bucket="orders")


ENDPOINTS: Final = (
    write("POST", "/v3/order/place", place_v3),
    write("PUT", "/v3/order/modify", modify_v3),
    write("DELETE", "/v3/order/cancel", cancel_v3),
    write("POST", "/v2/order/place", place_v2),
    write("PUT", "/v2/order/modify", modify_v2),
    write("DELETE", "/v2/order/cancel", cancel_v2),
    Endpoint("GET", "/v2/order/retrieve-all", order_book),
    Endpoint("GET", "/v2/order/details", details),
    Endpoint("GET", "/v2/order/history", history),
)
