"""Words and values that the market side's models share."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from upstox_client.ist import IST
from upstox_client.models._base import Model

Number: TypeAlias = int | float
"""A number as the wire has it, whole or not: where the official client hands out what came."""

PartialStatus: TypeAlias = Literal["success", "error", "partial_success"]

if TYPE_CHECKING:
    Day: TypeAlias = datetime.datetime
    """A date: the official client reads `2025-02-13` as midnight without a zone, and so do we."""
else:
    Day = str | int  # what comes; `Dated` makes the datetime of it


def as_datetime(value: str | int) -> datetime.datetime | str | int | None:
    """ISO text, or epoch milliseconds as the instrument files have them; anything else stays as it came."""
    try:
        if type(value) is int:
            return datetime.datetime.fromtimestamp(value / 1000, IST)
        return datetime.datetime.fromisoformat(value) if isinstance(value, str) and value else value or None
    except (ValueError, OverflowError, OSError):
        return value


class Dated(Model):
    """A model with fields that are dates; `_days` names them."""

    _days: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def _swagger_types(cls) -> dict[str, str]:
        return super()._swagger_types() | dict.fromkeys(cls._days, "datetime")

    def __post_init__(self) -> None:
        for name in self._days:
            value = getattr(self, name)
            if isinstance(value, (str, int)):
                setattr(self, name, as_datetime(value))
