"""An `Upstox` of either colour on an emulator whose clock stands still until it is told to go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.colours import Colour
from upstox_client.trading import AsyncUpstox, Upstox
from upstox_emulator import Emulator

RELIANCE = "NSE_EQ|INE002A01018"


class Floor:
    """A trader on the floor."""

    def __init__(self, colour: Colour, emulator: Emulator, cache: Path) -> None:
        self.colour = colour
        self.emulator = emulator
        self.cache = cache
        self.opened: list[Any] = []
        self.up = self.upstox()
        emulator.market.set_price("RELIANCE", 1500.0)

    def upstox(self, **options: Any) -> Any:
        """One more trader."""
        configuration = self.emulator.configuration()
        configuration.rate_limit = False
        configuration.retries = 0
        configuration.timeout = (2.0, 2.0)
        kind = AsyncUpstox if self.colour.is_async else Upstox
        up = kind(configuration, cache=self.cache, progress=None, **options)
        self.opened.append(up)
        return up

    def do(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        """Call it, and await what is to be awaited."""
        return self.colour.run(function, *args, **kwargs)

    def read(self, owner: Any, name: str) -> Any:
        """Read a property, and await it."""
        return self.colour.run(lambda: getattr(owner, name))

    def until(self, done: Callable[[], bool]) -> None:
        """Wait until something has come by the stream: an async program's event loop has to run meanwhile."""
        end = time.monotonic() + 5
        while not done() and time.monotonic() < end:
            self.do(asyncio.sleep if self.colour.is_async else time.sleep, 0.01)

    def ticket(self, *args: Any, **kwargs: Any) -> Any:
        """An order that is not sent."""
        return self.do(self.up.ticket, *args, **kwargs)

    def writes(self, path: str) -> int:
        """How often something was sent."""
        return len(self.emulator.journal.calls(path=path))

    def close(self) -> None:
        """Go home."""
        for up in self.opened:
            self.do(up.close)


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    """One emulator for all tests; each finds it as new."""
    with Emulator(seed=7, speed=0, rate_limit=False) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the instruments are kept."""
    return tmp_path_factory.mktemp("floor")


@pytest.fixture
def floor(colour: Colour, running: Emulator, cache_folder: Path) -> Iterator[Floor]:
    """A trader, and a day that has just begun."""
    running.reset()
    floor = Floor(colour, running, cache_folder)
    yield floor
    floor.close()
