"""Every operation, called once at an emulator that has something to tell, by the official SDK and by ours."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import upstox_client
from support import walk
from support.answers import operations
from support.official import official_python
from support.shapes import differences
from upstox_client import aio

from .test_wire import answers, plain

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


def configured(em: Any) -> upstox_client.Configuration:
    configuration = em.configuration()
    configuration.access_token = walk.TOKEN
    configuration.rate_limit = False
    return configuration


@pytest.fixture(scope="module")
def raw() -> dict[str, Any]:
    """The answers as they came, by operation."""
    found: dict[str, Any] = {}
    with walk.emulator() as em:
        facts = walk.live(em)
        em.issue_code(walk.NOTIFIED.client_id, "the-code")
        with upstox_client.ApiClient(configured(em)) as client:
            for name, arguments in walk.calls(facts):
                api, operation = name.split(".")
                answer = getattr(getattr(upstox_client, api)(client), operation).raw(**arguments)
                found[name] = json.loads(answer.data) if answer.data else None
    return found


@pytest.fixture(scope="module")
def sync_results() -> dict[str, Any]:
    """What came of each call of our sync client."""
    results: dict[str, Any] = {}
    with walk.emulator() as em:
        facts = walk.live(em)
        em.issue_code(walk.NOTIFIED.client_id, "the-code")
        with upstox_client.ApiClient(configured(em)) as client:
            for name, arguments in walk.calls(facts):
                api, operation = name.split(".")
                results[name] = plain(getattr(getattr(upstox_client, api)(client), operation)(**arguments))
    return results


@pytest.fixture(scope="module")
def async_results() -> dict[str, Any]:
    """What came of each call of our async client."""

    async def make(em: Any, facts: dict[str, Any]) -> dict[str, Any]:
        results: dict[str, Any] = {}
        async with aio.ApiClient(configured(em)) as client:
            for name, arguments in walk.calls(facts):
                api, operation = name.split(".")
                results[name] = plain(await getattr(getattr(aio, api)(client), operation)(**arguments))
        return results

    with walk.emulator() as em:
        facts = walk.live(em)
        em.issue_code(walk.NOTIFIED.client_id, "the-code")
        return asyncio.run(make(em, facts))


@pytest.fixture(scope="module")
def official() -> dict[str, Any]:
    """What came of each call of the official SDK, and how it shows the documented samples."""
    with walk.emulator() as em:
        facts = walk.live(em)
        em.issue_code(walk.NOTIFIED.client_id, "the-code")
        named = list(walk.calls(facts))
        calls = [
            {"api": name.split(".")[0], "operation": name.split(".")[1], "arguments": arguments}
            for name, arguments in named
        ]
        shown = [
            {"model": operations()[name].returns.__name__, "body": body.decode(), "name": name}
            for name, found in answers().items()
            if name in dict(named)
            for status, body in found
            if status == 200
        ]
        task = {"host": em.url, "order_host": em.url, "calls": calls, "samples": shown}
        done = subprocess.run(
            [official_python(), str(SCRIPT)],
            input=json.dumps(task),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    return {
        "results": {name: outcome for (name, _), outcome in zip(named, made["calls"], strict=True)},
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
    from .test_wire import lost

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
