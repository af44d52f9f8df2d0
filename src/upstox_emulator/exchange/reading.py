"""Reading a request that may be wrong in many ways: what is right is returned, what is wrong is noted, all of it."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any, Final, TypeGuard, TypeVar, cast

from upstox_emulator.errors import Problem, Refusal, problem
from upstox_emulator.units import Price, price

T = TypeVar("T", bound=str)

_LARGEST_WHOLE: Final = 2**31 - 1
_DEAREST: Final = 1e8  # rupees


class Reader:
    """Reads fields, and remembers what was wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def blame(self, kind: str, path: str | None = None, value: Any = None, message: str | None = None) -> None:
        """Note that something is wrong."""
        self.problems.append(problem(kind, message, path, value))

    def choice(self, value: Any, path: str, choices: Collection[T], missing: str, invalid: str) -> T | None:
        """One of the choices; None if it is none of them."""
        if value is None or value == "":
            self.blame(missing, path)
        elif value not in choices:
            self.blame(invalid, path, value)
        else:
            return cast("T", value)
        return None

    def whole(self, value: Any, path: str) -> int:
        """A whole number from 0 up that fits into 32 bits; 0 if it is left out or wrong."""
        if value is None:
            return 0
        if is_number(value) and value == int(value) and 0 <= value <= _LARGEST_WHOLE:
            return int(value)
        self.blame("invalid_input", path, value, f"Invalid Input: {path} must be a whole number from 0 to 2147483647")
        return 0

    def money(self, value: Any, path: str) -> Price | None:
        """A price from rupees; 0 if it is left out or negative, None if it is wrong."""
        if value is None:
            return 0
        if is_number(value) and value <= _DEAREST:
            return price(value) if value > 0 else 0
        self.blame("invalid_input", path, value, f"Invalid Input: {path} must be a number up to {_DEAREST:.0f}")
        return None

    def flag(self, value: Any, path: str) -> bool:
        """True or false; false if it is left out or wrong."""
        if value is None or isinstance(value, bool):
            return bool(value)
        self.blame("invalid_input", path, value, f"Invalid Input: {path} must be true or false")
        return False

    def finish(self) -> None:
        """Refuse for everything that was wrong, if anything was.

        Raises:
            Refusal: something was.
        """
        if self.problems:
            raise Refusal(*self.problems)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether it is a list of JSON."""
    return isinstance(value, list)


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether it is an object of JSON."""
    return isinstance(value, dict)


def is_number(value: Any) -> bool:
    """Whether it is a finite number of JSON."""
    if isinstance(value, int):  # however large: it need not fit into a float
        return not isinstance(value, bool)
    return isinstance(value, float) and math.isfinite(value)
