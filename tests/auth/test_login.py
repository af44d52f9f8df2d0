"""A login in one call, through the emulator's pages."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import socket
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

import upstox_client
from auth.test_redirect import judged
from auth.walking import FakeListener, Page, Walker, fetch, walk, walk_without_return
from auth.worlds import SECRET
from support.servers import RawServer
from upstox_client import auth
from upstox_client.auth.expiry import next_0330
from upstox_client.auth.flow import open_in_browser
from upstox_client.auth.redirect import Answer
from upstox_client.errors import ApiException, NetworkError, ServerError


@pytest.fixture
def log_in(world, store):
    """`login` with everything given that is not the test's subject."""

    def call(client_id="home", secret=SECRET, uri=None, **more):
        more.setdefault("configuration", world.configuration())
        more.setdefault("store", store)
        more.setdefault("echo", lambda text: None)
        more.setdefault("timeout", 10)
        return auth.login(client_id, secret, uri or world.redirect_uri, **more)

    return call


def spent(emulator) -> int:
    """How many codes have been exchanged."""
    return sum(seen.path == "/v2/login/authorization/token" for seen in emulator.requests)


def test_the_whole_way(world, store, log_in):
    browser, told = Walker(), []
    configuration = world.configuration()
    token = log_in(configuration=configuration, open_browser=browser, echo=told.append)
    page = browser.page()
    assert page.status == 200
    assert "You are logged in as Asha Emulator" in page.text
    assert browser.urls[0] in told[0]
    assert (token.user_id, token.client_id, token.kind) == ("EM1234", "home", "access")
    assert token.place == auth.Place.of(configuration)
    assert configuration.access_token == token.token
    assert store.get(configuration) == token
    with upstox_client.ApiClient(configuration) as client:
        assert upstox_client.UserApi(client).get_profile().data.user_id == "EM1234"
    fresh = world.configuration()
    assert auth.load_token(fresh, store=store) == token
    assert fresh.access_token == token.token


def test_no_secret_is_told_or_logged(world, log_in, capfd, tmp_path):
    told, browser = [], Walker()
    configuration = world.configuration()
    configuration.logger_file = tmp_path / "log"
    configuration.debug = True
    token = log_in(configuration=configuration, open_browser=browser, echo=told.append)
    code = parse_qs(urlsplit(browser.page().url).query)["code"][0]
    out, err = capfd.readouterr()
    shown = "".join([out, err, repr(token), browser.page().text, (tmp_path / "log").read_text(), *told])
    assert "/v2/login/authorization/token" in shown
    for secret in (SECRET, code, token.token):
        assert secret not in shown


def test_localhost_and_a_query_in_the_redirect_uri(world, log_in):
    browser = Walker()
    log_in("named", uri=f"http://localhost:{world.port}/named?x=1", open_browser=browser)
    assert browser.page().status == 200


