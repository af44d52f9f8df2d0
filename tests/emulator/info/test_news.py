from __future__ import annotations

import datetime as dt

import pytest

from upstox_emulator.info.periods import DAY, latest_quarter, published_on

from .conftest import NIFTY, NOW, RELIANCE, SEED, World, at

SHARE = f"NSE_EQ|{RELIANCE}"


@pytest.fixture
def find(world: World):
    return lambda key: world.catalog.find(key, NOW.date())


def headings(world: World, instrument, moment: dt.datetime) -> list[str]:
    return [article.heading for _, article in world.info.news.of([instrument], moment)]


def test_news_are_of_seven_days_and_the_newest_come_first(world, find):
    shares = [share for share in world.catalog.shares if share.segment == "NSE_EQ"][:20]
    found = world.info.news.of(shares, NOW)
    times = [article.published for _, article in found]
    assert times == sorted(times, reverse=True)
    assert min(times) > NOW - 7 * DAY
    assert max(times) <= NOW
    assert len({key for key, _ in found}) > 10
    assert len({article.row()["article_link"] for _, article in found}) == len(found)


def test_what_an_index_did_is_told_when_the_session_is_over(world, find):
    nifty = find(NIFTY)
    day = dt.date(2026, 11, 20)
    close, before = (world.market.close(NIFTY, one) for one in (day, dt.date(2026, 11, 19)))
    told = headings(world, nifty, at("2026-11-20T15:42"))[0]
    assert (
        told == f"Nifty 50 {'gains' if close > before else 'falls'} {abs(close / before - 1):.1%} to {close / 1e4:,.2f}"
    )
    assert told not in headings(world, nifty, at("2026-11-20T15:41"))


def test_of_a_share_only_larger_moves_are_told(world, find):
    share = find(SHARE)
    company = world.info.companies.find(RELIANCE)
    for back in range(0, 60, 7):
        moment = NOW - back * DAY
        for _, article in world.info.news.of([share], moment):
            words = article.heading.removeprefix(company.name).split()
            if words[0] in {"gains", "falls"}:
                assert float(words[1].rstrip("%")) >= 1.2


def test_results_are_told_on_their_day(world, find):
    day = published_on(world.calendar, SEED, RELIANCE, latest_quarter(NOW.date()))
    evening = dt.datetime.combine(day, dt.time(18), NOW.tzinfo)
    told = [heading for heading in headings(world, find(SHARE), evening) if "results" in heading]
    company = world.info.companies.find(RELIANCE)
    statements = world.info.fundamentals.statements(company, day, standalone=False)
    profit = statements.income(quarterly=True, full=False)["income_statement"][2]["history"][0]
    assert told == [
        f"{company.name} results for the quarter to {profit['period']}: net profit at Rs {profit['value']:,} crore"
    ]
    assert not any("results" in heading for heading in headings(world, find(SHARE), evening - DAY))


def test_what_the_shareholders_get_is_told(world, find):
    company = world.info.companies.find(RELIANCE)
    told = world.info.fundamentals.corporate_actions(company, NOW.date())[0]
    details = {row["name"]: row["value"] for row in told["event_details"]}
    announced = dt.datetime.strptime(details["Announcement date"], "%d %b %Y").replace(hour=18, tzinfo=NOW.tzinfo)
    assert any(details["Details"] in heading for heading in headings(world, find(SHARE), announced))


def test_of_a_contract_the_news_are_those_of_what_it_is_on(world, find):
    future = world.catalog.futures(SHARE, NOW.date())[0]
    share = world.info.news.of([find(SHARE)], NOW)
    contract = world.info.news.of([future], NOW)
    assert [article for _, article in contract] == [article for _, article in share]
    assert {key for key, _ in contract} == {future.key}


@pytest.mark.parametrize("segment", ["GLOBAL_INDEX", "NSE_EQ", "BSE_EQ", "MCX_FO", "NCD_FO", "BSE_INDEX"])
def test_there_are_news_of_everything(world, segment):
    some = next(one for one in world.catalog.listed(NOW.date()) if one.segment == segment)
    assert world.info.news.of([some], NOW)
