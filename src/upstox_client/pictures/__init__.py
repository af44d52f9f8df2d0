"""Static pictures, drawn with matplotlib (the extra `plot`): good to look at without options.

::

    up.history("RELIANCE", "5m", days=1).plot("reliance.png")
    up.options("NIFTY").plot("nifty.svg")

Every function returns a `matplotlib.figure.Figure`, and writes it to `path`, if given; the suffix says what it is: PNG,
SVG, PDF. Nothing is shown on a screen, and no global state of matplotlib is touched. In a notebook a figure shows
itself.
"""

from __future__ import annotations

from upstox_client.pictures.candles import candles
from upstox_client.pictures.open_interest import open_interest
from upstox_client.pictures.payoff import payoff
from upstox_client.pictures.profit import profit

__all__ = ["candles", "open_interest", "payoff", "profit"]
