"""What a program asked of the emulator, with assertions for its tests."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

from upstox_emulator.backend import Seen

_SHOWN: Final = 20


class Inspector:
    """The requests that came in, oldest first; `em.journal`. Steering is not among them.

    Paths may have `*` in them. Other conditions are fields of the JSON body: `calls("POST", "/v3/order/place",
    transaction_type="BUY")`.
    """

    def __init__(self, requests: Callable[[], tuple[Seen, ...]]) -> None:
        self._requests = requests

    def __iter__(self) -> Iterator[Seen]:
        return iter(self._requests())

    def __len__(self) -> int:
        return len(self._requests())

    def calls(self, method: str | None = None, path: str = "*", **body: Any) -> list[Seen]:
        """The requests that fit."""
        return [seen for seen in self if _fits(seen, method, path, body)]

    def assert_called(self, method: str, path: str, times: int | None = None, **body: Any) -> list[Seen]:
        """The requests that fit.

        Parameters:
            times: how many there must be; None: at least one.

        Raises:
            AssertionError: there are others; the message lists what came in instead.
        """
        found = self.calls(method, path, **body)
        wanted = "at least once" if times is None else f"{times} times"
        if not found if times is None else len(found) != times:
            raise AssertionError(
                f"expected {_shown(method, path, body)} {wanted}, but it was called {len(found)} times; {self._told()}"
            )
        return found

    def assert_not_called(self, method: str | None = None, path: str = "*", **body: Any) -> None:
        """Nothing that fits came in.

        Raises:
            AssertionError: something did.
        """
        found = self.calls(method, path, **body)
        if found:
            raise AssertionError(
                f"expected no {_shown(method, path, body)}, but it was called {len(found)} times; {self._told()}"
            )

    def _told(self) -> str:
        seen = [str(one) for one in self]
        if not seen:
            return "nothing came in"
        skipped = "" if len(seen) <= _SHOWN else f"({len(seen) - _SHOWN} earlier ones), "
        return f"what came in: {skipped}" + ", ".join(seen[-_SHOWN:])

    def __repr__(self) -> str:
        return f"Inspector({len(self)} requests)"


def _fits(seen: Seen, method: str | None, path: str, body: dict[str, Any]) -> bool:
    if method not in {None, seen.method} or not fnmatch.fnmatchcase(seen.path, path):
        return False
    sent = cast("dict[str, Any]", seen.body) if isinstance(seen.body, dict) else {}
    return all(name in sent and sent[name] == value for name, value in body.items())


def _shown(method: str | None, path: str, body: dict[str, Any]) -> str:
    conditions = "".join(f", {name}={value!r}" for name, value in body.items())
    return f"{method or 'any method'} {path}{conditions}"
