"""`upstox emulator`: an Upstox in the foreground."""

from __future__ import annotations

import datetime as dt
import logging
import signal
import sys
import threading
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from upstox_emulator.account.tokens import App
from upstox_emulator.emulator import Emulator
from upstox_emulator.journal import JournalError


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
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop = threading.Event()

    def interrupt(*_: object) -> None:
        stop.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, interrupt)
    try:
        em = Emulator(
            seed=seed,
            host=host,
            port=port,
            access_token=access_token,
            market=market.value,
            start=None if start is None else _moment(start),
            speed=speed,
            db=db,
            apps=[_app(text) for text in app or ()],
            rate_limit=rate_limit,
            feed_port=feed_port,
            plan=plan.value,
        )
        em.start()
    except (OSError, ValueError, JournalError) as error:
        typer.echo(_explain(error, host, port), err=True)
        raise typer.Exit(1) from None
    if host not in {"127.0.0.1", "localhost", "::1"}:
        typer.echo(f"Warning: {host} can be reached from other machines; anybody there can use this account.", err=True)
    if access_token is not None:
        em.access_token  # noqa: B018 - issues it
    try:
        if scenario is not None:
            em.play(scenario)
    except ValueError as error:
        em.stop()
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"Upstox emulator ready at {em.url}")
    sys.stdout.flush()
    stop.wait()
    em.stop()


def _explain(error: Exception, host: str, port: int) -> str:
    if isinstance(error, OSError):
        return f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port, or --port 0."
    return str(error)


def _moment(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"--start takes a moment such as 2026-11-23T09:15:00+05:30, got {text!r}") from None


def _app(text: str) -> App:
    client_id, _, rest = text.partition(":")
    secret, _, redirect_uri = rest.partition(":")
    if not (client_id and secret and redirect_uri):
        raise ValueError(f"--app takes CLIENT_ID:CLIENT_SECRET:REDIRECT_URI, got {text!r}")
    return App(client_id=client_id, client_secret=secret, redirect_uri=redirect_uri)
