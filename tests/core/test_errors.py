"""From an answer to an exception: the class, the text, the data; and the tree of classes."""

from __future__ import annotations

import copy
import pickle
import re
import traceback
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import upstox_client
from support.colours import Colour, FakeTransport, local, ok, refused
from upstox_client import errors
from upstox_client.core.policy import Timeout
from upstox_client.core.request import Request, route
from upstox_client.core.response import decipher, failure, outcome
from upstox_client.errors import ApiError, ApiException, OrderOutcomeUnknown, error_class, parse_errors
from upstox_client.models import GetProfileResponse, TokenResponse
from upstox_client.rest import Headers, RESTResponse

CLASSES = [getattr(errors, name) for name in errors.__all__ if name != "ApiError"]


def request_of(method: str = "GET", path: str = "/v2/user/profile", payload: object = None) -> Request:
    return Request(path, {}, None, Timeout(), route(method, path), signed=True, payload=payload)


def error_of(answer: RESTResponse) -> ApiException:
    error = failure(request_of(), answer)
    assert error is not None
    return error


# Which class


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, None, errors.InvalidRequestError),
        (400, "UDAPI1052", errors.InvalidRequestError),
        (401, None, errors.AuthenticationError),
        (401, "UDAPI100050", errors.AuthenticationError),
        (400, "UDAPI100057", errors.AuthenticationError),
        (400, "UDAPI100016", errors.AuthenticationError),
        (403, None, errors.PermissionDeniedError),
        (403, "UDAPI100067", errors.PermissionDeniedError),
        (403, "UDAPI1154", errors.StaticIpError),
        (400, "UDAPI1154", errors.StaticIpError),
        (404, None, errors.NotFoundError),
        (400, "UDAPI100010", errors.NotFoundError),
        (404, "UDAPI100060", errors.NotFoundError),
        (405, None, errors.InvalidRequestError),
        (409, None, errors.InvalidRequestError),
        (422, None, errors.InvalidRequestError),
        (423, None, errors.ServiceClosedError),
        (423, "UDAPI100072", errors.ServiceClosedError),
        (400, "UDAPI100074", errors.ServiceClosedError),
        (429, None, errors.RateLimitError),
        (429, "UDAPI10005", errors.RateLimitError),
        (500, None, errors.ServerError),
        (500, "UDAPI100500", errors.ServerError),
        (502, None, errors.ServerError),
        (599, None, errors.ServerError),
        (302, None, errors.InvalidRequestError),
    ],
)
def test_status_and_code_to_class(colour: Colour, status: int, code: str | None, expected: type[ApiException]) -> None:
    assert error_class(status, code) is expected
    answer = ok(b"", status) if code is None else refused(status, code)
    with pytest.raises(expected) as caught:
        colour.run(colour.user_api(local(), FakeTransport([answer])).get_profile)
    assert type(caught.value) is expected
    assert caught.value.error_code == code
    assert caught.value.status == status


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    drawn: dict[str, str] = {}
    stack: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^    ([│├└─ ]*)(\w+)  +\S", line)
        if not found:
            continue
        depth, name = len(found[1]) // 4, found[2]
        while stack and stack[-1][0] >= depth:
            stack.pop()
        drawn[name] = stack[-1][1] if stack else "Exception"
        stack.append((depth, name))
    assert drawn == {kind.__name__: kind.__mro__[1].__name__ for kind in CLASSES}


def test_the_official_home() -> None:
    from upstox_client.rest import ApiException as Official

    assert Official is ApiException is upstox_client.ApiException


def test_a_timeout_is_a_timeout_error_too() -> None:
    assert issubclass(errors.RequestTimeoutError, TimeoutError)


# What it holds


@pytest.mark.parametrize(
    "names", [("errorCode", "propertyPath", "invalidValue"), ("error_code", "property_path", "invalid_value")]
)
def test_both_spellings_of_the_envelope(names: tuple[str, str, str]) -> None:
    code, path, value = names
    body = msgspec.json.encode(
        {"status": "error", "errors": [{code: "UDAPI1026", "message": "Bad key", path: "instrument_key", value: 7}]}
    )
    error = error_of(ok(body, 400))
    assert error.errors == (
        ApiError(code="UDAPI1026", message="Bad key", property_path="instrument_key", invalid_value=7),
    )
    assert str(error.errors[0]) == "UDAPI1026 Bad key, at 'instrument_key', got 7"
    assert error.error_code == "UDAPI1026"


def test_both_spellings_at_once() -> None:
    body = (
        b'{"errors":[{"errorCode":"UDAPI1","error_code":"UDAPI1","message":"m","propertyPath":null,"property_path":"p"}'
    )
    body += b"]}"
    assert parse_errors(body) == (ApiError(code="UDAPI1", message="m", property_path="p"),)


