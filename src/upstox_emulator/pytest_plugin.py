"""The pytest fixture `upstox_emulator`. Loaded in every pytest run, so it imports nothing until it is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from upstox_emulator import Emulator


@pytest.fixture
def upstox_emulator() -> Iterator[Emulator]:
    """A fresh `Emulator`, started, for one test."""
    from upstox_emulator import Emulator

    with Emulator() as emulator:
        yield emulator
