"""What an `Emulator` is made with, looked at before anything is opened: what is wrong is named, and what is right.

The clock looks at its own arguments, `start` and `speed`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from numbers import Integral
from types import NoneType
from typing import Any, Final, NamedTuple, get_args

from upstox_emulator.account.tokens import App
from upstox_emulator.calendar import Hours
from upstox_emulator.feed.server import Plan


def _any(_: object) -> bool:
    return True


def _is_not_empty(text: object) -> bool:
    return text != ""


def _is_port(number: Any) -> bool:
    return int(number) in range(65536)


def _are_apps(apps: Any) -> bool:
    return all(isinstance(app, App) for app in apps)


class _Rule(NamedTuple):
    """What an argument is.

    Attributes:
        right: in words. kinds: the types it may have. fits: whether a value of such a type will do.
        secret: whether errors keep the value to themselves.
    """

    right: str
    kinds: tuple[type, ...]
    fits: Callable[[Any], bool] = _any
    secret: bool = False


def _one_of(choice: Any) -> _Rule:
    words: tuple[str, ...] = get_args(choice)
    return _Rule(" or ".join(map(repr, words)), (str,), words.__contains__)


_PORT: Final = _Rule("a number from 0 to 65535, where 0 takes a free port", (Integral,), _is_port)

RULES: Final[dict[str, _Rule]] = {
    "seed": _Rule("a whole number", (Integral,)),
    "host": _Rule("an address to listen on, such as '127.0.0.1'", (str,), _is_not_empty),
    "port": _PORT,
    "access_token": _Rule("a text of one character or more, or None", (str, NoneType), _is_not_empty, secret=True),
    "market": _one_of(Hours),
    "db": _Rule("the path of a file, or None", (str, os.PathLike, NoneType), _is_not_empty),
    "apps": _Rule(
        "a list of App(client_id=..., client_secret=..., redirect_uri=...)", (Sequence,), _are_apps, secret=True
    ),
    "rate_limit": _Rule("True or False", (bool,)),
    "feed_port": _PORT,
    "plan": _one_of(Plan),
}


def check(**arguments: object) -> None:
    """Look at arguments of `Emulator`.

    Raises:
        TypeError, ValueError: one is wrong; the message begins with its name.
    """
    for name, value in arguments.items():
        rule = RULES[name]
        got = f"one of type {type(value).__name__}" if rule.secret and value else repr(value)
        told = f"{name} is {rule.right}, got {got}"
        if not isinstance(value, rule.kinds):
            raise TypeError(told)
        if not rule.fits(value):
            raise ValueError(told)
