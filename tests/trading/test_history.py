"""Candles of any span: split, cached, resumed, joined with the running day."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from pathlib import Path
from typing import Any

import pytest

from support import masters
from support.colours import refused
from trading.conftest import IST, NOW, World
from upstox_client import InvalidRequestError, NetworkError, RateLimitError
from upstox_client.trading.history import HistoryFlows

HISTORY = "/v3/historical-candle/"
DAY = dt.timedelta(days=1)


# Unit and size -> the most days that a call may span.
LIMITS = {("minutes", 1): 31, ("minutes", 5): 31, ("minutes", 30): 92, ("hours", 1): 92, ("days", 1): 3653}


class Truth:
    """Candles for every weekday, a function of the day alone; it refuses what is beyond the documented spans."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.fail_after: int | None = None
        self.calls: list[tuple[str, dt.date, dt.date]] = []
        world.server.routes["/v3/historical-candle"] = self.history
        world.server.routes["/v3/historical-candle/intraday"] = self.intraday
        world.server.routes["/v2/expired-instruments/historical-candle"] = self.expired

    def history(self, rest: str, _: Any) -> Any:
        key, unit, size, end, start = rest.split("/")
        first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
        if self.fail_after is not None and len(self.calls) >= self.fail_after:
            return NetworkError(reason="killed")
        self.calls.append((key, first, last))
        limit = LIMITS.get((unit, int(size)))
        if (limit and (last - first).days > limit) or last < first:
            return refused(400, "UDAPI1148")
        assert last < self.world.server.now.date()
        return {"candles": self.rows(unit, first, last)[::-1]}

    def intraday(self, rest: str, _: Any) -> Any:
        _, unit, _ = rest.split("/")
        today = self.world.server.now.date()
        return {"candles": self.rows("days" if unit == "days" else unit, today, today)[::-1]}

    def expired(self, rest: str, _: Any) -> Any:
        key, interval, end, start = rest.split("/")
        self.calls.append((key, dt.date.fromisoformat(start), dt.date.fromisoformat(end)))
        return {"candles": self.rows("days" if interval == "day" else "minutes", *self.calls[-1][1:])[::-1]}

    @classmethod
    def rows(cls, unit: str, first: dt.date, last: dt.date) -> list[list[Any]]:
        days = [first + number * DAY for number in range((last - first).days + 1)]
        if unit == "weeks":
            return [cls.row(dt.datetime.combine(day, dt.time(), IST)) for day in days if day.weekday() == 0]
        if unit == "months":
            return [cls.row(dt.datetime.combine(day, dt.time(), IST)) for day in days if day.day == 1]
        times = [dt.time()] if unit == "days" else [dt.time(9, 15), dt.time(12, 0), dt.time(15, 0)]
        return [cls.row(dt.datetime.combine(day, clock, IST)) for day in days if day.weekday() < 5 for clock in times]

    @staticmethod
    def row(moment: dt.datetime) -> list[Any]:
        number = moment.toordinal() + moment.hour
        return [moment.isoformat(), number, number + 2.0, number - 2.0, number + 1.0, 100 + number % 50, 0]


@pytest.fixture
def truth(world: World) -> Truth:
    return Truth(world)


def times(unit: str, first: dt.date, last: dt.date) -> list[dt.datetime]:
    return [dt.datetime.fromisoformat(row[0]) for row in Truth.rows(unit, first, last)]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("interval", "days", "calls"),
    [("1m", 90, 3), ("5m", 20, 1), ("30m", 300, 4), ("1h", 90, 1), ("1d", 3640, 1), ("1d", 8000, 3)],
)
def test_a_span_is_split_into_allowed_calls_and_merged(
    world: World, truth: Truth, interval: str, days: int, calls: int
) -> None:
    candles = world("history", "RELIANCE", interval, days=days)
    first = NOW.date() - days * DAY
    unit = "days" if interval == "1d" else "minutes"
    expected = [moment for moment in times(unit, first, NOW.date()) if moment <= NOW]
    assert candles.time == expected
    assert len(truth.calls) == calls
    assert candles.interval == interval
    assert {key for key, _, _ in truth.calls} == {"NSE_EQ|INE002A01018"}
    assert sum((last - start).days + 1 for _, start, last in truth.calls) == days
    assert any(what.startswith("candles") for what, _, _ in world.progress) is (calls > 1)


def test_by_default_it_ends_now_and_begins_where_the_interval_suggests(world: World, truth: Truth) -> None:
    assert world("history", "RELIANCE")[0].time.date() >= NOW.date() - 365 * DAY
    assert world("history", "RELIANCE", "5m")[0].time.date() >= NOW.date() - 30 * DAY
    assert world("history", "RELIANCE", "1mo")[0].time.date() == day("2000-01-01")


