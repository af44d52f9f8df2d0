"""The login endpoints and the pages."""

from __future__ import annotations

import base64
import datetime as dt
import http.server
import json
import re
import threading
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from upstox_emulator import IST, App, Emulator

from .conftest import Caller

REDIRECT = "http://127.0.0.1:8000/callback"
FORM = {
    "client_id": "emulator",
    "client_secret": "emulator-secret",
    "redirect_uri": REDIRECT,
    "grant_type": "authorization_code",
}


def dialog(**query: str) -> str:
    return f"/v2/login/authorization/dialog?{urlencode(query)}"


class Browser:
    """Walks the pages."""

    def __init__(self, call: Caller) -> None:
        self.call = call

    def open(self, **query: str) -> str:
        answer = self.call("GET", dialog(**{"client_id": "emulator", "redirect_uri": REDIRECT, **query}))
        assert answer.status == 302
        page = self.call("GET", answer.headers["location"]).body.decode()
        found = re.search(r'name="session" value="([^"]+)"', page)
        assert found
        return found[1]

    def log_in(self, session: str, pin: str = "123456"):
        return self.call("POST", "/login", form={"session": session, "mobile": "9000000000", "pin": pin})

    def decide(self, session: str, choice: str):
        return self.call("POST", "/consent", form={"session": session, "choice": choice})


@pytest.fixture
def browser(call) -> Browser:
    return Browser(call)


def back(answer) -> dict[str, list[str]]:
    assert answer.status == 302
    return parse_qs(urlsplit(answer.headers["location"]).query)


def test_a_person_consents_and_the_code_becomes_a_token(em, call, browser):
    session = browser.open(state="a b&c=d", response_type="code")
    assert 'id="allow"' in browser.log_in(session).body.decode()
    answer = browser.decide(session, "allow")
    assert answer.headers["location"].endswith("&state=a%20b%26c%3Dd"), "good for decoders of forms and of URLs alike"
    query = back(answer)
    assert query["state"] == ["a b&c=d"]

    token = call("POST", "/v2/login/authorization/token", form={**FORM, "code": query["code"][0]})
    assert token.status == 200
    answer = token.json()
    assert list(answer) == [
        "email", "exchanges", "products", "broker", "user_id", "user_name", "order_types", "user_type", "poa",
        "is_active", "access_token",
    ]  # fmt: skip
    _, claims, _ = answer["access_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert claims["sub"] == answer["user_id"]
    assert claims["iss"] == "udapi-gateway-service"
    assert dt.datetime.fromtimestamp(claims["exp"], IST) == dt.datetime(2026, 11, 24, 3, 30, tzinfo=IST)
    assert call("GET", "/v2/user/profile", token=answer["access_token"]).data["user_id"] == answer["user_id"]


def test_a_person_denies(browser):
    session = browser.open(state="s")
    browser.log_in(session)
    query = back(browser.decide(session, "deny"))
    assert query["error"] == ["access_denied"]
    assert query["state"] == ["s"]
    assert "code" not in query


def test_without_a_state_none_comes_back(browser):
    session = browser.open()
    browser.log_in(session)
    assert "state" not in back(browser.decide(session, "allow"))


def test_a_redirect_uri_keeps_its_own_query():
    app = App(client_id="q", client_secret="s", redirect_uri="http://127.0.0.1:8000/cb?desk=1")
    with Emulator(apps=[app]) as em:
        browser = Browser(Caller(em.url))
        session = browser.open(client_id="q", redirect_uri=app.redirect_uri)
        browser.log_in(session)
        query = back(browser.decide(session, "allow"))
        assert query["desk"] == ["1"]
        assert query["code"]


def test_a_wrong_pin_is_told_and_may_be_tried_again(browser):
    session = browser.open()
    wrong = browser.log_in(session, pin="000000")
    assert wrong.status == 401
    assert 'id="error"' in wrong.body.decode()
    assert 'id="allow"' in browser.log_in(session).body.decode()


def test_nobody_consents_without_having_logged_in(browser):
    assert browser.decide(browser.open(), "allow").status == 410


def test_a_login_is_over_once_it_is_done_and_after_ten_minutes(em, call, browser):
    session = browser.open()
    browser.log_in(session)
    browser.decide(session, "allow")
    assert browser.decide(session, "allow").status == 410
    assert browser.log_in(session).status == 410
    late = browser.open()
    em.clock.advance(601)
    assert browser.log_in(late).status == 410
    assert call("GET", f"/login?session={late}").status == 410


def test_the_pages_are_escaped_and_not_kept():
    app = App(client_id="x", client_secret="s", redirect_uri="http://127.0.0.1/<b>", name="<script>alert(1)</script>")
    with Emulator(apps=[app]) as em:
        call = Caller(em.url)
        begun = call("GET", dialog(client_id="x", redirect_uri=app.redirect_uri))
        page = call("GET", begun.headers["location"])
        assert b"<script>" not in page.body
        assert page.headers["cache-control"] == "no-store"
        assert b"<b>/" not in call("GET", "/").body
        assert b"/&lt;b&gt;" in call("GET", "/").body


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"client_id": "nobody", "redirect_uri": REDIRECT}, "UDAPI100068"),
        ({"client_id": "emulator", "redirect_uri": REDIRECT + "/"}, "UDAPI100068"),
        ({"client_id": "emulator"}, "UDAPI1018"),
        ({"redirect_uri": REDIRECT}, "UDAPI100068"),
        ({"client_id": "emulator", "redirect_uri": REDIRECT, "response_type": "token"}, "UDAPI100016"),
    ],
)
def test_the_dialog_refuses(call, query, code):
    answer = call("GET", dialog(**query))
    assert (answer.status, answer.codes) == (400, [code])


