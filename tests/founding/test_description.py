"""Everything in the description that this project was founded on works as written (hosts apart)."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

import upstox_client
from upstox_client.api import LoginApi, UserApi
from upstox_client.rest import ApiException
from upstox_emulator import App, Emulator

EXAMPLES = Path(__file__).parent / "examples"


@pytest.fixture
def emulator(monkeypatch):
    app = App(
        client_id="your_client_id", client_secret="your_client_secret", redirect_uri="https://yourapp.com/callback"
    )
    with Emulator(apps=[app]) as em:
        monkeypatch.setenv("UPSTOX_BASE_URL", em.url)
        em.issue_token(token="your_access_token")
        yield em


def run(example: str, **names: Any) -> dict[str, Any]:
    path = EXAMPLES / f"{example}.py"
    exec(compile(path.read_text(), str(path), "exec"), names)
    return names


def test_the_login_example(emulator):
    emulator.issue_code(client_id="your_client_id", code="authorization_code_from_redirect")
    names = run("login")

    assert names["token_response"].access_token
    assert names["token_response"].user_name
    assert names["logout_response"].status == "success"
    names["configuration"].host = emulator.url
    with pytest.raises(ApiException) as caught:
        UserApi(upstox_client.ApiClient(names["configuration"])).get_profile(api_version="2.0")
    assert caught.value.status == 401, "the token is dead after the logout"


@pytest.mark.parametrize("wrong", [{"client_id": "nobody"}, {"redirect_uri": "https://elsewhere.example/callback"}])
def test_authorize_raises_on_a_wrong_client_id_or_redirect_uri(emulator, wrong):
    right = {"client_id": "your_client_id", "redirect_uri": "https://yourapp.com/callback"}
    assert LoginApi().authorize(**right, api_version="2.0") is None
    with pytest.raises(ApiException) as caught:
        LoginApi().authorize(**{**right, **wrong}, api_version="2.0")
    assert caught.value.error_code == "UDAPI100068"


def test_the_account_example(emulator, capsys):
    names = run("account")
    printed = capsys.readouterr().out

    assert f"User ID: {names['profile_data'].user_id}\n" in printed
    assert "Broker: UPSTOX\n" in printed
    assert "Active: True\n" in printed
    funds = names["fund_data"]
    assert f"Available margin: {funds['equity'].available_margin}\n" in printed
    assert funds["equity"] is funds.equity


def test_the_example_of_environments(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("UPSTOX_BASE_URL", raising=False)
    names = run("environments")
    try:
        assert names["config"].environment == "live"
        assert names["sandbox_config"].environment == "sandbox"
        assert names["api_client"].configuration is names["config"]
    finally:
        names["config"].logger_file = None
        names["config"].debug = False


@pytest.mark.parametrize(("token", "status"), [("not_a_token", 401)])
def test_the_example_of_errors(emulator, capsys, token, status):
    configuration = upstox_client.Configuration()
    configuration.access_token = token
    run("errors", user_api=UserApi(upstox_client.ApiClient(configuration)))
    printed = capsys.readouterr().out
    assert printed.startswith(f"API Exception: {status} - Unauthorized\nResponse body: ")
    assert "UDAPI100050" in printed


# The description's signatures: what each callable takes, in order.
SIGNATURES = [
    (LoginApi, "authorize", ["client_id", "redirect_uri", "api_version", "state", "scope"]),
    (LoginApi, "token", ["api_version", "code", "client_id", "client_secret", "redirect_uri", "grant_type"]),
    (LoginApi, "logout", ["api_version"]),
    (LoginApi, "init_token_request_for_indie_user", ["body", "client_id"]),
    (UserApi, "get_profile", ["api_version"]),
    (UserApi, "get_user_fund_margin", ["api_version", "segment"]),
    (upstox_client.ApiClient, "set_default_header", ["header_name", "header_value"]),
    (
        upstox_client.ApiClient,
        "call_api",
        [
            "resource_path", "method", "path_params", "query_params", "header_params", "body", "post_params", "files",
            "response_type", "auth_settings", "async_req", "_return_http_data_only", "collection_formats",
            "_preload_content", "_request_timeout",
        ],
    ),
    (upstox_client.Configuration, "get_api_key_with_prefix", ["identifier"]),
    (upstox_client.Configuration, "auth_settings", []),
    (upstox_client.Configuration, "to_debug_report", []),
]  # fmt: skip


@pytest.mark.parametrize(("owner", "name", "parameters"), SIGNATURES)
def test_the_signatures(owner, name, parameters):
    function = getattr(owner(), name)
    found = [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is not parameter.VAR_KEYWORD
    ]
    assert found == parameters


FIELDS = {
    "TokenRequest": "code client_id client_secret redirect_uri grant_type",
    "TokenResponse": "email exchanges products broker user_id user_name order_types user_type poa is_active "
    "access_token extended_token",
    "IndieUserTokenRequest": "",
    "IndieUserInitTokenResponse": "status data",
    "LogoutResponse": "status message",
    "GetProfileResponse": "status data",
    "ProfileData": "user_id user_name user_type poa is_active broker exchanges products order_types email",
    "GetUserFundMarginResponse": "status data",
    "UserFundMarginData": "enabled net available_margin used_margin category",
    "Margin": "enabled net available_margin used_margin category",
}


@pytest.mark.parametrize(("model", "fields"), FIELDS.items())
def test_the_models(model, fields):
    values = dict.fromkeys(fields.split(), "x")
    instance = getattr(upstox_client, model)(**values)
    assert {name: getattr(instance, name) for name in values} == values


def test_the_properties_of_the_configuration():
    configuration = upstox_client.Configuration(sandbox=False)
    assert configuration.sandbox is False
    for name, kind in {"access_token": str, "api_key": dict, "debug": bool, "host": str}.items():
        assert isinstance(getattr(configuration, name), kind)
    assert configuration.logger_file is None
    assert "Python SDK Debug Report" in configuration.to_debug_report()
    configuration.api_key["app"] = "key"
    configuration.api_key_prefix["app"] = "Token"
    assert configuration.get_api_key_with_prefix("app") == "Token key"
    assert configuration.auth_settings()["OAUTH2"]["key"] == "Authorization"
