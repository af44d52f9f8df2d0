"""Webhooks: order updates, posted to the URLs that the apps have named.

https://upstox.com/developer/api-documentation/webhook. The messages are those of the portfolio feed, one after
the other. What cannot be delivered is logged and lost: no repetition is documented.
"""

from __future__ import annotations

import logging
import queue
import threading
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import msgspec

from upstox_emulator.account.tokens import App
from upstox_emulator.events import Event
from upstox_emulator.feed.backend import FeedBackend
from upstox_emulator.notifier import is_loopback, post

logger = logging.getLogger("upstox_emulator")

_PATIENCE: Final = 1.0  # seconds for what is still to be posted at the end


class Webhooks:
    """Listens to the venue and posts, from `start` to `stop`, from a thread of its own."""

    def __init__(self, backend: FeedBackend) -> None:
        self._backend = backend
        self._queue: queue.Queue[tuple[SplitResult, bytes] | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._refused: set[str] = set()

    def start(self) -> None:
        """Begin to listen."""
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._thread.start()
        self._unsubscribe = self._backend.subscribe(self._told)

    def stop(self) -> None:
        """Stop listening, and wait a moment for what is still to be posted. Nothing happens if it was not started."""
        if self._thread is not None:
            self._unsubscribe()
            self._queue.put(None)
            self._thread.join(_PATIENCE)
            self._thread = None

    def settle(self) -> None:
        """Return once everything that has happened by now has been posted."""
        self._queue.join()

    def _told(self, events: list[Event]) -> None:
        apps = [app for app in self._backend.venue.tokens.apps.values() if app.postback_url]
        for event in events:
            for app in apps:
                target = self._target(app)
                if target is not None and _is_wanted(event, app):
                    self._queue.put((target, msgspec.json.encode(_message(event))))

    def _target(self, app: App) -> SplitResult | None:
        url = app.postback_url or ""
        try:
            target = urlsplit(url)
            if target.scheme == "http" and is_loopback(target.hostname) and target.port != 0:
                return target
        except ValueError:
            pass  # not a URL
        if url not in self._refused:
            self._refused.add(url)
            logger.warning("the postback URL %s is not plain http on this machine; nothing is posted", url)
        return None

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            post(*job, "webhook")
            self._queue.task_done()
        self._queue.task_done()


def _is_wanted(event: Event, app: App) -> bool:
    return event.kind == "order" or (event.kind == "gtt_order" and app.postback_gtt)


def _message(event: Event) -> dict[str, Any]:
    """The message of the portfolio feed; that of a GTT order without the trailing gaps."""
    if event.kind != "gtt_order":
        return event.message
    rules = [{name: value for name, value in rule.items() if name != "trailing_gap"} for rule in event.message["rules"]]
    return event.message | {"rules": rules}
