"""The seam to the HTTP library, against servers that misbehave in every way there is.

Two facts about the engine are pinned here, because money hangs on them: what proves that nothing was sent, and that no
write is ever sent twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pytest

import upstox_client
import upstox_client.aio
from support import http2, servers
from support.colours import Colour, local
from support.servers import Behaviour, Peer, RawServer, full_backlog, keep_answering, refusing_port
from support.tls import authority
from upstox_client import api_client
from upstox_client.core import transport
from upstox_client.core.policy import Timeout
from upstox_client.core.request import Request, route
from upstox_client.errors import ApiException, NetworkError, OrderOutcomeUnknown, RequestTimeoutError

WRITES = ["POST", "PUT", "DELETE"]
PATHS = {"GET": "/v2/order/details", "POST": "/v2/order/place", "PUT": "/v3/order/modify", "DELETE": "/v2/order/cancel"}


def send(colour: Colour, client: Any, method: str = "GET", **kwargs: Any) -> Any:
    return colour.run(
        client.call_api,
        PATHS[method],
        method,
        body={"tag": "t"} if method != "GET" else None,
        response_type="LogoutResponse",
        auth_settings=["OAUTH2"],
        **kwargs,
    )


def failure(colour: Colour, url: str, method: str = "GET", **configuration: Any) -> ApiException:
    """What a call raises; anything but our own errors fails the test."""
    with pytest.raises(ApiException) as caught:
        send(colour, colour.client(local(url, **configuration)), method)
    return caught.value


# What proves that nothing was sent


@pytest.mark.parametrize("method", ["GET", *WRITES])
def test_a_refused_connection_was_not_sent(colour: Colour, method: str) -> None:
    with refusing_port() as url:
        error = failure(colour, url, method)
    assert type(error) is NetworkError
    assert error.maybe_sent is False
    assert error.status == 0
    assert error.reason is not None
    assert "cannot connect" in error.reason


@pytest.mark.skipif(sys.platform != "linux", reason="the length of the backlog is Linux's")
@pytest.mark.parametrize("method", ["GET", *WRITES])
def test_a_connection_that_does_not_come_about_was_not_sent(colour: Colour, method: str) -> None:
    with full_backlog() as url:
        error = failure(colour, url, method, timeout=(0.15, 5))
    assert type(error) is RequestTimeoutError
    assert error.maybe_sent is False
    assert error.reason == "no connection within 0.15 s"
    assert isinstance(error, TimeoutError)


@pytest.mark.parametrize("method", ["GET", *WRITES])
def test_a_tls_handshake_that_stalls_was_not_sent(colour: Colour, method: str) -> None:
    with RawServer(Peer.wait) as server:
        error = failure(colour, server.url.replace("http", "https"), method, timeout=(0.15, 5))
    assert type(error) is RequestTimeoutError
    assert error.maybe_sent is False
    assert server.accepted == 1


@pytest.mark.parametrize("timeout", [(5, 0.15), 0.15])
def test_a_connection_cut_short_by_another_timeout_counts_as_sent(colour: Colour, timeout: Any) -> None:
    # The engine cannot tell then; caution costs a retry only.
    with RawServer(Peer.wait) as server:
        error = failure(colour, server.url.replace("http", "https"), "POST", timeout=timeout)
    assert isinstance(error, OrderOutcomeUnknown)
    assert error.reason == "no answer within 0.15 s"


# What may have been sent

AFTER_SENDING: dict[str, Behaviour] = {
    name: getattr(servers, name)
    for name in (
        "close_after_reading",
        "reset_after_reading",
        "stall_after_reading",
        "stall_mid_headers",
        "stall_mid_body",
        "truncate_body",
        "truncate_chunked",
        "reset_mid_body",
        "talk_garbage",
        "bad_content_encoding",
        "huge_header",
        "many_headers",
    )
}


@pytest.mark.parametrize("name", AFTER_SENDING)
@pytest.mark.parametrize("method", ["GET", *WRITES])
def test_a_failure_after_sending_may_have_been_sent_and_is_sent_once(colour: Colour, name: str, method: str) -> None:
    with RawServer(AFTER_SENDING[name]) as server:
        error = failure(colour, server.url, method, retries=3 if method in WRITES else 0)
    cause = error
    if method in WRITES:
        assert type(error) is OrderOutcomeUnknown
        assert error.tag == "t"
        assert isinstance(error.__cause__, NetworkError)
        cause = error.__cause__
    assert isinstance(cause, NetworkError)
    assert cause.maybe_sent is True
    assert isinstance(cause, RequestTimeoutError) == name.startswith("stall")
    assert [request.method for request in server.requests] == [method]


@pytest.mark.parametrize("behaviour", [servers.close_at_once, servers.reset_at_once])
@pytest.mark.parametrize("method", ["GET", *WRITES])
def test_a_connection_lost_before_the_server_reads_counts_as_sent(
    colour: Colour, behaviour: Behaviour, method: str
) -> None:
    with RawServer(behaviour) as server:
        error = failure(colour, server.url, method)
    if isinstance(error, NetworkError) and not error.maybe_sent:
        return  # the reset came so early that the connection never stood: nothing left, and it is known
    assert isinstance(error, OrderOutcomeUnknown if method in WRITES else NetworkError)
    assert server.accepted == 1


def test_headers_that_are_not_text_do_no_harm(colour: Colour) -> None:
    with RawServer(servers.odd_header_bytes) as server:
        client = colour.client(local(server.url))
        _, status, headers = send(colour, client)
    assert status == 200
    assert "x-odd" not in headers
    assert headers["x-empty"] == ""
    repr(headers), str(dict(headers))


# The library itself never sends a write again


@pytest.mark.parametrize("name", AFTER_SENDING)
@pytest.mark.parametrize("method", WRITES)
def test_a_write_on_a_reused_connection_is_sent_once(colour: Colour, name: str, method: str) -> None:
    with RawServer(servers.first_then(AFTER_SENDING[name])) as server:
        client = colour.client(local(server.url, retries=3))
        send(colour, client, method)
        with pytest.raises(OrderOutcomeUnknown):
            send(colour, client, method)
    assert server.accepted == 1
    assert [request.method for request in server.requests] == [method, method]


@pytest.mark.parametrize("method", ["GET", *WRITES])
def test_a_connection_closed_between_requests_is_replaced(colour: Colour, method: str) -> None:
    closed = threading.Event()

    def answer_and_close(peer: Peer) -> None:
        peer.read()
        peer.answer()
        peer.connection.close()
        closed.set()

    with RawServer(answer_and_close) as server:
        client = colour.client(local(server.url))
        send(colour, client, method)
        closed.wait(5)
        time.sleep(0.02)  # for the engine to notice
        send(colour, client, method)
    assert server.accepted == 2
    assert len(server.requests) == 2


def test_racing_with_a_closing_server_never_sends_a_write_twice(colour: Colour) -> None:
    """The server closes each connection right after an answer, at no particular moment of the next request."""

    def answer_and_close(peer: Peer) -> None:
        peer.read()
        peer.answer()
        if peer.number % 3:
            time.sleep(peer.number % 7 * 0.0001)
        if peer.number % 2:
            peer.reset()

    with RawServer(answer_and_close) as server:
        client = colour.client(local(server.url))
        unknown = 0
        for number in range(150):
            try:
                colour.run(client.call_api, "/v2/order/place", "POST", body={"tag": str(number)})
            except OrderOutcomeUnknown:
                unknown += 1
    bodies = [request.body for request in server.requests]
    assert len(bodies) == len(set(bodies))
    assert len(bodies) >= 150 - unknown


HTTP2_FAILURES: dict[str, Callable[[http2.Http2Peer], None]] = {
    "close": http2.close_after_reading,
    "reset": http2.reset_connection,
    "refused stream": http2.reset_stream(http2.REFUSED_STREAM),
    "internal error": http2.reset_stream(http2.INTERNAL_ERROR),
    "cancel": http2.reset_stream(http2.CANCEL),
    "go away, not processed": http2.go_away(http2.NO_ERROR, processed=False),
    "go away, processed": http2.go_away(http2.NO_ERROR, processed=True),
    "go away, calm": http2.go_away(http2.ENHANCE_YOUR_CALM, processed=False),
    "stall": http2.stall,
    "truncate": http2.truncate_body,
}


def http2_server(behave: Callable[[http2.Http2Peer], None]) -> RawServer:
    """Prefers HTTP/2; over HTTP/1.1 it loses every answer."""

    def choose(peer: Peer) -> None:
        if peer.connection.selected_alpn_protocol() == "h2":  # type: ignore[attr-defined]
            behave(http2.Http2Peer(peer))
        else:
            servers.reset_after_reading(peer)

    return RawServer(choose, tls=authority().server(protocols=("h2", "http/1.1")))


def test_reads_use_http2_where_it_is_offered(colour: Colour) -> None:
    with http2_server(http2.answer_all) as server:
        client = colour.client(local(server.url, ssl_ca_cert=authority().ca_file))
        for _ in range(3):
            assert send(colour, client)[0].status == "success"
        assert all(isinstance(request, http2.Frame) for request in server.requests)
        assert server.accepted == 1


@pytest.mark.parametrize("name", HTTP2_FAILURES)
@pytest.mark.parametrize("method", WRITES)
def test_a_write_to_a_host_with_http2_is_sent_once(colour: Colour, name: str, method: str) -> None:
    with http2_server(HTTP2_FAILURES[name]) as server:
        client = colour.client(local(server.url, ssl_ca_cert=authority().ca_file, retries=3))
        with pytest.raises(OrderOutcomeUnknown):
            send(colour, client, method)
    assert [request.method for request in server.requests] == [method]  # that is: over HTTP/1.1


@pytest.mark.parametrize("name", HTTP2_FAILURES)
def test_whatever_http2_does_to_a_read_is_one_of_our_errors(colour: Colour, name: str) -> None:
    with http2_server(HTTP2_FAILURES[name]) as server:
        error = failure(colour, server.url, ssl_ca_cert=authority().ca_file)
    assert isinstance(error, NetworkError)
    assert error.maybe_sent is True


def test_the_engine_does_send_again_over_http2() -> None:
    """Why writes stay with HTTP/1.1. If this fails, the engine has changed, and they need not."""
    colour = Colour("sync")
    with http2_server(http2.reset_stream(http2.REFUSED_STREAM)) as server:
        failure(colour, server.url, ssl_ca_cert=authority().ca_file)
    assert len(server.requests) == 3
    colour.close()


@pytest.mark.parametrize(
    ("method", "path", "http2_allowed"),
    [
        ("GET", "/v2/user/profile", True),
        ("HEAD", "/", True),
        ("HEAD", "/order/place", False),
        ("POST", "/v2/order/place", False),
        ("POST", "/v2/user/payments/payout", False),
        ("DELETE", "/v2/logout", False),
    ],
)
def test_which_requests_may_use_http2(method: str, path: str, http2_allowed: bool) -> None:
    request = Request(path, {}, None, Timeout(), route(method, path), signed=True)
    assert request.route.once is not http2_allowed


# Nothing of the library escapes


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "line\nbreak"),
        ("X-A", "a\r\nInjected: yes"),
        ("X-A", "nul\x00"),
        ("X-A", "\ud800"),
        ("X-A", 5),
        ("X-A", None),
        ("X-A", b"bytes"),
        ("X A", "blank in the name"),
        ("", "no name"),
        ("X-\u20ac", "x"),
    ],
)
def test_a_header_that_cannot_be_sent_is_a_value_error(colour: Colour, name: str, value: Any) -> None:
    with RawServer(keep_answering()) as server:
        client = colour.client(local(server.url))
        client.set_default_header(name, value)
        with pytest.raises(ValueError, match="header"):
            send(colour, client, "POST")
    assert not server.requests


@pytest.mark.parametrize("token", ["se-cret\nse-cret2", "se-cret\r\nX: se-cret", "se-cret\ud800"])
def test_a_token_that_cannot_be_sent_is_not_shown(colour: Colour, token: str) -> None:
    with RawServer(keep_answering()) as server, pytest.raises(ValueError, match="Authorization") as caught:
        send(colour, colour.client(local(server.url, access_token=token)))
    assert "se-cret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_headers_in_another_case_replace_ours(colour: Colour) -> None:
    with RawServer(keep_answering()) as server:
        client = colour.client(local(server.url), header_name="accept", header_value="text/csv")
        client.set_default_header("user-agent", "me")
        client.set_default_header("authorization", "mine")
        client.cookie = "c=1"
        client.set_default_header("cookie", "c=2")
        send(colour, client, "POST", header_params={"content-type": "application/json; charset=utf-8", "x-one": 1})
    names = [line.partition(":")[0].lower() for line in server.requests[0].lines]
    assert len(names) == len(set(names))
    headers = server.requests[0].headers
    assert (headers["accept"], headers["user-agent"]) == ("text/csv", "me")
    assert headers["authorization"] == "Bearer the-token"
    assert headers["cookie"] == "c=1"
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["x-one"] == "1"


def test_non_ascii_headers_are_sent_as_utf_8(colour: Colour) -> None:
    with RawServer(keep_answering()) as server:
        client = colour.client(local(server.url))
        client.set_default_header("X-Algo-Name", "caf\u00e9 \u20ac")
        send(colour, client)
    assert server.requests[0].headers["x-algo-name"].encode("latin-1").decode() == "caf\u00e9 \u20ac"


def test_an_address_that_is_too_long_is_a_value_error(colour: Colour) -> None:
    with RawServer(keep_answering()) as server:
        client = colour.client(local(server.url))
        with pytest.raises(ValueError, match="the address is too long"):
            colour.run(client.call_api, "/v2/order/place", "POST", query_params={"x": "y" * 70_000})
        room = 65_534 - len(server.url + "/v2/x?x=")
        colour.run(client.call_api, "/v2/x", "GET", query_params={"x": "y" * room})
    assert len(server.requests) == 1


@pytest.mark.parametrize("host", ["http://127.0.0.1:1/\x7f", "http://127.0.0.1:99999", "https://exa mple.test"])
def test_a_host_that_is_none_never_gets_to_the_engine(host: str) -> None:
    with pytest.raises(ValueError, match="host must be a URL"):
        local(host)


def test_a_client_closed_during_a_call_is_a_network_error() -> None:
    colour = Colour("sync")
    with RawServer(servers.stall_after_reading) as server:
        client = colour.client(local(server.url, timeout=(5, 5)))
        caught: list[BaseException] = []

        def work() -> None:
            try:
                send(colour, client, "POST")
            except BaseException as error:  # noqa: BLE001 - it is looked at below
                caught.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        while not server.requests:
            time.sleep(0.005)
        client.close()
        thread.join(5)
    assert isinstance(caught[0], OrderOutcomeUnknown)
    assert len(server.requests) == 1


def test_an_async_client_closed_during_a_call_is_a_network_error() -> None:
    colour = Colour("async")
    with RawServer(servers.stall_after_reading) as server:
        client = colour.client(local(server.url, timeout=(5, 5)))

        async def both() -> None:
            call = asyncio.ensure_future(client.call_api("/v2/order/place", "POST", body={}))
            while not server.requests:
                await asyncio.sleep(0.005)
            await client.close()
            await call

        with pytest.raises(OrderOutcomeUnknown):
            colour.run(both)
    colour.close()


def test_clients_closed_by_many_threads_at_once_raise_only_our_errors() -> None:
    with RawServer(keep_answering()) as server:
        client = upstox_client.ApiClient(local(server.url))
        wrong: list[BaseException] = []

        def work() -> None:
            for number in range(60):
                try:
                    send(Colour("sync"), client)
                    if number % 5 == 0:
                        client.close()
                except NetworkError:
                    pass
                except BaseException as error:  # noqa: BLE001 - it is looked at below
                    wrong.append(error)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.close()
    assert not wrong


def test_a_cancelled_call_leaves_the_client_in_order() -> None:
    colour = Colour("async")
    with RawServer(
        lambda peer: (servers.stall_after_reading if peer.number == 1 else keep_answering())(peer)
    ) as server:
        client = colour.client(local(server.url, timeout=(5, 5)))

        async def work() -> Any:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.call_api("/v2/order/place", "POST", body={}), 0.1)
            return await client.call_api("/v2/x", "GET")

        assert colour.run(work)[1] == 200
    assert [request.method for request in server.requests] == ["POST", "GET"]
    colour.close()


class Swallowing:
    """The engine's client as it is when it is done, or fails, at the very moment that its task is cancelled."""

    def __init__(self, *, fails: bool) -> None:
        self._fails = fails
        self.asked = asyncio.Event()

    def __getattr__(self, _: str) -> Callable[..., Self]:
        return lambda *_: self

    async def send(self) -> Any:
        self.asked.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        if self._fails:
            raise transport.PyreqwestError("refused")
        return Answered()


