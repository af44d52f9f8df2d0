"""Run by the official SDK's own interpreter: does a part of the work and prints what came of it as JSON."""

import importlib.metadata
import json
import sys

import upstox_client
from upstox_client.rest import ApiException

url, part, *arguments = sys.argv[1:]


def configured(token=""):
    configuration = upstox_client.Configuration()
    configuration.host = configuration.order_host = url
    configuration.access_token = token
    return upstox_client.ApiClient(configuration)


def refusal(call):
    try:
        call()
    except ApiException as error:
        code = json.loads(error.body)["errors"][0]["errorCode"]
        return {"status": error.status, "code": code, "reason": error.reason}
    return {"status": 200}


def exchange(code):
    return upstox_client.LoginApi(configured()).token(
        "2.0",
        code=code,
        client_id="emulator",
        client_secret="emulator-secret",
        redirect_uri="http://127.0.0.1:8000/callback",
        grant_type="authorization_code",
    )


def session(code):
    login = upstox_client.LoginApi(configured())
    login.authorize("emulator", "http://127.0.0.1:8000/callback", "2.0", state="x")
    token = exchange(code)
    client = configured(token.access_token)
    user = upstox_client.UserApi(client)
    return {
        "version": importlib.metadata.version("upstox-python-sdk"),
        "token": token.to_dict(),
        "profile": user.get_profile("2.0").data.to_dict(),
        "funds": {name: data.to_dict() for name, data in user.get_user_fund_margin("2.0").data.items()},
        "funds_v3": user.get_user_fund_margin_v3().data.to_dict(),
        "logout": upstox_client.LoginApi(client).logout("2.0").data,
        "after_logout": refusal(lambda: user.get_profile("2.0")),
    }


def many(token):
    user = upstox_client.UserApi(configured(token))
    calls = 0
    while True:
        calls += 1
        said = refusal(lambda: user.get_profile("2.0"))
        if said["status"] != 200 or calls > 100:
            return {**said, "calls": calls}


def payments(token):
    user = upstox_client.UserApi(configured(token))
    user.get_payin_history()
    user.get_payout_history()
    user.get_payout_modes()
    made = user.initiate_payout({"mode": "NEFT", "amount": 500.0})
    changed = user.modify_payout({"amount": 600.0}, made.data.transaction_id)
    user.cancel_payout(changed.data.transaction_id)
    return {"status": made.status}


parts = {
    "session": session,
    "token": lambda code: refusal(lambda: exchange(code)),
    "profile": lambda token: refusal(lambda: upstox_client.UserApi(configured(token)).get_profile("2.0")),
    "funds": lambda token, segment: refusal(
        lambda: upstox_client.UserApi(configured(token)).get_user_fund_margin("2.0", segment=segment)
    ),
    "many": many,
    "kill_switch": lambda token: {"status": upstox_client.UserApi(configured(token)).get_kill_switch().status},
    "ips": lambda token: {"status": upstox_client.UserApi(configured(token)).get_user_ips().status},
    "payments": payments,
}
print(json.dumps(parts[part](*arguments)))
