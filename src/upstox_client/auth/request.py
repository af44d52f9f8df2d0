"""The individual user's way to a token: approve in the Upstox app, and the token is posted to a notifier.

https://upstox.com/developer/api-documentation/access-token-request
"""

from __future__ import annotations

import datetime
import hmac
from collections.abc import Callable
from typing import Any, Final

import msgspec

from upstox_client.api.login_api import LoginApi
from upstox_client.api_client import ApiClient
from upstox_client.auth.app import REFUSALS, App, credential, refusal
from upstox_client.auth.errors import LoginTimeoutError
from upstox_client.auth.expiry import expiry_of
from upstox_client.auth.flow import Clock, Keeper, Listen, Store, in_thread, listen_here, login_configuration, say
from upstox_client.auth.inbox import Accepted, Incoming, Judge, Reply
from upstox_client.auth.token import StoredToken, utc_now
from upstox_client.configuration import Configuration
from upstox_client.ist import IST
from upstox_client.models.login import IndieUserInitTokenData, IndieUserTokenRequest
from upstox_client.redact import REDACTED, redact_url

_JSON: Final = "application/json"


class Notice(msgspec.Struct, frozen=True):
    """What is posted to the notifier; times are epoch milliseconds as text. Its repr hides the token.

    https://upstox.com/developer/api-documentation/appendix/notifier-webhook-endpoint
    """

    client_id: str
    access_token: str
    message_type: str
    user_id: str | None = None
    token_type: str | None = None
    expires_at: str | int | None = None
    issued_at: str | int | None = None

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("client_id", self.client_id), ("access_token", REDACTED), ("message_type", self.message_type)]

    def __repr__(self) -> str:
        return f"Notice({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def life(self) -> datetime.timedelta | None:
        """How long the token lives, as the notice has it."""
        issued, expires = moment(self.issued_at), moment(self.expires_at)
        return expires - issued if issued and expires and expires > issued else None


def moment(milliseconds: str | int | None) -> datetime.datetime | None:
    """Epoch milliseconds, as text or as a number, in IST; None if it is none."""
    try:
        return datetime.datetime.fromtimestamp(int(milliseconds or "") / 1000, IST)
    except (ValueError, OverflowError, OSError):
        return None


def judge_notice(path: str, client_id: str, user_id: str | None = None) -> Judge[Notice]:
    """What the receiver thinks of a request: only a token for this app (and account) ends the waiting."""

    def judge(incoming: Incoming) -> Reply | Accepted[Notice]:
        if incoming.path != path:
            return _reply(404, "nothing here")
        try:
            notice = msgspec.json.decode(incoming.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return _reply(400, "not a JSON object")
        if notice.get("message_type") != "access_token":
            return _reply(200, "ignored")
        try:
            token = msgspec.convert(notice, Notice)
        except msgspec.ValidationError:
            return _reply(400, "not a token")
        if not hmac.compare_digest(token.client_id.encode(), client_id.encode()) or not token.access_token:
            return _reply(400, "not for this app")
        if user_id is not None and token.user_id != user_id:
            return _reply(400, "not of this account")
        return Accepted(token, _reply(200, "received"))

    return judge


def request_token(
    client_id: str | None = None,
    client_secret: str | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    path: str = "/",
    user_id: str | None = None,
    configuration: Configuration | None = None,
    timeout: float = 600.0,
    echo: Callable[[str], object] = say,
    store: Store = None,
    now: Clock = utc_now,
    listen: Listen = listen_here,
) -> StoredToken:
    """Ask the account holder, in the Upstox app and on WhatsApp, for a token, and wait until it is posted here.

    Upstox posts the token to the notifier URL registered with the app. That URL must lead to the receiver started
    here, by a tunnel or a reverse proxy. Posts are not signed, so whoever knows the URL can post a token of another
    account: give it a path that is hard to guess, and name the `user_id`.

    Parameters:
        client_id, client_secret: the app's API key and secret; default: `UPSTOX_CLIENT_ID`, `UPSTOX_CLIENT_SECRET`.
        host, port, path: where the receiver listens; `/` and 127.0.0.1 if left out.
        user_id: the account whose token is accepted; None: any that is posted.
        configuration: which Upstox; its `access_token` is set. Default: a new `Configuration()`.
        timeout: the longest time to wait in seconds; it may be less, until the request expires.
        echo: told, in a sentence, what happens.
        store, now, listen: as for `login`.

    Returns:
        The token, whose it is and until when it is good.

    Raises:
        MissingCredentialError, ListenError, TokenStoreError: found out beforehand.
        LoginRefusedError: Upstox does not accept the client id or the secret; UDAPI1123: the app has no notifier URL;
            UDAPI1124: the app is not an individual user's.
        LoginTimeoutError: no token came in time: not approved, refused (then nothing is sent), or posted elsewhere.
        ApiException: the call failed for another reason.

    https://upstox.com/developer/api-documentation/access-token-request
    """
    app = App(credential("client_id", client_id), credential("client_secret", client_secret))
    configuration = login_configuration(configuration)
    keeper = Keeper(configuration, store, now)
    listener = listen(host, port, "POST", judge_notice(path, app.client_id, user_id))
    try:
        asked = _ask(app, configuration)
        seconds = _patience(asked, now(), timeout)
        notifier = redact_url(asked.notifier_url) if asked.notifier_url else "the app's notifier URL"
        echo(
            f"Approve the request in the Upstox app or on WhatsApp. The token will be posted to {notifier}, which must "
            f"lead to {host} port {listener.port}, path {path}. Waiting {seconds / 60:.0f} min."
        )
        notice = listener.wait(seconds)
    finally:
        listener.close()
    if notice is None:
        raise LoginTimeoutError(
            f"No token came within {seconds:.0f} seconds. Either the request was not approved, or {notifier} does not "
            f"lead to {host} port {listener.port}, path {path}"
        )
    received_at, life = keeper.now(), notice.life()
    expires_at = received_at.astimezone(IST) + life if life else expiry_of("access", received_at, notice.access_token)
    return keeper.keep(notice.access_token, app.client_id, user_id=notice.user_id, expires_at=expires_at)


arequest_token = in_thread(request_token)


def _ask(app: App, configuration: Configuration) -> IndieUserInitTokenData:
    with ApiClient(configuration) as client:
        try:
            response = LoginApi(client).init_token_request_for_indie_user(
                IndieUserTokenRequest(client_secret=app.client_secret), app.client_id
            )
        except REFUSALS as error:
            raise refusal(error, app) from error
    return response.data or IndieUserInitTokenData()


def _patience(asked: IndieUserInitTokenData, now: datetime.datetime, timeout: float) -> float:
    """Seconds to wait: until the request expires, if that is sooner (and if our clock agrees that it is ahead)."""
    expiry = moment(asked.authorization_expiry)
    left = (expiry - now).total_seconds() if expiry else timeout
    return min(timeout, left) if left > 0 else timeout


def _reply(status: int, text: str) -> Reply:
    return Reply(status, msgspec.json.encode({"status": text}).decode(), _JSON)
