"""Sliding windows: never one call too many, never a wait too long."""

from __future__ import annotations

import gc
import itertools
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import upstox_client
from support.colours import Colour, FakeTransport, local, ok
from upstox_client.core import limits as module
from upstox_client.core.limits import (
    IPO_WRITES,
    ORDER_BUCKET,
    ORDERS,
    PAYOUT_WRITES,
    STANDARD,
    Bucket,
    Limits,
    LimitsReading,
    Usage,
    Window,
    limits_of,
    windows_for,
)
from upstox_client.core.request import route

# Moments and lengths are quarters of a second: exact as floats, so that the model needs no tolerance.
quarters = st.integers(0, 40).map(lambda number: number / 4)
windows = st.lists(
    st.builds(Window, st.integers(1, 5), st.integers(1, 20).map(lambda number: number / 4)), min_size=1, max_size=3
).map(tuple)


def has_room(calls: list[float], windows: tuple[Window, ...], now: float) -> bool:
    """By the definition: with one more call at `now`, no window that ends there has more than it may."""
    return all(sum(now - window.seconds < call <= now for call in calls) + 1 <= window.count for window in windows)


@given(windows, st.lists(quarters, max_size=60))
def test_a_bucket_agrees_with_brute_force(windows: tuple[Window, ...], gaps: list[float]) -> None:
    bucket, calls, now = Bucket(windows), [], 100.0
    for gap in gaps:
        now += gap / 10 if gap < 2 else gap
        now = round(now * 4) / 4
        wait = bucket.wait(now)
        assert (wait <= 0) == has_room(calls, windows, now)
        if wait > 0:
            # The wait is exact: at its end there is room, a moment before there is none.
            assert has_room(calls, windows, now + wait)
            assert not has_room(calls, windows, now + wait - 0.125)
            now += wait
        bucket.take(now)
        calls.append(now)
        for window in windows:
            for start in calls:
                assert sum(start <= call < start + window.seconds for call in calls) <= window.count


@given(windows, st.lists(quarters, max_size=30), quarters)
def test_usage_agrees_with_brute_force(windows: tuple[Window, ...], gaps: list[float], later: float) -> None:
    bucket, calls, now = Bucket(windows), [], 100.0
    for gap in gaps:
        now += gap
        now += max(0.0, bucket.wait(now))
        bucket.take(now)
        calls.append(now)
    now += later
    assert bucket.usage(now) == tuple(
        Usage(sum(now - window.seconds < call <= now for call in calls), window.count, window.seconds)
        for window in windows
    )


# Eighths of a second: on the way to the server, and back.
ways = st.tuples(st.integers(0, 2), st.integers(0, 2)).map(lambda pair: (pair[0] / 8, pair[1] / 8))


