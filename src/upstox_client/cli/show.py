"""What a command prints: data on standard output, words for the user on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import msgspec
import typer

_WIDE = 120  # columns where there is no terminal to ask


def say(text: str) -> None:
    """Tell the user."""
    typer.echo(text, err=True)


def as_json(value: Any) -> None:
    """One JSON document, and nothing else, on standard output."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value)).decode())


def pairs(title: str, rows: Iterable[tuple[str, str]]) -> None:
    """A title and named values, in two columns."""
    _table(title, rows, numbers=False)


def amounts(title: str, rows: Iterable[tuple[int, str, str]]) -> None:
    """A title and amounts, aligned; each row is (depth, name, amount)."""
    _table(title, [("  " * depth + name, amount) for depth, name, amount in rows], numbers=True)


def _table(title: str, rows: Iterable[tuple[str, str]], *, numbers: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(justify="right" if numbers else "left", overflow="fold")
    sign = _rupee_sign(console.encoding)
    for name, value in rows:
        style = "dim" if not numbers or name.startswith(" ") else "bold"
        table.add_row(Text(name, style=style), Text(value.replace("₹", sign)))
    console.print(Text(title, style="bold"))
    console.print(table)


def _rupee_sign(encoding: str) -> str:
    """The sign, or letters where the terminal's encoding lacks it."""
    try:
        "₹".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return "Rs "
    return "₹"
