"""Whatever the server sends: a model, or one of our errors. Never the loss of an answer over one odd field."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import upstox_client
from support.answers import readable
from support.colours import Colour, FakeTransport, local, ok
from upstox_client import models
from upstox_client.core.codec import UnexpectedTypeWarning, decode
from upstox_client.core.response import decipher
from upstox_client.errors import ApiException
from upstox_client.models import (
    GetProfileResponse,
    GetUserFundMarginResponse,
    KillSwitchResponse,
    LogoutResponse,
    ProfileData,
    TokenResponse,
)
from upstox_client.models._base import DataMap, Model, RequestModel, type_members

RESPONSES: list[type[Model]] = [
    kind
    for kind in (getattr(models, name) for name in models.__all__)
    if isinstance(kind, type) and issubclass(kind, Model) and not issubclass(kind, RequestModel)
]


def as_bytes(value: object) -> bytes:
    return json.dumps(value).encode()


# The plain cases


def test_a_missing_field_is_none_and_an_unknown_one_is_ignored() -> None:
    value = decode(b'{"status":"success","data":{"user_id":"A","new":[1,{"x":2}]},"extra":1}', GetProfileResponse)
    assert value == GetProfileResponse("success", ProfileData(user_id="A"))


def test_null_is_none() -> None:
    assert decode(b'{"status":null,"data":null}', GetProfileResponse) == GetProfileResponse()


def test_what_is_plain_is_converted_without_a_word(recwarn: pytest.WarningsRecorder) -> None:
    value = decode(
        b'{"data":{"equity":{"used_margin":"1.5","payin_amount":2,"enabled":"true"}}}', GetUserFundMarginResponse
    )
    assert value.data is not None
    assert isinstance(value.data, DataMap)
    assert (value.data.equity.used_margin, value.data.equity.payin_amount, value.data.equity.enabled) == (
        1.5,
        2.0,
        True,
    )
    assert not recwarn.list


def test_what_is_mistyped_is_kept_with_a_warning_and_costs_nothing_else() -> None:
    body = b'{"status":"success","data":{"user_id":{"odd":1},"user_name":"N","exchanges":"NSE","is_active":"perhaps"}}'
    with pytest.warns(UnexpectedTypeWarning) as caught:
        value = decode(body, GetProfileResponse)
    assert value.data is not None
    assert (value.status, value.data.user_name) == ("success", "N")
    assert value.data.user_id == {"odd": 1}
    assert value.data.exchanges == "NSE"
    assert value.data.is_active == "perhaps"
    assert {str(warning.message) for warning in caught} == {
        "GetProfileResponse.data.user_id: the server sent dict; it is kept as it came",
        "GetProfileResponse.data.exchanges: the server sent str; it is kept as it came",
        "GetProfileResponse.data.is_active: the server sent str; it is kept as it came",
    }
    repr(value), value.to_dict(), value.to_str()


def test_one_warning_for_each_place() -> None:
    body = b'{"data":[{"segment":{}},{"segment":{}},{"kill_switch_enabled":[]}]}'
    with pytest.warns(UnexpectedTypeWarning) as caught:
        value, _ = [decode(body, KillSwitchResponse) for _ in range(2)]
    assert sorted(str(warning.message).partition(":")[0] for warning in caught) == [
        "KillSwitchResponse.data[...].kill_switch_enabled",
        "KillSwitchResponse.data[...].segment",
    ]
    assert value.data is not None
    assert value.data[0].segment == {}


@pytest.mark.filterwarnings("ignore::upstox_client.UnexpectedTypeWarning")
@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b'{"status":"success","data":"odd"}', "odd"),
        (b'{"status":"success","data":[1]}', [1]),
        (b'{"status":"new word","data":null}', None),
    ],
)
def test_data_of_another_kind_is_kept(body: bytes, data: Any) -> None:
    value = decode(body, GetUserFundMarginResponse)
    assert value.data == data
    assert decode(body, GetProfileResponse).data == data


@pytest.mark.filterwarnings("ignore::upstox_client.UnexpectedTypeWarning")
def test_an_odd_entry_of_a_map_does_not_cost_the_others() -> None:
    value = decode(b'{"data":{"equity":{"used_margin":1},"odd":5}}', GetUserFundMarginResponse)
    assert isinstance(value.data, DataMap)
    assert value.data.equity.used_margin == 1
    assert value.data["odd"] == 5  # type: ignore[comparison-overlap]


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"success"', b"true"])
def test_json_of_quite_another_shape_is_refused_without_a_warning(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(body, GetProfileResponse)


def test_warnings_that_are_errors_never_cost_the_answer_of_an_order(
    colour: Colour, caplog: pytest.LogCaptureFixture
) -> None:
    client = colour.client(local(), FakeTransport([ok(b'{"status":"success","data":{"order_id":"1"}}')]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, _, _ = colour.run(client.call_api, "/v2/order/place", "POST", body={}, response_type="LogoutResponse")
    assert isinstance(value, LogoutResponse)
    assert value.data == {"order_id": "1"}
    assert "LogoutResponse.data: the server sent dict; it is kept as it came" in caplog.text


def test_a_warning_is_a_warning_of_the_package() -> None:
    assert upstox_client.UnexpectedTypeWarning is UnexpectedTypeWarning
    assert issubclass(UnexpectedTypeWarning, UserWarning)


# Anything at all


def shaped(annotation: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """JSON of the outline of a type, with anything in any place."""
    options = [readable, st.none()]
    for kind, arguments in type_members(annotation):
        if issubclass(kind, msgspec.Struct) and depth < 4:
            options.append(of_struct(kind, depth + 1))
        elif kind is list and arguments:
            options.append(st.lists(shaped(arguments[0], depth + 1), max_size=3))
        elif kind is dict and arguments:
            options.append(st.dictionaries(st.text(max_size=5), shaped(arguments[1], depth + 1), max_size=3))
        elif kind in {int, float}:
            options.append(st.integers(-(10**6), 10**6))
        elif kind in {str, bool}:
            options.append(st.just("text") if kind is str else st.booleans())
    return st.one_of(*reversed(options))


def of_struct(kind: type[msgspec.Struct], depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    fields = {field.encode_name: shaped(field.type, depth) for field in msgspec.structs.fields(kind)}
    return st.fixed_dictionaries({}, optional=fields)


def value_or_our_error(body: bytes, kind: type[Model]) -> Model | None:
    try:
        value = decipher(ok(body), kind)
    except ApiException:
        return None
    assert isinstance(value, kind)
    repr(value), value.to_str(), value.to_dict()
    return value


@pytest.mark.filterwarnings("ignore::upstox_client.UnexpectedTypeWarning")
@settings(max_examples=60)
@given(st.sampled_from(RESPONSES).flatmap(lambda kind: st.tuples(st.just(kind), of_struct(kind))))
def test_an_object_with_anything_in_it_is_the_model_with_every_good_field(
    pair: tuple[type[Model], dict[str, Any]],
) -> None:
    kind, raw = pair
    value = value_or_our_error(as_bytes(raw), kind)
    if value is None:  # an error envelope, then
        assert upstox_client.errors.parse_errors(as_bytes(raw))
        return
    for field in msgspec.structs.fields(kind):
        if field.encode_name not in raw:
            continue
        got = getattr(value, field.name)
        if raw[field.encode_name] is not None and str(raw[field.encode_name]).lower() != "null":
            assert got is not None


@pytest.mark.filterwarnings("ignore::upstox_client.UnexpectedTypeWarning")
@given(st.sampled_from(RESPONSES), readable)
def test_any_json(kind: type[Model], raw: Any) -> None:
    value_or_our_error(as_bytes(raw), kind)


@pytest.mark.filterwarnings("ignore::upstox_client.UnexpectedTypeWarning")
@given(st.sampled_from(RESPONSES), st.binary(max_size=60))
def test_any_bytes(kind: type[Model], body: bytes) -> None:
    value_or_our_error(body, kind)


GOOD = as_bytes(
    {
        "status": "success",
        "data": {"user_id": "A", "exchanges": ["NSE"], "is_active": True, "user_name": "caf\u00e9 \ud83d\ude00"},
    }
)


@given(st.integers(0, len(GOOD) - 1))
def test_an_answer_that_breaks_off(length: int) -> None:
    assert value_or_our_error(GOOD[:length], GetProfileResponse) is None


@pytest.mark.filterwarnings("ignore::upstox_client.UnexpectedTypeWarning")
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_an_answer_with_one_wrong_byte(place: int, byte: int) -> None:
    value_or_our_error(GOOD[:place] + bytes([byte]) + GOOD[place + 1 :], GetProfileResponse)


@pytest.mark.filterwarnings("ignore::upstox_client.UnexpectedTypeWarning")
@pytest.mark.parametrize(
    "number",
    ["1e400", "-1e400", "9" * 5000, "0." + "1" * 500, "-0", "1e-400", '"' + "9" * 5000 + '"', "[" * 30 + "]" * 30],
    ids=lambda number: number[:5],
)
def test_numbers_and_nesting_beyond_all_measure(number: str) -> None:
    for kind in RESPONSES:
        for field in msgspec.structs.fields(kind)[-1:]:
            value_or_our_error(f'{{"{field.encode_name}":{number}}}'.encode(), kind)


@pytest.mark.parametrize(
    "deep", [b"[" * 200_000, b'{"data":' * 200_000, b'{"data":' + b"[" * 5000 + b"]" * 5000 + b"}"]
)
def test_nesting_without_end_does_not_end_the_process(deep: bytes) -> None:
    program = """
