"""The reports of the past over HTTP."""

from __future__ import annotations

import urllib.parse

import pytest

from support.shapes import assert_same_shape, sample

from .hand import RELIANCE, Hand

HISTORY, REPORT = "/v2/charges/historical-trades", "/v2/trade/profit-loss"


@pytest.fixture(scope="module")
def hand():
    """Two trades yesterday, and one that closes the first today."""
    from upstox_emulator import Emulator

    with Emulator(speed=0, rate_limit=False) as em:
        hand = Hand(em)
        hand.trade(RELIANCE, "BUY", 10)
        hand.trade(RELIANCE, "SELL", 4)
        hand.trade(hand.future.key, "BUY", hand.future.lot)
        hand.sleep()
        hand.trade(RELIANCE, "SELL", 6)
        yield hand


def ask(hand, path, **query):
    chosen = {name: value for name, value in query.items() if value is not None}
    return hand("GET", f"{path}?{urllib.parse.urlencode(chosen)}")


def history(hand, **query):
    asked = {"start_date": "2026-11-01", "end_date": "2026-11-30", "page_number": 1, "page_size": 15}
    return ask(hand, HISTORY, **(asked | query))


def report(hand, name, **query):
    asked = {"segment": "EQ", "financial_year": "2627"}
    page = {"page_number": 1, "page_size": 10} if name == "data" else {}
    return ask(hand, f"{REPORT}/{name}", **(asked | page | query))


def test_the_trades_of_days_that_are_over(hand):
    answer = history(hand).json()
    traded = sum(row["quantity"] for row in answer["data"] if row["segment"] == "EQ")
    assert (traded, answer["data"][-1]["segment"]) == (14, "FO"), "not the sale of today"
    assert answer["meta_data"]["page"] == {
        "page_number": 1, "page_size": 15, "total_records": len(answer["data"]), "total_pages": 1,
    }  # fmt: skip
    documented = sample("trading/history_equity")
    assert list(answer) == list(documented)
    assert_same_shape(documented["meta_data"], answer["meta_data"])
    assert sum(row["quantity"] for row in history(hand, segment="FO").data) == hand.future.lot
    assert history(hand, segment="MF").data == []
    assert history(hand, end_date="2026-11-22").data == []


def test_pages(hand):
    everything = history(hand).data
    pages = [history(hand, page_size=2, page_number=number).json() for number in range(1, len(everything))]
    assert [row for page in pages for row in page["data"]] == everything
    assert {page["meta_data"]["page"]["total_pages"] for page in pages} == {-(-len(everything) // 2)}


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"segment": "XX"}, [("UDAPI1066", "segment")]),
        ({"start_date": None}, [("UDAPI1068", "start_date")]),
        ({"end_date": None}, [("UDAPI1069", "end_date")]),
        ({"start_date": "01-11-2026"}, [("UDAPI1094", "start_date")]),
        ({"end_date": "2026-02-30"}, [("UDAPI1094", "end_date")]),
        ({"start_date": "2026-11-30", "end_date": "2026-11-01"}, [("UDAPI1094", "end_date")]),
        ({"start_date": "2024-03-31"}, [("UDAPI1093", "start_date")]),
        ({"end_date": "2027-04-01"}, [("UDAPI1093", "end_date")]),
        ({"page_number": None}, [("UDAPI1091", "page_number")]),
        ({"page_size": None}, [("UDAPI1092", "page_size")]),
        ({"page_number": 0}, [("UDAPI1122", "page_number")]),
        ({"page_size": 0}, [("UDAPI1120", "page_size")]),
        ({"page_size": 5001}, [("UDAPI1121", "page_size")]),
        ({"page_size": "x"}, [("UDAPI100036", "page_size")]),
        (
            dict.fromkeys(["start_date", "end_date", "page_number", "page_size"]),
            [("UDAPI1068", "start_date"), ("UDAPI1069", "end_date"), ("UDAPI1091", "page_number"),
             ("UDAPI1092", "page_size")],
        ),
    ],
)  # fmt: skip
def test_a_history_that_is_asked_wrongly(hand, query, codes):
    assert hand.refused(history(hand, **query)) == codes


