"""Libraries that are extras: not needed by most programs, and asked for when they are."""

from __future__ import annotations

import importlib
from typing import Any, Final

_EXTRAS: Final = {
    "matplotlib": "plot",
    "pandas": "pandas",
    "polars": "polars",
    "pyarrow": "arrow",
    "upstox_emulator": "emulator",
}


class MissingExtraError(ImportError):
    """A library that is an extra is not installed; the message says how to get it."""


def need(module: str) -> Any:
    """A module of an extra.

    Raises:
        MissingExtraError: it is not installed.
    """
    package = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"this needs {package}, which is not installed: pip install 'upstox-python-sdk[{_EXTRAS[package]}]'"
        ) from error
