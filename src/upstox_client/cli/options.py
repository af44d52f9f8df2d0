"""What several commands take, and what they make of it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from upstox_client.configuration import Configuration
from upstox_client.redact import redact_url

if TYPE_CHECKING:
    from upstox_client.api_client import ApiClient

Sandbox: TypeAlias = Annotated[bool, typer.Option("--sandbox", help="The sandbox: test orders, no money.")]
BaseUrl: TypeAlias = Annotated[
    str | None,
    typer.Option("--base-url", metavar="URL", help="One host for everything; default: UPSTOX_BASE_URL."),
]
ClientId: TypeAlias = Annotated[
    str | None,
    typer.Option("--client-id", metavar="ID", help="The app's API key; default: UPSTOX_CLIENT_ID, or the last one."),
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


class WrongUsageError(ValueError):
    """The options, or the environment, do not make sense together."""


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
        raise WrongUsageError(str(error)) from error
    if State.debug:
        configuration.debug = True
    return configuration


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
