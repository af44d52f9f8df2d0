"""What the market data feed tells of the market itself.

https://upstox.com/developer/api-documentation/appendix/market-status
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from upstox_emulator.calendar import Calendar, Phase
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT
from upstox_emulator.feed import wire

SEGMENTS: Final = (
    "NSE_COM",
    "NCD_FO",
    "NSE_FO",
    "BSE_EQ",
    "BCD_FO",
    "BSE_FO",
    "NSE_EQ",
    "MCX_FO",
    "MCX_INDEX",
    "NSE_INDEX",
    "BSE_INDEX",
)
"""Those whose state is told."""

AUCTIONED: Final = ("NSE_EQ", "BSE_EQ")
"""Those whose auctions are told of."""

_PRE_OPEN: Final = "PRE_OPEN_"
_IN_CLOSING: Final = ("CTS_", "CAS_")


def is_pre_open(phase: Phase) -> bool:
    """Whether the opening auction goes on."""
    return phase.name.startswith(_PRE_OPEN)


def is_auction(calendar: Calendar, at: dt.datetime) -> bool:
    """Whether shares are being auctioned anywhere."""
    for segment in AUCTIONED:
        exchange = EXCHANGE_OF_SEGMENT[segment]
        closing = calendar.auction_phase(exchange, at)
        if is_pre_open(calendar.phase(exchange, at)) or (closing is not None and closing.name.startswith(_IN_CLOSING)):
            return True
    return False


def market_info(calendar: Calendar, at: dt.datetime) -> bytes:
    """The body of `marketInfo` at a moment."""
    phases = {segment: calendar.phase(EXCHANGE_OF_SEGMENT[segment], at) for segment in SEGMENTS}
    closing = {segment: calendar.auction_phase(EXCHANGE_OF_SEGMENT[segment], at) for segment in AUCTIONED}
    return wire.market_info(
        {segment: _segment_status(phase) for segment, phase in phases.items()},
        {segment: _told(phase) for segment, phase in closing.items() if phase is not None},
        {segment: _told(phases[segment]) for segment in AUCTIONED if is_pre_open(phases[segment])},
    )


def _segment_status(phase: Phase) -> str:
    # The schema of segments does not have the end of the orders before the opening; `preOpenSessionStatus` tells it.
    return phase.name if phase.name in wire.STATUSES else "PRE_OPEN_START"


def _told(phase: Phase) -> bytes:
    return wire.status(phase.name, round(phase.since.timestamp() * 1000))
