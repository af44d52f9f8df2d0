"""The life of a call, without any I/O: limit, sign, send, decide about a retry, judge the answer.

`call` is a generator. It yields what it wants done (`Send`, `Sleep`) and is sent back what came of it; the drivers in
`drivers` are all that differs between sync and async.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import TypeAlias, cast

import msgspec

from upstox_client.core.limits import Limits
from upstox_client.core.policy import RetryPolicy, pause_before_retry
from upstox_client.core.request import Request
from upstox_client.core.response import failure, outcome
from upstox_client.errors import ApiException, RateLimitError
from upstox_client.rest import RESTResponse


class Send(msgspec.Struct, frozen=True):
    """Send the request, signed as it is; come back with the answer or a `NetworkError`."""

    request: Request


class Sleep(msgspec.Struct, frozen=True):
    """Wait so many seconds."""

    seconds: float


Outcome: TypeAlias = RESTResponse | ApiException
Flow: TypeAlias = Generator[Send | Sleep, Outcome | None, RESTResponse]


class Rules(msgspec.Struct, frozen=True):
    """The policies that a call lives by.

    Attributes:
        retries: how reads are repeated.
        limits: the user's rate limits; None to not keep them.
        limit_wait: the longest wait for a place in them, in seconds.
        now: a monotonic clock, in seconds.
    """

    retries: RetryPolicy
    limits: Limits | None
    limit_wait: float
    now: Callable[[], float] = time.monotonic


def call(
    request: Request,
    rules: Rules,
    sign: Callable[[Request], None],
    observe: Callable[[Request, Outcome], None],
) -> Flow:
    """Carry a request to its answer.

    Parameters:
        sign: puts the signature of the moment into the headers; run before every try.
        observe: told of what came of every try.

    Raises:
        ApiException: the answer is a refusal, or none came; see the tree in `upstox_client.errors`.
    """
    attempt, paused = 0, 0.0
    while True:
        attempt += 1
        if rules.limits is not None:
            yield from _await_place(request, rules, rules.limits)
        sign(request)  # on every try: the token may have been replaced meanwhile
        answer = cast("Outcome", (yield Send(request)))
        observe(request, answer)
        error = answer if isinstance(answer, ApiException) else failure(request, answer)
        if error is None:
            return cast("RESTResponse", answer)
        pause = pause_before_retry(rules.retries, request.route.kind, error, attempt, paused)
        if pause is None:
            raise outcome(request, error)
        paused += pause
        yield Sleep(pause)


def _await_place(request: Request, rules: Rules, limits: Limits) -> Generator[Sleep, Outcome | None, None]:
    waited = 0.0
    while (wait := limits.acquire(request.route.bucket, rules.now())) > 0:
        if waited + wait > rules.limit_wait:
            raise _limit_reached(request, wait)
        waited += wait
        yield Sleep(wait)


def _limit_reached(request: Request, wait: float) -> RateLimitError:
    error = RateLimitError(
        0,
        f"not sent: the rate limit of {request.route.bucket!r} is used up for another {wait:.1f} s, more than "
        "configuration.rate_limit_wait allows to wait",
    )
    error.retry_after = wait
    return error


def probe(request: Request) -> Flow:
    """Send once and take any answer: that the connection stands is all that matters."""
    answer = cast("Outcome", (yield Send(request)))
    if isinstance(answer, ApiException):
        raise answer
    return answer
