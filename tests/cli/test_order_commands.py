"""`upstox order`, `gtt`, `positions`, `holdings`, `pnl`, `charges`, `margin` and `squareoff` on an emulator."""

from __future__ import annotations

import csv
import io
import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from trading.floor import cache_folder, running
from upstox_client.cli import orders, portfolio
from upstox_client.cli.app import app
from upstox_client.configuration import Configuration
from upstox_emulator import Emulator

__all__ = ["cache_folder", "running"]

Command = Callable[..., Result]


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    running.reset()
    running.market.set_price("RELIANCE", 1500.0)
    return running


@pytest.fixture
def run(emulator: Emulator, cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command on the emulator."""
    monkeypatch.setenv("UPSTOX_BASE_URL", emulator.url)
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", emulator.access_token)
    monkeypatch.setenv("UPSTOX_CACHE", str(cache_folder))
    monkeypatch.setenv("UPSTOX_RATE_LIMIT", "off")

    def command(*words: str, code: int = 0, typed: str = "") -> Result:
        result = CliRunner().invoke(app, list(words), input=typed, prog_name="upstox")
        assert result.exit_code == code, result.output
        return result

    return command


@pytest.fixture
def real_money(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the emulator were Upstox."""
    monkeypatch.setattr(Configuration, "environment", property(lambda self: "custom"))


def as_json(result: Result) -> Any:
    return json.loads(result.stdout)


def as_csv(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.stdout)))


# Buying and selling


def test_buying_and_what_became_of_it(run: Command) -> None:
    shown = run("order", "buy", "reliance", "10", "--limit", "1510").stdout
    assert shown.splitlines()[1].split() == [
        "time", "order", "id", "symbol", "side", "type", "product", "quantity", "filled", "limit", "stop", "average",
        "status",
    ]  # fmt: skip
    assert "RELIANCE  BUY   LIMIT  D              10      10  1,510.00  -     1,500.10  complete" in shown
    (row,) = as_json(run("order", "sell", "NIFTY FUT", "--lots", "1", "-p", "intraday", "--tag", "mine", "--json"))
    assert (row["quantity"], row["side"], row["product"], row["tag"], row["status"]) == (
        65,
        "SELL",
        "I",
        "mine",
        "complete",
    )
    rows = as_csv(run("order", "list", "--csv"))
    assert [row["symbol"] for row in rows] == ["RELIANCE", "NIFTY FUT 24 NOV 26"]
    assert [row["tag"] for row in as_json(run("order", "list", "--tag", "mine", "--json"))] == ["mine"]
    assert run("order", "list", "RELIANCE").stdout.startswith("1 order, 0 open")
    assert as_json(run("order", "list", "--open", "--json")) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["RELIANCE", "10", "--limit", "1500.03"], "RELIANCE: --limit 1500.03 is between two ticks of 0.1 rupees; try"),
        (["RELIANCE"], "Say how many: QUANTITY in units, or --lots"),
        (["RELIANCE", "1", "--lots", "1"], "and not both"),
        (["NIFTY", "1"], "Its futures and options are: upstox search --kind FUT -u NIFTY, upstox chain NIFTY"),
        (["CRUDEOIL FUT", "100"], "say --lots 1, not 100 units"),
        (["NIFTY FUT", "10"], "try 65 (1 lot)"),
        (["RELAINCE", "1"], "no instrument is called 'RELAINCE'"),
        (["RELIANCE", "1", "--product", "cover"], "product is one of"),
        (["RELIANCE", "1", "--validity", "gtc"], "validity is one of day, ioc"),
        (["RELIANCE", "1", "--protection", "30"], "--protection is above 0 and at most 25 percent"),
        (["RELIANCE", "1", "--paper"], "--paper excludes"),
    ],
)
def test_what_cannot_be_is_told_and_not_sent(run: Command, emulator: Emulator, words: list[str], told: str) -> None:
    extra = ["--base-url", emulator.url] if "--paper" in words else []
    assert told in run("order", "buy", *words, *extra, code=2).stderr
    emulator.journal.assert_not_called("POST", "/v3/order/place")


def test_a_rejected_order_is_a_failure(run: Command) -> None:
    result = run("order", "sell", "RELIANCE", "10", code=1)
    assert "rejected" in result.stdout
    assert "The order was rejected: You need 10 more of RELIANCE" in result.stderr


def test_parts_that_are_refused_are_a_failure(run: Command) -> None:
    result = run("order", "buy", "NIFTY 26000 CE", "--lots", "28", "--limit", "335", code=1)
    assert "1,755 of 1,820 were refused: You need to add Rs." in result.stderr


