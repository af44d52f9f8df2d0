"""A login in one call: https://upstox.com/developer/api-documentation/authentication"""

from __future__ import annotations

import asyncio
import datetime
import email.utils
import functools
import logging
import secrets
import sys
import threading
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, Literal, ParamSpec, Protocol, TypeAlias, TypeVar, cast

from upstox_client.api.login_api import LoginApi, authorization_url
from upstox_client.api_client import ApiClient
from upstox_client.auth.app import REFUSALS, App, credential, refusal
from upstox_client.auth.errors import ClockSkewError, LoginError, LoginRefusedError, LoginTimeoutError
from upstox_client.auth.expiry import expiry_of
from upstox_client.auth.inbox import Judge, Listener, Method, Reply
from upstox_client.auth.pages import page
from upstox_client.auth.redirect import Answer, judge_redirect, listening_address, read_pasted
from upstox_client.auth.store import TokenStore
from upstox_client.auth.token import Place, StoredToken, utc_now
from upstox_client.configuration import Configuration

P = ParamSpec("P")
T = TypeVar("T")

Clock: TypeAlias = Callable[[], datetime.datetime]
"""Tells the time, timezone-aware."""

Store: TypeAlias = TokenStore | Literal[False] | None
"""Where the token is kept. None: the store that `UPSTOX_TOKEN_STORE` names; False: nowhere."""

_STATE_BYTES: Final = 32
_MOST_SKEW: Final = datetime.timedelta(minutes=2)

logger = logging.getLogger("upstox_client")


class Listen(Protocol):
    """Starts a listener; `Receiver` is the real one, tests have others."""

    def __call__(self, host: str, port: int, method: Method, judge: Judge[T]) -> Listener[T]:
        """See `Receiver`."""
        ...


def open_in_browser(url: str) -> object:
    """Open the user's browser."""
    import webbrowser

    return webbrowser.open(url)


