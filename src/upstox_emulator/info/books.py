"""A company's books: yearly statements that agree with each other to the crore.

What was earned and not paid out is added to the equity; assets are liabilities and equity; the flows of cash explain
how the cash of one year became that of the next. The level comes from the share's price, at the multiple of earnings of
its industry. Years end in March and are called by that March's year.
"""

from __future__ import annotations

import functools
from typing import Final

import msgspec

from upstox_emulator.info.chance import between
from upstox_emulator.info.companies import Company

FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2100
_ANCHORED: Final = 2026  # the year whose earnings the price is a multiple of

_TAX: Final = 0.2517
_SETTLED_RETURN: Final = 0.17  # of the equity of the first year


class Books(msgspec.Struct, frozen=True):
    """One year, in crore rupees.

    Attributes:
        revenue, other_income, expenses, tax: of the year.
        depreciation, interest: parts of the expenses.
        dividends: paid in the year.
        equity, current_liabilities, other_liabilities: at its end.
        fixed_assets, cash, inventory, other_current_assets: at its end; together what the liabilities and equity are.
    """

    year: int
    revenue: int
    other_income: int
    expenses: int
    tax: int
    depreciation: int
    interest: int
    dividends: int
    equity: int
    current_liabilities: int
    other_liabilities: int
    fixed_assets: int
    cash: int
    inventory: int
    other_current_assets: int

    @property
    def total_income(self) -> int:
        """Revenue and other income."""
        return self.revenue + self.other_income

    @property
    def before_tax(self) -> int:
        """Profit before tax."""
        return self.total_income - self.expenses

    @property
    def profit(self) -> int:
        """Profit after tax."""
        return self.before_tax - self.tax

    @property
    def liabilities(self) -> int:
        """All that is owed."""
        return self.current_liabilities + self.other_liabilities

    @property
    def current_assets(self) -> int:
        """Cash, and what soon becomes cash."""
        return self.cash + self.inventory + self.other_current_assets

    @property
    def assets(self) -> int:
        """All that is owned."""
        return self.fixed_assets + self.current_assets


class Flows(msgspec.Struct, frozen=True):
    """How the cash of a year became that of the next, in crore rupees."""

    before_working_capital: int
    change_in_assets: int
    change_in_liabilities: int
    investing: int
    financing: int
    cash_before: int
    cash_after: int

    @property
    def change_in_working_capital(self) -> int:
        """Of assets and liabilities together."""
        return self.change_in_assets + self.change_in_liabilities

    @property
    def operating(self) -> int:
        """Cash from the business itself."""
        return self.before_working_capital + self.change_in_working_capital

    @property
    def total(self) -> int:
        """What the cash has grown by."""
        return self.operating + self.investing + self.financing


def flows(before: Books, books: Books) -> Flows:
    """The flows of cash between two years' ends."""
    other_assets = books.current_assets - books.cash - (before.current_assets - before.cash)
    return Flows(
        before_working_capital=books.profit + books.depreciation,
        change_in_assets=-other_assets,
        change_in_liabilities=books.current_liabilities - before.current_liabilities,
        investing=-(books.fixed_assets - before.fixed_assets + books.depreciation),
        financing=books.other_liabilities - before.other_liabilities - books.dividends,
        cash_before=before.cash,
        cash_after=books.cash,
    )


class Dividend(msgspec.Struct, frozen=True):
    """What a share gets for a year, in rupees: in the year's February, and after its end. Either may be 0."""

    interim: float
    final: float


@functools.lru_cache(maxsize=512)
def dividends(seed: int, company: Company) -> dict[int, Dividend]:
    """The dividends of all years."""
    ratio = between(0.1, 0.45, seed, company.isin, "payout")
    split = between(0, 0.5, seed, company.isin, "interim")
    return {year: _dividend(earned * ratio, split) for year, earned in _earnings(seed, company).items()}


def _dividend(amount: float, split: float) -> Dividend:
    step = 0.5 if amount >= 5 else 0.05
    total = round(amount / step) * step
    interim = round(total * split / step) * step if split > 0.2 else 0.0
    return Dividend(round(interim, 2), round(total - interim, 2))


@functools.lru_cache(maxsize=512)
def _earnings(seed: int, company: Company) -> dict[int, float]:
    """The consolidated earnings of a share, in rupees, that the years are measured by."""
    multiple = company.industry.earnings_multiple * between(0.75, 1.35, seed, company.isin, "multiple")
    trend = between(0.06, 0.14, seed, company.isin, "trend")
    years = range(FIRST_YEAR, _LAST_YEAR + 1)
    level, size = 1.0, dict[int, float]()
    for year in years:
        size[year] = level
        level *= 1 + trend + between(-0.05, 0.05, seed, company.isin, year, "growth")
    return {year: company.anchor / multiple * size[year] / size[_ANCHORED] for year in years}


@functools.lru_cache(maxsize=512)
def books(seed: int, company: Company, *, standalone: bool) -> dict[int, Books]:
    """All years from `FIRST_YEAR` on, also those that are not over yet.

    Parameters:
        standalone: the company alone, without its subsidiaries.
    """
    part = between(0.7, 0.95, seed, company.isin, "alone") if standalone else 1.0
    paid = dividends(seed, company)
    kept: dict[int, Books] = {}
    equity = 0
    for year, earned in _earnings(seed, company).items():
        profit = max(round(earned * company.shares * part), 1)
        share = paid[year].interim + (paid[year - 1].final if year > FIRST_YEAR else 0.0)
        dividend = round(share * company.shares)
        equity = equity + profit - dividend if kept else round(profit / _SETTLED_RETURN)
        kept[year] = _year(seed, company, year, profit, dividend, equity)
    return kept


def _year(seed: int, company: Company, year: int, profit: int, dividend: int, equity: int) -> Books:
    isin, industry = company.isin, company.industry

    def about(value: float, spread: float, *names: str | int) -> float:
        return value * between(1 - spread, 1 + spread, seed, isin, *names)

    revenue = round(profit / about(about(industry.margin, 0.3, "margin"), 0.08, "margin", year))
    other_income = round(revenue * about(0.02, 0.5, "other income", year))
    before_tax = round(profit / (1 - about(_TAX, 0.06, "tax", year)))
    owed = round(equity * about(about(industry.leverage, 0.35, "leverage"), 0.02, "leverage", year))
    other_liabilities = round(owed * about(about(0.55, 0.1, "long-term"), 0.02, "long-term", year))
    assets = equity + owed
    fixed = round(assets * about(about(0.62, 0.1, "fixed assets"), 0.015, "fixed assets", year))
    current = assets - fixed
    cash = round(current * about(about(0.25, 0.3, "cash"), 0.1, "cash", year))
    inventory = 0 if industry.lends else round(current * about(about(0.3, 0.3, "inventory"), 0.05, "inventory", year))
    return Books(
        year=year,
        revenue=revenue,
        other_income=other_income,
        expenses=revenue + other_income - before_tax,
        tax=before_tax - profit,
        depreciation=round(fixed * about(0.05, 0.2, "depreciation")) if not industry.lends else round(fixed * 0.002),
        interest=round(other_liabilities * 0.07),
        dividends=dividend,
        equity=equity,
        current_liabilities=owed - other_liabilities,
        other_liabilities=other_liabilities,
        fixed_assets=fixed,
        cash=cash,
        inventory=inventory,
        other_current_assets=current - cash - inventory,
    )
