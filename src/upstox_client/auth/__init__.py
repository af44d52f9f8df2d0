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

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upstox_client.auth.errors import ClockSkewError as ClockSkewError
    from upstox_client.auth.errors import CodeRefusedError as CodeRefusedError
    from upstox_client.auth.errors import ListenError as ListenError
    from upstox_client.auth.errors import LoginDeniedError as LoginDeniedError
    from upstox_client.auth.errors import LoginError as LoginError
    from upstox_client.auth.errors import LoginRefusedError as LoginRefusedError
    from upstox_client.auth.errors import LoginTimeoutError as LoginTimeoutError
    from upstox_client.auth.errors import MissingCredentialError as MissingCredentialError
    from upstox_client.auth.errors import NotLoggedInError as NotLoggedInError
    from upstox_client.auth.errors import RedirectUriError as RedirectUriError
    from upstox_client.auth.errors import StateMismatchError as StateMismatchError
    from upstox_client.auth.errors import TokenExpiredError as TokenExpiredError
    from upstox_client.auth.errors import TokenStoreError as TokenStoreError
    from upstox_client.auth.expiry import TOKEN_KINDS as TOKEN_KINDS
    from upstox_client.auth.expiry import TokenKind as TokenKind
    from upstox_client.auth.expiry import expiry_of as expiry_of
    from upstox_client.auth.expiry import next_0330 as next_0330
    from upstox_client.auth.flow import alogin as alogin
    from upstox_client.auth.flow import exchange as exchange
    from upstox_client.auth.flow import login as login
    from upstox_client.auth.request import arequest_token as arequest_token
    from upstox_client.auth.request import request_token as request_token
    from upstox_client.auth.session import load_token as load_token
    from upstox_client.auth.store import TokenStore as TokenStore
    from upstox_client.auth.token import Place as Place
    from upstox_client.auth.token import StoredToken as StoredToken
    from upstox_client.ist import IST as IST

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

_HOMES = {
    "expiry": ("IST", "TOKEN_KINDS", "TokenKind", "expiry_of", "next_0330"),
    "flow": ("alogin", "exchange", "login"),
    "request": ("arequest_token", "request_token"),
    "session": ("load_token",),
    "store": ("TokenStore",),
    "token": ("Place", "StoredToken"),
}


if not TYPE_CHECKING:  # a checker is to see the names above, and no others

    def __getattr__(name: str) -> Any:
        """Load a name when it is first touched: `upstox env` need not load what a login needs."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home = next((home for home, names in _HOMES.items() if name in names), "errors")
        value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{home}"), name)
        return value

    def __dir__() -> list[str]:
        return __all__
