"""Ids."""

from __future__ import annotations

import datetime as dt
import re

from upstox_emulator import IST
from upstox_emulator.exchange.ids import Ids

MOMENT = dt.datetime(2026, 11, 23, 10, 0, tzinfo=IST)


def test_ids_have_the_documented_formats():
    ids = Ids(7)
    assert re.fullmatch(r"2611230\d{8}", ids.order(MOMENT))
    assert re.fullmatch(r"GTT-C262311\d{8}", ids.gtt(MOMENT))
    assert re.fullmatch(r"\d{8}", ids.trade(MOMENT))
    assert re.fullmatch(r"\d{14}", ids.reference(MOMENT))
    assert re.fullmatch(r"13\d{14}", ids.exchange_order("NFO", ids.order(MOMENT)))
    assert re.fullmatch(r"1697\d{15}", ids.exchange_order("BSE", ids.order(MOMENT)))


def test_ids_rise_and_are_never_given_twice():
    ids = Ids(7)
    for make in (ids.order, ids.gtt, ids.trade):
        made = [make(MOMENT) for _ in range(3000)]
        assert made == sorted(set(made))
    assert len({ids.reference(MOMENT) for _ in range(3000)}) == 3000
    assert ids.order(MOMENT + dt.timedelta(days=1))[:6] == "261124"


def test_another_seed_gives_other_ids():
    assert Ids(7).order(MOMENT) == Ids(7).order(MOMENT)
    assert Ids(7).order(MOMENT) != Ids(8).order(MOMENT)