def test_an_inactive_app_is_refused():
    app = App(client_id="old", client_secret="s", redirect_uri=REDIRECT, active=False)
    with Emulator(apps=[app]) as em:
        call = Caller(em.url)
        assert call("GET", dialog(client_id="old", redirect_uri=REDIRECT)).codes == ["UDAPI100073"]
        form = {**FORM, "client_id": "old", "client_secret": "s", "code": "x"}
        assert call("POST", "/v2/login/authorization/token", form=form).codes == ["UDAPI100073"]


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"client_id": ""}, ["UDAPI1017"]),
        ({"client_secret": ""}, ["UDAPI1024"]),
        ({"redirect_uri": ""}, ["UDAPI1018"]),
        ({"code": ""}, ["UDAPI1022"]),
        ({"grant_type": ""}, ["UDAPI1023"]),
        ({"code": "", "grant_type": ""}, ["UDAPI1022", "UDAPI1023"]),
        ({"grant_type": "password"}, ["UDAPI100016"]),
        ({"code": "never-made"}, ["UDAPI100057"]),
    ],
)
def test_an_incomplete_exchange_is_refused_and_spends_nothing(em, call, change, codes):
    form = {**FORM, "code": em.issue_code()}
    refused = call("POST", "/v2/login/authorization/token", form={**form, **change})
    assert (refused.status, refused.codes) == (400, codes)
    assert call("POST", "/v2/login/authorization/token", form=form).status == 200


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"client_id": "nobody"}, ["UDAPI100069"]),
        ({"client_secret": "wrong"}, ["UDAPI100069"]),
        ({"redirect_uri": "http://127.0.0.1:1/"}, ["UDAPI100070"]),
    ],
)
def test_a_failed_exchange_is_refused_and_spends_the_code(em, call, change, codes):
    form = {**FORM, "code": em.issue_code()}
    refused = call("POST", "/v2/login/authorization/token", form={**form, **change})
    assert (refused.status, refused.codes) == (400, codes)
    assert call("POST", "/v2/login/authorization/token", form=form).codes == ["UDAPI100057"]


def test_an_account_without_segments_gets_no_token(em, call):
    import msgspec

    em.venue.user = msgspec.structs.replace(em.venue.user, is_active=False)
    refused = call("POST", "/v2/login/authorization/token", form={**FORM, "code": em.issue_code()})
    assert (refused.status, refused.codes) == (400, ["UDAPI100058"])


def test_a_code_works_once_and_for_five_minutes(em, call):
    form = {**FORM, "code": em.issue_code()}
    assert call("POST", "/v2/login/authorization/token", form=form).status == 200
    assert call("POST", "/v2/login/authorization/token", form=form).codes == ["UDAPI100057"]
    late = {**FORM, "code": em.issue_code(code="late")}
    em.clock.advance(301)
    assert call("POST", "/v2/login/authorization/token", form=late).codes == ["UDAPI100057"]


def test_a_code_is_for_its_app():
    other = App(client_id="other", client_secret="s", redirect_uri=REDIRECT)
    with Emulator(apps=[other]) as em:
        form = {**FORM, "code": em.issue_code("other")}
        assert Caller(em.url)("POST", "/v2/login/authorization/token", form=form).codes == ["UDAPI100057"]


def test_a_multi_client_app_gets_an_extended_token():
    app = App(client_id="multi", client_secret="s", redirect_uri=REDIRECT, multi_client=True)
    with Emulator(apps=[app]) as em:
        call = Caller(em.url)
        form = {**FORM, "client_id": "multi", "client_secret": "s", "code": em.issue_code("multi")}
        answer = call("POST", "/v2/login/authorization/token", form=form).json()
        refused = call("GET", "/v2/user/profile", token=answer["extended_token"])
        assert (refused.status, refused.codes) == (403, ["UDAPI100067"])


def test_logout_ends_the_token(call):
    assert call("DELETE", "/v2/logout").json() == {"status": "success", "data": True}
    after = call("GET", "/v2/user/profile")
    assert (after.status, after.codes) == (401, ["UDAPI100050"])


