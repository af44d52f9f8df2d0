"""What can be subscribed to, how much of it, and the record of what is wanted.

https://upstox.com/developer/api-documentation/v3/get-market-data-feed
"""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Hashable, Iterable, Mapping
from enum import StrEnum
from typing import Final, Literal, TypeAlias

import msgspec

__all__ = ["FeedLimitError", "Mode", "ModeLike", "Subscriptions", "as_mode", "checked_keys", "encode_request"]


class Mode(StrEnum):
    """How much of an instrument to stream, each mode with all that the one before has."""

    LTPC = "ltpc"
    """Last price, its time and quantity, yesterday's close."""
    OPTION_GREEKS = "option_greeks"
    """... and the best bid and ask, volume, open interest and Greeks."""
    FULL = "full"
    """... and five levels of depth, candles, totals."""
    FULL_D30 = "full_d30"
    """... with thirty levels; for Plus accounts."""

    @property
    def richness(self) -> int:
        """The higher, the more it carries."""
        return _RICHNESS[self]


ModeLike: TypeAlias = Mode | Literal["ltpc", "option_greeks", "full", "full_d30"]
Method: TypeAlias = Literal["sub", "change_mode", "unsub"]

_METHODS: Final[tuple[Method, ...]] = ("unsub", "change_mode", "sub")
_RICHNESS: Final = {mode: place for place, mode in enumerate(Mode)}

CHUNK: Final = 500
"""Keys in one request, so that neither it nor the snapshot that answers it is a huge frame."""


class _Cap(msgspec.Struct, frozen=True):
    """How many keys of a mode: when it is the only one, and beside others."""

    alone: int
    combined: int


# What the documentation gives as the combined limit of `full_d30` is above its individual one: the lower one counts.
_CAPS: Final[Mapping[Mode, _Cap]] = {
    Mode.LTPC: _Cap(5000, 2000),
    Mode.OPTION_GREEKS: _Cap(3000, 2000),
    Mode.FULL: _Cap(2000, 1500),
    Mode.FULL_D30: _Cap(50, 50),
}


class FeedLimitError(ValueError):
    """More was asked for than one connection may carry. Nothing was sent, and nothing has changed."""


def as_mode(value: ModeLike) -> Mode:
    """A mode from its name.

    Raises:
        ValueError: there is no such mode.
    """
    try:
        return Mode(value)
    except ValueError:
        raise ValueError(f"mode must be one of {', '.join(Mode)}, got {value!r}") from None


def checked_keys(keys: str | Iterable[str]) -> list[str]:
    """Instrument keys, each once; a single key may stand alone.

    Raises:
        ValueError: one is not of the form `NSE_EQ|INE002A01018`.
    """
    listed = [keys] if isinstance(keys, str) else list(dict.fromkeys(keys))
    for key in listed:
        if not isinstance(key, str) or not all(key.partition("|")[::2]):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(f"an instrument key is a segment and a name, such as 'NSE_EQ|INE002A01018', got {key!r}")
    return listed


def encode_request(method: Method, keys: list[str], mode: Mode | str | None = None) -> bytes:
    """A request as the server wants it: JSON, for a binary frame."""
    data: dict[str, object] = {"instrumentKeys": keys}
    if mode is not None:
        data["mode"] = str(mode)
    return msgspec.json.encode({"guid": str(uuid.uuid4()), "method": method, "data": data})


def _in_order(step: tuple[tuple[Method, Mode | None], object]) -> tuple[int, int]:
    """Room is made before it is taken, so that the server never has more than it may: it would leave some out."""
    (method, mode), _ = step
    return _METHODS.index(method), 0 if mode is None else mode.richness


