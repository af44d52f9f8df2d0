"""Many orders in one request: place several, cancel all, exit all.

https://upstox.com/developer/api-documentation/place-multi-order, cancel-multi-order and exit-all-positions
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import msgspec

from upstox_emulator.errors import Problem, Refusal, problem, refuse
from upstox_emulator.exchange.checks import Ticket, Wish
from upstox_emulator.exchange.desk import Net
from upstox_emulator.exchange.exchange import Exchange
from upstox_emulator.exchange.orders import INTRADAY, Order
from upstox_emulator.exchange.protection import AUTOMATIC
from upstox_emulator.exchange.steering import refusal

MOST_LINES: Final = 10
"""Orders of one request after slicing; open orders or positions that one request ends."""

SEGMENTS: Final = ("NSE_EQ", "BSE_EQ", "NSE_FO", "BSE_FO", "MCX_FO", "NCD_FO", "BCD_FO", "NSE_COM")


class Outcome(msgspec.Struct, frozen=True):
    """What a request for many has done: the answer's HTTP status, and its body."""

    status: int
    body: dict[str, Any]


class BatchRefusal(Refusal):
    """A request for many of which nothing was done, for what is wrong with some or all of it."""

    def __init__(self, body: dict[str, Any], *problems: Problem) -> None:
        super().__init__(*problems)
        self.status = 400  # whatever that of its reasons
        self.body = body

    def envelope(self) -> dict[str, Any]:
        """The answer's body."""
        return self.body


# Placing


def check_lines(exchange: Exchange, wishes: list[Wish], at: dt.datetime) -> list[tuple[str, Ticket]]:
    """Every line with its correlation id, checked; buys first.

    Raises:
        Refusal: there is no line, or with everything that is wrong with any.
    """
    if not wishes:
        raise refuse("no_order_lines")
    lines: list[tuple[str, Ticket]] = []
    wrong: list[tuple[Any, list[Problem]]] = []
    for index, wish in enumerate(wishes):
        problems = _check_correlation(wish.correlation_id, [other.correlation_id for other in wishes[:index]])
        try:
            lines.append((str(wish.correlation_id), exchange.check(wish, at)))
        except Refusal as refused:
            problems += refused.problems
        if problems:
            wrong.append((wish.correlation_id, problems))
    if wrong:
        rows = [{"correlation_id": name, **_error(found)} for name, problems in wrong for found in problems]
        summary = {"total": len(wishes), "payload_error": len(wrong), "success": 0, "error": 0}
        raise BatchRefusal({"status": "error", "errors": rows, "summary": summary}, wrong[0][1][0])
    if sum(len(ticket.quantities) for _, ticket in lines) > MOST_LINES:
        raise refuse("too_many_orders")
    return sorted(lines, key=lambda line: line[1].side != "BUY")


def place_lines(exchange: Exchange, lines: list[tuple[str, Ticket]], at: dt.datetime) -> Outcome:
    """Place every line, in this order."""
    placed: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for name, ticket in lines:
        result = exchange.place(ticket, at)
        if isinstance(result, Refusal):
            errors += [{"correlation_id": name, **_error(found)} for found in result.problems]
        else:
            placed += named(name, result)
    summary = {
        "total": len(placed) + len(errors), "payload_error": 0, "success": len(placed), "error": len(errors),
    }  # fmt: skip
    if not errors:
        return Outcome(200, {"status": "success", "data": placed, "summary": summary})
    if not placed:
        return Outcome(400, {"status": "error", "errors": errors, "summary": summary})
    return Outcome(207, {"status": "partial_success", "data": placed, "errors": errors, "summary": summary})


def named(name: str, order_ids: list[str]) -> list[dict[str, Any]]:
    """The orders of a line; the slices of one are numbered from 1."""
    if len(order_ids) == 1:
        return [{"correlation_id": name, "order_id": order_ids[0]}]
    return [{"correlation_id": f"{name}_{number}", "order_id": one} for number, one in enumerate(order_ids, 1)]


def _check_correlation(name: Any, before: list[Any]) -> list[Problem]:
    if name is None:
        return [problem("correlation_missing", path="correlation_id")]
    if not isinstance(name, str) or not 1 <= len(name) <= 20:
        return [problem("correlation_length", path="correlation_id", value=name)]
    if name in before:
        return [problem("correlation_duplicate", path="correlation_id", value=name)]
    return []


# Ending


def check_segment(segment: str | None) -> None:
    """The `segment` of a request that ends orders or positions.

    Raises:
        Refusal: there is no such segment.
    """
    if segment is not None and segment not in SEGMENTS:
        raise refuse("order_segment_invalid", path="segment", value=segment)


