"""How a client is told where and how to call."""

from __future__ import annotations

import copy
import logging
import os
import pickle
from typing import Any

import pytest

import upstox_client
from support.colours import Colour, FakeTransport, local
from upstox_client import Configuration, RetryPolicy, Timeout
from upstox_client.configuration import is_loopback

LIVE, ORDERS, SANDBOX = "https://api.upstox.com", "https://api-hft.upstox.com", "https://api-sandbox.upstox.com"
OFFICIAL_TEXT = "This API is not available in sandbox mode."


def test_every_attribute_of_the_official_class_and_of_ours() -> None:
    configuration = Configuration()
    assert (configuration.host, configuration.order_host, configuration.sandbox) == (LIVE, ORDERS, False)
    assert configuration.access_token == configuration.username == configuration.password == ""
    assert configuration.api_key == configuration.api_key_prefix == {}
    assert configuration.refresh_api_key_hook is None
    assert configuration.temp_folder_path is None
    assert configuration.debug is False
    assert configuration.logger_file is None
    assert configuration.logger_format == "%(asctime)s %(levelname)s %(message)s"
    assert isinstance(configuration.logger_formatter, logging.Formatter)
    assert {name: logger.name for name, logger in configuration.logger.items()} == {
        "package_logger": "upstox_client",
        "urllib3_logger": "urllib3",
    }
    assert configuration.verify_ssl is True
    assert configuration.ssl_ca_cert is configuration.cert_file is configuration.key_file is None
    assert configuration.assert_hostname is None
    assert configuration.connection_pool_maxsize == (os.cpu_count() or 1) * 5
    assert configuration.proxy is None
    assert configuration.safe_chars_for_path_param == ""
    assert "/v2/order/place" in configuration.sandbox_urls
    assert len(configuration.sandbox_urls) == 7
    assert configuration.timeout == Timeout(5, 15, None)
    assert configuration.retries == RetryPolicy()
    assert configuration.rate_limit is True
    assert configuration.rate_limit_wait == 60


# Environments


def test_sandbox_is_sandbox_whatever_was_constructed_before() -> None:
    Configuration()
    Configuration.set_default(Configuration())
    sandbox = Configuration(sandbox=True)
    assert (sandbox.host, sandbox.order_host, sandbox.sandbox) == (SANDBOX, SANDBOX, True)
    assert sandbox.environment == "sandbox"
    assert Configuration().environment == "live"
    assert Configuration(sandbox=False).environment == "live"


def test_sandbox_takes_nothing_from_a_live_default() -> None:
    live = Configuration()
    live.access_token = "real-money"
    Configuration.set_default(live)
    assert Configuration(True).access_token == ""


def test_a_sandbox_default() -> None:
    sandbox = Configuration(sandbox=True)
    sandbox.access_token = "t"
    Configuration.set_default(sandbox)
    for configuration in (Configuration(), Configuration(sandbox=True)):
        assert (configuration.environment, configuration.access_token) == ("sandbox", "t")


@pytest.mark.parametrize(
    ("host", "order_host", "sandbox", "environment"),
    [
        (LIVE, ORDERS, False, "live"),
        (LIVE, ORDERS, True, "live"),
        (LIVE, LIVE, False, "live"),
        (f"{LIVE}:443", ORDERS, False, "live"),
        ("https://API.UPSTOX.COM", "https://API-HFT.upstox.com", False, "live"),
        ("https://api.upstox.com.", SANDBOX, True, "live"),
        (SANDBOX, ORDERS, True, "live"),
        ("http://127.0.0.1:9010", ORDERS, False, "live"),
        ("https://api-v2.upstox.com", SANDBOX, False, "live"),
        (SANDBOX, SANDBOX, True, "sandbox"),
        (SANDBOX, SANDBOX, False, "sandbox"),
        ("http://127.0.0.1:9010", "http://localhost:9010", False, "emulator"),
        ("http://[::1]:9010", "https://127.0.0.2", True, "emulator"),
        ("https://upstox.example.test", "https://upstox.example.test", False, "custom"),
        ("https://notupstox.com", "https://notupstox.com", False, "custom"),
        ("http://127.0.0.1:9010", SANDBOX, False, "custom"),
    ],
)
def test_the_environment_is_where_calls_go(host: str, order_host: str, sandbox: bool, environment: str) -> None:
    configuration = Configuration(sandbox=sandbox)
    configuration.host, configuration.order_host = host, order_host
    assert configuration.environment == environment
    assert f"environment={environment!r}" in repr(configuration)
    assert f"Environment: {environment}" in configuration.to_debug_report()


