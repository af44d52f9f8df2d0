"""An endpoint declared once: what a call of it sends, returns and refuses, in both colours."""

from __future__ import annotations

import datetime
import inspect
import pydoc
import subprocess
import sys
from multiprocessing.pool import AsyncResult
from typing import Any, Unpack
from unittest import mock

import pytest

import upstox_client
from support.colours import Colour, FakeTransport, local, ok, refused
from upstox_client.core.api import AsyncApi, SyncApi
from upstox_client.core.operation import Operation, RequestOptions, delete, get, post, put
from upstox_client.core.policy import Kind, Timeout
from upstox_client.models import GetProfileResponse, LogoutResponse, UpdateUserIpRequest
from upstox_client.rest import Headers, RESTResponse

PROFILE = ok(b'{"status":"success","data":{"user_id":"AB1234"}}', X_Request_Id="r-1")


class Operations:
    """One of each kind."""

    @get("/v2/things/{thing_id}/parts/{part}")
    def get_parts(
        self,
        api_version: str,
        thing_id: str,
        part: str,
        day: datetime.date | None = None,
        keys: list[str] | None = None,
        _from: str | None = None,
        algo_name: str | None = None,
        origin: str | None = None,
        size: int = 10,
        **options: Unpack[RequestOptions],
    ) -> GetProfileResponse:
        """Parts of a thing."""

    @put("/v3/things/{thing_id}", accept="*/*")
    def put_thing(self, body: dict[str, Any], thing_id: str, **options: Unpack[RequestOptions]) -> LogoutResponse:
        """Change a thing."""

    @post("/v2/order/place")
    def place(self, body: dict[str, Any] | None = None, **options: Unpack[RequestOptions]) -> LogoutResponse:
        """Place."""

    @post("/v2/form", form=True, signed=False)
    def send_form(
        self,
        api_version: str = "2.0",
        code: str | None = None,
        note: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> None:
        """A form."""

    @delete("/v2/things/{thing_id}")
    def delete_thing(self, thing_id: str, **options: Unpack[RequestOptions]) -> LogoutResponse:
        """Away with it."""


class Things(Operations, SyncApi):
    """Sync."""


class AsyncThings(Operations, AsyncApi):
    """Async."""


def things(colour: Colour, fake: FakeTransport, **configuration: Any) -> Any:
    client = colour.client(local(**configuration), fake)
    return AsyncThings(client) if colour.is_async else Things(client)


# What is sent


def test_every_parameter_goes_to_its_place(colour: Colour) -> None:
    fake = FakeTransport()
    colour.run(
        things(colour, fake).get_parts,
        "2.0",
        "a/b c",
        part="é%",
        day=datetime.date(2026, 4, 1),
        keys=["NSE_EQ|INE848E01016", "x"],
        _from="now",
        algo_name="my algo",
        origin="here",
    )
    request = fake.request
    assert request.route.method == "GET"
    path, _, query = request.path.partition("?")
    assert path == "/v2/things/a%2Fb%20c/parts/%C3%A9%25"
    assert sorted(query.split("&")) == ["day=2026-04-01", "from=now", "keys=NSE_EQ%7CINE848E01016%2Cx", "size=10"]
    assert request.body is None
    assert request.headers == {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Api-Version": "2.0",
        "X-Algo-Name": "my algo",
        "Origin": "here",
        "User-Agent": f"upstox-client/{upstox_client.__version__} python",
        "X-Upstox-SDK-Language": "python",
        "X-Upstox-SDK-Version": "2.30.0",
        "Authorization": "Bearer the-token",
    }


def test_what_is_none_is_not_sent(colour: Colour) -> None:
    fake = FakeTransport()
    colour.run(things(colour, fake).get_parts, "2.0", "a", "b", day=None)
    assert fake.request.path == "/v2/things/a/parts/b?size=10"
    assert "Origin" not in fake.request.headers


def test_a_json_body_is_encoded_and_remembered(colour: Colour) -> None:
    fake = FakeTransport()
    colour.run(things(colour, fake).put_thing, {"primary_ip": "203.0.113.1"}, "7")
    assert fake.request.body == b'{"primary_ip":"203.0.113.1"}'
    assert fake.request.payload == {"primary_ip": "203.0.113.1"}
    assert fake.request.headers["Accept"] == "*/*"
    assert fake.request.path == "/v3/things/7"


def test_a_model_is_a_body_too(colour: Colour) -> None:
    fake = FakeTransport()
    colour.run(things(colour, fake).put_thing, UpdateUserIpRequest(primary_ip="203.0.113.1"), "7")
    assert fake.request.body == b'{"primary_ip":"203.0.113.1"}'


def test_a_write_without_a_body_carries_an_empty_object(colour: Colour) -> None:
    fake = FakeTransport()
    api = things(colour, fake)
    colour.run(api.place)
    colour.run(api.delete_thing, "7")
    assert [request.body for request in fake.requests] == [b"{}", b"{}"]
    assert [request.route.method for request in fake.requests] == ["POST", "DELETE"]


def test_a_form_is_a_body_and_not_signed(colour: Colour) -> None:
    fake = FakeTransport()
    result = colour.run(things(colour, fake).send_form, code="a&b=c d", note="é")
    assert result is None
    assert fake.request.path == "/v2/form"
    assert fake.request.body == b"code=a%26b%3Dc+d&note=%C3%A9"
    assert fake.request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in fake.request.headers


@pytest.mark.parametrize(
    "body", [{"price": float("nan")}, {"legs": [{"price": float("inf")}, None]}, (1, -float("inf"))]
)
def test_a_number_that_is_none_is_refused_instead_of_sent_as_null(colour: Colour, body: Any) -> None:
    fake = FakeTransport()
    with pytest.raises(ValueError, match="infinite or none"):
        colour.run(things(colour, fake).place, body)
    assert not fake.requests


@pytest.mark.parametrize("body", [{"x": object()}, {1 + 2j: 1}])
def test_a_body_without_json_form_is_refused(colour: Colour, body: Any) -> None:
    fake = FakeTransport()
    with pytest.raises(ValueError, match="cannot be sent as JSON"):
        colour.run(things(colour, fake).place, body)
    assert not fake.requests


def test_a_body_without_end_is_refused(colour: Colour) -> None:
    body: dict[str, Any] = {}
    body["again"] = body
    with pytest.raises(ValueError, match="cannot be sent as JSON"):
        colour.run(things(colour, FakeTransport()).place, body)


def test_null_in_a_body_is_sent(colour: Colour) -> None:
    fake = FakeTransport()
    colour.run(things(colour, fake).place, {"tag": None, "legs": [1.5]})
    assert fake.request.body == b'{"tag":null,"legs":[1.5]}'


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_path_value_never_makes_another_endpoint_of_the_call(colour: Colour, value: str) -> None:
    fake = FakeTransport()
    with pytest.raises(ValueError, match="Invalid value for `thing_id`"):
        colour.run(things(colour, fake).delete_thing, value)
    assert not fake.requests


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("a/b", "a%2Fb"),
        ("../x", "..%2Fx"),
        ("%2e%2e", "%252e%252e"),
        ("a?b#c", "a%3Fb%23c"),
        ("{part}", "%7Bpart%7D"),
        ("a\\b", "a%5Cb"),
        ("€\n", "%E2%82%AC%0A"),
        (7, "7"),
    ],
)
def test_path_values_are_encoded_whole(colour: Colour, value: object, sent: str) -> None:
    fake = FakeTransport()
    colour.run(things(colour, fake).delete_thing, value)
    assert fake.request.path == f"/v2/things/{sent}"


