"""What the venue tells those who listen: the updates of the portfolio stream and of the webhooks.

https://upstox.com/developer/api-documentation/get-portfolio-stream-feed
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal["order", "gtt_order", "position", "holding"]


class Event(msgspec.Struct, frozen=True):
    """One update.

    Attributes:
        number: counts the venue's events from 1; two runs of one seed and one journal give the same numbers.
        at: the moment, in Indian time.
        kind: `update_type` of the message.
        message: the message as it goes over the wire.
    """

    number: int
    at: dt.datetime
    kind: Kind
    message: dict[str, Any]
