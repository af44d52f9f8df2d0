"""The names that programs import from the official generated module; they are `upstox_client.feeder.schema`'s."""

from __future__ import annotations

from typing import Any

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

from upstox_client.feeder import schema

DESCRIPTOR: Any = schema.DESCRIPTOR


def _names() -> dict[str, Any]:
    """Messages, enumerations and their values by name; descriptors by `_NAME`, as a generated module has them."""
    names: dict[str, Any] = {}
    for name, descriptor in DESCRIPTOR.message_types_by_name.items():
        names[name] = getattr(schema, name)
        names[f"_{name.upper()}"] = descriptor
        for nested, entry in descriptor.nested_types_by_name.items():
            names[f"_{name.upper()}_{nested.upper()}"] = entry
    for name, descriptor in DESCRIPTOR.enum_types_by_name.items():
        names[name] = EnumTypeWrapper(descriptor)
        names[f"_{name.upper()}"] = descriptor
        names |= {value.name: value.number for value in descriptor.values}
    return names


globals().update(_names())
