"""What can be made to go wrong, and that it is counted."""

from __future__ import annotations

import asyncio
import http.client
import threading
import time

import pytest

from upstox_emulator import Emulator

from .conftest import Caller

PROFILE = "/v2/user/profile"


def test_latency_delays_and_answers(em, call):
    fault = em.faults.latency(0.05, path=PROFILE)
    assert call("GET", PROFILE).status == 200
    assert fault.hits == 1
    assert fault.spent


def test_a_status_is_sent_instead_of_the_answer(em, call):
    em.faults.status(503, path="/v2/user/*", times=2)
    em.faults.status(418, {"tea": True}, headers={"X-Pot": "1"})
    em.faults.status(502, "gone")
    em.faults.status(200, b"\xff")
    assert call("GET", PROFILE).codes == ["UDAPI100500"]
    assert call("GET", PROFILE).status == 503
    pot = call("GET", PROFILE)
    assert (pot.status, pot.json(), pot.headers["x-pot"]) == (418, {"tea": True}, "1")
    assert call("GET", PROFILE).body == b"gone"
    assert call("GET", PROFILE).body == b"\xff"
    assert call("GET", PROFILE).status == 200


def test_a_fault_strikes_its_method_and_path_only(em, call):
    fault = em.faults.status(500, path=PROFILE, method="POST", times=None)
    assert call("GET", PROFILE).status == 200
    assert call("POST", PROFILE).status == 500
    assert call("POST", PROFILE).status == 500
    assert call("POST", "/v2/user/kill-switch", body=[]).status == 400
    assert (fault.hits, fault.spent) == (2, False)
    assert em.faults.armed() == [fault]
    em.faults.clear()
    assert call("POST", PROFILE).status == 405
    assert em.faults.armed() == []


def payouts(call) -> int:
    return len(call("GET", "/v2/user/payments/payout").data)


def withdraw(call):
    return call("POST", "/v2/user/payments/payout", body={"mode": "NEFT", "amount": 500})


def test_a_reset_before_changes_nothing(em, call):
    fault = em.faults.reset_before(method="POST")
    with pytest.raises(ConnectionError):
        withdraw(call)
    assert fault.hits == 1
    assert payouts(call) == 0
    assert em.requests[0].status == 0


@pytest.mark.parametrize(
    ("arm", "error"),
    [("reset_after", ConnectionError), ("timeout_after", TimeoutError), ("truncate", http.client.IncompleteRead)],
)
def test_the_request_is_carried_out_and_the_answer_lost(em, call, monkeypatch, arm, error):
    if arm == "timeout_after":
        connection = http.client.HTTPConnection
        monkeypatch.setattr(http.client, "HTTPConnection", lambda netloc, timeout: connection(netloc, timeout=0.2))
    getattr(em.faults, arm)(method="POST")
    with pytest.raises(error):
        withdraw(call)
    assert payouts(call) == 1


def test_garbage_is_a_page(em, call):
    em.faults.garbage()
    answer = call("GET", PROFILE)
    assert answer.status == 200
    assert answer.body.startswith(b"<!DOCTYPE html>")


def test_a_storm_of_429(em, call):
    em.faults.rate_limit_storm(times=2, retry_after=0.5)
    em.faults.rate_limit_storm()
    first = call("GET", PROFILE)
    assert (first.status, first.codes, first.headers["retry-after"]) == (429, ["UDAPI10005"], "0.5")
    call("GET", PROFILE)
    assert "retry-after" not in call("GET", PROFILE).headers
    assert call("GET", PROFILE).status == 200


def test_requests_are_remembered_without_their_signature(em, call):
    call("GET", f"{PROFILE}?a=b")
    (seen,) = em.requests
    assert (seen.method, seen.path, seen.query, seen.status) == ("GET", PROFILE, "a=b", 200)
    assert seen.at == em.clock.now()
    assert seen.headers["authorization"] == "***"
    assert seen.headers["accept-encoding"] == "identity"
    assert em.access_token not in repr(em.requests)
    Caller(em.url)("GET", "/")
    assert "authorization" not in em.requests[-1].headers


