"""Tables for people: nothing is cut, whatever the terminal's width, and what stands in a column can be compared."""

from __future__ import annotations

import datetime as dt

import pytest

from upstox_client.auth import IST
from upstox_client.cli import tables
from upstox_client.cli.tables import Columns, emit

TEN = dt.datetime(2026, 11, 23, 10, 0, tzinfo=IST)
ORDERS = Columns(
    {
        "time": [TEN, TEN.replace(second=9)],
        "id": ["261123002710020", "261123002710068"],
        "quantity": [5, 150_000],
        "stop": [None, None],
        "average": [1539.7, None],
    }
)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def show(room: float, table: Columns = ORDERS, **how) -> list[str]:
        monkeypatch.setattr(tables, "_room", lambda: room)
        emit("Orders", table, json=False, csv=False, **how)
        return capsys.readouterr().out.splitlines()

    return show


def test_all_of_it_where_there_is_room(shown):
    assert shown(float("inf"), note="two") == [
        "Orders",
        "time                  id               quantity  stop   average",
        "23 Nov 2026 10:00:00  261123002710020         5  -     1,539.70",
        "23 Nov 2026 10:00:09  261123002710068  1,50,000  -            -",
        "two",
    ]


def test_a_narrow_terminal_has_less_but_nothing_is_cut(shown):
    empty_goes_first = shown(59, spare=("time",))
    assert empty_goes_first[1] == "time                  id               quantity   average"
    assert len(empty_goes_first) == 4
    assert shown(36, spare=("time",)) == [
        "Orders",
        "id               quantity   average",
        "261123002710020         5  1,539.70",
        "261123002710068  1,50,000         -",
        "no room for: time; a wider terminal, --json and --csv have them",
    ]


def test_the_narrowest_has_a_line_for_each_value(shown):
    assert shown(30, spare=("time",))[:7] == [
        "Orders",
        "",
        "time      23 Nov 2026 10:00:00",
        "id        261123002710020",
        "quantity  5",
        "stop      -",
        "average   1,539.70",
    ]


def test_the_numbers_of_a_column_have_the_same_places(shown):
    assert shown(80, Columns({"delta": [0.99, 0.0371], "tick": [0.05, 0.1]})) == [
        "Orders", " delta  tick", "0.9900  0.05", "0.0371  0.10",
    ]  # fmt: skip


def test_the_ticks_of_currencies_are_seen(shown):
    assert shown(80, Columns({"last": [88.8825, 88.88], "average": [150.3333, 62.5], "share": [1539.5775, 1.0]})) == [
        "Orders", "   last  average     share", "88.8825   150.33  1,539.58", "88.8800    62.50      1.00",
    ]  # fmt: skip


def test_where_there_is_nothing_there_are_no_headings(shown):
    assert shown(80, Columns({"delta": []}), note="none") == ["Orders", "none"]
