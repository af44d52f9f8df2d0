"""How far something has come, on the terminal."""

from __future__ import annotations

import sys
import time
from typing import Final, TextIO

from upstox_client.amounts import grouped
from upstox_client.instruments.store import Progress

_WIDTH: Final = 30
_PERIOD: Final = 0.1  # seconds between two pictures


class Terminal:
    """Draws a bar in one line of a terminal, and takes it away at the end.

    Parameters:
        stream: the terminal; default: standard error.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._drawn = 0.0
        self._length = 0

    def __call__(self, what: str, done: int, total: int) -> None:
        """So much of it is done; a `total` of 0 is unknown."""
        if total and done >= total:
            self._write("")
            return
        now = time.monotonic()
        if done and now - self._drawn < _PERIOD:
            return
        self._drawn = now
        filled = _WIDTH * done // total if total else 0
        bar = grouped(done, 0) if done else "..."
        if total:
            bar = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {grouped(done, 0)}/{grouped(total, 0)}"
        self._write(f"{what} {bar}")

    def _write(self, text: str) -> None:
        self._stream.write(f"\r{text:<{self._length}}" + ("" if text else "\r"))
        self._stream.flush()
        self._length = len(text)


def default_progress() -> Progress | None:
    """A bar, where somebody is there to look at it."""
    return Terminal() if sys.stderr.isatty() else None
