"""What is known of an instrument's auction: before the open of the shares, and before their close."""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.market.view import MarketView, Tick
from upstox_emulator.units import Price

_SHARES: Final = frozenset({"NSE_EQ", "BSE_EQ"})
_INDICES: Final = frozenset({"NSE_INDEX", "BSE_INDEX"})
_OPENING: Final = frozenset({"PRE_OPEN_START", "PRE_OPEN_M_END", "PRE_OPEN_END"})
_CLOSING: Final = frozenset({"CTS_CLOSE", "CAS_LM_START", "CAS_M_STOP", "CAS_STOP"})


class Auction(NamedTuple):
    """An auction as it stands.

    Attributes:
        price: at which it would end now. reference: what its limits are counted from.
        quantity: units that would change hands.
        imbalance, at_market: units wanted beyond those that are offered: of all orders, and of market orders.

    Of an index there is only the price, its level by those of its shares; the rest is 0.
    """

    price: Price
    reference: Price
    quantity: int
    imbalance: int
    at_market: int


def auction(market: MarketView, calendar: Calendar, one: Instrument, tick: Tick, at: dt.datetime) -> Auction | None:
    """The auction of an instrument at a moment; None while there is none."""
    is_index = one.segment in _INDICES
    if not is_index and one.segment not in _SHARES:
        return None
    exchange = EXCHANGE_OF_SEGMENT[one.segment]
    session, closing = calendar.session(exchange, at.date()), calendar.auction_phase(exchange, at)
    if session is not None and calendar.phase(exchange, at).name in _OPENING:
        price, reference = market.last(one.key, session.open.timestamp()), tick.last
    elif (one.cas_eligible or is_index) and closing is not None and closing.name in _CLOSING:
        price, reference = tick.last, tick.average
    else:
        return None
    if is_index:
        return Auction(price, 0, 0, 0, 0)
    imbalance = tick.total_bid - tick.total_ask
    return Auction(price, reference, min(tick.total_bid, tick.total_ask), imbalance, imbalance // 5)