def test_access_tokens_die_at_half_past_three(em, call):
    em.clock.set(dt.datetime(2026, 11, 24, 3, 29, 59))
    assert call("GET", "/v2/user/profile").status == 200
    em.clock.advance(1)
    assert call("GET", "/v2/user/profile").codes == ["UDAPI100050"]


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer ", "Bearer nonsense"])
def test_garbage_is_no_token(em, header):
    with pytest.raises(Exception, match="UDAPI100050"):
        em.backend.authorize(header, "GET", "/v2/user/profile")


def test_the_other_kinds_of_token(em, call):
    analytics, sandbox = em.issue_token("analytics"), em.issue_token("sandbox")
    assert call("GET", "/v2/user/profile", token=analytics).status == 200
    refused = call("POST", "/v2/user/kill-switch", body=[], token=analytics)
    assert (refused.status, refused.codes) == (403, ["UDAPI100067"])
    assert call("GET", "/v2/user/profile", token=sandbox).codes == ["UDAPI100050"]
    em.clock.advance(dt.timedelta(days=364))
    assert call("GET", "/v2/user/profile", token=analytics).status == 200
    newer = em.issue_token("analytics")
    assert call("GET", "/v2/user/profile", token=analytics).codes == ["UDAPI100050"]
    em.clock.advance(dt.timedelta(days=365))
    assert call("GET", "/v2/user/profile", token=newer).codes == ["UDAPI100050"]


@pytest.fixture
def notifier():
    """A notifier URL, and what was posted to it."""
    posted: list[dict[str, str]] = []
    arrived = threading.Event()

    class Webhook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            arrived.set()

        def log_message(self, *_: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Webhook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", posted, arrived
    server.shutdown()
    thread.join()
    server.server_close()


REQUEST = "/v3/login/auth/token/request/indie"


def indie(url: str | None, **more) -> App:
    return App(client_id="indie", client_secret="s", redirect_uri=REDIRECT, notifier_url=url, **more)


def test_an_approved_request_posts_a_token(notifier):
    url, posted, arrived = notifier
    with Emulator(apps=[indie(url)]) as em:
        call = Caller(em.url)
        said = call("POST", REQUEST, body={"client_secret": "s"}).data
        assert said["notifier_url"] == url
        assert said["authorization_expiry"].isdigit()
        assert arrived.wait(5)
        (message,) = posted
        assert list(message) == [
            "client_id", "user_id", "access_token", "token_type", "expires_at", "issued_at", "message_type"
        ]  # fmt: skip
        assert message["expires_at"] == said["authorization_expiry"]
        assert call("GET", "/v2/user/profile", token=message["access_token"]).status == 200


def test_the_account_holder_may_take_time_or_refuse(notifier):
    url, posted, arrived = notifier
    with Emulator(apps=[indie(url)]) as em:
        call = Caller(em.url)
        em.approval = "deny"
        call("POST", REQUEST, body={"client_secret": "s"})
        assert em.approve() == 0
        em.approval = "manual"
        assert em.approval == "manual"
        call("POST", REQUEST, body={"client_secret": "s"})
        assert not posted
        assert em.approve() == 1
        assert arrived.wait(5)


@pytest.mark.parametrize(
    ("app", "body", "codes"),
    [
        (indie("http://127.0.0.1:1/"), {}, ["UDAPI1024"]),
        (indie("http://127.0.0.1:1/"), {"client_secret": "no"}, ["UDAPI100069"]),
        (indie(None), {"client_secret": "s"}, ["UDAPI1123"]),
        (indie("http://127.0.0.1:1/", individual=False), {"client_secret": "s"}, ["UDAPI1124"]),
        (indie("http://127.0.0.1:1/"), [], ["UDAPI100036"]),
    ],
)
def test_a_request_is_refused(app, body, codes):
    with Emulator(apps=[app]) as em:
        refused = Caller(em.url)("POST", REQUEST, body=body)
        assert (refused.status, refused.codes) == (400, codes)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost:1/?x=1",
        "http://example.com/hook",
        "http://192.0.2.1/hook",
        "https://127.0.0.1/hook",
    ],
)
def test_a_notifier_that_cannot_be_reached_is_logged(url, caplog):
    with Emulator(apps=[indie(url)]) as em:
        assert Caller(em.url)("POST", REQUEST, body={"client_secret": "s"}).status == 200
    assert url in caplog.text, "stopping waits for deliveries"


def test_a_notifier_that_refuses_is_logged(caplog):
    with Emulator() as other, Emulator(apps=[indie(f"{other.url}/nowhere")]) as em:
        assert Caller(em.url)("POST", REQUEST, body={"client_secret": "s"}).status == 200
        em.stop()
        assert [(seen.method, seen.path, seen.status) for seen in other.requests] == [("POST", "/nowhere", 404)]
    assert "answered 404" in caplog.text


def test_tokens_by_request_are_issued_in_the_order_they_were_asked_for(notifier):
    def run() -> set[str]:
        with Emulator(apps=[indie(notifier[0])], speed=0) as em:
            for _ in range(3):
                Caller(em.url)("POST", REQUEST, body={"client_secret": "s"})
            return set(em.venue.tokens.issued)

    assert run() == run()
