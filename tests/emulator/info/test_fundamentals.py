from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_emulator.info.books import books

from .conftest import HDFC_BANK, NOW, RELIANCE, SEED, World, make_world


@pytest.fixture
def reliance(world: World):
    return world.info.companies.find(RELIANCE)


def lines(told) -> dict[str, list[float]]:
    return {row["particular"]: [cell["value"] for cell in row["history"]] for row in told["full_statement"]}


def test_the_worth_of_a_company_is_that_of_its_shares(world, reliance):
    told = world.info.fundamentals.profile(reliance, NOW)
    price = world.market.last(reliance.key, NOW.timestamp()) / 10_000
    rupees, dollars = told["sector_market_cap_inr"], told["sector_market_cap_usd"]
    assert rupees["value"] == round(price * reliance.shares, 2)
    assert rupees["formatted"] == f"{rupees['value']:,.2f} Cr"
    assert dollars["value"] == pytest.approx(rupees["value"] / 88.6 / 100, rel=0.2)
    assert reliance.name in told["company_profile"]


def test_a_balance_sheet_adds_up(world, reliance):
    told = world.info.fundamentals.statements(reliance, NOW.date(), standalone=False).balance_sheet(full=True)
    assert [row["period"] for row in told["history"]] == ["Mar 2026", "Mar 2025", "Mar 2024", "Mar 2023"]
    row = lines(told)
    assert list(row) == [
        "Non-Current Assets", "Current Assets", "Total Assets", "Current Liabilities", "Net Current Asset",
        "Non-Current Liabilities", "Equity Capital", "Total Equity & Liabilities",
    ]  # fmt: skip
    for place, summary in enumerate(told["history"]):
        assert row["Total Assets"][place] == row["Total Equity & Liabilities"][place] == summary["total_asset"]
        owed = row["Current Liabilities"][place] + row["Non-Current Liabilities"][place]
        assert owed == summary["total_liability"]


def test_the_cash_flows_add_up(world, reliance):
    told = world.info.fundamentals.statements(reliance, NOW.date(), standalone=True).cash_flow(full=True)
    row = lines(told)
    assert len(row) == 11
    summary = {entry["category"]: [cell["value"] for cell in entry["history"]] for entry in told["cash_flow"]}
    for place in range(4):
        parts = [summary[name][place] for name in ("operating", "investing", "financing")]
        assert sum(parts) == row["Total Cash Flow"][place]
        assert row["Cash (Start of the year)"][place] + sum(parts) == row["Cash (End of the year)"][place]
        assert row["Income before WC changes"][place] + row["Change in WC"][place] == parts[0]
    assert row["Cash (Start of the year)"][:-1] == row["Cash (End of the year)"][1:]


def test_an_income_statement_adds_up(world, reliance):
    told = world.info.fundamentals.statements(reliance, NOW.date(), standalone=False).income(quarterly=False, full=True)
    row = lines(told)
    assert len(row) == 9
    for place in range(4):
        assert row["Total Revenue"][place] == row["Revenue"][place] + row["Other Income"][place]
        assert row["Profit Before Tax"][place] == row["Total Revenue"][place] - row["Total Expenses"][place]
        assert row["Profit After Tax"][place] == row["Profit Before Tax"][place] - row["Tax"][place]
        assert row["EPS - Basic"][place] == round(row["Profit After Tax"][place] / reliance.shares, 2)
        assert row["EPS - Diluted"][place] <= row["EPS - Basic"][place]
    history = told["income_statement"][0]["history"]
    assert history[0]["change"] == f"{round((history[0]['value'] / history[1]['value'] - 1) * 100, 2):+}%"
    assert "change" not in history[-1]


def test_four_quarters_are_a_year(world, reliance):
    day = dt.date(2026, 6, 1)  # the latest quarter ended with the year
    statements = world.info.fundamentals.statements(reliance, day, standalone=False)
    quarters = statements.income(quarterly=True, full=False)["income_statement"]
    years = statements.income(quarterly=False, full=False)["income_statement"]
    assert [cell["period"] for cell in quarters[0]["history"]] == ["Mar 2026", "Dec 2025", "Sep 2025", "Jun 2025"]
    for quarter, year in zip(quarters, years, strict=True):
        assert sum(cell["value"] for cell in quarter["history"]) == year["history"][0]["value"]


def test_the_lines_of_quarters_are_those_of_years(world, reliance):
    told = world.info.fundamentals.statements(reliance, NOW.date(), standalone=False).income(quarterly=True, full=True)
    assert told["time_period"] == "quarterly"
    assert told["full_statement"][0]["history"][0]["period"] == "Mar 2026"


def test_what_is_not_published_is_not_told(world, reliance):
    statements = world.info.fundamentals.statements(reliance, dt.date(2026, 4, 10), standalone=False)
    assert statements.balance_sheet(full=False)["history"][0]["period"] == "Mar 2025"
    assert "full_statement" not in statements.balance_sheet(full=False)
    early = world.info.fundamentals.statements(reliance, dt.date(2001, 12, 1), standalone=False)
    assert [row["period"] for row in early.balance_sheet(full=True)["history"]] == ["Mar 2001"]
    before = world.info.fundamentals.statements(reliance, dt.date(2000, 1, 3), standalone=False)
    assert before.cash_flow(full=True)["full_statement"] == []


