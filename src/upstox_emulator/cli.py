"""`upstox emulator`: an Upstox in the foreground."""

from __future__ import annotations

import datetime as dt
import errno
import logging
import signal
import socket
import sys
import threading
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn
from urllib.parse import urlsplit

import typer

from upstox_emulator.account.tokens import App
from upstox_emulator.emulator import Emulator
from upstox_emulator.journal import JournalBusyError, JournalError

if TYPE_CHECKING:
    from upstox_emulator.scenarios import Scenario

_FAILED: Final = 1
_WRONG_USAGE: Final = 2


class MarketChoice(StrEnum):
    """How the market keeps its hours."""

    always_open = "always-open"
    calendar = "calendar"


class PlanChoice(StrEnum):
    """How many feeds, and how deep."""

    plus = "plus"
    normal = "normal"


def emulator(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 9010,
    seed: Annotated[int, typer.Option(help="What ids, tokens and the market are derived from.")] = 7,
    access_token: Annotated[str | None, typer.Option(help="Issue this text as a ready access token.")] = None,
    market: Annotated[MarketChoice, typer.Option(help="Service hours.")] = MarketChoice.always_open,
    start: Annotated[str | None, typer.Option(help="First moment, ISO 8601; default: now.")] = None,
    speed: Annotated[float, typer.Option(help="Virtual seconds in a real one; 0 stands still.")] = 1.0,
    db: Annotated[Path | None, typer.Option(help="File that keeps everything over restarts.")] = None,
    app: Annotated[
        list[str] | None, typer.Option(help="CLIENT_ID:CLIENT_SECRET:REDIRECT_URI of a further app; repeatable.")
    ] = None,
    rate_limit: Annotated[bool, typer.Option(help="Keep the documented rate limits.")] = True,
    feed_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the feeds; 0 takes a free one.")] = 0,
    scenario: Annotated[str | None, typer.Option(help="A scenario to play: its name, or a YAML file.")] = None,
    plan: Annotated[PlanChoice, typer.Option(help="What the account has booked.")] = PlanChoice.plus,
) -> None:
    """Run an Upstox on this machine until it is interrupted. It prints its URL when it is ready."""
    _log_own_lines()
    stop = threading.Event()

    def interrupt(*_: object) -> None:
        stop.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, interrupt)
    day = None if scenario is None else _scenario(scenario)
    first, apps = None if start is None else _moment(start), [_app(text) for text in app or ()]
    try:
        em = Emulator(
            seed=seed,
            host=host,
            port=port,
            access_token=access_token,
            market=market.value,
            start=first,
            speed=speed,
            db=db,
            apps=apps,
            rate_limit=rate_limit,
            feed_port=feed_port,
            plan=plan.value,
        )
    except ValueError as error:  # it begins with the name of the argument, which is that of the option
        argument, _, told = str(error).partition(" ")
        _end(f"--{argument.replace('_', '-')} {told}")
    except JournalError as error:
        _end(f"--db: {error}", _FAILED if isinstance(error, JournalBusyError) else _WRONG_USAGE)
    try:
        if day is not None:
            _check(day, em)
        _listen(em, host, port)
        if access_token is not None:
            em.access_token  # noqa: B018 - issues it
        if day is not None:
            em.play(day)
        typer.echo(f"Upstox emulator ready at {em.url}")
        sys.stdout.flush()
        stop.wait()
    finally:
        em.stop()


def _log_own_lines() -> None:
    """What the emulator has to say; of the servers' engines only what should not happen."""
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("upstox_emulator").setLevel(logging.INFO)


def _end(told: str, code: int = _WRONG_USAGE) -> NoReturn:
    typer.echo(told, err=True)
    raise typer.Exit(code) from None


def _listen(em: Emulator, host: str, port: int) -> None:
    try:
        em.start()
    except OSError as error:
        told = f"Cannot listen on {error.filename}: {error.strerror}."
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            _end(f"{told} --host is an address of this machine, such as 127.0.0.1; got {host!r}.")
        option = "--port" if str(error.filename).endswith(f":{port}") else "--feed-port"
        _end(f"{told} Choose another with {option}, or {option} 0.", _FAILED)
    if host not in {"127.0.0.1", "localhost", "::1"}:
        typer.echo(f"Warning: {host} can be reached from other machines; anybody there can use this account.", err=True)


def _scenario(text: str) -> Scenario:
    from upstox_emulator.scenarios import Scenario  # YAML; only who plays pays

    try:
        return Scenario.load(text)
    except ValueError as error:
        _end(f"--scenario: {error}")


def _check(day: Scenario, em: Emulator) -> None:
    try:
        day.check(em)
    except ValueError as error:
        _end(f"--scenario: {error}")


def _moment(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        _end(f"--start is a moment such as 2026-11-23T09:15:00+05:30, got {text!r}")


def _app(text: str) -> App:
    """An app; errors keep its secret to themselves."""
    client_id, _, rest = text.partition(":")
    secret, _, redirect_uri = rest.partition(":")
    parts = {"CLIENT_ID": client_id, "CLIENT_SECRET": secret, "REDIRECT_URI": redirect_uri}
    missing = next((name for name, part in parts.items() if not part), None)
    if missing is not None:
        _end(f"--app is CLIENT_ID:CLIENT_SECRET:REDIRECT_URI, got one without {missing}, for {client_id!r}")
    if not urlsplit(redirect_uri).scheme:
        _end(f"The REDIRECT_URI of --app is such as http://127.0.0.1:8000/callback, got {redirect_uri!r}")
    return App(client_id=client_id, client_secret=secret, redirect_uri=redirect_uri)
