"""The three doors: an object, the command line, the pytest fixture."""

from __future__ import annotations

import datetime as dt
import inspect
import re
import socket
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import pytest
import typer
from typer.testing import CliRunner

import upstox_client
from support.answers import operations
from upstox_emulator import IST, App, Emulator
from upstox_emulator.arguments import RULES
from upstox_emulator.cli import emulator as command
from upstox_emulator.sockets import listen

from .conftest import Caller

pytest_plugins = ["pytester"]

app = typer.Typer()
app.command()(command)


def test_it_starts_stops_and_leaves_nothing_behind():
    before = set(threading.enumerate())
    em = Emulator(access_token="mine")
    with pytest.raises(RuntimeError, match="before it is started"):
        _ = em.url
    assert repr(em).startswith("Emulator(not started, seed=7")
    em.start()
    assert Caller(em.url, em.access_token)("GET", "/v2/user/profile").status == 200
    assert em.access_token == "mine"
    em.stop()
    em.stop()
    assert set(threading.enumerate()) <= before  # others may have ended meanwhile
    with pytest.raises(OSError, match="refused"):
        Caller(em.url)("GET", "/")


@pytest.mark.parametrize("db", [None, "em.db"])
def test_it_can_go_down_and_come_back(tmp_path, db):
    with Emulator(db=db and tmp_path / db) as em:
        url, call = em.url, Caller(em.url, em.access_token)
        with pytest.raises(RuntimeError, match="already running at http"):
            em.start()
        em.stop()
        with pytest.raises(OSError, match="refused"):
            call("GET", "/")
        assert em.start().url == url
        assert call("GET", "/v2/user/profile").status == 200


