"""What a client of the market data feed wants: its messages, and the documented limits.

https://upstox.com/developer/api-documentation/v3/get-market-data-feed
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

import msgspec

from upstox_emulator.feed.wire import MODES, Mode

_ALONE: Final[dict[Mode, int]] = {"ltpc": 5000, "option_greeks": 3000, "full": 2000, "full_d30": 50}
_COMBINED: Final[dict[Mode, int]] = {"ltpc": 2000, "option_greeks": 2000, "full": 1500, "full_d30": 50}


class Rejected(Exception):  # noqa: N818 - an answer, not a failure of ours
    """A message that is not carried out.

    Parameters:
        why: what is wrong, and what would be right.
        method: of the message, if it could be read.
    """

    def __init__(self, why: str, method: str | None = None) -> None:
        super().__init__(why)
        self.method = method


class _Data(msgspec.Struct, rename="camel"):
    instrument_keys: list[str]
    mode: str | None = None


class _Message(msgspec.Struct):
    method: str
    data: _Data


Method: TypeAlias = Literal["sub", "change_mode", "unsub"]

_METHODS: Final[tuple[Method, ...]] = get_args(Method)


class Request(msgspec.Struct, frozen=True):
    """What a client asks for: the method, the keys in their order and each once, and the mode."""

    method: Method
    keys: list[str]
    mode: Mode

    @classmethod
    def read(cls, body: bytes, *, binary: bool) -> Request:
        """A message from its JSON.

        Raises:
            Rejected: it is none, or came in a text frame.
        """
        if not binary:
            raise Rejected("Invalid request: send it in a binary frame")
        try:
            message = msgspec.json.decode(body, type=_Message)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Rejected(f"Invalid request: {error}") from None
        method, mode = message.method, message.data.mode
        if method not in _METHODS:
            raise Rejected(f"Invalid method {method!r}; it is one of {', '.join(_METHODS)}", method)
        if mode is None and method == "change_mode":
            raise Rejected(f"A mode is required; it is one of {', '.join(MODES)}", method)
        if mode is not None and mode not in MODES:
            raise Rejected(f"Invalid mode {mode!r}; it is one of {', '.join(MODES)}", method)
        keys = list(dict.fromkeys(message.data.instrument_keys))
        return cls(method, keys, mode or "ltpc")


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

    def check(self, request: Request) -> None:
        """See whether a request may be had.

        Raises:
            Rejected: there would be more than the documented limits allow.
        """
        mode = request.mode
        if mode == "full_d30" and not self._plus:
            raise Rejected("The mode full_d30 is for Plus users only", request.method)
        asked = set(request.keys)
        sizes: dict[Mode, int] = {name: sum(key not in asked for key in held) for name, held in self.modes.items()}
        sizes[mode] += len(asked)
        used: list[Mode] = [name for name, size in sizes.items() if size]
        limits, word = (_ALONE, "") if len(used) == 1 else (_COMBINED, " beside other modes")
        for name in used:
            limit, size = limits[name], sizes[name]
            if size > limit:
                raise Rejected(f"{size} instrument keys in the mode {name}{word}; the limit is {limit}", request.method)
