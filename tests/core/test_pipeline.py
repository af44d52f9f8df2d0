"""The life of a call, driven by hand: no socket, no sleep, a clock that only moves when told to."""

from __future__ import annotations

import datetime
import email.utils
import math
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import upstox_client
from support.colours import Colour, FakeTransport, local, ok, refused
from upstox_client.core import drivers
from upstox_client.core.limits import Limits, Window
from upstox_client.core.pipeline import Sleep, call, probe
from upstox_client.core.policy import Kind, RetryPolicy, Timeout, as_retries, pause_before_retry
from upstox_client.core.request import Request, route
from upstox_client.errors import (
    ApiException,
    AuthenticationError,
    InvalidRequestError,
    NetworkError,
    OrderOutcomeUnknown,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
)
from upstox_client.rest import RESTResponse

READ = "GET", "/v2/user/profile"
WRITE = "POST", "/v2/user/payments/payout"
ORDERS = [
    ("POST", "/v2/order/place"),
    ("PUT", "/v2/order/modify"),
    ("DELETE", "/v2/order/cancel"),
    ("POST", "/v3/order/place"),
    ("PUT", "/v3/order/modify"),
    ("DELETE", "/v3/order/cancel"),
    ("POST", "/v2/order/multi/place"),
    ("DELETE", "/v2/order/multi/cancel"),
    ("POST", "/v2/order/positions/exit"),
    ("POST", "/v3/order/gtt/place"),
    ("PUT", "/v3/order/gtt/modify"),
    ("DELETE", "/v3/order/gtt/cancel"),
]
PAYLOAD = {"quantity": 1, "tag": "t-1"}


