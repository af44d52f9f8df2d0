"""How a command ends: one table from exception to exit code, and one place that puts an exception into words."""

from __future__ import annotations

import os
from typing import Final

from upstox_client.auth.errors import (
    ListenError,
    LoginError,
    MissingCredentialError,
    RedirectUriError,
    TokenStoreError,
)
from upstox_client.cli.options import WrongUsageError
from upstox_client.cli.words import as_typed
from upstox_client.errors import (
    ApiException,
    AuthenticationError,
    NetworkError,
    OrderOutcomeUnknown,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    ServiceClosedError,
    StaticIpError,
)
from upstox_client.redact import redact_text

# The first that fits counts; 1 for all else.
EXIT_CODES: Final[tuple[tuple[type[Exception], int], ...]] = (
    (WrongUsageError, 2),
    (MissingCredentialError, 2),
    (RedirectUriError, 2),
    (ListenError, 1),
    (TokenStoreError, 1),
    (LoginError, 3),
    (AuthenticationError, 3),
    (PermissionDeniedError, 4),
    (RateLimitError, 5),
    (ServiceClosedError, 6),
    (NetworkError, 7),
)


def exit_code(error: Exception) -> int:
    """What the process ends with."""
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), 1)


def in_words(error: Exception) -> str:
    """What happened and what to do next, in a line or two, without a secret."""
    if isinstance(error, OrderOutcomeUnknown):
        notes = " ".join(getattr(error, "__notes__", ()))
        text = f"The answer was lost, and what came of it is not known. {notes}".rstrip() + "\nLook: upstox order list"
    elif isinstance(error, ApiException):
        text = _call_in_words(error)
    elif isinstance(error, (LoginError, WrongUsageError)):
        text = str(error)
    elif isinstance(error, OSError) and error.filename is not None:
        text = f"{error.filename}: {error.strerror}."
    else:
        text = f"{type(error).__name__}: {error}\nThis should not happen. `upstox --debug ...` shows where it did."
    return redact_text(text)


def _call_in_words(error: ApiException) -> str:
    said = _said(error)
    about = "".join(f" ({note.rstrip('.')})" for note in getattr(error, "__notes__", ()))
    if isinstance(error, NetworkError):
        mend = "Check the network, the firewall and the proxy, and --base-url or UPSTOX_BASE_URL if used."
        return f"No answer{about}: {error.reason}.\n{mend}"
    if isinstance(error, RateLimitError):
        wait = f"in {error.retry_after:.0f} s" if error.retry_after else "in a while"
        return f"Too many requests: {said}.\nTry again {wait}."
    if isinstance(error, ServiceClosedError):
        return f"The service is closed: {said}.\nTry again between 05:30 and 24:00 IST."
    if isinstance(error, StaticIpError):
        return f"Not from this address: {said}.\nRegister this machine's static IP with your Upstox app."
    if isinstance(error, PermissionDeniedError):
        return f"Not allowed with this token: {said}.\n`upstox env` shows which token is in use."
    if isinstance(error, AuthenticationError):
        return f"Upstox does not accept the token: {said}.\nLog in again: upstox login{_other_token()}"
    if isinstance(error, ServerError):
        return f"Upstox failed: {said}.\nTry again in a while."
    return f"Upstox refused{about}: {said}." if error.body is not None else f"{said[:1].upper()}{said[1:]}{about}."


def _other_token() -> str:
    """A token in the environment goes before the one of a login."""
    return "; and unset UPSTOX_ACCESS_TOKEN, which goes first" if os.environ.get("UPSTOX_ACCESS_TOKEN") else ""


def _said(error: ApiException) -> str:
    """The server's own words."""
    words = "; ".join(
        " ".join(filter(None, (entry.message and entry.message.rstrip("."), entry.code and f"({entry.code})")))
        for entry in error.errors
    )
    if words or error.body is not None:
        return words or f"HTTP {error.status} {error.reason}".rstrip(". ")
    return as_typed(f"{error.reason}").rstrip(". ")  # no server said it: we have
