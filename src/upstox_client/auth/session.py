"""Taking up a login that was made before."""

from __future__ import annotations

import datetime
import os

from upstox_client.auth.errors import NotLoggedInError, TokenExpiredError
from upstox_client.auth.store import TokenStore
from upstox_client.auth.token import Place, StoredToken
from upstox_client.configuration import Configuration
from upstox_client.ist import IST


def load_token(
    configuration: Configuration,
    client_id: str | None = None,
    *,
    store: TokenStore | None = None,
    now: datetime.datetime | None = None,
) -> StoredToken | None:
    """See that `configuration` has a token: its own, or the stored one.

    Parameters:
        configuration: which Upstox; without a token of its own (`UPSTOX_ACCESS_TOKEN`), it is given the stored one.
        client_id: the app's API key, to take its stored token in any case. Default: `UPSTOX_CLIENT_ID`, else the
            app that logged in last. A token stored without a client id is asked for by its kind, such as `analytics`.
        store: default: the store that `UPSTOX_TOKEN_STORE` names.
        now: default: the present.

    Returns:
        What is known of the token; None if it is the configuration's own.

    Raises:
        NotLoggedInError: there is no token.
        TokenExpiredError: there is one, but it is dead. The server was not asked.
        TokenStoreError: the store cannot be read.
    """
    if configuration.access_token and client_id is None:
        return None
    client_id = client_id or os.environ.get("UPSTOX_CLIENT_ID")
    found = (store or TokenStore.from_env()).get(configuration, client_id)
    place = Place.of(configuration)
    if found is None:
        whose = f" of the app {client_id}" if client_id else ""
        raise NotLoggedInError(f"No token{whose} is stored for {place}. Log in: {how_to_log_in(place)}")
    if found.expired(now):
        raise TokenExpiredError(
            f"The {found.kind} token for {place} expired at {found.expires_at.astimezone(IST):%d %b %Y %H:%M} IST. "
            f"Log in again: {how_to_log_in(place)}"
        )
    configuration.access_token = found.token
    return found


def how_to_log_in(place: Place) -> str:
    """The command that gets a token for this Upstox."""
    return "upstox login --sandbox --token" if place.environment == "sandbox" else "upstox login"
