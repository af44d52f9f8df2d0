"""A frame as the official client's dict: int64 as text, zeros left out, enumerations by name.

`to_payload(FeedResponse.FromString(data))` equals protobuf's `MessageToDict` of the same at a fraction of its cost: the
fields are known, so one function is written for each message, as `dataclasses` does it, from
`upstox_client.feeder.shapes`.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

from upstox_client.feeder import schema, shapes

__all__ = ["to_payload"]


def to_payload(frame: schema.FeedResponse) -> dict[str, Any]:
    """A frame as the official client hands it to `message` listeners."""
    payload: dict[str, Any] = _WRITERS["FeedResponse"](frame)
    return payload


def _number(value: float) -> float | str:
    return value if value - value == 0 else _odd(value)


def _odd(value: float) -> float | str:
    """A number that JSON does not have."""
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _source(shape: type) -> str:
    """The function that makes a dict of a message."""
    hints = get_type_hints(shape, include_extras=True)
    lines = [f"def {shape.__name__}(m):"]
    if all(_scalar(hint) for hint in hints.values()):
        lines += _all_at_once(hints)
    lines.append("out = {}")
    unions = {str(mark) for hint in hints.values() for mark in _marks(hint) if isinstance(mark, shapes.OneOf)}
    lines += [f"which = m.WhichOneof({union!r})" for union in unions]
    for name, hint in hints.items():
        lines += _statements(name, hint)
    return "\n    ".join([*lines, "return out"])


def _all_at_once(hints: dict[str, Any]) -> list[str]:
    """The common case of a message without messages in it: no field is zero, and all numbers are finite."""
    doubles = [name for name, hint in hints.items() if _scalar(hint) == "double"]
    values = ", ".join(f"{name!r}: {_expression(hint, name)}" for name, hint in hints.items())
    lines = [f"{name} = m.{name}" for name in hints]
    lines.append(f"total = {' + '.join(doubles) or '0'}")
    return [*lines, f"if {' and '.join(hints)} and total - total == 0: return {{{values}}}"]


def _marks(hint: Any) -> tuple[Any, ...]:
    return get_args(hint)[1:] if get_origin(hint) is Annotated else ()


def _scalar(hint: Any) -> str:
    """The name of a scalar type; empty if it is none."""
    return next((mark for mark in _marks(hint) if not isinstance(mark, shapes.OneOf)), "")


def _statements(name: str, hint: Any) -> list[str]:
    kind, (named, *_) = get_origin(hint), get_args(hint) or (hint,)
    target = f"out[{name!r}]"
    if kind is shapes.Map:
        return [f"v = m.{name}", f"if v: {target} = {{k: {_expression(named, 'v[k]')} for k in v}}"]
    if kind is shapes.Repeated:
        return [f"v = m.{name}", f"if v: {target} = [{_expression(named, 'i')} for i in v]"]
    if _scalar(hint) == "double":  # minus zero is not the default
        number = "v if v - v == 0 else odd(v)"
        return [f"v = m.{name}", f"if v: {target} = {number}", f"elif sign(1.0, v) < 0: {target} = v"]
    if issubclass(named, shapes.Shape):
        there = f"which == {name!r}" if _marks(hint) else f"m.HasField({name!r})"
        return [f"if {there}: {target} = {_expression(named, f'm.{name}')}"]
    return [f"v = m.{name}", f"if v: {target} = {_expression(hint, 'v')}"]


def _expression(hint: Any, value: str) -> str:
    """The plain value of a message, an enumeration or a scalar."""
    named = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if named is shapes.DoubleValue:
        return f"number({value}.value)"
    if issubclass(named, shapes.Shape):
        return f"{named.__name__}({value})"
    if issubclass(named, IntEnum):
        return f"{named.__name__}_names.get({value}, {value})"
    return f"str({value})" if _scalar(hint) == "int64" else value


def _writers() -> dict[str, Any]:
    names: dict[str, Any] = {
        f"{enum.__name__}_names": {member.value: member.name for member in enum} for enum in shapes.ENUMS
    }
    names |= {"odd": _odd, "sign": math.copysign, "number": _number}
    exec("\n".join(map(_source, shapes.MESSAGES)), names)  # noqa: S102 - written above, from our own declarations
    return names


_WRITERS: Final = _writers()
