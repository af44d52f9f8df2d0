"""Whether an answer has the shape of a documented sample: keys in their order, JSON types, nullability.

A list, and a map keyed by instruments, is told by its elements together: what one of them leaves out is optional, what
is null in one may be null, and what is null in all may be anything. A whole number and a fraction are two types.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[1] / "samples"

_INSTRUMENT = re.compile(r"[A-Z]+_[A-Z]+[|:].+")
_TYPES = {bool: "boolean", int: "integer", float: "fraction", str: "string", list: "list", dict: "object"}


def sample(name: str) -> Any:
    """A documented sample: `market/oi`."""
    return json.loads((SAMPLES / f"{name}.json").read_text())


def same_shape(sample: Any, answer: Any) -> bool:
    """Whether they are of one shape."""
    return next(differences([sample], answer, ""), None) is None


def assert_same_shape(sample: Any, answer: Any, path: str = "") -> None:
    """Fail with everything that differs, each with where it is: `.data[0].bids: is null, not a list`."""
    found = list(differences([sample], answer, path))
    assert not found, "the answer has another shape than the sample:\n  " + "\n  ".join(found)


def differences(samples: Sequence[Any], answer: Any, path: str = "") -> Iterator[str]:
    """What is different from all of these samples of one place."""
    examples = [example for example in samples if example is not None]
    if not examples or (answer is None and len(examples) < len(samples)):
        return
    allowed = sorted({_type(example) for example in examples})
    if _type(answer) not in allowed:
        yield f"{path or '.'}: is {_type(answer)}, not {' or '.join(allowed)}: {json.dumps(answer)[:80]}"
    elif isinstance(answer, list):
        lists = [example for example in examples if isinstance(example, list)]
        yield from _elements(lists, [(f"[{index}]", value) for index, value in enumerate(answer)], path)
    elif isinstance(answer, dict):
        objects = [example for example in examples if isinstance(example, dict)]
        if all(_INSTRUMENT.fullmatch(key) for example in objects for key in example) and any(objects):
            wrong = [key for key in answer if not _INSTRUMENT.fullmatch(key)]
            yield from (f"{path}: {key!r} is no instrument" for key in wrong)
            values = [list(example.values()) for example in objects]
            yield from _elements(values, [(f"[{key}]", value) for key, value in answer.items()], path)
        else:
            yield from _members(objects, answer, path)


def _type(value: Any) -> str:
    return "null" if value is None else _TYPES[type(value)]


def _elements(examples: list[list[Any]], answer: list[tuple[str, Any]], path: str) -> Iterator[str]:
    if not answer and all(examples):
        yield f"{path or '.'}: is empty, the sample is not"
    known = [element for example in examples for element in example]
    if known:
        for place, value in answer:
            yield from differences(known, value, path + place)


def _members(examples: list[dict[str, Any]], answer: dict[str, Any], path: str) -> Iterator[str]:
    order = _order(examples)
    always = [key for key in order if all(key in example for example in examples)]
    if missing := [key for key in always if key not in answer]:
        yield f"{path or '.'}: lacks {', '.join(missing)}"
    if unknown := [key for key in answer if key not in order]:
        yield f"{path or '.'}: has {', '.join(unknown)}, the sample has not"
    known = [key for key in answer if key in order]
    if known != (wanted := [key for key in order if key in answer]):
        yield f"{path or '.'}: its keys come as {', '.join(known)}, the sample's as {', '.join(wanted)}"
    for key in known:
        values = [example[key] for example in examples if key in example]
        yield from differences(values, answer[key], f"{path}.{key}")


def _order(examples: list[dict[str, Any]]) -> list[str]:
    """All keys; one that only a later example has stands where that one has it."""
    order: list[str] = []
    for example in examples:
        place = 0
        for key in example:
            if key in order:
                place = order.index(key) + 1
            else:
                order.insert(place, key)
                place += 1
    return order
