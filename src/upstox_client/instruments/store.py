"""The instruments of a day in a file: an SQLite database, opened in a millisecond, of which only what is asked is read.

What is found comes in the order in which people look for it: indices, shares of NSE, of BSE, futures, options, others.
Texts are looked for in one long text that has a line for every instrument, in that order: the first lines that fit are
the best, and a search may stop. That is several times as fast as having the database look at every row.
"""

from __future__ import annotations

import array
import bisect
import contextlib
import datetime as dt
import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from upstox_client.instruments.errors import InstrumentFileError
from upstox_client.instruments.instrument import Instrument

_FORMAT: Final = 3
_FIELDS: Final = Instrument.__struct_fields__
_INDENT: Final = 2  # what stands before the first word of a line
_ORDER: Final = "place, underlying, expiry, strike, symbol"
_EXPIRY: Final = _FIELDS.index("expiry")
_COLUMNS: Final = ", ".join(_FIELDS)

_SCHEMA: Final = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA page_size = 8192;
CREATE TABLE instrument (id INTEGER PRIMARY KEY, {_COLUMNS}, place);
CREATE UNIQUE INDEX by_key ON instrument (key);
CREATE TABLE about (name PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE lines (text, starts, ids, sorted);
"""

_INDEXES: Final = """
CREATE INDEX by_symbol ON instrument (symbol COLLATE NOCASE);
CREATE INDEX by_name ON instrument (name COLLATE NOCASE) WHERE expiry IS NULL;
CREATE INDEX by_isin ON instrument (isin) WHERE isin IS NOT NULL;
CREATE INDEX by_underlying ON instrument (underlying, segment, kind, expiry, strike) WHERE expiry IS NOT NULL;
CREATE INDEX by_expiry ON instrument (expiry, place, underlying, strike, symbol) WHERE expiry IS NOT NULL;
CREATE INDEX by_underlying_key ON instrument (underlying_key, underlying) WHERE expiry IS NOT NULL;
ANALYZE;
"""

_SEGMENTS: Final = ("NSE_INDEX", "BSE_INDEX", "MCX_INDEX", "NSE_EQ", "BSE_EQ")
_KINDS: Final = {"FUT": len(_SEGMENTS), "CE": len(_SEGMENTS) + 1, "PE": len(_SEGMENTS) + 1}
_SERIES: Final = ("EQ", "BE", "A")


Progress = Callable[[str, int, int], object]
"""Told of how far something has come: what is done, how much of it, of how much (0: unknown)."""


class Store:
    """An opened file of instruments. Threads may share it.

    Raises:
        InstrumentFileError: it is not there, or not of this version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._lines: Lines | None = None
        try:
            self._database = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
            found = dict(self._database.execute("SELECT name, value FROM about"))
        except sqlite3.Error as error:
            raise InstrumentFileError(f"{path} is no store of instruments: {error}") from error
        if found.get("format") != _FORMAT:
            self.close()
            raise InstrumentFileError(f"{path} is of another version")
        self.count: int = found["count"]
        self.etag: str = found["etag"]

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query says."""
        with self._lock:
            return self._database.execute(sql, values).fetchall()

    def instruments(self, where: str, values: Sequence[Any] = (), *, limit: int | None = None) -> list[Instrument]:
        """The instruments for which a condition is true, the likeliest first."""
        within = "" if limit is None else f" LIMIT {int(limit)}"
        sql = f"SELECT {_COLUMNS} FROM instrument WHERE {where} ORDER BY {_ORDER}{within}"  # noqa: S608 - our own words
        return [_instrument(row) for row in self.rows(sql, values)]

    def numbered(self, ids: Sequence[int]) -> dict[int, Instrument]:
        """The instruments of these rows, by row."""
        holes = ", ".join("?" * len(ids))
        sql = f"SELECT id, {_COLUMNS} FROM instrument WHERE id IN ({holes})"  # noqa: S608 - our own words
        return {number: _instrument(row) for number, *row in self.rows(sql, ids)}

    @property
    def lines(self) -> Lines:
        """The texts to look in, read on first use."""
        if self._lines is None:
            text, *numbers = self.rows("SELECT text, starts, ids, sorted FROM lines")[0]
            self._lines = Lines(text, *map(_unpacked, numbers))
        return self._lines


class Lines:
    """A line for every instrument, the likeliest first: a line feed, and upper-case words, each after a blank.

    Parameters:
        text: the lines.
        starts: where each begins, and where the last one ends.
        ids: the row of each.
        sorted_: the lines by their text; so what begins with a word is found without looking through all.
    """

    def __init__(self, text: bytes, starts: array.array[int], ids: array.array[int], sorted_: array.array[int]) -> None:
        self._text = text
        self._starts = starts
        self._ids = ids
        self._sorted = sorted_

    def beginning(self, word: str, others: Sequence[str]) -> Iterator[int]:
        """The ids of the lines that begin with a word, then with its letters, and have all the others in them."""
        rest = [other.encode() for other in others]
        exact, within = self._range(f"{word} ".encode()), self._range(word.encode())
        for lines in (
            self._sorted[exact],
            self._sorted[within.start : exact.start] + self._sorted[exact.stop : within.stop],
        ):
            yield from (self._ids[line] for line in sorted(lines) if self._has(line, rest))

    def _range(self, wanted: bytes) -> slice:
        """Where the sorted lines begin with a text."""

        def start(line: int) -> bytes:
            place = self._starts[line] + _INDENT
            return self._text[place : place + len(wanted)]

        first = bisect.bisect_left(self._sorted, wanted, key=start)
        return slice(first, bisect.bisect_right(self._sorted, wanted, first, key=start))

    def having(self, words: Sequence[str]) -> Iterator[int]:
        """The ids of the lines that have all these texts in them."""
        first, *others = sorted((word.encode() for word in words), key=len, reverse=True)
        if any(self._text.find(word) < 0 for word in others):
            return
        place = self._text.find(first)
        while place >= 0:
            line = bisect.bisect_right(self._starts, place) - 1
            if self._has(line, others):
                yield self._ids[line]
            place = self._text.find(first, self._starts[line + 1])

    def _has(self, line: int, words: Iterable[bytes]) -> bool:
        begin, end = self._starts[line], self._starts[line + 1]
        return all(self._text.find(word, begin, end) >= 0 for word in words)


def _unpacked(data: bytes) -> array.array[int]:
    return array.array("I", data)


def build(path: Path, instruments: Iterable[Instrument], *, etag: str = "", progress: Progress | None = None) -> int:
    """Write a store; it takes the place of the old one when it is whole. Returns how many instruments are in it.

    Parameters:
        path: the file.
        instruments: what goes into it; of two with the same key, the first.
        etag: the server's name of the version.
        progress: told of every ten thousand.

    Raises:
        InstrumentFileError: there are none.
        OSError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fd, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(fd)
    temporary = Path(name)
    try:
        with contextlib.closing(sqlite3.connect(temporary)) as database:
            count = _fill(database, instruments, etag, progress)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return count


def _fill(database: sqlite3.Connection, instruments: Iterable[Instrument], etag: str, progress: Progress | None) -> int:
    database.executescript(_SCHEMA)
    holes = ", ".join("?" * (len(_FIELDS) + 1))
    database.executemany(
        f"INSERT OR IGNORE INTO instrument ({_COLUMNS}, place) VALUES ({holes})",  # noqa: S608 - our own words
        _counted(map(_row, instruments), progress),
    )
    count: int = database.execute("SELECT count(*) FROM instrument").fetchone()[0]
    if not count:
        raise InstrumentFileError("there is no instrument in the file")
    database.executescript(_INDEXES)
    about = {"format": _FORMAT, "count": count, "etag": etag}
    database.executemany("INSERT INTO about VALUES (?, ?)", about.items())
    database.execute("INSERT INTO lines VALUES (?, ?, ?, ?)", _lines_of(database))
    database.commit()
    return count


def _lines_of(database: sqlite3.Connection) -> tuple[bytes, bytes, bytes, bytes]:
    text, starts, ids = bytearray(), array.array("I"), array.array("I")
    parts: list[str | None]
    sql = f"SELECT id, symbol, name, short_name, isin FROM instrument ORDER BY {_ORDER}"  # noqa: S608 - our own words
    for number, *parts in database.execute(sql):
        ids.append(number)
        starts.append(len(text))
        text += f"\n {' '.join(dict.fromkeys(filter(None, parts)))}".upper().encode()
    starts.append(len(text))
    lines = bytes(text)
    by_text = sorted(range(len(ids)), key=lambda line: lines[starts[line] + _INDENT : starts[line + 1]])
    return lines, starts.tobytes(), ids.tobytes(), array.array("I", by_text).tobytes()


def _counted(rows: Iterator[tuple[Any, ...]], progress: Progress | None) -> Iterator[tuple[Any, ...]]:
    for number, row in enumerate(rows, 1):
        if progress and number % 10_000 == 0:
            progress("reading instruments", number, 0)
        yield row


def _row(one: Instrument) -> tuple[Any, ...]:
    values = list(msgspec.structs.astuple(one))
    values[_EXPIRY] = one.expiry and one.expiry.toordinal()
    return (*values, _place(one))


def _instrument(row: Sequence[Any]) -> Instrument:
    values = list(row)
    expiry = values[_EXPIRY]
    values[_EXPIRY] = None if expiry is None else dt.date.fromordinal(expiry)
    found = dict(zip(_FIELDS, values, strict=True))
    found["weekly"], found["cas_eligible"] = bool(found["weekly"]), bool(found["cas_eligible"])
    return Instrument(**found)


def _place(one: Instrument) -> int:
    """Where people look for it: the lower, the earlier. Odd series of a share come after its usual one."""
    if one.kind in _KINDS:
        return 10 * _KINDS[one.kind]
    segments = len(_SEGMENTS) + 2
    segment = _SEGMENTS.index(one.segment) if one.segment in _SEGMENTS else segments
    return 10 * segment + (one.segment.endswith("_EQ") and one.kind not in _SERIES)
