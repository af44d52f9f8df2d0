"""`upstox quote`, `depth`, `history`, `chain`, `search`, `holidays` and `status`, on a server that answers by path."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from support.colours import Colour, local
from trading.conftest import Server, World
from trading.test_history import Truth
from trading.test_upstox import data
from upstox_client import NetworkError
from upstox_client.cli.app import app
from upstox_client.cli.tables import cell
from upstox_client.core import drivers
from upstox_client.extras import MissingExtraError
from upstox_client.trading import Upstox
from upstox_client.trading import upstox as trader

Command = Callable[..., Result]


@pytest.fixture
def server(tmp_path: Path) -> Server:
    server = Server()
    server.routes["/v2/market/holidays"] = data("market/holidays")
    open_ = {"status": "NORMAL_OPEN", "last_updated": 1795408230000}
    server.routes["/v2/market/status"] = lambda exchange, _: open_ | {"exchange": exchange}
    return server


@pytest.fixture
def run(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Runs a command on that server."""
    monkeypatch.setenv("UPSTOX_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", "the-token")
    colour = Colour("sync")
    made = trader.ApiClient

    def client(configuration: Any = None, **_: Any) -> Any:
        return made(configuration or local(), transport=colour.client(local(), server)._transport)

    monkeypatch.setattr(trader, "ApiClient", client)
    monkeypatch.setenv("UPSTOX_CACHE", str(tmp_path))

    def command(*words: str) -> Result:
        return CliRunner().invoke(app, list(words), env={"COLUMNS": "140"})

    return command


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_quotes(run: Command, server: Server) -> None:
    server.prices["NSE_EQ|INE002A01018"] = 1540.2
    shown = run("quote", "reliance", "NIFTY 50")
    assert shown.exit_code == 0, shown.output
    assert "RELIANCE" in shown.stdout
    assert "26,012.35" in shown.stdout
    found = json.loads(run("quote", "reliance", "--json").stdout)
    assert [(one["symbol"], one["last_price"]) for one in found] == [("RELIANCE", 1540.2)]
    assert rows(run("quote", "reliance", "--csv"))[0]["last_trade_time"] == "2026-11-23T10:00:30+05:30"


def test_the_order_book(run: Command) -> None:
    shown = run("depth", "RELIANCE").stdout
    assert "buy quantity" in shown
    assert "in all: 5 to buy, 7 to sell" in shown
    assert [row["side"] for row in rows(run("depth", "RELIANCE", "--csv"))] == ["buy", "sell"]
    assert json.loads(run("depth", "RELIANCE", "--json").stdout)[1]["price"] == 100.05


@pytest.fixture
def candles(server: Server) -> None:
    world = World.__new__(World)
    world.server = server
    Truth(world)


@pytest.mark.usefixtures("candles")
def test_candles(run: Command, tmp_path: Path) -> None:
    shown = run("history", "RELIANCE", "--days", "100")
    assert "Candles(RELIANCE, 1d: 71 from" in shown.stdout
    assert "the last 40 of 71; --csv, --json and --output have all" in shown.stdout
    assert len(rows(run("history", "RELIANCE", "--days", "100", "--csv"))) == 71
    few = run("history", "RELIANCE", "-i", "5m", "--from", "2026-11-19", "--to", "2026-11-20T10:00", "--json")
    assert [row["time"][:16] for row in json.loads(few.stdout)] == [
        "2026-11-19T09:15", "2026-11-19T12:00", "2026-11-19T15:00", "2026-11-20T09:15",
    ]  # fmt: skip
    files = [str(tmp_path / name) for name in ("c.csv", "c.parquet", "c.png")]
    written = run("history", "RELIANCE", "--cache", "-o", files[0], "--plot", files[2])
    assert "Drawn into" in written.stderr
    assert f"candles are in {files[0]}" in written.stderr
    assert written.stdout == ""
    assert run("history", "RELIANCE", "--cache", "-o", files[1]).exit_code == 0
    assert all(Path(name).stat().st_size > 100 for name in files)


def test_a_chain(run: Command, server: Server, tmp_path: Path) -> None:
    row = {"underlying_spot_price": 26012.35, "put_options": None}
    call = {"market_data": {"oi": 5e6, "ltp": 5}}
    server.routes["/v2/option/chain"] = lambda *_: [
        row | {"strike_price": 25900.0 + 50 * place, "call_options": call | {"instrument_key": f"NSE_FO|{place}"}}
        for place in range(9)
    ]
    shown = run("chain", "NIFTY", "-e", "next week", "--around", "1")
    assert "Chain(NIFTY at 26,012.35, 01 Dec 2026: 9 strikes" in shown.stdout
    assert [line.split()[5] for line in shown.stdout.splitlines()[2:]] == ["25,950.00", "26,000.00", "26,050.00"]
    assert "50,00,000" in shown.stdout
    assert len(rows(run("chain", "NIFTY", "--csv"))) == 9
    drawn = run("chain", "NIFTY", "--plot", str(tmp_path / "chain.svg"))
    assert (drawn.stdout, (tmp_path / "chain.svg").exists()) == ("", True)


