"""The virtual clock."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_emulator.clock import IST, Clock, epoch_ms, ist_text, next_0330

MORNING = dt.datetime(2026, 11, 23, 10, 0, tzinfo=IST)


class Real:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_runs_at_its_speed():
    real = Real()
    clock = Clock(MORNING, speed=60, real=real)
    real.now += 2
    assert clock.now() == MORNING + dt.timedelta(minutes=2)
    clock.speed = 0
    real.now += 5
    assert clock.now() == MORNING + dt.timedelta(minutes=2)
    clock.speed = 1
    real.now += 5
    assert clock.now() == MORNING + dt.timedelta(minutes=2, seconds=5)


def test_it_is_set_and_advanced():
    clock = Clock(MORNING, speed=0)
    assert clock.advance(90) == MORNING + dt.timedelta(seconds=90)
    assert clock.advance(dt.timedelta(hours=1)) == MORNING + dt.timedelta(seconds=3690)
    clock.set(dt.datetime(2026, 1, 1, 9, 15))
    assert clock.now() == dt.datetime(2026, 1, 1, 9, 15, tzinfo=IST)
    clock.set(dt.datetime(2026, 1, 1, 0, 0, tzinfo=dt.UTC))
    assert ist_text(clock.now()) == "2026-01-01 05:30:00"
    assert repr(clock) == "Clock(2026-01-01 05:30:00 IST, speed=0)"


def test_it_starts_now_if_not_told_otherwise():
    assert abs(Clock().now() - dt.datetime.now(IST)) < dt.timedelta(seconds=5)


@pytest.mark.parametrize(
    ("speed", "error"),
    [(-1, ValueError), (1e7, ValueError), (float("inf"), ValueError), (float("nan"), ValueError), ("1", TypeError)],
)
def test_a_bad_speed_is_refused(speed, error):
    with pytest.raises(error, match=f"^speed is a number from 0 to 1,000,000, got {speed!r}"):
        Clock(speed=speed)


@pytest.mark.parametrize(
    ("moment", "error", "told"),
    [
        ("tomorrow", TypeError, "is a datetime such as datetime(2026, 11, 23, 9, 15), got 'tomorrow'"),
        (MORNING.date(), TypeError, "is a datetime such as"),
        (MORNING.replace(year=1999), ValueError, "is in the years from 2000 to 2099, got 1999-11-23 10:00:00"),
    ],
)
def test_a_bad_moment_is_refused(moment, error, told):
    with pytest.raises(error, match=f"^start {re.escape(told)}"):
        Clock(moment)
    clock = Clock(MORNING, speed=0)
    with pytest.raises(error, match=f"^moment {re.escape(told)}"):
        clock.set(moment)
    assert clock.now() == MORNING


@pytest.mark.parametrize("by", [dt.timedelta(days=30_000), 1e12, 1e30])
def test_it_is_not_advanced_out_of_time(by):
    clock = Clock(MORNING, speed=0)
    with pytest.raises(ValueError, match="within the years from 2000 to 2099, got"):
        clock.advance(by)
    assert clock.now() == MORNING


def test_it_is_not_advanced_backwards():
    with pytest.raises(ValueError, match="got -1; use set"):
        Clock().advance(-1)


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1)))
def test_tokens_die_at_the_next_half_past_three(moment):
    now = moment.replace(tzinfo=IST)
    death = next_0330(now)
    assert (death.hour, death.minute, death.second, death.microsecond) == (3, 30, 0, 0)
    assert dt.timedelta(0) < death - now <= dt.timedelta(days=1)


def test_the_documented_examples_of_0330():
    assert next_0330(dt.datetime(2026, 11, 24, 20, 0, tzinfo=IST)).day == 25
    assert next_0330(dt.datetime(2026, 11, 25, 2, 30, tzinfo=IST)).day == 25
    assert epoch_ms(dt.datetime(2024, 11, 22, 3, 30, tzinfo=IST)) == "1732226400000"


def test_who_listens_is_told_of_each_jump():
    clock, told = Clock(dt.datetime(2026, 11, 23, 10, 0), speed=0), []
    clock.listen(lambda: told.append(clock.now().minute))
    clock.advance(60)
    clock.set(dt.datetime(2026, 11, 23, 10, 5))
    clock.speed = 2
    assert told == [1, 5, 5]
