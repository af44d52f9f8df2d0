"""`upstox doctor`: what stands between this machine and Upstox, and what to do about it."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import functools
import os
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec
import typer

from upstox_client.amounts import grouped
from upstox_client.auth.errors import LoginError
from upstox_client.cli import show
from upstox_client.cli.exits import exit_code, in_words
from upstox_client.cli.options import BaseUrl, ClientId, Csv, Json, Paper, Sandbox, WrongUsageError, configuration_for
from upstox_client.cli.tables import Columns, emit
from upstox_client.cli.words import duration, lifetime
from upstox_client.configuration import Configuration
from upstox_client.core.limits import ORDERS, STANDARD
from upstox_client.errors import ApiException, AuthenticationError, NetworkError
from upstox_client.redact import redact_url

if TYPE_CHECKING:
    from upstox_client.api_client import ApiClient

State: TypeAlias = Literal["ok", "warning", "failed", "skipped"]
Found: TypeAlias = tuple[State, str, str]
"""How it is, in words, and what to do about it."""

_TOLERABLE: Final = 5.0  # seconds that the clock may be off
_HARMFUL: Final = 60.0
_SOON: Final = 30 * 60.0  # seconds before a token's end at which it is told
_DAYS_OF_CERTIFICATE: Final = 7
_CONNECT_TIMEOUT: Final = 5.0
_RENEWED: Final = "They are renewed by the next command that needs them, such as `upstox search`."
_COLOURS: Final = {"ok": "green", "warning": "yellow", "failed": "red"}


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at.

    Attributes:
        name: what.
        state: `ok`, `warning`, `failed` or `skipped`.
        found: how it is.
        mend: what to do; empty if nothing is to be done.
        code: the exit code of a failure.
    """

    name: str
    state: State
    found: str
    mend: str = ""
    code: int = 0


def doctor(
    paper: Paper = False,
    client_id: ClientId = None,
    sandbox: Sandbox = False,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
    offline: Annotated[bool, typer.Option("--offline", help="Look at this machine only, and call nobody.")] = False,
) -> None:
    """Check hosts, TLS, clock, token, static IP, limits and the instrument store, and say what to mend.

    Exits with 0 if orders can be sent, warnings or not; else with the code of the first failure.
    """
    if paper:
        if sandbox or base_url or client_id:
            raise WrongUsageError("--paper excludes --sandbox, --base-url and --client-id.")
        from upstox_client.trading.paper import start_paper

        emulator = start_paper()
        try:
            checks = list(examine(emulator.configuration(), None, offline=offline))
        finally:
            emulator.stop()
    else:
        configuration = configuration_for(sandbox=sandbox, base_url=base_url)
        checks = list(examine(configuration, client_id, offline=offline))
    if json or csv:
        emit("", _table(checks), json=json, csv=csv)
    else:
        _print(checks)
    failed = [check for check in checks if check.state == "failed"]
    if failed:
        raise typer.Exit(failed[0].code)


def examine(configuration: Configuration, client_id: str | None, *, offline: bool = False) -> Iterator[Check]:
    """All that is looked at, in the order in which one thing needs the other."""
    from upstox_client.api_client import ApiClient
    from upstox_client.auth import load_token

    yield _check("configuration", lambda: _configuration(configuration))
    hosts = [("API host", configuration.host), ("order host", configuration.order_host)]
    for name, host in hosts if configuration.host != configuration.order_host else hosts[:1]:
        yield _check(f"TLS of the {name}", functools.partial(_tls, configuration, host), offline=offline)
    token = _check("token", lambda: _token(configuration, client_id))
    if token.state != "failed":
        load_token(configuration, client_id)
    silent = copy.copy(configuration)
    silent.retries = 0
    with ApiClient(silent) as client:
        reached = _check("hosts", lambda: _hosts(client), offline=offline)
        yield reached
        unreachable = offline or reached.state == "failed"
        yield _check("clock", lambda: _clock(client), offline=unreachable)
        yield token
        asking = unreachable or token.state == "failed" or configuration.sandbox
        yield _check("account", lambda: _account(client), offline=asking)
        yield _check("static IP", lambda: _static_ip(client), offline=asking)
    yield _check("rate limits", lambda: _limits(configuration))
    yield _check("instruments", lambda: _instruments(configuration))


