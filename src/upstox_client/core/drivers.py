"""The two colours: the same flow, driven with and without `await`."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar

from upstox_client.core.pipeline import Sleep
from upstox_client.errors import ApiException

S = TypeVar("S")
T = TypeVar("T")


def run(flow: Generator[S | Sleep, Any, T], do: Callable[[S], Any]) -> T:
    """Run a flow to its end: sleep where it wants to, `do` all else, and send back what came of it."""
    answer: Any = None
    while True:
        try:
            step = flow.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result
        answer = None
        if isinstance(step, Sleep):
            time.sleep(step.seconds)
            continue
        try:
            answer = do(step)
        except ApiException as error:
            answer = error


async def run_async(flow: Generator[S | Sleep, Any, T], do: Callable[[S], Awaitable[Any]]) -> T:
    """Run a flow to its end, awaiting."""
    answer: Any = None
    while True:
        try:
            step = flow.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result
        answer = None
        if isinstance(step, Sleep):
            await _sleep(step.seconds)
            continue
        try:
            answer = await do(step)
        except ApiException as error:
            answer = error


async def _sleep(seconds: float) -> None:
    import asyncio  # heavy, and of no use to a sync program

    await asyncio.sleep(seconds)
