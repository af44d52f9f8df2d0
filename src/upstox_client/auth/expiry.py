"""When a token dies, known before the server says so.

https://upstox.com/developer/api-documentation/get-token: an access token is good until the next 03:30 IST, whenever it
was issued.
"""

from __future__ import annotations

import base64
import binascii
import datetime
from typing import Any, Final, Literal, TypeAlias, cast

import msgspec

from upstox_client.ist import IST

TokenKind: TypeAlias = Literal["access", "extended", "analytics", "sandbox"]
"""`access`: a day, everything. `extended`: a year, reading orders, positions and holdings. `analytics`: a year,
reading only. `sandbox`: 30 days, the sandbox only."""

TOKEN_KINDS: Final[tuple[TokenKind, ...]] = ("access", "extended", "analytics", "sandbox")

"""Indian Standard Time: no daylight saving, so a fixed offset is all there is to it."""

_DEATH: Final = datetime.time(3, 30)
_DAY: Final = datetime.timedelta(days=1)
_LIVES: Final[dict[TokenKind, datetime.timedelta]] = {
    "extended": datetime.timedelta(days=365),
    "analytics": datetime.timedelta(days=365),
    "sandbox": datetime.timedelta(days=30),
}


def next_0330(now: datetime.datetime) -> datetime.datetime:
    """The next 03:30 IST strictly after `now`, in IST.

    Parameters:
        now: any timezone-aware moment.

    Raises:
        ValueError: `now` has no timezone.
    """
    if now.tzinfo is None:
        raise ValueError(f"a timezone-aware moment is needed, got {now!r}")
    local = now.astimezone(IST)
    today = datetime.datetime.combine(local.date(), _DEATH, IST)
    return today if local < today else today + _DAY


def stamps_of(token: str) -> tuple[datetime.datetime, datetime.datetime] | None:
    """When a JWT was issued and when it expires, as it says of itself; None if it does not, or is no JWT.

    The signature is not checked (nobody but Upstox can): good for telling the time, not for trusting the token.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        raw = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims: Any = msgspec.json.decode(raw)
    except (binascii.Error, msgspec.DecodeError, ValueError, RecursionError):
        return None
    values = cast("dict[str, Any]", claims) if isinstance(claims, dict) else {}
    try:
        issued, expires = (datetime.datetime.fromtimestamp(values[name], datetime.UTC) for name in ("iat", "exp"))
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
    return (issued, expires) if issued < expires else None


def expiry_of(
    kind: TokenKind, received_at: datetime.datetime, token: str = "", *, fresh: bool = True
) -> datetime.datetime:
    """When a token dies, in IST.

    Parameters:
        kind: what sort of token it is.
        received_at: when it came into our hands, timezone-aware.
        token: the token; one that tells its times (a JWT) is believed.
        fresh: it was issued just now. Then the length of its life is counted from `received_at`, which holds even when
            this machine's clock and the server's are apart; otherwise its own word is taken as it stands.
    """
    stamps = stamps_of(token)
    if stamps is not None:
        issued, expires = stamps
        return (received_at + (expires - issued) if fresh else expires).astimezone(IST).replace(microsecond=0)
    return next_0330(received_at) if kind == "access" else (received_at + _LIVES[kind]).astimezone(IST)
