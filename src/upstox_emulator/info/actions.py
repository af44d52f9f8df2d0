"""What companies announce for their shareholders: dividends, as their books pay them, and now and then new shares.

https://upstox.com/developer/api-documentation/get-corporate-actions
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import msgspec

from upstox_emulator.calendar import Calendar
from upstox_emulator.info.books import FIRST_YEAR, dividends
from upstox_emulator.info.chance import fraction, pick, whole
from upstox_emulator.info.companies import Company
from upstox_emulator.info.periods import DAY, Quarter, date_text, published_on, working_day

_YEARS_TOLD: Final = 5
_OTHERS: Final = ("Bonus", "Rights Issue", "Split")


class Action(msgspec.Struct, frozen=True):
    """Something announced.

    Attributes:
        name: `Dividend`, `Bonus`, `Rights Issue` or `Split`.
        announced, ex: the days of its announcement, and from which on a share is bought without it.
        amount: rupees a share; 0 where there is a ratio.
        details: what is told of it beside its dates.
    """

    name: str
    announced: dt.date
    ex: dt.date
    ex_name: str
    amount: float
    ratio: str | None
    details: dict[str, str]

    def row(self) -> dict[str, Any]:
        """As the endpoint shows it."""
        dates = {
            "Announcement date": date_text(self.announced),
            self.ex_name: date_text(self.ex),
            "Record date": date_text(self.ex),
        }
        return {
            "name": self.name,
            "expiry_date": date_text(self.ex),
            "amount": self.amount,
            "ratio": self.ratio,
            "event_details": [{"name": name, "value": value} for name, value in (dates | self.details).items()],
        }


def corporate_actions(seed: int, calendar: Calendar, company: Company, day: dt.date) -> list[dict[str, Any]]:
    """What has been announced up to a day, the latest first."""
    actions = [
        action
        for year in range(max(day.year - _YEARS_TOLD, FIRST_YEAR), day.year + 1)
        for action in actions_of(seed, calendar, company, year)
        if action.announced <= day
    ]
    actions.sort(key=lambda action: action.ex, reverse=True)
    return [action.row() for action in actions]


def actions_of(seed: int, calendar: Calendar, company: Company, year: int) -> list[Action]:
    """Those of a calendar year, in no order."""
    dividend = dividends(seed, company)[year]
    after_december = published_on(calendar, seed, company.isin, Quarter(year, 3))
    after_march = published_on(calendar, seed, company.isin, Quarter(year, 4))
    names = (seed, company.isin, year)
    actions: list[Action] = []
    if dividend.interim:
        ex = working_day(calendar, after_december + whole(7, 12, *names, "interim") * DAY)
        actions.append(_dividend(company, "Interim", dividend.interim, after_december, ex))
    if dividend.final:
        ex = working_day(calendar, dt.date(year, 7, 8) + whole(0, 42, *names, "final") * DAY)
        actions.append(_dividend(company, "Final", dividend.final, after_march, ex))
    if fraction(*names, "other") < 0.06:
        announced = working_day(calendar, dt.date(year, 9, 1) + whole(0, 40, *names, "announced") * DAY)
        ex = working_day(calendar, announced + whole(25, 45, *names, "ex") * DAY)
        actions.append(_other(company, pick(_OTHERS, *names, "which"), announced, ex, seed, year))
    return actions


def _dividend(company: Company, kind: str, amount: float, announced: dt.date, ex: dt.date) -> Action:
    percent = round(amount / company.face_value * 100, 2)
    details = {
        "Dividend type": kind,
        "Amount": str(amount),
        "Dividend %": str(percent),
        "Details": f"Rs.{amount:.4f} per share({percent:g}%){kind} Dividend",
    }
    return Action("Dividend", announced, ex, "Ex dividend date", amount, None, details)


def _other(company: Company, name: str, announced: dt.date, ex: dt.date, seed: int, year: int) -> Action:
    names = (seed, company.isin, year)
    if name == "Split":
        times = pick((2, 5, 10), *names, "times")
        details = {
            "Ratio": f"1:{times}",
            "Old face value": str(float(company.face_value * times)),
            "New face value": str(float(company.face_value)),
            "Details": f"Split of one share into {times}",
        }
        return Action(name, announced, ex, "Ex split date", 0.0, details["Ratio"], details)
    ratio = f"{whole(1, 3, *names, 'new')}:{pick((1, 2, 5), *names, 'old')}"
    if name == "Bonus":
        details = {"Ratio": ratio, "Details": f"Bonus issue in the ratio of {ratio}"}
        return Action(name, announced, ex, "Ex Bonus date", 0.0, ratio, details)
    premium = round(company.anchor * 0.7, 1)
    details = {"Ratio": ratio, "Premium": str(premium), "Details": f"Rights issue in the ratio of {ratio}"}
    return Action(name, announced, ex, "Ex rights date", 0.0, ratio, details)