class Subscriptions:
    """What is wanted of the feed, and what the server has been told of it.

    Wishes are recorded first and sent when there is a socket, so they may come at any time and from any thread. Each
    owner has wishes of its own: an instrument that several want is subscribed once, in the richest mode wanted.

    Parameters:
        plus: whether the account has the Plus plan, which `full_d30` needs.
    """

    def __init__(self, *, plus: bool = False) -> None:
        self.plus = plus
        self._lock = threading.Lock()
        self._wishes: dict[str, dict[Hashable, Mode]] = {}
        self._told: dict[str, Mode] = {}
        self._dirty: set[str] = set()

    def wanted(self) -> dict[str, Mode]:
        """Each instrument with the richest mode that anybody wants of it."""
        with self._lock:
            return {key: self._richest(key) for key in self._wishes}

    def add(self, owner: Hashable, keys: str | Iterable[str], mode: ModeLike, *, alone: bool = False) -> None:
        """Note that `owner` wants these; a wish for the same instrument replaces its earlier one.

        Parameters:
            alone: it replaces those of all others, too.

        Raises:
            FeedLimitError: that is more than one connection may carry.
            ValueError: a key or the mode is none.
        """
        listed, checked = checked_keys(keys), as_mode(mode)
        with self._lock:
            changed = {key: {**({} if alone else self._wishes.get(key, {})), owner: checked} for key in listed}
            self._refuse_excess(self._wishes | changed)
            self._wishes |= changed
            self._dirty.update(listed)

    def remove(self, owner: Hashable, keys: str | Iterable[str] | None = None) -> None:
        """Note that `owner` no longer wants these, or anything."""
        listed = None if keys is None else checked_keys(keys)
        with self._lock:
            for key in list(self._wishes) if listed is None else listed:
                wishes = self._wishes.get(key, {})
                if wishes.pop(owner, None) is not None:
                    self._dirty.add(key)
                    if not wishes:
                        del self._wishes[key]

    def of(self, owner: Hashable) -> set[str]:
        """The instruments that `owner` wants."""
        with self._lock:
            return {key for key, wishes in self._wishes.items() if owner in wishes}

    def clear(self) -> None:
        """Nothing is wanted any more; the server is not told, so what it streams goes on until the next connection."""
        with self._lock:
            self._wishes.clear()
            self._dirty.clear()

    def forget_told(self) -> None:
        """There is a new connection, and its server knows nothing yet."""
        with self._lock:
            self._told.clear()
            self._dirty = set(self._wishes)

    def requests(self) -> list[bytes]:
        """What the server has to be told now, in chunks."""
        with self._lock:
            steps: dict[tuple[Method, Mode | None], list[str]] = {}
            for key in sorted(self._dirty):
                mode = self._richest(key) if key in self._wishes else None
                told = self._told.get(key)
                if mode is told:
                    continue
                method: Method = "unsub" if mode is None else "sub" if told is None else "change_mode"
                steps.setdefault((method, mode), []).append(key)
                if mode is None:
                    del self._told[key]
                else:
                    self._told[key] = mode
            self._dirty.clear()
        return [
            encode_request(method, keys[start : start + CHUNK], mode)
            for (method, mode), keys in sorted(steps.items(), key=_in_order)
            for start in range(0, len(keys), CHUNK)
        ]

    def _richest(self, key: str) -> Mode:
        return max(self._wishes[key].values(), key=_RICHNESS.__getitem__)

    def _refuse_excess(self, wishes: Mapping[str, Mapping[Hashable, Mode]]) -> None:
        richest = sorted((max(modes.values(), key=_RICHNESS.__getitem__) for modes in wishes.values()), key=str)
        counts = {mode: sum(1 for _ in same) for mode, same in itertools.groupby(richest)}
        if Mode.FULL_D30 in counts and not self.plus:
            raise FeedLimitError("mode 'full_d30' needs the Plus plan; if the account has it, say so with plus=True")
        for mode, count in counts.items():
            limit = _CAPS[mode].alone if len(counts) == 1 else _CAPS[mode].combined
            if count > limit:
                beside = "" if len(counts) == 1 else f" beside {', '.join(other for other in counts if other != mode)}"
                raise FeedLimitError(
                    f"{count} instruments in mode '{mode}'{beside} are too many for one connection: at most {limit}. "
                    "Use a leaner mode, or a second feed"
                )
