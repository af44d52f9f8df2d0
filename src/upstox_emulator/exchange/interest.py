"""When will the market reach a price? Found by halving, so that a quiet hour costs a few questions."""

from __future__ import annotations

from upstox_emulator.exchange.matching import Reach
from upstox_emulator.market.view import MarketView


def first_reached(market: MarketView, key: str, reach: Reach, after: int, until: int) -> int | None:
    """The first whole second of `(after, until]` at which the traded price is within reach; None for none.

    Parameters:
        after, until: epoch seconds.
    """
    if after >= until or not reach.covers(*market.extremes(key, after, until)):
        return None
    while until - after > 1:
        middle = (after + until) // 2
        if reach.covers(*market.extremes(key, after, middle)):
            until = middle
        else:
            after = middle
    return until
