"""Commands of other packages."""

from __future__ import annotations

import importlib.metadata
import sys
import types

import pytest
import typer
from typer.testing import CliRunner

from upstox_client.cli import plugins
from upstox_client.cli.app import app


@pytest.fixture
def provide(monkeypatch):
    """Entry points of a module made up here."""
    module = types.ModuleType("made_up_plugin")
    monkeypatch.setitem(sys.modules, "made_up_plugin", module)
    real = importlib.metadata.entry_points

    def call(dist=None, **commands):
        entries = []
        for name, command in commands.items():
            setattr(module, name, command)
            entry = importlib.metadata.EntryPoint(name, f"made_up_plugin:{name}", plugins.GROUP)
            entries.append(entry._for(dist) if dist else entry)
        monkeypatch.setattr(importlib.metadata, "entry_points", lambda **params: entries if params else real())
        return module

    return call


def run(*args):
    return CliRunner().invoke(app, args, prog_name="upstox")


def test_a_function_is_a_command(provide):
    def greet(name: str = "you") -> None:
        """Say hello."""
        typer.echo(f"hello {name}")

    provide(greet=greet)
    assert run("greet", "--name", "me").stdout == "hello me\n"
    assert "Say hello." in run("--help").stdout


def test_a_typer_app_is_a_group(provide):
    group = typer.Typer()

    @group.command()
    def one() -> None:
        typer.echo("one")

    @group.command()
    def two() -> None:
        raise RuntimeError("two failed")

    provide(group=group)
    assert run("group", "one").stdout == "one\n"
    failed = run("group", "two")
    assert failed.exit_code == 1
    assert "RuntimeError: two failed" in failed.stderr


def test_a_ready_command(provide):
    ready = typer.main.get_command(typer.Typer(callback=lambda: None, invoke_without_command=True))
    provide(ready=ready)
    assert run("ready").exit_code == 0


def test_ours_come_first(provide):
    provide(whoami=lambda: typer.echo("not this one"))
    assert "not this one" not in run("whoami", "--help").stdout


def test_an_extra_that_is_not_installed(provide):
    class Dist:
        name = "upstox-python-sdk"
        metadata = importlib.metadata.distribution("upstox-python-sdk").metadata

    del provide(Dist(), emulator=None).emulator
    told = "pip install 'upstox-python-sdk[emulator]'"
    result = run("emulator", "--port", "9010", "more")
    assert result.exit_code == 1
    assert told in result.stderr
    assert "not available" in run("--help").stdout
    assert run("whoami", "--help").exit_code == 0


def test_a_broken_package(provide):
    del provide(broken=None).broken
    result = run("broken")
    assert result.exit_code == 1
    assert "cannot be loaded" in result.stderr


def test_no_such_command(provide):
    provide()
    assert plugins.load("nothing") is None
    assert run("nothing").exit_code == 2
