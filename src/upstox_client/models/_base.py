"""What every model is: a `msgspec.Struct` with the official face.

Fields are declared once, typed, in the official constructor order. From the declaration come the JSON names
(`attribute_map`), the official type words (`swagger_types`), `to_dict`, `to_str` and a repr that hides secrets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Literal,
    TypeAlias,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
)

import msgspec

from upstox_client.redact import redact_value

T = TypeVar("T")

_BEYOND = msgspec.Meta(extra={"beyond": True})

Beyond: TypeAlias = Annotated[T | None, _BEYOND]
"""A field of the wire or of the founding description that the official model lacks: shown only when it has a value."""

REQUIRED: Any = None
"""The default of a request model's required field: leaving it out is the official `ValueError`, not a `TypeError`."""


class _PerClass:
    """A class attribute computed from the fields on first use, once per class."""

    def __init__(self, compute: str) -> None:
        self._compute = compute

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Model | None, owner: type[Model]) -> Any:
        value = _PER_CLASS.get((owner, self._name))
        if value is None:
            value = _PER_CLASS[owner, self._name] = getattr(owner, self._compute)()
        return value


_PER_CLASS: dict[tuple[type, str], Any] = {}


class Model(msgspec.Struct):
    """A value of the API."""

    if TYPE_CHECKING:
        swagger_types: ClassVar[Mapping[str, str]]
        attribute_map: ClassVar[Mapping[str, str]]
        _shown: ClassVar[Mapping[str, bool]]
    else:
        swagger_types = _PerClass("_swagger_types")
        attribute_map = _PerClass("_attribute_map")
        _shown = _PerClass("_when_shown")

    @classmethod
    def _swagger_types(cls) -> dict[str, str]:
        return {field.name: swagger_type(field.type) for field in msgspec.structs.fields(cls)}

    @classmethod
    def _attribute_map(cls) -> dict[str, str]:
        return {field.name: field.encode_name for field in msgspec.structs.fields(cls)}

    @classmethod
    def _when_shown(cls) -> dict[str, bool]:
        """Field name -> whether it is shown while it has no value."""
        return {field.name: not _is_beyond(field.type) for field in msgspec.structs.fields(cls)}

    def _items(self) -> Iterator[tuple[str, Any]]:
        for name, always in self._shown.items():
            value = getattr(self, name)
            if always or value is not None:
                yield name, value

    def to_dict(self) -> dict[str, Any]:
        """The fields by attribute name, nested models as dicts too. Secrets are in it: do not log it."""
        return {name: _plain(value) for name, value in self._items()}

    def to_str(self) -> str:
        """`to_dict` for people; secrets are struck out."""
        import pprint  # rarely wanted

        return pprint.pformat(redact_value(self.to_dict()))

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [(name, value) for name, value in redact_value(dict(self._items())).items() if value is not None]

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({fields})"


class RequestModel(Model, omit_defaults=True):
    """A model that is sent: what is missing or out of the list is refused when it is built or assigned.

    Raises:
        ValueError: a required field is None, or a value is not one of those allowed.
    """

    if TYPE_CHECKING:
        _rules: ClassVar[Mapping[str, tuple[bool, tuple[Any, ...]]]]
    else:
        _rules = _PerClass("_field_rules")

    @classmethod
    def _field_rules(cls) -> dict[str, tuple[bool, tuple[Any, ...]]]:
        """Field name -> (required, the allowed values or nothing)."""
        rules: dict[str, tuple[bool, tuple[Any, ...]]] = {}
        for field in msgspec.structs.fields(cls):
            members = _union_members(field.type)
            allowed = tuple(value for member in members if get_origin(member) is Literal for value in get_args(member))
            rules[field.name] = type(None) not in members, allowed
        return rules

    def __post_init__(self) -> None:
        for name in self._rules:
            self._check(name, getattr(self, name))

    if not TYPE_CHECKING:  # a checker that sees it lets any name be assigned

        def __setattr__(self, name: str, value: Any) -> None:
            if name in self._rules:
                self._check(name, value)
            super().__setattr__(name, value)

    def _check(self, name: str, value: Any) -> None:
        required, allowed = self._rules[name]
        if value is None:
            if required:
                raise ValueError(f"Invalid value for `{name}`, must not be `None`")
        elif allowed and value not in allowed:
            raise ValueError(f"Invalid value for `{name}` ({value!r}), must be one of {list(allowed)}")


