from __future__ import annotations

import pytest

from .world import World


@pytest.fixture(scope="session")
def world() -> World:
    """A market that keeps its hours. It is only looked at: nothing is driven in it."""
    return World()


@pytest.fixture(scope="session")
def open_world() -> World:
    """One that never closes."""
    return World("always-open")
