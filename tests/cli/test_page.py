"""What the README and the page on the command line show is what comes, on paper. `UPSTOX_DOCS=write` writes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from trading.test_pages import WRITE, console
from upstox_client.cli import app as parts
from upstox_client.trading import paper, upstox

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "command_line.md"


@pytest.fixture
def _always_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setattr(upstox, "start_paper", lambda: paper.start_paper(speed=0))
    monkeypatch.setenv("UPSTOX_CACHE", str(tmp_path_factory.getbasetemp() / "pages"))


@pytest.mark.usefixtures("_always_the_same")
@pytest.mark.parametrize("page", [ROOT / "README.md", PAGE], ids=lambda page: page.stem)
def test_what_is_shown_is_what_comes(page: Path) -> None:
    text = page.read_text("utf-8")
    fresh = re.sub(
        r"(?<=^```console\n)(.*?)(?=^```)", lambda found: console(found[1]), text, flags=re.DOTALL | re.MULTILINE
    )
    if WRITE:
        page.write_text(fresh, "utf-8")
    assert fresh.split("\n") == (fresh if WRITE else text).split("\n")
    assert "$ upstox" in fresh


def test_every_command_is_named() -> None:
    table = PAGE.read_text("utf-8").partition("## ")[0]
    named = set(re.findall(r"`([a-z ]+)`", table))
    group = typer.main.get_command(parts.app)
    for name in group.list_commands(None):
        found = group.get_command(None, name)
        inner = getattr(found, "commands", None)
        assert {f"{name} buy", "sell", *inner} - {"buy"} <= named if inner else name in named, name