class Answered:
    status, headers = 200, {}

    def get_header(self, _: str) -> str:
        return "4"

    async def bytes(self) -> bytes:
        return b"null"


@pytest.mark.parametrize("fails", [True, False], ids=["fails", "is-done"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_cancellation_that_the_engine_swallows(monkeypatch: pytest.MonkeyPatch, method: str, fails: bool) -> None:
    async def work() -> Any:
        engine = Swallowing(fails=fails)
        monkeypatch.setattr(transport.AioTransport, "_client", lambda *_: engine)
        client = upstox_client.aio.ApiClient(local("http://127.0.0.1:9"))
        task = asyncio.ensure_future(client.call_api("/v2/order/place", method, _preload_content=False))
        await asyncio.wait_for(engine.asked.wait(), 5)
        task.cancel()
        return (await task)[1]

    if method == "POST" and not fails:
        assert asyncio.run(work()) == 200  # what became of an order is worth more than the moment
    else:
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(work())


def test_calls_while_a_cancelled_task_clears_up() -> None:
    async def work(url: str) -> Any:
        async with upstox_client.aio.ApiClient(local(url)) as client:
            try:
                await asyncio.sleep(60)
            finally:
                seen.append((await client.call_api("/v2/x", "GET"))[1])

    async def main(url: str) -> None:
        task = asyncio.ensure_future(work(url))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()

    seen: list[int] = []
    with RawServer(keep_answering()) as server:
        asyncio.run(main(server.url))
    assert seen == [200]


# Connections


def test_connections_are_kept_and_a_closed_client_opens_new_ones(colour: Colour) -> None:
    with RawServer(keep_answering()) as server:
        client = colour.client(local(server.url))
        for _ in range(5):
            send(colour, client)
        assert server.accepted == 1
        colour.run(client.close)
        colour.run(client.close)
        send(colour, client)
        assert server.accepted == 2


def test_a_client_in_a_with_statement_is_closed() -> None:
    with RawServer(keep_answering()) as server:
        with upstox_client.ApiClient(local(server.url)) as client:
            send(Colour("sync"), client)
            assert client._transport._clients  # type: ignore[attr-defined]
        assert not client._transport._clients  # type: ignore[attr-defined]

        async def work() -> None:
            async with upstox_client.aio.ApiClient(local(server.url)) as client:
                await client.call_api("/v2/x", "GET")
                assert client._transport._clients  # type: ignore[attr-defined]
            assert not client._transport._clients  # type: ignore[attr-defined]

        asyncio.run(work())


def test_an_async_client_works_in_one_event_loop_after_another() -> None:
    with RawServer(keep_answering()) as server:
        client = upstox_client.aio.ApiClient(local(server.url))
        for _ in range(3):
            assert asyncio.run(client.call_api("/v2/x", "GET"))[1] == 200
        asyncio.run(client.close())
        assert server.accepted == 1


def test_many_calls_at_once() -> None:
    with RawServer(keep_answering()) as server:

        async def work() -> list[Any]:
            async with upstox_client.aio.ApiClient(local(server.url)) as client:
                return await asyncio.gather(*(client.call_api("/v2/x", "GET") for _ in range(50)))

        assert [status for _, status, _ in asyncio.run(work())] == [200] * 50
        with upstox_client.ApiClient(local(server.url)) as client:
            results = [client.call_api("/v2/x", "GET", async_req=True) for _ in range(50)]
            assert [result.get(5)[1] for result in results] == [200] * 50


def test_warm_up_opens_the_connections_that_the_next_calls_use(colour: Colour) -> None:
    with RawServer(keep_answering()) as api, RawServer(keep_answering()) as orders:
        client = colour.client(local(api.url, order_host=orders.url))
        colour.run(client.warm_up)
        assert (api.accepted, orders.accepted) == (1, 1)
        send(colour, client, "POST")
        colour.run(client.call_api, "/v2/x", "GET")
        assert (api.accepted, orders.accepted) == (1, 1)
        assert [(request.method, request.target) for request in api.requests] == [("HEAD", "/"), ("GET", "/v2/x")]
        assert "authorization" not in api.requests[0].headers
        assert [request.method for request in orders.requests] == ["HEAD", "POST"]


def test_warm_up_over_tls_to_a_host_with_http2(colour: Colour) -> None:
    def choose(peer: Peer) -> None:
        if peer.connection.selected_alpn_protocol() == "h2":  # type: ignore[attr-defined]
            http2.answer_all(http2.Http2Peer(peer))
        else:
            keep_answering()(peer)

    context = authority().server(protocols=("h2", "http/1.1"))
    with RawServer(choose, tls=context) as api, RawServer(keep_answering(), tls=authority().server()) as orders:
        client = colour.client(local(api.url, order_host=orders.url, ssl_ca_cert=authority().ca_file))
        colour.run(client.warm_up)
        send(colour, client, "POST")
        colour.run(client.call_api, "/v2/x", "GET")
        assert (api.accepted, orders.accepted) == (1, 1)


def test_warm_up_of_one_host_for_everything(colour: Colour) -> None:
    with RawServer(keep_answering()) as server:
        client = colour.client(local(server.url))
        colour.run(client.warm_up)
        colour.run(client.call_api, "/v2/x", "GET")
        send(colour, client, "POST")
        assert server.accepted == 2  # reads and writes do not share connections


def test_warm_up_says_when_a_host_cannot_be_reached(colour: Colour) -> None:
    with refusing_port() as url, pytest.raises(NetworkError):
        colour.run(colour.client(local(url)).warm_up)


def test_timeouts_make_few_pools(colour: Colour) -> None:
    with RawServer(keep_answering()) as server:
        client = colour.client(local(server.url))
        for seconds in range(1, 40):
            send(colour, client, _request_timeout=(seconds, seconds))
        assert len(client._transport._clients) == 8


@pytest.mark.parametrize("timeout", [0.15, (5, 0.15)])
def test_a_timeout_of_the_call_counts(colour: Colour, timeout: Any) -> None:
    with RawServer(servers.stall_after_reading) as server:
        client = colour.client(local(server.url, timeout=(5, 5)))
        before = time.monotonic()
        with pytest.raises(RequestTimeoutError, match=r"no answer within 0\.15 s"):
            send(colour, client, _request_timeout=timeout)
        assert time.monotonic() - before < 2


def test_a_number_bounds_the_whole_call(colour: Colour) -> None:
    def trickle(peer: Peer) -> None:
        peer.read()
        peer.answer(b"", length=1000)
        while not peer.stopped.wait(0.05):
            peer.connection.sendall(b"x")

    with RawServer(trickle) as server:
        client = colour.client(local(server.url, timeout=(5, 5)))
        before = time.monotonic()
        with pytest.raises(RequestTimeoutError):
            send(colour, client, _request_timeout=0.3)
        assert time.monotonic() - before < 2


def test_compressed_answers_are_unpacked(colour: Colour) -> None:
    import gzip

    body = gzip.compress(b'{"status":"success","data":true}')
    with RawServer(keep_answering(body, headers={"Content-Encoding": "gzip"})) as server:
        assert send(colour, colour.client(local(server.url)))[0].data is True
    assert "gzip" in server.requests[0].headers["accept-encoding"]


LONG = b'{"status":"success","data":true,"errors":["' + b"x" * 300_000 + b'"]}'


def chunked(peer: Peer) -> None:
    """A long answer without a length."""
    peer.read()
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    peer.connection.sendall(head + b"%x\r\n" % len(LONG) + LONG + b"\r\n0\r\n\r\n")


@pytest.mark.parametrize("behaviour", [keep_answering(LONG), chunked], ids=["length", "chunked"])
def test_a_long_answer_is_put_together(colour: Colour, behaviour: Behaviour) -> None:
    with RawServer(behaviour) as server:
        response = send(colour, colour.client(local(server.url)), _preload_content=False)[0]
    assert response.data == LONG


def test_a_long_answer_that_breaks_off_is_none(colour: Colour) -> None:
    def break_off(peer: Peer) -> None:
        peer.read()
        peer.answer(LONG[:200_000], length=len(LONG))

    with RawServer(break_off) as server:
        error = failure(colour, server.url, retries=0)
    assert type(error) is NetworkError
    assert error.maybe_sent is True


# TLS


def test_an_authority_of_ones_own(colour: Colour) -> None:
    with RawServer(keep_answering(), tls=authority().server()) as server:
        assert send(colour, colour.client(local(server.url, ssl_ca_cert=authority().ca_file)))[1] == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_authority_is_a_clear_error(colour: Colour, method: str) -> None:
    with RawServer(keep_answering(), tls=authority().server()) as server:
        error = failure(colour, server.url, method)
    assert type(error) is NetworkError
    assert error.maybe_sent is False
    assert "certificate" in str(error)
    assert not server.requests


def test_a_certificate_of_another_host_is_refused(colour: Colour) -> None:
    with RawServer(keep_answering(), tls=authority().server("api.upstox.test")) as server:
        error = failure(colour, server.url, "POST", ssl_ca_cert=authority().ca_file)
    assert type(error) is NetworkError
    assert "certificate not valid for name" in str(error)
    assert not server.requests


@pytest.mark.parametrize("together", [False, True])
def test_a_client_certificate_reaches_the_server(colour: Colour, together: bool) -> None:
    tls = authority()
    files = (
        {"cert_file": tls.client_both_file}
        if together
        else {"cert_file": tls.client_cert_file, "key_file": tls.client_key_file}
    )
    with RawServer(keep_answering(), tls=tls.server(client_certificate=True)) as server:
        client = colour.client(local(server.url, ssl_ca_cert=tls.ca_file, **files))
        assert send(colour, client)[1] == 200
    assert "trader@example.test" in str(server.client_certificates)


def test_without_its_client_certificate_a_call_fails(colour: Colour) -> None:
    tls = authority()
    with RawServer(keep_answering(), tls=tls.server(client_certificate=True)) as server:
        assert isinstance(failure(colour, server.url, ssl_ca_cert=tls.ca_file), NetworkError)
    assert not server.requests


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"key_file": "k.pem"}, "key_file is set without cert_file"),
        ({"cert_file": "/no/such/file.pem"}, "cert_file: cannot read '/no/such/file.pem'"),
        ({"ssl_ca_cert": "/no/such/file.pem"}, "ssl_ca_cert: cannot read"),
        ({"cert_file": __file__}, "cert_file"),
        ({"ssl_ca_cert": __file__}, "ssl_ca_cert: there is no PEM certificate in"),
        ({"assert_hostname": False}, "assert_hostname=False cannot be honoured"),
        ({"assert_hostname": "other.test"}, "assert_hostname='other.test' cannot be honoured"),
        ({"proxy": "http://bob:hunter2@["}, "proxy must be a URL such as .* got 'http://['"),
        ({"connection_pool_maxsize": -1}, "connection_pool_maxsize"),
        ({"connection_pool_maxsize": "many"}, "connection_pool_maxsize"),
    ],
)
def test_what_cannot_be_set_up_is_a_value_error_before_anything_is_sent(
    colour: Colour, attributes: dict[str, Any], message: str
) -> None:
    with RawServer(keep_answering()) as server:
        with pytest.raises(ValueError, match=message.replace("[", r"\[")):
            send(colour, colour.client(local(server.url, **attributes)), "POST")
        assert server.accepted == 0


