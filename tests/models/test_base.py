"""What every model is: built, assigned, shown, compared, turned into plain data."""

from __future__ import annotations

import copy
import pickle
from typing import Any, Literal

import msgspec
import pytest

import upstox_client
from upstox_client.models._base import (
    REQUIRED,
    Beyond,
    DataMap,
    MapResponse,
    Model,
    Record,
    RequestModel,
    swagger_type,
    type_members,
)


class Leg(Model):
    """A nested one."""

    price: float | None = None
    access_token: str | None = None


class Thing(Model):
    """One of everything."""

    name: str | None = None
    leg: Leg | None = None
    legs: list[Leg] | None = None
    by_key: dict[str, Leg] | None = None
    error_code: str | None = msgspec.field(default=None, name="errorCode")
    anything: object = None
    side: Literal["BUY", "SELL"] | None = None
    extra: Beyond[int] = None
    extras: Beyond[list[Leg]] = None


class Order(RequestModel):
    """One that is sent."""

    quantity: int = REQUIRED
    side: Literal["BUY", "SELL"] = REQUIRED
    tag: str | None = None
    validity: Literal["DAY", "IOC"] | None = None


class Row(Record):
    """One that is a dict, too."""

    a: int | None = None
    b: str | None = None
    hidden: Beyond[int] = None


class Rows(MapResponse):
    """A map of them."""

    status: str | None = None
    data: DataMap[Row] | None = None


# Every model