class Clock:
    """Seconds that pass only in sleeps."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def request_of(method: str, path: str, payload: object = None) -> Request:
    return Request(
        path=path,
        headers={},
        body=b"{}",
        timeout=Timeout(),
        route=route(method, path),
        signed=True,
        payload=payload,
    )


@dataclass
class Fixed:
    """Policies that stay as they are."""

    policy: RetryPolicy
    limits: Limits | None
    longest_wait: float
    now: Clock
    sign: Callable[[Request], None] = lambda request: None
    observe: Callable[[Request, Any], None] = lambda request, answer: None

    def retries(self) -> RetryPolicy:
        return self.policy

    def limits_for(self, request: Request) -> Limits | None:
        return self.limits

    def limit_wait(self) -> float:
        return self.longest_wait


def not_sent() -> NetworkError:
    error = NetworkError(0, "cannot connect")
    error.maybe_sent = False
    return error


def timed_out(*, sent: bool = True) -> RequestTimeoutError:
    error = RequestTimeoutError(0, "no answer")
    error.maybe_sent = sent
    return error


class Run:
    """A flow run to its end."""

    def __init__(self, flow: Any, answers: list[Any], clock: Clock | None = None) -> None:
        self.sent = 0
        self.sleeps: list[float] = []
        self.value: RESTResponse | None = None
        self.error: ApiException | None = None
        left = list(answers)
        outcome: Any = None
        while True:
            try:
                step = flow.send(outcome)
            except StopIteration as done:
                self.value = done.value
                return
            except ApiException as error:
                self.error = error
                return
            outcome = None
            if isinstance(step, Sleep):
                self.sleeps.append(step.seconds)
                if clock is not None:
                    clock.now += step.seconds
            else:
                assert isinstance(step, Request)
                self.sent += 1
                outcome = left.pop(0) if len(left) > 1 else left[0]


def run(
    operation: tuple[str, str],
    answers: list[Any],
    *,
    policy: RetryPolicy | None = None,
    payload: object = None,
    sign: Callable[[Request], None] = lambda request: None,
    observe: Callable[[Request, Any], None] = lambda request, answer: None,
    limits: Limits | None = None,
    limit_wait: float = 60.0,
    clock: Clock | None = None,
) -> Run:
    clock = clock or Clock()
    policies = Fixed(policy or RetryPolicy(), limits, limit_wait, clock, sign, observe)
    return Run(call(request_of(*operation, payload), policies), answers, clock)


# Reads


@pytest.mark.parametrize(
    "failure",
    [
        NetworkError(0, "reset"),
        not_sent(),
        timed_out(),
        timed_out(sent=False),
        refused(500),
        refused(502),
        refused(503),
    ],
    ids=repr,
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reads_are_repeated(failure: Any, method: str) -> None:
    done = run((method, "/v2/user/profile"), [failure, failure, ok()])
    assert done.value is not None
    assert done.sent == 3
    assert len(done.sleeps) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 422, 423, 302, 307])
def test_a_refusal_is_not_repeated(status: int) -> None:
    done = run(READ, [refused(status), ok()])
    assert done.error is not None
    assert done.error.status == status
    assert done.sent == 1
    assert done.sleeps == []


@pytest.mark.parametrize("code", ["UDAPI100050", "UDAPI100072", "UDAPI1154"])
def test_a_code_that_says_more_than_a_5xx_is_not_repeated(code: str) -> None:
    done = run(READ, [refused(500, code), ok()])
    assert done.sent == 1
    assert not isinstance(done.error, ServerError)


def test_tries_end() -> None:
    done = run(READ, [refused(503)])
    assert isinstance(done.error, ServerError)
    assert done.sent == 4
    assert run(READ, [refused(503)], policy=RetryPolicy(tries=0)).sent == 1


def test_pauses_grow_with_jitter_between_half_and_whole() -> None:
    for _ in range(50):
        done = run(READ, [refused(503)], policy=RetryPolicy(tries=6, base=0.25, cap=5.0, budget=1000))
        for pause, whole in zip(done.sleeps, [0.25, 0.5, 1, 2, 4, 5], strict=True):
            assert whole / 2 <= pause <= whole


@pytest.mark.parametrize(("drawn", "expected"), [(0.0, 0.125), (0.5, 0.1875), (1.0, 0.25)])
def test_jitter(drawn: float, expected: float) -> None:
    assert pause_before_retry(RetryPolicy(), Kind.READ, ServerError(500), 1, 0.0, lambda: drawn) == expected


def test_pauses_differ() -> None:
    first = [pause_before_retry(RetryPolicy(), Kind.READ, ServerError(500), 1, 0.0) for _ in range(20)]
    assert len(set(first)) > 1


def test_the_budget_ends_the_tries() -> None:
    done = run(READ, [refused(503)], policy=RetryPolicy(tries=100, base=1, cap=1, budget=3.2))
    assert sum(done.sleeps) <= 3.2
    assert sum(done.sleeps) > 2.0


def test_429_waits_as_long_as_the_server_says() -> None:
    done = run(READ, [refused(429, "UDAPI10005", Retry_After="7"), ok()])
    assert done.sleeps == [7.0]
    assert done.value is not None


@pytest.mark.parametrize("retry_after", [None, "0", "soon"])
def test_429_waits_at_least_the_shortest_window(retry_after: str | None) -> None:
    headers = {} if retry_after is None else {"Retry_After": retry_after}
    assert run(READ, [refused(429, **headers), ok()]).sleeps == [1.0]


def test_429_with_a_date() -> None:
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=9)
    done = run(READ, [refused(429, Retry_After=email.utils.format_datetime(moment, usegmt=True)), ok()])
    assert 7.5 <= done.sleeps[0] <= 9


def test_429_with_a_date_that_is_past() -> None:
    assert run(READ, [refused(429, Retry_After="Mon, 01 Jan 2024 00:00:00 GMT"), ok()]).sleeps == [1.0]


def test_429_longer_than_the_budget_gives_up_and_says_how_long() -> None:
    done = run(READ, [refused(429, Retry_After="31")])
    assert isinstance(done.error, RateLimitError)
    assert done.error.retry_after == 31
    assert done.sleeps == []
    assert done.sent == 1


@pytest.mark.parametrize(
    "value",
    [
        "inf",
        "nan",
        "1e999",
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 99 Jan 2026 00:00:00 GMT",
        "\x00",
        "",
    ],
)
def test_a_senseless_retry_after_is_none(value: str) -> None:
    done = run(READ, [refused(429, Retry_After=value)], policy=RetryPolicy(tries=0))
    assert isinstance(done.error, RateLimitError)
    assert done.error.retry_after is None


@given(st.text())
def test_any_retry_after_is_seconds_or_none(value: str) -> None:
    done = run(READ, [refused(429, Retry_After=value)], policy=RetryPolicy(tries=0))
    assert isinstance(done.error, RateLimitError)
    seconds = done.error.retry_after
    assert seconds is None or (seconds >= 0 and math.isfinite(seconds))


def test_as_retries() -> None:
    assert as_retries(5).tries == 5
    assert as_retries(-1).tries == 0
    assert as_retries(RetryPolicy(base=2)) == RetryPolicy(base=2)


# Writes


@pytest.mark.parametrize("operation", [WRITE, *ORDERS])
def test_a_write_is_repeated_while_provably_nothing_was_sent(operation: tuple[str, str]) -> None:
    done = run(operation, [not_sent(), timed_out(sent=False), ok()])
    assert done.value is not None
    assert done.sent == 3


@pytest.mark.parametrize("failure", [NetworkError(0, "reset"), timed_out(), refused(500), refused(429), refused(503)])
@pytest.mark.parametrize("operation", [WRITE, *ORDERS])
def test_a_write_that_may_have_left_is_never_repeated(operation: tuple[str, str], failure: Any) -> None:
    done = run(operation, [failure, ok()])
    assert done.error is not None
    assert done.sent == 1
    assert done.sleeps == []


@pytest.mark.parametrize(
    "failure",
    [NetworkError(0, "reset"), timed_out(), refused(500), refused(502), refused(503), refused(504), ok(b"<html>", 500)],
    ids=repr,
)
@pytest.mark.parametrize(("method", "path"), ORDERS)
def test_a_lost_answer_of_an_order_write_is_an_unknown_outcome(method: str, path: str, failure: Any) -> None:
    done = run((method, path), [failure], payload=PAYLOAD)
    assert isinstance(done.error, OrderOutcomeUnknown)
    assert (done.error.method, done.error.path, done.error.tag) == (method, path, "t-1")
    assert done.error.payload == PAYLOAD
    assert isinstance(done.error.__cause__, ApiException)
    assert done.error.status == done.error.__cause__.status
    assert "read the order book before sending it again" in str(done.error)


def test_a_policy_that_is_none_does_not_hide_what_came_of_an_order() -> None:
    senseless: Any = RetryPolicy(tries=None)  # type: ignore[arg-type]
    assert isinstance(run(ORDERS[0], [timed_out()], policy=senseless).error, OrderOutcomeUnknown)


def test_another_write_is_not_an_unknown_outcome() -> None:
    assert type(run(WRITE, [refused(500)]).error) is ServerError
    assert type(run(WRITE, [timed_out()]).error) is RequestTimeoutError


@pytest.mark.parametrize("read", [("GET", "/v2/order/details"), ("GET", "/v2/order/retrieve-all")])
def test_reading_orders_is_a_read(read: tuple[str, str]) -> None:
    done = run(read, [timed_out(), refused(500), ok()])
    assert done.value is not None
    assert done.sent == 3


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(400), InvalidRequestError),
        (refused(401), AuthenticationError),
        (refused(403, "UDAPI1154"), upstox_client.StaticIpError),
        (refused(404), upstox_client.NotFoundError),
        (refused(423), upstox_client.ServiceClosedError),
        (refused(429), RateLimitError),
        (refused(302), InvalidRequestError),
    ],
)
def test_a_refused_order_is_known_to_be_refused(answer: RESTResponse, kind: type[ApiException]) -> None:
    assert type(run(ORDERS[0], [answer]).error) is kind


def test_an_order_that_could_not_be_sent_is_a_network_error() -> None:
    done = run(ORDERS[0], [not_sent()])
    assert type(done.error) is NetworkError
    assert done.error.maybe_sent is False
    assert done.sent == 4


def test_tag_and_payload_of_a_batch_are_plain() -> None:
    model = upstox_client.UpdateUserIpRequest(primary_ip="203.0.113.1")
    done = run(ORDERS[6], [timed_out()], payload=[model])
    assert isinstance(done.error, OrderOutcomeUnknown)
    assert done.error.tag is None
    assert done.error.payload == [{"primary_ip": "203.0.113.1"}]
    text = run(ORDERS[6], [timed_out()], payload="text").error
    assert isinstance(text, OrderOutcomeUnknown)
    assert text.payload == "text"


OUTCOMES = st.sampled_from(
    [ok, not_sent, timed_out, lambda: timed_out(sent=False), lambda: NetworkError(0, "reset")]
    + [lambda status=status: refused(status) for status in (400, 401, 429, 500, 502, 503)]
)


def _may_have_left(answer: Any) -> bool:
    return not isinstance(answer, NetworkError) or answer.maybe_sent


@given(st.lists(OUTCOMES, min_size=1, max_size=12), st.sampled_from([WRITE, *ORDERS]), st.integers(0, 20))
def test_nothing_is_sent_after_a_write_may_have_left(
    makers: list[Callable[[], Any]], operation: tuple[str, str], tries: int
) -> None:
    answers = [make() for make in makers]
    done = run(operation, answers, policy=RetryPolicy(tries=tries, budget=1e9), payload=PAYLOAD)
    seen = (answers + [answers[-1]] * 30)[: done.sent]
    assert [_may_have_left(answer) for answer in seen[:-1]] == [False] * (done.sent - 1)
    assert done.sent <= tries + 1
    if isinstance(done.error, OrderOutcomeUnknown):
        assert _may_have_left(seen[-1])


@given(st.lists(OUTCOMES, min_size=1, max_size=12), st.integers(0, 6), st.floats(0, 60))
def test_reads_keep_to_their_tries_and_their_budget(makers: list[Callable[[], Any]], tries: int, budget: float) -> None:
    done = run(READ, [make() for make in makers], policy=RetryPolicy(tries=tries, budget=budget))
    assert done.sent <= tries + 1
    assert sum(done.sleeps) <= budget + 1e-9
    assert (done.error is None) != (done.value is None)


# Signing, observing


def test_every_try_is_signed_anew() -> None:
    tokens = iter(["first", "second"])
    seen: list[str] = []

    def sign(request: Request) -> None:
        request.headers["Authorization"] = next(tokens)

    run(READ, [refused(503), ok()], sign=sign, observe=lambda request, _: seen.append(request.headers["Authorization"]))
    assert seen == ["first", "second"]


@pytest.mark.parametrize(("token", "sent"), [("renewed", "Bearer renewed"), ("", None)])
def test_a_token_replaced_between_tries_is_picked_up(
    colour: Colour, monkeypatch: pytest.MonkeyPatch, token: str, sent: str | None
) -> None:
    fake = FakeTransport([refused(503), ok()])
    configuration = local(retries=1)

    def renew(seconds: float) -> None:
        configuration.access_token = token

    async def renew_async(seconds: float) -> None:
        renew(seconds)

    monkeypatch.setattr(drivers, "time", SimpleNamespace(sleep=renew))
    monkeypatch.setattr(drivers, "_sleep", renew_async)
    colour.run(colour.user_api(configuration, fake).get_profile)
    assert [request.headers.get("Authorization") for request in fake.requests] == ["Bearer the-token", sent]


def test_a_signature_of_the_callers_own_is_sent_with_every_try(colour: Colour) -> None:
    fake = FakeTransport([refused(503), ok()])
    client = colour.client(local(retries=RetryPolicy(tries=1, base=0.0), access_token=""), fake)
    own = {"Authorization": "Bearer mine"}
    colour.run(client.call_api, "/v2/x", "GET", header_params=own, auth_settings=["OAUTH2"])
    assert [request.headers.get("Authorization") for request in fake.requests] == ["Bearer mine"] * 2


def test_every_outcome_is_observed() -> None:
    seen: list[Any] = []
    answers = [not_sent(), refused(500), ok()]
    run(READ, answers, observe=lambda _, answer: seen.append(answer))
    assert seen == answers


# The limits, as a call meets them


def small() -> Limits:
    limits = Limits()
    limits.acquire(route(*READ).bucket, 0.0)  # makes the bucket
    limits._buckets[route(*READ).bucket].windows = (Window(1, 10.0),)
    limits._buckets[route(*READ).bucket]._calls.clear()
    return limits


def test_a_call_waits_for_its_place() -> None:
    limits, clock = small(), Clock()
    assert run(READ, [ok()], limits=limits, clock=clock).sleeps == []
    clock.now += 4
    assert run(READ, [ok()], limits=limits, clock=clock).sleeps == [6.0]


def test_each_try_takes_a_place() -> None:
    done = run(READ, [refused(503), ok()], limits=small(), policy=RetryPolicy(base=0.5))
    assert done.sent == 2
    assert sum(done.sleeps) == pytest.approx(10.0)


def test_a_wait_that_is_too_long_is_a_rate_limit_error_and_nothing_is_sent() -> None:
    limits, clock = small(), Clock()
    run(READ, [ok()], limits=limits, clock=clock)
    clock.now += 2
    done = run(READ, [ok()], limits=limits, clock=clock, limit_wait=7.9)
    assert isinstance(done.error, RateLimitError)
    assert done.error.retry_after == 8.0
    assert done.error.status == 0
    assert "not sent" in (done.error.reason or "")
    assert done.sent == 0
    assert done.sleeps == []


def test_who_is_overtaken_while_waiting_waits_again_within_bounds() -> None:
    limits, clock = small(), Clock()
    limits.acquire(route(*READ).bucket, clock.now)
    flow = call(request_of(*READ), Fixed(RetryPolicy(), limits, 15.0, clock))
    assert flow.send(None) == Sleep(10.0)
    clock.now += 10
    limits.acquire(route(*READ).bucket, clock.now)  # somebody was faster
    with pytest.raises(RateLimitError):
        flow.send(None)


@pytest.mark.parametrize(("took", "wait"), [(0.25, 10.0), (0.5, 10.0), (3.0, 7.5)])
@pytest.mark.parametrize("answer", [ok(), refused(400), timed_out()])
def test_a_call_counts_from_when_it_may_have_reached_the_server(took: float, wait: float, answer: Any) -> None:
    limits, clock = small(), Clock()
    flow = call(request_of(*READ), Fixed(RetryPolicy(tries=0), limits, 15.0, clock))
    next(flow)
    clock.now += took
    with pytest.raises((StopIteration, ApiException)):
        flow.send(answer)
    assert run(READ, [ok()], limits=limits, clock=clock).sleeps == [wait]


def test_a_call_that_is_given_up_counts_from_then() -> None:
    limits, clock = small(), Clock()
    flow = call(request_of(*READ), Fixed(RetryPolicy(), limits, 15.0, clock))
    next(flow)
    clock.now += 0.25
    flow.close()  # as when its task is cancelled: the server may have it all the same
    assert run(READ, [ok()], limits=limits, clock=clock).sleeps == [10.0]


# The drivers


def test_the_drivers_sleep(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(drivers, "time", SimpleNamespace(sleep=slept.append))
    monkeypatch.setattr(drivers, "_sleep", sleep)
    fake = FakeTransport([NetworkError(0, "x"), refused(429, Retry_After="3"), ok()])
    colour.run(colour.user_api(local(retries=2), fake).get_profile)
    assert len(slept) == 2
    assert slept[1] == 3.0


def test_what_is_no_network_error_is_not_swallowed(colour: Colour) -> None:
    fake = FakeTransport([ValueError("a header cannot be sent")])
    with pytest.raises(ValueError, match="a header cannot be sent"):
        colour.run(colour.user_api(local(retries=5), fake).get_profile)
    assert len(fake.requests) == 1


def test_a_probe_takes_any_answer() -> None:
    request = request_of("HEAD", "/")
    assert Run(probe(request), [refused(500)]).value is not None
    assert isinstance(Run(probe(request), [not_sent()]).error, NetworkError)


# Undecodable answers


@pytest.mark.parametrize("body", [b"", b" ", b"<html>", b'{"status":"succ', b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000])
def test_an_order_with_an_undecodable_answer_is_an_unknown_outcome(colour: Colour, body: bytes) -> None:
    client = colour.client(local(), FakeTransport([ok(body)]))
    with pytest.raises(OrderOutcomeUnknown) as caught:
        colour.run(
            client.call_api,
            "/v2/order/place",
            "POST",
            body=PAYLOAD,
            response_type="LogoutResponse",
            auth_settings=["OAUTH2"],
        )
    assert caught.value.tag == "t-1"
    assert caught.value.body == body
    assert isinstance(caught.value.__cause__, upstox_client.ResponseDecodeError)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]"])
def test_a_read_with_an_undecodable_answer(colour: Colour, body: bytes) -> None:
    with pytest.raises(upstox_client.ResponseDecodeError) as caught:
        colour.run(colour.user_api(local(), FakeTransport([ok(body)])).get_profile)
    assert caught.value.body == body
    assert caught.value.status == 200
    assert "OK, but the body" in (caught.value.reason or "")