def test_verification_can_be_switched_off_on_loopback(colour: Colour) -> None:
    with RawServer(keep_answering(), tls=authority().server("elsewhere.test")) as server:
        assert send(colour, colour.client(local(server.url, verify_ssl=False)))[1] == 200


@pytest.mark.parametrize("attribute", ["host", "order_host"])
def test_verification_cannot_be_switched_off_elsewhere(colour: Colour, attribute: str) -> None:
    with RawServer(keep_answering(), tls=authority().server()) as server:
        configuration = local(server.url, verify_ssl=False)
        setattr(configuration, attribute, "https://api.upstox.test")
        with pytest.raises(ValueError, match=r"verify_ssl=False would show the access token .*api.upstox.test"):
            send(colour, colour.client(configuration))
        assert server.accepted == 0


@pytest.mark.parametrize("change", ["verify", "host"])
def test_verification_cannot_be_switched_off_elsewhere_after_the_first_call_either(colour: Colour, change: str) -> None:
    with RawServer(keep_answering(), tls=authority().server()) as server:
        configuration = local(server.url, verify_ssl=False)
        client = colour.client(configuration)
        send(colour, client)
        configuration.host = configuration.order_host = "https://api.upstox.test"
        with pytest.raises(ValueError, match="verify_ssl=False would show the access token"):
            send(colour, client)


