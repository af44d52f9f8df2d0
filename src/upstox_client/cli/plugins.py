"""Commands of other packages, found by the entry-point group `upstox.commands` and loaded when they are called for."""

from __future__ import annotations

import importlib.metadata
import inspect
from typing import Any, Final

import typer

GROUP: Final = "upstox.commands"


def names() -> list[str]:
    """The names of the commands that other packages add."""
    return sorted({entry.name for entry in importlib.metadata.entry_points(group=GROUP)})


def load(name: str) -> Any:
    """A command of another package, or None if there is none of this name.

    If it cannot be imported, a command that says so stands in for it.
    """
    found = [entry for entry in importlib.metadata.entry_points(group=GROUP) if entry.name == name]
    if not found:
        return None
    try:
        loaded: Any = found[0].load()
    except Exception as error:  # noqa: BLE001 - a broken package must not break `upstox --help`
        return _as_command(name, _stand_in(found[0], error))
    return _as_command(name, loaded)


def _as_command(name: str, loaded: Any) -> Any:
    """What an entry point may name: a Typer app, a function to make a command of, or a ready command."""
    if inspect.isfunction(loaded):
        app = typer.Typer(add_completion=False)
        app.command(name)(loaded)
        loaded = app
    return typer.main.get_command(loaded) if isinstance(loaded, typer.Typer) else loaded


def _stand_in(entry: importlib.metadata.EntryPoint, error: Exception) -> typer.Typer:
    package = entry.dist
    extras = package.metadata.get_all("Provides-Extra") or [] if package else []
    if package and entry.name in extras:
        reason = f"needs the extra `{entry.name}`: pip install '{package.name}[{entry.name}]'"
    else:
        reason = f"cannot be loaded: {error}"
    app = typer.Typer(add_completion=False)

    @app.command(
        help=f"Not available: {reason}",
        short_help=f"(not available: {reason})",
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )
    def missing() -> None:  # pyright: ignore[reportUnusedFunction] - Typer uses it
        typer.echo(f"`upstox {entry.name}` {reason}", err=True)
        raise typer.Exit(1) from error

    return app