import sys
from upstox_client.core.response import decipher
from upstox_client.errors import ApiException, parse_errors
from upstox_client.models import GetProfileResponse
from upstox_client.redact import redact_body
from upstox_client.rest import RESTResponse
import warnings
warnings.simplefilter("ignore")
body = sys.stdin.buffer.read()
try:
    decipher(RESTResponse(200, body), GetProfileResponse)
except ApiException as error:
    str(error)
redact_body(body)
str(ApiException(http_resp=RESTResponse(500, body)))
print("alive")
"""
    done = subprocess.run([sys.executable, "-c", program], input=deep, capture_output=True, check=False, timeout=60)
    assert done.stdout == b"alive\n", done.stderr[-2000:]


@pytest.mark.filterwarnings("ignore::upstox_client.UnexpectedTypeWarning")
def test_deep_but_finite_nesting_in_a_mistyped_field(colour: Colour) -> None:
    nested = b"[" * 100 + b"1" + b"]" * 100
    api = colour.user_api(local(), FakeTransport([ok(b'{"status":"success","data":{"user_id":' + nested + b"}}")]))
    value = colour.run(api.get_profile)
    assert value.data.user_id[0][0]
    value.to_dict(), value.to_str()
    repr(value)


def test_a_token_comes_without_an_envelope() -> None:
    value = decipher(ok(b'{"access_token":"t","exchanges":["NSE"]}'), TokenResponse)
    assert value is not None
    assert (value.access_token, value.exchanges) == ("t", ["NSE"])


def test_a_bare_list_is_the_data_of_its_envelope() -> None:
    value = decode(b'[{"segment":"NSE_EQ"}]', KillSwitchResponse)
    assert value.status == "success"
    assert value.data is not None
    assert value.data[0].segment == "NSE_EQ"
    with pytest.raises(msgspec.ValidationError):
        decode(b"[1]", GetProfileResponse)
