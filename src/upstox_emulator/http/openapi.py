"""The emulator's own OpenAPI document, made of the table of operations that the client declares.

For API explorers, generators of clients, and the fuzzer that looks for answers of 500.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Any, Final, get_args

import msgspec

import upstox_client
from upstox_client.core.operation import Operation

_REFERENCE: Final = "#/components/schemas/{name}"

_ERRORS: Final[dict[str, str]] = {
    "400": "A parameter is wrong",
    "401": "The token is none",
    "403": "Forbidden",
    "404": "There is no such thing",
    "405": "The path has no such method",
    "423": "The service is closed",
    "429": "Too many calls",
    "500": "Something went wrong",
}


def document(url: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of a server at `url`."""
    operations = _operations()
    types = {kind for operation in operations for kind in _types(operation)}
    ordered = sorted(types, key=str)
    schemas, components = msgspec.json.schema_components(ordered, schema_hook=_anything, ref_template=_REFERENCE)
    known = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        described = _described(operation, known)
        paths.setdefault(operation.route.path, {})[operation.route.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "Upstox, on this machine", "version": "2"},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"OAUTH2": {"type": "http", "scheme": "bearer"}},
        },
    }


def _anything(kind: type) -> dict[str, Any]:
    if kind is object:
        return {"description": "anything"}
    raise NotImplementedError(kind)


def _operations() -> list[Operation[..., Any]]:
    """Every operation; of two that answer at one place, the newer."""
    found: dict[tuple[str, str], Operation[..., Any]] = {}
    for name in upstox_client.api.__all__:
        kinds: tuple[type, ...] = getattr(upstox_client, name).__mro__
        for kind in reversed(kinds):
            for operation in vars(kind).values():
                if isinstance(operation, Operation):
                    route = operation.route
                    found[route.method, re.sub(r"\{\w+\}", "{}", route.path)] = operation
    return list(found.values())


def _hints(operation: Operation[..., Any]) -> dict[str, Any]:
    """What the parameters take, None aside."""
    hints = typing.get_type_hints(operation.function)
    return {name: _given(hints[name]) for name in operation.names}


def _given(hint: Any) -> Any:
    """What is given: not None, of a model and a plain dict the model, and else the first of what may be."""
    origin, members = typing.get_origin(hint), get_args(hint)
    if origin in {list, Sequence}:
        return list[_given(members[0])]  # type: ignore[misc] # made at run time
    if origin not in {typing.Union, UnionType}:
        return hint
    kept = [_given(member) for member in members if member is not NoneType]
    return next((member for member in kept if _is_model(member)), kept[0])


def _is_model(kind: Any) -> bool:
    parts = get_args(kind) or (kind,)
    return all(isinstance(part, type) and issubclass(part, msgspec.Struct) for part in parts)


def _types(operation: Operation[..., Any]) -> list[Any]:
    returned = [] if operation.returns is None else [operation.returns]
    return [*_hints(operation).values(), *returned]


def _described(operation: Operation[..., Any], known: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    hints = _hints(operation)
    placed: list[dict[str, Any]] = []
    form: dict[str, Any] = {}
    described: dict[str, Any] = {
        "operationId": f"{operation.route.method} {operation.route.path}",
        "summary": inspect.cleandoc(operation.__doc__ or "").partition("\n")[0],
        "parameters": placed,
        "responses": _answers(operation, known),
        "security": [{"OAUTH2": []}] if operation.signed else [],
    }
    for name, (place, wire_name) in operation.places.items():
        schema, needed = known[hints[name]], name in operation.required
        if place == "body":
            described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
        elif place == "post":
            form[wire_name] = schema
        elif wire_name not in {one["name"] for one in placed}:  # the flags of one list are one parameter
            schema = {"type": "string"} if name in operation.flags else schema
            needed = place == "path" or (needed and place == "query")
            placed.append({"name": wire_name, "in": place, "required": needed, "schema": schema})
    if form:
        content = {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": form}}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _answers(operation: Operation[..., Any], known: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    refused = {"application/json": {"schema": {"type": "object"}}}
    answers = {status: {"description": text, "content": refused} for status, text in _ERRORS.items()}
    if operation.redirects:
        return {"302": {"description": "Another address"}, **answers}
    schema = {} if operation.returns is None else known[operation.returns]
    return {"200": {"description": "Done", "content": {"application/json": {"schema": schema}}}, **answers}