def _check(name: str, look: Callable[[], Found], *, offline: bool = False) -> Check:
    """Look; what goes wrong meanwhile is what was found."""
    if offline:
        return Check(name=name, state="skipped", found="not looked at")
    try:
        state, found, mend = look()
    except (ApiException, LoginError, ValueError, OSError, LookupError) as error:
        found, _, mend = in_words(error).partition("\n")
        return Check(name=name, state="failed", found=found, mend=mend, code=exit_code(error))
    return Check(name=name, state=state, found=found, mend=mend, code=1 if state == "failed" else 0)


# What is looked at


def _configuration(configuration: Configuration) -> Found:
    names = sorted(name for name in os.environ if name.startswith("UPSTOX_"))
    said = f" ({', '.join(names)} set)" if names else ""
    where = redact_url(configuration.host)
    if configuration.environment == "live":
        return "ok", f"live, real money: {where}{said}", ""
    return "ok", f"{configuration.environment}: {where}{said}", ""


def _tls(configuration: Configuration, host: str) -> Found:
    url = urlsplit(host)
    if url.scheme != "https":
        return "ok", "none: this machine talks to itself", ""
    if configuration.proxy:
        return "skipped", "it ends at the proxy", ""
    context = ssl.create_default_context()
    if configuration.ssl_ca_cert:
        context.load_verify_locations(configuration.ssl_ca_cert)
    name, port = url.hostname or "", url.port or 443
    try:
        with (
            socket.create_connection((name, port), timeout=_CONNECT_TIMEOUT) as plain,
            context.wrap_socket(plain, server_hostname=name) as secure,
        ):
            version, certificate = secure.version(), secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        mend = (
            "Somebody stands between. If that is your company's proxy, set configuration.ssl_ca_cert to its authority."
        )
        return "failed", f"{name} cannot prove who it is: {error.verify_message}", mend
    except OSError as error:
        raise NetworkError(0, f"{name}:{port}: {error.strerror or error}") from error
    ends = ssl.cert_time_to_seconds(str(certificate.get("notAfter")))
    days = (ends - time.time()) / 86_400
    state: State = "ok" if days > _DAYS_OF_CERTIFICATE else "warning"
    return state, f"{version}, the certificate is good for {days:.0f} days", ""


def _hosts(client: ApiClient) -> Found:
    times: list[str] = []
    for name, request in zip(("API", "orders"), client.probes(), strict=False):
        begun = time.perf_counter()
        try:
            client.execute(request)
        except NetworkError as error:
            error.add_note(redact_url(client.base_url(request)))
            raise
        except ApiException:
            pass  # whatever it says, it is there
        times.append(f"{name} {(time.perf_counter() - begun) * 1000:.0f} ms")
    return "ok", f"both answer: {', '.join(times)}", ""


def _clock(client: ApiClient) -> Found:
    answer = client.last_response
    stamp = None if answer is None else answer.getheader("Date")
    if not stamp:
        return "skipped", "the server does not say what time it is", ""
    off = time.time() - parsedate_to_datetime(stamp).timestamp()
    words = f"{abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} the server"
    if abs(off) <= _TOLERABLE:
        return "ok", "right", ""
    mend = "Have it set from the network: `timedatectl set-ntp true`, or your system's settings."
    return ("failed" if abs(off) > _HARMFUL else "warning"), words, mend


