"""What can go wrong with a login, besides the calls that it makes.

::

    LoginError                     the login did not come about, or there is none
    ├── MissingCredentialError     client id, secret or redirect URI is neither given nor in the environment
    ├── RedirectUriError           this redirect URI cannot be listened on
    ├── ListenError                the port is taken, or needs rights this process has not
    ├── ClockSkewError             this machine's clock is wrong
    ├── LoginRefusedError          Upstox refuses the client id, the secret or the redirect URI
    │   └── CodeRefusedError       ... the code: used, expired or of another app
    ├── LoginDeniedError           the account holder said no
    ├── LoginTimeoutError          nobody answered in time; also a `TimeoutError`
    ├── StateMismatchError         the answer is not to our question
    ├── NotLoggedInError           no token is stored
    │   └── TokenExpiredError      ... that is still good
    └── TokenStoreError            the token store cannot be read or written

They are no `ApiException`: most are found out before, or without, a call. A call that fails for reasons that have
nothing to do with the login (no network, rate limit, Upstox is down) raises its `ApiException` as everywhere.
"""

from __future__ import annotations

import datetime

__all__ = [
    "ClockSkewError",
    "CodeRefusedError",
    "ListenError",
    "LoginDeniedError",
    "LoginError",
    "LoginRefusedError",
    "LoginTimeoutError",
    "MissingCredentialError",
    "NotLoggedInError",
    "RedirectUriError",
    "StateMismatchError",
    "TokenExpiredError",
    "TokenStoreError",
]


class LoginError(Exception):
    """The login did not come about, or there is none. The message says what to do."""


class MissingCredentialError(LoginError, ValueError):
    """Client id, secret or redirect URI is neither given nor in the environment."""


class RedirectUriError(LoginError, ValueError):
    """This redirect URI cannot be listened on."""


class ListenError(LoginError):
    """The listener's port is taken, or needs rights that this process has not."""


class ClockSkewError(LoginError):
    """This machine's clock differs from the server's by more than the login can live with.

    Attributes:
        local, server: the two times, timezone-aware.
    """

    def __init__(self, local: datetime.datetime, server: datetime.datetime) -> None:
        super().__init__(local, server)
        self.local, self.server = local, server

    def __str__(self) -> str:
        off = self.local - self.server
        way = "ahead" if off > datetime.timedelta() else "behind"
        return (
            f"This machine's clock is {abs(off.total_seconds()):.0f} s {way}: it says {_utc(self.local)}, the server "
            f"says {_utc(self.server)}. Set it right (NTP) and try again; nothing has been spent."
        )


class LoginRefusedError(LoginError):
    """Upstox refuses the client id, the secret or the redirect URI. `__cause__` is the call's exception.

    Attributes:
        error_code: the UDAPI code, such as `UDAPI100068`; None if the refusal came without one.
    """

    def __init__(self, message: str, error_code: str | None = None) -> None:
        super().__init__(message, error_code)
        self.error_code = error_code

    def __str__(self) -> str:
        return str(self.args[0])


class CodeRefusedError(LoginRefusedError):
    """The code has been used, has expired, or is of another app. Start again: a code works once."""


class LoginDeniedError(LoginError):
    """The account holder did not allow it."""


class LoginTimeoutError(LoginError, TimeoutError):
    """Nobody answered in time."""


class StateMismatchError(LoginError):
    """The answer does not carry the state of this login: it is old, or somebody forged it. It was not used."""


class NotLoggedInError(LoginError):
    """No token is stored for this client id and environment."""


class TokenExpiredError(NotLoggedInError):
    """The stored token is no longer good."""


class TokenStoreError(LoginError):
    """The token store cannot be read or written."""


def _utc(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC"