def say(text: str) -> None:
    """Tell the user on standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def listen_here(host: str, port: int, method: Method, judge: Judge[T]) -> Listener[T]:
    """Listen on this machine."""
    from upstox_client.auth.receiver import Receiver

    return Receiver(host, port, method, judge)


def login(
    client_id: str | None = None,
    client_secret: str | None = None,
    redirect_uri: str | None = None,
    *,
    configuration: Configuration | None = None,
    timeout: float = 180.0,
    open_browser: Callable[[str], object] | None = open_in_browser,
    paste: Callable[[str], str] | None = None,
    echo: Callable[[str], object] = say,
    store: Store = None,
    now: Clock = utc_now,
    listen: Listen = listen_here,
) -> StoredToken:
    """Log in: through the browser to a day's token, stored, and set in `configuration`.

    The browser is sent to Upstox and comes back to `redirect_uri`, where this function listens. Before that, wrong
    credentials, a wrong clock and a taken port are found out. With `paste` nobody listens: the user brings the answer.

    Parameters:
        client_id, client_secret: the app's API key and secret; default: `UPSTOX_CLIENT_ID`, `UPSTOX_CLIENT_SECRET`.
        redirect_uri: the URL registered with the app, to the letter; default: `UPSTOX_REDIRECT_URI`. Without `paste` an
            http URL of this machine, such as `http://127.0.0.1:8000/callback`.
        configuration: which Upstox; its `access_token` is set. Default: a new `Configuration()`.
        timeout: seconds to wait for the browser to come back.
        open_browser: shows a URL to the user, in a thread of its own; None: `echo` alone tells it.
        paste: for other redirect URIs: is given the URL to open, and returns the URL that the browser was redirected
            to, or the code in it.
        echo: told, in a sentence, what happens; the URL to open is among it.
        store: where the token is kept.
        now: tells the time.
        listen: starts the listener.

    Returns:
        The token, whose it is and until when it is good.

    Raises:
        MissingCredentialError, RedirectUriError, ListenError, ClockSkewError, TokenStoreError: found out beforehand.
        LoginRefusedError: Upstox does not accept the client id, the secret, the redirect URI or the code.
        LoginDeniedError: the account holder said no.
        LoginTimeoutError: nobody came back in time.
        StateMismatchError: what was pasted is not the answer to this login.
        ApiException: a call failed for another reason: no network, rate limit, Upstox is down.

    https://upstox.com/developer/api-documentation/authorize
    """
    app = App(
        credential("client_id", client_id),
        credential("client_secret", client_secret),
        credential("redirect_uri", redirect_uri),
    )
    configuration = login_configuration(configuration)
    state = secrets.token_urlsafe(_STATE_BYTES)
    url = authorization_url(app.client_id, app.redirect_uri, state=state, configuration=configuration)
    keeper = Keeper(configuration, store, now)
    with ApiClient(configuration) as client:
        api = LoginApi(client)
        if paste is not None:
            _preflight(api, app, now)
            return _exchange(api, app, read_pasted(paste(url), state), keeper)
        address = listening_address(app.redirect_uri)
        listener = listen(address.host, address.port, "GET", judge_redirect(address.path, state))
        try:
            _preflight(api, app, now)
            echo(f"Log in at Upstox in your browser. If none opens, open this address yourself:\n{url}")
            if open_browser is not None:
                _show(open_browser, url, echo)
            answer = listener.wait(timeout)
            if answer is None:
                raise LoginTimeoutError(f"Nobody logged in within {timeout:g} seconds. Start again")
            return _finish(listener, api, app, answer, keeper)
        finally:
            listener.close()


def exchange(
    redirected: str,
    *,
    state: str | None = None,
    client_id: str | None = None,
    client_secret: str | None = None,
    redirect_uri: str | None = None,
    configuration: Configuration | None = None,
    store: Store = None,
    now: Clock = utc_now,
) -> StoredToken:
    """The second half of a login, for programs that send the user to `authorization_url(...)` themselves.

    Parameters:
        redirected: the URL that the browser was redirected to, its query, or the code in it.
        state: what was given to `authorization_url`; an answer with another one is not used. A bare code has none.
        client_id, client_secret, redirect_uri, configuration, store, now: as for `login`.

    Raises:
        StateMismatchError, RedirectUriError: `redirected` is not the answer, or no answer at all. Nothing was spent.
        LoginRefusedError, LoginDeniedError, MissingCredentialError, TokenStoreError, ApiException: as for `login`.

    https://upstox.com/developer/api-documentation/get-token
    """
    app = App(
        credential("client_id", client_id),
        credential("client_secret", client_secret),
        credential("redirect_uri", redirect_uri),
    )
    answer = read_pasted(redirected, state)
    configuration = login_configuration(configuration)
    keeper = Keeper(configuration, store, now)
    with ApiClient(configuration) as client:
        return _exchange(LoginApi(client), app, answer, keeper)


def login_configuration(configuration: Configuration | None) -> Configuration:
    """The configuration to log in with.

    Raises:
        LoginError: it is a sandbox's, which has no login.
    """
    configuration = configuration or Configuration()
    if configuration.sandbox:
        raise LoginError(
            "The sandbox has no login. Generate a token on https://account.upstox.com/developer/apps#sandbox and store "
            "it with `upstox login --sandbox --token`"
        )
    return configuration


class Keeper:
    """Keeps a fresh token: in the configuration, and in the store, which is tried out at once."""

    def __init__(self, configuration: Configuration, store: Store, now: Clock) -> None:
        self._configuration = configuration
        self._store = None if store is False else store or TokenStore.from_env()
        self.now = now
        if self._store is not None:
            self._store.prepare()

    def keep(
        self,
        token: str,
        client_id: str,
        *,
        user_id: str | None,
        user_name: str | None = None,
        expires_at: datetime.datetime | None = None,
        extended_token: str | None = None,
    ) -> StoredToken:
        """Keep a token that was issued just now."""
        received_at = self.now()
        place = Place.of(self._configuration)
        kept = StoredToken(
            token=token,
            environment=place.environment,
            host=place.host,
            client_id=client_id,
            user_id=user_id,
            user_name=user_name,
            received_at=received_at,
            expires_at=expires_at or expiry_of("access", received_at, token),
            extended_token=extended_token,
        )
        self._configuration.access_token = token
        if self._store is not None:
            self._store.put(kept)
        return kept


def _preflight(api: LoginApi, app: App, now: Clock) -> None:
    """Find out what is wrong while nothing has been spent."""
    try:
        _, _, headers = api.authorize.with_http_info(client_id=app.client_id, redirect_uri=app.redirect_uri)
    except REFUSALS as error:
        raise refusal(error, app) from error
    check_clock(headers, now())


def check_clock(headers: Mapping[str, str], local: datetime.datetime) -> None:
    """Compare this machine's clock with the server's.

    Raises:
        ClockSkewError: they are apart by more than two minutes.
    """
    try:
        server = email.utils.parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return
    if server.tzinfo is not None and abs(local - server) > _MOST_SKEW:
        raise ClockSkewError(local, server)


def _show(open_browser: Callable[[str], object], url: str, echo: Callable[[str], object]) -> None:
    def show() -> None:
        try:
            open_browser(url)
        except Exception as error:  # noqa: BLE001 - whatever is against it, the user can open the address
            logger.debug("the browser could not be opened: %s", type(error).__name__)  # its text may have the state
            echo("The browser could not be opened; open the address yourself.")

    # In a thread: a browser of the terminal returns only once it is left.
    threading.Thread(target=show, daemon=True, name="upstox-browser").start()


def _finish(listener: Listener[Answer], api: LoginApi, app: App, answer: Answer, keeper: Keeper) -> StoredToken:
    """Exchange the code, and tell the browser how it went."""
    try:
        token = _exchange(api, app, answer, keeper)
    except Exception:
        text = "See the terminal or the program that you started the login from."
        listener.answer(Reply(400, page("The login did not work", text)))
        raise
    who = f" as {token.user_name}" if token.user_name else ""
    listener.answer(
        Reply(200, page("You are logged in", f"You are logged in{who}. You can close this window.", good=True))
    )
    return token


def _exchange(api: LoginApi, app: App, answer: Answer, keeper: Keeper) -> StoredToken:
    """The token for a code, asked for once: a code works once, even if the exchange fails."""
    code = answer.the_code()
    try:
        response = api.token(
            code=code,
            client_id=app.client_id,
            client_secret=app.client_secret,
            redirect_uri=app.redirect_uri,
            grant_type="authorization_code",
        )
    except REFUSALS as error:
        raise refusal(error, app) from error
    if not response.access_token:
        raise LoginRefusedError("Upstox answered the login without a token. Start again")
    return keeper.keep(
        response.access_token,
        app.client_id,
        user_id=response.user_id,
        user_name=response.user_name,
        extended_token=response.extended_token,
    )


def in_thread(function: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """`function`, which takes `listen`, for `await`: it runs in a thread, and ends early if it is cancelled."""

    async def call(*args: Any, listen: Any = listen_here, **kwargs: Any) -> Any:
        cancelled = threading.Event()
        listeners: list[Listener[Any]] = []

        def listen_and_tell(*where: Any) -> Any:
            listener = listen(*where)
            listeners.append(listener)
            if cancelled.is_set():
                listener.close()
            return listener

        work = functools.partial(cast("Any", function), *args, listen=listen_and_tell, **kwargs)
        try:
            return await asyncio.to_thread(work)
        except asyncio.CancelledError:
            cancelled.set()
            for listener in listeners:
                listener.close()
            raise

    call.__name__ = call.__qualname__ = f"a{function.__name__}"
    call.__doc__ = f"`{function.__name__}`, awaitable: the same parameters, result and exceptions."
    return cast("Callable[P, Coroutine[Any, Any, T]]", call)


alogin = in_thread(login)