@given(
    st.lists(st.builds(Window, st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=3).map(tuple),
    st.lists(st.tuples(quarters.map(lambda gap: gap / 8), ways), max_size=40),
)
def test_no_window_of_the_server_is_exceeded(
    windows: tuple[Window, ...], calls: list[tuple[float, tuple[float, float]]]
) -> None:
    """Whatever the network does: it counts when calls arrive, which this side cannot know."""
    bucket, now, arrived = Bucket(windows), 100.0, list[float]()
    under_way: list[tuple[float, float]] = []  # answered when, let go when

    def pass_time(until: float) -> None:
        for answered, taken in sorted(call for call in under_way if call[0] <= until):
            bucket.answered(taken, answered)
            under_way.remove((answered, taken))

    for gap, (there, back) in calls:
        now += gap
        pass_time(now)
        while (wait := bucket.wait(now)) > 0:
            now += wait
            pass_time(now)
        bucket.take(now)
        under_way.append((now + there + back, now))
        arrived.append(now + there)
    for window in windows:
        for start in arrived:
            assert sum(start <= moment < start + window.seconds for moment in arrived) <= window.count


def test_fifty_a_second_and_five_hundred_a_minute() -> None:
    limits, now, moments = Limits(), 0.0, []
    for _ in range(1100):
        wait = limits.acquire("GET /v2/user/profile", now)
        if wait > 0:
            now += wait
            assert limits.acquire("GET /v2/user/profile", now) == 0
        moments.append(now)
    assert moments[49] == 0
    assert moments[50] == 1
    assert moments[499] == 9
    assert moments[500] == 60
    assert moments[1000] == 120


def test_ten_orders_a_second() -> None:
    limits = Limits()
    assert [limits.acquire(ORDER_BUCKET, 5.0) for _ in range(11)] == [0.0] * 10 + [1.0]
    assert limits.acquire(ORDER_BUCKET, 5.999) > 0
    assert limits.acquire(ORDER_BUCKET, 6.0) == 0


def test_an_answer_waits_for_nobody() -> None:
    """A call that is given up may be ended by the garbage collector, while its thread is taking a place for another."""
    limits = Limits()
    assert limits.acquire(ORDER_BUCKET, 5.0) == 0
    with limits._lock:
        telling = threading.Thread(target=limits.answered, args=(ORDER_BUCKET, 5.0, 5.25), daemon=True)
        telling.start()
        telling.join(5)
        assert not telling.is_alive()
    assert limits.usage(6.125)[ORDER_BUCKET][0].used == 1
    for _ in range(9):
        assert limits.acquire(ORDER_BUCKET, 5.25) == 0
    assert limits.acquire(ORDER_BUCKET, 6.0) == 0.25


def test_a_refused_place_is_not_taken() -> None:
    limits = Limits()
    for _ in range(500):
        limits.acquire(ORDER_BUCKET, 5.0)
    assert limits.usage(5.0)[ORDER_BUCKET][0].used == 10


# Who shares what


@pytest.mark.parametrize(
    ("method", "path"),
    [
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
    ],
)
def test_order_writes_share_one_bucket(method: str, path: str) -> None:
    assert route(method, path).bucket == ORDER_BUCKET
    assert windows_for(ORDER_BUCKET) == ORDERS


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v2/user/profile", STANDARD),
        ("GET", "/v2/order/details", STANDARD),
        ("PUT", "/v2/portfolio/convert-position", STANDARD),
        ("GET", "/v2/user/payments/payin", ORDERS),
        ("GET", "/v2/user/payments/payout/modes", ORDERS),
        ("POST", "/v2/user/payments/payout", PAYOUT_WRITES),
        ("PUT", "/v2/user/payments/payout/{transaction_id}", PAYOUT_WRITES),
        ("DELETE", "/v2/user/payments/payout/{transaction_id}", PAYOUT_WRITES),
        ("POST", "/v2/ipos/orders", IPO_WRITES),
        ("GET", "/v2/ipos/orders", STANDARD),
    ],
)
def test_every_other_operation_has_its_own(method: str, path: str, expected: tuple[Window, ...]) -> None:
    assert route(method, path).bucket == f"{method} {path}"
    assert windows_for(f"{method} {path}") == expected


def test_the_documented_numbers() -> None:
    assert [(window.count, window.seconds) for window in STANDARD] == [(50, 1), (500, 60), (2000, 1800)]
    assert [(window.count, window.seconds) for window in ORDERS] == [(10, 1), (500, 60), (2000, 1800)]
    assert [(window.count, window.seconds) for window in PAYOUT_WRITES] == [(10, 60), (300, 1800)]
    assert [(window.count, window.seconds) for window in IPO_WRITES] == [(1, 1), (10, 60), (300, 1800)]


def test_the_same_token_shares_and_another_or_another_host_does_not() -> None:
    mine = limits_of("https://a.test", "t")
    assert limits_of("https://a.test", "t") is mine
    assert limits_of("https://a.test", "u") is not mine
    assert limits_of("https://b.test", "t") is not mine


def test_limits_outlive_the_client() -> None:
    def use() -> None:
        limits_of("https://a.test", "t").acquire(ORDER_BUCKET, 1.0)

    for _ in range(10):
        use()
        gc.collect()
    assert limits_of("https://a.test", "t").acquire(ORDER_BUCKET, 1.0) > 0


