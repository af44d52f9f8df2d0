"""The official words for types, as `call_api(response_type=...)` takes them."""

from __future__ import annotations

import datetime
import re
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
        return list[resolve(match[1])]  # type: ignore[misc]
    if match := re.fullmatch(r"dict\([^,]*, (.*)\)", word):
        return dict[str, resolve(match[1])]  # type: ignore[misc]
    import upstox_client.models

    model: Any = getattr(upstox_client.models, word, None) if not word.startswith("_") else None
    if not isinstance(model, type):
        raise ValueError(  # noqa: TRY004 - the word is text, and a wrong one
            f"response_type {word!r} is neither a model of upstox_client.models nor one of {sorted(_PLAIN)}, "
            "list[...] or dict(str, ...)"
        )
    return model
