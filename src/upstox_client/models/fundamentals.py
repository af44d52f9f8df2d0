"""Companies: https://upstox.com/developer/api-documentation/fundamentals

Statements are in the unit that `units_in` names (crore rupees), four periods (`Mar 2025`), newest first.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from upstox_client.models._base import Model, Record
from upstox_client.models._types import Number

__all__ = [
    "BalanceSheetData",
    "BalanceSheetHistoryItem",
    "BalanceSheetResponse",
    "CashFlowData",
    "CashFlowEntry",
    "CashFlowResponse",
    "CompanyProfileData",
    "CompanyProfileResponse",
    "CompetitorData",
    "CompetitorsResponse",
    "CorporateActionData",
    "CorporateActionEventDetail",
    "CorporateActionsResponse",
    "FinancialStatementEntry",
    "HistoryItem",
    "IncomeStatementData",
    "IncomeStatementEntry",
    "IncomeStatementResponse",
    "KeyRatioData",
    "KeyRatiosResponse",
    "SectorMarketCapAmount",
    "ShareHoldingData",
    "ShareHoldingsResponse",
]

StatementType: TypeAlias = Literal["consolidated", "standalone"]
TimePeriod: TypeAlias = Literal["yearly", "quarterly"]


class HistoryItem(Record):
    """A value of one period; `change` is text (`+12.54%`), absent on the oldest."""

    value: Number | None = None
    period: str | None = None
    change: str | None = None


class FinancialStatementEntry(Record):
    """One line of a full statement."""

    particular: str | None = None
    history: list[HistoryItem] | None = None


class BalanceSheetHistoryItem(Record):
    """Assets and liabilities at the end of one period."""

    total_asset: Number | None = None
    total_liability: Number | None = None
    period: str | None = None


class BalanceSheetData(Model):
    """A balance sheet; `full_statement` is there if it was asked for."""

    type: str | None = None
    time_period: str | None = None
    units_in: str | None = None
    history: list[BalanceSheetHistoryItem] | None = None
    full_statement: list[FinancialStatementEntry] | None = None


class BalanceSheetResponse(Model):
    """https://upstox.com/developer/api-documentation/get-balance-sheet"""

    status: str | None = None
    data: BalanceSheetData | None = None


class CashFlowEntry(Record):
    """One of `operating`, `investing`, `financing`."""

    category: str | None = None
    history: list[HistoryItem] | None = None


class CashFlowData(Model):
    """Cash flows; `full_statement` is there if it was asked for."""

    type: str | None = None
    time_period: str | None = None
    units_in: str | None = None
    cash_flow: list[CashFlowEntry] | None = None
    full_statement: list[FinancialStatementEntry] | None = None


class CashFlowResponse(Model):
    """https://upstox.com/developer/api-documentation/get-cash-flow"""

    status: str | None = None
    data: CashFlowData | None = None


class IncomeStatementEntry(Record):
    """One of `revenue`, `operating_profit` (before tax), `net_profit`."""

    category: str | None = None
    history: list[HistoryItem] | None = None


class IncomeStatementData(Model):
    """Income; `full_statement` is there if it was asked for, and always yearly."""

    type: str | None = None
    time_period: str | None = None
    units_in: str | None = None
    income_statement: list[IncomeStatementEntry] | None = None
    full_statement: list[FinancialStatementEntry] | None = None


class IncomeStatementResponse(Model):
    """https://upstox.com/developer/api-documentation/get-income-statement"""

    status: str | None = None
    data: IncomeStatementData | None = None


class SectorMarketCapAmount(Record):
    """A market capitalisation: `unit` is `crore` rupees or `billion` dollars."""

    value: Number | None = None
    unit: str | None = None
    formatted: str | None = None


class CompanyProfileData(Model):
    """What a company does and what its sector is worth."""

    company_profile: str | None = None
    sector: str | None = None
    sector_market_cap_inr: SectorMarketCapAmount | None = None
    sector_market_cap_usd: SectorMarketCapAmount | None = None


class CompanyProfileResponse(Model):
    """https://upstox.com/developer/api-documentation/get-company-profile"""

    status: str | None = None
    data: CompanyProfileData | None = None


class CompetitorData(Record):
    """A company of the same sector."""

    company_profile: str | None = None
    sector: str | None = None
    sector_market_cap_inr: SectorMarketCapAmount | None = None
    sector_market_cap_usd: SectorMarketCapAmount | None = None
    instrument_key: str | None = None


class CompetitorsResponse(Model):
    """https://upstox.com/developer/api-documentation/get-competitors"""

    status: str | None = None
    data: list[CompetitorData] | None = None


class CorporateActionEventDetail(Record):
    """A detail of a corporate action, as text."""

    name: str | None = None
    value: str | None = None


class CorporateActionData(Record):
    """`Dividend`, `Bonus`, `Rights Issue` or `Split`.

    `expiry_date` is `14 Aug 2025`; `amount` is rupees a share and 0 where there is a `ratio`.
    """

    name: str | None = None
    expiry_date: str | None = None
    amount: Number | None = None
    ratio: str | None = None
    event_details: list[CorporateActionEventDetail] | None = None


class CorporateActionsResponse(Model):
    """https://upstox.com/developer/api-documentation/get-corporate-actions"""

    status: str | None = None
    data: list[CorporateActionData] | None = None


class KeyRatioData(Record):
    """A ratio of the company and of its sector, as text (`20.15`, `4.39%`)."""

    name: str | None = None
    company_value: str | None = None
    sector_value: str | None = None


class KeyRatiosResponse(Model):
    """https://upstox.com/developer/api-documentation/get-key-ratios"""

    status: str | None = None
    data: list[KeyRatioData] | None = None


class ShareHoldingData(Record):
    """What one group holds, in percent: `promoters`, `fii`, `other_dii`, `mutual_funds`, `retail_and_other`."""

    category: str | None = None
    history: list[HistoryItem] | None = None


class ShareHoldingsResponse(Model):
    """https://upstox.com/developer/api-documentation/get-share-holdings"""

    status: str | None = None
    data: list[ShareHoldingData] | None = None
