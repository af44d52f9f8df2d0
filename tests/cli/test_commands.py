"""The commands, run in this process against the emulator."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import socket
import threading

import msgspec
import pytest
from typer.testing import CliRunner

import upstox_client
from auth.test_expiry import jwt
from auth.walking import Walker, walk, walk_without_return
from auth.worlds import SECRET
from upstox_client.auth import IST, Place, StoredToken, TokenStore
from upstox_client.auth.token import utc_now
from upstox_client.cli import sign_in
from upstox_client.cli.app import app


class Upstox:
    """`upstox ...`, and the browser of its user."""

    def __init__(self, monkeypatch, world) -> None:
        self._monkeypatch, self.world = monkeypatch, world
        self.outputs: list[str] = []
        self.env(UPSTOX_BASE_URL=world.emulator.url)
        self.browse(Walker())

    def env(self, **variables: str) -> None:
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)

    def browse(self, browser) -> None:
        self._monkeypatch.setattr("webbrowser.open", browser)

    def at_a_terminal(self) -> None:
        self._monkeypatch.setattr(sign_in, "interactive", lambda: True)

    def __call__(self, *args: str, code: int = 0, typed: str = ""):
        result = CliRunner().invoke(app, args, input=typed, prog_name="upstox")
        self.outputs.append(result.output)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    def log_in(self) -> None:
        self.env(UPSTOX_CLIENT_SECRET=SECRET)
        self("login", "--client-id", "home", "--redirect-uri", self.world.redirect_uri)


@pytest.fixture
def upstox(monkeypatch, world):
    return Upstox(monkeypatch, world)


@pytest.fixture
def place(world):
    return Place.of(world.configuration())


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr("upstox_client.core.drivers.time.sleep", lambda seconds: None)


# From login to logout


def test_a_day(upstox, store, place):
    upstox.env(UPSTOX_CLIENT_SECRET=SECRET)
    result = upstox("login", "--client-id", "home", "--redirect-uri", upstox.world.redirect_uri)
    assert result.stdout == ""
    assert "Logged in to emulator" in result.stderr
    assert "as Asha Emulator (EM1234). The token expires in" in result.stderr
    assert str(store.path) in result.stderr
    kept = store.get(place)
    assert "Asha Emulator" in upstox("whoami").stdout
    assert re.search(r"Available to trade +₹6,00,000\.00", upstox("funds").stdout)
    assert "access of Asha Emulator, expires in" in upstox("env").stdout
    assert "Logged out" in upstox("logout").stderr
    assert store.get(place) is None
    upstox("whoami", code=3)
    with upstox_client.ApiClient(upstox.world.configuration()) as client:
        client.configuration.access_token = kept.token
        with pytest.raises(upstox_client.AuthenticationError):
            upstox_client.UserApi(client).get_profile()
    for secret in (kept.token, SECRET):
        assert secret not in "".join(upstox.outputs)


def test_json_is_all_there_is_on_standard_output(upstox):
    upstox.env(UPSTOX_CLIENT_SECRET=SECRET)
    login = upstox("login", "--json", "--client-id", "home", "--redirect-uri", upstox.world.redirect_uri)
    about = json.loads(login.stdout)
    assert about["user_id"] == "EM1234"
    assert about["kind"] == "access"
    assert "token" not in about
    assert json.loads(upstox("whoami", "--json").stdout)["user_name"] == "Asha Emulator"
    assert json.loads(upstox("funds", "--json").stdout)["available_to_trade"]["total"] == 600000
    report = json.loads(upstox("env", "--json").stdout)
    assert report["token"]["source"] == "store"
    assert report["token"]["expired"] is False
    assert report["client_id"] == "home"


def test_the_options_of_every_command(upstox, monkeypatch):
    upstox.log_in()
    url = upstox.world.emulator.url
    monkeypatch.delenv("UPSTOX_BASE_URL")
    upstox("whoami", "--base-url", url)
    upstox("whoami", "--base-url", url, "--client-id", "home")
    upstox("whoami", "--base-url", url, "--client-id", "other", code=3)
    assert "live" in upstox("env").stdout
    assert "sandbox" in upstox("env", "--sandbox").stdout
    upstox("env", "--sandbox", "--base-url", url, code=2)
    upstox("env", "--base-url", "http://example.com", code=2)
    upstox("env", "--base-url", "nonsense", code=2)
    upstox.env(UPSTOX_BASE_URL="ftp://example.com")
    upstox("env", code=2)


@pytest.mark.parametrize("command", ["whoami", "funds"])
def test_the_sandbox_has_no_account(upstox, monkeypatch, command):
    monkeypatch.delenv("UPSTOX_BASE_URL")
    assert "takes orders and nothing else" in upstox(command, "--sandbox", code=2).stderr


# Login


def test_login_asks_for_what_is_missing(upstox, store, place):
    upstox.at_a_terminal()
    result = upstox("login", typed=f"home\n{SECRET}\n{upstox.world.redirect_uri}\n")
    assert "Client id (API key)" in result.stderr
    assert SECRET not in result.output
    assert store.last(place) == "home"
    # The next day it knows the client id.
    assert "Client id" not in upstox("login", typed=f"{SECRET}\n{upstox.world.redirect_uri}\n").output


@pytest.mark.parametrize("missing", ["--client-id", "--client-secret", "--redirect-uri"])
def test_login_cannot_ask_a_script(upstox, missing):
    given = {"--client-id": "home", "--client-secret": SECRET, "--redirect-uri": upstox.world.redirect_uri}
    del given[missing]
    result = upstox("login", *[word for pair in given.items() for word in pair], code=2)
    assert missing in result.stderr
    assert "UPSTOX_" in result.stderr
    assert result.stdout == ""


def test_login_without_browser(upstox, monkeypatch):
    opened, told = [], []
    upstox.browse(opened.append)
    browser = Walker()
    say = sign_in.show.say

    def read(text):
        told.append(text)
        say(text)
        if "dialog" in text:
            threading.Thread(target=browser, args=(text.split()[-1],)).start()

    monkeypatch.setattr(sign_in.show, "say", read)
    upstox.env(UPSTOX_CLIENT_SECRET=SECRET)
    upstox("login", "--no-browser", "--client-id", "home", "--redirect-uri", upstox.world.redirect_uri)
    assert opened == []
    assert browser.page().status == 200


def test_login_denied(upstox):
    upstox.browse(Walker(lambda url: walk(url, "deny")))
    upstox.env(UPSTOX_CLIENT_SECRET=SECRET, UPSTOX_CLIENT_ID="home", UPSTOX_REDIRECT_URI=upstox.world.redirect_uri)
    assert "denied" in upstox("login", code=3).stderr


def test_login_refused(upstox):
    upstox.env(UPSTOX_CLIENT_SECRET="wr0ng-secret", UPSTOX_CLIENT_ID="home")
    result = upstox("login", "--redirect-uri", upstox.world.redirect_uri, code=3)
    assert "UDAPI100069" in result.stderr
    assert "wr0ng" not in result.output
    assert "UDAPI100068" in upstox("login", "--redirect-uri", f"{upstox.world.redirect_uri}/", code=3).stderr


def test_login_with_a_taken_port(upstox):
    upstox.env(UPSTOX_CLIENT_SECRET=SECRET, UPSTOX_CLIENT_ID="home", UPSTOX_REDIRECT_URI=upstox.world.redirect_uri)
    with socket.create_server(("127.0.0.1", upstox.world.port)):
        assert "taken" in upstox("login", code=1).stderr


def test_login_with_a_redirect_uri_elsewhere(upstox):
    upstox.env(UPSTOX_CLIENT_SECRET=SECRET, UPSTOX_CLIENT_ID="far", UPSTOX_REDIRECT_URI="https://example.com/callback")
    assert "--paste" in upstox("login", code=2).stderr


def test_login_by_pasting(upstox, monkeypatch):
    upstox.env(UPSTOX_CLIENT_SECRET=SECRET, UPSTOX_CLIENT_ID="far", UPSTOX_REDIRECT_URI="https://example.com/callback")
    upstox.at_a_terminal()
    urls = []
    monkeypatch.setattr(sign_in.show, "say", lambda text: urls.extend(re.findall(r"http\S+dialog\S+", text)))
    monkeypatch.setattr(sign_in.typer, "prompt", lambda *args, **more: walk_without_return(urls[-1]))
    upstox("login", "--paste")


def test_login_by_pasting_an_old_answer_from_a_script(upstox):
    upstox.env(UPSTOX_CLIENT_SECRET=SECRET, UPSTOX_CLIENT_ID="far", UPSTOX_REDIRECT_URI="https://example.com/callback")
    result = upstox("login", "--paste", code=3, typed="https://example.com/callback?code=c&state=old\n")
    assert "not to this login" in result.stderr
    assert "dialog" in result.stderr


def test_login_by_notifier(upstox, store, place):
    upstox.env(UPSTOX_CLIENT_SECRET=SECRET, UPSTOX_CLIENT_ID="home")
    result = upstox(
        "login",
        "--notifier",
        "--listen",
        f"127.0.0.1:{upstox.world.hook_port}/hook",
        "--timeout",
        "10",
        "--user-id",
        "EM1234",
    )
    assert "Approve the request" in result.stderr
    assert store.get(place, "home").user_id == "EM1234"


@pytest.mark.parametrize("where", ["8000", "127.0.0.1:x/", "127.0.0.1:70000", ":8000", "127.0.0.1"])
def test_where_the_notifier_listens(upstox, where):
    assert "HOST:PORT/PATH" in upstox("login", "--notifier", "--listen", where, code=2).stderr


def test_the_ways_to_log_in_exclude_each_other(upstox):
    upstox("login", "--paste", "--notifier", code=2)
    upstox("login", "--kind", "analytics", code=2)
    upstox("login", "--timeout", "0", code=2)


@pytest.mark.parametrize("way", [[], ["--notifier"], ["--paste"]])
def test_the_sandbox_has_no_login(upstox, monkeypatch, way):
    monkeypatch.delenv("UPSTOX_BASE_URL")
    assert "upstox login --sandbox --token" in upstox("login", "--sandbox", *way, code=3).stderr


# Ready tokens


def test_a_ready_access_token_is_tried_out(upstox, store, place):
    ready = upstox.world.emulator.issue_token("access", client_id="home")
    result = upstox("login", "--token", "--client-id", "home", typed=f"{ready}\n")
    assert "as Asha Emulator" in result.stderr
    assert ready not in result.output
    assert store.get(place).token == ready
    assert "does not accept" in upstox("login", "--token", typed="eyJ-wrong\n", code=3).stderr
    assert store.get(place).token == ready


def test_a_ready_token_is_typed_hidden(upstox):
    upstox.at_a_terminal()
    ready = upstox.world.emulator.issue_token("access")
    assert ready not in upstox("login", "--token", typed=f"{ready}\n").output


def test_a_profile_that_says_nothing(upstox, store):
    upstox.world.emulator.faults.status(200, {"status": "success"}, path="/v2/user/profile", times=2)
    assert "is stored" in upstox("login", "--token", typed="opaque\n").stderr
    assert "?" in upstox("whoami").stdout


@pytest.mark.parametrize(("kind", "days"), [("analytics", "364 days"), ("extended", "364 days")])
def test_a_ready_token_of_another_kind(upstox, store, place, kind, days):
    upstox.env(UPSTOX_CLIENT_ID="home")
    ready = upstox.world.emulator.issue_token(kind)
    assert days in upstox("login", "--token", "--kind", kind, typed=ready).stderr
    assert store.get(place).kind == kind
    # Upstox is not asked about a logout: there is none for them.
    result = upstox("logout", "--client-id", kind)
    assert "not asked" in result.stderr
    assert store.list() == ()


def test_a_sandbox_token(upstox, monkeypatch, store):
    monkeypatch.delenv("UPSTOX_BASE_URL")
    assert "The sandbox token for sandbox is stored" in upstox("login", "--sandbox", "--token", typed="opaque").stderr
    assert store.get(Place("sandbox")).kind == "sandbox"
    assert "sandbox, expires in 29 days" in upstox("env", "--sandbox").stdout


def test_a_ready_token_that_is_none(upstox, monkeypatch):
    upstox("login", "--token", code=2)
    assert "naïve" not in upstox("login", "--token", typed="naïve token", code=2).output
    monkeypatch.delenv("UPSTOX_BASE_URL")
    old = jwt(iat=1000, exp=2000)
    assert "has expired" in upstox("login", "--token", "--kind", "analytics", typed=old, code=3).stderr


# Logout


def test_logout_with_a_token_that_is_dead_already(upstox, store, place):
    upstox.log_in()
    with upstox_client.ApiClient(upstox.world.configuration()) as client:
        client.configuration.access_token = store.get(place).token
        upstox_client.LoginApi(client).logout()
    assert "dead already" in upstox("logout").stderr
    assert store.list() == ()
    assert "nothing to log out" in upstox("logout", code=3).stderr


def test_logout_without_network_keeps_the_token(upstox, store, place):
    upstox.log_in()
    upstox.world.emulator.faults.reset_before(path="/v2/logout", times=None)
    upstox("logout", code=7)
    assert store.get(place) is not None
    upstox("logout", "--local")
    assert store.list() == ()


def test_logout_of_a_token_of_the_environment(upstox, store, place):
    upstox.log_in()
    mine = upstox.world.emulator.issue_token("access")
    upstox.env(UPSTOX_ACCESS_TOKEN=mine)
    assert "unset it" in upstox("logout").stderr
    upstox("whoami", code=3)
    assert "dead already" in upstox("logout").stderr
    # Another token, which was not in use, is still there and good.
    assert len(store.list()) == 1
    upstox("whoami", "--client-id", "home")
    upstox.env(UPSTOX_ACCESS_TOKEN=store.get(place).token)
    upstox("logout")
    assert store.list() == ()


def test_a_login_tells_of_a_token_that_goes_first(upstox):
    upstox.log_in()
    assert "UPSTOX_ACCESS_TOKEN" not in upstox.outputs[-1]
    upstox.env(UPSTOX_ACCESS_TOKEN="of-yesterday")
    upstox.log_in()
    assert upstox.outputs[-1].endswith("UPSTOX_ACCESS_TOKEN is set to another one, which goes first: unset it.\n")


def test_logout_of_a_named_app_leaves_the_environments_token_alone(upstox, store):
    upstox.log_in()
    mine = upstox.world.emulator.issue_token("access")
    upstox.env(UPSTOX_ACCESS_TOKEN=mine)
    assert "Logged out" in upstox("logout", "--client-id", "home").stderr
    upstox("whoami")


def test_a_login_over_a_store_in_ruins(upstox, store, place):
    store.path.write_text("{")
    upstox.log_in()
    assert "damaged" in upstox.outputs[-1]
    assert store.get(place).client_id == "home"


# Env


def test_env_with_a_token_of_the_environment(upstox):
    upstox.env(UPSTOX_ACCESS_TOKEN="opaque")
    assert re.search(r"Token +from UPSTOX_ACCESS_TOKEN\s", upstox("env").stdout)
    now = utc_now().timestamp()
    upstox.env(UPSTOX_ACCESS_TOKEN=jwt(iat=now - 10, exp=now + 3600 * 5 + 60))
    assert "from UPSTOX_ACCESS_TOKEN, expires in 5 h 0 min" in upstox("env").stdout
    upstox.env(UPSTOX_ACCESS_TOKEN=jwt(iat=now - 10, exp=now - 5), UPSTOX_RATE_LIMIT="off")
    shown = upstox("env").stdout
    assert "expired" in shown
    assert re.search(r"Rate limit +off", shown)
    assert json.loads(upstox("env", "--json").stdout)["token"]["expired"] is True


def test_env_without_a_token(upstox):
    shown = upstox("env").stdout
    assert "none; log in: upstox login" in shown
    assert upstox.world.emulator.url in shown
    assert "50 in 1 s" in shown
    assert json.loads(upstox("env", "--json").stdout)["token"] == {
        "source": "none",
        "kind": None,
        "user_id": None,
        "user_name": None,
        "expires_at": None,
        "seconds_left": None,
        "expired": None,
    }


def test_env_with_a_dead_token(upstox, store, place):
    dead = dt.datetime(2026, 1, 2, 3, 30, tzinfo=IST)
    store.put(
        StoredToken(
            token="t",
            environment=place.environment,
            host=place.host,
            client_id="home",
            received_at=dead - dt.timedelta(hours=9),
            expires_at=dead,
        )
    )
    assert re.search(r"access, expired \d+ days ago, 02 Jan 2026 03:30 IST", upstox("env").stdout)
    assert "expired at 02 Jan 2026 03:30 IST" in upstox("whoami", code=3).stderr


# Every exit code, from a real answer


@pytest.mark.parametrize(
    ("status", "code", "exit_code"),
    [
        (500, "UDAPI100500", 1),
        (400, "UDAPI1019", 1),
        (401, "UDAPI100050", 3),
        (403, "UDAPI100067", 4),
        (403, "UDAPI1154", 4),
        (429, "UDAPI10005", 5),
        (423, "UDAPI100072", 6),
    ],
)
def test_exit_codes(upstox, status, code, exit_code):
    upstox.env(UPSTOX_ACCESS_TOKEN=upstox.world.emulator.access_token)
    body = {"status": "error", "errors": [{"errorCode": code, "message": "So it is."}]}
    upstox.world.emulator.faults.status(status, body, path="/v3/user/get-funds-and-margin", times=None)
    result = upstox("funds", code=exit_code)
    assert f"So it is ({code})" in result.stderr
    assert len(result.stderr.splitlines()) <= 2
    assert result.stdout == ""


def test_no_network(upstox):
    upstox.env(UPSTOX_ACCESS_TOKEN="t")
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unheard.getsockname()[1]}"
        assert f"No answer ({url})" in upstox("whoami", "--base-url", url, code=7).stderr


def test_a_token_store_in_ruins(upstox, store):
    store.path.write_text("{")
    store.path.chmod(0o600)
    result = upstox("whoami", code=1)
    assert str(store.path) in result.stderr
    assert "Delete" in result.stderr


def test_interrupted(upstox, monkeypatch):
    def interrupt(*args, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(TokenStore, "get", interrupt)
    upstox("whoami", code=130)


def test_an_accident(upstox, monkeypatch):
    def fail(*args, **more):
        raise RuntimeError("Bearer hush-token")

    monkeypatch.setattr(TokenStore, "get", fail)
    result = upstox("whoami", code=1)
    assert "RuntimeError" in result.stderr
    assert "hush" not in result.stderr


def test_nobody_to_answer_a_question(upstox):
    upstox.at_a_terminal()
    upstox("login", code=1)


# Before the command


def test_debug_shows_where_and_no_secret(monkeypatch, upstox):
    upstox.env(UPSTOX_ACCESS_TOKEN="hush-token")
    result = CliRunner().invoke(app, ["--debug", "whoami"])
    assert result.exit_code == 3
    assert "Traceback" in result.stderr
    assert "GET http" in result.stderr
    assert "hush" not in result.output
    upstox.env(UPSTOX_DEBUG="1")
    assert "Traceback" in CliRunner().invoke(app, ["whoami"]).stderr
    logging.getLogger("upstox_client").setLevel(logging.NOTSET)


def test_version_and_help(upstox):
    assert f"upstox-python-sdk {upstox_client.__version__}" in upstox("--version").stdout
    shown = upstox("--help").stdout
    for word in ("login", "logout", "whoami", "funds", "env", "emulator", "Exit codes"):
        assert word in shown
    upstox(code=2)
    upstox("frobnicate", code=2)
    upstox("whoami", "--frobnicate", code=2)


def test_amounts_that_are_missing_are_left_out(upstox):
    upstox.env(UPSTOX_ACCESS_TOKEN="t")
    data = {"status": "success", "data": {"available_to_trade": {"total": 12.5, "pledge_available_to_trade": {}}}}
    upstox.world.emulator.faults.status(200, data, path="/v3/user/get-funds-and-margin")
    assert upstox("funds").stdout.split() == ["Funds", "Available", "to", "trade", "₹12.50"]
    upstox.world.emulator.faults.status(200, {"status": "success"}, path="/v3/user/get-funds-and-margin")
    assert upstox("funds").stdout.split() == ["Funds"]


def test_what_is_stored_outlives_the_process_as_json(upstox, store, place):
    upstox.log_in()
    again = msgspec.json.decode(store.path.read_bytes())
    assert again["version"] == 1
