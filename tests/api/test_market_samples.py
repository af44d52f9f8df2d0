"""The documented answers of the market side: each is decoded, and nothing of it is lost."""

from __future__ import annotations

import datetime
import json
import warnings
from pathlib import Path
from typing import Any

import msgspec
import pytest

import upstox_client
from support.colours import Colour, FakeTransport, local, ok
from upstox_client import UnexpectedTypeWarning
from upstox_client.core.codec import decode

FOLDER = Path(__file__).parents[1] / "samples" / "market"
INDEX: dict[str, dict[str, Any]] = json.loads((FOLDER / "index.json").read_text())

# What the calls of the index need to be made.
ARGUMENTS: dict[str, Any] = {
    "body": {"id": "x"},
    "category": "holdings",
    "data_type": "NSE_EQ|CASH",
    "expiry_date": "2026-09-04",
    "bucket_interval": 60,
}


def text(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()


def as_sent(value: Any) -> Any:
    """A model as the server sent it: dates in their wire form, and nothing that is null."""
    return _wire(msgspec.to_builtins(value, builtin_types=(datetime.datetime,)))


def _wire(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _wire(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_wire(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.tzinfo is None else int(value.timestamp() * 1000)
    return value


def sent(name: str) -> Any:
    """A sample without its nulls, and without what the index knows to be of no use."""
    unknown = INDEX[name].get("unknown", ())

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items() if key not in unknown}
        return [strip(item) for item in value] if isinstance(value, list) else value

    return _wire(strip(json.loads(text(name))))


def test_the_index_lists_the_files() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} - {"index"} == set(INDEX)
    assert len(INDEX) == 57


@pytest.mark.parametrize("name", INDEX)
def test_a_sample_decodes_with_nothing_lost(name: str) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        value = decode(text(name), getattr(upstox_client, INDEX[name]["model"]))

    assert type(value).__name__ == INDEX[name]["model"]
    assert as_sent(value) == sent(name)
    assert told == []


@pytest.mark.parametrize("name", [name for name, entry in INDEX.items() if "call" in entry])
def test_a_sample_comes_through_its_call(colour: Colour, name: str) -> None:
    api, _, operation = INDEX[name]["call"].partition(".")
    call = getattr(getattr(colour.package, api)(colour.client(local(), FakeTransport([ok(text(name))]))), operation)
    required = {parameter: ARGUMENTS.get(parameter, "x") for parameter in call._operation.required}

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        value = colour.run(call, **required)

    assert type(value).__name__ == INDEX[name]["model"]
    assert as_sent(value) == sent(name)
    assert [warning for warning in told if issubclass(warning.category, UnexpectedTypeWarning)] == []
    assert value == decode(text(name), type(value))


def test_a_lost_field_would_be_seen() -> None:
    value = decode(
        b'{"status":"success","data":{"a":{"last_price":1,"new":2}}}', upstox_client.GetFullMarketQuoteResponse
    )
    assert as_sent(value) == {"status": "success", "data": {"a": {"last_price": 1}}}


def every_null_and_every_gap(name: str) -> list[bytes]:
    """The sample with each of its fields in turn null, and missing."""
    whole = json.loads(text(name))
    variants: list[bytes] = []

    def visit(value: Any) -> None:
        items = list(value.items()) if isinstance(value, dict) else []
        for key, item in items:
            visit(item)
            if key.isidentifier():  # else it is the key of a map, not a field
                value[key] = None
                variants.append(json.dumps(whole).encode())
                del value[key]
                variants.append(json.dumps(whole).encode())
                value[key] = item
        if isinstance(value, list) and value:
            visit(value[0])

    visit(whole)
    return variants


@pytest.mark.parametrize("name", INDEX)
def test_what_is_null_or_missing_is_none(name: str) -> None:
    model = getattr(upstox_client, INDEX[name]["model"])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for variant in every_null_and_every_gap(name):
            decode(variant, model).to_dict()
    assert told == []
