"""The command's parts put together."""

from __future__ import annotations

import platform
import sys
import traceback
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from upstox_client._version import __version__
from upstox_client.cli import account, doctor, environment, gtt, market, orders, plugins, portfolio, sign_in, stream
from upstox_client.cli.options import State
from upstox_client.redact import redact_text

_EPILOG = (
    "Exit codes: 0 done; 1 failed; 2 wrong usage; 3 not logged in, login refused, token expired; 4 not allowed; "
    "5 rate limited; 6 service closed; 7 no network; 130 interrupted."
)


class Commands(TyperGroup):
    """Our commands and those of other packages; every failure ends in words and an exit code."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *plugins.names()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return super().get_command(ctx, cmd_name) or plugins.load(cmd_name)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Abort, EOFError, BrokenPipeError):
            raise
        except Exception as error:
            if hasattr(error, "exit_code"):  # Typer's own
                raise
            _end(error)


def _end(error: Exception) -> NoReturn:
    from upstox_client.cli.exits import exit_code, in_words

    if State.debug:
        typer.echo(redact_text("".join(traceback.format_exception(error))).rstrip(), err=True)
    else:
        typer.echo(in_words(error), err=True)
    raise typer.Exit(exit_code(error)) from None


app = typer.Typer(
    cls=Commands,
    help="Upstox from the command line: log in, look at the market and the account, trade; with --paper without any.",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"upstox-python-sdk {__version__} (Python {platform.python_version()}, {sys.platform})")
        raise typer.Exit


@app.callback()
def start(
    version: Annotated[  # noqa: ARG001 - its callback does it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", envvar="UPSTOX_DEBUG", help="Log calls, and show tracebacks; no secret is shown.")
    ] = False,
) -> None:
    """What comes before the command."""
    State.debug = debug


app.command()(sign_in.login)
app.command()(sign_in.logout)
app.command()(account.whoami)
app.command()(account.funds)
app.command()(environment.env)
for _command in (*market.COMMANDS, *stream.COMMANDS, *portfolio.COMMANDS, doctor.doctor):
    app.command()(_command)
app.add_typer(orders.order, name="order")
app.add_typer(gtt.gtt, name="gtt")
