"""The small list of instruments, in a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import masters
from upstox_client.instruments import Instruments, master, store


@pytest.fixture(scope="session")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("instruments") / "store.sqlite"
    store.build(path, master.read(masters.packed(masters.small())), etag='"one"')
    return path


@pytest.fixture
def book(path: Path) -> Iterator[Instruments]:
    book = Instruments.open(path, masters.TODAY)
    yield book
    book.close()
