"""The models of the API, one module for each domain."""

from __future__ import annotations

import sys as _sys
import typing as _typing
from types import ModuleType as _ModuleType

from upstox_client.models._base import DataMap as DataMap
from upstox_client.models._base import Model as Model
from upstox_client.models._base import Record as Record
from upstox_client.models._base import RequestModel as RequestModel
from upstox_client.models._deep import DeepModules as _DeepModules
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

if not _typing.TYPE_CHECKING:  # checkers see the names above; mypy would not follow a computed list
    __all__ = sorted(
        name
        for name, value in globals().items()
        if not name.startswith("_") and name != "annotations" and not isinstance(value, _ModuleType)
    )

_sys.meta_path.append(_DeepModules())