def test_three_financial_years(hand):
    assert history(hand, start_date="2024-04-01", end_date="2027-03-31", page_size=5000).status == 200


def test_profit_and_loss(hand):
    answer = report(hand, "data", page_size=2).json()
    assert_same_shape(sample("trading/report"), answer)
    (row,) = answer["data"]
    assert (row["quantity"], row["buy_date"], row["sell_date"]) == (4, "23-11-2026", "23-11-2026")
    assert report(hand, "data", segment="FO").data == [], "what is open is no profit yet"
    answer = report(hand, "metadata").json()
    assert_same_shape(sample("trading/report_metadata"), answer)
    assert answer["data"] == {"trades_count": 1, "page_size_limit": 5000}
    assert report(hand, "data", from_date="24-11-2026").data == []
    assert report(hand, "data", to_date="22-11-2026").data == []
    assert report(hand, "data", financial_year="2526").data == []
    assert report(hand, "data", page_number=2).data == []


def test_charges(hand):
    answer = report(hand, "charges").json()
    breakdown = answer["data"]["charges_breakdown"]
    documented = sample("trading/report_charges")["data"]["charges_breakdown"]
    assert list(breakdown) == list(documented)
    assert list(breakdown["charges"]) == list(documented["charges"])
    parts = [breakdown["brokerage"], *breakdown["taxes"].values()]
    parts += [value for value in breakdown["charges"].values() if value is not None]
    assert breakdown["total"] == pytest.approx(sum(parts))
    assert breakdown["brokerage"] == 40
    nothing = report(hand, "charges", segment="CD").data["charges_breakdown"]
    assert nothing["total"] == 0
    assert nothing["charges"]["ipft"] is None


@pytest.mark.parametrize("name", ["metadata", "data", "charges"])
@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"segment": None}, [("UDAPI1067", "segment")]),
        ({"segment": "MF"}, [("UDAPI1066", "segment")]),
        ({"financial_year": None}, [("UDAPI1070", "financial_year")]),
        ({"financial_year": "20232"}, [("UDAPI1073", "financial_year")]),
        ({"financial_year": "2325"}, [("UDAPI1074", "financial_year")]),
        ({"financial_year": "23x4"}, [("UDAPI1074", "financial_year")]),
        ({"financial_year": "2728"}, [("UDAPI100051", "financial_year")]),
        ({"from_date": "2026-11-01"}, [("UDAPI1075", "from_date")]),
        ({"to_date": "31-02-2027"}, [("UDAPI1075", "to_date")]),
        ({"from_date": "02-11-2026", "to_date": "01-11-2026"}, [("UDAPI1075", "to_date")]),
        ({"from_date": "31-03-2026"}, [("UDAPI1105", "from_date")]),
        ({"to_date": "01-04-2027"}, [("UDAPI1105", "to_date")]),
        (
            {"segment": None, "financial_year": None, "from_date": "x"},
            [("UDAPI1067", "segment"), ("UDAPI1070", "financial_year"), ("UDAPI1075", "from_date")],
        ),
    ],
)
def test_a_report_that_is_asked_wrongly(hand, name, query, codes):
    assert hand.refused(report(hand, name, **query)) == codes


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"page_number": None}, [("UDAPI1071", "page_number")]),
        ({"page_size": None}, [("UDAPI1072", "page_size")]),
        ({"page_number": 0}, [("UDAPI100036", "page_number")]),
        ({"page_size": 0}, [("UDAPI1106", "page_size")]),
        ({"page_size": 5001}, [("UDAPI1107", "page_size")]),
    ],
)
def test_a_page_that_is_asked_wrongly(hand, query, codes):
    assert hand.refused(report(hand, "data", **query)) == codes