def test_the_environment_fills_in(world, store, monkeypatch):
    monkeypatch.setenv("UPSTOX_BASE_URL", world.emulator.url)
    monkeypatch.setenv("UPSTOX_CLIENT_ID", "home")
    monkeypatch.setenv("UPSTOX_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("UPSTOX_REDIRECT_URI", world.redirect_uri)
    token = auth.login(open_browser=Walker(), echo=lambda text: None)
    assert store.get(upstox_client.Configuration()) == token


@pytest.mark.parametrize("missing", ["CLIENT_ID", "CLIENT_SECRET", "REDIRECT_URI"])
def test_a_missing_credential_is_named(monkeypatch, missing):
    for name in {"CLIENT_ID", "CLIENT_SECRET", "REDIRECT_URI"} - {missing}:
        monkeypatch.setenv(f"UPSTOX_{name}", "x")
    with pytest.raises(auth.MissingCredentialError, match=f"UPSTOX_{missing}"):
        auth.login()


def test_an_extended_token_comes_along(log_in, store, world):
    token = log_in("multi", open_browser=Walker())
    assert token.extended_token
    assert store.get(world.configuration(), "multi").extended_token == token.extended_token


def test_without_a_store(log_in, store, world):
    log_in(open_browser=Walker(), store=False)
    assert store.list() == ()


def test_the_account_holder_says_no(log_in, world):
    browser = Walker(lambda url: walk(url, "deny"))
    before = spent(world.emulator)
    with pytest.raises(auth.LoginDeniedError):
        log_in(open_browser=browser)
    assert browser.page().status == 400
    assert "did not work" in browser.page().text
    assert spent(world.emulator) == before


def test_forged_answers_do_not_end_the_login(log_in, world):
    def attacked(url: str) -> Page:
        at = world.redirect_uri
        state = parse_qs(urlsplit(url).query)["state"][0]
        assert fetch(f"{at}?code=stolen&state=guess").status == 400
        assert fetch(f"{at}?code=stolen").status == 400
        assert fetch(f"{at}?error=access_denied&state=guess").status == 400
        assert fetch(f"{at}?code=stolen&state={state}", headers={"Host": "evil.example.com"}).status == 400
        assert fetch(at.replace("/callback", "/favicon.ico")).status == 404
        assert fetch(at, {"code": "stolen", "state": state}).status == 405
        return walk(url)

    browser = Walker(attacked)
    before = spent(world.emulator)
    log_in(open_browser=browser)
    assert browser.page().status == 200
    assert spent(world.emulator) == before + 1


def test_the_state_is_new_and_long_every_time(log_in):
    states = []
    for _number in range(2):
        browser = Walker()
        log_in(open_browser=browser)
        states.append(parse_qs(urlsplit(browser.urls[0]).query)["state"][0])
    assert states[0] != states[1]
    assert min(map(len, states)) >= 43


def test_nobody_comes_back_in_time(log_in):
    listener = FakeListener()
    with pytest.raises(auth.LoginTimeoutError, match="7 seconds"):
        log_in(open_browser=None, timeout=7, listen=listener)
    assert listener.waited == [7]
    assert listener.closed


def test_a_code_that_was_used_before(log_in, world):
    code = world.emulator.issue_code("home")
    form = {"client_id": "home", "client_secret": SECRET, "redirect_uri": world.redirect_uri}
    fetch(
        f"{world.emulator.url}/v2/login/authorization/token", form | {"code": code, "grant_type": "authorization_code"}
    )
    listener = FakeListener([Answer(code=code)])
    with pytest.raises(auth.CodeRefusedError, match="Start again") as caught:
        log_in(open_browser=None, listen=listener)
    assert caught.value.error_code == "UDAPI100057"
    assert isinstance(caught.value.__cause__, ApiException)
    assert code not in str(caught.value)
    assert listener.replies[0].status == 400


def test_a_wrong_secret(log_in):
    browser = Walker()
    with pytest.raises(auth.LoginRefusedError, match="secret") as caught:
        log_in(secret="wr0ng-secret", open_browser=browser)
    assert caught.value.error_code == "UDAPI100069"
    assert "wr0ng" not in str(caught.value)
    assert "did not work" in browser.page().text


@pytest.mark.parametrize(
    ("client_id", "code"),
    [("nobody", "UDAPI100068"), ("asleep", "UDAPI100073")],
)
def test_a_wrong_app_is_told_before_a_browser_opens(log_in, client_id, code):
    browser = Walker()
    with pytest.raises(auth.LoginRefusedError) as caught:
        log_in(client_id, open_browser=browser)
    assert caught.value.error_code == code
    assert "developer/apps" in str(caught.value)
    assert browser.urls == []


def test_a_redirect_uri_elsewhere(log_in):
    with pytest.raises(auth.RedirectUriError, match="paste"):
        log_in("far", uri="https://example.com/callback")


def test_a_taken_port_is_told_before_anything_is_asked(log_in, world):
    before = len(world.emulator.requests)
    with socket.create_server(("127.0.0.1", world.port)), pytest.raises(auth.ListenError, match=str(world.port)):
        log_in()
    assert len(world.emulator.requests) == before


@pytest.mark.parametrize("minutes", [-3, 3, 60 * 24])
def test_a_wrong_clock_is_told_before_anything_is_spent(log_in, minutes):
    def now():
        return dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)

    browser = Walker()
    with pytest.raises(auth.ClockSkewError, match="ahead" if minutes > 0 else "behind") as caught:
        log_in(open_browser=browser, now=now)
    assert abs(caught.value.local - caught.value.server) > dt.timedelta(minutes=2)
    assert browser.urls == []


