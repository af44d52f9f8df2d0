"""Logging in, and remembering it.

::

    from upstox_client import Configuration
    from upstox_client.auth import load_token, login

    configuration = Configuration()
    login(configuration=configuration)       # through the browser, once a day
    load_token(configuration)                # afterwards, in any program

`login` and `request_token` get a token, `exchange` finishes a login begun elsewhere, `TokenStore` keeps tokens,
`load_token` takes one up again. `alogin` and `arequest_token` are awaitable. What can go wrong is drawn in
`upstox_client.auth.errors`.
"""

from __future__ import annotations

from upstox_client.auth.errors import (
    ClockSkewError,
    CodeRefusedError,
    ListenError,
    LoginDeniedError,
    LoginError,
    LoginRefusedError,
    LoginTimeoutError,
    MissingCredentialError,
    NotLoggedInError,
    RedirectUriError,
    StateMismatchError,
    TokenExpiredError,
    TokenStoreError,
)
from upstox_client.auth.expiry import IST, TOKEN_KINDS, TokenKind, expiry_of, next_0330
from upstox_client.auth.flow import alogin, exchange, login
from upstox_client.auth.request import arequest_token, request_token
from upstox_client.auth.session import load_token
from upstox_client.auth.store import TokenStore
from upstox_client.auth.token import Place, StoredToken

__all__ = [
    "IST",
    "TOKEN_KINDS",
    "ClockSkewError",
    "CodeRefusedError",
    "ListenError",
    "LoginDeniedError",
    "LoginError",
    "LoginRefusedError",
    "LoginTimeoutError",
    "MissingCredentialError",
    "NotLoggedInError",
    "Place",
    "RedirectUriError",
    "StateMismatchError",
    "StoredToken",
    "TokenExpiredError",
    "TokenKind",
    "TokenStore",
    "TokenStoreError",
    "alogin",
    "arequest_token",
    "exchange",
    "expiry_of",
    "load_token",
    "login",
    "next_0330",
    "request_token",
]
