"""What several commands take, and what they make of it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from upstox_client.cli.words import as_typed
from upstox_client.configuration import Configuration
from upstox_client.redact import redact_url

if TYPE_CHECKING:
    from upstox_client.api_client import ApiClient
    from upstox_client.trading.upstox import Upstox

Sandbox: TypeAlias = Annotated[bool, typer.Option("--sandbox", help="The sandbox: test orders, no money.")]
BaseUrl: TypeAlias = Annotated[
    str | None,
    typer.Option("--base-url", metavar="URL", help="One host for everything; default: UPSTOX_BASE_URL."),
]
ClientId: TypeAlias = Annotated[
    str | None,
    typer.Option("--client-id", metavar="ID", help="The app's API key; default: UPSTOX_CLIENT_ID, or the last one."),
]
Paper: TypeAlias = Annotated[
    bool, typer.Option("--paper", help="On an emulator inside this command: no login, no network, no money.")
]


class WrongUsageError(ValueError):
    """The options, or the environment, do not make sense together."""


def _one_form(ctx: typer.Context, wanted: bool) -> bool:
    """JSON or CSV; both are refused before anything is sent."""
    if wanted and (ctx.params.get("json") or ctx.params.get("csv")):
        raise WrongUsageError("--json and --csv exclude each other.")
    return wanted


Csv: TypeAlias = Annotated[
    bool, typer.Option("--csv", callback=_one_form, help="CSV with a header on standard output.")
]
Json: TypeAlias = Annotated[
    bool, typer.Option("--json", callback=_one_form, help="One JSON document on standard output.")
]


def _in_a_folder(path: Path | None) -> Path | None:
    """A file that can be written when all has been fetched: its folder is there."""
    if path is not None and not path.parent.is_dir():
        raise WrongUsageError(f"There is no folder {path.parent} for {path.name}.")
    return path


Picture: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--plot", metavar="FILE", callback=_in_a_folder, help="Draw it into a PNG or SVG file. Needs the extra plot."
    ),
]
Output: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", callback=_in_a_folder, help="Write them into a .csv or .parquet file."
    ),
]


class State:
    """What the options before the command have set."""

    debug = False


def configuration_for(*, sandbox: bool, base_url: str | None) -> Configuration:
    """The configuration that the options and the environment ask for."""
    if sandbox and base_url:
        raise WrongUsageError("--sandbox and --base-url exclude each other.")
    try:
        configuration = Configuration(sandbox=sandbox)
        if base_url:
            configuration.host = configuration.order_host = base_url
    except ValueError as error:
        where = "--base-url" if base_url else "UPSTOX_BASE_URL" if os.environ.get("UPSTOX_BASE_URL") else ""
        raise WrongUsageError(f"{where}: {error}" if where else str(error)) from error
    if State.debug:
        configuration.debug = True
    return configuration


@contextlib.contextmanager
def trading(
    *, client_id: str | None = None, sandbox: bool = False, base_url: str | None = None, paper: bool = False
) -> Generator[Upstox]:
    """An `Upstox` as the options want it; what cannot be found or done is wrong usage, and says what would be right."""
    from upstox_client.errors import NetworkError
    from upstox_client.extras import MissingExtraError
    from upstox_client.trading.upstox import Upstox

    try:
        if paper and (sandbox or base_url or client_id):
            raise WrongUsageError("--paper excludes --sandbox, --base-url and --client-id.")
        configuration = None if paper else configuration_for(sandbox=sandbox, base_url=base_url)
        with Upstox(configuration, client_id=client_id, paper=paper) as up:
            try:
                yield up
            except NetworkError as error:
                if not getattr(error, "__notes__", ()):  # else it says already where it looked
                    error.add_note(redact_url(up.configuration.host))
                raise
    except MissingExtraError as error:
        raise WrongUsageError(f"{error}") from error
    except ValueError as error:
        raise WrongUsageError(as_typed(f"{error}")) from error
    except LookupError as error:
        if type(error) is not LookupError:  # KeyError and IndexError are ours
            raise
        raise WrongUsageError(f"{error}") from error


@contextlib.contextmanager
def calling(configuration: Configuration) -> Generator[ApiClient]:
    """A client; a call that finds nobody says where it looked."""
    from upstox_client.api_client import ApiClient
    from upstox_client.errors import NetworkError

    with ApiClient(configuration) as client:
        try:
            yield client
        except NetworkError as error:
            error.add_note(redact_url(configuration.host))
            raise


def interactive() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()
