"""The two colours: the same flow, driven with and without `await`."""

from __future__ import annotations

import time
from collections.abc import Callable

from upstox_client.core.pipeline import Flow, Outcome, Sleep
from upstox_client.core.request import Request
from upstox_client.core.transport import AsyncTransport, Transport
from upstox_client.errors import NetworkError
from upstox_client.rest import RESTResponse

BaseUrl = Callable[[Request], str]


def drive(flow: Flow, transport: Transport, base_url: BaseUrl) -> RESTResponse:
    """Run a flow to its end."""
    outcome: Outcome | None = None
    while True:
        try:
            step = flow.send(outcome)
        except StopIteration as done:
            answer: RESTResponse = done.value
            return answer
        outcome = None
        if isinstance(step, Sleep):
            time.sleep(step.seconds)
            continue
        try:
            outcome = transport.send(base_url(step.request), step.request)
        except NetworkError as error:
            outcome = error


async def drive_async(flow: Flow, transport: AsyncTransport, base_url: BaseUrl) -> RESTResponse:
    """Run a flow to its end."""
    outcome: Outcome | None = None
    while True:
        try:
            step = flow.send(outcome)
        except StopIteration as done:
            answer: RESTResponse = done.value
            return answer
        outcome = None
        if isinstance(step, Sleep):
            await _sleep(step.seconds)
            continue
        try:
            outcome = await transport.send(base_url(step.request), step.request)
        except NetworkError as error:
            outcome = error


async def _sleep(seconds: float) -> None:
    import asyncio  # heavy, and of no use to a sync program

    await asyncio.sleep(seconds)
