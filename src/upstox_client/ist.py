"""Indian time, in which the exchanges, the tokens and all stamps of the wire live."""

from __future__ import annotations

import datetime
from typing import Final

__all__ = ["IST"]

IST: Final = datetime.timezone(datetime.timedelta(hours=5, minutes=30), "IST")
