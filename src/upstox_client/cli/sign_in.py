"""`upstox login` and `upstox logout`."""

from __future__ import annotations

import enum
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlsplit

import typer

from upstox_client.cli import show
from upstox_client.cli.options import (
    BaseUrl,
    ClientId,
    Json,
    Sandbox,
    WrongUsageError,
    calling,
    configuration_for,
    interactive,
)
from upstox_client.cli.words import lifetime
from upstox_client.configuration import Configuration

if TYPE_CHECKING:
    from upstox_client.auth import StoredToken, TokenStore

_REDIRECT_URI: Final = "http://127.0.0.1:8000/callback"


class Kind(enum.StrEnum):
    """The kinds of ready tokens."""

    ACCESS = "access"
    EXTENDED = "extended"
    ANALYTICS = "analytics"
    SANDBOX = "sandbox"


ClientSecret = Annotated[
    str | None,
    typer.Option(
        "--client-secret",
        metavar="SECRET",
        help="The app's secret. Better in UPSTOX_CLIENT_SECRET, or typed when asked: others can see a command line.",
    ),
]
RedirectUri = Annotated[
    str | None,
    typer.Option("--redirect-uri", metavar="URI", help="As registered with the app; default: UPSTOX_REDIRECT_URI."),
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Show the address to open, and open nothing.")]
Timeout = Annotated[
    float | None,
    typer.Option("--timeout", metavar="SECONDS", min=1, help="How long to wait; default: 180, with --notifier 600."),
]
Paste = Annotated[
    bool,
    typer.Option("--paste", help="Paste the address you are redirected to: for redirect URIs not on this machine."),
]
Notifier = Annotated[
    bool, typer.Option("--notifier", help="Individual users: approve in the Upstox app; the token is posted here.")
]
ListenAt = Annotated[
    str,
    typer.Option("--listen", metavar="HOST:PORT/PATH", help="Where --notifier waits."),
]
UserId = Annotated[
    str | None, typer.Option("--user-id", metavar="ID", help="The only account whose token --notifier accepts.")
]
Token = Annotated[
    bool, typer.Option("--token", help="Store a ready token, typed when asked or read from standard input.")
]
KindOf = Annotated[Kind | None, typer.Option("--kind", help="What sort of token --token stores.")]


def login(
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    redirect_uri: RedirectUri = None,
    no_browser: NoBrowser = False,
    timeout: Timeout = None,
    paste: Paste = False,
    notifier: Notifier = False,
    listen: ListenAt = "127.0.0.1:8000/",
    user_id: UserId = None,
    token: Token = False,
    kind: KindOf = None,
    sandbox: Sandbox = False,
    base_url: BaseUrl = None,
    json: Json = False,
) -> None:
    """Log in, and keep the token for the other commands and for your programs.

    The browser opens at Upstox and comes back to the redirect URI. An access token is good until 03:30 IST.
    """
    from upstox_client.auth import TokenStore

    if paste + notifier + token > 1:
        raise WrongUsageError("--paste, --notifier and --token exclude each other.")
    if kind is not None and not token:
        raise WrongUsageError("--kind is for --token.")
    configuration = configuration_for(sandbox=sandbox, base_url=base_url)
    store = TokenStore.from_env(note=show.say)
    store.prepare()
    if token:
        stored = _store_ready(configuration, store, client_id, kind)
    elif notifier:
        stored = _by_notifier(configuration, store, client_id, client_secret, listen, user_id, timeout)
    else:
        stored = _by_browser(configuration, store, client_id, client_secret, redirect_uri, timeout, no_browser, paste)
    _report(stored, store, json=json)


def _by_browser(
    configuration: Configuration,
    store: TokenStore,
    client_id: str | None,
    client_secret: str | None,
    redirect_uri: str | None,
    timeout: float | None,
    no_browser: bool,
    paste: bool,
) -> StoredToken:
    from upstox_client import auth
    from upstox_client.auth.flow import login_configuration, open_in_browser

    login_configuration(configuration)  # before anything is asked for
    return auth.login(
        _asked("Client id (API key)", "--client-id", "UPSTOX_CLIENT_ID", client_id, default=store.last(configuration)),
        _asked("Client secret", "--client-secret", "UPSTOX_CLIENT_SECRET", client_secret, hidden=True),
        _asked(
            "Redirect URI",
            "--redirect-uri",
            "UPSTOX_REDIRECT_URI",
            redirect_uri,
            default=_REDIRECT_URI,
            offer_only=True,
        ),
        configuration=configuration,
        timeout=timeout or 180.0,
        open_browser=None if no_browser else open_in_browser,
        paste=_paste if paste else None,
        echo=show.say,
        store=store,
    )


def _by_notifier(
    configuration: Configuration,
    store: TokenStore,
    client_id: str | None,
    client_secret: str | None,
    listen: str,
    user_id: str | None,
    timeout: float | None,
) -> StoredToken:
    from upstox_client import auth
    from upstox_client.auth.flow import login_configuration

    login_configuration(configuration)
    try:
        where = urlsplit(f"//{listen}")
        host, port = where.hostname, where.port
    except ValueError:
        host = port = None
    if not host or port is None:
        raise WrongUsageError(f"--listen is HOST:PORT/PATH, such as 127.0.0.1:8000/, got {listen!r}.")
    return auth.request_token(
        _asked("Client id (API key)", "--client-id", "UPSTOX_CLIENT_ID", client_id, default=store.last(configuration)),
        _asked("Client secret", "--client-secret", "UPSTOX_CLIENT_SECRET", client_secret, hidden=True),
        host=host,
        port=port,
        path=urlsplit(f"//{listen}").path or "/",
        user_id=user_id,
        configuration=configuration,
        timeout=timeout or 600.0,
        echo=show.say,
        store=store,
    )


def _store_ready(
    configuration: Configuration, store: TokenStore, client_id: str | None, kind: Kind | None
) -> StoredToken:
    import msgspec

    from upstox_client.api.user_api import UserApi
    from upstox_client.auth import StoredToken, TokenExpiredError

    if kind is None:
        kind = Kind.SANDBOX if configuration.environment == "sandbox" else Kind.ACCESS
    text = _hidden("Token") if interactive() else sys.stdin.read()
    client_id = client_id or os.environ.get("UPSTOX_CLIENT_ID", "")
    try:
        stored = StoredToken.ready(text, kind.value, configuration, client_id=client_id)
    except ValueError as error:
        raise WrongUsageError(f"{str(error).capitalize()}.") from None
    if stored.expired():
        raise TokenExpiredError("This token has expired. Generate a new one")
    if kind is Kind.ACCESS:  # the other kinds may not ask who they are
        configuration.access_token = stored.token
        with calling(configuration) as client:
            profile = UserApi(client).get_profile().data
        if profile is not None:
            stored = msgspec.structs.replace(stored, user_id=profile.user_id, user_name=profile.user_name)
    store.put(stored)
    return stored


def logout(
    client_id: ClientId = None,
    local: Annotated[bool, typer.Option("--local", help="Only forget the token here; ask no server.")] = False,
    sandbox: Sandbox = False,
    base_url: BaseUrl = None,
) -> None:
    """Kill the token at Upstox, and forget it here."""
    from upstox_client.auth import NotLoggedInError, Place, TokenStore

    configuration = configuration_for(sandbox=sandbox, base_url=base_url)
    store = TokenStore.from_env(note=show.say)
    in_use = "" if client_id else configuration.access_token
    stored = store.get(configuration, client_id or os.environ.get("UPSTOX_CLIENT_ID"))
    if in_use and stored is not None and stored.token != in_use:
        stored = None  # another one, which is not in use
    if stored is None and not in_use:
        raise NotLoggedInError(f"No token is stored for {Place.of(configuration)}: there is nothing to log out from")
    if local or (stored is not None and stored.kind != "access"):
        show.say("Upstox was not asked: the token is good until it expires, for whoever has it.")
    else:
        _kill(configuration, in_use or (stored.token if stored else ""))
    if stored is not None:
        store.delete(configuration, stored.name)
        show.say(f"Logged out of {stored.place} ({stored.name}).")
    if in_use:
        show.say("UPSTOX_ACCESS_TOKEN is still set: unset it.")


def _kill(configuration: Configuration, secret: str) -> None:
    from upstox_client.api.login_api import LoginApi
    from upstox_client.errors import AuthenticationError

    configuration.access_token = secret
    try:
        with calling(configuration) as client:
            LoginApi(client).logout()
    except AuthenticationError:
        show.say("Upstox says that the token was dead already.")


def _report(stored: StoredToken, store: TokenStore, *, json: bool) -> None:
    from upstox_client.auth.token import utc_now

    now = utc_now()
    if json:
        about: dict[str, Any] = {
            "environment": stored.environment,
            "host": stored.host or None,
            "client_id": stored.client_id or None,
            "kind": stored.kind,
            "user_id": stored.user_id,
            "user_name": stored.user_name,
            "expires_at": stored.expires_at,
            "seconds_left": int(stored.seconds_left(now)),
        }
        show.as_json(about)
        return
    who = " ".join(filter(None, (stored.user_name, stored.user_id and f"({stored.user_id})")))
    until = lifetime(stored.expires_at, now)
    if who:
        show.say(f"Logged in to {stored.place} as {who}. The token {until}.")
    else:
        show.say(f"The {stored.kind} token for {stored.place} is stored; it {until}.")
    show.say(f"It is kept in {store.location(stored.place, stored.name)}.")
    if os.environ.get("UPSTOX_ACCESS_TOKEN", stored.token) != stored.token:
        show.say("UPSTOX_ACCESS_TOKEN is set to another one, which goes first: unset it.")


def _asked(
    what: str,
    option: str,
    variable: str,
    given: str | None,
    *,
    default: str | None = None,
    hidden: bool = False,
    offer_only: bool = False,
) -> str:
    """An option's value: as given, from the environment, the default, or what the user types."""
    found = given or os.environ.get(variable) or (None if offer_only else default)
    if found:
        return found
    if not interactive():
        raise WrongUsageError(f"{what} is missing: give {option}, or set {variable}.")
    if hidden:
        return _hidden(what)
    text: str = typer.prompt(what, default=default, err=True)
    return text


def _hidden(what: str) -> str:
    text: str = typer.prompt(f"{what} (not shown)", hide_input=True, err=True)
    return text


def _paste(url: str) -> str:
    show.say(f"Log in at this address, in any browser:\n\n{url}\n")
    show.say("The browser ends at your redirect URI, with `code=` in the address. Paste that whole address here.")
    if not interactive():
        return sys.stdin.readline()
    text: str = typer.prompt("Address", err=True)
    return text
