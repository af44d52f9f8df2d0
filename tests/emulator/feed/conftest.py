from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from .world import World


@pytest.fixture
def world() -> Iterator[World]:
    before = set(threading.enumerate())
    with World() as world:
        yield world
    assert set(threading.enumerate()) <= before
