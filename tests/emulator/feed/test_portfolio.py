"""The portfolio feed: every update to those who want its kind, in order, none lost."""

from __future__ import annotations

import threading

import pytest

from upstox_emulator.feed.portfolio import KINDS

from .world import World


def update(kind: str, number: int = 0) -> dict[str, object]:
    return {"update_type": kind, "number": number}


def test_orders_unless_more_is_asked_for(world):
    client = world.portfolio()
    world.backend.tell(*(update(kind) for kind in KINDS), update("order", 1))
    assert client.text() == update("order")
    assert client.text() == update("order", 1)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_by_itself(world, kind):
    client = world.portfolio(kind)
    world.backend.tell(*(update(other) for other in KINDS if other != kind), update(kind))
    assert client.text() == update(kind)


def test_every_update_to_every_client_in_order_whatever_thread_it_comes_from(world):
    clients = [world.portfolio(*KINDS) for _ in range(3)]

    def work(name: int) -> None:
        for number in range(200):
            with world.backend.lock:
                world.backend.tell(update(KINDS[number % 4], name * 1000 + number))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(3)]
    for thread in threads:
        thread.start()
    for client in clients:
        numbers = [client.text()["number"] for _ in range(600)]
        for name in range(3):
            assert [n for n in numbers if n // 1000 == name] == [name * 1000 + number for number in range(200)]
    for thread in threads:
        thread.join()


def test_numbers_texts_and_nothing_go_over_as_they_are(world):
    message = {"update_type": "order", "price": 18.65, "tag": None, "status_message": "é ₹", "quantity": 0}
    client = world.portfolio()
    world.backend.tell(message)
    assert client.text() == message


def test_what_it_says_is_passed_over(world):
    client = world.portfolio()
    client.send(b"hello", opcode=1)
    world.backend.tell(update("order"))
    assert client.text() == update("order")


def test_no_listener_is_left_behind():
    with World() as world:
        world.portfolio()
        assert len(world.backend.listeners) == 1
    assert world.backend.listeners == []
    world.backend.tell(update("order"))
