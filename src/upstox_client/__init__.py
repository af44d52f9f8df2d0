"""The Upstox API for Python: typed, sync and async, safe with real money.

A drop-in for the official `upstox-python-sdk` 2.30.0: the same names, parameters, models and events. What is better
at once is in `docs/migrating.md`, what is deliberately different in `docs/differences.md`.

Importing this package loads next to nothing; each name is loaded when it is first touched. `upstox_client.aio` has
the same names, awaitable.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any

from upstox_client._version import __version__ as __version__

if TYPE_CHECKING:
    from upstox_client import aio as aio
    from upstox_client import api as api
    from upstox_client import auth as auth
    from upstox_client import errors as errors
    from upstox_client import feeder as feeder
    from upstox_client import models as models
    from upstox_client import rest as rest
    from upstox_client.api import *
    from upstox_client.api.login_api import authorization_url as authorization_url
    from upstox_client.api_client import ApiClient as ApiClient
    from upstox_client.configuration import Configuration as Configuration
    from upstox_client.core.codec import UnexpectedTypeWarning as UnexpectedTypeWarning
    from upstox_client.core.policy import RetryPolicy as RetryPolicy
    from upstox_client.core.policy import Timeout as Timeout
    from upstox_client.errors import *
    from upstox_client.errors import Reconciliation as Reconciliation
    from upstox_client.feeder import AsyncMarketFeed as AsyncMarketFeed
    from upstox_client.feeder import AsyncPortfolioFeed as AsyncPortfolioFeed
    from upstox_client.feeder import MarketDataStreamerV3 as MarketDataStreamerV3
    from upstox_client.feeder import MarketFeed as MarketFeed
    from upstox_client.feeder import PortfolioDataStreamer as PortfolioDataStreamer
    from upstox_client.feeder import PortfolioFeed as PortfolioFeed
    from upstox_client.models import *
    from upstox_client.trading.guards import GuardError as GuardError
    from upstox_client.trading.guards import Guards as Guards
    from upstox_client.trading.upstox import AsyncUpstox as AsyncUpstox
    from upstox_client.trading.upstox import Upstox as Upstox

# Whole modules whose public names are names of this package, in the order in which they are looked through; before
# them, single names of others.
_MODULES = ("upstox_client.errors", "upstox_client.api", "upstox_client.models")
_NAMES = {
    "ApiClient": "upstox_client.api_client",
    "AsyncUpstox": "upstox_client.trading.upstox",
    "AsyncMarketFeed": "upstox_client.feeder",
    "AsyncPortfolioFeed": "upstox_client.feeder",
    "Configuration": "upstox_client.configuration",
    "GuardError": "upstox_client.trading.guards",
    "Guards": "upstox_client.trading.guards",
    "MarketDataStreamerV3": "upstox_client.feeder",
    "MarketFeed": "upstox_client.feeder",
    "PortfolioDataStreamer": "upstox_client.feeder",
    "PortfolioFeed": "upstox_client.feeder",
    "Reconciliation": "upstox_client.errors",
    "RetryPolicy": "upstox_client.core.policy",
    "Timeout": "upstox_client.core.policy",
    "UnexpectedTypeWarning": "upstox_client.core.codec",
    "Upstox": "upstox_client.trading.upstox",
    "authorization_url": "upstox_client.api.login_api",
}

# Reached as attributes after `import upstox_client` alone, as in the official package.
_SUBMODULES = frozenset({"aio", "api", "api_client", "auth", "configuration", "errors", "feeder", "models", "rest"})


if not TYPE_CHECKING:  # a checker is to see the names above, and no others

    def __getattr__(name: str) -> Any:
        if name == "__all__":
            return _public_names()
        if name in _SUBMODULES:
            return importlib.import_module(f"{__name__}.{name}")
        value = None if name.startswith("_") else getattr(_home(name), name, None)
        if value is None or isinstance(value, ModuleType):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value

    def _home(name: str) -> ModuleType:
        """The module that a public name comes from. The models are asked last: to list them is to load them."""
        if name in _NAMES:
            return importlib.import_module(_NAMES[name])
        listed = (importlib.import_module(module) for module in _MODULES[:-1])
        return next((m for m in listed if name in m.__all__), None) or importlib.import_module(_MODULES[-1])

    def _public_names() -> list[str]:
        found = {name for module in _MODULES for name in importlib.import_module(module).__all__}
        return sorted(found | _NAMES.keys() | {"__version__"})

    def __dir__() -> list[str]:
        return _public_names()
