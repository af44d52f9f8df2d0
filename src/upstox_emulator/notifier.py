"""The individual user's token request: the account holder approves, and the token is posted to the app's notifier URL.

https://upstox.com/developer/api-documentation/access-token-request
"""

from __future__ import annotations

import logging
import threading
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import msgspec

from upstox_emulator.account.tokens import App
from upstox_emulator.backend import Backend
from upstox_emulator.clock import epoch_ms
from upstox_emulator.venue import IssueToken

logger = logging.getLogger("upstox_emulator")


def notify(backend: Backend, app: App) -> None:
    """Ask the account holder, who answers as `backend.approval` has it: `auto`, `manual` or `deny`."""
    if backend.approval == "manual":
        backend.waiting.append(app)
    elif backend.approval == "auto":
        approve(backend, app)


def approve(backend: Backend, app: App) -> None:
    """Issue the token and post it, in a thread of its own."""
    threading.Thread(target=_deliver, args=(backend, app), name="notifier", daemon=True).start()


def _deliver(backend: Backend, app: App) -> None:
    url = app.notifier_url or ""
    if urlsplit(url).hostname not in {"127.0.0.1", "localhost", "::1"}:
        logger.warning("the notifier URL %s is not on this machine; nothing was posted", url)
        return
    token = backend.execute(IssueToken(backend.clock.now(), "access", app.client_id))
    issued = backend.venue.tokens.issued[token]
    message = {
        "client_id": app.client_id,
        "user_id": issued.user_id,
        "access_token": token,
        "token_type": "Bearer",
        "expires_at": epoch_ms(issued.expires_at),
        "issued_at": epoch_ms(issued.issued_at),
        "message_type": "access_token",
    }
    request = urllib.request.Request(  # noqa: S310 - loopback http, checked above
        url, msgspec.json.encode(message), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310
            pass
    except (urllib.error.URLError, OSError) as error:
        logger.warning("the notifier at %s could not be reached: %s", url, error)