def _token(configuration: Configuration, client_id: str | None) -> Found:
    from upstox_client.auth import load_token
    from upstox_client.auth.expiry import stamps_of
    from upstox_client.auth.token import utc_now

    stored = load_token(configuration, client_id)
    if stored is not None:
        expires: dt.datetime | None = stored.expires_at
        whose = f"{stored.kind} of {stored.user_name or stored.user_id or stored.name}"
    else:
        stamps = stamps_of(configuration.access_token)
        expires, whose = stamps[1] if stamps else None, "from UPSTOX_ACCESS_TOKEN"
    if configuration.environment == "emulator":
        return "ok", f"{whose}; an emulator has a clock of its own", ""
    if expires is None:
        return "ok", f"{whose}; it does not say until when it is good", ""
    now = utc_now()
    left = (expires - now).total_seconds()
    found = f"{whose}, {lifetime(expires, now)}"
    if left <= 0:
        raise AuthenticationError(401, f"the token {found}")
    return ("warning", found, "Log in again before it ends: upstox login") if left < _SOON else ("ok", found, "")


def _account(client: ApiClient) -> Found:
    from upstox_client.api.user_api import UserApi
    from upstox_client.models.user import ProfileData

    profile = UserApi(client).get_profile().data or ProfileData()
    who = f"{profile.user_name} ({profile.user_id})"
    if profile.is_active is False:
        return "failed", f"{who} is not active", "Have the account activated: account.upstox.com."
    if not (profile.poa or profile.ddpi):
        mend = "Without POA or DDPI, shares are sold from the demat account only after a TPIN at CDSL."
        return "warning", f"{who}; neither POA nor DDPI", mend
    return "ok", f"{who}; {', '.join(profile.exchanges or ())}", ""


def _static_ip(client: ApiClient) -> Found:
    from upstox_client.api.user_api import UserApi
    from upstox_client.models.user import UserIpResponseData

    data = UserApi(client).get_user_ips().data or UserIpResponseData()
    registered = [ip for ip in (data.primary_ip, data.secondary_ip) if ip]
    if not registered:
        mend = (
            "Orders are refused (UDAPI1154) until one is registered with your app: account.upstox.com/developer/apps."
        )
        return "warning", "none is registered", mend
    return "ok", f"orders are taken from {' and '.join(registered)} only; see that this machine goes out there", ""


def _limits(configuration: Configuration) -> Found:
    if not configuration.rate_limit:
        return "warning", "not kept by this client", "Unset UPSTOX_RATE_LIMIT, or Upstox may block you for a while."
    windows = {
        name: ", ".join(f"{window.count} in {duration(window.seconds)}" for window in bucket)
        for name, bucket in (("each call", STANDARD), ("orders together", ORDERS))
    }
    return "ok", "kept: " + "; ".join(f"{name} {text}" for name, text in windows.items()), ""


def _instruments(configuration: Configuration) -> Found:
    from upstox_client.auth import IST, Place
    from upstox_client.instruments import InstrumentFileError, Instruments
    from upstox_client.trading.listing import Listing

    listing = Listing(None, Place.of(configuration))
    if not listing.path.exists():
        return "ok", f"none yet; the first command that needs them downloads them to {listing.path}", ""
    try:
        book = Instruments.open(listing.path, dt.datetime.now(IST).date())
    except InstrumentFileError as error:
        return "warning", str(error), _RENEWED
    with contextlib.closing(book):
        count = len(book)
    age = dt.datetime.now(IST) - listing.checked_at()
    found = f"{grouped(count, 0)}, looked for newer ones {duration(age.total_seconds())} ago, in {listing.path}"
    if age > dt.timedelta(days=1):
        return "warning", found, _RENEWED
    return "ok", found, ""


# How it is shown


def _table(checks: list[Check]) -> Columns:
    names = ("name", "state", "found", "mend")
    return Columns({name: [getattr(check, name) for check in checks] for name in names})


def _print(checks: list[Check]) -> None:
    width = max(len(check.name) for check in checks)
    for check in checks:
        typer.secho(f"{check.state:<8}", fg=_COLOURS.get(check.state), nl=False)
        typer.echo(f" {check.name:<{width}}  {check.found}")
        if check.mend:
            typer.echo(f"{'':<8} {'':<{width}}  {check.mend}")
    count = sum(check.state == "failed" for check in checks)
    warned = sum(check.state == "warning" for check in checks)
    show.say(f"{count} failed, {warned} to look at." if count or warned else "All is well.")