def test_the_sandbox_refuses_what_it_lacks(colour: Colour) -> None:
    fake = FakeTransport()
    client = colour.client(Configuration(sandbox=True), fake)
    with pytest.raises(ValueError, match="not available") as caught:
        colour.run(colour.package.UserApi(client).get_profile)
    assert str(caught.value).startswith(OFFICIAL_TEXT)
    assert str(caught.value) == f"{OFFICIAL_TEXT} " + str(caught.value)[len(OFFICIAL_TEXT) + 1 :]
    with pytest.raises(ValueError, match=OFFICIAL_TEXT):
        colour.run(client.call_api, "/v2/order/details", "GET")
    assert not fake.requests
    for path in sorted(client.configuration.sandbox_urls):
        colour.run(client.call_api, path, "POST", body={})
    assert len(fake.requests) == 7
    assert set(fake.base_urls) == {SANDBOX}


def test_a_sandbox_on_live_hosts_sends_nothing(colour: Colour) -> None:
    fake = FakeTransport()
    configuration = Configuration()
    configuration.sandbox = True
    with pytest.raises(ValueError, match="not sent: sandbox=True, but the hosts are those of real money"):
        colour.run(colour.client(configuration, fake).call_api, "/v2/order/place", "POST", body={})
    assert not fake.requests


# Defaults


def test_set_default() -> None:
    mine = Configuration()
    mine.access_token, mine.debug = "t", False
    mine.api_key["a"] = "b"
    Configuration.set_default(mine)
    mine.access_token = "changed later"
    first, second = Configuration(), Configuration()
    assert first.access_token == "t"
    first.api_key["c"] = "d"
    first.sandbox_urls.clear()
    assert second.api_key == {"a": "b"}
    assert second.sandbox_urls
    Configuration.set_default(None)
    assert Configuration().access_token == ""


def test_configurations_share_nothing() -> None:
    first, second = Configuration(), Configuration()
    first.host, first.access_token = "https://other.test", "t"
    first.api_key["x"] = "y"
    assert (second.host, second.access_token, second.api_key) == (LIVE, "", {})


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies(duplicate: Any) -> None:
    configuration = local(access_token="t", retries=7)
    twin = duplicate(configuration)
    twin.access_token = "u"
    assert (configuration.access_token, twin.host, twin.retries) == ("t", configuration.host, 7)
    assert twin.logger["package_logger"] is logging.getLogger("upstox_client")


# The process environment


def test_environment_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTOX_BASE_URL", "http://127.0.0.1:9010/")
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", "t")
    monkeypatch.setenv("UPSTOX_RATE_LIMIT", "off")
    for configuration in (Configuration(), Configuration(sandbox=True)):
        assert configuration.host == configuration.order_host == "http://127.0.0.1:9010"
        assert (configuration.access_token, configuration.rate_limit) == ("t", False)
        assert configuration.environment == "emulator"


@pytest.mark.parametrize("url", ["http://upstox.example.test", "nonsense", "https://bob:hunter2@x.test"])
def test_a_bad_base_url_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("UPSTOX_BASE_URL", url)
    with pytest.raises(ValueError, match="host must be") as caught:
        Configuration()
    assert "hunter2" not in str(caught.value)


# Hosts


@pytest.mark.parametrize("name", ["host", "order_host"])
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://api.upstox.com/", LIVE),
        ("https://x.test/base/path//", "https://x.test/base/path"),
        ("http://127.0.0.1:9010", "http://127.0.0.1:9010"),
        ("http://127.8.8.8", "http://127.8.8.8"),
        ("http://localhost:1/", "http://localhost:1"),
        ("http://LOCALHOST", "http://LOCALHOST"),
        ("http://[::1]:5/", "http://[::1]:5"),
    ],
)
def test_good_hosts(name: str, given: str, kept: str) -> None:
    configuration = Configuration()
    setattr(configuration, name, given)
    assert getattr(configuration, name) == kept


