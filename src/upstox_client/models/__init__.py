"""The models of the API, one module for each domain. A domain is loaded when one of its models is first touched."""

from __future__ import annotations

import importlib as _importlib
import sys as _sys
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from upstox_client.models._base import DataMap as DataMap
from upstox_client.models._base import Model as Model
from upstox_client.models._base import Record as Record
from upstox_client.models._base import RequestModel as RequestModel
from upstox_client.models._deep import DeepModules as _DeepModules

_sys.meta_path.append(_DeepModules())

if _TYPE_CHECKING:
    from upstox_client.models.charges import *
    from upstox_client.models.common import *
    from upstox_client.models.expired import *
    from upstox_client.models.fundamentals import *
    from upstox_client.models.gtt import *
    from upstox_client.models.history import *
    from upstox_client.models.instruments import *
    from upstox_client.models.ipo import *
    from upstox_client.models.login import *
    from upstox_client.models.market import *
    from upstox_client.models.mutual_funds import *
    from upstox_client.models.news import *
    from upstox_client.models.options import *
    from upstox_client.models.orders import *
    from upstox_client.models.paging import *
    from upstox_client.models.portfolio import *
    from upstox_client.models.quotes import *
    from upstox_client.models.reports import *
    from upstox_client.models.user import *
    from upstox_client.models.websocket import *

else:  # checkers see the names above; mypy would not follow what is computed
    _BASES = ("DataMap", "Model", "Record", "RequestModel")
    # The likeliest first: they are looked through in this order.
    _DOMAINS = (
        "orders",
        "quotes",
        "user",
        "charges",
        "common",
        "expired",
        "fundamentals",
        "gtt",
        "history",
        "instruments",
        "ipo",
        "login",
        "market",
        "mutual_funds",
        "news",
        "options",
        "paging",
        "portfolio",
        "reports",
        "websocket",
    )

    def _domain(name: str) -> _Any:
        return _importlib.import_module(f"{__name__}.{name}")

    def __getattr__(name: str) -> _Any:
        if name == "__all__":
            return sorted({*_BASES, *(model for domain in _DOMAINS for model in _domain(domain).__all__)})
        if name in _DOMAINS:
            return _domain(name)
        for domain in () if name.startswith("_") else _DOMAINS:
            if name in _domain(domain).__all__:
                value = globals()[name] = getattr(_domain(domain), name)
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        names: list[str] = __getattr__("__all__")
        return names