def test_several_errors_of_a_batch() -> None:
    body = msgspec.json.encode(
        {
            "errors": [
                {"error_code": "UDAPI1", "message": "a", "correlation_id": "1", "instrument_key": "k"},
                {"error_code": "UDAPI2", "message": "b", "correlation_id": "2", "order_id": 25},
            ]
        }
    )
    error = error_of(ok(body, 400))
    assert [(entry.code, entry.correlation_id, entry.order_id) for entry in error.errors] == [
        ("UDAPI1", "1", None),
        ("UDAPI2", "2", "25"),
    ]
    assert "UDAPI1 a\nUDAPI2 b\n" in str(error)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>502</html>", b"null", b"[]", b'"x"', b'{"errors":null}', b'{"errors":{}}', b'{"errors":["x",1,null]}',
     b'{"errors":[]}', b"\xff\xfe\x00", b'{"errors":[', b"[" * 50_000],
)  # fmt: skip
def test_a_page_that_is_no_envelope(body: bytes) -> None:
    error = error_of(ok(body, 502))
    assert type(error) is errors.ServerError
    assert error.errors == ()
    assert error.error_code is None
    assert error.body == body
    str(error)


def test_the_official_text() -> None:
    error = ApiException(status=400, reason="Bad")
    assert str(error) == "(400)\nReason: Bad\n"
    assert repr(error) == "ApiException()"
    assert (error.body, error.headers, error.errors) == (None, None, ())
    full = error_of(refused(400, "UDAPI1", "no", X_One="1"))
    assert str(full) == (
        "(400)\nReason: Bad Request\nUDAPI1 no\nHTTP response headers: {'x-one': '1'}\n"
        'HTTP response body: {"status":"error","errors":[{"errorCode":"UDAPI1","message":"no"}]}\n'
    )


def test_an_unknown_status_has_no_words() -> None:
    assert error_of(ok(b"", 499)).reason == ""


@pytest.mark.parametrize("status", [200, 201])
def test_an_error_envelope_under_a_good_status_is_an_error(colour: Colour, status: int) -> None:
    answer = refused(status, "UDAPI100050")
    with pytest.raises(errors.AuthenticationError) as caught:
        colour.run(colour.user_api(local(), FakeTransport([answer])).get_profile)
    assert caught.value.status == status
    login = colour.login_api(local(), FakeTransport([refused(200, "UDAPI1017")]))
    with pytest.raises(errors.InvalidRequestError):
        colour.run(login.token, code="c")
    for word in ("object", "dict(str, object)"):
        client = colour.client(local(), FakeTransport([answer]))
        with pytest.raises(errors.AuthenticationError):
            colour.run(client.call_api, "/v2/x", "GET", response_type=word)


@pytest.mark.parametrize("word", ["object", "dict(str, object)", "MultiOrderResponse"])
def test_a_partial_success_is_a_value(colour: Colour, word: str) -> None:
    body = b'{"status":"partial_success","data":[{"order_id":"1"}],"errors":[{"error_code":"UDAPI1"}]}'
    client = colour.client(local(), FakeTransport([ok(body, 207)]))
    value, _, _ = colour.run(client.call_api, "/v2/order/multi/place", "POST", response_type=word)
    if word == "MultiOrderResponse":
        assert (value.status, value.data[0].order_id) == ("partial_success", "1")
    else:
        assert value["data"] == [{"order_id": "1"}]


def test_a_list_is_no_envelope(colour: Colour) -> None:
    client = colour.client(local(), FakeTransport([ok(b"[1]")]))
    assert colour.run(client.call_api, "/v2/x", "GET", response_type="list[int]", _return_http_data_only=True) == [1]


def test_no_content_is_none() -> None:
    assert decipher(ok(b"", 204), GetProfileResponse) is None
    assert decipher(ok(b"anything"), None) is None
    assert decipher(ok(b"", 302), TokenResponse) is None


def test_a_success_with_an_empty_list_of_errors_is_a_value() -> None:
    value = decipher(ok(b'{"status":"success","data":{"user_id":"A"},"errors":[]}'), GetProfileResponse)
    assert value is not None
    assert value.data is not None


def test_an_outcome_that_is_known_stays_what_it_is() -> None:
    error = errors.ServerError(500)
    assert outcome(request_of(), error) is error
    refusal = errors.InvalidRequestError(400)
    assert outcome(request_of("POST", "/v2/order/place"), refusal) is refusal


@given(st.integers(100, 999), st.binary(max_size=200))
def test_any_answer_is_a_value_or_one_of_our_errors(status: int, body: bytes) -> None:
    answer = ok(body, status)
    error = failure(request_of(), answer)
    if error is None:
        try:
            decipher(answer, GetProfileResponse)
        except ApiException as caught:
            error = caught
    if error is not None:
        assert type(error) in CLASSES
        str(error), repr(error), repr(error.errors)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
