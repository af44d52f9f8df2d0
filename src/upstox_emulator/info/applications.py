"""Applications for new shares: what is asked for, and what becomes of it as time goes on.

https://upstox.com/developer/api-documentation/apply-ipo. The money is blocked by a mandate at the applicant's bank, so
the funds of the trading account are not touched.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

import msgspec

from upstox_emulator.calendar import Calendar
from upstox_emulator.clock import IST
from upstox_emulator.errors import Problem, Refusal, problem, refuse
from upstox_emulator.info.chance import fraction, pick
from upstox_emulator.info.issues import INVESTORS, Issue, Issues

_UPI: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,255}@[A-Za-z][A-Za-z0-9]{1,63}")
_MOST_BIDS: Final = 3
_CATEGORIES: Final = tuple(category for category, _ in INVESTORS)

DECLINED: Final = "decline"
"""A UPI id that begins so declines the mandate; every other one approves it."""

_SUBMITTED_AFTER: Final = dt.timedelta(seconds=2)
_MANDATED_AFTER: Final = dt.timedelta(minutes=5)
_CANCELLED_AFTER: Final = dt.timedelta(seconds=2)


class Bid(msgspec.Struct, frozen=True):
    """Units at a price in rupees."""

    quantity: float
    price: float


class Wish(msgspec.Struct, frozen=True):
    """An application as it comes in, before anybody has looked at it."""

    id: str | None = None
    upi: str | None = None
    category: str | None = None
    bids: list[dict[str, Any]] | None = None


class Application(msgspec.Struct):
    """An application; what becomes of it follows from its age, unless it is cancelled.

    Attributes:
        submitted: when the exchange has it. lots: what it gets; 0 for nothing.
        cancel_requested: when it was taken back; None if it was not.
    """

    order_id: str
    issue: Issue
    upi: str
    category: str
    bids: list[Bid]
    created: dt.datetime
    submitted: dt.datetime
    lots: int
    cancel_requested: dt.datetime | None = None

    @property
    def mandated(self) -> dt.datetime:
        """When the bank's answer is there."""
        return self.submitted + _MANDATED_AFTER

    @property
    def declined(self) -> bool:
        """Whether the account holder declines the mandate."""
        return self.upi.lower().startswith(DECLINED)

    @property
    def amount(self) -> float:
        """What is blocked for it, in rupees: its largest bid."""
        return max(bid.quantity * bid.price for bid in self.bids)

    def row(self, at: dt.datetime) -> dict[str, Any]:
        """As the endpoints show it."""
        state = self._state(at)
        # Small issues are bid for where they will be listed.
        exchange = self.issue.exchange.lower() if self.issue.kind == "sme" else "nse"
        submitted = _iso(self.submitted) if self._reached(self.submitted, at) else None
        mandated = _iso(self.mandated) if self._reached(self.mandated, at) else None
        cancelled = self._cancelled(at)
        moments = [self.created, self.submitted, self.mandated, self.issue.allotted_at]
        reached = [moment for moment in moments if self._reached(moment, at)] or [self.created]
        latest = max([*reached, *(moment for moment in (self.cancel_requested, cancelled) if moment)])
        return {
            "id": self.issue.id,
            "symbol": self.issue.symbol,
            "exchange": exchange,
            "order_id": self.order_id,
            "status": state.status,
            "order_status": state.order_status,
            "payment_status": state.payment_status,
            "category": self.category,
            "issue_type": self.issue.kind,
            "reason": state.reason,
            "upi": _masked(self.upi),
            "upi_amount_blocked": f"{self.amount:.0f}" if state.blocks else "0",
            "nse_submitted_date": submitted if exchange == "nse" else None,
            "bse_submitted_date": submitted if exchange == "bse" else None,
            "mandate_approved_date": None if self.declined else mandated,
            "rejection_date": None,
            "mandate_rejection_date": mandated if self.declined else None,
            "cancel_requested_date": None if self.cancel_requested is None else _iso(self.cancel_requested),
            "cancel_accepted_date": None if cancelled is None else _iso(cancelled),
            "units_allotted": self.lots * self.issue.lot if state.order_status == "allotted" else 0,
            "bids": [
                {
                    "quantity": bid.quantity,
                    "price": bid.price,
                    "amount": bid.quantity * bid.price,
                    "message": "Bid accepted" if mandated and not self.declined else None,
                }
                for bid in self.bids
            ],
            "created_at": _iso(self.created),
            "last_updated_at": _iso(latest),
        }

    def _reached(self, moment: dt.datetime, at: dt.datetime) -> bool:
        """Whether it has come to this: it is time, and it was not cancelled before."""
        return moment <= at and (self.cancel_requested is None or moment <= self.cancel_requested)

    def _cancelled(self, at: dt.datetime) -> dt.datetime | None:
        if self.cancel_requested is None or self.cancel_requested + _CANCELLED_AFTER > at:
            return None
        return self.cancel_requested + _CANCELLED_AFTER

    def is_over(self, at: dt.datetime) -> bool:
        """Whether there is nothing left to cancel."""
        return at >= self.issue.bidding_ends or self.cancel_requested is not None or self._refused(at)

    def _refused(self, at: dt.datetime) -> bool:
        return self.declined and self._reached(self.mandated, at)

    def _state(self, at: dt.datetime) -> _State:
        if self._cancelled(at) is not None:
            payment = "mandate_revoked" if self._reached(self.mandated, at) else "pending"
            return _State("application_deleted", "success", payment, None)
        if not self._reached(self.submitted, at):
            return _State("awaiting_mandate", "scheduled", "pending", None)
        if not self._reached(self.mandated, at):
            return _State("awaiting_mandate", "success", "pending", None)
        if self.declined:
            return _State("mandate_rejected", "success", "mandate_rejected", "mandate declined by the account holder")
        if at < self.issue.allotted_at:
            return _State("awaiting_allotment", "success", "mandate_accepted", None, blocks=True)
        if self.lots:
            return _State("ipo_allotted", "allotted", "mandate_accepted", "alloted", blocks=True)
        return _State("ipo_not_allotted", "not_allotted", "mandate_revoked", "not alloted")


