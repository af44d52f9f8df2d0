"""The official words for types, as `call_api(response_type=...)` takes them."""

from __future__ import annotations

import datetime
import re
from types import GenericAlias
from typing import Any

_PLAIN: dict[str, Any] = {
    "int": int,
    "long": int,
    "float": float,
    "str": str,
    "bool": bool,
    "date": datetime.date,
    "datetime": datetime.datetime,
    "object": Any,
}


def resolve(word: str | type | None) -> Any:
    """The type behind a word such as `float`, `list[Margin]` or `dict(str, UserFundMarginData)`.

    Raises:
        ValueError: there is no such type.
    """
    if not isinstance(word, str):
        return word
    if word in _PLAIN:
        return _PLAIN[word]
    if match := re.fullmatch(r"list\[(.*)\]", word):
        return GenericAlias(list, (resolve(match[1]),))
    if match := re.fullmatch(r"dict\([^,]*, (.*)\)", word):
        return GenericAlias(dict, (str, resolve(match[1])))
    import upstox_client.models

    found: Any = getattr(upstox_client.models, word, None)
    model = found if isinstance(found, type) and not word.startswith("_") else None
    if model is None:
        raise ValueError(
            f"response_type {word!r} is neither a model of upstox_client.models nor one of {sorted(_PLAIN)}, "
            "list[...] or dict(str, ...)"
        )
    return model
