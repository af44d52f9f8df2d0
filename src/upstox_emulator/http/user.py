"""The account: profile, funds, kill switch, static IPs and payments.

https://upstox.com/developer/api-documentation/get-profile and the pages that follow it.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from upstox_emulator.account.kill_switch import Wish
from upstox_emulator.errors import refuse
from upstox_emulator.http.calls import Call, Endpoint
from upstox_emulator.limits import PAYMENT_READS, PAYOUT_WRITES
from upstox_emulator.venue import CancelPayout, ChangeIps, InitiatePayout, ModifyPayout, SwitchSegments


class _Ips(msgspec.Struct):
    primary_ip: str | None = None
    secondary_ip: str | None = None


class _Payout(msgspec.Struct):
    mode: Any = None
    amount: Any = None


def profile(call: Call) -> Any:
    user = call.backend.venue.user
    if not user.is_active:
        raise refuse("no_segments")
    return user.profile()


def funds(call: Call) -> Any:
    call.backend.keep_funds_hours()
    segment = call.query.get("segment")
    if segment is not None and segment not in {"SEC", "COM"}:
        raise refuse("segment_invalid", path="segment", value=segment)
    at = call.backend.now()
    return call.backend.venue.funds.v2(segment, at)


def funds_v3(call: Call) -> Any:
    call.backend.keep_funds_hours()
    at = call.backend.now()
    return call.backend.venue.funds.v3(at)


def kill_switch(call: Call) -> Any:
    return call.backend.venue.kill_switch.rows()


def update_kill_switch(call: Call) -> Any:
    backend = call.backend
    return backend.execute(SwitchSegments(backend.clock.now(), call.json(list[Wish])))


def ips(call: Call) -> Any:
    return call.backend.venue.static_ips.row()


def update_ips(call: Call) -> Any:
    wish, backend = call.json(_Ips), call.backend
    return backend.execute(ChangeIps(backend.clock.now(), wish.primary_ip, wish.secondary_ip))


def payins(call: Call) -> Any:
    return call.backend.venue.payments.payins()


def payouts(call: Call) -> Any:
    return call.backend.venue.payments.payouts(call.backend.now())


def payout_modes(call: Call) -> Any:
    return call.backend.venue.payments.modes(call.backend.now())


def initiate_payout(call: Call) -> Any:
    call.backend.keep_funds_hours()
    wish, backend = call.json(_Payout), call.backend
    return backend.execute(InitiatePayout(backend.clock.now(), wish.mode, wish.amount))


def modify_payout(call: Call) -> Any:
    call.backend.keep_funds_hours()
    wish, backend = call.json(_Payout), call.backend
    return backend.execute(ModifyPayout(backend.clock.now(), call.path["transaction_id"], wish.amount))


def cancel_payout(call: Call) -> Any:
    call.backend.keep_funds_hours()
    backend = call.backend
    return backend.execute(CancelPayout(backend.clock.now(), call.path["transaction_id"]))


ENDPOINTS: Final = (
    Endpoint("GET", "/v2/user/profile", profile),
    Endpoint("GET", "/v2/user/get-funds-and-margin", funds),
    Endpoint("GET", "/v3/user/get-funds-and-margin", funds_v3),
    Endpoint("GET", "/v2/user/kill-switch", kill_switch),
    Endpoint("POST", "/v2/user/kill-switch", update_kill_switch),
    Endpoint("GET", "/v2/user/ip", ips),
    Endpoint("PUT", "/v2/user/ip", update_ips),
    Endpoint("GET", "/v2/user/payments/payin", payins, limits=PAYMENT_READS),
    Endpoint("GET", "/v2/user/payments/payout", payouts, limits=PAYMENT_READS),
    Endpoint("GET", "/v2/user/payments/payout/modes", payout_modes, limits=PAYMENT_READS),
    Endpoint("POST", "/v2/user/payments/payout", initiate_payout, limits=PAYOUT_WRITES),
    Endpoint("PUT", "/v2/user/payments/payout/{transaction_id}", modify_payout, limits=PAYOUT_WRITES),
    Endpoint("DELETE", "/v2/user/payments/payout/{transaction_id}", cancel_payout, limits=PAYOUT_WRITES),
)