def test_a_start_and_an_end_are_kept(world: World, truth: Truth) -> None:
    candles = world("history", "RELIANCE", "5m", start="2026-10-05T12:00", end=day("2026-10-06"))
    assert [f"{moment:%d %H:%M}" for moment in candles.time] == [
        "05 12:00",
        "05 15:00",
        "06 09:15",
        "06 12:00",
        "06 15:00",
    ]
    assert truth.calls == [("NSE_EQ|INE002A01018", day("2026-10-05"), day("2026-10-06"))]
    assert world.server.asked(HISTORY + "intraday") == []
    assert len(world("history", "RELIANCE", "1d", start="1990-01-01", end="2000-01-05")) == 3


def test_today_alone_asks_for_nothing_else(world: World, truth: Truth) -> None:
    candles = world("history", "RELIANCE", "5m", days=0)
    assert [f"{moment:%H:%M}" for moment in candles.time] == ["09:15"]
    assert truth.calls == []


def test_the_running_week_and_month_take_today_in(world: World, truth: Truth) -> None:
    world.server.now = dt.datetime(2026, 11, 25, 10, 0, tzinfo=IST)
    weeks = world("history", "RELIANCE", "1w", days=30)
    today = Truth.row(dt.datetime(2026, 11, 25, tzinfo=IST))
    monday = Truth.row(dt.datetime(2026, 11, 23, tzinfo=IST))
    assert weeks[-1].time.date() == day("2026-11-23")
    assert weeks[-1][1:] == (monday[1], today[2], monday[3], today[4], monday[5] + today[5], 0)
    assert weeks[0].time.weekday() == 0
    world.server.now = dt.datetime(2026, 11, 23, 10, 0, tzinfo=IST)
    assert world("history", "RELIANCE", "1w", days=30)[-1].volume == monday[5]
    months = world("history", "RELIANCE", "1mo", days=100)
    assert [moment.date() for moment in months.time][-2:] == [day("2026-10-01"), day("2026-11-01")]


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"interval": "7x"}, "interval is 1m to 300m"),
        ({"days": 3, "start": "2026-11-01"}, "exclude each other"),
        ({"start": "2026-11-24"}, "nothing between start 2026-11-24 00:00 and end 2026-11-23 10:00"),
        ({"start": "soon"}, "start is a date such as"),
    ],
)
def test_a_wish_that_cannot_be_is_told(world: World, truth: Truth, wish: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        world("history", "RELIANCE", **wish)


def test_a_refusal_is_told(world: World, truth: Truth) -> None:
    world.server.routes["/v3/historical-candle"] = lambda *_: refused(400, "UDAPI1148")
    with pytest.raises(InvalidRequestError):
        world("history", "RELIANCE", days=10)


def test_no_candles_at_all(world: World, truth: Truth) -> None:
    for path in ("/v3/historical-candle", "/v3/historical-candle/intraday"):
        world.server.routes[path] = lambda *_: None
    assert len(world("history", "RELIANCE", days=10)) == 0


# Limits


def test_it_waits_until_the_limits_have_room(world: World, truth: Truth, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    refusals = [refused(429, "UDAPI10005", **{"Retry-After": "7"}), refused(429, "UDAPI10005")]

    def answer(rest: str, query: Any) -> Any:
        return refusals.pop() if refusals else truth.history(rest, query)

    async def later(seconds: float) -> None:
        waited.append(seconds)

    world.server.routes["/v3/historical-candle"] = answer
    monkeypatch.setattr(time, "sleep", waited.append)
    real = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda seconds: later(seconds) if seconds else real(0))
    assert len(world("history", "RELIANCE", "1d", days=10)) == 7
    assert waited == [1.0, 7.0]


def test_it_does_not_wait_for_ever(world: World, truth: Truth, monkeypatch: pytest.MonkeyPatch) -> None:
    world.server.routes["/v3/historical-candle"] = lambda *_: refused(429, "UDAPI10005", **{"Retry-After": "1801"})
    monkeypatch.setattr(time, "sleep", lambda _: None)
    real = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda _: real(0))
    with pytest.raises(RateLimitError):
        world("history", "RELIANCE", "1d", days=10)


# Resuming


@pytest.mark.parametrize("interval", ["1m", "1h", "1d", "1w", "1mo"])
def test_what_is_kept_is_not_fetched_again(world: World, truth: Truth, tmp_path: Path, interval: str) -> None:
    plain = world("history", "RELIANCE", interval, days=400)
    truth.calls.clear()
    assert world("history", "RELIANCE", interval, days=400, cache=tmp_path) == plain
    first_time = len(truth.calls)
    assert first_time >= 1
    truth.calls.clear()
    assert world("history", "RELIANCE", interval, days=400, cache=tmp_path) == plain
    assert all(last >= NOW.date() - DAY for _, _, last in truth.calls)
    assert len(truth.calls) <= (1 if interval in {"1w", "1mo"} else 0)


