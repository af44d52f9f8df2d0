"""Tables of many columns, as people read them, as JSON and as CSV."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from upstox_client.cli import show
from upstox_client.cli.words import rupees
from upstox_client.trading.tables import Table

_WIDE: Final = 140  # columns where there is no terminal to ask


class Columns(Table):
    """Columns by name."""

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        self._columns = columns

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """As they were given."""
        return self._columns


def emit(
    title: str,
    table: Table,
    *,
    json: bool,
    csv: bool,
    shown: Mapping[str, str] | None = None,
    note: str = "",
) -> None:
    """Print a table the way that is asked for.

    Parameters:
        title: stands above it.
        table: JSON and CSV have all of it.
        json, csv: how; neither: for people.
        shown: the columns that people see, and what they are called; default: all.
        note: stands below it.
    """
    from upstox_client.cli.options import WrongUsageError

    if json and csv:
        raise WrongUsageError("--json and --csv exclude each other.")
    if json:
        show.as_json(table.to_dicts())
    elif csv:
        sys.stdout.write(table.to_csv())
    else:
        columns = table.columns()
        chosen = shown or {name: name.replace("_", " ") for name in columns}
        _print(title, {text: columns[name] for name, text in chosen.items() if name in columns}, note)


def _print(title: str, columns: Mapping[str, Sequence[Any]], note: str) -> None:
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
    drawn = RichTable(box=None, pad_edge=False, header_style="dim")
    for name, column in columns.items():
        numbers = any(isinstance(value, (int, float)) and not isinstance(value, bool) for value in column)
        drawn.add_column(name, justify="right" if numbers else "left", no_wrap=True)
    for row in zip(*columns.values(), strict=True):
        drawn.add_row(*(Text(cell(value)) for value in row))
    console.print(Text(title, style="bold"))
    console.print(drawn)
    if note:
        console.print(Text(note, style="dim"))


def cell(value: Any) -> str:
    """A value for people: digits grouped as in India, times in IST, a dash for none."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, int):
        return rupees(value).replace("₹", "").removesuffix(".00")
    if isinstance(value, dt.datetime):
        return f"{value:%d %b %Y}" if value.time() == dt.time() else f"{value:%d %b %Y %H:%M}"
    return f"{value:%d %b %Y}" if isinstance(value, dt.date) else str(value)


def _number(value: float) -> str:
    """Two places; four where there would be nothing left."""
    if value and abs(value) < 0.1:
        return f"{value:.4f}".rstrip("0")
    return rupees(value).replace("₹", "")
