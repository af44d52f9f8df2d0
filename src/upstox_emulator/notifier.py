"""The individual user's token request: the account holder approves, and the token is posted to the app's notifier URL.

https://upstox.com/developer/api-documentation/access-token-request
"""

from __future__ import annotations

import http.client
import ipaddress
import logging
import threading
from typing import Final
from urllib.parse import SplitResult, urlsplit

import msgspec

from upstox_emulator.account.tokens import App
from upstox_emulator.backend import Backend
from upstox_emulator.clock import epoch_ms
from upstox_emulator.venue import IssueToken

logger = logging.getLogger("upstox_emulator")

_PATIENCE: Final = 5.0  # seconds for the notifier to answer


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def notify(backend: Backend, app: App) -> None:
    """Ask the account holder, who answers as `backend.approval` has it: `auto`, `manual` or `deny`."""
    if backend.approval == "manual":
        backend.keep_waiting(app)
    elif backend.approval == "auto":
        approve(backend, app)


def approve_waiting(backend: Backend) -> int:
    """Approve every token request that waits; returns how many."""
    waiting = backend.take_waiting()
    for app in waiting:
        approve(backend, app)
    return len(waiting)


def approve(backend: Backend, app: App) -> None:
    """Issue the token at once, and post it from a thread of its own."""
    url = app.notifier_url or ""
    target = urlsplit(url)
    if target.scheme != "http" or not is_loopback(target.hostname):
        logger.warning("the notifier URL %s is not plain http on this machine; nothing was posted", url)
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
    delivery = threading.Thread(
        target=post, args=(target, msgspec.json.encode(message), "notifier"), name="notifier", daemon=True
    )
    backend.deliver(delivery)


def post(target: SplitResult, body: bytes, who: str) -> None:
    """Post JSON to a listener on this machine; what comes of it is logged only.

    Parameters:
        who: what the listener is called in the log.
    """
    # http.client, since it follows no redirect and no proxy: a token must not leave this machine.
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=_PATIENCE)
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        logger.warning("the %s at %s could not be reached: %s", who, target.geturl(), error)
    else:
        if status >= 300:
            logger.warning("the %s at %s answered %d", who, target.geturl(), status)
    finally:
        connection.close()
