"""How long to wait, and what may be sent twice: pure decisions."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from enum import Enum
from typing import Final, TypeAlias

import msgspec

from upstox_client.errors import ApiException, NetworkError, RateLimitError, ServerError


class Kind(Enum):
    """What a call does to the account, which decides whether it may be repeated."""

    READ = "read"
    """Changes nothing: may be sent again."""
    WRITE = "write"
    """Changes something: sent again only if not a byte of it can have left."""
    ORDER = "order"
    """As WRITE; and a lost answer is `OrderOutcomeUnknown`, since money may be at work."""


class Timeout(msgspec.Struct, frozen=True):
    """Seconds, for each try: to connect, to wait for bytes of the answer, and for all of it (None: no bound)."""

    connect: float = 5.0
    read: float = 15.0
    total: float | None = None


DEFAULT_TIMEOUT: Final = Timeout()

# What the engine can count, in seconds.
_SHORTEST: Final = 1e-6
_LONGEST: Final = 1e9

TimeoutLike: TypeAlias = float | tuple[float, float] | Timeout


def as_timeout(value: TimeoutLike | None, default: Timeout) -> Timeout:
    """`_request_timeout` as the official client takes it: a number for all of a try, or (connect, read).

    Floats count, unlike in the official client. None and 0 mean the default.

    Raises:
        ValueError: not a positive number of seconds, nor a pair of them.
    """
    if not value or value is default:
        return default
    try:
        return _timeout(value, default)
    except TypeError:  # no number, and nothing that can be remembered either
        raise _no_timeout(value) from None


@functools.lru_cache(maxsize=64)
def _timeout(value: TimeoutLike, default: Timeout) -> Timeout:
    try:
        if isinstance(value, Timeout):
            timeout = value
        elif isinstance(value, tuple):
            connect, read = value
            timeout = Timeout(connect=float(connect), read=float(read))
        else:
            timeout = Timeout(connect=default.connect, read=max(default.read, float(value)), total=float(value))
    except (TypeError, ValueError, OverflowError):
        timeout = Timeout(total=-1)
    if not all(
        seconds is None or _SHORTEST <= seconds <= _LONGEST
        for seconds in (timeout.connect, timeout.read, timeout.total)
    ):
        raise _no_timeout(value)
    return timeout


def _no_timeout(value: object) -> ValueError:
    return ValueError(f"a timeout is a number of seconds above 0 or a pair (connect, read) of them, got {value!r}")


class RetryPolicy(msgspec.Struct, frozen=True):
    """How reads are repeated.

    Attributes:
        tries: further tries after the first.
        base: the first pause in seconds; it doubles with each try.
        cap: the longest pause of our own choosing.
        budget: seconds that all pauses of one call may take together, the server's `Retry-After` included.
    """

    tries: int = 3
    base: float = 0.25
    cap: float = 5.0
    budget: float = 30.0


def as_retries(value: object) -> RetryPolicy:
    """`configuration.retries` as a policy.

    Raises:
        TypeError: it is none.
    """
    if isinstance(value, RetryPolicy):
        return value
    if not isinstance(value, int):
        raise TypeError(f"retries must be a number of further tries or a RetryPolicy, got {value!r}")
    return RetryPolicy(tries=max(0, value))


# 500 and 501 of a read may be repeated too: nothing has changed on the server.
_TRANSIENT: Final = (NetworkError, RateLimitError, ServerError)


def pause_before_retry(
    policy: RetryPolicy,
    kind: Kind,
    error: ApiException,
    attempt: int,
    spent: float,
    jitter: Callable[[], float] = random.random,
) -> float | None:
    """Seconds to wait before trying again, or None to give up.

    Parameters:
        error: what this try ended in.
        attempt: how many tries have been made, this one included.
        spent: seconds that this call has already paused.
        jitter: a number in [0, 1); full jitter keeps many clients from coming back in step.
    """
    if not _may_repeat(kind, error) or attempt > policy.tries:
        return None
    pause = min(policy.cap, policy.base * 2 ** (attempt - 1)) * (0.5 + jitter() / 2)
    if isinstance(error, RateLimitError):
        pause = max(pause, error.retry_after or 1.0)  # the shortest documented window is a second
    return pause if spent + pause <= policy.budget else None


def _may_repeat(kind: Kind, error: ApiException) -> bool:
    if kind is Kind.READ:
        return isinstance(error, _TRANSIENT)
    return isinstance(error, NetworkError) and not error.maybe_sent
