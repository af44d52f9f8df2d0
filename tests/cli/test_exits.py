"""Every way to end: the exit code and the words."""

from __future__ import annotations

import pytest

import upstox_client
from upstox_client import errors
from upstox_client.auth import errors as auth
from upstox_client.cli.exits import EXIT_CODES, exit_code, in_words
from upstox_client.cli.options import WrongUsageError
from upstox_client.rest import RESTResponse

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI1UUM3QkgifQ.c2lnbmF0dXJl"


def refused(status: int, code: str = "", message: str = "", headers=()) -> errors.ApiException:
    body = f'{{"errors":[{{"errorCode":"{code}","message":"{message}"}}]}}'.encode() if code else b""
    kind = errors.error_class(status, code or None)
    return kind(http_resp=RESTResponse(status, body, headers))


def network(note: str = "") -> errors.NetworkError:
    error = errors.NetworkError(0, "cannot connect to the server: refused")
    if note:
        error.add_note(note)
    return error


def limited(seconds: float | None) -> errors.RateLimitError:
    error = refused(429, "UDAPI10005", "Too Many Request Sent")
    error.retry_after = seconds
    return error


CASES = [
    (WrongUsageError("--a and --b"), 2, "--a and --b"),
    (auth.MissingCredentialError("x"), 2, "x"),
    (auth.RedirectUriError("x"), 2, "x"),
    (auth.ListenError("x"), 1, "x"),
    (auth.TokenStoreError("x"), 1, "x"),
    (auth.LoginError("x"), 3, "x"),
    (auth.LoginRefusedError("x", "UDAPI100069"), 3, "x"),
    (auth.LoginDeniedError("x"), 3, "x"),
    (auth.LoginTimeoutError("x"), 3, "x"),
    (auth.TokenExpiredError("x"), 3, "x"),
    (refused(401, "UDAPI100050", "Invalid token."), 3, "Invalid token (UDAPI100050).\nLog in again: upstox login"),
    (refused(401), 3, "HTTP 401 Unauthorized"),
    (refused(403, "UDAPI100067", "Not allowed"), 4, "Not allowed (UDAPI100067)"),
    (refused(403, "UDAPI1154", "Blocked"), 4, "static IP"),
    (limited(7), 5, "Try again in 7 s"),
    (limited(None), 5, "Try again in a while"),
    (refused(423, "UDAPI100072", "The Funds service is accessible"), 6, "05:30"),
    (network(), 7, "No answer: cannot connect"),
    (errors.ResponseDecodeError(0, "the server says nothing of it"), 1, "The server says nothing of it."),
    (FileNotFoundError(2, "No such file or directory", "no/such.csv"), 1, "no/such.csv: No such file or directory."),
    (network("http://127.0.0.1:9"), 7, "No answer (http://127.0.0.1:9)"),
    (errors.RequestTimeoutError(0, "no answer within 15 s"), 7, "no answer within"),
    (refused(500, "UDAPI100500", "Something went wrong"), 1, "Upstox failed"),
    (refused(400, "UDAPI1019", "segment is invalid"), 1, "Upstox refused: segment is invalid (UDAPI1019)."),
    (refused(404), 1, "HTTP 404 Not Found"),
    (RuntimeError("surprise"), 1, "RuntimeError: surprise"),
]


@pytest.mark.parametrize(("error", "code", "told"), CASES, ids=lambda value: type(value).__name__)
def test_code_and_words(error, code, told):
    text = in_words(error)
    assert exit_code(error) == code
    assert told in text
    assert len(text.splitlines()) <= 2


@pytest.mark.parametrize(
    "error", [refused(400, "X", JWT), auth.LoginError(f"Bearer {JWT}"), RuntimeError(f"code={JWT}")]
)
def test_no_secret_gets_through(error):
    assert JWT not in in_words(error)


def test_a_token_of_the_environment_is_not_renewed_by_a_login(monkeypatch):
    monkeypatch.delenv("UPSTOX_ACCESS_TOKEN", raising=False)
    assert "UPSTOX_ACCESS_TOKEN" not in in_words(refused(401))
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", "old")
    assert in_words(refused(401)).endswith("upstox login; and unset UPSTOX_ACCESS_TOKEN, which goes first")


def test_every_exception_of_the_client_has_a_code():
    for name in (*errors.__all__, *auth.__all__):
        kind = getattr(upstox_client, name, None) or getattr(auth, name)
        if isinstance(kind, type) and issubclass(kind, Exception):
            found = next((code for listed, code in EXIT_CODES if issubclass(kind, listed)), 1)
            assert 1 <= found <= 7
