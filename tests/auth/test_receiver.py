"""The listener on real sockets."""

from __future__ import annotations

import errno
import http.client
import re
import socket
import threading
import time

import pytest

from auth.walking import fetch, free_port
from upstox_client.auth import ListenError
from upstox_client.auth import receiver as module
from upstox_client.auth.inbox import Accepted, Reply
from upstox_client.auth.pages import page
from upstox_client.auth.receiver import MOST_BYTES, Receiver


def judge(incoming):
    if incoming.path == "/yes":
        return Accepted(incoming.query or incoming.body.decode())
    if incoming.path == "/now":
        return Accepted("now", Reply(200, "received", "text/plain"))
    return Reply(404, page("Not found", "<b>&"))


@pytest.fixture
def get():
    with Receiver("127.0.0.1", 0, "GET", judge) as receiver:
        yield receiver


@pytest.fixture
def post():
    with Receiver("127.0.0.1", 0, "POST", judge) as receiver:
        yield receiver


def in_thread(work, *args):
    done = []
    thread = threading.Thread(target=lambda: done.append(work(*args)))
    thread.start()

    def result():
        thread.join(10)
        return done[0]

    return result


def test_the_answer_is_held_until_the_login_is_decided(get):
    result = in_thread(fetch, f"http://127.0.0.1:{get.port}/yes?code=c")
    assert get.wait(10) == "code=c"
    get.answer(Reply(200, page("Done", "Well.", good=True)))
    shown = result()
    assert shown.status == 200
    assert "Done" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert shown.headers["Server"] == "upstox"


def test_pages_load_nothing_and_escape_everything(get):
    shown = fetch(f"http://127.0.0.1:{get.port}/no")
    assert shown.status == 404
    assert "&lt;b&gt;&amp;" in shown.text
    assert not re.search(r"\b(src|href|url)\b|<script|@import", shown.text)


def test_what_is_not_accepted_does_not_end_the_waiting(get):
    fetch(f"http://127.0.0.1:{get.port}/no")
    assert get.wait(0) is None
    result = in_thread(fetch, f"http://127.0.0.1:{get.port}/now")
    assert get.wait(10) == "now"
    assert result().text == "received"


def test_only_the_first_counts(get):
    first = in_thread(fetch, f"http://127.0.0.1:{get.port}/yes?one")
    assert get.wait(10) == "one"
    assert fetch(f"http://127.0.0.1:{get.port}/yes?two").status == 409
    get.answer(Reply(200, "ok"))
    assert first().text == "ok"
    assert get.wait(0) is None


def test_closing_ends_the_waiting_and_answers_who_waits():
    receiver = Receiver("127.0.0.1", 0, "GET", judge)
    closed = in_thread(receiver.wait, 10)
    receiver.close()
    assert closed() is None
    receiver = Receiver("127.0.0.1", 0, "GET", judge)
    left = in_thread(fetch, f"http://127.0.0.1:{receiver.port}/yes")
    assert receiver.wait(10) == ""
    receiver.close()
    assert left().status == 500
    with pytest.raises(ConnectionError):
        socket.create_connection(("127.0.0.1", receiver.port), 1).close()


def test_other_methods_are_refused(get, post):
    assert fetch(f"http://127.0.0.1:{get.port}/yes", b"x").status == 405
    assert fetch(f"http://127.0.0.1:{post.port}/yes").status == 405
    connection = http.client.HTTPConnection("127.0.0.1", get.port)
    connection.request("DELETE", "/yes")
    assert connection.getresponse().status == 501
    connection.close()


def test_a_body_is_read(post):
    result = in_thread(fetch, f"http://127.0.0.1:{post.port}/now", b"x" * MOST_BYTES)
    assert post.wait(10) == "now"
    assert result().status == 200


@pytest.mark.parametrize(
    ("length", "status"),
    [(None, 411), ("x", 400), ("-1", 400), ("²", 400), (str(MOST_BYTES + 1), 413), ("9" * 5000, 413)],
)
def test_bad_lengths_are_refused_unread(post, length, status):
    head = "POST /now HTTP/1.1\r\nHost: x\r\n" + ("" if length is None else f"Content-Length: {length}\r\n") + "\r\n"
    with socket.create_connection(("127.0.0.1", post.port), 5) as connection:
        connection.sendall(head.encode("utf-8"))
        assert connection.recv(100).split(b" ")[1] == str(status).encode()


def test_a_silent_connection_keeps_nobody_out(get):
    with socket.create_connection(("127.0.0.1", get.port)):
        assert fetch(f"http://127.0.0.1:{get.port}/no").status == 404


def test_a_connection_that_breaks_off_is_nothing_to_speak_of(get, capfd, monkeypatch):
    seen = threading.Event()
    monkeypatch.setattr(module.logger, "debug", lambda *args: seen.set())

    def fail(incoming):
        raise RuntimeError("hush")

    get._judge = fail
    with socket.create_connection(("127.0.0.1", get.port)) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert connection.recv(10) == b""
    assert seen.wait(10)
    assert capfd.readouterr() == ("", "")


def test_localhost_listens_on_both_addresses():
    with Receiver("localhost", 0, "GET", judge) as receiver:
        assert fetch(f"http://127.0.0.1:{receiver.port}/no").status == 404
        if len(receiver._servers) == 2:
            assert fetch(f"http://[::1]:{receiver.port}/no").status == 404


def test_localhost_without_ipv6(monkeypatch):
    server = module._Server

    def without(address, port, receiver):
        if ":" in address:
            raise OSError(errno.EADDRNOTAVAIL, "no IPv6")
        return server(address, port, receiver)

    monkeypatch.setattr(module, "_Server", without)
    with Receiver("localhost", 0, "GET", judge) as receiver:
        assert len(receiver._servers) == 1


def test_localhost_whose_other_address_is_taken(monkeypatch):
    """Browsers try it first, and would bring the code to the other program."""
    server = module._Server

    def taken(address, port, receiver):
        if ":" in address:
            raise OSError(errno.EADDRINUSE, "reason")
        return server(address, port, receiver)

    monkeypatch.setattr(module, "_Server", taken)
    port = free_port()
    with pytest.raises(ListenError, match=f"Port {port} on ::1 is taken"):
        Receiver("localhost", port, "GET", judge)
    with socket.create_server(("127.0.0.1", port)):  # it is free again
        pass


def test_a_taken_port_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=f"Port {port} .* taken"):
            Receiver("127.0.0.1", port, "GET", judge)


@pytest.mark.parametrize(
    ("number", "told"), [(errno.EACCES, "administrator"), (errno.EADDRNOTAVAIL, "Cannot listen on 127.0.0.9 port 80")]
)
def test_other_reasons_not_to_listen(monkeypatch, number, told):
    def fail(*args):
        raise OSError(number, "reason")

    monkeypatch.setattr(module, "_Server", fail)
    with pytest.raises(ListenError, match=told):
        Receiver("127.0.0.9", 80, "GET", judge)


def test_it_is_quick():
    start = time.monotonic()
    with Receiver("127.0.0.1", free_port(), "GET", judge):
        pass
    assert time.monotonic() - start < 1