def test_ratios_follow_from_books_and_price(world, reliance):
    told = world.info.fundamentals.key_ratios(reliance, NOW, standalone=False)
    ratios = {row["name"]: row["company_value"] for row in told}
    year = books(SEED, reliance, standalone=False)[2026]
    worth = world.market.last(reliance.key, NOW.timestamp()) / 10_000 * reliance.shares
    assert ratios["P/E"] == str(round(worth / year.profit, 2))
    assert ratios["P/B"] == str(round(worth / year.equity, 2))
    assert ratios["ROE"] == f"{round(year.profit / year.equity * 100, 2)}%"
    assert list(ratios) == ["P/E", "P/B", "ROA", "ROE", "ROCE", "Quick Ratio", "EV/EBITDA"]
    alone = world.info.fundamentals.key_ratios(reliance, NOW, standalone=True)
    assert alone != told


def test_some_ratios_are_not_told_of_lenders(world):
    bank = world.info.companies.find(HDFC_BANK)
    told = world.info.fundamentals.key_ratios(bank, NOW, standalone=False)
    assert [row["name"] for row in told] == ["P/E", "P/B", "ROA", "ROE"]
    assert all(row["company_value"] != row["sector_value"] for row in told)


@given(st.dates(dt.date(2005, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 104))
def test_all_shares_are_held(world, day, place):
    isins = [share.isin for share in world.catalog.shares if share.segment == "NSE_EQ"]
    company = world.info.companies.find(isins[place % len(isins)])
    told = world.info.fundamentals.share_holdings(company, day)
    assert {row["category"] for row in told} == {"promoters", "fii", "other_dii", "mutual_funds", "retail_and_other"}
    for period in range(4):
        held = [row["history"][period]["value"] for row in told]
        assert sum(round(value * 100) for value in held) == 10_000
        assert min(held) > 0


def test_competitors_are_of_the_same_sector_and_the_largest_come_first(world, reliance):
    told = world.info.fundamentals.competitors(reliance, NOW)
    assert {row["sector"] for row in told} == {reliance.sector}
    assert reliance.key not in {row["instrument_key"] for row in told}
    worth = [row["sector_market_cap_inr"]["value"] for row in told]
    assert worth == sorted(worth, reverse=True)
    assert 3 < len(told) <= 10


# Corporate actions


def test_dividends_are_told_with_their_details(world, reliance):
    told = world.info.fundamentals.corporate_actions(reliance, NOW.date())
    dividend = next(row for row in told if row["name"] == "Dividend")
    details = {row["name"]: row["value"] for row in dividend["event_details"]}
    assert list(details) == [
        "Announcement date", "Ex dividend date", "Record date", "Dividend type", "Amount", "Dividend %", "Details",
    ]  # fmt: skip
    assert details["Ex dividend date"] == dividend["expiry_date"]
    assert float(details["Amount"]) == dividend["amount"] > 0
    assert float(details["Dividend %"]) == round(dividend["amount"] / reliance.face_value * 100, 2)


def test_all_kinds_of_actions_happen_and_the_latest_comes_first(world):
    companies = [world.info.companies.find(share.isin) for share in world.catalog.shares if share.segment == "NSE_EQ"]
    rows = [world.info.fundamentals.corporate_actions(company, NOW.date()) for company in companies]
    by_name = {row["name"]: row for told in rows for row in told}
    assert set(by_name) == {"Dividend", "Bonus", "Rights Issue", "Split"}
    names = {name: [detail["name"] for detail in row["event_details"]] for name, row in by_name.items()}
    assert names["Split"][1:] == [
        "Ex split date", "Record date", "Ratio", "Old face value", "New face value", "Details",
    ]  # fmt: skip
    assert names["Bonus"][1] == "Ex Bonus date"
    assert names["Rights Issue"][1] == "Ex rights date"
    assert "Premium" in names["Rights Issue"]
    for name in ("Bonus", "Rights Issue", "Split"):
        assert by_name[name]["amount"] == 0.0
        assert ":" in by_name[name]["ratio"]
    for told in rows:
        days = [dt.datetime.strptime(row["expiry_date"], "%d %b %Y") for row in told]
        assert days == sorted(days, reverse=True)


def test_an_action_is_told_from_its_announcement_on(world, reliance):
    told = world.info.fundamentals.corporate_actions(reliance, NOW.date())
    text = told[0]["event_details"][0]["value"]
    announced = dt.datetime.strptime(text, "%d %b %Y").date()
    assert told[0] in world.info.fundamentals.corporate_actions(reliance, announced)
    assert told[0] not in world.info.fundamentals.corporate_actions(reliance, announced - dt.timedelta(days=1))


def test_another_seed_tells_another_story(world, reliance):
    other = make_world(8)
    assert other.info.companies.find(RELIANCE).shares != reliance.shares
    again = make_world().info
    assert again.fundamentals.key_ratios(reliance, NOW, standalone=False) == world.info.fundamentals.key_ratios(
        reliance, NOW, standalone=False
    )
