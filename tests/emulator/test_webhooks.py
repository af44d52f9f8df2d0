"""Webhooks: what happens to orders is posted to the apps that want to know."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator

import pytest

from upstox_emulator.account.tokens import App
from upstox_emulator.webhooks import Webhooks

from .feed.world import FakeBackend

ORDER = {"update_type": "order", "order_id": "240221025997024", "price": 18.65, "tag": None}
GTT = {
    "update_type": "gtt_order",
    "gtt_order_id": "GTT-CU25270200024002",
    "rules": [{"strategy": "ENTRY", "trailing_gap": None}, {"strategy": "STOPLOSS", "trailing_gap": 1}],
}


class Listener:
    """An app's own server, and what was posted to it."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, object]] = []
        self.status = 200
        told = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"] == "application/json"
                told.posted.append((self.path, json.loads(body)))
                self.send_response(told.status)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?app=1"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def backend() -> Iterator[FakeBackend]:
    before = set(threading.enumerate())
    backend = FakeBackend()
    webhooks = backend.webhooks = Webhooks(backend)
    webhooks.start()
    yield backend
    webhooks.stop()
    webhooks.stop()
    assert backend.listeners == []
    assert not [thread for thread in set(threading.enumerate()) - before if thread.name == "webhooks"]


def register(backend: FakeBackend, url: str | None, client_id: str = "hooked", **more: bool) -> None:
    backend.venue.tokens.apps[client_id] = App(client_id, "s", "http://127.0.0.1/", postback_url=url, **more)


def test_order_updates_are_posted_as_they_are_in_their_order(backend, listener):
    register(backend, listener.url)
    register(backend, None, "another")
    messages = [ORDER | {"order_id": str(number)} for number in range(20)]
    backend.tell(*messages[:5])
    backend.tell(*messages[5:])
    backend.webhooks.settle()
    assert listener.posted == [("/hook?app=1", message) for message in messages]


def test_positions_and_holdings_are_not_posted(backend, listener):
    register(backend, listener.url, postback_gtt=True)
    backend.tell({"update_type": "position"}, {"update_type": "holding"})
    backend.webhooks.settle()
    assert listener.posted == []


@pytest.mark.parametrize("wanted", [True, False])
def test_gtt_updates_are_posted_to_those_who_want_them_without_trailing_gaps(backend, listener, wanted):
    register(backend, listener.url, postback_gtt=wanted)
    backend.tell(GTT)
    backend.webhooks.settle()
    rules = [{"strategy": "ENTRY"}, {"strategy": "STOPLOSS"}]
    assert [message for _, message in listener.posted] == ([GTT | {"rules": rules}] if wanted else [])


def test_every_app_has_its_own(backend, listener):
    register(backend, listener.url)
    register(backend, listener.url.replace("hook", "other"), "another")
    backend.tell(ORDER)
    backend.webhooks.settle()
    assert [path for path, _ in listener.posted] == ["/hook?app=1", "/other?app=1"]


def test_a_listener_that_refuses_is_logged_and_not_asked_again(backend, listener, caplog):
    listener.status = 500
    register(backend, listener.url)
    backend.tell(ORDER)
    backend.webhooks.settle()
    assert f"the webhook at {listener.url} answered 500" in caplog.text
    assert len(listener.posted) == 1


def test_a_listener_that_is_away_is_logged_and_the_next_update_is_posted(backend, listener, caplog):
    register(backend, "http://127.0.0.1:1/hook")
    backend.tell(ORDER)
    backend.webhooks.settle()
    assert "the webhook at http://127.0.0.1:1/hook could not be reached" in caplog.text
    register(backend, listener.url)
    backend.tell(ORDER)
    backend.webhooks.settle()
    assert len(listener.posted) == 1


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/hook", "http://example.com/hook", "http://127.0.0.1:99999/", "http://[::1/", "nonsense"],
)  # fmt: skip
def test_nothing_leaves_this_machine(backend, caplog, url):
    register(backend, url)
    backend.tell(ORDER)
    backend.tell(ORDER)
    backend.webhooks.settle()
    assert caplog.text.count(f"the postback URL {url} is not plain http on this machine") == 1


def test_without_a_start_there_is_nothing_to_stop():
    Webhooks(FakeBackend()).stop()
