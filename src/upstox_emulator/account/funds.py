"""The account's money: one set of figures, shown in the shapes of both versions.

Decimals inside; floats on the wire. https://upstox.com/developer/api-documentation/get-funds-and-margin-v3
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from upstox_emulator.account.figures import ZERO, number, paisa

_V2_FIELDS: Final = (
    "used_margin",
    "payin_amount",
    "span_margin",
    "adhoc_margin",
    "notional_cash",
    "available_margin",
    "exposure_margin",
)


class Usage(msgspec.Struct, frozen=True):
    """What trading has done to the money of a day, in rupees.

    Attributes:
        span, exposure, additional: margins of derivatives; `additional` is the commodity exchange's.
        intraday: margin of intraday positions in shares.
        mtf: the account's own part of what MTF has bought.
        premium: paid for options today and in them yet; negative if more was taken.
        delivery: paid for shares today.
        stock_sale: taken for shares from the holdings today.
        realised: profit of what was closed today; a loss is negative.
        unrealised: profit since the last settlement of open futures and of shares that are not paid for in full.
        unpaid: charges of today, which leave the account in the night.
    """

    span: Decimal = ZERO
    exposure: Decimal = ZERO
    additional: Decimal = ZERO
    intraday: Decimal = ZERO
    mtf: Decimal = ZERO
    premium: Decimal = ZERO
    delivery: Decimal = ZERO
    stock_sale: Decimal = ZERO
    realised: Decimal = ZERO
    unrealised: Decimal = ZERO
    unpaid: Decimal = ZERO

    def __add__(self, other: Usage) -> Usage:
        return Usage(*map(operator.add, astuple(self), astuple(other)))

    @property
    def derivatives(self) -> Decimal:
        """The margin of derivatives."""
        return self.span + self.exposure + self.additional

    @property
    def margin(self) -> Decimal:
        """What pledged securities may stand for, too."""
        return self.derivatives + self.intraday

    @property
    def loss(self) -> Decimal:
        """Losses of today: a realised profit does not make up for them, it is paid out in the night."""
        return max(ZERO, -self.realised) + max(ZERO, -self.unrealised)

    @property
    def total(self) -> Decimal:
        """All that is used."""
        return self.margin + self.mtf + self.premium + self.delivery + self.loss


class Funds:
    """Rupees: what the day opened with, what came and went, what securities are pledged for.

    `usage` tells what trading uses at a moment; whoever trades sets it.
    """

    def __init__(self) -> None:
        self.opening = Decimal("500000.00")
        self.added = Decimal("25000.00")
        self.withdrawn = ZERO
        self.pledged = Decimal("75000.00")
        self.usage: Callable[[dt.datetime], Usage] = _nothing

    def cash(self, usage: Usage) -> Decimal:
        """Cash that can be traded with. Pledged securities stand for margin first, cash for the rest."""
        gross = self.opening + self.added - self.withdrawn + usage.stock_sale - usage.unpaid
        return gross - usage.total + self._pledge_used(usage)

    def withdrawable(self, at: dt.datetime) -> Decimal:
        """Cash that can leave the account: not what was added today, nor what was sold for."""
        usage = self.usage(at)
        return max(ZERO, self.cash(usage) - self.added - usage.stock_sale - max(ZERO, -usage.premium))

    def turn(self, gained: Decimal) -> None:
        """A new day opens with what the one before ended with; `gained` is what trading brought, less its charges."""
        self.opening += self.added - self.withdrawn + gained
        self.added = self.withdrawn = ZERO

    def v2(self, segment: str | None, at: dt.datetime) -> dict[str, Any]:
        """`/v2/user/get-funds-and-margin`: since July 2025 both segments' funds are under `equity`."""
        usage = self.usage(at)
        free = self.cash(usage) + self.pledged - self._pledge_used(usage)
        equity = dict.fromkeys(_V2_FIELDS, 0.0) | {
            "used_margin": paisa(usage.total),
            "payin_amount": paisa(self.added),
            "span_margin": paisa(usage.span),
            "available_margin": paisa(free),
            "exposure_margin": paisa(usage.exposure),
        }
        both = {"equity": equity, "commodity": dict.fromkeys(_V2_FIELDS, 0)}
        chosen = {"SEC": "equity", "COM": "commodity"}.get(segment or "")
        return {chosen: both[chosen]} if chosen else both

    def v3(self, at: dt.datetime) -> dict[str, Any]:
        """`/v3/user/get-funds-and-margin`."""
        usage = self.usage(at)
        cash, pledged = self.cash(usage), self.pledged - self._pledge_used(usage)
        of_derivatives = min(usage.derivatives, self.pledged)
        of_intraday = self._pledge_used(usage) - of_derivatives
        nothing = _delivery(ZERO)
        return {
            "available_to_trade": {
                "total": paisa(cash + pledged),
                "cash_available_to_trade": {
                    "total": paisa(cash),
                    "cash": {
                        "opening_balance": paisa(self.opening),
                        "added_today": paisa(self.added),
                        "withdrawn_today": paisa(-self.withdrawn),
                        "amount_from_stock_sale": paisa(usage.stock_sale),
                        "unpaid_charges": number(usage.unpaid),
                    },
                    "margin_used": {
                        "total": paisa(usage.total - self._pledge_used(usage)),
                        "mtf": paisa(usage.mtf),
                        "loss": {
                            "total": paisa(usage.loss),
                            "realised": paisa(max(ZERO, -usage.realised)),
                            "unrealised": paisa(max(ZERO, -usage.unrealised)),
                        },
                        "span_exposure": paisa(usage.derivatives - of_derivatives),
                        "cash_margin_var_elm": paisa(usage.intraday - of_intraday),
                        "premium_present": paisa(usage.premium),
                        "delivery_margin": _delivery(usage.delivery),
                    },
                },
                "pledge_available_to_trade": {
                    "total": paisa(pledged),
                    "margin_from_pledge": {
                        "total": paisa(self.pledged),
                        "equity": paisa(self.pledged),
                        "mutual_funds": 0.0,
                    },
                    "margin_used": {
                        "total": paisa(self._pledge_used(usage)),
                        "mtf": 0.0,
                        "span_exposure": paisa(of_derivatives),
                        "cash_margin_var_elm": paisa(of_intraday),
                        "premium_present": 0.0,
                        "delivery_margin": nothing,
                    },
                },
            },
            "unavailable_to_trade": {
                "cash_unavailable_to_trade": {
                    "unsettled_profit": {"todays_profit": paisa(max(ZERO, usage.realised)), "previous_days": 0.0}
                },
                "pledge_unavailable_to_trade": {"equity": 0.0, "mutual_funds": 0.0},
            },
        }

    def _pledge_used(self, usage: Usage) -> Decimal:
        return min(usage.margin, self.pledged)


def _nothing(_: dt.datetime) -> Usage:
    return Usage()


def _delivery(equity: Decimal) -> dict[str, float]:
    return {"total": paisa(equity), "equity": paisa(equity), "fo_settlement": 0.0}
