"""Market protection: how far from the market an order without a price may trade.

https://upstox.com/developer/api-documentation/announcements/market-protection. The exchange gets a limit order at the
latest traded price (the trigger price, for stop orders) and so many percent.
"""

from __future__ import annotations

from typing import Final

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.exchange.orders import Side
from upstox_emulator.units import PER_RUPEE, Price

AUTOMATIC: Final = -1.0
LARGEST: Final = 25.0

_PER_PERCENT: Final = 10_000
_WHOLE: Final = 100 * _PER_PERCENT

# The first bound that the price is below; rupees and percent. Beyond the last: the last.
_Table = tuple[tuple[float, float], ...]
_STANDARD: Final[_Table] = ((50, 3), (500, 2), (10_000, 1), (float("inf"), 0.5))
_OPTIONS: Final[_Table] = ((5, 15), (10, 10), (50, 5), (500, 3), (float("inf"), 2))


def automatic(instrument: Instrument, base: Price) -> float:
    """The percentage that Upstox chooses at a price."""
    table = _OPTIONS if instrument.is_option else _STANDARD
    return next(percent for bound, percent in table if base < bound * PER_RUPEE)


def protected(
    instrument: Instrument, side: Side, base: Price, protection: float, band: tuple[Price, Price] = (0, 0)
) -> Price:
    """The limit that protection makes of a price.

    Parameters:
        base: the latest traded price, or the trigger price.
        protection: percent; -1 for the automatic one, 0 for none.
        band: the day's price limits, which the result keeps; (0, 0) for none.

    Returns:
        A multiple of the tick size, rounded towards `base`.
    """
    percent = automatic(instrument, base) if protection == AUTOMATIC else protection
    room = base * round(percent * _PER_PERCENT)
    tick = max(1, instrument.tick)
    low, high = band
    if side == "BUY":
        limit = (base * _WHOLE + room) // _WHOLE // tick * tick
        return min(limit, high) if high else limit
    limit = -(-(base * _WHOLE - room) // _WHOLE)
    return max(-(-limit // tick) * tick, low, tick)
