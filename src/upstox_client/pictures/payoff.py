"""Profit and loss of a set of options on the day they end."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from upstox_client.amounts import grouped
from upstox_client.pictures.style import (
    DOWN,
    FAINT,
    INK,
    MARK,
    UP,
    formatted,
    new_figure,
    plain,
    rupees,
    save,
    settings,
    title,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from upstox_client.trading.payoff import Payoff


def payoff(
    payoff: Payoff,
    path: Path | str | None = None,
    *,
    title_text: str | None = None,
    size: tuple[float, float] = (11.0, 6.2),
    dpi: int = 150,
) -> Figure:
    """Profit and loss by the price of the underlying, with break-evens, the present price and the bounds.

    Parameters:
        payoff: what to draw.
        path: where to write it; the suffix says what it is.
        title_text: default: the payoff's.
        size: in inches.
        dpi: dots per inch of a PNG.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    prices = sorted({*payoff.prices(), *payoff.break_evens})
    profits = [payoff.at(price) for price in prices]
    with settings():
        figure = new_figure(size)
        axes: Any = figure.subplots()
        axes.fill_between(
            prices, profits, 0, where=[profit >= 0 for profit in profits], color=UP, alpha=0.16, linewidth=0
        )
        axes.fill_between(
            prices, profits, 0, where=[profit <= 0 for profit in profits], color=DOWN, alpha=0.16, linewidth=0
        )
        axes.plot(prices, profits, color=INK, linewidth=1.8)
        axes.axhline(0, color=FAINT, linewidth=1)
        low, high = min(profits), max(profits)
        room = (high - low or 1.0) * 0.16
        axes.set_ylim(low - room, high + room)
        axes.set_xlim(prices[0], prices[-1])
        axes.axvline(payoff.spot, color=MARK, linewidth=1.1, linestyle="--")
        _note(axes, payoff.spot, high + room * 0.93, f"now {grouped(payoff.spot)}", MARK, prices, left=False)
        _mark_break_evens(axes, payoff, low - room, room, prices)
        axes.set_xlabel("Price of the underlying at expiry (₹)")
        axes.set_ylabel("Profit or loss (₹)")
        formatted(axes.xaxis, plain(prices[-1] - prices[0]))
        formatted(axes.yaxis, rupees)
        bounds = f"profit {_bound(payoff.max_profit)}   loss {_bound(-payoff.max_loss)}"
        title(axes, title_text or payoff.title or "Payoff", bounds)
        return save(figure, path, dpi)


def _bound(amount: float) -> str:
    return "unlimited" if math.isinf(amount) else f"up to {rupees(amount)}"


def _mark_break_evens(axes: Any, payoff: Payoff, bottom: float, room: float, prices: list[float]) -> None:
    """Dots, and the prices at the foot of the picture: on the outer side of each, so that the middle stays free."""
    found = payoff.break_evens
    axes.plot(found, [0.0] * len(found), "o", color=INK, markersize=5)
    below = [price for price in found if price <= payoff.spot]
    above = [price for price in found if price > payoff.spot]
    for side, left in ((below, True), (above[::-1], False)):
        for place, price in enumerate(side):
            axes.plot([price, price], [bottom, 0], color=FAINT, linewidth=0.9, linestyle=":")
            height = bottom + room * (0.42 + 0.36 * (place % 2))
            _note(axes, price, height, f"break-even {grouped(price)}", INK, prices, left=left)


def _note(axes: Any, price: float, height: float, text: str, colour: str, prices: list[float], *, left: bool) -> None:
    """A text beside a price; on the other side where there is no room."""
    width = prices[-1] - prices[0]
    if not prices[0] + width * 0.2 < price < prices[-1] - width * 0.2:
        left = price > prices[0] + width / 2
    axes.text(
        price + width * (-0.008 if left else 0.008), height, text, color=colour, fontsize=9.5, va="top",
        ha="right" if left else "left",
    )  # fmt: skip
