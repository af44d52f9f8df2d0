"""The individual user's token request."""

from __future__ import annotations

import asyncio
import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.walking import FakeListener, fetch
from auth.worlds import SECRET
from upstox_client import auth
from upstox_client.auth import IST, next_0330
from upstox_client.auth.inbox import Accepted, Incoming
from upstox_client.auth.request import Notice, judge_notice, moment

GOOD = {
    "client_id": "home",
    "user_id": "U1",
    "access_token": "hush",
    "token_type": "Bearer",
    "expires_at": "1731448800000",
    "issued_at": "1731412800000",
    "message_type": "access_token",
}


def judged(body, path="/hook"):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return judge_notice("/hook", "home")(Incoming(path=path, body=data))


@pytest.fixture
def ask(world, store):
    def call(client_id="home", secret=SECRET, **more):
        more.setdefault("configuration", world.configuration())
        more.setdefault("echo", lambda text: None)
        more.setdefault("timeout", 10)
        return auth.request_token(client_id, secret, port=world.hook_port, path="/hook", store=store, **more)

    return call


def test_the_notice():
    verdict = judged(GOOD)
    assert isinstance(verdict, Accepted)
    assert verdict.value.access_token == "hush"
    assert verdict.value.life() == dt.timedelta(hours=10)
    assert verdict.reply.status == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b"[]", 400),
        (GOOD | {"client_id": "other"}, 400),
        (GOOD | {"client_id": "é"}, 400),
        (GOOD | {"client_id": None}, 400),
        (GOOD | {"access_token": ""}, 400),
        (GOOD | {"access_token": 5}, 400),
        ({"message_type": "access_token"}, 400),
        (GOOD | {"message_type": "order_update"}, 200),
        ({}, 200),
    ],
)
def test_what_is_no_token_for_us(body, status):
    assert judged(body).status == status
    assert judged(GOOD, path="/").status == 404


def test_only_a_token_of_the_account():
    incoming = Incoming(path="/hook", body=json.dumps(GOOD).encode())
    assert judge_notice("/hook", "home", "U2")(incoming).status == 400
    assert isinstance(judge_notice("/hook", "home", "U1")(incoming), Accepted)


@given(st.binary())
def test_no_body_breaks_it(body):
    assert judged(body).status in {200, 400}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("1732226400000", dt.datetime(2024, 11, 22, 3, 30, tzinfo=IST)),
        (1732226400000, dt.datetime(2024, 11, 22, 3, 30, tzinfo=IST)),
        (None, None),
        ("", None),
        ("soon", None),
        ("9" * 30, None),
    ],
)
def test_moments(value, found):
    assert moment(value) == found


@pytest.mark.parametrize("times", [("", ""), ("1000", "2000"), (None, "1000")])
def test_a_notice_without_a_life(times):
    assert Notice("c", "t", "access_token", expires_at=times[0], issued_at=times[1]).life() is None


def test_the_whole_way(ask, store, world):
    told = []
    configuration = world.configuration()
    token = ask(configuration=configuration, echo=told.append)
    assert (token.client_id, token.user_id, token.kind) == ("home", "EM1234", "access")
    assert configuration.access_token == token.token
    assert store.get(configuration) == token
    assert 0 < token.seconds_left() <= 24 * 3600
    assert f"127.0.0.1:{world.hook_port}/hook" in told[0]
    assert token.token not in told[0]


def test_others_do_not_end_the_waiting(ask, world):
    world.emulator.approval = "manual"
    at = f"http://127.0.0.1:{world.hook_port}"

    def meddle(text):
        assert fetch(f"{at}/hook", json.dumps(GOOD | {"client_id": "other"}).encode()).status == 400
        assert fetch(f"{at}/", json.dumps(GOOD).encode()).status == 404
        assert fetch(f"{at}/hook", b"x" * 100_000).status == 413
        assert fetch(f"{at}/hook", json.dumps({"message_type": "order"}).encode()).status == 200
        assert fetch(f"{at}/hook").status == 405
        assert world.emulator.approve() == 1

    assert ask(echo=meddle).user_id == "EM1234"


def test_no_approval(ask, world):
    world.emulator.approval = "deny"
    listener = FakeListener()
    with pytest.raises(auth.LoginTimeoutError, match="not approved"):
        ask(timeout=5, listen=listener)
    assert listener.waited == [5]
    assert listener.closed
    assert listener.where == ("127.0.0.1", world.hook_port, "POST")


@pytest.mark.parametrize(
    ("before", "waits"), [(dt.timedelta(seconds=90), 90), (dt.timedelta(hours=9), 600), (-dt.timedelta(days=1), 600)]
)
def test_the_waiting_ends_when_the_request_does(ask, world, before, waits):
    listener = FakeListener()
    expiry = dt.datetime(2026, 11, 25, 3, 30, tzinfo=IST)
    data = {"status": "success", "data": {"authorization_expiry": str(int(expiry.timestamp() * 1000))}}
    world.emulator.faults.status(200, data, path="/v3/login/auth/token/request/*")
    with pytest.raises(auth.LoginTimeoutError, match="the app's notifier URL"):
        ask(timeout=600, listen=listener, now=lambda: expiry - before)
    assert listener.waited == [waits]


def test_an_empty_answer_and_a_notice_without_times(ask, world):
    world.emulator.faults.status(200, {"status": "success"}, path="/v3/login/auth/token/request/*")
    listener = FakeListener([Notice("home", "opaque", "access_token")])
    token = ask(listen=listener)
    assert listener.waited == [10]
    assert token.expires_at == next_0330(token.received_at)


@pytest.mark.parametrize(
    ("client_id", "secret", "code"),
    [
        ("home", "wrong", "UDAPI100069"),
        ("nobody", SECRET, "UDAPI100069"),
        ("far", SECRET, "UDAPI1123"),
        ("company", SECRET, "UDAPI1124"),
    ],
)
def test_refusals(ask, client_id, secret, code):
    with pytest.raises(auth.LoginRefusedError) as caught:
        ask(client_id, secret)
    assert caught.value.error_code == code
    assert secret not in str(caught.value)


def test_arequest_token(world, store):
    async def work():
        return await auth.arequest_token(
            "home",
            SECRET,
            port=world.hook_port,
            path="/hook",
            configuration=world.configuration(),
            echo=lambda text: None,
            store=store,
        )

    assert asyncio.run(work()).user_id == "EM1234"