@pytest.mark.parametrize("date", ["yesterday", "Mon, 23 Nov 2020 10:00:00 -0000"])
def test_a_server_that_does_not_tell_the_time(store, date):
    def behave(peer):
        while True:
            if peer.read().method == "GET":
                peer.answer(b"", "302 Found", {"Location": "/", "Date": date})
            else:
                peer.answer(b'{"user_id": "U", "access_token": "opaque"}')

    with RawServer(behave) as server:
        configuration = upstox_client.Configuration()
        configuration.host = configuration.order_host = server.url
        token = auth.login(
            "a",
            "b",
            "http://127.0.0.1:8000/",
            configuration=configuration,
            open_browser=None,
            echo=lambda text: None,
            listen=FakeListener([Answer(code="c")]),
        )
    assert token.expires_at == next_0330(token.received_at)
    assert token.user_name is None


def test_an_answer_without_token(world, log_in):
    world.emulator.faults.status(200, {"user_id": "U"}, path="/v2/login/authorization/token")
    with pytest.raises(auth.LoginRefusedError, match="without a token"):
        log_in(open_browser=None, listen=FakeListener([Answer(code="c")]))


def test_what_upstox_quotes_of_the_secret_is_not_repeated(world, log_in):
    quoted = {"errors": [{"errorCode": "UDAPI9", "message": f"no {SECRET}.", "invalidValue": SECRET}]}
    world.emulator.faults.status(400, quoted, path="/v2/login/authorization/token")
    with pytest.raises(auth.LoginRefusedError) as caught:
        log_in(open_browser=None, listen=FakeListener([Answer(code="c")]))
    assert SECRET not in str(caught.value)
    assert "UDAPI9" in str(caught.value)


def test_a_refusal_without_envelope(world, log_in):
    world.emulator.faults.status(401, "nope", path="/v2/login/authorization/token")
    with pytest.raises(auth.LoginRefusedError, match="Unauthorized"):
        log_in(open_browser=None, listen=FakeListener([Answer(code="c")]))


def test_the_code_is_exchanged_once_whatever_happens(world, log_in):
    world.emulator.faults.status(503, path="/v2/login/authorization/token", times=None)
    before = spent(world.emulator)
    with pytest.raises(ServerError):
        log_in(open_browser=None, listen=FakeListener([Answer(code="c")]))
    world.emulator.faults.clear()
    world.emulator.faults.reset_after(path="/v2/login/authorization/token", times=None)
    with pytest.raises(NetworkError):
        log_in(open_browser=None, listen=FakeListener([Answer(code="c")]))
    assert spent(world.emulator) <= before + 2


def test_a_store_that_cannot_be_written_is_told_beforehand(world, log_in, tmp_path):
    before = len(world.emulator.requests)
    (tmp_path / "file").write_text("")
    with pytest.raises(auth.TokenStoreError):
        log_in(store=auth.TokenStore(tmp_path / "file" / "t.json"))
    assert len(world.emulator.requests) == before


def test_the_sandbox_has_no_login(store):
    with pytest.raises(auth.LoginError, match="sandbox has no login"):
        auth.login("a", "b", "http://127.0.0.1:1/", configuration=upstox_client.Configuration(sandbox=True))


def test_a_browser_that_does_not_open(log_in, caplog):
    told, listener, tried = [], FakeListener([Answer(code="c")]), threading.Event()

    def fail(url):
        raise OSError(url)

    def wait(seconds):
        assert tried.wait(10)

    def echo(text):
        told.append(text)
        if len(told) == 2:
            tried.set()

    listener.wait = wait
    caplog.set_level(logging.DEBUG, "upstox_client")
    with pytest.raises(auth.LoginTimeoutError):
        log_in(open_browser=fail, echo=echo, listen=listener)
    assert "yourself" in told[1]
    assert "state=" not in caplog.text


