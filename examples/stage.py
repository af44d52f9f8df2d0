"""What the examples stand on: your account if the environment says so, else an emulator inside the program.

    .venv/bin/python examples/straddle_with_stop.py                            # an emulator of its own: no money
    UPSTOX_BASE_URL=http://127.0.0.1:9010 UPSTOX_ACCESS_TOKEN=... .venv/bin/python examples/straddle_with_stop.py
    REAL_MONEY=yes UPSTOX_ACCESS_TOKEN=... .venv/bin/python examples/straddle_with_stop.py

A token alone is not enough for real money: it may be in the environment for another program.
On its own emulator a minute passes in an instant, and prices go the way that the example has written.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from upstox_client import Guards, Upstox
from upstox_emulator import IST, Emulator

MONDAY = dt.datetime(2026, 11, 23, 10, 0, tzinfo=IST)


class Stage:
    """A trader's view, and the time that passes."""

    def __init__(self, up: Upstox, emulator: Emulator | None = None) -> None:
        self.up = up
        self.emulator = emulator

    def wait(self, seconds: float) -> None:
        """Let time pass: in an instant on an emulator of our own, else as it does."""
        if self.emulator is not None:
            self.emulator.clock.advance(seconds)
            return
        end = self.up.now + dt.timedelta(seconds=seconds)
        while self.up.now < end:
            time.sleep(min(1.0, seconds / 20) if self.up.environment != "emulator" else 0.01)

    def script(self, name: str, moves: Sequence[tuple[float, float]]) -> None:
        """On an emulator of our own: seconds from now, and rupees. Elsewhere the market does as it likes."""
        if self.emulator is not None:
            ticks = [(seconds, round(round(price * 20) / 20, 2)) for seconds, price in moves]
            self.emulator.market.move(name, ticks, force=True)


@contextmanager
def stage(start: dt.datetime = MONDAY, guards: Guards | None = None) -> Iterator[Stage]:
    """An `Upstox`, and what it takes to play on it."""
    if os.environ.get("UPSTOX_ACCESS_TOKEN"):
        with Upstox(guards=guards) as up:
            if up.environment in {"live", "custom"} and os.environ.get("REAL_MONEY") != "yes":
                sys.exit("UPSTOX_ACCESS_TOKEN is set: this is real money. Say REAL_MONEY=yes, or unset it to try.")
            yield Stage(up)
        return
    with Emulator(seed=7, speed=0, start=start, rate_limit=False) as emulator:
        configuration = emulator.configuration()
        configuration.rate_limit = False
        with Upstox(configuration, guards=guards) as up:
            yield Stage(up, emulator)
