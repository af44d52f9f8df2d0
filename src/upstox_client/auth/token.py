"""A token with all that is known of it."""

from __future__ import annotations

import datetime
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

from upstox_client.auth.expiry import TokenKind, expiry_of
from upstox_client.configuration import Configuration, Environment
from upstox_client.redact import REDACTED


class Place(msgspec.Struct, frozen=True):
    """Which Upstox a token is for: the environment, and the host where there may be several."""

    environment: Environment = "live"
    host: str = ""

    @classmethod
    def of(cls, configuration: Configuration) -> Self:
        """The place that a configuration calls."""
        environment = configuration.environment
        several = environment in {"emulator", "custom"}
        return cls(environment, urlsplit(configuration.host).netloc.lower() if several else "")

    def __str__(self) -> str:
        return f"{self.environment} {self.host}".strip()


class StoredToken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A token, whose it is, and how long it lives. Its repr hides the secrets.

    Attributes:
        token: the secret itself; assign it to `configuration.access_token`.
        kind: `access`, `extended`, `analytics` or `sandbox`.
        environment, host: which Upstox it is for; `host` only where there may be several (`emulator`, `custom`).
        client_id: the app's API key; empty if unknown.
        user_id, user_name: the account holder; None if unknown.
        received_at: when it came into our hands.
        expires_at: when it dies.
        extended_token: the year-long token that came with it, for enrolled apps.
    """

    token: str
    kind: TokenKind = "access"
    environment: Environment = "live"
    host: str = ""
    client_id: str = ""
    user_id: str | None = None
    user_name: str | None = None
    received_at: datetime.datetime
    expires_at: datetime.datetime
    extended_token: str | None = None

    @classmethod
    def ready(
        cls,
        token: str,
        kind: TokenKind,
        configuration: Configuration,
        *,
        client_id: str = "",
        now: datetime.datetime | None = None,
    ) -> Self:
        """A token that was made elsewhere, such as on the developer pages.

        Parameters:
            token: the token.
            kind: what sort it is.
            configuration: the Upstox that it is for.
            client_id: the app's API key, if known.
            now: default: the present.

        Raises:
            ValueError: `token` cannot be one: it is empty or has blanks or control characters in it.
        """
        token = token.strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("this is no token: it is empty, or there are blanks or strange characters in it")
        place = Place.of(configuration)
        now = now or utc_now()
        return cls(
            token=token,
            kind=kind,
            environment=place.environment,
            host=place.host,
            client_id=client_id,
            received_at=now,
            # An emulator's clock is its own, so only the length of the token's life means anything here.
            expires_at=expiry_of(kind, now, token, fresh=place.environment == "emulator"),
        )

    @property
    def place(self) -> Place:
        """Which Upstox it is for."""
        return Place(self.environment, self.host)

    @property
    def name(self) -> str:
        """What it is stored under: the client id, or for long-lived tokens (and if that is unknown) the kind."""
        return self.client_id if self.client_id and self.kind in {"access", "sandbox"} else self.kind

    def seconds_left(self, now: datetime.datetime | None = None) -> float:
        """Seconds it still lives; negative once it is dead. `now`: default: the present."""
        return (self.expires_at - (now or utc_now())).total_seconds()

    def expired(self, now: datetime.datetime | None = None) -> bool:
        """Whether it is dead. `now`: default: the present."""
        return self.seconds_left(now) <= 0

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        shown = {name: getattr(self, name) for name in self.__struct_fields__}
        shown["token"] = REDACTED
        if self.extended_token is not None:
            shown["extended_token"] = REDACTED
        return [(name, value) for name, value in shown.items() if value not in {None, ""}]

    def __repr__(self) -> str:
        return f"StoredToken({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"


def utc_now() -> datetime.datetime:
    """The present, timezone-aware."""
    return datetime.datetime.now(datetime.UTC)
