"""The installed official SDK, walked: everything that it has, we have."""

from __future__ import annotations

import importlib
import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

import upstox_client
import upstox_client.aio
from support.official import official_python
from upstox_client.models._base import _is_beyond

SCRIPT = Path(__file__).with_name("official_surface.py")

# Due with the feeds.
FEEDS = {
    "Feeder",
    "MarketDataFeeder",
    "MarketDataFeederV3",
    "MarketDataStreamer",
    "MarketDataStreamerV3",
    "PortfolioDataFeeder",
    "PortfolioDataStreamer",
    "Streamer",
}

# Name -> why it is not served; see docs/differences.md, "Not served".
NOT_SERVED = {
    "WebsocketApi.get_websocket_parameters": "a private helper of the official class",
    "Configuration.logger_file_handler": "handlers are added only where asked for",
    "Configuration.logger_stream_handler": "handlers are added only where asked for",
    "ApiClient.rest_client": "the HTTP library is behind a seam",
    "ApiClient.request": "the HTTP library is behind a seam",
    "ApiClient.parameters_to_tuples": "a step of the official call_api",
    "ApiClient.prepare_post_parameters": "a step of the official call_api",
    "ApiClient.select_header_accept": "a step of the official call_api",
    "ApiClient.select_header_content_type": "a step of the official call_api",
    "ApiClient.update_params_for_auth": "a step of the official call_api",
    "ApiClient.deserialize": "a step of the official call_api",
    "ApiClient.PRIMITIVE_TYPES": "a table of the official deserialize",
    "ApiClient.NATIVE_TYPES_MAPPING": "a table of the official deserialize",
}


@pytest.fixture(scope="module")
def official() -> dict[str, Any]:
    done = subprocess.run([official_python(), str(SCRIPT)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def unless_path(place: str, wire_name: str) -> tuple[str, str]:
    """Where a parameter goes; in a path only its place counts, which the path tells."""
    return (place, "") if place == "path" else (place, wire_name)


def places_of(operation: Any) -> dict[str, tuple[str, str]]:
    return {name: unless_path(*operation.places[name]) for name in operation.names}


def test_there_is_something_to_compare(official: dict[str, Any]) -> None:
    operations = [name for api in official["apis"].values() for name in api["operations"]]
    assert (len(official["apis"]), len(operations), len(official["models"])) == (22, 104, 216)


def test_every_method_has_its_name_in_both_colours(official: dict[str, Any]) -> None:
    for package in (upstox_client, upstox_client.aio):
        for api, facts in official["apis"].items():
            missing = {name for name in facts["methods"] if not hasattr(getattr(package, api), name)}
            assert {f"{api}.{name}" for name in missing} - set(NOT_SERVED) == set()


def test_every_class_has_its_places(official: dict[str, Any]) -> None:
    for name, api in official["apis"].items():
        kind = getattr(upstox_client, name)
        assert getattr(importlib.import_module(api["module"]), name) is kind
        assert getattr(upstox_client.api, name) is kind
        assert getattr(upstox_client.aio, name).__name__ == name


def test_every_operation_takes_the_same(official: dict[str, Any]) -> None:
    for api, facts in official["apis"].items():
        for name, expected in facts["operations"].items():
            if f"{api}.{name}" in NOT_SERVED:
                continue
            operation = getattr(getattr(upstox_client, api), name)
            where = f"{api}.{name}"
            assert operation.__doc__, where
            assert list(operation.names)[: len(expected["names"])] == expected["names"], where
            assert set(operation.required) == set(expected["required"]), where
            if not operation.flags:
                assert places_of(operation) == {n: unless_path(*found) for n, found in expected["places"].items()}, (
                    where
                )
            path = expected["path"]
            for parameter, (place, wire_name) in expected["places"].items():
                path = path.replace(f"{{{wire_name}}}", f"{{{parameter}}}") if place == "path" else path
            assert (operation.route.method, operation.route.path) == (expected["method"], path), where


def test_there_are_no_operations_of_our_own(official: dict[str, Any]) -> None:
    from support.answers import operations

    theirs = {f"{api}.{name}" for api, facts in official["apis"].items() for name in facts["operations"]}
    assert set(operations()) == theirs - set(NOT_SERVED)


def test_every_model_is_where_it_was(official: dict[str, Any]) -> None:
    for name, facts in official["models"].items():
        kind = getattr(upstox_client, name)
        assert getattr(upstox_client.models, name) is kind
        assert getattr(importlib.import_module(facts["module"]), name) is kind


def test_every_model_has_the_same_fields(official: dict[str, Any]) -> None:
    for name, facts in official["models"].items():
        kind = getattr(upstox_client, name)
        fields = msgspec.structs.fields(kind)
        count = len(facts["parameters"])
        assert [field.name for field in fields][:count] == facts["parameters"], name
        assert all(_is_beyond(field.type) for field in fields[count:]), f"{name} has fields of its own"
        for field, wire_name in facts["wire"].items():
            assert kind.attribute_map[field] == wire_name, f"{name}.{field}"
        assert set(facts["types"]) <= set(kind.swagger_types), name


def test_every_name_of_the_package_is_here(official: dict[str, Any]) -> None:
    assert {name for name in official["names"] if not hasattr(upstox_client, name)} - FEEDS == set()


@pytest.mark.parametrize(
    ("part", "ours"),
    [
        ("configuration", upstox_client.Configuration),
        ("client", upstox_client.ApiClient),
        ("exception", lambda: upstox_client.ApiException(0, "x")),
    ],
)
def test_every_attribute_is_here(official: dict[str, Any], part: str, ours: Any) -> None:
    thing = ours()
    missing = {name for name in official[part] if not name.startswith("_") and not hasattr(thing, name)}
    assert {f"{type(thing).__name__}.{name}" for name in missing} - set(NOT_SERVED) == set()
