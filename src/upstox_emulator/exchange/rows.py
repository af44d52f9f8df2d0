"""Orders, trades and GTT legs as the wire shows them: order book, history, trades, and the portfolio stream.

https://upstox.com/developer/api-documentation/get-order-book and the pages beside it.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any, Final

from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.clock import ist_text
from upstox_emulator.exchange.orders import Order, Trade
from upstox_emulator.units import PER_RUPEE, rupees

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NOTHING_PENDING: Final = frozenset({"complete", "rejected"})


def exchange_of(instrument: Instrument) -> str:
    """The exchange in orders and trades: `NSE`, `NFO`, ..."""
    return EXCHANGE_OF_SEGMENT[instrument.segment]


def series_symbol(instrument: Instrument) -> str:
    """A trading symbol with the series of the National Stock Exchange's cash market: `NHPC-EQ`."""
    return f"{instrument.compact}-{instrument.kind}" if instrument.segment == "NSE_EQ" else instrument.compact


def whole(value: float) -> float:
    """A number as the order book, the stream and GTT orders have it: without a fraction, if there is none."""
    return int(value) if value == int(value) else value


def pending_quantity(order: Order) -> int:
    """What the wire calls pending: of a cancelled order, what was cancelled."""
    return 0 if order.status in _NOTHING_PENDING else order.quantity - order.filled


def book_row(order: Order, instrument: Instrument) -> dict[str, Any]:
    """A row of the order book."""
    symbol = instrument.compact
    return {
        "exchange": exchange_of(instrument),
        "product": order.product,
        "price": whole(rupees(order.price)),
        "quantity": order.quantity,
        "status": order.status,
        "guid": None,
        "tag": order.tag,
        "instrument_token": order.key,
        "placed_by": order.placed_by,
        "trading_symbol": symbol,
        "tradingsymbol": symbol,
        "order_type": order.order_type,
        "validity": order.validity,
        "trigger_price": whole(rupees(order.trigger)),
        "disclosed_quantity": order.disclosed,
        "transaction_type": order.side,
        "average_price": whole(_average(order)),
        "filled_quantity": order.filled,
        "pending_quantity": pending_quantity(order),
        "status_message": order.message,
        "status_message_raw": order.raw_message,
        "exchange_order_id": order.exchange_order_id or "",
        "parent_order_id": order.parent_order_id,
        "order_id": order.order_id,
        "variety": order.variety,
        "order_timestamp": _text(order.changed_at),
        "exchange_timestamp": _text(order.exchange_at),
        "is_amo": order.is_amo,
        "order_request_id": order.request_id,
        "order_ref_id": order.ref_id,
    }


def details_row(order: Order, instrument: Instrument) -> dict[str, Any]:
    """The latest state of one order."""
    row = book_row(order, instrument)
    del row["guid"]
    row |= {"price": rupees(order.price), "trigger_price": rupees(order.trigger), "average_price": _average(order)}
    row["trading_symbol"] = row["tradingsymbol"] = series_symbol(instrument)
    return row


def history_row(order: Order, instrument: Instrument) -> dict[str, Any]:
    """A state in an order's history."""
    symbol = instrument.compact
    return {
        "exchange": exchange_of(instrument),
        "price": rupees(order.price),
        "product": order.product,
        "quantity": order.quantity,
        "status": order.status,
        "tag": order.tag,
        "validity": order.validity,
        "average_price": _average(order),
        "disclosed_quantity": order.disclosed,
        "exchange_order_id": order.exchange_order_id,
        "exchange_timestamp": _text(order.exchange_at),
        "instrument_token": order.key,
        "is_amo": order.is_amo,
        "status_message": order.message,
        "order_id": order.order_id,
        "order_request_id": order.request_id,
        "order_type": order.order_type,
        "parent_order_id": order.parent_order_id or "NA",
        "trading_symbol": symbol,
        "tradingsymbol": symbol,
        "order_timestamp": _text(order.changed_at),
        "filled_quantity": order.filled,
        "transaction_type": order.side,
        "trigger_price": rupees(order.trigger),
        "placed_by": order.placed_by,
        "variety": order.variety,
    }


def stream_message(order: Order, instrument: Instrument) -> dict[str, Any]:
    """An `order` message of the portfolio stream and of the webhook."""
    symbol = series_symbol(instrument)
    return {
        "update_type": "order",
        "user_id": order.placed_by,
        "userId": order.placed_by,
        "exchange": exchange_of(instrument),
        "instrument_token": order.key,
        "instrument_key": order.key,
        "trading_symbol": symbol,
        "tradingsymbol": symbol,
        "product": order.product,
        "order_type": order.order_type,
        "average_price": whole(_average(order)),
        "price": whole(rupees(order.price)),
        "trigger_price": whole(rupees(order.trigger)),
        "quantity": order.quantity,
        "disclosed_quantity": order.disclosed,
        "pending_quantity": pending_quantity(order),
        "transaction_type": order.side,
        "order_ref_id": order.ref_id,
        "exchange_order_id": order.exchange_order_id or "",
        "parent_order_id": order.parent_order_id,
        "validity": order.validity,
        "status": order.status,
        "is_amo": order.is_amo,
        "variety": order.variety,
        "tag": order.tag,
        "exchange_timestamp": _text(order.exchange_at),
        "status_message": order.message or "",
        "order_id": order.order_id,
        "order_request_id": order.request_id,
        "order_timestamp": _text(order.changed_at),
        "filled_quantity": order.filled,
        "guid": None,
        "placed_by": order.placed_by,
        "status_message_raw": order.raw_message,
    }


def trade_row(trade: Trade, order: Order, instrument: Instrument) -> dict[str, Any]:
    """A row of the day's trades."""
    symbol = series_symbol(instrument)
    return {
        "exchange": exchange_of(instrument),
        "product": trade.product,
        "trading_symbol": symbol,
        "tradingsymbol": symbol,
        "instrument_token": trade.key,
        "order_type": trade.order_type,
        "transaction_type": trade.side,
        "quantity": trade.quantity,
        "exchange_order_id": trade.exchange_order_id,
        "order_id": trade.order_id,
        "exchange_timestamp": _trade_time(trade.at),
        "average_price": rupees(trade.price),
        "trade_id": trade.trade_id,
        "order_ref_id": order.ref_id,
        "order_timestamp": _trade_time(order.placed_at),
    }


def _average(order: Order) -> float:
    return round(order.average / PER_RUPEE, 4)


@functools.lru_cache(maxsize=64)
def _text(moment: dt.datetime | None) -> str | None:
    """A moment as most rows have it; one request writes the same one many times."""
    return None if moment is None else ist_text(moment)


def _trade_time(moment: dt.datetime) -> str:
    """`23-Apr-2021 14:22:06`, in every locale."""
    return f"{moment.day:02}-{_MONTHS[moment.month - 1]}-{moment:%Y %H:%M:%S}"
