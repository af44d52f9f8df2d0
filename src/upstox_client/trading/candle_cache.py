"""Candles that are final, in files: what has been fetched is not fetched again, also if the program was killed."""

from __future__ import annotations

import datetime as dt
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from upstox_client.trading.candles import Candles
from upstox_client.trading.spans import Interval, Span

_SUFFIX: Final = ".candles"


class CandleCache:
    """The files of one instrument and one interval. Each is named after the days that it covers.

    Parameters:
        folder: where all candles are kept.
        key: the instrument key.
        interval: what one candle spans.
    """

    def __init__(self, folder: Path, key: str, interval: Interval) -> None:
        self.folder = folder / re.sub(r"[^\w.-]+", "-", key) / str(interval)
        self._interval = str(interval)

    def covered(self) -> list[Span]:
        """The spans that are there."""
        return sorted(span for span, _ in self._files())

    def read(self, span: Span, symbol: str) -> Candles:
        """The candles of every file that touches a span. A damaged file is taken away."""
        found = Candles.of(symbol, self._interval, ())
        for (first, last), path in sorted(self._files()):
            if first <= span[1] and last >= span[0]:
                found = found.joined(self._read(path, symbol))
        return found

    def sound(self, symbol: str) -> None:
        """Take away what is damaged, so that it is fetched again."""
        for _, path in self._files():
            self._read(path, symbol)

    def _read(self, path: Path, symbol: str) -> Candles:
        try:
            return Candles.unpacked(symbol, self._interval, path.read_bytes())
        except ValueError:
            path.unlink(missing_ok=True)
            return Candles.of(symbol, self._interval, ())

    def write(self, span: Span, candles: Candles) -> None:
        """Keep the candles of a span; the file is there whole or not at all.

        Raises:
            OSError: it cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        fd, name = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".part")
        temporary = Path(name)
        try:
            with os.fdopen(fd, "wb") as file:
                file.write(candles.packed())
            temporary.replace(self.folder / f"{span[0]}_{span[1]}{_SUFFIX}")
        finally:
            temporary.unlink(missing_ok=True)

    def _files(self) -> Iterator[tuple[Span, Path]]:
        for path in self.folder.glob(f"*{_SUFFIX}"):
            first, _, last = path.stem.partition("_")
            try:
                yield (dt.date.fromisoformat(first), dt.date.fromisoformat(last)), path
            except ValueError:
                continue
