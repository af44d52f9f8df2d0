"""`ApiClient`: its headers, `call_api` with the official signature, its life."""

from __future__ import annotations

import datetime
import inspect
from typing import Any

import pytest

import upstox_client
from support.colours import Colour, FakeTransport, local, ok
from upstox_client.core import client as core_client
from upstox_client.core.request import spelled
from upstox_client.core.type_words import resolve
from upstox_client.models import GetProfileResponse, Margin, UpdateUserIpRequest

PROFILE = ok(b'{"status":"success","data":{"user_id":"AB1234"}}', X_One="1")


def call(colour: Colour, fake: FakeTransport, *args: Any, **kwargs: Any) -> Any:
    return colour.run(colour.client(local(), fake).call_api, *args, **kwargs)


def test_the_official_signature() -> None:
    assert list(inspect.signature(upstox_client.ApiClient.call_api).parameters)[1:] == [
        "resource_path", "method", "path_params", "query_params", "header_params", "body", "post_params", "files",
        "response_type", "auth_settings", "async_req", "_return_http_data_only", "collection_formats",
        "_preload_content", "_request_timeout",
    ]  # fmt: skip


def test_what_call_api_sends(colour: Colour) -> None:
    fake = FakeTransport()
    call(
        colour, fake, "/v2/things/{id}", "post",
        path_params={"id": "a/b"},
        query_params=[("x", 1), ("y", datetime.date(2026, 1, 2))],
        header_params={"Accept": "application/json", "X-Number": 5},
        body={"a": 1},
        auth_settings=["OAUTH2"],
        _request_timeout=(1, 2),
    )  # fmt: skip
    request = fake.request
    assert (request.route.method, request.path) == ("POST", "/v2/things/a%2Fb?x=1&y=2026-01-02")
    assert request.body == b'{"a":1}'
    assert request.headers["X-Number"] == "5"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Authorization"] == "Bearer the-token"
    assert (request.timeout.connect, request.timeout.read) == (1, 2)


def test_without_auth_settings_nothing_is_signed(colour: Colour) -> None:
    fake = FakeTransport()
    call(colour, fake, "/v2/x", "GET")
    assert "Authorization" not in fake.request.headers


@pytest.mark.parametrize(
    ("style", "sent"),
    [
        ("csv", "k=a%2Cb"),
        ("ssv", "k=a+b"),
        ("tsv", "k=a%09b"),
        ("pipes", "k=a%7Cb"),
        ("multi", "k=a&k=b"),
        (None, "k=a%2Cb"),
    ],
)
def test_collection_formats(colour: Colour, style: str | None, sent: str) -> None:
    fake = FakeTransport()
    formats = {"k": style} if style else None
    call(colour, fake, "/v2/x", "GET", query_params={"k": ["a", "b"]}, collection_formats=formats)
    assert fake.request.path == f"/v2/x?{sent}"


def test_forms_and_texts(colour: Colour) -> None:
    fake = FakeTransport()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    call(colour, fake, "/v2/x", "POST", header_params=form, post_params=[("a", "b c"), ("d", 1)])
    call(colour, fake, "/v2/x", "POST", header_params={"content-type": form["Content-Type"]}, post_params={"a": "b"})
    call(colour, fake, "/v2/x", "POST", header_params={"Content-Type": "text/plain"}, body="é")
    call(colour, fake, "/v2/x", "POST", header_params={"Content-Type": "text/plain"}, body=b"\x00")
    call(colour, fake, "/v2/x", "POST", body=UpdateUserIpRequest(primary_ip="203.0.113.1"))
    call(colour, fake, "/v2/x", "GET", body={"a": 1})
    assert [request.body for request in fake.requests] == [
        b"a=b+c&d=1",
        b"a=b",
        "é".encode(),
        b"\x00",
        b'{"primary_ip":"203.0.113.1"}',
        None,
    ]


@pytest.mark.parametrize(
    ("arguments", "keywords", "message"),
    [
        (("/v2/x", "TRACE"), {}, "http method must be"),
        (
            ("/v2/x", "POST"),
            {"body": {"a": 1}, "post_params": {"b": 2}},
            "body parameter cannot be used with post_params",
        ),
        (("/v2/x", "POST"), {"files": {"f": "x"}}, "no endpoint of Upstox takes an upload"),
        (("/v2/x", "GET"), {"response_type": "Nonsense"}, "response_type 'Nonsense' is neither a model"),
        (("/v2/x", "GET"), {"response_type": "annotations"}, "is neither a model"),
        (("/v2/x", "GET"), {"response_type": "__name__"}, "is neither a model"),
        (("/v2/x", "GET"), {"response_type": "list[Nonsense]"}, "is neither a model"),
        (("/v2/x", "GET"), {"_request_timeout": -1}, "a timeout is"),
        (("v2/x", "GET"), {}, "resource_path must start with '/'"),
        (("@evil.test/x", "GET"), {}, "resource_path must start with '/'"),
        ((".evil.test/x", "GET"), {}, "resource_path must start with '/'"),
        (("", "GET"), {}, "resource_path must start with '/'"),
        (("/v2/{id}", "GET"), {"path_params": {"id": ".."}}, "cannot be part of a path"),
    ],
)
def test_what_call_api_refuses_before_anything_is_sent(
    colour: Colour, arguments: tuple[str, str], keywords: dict[str, Any], message: str
) -> None:
    fake = FakeTransport()
    with pytest.raises(ValueError, match=message):
        call(colour, fake, *arguments, **keywords)
    assert not fake.requests


