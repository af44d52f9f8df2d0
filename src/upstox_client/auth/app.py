"""The app that logs in: its credentials, and what Upstox has against them."""

from __future__ import annotations

import os
from typing import Final

import msgspec

from upstox_client.auth.errors import CodeRefusedError, LoginRefusedError, MissingCredentialError
from upstox_client.errors import ApiException, AuthenticationError, InvalidRequestError
from upstox_client.redact import REDACTED, redact_text

APPS_PAGE: Final = "https://account.upstox.com/developer/apps"

_ENVIRONMENT: Final = {
    "client_id": "UPSTOX_CLIENT_ID",
    "client_secret": "UPSTOX_CLIENT_SECRET",
    "redirect_uri": "UPSTOX_REDIRECT_URI",
}

REFUSALS: Final = (AuthenticationError, InvalidRequestError)
"""What a call raises when Upstox has something against the login; all else is the call's own trouble."""

# https://upstox.com/developer/api-documentation/get-token and /access-token-request
_ADVICE: Final = {
    "UDAPI100058": "No segment of the account is active; reactivate one in the Upstox app",
    "UDAPI100068": f"Client id and redirect URI must be, to the letter, those of the app on {APPS_PAGE}",
    "UDAPI100069": f"Check the client id and the secret against the app on {APPS_PAGE}",
    "UDAPI100070": f"The redirect URI must be, to the letter, that of the app on {APPS_PAGE}",
    "UDAPI100073": f"The app is inactive; see {APPS_PAGE}",
    "UDAPI1123": f"The app has no notifier URL; register one on {APPS_PAGE}",
    "UDAPI1124": "This way is for the apps of individual users; log in with the browser",
}


class App(msgspec.Struct, frozen=True):
    """An app's credentials. Its repr hides the secret."""

    client_id: str
    client_secret: str
    redirect_uri: str = ""

    def __rich_repr__(self) -> list[tuple[str, str]]:
        return [
            ("client_id", self.client_id),
            ("client_secret", REDACTED),
            ("redirect_uri", self.redirect_uri),
        ]

    def __repr__(self) -> str:
        return f"App({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"


def credential(name: str, value: str | None) -> str:
    """`value`, or what the environment says.

    Raises:
        MissingCredentialError: neither is there.
    """
    found = value or os.environ.get(_ENVIRONMENT[name], "")
    if not found:
        raise MissingCredentialError(
            f"{name} is missing: pass it, or set {_ENVIRONMENT[name]}. Apps are made on {APPS_PAGE}"
        )
    return found


def refusal(error: ApiException, app: App) -> LoginRefusedError:
    """What Upstox has against the login, in words. What it quotes of the request stays out: that may be the secret."""
    code = error.error_code
    if code == "UDAPI100057":
        return CodeRefusedError(
            "Upstox does not accept the code: it was used before, has expired, or is another app's. Start again; "
            "a code works once",
            code,
        )
    said = " ".join(filter(None, (code, error.errors[0].message if error.errors else error.reason)))
    said = redact_text(said).replace(app.client_secret, REDACTED)
    advice = _ADVICE.get(code or "", f"Check the app on {APPS_PAGE}")
    return LoginRefusedError(f"Upstox refuses the login: {said.rstrip('.')}. {advice}", code)