def test_positions_and_keywords() -> None:
    assert Thing("x", Leg(1.0)) == Thing(name="x", leg=Leg(price=1.0))
    assert Thing("x") != Thing("y")
    assert Thing("x") != Leg()
    with pytest.raises(TypeError):
        Thing(nonsense=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        hash(Thing())


def test_attributes_can_be_assigned() -> None:
    thing = Thing()
    thing.name = "x"
    thing.leg = Leg(2.0)
    assert thing == Thing("x", Leg(2.0))
    with pytest.raises(AttributeError):
        thing.nonsense = 1  # type: ignore[attr-defined]


def test_the_official_tables() -> None:
    assert Thing.attribute_map["error_code"] == "errorCode"
    assert Thing.attribute_map["name"] == "name"
    assert Thing.swagger_types == {
        "name": "str",
        "leg": "Leg",
        "legs": "list[Leg]",
        "by_key": "dict(str, Leg)",
        "error_code": "str",
        "anything": "object",
        "side": "str",
        "extra": "int",
        "extras": "list[Leg]",
    }
    assert Thing().swagger_types is Thing.swagger_types
    assert Leg.swagger_types == {"price": "float", "access_token": "str"}


def test_to_dict() -> None:
    thing = Thing("x", Leg(1.0), [Leg(2.0)], {"k": Leg(access_token="s3cr3t")}, side="BUY", anything=[{"a": Leg()}])
    assert thing.to_dict() == {
        "name": "x",
        "leg": {"price": 1.0, "access_token": None},
        "legs": [{"price": 2.0, "access_token": None}],
        "by_key": {"k": {"price": None, "access_token": "s3cr3t"}},
        "error_code": None,
        "anything": [{"a": {"price": None, "access_token": None}}],
        "side": "BUY",
    }


def test_what_the_official_model_lacks_is_shown_with_a_value_only() -> None:
    assert "extra" not in Thing().to_dict()
    assert Thing(extra=0).to_dict()["extra"] == 0
    assert Thing(extras=[Leg(1.0)]).to_dict()["extras"] == [{"price": 1.0, "access_token": None}]


def test_repr_and_to_str_hide_secrets_and_what_is_none() -> None:
    thing = Thing(
        "x", Leg(1.0, "s3cr3t"), by_key={"password": Leg(access_token="s3cr3t")}, anything={"token": ["s3cr3t"]}
    )
    assert "s3cr3t" not in repr(thing) + thing.to_str() + str(thing)
    assert repr(Thing("x", Leg(1.0))) == "Thing(name='x', leg=Leg(price=1.0))"
    assert repr(Leg(access_token="s3cr3t")) == "Leg(access_token='<redacted>')"
    assert Leg(access_token="s3cr3t").to_str() == "{'access_token': '<redacted>', 'price': None}"
    assert Leg(2.0, "s3cr3t").__rich_repr__() == [("price", 2.0), ("access_token", "<redacted>")]


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_and_pickles(duplicate: Any) -> None:
    for value in (
        upstox_client.GetProfileResponse("success", upstox_client.ProfileData(user_id="A")),
        upstox_client.GetUserFundMarginResponse(data={"equity": upstox_client.UserFundMarginData(1.0)}),  # type: ignore[arg-type]
        upstox_client.UpdateUserIpRequest("203.0.113.1"),
    ):
        twin = duplicate(value)
        assert twin == value
        assert twin is not value
        assert type(getattr(twin, "data", None)) is type(getattr(value, "data", None))


def test_words_and_members_of_types() -> None:
    assert swagger_type(int | None) == "int"
    assert swagger_type(list[Any]) == "list[object]"
    assert swagger_type(Any) == "object"
    assert type_members(int | list[str] | None) == [(int, ()), (list, (str,))]
    assert type_members(Any) in ([], [(Any, ())])


# Requests


def test_what_is_required() -> None:
    with pytest.raises(ValueError, match="Invalid value for `quantity`, must not be `None`"):
        Order(side="BUY")
    with pytest.raises(ValueError, match="Invalid value for `side`, must not be `None`"):
        Order(1)
    order = Order(1, "BUY")
    with pytest.raises(ValueError, match="Invalid value for `quantity`, must not be `None`"):
        order.quantity = None  # type: ignore[assignment]
    assert order.quantity == 1
    order.tag = None
    order.validity = None


def test_what_is_allowed() -> None:
    with pytest.raises(ValueError, match=r"Invalid value for `side` \('HOLD'\), must be one of \['BUY', 'SELL'\]"):
        Order(1, "HOLD")  # type: ignore[arg-type]
    order = Order(1, "BUY", validity="DAY")
    for bad in ("FOREVER", ["DAY"], 5):
        with pytest.raises(ValueError, match="Invalid value for `validity`"):
            order.validity = bad  # type: ignore[assignment]
    order.validity = "IOC"
    assert order.to_dict() == {"quantity": 1, "side": "BUY", "tag": None, "validity": "IOC"}


def test_what_is_none_is_not_sent() -> None:
    assert msgspec.json.encode(Order(1, "BUY")) == b'{"quantity":1,"side":"BUY"}'
    assert msgspec.json.encode(Order(0, "SELL", tag="")) == b'{"quantity":0,"side":"SELL","tag":""}'


# Dicts


def test_a_record_is_a_dict_of_what_it_has() -> None:
    row = Row(1)
    assert row["a"] == 1
    assert row["b"] is None
    assert row.get("b", "x") == "x"
    assert row.get("a") == 1
    assert row.get("nonsense") is None
    with pytest.raises(KeyError, match="nonsense"):
        row["nonsense"]
    assert "a" in row
    assert "b" not in row
    assert 5 not in row
    assert (list(row), row.keys(), row.values(), row.items(), len(row)) == (["a"], ["a"], [1], [("a", 1)], 1)
    assert dict(row) == {**row} == {"a": 1}
    assert Row()
    assert len(Row()) == 0


def test_a_data_map_by_key_and_by_attribute() -> None:
    rows = msgspec.json.decode(b'{"status":"success","data":{"equity":{"a":1},"NSE_EQ:X":{"a":2}}}', type=Rows)
    assert isinstance(rows.data, DataMap)
    assert rows.data.equity is rows.data["equity"]
    assert rows.data["NSE_EQ:X"].a == 2
    assert list(rows.data) == ["equity", "NSE_EQ:X"]
    with pytest.raises(AttributeError, match="no 'commodity' in this data; it has 'equity', 'NSE_EQ:X'"):
        rows.data.commodity  # noqa: B018
    assert not hasattr(DataMap(), "x")
    with pytest.raises(AttributeError, match="it has no keys"):
        DataMap().x  # noqa: B018
    assert rows.to_dict()["data"]["equity"] == {"a": 1, "b": None}
    assert repr(rows) == "Rows(status='success', data={'equity': Row(a=1), 'NSE_EQ:X': Row(a=2)})"
    assert Rows.swagger_types["data"] == "dict(str, Row)"


def test_a_map_response_without_data() -> None:
    assert Rows().data is None
    assert isinstance(Rows(data={"x": Row(1)}).data, DataMap)  # type: ignore[arg-type]
    with pytest.raises(AttributeError, match="it has"):
        DataMap({str(number): Row() for number in range(50)}).nonsense  # noqa: B018


# All of them


@pytest.mark.parametrize("name", upstox_client.models.__all__)
def test_every_model_of_the_package_has_the_official_face(name: str) -> None:
    kind = getattr(upstox_client.models, name)
    if not (isinstance(kind, type) and issubclass(kind, Model)):
        pytest.skip("an alias")
    assert kind.__doc__
    assert kind.__name__ == name
    assert (
        list(kind.swagger_types) == list(kind.attribute_map) == [field.name for field in msgspec.structs.fields(kind)]
    )
    if not issubclass(kind, RequestModel):
        value = kind()
        assert kind() == value
        assert copy.deepcopy(value) == value
        assert isinstance(value.to_dict(), dict)
        assert isinstance(value.to_str(), str)
        assert repr(value).startswith(f"{name}(")
