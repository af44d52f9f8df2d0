"""Pings, stalls, silences and pauses, on a clock that is passed in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_client.feeder import Patience
from upstox_client.feeder.lifeline import Lifeline, Step

PATIENCE = Patience(ping_after=10, pong_within=5, silent_after=30, renew_after=100, base=1, cap=8, spread=0, steady=60)


@pytest.fixture
def line():
    line = Lifeline(PATIENCE, jitter=lambda: 1.0)
    line.opened(0)
    return line


def steps(line, until, *, trading, start=0, alive=False):
    """What is to be done, second by second; the server pings us each second if it is alive."""
    done = []
    for now in range(start, until + 1):
        if alive:
            line.heard = now
        step = line.check(now, trading=trading)
        if step is not None:
            done.append((now, step))
        if step in {Step.STALLED, Step.RENEW}:
            break
    return done


def test_a_network_that_stalls(line):
    assert steps(line, 60, trading=False) == [(10, Step.PING), (15, Step.STALLED)]


def test_anything_that_comes_is_a_sign_of_life(line):
    assert line.check(10, trading=False) is Step.PING
    line.heard = 12  # data, though no answer to the ping
    assert line.check(15, trading=False) is None
    assert line.check(22, trading=False) is Step.PING


def test_a_quiet_night_is_no_silence(line):
    assert steps(line, 8 * 3600, trading=False, alive=True) == []


def test_a_silent_server_in_an_open_market(line):
    assert steps(line, 200, trading=True, alive=True) == [(30, Step.SILENT), (100, Step.RENEW)]
    assert line.is_silent


def test_the_silence_is_counted_from_the_opening_bell(line):
    steps(line, 1000, trading=False, alive=True)
    done = steps(line, 1200, trading=True, start=1001, alive=True)
    assert done == [(1031, Step.SILENT), (1101, Step.RENEW)]


def test_data_ends_a_silence(line):
    steps(line, 40, trading=True, alive=True)
    line.data(41, live=False)
    assert not line.is_silent
    assert (71, Step.SILENT) in steps(line, 80, trading=True, start=42, alive=True)


def test_patience_doubles_while_renewing_brings_nothing(line):
    times = []
    for _ in range(4):
        times.append(steps(line, 10_000, trading=True, alive=True)[-1])
        line.opened(0)
        line.data(0, live=False)  # the snapshot after the reconnect
    assert times == [(100, Step.RENEW), (200, Step.RENEW), (400, Step.RENEW), (800, Step.RENEW)]
    line.data(0, live=True)
    assert steps(line, 10_000, trading=True, alive=True)[-1] == (100, Step.RENEW)


def test_pauses_grow_to_the_longest(line):
    line.lost(0)
    assert [line.lost(0) for _ in range(5)] == [2, 4, 8, 8, 8]
    assert line.attempt == 6


def test_a_connection_that_lasted_starts_the_pauses_over(line):
    assert [line.lost(0), line.lost(0)] == [1, 2]
    line.opened(100)
    assert line.lost(159) == 4  # it did not last
    line.opened(200)
    assert line.lost(260) == 1


def test_giving_up():
    line = Lifeline(Patience(tries=2))
    assert [line.lost(0) is None for _ in range(3)] == [False, False, True]


def test_for_ever_means_for_ever():
    line = Lifeline(Patience())
    for _ in range(5000):
        assert 0 < line.lost(0) <= 30


@given(st.floats(0, 1, exclude_max=True))
def test_jitter_shortens_by_at_most_a_half(chance):
    assert 0.5 <= Lifeline(Patience(base=1), jitter=lambda: chance).lost(0) <= 1


def test_how_often_to_look():
    assert Lifeline(PATIENCE).interval == 1.25