# Proxies and redirects


def test_the_proxy_is_used(colour: Colour) -> None:
    with RawServer(keep_answering()) as proxy:
        configuration = local("http://127.0.0.1:9", proxy=proxy.url.replace("//", "//bob:hunter2@"))
        assert send(colour, colour.client(configuration))[1] == 200
    assert proxy.requests[0].target == "http://127.0.0.1:9/v2/order/details"
    assert proxy.requests[0].headers["proxy-authorization"] == "Basic Ym9iOmh1bnRlcjI="


def test_a_proxy_that_refuses_a_tunnel_got_no_request(colour: Colour) -> None:
    def forbid(peer: Peer) -> None:
        peer.read()
        peer.answer(b"", "407 Proxy Authentication Required")

    with RawServer(forbid) as proxy:
        error = failure(colour, "https://api.upstox.test", "POST", proxy=proxy.url)
    assert type(error) is NetworkError
    assert error.maybe_sent is False
    assert [request.method for request in proxy.requests] == ["CONNECT"]
    assert "authorization" not in proxy.requests[0].headers


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_proxies_of_the_environment_are_ignored(colour: Colour, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with RawServer(keep_answering()) as server, RawServer(keep_answering()) as proxy:
        monkeypatch.setenv(name, proxy.url)
        send(colour, colour.client(local(server.url)))
    assert len(server.requests) == 1
    assert proxy.accepted == 0


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_redirects_are_never_followed(colour: Colour, status: str, method: str) -> None:
    with (
        RawServer(keep_answering()) as elsewhere,
        RawServer(keep_answering(b"", status=status, headers={"Location": elsewhere.url})) as server,
    ):
        error = failure(colour, server.url, method)
    assert error.status == int(status[:3])
    assert elsewhere.accepted == 0
    assert len(server.requests) == 1


def test_cookies_are_not_kept(colour: Colour) -> None:
    with RawServer(keep_answering(headers={"Set-Cookie": "session=1"})) as server:
        client = colour.client(local(server.url))
        send(colour, client)
        send(colour, client)
    assert "cookie" not in server.requests[1].headers


def test_the_headers_on_the_wire(colour: Colour) -> None:
    with RawServer(keep_answering()) as server:
        client = colour.client(local(server.url))
        colour.run(colour.package.UserApi(client).get_profile)
    headers = server.requests[0].headers
    assert headers["authorization"] == "Bearer the-token"
    assert headers["accept"] == "application/json"
    assert headers["api-version"] == "2.0"
    assert headers["x-upstox-sdk-language"] == "python"
    assert headers["x-upstox-sdk-version"] == "2.30.0"


def test_ipv6(colour: Colour) -> None:
    try:
        server = RawServer(keep_answering(), address="::1")
    except OSError:
        pytest.skip("no IPv6 here")
    with server:
        assert send(colour, colour.client(local(server.url)))[1] == 200


# Forks and the end of the interpreter

_PROGRAM = """
import asyncio, os, signal, sys, warnings
warnings.simplefilter("ignore")  # that a process with threads was forked is the point
sys.path.insert(0, {tests!r})
from support.colours import local
from support.servers import RawServer, keep_answering
import upstox_client, upstox_client.aio
server = RawServer(keep_answering()).__enter__()
if True:
    client = upstox_client.ApiClient(local(server.url))
    api = upstox_client.UserApi(client)
    twin = upstox_client.aio.ApiClient(local(server.url))
    if {used!r}:
        api.get_profile()
        api.get_profile(async_req=True).get(5)
        asyncio.run(upstox_client.aio.UserApi(twin).get_profile())
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        try:
            {work}
        except upstox_client.NetworkError as error:
            print("refused", error.maybe_sent, "fork" in str(error), flush=True)
        else:
            print("fine", flush=True)
        sys.stdout.flush()
        if {leave!r}:
            sys.exit(0)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    api.get_profile()
    print("status", status)
"""


@pytest.mark.skipif(not hasattr(sys, "getdlopenflags") or sys.platform == "win32", reason="needs fork")
@pytest.mark.parametrize(
    ("used", "work", "answer"),
    [
        (False, "api.get_profile()", "fine"),
        (True, "api.get_profile()", "refused False True"),
        (True, "asyncio.run(upstox_client.aio.UserApi(twin).get_profile())", "refused False True"),
        (True, "api.get_profile(async_req=True).get(5)", "refused False True"),
        (True, "upstox_client.UserApi(upstox_client.ApiClient(local(server.url))).get_profile()", "refused False True"),
        (True, "client.close(); api.get_profile()", "refused False True"),
        (True, "client.close()", "fine"),
        (True, "pass", "fine"),
    ],
)
def test_a_fork_is_a_clear_error_and_not_a_hang(used: bool, work: str, answer: str) -> None:
    program = _PROGRAM.format(tests=str(Path(__file__).parents[1]), used=used, work=work, leave=work == "pass")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=30)
    assert done.stdout.splitlines() == [answer, "status 0"], done.stderr


