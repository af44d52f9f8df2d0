"""Reading the answer that the browser brings back."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_client.auth import LoginDeniedError, LoginRefusedError, RedirectUriError, StateMismatchError
from upstox_client.auth.inbox import Accepted, Incoming, Reply
from upstox_client.auth.redirect import Answer, judge_redirect, listening_address, read_answer, read_pasted

STATE = "the-state"


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("http://127.0.0.1:8000/callback", ("127.0.0.1", 8000, "/callback")),
        ("http://localhost:5000", ("localhost", 5000, "/")),
        ("http://127.0.0.1/x?y=1", ("127.0.0.1", 80, "/x")),
        ("http://[::1]:8000/", ("::1", 8000, "/")),
    ],
)
def test_where_to_listen(uri, address):
    found = listening_address(uri)
    assert (found.host, found.port, found.path) == address


@pytest.mark.parametrize(
    "uri",
    [
        "https://127.0.0.1:8000/callback",
        "https://example.com/callback",
        "http://example.com/callback",
        "http://127.0.0.1.example.com/",
        "127.0.0.1:8000",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:8000/#part",
        "http://me@127.0.0.1:8000/",
        "http://[::1",
        "",
    ],
)
def test_what_cannot_be_listened_on_is_named(uri):
    with pytest.raises(RedirectUriError, match=r"127\.0\.0\.1:8000/callback") as caught:
        listening_address(uri)
    assert uri.replace("me@", "") in str(caught.value)


def judged(path="/cb", host="127.0.0.1:8000", **query):
    return judge_redirect("/cb", STATE)(Incoming(path=path, query=urlencode(query, doseq=True), host=host))


def test_a_code_with_the_state_is_accepted():
    assert judged(code="c", state=STATE) == Accepted(Answer(code="c"))
    assert judged(code="c", state=STATE, host="localhost") == Accepted(Answer(code="c"))
    assert judged(error="access_denied", state=STATE) == Accepted(Answer(error="access_denied"))


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"code": "c"},
        {"code": "c", "state": "other"},
        {"code": "c", "state": ""},
        {"code": "c", "state": [STATE, STATE]},
        {"code": ["c", "d"], "state": STATE},
        {"code": "c", "state": "é"},
        {"error": "access_denied", "state": "other"},
        {"state": STATE},
        {f"f{number}": "x" for number in range(50)},
    ],
)
def test_a_forged_answer_is_turned_away(query):
    verdict = judged(**query)
    assert isinstance(verdict, Reply)
    assert verdict.status == 400


@pytest.mark.parametrize(
    "host", ["evil.example.com", "evil.example.com:8000", "", "[::1", "127.0.0.1.evil.example.com"]
)
def test_another_host_name_is_turned_away(host):
    assert judged(host=host, code="c", state=STATE).status == 400


def test_other_paths_are_not_found():
    assert judged(path="/favicon.ico", code="c", state=STATE).status == 404
    assert judged(path="/cb/", code="c", state=STATE).status == 404


@given(st.text(), st.text(min_size=1))
def test_only_the_state_itself_opens(query, state):
    try:
        answer = read_answer(query, state)
    except StateMismatchError:
        return
    assert answer is None or f"state={state}" in query or "%" in query or "+" in query


def test_the_code_or_why_not():
    assert Answer(code="c").the_code() == "c"
    with pytest.raises(LoginDeniedError):
        Answer(error="access_denied").the_code()
    with pytest.raises(LoginRefusedError, match="server_error") as caught:
        Answer(error="server_error" + "x" * 500).the_code()
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "text",
    [
        f"https://example.com/cb?code=c&state={STATE}",
        f"  https://example.com/cb?a=b&code=c&state={STATE}#  ",
        f"?code=c&state={STATE}",
        f"code=c&state={STATE}",
        "c",
    ],
)
def test_what_people_paste(text):
    assert read_pasted(text, STATE) == Answer(code="c")


def test_a_pasted_denial():
    assert read_pasted(f"https://example.com/cb?error=access_denied&state={STATE}", STATE).error == "access_denied"


def test_pasting_without_a_known_state():
    assert read_pasted("https://example.com/cb?code=c&state=any", None) == Answer(code="c")


def test_a_pasted_answer_to_another_login():
    with pytest.raises(StateMismatchError, match="not to this login"):
        read_pasted("https://example.com/cb?code=c&state=old", STATE)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no code"),
        (f"https://example.com/cb?state={STATE}", "no code"),
        ("https://api.upstox.com/v2/login/authorization/dialog?client_id=a&redirect_uri=b&state=c", "login page"),
    ],
)
def test_what_is_no_answer(text, told):
    with pytest.raises(RedirectUriError, match=told):
        read_pasted(text, STATE)
