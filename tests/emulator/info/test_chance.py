from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from upstox_emulator.info import chance

names = st.lists(st.text(max_size=5) | st.integers(), min_size=1, max_size=3)


def test_numbers_follow_from_their_names():
    assert chance.number(7, "a") == chance.number(7, "a")
    assert len({chance.number(7, "a"), chance.number(7, "b"), chance.number(8, "a"), chance.number("7a")}) == 4


@given(names, st.floats(-1000, 1000), st.floats(0, 1000))
def test_numbers_stay_within_their_limits(some, low, width):
    assert 0 <= chance.fraction(*some) < 1
    assert low <= chance.between(low, low + width, *some) <= low + width
    assert 3 <= chance.whole(3, 5, *some) <= 5
    assert chance.pick("abc", *some) in "abc"


@given(names, st.floats(-1e6, 1e6))
def test_a_wave_drifts(some, time):
    here = chance.wave(time, *some)
    assert -1 <= here <= 1
    assert abs(here - chance.wave(time + 0.001, *some)) < 0.01


def test_a_wave_goes_up_and_down():
    values = [chance.wave(step / 4, "x") for step in range(60)]
    assert min(values) < -0.3
    assert max(values) > 0.3
