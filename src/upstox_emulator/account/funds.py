"""The account's money: one set of figures, shown in the shapes of both versions.

Decimals inside; floats on the wire. https://upstox.com/developer/api-documentation/get-funds-and-margin-v3
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

ZERO: Final = Decimal(0)

_V2_FIELDS: Final = (
    "used_margin",
    "payin_amount",
    "span_margin",
    "adhoc_margin",
    "notional_cash",
    "available_margin",
    "exposure_margin",
)


class Funds:
    """Rupees: what the day opened with, what came and went, what is used, what securities are pledged for."""

    def __init__(self) -> None:
        self.opening = Decimal("500000.00")
        self.added = Decimal("25000.00")
        self.withdrawn = ZERO
        self.stock_sale = ZERO
        self.unpaid = ZERO
        self.used = ZERO
        self.pledged = Decimal("75000.00")

    @property
    def cash(self) -> Decimal:
        """Cash that can be traded with: opening + added - withdrawn + stock sale - unpaid - used."""
        return self.opening + self.added - self.withdrawn + self.stock_sale - self.unpaid - self.used

    @property
    def withdrawable(self) -> Decimal:
        """Cash that can leave the account: not what was added today."""
        return max(ZERO, self.cash - self.added)

    def v2(self, segment: str | None) -> dict[str, Any]:
        """`/v2/user/get-funds-and-margin`: since July 2025 both segments' funds are under `equity`."""
        equity = dict.fromkeys(_V2_FIELDS, 0.0) | {
            "used_margin": float(self.used),
            "payin_amount": float(self.added),
            "available_margin": float(self.cash + self.pledged),
        }
        both = {"equity": equity, "commodity": dict.fromkeys(_V2_FIELDS, 0.0)}
        chosen = {"SEC": "equity", "COM": "commodity"}.get(segment or "")
        return {chosen: both[chosen]} if chosen else both

    def v3(self) -> dict[str, Any]:
        """`/v3/user/get-funds-and-margin`."""
        delivery = {"total": 0.0, "equity": 0.0, "fo_settlement": 0.0}
        used = {"mtf": 0.0, "span_exposure": 0.0, "cash_margin_var_elm": 0.0, "premium_present": 0.0}
        return {
            "available_to_trade": {
                "total": float(self.cash + self.pledged),
                "cash_available_to_trade": {
                    "total": float(self.cash),
                    "cash": {
                        "opening_balance": float(self.opening),
                        "added_today": float(self.added),
                        "withdrawn_today": float(-self.withdrawn),
                        "amount_from_stock_sale": float(self.stock_sale),
                        "unpaid_charges": float(self.unpaid),
                    },
                    "margin_used": {
                        "total": float(self.used),
                        **used,
                        "loss": {"total": 0.0, "realised": 0.0, "unrealised": 0.0},
                        "delivery_margin": delivery,
                    },
                },
                "pledge_available_to_trade": {
                    "total": float(self.pledged),
                    "margin_from_pledge": {
                        "total": float(self.pledged),
                        "equity": float(self.pledged),
                        "mutual_funds": 0.0,
                    },
                    "margin_used": {"total": 0.0, **used, "delivery_margin": delivery},
                },
            },
            "unavailable_to_trade": {
                "cash_unavailable_to_trade": {"unsettled_profit": {"todays_profit": 0.0, "previous_days": 0.0}},
                "pledge_unavailable_to_trade": {"equity": 0.0, "mutual_funds": 0.0},
            },
        }