def cancel_all(exchange: Exchange, segment: str | None, tag: str | None, at: dt.datetime) -> Outcome:
    """Cancel every order that works or waits for the market to open.

    Raises:
        Refusal: there is none, or there are too many.
    """
    check_segment(segment)
    working = [order for order in exchange.blotter.orders.values() if _is_meant(order, segment, tag)]
    if not working:
        raise refuse("nothing_open")
    if len(working) > MOST_LINES:
        raise refuse("too_many_open")
    cancelled: list[str] = []
    errors: list[dict[str, Any]] = []
    for order in working:
        result = exchange.cancel(order.order_id, at)
        if isinstance(result, Refusal):
            errors += [_line_error(found, order.order_id, order.key) for found in result.problems]
        else:
            cancelled.append(result)
    return _ended(cancelled, errors)


def _is_meant(order: Order, segment: str | None, tag: str | None) -> bool:
    return (
        not order.ended
        and order.parent_order_id is None
        and (segment is None or order.key.startswith(f"{segment}|"))
        and tag in {None, order.tag}
    )


def exit_all(exchange: Exchange, segment: str | None, tag: str | None, at: dt.datetime) -> Outcome:
    """Close every open position, but for deliveries of shares; short ones first.

    Raises:
        Refusal: there is none, or there are too many.
    """
    check_segment(segment)
    nets = [net for net in exchange.desk.open_positions() if _may_exit(net, segment)]
    if tag is not None:
        nets = [part for net in nets if (part := _tagged(exchange, net, tag)) is not None]
    if not nets:
        nothing = refuse("nothing_to_exit")
        raise BatchRefusal({"status": "error", "data": None, "errors": nothing.envelope()["errors"]}, *nothing.problems)
    if len(nets) > MOST_LINES:
        raise refuse("too_many_positions")
    placed: list[str] = []
    errors: list[dict[str, Any]] = []
    for net in sorted(nets, key=lambda net: net.quantity > 0):
        result = _exit(exchange, net, tag, at)
        if isinstance(result, Refusal):
            errors += [_line_error(found, None, net.key) for found in result.problems]
        else:
            placed += result
    return _ended(placed, errors)


def _exit(exchange: Exchange, net: Net, tag: str | None, at: dt.datetime) -> list[str] | Refusal:
    instrument = exchange.find(at)(net.key)
    if instrument is None or not exchange.floor.is_open(instrument, at):
        return refuse("exit_closed")
    act = exchange.steering.act("place", None, net.key, "SELL" if net.quantity > 0 else "BUY")
    refused = refusal(act)
    if refused is not None:
        return refused
    orders = exchange.closing.exit(net, instrument, exchange.owner, AUTOMATIC, at, tag=tag, act=act)
    return [order.order_id for order in orders]


def _may_exit(net: Net, segment: str | None) -> bool:
    own = net.key.partition("|")[0]
    return segment in {None, own} and not (net.product == "D" and own.endswith("_EQ"))


def _tagged(exchange: Exchange, net: Net, tag: str) -> Net | None:
    """The part of an intraday position that comes of the day's orders with a tag."""
    if net.product not in INTRADAY:
        return None
    orders = [
        order
        for order in exchange.blotter.orders.values()
        if order.tag == tag and order.key == net.key and order.product == net.product
    ]
    quantity = sum(order.filled if order.buys else -order.filled for order in orders)
    if quantity * net.quantity <= 0:
        return None
    return net._replace(quantity=max(quantity, net.quantity) if quantity < 0 else min(quantity, net.quantity))


def _ended(order_ids: list[str], errors: list[dict[str, Any]]) -> Outcome:
    summary = {"total": len(order_ids) + len(errors), "success": len(order_ids), "error": len(errors)}
    data = {"order_ids": order_ids} if order_ids else None
    status, outcome = (200, "success") if not errors else (207, "partial_success") if order_ids else (400, "error")
    return Outcome(status, {"status": outcome, "data": data, "errors": errors or None, "summary": summary})


def _line_error(found: Problem, order_id: str | None, key: str) -> dict[str, Any]:
    return {**_error(found), "order_id": order_id, "instrument_key": key}


def _error(found: Problem) -> dict[str, Any]:
    """An error of a line; the documentation has only one spelling here."""
    return {
        "error_code": found.kind.code,
        "message": found.message,
        "property_path": found.property_path,
        "invalid_value": found.invalid_value,
    }