def test_limits_of_many_tokens_are_not_kept_for_ever() -> None:
    for number in range(200):
        limits_of("https://a.test", str(number))
    gc.collect()
    assert len(module._by_user) <= 32


def test_no_token_is_kept() -> None:
    limits_of("https://a.test", "very-secret-token")
    assert "very-secret-token" not in repr(dict(module._by_user)) + repr(module._latest)


def test_clients_with_one_token_share(colour: Colour) -> None:
    configuration = local(rate_limit=True)
    for _ in range(3):
        colour.run(colour.user_api(configuration, FakeTransport()).get_profile)
    reading = colour.client(local(rate_limit=True), FakeTransport()).limits
    assert reading["GET /v2/user/profile"][0].used == 3
    assert colour.client(local(access_token="another"), FakeTransport()).limits["GET /v2/user/profile"][0].used == 0


def test_a_token_obtained_counts_as_the_user(colour: Colour) -> None:
    fake = FakeTransport([ok(b'{"access_token":"fresh"}')])
    login = colour.login_api(local(access_token="", rate_limit=True), fake)
    colour.run(login.token, code="c")
    colour.run(login.logout)
    assert colour.client(local(access_token="fresh"), fake).limits["DELETE /v2/logout"][0].used == 1


def test_reading(colour: Colour) -> None:
    client = colour.client(local(rate_limit=True), FakeTransport())
    assert repr(client.limits) == "Limits(nothing used)"
    colour.run(colour.package.UserApi(client).get_profile)
    reading = client.limits
    assert isinstance(reading, LimitsReading)
    assert list(reading) == ["GET /v2/user/profile"]
    assert reading["GET /v2/user/profile"] == (Usage(1, 50, 1), Usage(1, 500, 60), Usage(1, 2000, 1800))
    assert reading["orders"] == (Usage(0, 10, 1), Usage(0, 500, 60), Usage(0, 2000, 1800))
    assert repr(reading) == "Limits(GET /v2/user/profile: 1/50 in 1 s, 1/500 in 60 s, 1/2000 in 1800 s)"


# On and off


def test_orders_over_the_limit_are_refused_before_they_are_sent(colour: Colour) -> None:
    fake = FakeTransport()
    client = colour.client(local(rate_limit=True, rate_limit_wait=0), fake)

    def place(path: str, method: str) -> Any:
        return colour.run(client.call_api, path, method, body={}, auth_settings=["OAUTH2"])

    for method, path in itertools.islice(
        itertools.cycle(
            [("POST", "/v2/order/place"), ("PUT", "/v3/order/gtt/modify"), ("POST", "/v2/order/multi/place")]
        ),
        10,
    ):
        place(path, method)
    with pytest.raises(upstox_client.RateLimitError) as caught:
        place("/v3/order/cancel", "DELETE")
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 1
    assert len(fake.requests) == 10


def test_off_by_configuration(colour: Colour) -> None:
    fake = FakeTransport()
    api = colour.user_api(local(rate_limit=False, rate_limit_wait=0), fake)
    for _ in range(120):
        colour.run(api.get_profile)
    assert len(fake.requests) == 120


@pytest.mark.parametrize(
    ("value", "on"), [("off", False), ("OFF", False), ("0", False), ("false", False), ("on", True)]
)
def test_off_by_the_environment(monkeypatch: pytest.MonkeyPatch, value: str, on: bool) -> None:
    monkeypatch.setenv("UPSTOX_RATE_LIMIT", value)
    assert upstox_client.Configuration().rate_limit is on


def test_threads_never_take_one_place_too_many() -> None:
    limits, taken, barrier = Limits(), [], threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        taken.extend(1 for _ in range(200) if limits.acquire(ORDER_BUCKET, 7.0) == 0)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 10


def test_a_client_never_mixes_up_two_tokens_in_threads() -> None:
    client = upstox_client.ApiClient(local())
    barrier, wrong = threading.Barrier(4), []

    def work(token: str) -> None:
        barrier.wait()
        mine = limits_of(client.configuration.host, token)
        wrong.extend(1 for _ in range(2000) if client._user_limits(token) is not mine)

    threads = [threading.Thread(target=work, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
