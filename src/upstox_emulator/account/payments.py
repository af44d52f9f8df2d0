"""Money in and out: https://upstox.com/developer/api-documentation/payments"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final

import msgspec

from upstox_emulator.account.funds import Funds
from upstox_emulator.clock import ist_text
from upstox_emulator.errors import Problem, Refusal, problem, refuse

LATEST: Final = 20
_SMALLEST: Final = Decimal(100)
_LARGEST: Final = {"NEFT": Decimal(200_000_000), "IMPS": Decimal(500_000)}
_BANK: Final = "AXIS BANK"


class Payment(msgspec.Struct):
    """A pay-in or a withdrawal."""

    transaction_id: str
    mode: str
    amount: Decimal
    status: str
    created_at: dt.datetime

    def row(self) -> dict[str, Any]:
        """As the histories show it."""
        return {
            "transaction_id": self.transaction_id,
            "status": self.status,
            "mode": self.mode,
            "amount": float(self.amount),
            "currency": "INR",
            "eta": ist_text(self.created_at + dt.timedelta(minutes=5)),
            "created_at": ist_text(self.created_at),
            "bank_name": _BANK,
        }


class Payments:
    """The account's payments; withdrawals take their amount out of the funds at once."""

    def __init__(self, funds: Funds, opened_at: dt.datetime) -> None:
        self._funds = funds
        self._payouts: list[Payment] = []
        self._payins = [
            Payment("qws_0426_9680091", "UPI", funds.added, "SUCCESS", opened_at),
            Payment("qws_0426_9680090", "NEFT", funds.opening, "SUCCESS", opened_at - dt.timedelta(days=3)),
        ]

    def payins(self) -> list[dict[str, Any]]:
        """The latest pay-ins, newest first."""
        rows = [payment.row() for payment in self._payins[:LATEST]]
        return [{name: value for name, value in row.items() if name != "eta"} for row in rows]

    def payouts(self) -> list[dict[str, Any]]:
        """The latest withdrawals, newest first."""
        return [payment.row() for payment in self._payouts[-1 : -LATEST - 1 : -1]]

    def modes(self) -> dict[str, Any]:
        """What can be withdrawn by which mode."""
        eligible = self._funds.withdrawable
        return {
            mode.lower(): {
                "status": "ENABLED",
                "eligible": eligible >= _SMALLEST and self._under_way() is None,
                "min_amount": float(_SMALLEST),
                "max_amount": float(largest),
                "currency": "INR",
                "eligible_amount": float(min(eligible, largest)),
            }
            for mode, largest in _LARGEST.items()
        }

    def initiate(self, mode: Any, amount: Any, now: dt.datetime) -> dict[str, Any]:
        """Ask for a withdrawal."""
        problems = [*_mode_problems(mode), *_amount_problems(amount)]
        if problems:
            raise Refusal(*problems)
        if self._under_way() is not None:
            raise refuse("internal", "Another withdrawal request is already in progress.")
        rupees = self._affordable(amount, self._funds.withdrawable, _LARGEST[mode])
        payment = Payment(f"EM{now:%y%m%d}-{len(self._payouts) + 1:04d}-{mode}", mode, rupees, "RECEIVED", now)
        self._payouts.append(payment)
        self._funds.withdrawn += rupees
        instant = "Your instant withdrawal request has been received. Funds will be credited within 5 minutes."
        later = "Your withdrawal request has been received."
        return payment.row() | {"status": "received", "message": instant if mode == "IMPS" else later}

    def modify(self, transaction_id: str, amount: Any) -> dict[str, Any]:
        """Change the amount of a NEFT withdrawal that has not been taken up."""
        payment = self._open(transaction_id, "Withdrawal request cannot be modified.")
        if payment.mode == "IMPS":
            raise refuse("internal", "Withdrawal request cannot be modified.")
        if problems := _amount_problems(amount):
            raise Refusal(*problems)
        rupees = self._affordable(amount, self._funds.withdrawable + payment.amount, _LARGEST[payment.mode])
        self._funds.withdrawn += rupees - payment.amount
        payment.amount = rupees
        return payment.row() | {"message": "Your withdrawal request has been updated successfully."}

    def cancel(self, transaction_id: str) -> dict[str, Any]:
        """Take back a withdrawal that has not been taken up."""
        payment = self._open(transaction_id, "Withdrawal request cannot be deleted.")
        self._payouts.remove(payment)
        self._funds.withdrawn -= payment.amount
        text = f"Your withdrawal request of Amount {payment.amount:.2f} is deleted successfully."
        return {"transaction_id": transaction_id, "message": text}

    def _under_way(self) -> Payment | None:
        return next((payment for payment in self._payouts if payment.status == "RECEIVED"), None)

    def _open(self, transaction_id: str, otherwise: str) -> Payment:
        payment = self._under_way()
        if payment is None or payment.transaction_id != transaction_id:
            raise refuse("internal", otherwise)
        return payment

    @staticmethod
    def _affordable(amount: Any, available: Decimal, largest: Decimal) -> Decimal:
        rupees = Decimal(str(amount)).quantize(Decimal("0.01"))
        if rupees > min(available, largest):
            raise refuse("internal", "The withdrawal amount exceeds the eligible amount.")
        return rupees


def _mode_problems(mode: Any) -> list[Problem]:
    if mode is None:
        return [problem("mode_required", path="mode")]
    return [] if mode in _LARGEST else [problem("mode_invalid", path="mode", value=mode)]


def _amount_problems(amount: Any) -> list[Problem]:
    if amount is None:
        return [problem("amount_required", path="amount")]
    number = isinstance(amount, (int, float)) and not isinstance(amount, bool)
    return [] if number and _SMALLEST <= amount < 1e15 else [problem("amount_small", path="amount", value=amount)]