entries = st.lists(
    st.dictionaries(
        st.sampled_from(
            ["errorCode", "error_code", "message", "propertyPath", "property_path", "invalidValue", "order_id"]
        ),
        json_values,
    )
    | json_values,
    max_size=4,
)


@given(entries, st.sampled_from([400, 401, 429, 500, 200]))
def test_an_envelope_with_anything_in_it(found: list[Any], status: int) -> None:
    import json

    error = error_class(status, None)(http_resp=ok(json.dumps({"errors": found}).encode(), status))
    assert all(entry.code is None or isinstance(entry.code, str) for entry in error.errors)
    str(error), repr(error.errors), pickle.loads(pickle.dumps(error))


# Secrets


def test_a_secret_that_was_wrong_is_not_repeated() -> None:
    body = (
        b'{"errors":[{"errorCode":"UDAPI100057","message":"Invalid code","propertyPath":"body.code",'
        b'"invalidValue":"s3cr3t"},'
        b'{"error_code":"UDAPI1","property_path":"client_secret","invalid_value":"s3cr3t"}]}'
    )
    error = error_of(ok(body, 401, Set_Cookie="session=s3cr3t", Location="http://x.test/?code=s3cr3t&state=1"))
    shown = str(error) + repr(error) + repr(error.errors) + repr(error.headers) + "".join(map(str, error.errors))
    assert "s3cr3t" not in shown
    assert "Invalid code" in shown
    assert error.errors[0].invalid_value == "s3cr3t"  # the data is all there
    assert error.headers is not None
    assert error.headers["set-cookie"] == "session=s3cr3t"


def test_tracebacks_show_no_secret(colour: Colour) -> None:
    secret = f"s3cr{3}t"
    fake = FakeTransport([ok(b'{"access_token":"s3cr3t","errors":[{"message":"Bearer s3cr3t"}]}', 500)])
    api = colour.login_api(local(access_token=secret), fake)
    text = ""
    try:
        colour.run(api.token, code=secret, client_secret=secret)
    except ApiException:
        text = traceback.format_exc()
    assert "s3cr3t" not in text
    assert "ServerError" in text


# Copies


def example(kind: type[ApiException]) -> ApiException:
    cause = errors.RequestTimeoutError(0, "no answer")
    if kind is OrderOutcomeUnknown:
        return OrderOutcomeUnknown(cause, method="POST", path="/v2/order/place", payload={"tag": "t", "quantity": 1})
    error = kind(http_resp=refused(429, "UDAPI10005", Retry_After="3"))
    if isinstance(error, errors.RateLimitError):
        error.retry_after = 3.0
    if isinstance(error, errors.NetworkError):
        error.maybe_sent = False
    return error


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_every_class_survives_copying_and_pickling(kind: type[ApiException], duplicate: Any) -> None:
    error = example(kind)
    twin = duplicate(error)
    assert type(twin) is kind
    assert str(twin) == str(error)
    assert (twin.status, twin.reason, twin.body, twin.errors) == (error.status, error.reason, error.body, error.errors)
    assert dict(twin.headers or {}) == dict(error.headers or {})
    for name in ("retry_after", "maybe_sent", "tag", "payload", "method", "path"):
        assert getattr(twin, name, None) == getattr(error, name, None)


def test_an_unknown_outcome_without_a_tag() -> None:
    error = OrderOutcomeUnknown(
        errors.ServerError(503, "Unavailable"), method="DELETE", path="/v3/order/cancel?order_id=1"
    )
    assert error.tag is None
    assert str(error).startswith("DELETE /v3/order/cancel?order_id=1: the outcome is unknown.")
    assert "(503)" in str(error)


# The answer


def test_an_answer_as_the_official_client_shows_it() -> None:
    answer = RESTResponse(200, b"abc", [("X-One", "1"), ("Set-Cookie", "a=1"), ("set-cookie", "b=2")])
    assert (answer.status, answer.reason, answer.data, answer.read()) == (200, "OK", b"abc", b"abc")
    assert answer.getheader("x-ONE") == "1"
    assert answer.getheader("none") is None
    assert answer.getheader("none", "default") == "default"
    assert answer.getheaders() is answer.headers
    assert dict(answer.headers) == {"x-one": "1", "set-cookie": "a=1, b=2"}
    assert len(answer.headers) == 2
    assert "X-ONE" in answer.headers
    assert repr(answer) == "RESTResponse(status=200, 3 bytes)"
    assert repr(answer.headers) == "{'x-one': '1', 'set-cookie': '<redacted>'}"
    assert isinstance(answer.headers, Headers)
    twin = pickle.loads(pickle.dumps(copy.deepcopy(answer)))
    assert (twin.status, twin.data, twin.getheaders()) == (200, b"abc", answer.getheaders())
