"""Fixtures of the login's tests: an emulator with apps of all sorts, and a store of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import upstox_client
from auth.walking import free_port
from upstox_client.auth import TokenStore
from upstox_emulator import App, Emulator

SECRET = "s3cr3t-of-the-app"


class World:
    """An emulator and its apps."""

    def __init__(self) -> None:
        self.port, self.hook_port = free_port(), free_port()
        self.redirect_uri = f"http://127.0.0.1:{self.port}/callback"
        hook = f"http://127.0.0.1:{self.hook_port}/hook"
        self.emulator = Emulator(
            rate_limit=False,
            apps=[
                App("home", SECRET, self.redirect_uri, notifier_url=hook),
                App("named", SECRET, f"http://localhost:{self.port}/named?x=1"),
                App("far", SECRET, "https://example.com/callback", notifier_url=None),
                App("company", SECRET, self.redirect_uri, individual=False, notifier_url=hook),
                App("multi", SECRET, self.redirect_uri, multi_client=True),
                App("asleep", SECRET, self.redirect_uri, active=False),
            ],
        )

    def configuration(self) -> upstox_client.Configuration:
        """It points at the emulator and has no token."""
        configuration = upstox_client.Configuration()
        configuration.host = configuration.order_host = self.emulator.url
        return configuration


@pytest.fixture(scope="session")
def _world() -> Iterator[World]:
    world = World()
    with world.emulator:
        yield world


@pytest.fixture
def world(_world: World) -> Iterator[World]:
    """The emulator; faults and approval are as new."""
    _world.emulator.approval = "auto"
    yield _world
    _world.emulator.faults.clear()


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TokenStore:
    """The store of this test alone; nobody's keyring is ever touched."""
    path = tmp_path / "tokens.json"
    monkeypatch.setenv("UPSTOX_TOKEN_STORE", str(path))
    return TokenStore(path, secrets="file")