class _State(msgspec.Struct, frozen=True):
    status: str
    order_status: str
    payment_status: str
    reason: str | None
    blocks: bool = False


class Applications:
    """The applications of the account.

    Parameters:
        seed: what their ids and their luck follow from.
    """

    def __init__(self, seed: int, issues: Issues, calendar: Calendar) -> None:
        self._seed = seed
        self._issues = issues
        self._calendar = calendar
        self._kept: list[Application] = []

    def rows(self, at: dt.datetime) -> list[dict[str, Any]]:
        """All, the newest first."""
        return [application.row(at) for application in reversed(self._kept)]

    def find(self, order_id: str) -> Application:
        """One.

        Raises:
            Refusal: there is none of this id.
        """
        found = next((kept for kept in self._kept if kept.order_id == order_id), None)
        if found is None:
            raise refuse("ipo_order_unknown", path="order_id", value=order_id)
        return found

    def apply(self, wish: Wish, at: dt.datetime) -> str:
        """Take an application; returns its id.

        Raises:
            Refusal: it is against the rules; nothing has changed.
        """
        id_, upi, category, bids = _checked(wish)
        issue = self._issues.find(id_, at)
        if issue is None:
            raise refuse("ipo_unknown", path="id", value=id_)
        if not issue.applications_from <= at < issue.bidding_ends:
            raise refuse("invalid_input", f"{issue.name} takes no applications: it is {issue.status(at)}", "id", id_)
        if problems := [found for index, bid in enumerate(bids) for found in _outside(issue, bid, f"bids[{index}]")]:
            raise Refusal(*problems)
        order_id = self._next_id()
        chances = min(1.0, 1 / max(issue.demand, 0.01))
        best = max(bids, key=lambda bid: (bid.price, bid.quantity))
        lucky = fraction(self._seed, order_id, "allotment") < chances
        lots = (int(best.quantity) if issue.demand <= 1 else issue.minimum) // issue.lot
        submitted = max(at, issue.next_bidding(self._calendar, at)) + _SUBMITTED_AFTER
        self._kept.append(Application(order_id, issue, upi, category, bids, at, submitted, lots if lucky else 0))
        return order_id

    def cancel(self, order_id: str, at: dt.datetime) -> str:
        """Take an application back while bids are taken.

        Raises:
            Refusal: there is none of this id, or it is too late.
        """
        application = self.find(order_id)
        if application.is_over(at):
            reason = "The application can no longer be cancelled"
            raise refuse("invalid_input", reason, "order_id", order_id)
        application.cancel_requested = at
        return order_id

    def _next_id(self) -> str:
        count = len(self._kept) + 1
        letters = "".join(pick("ABCDEFGHJKLMNPQRSTUVWXYZ", self._seed, "ipo order", count, place) for place in range(3))
        return f"UP{letters}{count:09d}"