@pytest.mark.parametrize("name", ["host", "order_host"])
@pytest.mark.parametrize(
    "bad",
    [
        "http://api.upstox.com", "http://127.evil.test", "http://127.0.0.1.5", "http://127.0.0.1.evil.test", "http://10.0.0.1",
        "http://0.0.0.0", "http://localhost.evil.test", "http://[::2]", "http://localhost@evil.test",
        "http://evil.test\\@127.0.0.1", "http://127.0.0.1\\@evil.test", "https://bob:hunter2@x.test", "https://bob@x.test",
        "https://x.test?a=b", "https://x.test#a", "https://x.test:99999", "https://x.test:abc", "https://x.test:0",
        "https://exa mple.test", "https://x.test\n", "\thttps://x.test", "https://\u2460.test", "http://[::1",
        "https://", "https:///path", "ftp://x.test", "x.test", "", None, 5, b"https://x.test",
    ],
)  # fmt: skip
def test_bad_hosts(name: str, bad: Any) -> None:
    configuration = Configuration()
    before = getattr(configuration, name)
    with pytest.raises(ValueError, match=f"^{name} must be") as caught:
        setattr(configuration, name, bad)
    assert "hunter2" not in str(caught.value)
    assert getattr(configuration, name) == before


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1", True),
        ("https://localhost:5", True),
        ("http://[::1]", True),
        ("http://127.0.0.1.nip.test", False),
        ("http://example.test", False),
        ("nothing", False),
    ],
)
def test_is_loopback(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


# Authentication


def test_api_keys() -> None:
    configuration = Configuration()
    assert configuration.get_api_key_with_prefix("a") is None
    configuration.api_key["a"] = "key"
    assert configuration.get_api_key_with_prefix("a") == "key"
    configuration.api_key_prefix["a"] = "Bearer"
    assert configuration.get_api_key_with_prefix("a") == "Bearer key"

    def refresh(config: Configuration) -> None:
        config.api_key["a"] = "fresh"

    configuration.refresh_api_key_hook = refresh
    assert configuration.get_api_key_with_prefix("a") == "Bearer fresh"


@pytest.mark.parametrize("senseless", [None, "3", 2.5])
def test_senseless_retries_are_refused_before_a_call_has_failed(senseless: Any) -> None:
    configuration = upstox_client.Configuration()
    with pytest.raises(TypeError, match=f"retries must be .* got {senseless!r}"):
        configuration.retries = senseless
    assert configuration.retries == RetryPolicy()


def test_basic_auth_and_auth_settings() -> None:
    configuration = Configuration()
    configuration.username, configuration.password = "Aladdin", "open sesame"
    assert configuration.get_basic_auth_token() == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    oauth = {"type": "oauth2", "in": "header", "key": "Authorization"}
    assert configuration.auth_settings() == {"OAUTH2": {**oauth, "value": "Bearer "}}
    configuration.access_token = "t"
    assert configuration.auth_settings() == {"OAUTH2": {**oauth, "value": "Bearer t"}}


# What people see


@pytest.mark.parametrize("proxy", ["http://bob:s3cr3t@p.test:1", "bob:s3cr3t@p.test:1", "http://[s3"])
def test_what_people_see_has_no_secret(proxy: str) -> None:
    configuration = Configuration()
    configuration.access_token = configuration.password = "s3cr3t"
    configuration.api_key["x"] = "s3cr3t"
    configuration.proxy = proxy
    for text in (repr(configuration), str(configuration), f"{configuration}", configuration.to_debug_report()):
        assert "s3cr3t" not in text
    assert repr(configuration) == (
        f"Configuration(environment='live', host='{LIVE}', order_host='{ORDERS}', access_token='<redacted>')"
    )


def test_the_debug_report_says_what_matters() -> None:
    report = Configuration(sandbox=True).to_debug_report().splitlines()
    assert report[0] == "Python SDK Debug Report:"
    told = dict(line.split(": ", 1) for line in report[1:])
    assert told["Environment"] == "sandbox"
    assert told["Host"] == SANDBOX
    assert told["Access token"] == "not set"
    assert told["SDK Package Version"] == upstox_client.__version__
    assert told["Version of the API"] == "v2"
    assert set(told) >= {"OS", "Python Version", "Proxy", "Timeout", "Rate limit"}
