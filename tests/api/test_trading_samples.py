"""The documented samples of the account and of trading: each is decoded, or sent, and nothing of it is lost."""

from __future__ import annotations

import importlib
import json
import re
import warnings
from pathlib import Path
from typing import Any

import msgspec
import pytest

import upstox_client
from support.colours import Colour, FakeTransport, local, ok
from upstox_client import ApiException, UnexpectedTypeWarning
from upstox_client.core.codec import decode

SAMPLES = Path(__file__).parents[1] / "samples"
INDEX: dict[str, dict[str, Any]] = {
    f"{folder}/{name}": entry
    for folder in ("account", "trading")
    for name, entry in json.loads((SAMPLES / folder / "index.json").read_text()).items()
}
"""Sample -> `model` it is, `call` it belongs to, `status` it came with, and:

`error`: it is a refusal. `sent`: it is a request's body. `envelope`: the server puts it into `data`. `unknown`: keys of
no use, the older twins of others. `filled`: JSON names that the model fills from a newer spelling.
"""

ANSWERS = [name for name, entry in INDEX.items() if not entry.keys() & {"error", "sent"}]
REFUSALS = [name for name, entry in INDEX.items() if "error" in entry]
BODIES = [name for name, entry in INDEX.items() if "sent" in entry]
CALLED = [name for name in ANSWERS if "call" in INDEX[name]]


def text(name: str) -> bytes:
    raw = (SAMPLES / f"{name}.json").read_bytes()
    return b'{"status":"success","data":%b}' % raw if "envelope" in INDEX[name] else raw


def model_of(name: str) -> Any:
    word = INDEX[name]["model"]
    if inner := re.fullmatch(r"list\[(.*)\]", word):
        return list[getattr(upstox_client, inner[1])]
    module, _, plain = word.rpartition(".")
    return getattr(importlib.import_module(f"upstox_client.{module}") if module else upstox_client, plain)


def clean(value: Any, without: Any = ()) -> Any:
    """Plain data without its nulls and some keys."""
    if isinstance(value, dict):
        return {key: clean(item, without) for key, item in value.items() if item is not None and key not in without}
    return [clean(item, without) for item in value] if isinstance(value, (list, tuple)) else value


def as_sent(name: str, value: Any) -> Any:
    """A model as it is on the wire."""
    return clean(msgspec.to_builtins(value), INDEX[name].get("filled", ()))


def as_came(name: str) -> Any:
    return clean(json.loads(text(name)), INDEX[name].get("unknown", ()))


def call_of(colour: Colour, name: str, fake: FakeTransport) -> Any:
    api, _, operation = INDEX[name]["call"].partition(".")
    return getattr(getattr(colour.package, api)(colour.client(local(), fake)), operation)


def required(call: Any) -> dict[str, Any]:
    return {parameter: {"a": 1} if parameter == "body" else "x" for parameter in call._operation.required}


@pytest.mark.parametrize("folder", ["account", "trading"])
def test_the_index_lists_the_files(folder: str) -> None:
    files = {f"{folder}/{path.stem}" for path in (SAMPLES / folder).glob("*.json")} - {f"{folder}/index"}
    assert files == {name for name in INDEX if name.startswith(f"{folder}/")}
    assert len(files) == {"account": 17, "trading": 54}[folder]


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_decodes_with_nothing_lost(name: str) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        value = decode(text(name), model_of(name))

    assert as_sent(name, value) == as_came(name)
    assert told == []


@pytest.mark.parametrize("name", CALLED)
def test_an_answer_comes_through_its_call(colour: Colour, name: str) -> None:
    fake = FakeTransport([ok(text(name), INDEX[name].get("status", 200))])
    call = call_of(colour, name, fake)

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        value = colour.run(call, **required(call))

    assert type(value) is model_of(name)
    assert as_sent(name, value) == as_came(name)
    assert [warning for warning in told if issubclass(warning.category, UnexpectedTypeWarning)] == []


