"""The query's parameters, read and checked; what is wrong is refused with its name and value."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from upstox_emulator.errors import refuse

T = TypeVar("T")

DATE: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_WHOLE: Final = re.compile(r"[+-]?\d{1,18}")


class Page(NamedTuple):
    """Which part of a list is wanted, counted from 1."""

    number: int
    size: int

    def cut(self, rows: Sequence[T]) -> list[T]:
        """The rows of the page; none beyond the end."""
        return list(rows[(self.number - 1) * self.size : self.number * self.size])

    def pages(self, total: int) -> int:
        """How many pages a list of `total` rows has."""
        return -(-total // self.size)


def read_choice(
    query: Mapping[str, str], name: str, choices: Collection[str], kind: str, default: str | None = None
) -> str:
    """One of the choices; `default` if it is left out and there is one."""
    value = query.get(name, default)
    if value is None or value not in choices:
        raise refuse(kind, path=name, value=query.get(name))
    return value


def read_flag(query: Mapping[str, str], name: str) -> bool:
    """`true` or `false`, also with a capital; false if it is left out."""
    return read_choice(query, name, ("true", "True", "false", "False"), "invalid_input", "false").lower() == "true"


def read_whole(
    query: Mapping[str, str],
    name: str,
    *,
    default: int | None = None,
    low: int = 1,
    high: int | None = None,
    kind: str = "invalid_input",
) -> int:
    """A whole number within limits; `default` if it is left out and there is one."""
    text = query.get(name)
    if text is None and default is not None:
        return default
    if text is None or not _WHOLE.fullmatch(text) or int(text) < low or (high is not None and int(text) > high):
        raise refuse(kind, path=name, value=text)
    return int(text)


def read_page(
    query: Mapping[str, str],
    size: str,
    *,
    default: int,
    most: int,
    last: int | None = None,
    kind: str = "invalid_input",
) -> Page:
    """`page_number`, and the size of a page.

    Parameters:
        size: the name of the size's parameter.
        default, most: the size if it is left out, and the largest one.
        last: the largest page number; None for any.
        kind: how a wrong size is refused.
    """
    number = read_whole(query, "page_number", default=1, high=last)
    return Page(number, read_whole(query, size, default=default, high=most, kind=kind))


def read_day(text: str | None, name: str, kind: str) -> dt.date:
    """A day, `YYYY-MM-DD`."""
    try:
        return dt.date.fromisoformat(text if text is not None and DATE.fullmatch(text) else "")
    except ValueError:
        raise refuse(kind, path=name, value=text) from None


def paged(page: Page, total: int, *, records: int) -> dict[str, Any]:
    """`meta_data` of a list; what `records` counts is not the same everywhere."""
    return {
        "page": {
            "page_number": page.number,
            "total_pages": page.pages(total),
            "records": records,
            "total_records": total,
        }
    }
