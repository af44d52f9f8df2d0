"""The journal of commands, in SQLite: what was acknowledged survives a kill.

Each command is committed before its answer leaves. A restart replays them and stands where the killed process stood.
One process at a time: two writers would each acknowledge what the other does not know of.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from upstox_emulator.venue import Command

FORMAT: Final = 2
"""Raised with every change that makes old commands mean something else."""

_PATIENCE: Final = 2.0  # seconds; a predecessor that is just ending still holds the file

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Command).decode


class JournalError(Exception):
    """The file is no journal of ours, of another seed or version, in use by another, or it cannot be written."""


class JournalBusyError(JournalError):
    """The file may be right, but cannot be used now: another emulator has it, perhaps."""


class Journal:
    """A journal in a file.

    Parameters:
        path: the SQLite file; made if it does not exist.
        settings: what the emulator was made with and a journal depends on, `seed` and `market`; it must be what the
            journal was begun with.
        opened_at: when the emulator began, if the journal is new.

    Raises:
        JournalError: the file cannot be continued; the message says why.
    """

    def __init__(self, path: Path, settings: dict[str, str], opened_at: dt.datetime) -> None:
        try:
            self._db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise JournalError(f"cannot open {str(path)!r}: {error}") from None
        try:
            self._begin(path, settings, opened_at)
        except sqlite3.OperationalError as error:
            self._db.close()
            raise JournalBusyError(f"cannot use {str(path)!r}, perhaps another emulator does: {error}") from None
        except sqlite3.Error as error:
            self._db.close()
            raise JournalError(f"{str(path)!r} is not a journal of this emulator: {error}") from None
        except JournalError:
            self._db.close()
            raise

    def _begin(self, path: Path, settings: dict[str, str], opened_at: dt.datetime) -> None:
        self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode=WAL")
        # A commit reaches the operating system, which outlives a killed process; no fsync for each.
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        self._db.execute("CREATE TABLE IF NOT EXISTS commands (number INTEGER PRIMARY KEY, command BLOB NOT NULL)")
        fresh = {"format": str(FORMAT), **settings, "opened_at": opened_at.isoformat()}
        self._db.executemany("INSERT OR IGNORE INTO about VALUES (?, ?)", fresh.items())
        about: dict[str, str] = dict(self._db.execute("SELECT name, value FROM about"))
        if about["format"] != str(FORMAT):
            raise JournalError(f"{str(path)!r} has format {about['format']}; this emulator reads format {FORMAT}")
        for name, value in settings.items():
            if about[name] != value:
                raise JournalError(
                    f"{str(path)!r} was begun with {name} {about[name]}, not {value}; give --{name} {about[name]} or "
                    "another file"
                )
        self.opened_at = dt.datetime.fromisoformat(about["opened_at"])

    def commands(self) -> Iterator[Command]:
        """Everything that was acknowledged, in order.

        Raises:
            JournalError: there is a command that this version does not know.
        """
        for number, command in self._db.execute("SELECT number, command FROM commands ORDER BY number"):
            try:
                yield _decode(command)
            except msgspec.MsgspecError as error:
                raise JournalError(f"command {number} of the journal is not known to this version: {error}") from None

    def append(self, command: Command) -> None:
        """Keep a command; it is safe when this returns.

        Raises:
            JournalError: it could not be written.
        """
        try:
            self._db.execute("INSERT INTO commands (command) VALUES (?)", (_encode(command),))
        except sqlite3.Error as error:
            raise JournalError(f"the journal cannot be written: {error}") from None

    def restart(self, opened_at: dt.datetime, commands: Iterable[Command] = ()) -> None:
        """Begin anew, with these commands; either all of it happens, or nothing.

        Raises:
            JournalError: it could not be written.
        """
        rows = [(_encode(command),) for command in commands]
        try:
            self._db.execute("BEGIN")
            try:
                self._db.execute("DELETE FROM commands")
                self._db.execute("UPDATE about SET value = ? WHERE name = 'opened_at'", (opened_at.isoformat(),))
                self._db.executemany("INSERT INTO commands (command) VALUES (?)", rows)
            except sqlite3.Error:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise JournalError(f"the journal cannot be written: {error}") from None
        self.opened_at = opened_at

    def close(self) -> None:
        """Close the file."""
        self._db.close()