def test_a_search(run: Command) -> None:
    shown = run("search", "reli", "infra")
    assert "RELINFRA" in shown.stdout
    assert "1 found" in shown.stdout
    found = rows(run("search", "-u", "NIFTY", "-e", "next week", "--strike", "26000", "--kind", "CE", "--csv"))
    assert [(row["symbol"], row["tick"]) for row in found] == [("NIFTY 26000 CE 01 DEC 26", "0.05")]
    assert len(json.loads(run("search", "--segment", "BSE", "--limit", "2", "--json").stdout)) == 2
    nothing = run("search", "zzz")
    assert "Nothing fits" in nothing.stderr


def test_holidays_and_status(run: Command, server: Server) -> None:
    assert "New Year Day" in run("holidays").stdout
    assert rows(run("holidays", "--csv"))[1]["closed"] == "MCX, CDS, BCD"
    server.routes["/v2/market/holidays"] = lambda *_: []
    assert "no holiday" in run("holidays", "2026-11-23").stderr
    assert "No holidays" in run("holidays").stderr
    assert [row["exchange"] for row in rows(run("status", "--csv"))] == ["NSE", "NFO", "CDS", "BSE", "MCX"]
    assert "23 Nov 2026 10:00" in run("status", "nse").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("quote", "RELIENCE"), "no instrument is called 'RELIENCE'. Did you mean 'RELIANCE'"),
        (("quote", "TWIN"), "say which by its key or symbol"),
        (("quote", "RELIANCE", "--json", "--csv"), "--json and --csv exclude each other"),
        (("quote", "RELIANCE", "--paper", "--base-url", "http://127.0.0.1:9"), "--paper excludes"),
        (("history", "RELIANCE", "-i", "7x"), "interval is 1m to 300m"),
        (("history", "RELIANCE", "-o", "candles.xls"), "a .csv or a .parquet file, got 'candles.xls'"),
        (("history", "RELIANCE", "-o", "no/such/candles.csv"), "There is no folder no/such for candles.csv."),
        (("chain", "NIFTY", "--plot", "no/such/chain.png"), "There is no folder no/such for chain.png."),
        (("history", "RELIANCE", "--from", "yesterday"), "--from is a date such as '2026-11-23'"),
        (("history", "RELIANCE", "--to", "31/12/2026"), "--to is a date such as"),
        (("quote", "RELIANCE", "--base-url", "example"), "--base-url: host must be a URL such as"),
        (("chain", "NIFTY", "-e", "someday"), "there are 2026-11-24, 2026-12-01"),
        (("search",), "search for something"),
        (("search", "x", "-e", "next week"), "needs an underlying"),
        (("status", "LSE"), "'LSE' is no exchange: NSE, NFO"),
        (("holidays", "christmas"), "is a date such as"),
    ],
)
def test_what_cannot_be_says_what_can(run: Command, words: tuple[str, ...], said: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_server_that_has_no_quote_is_told(run: Command, server: Server) -> None:
    server.routes["/v3/market-quote/quotes"] = lambda *_: {}
    result = run("quote", "RELIANCE")
    assert (result.exit_code, "the server has no quote of RELIANCE" in result.stderr) == (2, True)


def test_an_environment_that_cannot_be_is_named(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTOX_BASE_URL", "http://example.com")
    result = run("quote", "RELIANCE")
    assert (result.exit_code, result.stderr.startswith("UPSTOX_BASE_URL: host must be https")) == (2, True)


def test_no_answer_says_where_it_looked(run: Command, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    run("quote", "RELIANCE")
    monkeypatch.setattr(drivers.time, "sleep", lambda _: None)
    server.routes["/v3/market-quote/quotes"] = lambda *_: NetworkError(reason="no route")
    result = run("quote", "RELIANCE")
    assert (result.exit_code, "No answer (http://127.0.0.1:9): no route" in result.stderr) == (7, True)


def test_a_mistake_of_ours_is_not_the_users(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise KeyError("ours")

    monkeypatch.setattr(Upstox, "quote", broken)
    assert run("quote", "RELIANCE").exit_code == 1

    def missing(*_: Any, **__: Any) -> Any:
        raise MissingExtraError("this needs pandas")

    monkeypatch.setattr(Upstox, "quote", missing)
    assert "this needs pandas" in run("quote", "RELIANCE").stderr


def test_on_paper_there_is_no_login_and_no_network(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("UPSTOX_CACHE", str(tmp_path_factory.getbasetemp() / "pages"))
    result = CliRunner().invoke(app, ["quote", "RELIANCE", "--paper", "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)[0]["last_price"] > 100


def test_cells() -> None:
    assert [cell(value) for value in (None, "", True, False, 150_000, -1.5, 0.0025, 0.0)] == [
        "-", "-", "yes", "no", "1,50,000", "-1.50", "0.0025", "0.00",
    ]  # fmt: skip
