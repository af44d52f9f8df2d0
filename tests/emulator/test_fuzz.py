"""Anything is thrown at every endpoint of the emulator's own OpenAPI document: it never fails, and it stays sound."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

import upstox_client
from support import walk
from support.answers import operations
from upstox_emulator import Emulator
from upstox_emulator.http.openapi import document

SCHEMA = schemathesis.openapi.from_dict(document("http://127.0.0.1"))
OPERATIONS = {found.label: found for result in SCHEMA.get_all_operations() for found in [result.ok()]}

FUZZING = settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class World(NamedTuple):
    """An emulator that has lived, what good calls send to it, and a connection."""

    em: Emulator
    good: dict[str, dict[str, Any]]
    session: requests.Session


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with walk.emulator() as em, requests.Session() as session:
        yield World(em, good(walk.live(em)), session)


def good(facts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What a good call of each operation sends, by method and path: path, query and body."""
    found: dict[str, dict[str, Any]] = {}
    client = upstox_client.ApiClient(upstox_client.Configuration())
    for name, arguments in walk.calls(facts):
        operation = operations()[name]
        operation.prepare(client, (), arguments)  # refuses what does not fit
        sent: dict[str, Any] = {"path_parameters": {}, "query": {}}
        for parameter, value in arguments.items():
            place, wire_name = operation.places[parameter]
            if place == "body":
                sent["body"] = value
            elif place in {"path", "query"}:
                sent["path_parameters" if place == "path" else "query"][wire_name] = value
        found[f"{operation.route.method} {operation.route.path}"] = sent
    return found


def ask(world: World, case: Any) -> Any:
    """Send it, and look at the answer."""
    world.em.issue_token(token=walk.TOKEN)  # some calls end it
    headers = {"Authorization": f"Bearer {walk.TOKEN}"}
    sending = {"session": world.session, "headers": headers, "allow_redirects": False, "timeout": 60}
    response = case.call(base_url=world.em.url, **sending)
    assert "Something went wrong" not in response.text, (case.as_curl_command(), response.text)
    if response.status_code not in {302, 404, 405}:
        answer = json.loads(response.text)
        assert (answer.get("status") == "error") == (response.status_code >= 400), answer
    return response


@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_comes_is_answered(world: World, label: str) -> None:
    operation = OPERATIONS[label]
    any_case = st.one_of(*(operation.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)))

    @FUZZING
    @given(any_case)
    def run(case: Any) -> None:
        ask(world, case)

    run()


@pytest.mark.parametrize("label", OPERATIONS)
def test_a_good_call_with_something_else_in_a_place_is_answered(world: World, label: str) -> None:
    operation = OPERATIONS[label]
    sent = world.good.get(label)
    if sent is None:
        pytest.skip("it takes nothing that could be good")

    @FUZZING
    @given(st.data())
    def run(data: st.DataObject) -> None:
        kept = {
            place: {name: value for name, value in values.items() if data.draw(st.booleans())}
            for place, values in sent.items()
            if place != "body" and values
        }
        case = data.draw(operation.as_strategy(GenerationMode.POSITIVE, **kept))
        if "body" in sent and isinstance(case.body, dict) and isinstance(sent["body"], dict):
            fuzzed = {name: case.body.get(name) for name in sent["body"] if data.draw(st.booleans())}
            case.body = sent["body"] | fuzzed
        ask(world, case)

    run()


def test_the_account_is_sound_after_all_that(world: World) -> None:
    world.em.issue_token(token=walk.TOKEN)
    person = walk.Person(world.em, walk.TOKEN)
    traded: dict[str, int] = {}
    for trade in person("GET", "/v2/order/trades/get-trades-for-day"):
        assert trade["quantity"] > 0
        traded[trade["order_id"]] = traded.get(trade["order_id"], 0) + trade["quantity"]
    for row in person("GET", "/v2/order/retrieve-all"):
        assert 0 <= row["filled_quantity"] == traded.get(row["order_id"], 0) <= row["quantity"]
    for holding in person("GET", "/v2/portfolio/long-term-holdings"):
        assert holding["quantity"] >= 0
