"""What a portfolio has made and lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from upstox_client.pictures.style import DOWN, FAINT, UP, formatted, new_figure, rupees, save, settings, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_BARS: Final = 24


def profit(
    values: Mapping[str, float],
    path: Path | str | None = None,
    *,
    title_text: str = "Profit and loss",
    note: str = "",
    width: float = 10.0,
    dpi: int = 150,
) -> Figure:
    """Profit and loss by instrument, the best above, with the sum.

    Parameters:
        values: rupees by name. Of very many, the smallest are put together.
        path: where to write it; the suffix says what it is.
        title_text, note: what is written above.
        width: in inches; the height follows from the number of bars.
        dpi: dots per inch of a PNG.

    Raises:
        ValueError: there are no values.
        MissingExtraError: matplotlib is not installed.
    """
    if not values:
        raise ValueError("there is nothing to draw: no position has made or lost anything")
    rows = _chosen(values)
    total = sum(values.values())
    with settings():
        figure = new_figure((width, 1.5 + 0.34 * len(rows)))
        axes: Any = figure.subplots()
        names, amounts = [name for name, _ in rows], [amount for _, amount in rows]
        colours = [UP if amount >= 0 else DOWN for amount in amounts]
        axes.barh(range(len(rows)), amounts, color=colours, height=0.66)
        axes.set_yticks(range(len(rows)), names)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.axvline(0, color=FAINT, linewidth=1)
        reach = max(*map(abs, amounts), 1.0)
        low, high = min(0.0, *amounts), max(0.0, *amounts)
        if low == high:
            low, high = -1.0, 1.0
        axes.set_xlim(low - reach * (0.2 if low else 0.03), high + reach * (0.2 if high else 0.03))
        for place, amount in enumerate(amounts):
            beside = reach * 0.015 * (1 if amount >= 0 else -1)
            axes.text(
                amount + beside,
                place,
                rupees(amount, sign=True),
                va="center",
                ha="left" if amount >= 0 else "right",
                fontsize=9,
            )
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("Profit or loss (₹)")
        formatted(axes.xaxis, rupees)
        title(axes, title_text, f"{note}   total {rupees(total, sign=True)}".strip())
        return save(figure, path, dpi)


def _chosen(values: Mapping[str, float]) -> list[tuple[str, float]]:
    """The rows from the bottom up: the worst first."""
    rows = sorted(values.items(), key=lambda row: row[1])
    if len(rows) <= _MOST_BARS:
        return rows
    by_size = sorted(rows, key=lambda row: -abs(row[1]))
    kept, rest = by_size[: _MOST_BARS - 1], by_size[_MOST_BARS - 1 :]
    together = (f"{len(rest)} others", sum(amount for _, amount in rest))
    return sorted([*kept, together], key=lambda row: row[1])
