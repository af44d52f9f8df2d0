"""When a token dies."""

from __future__ import annotations

import base64
import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_client.auth import IST, expiry_of, next_0330
from upstox_client.auth.expiry import TOKEN_KINDS, stamps_of

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=IST)

moments = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1), timezones=st.timezones())


def jwt(**claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{body}.c2ln"


@given(moments)
def test_next_0330_is_the_first_half_past_three_after_now(now):
    found = next_0330(now)
    assert found.astimezone(IST).strftime("%H:%M:%S.%f") == "03:30:00.000000"
    assert dt.timedelta() < found - now <= dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("issued", "dies"),
    [
        ("2026-11-24T20:00+05:30", "2026-11-25T03:30+05:30"),
        ("2026-11-25T02:30+05:30", "2026-11-25T03:30+05:30"),
        ("2026-11-25T03:30+05:30", "2026-11-26T03:30+05:30"),
        ("2026-11-24T21:59:59+00:00", "2026-11-25T03:30+05:30"),
        ("2026-12-31T23:00+05:30", "2027-01-01T03:30+05:30"),
    ],
)
def test_the_documented_cases(issued, dies):
    assert next_0330(dt.datetime.fromisoformat(issued)) == dt.datetime.fromisoformat(dies)


def test_a_moment_without_timezone_is_refused():
    with pytest.raises(ValueError, match="timezone"):
        next_0330(dt.datetime(2026, 1, 1))


@pytest.mark.parametrize(("kind", "days"), [("extended", 365), ("analytics", 365), ("sandbox", 30)])
def test_long_lived_kinds(kind, days):
    assert expiry_of(kind, NOON) == NOON + dt.timedelta(days=days)


@given(moments, st.sampled_from(TOKEN_KINDS))
def test_every_kind_lives_for_a_while_and_is_told_in_ist(now, kind):
    found = expiry_of(kind, now, "opaque")
    assert found > now
    assert found.tzinfo is IST


@given(moments, st.integers(1, 10**8), st.integers(0, 4 * 10**9))
def test_the_life_of_a_fresh_jwt_is_counted_from_its_receipt(now, life, issued):
    token = jwt(iat=issued, exp=issued + life)
    assert (
        dt.timedelta() <= now + dt.timedelta(seconds=life) - expiry_of("access", now, token) < dt.timedelta(seconds=1)
    )


def test_the_word_of_an_old_jwt_is_taken():
    dies = NOON + dt.timedelta(hours=1)
    token = jwt(iat=NOON.timestamp() - 3600, exp=dies.timestamp())
    assert expiry_of("access", NOON, token, fresh=False) == dies


@pytest.mark.parametrize(
    "token",
    [
        "",
        "opaque",
        "a.b.c",
        "a.!!!.c",
        jwt(iat=1),
        jwt(iat=5, exp=5),
        jwt(iat="x", exp="y"),
        jwt(iat=1, exp=10**30),
        "eyJ." + base64.urlsafe_b64encode(b"[1]").decode() + ".x",
        "eyJ." + base64.urlsafe_b64encode(b"\xff").decode() + ".x",
        "é.é.é",
    ],
)
def test_what_is_no_jwt_with_times_falls_back_to_the_rule(token):
    assert stamps_of(token) is None
    assert expiry_of("access", NOON, token) == next_0330(NOON)


@given(st.text())
def test_no_text_breaks_it(token):
    stamps_of(token)
    stamps_of(f"a.{token}.b")
