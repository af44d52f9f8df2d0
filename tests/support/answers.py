"""Every operation there is, and answers for it: well formed, or with anything in any place."""

from __future__ import annotations

import functools
import inspect
import json
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

import msgspec
from hypothesis import strategies as st

import upstox_client
from upstox_client.core.operation import Operation
from upstox_client.models._base import type_members


@functools.cache
def operations(package: ModuleType = upstox_client) -> dict[str, Operation[..., Any]]:
    """`UserApi.get_profile` and all others, of `upstox_client` or of its awaitable twin."""
    classes = {name: getattr(package, name) for name in upstox_client.api.__all__}
    return {
        f"{name}.{attribute}": found
        for name, kind in classes.items()
        for base in kind.__mro__
        for attribute in vars(base)
        if isinstance(found := inspect.getattr_static(kind, attribute), Operation)
    }


@functools.cache
def answer_types() -> dict[str, type[msgspec.Struct]]:
    """What the operations return, each once, by name."""
    types = {operation.returns for operation in operations().values()} - {None}
    return {kind.__name__: kind for kind in sorted(types, key=lambda kind: kind.__name__)}


def as_json(value: object) -> bytes:
    """What a server sends."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


# Anything at all


def nested(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Scalars, and lists and objects of them."""
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    )


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10)
    | st.sampled_from(["", "1", "1.5", "true", "null", "success", "error", "2026-01-01", "NaN", "9" * 400])
)
readable = nested(scalars)
anything = nested(scalars | st.just("\ud800"))  # half a character: no decoder takes it


# Answers of a type's outline

_DEEPEST = 5
_KEYS = st.sampled_from(["NSE_EQ:NHPC", "equity", "12400", "", "class"])


@st.composite  # which also keeps what is said of a failure short: types nest deeply
def outlined(draw: st.DrawFn, annotation: Any, depth: int = 0, *, wild: bool) -> Any:
    """JSON of the outline of a type: well formed, or with anything in any place."""
    return draw(_outline(annotation, depth, wild=wild))


@functools.cache
def _outline(annotation: Any, depth: int, *, wild: bool) -> st.SearchStrategy[Any]:
    members = [_outlined(annotation, kind, arguments, depth, wild) for kind, arguments in type_members(annotation)]
    fitting = [member for member in members if member is not None]
    fitting += [_literals(annotation)] if _literals(annotation) is not None else []
    others = [anything] if wild or not fitting else []
    return st.one_of(*fitting, *others, st.none()) if depth else st.one_of(*fitting)


def _outlined(_: Any, kind: Any, arguments: Any, depth: int, wild: bool) -> st.SearchStrategy[Any] | None:
    if depth > _DEEPEST:
        return None
    if issubclass(kind, msgspec.Struct):
        fields = msgspec.structs.fields(kind)
        shapes = {field.encode_name: outlined(field.type, depth + 1, wild=wild) for field in fields}
        return st.fixed_dictionaries({}, optional=shapes)
    if kind is list and arguments:
        return st.lists(outlined(arguments[0], depth + 1, wild=wild), max_size=2)
    if kind is dict and arguments:
        return st.dictionaries(_KEYS, outlined(arguments[1], depth + 1, wild=wild), max_size=2)
    return _PLAIN.get(kind)


_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False, width=32) | st.integers(-1000, 1000),
    str: st.sampled_from(["NSE_EQ|INE848E01016", "caf\u00e9 \U0001f600", "2026-10-16", "2026-10-16T09:15:00+05:30"]),
}


def _literals(annotation: Any) -> st.SearchStrategy[Any] | None:
    words = [
        word
        for member in (annotation, *get_args(annotation))
        if get_origin(member) is Literal
        for word in get_args(member)
    ]
    return st.sampled_from(words) if words else None


def leaves(value: object) -> list[object]:
    """The texts, numbers and truth values in a value, models and mappings taken apart."""
    if isinstance(value, msgspec.Struct):
        value = list(msgspec.structs.asdict(value).values())
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]
