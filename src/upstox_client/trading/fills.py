"""Executions of an order.

https://upstox.com/developer/api-documentation/get-trades-by-order
"""

from __future__ import annotations

import datetime as dt

import msgspec

from upstox_client.models.orders import TradeData
from upstox_client.trading.moments import from_iso


class Fill(msgspec.Struct, frozen=True):
    """An execution: units (of commodities, lots) at a price in rupees, and when, in IST."""

    trade_id: str
    order_id: str
    quantity: int
    price: float
    time: dt.datetime | None


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
