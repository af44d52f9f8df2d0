"""The life of a call, without any I/O: limit, sign, send, decide about a retry, judge the answer.

`call` is a generator. It yields what it wants done (a `Request` to send, signed as it is, or a `Sleep`) and is sent
back what came of it: the answer, or a `NetworkError`. The drivers in `drivers` are all that differs between sync and
async.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol, TypeAlias

import msgspec

from upstox_client.core.limits import Limits
from upstox_client.core.policy import RetryPolicy, pause_before_retry
from upstox_client.core.request import Request
from upstox_client.core.response import failure, outcome
from upstox_client.errors import ApiException, RateLimitError
from upstox_client.rest import RESTResponse


class Sleep(msgspec.Struct, frozen=True):
    """Wait so many seconds."""

    seconds: float


Outcome: TypeAlias = RESTResponse | ApiException
Flow: TypeAlias = Generator[Request | Sleep, Outcome, RESTResponse]


class Policies(Protocol):
    """What a call lives by: a client."""

    def retries(self) -> RetryPolicy:
        """How reads are repeated."""
        ...

    def limits_for(self, request: Request) -> Limits | None:
        """The user's rate limits; None to not keep them."""
        ...

    def limit_wait(self) -> float:
        """The longest wait for a place in them, in seconds."""
        ...

    def now(self) -> float:
        """A monotonic clock, in seconds."""
        ...

    def sign(self, request: Request) -> None:
        """Put the signature of the moment into the headers; asked before every try."""
        ...

    def observe(self, request: Request, answer: Outcome) -> None:
        """Told of what came of every try."""
        ...


def call(request: Request, policies: Policies) -> Flow:
    """Carry a request to its answer.

    Raises:
        ApiException: the answer is a refusal, or none came; see the tree in `upstox_client.errors`.
    """
    attempt, paused = 0, 0.0
    while True:
        attempt += 1
        limits = policies.limits_for(request)
        taken = 0.0 if limits is None else (yield from _await_place(request, policies, limits))
        policies.sign(request)  # on every try: the token may have been replaced meanwhile
        try:
            answer = yield request
        finally:  # one whose task is cancelled may have reached the server, too
            if limits is not None:
                limits.answered(request.route.bucket, taken, policies.now())
        policies.observe(request, answer)
        if isinstance(answer, ApiException):
            error = answer
        else:
            refusal = failure(request, answer)
            if refusal is None:
                return answer
            error = refusal
        pause = pause_before_retry(policies.retries(), request.route.kind, error, attempt, paused)
        if pause is None:
            raise outcome(request, error)
        paused += pause
        yield Sleep(pause)


def _await_place(request: Request, policies: Policies, limits: Limits) -> Generator[Sleep, Outcome, float]:
    """Wait for a place within the limits; the moment at which it was taken."""
    waited = 0.0
    while (wait := limits.acquire(request.route.bucket, now := policies.now())) > 0:
        if waited + wait > policies.limit_wait():
            raise _limit_reached(request, wait)
        waited += wait
        yield Sleep(wait)
    return now


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
    answer = yield request
    if isinstance(answer, ApiException):
        raise answer
    return answer
