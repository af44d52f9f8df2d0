from __future__ import annotations

import pytest

import upstox_client
from support.shapes import assert_same_shape, sample

from . import information
from .information import RELIANCE, told

reader, get = information.reader, information.get

PATHS = {
    "profile": "company_profile",
    "balance-sheet": "balance_sheet",
    "cash-flow": "cash_flow",
    "income-statement": "income_statement",
    "key-ratios": "key_ratios",
    "share-holdings": "share_holdings",
    "corporate-actions": "corporate_actions",
}


@pytest.mark.parametrize(("path", "name"), PATHS.items())
def test_the_shapes(get, path, name):
    answer = get(f"/v2/fundamentals/{RELIANCE}/{path}", **({"fs": "true"} if path == "balance-sheet" else {}))
    assert answer.status == 200
    assert_same_shape(sample(f"market/{name}"), answer.json())


def test_the_shape_of_competitors(get):
    answer = get(f"/v2/fundamentals/NSE_EQ|{RELIANCE}/competitors")
    assert_same_shape(sample("market/competitors"), answer.json())
    assert get(f"/v2/fundamentals/BSE_EQ|{RELIANCE}/competitors").data == answer.data
    assert get("/v2/fundamentals/NSE_EQ|INE000A01010/competitors").data == []
    key = RELIANCE  # without its segment it is no instrument key
    assert told(get(f"/v2/fundamentals/{key}/competitors")) == (400, "UDAPI100011", "instrument_key", key)


@pytest.mark.parametrize("path", PATHS)
def test_an_isin_that_is_none(get, path):
    wrong = RELIANCE.lower()
    assert told(get(f"/v2/fundamentals/{wrong}/{path}")) == (400, "UDAPI1206", "isin", wrong)


@pytest.mark.parametrize("path", PATHS)
def test_an_isin_that_is_nobodys_gets_an_empty_answer(get, path):
    data = get(f"/v2/fundamentals/INE000A01010/{path}").data
    if path == "income-statement":
        assert data == {
            "type": "consolidated",
            "time_period": "yearly",
            "units_in": "crore",
            "income_statement": [],
            "full_statement": None,
        }
    else:
        assert data == []


def test_statements_are_of_the_group_or_of_the_company_alone(get):
    for path in ("balance-sheet", "cash-flow", "income-statement", "key-ratios"):
        group = get(f"/v2/fundamentals/{RELIANCE}/{path}", type="consolidated").data
        alone = get(f"/v2/fundamentals/{RELIANCE}/{path}", type="standalone").data
        assert group == get(f"/v2/fundamentals/{RELIANCE}/{path}").data
        assert alone != group
        assert told(get(f"/v2/fundamentals/{RELIANCE}/{path}", type="both")) == (400, "UDAPI1207", "type", "both")
    unknown = get("/v2/fundamentals/INE000A01010/income-statement", type="standalone", time_period="quarterly").data
    assert (unknown["type"], unknown["time_period"]) == ("standalone", "quarterly")


def test_periods_and_lines_are_asked_for(get):
    path = f"/v2/fundamentals/{RELIANCE}/income-statement"
    quarterly = get(path, time_period="quarterly").data
    assert quarterly["time_period"] == "quarterly"
    assert [cell["period"] for cell in quarterly["income_statement"][0]["history"]] == [
        "Sep 2026", "Jun 2026", "Mar 2026", "Dec 2025",
    ]  # fmt: skip
    assert "full_statement" not in quarterly
    assert len(get(path, fs="true").data["full_statement"]) == 9
    assert len(get(f"/v2/fundamentals/{RELIANCE}/cash-flow", fs="true").data["full_statement"]) == 11
    assert told(get(path, time_period="monthly")) == (400, "UDAPI1208", "time_period", "monthly")
    assert told(get(path, fs="yes")) == (400, "UDAPI100036", "fs", "yes")


def test_our_client_reads_them(reader):
    with upstox_client.ApiClient(reader.configuration()) as client:
        api = upstox_client.FundamentalsApi(client)
        assert api.get_company_profile(RELIANCE).data.sector == "Oil Gas & Consumable Fuels"
        assert api.get_balance_sheet(RELIANCE, fs=True).data.full_statement[2].particular == "Total Assets"
        assert api.get_competitors(f"NSE_EQ|{RELIANCE}").data[0].instrument_key.startswith("NSE_EQ|")
        assert api.get_share_holdings(RELIANCE).data[0].category == "promoters"
