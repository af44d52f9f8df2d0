"""From bytes to typed values, in one pass where the server keeps its word, and tolerantly where it does not.

A field that is missing is None, an unknown one is ignored, and a mistyped one is converted if that is plain (the text
`"1"` for a number) or else kept as it came, with one warning a process for each place: no answer is lost over it.
"""

from __future__ import annotations

import functools
import logging
import warnings
from typing import Any, TypeVar, cast

import msgspec

from upstox_client.models._base import type_members

T = TypeVar("T")

logger = logging.getLogger("upstox_client")


class UnexpectedTypeWarning(UserWarning):
    """The server sent a field with another type than documented; it was kept as it came."""


@functools.cache
def _decoder(type_: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type_)


def decode(data: bytes, type_: type[T]) -> T:
    """`data` as `type_`.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError, RecursionError: it is not JSON, or is nested without end.
        msgspec.ValidationError: it is JSON of quite another shape (a list where an object belongs).
    """
    try:
        value: T = _decoder(type_).decode(data)  # type: ignore[arg-type]  # a type is hashable
        return value
    except msgspec.ValidationError:
        raw: object = msgspec.json.decode(data)
        salvaged = _salvage_whole(raw, type_)
        if salvaged is None:
            raise
        return cast("T", salvaged)


def _salvage_whole(raw: Any, type_: Any) -> Any:
    """An answer as far as it fits; None if it is not even of the right outline.

    A bare list where an envelope with a list belongs (the documentation shows the order book so) is its `data`.
    """
    if isinstance(raw, list) and _has_list(type_):
        raw = {"status": "success", "data": cast("list[object]", raw)}
    try:
        return msgspec.convert(raw, type_, strict=False)
    except msgspec.ValidationError:
        return _salvage_parts(raw, type_, getattr(type_, "__name__", str(type_)))


def _has_list(type_: Any) -> bool:
    fields = msgspec.structs.fields(type_) if isinstance(type_, type) and issubclass(type_, msgspec.Struct) else ()
    return any(field.name == "data" and any(kind is list for kind, _ in type_members(field.type)) for field in fields)


def _salvage(raw: Any, annotation: Any, place: str) -> Any:
    """`raw` as far as it fits `annotation`; the rest stays as it is."""
    try:
        return msgspec.convert(raw, annotation, strict=False)
    except msgspec.ValidationError:
        parts = _salvage_parts(raw, annotation, place)
    if parts is None:
        _warn_once(place, type(raw).__name__)
        return raw
    return parts


def _salvage_parts(raw: Any, annotation: Any, place: str) -> Any:
    """`raw` part by part, or None if it is not even of the right outline."""
    for kind, arguments in type_members(annotation):
        if isinstance(raw, dict) and issubclass(kind, msgspec.Struct):
            return _salvage_struct(cast("dict[str, Any]", raw), kind, place)
        if isinstance(raw, dict) and kind is dict:
            entries = cast("dict[str, Any]", raw).items()
            return {key: _salvage(value, arguments[1], f"{place}[...]") for key, value in entries}
        if isinstance(raw, list) and kind is list:
            return [_salvage(value, arguments[0], f"{place}[...]") for value in cast("list[object]", raw)]
    return None


def _salvage_struct(raw: dict[str, Any], struct: type[msgspec.Struct], place: str) -> msgspec.Struct:
    values = {
        field.name: _salvage(raw[field.encode_name], field.type, f"{place}.{field.name}")
        for field in msgspec.structs.fields(struct)
        if field.encode_name in raw
    }
    return struct(**values)


@functools.cache
def _warn_once(place: str, got: str) -> None:
    what = f"{place}: the server sent {got}; it is kept as it came"
    try:
        warnings.warn(what, UnexpectedTypeWarning, stacklevel=2)
    except UnexpectedTypeWarning:  # warnings are errors in this program; the answer of an order must not be lost to it
        logger.warning("%s", what)