# The checks, in the order of the documented codes


def _checked(wish: Wish) -> tuple[str, str, str, list[Bid]]:
    """Issue, UPI id, category and bids.

    Raises:
        Refusal: for everything that is missing or wrong.
    """
    id_, upi, category = ((text or "").strip() for text in (wish.id, wish.upi, wish.category))
    given = {"id": id_, "upi": upi, "category": category}
    problems = [problem(f"ipo_{name}_required", path=name) for name, text in given.items() if not text]
    if category and category not in _CATEGORIES:
        problems.append(problem("ipo_category", path="category", value=category))
    problems += _wrong_bids(wish.bids or [])
    if upi and not _UPI.fullmatch(upi):
        problems.append(problem("ipo_upi", path="upi", value=upi))
    if problems:
        raise Refusal(*problems)
    return id_, upi, category, [Bid(_plain(bid["quantity"]), _plain(bid["price"])) for bid in wish.bids or ()]


def _wrong_bids(bids: list[dict[str, Any]]) -> list[Problem]:
    problems: list[Problem] = [] if bids else [problem("ipo_bid_required", path="bids")]
    for index, bid in enumerate(bids):
        for name in ("quantity", "price"):
            value = bid.get(name)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                problems.append(problem(f"ipo_{name}_required", path=f"bids[{index}].{name}", value=value))
    if len(bids) > _MOST_BIDS:
        problems.append(problem("ipo_too_many_bids", path="bids", value=len(bids)))
    return problems


def _outside(issue: Issue, bid: Bid, path: str) -> list[Problem]:
    """What the issue itself does not allow; the documentation has no codes for it."""
    problems: list[Problem] = []
    if not issue.minimum <= bid.quantity <= issue.units or bid.quantity % issue.lot:
        message = f"Quantity must be a multiple of {issue.lot}, from {issue.minimum} to {issue.units}"
        problems.append(problem("invalid_input", message, f"{path}.quantity", bid.quantity))
    if not issue.low <= bid.price <= issue.high or bid.price % 1:
        message = f"Price must be a whole number of rupees from {issue.low} to {issue.high}"
        problems.append(problem("invalid_input", message, f"{path}.price", bid.price))
    return problems


# As the wire has it


def _plain(value: float) -> float:
    """A whole number without a fraction of nought."""
    return int(value) if value == int(value) else value


def _masked(upi: str) -> str:
    name, _, bank = upi.partition("@")
    return f"{name[:2]}{'x' * max(len(name) - 2, 0)}@{bank}"


def _iso(moment: dt.datetime) -> str:
    return moment.astimezone(IST).strftime("%Y-%m-%dT%H:%M:%S")