def test_safe_characters_stay_as_they_are(colour: Colour) -> None:
    fake = FakeTransport()
    api = things(colour, fake, safe_chars_for_path_param="/|")
    colour.run(api.delete_thing, "a/b|c")
    assert fake.request.path == "/v2/things/a/b|c"
    with pytest.raises(ValueError, match="cannot be part of a path"):
        colour.run(api.delete_thing, "a/../b")


def test_a_value_that_no_encoding_has_is_a_value_error(colour: Colour) -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        colour.run(things(colour, FakeTransport()).delete_thing, "\ud800")


def test_single_order_writes_go_to_the_order_host(colour: Colour) -> None:
    fake = FakeTransport()
    api = things(colour, fake, order_host="http://127.0.0.1:8")
    colour.run(api.place)
    colour.run(api.delete_thing, "7")
    assert fake.base_urls == ["http://127.0.0.1:8", "http://127.0.0.1:9"]


def test_the_token_of_the_moment_signs(colour: Colour) -> None:
    fake = FakeTransport()
    api = things(colour, fake)
    colour.run(api.place)
    api.api_client.configuration.access_token = "another"
    colour.run(api.place)
    assert [request.headers["Authorization"] for request in fake.requests] == ["Bearer the-token", "Bearer another"]


class Racing(upstox_client.Configuration):
    """Once, another thread logs somebody else in, just when a call has looked whether there is a token."""

    intruder = "of-another-account"

    def auth_settings(self) -> dict[str, dict[str, str]]:
        if self.intruder:
            self.access_token, self.intruder = self.intruder, ""
        return super().auth_settings()