class Record(Model):
    """A model that stands where the official client hands out plain dicts: it can be read as one, too.

    A declared field that the server left out reads as None; `in`, `len` and iteration see only fields with a value.
    """

    def __getitem__(self, name: str) -> Any:
        if name not in self._shown:
            raise KeyError(name)
        return getattr(self, name)

    def get(self, name: str, default: Any = None) -> Any:
        """The field's value; `default` where there is none."""
        value = self[name] if name in self._shown else None
        return default if value is None else value

    def keys(self) -> list[str]:
        """The names of the fields that have a value."""
        return [name for name, _ in self.items()]

    def values(self) -> list[Any]:
        """The values there are."""
        return [value for _, value in self.items()]

    def items(self) -> list[tuple[str, Any]]:
        """Names and values of the fields that have one."""
        return [(name, value) for name in self._shown if (value := getattr(self, name)) is not None]

    def __contains__(self, name: object) -> bool:
        return name in self.keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def __bool__(self) -> bool:
        return True


class DataMap(dict[str, T]):
    """A `data` map of the wire: reached by key, and by attribute where the key is a name.

    `msgspec` is told that it is a plain dict (that decodes fastest); the response that holds it wraps it.
    """

    if not TYPE_CHECKING:

        def __class_getitem__(cls, item: Any) -> Any:
            return dict[str, item]

    def __getattr__(self, name: str) -> T:
        try:
            return self[name]
        except KeyError:
            known = ", ".join(map(repr, list(self)[:10])) or "no keys"
            raise AttributeError(f"no {name!r} in this data; it has {known}") from None


class MapResponse(Model):
    """A response whose `data` is a `DataMap`."""

    def __post_init__(self) -> None:
        data: Any = getattr(self, "data", None)
        if type(data) is dict:
            setattr(self, "data", DataMap(cast("dict[str, Any]", data)))  # noqa: B010 - declared by the subclass


def _union_members(annotation: Any) -> tuple[Any, ...]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _union_members(get_args(annotation)[0])
    return get_args(annotation) if origin in {Union, UnionType} else (annotation,)


def type_members(annotation: Any) -> list[tuple[type, tuple[Any, ...]]]:
    """The classes that an annotation allows, None aside, each with its arguments: `dict`, `(str, Margin)`."""
    members = [member for member in _union_members(annotation) if member is not type(None)]
    classes = [(get_origin(member) or member, get_args(member)) for member in members]
    return [(kind, arguments) for kind, arguments in classes if isinstance(kind, type)]


def _is_beyond(annotation: Any) -> bool:
    return get_origin(annotation) is Annotated and _BEYOND in get_args(annotation)[1:]


def swagger_type(annotation: Any) -> str:
    """The official word for an annotation: `str`, `list[str]`, `dict(str, Margin)`, `object`, ..."""
    members = [member for member in _union_members(annotation) if member is not type(None)]
    if len(members) != 1:
        return "object"
    member, arguments = members[0], get_args(members[0])
    if member is Any:
        return "object"
    origin = get_origin(member)
    if origin is list:
        return f"list[{swagger_type(arguments[0])}]"
    if origin is dict:
        return f"dict(str, {swagger_type(arguments[1])})"
    if origin is Literal:
        return type(arguments[0]).__name__
    return member.__name__ if isinstance(member, type) else "object"


def _plain(value: object) -> Any:
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in cast("dict[str, object]", value).items()}
    return value
