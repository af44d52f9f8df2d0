"""The day's trades: https://upstox.com/developer/api-documentation/get-trade-history and get-trades-by-order"""

from __future__ import annotations

from typing import Any, Final

from upstox_emulator.exchange.checks import check_order_id
from upstox_emulator.exchange.rows import trade_row
from upstox_emulator.http.calls import Call, Endpoint


def trades_of_day(call: Call) -> Any:
    return _rows(call, None)


def trades_of_order(call: Call) -> Any:
    return _rows(call, check_order_id(call.query.get("order_id"), "order_id_required"))


def _rows(call: Call, order_id: str | None) -> list[dict[str, Any]]:
    call.backend.now()
    blotter = call.backend.venue.exchange.blotter
    return [
        trade_row(trade, order, blotter.instrument(order))
        for trade in blotter.trades
        if order_id in {None, trade.order_id}
        for order in (blotter.orders[trade.order_id],)
    ]


ENDPOINTS: Final = (
    Endpoint("GET", "/v2/order/trades/get-trades-for-day", trades_of_day),
    Endpoint("GET", "/v2/order/trades", trades_of_order),
)