def test_a_token_that_was_replaced_while_a_call_was_signed_does_not_stay(colour: Colour) -> None:
    fake = FakeTransport()
    api = things(colour, fake)
    api.api_client.configuration.__class__ = Racing
    colour.run(api.place)
    api.api_client.configuration.access_token = "the-token"
    colour.run(api.place)
    assert fake.requests[-1].headers["Authorization"] == "Bearer the-token"


def test_who_signs_otherwise_is_asked_for_each_call(colour: Colour) -> None:
    numbers = iter("12")

    class Signing(upstox_client.Configuration):
        def auth_settings(self) -> dict[str, dict[str, str]]:
            return {"OAUTH2": {"type": "oauth2", "in": "header", "key": "X-Signature", "value": next(numbers)}}

    fake = FakeTransport()
    api = things(colour, fake)
    api.api_client.configuration.__class__ = Signing
    colour.run(api.place)
    colour.run(api.place)
    assert [request.headers["X-Signature"] for request in fake.requests] == ["1", "2"]


@pytest.mark.parametrize("token", ["", None])
def test_without_a_token_nothing_is_signed(colour: Colour, token: Any) -> None:
    fake = FakeTransport()
    colour.run(things(colour, fake, access_token=token).place)
    assert "Authorization" not in fake.request.headers


@pytest.mark.parametrize("token", [5, b"bytes"])
def test_a_token_that_is_no_text_is_a_type_error(colour: Colour, token: Any) -> None:
    fake = FakeTransport()
    with pytest.raises(TypeError, match="access_token must be text, got"):
        colour.run(things(colour, fake, access_token=token, rate_limit=True).place)
    assert not fake.requests


# What is refused


@pytest.mark.parametrize("how", ["plain", "info"])
def test_an_unknown_keyword_is_the_official_type_error(colour: Colour, how: str) -> None:
    fake = FakeTransport()
    api = colour.user_api(local(), fake)
    call = api.get_profile if how == "plain" else api.get_profile_with_http_info
    with pytest.raises(TypeError) as caught:
        call(x=1)
    assert str(caught.value) == "Got an unexpected keyword argument 'x' to method get_profile"
    assert not fake.requests


@pytest.mark.parametrize(
    ("arguments", "keywords"),
    [((), {}), ((None,), {"redirect_uri": "x"}), ((), {"client_id": None, "redirect_uri": "x"})],
)
def test_a_missing_parameter_is_the_official_value_error(
    colour: Colour, arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> None:
    fake = FakeTransport()
    api = colour.login_api(local(), fake)
    with pytest.raises(ValueError, match="Missing") as caught:
        api.authorize(*arguments, **keywords)
    assert str(caught.value) == "Missing the required parameter `client_id` when calling `authorize`"
    assert isinstance(caught.value, TypeError)
    assert not fake.requests


def test_a_required_parameter_with_a_default_may_be_left_out_but_not_be_none(colour: Colour) -> None:
    fake = FakeTransport([PROFILE])
    api = colour.user_api(local(), fake)
    colour.run(api.get_profile)
    with pytest.raises(ValueError, match="Missing the required parameter `api_version` when calling `get_profile`"):
        api.get_profile(None)


def test_too_many_arguments(colour: Colour) -> None:
    with pytest.raises(TypeError, match=r"get_profile\(\) takes 1 arguments at most, got 2"):
        colour.user_api(local(), FakeTransport()).get_profile("2.0", "x")


def test_an_argument_given_twice(colour: Colour) -> None:
    with pytest.raises(TypeError, match="multiple values for argument 'api_version'"):
        colour.user_api(local(), FakeTransport()).get_profile("2.0", api_version="2.0")


# Options


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (2, Timeout(0.5, 2.0, 2.0)),
        (0.1, Timeout(0.5, 0.15, 0.1)),
        (20.5, Timeout(0.5, 20.5, 20.5)),
        ((1, 2.5), Timeout(1.0, 2.5, None)),
        (0, Timeout(0.5, 0.15, None)),
        (None, Timeout(0.5, 0.15, None)),
        (Timeout(1, 2, 3), Timeout(1, 2, 3)),
    ],
)
def test_request_timeout(colour: Colour, given: Any, expected: Timeout) -> None:
    fake = FakeTransport()
    colour.run(colour.user_api(local(timeout=(0.5, 0.15)), fake).get_profile, _request_timeout=given)
    assert fake.request.timeout == expected


