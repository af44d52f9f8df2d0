"""Taking up a login that was made before."""

from __future__ import annotations

import datetime as dt

import pytest

import upstox_client
from auth.test_expiry import NOON
from auth.test_store import token
from upstox_client import auth


def test_the_stored_token_is_taken_up(store):
    kept = token()
    store.put(kept)
    configuration = upstox_client.Configuration()
    assert auth.load_token(configuration, now=NOON) == kept
    assert configuration.access_token == "hush-token"


def test_a_token_of_its_own_is_left_alone(store, monkeypatch):
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", "mine")
    configuration = upstox_client.Configuration()
    assert auth.load_token(configuration) is None
    assert configuration.access_token == "mine"
    store.put(token())
    assert auth.load_token(configuration, "app", now=NOON)
    assert configuration.access_token == "hush-token"


def test_the_client_id_of_the_environment_comes_before_the_last_login(store, monkeypatch):
    store.put(token("mine", "token-of-mine"))
    store.put(token("other", "token-of-other"))
    monkeypatch.setenv("UPSTOX_CLIENT_ID", "mine")
    assert auth.load_token(upstox_client.Configuration(), now=NOON).client_id == "mine"
    # Never another account's token instead.
    monkeypatch.setenv("UPSTOX_CLIENT_ID", "third")
    with pytest.raises(auth.NotLoggedInError, match="third"):
        auth.load_token(upstox_client.Configuration(), now=NOON)


def test_no_token(store):
    with pytest.raises(auth.NotLoggedInError, match="upstox login"):
        auth.load_token(upstox_client.Configuration())
    with pytest.raises(auth.NotLoggedInError, match="upstox login --sandbox --token"):
        auth.load_token(upstox_client.Configuration(sandbox=True), store=store)


def test_a_dead_token_is_told_before_the_server_says_so(store):
    store.put(token())
    configuration = upstox_client.Configuration()
    with pytest.raises(auth.TokenExpiredError, match="25 Nov 2026 03:00 IST"):
        auth.load_token(configuration, now=NOON + dt.timedelta(hours=15))
    assert configuration.access_token == ""
