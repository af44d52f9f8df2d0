"""Margins and charges."""

from __future__ import annotations

from upstox_client.models._base import Beyond, Model

__all__ = [
    "Margin",
]


class Margin(Model):
    """The margin of one order, in rupees.

    The last five fields are the funds of a segment as the founding description has them under this name.
    """

    span_margin: float | None = None
    exposure_margin: float | None = None
    equity_margin: float | None = None
    net_buy_premium: float | None = None
    additional_margin: float | None = None
    total_margin: float | None = None
    tender_margin: float | None = None
    enabled: Beyond[bool] = None
    net: Beyond[float] = None
    available_margin: Beyond[float] = None
    used_margin: Beyond[float] = None
    category: Beyond[str] = None
