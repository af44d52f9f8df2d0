"""What a type checker says about programs that use the client."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_CHECKER = Path(sys.executable).with_name("basedpyright")

_RIGHT = """
from multiprocessing.pool import AsyncResult
from typing import assert_type

import upstox_client
from upstox_client import aio
from upstox_client.models import GetProfileResponse, LogoutResponse, ProfileData, TokenResponse, UserFundMarginData
from upstox_client.rest import Headers, RESTResponse

configuration = upstox_client.Configuration(sandbox=True)
configuration.access_token = "t"
configuration.timeout = 3
configuration.timeout = (1, 2.5)
configuration.timeout = upstox_client.Timeout(total=3)
configuration.retries = 0
configuration.retries = upstox_client.RetryPolicy(tries=1)


def sync() -> None:
    with upstox_client.ApiClient(configuration) as client:
        api = upstox_client.UserApi(client)
        assert_type(api.get_profile(), GetProfileResponse)
        assert_type(api.get_profile("2.0", _request_timeout=3), GetProfileResponse)
        assert_type(api.get_profile(api_version="2.0", _request_timeout=(1, 2)), GetProfileResponse)
        assert_type(api.get_profile().data, ProfileData | None)
        assert_type(api.get_profile.with_http_info(), tuple[GetProfileResponse, int, Headers])
        assert_type(api.get_profile.raw(), RESTResponse)
        assert_type(api.get_profile.submit(), AsyncResult[GetProfileResponse])
        funds = api.get_user_fund_margin(segment="SEC").data
        if funds is not None:
            assert_type(funds["equity"], UserFundMarginData)
            assert_type(funds.equity, UserFundMarginData)
            assert_type(funds.equity.available_margin, float | None)
        login = upstox_client.LoginApi()
        assert_type(login.authorize("id", "https://x.test/cb"), None)
        assert_type(login.token(code="c"), TokenResponse)
        assert_type(login.logout("2.0"), LogoutResponse)
        assert_type(client.limits["orders"][0].used, int)


async def asynchronous() -> None:
    async with aio.ApiClient(configuration) as client:
        api = aio.UserApi(client)
        assert_type(await api.get_profile(), GetProfileResponse)
        assert_type(await api.get_profile("2.0", _request_timeout=3), GetProfileResponse)
        assert_type(await api.get_profile.with_http_info(), tuple[GetProfileResponse, int, Headers])
        assert_type(await api.get_profile.raw(), RESTResponse)
        assert_type(await aio.LoginApi(client).logout(), LogoutResponse)
        await client.warm_up()


def errors() -> None:
    try:
        sync()
    except upstox_client.RateLimitError as error:
        assert_type(error.retry_after, float | None)
    except upstox_client.OrderOutcomeUnknown as error:
        assert_type(error.tag, str | None)
    except upstox_client.ApiException as error:
        assert_type(error.status, int | None)
        assert_type(error.errors, tuple[upstox_client.ApiError, ...])
"""

# Each line is wrong, and says what the checker must call it.
_WRONG = """
import upstox_client
from upstox_client import aio

api = upstox_client.UserApi()
api.get_profile(x=1)  # reportCallIssue
api.get_profile(5)  # reportArgumentType
api.get_profile(_request_timeout="soon")  # reportArgumentType
api.get_user_fund_margin(segment="NSE")  # reportArgumentType
api.nonsense()  # reportAttributeAccessIssue
api.get_profile().nonsense  # reportAttributeAccessIssue
api.initiate_payout()  # reportCallIssue
upstox_client.LoginApi().authorize("id")  # reportCallIssue
upstox_client.ApiClient("http://127.0.0.1")  # reportArgumentType
upstox_client.UserApi(aio.ApiClient())  # reportArgumentType
upstox_client.KillSwitchSegmentUpdateRequest(segment="X", action="ENABLE")  # reportArgumentType
upstox_client.nonsense  # reportAttributeAccessIssue


async def work() -> None:
    twin = aio.UserApi(aio.ApiClient())
    twin.get_profile().data  # reportAttributeAccessIssue
    twin.get_profile.submit()  # reportAttributeAccessIssue
    aio.UserApi(upstox_client.ApiClient())  # reportArgumentType
"""


def check(tmp_path: Path, program: str) -> dict[int, set[str]]:
    if not _CHECKER.exists():
        pytest.skip("basedpyright is not installed")
    (tmp_path / "program.py").write_text(program)
    (tmp_path / "pyrightconfig.json").write_text(
        json.dumps({"typeCheckingMode": "strict", "pythonVersion": "3.11", "reportUnusedExpression": False})
    )
    done = subprocess.run(
        [_CHECKER, "--project", str(tmp_path), "--pythonpath", sys.executable, "--outputjson"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    found: dict[int, set[str]] = {}
    for diagnostic in json.loads(done.stdout)["generalDiagnostics"]:
        if diagnostic["severity"] == "error":
            found.setdefault(diagnostic["range"]["start"]["line"], set()).add(
                f"{diagnostic.get('rule')}: {diagnostic['message']}"
            )
    return found


def test_a_right_program_has_no_errors(tmp_path: Path) -> None:
    assert check(tmp_path, _RIGHT) == {}


def test_every_line_of_a_wrong_program_is_found(tmp_path: Path) -> None:
    found = check(tmp_path, _WRONG)
    expected = {
        number: line.partition("  # ")[2] for number, line in enumerate(_WRONG.splitlines()) if "  # report" in line
    }
    for number, rule in expected.items():
        assert any(message.startswith(rule) for message in found.get(number, ())), (number, rule, found.get(number))
    assert {number for number in found if number not in expected} == set()
