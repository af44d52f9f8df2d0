"""The models of the API, one module for each domain."""

from __future__ import annotations

import sys

from upstox_client.models import (
    charges,
    common,
    expired,
    fundamentals,
    history,
    instruments,
    ipo,
    login,
    market,
    mutual_funds,
    news,
    options,
    paging,
    quotes,
    user,
)
from upstox_client.models._deep import DeepModules
from upstox_client.models.charges import *
from upstox_client.models.common import *
from upstox_client.models.expired import *
from upstox_client.models.fundamentals import *
from upstox_client.models.history import *
from upstox_client.models.instruments import *
from upstox_client.models.ipo import *
from upstox_client.models.login import *
from upstox_client.models.market import *
from upstox_client.models.mutual_funds import *
from upstox_client.models.news import *
from upstox_client.models.options import *
from upstox_client.models.paging import *
from upstox_client.models.quotes import *
from upstox_client.models.user import *

__all__: list[str] = []
__all__ += charges.__all__
__all__ += common.__all__
__all__ += expired.__all__
__all__ += fundamentals.__all__
__all__ += history.__all__
__all__ += instruments.__all__
__all__ += ipo.__all__
__all__ += login.__all__
__all__ += market.__all__
__all__ += mutual_funds.__all__
__all__ += news.__all__
__all__ += options.__all__
__all__ += paging.__all__
__all__ += quotes.__all__
__all__ += user.__all__

sys.meta_path.append(DeepModules())
