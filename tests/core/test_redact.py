"""Secrets do not leave: the functions by themselves, and everything the client shows at DEBUG."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.pretty import pretty_repr

import upstox_client
from support import servers
from support.colours import Colour, local
from support.servers import Peer, RawServer
from upstox_client import logs
from upstox_client.core.request import Request
from upstox_client.redact import (
    REDACTED,
    SECRET_NAMES,
    is_secret,
    redact_body,
    redact_headers,
    redact_text,
    redact_url,
    redact_value,
)

NAMES = [
    "access_token", "accessToken", "Access-Token", "ACCESS_TOKEN", "api_key", "apiKey", "api_secret", "Authorization",
    "authorization", "client_secret", "clientSecret", "code", "Cookie", "extended_token", "password", "Password",
    "proxy-authorization", "Proxy-Authorization", "refresh_token", "Set-Cookie", "token", "X-Api-Key",
]  # fmt: skip

names = st.sampled_from(NAMES)
# Long enough, and unlike anything else in the texts, that finding it means that it got through.
secrets = st.text(st.characters(categories=["L", "N"]), min_size=6, max_size=30).map(lambda text: f"s3cr3t{text}")
wild_secrets = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).map(
    lambda text: f"s3cr3t{text}s3cr3t"
)


@pytest.mark.parametrize("name", [*NAMES, *sorted(SECRET_NAMES)])
def test_secret_names(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["client_id", "errorCode", "error_code", "status_code", "state", "tokens_invalidated", "x"]
)
def test_other_names(name: str) -> None:
    assert not is_secret(name)
    assert redact_headers({name: "shown"}) == {name: "shown"}
    assert redact_text(f'{{"{name}":"shown"}}') == f'{{"{name}":"shown"}}'
    assert redact_text(f"{name}=shown") == f"{name}=shown"


@given(names, wild_secrets)
def test_headers(name: str, secret: str) -> None:
    shown = redact_headers({name: secret, "X-Other": "kept"})
    assert shown == {name: REDACTED, "X-Other": "kept"}


@given(secrets, st.sampled_from(["Bearer {}", "bearer {}", "BEARER  {}", "Basic {}", "x, Bearer {}, y"]))
def test_credentials_in_any_header(secret: str, form: str) -> None:
    assert secret not in str(redact_headers({"X-Forwarded": form.format(secret)}))


@given(names, wild_secrets, st.dictionaries(st.sampled_from(["state", "client_id"]), st.text()))
def test_queries_and_forms(name: str, secret: str, others: dict[str, str]) -> None:
    query = urlencode({**others, name: secret, "last": "1"})
    encoded = quote(secret, safe="")
    for shown in (redact_text(query), redact_body(query.encode()), redact_url(f"https://h.test/p?{query}")):
        assert "s3cr3t" not in shown
        assert encoded not in shown
        assert "last=1" in shown


json_secrets = st.recursive(
    wild_secrets | st.integers(10**12, 10**15),
    lambda inner: st.lists(inner, min_size=1, max_size=2) | st.dictionaries(names, inner, min_size=1, max_size=2),
    max_leaves=3,
)


@given(names, json_secrets, st.booleans(), st.sampled_from([None, 2]), st.booleans())
def test_json(name: str, secret: Any, ascii_only: bool, indent: int | None, nested: bool) -> None:
    value: Any = {"status": "success", name: secret, "after": [1]}
    if nested:
        value = {"data": [value, {"deeper": value}]}
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    shown = redact_body(body)
    assert "s3cr3t" not in shown
    assert not any(digits in shown for digits in _long_numbers(secret))
    assert '"after"' in shown
    assert json.loads(shown)


def _long_numbers(value: Any) -> list[str]:
    if isinstance(value, int):
        return [str(value)]
    if isinstance(value, dict):
        return [found for item in value.values() for found in _long_numbers(item)]
    return [found for item in value for found in _long_numbers(item)] if isinstance(value, list) else []


@given(names, wild_secrets, st.integers(0, 400))
def test_json_that_breaks_off(name: str, secret: str, length: int) -> None:
    body = json.dumps({"status": "success", name: secret, "after": "x" * 100}).encode()[:length]
    assume(length < 300)
    assert "s3cr3t" not in redact_body(body)


@given(names, secrets)
def test_python_reprs_and_json_in_json(name: str, secret: str) -> None:
    for text in (repr({name: secret}), repr([(name, secret)]), json.dumps({"body": json.dumps({name: secret})})):
        assert secret not in redact_text(text)


def test_a_jwt_anywhere() -> None:
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJBQjEyMzQifQ.c2lnbmF0dXJl"
    for text in (jwt, f"token was {jwt}.", f"/path/{jwt}/x", f"[{jwt}]"):
        assert "c2lnbmF0dXJl" not in redact_text(text)
        assert REDACTED in redact_text(text)


def test_what_is_no_secret_stays_to_the_letter() -> None:
    body = b'{ "status" : "success",\n"data":{"user_name":"A","code":null} }'
    assert redact_body(body) == body.decode()
    assert redact_text("errorCode: UDAPI100050, code=null?") != ""
    assert redact_value({"data": [1, None, {"code": None}]}) == {"data": [1, None, {"code": None}]}


def test_bytes_that_are_no_text() -> None:
    assert redact_body(b"\xff\xfe") == "\ufffd\ufffd"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://bob:hunter2@proxy.test:3128", "http://proxy.test:3128"),
        ("bob:hunter2@proxy.test:3128", "proxy.test:3128"),
        ("//bob@proxy.test", "//proxy.test"),
        ("socks5://bob:hun@ter2@proxy.test", "socks5://proxy.test"),
        ("http://[::1", "http://[::1"),
        ("https://h.test/@x?mail=a@b", "https://h.test/@x?mail=a@b"),
        ("https://h.test/cb?code=hunter2&state=1", "https://h.test/cb?code=<redacted>&state=1"),
        ("", ""),
    ],
)
def test_urls(url: str, shown: str) -> None:
    assert redact_url(url) == shown
    assert "hunter2" not in shown


@given(st.text())
def test_redacting_never_fails(text: str) -> None:
    (
        redact_text(text),
        redact_url(text),
        redact_body(text.encode("utf-8", "surrogatepass")),
        redact_headers({text: text}),
    )


def test_long_texts_are_looked_through_in_no_time() -> None:
    for text in (
        '"' * 200_000,
        "\\" * 200_000,
        '"code":' * 30_000,
        "eyJ" * 100_000,
        "a@" * 100_000,
        "bearer " * 30_000,
    ):
        redact_text(text)
        redact_url(text)


# The logger


def test_no_handler_is_added_unless_asked() -> None:
    program = (
        "import logging, upstox_client as u; c = u.Configuration(); u.UserApi(u.ApiClient(c)); c.debug\n"
        "assert logging.getLogger('upstox_client').handlers == [] == logging.getLogger().handlers\n"
        "assert logging.getLogger('upstox_client').level == 0\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def handlers() -> list[logging.Handler]:
    return logging.getLogger("upstox_client").handlers


def test_debug_adds_one_stream_handler_and_takes_it_away_again() -> None:
    configurations = [upstox_client.Configuration() for _ in range(3)]
    for configuration in configurations:
        configuration.debug = True
    assert len(handlers()) == 1
    assert isinstance(handlers()[0], logging.StreamHandler)
    assert logging.getLogger("upstox_client").level == logging.DEBUG
    configurations[0].debug = False
    assert handlers() == []
    assert configurations[0].debug is False


def test_a_logger_file_adds_one_file_handler(tmp_path: Path) -> None:
    configuration = upstox_client.Configuration()
    configuration.debug = True
    configuration.logger_file = str(tmp_path / "a.log")
    configuration.logger_file = tmp_path / "b.log"  # type: ignore[assignment]
    assert configuration.logger_file == str(tmp_path / "b.log")
    assert [type(handler) for handler in handlers()] == [logging.FileHandler]
    configuration.logger_format = "FORMAT %(message)s"
    logging.getLogger("upstox_client").debug("Bearer s3cr3t")
    assert (tmp_path / "b.log").read_text() == "FORMAT Bearer <redacted>\n"
    assert not (tmp_path / "a.log").exists()
    configuration.logger_file = None
    assert [type(handler) for handler in handlers()] == [logging.StreamHandler]


def test_the_handlers_of_others_stay() -> None:
    mine = logging.NullHandler()
    logging.getLogger("upstox_client").addHandler(mine)
    try:
        configuration = upstox_client.Configuration()
        configuration.debug = True
        configuration.debug = False
        assert handlers() == [mine]
    finally:
        logging.getLogger("upstox_client").removeHandler(mine)


def test_tracebacks_in_the_log_are_redacted() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.RedactingFormatter("%(message)s"))
    try:
        int("access_token=s3cr3t")
    except ValueError:
        handler.handle(logging.LogRecord("x", logging.ERROR, "f", 1, "went wrong", None, sys.exc_info()))
    assert "s3cr3t" not in stream.getvalue()
    assert "ValueError" in stream.getvalue()


def test_without_debug_nothing_is_logged(colour: Colour, caplog: pytest.LogCaptureFixture) -> None:
    with RawServer(servers.keep_answering()) as server:
        colour.run(colour.user_api(local(server.url)).get_profile)
    assert caplog.records == []


# Everything at DEBUG

TOKEN, CODE, SECRET, PASSWORD, COOKIE, FRESH, KEY = (
    f"s3cr3t-{name}" for name in ("token", "code", "secret", "password", "cookie", "fresh", "key")
)


def echo(peer: Peer) -> None:
    """Answers with the secrets it was sent, and more, in every place; every third time with a failure."""
    while True:
        request = peer.read()
        number = len(peer.server.requests)
        said = {
            "status": "error" if number % 3 == 0 else "success",
            "access_token": FRESH,
            "extended_token": FRESH,
            "data": {"accessToken": FRESH, "code": [CODE], "note": request.headers.get("authorization")},
            "errors": [
                {"errorCode": "UDAPI100057", "propertyPath": "code", "invalidValue": CODE, "message": f"code={CODE}"}
            ],
        }
        headers = {"Set-Cookie": f"session={COOKIE}", "Location": f"http://127.0.0.1/cb?code={CODE}"}
        status = {0: "500 Oh", 1: "401 No", 2: "302 There"}[number // 3 % 3] if number % 3 == 0 else "200 OK"
        if number % 7 == 0:
            peer.answer(b'{"access_token": "' + FRESH.encode(), headers=headers, length=1000)
            return
        peer.answer(json.dumps(said).encode(), status=status, headers=headers)


@pytest.mark.filterwarnings("ignore::upstox_client.UnexpectedTypeWarning")
def test_everything_at_debug_level_shows_no_secret(
    colour: Colour, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    with RawServer(echo) as server, RawServer(servers.keep_answering()) as proxy:
        for proxied in (False, True):
            configuration = local(server.url, access_token=TOKEN, retries=1, timeout=(1, 1))
            configuration.retries = upstox_client.RetryPolicy(tries=1, base=0.001)
            configuration.username, configuration.password = "bob", PASSWORD
            configuration.api_key = {"Authorization": KEY}
            if proxied:
                configuration.proxy = proxy.url.replace("//", f"//bob:{PASSWORD}@")
            configuration.logger_file = str(tmp_path / "sdk.log")
            configuration.debug = True
            client = colour.client(configuration, header_name="X-Api-Key", header_value=KEY, cookie=f"c={COOKIE}")
            login, user = colour.package.LoginApi(client), colour.package.UserApi(client)
            calls: list[Any] = [
                lambda login=login: login.token(
                    code=CODE, client_id="id", client_secret=SECRET, redirect_uri="r", grant_type="authorization_code"
                ),
                lambda login=login: login.init_token_request_for_indie_user({"client_secret": SECRET}, "id"),
                lambda user=user: user.get_profile(),
                lambda user=user: user.get_user_fund_margin_with_http_info(),
                lambda user=user: user.get_profile(_preload_content=False),
                lambda client=client: client.call_api(
                    "/v2/order/place", "POST", query_params={"code": CODE}, body={"tag": "t"}, auth_settings=["OAUTH2"],
                    response_type="object",
                ),
                lambda login=login: login.logout(),
            ] * 3  # fmt: skip
            for call in calls:
                try:
                    result = colour.run(call)
                except upstox_client.ApiException as error:
                    shown += [str(error), repr(error), repr(error.errors), repr(error.headers), traceback.format_exc()]
                    shown += [str(error.__cause__), repr(error.__cause__), pretty_repr(error.errors)]
                else:
                    shown += [repr(result), str(result)] if not isinstance(result, tuple) else [repr(result[2])]
                shown += [repr(client.last_response), repr(client.last_response and client.last_response.headers)]
            request = client.generic_request(
                "/v2/x", "POST", query_params={"code": CODE}, header_params={"Authorization": f"Bearer {TOKEN}"},
                body={"client_secret": SECRET},
            )  # fmt: skip
            prepared = login.token._operation.prepare(client, (), {"code": CODE, "client_secret": SECRET})
            shown += [
                repr(request),
                str(request),
                repr(prepared),
                pretty_repr([request, prepared]),  # what rich shows of variables in a traceback
                repr(list(client.flow(request).gi_frame.f_locals)),
            ]
            models = [
                upstox_client.TokenRequest(CODE, "id", SECRET, "r", "authorization_code"),
                upstox_client.TokenResponse(access_token=FRESH, extended_token=FRESH, refresh_token=FRESH),
                upstox_client.IndieUserTokenRequest(client_secret=SECRET),
                upstox_client.Problem(error_code="U", property_path="code", invalid_value=CODE),
            ]
            shown += [repr(models), *(model.to_str() for model in models), repr([m.__rich_repr__() for m in models])]
            shown += [
                repr(configuration),
                str(configuration),
                configuration.to_debug_report(),
                repr(client),
                repr(user),
            ]
            shown += [repr(login), repr(client.limits), repr(user.get_profile), repr(login.token)]
    out, err = capfd.readouterr()
    logged = (tmp_path / "sdk.log").read_text()
    assert isinstance(request, Request)
    assert len(server.requests) > 20
    assert "GET http://127.0.0.1" in logged
    assert "<redacted>" in logged
    for place, text in {
        "shown": "\n".join(shown),
        "out": out,
        "err": err,
        "log": logged,
        "caplog": caplog.text,
    }.items():
        assert "s3cr3t" not in text, (place, text[max(0, text.index("s3cr3t") - 200) :][:400])
    # And yet it is all there for the program.
    assert upstox_client.TokenRequest(CODE, "id", SECRET, "r", "g").to_dict()["client_secret"] == SECRET


@pytest.mark.parametrize(
    ("path", "token", "kind"),
    [
        ("/v2/order/place", TOKEN, upstox_client.OrderOutcomeUnknown),
        ("/v2/x", TOKEN, upstox_client.NetworkError),
        ("/v2/x", f"{TOKEN}\n", ValueError),
        ("/v2/" + "x" * 70_000, TOKEN, ValueError),
    ],
)
def test_the_variables_in_a_traceback_show_no_token(colour: Colour, path: str, token: str, kind: type) -> None:
    """`pytest -l`, rich, and services that collect errors show them."""
    with RawServer(servers.first_then(servers.close_after_reading)) as server:
        client = colour.client(local(server.url, access_token=TOKEN))
        colour.run(client.call_api, "/v2/x", "POST", auth_settings=["OAUTH2"])
        client.configuration.access_token = token
        with pytest.raises(kind) as caught:
            colour.run(client.call_api, path, "POST", auth_settings=["OAUTH2"])
    frames = [
        frame
        for frame, _ in traceback.walk_tb(caught.value.__traceback__)
        if "/upstox_client/" in frame.f_code.co_filename
    ]
    assert len(frames) > 2
    for frame in frames:
        for name, value in frame.f_locals.items():
            assert "s3cr3t" not in repr(value) + pretty_repr(value), (frame, name)
