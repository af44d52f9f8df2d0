"""Where a feed connects to, and what it says to whom."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading

import pytest

import upstox_client
from support.colours import local
from support.feed_server import MARKET, FeedServer, frame
from support.tls import authority
from upstox_client.errors import NetworkError, RequestTimeoutError, ResponseDecodeError
from upstox_client.feeder import MarketFeed, Patience
from upstox_client.feeder.line import Line, Target, open_line, tls_context, websocket_url
from upstox_client.feeder.states import Cause

ONCE = Patience(tries=0, connect=5.0)


def connect(target: Target | str, configuration: upstox_client.Configuration | None = None, patience: float = 5.0):
    """Open a connection and close it again."""

    async def main() -> None:
        ended = asyncio.get_running_loop().create_future()
        target_ = Target(target) if isinstance(target, str) else target
        configuration_ = configuration or upstox_client.Configuration()
        make = lambda: Line(lambda *_: None, lambda: None, ended.set_result)  # noqa: E731
        line = await open_line(target_, configuration_, patience, make)
        assert line.is_open
        line.hang_up()
        await ended
        assert not line.is_open
        for after in (line.ping, line.hang_up, lambda: line.send(b""), lambda: line.pause(True)):
            after()  # nothing happens
        line.drop(Cause.USER)

    asyncio.run(main())


# The direct path


def test_the_direct_path_is_followed_and_the_token_stays(face, server):
    with FeedServer() as elsewhere:
        server.redirect = elsewhere.one_time("market")
        feed = face.market(direct=True)
        ticks = face.do(feed.ticks)
        face.open(feed)
        elsewhere.send(frame({"NSE_EQ|A": 5.0}))
        assert face.get(ticks).ltp == 5.0
        ((path, headers),) = server.requests
        assert (path, headers["authorization"], headers["accept"]) == (MARKET, "Bearer the-token", "*/*")
        ((path, headers),) = elsewhere.requests
        assert path.startswith("/feed/market?requestId=1&code=")
        assert "authorization" not in headers
        assert not any("the-token" in value for value in headers.values())
        face.do(feed.close)


@pytest.mark.parametrize("direct", [True, False])
def test_no_secret_is_logged_however_much_is(face, server, caplog, direct):
    caplog.set_level(0)
    feed = face.market(direct=direct)
    ticks = face.do(feed.ticks)
    face.open(feed)
    server.client()
    server.send(frame({"NSE_EQ|A": 5.0}))
    face.get(ticks)
    server.refusals = [500]
    server.abort()
    server.client()
    face.do(feed.close)
    ours = "".join(each.getMessage() for each in caplog.records if not each.name.startswith("picows.server"))
    assert "the-token" not in ours
    assert "WS connection established" not in ours  # nor is there chatter
    for code in [path.partition("code=")[2] for path, _ in server.requests if "code=" in path]:
        assert code not in ours


def test_a_relative_redirect_on_the_same_host_keeps_the_token(face, server):
    server.redirect = server.one_time("market").removeprefix(server.ws_url)
    face.open(face.market(direct=True))
    assert [headers.get("authorization") for _, headers in server.requests] == ["Bearer the-token"] * 2


def test_a_redirect_that_leads_nowhere(server, configuration):
    server.redirect = f"{server.ws_url}{MARKET}"
    feed = MarketFeed(configuration, direct=True, patience=ONCE)
    with feed, pytest.raises(ResponseDecodeError, match="on and on"):
        feed.wait_open(5)
    assert len(server.requests) == 4


@pytest.mark.parametrize("address", ["ws://example.test/feed", "http://127.0.0.1/feed", "ftp://127.0.0.1/"])
def test_an_address_that_is_not_safe(server, configuration, address):
    server.redirect = address
    feed = MarketFeed(configuration, direct=True, patience=ONCE)
    with feed, pytest.raises(ResponseDecodeError, match="must begin with wss://"):
        feed.wait_open(5)


def test_addresses():
    assert websocket_url("https://api.upstox.com", "/v3") == "wss://api.upstox.com/v3"
    assert websocket_url("http://127.0.0.1:5", "/v3") == "ws://127.0.0.1:5/v3"


# TLS


def test_tls_is_verified():
    with FeedServer(authority().server()) as server:
        configuration = local(server.url)
        with pytest.raises(NetworkError, match=r"(?s)CERTIFICATE_VERIFY_FAILED.*ssl_ca_cert"):
            connect(server.one_time("market"), configuration)
        configuration.ssl_ca_cert = authority().ca_file
        connect(server.one_time("market"), configuration)


def test_the_name_is_verified():
    with FeedServer(authority().server("example.test")) as server:
        configuration = local(server.url, ssl_ca_cert=authority().ca_file)
        with pytest.raises(NetworkError, match="IP address mismatch"):
            connect(server.one_time("market"), configuration)
        configuration.verify_ssl = False  # on loopback only
        connect(server.one_time("market"), configuration)


def test_unverified_hosts_are_refused_at_once():
    configuration = upstox_client.Configuration()
    configuration.verify_ssl = False
    with pytest.raises(ValueError, match="loopback hosts only"):
        MarketFeed(configuration)
    with pytest.raises(ValueError, match="loopback hosts only"):
        tls_context(configuration)


def test_a_client_certificate():
    with FeedServer(authority().server(client_certificate=True)) as server:
        configuration = local(server.url, ssl_ca_cert=authority().ca_file)
        configuration.cert_file, configuration.key_file = authority().client_cert_file, authority().client_key_file
        connect(server.one_time("market"), configuration)
        assert tls_context(configuration).verify_mode is ssl.CERT_REQUIRED


def test_files_that_cannot_be_used(tmp_path):
    for name in ("ssl_ca_cert", "cert_file"):
        configuration = local(**{name: str(tmp_path / "none.pem")})
        with pytest.raises(ValueError, match=r"none\.pem"):
            tls_context(configuration)


# Servers that are none


def _serve(answer: bytes | None) -> tuple[int, socket.socket]:
    """A port that takes one connection and says this, or nothing at all."""
    listening = socket.create_server(("127.0.0.1", 0))

    def work() -> None:
        try:
            peer, _ = listening.accept()
        except OSError:
            return
        with peer:
            peer.recv(9999)
            if answer is not None:
                peer.sendall(answer)
            while peer.recv(9999):
                pass

    threading.Thread(target=work, daemon=True).start()
    return listening.getsockname()[1], listening


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    ],
)
def test_what_answers_is_no_websocket(answer):
    port, listening = _serve(answer)
    with listening, pytest.raises(upstox_client.ApiException):
        connect(f"ws://127.0.0.1:{port}/")


def test_what_does_not_answer():
    port, listening = _serve(None)
    with listening, pytest.raises(RequestTimeoutError, match=r"within 0\.05 s"):
        connect(f"ws://127.0.0.1:{port}/", patience=0.05)


@pytest.mark.parametrize("first", ["silent", "refused", "as good"])
def test_an_address_that_does_not_answer_does_not_keep_us_from_the_next(server, monkeypatch, first):
    """Such as IPv6 that leads nowhere, where IPv4 works."""
    reach = asyncio.SelectorEventLoop.sock_connect
    with socket.create_server(("127.0.0.1", 0)) as listening:
        refused = listening.getsockname()[1]
    port = {"silent": 1, "refused": refused, "as good": server.port}[first]

    async def sock_connect(self, sock, address):
        if address[1] == 1:
            await asyncio.Event().wait()
        await reach(self, sock, address)

    async def getaddrinfo(self, host, port_, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", each)) for each in (port, port, server.port)]

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", sock_connect)
    monkeypatch.setattr(asyncio.SelectorEventLoop, "getaddrinfo", getaddrinfo)
    connect(server.one_time("market"), patience=5.0)
    assert len(server.requests) == 1


def test_addresses_none_of_which_answers(server, monkeypatch):
    async def sock_connect(self, sock, address):
        await asyncio.Event().wait()

    async def getaddrinfo(self, host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", each)) for each in (1, 2, 3)]

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", sock_connect)
    monkeypatch.setattr(asyncio.SelectorEventLoop, "getaddrinfo", getaddrinfo)
    with pytest.raises(RequestTimeoutError, match=r"within 0\.05 s"):
        connect(server.one_time("market"), patience=0.05)


def test_a_proxy_that_does_not_help():
    port, listening = _serve(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
    configuration = upstox_client.Configuration()
    configuration.proxy = f"http://127.0.0.1:{port}"
    with listening, pytest.raises(NetworkError, match="502"):
        connect("wss://example.test/", configuration)


def test_what_is_not_there():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(NetworkError, match="cannot connect"):
        connect(f"ws://127.0.0.1:{port}/")
    with pytest.raises(NetworkError):
        connect("wss://name.invalid/")


def test_closing_while_it_connects(configuration):
    """Neither the thread nor the socket is left over."""
    port, listening = _serve(None)
    with listening, FeedServer() as server:
        server.redirect = f"ws://127.0.0.1:{port}/"
        feed = MarketFeed(local(server.url, timeout=5.0), direct=True)
        feed.start()
        while not server.requests:
            threading.Event().wait(0.001)
        feed.close()
