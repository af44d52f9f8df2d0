"""The open interest of an option chain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from upstox_client.amounts import grouped
from upstox_client.pictures.style import (
    CALL,
    FAINT,
    INK,
    MARK,
    PUT,
    formatted,
    new_figure,
    save,
    settings,
    short,
    title,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from upstox_client.trading.options import Chain


def open_interest(
    chain: Chain,
    path: Path | str | None = None,
    *,
    strikes: int = 15,
    size: tuple[float, float] = (11.0, 6.2),
    dpi: int = 150,
) -> Figure:
    """Open interest by strike, calls beside puts, with the price of the underlying and the max pain.

    Parameters:
        chain: at least one strike.
        path: where to write it; the suffix says what it is.
        strikes: how many strikes on each side of the one at the money.
        size: in inches.
        dpi: dots per inch of a PNG.

    Raises:
        ValueError: there are no strikes.
        MissingExtraError: matplotlib is not installed.
    """
    if not len(chain):
        raise ValueError(f"there is nothing to draw: {chain!r}")
    shown = chain.around(strikes)
    with settings():
        figure = new_figure(size)
        axes: Any = figure.subplots()
        places = range(len(shown))
        calls = [row.call.oi if row.call else 0.0 for row in shown]
        puts = [row.put.oi if row.put else 0.0 for row in shown]
        axes.bar([place - 0.2 for place in places], calls, width=0.4, color=CALL, label="Calls")
        axes.bar([place + 0.2 for place in places], puts, width=0.4, color=PUT, label="Puts")
        top = max([*calls, *puts, 1.0])
        axes.set_ylim(0, top * 1.16)
        lower = chain.max_pain <= chain.spot  # each text on the outer side, so that no line goes through the other's
        _mark(axes, shown, chain.spot, f"{chain.underlying} {grouped(chain.spot)}", INK, top * 1.14, left=not lower)
        _mark(axes, shown, chain.max_pain, f"max pain {chain.max_pain:,.10g}", MARK, top * 1.085, left=lower)
        axes.set_xlim(-0.8, len(shown) - 0.2)
        _label_strikes(axes, shown)
        axes.grid(visible=False, axis="x")
        axes.set_xlabel("Strike (₹)")
        axes.set_ylabel("Open interest (units)")
        formatted(axes.yaxis, short)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, labelcolor=INK, borderaxespad=0.2)
        pcr = "-" if chain.pcr is None else f"{chain.pcr:.2f}"
        title(axes, f"{chain.underlying}  open interest", f"expiry {chain.expiry:%d %b %Y}   PCR {pcr}")
        axes.tick_params(axis="x", color=FAINT)
        return save(figure, path, dpi)


def _label_strikes(axes: Any, chain: Chain) -> None:
    """As many strikes as there is room for, the one at the money among them."""
    step = -(-len(chain) // 16)
    first = chain.middle % step
    labels = [f"{strike:.10g}" for strike in chain.strikes]
    axes.set_xticks(list(range(len(chain)))[first::step], labels[first::step], rotation=45, ha="right")


def _mark(axes: Any, chain: Chain, price: float, text: str, colour: str, height: float, *, left: bool) -> None:
    """A line at a price, between the strikes, and what it is beside it; none if it is beyond them."""
    strikes = chain.strikes
    if not strikes[0] <= price <= strikes[-1]:
        return
    below = max(place for place, strike in enumerate(strikes) if strike <= price)
    place = float(below)
    if below + 1 < len(strikes):
        place += (price - strikes[below]) / (strikes[below + 1] - strikes[below])
    axes.axvline(place, color=colour, linewidth=1.2, linestyle="--")
    if not 0.2 < (place + 0.8) / (len(strikes) + 0.6) < 0.8:  # there is no room on the outer side
        left = place > len(strikes) / 2
    axes.annotate(
        text, (place, height), (-5 if left else 5, 0), textcoords="offset points", color=colour, fontsize=9.5, va="top",
        ha="right" if left else "left",
    )  # fmt: skip
