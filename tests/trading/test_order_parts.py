"""Orders above the freeze quantity, which are several on the exchange, and answers that leave some of them out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.colours import FakeTransport, local, ok
from trading.floor import Floor, cache_folder, floor, running
from trading.test_orders import order_of_a_lost_call, row
from trading.test_tickets import FUTURE, SHARE, made
from upstox_client import InvalidRequestError
from upstox_client.trading import AsyncUpstox, IllegalOrderError, Order, Upstox
from upstox_client.trading.desk import Desk

__all__ = ["cache_folder", "floor", "running"]


def test_above_the_freeze_quantity_it_has_parts(floor: Floor) -> None:
    order = floor.do(floor.up.sell, "NIFTY FUT", lots=28, limit=26500, product="intraday")
    assert (len(order.ids), order.quantity, order.status) == (2, 1820, "put order req received")
    floor.do(order.refresh)
    assert [row.quantity for row in order.rows] == [1755, 65]
    assert floor.read(order, "fills") == []
    assert order.status in {"open", "rejected"}  # there is not enough margin for all
    with pytest.raises(IllegalOrderError, match=r"it is 2 orders|cannot be changed any more"):
        floor.do(order.modify, quantity=65)
    floor.do(order.cancel)
    assert order.is_done


def test_commodities_are_frozen_in_lots(floor: Floor) -> None:
    crude = floor.do(floor.up.search, "CRUDEOIL", segment="NSE_COM", kind="FUT")[0]
    for lots, parts in ((100, 1), (101, 2)):
        order = floor.do(floor.up.buy, crude, lots=lots, limit=1000)
        assert (order.ticket.slices, len(order.ids), order.quantity) == (parts, parts, lots)


def test_one_part_that_cannot_be_cancelled_keeps_no_other(floor: Floor) -> None:
    option = floor.do(floor.up.option, "NIFTY", "ATM+20", "CE", "next week")
    order = floor.do(floor.up.buy, option, lots=28, limit=0.1)
    floor.emulator.orders.on(call="cancel", times=1).refuse("UDAPI100049")
    with pytest.raises(InvalidRequestError):
        floor.do(order.cancel)
    floor.do(order.refresh)
    assert [row.status for row in order.rows] == ["open", "cancelled"]


def on_a_server_that_answers(floor: Floor, *answers: Any) -> Any:
    """An `Upstox` on it; each answer is the data of one."""
    fake = FakeTransport([ok(json.dumps({"status": "success", "data": data}).encode()) for data in answers])
    kind = AsyncUpstox if floor.colour.is_async else Upstox
    client, assets = (floor.colour.client(local(), fake) for _ in range(2))
    return kind(client=client, assets=assets, progress=None)


def part(order_id: str, quantity: int, status: str, tag: str = "mine", **more: Any) -> dict[str, Any]:
    """An order of the book."""
    return {"order_id": order_id, "tag": tag, "instrument_token": FUTURE.key, "transaction_type": "BUY",
            "status": status, "quantity": quantity, "filled_quantity": quantity * (status == "complete"),
            "average_price": 26000.0} | more  # fmt: skip


@pytest.mark.parametrize("ids", [None, {"order_ids": []}])
def test_an_answer_without_an_id_does_not_mean_that_nothing_was_placed(floor: Floor, ids: Any) -> None:
    up = on_a_server_that_answers(floor, ids, [part("1", 65, "complete")], part("1", 65, "complete"))
    order = floor.do(up.place, made(one=FUTURE, quantity=65, tag="mine"))
    assert (order.status, order.is_unknown) == ("unknown", True)
    floor.do(order.wait, timeout=5)
    assert (order.ids, order.status) == (("1",), "complete")


def test_a_part_that_the_server_has_not_made_is_seen(floor: Floor) -> None:
    ticket = made(one=FUTURE, quantity=None, lots=28, tag="mine")
    up = on_a_server_that_answers(floor, {"order_ids": ["1"]}, part("1", 1755, "open"), part("1", 1755, "complete"))
    order = floor.do(up.place, ticket)
    assert (order.status, order.quantity, order.unplaced, order.refused, order.pending) == ("open", 1820, 65, 65, 1755)
    floor.do(order.wait, timeout=5)
    assert (order.status, order.is_complete, order.filled) == ("rejected", False, 1755)
    assert order.message == "65 of 1820 were not taken, and it was not said why"
    assert "rejected, filled 1755 at 26000, refused 65: 65 of 1820 were not taken" in repr(order)


def test_fewer_parts_may_be_all_of_it(floor: Floor) -> None:
    """The server's freeze quantity counts, not that of the list."""
    ticket = made(one=FUTURE, quantity=None, lots=28, tag="mine")
    up = on_a_server_that_answers(floor, {"order_ids": ["1"]}, part("1", 1820, "complete"))
    order = floor.do(up.place, ticket)
    assert (order.status, order.quantity, order.refused, order.is_complete) == ("complete", 1820, 0, True)


def test_a_part_that_is_rejected_says_why(floor: Floor) -> None:
    ticket = made(one=FUTURE, quantity=None, lots=28, tag="mine")
    book = [part("1", 1755, "complete", status_message="ok"), part("2", 65, "rejected", status_message="RMS: no")]
    up = on_a_server_that_answers(floor, {"order_ids": ["1", "2"]}, book)
    order = floor.do(floor.do(up.place, ticket).wait, timeout=5)
    assert (order.status, order.quantity, order.filled, order.refused) == ("rejected", 1820, 1755, 65)
    assert (order.message, order.unplaced) == ("RMS: no", 0)
    assert repr(order).endswith("rejected, filled 1755 at 26000, refused 65: RMS: no>")


def test_all_parts_are_waited_for(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("upstox_client.trading.live._LONGEST_PAUSE", 0.01)
    ticket = made(one=FUTURE, quantity=None, lots=28)
    parts = [part("1", 1755, "complete", ticket.tag), part("2", 65, "complete", ticket.tag)]
    order = order_of_a_lost_call(floor, parts[:1], parts, ticket=ticket)
    floor.do(order.reconcile)
    assert (order.ids, order.status, order.quantity, order.filled) == (("1", "2"), "complete", 1820, 1820)
    order = order_of_a_lost_call(floor, parts[:1], parts[0], ticket=ticket)
    floor.do(order.reconcile, 0)
    assert (order.ids, order.status, order.quantity, order.filled) == (("1",), "rejected", 1820, 1755)
    assert (order.unplaced, order.refused, order.pending) == (65, 65, 0)  # the other one never came


@pytest.mark.parametrize(
    ("states", "combined"),
    [
        (["complete", "open"], "open"),
        (["complete", "complete"], "complete"),
        (["complete", "cancelled"], "cancelled"),
        (["rejected", "complete"], "rejected"),
        (["cancelled", "cancelled after market order"], "cancelled"),
    ],
)
def test_the_state_of_several_parts(floor: Floor, states: list[str], combined: str) -> None:
    desk = Desk()
    order = Order(floor.up.client, desk, made(), ["1", "2"])
    assert (order.status, order.quantity, order.time) == ("put order req received", 10, None)
    desk.read(
        [
            row(state, 10 * place, order_id=str(place), average_price=100.0 * place, status_message=f"m{place}")
            for place, state in enumerate(states, 1)
        ]
    )
    assert (order.status, order.quantity, order.filled, order.message) == (combined, 20, 30, "m1")
    assert order.average_price == round((10 * 100 + 20 * 200) / 30, 4)
    assert order.instrument is SHARE
