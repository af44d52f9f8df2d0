"""Login: https://upstox.com/developer/api-documentation/authentication

The dialog itself, which shows pages, is in `upstox_emulator.web`.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from upstox_emulator.account.tokens import ExchangeForm
from upstox_emulator.clock import epoch_ms, next_0330
from upstox_emulator.errors import Refusal, refuse
from upstox_emulator.http.calls import Call, Endpoint
from upstox_emulator.notifier import notify
from upstox_emulator.venue import ExchangeCode, Logout, SpendCode


class _Secret(msgspec.Struct):
    client_secret: str | None = None


def exchange(call: Call) -> Any:
    form, backend = call.form(), call.backend
    fields = ExchangeForm(**{name: form.get(name, "") for name in ExchangeForm.__struct_fields__})
    fields.check()
    try:
        return backend.execute(ExchangeCode(backend.clock.now(), fields))
    except Refusal:
        if backend.venue.tokens.is_open(fields.code):
            backend.execute(SpendCode(backend.clock.now(), fields.code))
        raise


def logout(call: Call) -> Any:
    call.backend.execute(Logout(call.backend.clock.now(), call.token))
    return True


def request_token(call: Call) -> Any:
    secret, backend = call.json(_Secret).client_secret, call.backend
    if not secret:
        raise refuse("secret_required", path="client_secret")
    app = backend.venue.tokens.app_with_secret(call.path["client_id"], secret)
    if not app.individual:
        raise refuse("not_individual")
    if not app.notifier_url:
        raise refuse("notifier_missing")
    notify(backend, app)
    expiry = epoch_ms(next_0330(backend.clock.now()))
    return {"authorization_expiry": expiry, "notifier_url": app.notifier_url}


ENDPOINTS: Final = (
    Endpoint("POST", "/v2/login/authorization/token", exchange, signed=False, enveloped=False),
    Endpoint("POST", "/v3/login/auth/token/request/{client_id}", request_token, signed=False),
    Endpoint("DELETE", "/v2/logout", logout),
)