def test_a_later_day_and_a_longer_span_fetch_only_what_is_new(world: World, truth: Truth, tmp_path: Path) -> None:
    world("history", "RELIANCE", "1m", days=40, cache=tmp_path)
    truth.calls.clear()
    world.server.now = NOW + 3 * DAY
    later = world("history", "RELIANCE", "1m", days=60, cache=tmp_path)
    assert truth.calls == [
        ("NSE_EQ|INE002A01018", day("2026-09-27"), day("2026-10-13")),
        ("NSE_EQ|INE002A01018", day("2026-11-23"), day("2026-11-25")),
    ]
    assert later.time == [
        one for one in times("minutes", day("2026-09-27"), day("2026-11-26")) if one <= world.server.now
    ]


def test_what_may_still_change_is_fetched_again(world: World, truth: Truth, tmp_path: Path) -> None:
    world.server.now = dt.datetime(2026, 11, 24, 6, 0, tzinfo=IST)  # the candle of the 23rd comes at about seven
    world("history", "RELIANCE", "1d", days=10, cache=tmp_path)
    truth.calls.clear()
    world("history", "RELIANCE", "1d", days=10, cache=tmp_path)
    assert truth.calls == [("NSE_EQ|INE002A01018", day("2026-11-23"), day("2026-11-23"))]


def test_a_download_that_was_killed_is_resumed(world: World, truth: Truth, tmp_path: Path) -> None:
    names = ["RELIANCE", "HDFCBANK", "NIFTY"]
    plain = {name: world("history", name, "1m", days=200) for name in names}
    truth.calls.clear()
    for _ in range(40):
        truth.fail_after = len(truth.calls) + 1
        try:
            found = world("histories", names, "1m", days=200, cache=tmp_path, at_once=1)
        except NetworkError:
            continue
        break
    assert len(truth.calls) > 15
    assert dict(found) == plain
    assert len(truth.calls) == len(set(truth.calls))  # nothing twice
    assert not list(tmp_path.rglob("*.part"))


def test_a_damaged_file_is_fetched_again(world: World, truth: Truth, tmp_path: Path) -> None:
    plain = world("history", "RELIANCE", "1m", days=40, cache=tmp_path)
    files = sorted(tmp_path.rglob("*.candles"))
    files[0].write_bytes(b"damaged")
    truth.calls.clear()
    assert world("history", "RELIANCE", "1m", days=40, cache=tmp_path) == plain
    assert len(truth.calls) == 1


def test_the_usual_folder(world: World, truth: Truth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTOX_CACHE", str(tmp_path))
    world("history", "RELIANCE", days=5, cache=True)
    assert list((tmp_path / "candles").rglob("*.candles"))


def test_several_at_once(world: World, truth: Truth) -> None:
    one = world("instrument", "HDFCBANK")
    found = world("histories", ["RELIANCE", one, "RELIANCE"], "1d", days=10)
    assert list(found) == ["RELIANCE", "NSE_EQ|INE040A01034"]
    assert found[one].symbol == "HDFCBANK"


# Expired contracts


def test_expired_contracts(world: World, truth: Truth) -> None:
    option = masters.contract("NIFTY", "NIFTY", "PE", day("2026-10-20"), 7, "NSE_INDEX|Nifty 50", 26000)
    row = option | {"instrument_key": "NSE_FO|7|20-10-2026", "expiry": "2026-10-20"}
    other = row | {"instrument_key": "NSE_FO|6|20-10-2026", "instrument_type": "CE"}
    routes = world.server.routes
    routes["/v2/expired-instruments/expiries"] = lambda *_: ["2026-10-13", "2026-10-20"]
    routes["/v2/expired-instruments/option/contract"] = lambda *_: [row, other]
    routes["/v2/expired-instruments/future/contract"] = lambda *_: [row | {"instrument_type": "FUT"}]
    assert world("expired_expiries", "NIFTY") == [day("2026-10-13"), day("2026-10-20")]
    found = world("expired_options", "NIFTY", day("2026-10-20"))
    assert [one.key for one in found] == ["NSE_FO|6|20-10-2026", "NSE_FO|7|20-10-2026"]
    assert (found[1].strike, found[1].tick, found[1].expiry) == (26000, 0.05, day("2026-10-20"))
    assert [one.kind for one in world("expired_futures", "NIFTY", "2026-10-20")] == ["FUT"]
    candles = world("history", found[1], "5m", start="2026-08-01", end="2026-10-20")
    assert len(truth.calls) == 3
    assert candles.time[-1].date() == day("2026-10-20")
    assert len(world("history", "NSE_FO|7|20-10-2026", "1d", days=30)) > 10
    assert world.server.asked(HISTORY + "intraday") == []
    with pytest.raises(ValueError, match="expired contracts have 1m, 3m, 5m, 15m, 30m, 1d, got '1h'"):
        world("history", found[1], "1h")


def test_the_words_of_a_call_stand_by_it() -> None:
    assert "oldest first" in str(HistoryFlows.history.__doc__)
