"""The command as a process of its own."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import upstox_client


@pytest.fixture
def run(world, tmp_path):
    def call(*args, **more):
        env = {name: value for name, value in os.environ.items() if not name.startswith("UPSTOX_")}
        env |= {"UPSTOX_BASE_URL": world.emulator.url, "UPSTOX_TOKEN_STORE": str(tmp_path / "t.json"), "NO_COLOR": "1"}
        return subprocess.run(
            [sys.executable, *args],
            env=env | more.pop("env", {}),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            **more,
        )

    return call


def test_the_entry_point(run, world):
    script = Path(sys.executable).with_name("upstox")
    program = [str(script)] if script.exists() else ["-m", "upstox_client.cli"]
    ready = world.emulator.issue_token("access")
    stored = run(*program, "login", "--token", input=ready)
    assert stored.returncode == 0, stored.stderr
    done = run("-m", "upstox_client.cli", "whoami", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["user_id"] == "EM1234"
    assert done.stderr == ""
    assert ready not in stored.stdout + stored.stderr
    failed = run("-m", "upstox_client.cli", "funds", env={"UPSTOX_ACCESS_TOKEN": "wrong-token"})
    assert failed.returncode == 3
    assert "wrong-token" not in failed.stdout + failed.stderr


def test_a_command_imports_what_it_needs_and_no_more(run):
    heavy = {"upstox_emulator", "keyring", "http.server", "rich.table", "starlette", "upstox_client.models.user"}
    code = (
        "import sys\nfrom upstox_client.cli import main\nsys.argv = ['upstox', 'env', '--json']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nprint('\\n'.join(sorted(sys.modules)), file=sys.stderr)"
    )
    done = run("-c", code)
    assert json.loads(done.stdout)["environment"] == "emulator"
    loaded = set(done.stderr.split())
    assert "upstox_client.cli.environment" in loaded
    assert not loaded & heavy


def test_a_warning_is_told_without_our_source(run, world, tmp_path):
    env = {"UPSTOX_ACCESS_TOKEN": world.emulator.access_token, "UPSTOX_CACHE": str(tmp_path)}
    search = ("-m", "upstox_client.cli", "search", "RELIANCE", "--json")
    assert run(*search, env=env).returncode == 0
    done = run(*search, env=env | {"UPSTOX_BASE_URL": "http://127.0.0.1:9"})
    assert (done.returncode, len(json.loads(done.stdout)) > 2) == (0, True)
    assert done.stderr.startswith("The instruments of ")
    assert len(done.stderr.splitlines()) == 1


def test_a_terminal_without_the_rupee_sign(run, world):
    env = {"UPSTOX_ACCESS_TOKEN": world.emulator.access_token, "PYTHONIOENCODING": "cp1252"}
    done = run("-m", "upstox_client.cli", "funds", env=env)
    assert done.returncode == 0, done.stderr
    assert "Rs 6,00,000.00" in done.stdout


def test_the_module_is_the_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["upstox", "--version"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("upstox_client.cli", run_name="__main__")
    assert caught.value.code == 0
    assert upstox_client.__version__ in capsys.readouterr().out


def test_nothing_of_the_command_line_loads_with_the_package():
    done = subprocess.run(
        [sys.executable, "-c", "import sys, upstox_client; print('typer' in sys.modules, 'rich' in sys.modules)"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.split() == ["False", "False"]
    assert upstox_client.__version__
