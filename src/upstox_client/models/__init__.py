"""The models of the API, one module for each domain."""

from __future__ import annotations

import sys

from upstox_client.models import charges, common, login, user
from upstox_client.models._deep import DeepModules
from upstox_client.models.charges import *
from upstox_client.models.common import *
from upstox_client.models.login import *
from upstox_client.models.user import *

__all__: list[str] = []
__all__ += charges.__all__
__all__ += common.__all__
__all__ += login.__all__
__all__ += user.__all__

sys.meta_path.append(DeepModules())