def test_the_interpreter_ends_in_peace_with_calls_under_way() -> None:
    program = f"""
import sys, threading
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from support.colours import local
from support.servers import RawServer, stall_after_reading
import upstox_client
from upstox_client import api_client
server = RawServer(stall_after_reading).__enter__()
client = upstox_client.ApiClient(local(server.url, timeout=(5, 1)))
result = upstox_client.UserApi(client).get_profile(async_req=True)
while not server.requests: pass
print("leaving")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=30)
    assert (done.stdout, done.returncode) == ("leaving\n", 0)
    assert "Traceback" not in done.stderr


def test_a_forgotten_client_takes_its_threads_along() -> None:
    with RawServer(keep_answering()) as server:
        client = upstox_client.ApiClient(local(server.url))
        upstox_client.UserApi(client).get_profile.submit().get(5)
        threads = list(client.pool._pool)  # type: ignore[attr-defined]
        del client
        gc.collect()
        for thread in threads:
            thread.join(5)
        assert not any(thread.is_alive() for thread in threads)


# The same, within this process


def test_another_process_id_is_refused(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(keep_answering()) as server:
        client = colour.client(local(server.url))
        send(colour, client)
        with monkeypatch.context() as patch:
            patch.setattr(transport.os, "getpid", lambda: -1)
            with pytest.raises(NetworkError, match="was forked after the client had been used") as caught:
                send(colour, client, "POST")
        assert caught.value.maybe_sent is False
        assert send(colour, client)[1] == 200
    assert len(server.requests) == 2


def test_what_the_engine_says_while_it_is_set_up_is_ours() -> None:
    def raising(error: Exception) -> Callable[[Any], Any]:
        def make(key: Any) -> Any:
            raise error

        return make

    key = transport._PoolKey(1, 1, once=True)
    with pytest.raises(ValueError, match="the connection cannot be set up: Bearer <redacted>"):
        transport._build(raising(transport.PyreqwestError("Bearer s3cr3t")), key)
    with pytest.raises(NetworkError, match="before fork") as caught:
        transport._build(raising(RuntimeError("initialized before fork()")), key)
    assert caught.value.maybe_sent is False


def test_the_threads_of_another_process_are_left_alone() -> None:
    with RawServer(keep_answering()) as server:
        client = upstox_client.ApiClient(local(server.url))
        pool = client.pool
        client._pool_pid = -1
        client.close()
        assert pool.apply(lambda: 5) == 5
        api_client._close(pool, -1)
        assert pool.apply(lambda: 5) == 5
        pool.terminate()