def test_a_taken_port_leaves_the_journal_free(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        em = Emulator(port=taken.getsockname()[1], db=tmp_path / "em.db")
        with pytest.raises(OSError, match="in use"):
            em.start()
    Emulator(db=tmp_path / "em.db").stop()


def test_its_clock_starts_on_a_trading_day():
    assert Emulator().clock.now() - dt.datetime(2026, 11, 23, 10, 0, tzinfo=IST) < dt.timedelta(seconds=5)
    assert abs(Emulator(start=None).clock.now() - dt.datetime.now(IST)) < dt.timedelta(seconds=5)


@pytest.mark.parametrize(
    ("arguments", "error", "told"),
    [
        ({"seed": "7"}, TypeError, "seed is a whole number, got '7'"),
        ({"host": None}, TypeError, "host is an address to listen on, such as '127.0.0.1', got None"),
        ({"host": ""}, ValueError, "host is an address"),
        ({"port": "9010"}, TypeError, "port is a number from 0 to 65535, where 0 takes a free port, got '9010'"),
        ({"port": 65536}, ValueError, "port is a number from 0 to 65535"),
        ({"feed_port": -1}, ValueError, "feed_port is a number from 0 to 65535"),
        ({"access_token": b"mine"}, TypeError, "access_token is a text of one character or more, or None, got one of"),
        ({"access_token": ""}, ValueError, "access_token is a text of one character"),
        ({"market": "open"}, ValueError, "market is 'always-open' or 'calendar', got 'open'"),
        ({"plan": None}, TypeError, "plan is 'normal' or 'plus', got None"),
        ({"start": "2026-11-23"}, TypeError, "start is a datetime such as"),
        ({"speed": "1"}, TypeError, "speed is a number from 0"),
        ({"db": 5}, TypeError, "db is the path of a file, or None, got 5"),
        ({"db": ""}, ValueError, "db is the path of a file"),
        (
            {"apps": App("id", "hush", "http://127.0.0.1/")},
            TypeError,
            r"apps is a list of App\(.*\), got one of type App",
        ),
        ({"apps": ["id:hush:http://127.0.0.1/"]}, ValueError, "apps is a list of App"),
        ({"rate_limit": "no"}, TypeError, "rate_limit is True or False, got 'no'"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, told):
    with pytest.raises(error, match=f"^{told}") as caught:
        Emulator(**arguments)
    assert "hush" not in str(caught.value)


def test_every_argument_is_checked():
    clocks_own = {"start", "speed"}
    assert set(inspect.signature(Emulator).parameters) == set(RULES) | clocks_own


def test_it_configures_a_client(em):
    api = upstox_client.UserApi(upstox_client.ApiClient(em.configuration()))
    assert api.get_profile().data.user_id == em.venue.user.user_id
    assert em.configuration().environment == "emulator"


def test_unknown_apps_are_refused(em):
    with pytest.raises(KeyError, match="nobody"):
        em.issue_code("nobody")
    with pytest.raises(KeyError, match="nobody"):
        em.issue_token(client_id="nobody")


def test_ipv6():
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        em = Emulator(host="::1").start()
    except OSError:
        pytest.skip("no IPv6 loopback here")
    assert em.url.startswith("http://[::1]:")
    em.stop()


def run(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "upstox_emulator", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_the_command_prints_one_line_and_stops_when_told():
    process = run(
        "--port", "0", "--access-token", "ready", "--market", "calendar", "--start", "2026-11-23T09:15:00+05:30",
        "--speed", "0", "--app", "desk:secret:http://127.0.0.1:8001/callback", "--no-rate-limit",
    )  # fmt: skip
    try:
        line = process.stdout.readline()
        assert line.startswith("Upstox emulator ready at http://127.0.0.1:")
        call = Caller(line.split()[-1], "ready")
        state = call("GET", "/__emulator").json()
        assert state["now"] == "2026-11-23T09:15:00+05:30"
        assert state["apps"][1] == {"client_id": "desk", "redirect_uri": "http://127.0.0.1:8001/callback"}
        assert {call("GET", "/v2/user/profile").status for _ in range(60)} == {200}
        feed = urlsplit(call("GET", "/v3/feed/market-data-feed/authorize").data["authorized_redirect_uri"])
        for port in (feed.port, urlsplit(line.split()[-1]).port):
            with socket.create_connection((feed.hostname, port)) as stranger:
                stranger.sendall(b"hello\r\n\r\n")
                stranger.recv(1000)
    finally:
        process.send_signal(2)
        out, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert (out, errors) == ("", "")  # the engines of the servers have nothing to tell a trader


def test_the_command_tells_what_the_emulator_has_to_say():
    code = (
        "import logging; from upstox_emulator import cli; cli._log_own_lines()\n"
        "for name in ('upstox_emulator', 'uvicorn.error', 'picows'): logging.getLogger(name).info('from %s', name)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr
    assert told.rstrip().endswith("INFO from upstox_emulator")
    assert told.count("from") == 1


@pytest.mark.parametrize("option", ["--port", "--feed-port"])
def test_a_taken_port_is_told(option):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(app, ["--port", "0", option, port])
    assert result.exit_code == 1
    assert f"Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another with {option}," in result.output


def test_a_journal_in_use_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("upstox_emulator.journal._PATIENCE", 0.01)
    em = Emulator(db=tmp_path / "em.db")
    result = CliRunner().invoke(app, ["--port", "0", "--db", str(tmp_path / "em.db")])
    em.stop()
    assert result.exit_code == 1
    assert "perhaps another emulator does" in result.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--start", "tomorrow"], "--start is a moment such as 2026-11-23T09:15:00+05:30, got 'tomorrow'"),
        (["--start", "1999-12-31"], "--start is in the years from 2000 to 2099, got 1999-12-31 00:00:00"),
        (["--app", "just-an-id"], "--app is CLIENT_ID:CLIENT_SECRET:REDIRECT_URI, got one without CLIENT_SECRET"),
        (["--app", "id:hush"], "got one without REDIRECT_URI, for 'id'"),
        (
            ["--app", "id:hush:callback"],
            "REDIRECT_URI of --app is such as http://127.0.0.1:8000/callback, got 'callback'",
        ),
        (["--speed", "-1"], "--speed is a number from 0 to 1,000,000, got -1.0"),
        (["--access-token", ""], "--access-token is a text of one character or more, or None, got ''"),
        (["--host", "192.0.2.1"], "--host is an address of this machine, such as 127.0.0.1; got '192.0.2.1'"),
        (["--host", "no..host"], "--host is an address of this machine, such as 127.0.0.1; got 'no..host'"),
        (["--db", "/no/such/folder/em.db"], "--db: cannot open '/no/such/folder/em.db'"),
        (["--scenario", "no-such-day"], "--scenario: 'no-such-day' is neither a file that can be read"),
        (["--market", "open"], "--market"),
        (["--port", "-1"], "--port"),
        (["--port", "65536"], "--port"),
    ],
)
def test_wrong_usage_is_told(arguments, told):
    result = CliRunner().invoke(app, ["--port", "0", *arguments])
    assert result.exit_code == 2
    assert told in result.output
    assert "hush" not in result.output


def test_a_journal_of_another_seed_is_wrong_usage(tmp_path):
    Emulator(db=tmp_path / "em.db").stop()
    result = CliRunner().invoke(app, ["--port", "0", "--seed", "8", "--db", str(tmp_path / "em.db")])
    assert result.exit_code == 2
    assert "was begun with seed 7, not 8; give --seed 7 or another file" in result.output


def test_other_machines_are_warned_about(monkeypatch):
    monkeypatch.setattr(threading.Event, "wait", lambda self, timeout=None: True)
    monkeypatch.setattr(Emulator, "start", lambda self: self)
    monkeypatch.setattr(Emulator, "url", "http://0.0.0.0:1")
    result = CliRunner().invoke(app, ["--host", "0.0.0.0", "--access-token", "x"])
    assert "0.0.0.0 can be reached from other machines" in result.output
    assert result.exit_code == 0


def test_unknown_names_of_the_package():
    import upstox_emulator

    assert {getattr(upstox_emulator, name) for name in upstox_emulator.__all__}
    with pytest.raises(AttributeError, match="no attribute 'Nope'"):
        _ = upstox_emulator.Nope


def test_the_fixture(pytester):
    pytester.makepyfile(
        """
        import upstox_client

        def test_it(upstox_emulator):
            client = upstox_client.ApiClient(upstox_emulator.configuration())
            assert upstox_client.UserApi(client).get_profile().data.broker == "UPSTOX"
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_the_plugin_imports_nothing_until_it_is_used():
    code = "import sys, upstox_emulator.pytest_plugin; sys.exit('starlette' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_route_is_an_operation_of_the_client():
    from upstox_emulator.http.app import ENDPOINTS

    def place(method: str, path: str) -> tuple[str, str]:
        return method, re.sub(r"\{\w+\}", "{}", path)

    ours = {place(operation.route.method, operation.route.path) for operation in operations().values()}
    served = {place(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}
    assert ours == served | {("GET", "/v2/login/authorization/dialog")}


@pytest.fixture
def desk():
    return App(client_id="desk", client_secret="secret", redirect_uri="http://127.0.0.1:8001/callback")


def test_apps_may_be_changed_over_a_restart(tmp_path, desk):
    import msgspec

    db = tmp_path / "em.db"
    Emulator(db=db, apps=[desk]).stop()
    changed = msgspec.structs.replace(desk, client_secret="new")
    em = Emulator(db=db, apps=[changed])
    assert em.venue.tokens.apps["desk"].client_secret == "new"
    em.stop()


def test_shares_may_be_there_from_the_beginning(em, call):
    em.seed_holdings(("NSE_EQ|INE002A01018", 10, 1400.5))
    (holding,) = call("GET", "/v2/portfolio/long-term-holdings").data
    assert (holding["trading_symbol"], holding["quantity"], holding["average_price"]) == ("RELIANCE", 10, 1400.5)


def test_a_scenario_is_played_by_name(em):
    assert em.play("opening-gap").error is None
    with pytest.raises(ValueError, match="no-such-day"):
        em.play("no-such-day")


def test_the_command_line_looks_at_a_scenario_before_it_starts(tmp_path, monkeypatch):
    monkeypatch.setattr(Emulator, "start", lambda self: pytest.fail("it has started"))
    path = tmp_path / "day.yaml"
    path.write_text("{name: day, steps: [{release: {instrument: NOBODY}}]}")
    result = CliRunner().invoke(app, ["--port", "0", "--db", str(tmp_path / "em.db"), "--scenario", str(path)])
    assert result.exit_code == 2
    assert "--scenario: day: step 1: 'NOBODY' is neither the key nor the symbol" in result.output
    Emulator(db=tmp_path / "em.db").stop()  # the file is free again


def test_the_command_line_plays_scenarios(monkeypatch):
    played = []
    monkeypatch.setattr(threading.Event, "wait", lambda self, timeout=None: True)
    monkeypatch.setattr(Emulator, "start", lambda self: self)
    monkeypatch.setattr(Emulator, "url", "http://127.0.0.1:1")
    monkeypatch.setattr(Emulator, "play", lambda self, day: played.append(day.name))
    assert CliRunner().invoke(app, ["--port", "0", "--scenario", "opening-gap"]).exit_code == 0
    assert played == ["opening-gap"]


def test_an_address_is_for_one_only():
    with listen("127.0.0.1", 0) as first:
        host, port = first.getsockname()
        with pytest.raises(OSError, match="in use") as caught:
            listen(host, port)
    assert caught.value.filename == f"{host}:{port}"
