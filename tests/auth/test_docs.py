"""docs/login.md says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import upstox_client
from upstox_client import auth
from upstox_client.cli.exits import EXIT_CODES

TEXT = (Path(__file__).parents[2] / "docs" / "login.md").read_text("utf-8")


def test_every_exit_code_is_documented():
    table = TEXT.partition("## Exit codes")[2].partition("## ")[0]
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    assert documented == {0, 130} | {code for _, code in EXIT_CODES}


def test_every_kind_is_documented():
    table = TEXT.partition("## How long tokens live")[2].partition("## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(auth.TOKEN_KINDS)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`?\b(\w+Error|TokenStore|StoredToken)\b", TEXT))))
def test_every_class_is_there(name):
    assert hasattr(auth, name)


def test_the_program_runs(world, store, monkeypatch):
    program = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)[1]
    monkeypatch.setenv("UPSTOX_BASE_URL", world.emulator.url)
    place = auth.Place.of(upstox_client.Configuration())
    ready = world.emulator.issue_token("access")
    store.put(auth.StoredToken.ready(ready, "access", upstox_client.Configuration()))
    assert place.environment == "emulator"
    names: dict[str, object] = {}
    exec(program, names)
    assert names["profile"].data.user_id == "EM1234"
