"""The documented limits, against a plain count, and against what the client believes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_client.core.limits import windows_for
from upstox_client.core.request import route
from upstox_emulator.http.app import ENDPOINTS
from upstox_emulator.limits import STANDARD, RateLimits, Window

WINDOWS = (Window(3, 1), Window(5, 10))


@given(st.lists(st.integers(0, 8), max_size=60))
def test_no_window_is_ever_overfull_and_none_refuses_without_need(quarters):
    limits, now, made = RateLimits(), 0.0, []
    for quarter in quarters:
        now += quarter / 4
        room = all(sum(now - call < window.seconds for call in made) < window.count for window in WINDOWS)
        assert limits.take("u", "GET /", WINDOWS, now) is room
        if room:
            made.append(now)


def test_users_and_apis_are_counted_apart():
    limits = RateLimits()
    for user, api in (("a", "x"), ("a", "y"), ("b", "x")):
        assert [limits.take(user, api, WINDOWS, 0.0) for _ in range(4)] == [True, True, True, False]


def test_a_clock_that_is_set_back_does_not_lock_anybody_out():
    limits = RateLimits()
    assert all(limits.take("u", "x", WINDOWS, 1000.0) for _ in range(3))
    assert limits.take("u", "x", WINDOWS, 10.0)


def test_the_long_windows_fill_too():
    limits = RateLimits()
    made = [limits.take("u", "x", STANDARD, call / 40) for call in range(600)]
    assert made == [True] * 500 + [False] * 100


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
def test_the_client_believes_the_same(endpoint):
    ours = [(window.count, window.seconds) for window in endpoint.limits]
    theirs = windows_for(route(endpoint.method, endpoint.path).bucket)
    assert ours == [(window.count, window.seconds) for window in theirs]
