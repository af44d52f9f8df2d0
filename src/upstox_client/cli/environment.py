"""`upstox env`"""

from __future__ import annotations

import datetime
import os
import platform
from typing import TYPE_CHECKING

import msgspec

from upstox_client._version import __version__
from upstox_client.cli import show
from upstox_client.cli.options import BaseUrl, ClientId, Json, Sandbox, configuration_for
from upstox_client.cli.words import duration, lifetime
from upstox_client.configuration import Configuration
from upstox_client.core.limits import ORDERS, STANDARD, Window
from upstox_client.redact import redact_url

if TYPE_CHECKING:
    from upstox_client.auth.store import TokenStore


class TokenReport(msgspec.Struct, kw_only=True):
    """What is known of the token in use. Never the token."""

    source: str
    """`UPSTOX_ACCESS_TOKEN`, `store` or `none`."""
    kind: str | None = None
    user_id: str | None = None
    user_name: str | None = None
    expires_at: datetime.datetime | None = None
    seconds_left: int | None = None
    expired: bool | None = None


class Report(msgspec.Struct, kw_only=True):
    """What `upstox env --json` prints."""

    environment: str
    host: str
    order_host: str
    client_id: str | None
    token: TokenReport
    token_store: str
    rate_limit: bool
    versions: dict[str, str]


def env(client_id: ClientId = None, sandbox: Sandbox = False, base_url: BaseUrl = None, json: Json = False) -> None:
    """Where calls go, with which token, until when. Calls nobody, and never shows the token."""
    from upstox_client.auth.token import utc_now

    configuration = configuration_for(sandbox=sandbox, base_url=base_url)
    now = utc_now()
    report = _report(configuration, client_id, now)
    if json:
        show.as_json(report)
        return
    show.pairs(
        f"Upstox: {report.environment}",
        [
            ("API", report.host),
            ("Single orders", report.order_host),
            ("Client id", report.client_id or "-"),
            ("Token", _token_in_words(report.token, now)),
            ("Stored in", report.token_store),
            *_limits_in_words(configuration),
            (
                "Versions",
                "upstox-python-sdk {upstox-python-sdk}, Python {Python}, {system}".format_map(report.versions),
            ),
        ],
    )


def _report(configuration: Configuration, client_id: str | None, now: datetime.datetime) -> Report:
    from upstox_client.auth.store import TokenStore

    store = TokenStore.from_env(note=show.say)
    name = client_id or os.environ.get("UPSTOX_CLIENT_ID") or store.last(configuration)
    return Report(
        environment=configuration.environment,
        host=redact_url(configuration.host),
        order_host=redact_url(configuration.order_host),
        client_id=name,
        token=_token(configuration, store, client_id, name, now),
        token_store=store.location(configuration, name),
        rate_limit=configuration.rate_limit,
        versions={
            "upstox-python-sdk": __version__,
            "Python": platform.python_version(),
            "system": f"{platform.system()} {platform.release()}",
        },
    )


def _token(
    configuration: Configuration, store: TokenStore, asked: str | None, name: str | None, now: datetime.datetime
) -> TokenReport:
    from upstox_client.auth.expiry import stamps_of
    from upstox_client.ist import IST

    if configuration.access_token and asked is None:
        stamps = stamps_of(configuration.access_token)
        report = TokenReport(source="UPSTOX_ACCESS_TOKEN", expires_at=stamps and stamps[1].astimezone(IST))
    else:
        stored = store.peek(configuration, name)
        if stored is None:
            return TokenReport(source="none")
        report = TokenReport(
            source="store",
            kind=stored.kind,
            user_id=stored.user_id,
            user_name=stored.user_name,
            expires_at=stored.expires_at,
        )
    if report.expires_at is not None:
        report.seconds_left = int((report.expires_at - now).total_seconds())
        report.expired = report.seconds_left <= 0
    return report


def _token_in_words(token: TokenReport, now: datetime.datetime) -> str:
    if token.source == "none":
        return "none; log in: upstox login"
    whose = f" of {token.user_name or token.user_id}" if token.user_name or token.user_id else ""
    until = f", {lifetime(token.expires_at, now)}" if token.expires_at else ""
    return f"{token.kind}{whose}{until}" if token.kind else f"from {token.source}{until}"


def _limits_in_words(configuration: Configuration) -> list[tuple[str, str]]:
    if not configuration.rate_limit:
        return [("Rate limit", "off")]
    return [("Rate limit", f"on: each call {_windows(STANDARD)}"), ("", f"orders together {_windows(ORDERS)}")]


def _windows(windows: tuple[Window, ...]) -> str:
    return ", ".join(f"{window.count} in {duration(window.seconds)}" for window in windows)
