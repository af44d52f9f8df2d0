"""Money in and out: https://upstox.com/developer/api-documentation/payments"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

import msgspec

from upstox_emulator.account.funds import Funds
from upstox_emulator.clock import ist_text
from upstox_emulator.errors import Problem, Refusal, problem, refuse

LATEST: Final = 20
_SMALLEST: Final = Decimal(100)
_LARGEST: Final = {"NEFT": Decimal(200_000_000), "IMPS": Decimal(500_000)}
_BANK: Final = "AXIS BANK"

_STAGES: Final = {
    "NEFT": (
        (dt.timedelta(0), "RECEIVED"),
        (dt.timedelta(minutes=30), "TRANSFER_IN_PROGRESS"),
        (dt.timedelta(hours=2), "COMPLETED"),
    ),
    "IMPS": (
        (dt.timedelta(0), "RECEIVED"),
        (dt.timedelta(minutes=1), "TRANSFER_IN_PROGRESS"),
        (dt.timedelta(minutes=5), "COMPLETED"),
    ),
}
"""How a withdrawal of each mode goes on by itself: its age, and its status from then on."""


class PayIn(msgspec.Struct, frozen=True):
    """Money that came in."""

    transaction_id: str
    mode: str
    amount: Decimal
    created_at: dt.datetime

    def row(self) -> dict[str, Any]:
        """As the history shows it."""
        return {
            "amount": float(self.amount),
            "mode": self.mode,
            "status": "SUCCESS",
            "currency": "INR",
            "bank_name": _BANK,
            "transaction_id": self.transaction_id,
            "created_at": ist_text(self.created_at),
        }


class Payout(msgspec.Struct):
    """A withdrawal; what becomes of it follows from its age."""

    transaction_id: str
    mode: str
    amount: Decimal
    created_at: dt.datetime

    def status(self, now: dt.datetime) -> str:
        """How far it has come."""
        age = now - self.created_at
        return [status for since, status in _STAGES[self.mode] if age >= since or since == dt.timedelta(0)][-1]

    def row(self, now: dt.datetime) -> dict[str, Any]:
        """As the history shows it."""
        return {
            "transaction_id": self.transaction_id,
            "status": self.status(now),
            "mode": self.mode,
            "amount": float(self.amount),
            "currency": "INR",
            "eta": ist_text(self.created_at + _STAGES[self.mode][-1][0]),
            "created_at": ist_text(self.created_at),
            "bank_name": _BANK,
        }


class Payments:
    """The account's payments; withdrawals take their amount out of the funds at once."""

    def __init__(self, funds: Funds, opened_at: dt.datetime) -> None:
        self._funds = funds
        self._made = 0
        self._payouts: list[Payout] = []
        self._payins = [
            PayIn("payin_em_0002", "UPI", funds.added, opened_at),
            PayIn("payin_em_0001", "NEFT", funds.opening, opened_at - dt.timedelta(days=3)),
        ]

    def payins(self) -> list[dict[str, Any]]:
        """The latest pay-ins, newest first."""
        return [payin.row() for payin in self._payins[:LATEST]]

    def payouts(self, now: dt.datetime) -> list[dict[str, Any]]:
        """The latest withdrawals, newest first."""
        return [payout.row(now) for payout in self._payouts[-1 : -LATEST - 1 : -1]]

    def modes(self, now: dt.datetime) -> dict[str, Any]:
        """What can be withdrawn by which mode."""
        eligible = self._funds.withdrawable(now)
        return {
            mode.lower(): {
                "status": "ENABLED",
                "eligible": eligible >= _SMALLEST and self._under_way(now) is None,
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
        if self._under_way(now) is not None:
            raise refuse("internal", "Another withdrawal request is already in progress.")
        rupees = self._affordable(amount, self._funds.withdrawable(now), _LARGEST[mode])
        self._made += 1
        payout = Payout(f"EM{now:%y%m%d}-{self._made:04d}-{mode}", mode, rupees, now)
        self._payouts.append(payout)
        self._funds.withdrawn += rupees
        instant = "Your instant withdrawal request has been received. Funds will be credited within 5 minutes."
        later = "Your withdrawal request has been received."
        return payout.row(now) | {"status": "received", "message": instant if mode == "IMPS" else later}

    def modify(self, transaction_id: str, amount: Any, now: dt.datetime) -> dict[str, Any]:
        """Change the amount of a NEFT withdrawal that has not been taken up."""
        payout = self._received(transaction_id, now)
        if payout is None or payout.mode == "IMPS":
            raise refuse("internal", "Withdrawal request cannot be modified.")
        if problems := _amount_problems(amount):
            raise Refusal(*problems)
        rupees = self._affordable(amount, self._funds.withdrawable(now) + payout.amount, _LARGEST[payout.mode])
        self._funds.withdrawn += rupees - payout.amount
        payout.amount = rupees
        return payout.row(now) | {"message": "Your withdrawal request has been updated successfully."}

    def cancel(self, transaction_id: str, now: dt.datetime) -> dict[str, Any]:
        """Take back a withdrawal that has not been taken up."""
        payout = self._received(transaction_id, now)
        if payout is None:
            raise refuse("internal", "Withdrawal request cannot be deleted.")
        self._payouts.remove(payout)
        self._funds.withdrawn -= payout.amount
        text = f"Your withdrawal request of Amount {payout.amount:.2f} is deleted successfully."
        return {"transaction_id": transaction_id, "message": text}

    def _under_way(self, now: dt.datetime) -> Payout | None:
        return next((payout for payout in self._payouts if payout.status(now) != "COMPLETED"), None)

    def _received(self, transaction_id: str, now: dt.datetime) -> Payout | None:
        known = (payout for payout in self._payouts if payout.transaction_id == transaction_id)
        return next((payout for payout in known if payout.status(now) == "RECEIVED"), None)

    @staticmethod
    def _affordable(amount: Any, available: Decimal, largest: Decimal) -> Decimal:
        if amount > min(available, largest):
            raise refuse("internal", "The withdrawal amount exceeds the eligible amount.")
        return Decimal(str(amount)).quantize(Decimal("0.01"), ROUND_DOWN)


def _mode_problems(mode: Any) -> list[Problem]:
    if mode is None:
        return [problem("mode_required", path="mode")]
    return [] if mode in _LARGEST else [problem("mode_invalid", path="mode", value=mode)]


def _amount_problems(amount: Any) -> list[Problem]:
    if amount is None:
        return [problem("amount_required", path="amount")]
    number = isinstance(amount, (int, float)) and not isinstance(amount, bool)
    return [] if number and amount >= _SMALLEST else [problem("amount_small", path="amount", value=amount)]
