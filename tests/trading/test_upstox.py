"""`Upstox` and `AsyncUpstox`: the token, the environment, account and information."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest

import upstox_client
from support.colours import Colour, local, refused
from trading.conftest import IST, World
from upstox_client import AsyncUpstox, ServiceClosedError, Upstox, extras
from upstox_client.auth import NotLoggedInError, StoredToken, TokenExpiredError, TokenStore
from upstox_client.extras import MissingExtraError, need
from upstox_client.trading import progress as bars
from upstox_client.trading.progress import Terminal, default_progress

SAMPLES = Path(__file__).parents[1] / "samples"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text())


def data(name: str) -> Any:
    return lambda *_: sample(name)["data"]


def kind(colour: Colour) -> Any:
    return AsyncUpstox if colour.is_async else Upstox


# The token, and where calls go


def test_the_environment_fills_what_is_left_out(
    colour: Colour, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UPSTOX_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", "the-secret")
    up = kind(colour)(cache=tmp_path)
    assert up.configuration.access_token == "the-secret"
    assert up.environment == "emulator"
    assert repr(up) == f"{kind(colour).__name__}(environment='emulator', host='http://127.0.0.1:9')"
    assert up.listing.assets.configuration.host == "http://127.0.0.1:9"
    colour.run(up.close)


def test_the_stored_token_is_taken(colour: Colour, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UPSTOX_TOKEN_STORE", "file")
    monkeypatch.setattr("upstox_client.auth.store._default_path", lambda: tmp_path / "tokens.json")
    with pytest.raises(NotLoggedInError, match="upstox login"):
        kind(colour)()
    now = dt.datetime.now(dt.UTC)
    live = upstox_client.Configuration()
    TokenStore.from_env().put(StoredToken.ready("the-stored", "access", live, client_id="one", now=now))
    up = kind(colour)(client_id="one", cache=tmp_path)
    assert up.configuration.access_token == "the-stored"
    assert "the-stored" not in repr(up)
    assert up.environment == "live"
    colour.run(up.close)
    TokenStore.from_env().put(StoredToken.ready("old", "access", live, now=now - dt.timedelta(days=3)))
    with pytest.raises(TokenExpiredError):
        kind(colour)(client_id="access")


def test_a_token_of_ones_own(colour: Colour, tmp_path: Path) -> None:
    up = kind(colour)(local(), token="another", cache=tmp_path, progress=None)
    assert up.configuration.access_token == "another"
    assert up.listing.progress is None
    colour.run(up.close)


class FakePaper:
    def __init__(self) -> None:
        self.stopped = 0

    def start(self) -> None: ...

    def stop(self) -> None:
        self.stopped += 1

    def configuration(self) -> upstox_client.Configuration:
        return local()


def test_paper(colour: Colour, tmp_path: Path) -> None:
    paper = FakePaper()
    up = kind(colour)(paper=paper, cache=tmp_path)
    assert up.environment == "paper"
    colour.run(up.close)
    assert paper.stopped == 1
    with pytest.raises(ValueError, match="of its own; leave out yours"):
        kind(colour)(local(), paper=True)
    with pytest.raises(ValueError, match="of its own; leave out yours"):
        kind(colour)(token="x", paper=True)


@pytest.mark.parametrize("other", [{"paper": True}, {"token": "x"}, {"client_id": "x"}])
def test_a_client_of_ones_own_is_not_for_paper(colour: Colour, world: World, other: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="leave out configuration, token, client_id and paper"):
        kind(colour)(client=world.up.client, **other)


def test_paper_without_the_emulator_says_what_it_needs(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(extras.importlib, "import_module", missing)
    with pytest.raises(MissingExtraError, match=r"upstox-python-sdk\[emulator\]"):
        kind(colour)(paper=True)
    with pytest.raises(MissingExtraError, match="matplotlib"):
        need("matplotlib.figure")


# The account


def test_the_account(world: World) -> None:
    world.server.routes["/v2/user/profile"] = data("account/profile")
    world.server.routes["/v3/user/get-funds-and-margin"] = data("account/funds_v3")
    assert world.read("profile").user_name == sample("account/profile")["data"]["user_name"]
    funds, details = world.read("funds"), sample("account/funds_v3")["data"]["available_to_trade"]
    assert funds.available == details["total"]
    assert funds.cash == details["cash_available_to_trade"]["total"]
    assert funds.details.available_to_trade.total == details["total"]


def test_an_account_without_anything(world: World) -> None:
    world.server.routes["/v2/user/profile"] = lambda *_: None
    world.server.routes["/v3/user/get-funds-and-margin"] = lambda *_: None
    assert world.read("profile").user_name is None
    assert world.read("funds").available == 0.0
    world.server.routes["/v3/user/get-funds-and-margin"] = lambda *_: refused(423, "UDAPI100072")
    with pytest.raises(ServiceClosedError):
        world.read("funds")


# The market around


def test_holidays(world: World) -> None:
    world.server.routes["/v2/market/holidays"] = data("market/holidays")
    found = world("holidays")
    assert (found[0].day, found[0].kind, found[0].closed) == (dt.date(2024, 1, 1), "TRADING_HOLIDAY", ())
    assert found[0].open[0].exchange == "MCX"
    assert found[0].open[0].opens.tzinfo is not None
    assert world("holidays", "2024-01-01")[0].description == "New Year Day"
    assert world.server.asked("/v2/market/holidays") == ["", "/2024-01-01"]
    world.server.routes["/v2/market/holidays"] = lambda *_: [{}]
    assert world("holidays")[0].day == dt.date.min


def test_timings(world: World) -> None:
    world.server.routes["/v2/market/timings"] = data("market/timings")
    assert {hours.exchange for hours in world("timings")} >= {"NSE", "MCX"}
    assert world.server.asked("/v2/market/timings/") == ["2026-11-23"]
    world.server.routes["/v2/market/timings"] = lambda *_: None
    assert world("timings", dt.date(2026, 1, 26)) == []


def test_status(world: World) -> None:
    world.server.routes["/v2/market/status"] = data("market/status")
    found = world("status", "NSE")
    assert (found.exchange, found.is_open) == ("NSE", found.status == "NORMAL_OPEN")
    assert found.since is not None
    world.server.routes["/v2/market/status"] = lambda *_: {"status": "CLOSING_END"}
    assert world("status", "MCX") == type(found)("MCX", "CLOSING_END", None, None)
    world.server.routes["/v2/market/status"] = lambda *_: None
    with pytest.raises(LookupError, match="how NSE is"):
        world("status")


def test_news(world: World) -> None:
    item = {"heading": "H", "summary": "S", "article_link": "L", "published_time": 1795408230000}
    world.server.routes["/v2/news"] = lambda *_: {"NSE_EQ|INE002A01018": [item]}
    found = world("news", "RELIANCE", world("instrument", "HDFCBANK"))
    assert [one.heading for one in found["RELIANCE"]] == ["H"]
    assert found["RELIANCE"][0].time == dt.datetime(2026, 11, 23, 10, 0, 30, tzinfo=IST)
    assert found["NSE_EQ|INE040A01034"] == []
    with pytest.raises(ValueError, match="name at least one"):
        world("news")


FUNDAMENTALS = {
    "profile": "company_profile", "balance-sheet": "balance_sheet", "cash-flow": "cash_flow",
    "income-statement": "income_statement", "key-ratios": "key_ratios", "share-holdings": "share_holdings",
    "corporate-actions": "corporate_actions", "competitors": "competitors",
}  # fmt: skip


def test_fundamentals(world: World) -> None:
    for path, name in FUNDAMENTALS.items():
        asked = "NSE_EQ%7CINE002A01018" if path == "competitors" else "INE002A01018"
        world.server.routes[f"/v2/fundamentals/{asked}/{path}"] = data(f"market/{name}")
    found = world("fundamentals", "RELIANCE")
    assert found.symbol == "RELIANCE"
    assert found.profile.sector == sample("market/company_profile")["data"]["sector"]
    assert [row.name for row in found.ratios] == [row["name"] for row in sample("market/key_ratios")["data"]]
    assert found.income.to_dict()["units_in"] == "crore"
    assert found.actions
    assert found.competitors
    with pytest.raises(ValueError, match="NIFTY is no share"):
        world("fundamentals", "NIFTY")


def test_fundamentals_that_are_empty(world: World) -> None:
    world.server.routes["/v2/fundamentals"] = lambda *_: None
    found = world("fundamentals", "RELIANCE")
    assert (found.ratios, found.actions, found.profile.sector) == ([], [], None)


# Progress


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(bars.time, "monotonic", lambda: now[0])
    screen = Screen()
    tell = Terminal(screen)
    tell("candles", 0, 10)
    now[0] = 0.05
    tell("candles", 1, 10)  # too soon to be drawn
    now[0] = 0.2
    tell("candles", 5, 10)
    tell("rows", 0, 0)
    now[0] = 0.5
    tell("rows", 1234, 0)
    tell("rows", 1, 1)
    drawn = [line.strip() for line in screen.getvalue().split("\r")]
    empty, half = "." * 30, "#" * 15 + "." * 15
    assert drawn == ["", f"candles [{empty}] 0/10", f"candles [{half}] 5/10", "rows ...", "rows 1,234", "", ""]


def test_only_a_terminal_has_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert default_progress() is None
    monkeypatch.setattr("sys.stderr", Screen())
    assert isinstance(default_progress(), Terminal)


def test_names_that_are_not_there() -> None:
    import upstox_client.trading as room

    assert room.Candles.__name__ == "Candles"
    assert dir(room) == room.__all__
    assert all(getattr(room, name) for name in room.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        getattr(room, "nonsense")  # noqa: B009 - no checker is to see it