def test_a_lost_answer(run: Command, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    emulator.faults.reset_after(path="/v3/order/place")
    result = run("order", "buy", "RELIANCE", "1")
    assert "complete" in result.stdout
    assert "it is not sent again" in result.stderr
    monkeypatch.setattr("upstox_client.trading.live._PATIENCE", 0.0)
    emulator.faults.reset_after(path="/v3/order/place")
    emulator.faults.status(400, path="/v2/order/retrieve-all")
    result = run("order", "buy", "RELIANCE", "1", "--tag", "lost", code=1)
    assert "upstox order list --tag lost" in result.stderr
    emulator.faults.reset_before(path="/v3/order/cancel")
    order = as_json(run("order", "buy", "RELIANCE", "1", "--limit", "1400", "--wait", "0", "--json"))[0]["id"]
    result = run("order", "cancel", order, code=1)
    assert "The answer was lost, and what came of it is not known." in result.stderr
    assert "It was not sent again.\nLook: upstox order list" in result.stderr


def test_a_look_before_sending(run: Command, emulator: Emulator) -> None:
    shown = run("order", "buy", "RELIANCE", "10", "--preview").stdout
    assert "15,000.00  15,000.00" in shown
    assert "margin 15,000.00, charges 41." in shown
    assert "available 6,00,000.00: enough" in shown
    assert "9,01,804.17 missing" in run("margin", "buy", "RELIANCE", "1000", "--limit", "1500").stdout
    (row,) = as_json(run("margin", "sell", "NIFTY FUT", "--lots", "1", "--json"))
    assert row["span_margin"] > 0
    assert "--json and --csv" in run("margin", "buy", "RELIANCE", "1", "--json", "--csv", code=2).stderr
    assert "Say buy or sell first" in run("margin", "hold", "RELIANCE", "1", code=2).stderr
    assert "--json and --csv" in run("order", "buy", "RELIANCE", "1", "--json", "--csv", code=2).stderr
    emulator.journal.assert_not_called("POST", "/v3/order/place")


def test_charges(run: Command) -> None:
    shown = run("charges", "sell", "RELIANCE", "10", "--limit", "1500").stdout
    assert "Charges: SELL 10 RELIANCE at 1500, delivery" in shown
    assert "Securities transaction tax" in shown
    assert "On top, when shares leave the demat account" in shown
    assert "On top" not in run("charges", "buy", "RELIANCE", "10").stdout
    assert as_json(run("charges", "buy", "RELIANCE", "10", "--limit", "1500", "--json"))["stt"] == 15.0


def test_changing_looking_and_cancelling(run: Command) -> None:
    first = as_json(run("order", "buy", "RELIANCE", "10", "--limit", "1400", "--wait", "0", "--json"))[0]["id"]
    assert "1,410.00" in run("order", "modify", first, "--limit", "1410", "--quantity", "20", "--wait", "0").stdout
    assert "Say what is to change" in run("order", "modify", first, code=2).stderr
    shown = run("order", "show", first).stdout
    assert "BUY 20 RELIANCE at 1410, delivery" in shown
    assert "0 of 20" in shown
    assert as_json(run("order", "show", first, "--json"))[0]["limit"] == 1410
    assert "cancelled" in run("order", "cancel", first).stdout
    run("order", "modify", first, "--market", code=2)
    for words in (["--all"], ["--symbol", "RELIANCE"], ["--tag", "x"]):
        run("order", "buy", "RELIANCE", "1", "--limit", "1400", "--tag", "x", "--wait", "0")
        assert run("order", "cancel", *words).stdout.startswith("1 order\n")
    assert "Say which" in run("order", "cancel", code=2).stderr
    assert "Say which" in run("order", "cancel", first, "--all", code=2).stderr
    done = as_json(run("order", "buy", "RELIANCE", "1", "--json"))[0]["id"]
    assert "Executions" in run("order", "show", done).stdout
    nobody = run("order", "show", "240101000000001", code=1).stderr
    assert "(order 240101000000001; today's: upstox order list): Order not found (UDAPI100010)" in nobody


def test_one_that_cannot_be_cancelled_does_not_keep_the_others(run: Command, emulator: Emulator) -> None:
    words = ("order", "buy", "RELIANCE", "1", "--limit", "1400", "--wait", "0", "--json")
    ids = [as_json(run(*words))[0]["id"] for _ in range(2)]
    run("order", "cancel", ids[0], "240101000000001", code=1)
    assert len(as_json(run("order", "list", "--open", "--json"))) == 2, "a wrong id is told before any is cancelled"
    emulator.faults.status(403, path="/v3/order/cancel", times=1)
    result = run("order", "cancel", *ids, "--json", code=4)
    assert f"{ids[0]}: Not allowed" in result.stderr
    assert [row["status"] for row in as_json(result)] == ["open", "cancelled"]


def test_on_paper_too(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UPSTOX_BASE_URL", "UPSTOX_ACCESS_TOKEN"):
        monkeypatch.delenv(name)
    assert run("order", "list", "--paper").stdout.startswith("0 orders, 0 open")
    assert run("gtt", "list", "--paper").stdout == "0 GTT orders\n"
    assert "of this emulator" in run("whoami", "--paper").stdout
    assert "6,00,000.00" in run("funds", "--paper").stdout
    assert "--paper excludes" in run("funds", "--paper", "--sandbox", code=2).stderr
    assert "Order not found" in run("order", "cancel", "1", "--paper", code=1).stderr
    assert "There was nothing to close." in run("squareoff", "--paper").stderr


# Real money


@pytest.mark.usefixtures("real_money")
def test_real_money_is_asked_about(run: Command, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    place = ("order", "buy", "RELIANCE", "1")
    assert "there is nobody to ask: BUY 1 RELIANCE" in run(*place, code=2).stderr
    emulator.journal.assert_not_called("POST", "/v3/order/place")
    monkeypatch.setattr(orders, "interactive", lambda: True)
    result = run(*place, typed="n\n", code=1)
    assert "With real money (custom). Go on?" in result.stderr
    emulator.journal.assert_not_called("POST", "/v3/order/place")
    assert "complete" in run(*place, typed="y\n").stdout
    assert "complete" in run(*place, "--yes").stdout
    waits = ["gtt", "buy", "nifty fut 29 dec 26", "--lots", "2", "--trigger", "25000", "--stoploss", "24900"]
    for words, asked in (
        (["order", "cancel", "--all"], "Cancel all open orders"),
        (waits, "BUY 130 NIFTY FUT 29 DEC 26, delivery, once it is at 25000, stop loss 24900"),
    ):
        assert f"{asked}\nWith real money (custom). Go on?" in run(*words, typed="n\n", code=1).stderr
    assert len(emulator.journal.calls("POST", "/v3/order/place")) == 2
    crude = ("gtt", "sell", "CRUDEOIL FUT", "--lots", "2", "--trigger", "9000")
    assert "SELL 2 lots of CRUDEOIL FUT" in run(*crude, typed="n\n", code=1).stderr
    wrong = run("gtt", "buy", "RELIANCE", "1", "--trigger", "1500.03", code=2)
    assert "Go on?" not in wrong.stderr, "what is not legal is not asked about"


@pytest.mark.usefixtures("real_money")
def test_what_would_be_closed_is_listed_before_it_is_asked_about(
    run: Command, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for side, name, quantity in (("buy", "RELIANCE", "10"), ("sell", "INFY", "5")):
        run("order", side, name, quantity, "-p", "intraday", "--yes")
    run("order", "buy", "TCS", "1", "--yes")  # for delivery: it is left alone
    asked = len(emulator.journal.calls("GET", "/v2/portfolio/short-term-positions"))
    refused = run("squareoff", code=2).stderr
    assert "there is nobody to ask: Close all positions but delivered shares at the market\nGive --yes" in refused
    assert len(emulator.journal.calls("GET", "/v2/portfolio/short-term-positions")) == asked
    for module in (orders, portfolio):
        monkeypatch.setattr(module, "interactive", lambda: True)
    before = "at the market, after cancelling the open orders of these instruments:\n  "
    told = run("squareoff", typed="n\n", code=1).stderr
    both = "SELL 10 RELIANCE at the market, intraday\n  BUY 5 INFY at the market, intraday\nWith real money (custom)"
    assert f"Close all positions but delivered shares {before}{both}. Go on?" in told
    told = run("squareoff", "TCS", "--keep-orders", typed="n\n", code=1).stderr
    assert "Close TCS at the market:\n  SELL 1 TCS at the market, delivery\nWith real money" in told
    assert f"Close SBIN {before}no position is open\n" in run("squareoff", "SBIN", typed="n\n", code=1).stderr
    rows = json.loads(run("squareoff", "--json", typed="y\n").stdout.removeprefix(" y\n"))  # what is typed is echoed
    assert sorted((row["symbol"], row["side"], row["quantity"]) for row in rows) == [
        ("INFY", "BUY", 5),
        ("RELIANCE", "SELL", 10),
    ]
    nothing = run("squareoff", "--json")  # and nothing to be asked about
    assert (as_json(nothing), nothing.stderr) == ([], "There was nothing to close.\n")


def test_on_paper_nobody_is_asked(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UPSTOX_BASE_URL", "UPSTOX_ACCESS_TOKEN"):
        monkeypatch.delenv(name)
    assert "complete" in run("order", "buy", "RELIANCE", "1", "--paper").stdout
    assert run("positions", "--paper").stdout.startswith("0 open positions")


def test_the_sandbox_takes_orders(run: Command, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UPSTOX_BASE_URL")
    made = Configuration.__init__

    def sandbox(self: Any, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        self.host = self.order_host = emulator.url

    monkeypatch.setattr(Configuration, "__init__", sandbox)
    monkeypatch.setattr(Configuration, "environment", property(lambda self: "sandbox"))
    monkeypatch.setattr("upstox_client.trading.listing.ASSETS_HOST", emulator.url)
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", emulator.issue_token("sandbox"))
    assert "put order req received" in run("order", "buy", "RELIANCE", "1", "--sandbox").stdout


# Orders that wait


def test_orders_that_wait(run: Command) -> None:
    words = ("gtt", "buy", "RELIANCE", "10", "--trigger", "1480", "--target", "1550", "--stoploss", "1450")
    (row,) = as_json(run(*words, "--trailing", "5", "--json"))
    assert (row["symbol"], row["when"], row["trigger"], row["trailing"]) == ("RELIANCE", "below", 1480, 5)
    assert "SCHEDULED" in run("gtt", "sell", "NIFTY FUT", "--lots", "1", "--trigger", "26500").stdout
    assert len(as_csv(run("gtt", "list", "--csv"))) == 2
    assert run("gtt", "list", "RELIANCE").stdout.startswith("1 GTT order\n")
    assert "1,470.00" in run("gtt", "modify", row["id"], "--trigger", "1470").stdout
    assert "Say what is to change" in run("gtt", "modify", row["id"], code=2).stderr
    assert "CANCELLED" in run("gtt", "cancel", row["id"]).stdout
    wrong = ("gtt", "buy", "RELIANCE", "1", "--trigger", "1480", "--target", "1470")
    assert "the target of a BUY at 1480 is above that" in run(*wrong, code=2).stderr
    nobody = run("gtt", "cancel", "GTT-C00000000000000", code=1).stderr
    assert nobody.startswith(
        "No GTT order waits as 'GTT-C00000000000000': it never did, or it has ended; see upstox gtt"
    )
    wrong = ("gtt", "buy", "RELIANCE", "1", "--trigger", "1500.03")
    assert "RELIANCE: --trigger 1500.03 is between two ticks" in run(*wrong, code=2).stderr


def test_the_commands_that_are_offered_are_there(run: Command) -> None:
    offered = run("order", "buy", "BANKNIFTY", "1", code=2).stderr.partition("are: ")[2].strip().split(", ")
    assert len(offered) == 2
    for command in offered:
        assert "BANKNIFTY" in run(*shlex.split(command)[1:]).stdout


# What there is


def test_positions_and_what_they_made(run: Command, emulator: Emulator, tmp_path: Path) -> None:
    run("order", "buy", "RELIANCE", "10", "-p", "intraday")
    emulator.market.set_price("RELIANCE", 1510.0)
    shown = run("positions").stdout
    assert shown.startswith("1 open position\n")
    assert "RELIANCE  I              10  1,500.10  1,510.00  15,100.00" in shown
    assert "unrealised 99.00, together 99.00" in shown
    assert as_json(run("positions", "--json"))[0]["pnl"] == 99.0
    assert "together 99.00, today 99.00, before charges" in run("pnl").stdout
    assert "Drawn into" in run("pnl", "--plot", str(tmp_path / "pnl.svg")).stderr
    assert (tmp_path / "pnl.svg").exists()
    assert run("holdings").stdout.startswith("0 holdings")
    assert run("pnl", "--segment", "eq", "--year", "2526").stdout.startswith("EQ 2526")
    assert "--segment is one of EQ, FO, COM, CD" in run("pnl", "--segment", "XX", code=2).stderr
    assert "--year is such as 2627" in run("pnl", "--segment", "EQ", "--year", "2628", code=2).stderr
    assert "--year is for the report" in run("pnl", "--year", "2526", code=2).stderr


def test_squaring_off(run: Command, emulator: Emulator) -> None:
    assert "There was nothing to close." in run("squareoff").stderr
    for name in ("RELIANCE", "INFY"):
        run("order", "buy", name, "10", "-p", "intraday")
    assert "--product is D, I or MTF" in run("squareoff", "-p", "X", code=2).stderr
    (row,) = as_json(run("squareoff", "RELIANCE", "-p", "i", "--keep-orders", "--json"))
    assert (row["symbol"], row["side"], row["status"]) == ("RELIANCE", "SELL", "complete")
    emulator.orders.on(side="SELL").reject("RMS: no")
    result = run("squareoff", code=1)
    assert "SELL 10 INFY at the market, intraday: rejected: RMS: no" in result.stderr


def test_lines_that_fail_are_told(run: Command, emulator: Emulator) -> None:
    for name in ("RELIANCE", "INFY"):
        run("order", "buy", name, "10", "-p", "intraday")
    emulator.orders.on(side="SELL", times=1).refuse("UDAPI100500")
    assert "Not sent: SELL 10" in run("squareoff", code=1).stderr
