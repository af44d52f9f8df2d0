"""A company's statements as the endpoints tell them: four periods, newest first, and all lines if they are asked for.

https://upstox.com/developer/api-documentation/get-balance-sheet and the pages beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from upstox_emulator.info.books import FIRST_YEAR, Books, Flows, books, flows
from upstox_emulator.info.chance import between
from upstox_emulator.info.companies import Company
from upstox_emulator.info.periods import Quarter

_WEIGHTS = (0.235, 0.245, 0.255)  # of the first quarters of a year; the last one takes what is left


class Income(NamedTuple):
    """What was earned in a period, in crore rupees."""

    period: str
    revenue: int
    other_income: int
    before_tax: int
    tax: int

    @property
    def total(self) -> int:
        """Revenue and other income."""
        return self.revenue + self.other_income

    @property
    def profit(self) -> int:
        """What is left."""
        return self.before_tax - self.tax


class Statements:
    """The statements of one company, as far as they are published.

    Parameters:
        years: the latest years, newest first. quarters: the same of quarters.
        standalone: the company alone, without its subsidiaries.
    """

    def __init__(
        self, seed: int, company: Company, years: Sequence[int], quarters: Sequence[Quarter], *, standalone: bool
    ) -> None:
        self._seed = seed
        self._company = company
        self._all = books(seed, company, standalone=standalone)
        self._type = "standalone" if standalone else "consolidated"
        self._years = [year for year in years if year > FIRST_YEAR]
        self._quarters = [quarter for quarter in quarters if quarter.year > FIRST_YEAR]

    def balance_sheet(self, *, full: bool) -> dict[str, Any]:
        """What is owned and owed."""
        rows = [(_march(year), self._all[year]) for year in self._years]
        history = [
            {"total_asset": row.assets, "total_liability": row.liabilities, "period": period} for period, row in rows
        ]
        lines = _lines([(period, _balance_lines(row)) for period, row in rows]) if full else None
        return self._told("yearly", "history", history, lines)

    def cash_flow(self, *, full: bool) -> dict[str, Any]:
        """Where the cash came from, and went."""
        rows = [(_march(year), flows(self._all[year - 1], self._all[year])) for year in self._years]
        summary = _summary({name: [(period, getattr(row, name)) for period, row in rows] for name in _FLOWS})
        pairs = zip(rows, self._years, strict=True)
        lines = [(period, _flow_lines(row, self._all[year])) for (period, row), year in pairs]
        return self._told("yearly", "cash_flow", summary, _lines(lines) if full else None)

    def income(self, *, quarterly: bool, full: bool) -> dict[str, Any]:
        """What was earned. The lines are those of years, always."""
        years = [_yearly(self._all[year]) for year in self._years]
        periods = [self._quarterly(quarter) for quarter in self._quarters] if quarterly else years
        summary = _summary(
            {
                "revenue": [(row.period, row.total) for row in periods],
                "operating_profit": [(row.period, row.before_tax) for row in periods],
                "net_profit": [(row.period, row.profit) for row in periods],
            }
        )
        lines = _lines([(row.period, self._income_lines(row)) for row in years]) if full else None
        return self._told("quarterly" if quarterly else "yearly", "income_statement", summary, lines)

    def _told(self, time_period: str, name: str, rows: Any, lines: Any) -> dict[str, Any]:
        told = {"type": self._type, "time_period": time_period, "units_in": "crore", name: rows}
        return told if lines is None else told | {"full_statement": lines}

    def _quarterly(self, quarter: Quarter) -> Income:
        """A quarter; the four of a year are the year."""
        year = self._all[quarter.year]

        def part(total: int, name: str) -> int:
            spread = 0.02 if name == "revenue" else 0.08
            parts = [
                round(
                    total * weight * between(1 - spread, 1 + spread, self._seed, self._company.isin, year.year, index)
                )
                for index, weight in enumerate(_WEIGHTS)
            ]
            return [*parts, total - sum(parts)][quarter.number - 1]

        return Income(
            quarter.label,
            part(year.revenue, "revenue"),
            part(year.other_income, "other income"),
            part(year.before_tax, "profit"),
            part(year.tax, "profit"),
        )

    def _income_lines(self, row: Income) -> dict[str, float]:
        earned = row.profit / self._company.shares
        diluted = earned * between(0.985, 1, self._seed, self._company.isin, "diluted")
        return {
            "Revenue": row.revenue,
            "Other Income": row.other_income,
            "Total Revenue": row.total,
            "Total Expenses": row.total - row.before_tax,
            "Profit Before Tax": row.before_tax,
            "Tax": row.tax,
            "Profit After Tax": row.profit,
            "EPS - Basic": round(earned, 2),
            "EPS - Diluted": round(diluted, 2),
        }


_FLOWS = ("operating", "investing", "financing")


def _march(year: int) -> str:
    return Quarter(year, 4).label


def _yearly(row: Books) -> Income:
    return Income(_march(row.year), row.revenue, row.other_income, row.before_tax, row.tax)


def _balance_lines(row: Books) -> dict[str, float]:
    return {
        "Non-Current Assets": row.fixed_assets,
        "Current Assets": row.current_assets,
        "Total Assets": row.assets,
        "Current Liabilities": row.current_liabilities,
        "Net Current Asset": row.current_assets - row.current_liabilities,
        "Non-Current Liabilities": row.other_liabilities,
        "Equity Capital": row.equity,
        "Total Equity & Liabilities": row.equity + row.liabilities,
    }


def _flow_lines(row: Flows, year: Books) -> dict[str, float]:
    return {
        "Profit before tax": year.before_tax,
        "Income before WC changes": row.before_working_capital,
        "Change in Assets": row.change_in_assets,
        "Change in Liabilities": row.change_in_liabilities,
        "Change in WC": row.change_in_working_capital,
        "Cash flow from Operations": row.operating,
        "Cash flow from Investing": row.investing,
        "Cash flow from Financing": row.financing,
        "Total Cash Flow": row.total,
        "Cash (Start of the year)": row.cash_before,
        "Cash (End of the year)": row.cash_after,
    }


def _lines(periods: list[tuple[str, dict[str, float]]]) -> list[dict[str, Any]]:
    """Every line with its values in all periods."""
    names = list(periods[0][1]) if periods else []
    return [
        {"particular": name, "history": [{"period": period, "value": lines[name]} for period, lines in periods]}
        for name in names
    ]


def _summary(categories: dict[str, list[tuple[str, int]]]) -> list[dict[str, Any]]:
    return [{"category": category, "history": _history(rows)} for category, rows in categories.items()]


def _history(rows: list[tuple[str, int]]) -> list[dict[str, Any]]:
    """The values, each but the oldest with its change."""
    told: list[dict[str, Any]] = [{"value": value, "period": period} for period, value in rows]
    for newer, older in pairwise(told):
        newer["change"] = _change(newer["value"], older["value"])
    return told


def _change(value: int, before: int) -> str:
    percent = (value - before) / abs(before) * 100 if before else 0.0
    return f"{round(percent, 2):+}%"
