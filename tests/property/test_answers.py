"""Whatever comes as the answer of whichever operation: a model, or one of our exceptions."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.answers import answer_types, anything, as_json, leaves, operations, outlined
from support.colours import ok
from upstox_client.core.response import decipher
from upstox_client.errors import ApiException
from upstox_client.models import Model

pytestmark = pytest.mark.filterwarnings("ignore::upstox_client.UnexpectedTypeWarning")

TYPES = answer_types()
every_type = pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
few = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

HUGE = ["1e400", "-1e400", "9" * 5000, "-" + "9" * 400, "0." + "1" * 500, "1e-400", "-0", f'"{"9" * 5000}"']
DEEP = ["[" * 50 + "]" * 50, '{"data":' * 50 + "1" + "}" * 50, "[" * 5000, '{"a":' * 5000]
BROKEN = ["\xff\xfe", '"\xff"', '"\\ud800"', '"\\x"', "NaN", "-Infinity", "tru", "'x'", "[1,]", "<html>", "\x00"]


def value_or_our_error(body: bytes, kind: type[Any]) -> Any:
    """What a caller gets; any other exception fails the test."""
    try:
        value = decipher(ok(body), kind)
    except ApiException as ours:
        error = ours
    else:
        assert isinstance(value, kind)
        for show in (repr, str, *((Model.to_dict, Model.to_str) if isinstance(value, Model) else ())):
            show(value)
        return value
    assert error.body == body
    assert str(error)
    return None


def test_every_operation_is_here() -> None:
    assert len(operations()) == 103
    assert {operation.returns for operation in operations().values()} - {None} == set(TYPES.values())


@every_type
@few
@given(data=st.data())
def test_the_outline_with_anything_in_any_place(kind: type[Any], data: st.DataObject) -> None:
    value_or_our_error(as_json(data.draw(outlined(kind, wild=True))), kind)


@every_type
@few
@given(body=anything.map(as_json) | st.binary(max_size=40))
def test_any_json_and_any_bytes(kind: type[Any], body: bytes) -> None:
    value_or_our_error(body, kind)


@every_type
@few
@given(data=st.data())
def test_an_answer_that_breaks_off_or_is_damaged(kind: type[Any], data: st.DataObject) -> None:
    whole = as_json(data.draw(outlined(kind, wild=False)))
    place = data.draw(st.integers(0, len(whole) - 1))
    assert value_or_our_error(whole[:place], kind) is None
    value_or_our_error(whole[:place] + data.draw(st.binary(min_size=1, max_size=2)) + whole[place + 1 :], kind)


@every_type
def test_what_is_beyond_all_measure_in_every_place(kind: type[Any]) -> None:
    fields = [field.encode_name for field in msgspec.structs.fields(kind)]
    for token in (*HUGE, *DEEP, *BROKEN):
        for template in ("%s", *('{"' + name + '":%s}' for name in fields), '{"data":[%s]}', '{"data":{"x":%s}}'):
            value_or_our_error((template % token).encode("latin-1"), kind)


@every_type
@few
@given(data=st.data())
def test_what_a_model_encodes_to_decodes_to_an_equal_model(kind: type[Any], data: st.DataObject) -> None:
    raw = data.draw(outlined(kind, wild=False))
    value = value_or_our_error(as_json(raw), kind)
    if value is None:  # a map of plain data that happens to be an error envelope
        return
    again = decipher(ok(msgspec.json.encode(value)), kind)
    assert again == value
    assert len(kept(value)) >= len(kept(raw))  # more where both spellings of a name are filled


def kept(value: object) -> list[object]:
    return [leaf for leaf in leaves(value) if leaf is not None]
