"""A token and what is known of it."""

from __future__ import annotations

import datetime as dt
import pickle

import pytest
from rich.pretty import pretty_repr

import upstox_client
from auth.test_expiry import NOON, jwt
from upstox_client.auth import IST, Place, StoredToken, errors
from upstox_client.auth.app import App
from upstox_client.auth.redirect import Answer
from upstox_client.auth.request import Notice


def place(host: str | None = None, *, sandbox: bool = False) -> upstox_client.Configuration:
    configuration = upstox_client.Configuration(sandbox=sandbox)
    if host:
        configuration.host = configuration.order_host = host
    return configuration


@pytest.mark.parametrize(
    ("configuration", "text"),
    [
        (place(), "live"),
        (place(sandbox=True), "sandbox"),
        (place("http://127.0.0.1:9010"), "emulator 127.0.0.1:9010"),
        (place("https://Gateway.example.com/up"), "custom gateway.example.com"),
    ],
)
def test_places(configuration, text):
    assert str(Place.of(configuration)) == text


def test_how_long_it_lives():
    token = StoredToken(token="t", received_at=NOON, expires_at=NOON + dt.timedelta(minutes=1))
    assert token.seconds_left(NOON) == 60
    assert not token.expired(NOON)
    assert token.expired(NOON + dt.timedelta(minutes=1))
    assert StoredToken(token="t", received_at=NOON, expires_at=dt.datetime(2020, 1, 1, tzinfo=IST)).expired()
    assert token.name == "access"


@pytest.mark.parametrize(
    "secretive",
    [
        StoredToken(token="hush", extended_token="hush2", client_id="c", received_at=NOON, expires_at=NOON),
        StoredToken(token="hush", received_at=NOON, expires_at=NOON),
        App("c", "hush", "http://x"),
        Answer(code="hush"),
        Notice("c", "hush", "access_token"),
    ],
)
def test_no_repr_shows_a_secret(secretive):
    for text in (repr(secretive), str(secretive), f"{secretive}", pretty_repr(secretive)):
        assert "hush" not in text
        assert "redacted" in text
    assert "denied" in repr(Answer(error="denied")) + pretty_repr(Answer(error="denied"))


def test_a_ready_token():
    made = StoredToken.ready(" abc \n", "analytics", place(), client_id="c", now=NOON)
    assert (made.token, made.kind, made.name, made.client_id) == ("abc", "analytics", "analytics", "c")
    assert made.expires_at == NOON + dt.timedelta(days=365)
    assert StoredToken.ready("abc", "sandbox", place(sandbox=True), client_id="c").name == "c"


def test_a_ready_token_is_believed_where_the_clock_is_ours():
    token = jwt(iat=NOON.timestamp() - 7200, exp=NOON.timestamp() - 3600)
    assert StoredToken.ready(token, "access", place(), now=NOON).expired(NOON)
    # An emulator's clock may be anywhere.
    assert StoredToken.ready(token, "access", place("http://127.0.0.1:1"), now=NOON).seconds_left(NOON) == 3600


@pytest.mark.parametrize("text", ["", "  ", "two words", "naïve", "a\x00b", "a\nb"])
def test_what_cannot_be_a_token(text):
    with pytest.raises(ValueError, match="no token") as caught:
        StoredToken.ready(text, "access", place())
    assert not text.strip() or text not in str(caught.value)


def test_the_tree_of_errors_is_as_drawn():
    drawn = [line for line in errors.__doc__.splitlines() if "──" in line or line.startswith("    Login")]
    names = {line.replace("│", "").replace("├──", "").replace("└──", "").split()[0] for line in drawn}
    assert names == set(errors.__all__)
    assert all(issubclass(getattr(errors, name), errors.LoginError) for name in names)
    assert issubclass(errors.LoginTimeoutError, TimeoutError)


@pytest.mark.parametrize("name", errors.__all__)
def test_errors_survive_pickling(name):
    kind = getattr(errors, name)
    error = kind(NOON, NOON + dt.timedelta(hours=1)) if name == "ClockSkewError" else kind("text")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert type(again) is kind


def test_clock_skew_tells_both_times():
    text = str(errors.ClockSkewError(NOON + dt.timedelta(minutes=5), NOON.astimezone(IST)))
    assert "300 s ahead" in text
    assert "2026-11-24 06:35:00 UTC" in text
    assert "2026-11-24 06:30:00 UTC" in text
    assert "behind" in str(errors.ClockSkewError(NOON, NOON + dt.timedelta(minutes=5)))
