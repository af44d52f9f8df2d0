"""The official deep modules: `from upstox_client.models.token_response import TokenResponse`.

The official client has a module for each model. Ours are by domain, so the others are made when they are imported.
"""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from importlib.abc import Loader

_PACKAGE = "upstox_client.models"

# The one module whose name does not follow from its model's.
_ODD = {"GetExpiriesResponse": "get_expiries"}


def module_name(model: str) -> str:
    """`OAuthClientException` -> `o_auth_client_exception`."""
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", model)
    return _ODD.get(model, re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words).lower())


@functools.cache
def _models() -> Mapping[str, str]:
    """Module name -> model name."""
    return {module_name(name): name for name in importlib.import_module(_PACKAGE).__all__}


class DeepModules:
    """Finds and makes the deep modules; the real ones are found before it is asked.

    It is a finder and a loader by its methods alone: `importlib.abc` would load another dozen modules.
    """

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the interface's
        target: ModuleType | None = None,  # noqa: ARG002 - the interface's
    ) -> ModuleSpec | None:
        package, _, name = fullname.rpartition(".")
        return ModuleSpec(fullname, cast("Loader", self)) if package == _PACKAGE and name in _models() else None

    def create_module(self, spec: ModuleSpec) -> None:
        """An ordinary module will do."""

    def exec_module(self, module: ModuleType) -> None:
        name = _models()[module.__name__.rpartition(".")[2]]
        setattr(module, name, getattr(importlib.import_module(_PACKAGE), name))