@pytest.mark.parametrize("response_type", ["GetProfileResponse", GetProfileResponse])
def test_what_call_api_returns(colour: Colour, response_type: Any) -> None:
    value, status, headers = call(colour, FakeTransport([PROFILE]), "/v2/x", "GET", response_type=response_type)
    assert isinstance(value, GetProfileResponse)
    assert (status, headers["x-one"]) == (200, "1")
    alone = call(
        colour, FakeTransport([PROFILE]), "/v2/x", "GET", response_type=response_type, _return_http_data_only=True
    )
    assert alone == value
    assert call(colour, FakeTransport([PROFILE]), "/v2/x", "GET")[0] is None
    raw = call(colour, FakeTransport([PROFILE]), "/v2/x", "GET", _preload_content=False, _return_http_data_only=True)
    assert raw.status == 200


def test_call_api_in_a_thread() -> None:
    colour = Colour("sync")
    thread = call(colour, FakeTransport([PROFILE]), "/v2/x", "GET", async_req=True, response_type="object")
    assert thread.get(5)[0]["status"] == "success"
    colour.close()


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("int", int),
        ("long", int),
        ("float", float),
        ("str", str),
        ("bool", bool),
        ("object", Any),
        ("Margin", Margin),
        ("list[Margin]", list[Margin]),
        ("dict(str, list[float])", dict[str, list[float]]),
        (None, None),
        (Margin, Margin),
    ],
)
def test_type_words(word: Any, expected: Any) -> None:
    assert resolve(word) == expected


def test_headers_of_the_client(colour: Colour) -> None:
    fake = FakeTransport()
    client = colour.client(local(), fake, header_name="X-One", header_value="1", cookie="a=b")
    assert client.user_agent == f"upstox-client/{upstox_client.__version__} python"
    client.user_agent = "me/1"
    client.set_default_header("x-one", "2")
    client.set_default_header("X-Algo-Name", "algo")
    colour.run(colour.package.UserApi(client).get_profile)
    headers = fake.request.headers
    assert (client.user_agent, headers["User-Agent"]) == ("me/1", "me/1")
    assert headers["x-one"] == "2"
    assert "X-One" not in headers
    assert (headers["X-Algo-Name"], headers["Cookie"]) == ("algo", "a=b")
    assert colour.client(local(), fake, header_name="X-Two").default_headers["X-Two"] == ""


def test_default_headers_may_be_changed_anyhow_and_at_any_time(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeTransport()
    client = colour.client(local(), fake)
    api = colour.package.UserApi(client)

    def another_thread(headers: Any) -> dict[str, str]:
        client.default_headers["X-One"] = "of another thread"
        return spelled(headers)

    client.default_headers["X-One"] = "1"
    monkeypatch.setattr(core_client, "spelled", another_thread)
    colour.run(api.get_profile)
    monkeypatch.undo()
    client.default_headers["X-One"] = "1"
    colour.run(api.get_profile)
    del client.default_headers["X-One"]
    colour.run(api.get_profile)
    client.default_headers = {"x-algo-name": "algo"}
    colour.run(api.get_profile)
    assert fake.requests[1].headers["X-One"] == "1"
    assert "X-One" not in fake.requests[2].headers
    assert set(fake.requests[3].headers) == {"Accept", "Content-Type", "Api-Version", "X-Algo-Name", "Authorization"}


def test_last_response(colour: Colour) -> None:
    client = colour.client(local(), FakeTransport([PROFILE, ok(b"", 500)]))
    assert client.last_response is None
    colour.run(client.call_api, "/v2/x", "GET")
    assert client.last_response.data == PROFILE.data
    with pytest.raises(upstox_client.ServerError):
        colour.run(client.call_api, "/v2/x", "GET")
    assert client.last_response.status == 500


def test_repr_and_defaults(colour: Colour) -> None:
    client = colour.client()
    assert repr(client).startswith("ApiClient(Configuration(environment='live', ")
    api = colour.package.UserApi()
    assert api.api_client.configuration.environment == "live"
    assert client.sanitize_for_serialization(UpdateUserIpRequest(primary_ip="a")) == {"primary_ip": "a"}


def test_closing_closes_the_transport(colour: Colour) -> None:
    fake = FakeTransport()
    colour.run(colour.client(local(), fake).close)
    assert fake.closed == 1


def test_closing_waits_for_the_threads() -> None:
    colour = Colour("sync")
    client = colour.client(local(), FakeTransport([PROFILE]))
    threads = [client.call_api("/v2/x", "GET", async_req=True) for _ in range(20)]
    client.close()
    assert all(thread.get(0)[1] == 200 for thread in threads)
    assert client.call_api("/v2/x", "GET", async_req=True).get(5)[1] == 200
    client.close()


def test_authorization_url(monkeypatch: pytest.MonkeyPatch) -> None:
    url = upstox_client.authorization_url(
        "my id", "https://x.test/cb?a=b", state="s&t", scope="x", configuration=local()
    )
    assert url == (
        "http://127.0.0.1:9/v2/login/authorization/dialog?response_type=code&client_id=my+id"
        "&redirect_uri=https%3A%2F%2Fx.test%2Fcb%3Fa%3Db&state=s%26t&scope=x"
    )
    assert upstox_client.authorization_url("i", "r").startswith("https://api.upstox.com/v2/login/authorization/dialog?")
