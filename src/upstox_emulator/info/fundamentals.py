"""What is known of a company, from its books and from the price of its share.

https://upstox.com/developer/api-documentation/get-company-profile and the pages that follow it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec

from upstox_emulator.calendar import Calendar
from upstox_emulator.info.actions import corporate_actions
from upstox_emulator.info.books import FIRST_YEAR, Books, books
from upstox_emulator.info.chance import between, wave
from upstox_emulator.info.companies import Companies, Company
from upstox_emulator.info.periods import DAY, Quarter, latest_quarter, published_quarters
from upstox_emulator.info.statements import Statements

_PERIODS: Final = 4
_COMPETITORS: Final = 10
_REPORTED_AFTER: Final = 21 * DAY  # who holds the shares is told so long after a quarter

_HOLDERS: Final = ("promoters", "fii", "other_dii", "mutual_funds")
_REST: Final = "retail_and_other"

Price = Callable[[str, dt.datetime], float]
"""The price of a share at a moment, in rupees."""


class _Standing(NamedTuple):
    """A company as it stands: its latest year, and what all its shares are worth, in crore rupees."""

    company: Company
    worth: float
    year: Books


class _Ratio(msgspec.Struct, frozen=True):
    """A ratio of two amounts; of a sector, that of their sums."""

    name: str
    above: Callable[[_Standing], float]
    below: Callable[[_Standing], float]
    percent: bool = False
    of_lenders: bool = True


_RATIOS: Final[tuple[_Ratio, ...]] = (
    _Ratio("P/E", lambda it: it.worth, lambda it: it.year.profit),
    _Ratio("P/B", lambda it: it.worth, lambda it: it.year.equity),
    _Ratio("ROA", lambda it: it.year.profit, lambda it: it.year.assets, percent=True),
    _Ratio("ROE", lambda it: it.year.profit, lambda it: it.year.equity, percent=True),
    _Ratio(
        "ROCE",
        lambda it: it.year.before_tax + it.year.interest,
        lambda it: it.year.assets - it.year.current_liabilities,
        percent=True,
        of_lenders=False,
    ),
    _Ratio(
        "Quick Ratio",
        lambda it: it.year.current_assets - it.year.inventory,
        lambda it: it.year.current_liabilities,
        of_lenders=False,
    ),
    _Ratio(
        "EV/EBITDA",
        lambda it: it.worth + it.year.other_liabilities - it.year.cash,
        lambda it: it.year.before_tax + it.year.interest + it.year.depreciation,
        of_lenders=False,
    ),
)


class Fundamentals:
    """Everything that is told of companies.

    Parameters:
        seed: what is not known of them follows from it.
        price: the market's price of a share.
        dollar: rupees for a dollar.
    """

    def __init__(
        self,
        seed: int,
        companies: Companies,
        calendar: Calendar,
        price: Price,
        dollar: Callable[[dt.datetime], float],
    ) -> None:
        self._seed = seed
        self._companies = companies
        self._calendar = calendar
        self._price = price
        self._dollar = dollar

    def profile(self, company: Company, at: dt.datetime) -> dict[str, Any]:
        """What it does and is worth."""
        worth = self._worth(company, at)
        dollars = worth / self._dollar(at) / 100  # a crore is ten million
        return {
            "company_profile": company.profile,
            "sector": company.sector,
            "sector_market_cap_inr": {
                "value": round(worth, 2),
                "unit": "crore",
                "formatted": f"{worth:,.2f} Cr",
            },
            "sector_market_cap_usd": {
                "value": round(dollars, 2),
                "unit": "billion",
                "formatted": f"${dollars:.2f}B",
            },
        }

    def competitors(self, company: Company, at: dt.datetime) -> list[dict[str, Any]]:
        """The others of its sector, the largest first."""
        others = [other for other in self._companies.of_sector(company.sector) if other.isin != company.isin]
        others.sort(key=lambda other: -self._worth(other, at))
        return [{"instrument_key": other.key, **self.profile(other, at)} for other in others[:_COMPETITORS]]

    def statements(self, company: Company, day: dt.date, *, standalone: bool) -> Statements:
        """Its statements, as far as they are published."""
        quarters = published_quarters(self._calendar, self._seed, company.isin, day, _PERIODS)
        newest = quarters[0].year if quarters[0].number == 4 else quarters[0].year - 1
        years = range(newest, newest - _PERIODS, -1)
        return Statements(self._seed, company, years, quarters, standalone=standalone)

    def key_ratios(self, company: Company, at: dt.datetime, *, standalone: bool) -> list[dict[str, Any]]:
        """Its ratios beside those of its sector; some are not told of lenders."""
        standing = self._standing(company, at, standalone=standalone)
        sector = [self._standing(one, at, standalone=standalone) for one in self._companies.of_sector(company.sector)]
        return [
            {
                "name": ratio.name,
                "company_value": _ratio_text(ratio, [standing]),
                "sector_value": _ratio_text(ratio, sector),
            }
            for ratio in _RATIOS
            if ratio.of_lenders or not company.industry.lends
        ]

    def share_holdings(self, company: Company, day: dt.date) -> list[dict[str, Any]]:
        """Who holds how much of it, in percent; 100 together."""
        quarter = latest_quarter(day - _REPORTED_AFTER)
        quarters = [quarter]
        while len(quarters) < _PERIODS:
            quarters.append(quarters[-1].before)
        held = [(quarter.label, self._held(company, quarter)) for quarter in quarters]
        return [
            {
                "category": holder,
                "history": [{"period": period, "value": parts[holder] / 100} for period, parts in held],
            }
            for holder in (*_HOLDERS, _REST)
        ]

    def corporate_actions(self, company: Company, day: dt.date) -> list[dict[str, Any]]:
        """What it has announced for its shareholders, the latest first."""
        return corporate_actions(self._seed, self._calendar, company, day)

    def _worth(self, company: Company, at: dt.datetime) -> float:
        return self._price(company.key, at) * company.shares

    def _standing(self, company: Company, at: dt.datetime, *, standalone: bool) -> _Standing:
        quarter = published_quarters(self._calendar, self._seed, company.isin, at.date(), 1)[0]
        year = max(quarter.year if quarter.number == 4 else quarter.year - 1, FIRST_YEAR)
        return _Standing(company, self._worth(company, at), books(self._seed, company, standalone=standalone)[year])

    def _held(self, company: Company, quarter: Quarter) -> dict[str, int]:
        """Hundredths of a percent."""
        names = (self._seed, company.isin)
        time = (quarter.year * 4 + quarter.number) / 4  # years
        base = {
            "promoters": between(25, 62, *names, "promoters"),
            "fii": between(9, 17, *names, "fii"),
            "other_dii": between(4, 8, *names, "other dii"),
            "mutual_funds": between(5, 9, *names, "mutual funds"),
        }
        swing = {"promoters": 0.006, "fii": 0.06, "other_dii": 0.04, "mutual_funds": 0.05}
        parts = {
            holder: round(part * 100 * (1 + swing[holder] * wave(time, *names, holder, "held")))
            for holder, part in base.items()
        }
        return parts | {_REST: 10_000 - sum(parts.values())}


def _ratio_text(ratio: _Ratio, standings: list[_Standing]) -> str:
    value = sum(map(ratio.above, standings)) / sum(map(ratio.below, standings))
    return f"{round(value * 100, 2)}%" if ratio.percent else str(round(value, 2))
