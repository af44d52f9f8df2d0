"""What is wanted, what may be wanted, and what the server is told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_client.feeder import FeedLimitError, Mode
from upstox_client.feeder.modes import CHUNK, Subscriptions, as_mode, checked_keys


def keys(count: int, start: int = 0) -> list[str]:
    return [f"NSE_EQ|{number}" for number in range(start, start + count)]


def told(subscriptions: Subscriptions) -> list[tuple[str, str | None, list[str]]]:
    requests = [json.loads(request) for request in subscriptions.requests()]
    assert len({request["guid"] for request in requests}) == len(requests)
    return [(r["method"], r["data"].get("mode"), r["data"]["instrumentKeys"]) for r in requests]


def test_wishes_are_told_once():
    subscriptions = Subscriptions()
    subscriptions.add("me", ["NSE_EQ|A", "NSE_EQ|A"], "full")
    assert told(subscriptions) == [("sub", "full", ["NSE_EQ|A"])]
    assert told(subscriptions) == []
    subscriptions.add("me", "NSE_EQ|A", "full")
    assert told(subscriptions) == []


def test_everything_is_told_again_to_a_new_server():
    subscriptions = Subscriptions()
    subscriptions.add("me", keys(2), "full")
    subscriptions.add("me", ["NSE_FO|1"], "ltpc")
    told(subscriptions)
    subscriptions.forget_told()
    assert sorted(told(subscriptions)) == [("sub", "full", keys(2)), ("sub", "ltpc", ["NSE_FO|1"])]


def test_several_modes_are_one_subscription_in_the_richest():
    subscriptions = Subscriptions()
    subscriptions.add("a", "NSE_EQ|A", Mode.LTPC)
    subscriptions.add("b", "NSE_EQ|A", Mode.FULL)
    assert told(subscriptions) == [("sub", "full", ["NSE_EQ|A"])]
    assert subscriptions.wanted() == {"NSE_EQ|A": Mode.FULL}
    subscriptions.remove("b")
    assert told(subscriptions) == [("change_mode", "ltpc", ["NSE_EQ|A"])]
    subscriptions.remove("a", "NSE_EQ|A")
    assert told(subscriptions) == [("unsub", None, ["NSE_EQ|A"])]
    assert subscriptions.wanted() == {}


def test_what_comes_and_goes_before_it_is_told_is_not_told():
    subscriptions = Subscriptions()
    subscriptions.add("a", "NSE_EQ|A", "ltpc")
    subscriptions.remove("a", "NSE_EQ|A")
    subscriptions.remove("a", "NSE_EQ|B")
    assert told(subscriptions) == []


def test_chunks():
    subscriptions = Subscriptions()
    subscriptions.add("a", keys(1200), "full")
    assert [len(listed) for _, _, listed in told(subscriptions)] == [CHUNK, CHUNK, 200]


def test_room_is_made_before_it_is_taken():
    """Two at once, as when one call follows the other: the server never has more than it may."""
    subscriptions = Subscriptions()
    subscriptions.add("a", ["NSE_EQ|M", "NSE_EQ|N"], "full")
    subscriptions.add("a", ["NSE_EQ|K", "NSE_EQ|Z"], "ltpc")
    told(subscriptions)
    subscriptions.remove("a", ["NSE_EQ|Z"])
    subscriptions.add("a", ["NSE_EQ|A"], "option_greeks")
    subscriptions.add("a", ["NSE_EQ|K"], "full")
    subscriptions.add("a", ["NSE_EQ|N"], "ltpc")
    assert told(subscriptions) == [
        ("unsub", None, ["NSE_EQ|Z"]),
        ("change_mode", "ltpc", ["NSE_EQ|N"]),
        ("change_mode", "full", ["NSE_EQ|K"]),
        ("sub", "option_greeks", ["NSE_EQ|A"]),
    ]


def test_clear_says_nothing_to_the_server():
    subscriptions = Subscriptions()
    subscriptions.add("a", keys(3), "full")
    told(subscriptions)
    subscriptions.clear()
    assert told(subscriptions) == []
    assert subscriptions.of("a") == set()
    subscriptions.forget_told()
    assert told(subscriptions) == []


@pytest.mark.parametrize(("mode", "most"), [("ltpc", 5000), ("option_greeks", 3000), ("full", 2000), ("full_d30", 50)])
def test_limit_of_a_mode_alone(mode, most):
    subscriptions = Subscriptions(plus=True)
    subscriptions.add("a", keys(most), mode)
    with pytest.raises(FeedLimitError, match=rf"{most + 1} instruments in mode '{mode}' .* at most {most}\."):
        subscriptions.add("a", keys(1, most), mode)
    assert len(subscriptions.wanted()) == most


@pytest.mark.parametrize(("mode", "most"), [("ltpc", 2000), ("option_greeks", 2000), ("full", 1500)])
def test_limit_of_modes_together(mode, most):
    other = "full" if mode == "ltpc" else "ltpc"
    subscriptions = Subscriptions()
    subscriptions.add("a", keys(most), mode)
    subscriptions.add("a", ["NSE_FO|1"], other)
    with pytest.raises(FeedLimitError, match=f"'{mode}' beside {other} .* at most {most}"):
        subscriptions.add("a", keys(1, most), mode)


def test_thirty_levels_need_the_plan():
    with pytest.raises(FeedLimitError, match="plus=True"):
        Subscriptions().add("a", keys(1), "full_d30")


@pytest.mark.parametrize("key", ["", "NSE_EQ", "|A", "NSE_EQ|", 5, None])
def test_what_is_no_key(key):
    with pytest.raises(ValueError, match=r"such as 'NSE_EQ\|INE002A01018', got"):
        checked_keys([key])


def test_what_is_no_mode():
    with pytest.raises(ValueError, match="ltpc, option_greeks, full, full_d30, got 'fast'"):
        as_mode("fast")
    assert [mode.richness for mode in Mode] == [0, 1, 2, 3]


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 2), st.lists(st.integers(0, 5)), st.sampled_from(list(Mode))),
        st.tuples(st.just("remove"), st.integers(0, 2), st.lists(st.integers(0, 5)) | st.none(), st.none()),
        st.tuples(st.sampled_from(["tell", "new server"]), st.none(), st.none(), st.none()),
    )
)


@given(_STEPS)
def test_the_server_ends_up_with_what_is_wanted(steps):
    """Whatever is wished and told in whatever order, and however often the server is a new one."""
    subscriptions = Subscriptions(plus=True)
    wishes: dict[tuple[int, str], Mode] = {}
    server: dict[str, str] = {}

    def tell():
        for method, mode, listed in told(subscriptions):
            for key in listed:
                assert (key in server) == (method != "sub")
                if method == "unsub":
                    del server[key]
                else:
                    server[key] = mode

    for step, owner, numbers, mode in steps:
        listed = None if numbers is None else [f"NSE_EQ|{number}" for number in numbers]
        if step == "add":
            subscriptions.add(owner, listed, mode)
            wishes |= {(owner, key): mode for key in listed}
        elif step == "remove":
            subscriptions.remove(owner, listed)
            wishes = {w: m for w, m in wishes.items() if w[0] != owner or (listed is not None and w[1] not in listed)}
        elif step == "new server":
            server.clear()
            subscriptions.forget_told()
        else:
            tell()
    tell()
    wanted: dict[str, Mode] = {}
    for (_, key), mode in wishes.items():
        wanted[key] = max(wanted.get(key, mode), mode, key=lambda it: it.richness)
    assert server == wanted == subscriptions.wanted()
