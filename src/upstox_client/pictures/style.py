"""How all pictures look."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from upstox_client.amounts import grouped
from upstox_client.extras import need

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UP: Final = "#1a9a6c"
DOWN: Final = "#d64545"
CALL: Final = "#d9705f"
PUT: Final = "#3d8fb5"
INK: Final = "#22303c"
FAINT: Final = "#8a97a3"
MARK: Final = "#7a5cc0"
_GRID: Final = "#e6eaee"

_HUNDRED: Final = 100.0
_LAKH: Final = 1e5
_CRORE: Final = 1e7

_SETTINGS: Final[dict[str, Any]] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, and has the rupee sign
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": _GRID,
    "grid.linewidth": 0.8,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "savefig.facecolor": "white",
    "svg.fonttype": "none",
    "svg.hashsalt": "upstox",  # so that the same picture is the same file
}


def settings() -> Any:
    """A context in which everything that is drawn looks alike."""
    return need("matplotlib").rc_context(_SETTINGS)


def new_figure(size: tuple[float, float]) -> Figure:
    """An empty figure of so many inches."""
    figure = need("matplotlib.figure").Figure(figsize=size)
    figure.set_layout_engine("constrained", w_pad=0.14, h_pad=0.12)
    made: Figure = figure
    return made


def title(axes: Any, text: str, note: str = "") -> None:
    """A title at the left, and a note in smaller letters at the right of it."""
    axes.set_title(text, loc="left", fontsize=13, fontweight="bold", color=INK)
    if note:
        axes.set_title(note, loc="right", fontsize=9.5, color=FAINT)


def save(figure: Any, path: Path | str | None, dpi: int) -> Figure:
    """Write the figure, if there is a path."""
    if path is not None:
        with settings():
            metadata = {"Date": None} if str(path).lower().endswith(".svg") else None
            figure.savefig(path, dpi=dpi, metadata=metadata)
    saved: Figure = figure
    return saved


def short(number: float) -> str:
    """A number in lakhs and crores: `1.5 L`, `2.25 Cr`."""
    for size, letter in ((_CRORE, " Cr"), (_LAKH, " L"), (1e3, " k")):
        if abs(number) >= size:
            return f"{number / size:.3g}{letter}"
    return f"{number:.3g}"


def rupees(amount: float, *, sign: bool = False) -> str:
    """Rupees, short: `₹1.5 L`, `-₹350`; with paise below a hundred."""
    size = round(abs(amount), 2)
    before = "" if not size else "-" if amount < 0 else "+" if sign else ""
    with_paise = size < _HUNDRED and size % 1
    return f"{before}₹{short(size) if size >= _LAKH else grouped(size, 2 if with_paise else 0)}"


def plain(span: float) -> Callable[[float], str]:
    """How the prices of an axis are written, so that no two of them look alike: the finer, the shorter the axis is."""
    return functools.partial(grouped, places=0 if span >= 40 else 2 if span >= 0.4 else 4)


def formatted(axis: Any, function: Callable[[float], str]) -> None:
    """Have the numbers of an axis written by a function."""

    def write(value: float, _: int) -> str:
        return function(value)

    axis.set_major_formatter(need("matplotlib.ticker").FuncFormatter(write))
