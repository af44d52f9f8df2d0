"""What a client of the market data feed wants: its messages, and the documented limits.

https://upstox.com/developer/api-documentation/v3/get-market-data-feed
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from upstox_emulator.feed.wire import MODES, Mode

_ALONE: Final[dict[Mode, int]] = {"ltpc": 5000, "option_greeks": 3000, "full": 2000, "full_d30": 50}
_COMBINED: Final[dict[Mode, int]] = {"ltpc": 2000, "option_greeks": 2000, "full": 1500, "full_d30": 50}


class Rejected(Exception):  # noqa: N818 - an answer, not a failure of ours
    """A message that is not carried out; the text says why."""


class _Data(msgspec.Struct, rename="camel"):
    instrument_keys: list[str]
    mode: Mode | None = None


class Request(msgspec.Struct):
    """A message of a client."""

    method: Literal["sub", "change_mode", "unsub"]
    data: _Data
    guid: str = ""

    @classmethod
    def read(cls, message: bytes, *, binary: bool) -> Request:
        """A message from its JSON.

        Raises:
            Rejected: it is none, or came in a text frame.
        """
        if not binary:
            raise Rejected("Invalid request: send it in a binary frame")
        try:
            request = msgspec.json.decode(message, type=cls)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Rejected(f"Invalid request: {error}") from None
        if request.method == "change_mode" and request.data.mode is None:
            raise Rejected(f"Invalid request: change_mode needs a mode: {', '.join(MODES)}")
        return request

    @property
    def mode(self) -> Mode:
        """The mode that is asked for."""
        return self.data.mode or "ltpc"


class Subscriptions:
    """The instruments of one connection. Each is in one mode: the one it was last asked for in.

    Parameters:
        plus: whether the account has the Plus plan, which the thirty levels need.
    """

    def __init__(self, *, plus: bool) -> None:
        self._plus = plus
        self.modes: dict[Mode, dict[str, None]] = {mode: {} for mode in MODES}
        """By mode, the keys in the order they came in."""

    def mode_of(self, key: str) -> Mode | None:
        """The mode that a key is in."""
        return next((mode for mode, keys in self.modes.items() if key in keys), None)

    def check(self, keys: Iterable[str], mode: Mode) -> None:
        """See whether these may be had in a mode.

        Raises:
            Rejected: there would be more than the documented limits allow.
        """
        if mode == "full_d30" and not self._plus:
            raise Rejected("The mode full_d30 is for Plus users only")
        asked = set(keys)
        sizes: dict[Mode, int] = {name: sum(key not in asked for key in held) for name, held in self.modes.items()}
        sizes[mode] += len(asked)
        self._keep_limits(sizes)

    @staticmethod
    def _keep_limits(sizes: Mapping[Mode, int]) -> None:
        used = [mode for mode, size in sizes.items() if size]
        limits, word = (_ALONE, "") if len(used) == 1 else (_COMBINED, " together with other modes")
        for mode in used:
            if sizes[mode] > limits[mode]:
                raise Rejected(
                    f"The limit of {limits[mode]} instrument keys in the mode {mode}{word} is exceeded: {sizes[mode]}"
                )
