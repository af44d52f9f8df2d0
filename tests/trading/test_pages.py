"""The pages on trading: every example is run on the emulator, and what is shown is what comes.

`UPSTOX_DOCS=write` writes what comes into the pages.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from upstox_client.cli.app import app
from upstox_emulator import Emulator

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "trading").glob("*.md"))
WRITE = os.environ.get("UPSTOX_DOCS") == "write"

_BLOCK = re.compile(r"(?<=^```)(pycon|console)\n(.*?)(?=^```)", re.DOTALL | re.MULTILINE)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """A new day for each page: what is traded on one is not seen on another."""
    with Emulator(seed=7, speed=0, rate_limit=False) as emulator:
        yield emulator


@pytest.fixture
def surroundings(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("UPSTOX_BASE_URL", emulator.url)
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", emulator.access_token)
    monkeypatch.setenv("UPSTOX_CACHE", str(tmp_path_factory.getbasetemp() / "pages"))
    monkeypatch.setenv("COLUMNS", "140")


def python(block: str, names: dict[str, Any]) -> str:
    """The block with the output of today."""
    lines: list[str] = []
    for example in doctest.DocTestParser().get_examples(block):
        source = example.source.rstrip("\n").split("\n")
        lines += [f">>> {source[0]}", *(f"... {line}" for line in source[1:])]
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            try:
                exec(compile(example.source, "page", "single"), names)
            except Exception as error:  # noqa: BLE001 - it is what is shown
                print("Traceback (most recent call last):\n  ...")
                print("".join(traceback.format_exception_only(error)), end="")
        lines += shown.getvalue().rstrip("\n").split("\n") if shown.getvalue() else []
    return "\n".join(lines) + "\n"


def console(block: str) -> str:
    """The commands of the block with the output of today."""
    lines: list[str] = []
    for command in (line for line in block.split("\n") if line.startswith("$ ")):
        done = CliRunner().invoke(app, shlex.split(command)[2:])
        lines += [command, *(line.rstrip() for line in done.output.rstrip("\n").split("\n"))]
    return "\n".join(lines) + "\n"


@pytest.mark.usefixtures("surroundings")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_is_shown_is_what_comes(page: Path) -> None:
    names: dict[str, Any] = {}

    def today(found: re.Match[str]) -> str:
        return f"{found[1]}\n{python(found[2], names) if found[1] == 'pycon' else console(found[2])}"

    text = page.read_text()
    fresh = _BLOCK.sub(today, text)
    if "up" in names:
        names["up"].close()
    if WRITE:
        page.write_text(fresh)
    assert fresh.split("\n") == (fresh if WRITE else text).split("\n")
