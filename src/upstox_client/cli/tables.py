"""Tables of many columns, as people read them, as JSON and as CSV."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from upstox_client.amounts import grouped
from upstox_client.cli import show
from upstox_client.trading.tables import Table

_GAP: Final = "  "


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
    spare: Sequence[str] = (),
    note: str = "",
) -> None:
    """Print a table the way that is asked for.

    Parameters:
        title: stands above it.
        table: JSON and CSV have all of it.
        json, csv: how; neither: for people.
        shown: the columns that people see, and what they are called; default: all.
        spare: those of them that a narrow terminal can do without, the first one first.
        note: stands below it.
    """
    if json:
        show.as_json(table.to_dicts())
    elif csv:
        sys.stdout.write(table.to_csv())
    else:
        columns = table.columns()
        chosen = shown or {name: name.replace("_", " ") for name in columns}
        drawn = {name: _Column(text, columns[name]) for name, text in chosen.items() if name in columns}
        _print(title, drawn, spare, note)


class _Column:
    """A column as people see it: all its cells in one form, none ever cut."""

    def __init__(self, heading: str, values: Sequence[Any]) -> None:
        places = max(map(_places, values), default=2)
        seconds = any(isinstance(value, dt.datetime) and value.second for value in values)
        self.heading = heading
        self.cells = [cell(value, places=places, seconds=seconds) for value in values]
        self.is_empty = all(text == "-" for text in self.cells)
        self.width = max(map(len, (heading, *self.cells)))
        self._number = any(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)

    def aligned(self, text: str) -> str:
        return text.rjust(self.width) if self._number else text.ljust(self.width)


def _print(title: str, columns: Mapping[str, _Column], spare: Sequence[str], note: str) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(title, style="bold"))
    room = _room()
    kept = dict(columns)
    for name in (*(name for name, column in columns.items() if column.is_empty), *spare):
        if _width(kept) > room:
            kept.pop(name, None)
    if any(column.cells for column in kept.values()):
        if _width(kept) <= room:
            lines = _lines(kept)
            console.print(Text(next(lines), style="dim"))
        else:
            kept, lines = dict(columns), _records(columns)
        for line in lines:
            console.print(Text(line))
    left_out = {column.heading for name, column in columns.items() if name not in kept and not column.is_empty}
    lost = ", ".join(sorted(left_out))
    for text in (note, lost and f"no room for: {lost}; a wider terminal, --json and --csv have them"):
        if text:
            console.print(Text(text, style="dim"))


def _room() -> float:
    """The columns of the terminal; without end where there is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else float("inf")


def _width(columns: Mapping[str, _Column]) -> int:
    return sum(column.width + len(_GAP) for column in columns.values()) - len(_GAP)


def _lines(columns: Mapping[str, _Column]) -> Iterator[str]:
    """The headings, and a line for each row."""
    kept = list(columns.values())
    for texts in zip(*([column.heading, *column.cells] for column in kept), strict=True):
        yield _GAP.join(column.aligned(text) for column, text in zip(kept, texts, strict=True)).rstrip()


def _records(columns: Mapping[str, _Column]) -> Iterator[str]:
    """Each row below the other, a line for each of its cells: where a line would be too long for the terminal."""
    width = max(len(column.heading) for column in columns.values())
    for texts in zip(*(column.cells for column in columns.values()), strict=True):
        yield ""
        for column, text in zip(columns.values(), texts, strict=True):
            yield f"{column.heading:<{width}}{_GAP}{text}"


def cell(value: Any, *, places: int | None = None, seconds: bool = False) -> str:
    """A value for people: digits grouped as in India, times in IST, a dash for none.

    Parameters:
        value: what to show.
        places: of a number that is not whole; default: as many as it needs.
        seconds: whether a time has them.
    """
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return grouped(value, places or _places(value))
    if isinstance(value, int):
        return grouped(value, 0)
    if isinstance(value, dt.datetime) and (seconds or value.time() != dt.time()):
        return f"{value:%d %b %Y %H:%M:%S}" if seconds else f"{value:%d %b %Y %H:%M}"
    return f"{value:%d %b %Y}" if isinstance(value, dt.date) else str(value)


def _places(value: Any) -> int:
    """Two; four where there would be little left, and of the prices of currencies: their tick is 0.0025."""
    if not isinstance(value, float):
        return 2
    if abs(value) < 0.1:
        return 2 if round(value, 2) == round(value, 4) else 4
    ticks = value * 400
    return 4 if 10 <= abs(value) < 1000 and round(ticks) % 4 and abs(ticks - round(ticks)) < 1e-6 else 2