@pytest.mark.parametrize("name", CALLED)
def test_an_answer_is_plain_data_when_asked(name: str) -> None:
    value = decode(text(name), model_of(name))
    copy = type(value)(**{field: getattr(value, field) for field in value.__struct_fields__})

    assert copy == value
    assert set(value.to_dict()) <= set(value.__struct_fields__)
    assert eval(value.to_str(), {}) is not None  # pprint of plain data, secrets struck out
    assert repr(value).startswith(f"{type(value).__name__}(")


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_everything_the_server_said(colour: Colour, name: str) -> None:
    entry, sample = INDEX[name], json.loads(text(name))
    fake = FakeTransport([ok(text(name), entry["status"])])
    call = call_of(colour, name, fake)

    with pytest.raises(ApiException) as refusal:
        colour.run(call, **required(call))

    assert refusal.value.status == entry["status"]
    assert len(fake.requests) == 1
    told = [msgspec.structs.asdict(error) for error in refusal.value.errors]
    for error in told:
        error["error_code"] = error.pop("code")
    assert told == [{key: one.get(key) for key in told[0]} for one in sample["errors"]]
    said = {key for one in sample["errors"] for key in one}
    assert said - {"errorCode", "propertyPath", "invalidValue"} <= set(told[0])


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_sent_as_it_is_documented(colour: Colour, name: str) -> None:
    sample = json.loads(text(name))
    model = msgspec.convert(sample, model_of(name))
    fake = FakeTransport()

    for body in (model, sample):
        colour.run(call_of(colour, name, fake), body)

    assert [json.loads(request.body or b"") for request in fake.requests] == [sample, sample]


@pytest.mark.parametrize(
    "name", ["trading/order_book", "trading/positions", "trading/holdings", "trading/gtt_multiple"]
)
def test_what_is_null_or_missing_is_none(name: str) -> None:
    whole = json.loads(text(name))
    row = whole["data"][0]
    for key, item in list(row.items()):
        row[key] = None
        null = decode(json.dumps(whole).encode(), model_of(name))
        del row[key]
        missing = decode(json.dumps(whole).encode(), model_of(name))
        row[key] = item
        assert null == missing
        assert getattr(null.data[0], key) is None


def test_a_lost_field_would_be_seen() -> None:
    value = decode(b'{"status":"success","data":{"order_id":"1","new":2}}', upstox_client.PlaceOrderResponse)
    assert clean(msgspec.to_builtins(value)) == {"status": "success", "data": {"order_id": "1"}}


def test_a_status_that_is_not_documented_is_kept_and_told_once() -> None:
    body = b'{"status":"success","data":[{"order_id":"1","status":"frozen","quantity":2},{"order_id":"2"}]}'
    with pytest.warns(UnexpectedTypeWarning, match=r"GetOrderBookResponse\.data\[\.\.\.\]\.status"):
        book = decode(body, upstox_client.GetOrderBookResponse)
    assert [(order.order_id, order.status, order.quantity) for order in book.data or []] == [
        ("1", "frozen", 2),
        ("2", None, None),
    ]


def test_both_spellings_are_read() -> None:
    brokerage: Any = decode(text("trading/brokerage"), upstox_client.GetBrokerageResponse)
    charges = brokerage.data.charges
    assert charges.dp_plan == charges.dp_plan_ == upstox_client.DpPlan("DP3A", 18.5)
    assert charges.other_taxes == charges.other_charges
    assert charges.other_charges.ipft == 0.17

    old = {"dpPlan": {"name": "old"}, "otherTaxes": {"clearing": 1}}
    new = {"dp_plan": {"name": "new"}, "other_charges": {"clearing": 2}}
    for spelling, name, clearing in ((old, "old", 1), (new, "new", 2), (old | new, "old", 1)):
        read = decode(json.dumps(spelling).encode(), upstox_client.BrokerageData)
        assert (read.dp_plan, read.other_taxes) == (
            upstox_client.DpPlan(name),
            upstox_client.OtherTaxes(None, clearing),
        )

    page = upstox_client.TradeHistoryResponseMetaData(upstox_client.TradeHistoryResponsePageData(1, 15, 15, 1))
    assert decode(text("trading/history_equity"), upstox_client.TradeHistoryResponse).meta_data == page
    official = text("trading/history_equity").replace(b"meta_data", b"metaData")
    assert decode(official, upstox_client.TradeHistoryResponse).meta_data == page

    for key in ("authorizedRedirectUri", "authorized_redirect_uri"):
        data = decode(json.dumps({key: "wss://x"}).encode(), upstox_client.WebsocketAuthRedirectResponseData)
        assert data.authorized_redirect_uri == "wss://x"


def test_the_stream_has_a_model_for_each_kind_of_update() -> None:
    from upstox_client.models.websocket import UPDATES

    for name in ("stream_order", "stream_gtt_order", "stream_holding", "stream_position", "webhook_gtt_order"):
        kind = json.loads(text(f"trading/{name}"))["update_type"]
        assert UPDATES[kind] is model_of(f"trading/{name}")
        assert decode(text(f"trading/{name}"), UPDATES[kind]).update_type == kind
    assert len(UPDATES) == 4
