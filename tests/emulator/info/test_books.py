"""The statements of every company agree with each other, to the crore."""

from __future__ import annotations

import pytest

from upstox_emulator.info.books import FIRST_YEAR, books, dividends, flows

from .conftest import HDFC_BANK, NOW, RELIANCE, SEED, World

YEARS = range(FIRST_YEAR, 2035)


@pytest.fixture(scope="module", params=[False, True], ids=["consolidated", "standalone"])
def every(request, world: World):
    companies = world.info.companies
    found = [companies.find(share.isin) for share in world.catalog.shares if share.segment == "NSE_EQ"]
    assert len(found) > 90
    return [(company, books(SEED, company, standalone=request.param)) for company in found]


def test_assets_are_liabilities_and_equity(every):
    for company, years in every:
        for year in YEARS:
            row = years[year]
            assert row.assets == row.liabilities + row.equity, company.symbol
            assert row.assets == row.fixed_assets + row.current_assets


def test_every_figure_is_one_that_a_company_can_have(every):
    for company, years in every:
        for year in YEARS:
            row = years[year]
            assert min(row.equity, row.profit, row.revenue, row.other_liabilities, row.current_liabilities) > 0, company
            assert min(row.cash, row.inventory, row.other_current_assets, row.depreciation, row.dividends) >= 0
            assert row.tax > 0 or row.profit < 10
            if not company.industry.lends and year > 2010:
                assert row.interest + row.depreciation < row.expenses, company.symbol


def test_what_was_earned_is_kept_or_paid_out(every):
    for company, years in every:
        for year in YEARS[1:]:
            row = years[year]
            assert row.equity == years[year - 1].equity + row.profit - row.dividends, company.symbol


def test_the_flows_of_cash_lead_from_one_year_to_the_next(every):
    for company, years in every:
        for year in YEARS[1:]:
            flow = flows(years[year - 1], years[year])
            assert flow.cash_before + flow.total == flow.cash_after == years[year].cash, company.symbol


def test_dividends_are_paid_as_they_are_announced(world):
    company = world.info.companies.find(RELIANCE)
    told, kept = dividends(SEED, company), books(SEED, company, standalone=False)
    assert kept[2026].dividends == round((told[2026].interim + told[2025].final) * company.shares)
    assert told[2026].final > 0


def test_the_price_is_a_multiple_of_the_earnings(world):
    company = world.info.companies.find(RELIANCE)
    earned = books(SEED, company, standalone=False)[2026].profit / company.shares
    assert 0.7 < company.anchor / earned / company.industry.earnings_multiple < 1.4


def test_companies_are_found_and_have_peers(world):
    companies = world.info.companies
    bank = companies.find(HDFC_BANK)
    assert bank.industry.lends
    assert bank in companies.of_sector(bank.sector)
    assert companies.find("INF204KB14I2") is None  # a fund
    assert NOW.year > FIRST_YEAR