@pytest.mark.parametrize(
    "bad",
    [
        -1, "soon", (1,), (1, 2, 3), (0, 1), (None, 1), [1, 2], float("nan"), float("inf"), 1e-9, 1e15, 10**400,
        (1, 1e300), Timeout(connect=-1), Timeout(read=0), Timeout(total=float("nan")), {"connect": 1}, object(),
    ],
)  # fmt: skip
def test_a_bad_request_timeout_is_a_value_error(colour: Colour, bad: Any) -> None:
    fake = FakeTransport()
    with pytest.raises(ValueError, match="a timeout is a number of seconds above 0 or a pair"):
        colour.user_api(local(), fake).get_profile(_request_timeout=bad)
    assert not fake.requests


def test_a_bad_timeout_of_the_configuration_is_a_value_error(colour: Colour) -> None:
    with pytest.raises(ValueError, match="a timeout is"):
        colour.user_api(local(timeout=-1), FakeTransport()).get_profile()


def test_with_http_info(colour: Colour) -> None:
    api = colour.user_api(local(), FakeTransport([PROFILE]))
    for call in (api.get_profile_with_http_info, api.get_profile.with_http_info):
        value, status, headers = colour.run(call, "2.0")
        assert value.data.user_id == "AB1234"
        assert status == 200
        assert isinstance(headers, Headers)
        assert headers["x-request-id"] == "r-1"


def test_with_http_info_and_data_only(colour: Colour) -> None:
    api = colour.user_api(local(), FakeTransport([PROFILE]))
    value = colour.run(api.get_profile_with_http_info, _return_http_data_only=True)
    assert value.data.user_id == "AB1234"
    assert colour.run(api.get_profile, _return_http_data_only=False).data.user_id == "AB1234"


def test_without_preloading_the_answer_comes_as_it_is(colour: Colour) -> None:
    api = colour.user_api(local(), FakeTransport([ok(b"not json at all")]))
    for response in (
        colour.run(api.get_profile, _preload_content=False),
        colour.run(api.get_profile.raw),
        colour.run(api.get_profile_with_http_info, _preload_content=False)[0],
    ):
        assert isinstance(response, RESTResponse)
        assert response.data == response.read() == b"not json at all"


def test_without_preloading_a_refusal_still_raises(colour: Colour) -> None:
    api = colour.user_api(local(), FakeTransport([refused(401, "UDAPI100050")]))
    with pytest.raises(upstox_client.AuthenticationError):
        colour.run(api.get_profile, _preload_content=False)
    with pytest.raises(upstox_client.AuthenticationError):
        colour.run(api.get_profile.raw)


def test_async_req_gives_an_async_result() -> None:
    with upstox_client.ApiClient(local(), transport=_transport(FakeTransport([PROFILE]))) as client:
        api = upstox_client.UserApi(client)
        for thread in (api.get_profile(async_req=True), api.get_profile.submit()):  # type: ignore[call-arg]
            assert isinstance(thread, AsyncResult)
            assert thread.get(5).data.user_id == "AB1234"
        with_info: Any = api.get_profile_with_http_info(async_req=True)  # type: ignore[attr-defined]
        assert with_info.get(5)[1] == 200
        raw: Any = api.get_profile(async_req=True, _preload_content=False)  # type: ignore[call-arg]
        assert raw.get(5).status == 200


def test_the_result_of_a_thread_comes_when_nobody_keeps_the_client() -> None:
    for _ in range(20):  # the client goes in the thread that did the work, just when its result is handed over
        client = upstox_client.ApiClient(local(), transport=_transport(FakeTransport([PROFILE])))
        thread: AsyncResult[GetProfileResponse] = upstox_client.UserApi(client).get_profile.submit()
        del client
        assert thread.get(2).data


def test_async_req_raises_on_get() -> None:
    with upstox_client.ApiClient(local(), transport=_transport(FakeTransport([refused(404)]))) as client:
        thread: Any = upstox_client.UserApi(client).get_profile(async_req=True)  # type: ignore[call-arg]
        with pytest.raises(upstox_client.NotFoundError):
            thread.get(5)


def test_async_req_refuses_bad_arguments_at_once() -> None:
    with upstox_client.ApiClient(local(), transport=_transport(FakeTransport())) as client:
        with pytest.raises(TypeError, match="unexpected keyword"):
            upstox_client.UserApi(client).get_profile(async_req=True, x=1)  # type: ignore[call-arg]
        assert client._pool is None