def test_half_a_request_is_none(em):
    import socket

    host, port = Caller(em.url).netloc.split(":")
    for _ in range(2):
        head = f"DELETE /v2/logout HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {em.access_token}\r\n"
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(f"{head}Content-Length: 10\r\n\r\nhalf".encode())
        em.faults.truncate(method="DELETE")
    deadline = time.monotonic() + 5
    while len(em.requests) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert Caller(em.url, em.access_token)("GET", PROFILE).status == 200, "the token lives on"
    assert [seen.status for seen in em.requests] == [0, 0, 200]


def test_it_stops_while_a_fault_lasts(em):
    em.faults.timeout_after()

    def be_cut_off() -> None:
        with pytest.raises(OSError, match=r"reset|closed"):
            Caller(em.url)("GET", PROFILE)

    caller = threading.Thread(target=be_cut_off)
    caller.start()
    while not em.requests:
        time.sleep(0.01)
    began = time.monotonic()
    em.stop()
    assert time.monotonic() - began < 2
    caller.join()


def test_steering_from_outside(em):
    call = Caller(em.url)
    state = call("GET", "/__emulator").json()
    assert (state["seed"], state["market"], state["speed"]) == (7, "always-open", 0)
    assert state["apps"][0]["client_id"] == "emulator"

    assert call("POST", "/__emulator/clock", body={"advance": 60}).json()["now"] == "2026-11-23T10:01:00+05:30"
    wish = {"set": "2026-11-24T09:15:00+05:30", "speed": 0}
    assert call("POST", "/__emulator/clock", body=wish).json()["now"] == "2026-11-24T09:15:00+05:30"

    token = call("POST", "/__emulator/tokens", body={"token": "chosen"}).json()["token"]
    assert token == "chosen"
    assert call("GET", PROFILE, token=token).status == 200
    assert call("POST", "/__emulator/tokens").json()["kind"] == "access"
    assert call("POST", "/__emulator/codes", body={"code": "mine"}).json() == {"code": "mine"}

    armed = call("POST", "/__emulator/faults", body={"kind": "status", "code": 503, "path": PROFILE}).json()
    assert armed["times"] == 1
    assert len(call("GET", "/__emulator/faults").json()) == 1
    assert call("GET", PROFILE, token=token).status == 503
    assert call("DELETE", "/__emulator/faults").json() == []
    assert [row["status"] for row in call("GET", "/__emulator/requests").json()] == [200, 503]
    assert call("POST", "/__emulator/approvals", body={"mode": "manual"}).json() == {"mode": "manual", "waiting": []}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/clock", {"advance": -1}),
        ("/clock", {"jump": 1}),
        ("/clock", "nonsense"),
        ("/faults", {"kind": "earthquake"}),
        ("/tokens", {"client_id": "nobody"}),
        ("/codes", {"client_id": "nobody"}),
        ("/approvals", {"mode": "perhaps"}),
    ],
)
def test_bad_steering_is_told(em, path, body):
    answer = Caller(em.url)("POST", f"/__emulator{path}", body=body)
    assert answer.status == 400
    assert answer.json()["error"]


def test_waiting_requests_are_approved_from_outside():
    from upstox_emulator import App

    app = App(client_id="i", client_secret="s", redirect_uri="http://127.0.0.1/", notifier_url="http://127.0.0.1:1/")
    with Emulator(apps=[app]) as em:
        call = Caller(em.url)
        em.approval = "manual"
        call("POST", "/v3/login/auth/token/request/i", body={"client_secret": "s"})
        assert call("POST", "/__emulator/approvals").json()["waiting"] == ["i"]
        assert call("POST", "/__emulator/approvals", body={"approve": True}).json()["waiting"] == []


def test_other_machines_do_not_steer():
    from starlette.requests import Request

    from upstox_emulator.backend import Backend
    from upstox_emulator.clock import Clock
    from upstox_emulator.http.admin import Admin

    route = Admin(Backend(7, Clock())).routes()[0]
    for client in (("192.0.2.1", 5), None):
        answer = asyncio.run(route.endpoint(Request({"type": "http", "client": client, "headers": []})))
        assert answer.status_code == 403


def test_a_failure_of_the_pages_is_a_500_and_logged(em, call, caplog):
    em.venue.tokens = None
    refused = call("GET", "/")
    assert (refused.status, refused.codes) == (500, ["UDAPI100500"])
    em.stop()  # the answer leaves before the line is logged
    assert "AttributeError" in caplog.text
