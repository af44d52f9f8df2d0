"""Every operation, called once at an emulator that has something to tell, by the official SDK and by ours."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import upstox_client
from support import walk
from support.answers import operations
from support.official import official_result
from support.shapes import differences
from upstox_client import aio
from upstox_emulator import Emulator

from .test_wire import answers, lost, plain

# What differs from a documented sample all the same, and why.
ALLOWED = {
    "numbers": (
        r"is (integer|fraction), not (integer|fraction)",
        "the samples write 0 for 0.0; the models check what is whole",
    ),
    "auction": (r"indicative_|reference_price|cas_eligible", "null outside the auctions"),
    "investors": (r"has investors, the sample has not", "sent since August 2026, the samples are older"),
    "issue": (r"(nse|bse)_submitted_date|\.reason", "an application goes to one exchange; a reason comes at the end"),
    "legs": (r"rules\[\]\.(message|trailing_gap)", "a leg that waits has no message, and only the stop has a gap"),
    "gtt": (r"its keys come as strategy, status", "the two samples have two orders"),
}

SCRIPT = Path(__file__).with_name("official_calls.py")


def configured(em: Emulator) -> upstox_client.Configuration:
    configuration = em.configuration()
    configuration.access_token = walk.TOKEN
    configuration.rate_limit = False
    return configuration


Calls = list[tuple[str, dict[str, Any]]]


@contextmanager
def lived() -> Iterator[tuple[Emulator, Calls]]:
    """An emulator with something to tell, and the calls; every time the same."""
    with walk.emulator() as em:
        facts = walk.live(em)
        em.issue_code(walk.NOTIFIED.client_id, "the-code")
        yield em, list(walk.calls(facts))


def operation_of(package: ModuleType, client: Any, name: str) -> Any:
    api, operation = name.split(".")
    return getattr(getattr(package, api)(client), operation)


@pytest.fixture(scope="module")
def raw() -> dict[str, Any]:
    """The answers as they came, by operation."""
    with lived() as (em, calls), upstox_client.ApiClient(configured(em)) as client:
        answers = {name: operation_of(upstox_client, client, name).raw(**sent).data for name, sent in calls}
    return {name: json.loads(data) if data else None for name, data in answers.items()}


@pytest.fixture(scope="module")
def sync_results() -> dict[str, Any]:
    """What came of each call of our sync client."""
    with lived() as (em, calls), upstox_client.ApiClient(configured(em)) as client:
        return {name: plain(operation_of(upstox_client, client, name)(**sent)) for name, sent in calls}


@pytest.fixture(scope="module")
def async_results() -> dict[str, Any]:
    """What came of each call of our async client."""

    async def make(em: Emulator, calls: Calls) -> dict[str, Any]:
        async with aio.ApiClient(configured(em)) as client:
            return {name: plain(await operation_of(aio, client, name)(**sent)) for name, sent in calls}

    with lived() as (em, calls):
        return asyncio.run(make(em, calls))


@pytest.fixture(scope="module")
def official() -> dict[str, Any]:
    """What came of each call of the official SDK, and how it shows the documented samples."""
    with lived() as (em, calls):
        asked = [dict(zip(("api", "operation"), name.split("."), strict=True), arguments=sent) for name, sent in calls]
        shown = [
            {"model": operations()[name].returns.__name__, "body": body.decode(), "name": name}
            for name, found in answers().items()
            if name in dict(calls)
            for status, body in found
            if status == 200
        ]
        task = {"host": em.url, "order_host": em.url, "calls": asked, "samples": shown}
        made = official_result(SCRIPT, task)
    return {
        "results": {name: outcome for (name, _), outcome in zip(calls, made["calls"], strict=True)},
        "samples": [(sample["name"], result) for sample, result in zip(shown, made["samples"], strict=True)],
    }


def test_every_operation_is_called(raw: dict[str, Any]) -> None:
    assert set(raw) | set(walk.OTHERWISE) == set(operations())


def test_the_official_sdk_is_refused_nothing(official: dict[str, Any]) -> None:
    assert {name: made for name, made in official["results"].items() if "result" not in made} == {}


def empty(sample: Any, result: Any, path: str = "") -> list[str]:
    """Where the official SDK shows something of the sample, and nothing of the emulator's answer."""
    if isinstance(sample, dict) and isinstance(result, dict):
        if sample and all("|" in key or ":" in key for key in sample):  # keyed by instruments
            return empty(list(sample.values()), list(result.values()), path)
        return [
            found
            for name, value in sample.items()
            if value is not None
            for found in empty(value, result.get(name), f"{path}.{name}")
        ]
    if isinstance(sample, list):
        if sample and not result:
            return [f"{path}: empty"]
        return sorted({found for item in sample for found in fewest(item, result or [], path)})
    return [f"{path}: None"] if result is None else []


def fewest(item: Any, results: list[Any], path: str) -> list[str]:
    """An element of a list needs one that shows as much as it does."""
    return min((empty(item, result, f"{path}[]") for result in results), key=len, default=[])


def test_what_the_documentation_shows_is_filled(official: dict[str, Any]) -> None:
    missing = {
        name: found
        for name, sample in official["samples"]
        if (found := unexpected(empty(sample, official["results"][name].get("result"))))
    }
    assert missing == {}


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_ours_and_the_official_sdk_are_told_the_same(
    request: pytest.FixtureRequest, official: dict[str, Any], colour: str
) -> None:
    own = request.getfixturevalue(f"{colour}_results")
    others = [
        (name, loss)
        for name, made in official["results"].items()
        if "result" in made
        for loss in lost(made["result"], own[name])
        if not re.match(r".*(redirect_uri|_token):", loss)  # each is another's
    ]
    assert others == []


def unexpected(found: Iterable[str]) -> list[str]:
    """What is not allowed for."""
    return [one for one in found if not any(re.search(pattern, one) for pattern, _ in ALLOWED.values())]


def test_the_shapes_are_those_of_the_documentation(raw: dict[str, Any]) -> None:
    documented = {
        name: [json.loads(body) for status, body in found if status == 200] for name, found in answers().items()
    }
    others = {
        name: found
        for name, samples in documented.items()
        if samples and name in raw and (found := unexpected(differences(samples, raw[name])))
    }
    assert others == {}
