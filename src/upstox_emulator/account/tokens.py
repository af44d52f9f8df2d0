"""Apps, authorization codes and tokens."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from typing import Any, Final, Literal, TypeAlias

import msgspec

from upstox_emulator.clock import next_0330
from upstox_emulator.errors import Problem, Refusal, problem, refuse

TokenKind: TypeAlias = Literal["access", "extended", "analytics", "sandbox"]

CODE_LIFE: Final = dt.timedelta(minutes=5)

# https://upstox.com/developer/api-documentation/get-token and the pages of the other kinds. Access tokens die at 03:30.
_LIVES: Final = {
    "extended": dt.timedelta(days=365),
    "analytics": dt.timedelta(days=365),
    "sandbox": dt.timedelta(days=30),
}

# What an extended token may read: positions, holdings, order details, history and book.
_EXTENDED_PATHS: Final = frozenset(
    {
        "/v2/portfolio/short-term-positions",
        "/v2/portfolio/long-term-holdings",
        "/v2/order/details",
        "/v2/order/history",
        "/v2/order/retrieve-all",
    }
)

_SINGLE_ORDERS: Final = (("POST", "place"), ("PUT", "modify"), ("DELETE", "cancel"))
# What the sandbox has: placing, modifying and cancelling orders. https://upstox.com/developer/api-documentation/sandbox
_SANDBOX_CALLS: Final = frozenset(
    {
        ("POST", "/v2/order/multi/place"),
        *((method, f"/{version}/order/{name}") for version in ("v2", "v3") for method, name in _SINGLE_ORDERS),
    }
)


class App(msgspec.Struct, frozen=True):
    """An app of the developer console.

    Attributes:
        client_id: its API key.
        client_secret: its API secret.
        redirect_uri: must be matched to the letter.
        name: what the consent page calls it.
        notifier_url: where tokens asked for with the individual user's request are posted.
        postback_url: where order updates are posted.
        postback_gtt: whether updates of GTT orders are posted there, too.
        multi_client: its token answers carry an `extended_token`.
        individual: whether it is an individual's app, which may ask for tokens by request.
        active: an inactive app is refused.
        algos: the names of its registered algos; if there are any, orders must name one.
    """

    client_id: str
    client_secret: str
    redirect_uri: str
    name: str = "My trading app"
    notifier_url: str | None = None
    postback_url: str | None = None
    postback_gtt: bool = False
    multi_client: bool = False
    individual: bool = True
    active: bool = True
    algos: tuple[str, ...] = ()


DEFAULT_APP: Final = App(
    client_id="emulator",
    client_secret="emulator-secret",  # noqa: S106 - the documented one of the emulator
    redirect_uri="http://127.0.0.1:8000/callback",
)


class Code(msgspec.Struct):
    """An authorization code: works once, for the app and redirect URI it was made for, for five minutes."""

    client_id: str
    redirect_uri: str
    user_id: str
    expires_at: dt.datetime
    used: bool = False


class Token(msgspec.Struct):
    """A token that has been issued."""

    kind: TokenKind
    client_id: str
    user_id: str
    issued_at: dt.datetime
    expires_at: dt.datetime
    alive: bool = True


class Tokens:
    """Every app, code and token there is.

    Parameters:
        seed: what codes and tokens are derived from.
    """

    def __init__(self, seed: int, apps: dict[str, App]) -> None:
        self.apps = apps
        self._key = hashlib.sha256(f"upstox emulator {seed}".encode()).digest()
        self._made = 0
        self.codes: dict[str, Code] = {}
        self.issued: dict[str, Token] = {}

    def _fresh(self, purpose: str) -> str:
        """A text that nobody can guess from outside and that the seed and the history determine."""
        self._made += 1
        return hmac.new(self._key, f"{purpose} {self._made}".encode(), "sha256").hexdigest()

    # Checks

    def app_for_dialog(self, client_id: str | None, redirect_uri: str | None) -> App:
        """The app that may show its login dialog."""
        if not redirect_uri:
            raise refuse("redirect_uri_required", path="redirect_uri")
        app = self.apps.get(client_id or "")
        if app is None or redirect_uri != app.redirect_uri:
            raise refuse("client_or_redirect")
        if not app.active:
            raise refuse("client_inactive")
        return app

    def app_with_secret(self, client_id: str, secret: str) -> App:
        """The app of this id, if the secret is right."""
        app = self.apps.get(client_id)
        if app is None or not hmac.compare_digest(app.client_secret.encode(), secret.encode()):
            raise refuse("client_or_secret")
        if not app.active:
            raise refuse("client_inactive")
        return app

    def authorize(self, text: str, method: str, path: str, now: dt.datetime) -> Token:
        """The token behind a bearer text, if it is alive and allowed here."""
        token = self.issued.get(text)
        if token is None or not token.alive or now >= token.expires_at:
            raise refuse("token_invalid")
        if token.kind == "sandbox" and (method, path) not in _SANDBOX_CALLS:
            raise refuse("token_invalid")
        if token.kind == "extended" and (method != "GET" or path not in _EXTENDED_PATHS):
            raise refuse("extended_token")
        if token.kind == "analytics" and method != "GET":
            raise refuse("read_only_token")
        return token

    # Changes

    def make_code(self, client_id: str, user_id: str, now: dt.datetime, text: str | None = None) -> str:
        """A new authorization code."""
        app = self.apps[client_id]  # looked up first: what fails must not use up a number
        code = text or self._fresh("code")[:24]
        self.codes[code] = Code(client_id, app.redirect_uri, user_id, now + CODE_LIFE)
        return code

    def redeem(self, form: ExchangeForm, now: dt.datetime) -> tuple[App, Code]:
        """The app and the code of a token exchange, both checked; the code is spent.

        Raises:
            Refusal: in the order of the documentation: fields, app, redirect URI, code.
        """
        form.check()
        app = self.app_with_secret(form.client_id, form.client_secret)
        if form.redirect_uri != app.redirect_uri:
            raise refuse("redirect_invalid")
        code = self.codes.get(form.code)
        if code is None or code.used or code.client_id != app.client_id or now >= code.expires_at:
            raise refuse("code_invalid")
        code.used = True
        return app, code

    def is_open(self, code: str) -> bool:
        """Whether this is the text of a code that has not been spent."""
        known = self.codes.get(code)
        return known is not None and not known.used

    def spend(self, code: str) -> None:
        """End a code."""
        self.codes[code].used = True

    def issue(self, kind: TokenKind, client_id: str, user_id: str, now: dt.datetime, text: str | None = None) -> str:
        """A new token; a new analytics token ends the one before."""
        expires_at = now + _LIVES[kind] if kind in _LIVES else next_0330(now)
        token = text or self._jwt(user_id, now, expires_at, multi_client=self.apps[client_id].multi_client)
        if kind == "analytics":
            self._end(user_id, {"analytics"})
        self.issued[token] = Token(kind, client_id, user_id, now, expires_at)
        return token

    def revoke(self, text: str) -> None:
        """End one token."""
        self.issued[text].alive = False

    def revoke_all(self, user_id: str) -> None:
        """End every access token of a user."""
        self._end(user_id, {"access", "extended", "analytics"})

    def _end(self, user_id: str, kinds: set[TokenKind]) -> None:
        for token in self.issued.values():
            if token.user_id == user_id and token.kind in kinds:
                token.alive = False

    def _jwt(self, user_id: str, now: dt.datetime, expires_at: dt.datetime, *, multi_client: bool) -> str:
        claims = {
            "sub": user_id,
            "jti": self._fresh("jti")[:24],
            "isMultiClient": multi_client,
            "isPlusPlan": True,
            "iat": int(now.timestamp()),
            "iss": "udapi-gateway-service",
            "exp": int(expires_at.timestamp()),
        }
        head = _part({"typ": "JWT", "alg": "HS256"})
        body = f"{head}.{_part(claims)}"
        return f"{body}.{_base64(hmac.new(self._key, body.encode(), 'sha256').digest())}"


class ExchangeForm(msgspec.Struct, frozen=True):
    """The form of a token exchange, empty where a field is missing."""

    code: str = ""
    client_id: str = ""
    client_secret: str = ""
    redirect_uri: str = ""
    grant_type: str = ""

    def check(self) -> None:
        """Refuse what is missing, all of it at once."""
        required = {
            "client_id": "api_key_required",
            "client_secret": "secret_required",
            "redirect_uri": "redirect_uri_required",
            "code": "code_required",
            "grant_type": "grant_type_required",
        }
        missing: list[Problem] = [problem(name) for field, name in required.items() if not getattr(self, field)]
        if missing:
            raise Refusal(*missing)
        if self.grant_type != "authorization_code":
            raise refuse("credentials", "The 'grant_type' must be authorization_code", "grant_type", self.grant_type)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _part(claims: dict[str, Any]) -> str:
    return _base64(json.dumps(claims, separators=(",", ":")).encode())