def test_the_users_browser(monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    open_in_browser("http://127.0.0.1/")
    assert opened == ["http://127.0.0.1/"]


def test_by_default_the_user_is_told_on_standard_error(world, store, capsys):
    auth.login(
        "home", SECRET, world.redirect_uri, configuration=world.configuration(), store=store, open_browser=Walker()
    )
    out, err = capsys.readouterr()
    assert out == ""
    assert "/v2/login/authorization/dialog" in err


# Pasting, and programs that send the user themselves


def test_pasting(log_in):
    asked = []

    def paste(url):
        asked.append(url)
        return walk_without_return(url)

    token = log_in("far", uri="https://example.com/callback", paste=paste)
    assert token.client_id == "far"
    assert "state=" in asked[0]


def test_pasting_an_old_answer(log_in, world):
    before = spent(world.emulator)
    with pytest.raises(auth.StateMismatchError):
        log_in(
            "far", uri="https://example.com/callback", paste=lambda url: "https://example.com/callback?code=c&state=s"
        )
    assert spent(world.emulator) == before


def test_exchange(world, store):
    url = upstox_client.authorization_url(
        "far", "https://example.com/callback", state="mine", configuration=world.configuration()
    )
    app = {"client_id": "far", "client_secret": SECRET, "redirect_uri": "https://example.com/callback"}
    redirected = walk_without_return(url)
    configuration = world.configuration()
    with pytest.raises(auth.StateMismatchError):
        auth.exchange(redirected, state="other", **app, configuration=configuration)
    token = auth.exchange(redirected, state="mine", **app, configuration=configuration, store=store)
    assert configuration.access_token == token.token
    with pytest.raises(auth.CodeRefusedError):
        auth.exchange(redirected, state="mine", **app, configuration=configuration, store=store)
    code = world.emulator.issue_code("far")
    assert auth.exchange(code, **app, configuration=configuration, store=False).user_id == "EM1234"


# Awaitable


def test_alogin(world, store):
    async def work():
        return await auth.alogin(
            "home",
            SECRET,
            world.redirect_uri,
            configuration=world.configuration(),
            open_browser=Walker(),
            echo=lambda text: None,
            store=store,
        )

    assert asyncio.run(work()).user_id == "EM1234"
    assert auth.alogin.__name__ == "alogin"
    assert "`login`" in auth.alogin.__doc__


def test_alogin_ends_when_it_is_cancelled(world, store):
    async def work():
        told = asyncio.Event()
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(
            auth.alogin(
                "home",
                SECRET,
                world.redirect_uri,
                configuration=world.configuration(),
                open_browser=None,
                echo=lambda text: loop.call_soon_threadsafe(told.set),
                store=store,
                timeout=600,
            )
        )
        await asyncio.wait_for(told.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(work(), 20))
    with socket.create_server(("127.0.0.1", world.port)):  # it is free again
        pass


def test_alogin_cancelled_before_it_listens(world, store):
    started, go_on = threading.Event(), threading.Event()
    listener = FakeListener()

    def listen(*where):
        started.set()
        assert go_on.wait(10)
        return listener(*where)

    async def work():
        task = asyncio.ensure_future(
            auth.alogin(
                "home",
                SECRET,
                world.redirect_uri,
                configuration=world.configuration(),
                open_browser=None,
                echo=lambda text: None,
                store=store,
                listen=listen,
            )
        )
        await asyncio.to_thread(started.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()

    asyncio.run(work())
    assert listener.closed


def test_the_judge_is_the_one_of_the_redirect(log_in):
    listener = FakeListener()
    with pytest.raises(auth.LoginTimeoutError):
        log_in(open_browser=None, listen=listener)
    assert listener.where[0] == "127.0.0.1"
    assert listener.where[2] == "GET"
    assert judged(path="/other").status == 404