def test_the_async_client_has_no_async_req() -> None:
    colour = Colour("async")
    fake = FakeTransport()
    api = colour.user_api(local(), fake)
    with pytest.raises(TypeError, match="async_req is for the sync client; `await` get_profile"):
        colour.run(api.get_profile, async_req=True)
    assert not fake.requests
    colour.close()


def _transport(fake: FakeTransport) -> Any:
    return Colour("sync").client(local(), fake)._transport


# What a declaration knows


def test_the_table_of_operations_is_reachable_from_the_class() -> None:
    operation = upstox_client.UserApi.get_profile
    assert isinstance(operation, Operation)
    assert (operation.route.method, operation.route.path, operation.name) == ("GET", "/v2/user/profile", "get_profile")
    assert operation.returns is GetProfileResponse
    assert operation.route.kind is Kind.READ
    assert upstox_client.LoginApi.authorize.returns is None  # type: ignore[attr-defined]
    assert upstox_client.UserApi.get_profile_with_http_info is not None  # type: ignore[attr-defined]


def test_signature_doc_and_help_of_a_call(colour: Colour) -> None:
    call = colour.user_api(local(), FakeTransport()).get_user_fund_margin
    signature = inspect.signature(call)
    assert list(signature.parameters) == ["api_version", "segment", "options"]
    assert signature.parameters["api_version"].default == "2.0"
    assert call.__doc__.startswith("The funds of the equity and the commodity segment")
    assert call.__name__ == "get_user_fund_margin"
    assert repr(call) == "<UserApi.get_user_fund_margin: GET /v2/user/get-funds-and-margin>"
    text = pydoc.plain(pydoc.render_doc(call))
    assert "The funds of the equity and the commodity segment" in text


def test_help_of_a_class_lists_its_operations() -> None:
    text = pydoc.plain(pydoc.render_doc(upstox_client.UserApi))
    assert "get_profile" in text
    assert "Who the account holder is" in text


def test_a_program_that_mocks_an_api_class_can() -> None:
    api = mock.create_autospec(upstox_client.UserApi(upstox_client.ApiClient(local())), instance=True)
    api.get_profile.return_value = GetProfileResponse(status="success")
    assert api.get_profile("2.0").status == "success"


# Hooks of the login


def test_a_login_object_signs_its_own_logout_and_nothing_else(colour: Colour) -> None:
    fake = FakeTransport([ok(b'{"access_token":"fresh"}')])
    client = colour.client(local(access_token=""), fake)
    login, user = colour.package.LoginApi(client), colour.package.UserApi(client)
    token = colour.run(
        login.token, code="c", client_id="i", client_secret="s", redirect_uri="r", grant_type="authorization_code"
    )
    assert token.access_token == "fresh"
    colour.run(user.get_profile)
    colour.run(login.logout)
    client.configuration.access_token = "configured"
    colour.run(login.logout)
    assert [request.headers.get("Authorization") for request in fake.requests] == [
        None,
        None,
        "Bearer fresh",
        "Bearer configured",
    ]


def test_a_redirect_is_what_authorize_hopes_for(colour: Colour) -> None:
    fake = FakeTransport([ok(b"", 302, Location="http://elsewhere.test/login")])
    assert colour.run(colour.login_api(local(), fake).authorize, "id", "https://x.test/cb", state="s") is None
    assert len(fake.requests) == 1
    with pytest.raises(upstox_client.ApiException) as caught:
        colour.run(colour.user_api(local(), fake).get_profile)
    assert caught.value.status == 302


# Nothing is started before it is needed


def test_no_thread_and_no_socket_before_the_first_call() -> None:
    program = """
import os, sys, threading
def sockets():
    links = (os.path.join("/proc/self/fd", name) for name in os.listdir("/proc/self/fd"))
    return sum(os.path.exists(link) and "socket" in os.readlink(link) for link in links)
def threads():
    return len(os.listdir("/proc/self/task"))
import upstox_client, upstox_client.aio
configuration = upstox_client.Configuration()
configuration.host = configuration.order_host = "http://127.0.0.1:9"
configuration.retries = 0
client = upstox_client.ApiClient(configuration)
apis = [upstox_client.UserApi(client), upstox_client.LoginApi(), upstox_client.UserApi(),
        upstox_client.aio.UserApi(upstox_client.aio.ApiClient(configuration))]
repr(client), client.limits, client.user_agent
assert threads() == 1 == threading.active_count(), (threads(), threading.enumerate())
assert sockets() == 0
try:
    apis[0].get_profile()
except upstox_client.NetworkError:
    pass
assert threading.active_count() == 1
print("ok")
"""
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=30)
    assert done.stdout == "ok\n", done.stderr
