"""The account's endpoints."""

from __future__ import annotations

import datetime as dt

import pytest

from upstox_emulator import IST, Emulator

from .conftest import Caller


def test_the_profile(call):
    profile = call("GET", "/v2/user/profile").data
    assert list(profile) == [
        "email", "exchanges", "products", "broker", "user_id", "user_name", "order_types", "user_type", "poa", "ddpi",
        "is_active",
    ]  # fmt: skip


def test_the_funds_of_both_versions_agree(call):
    v2 = call("GET", "/v2/user/get-funds-and-margin").data
    v3 = call("GET", "/v3/user/get-funds-and-margin").data["available_to_trade"]
    assert list(v2["equity"]) == [
        "used_margin", "payin_amount", "span_margin", "adhoc_margin", "notional_cash", "available_margin",
        "exposure_margin",
    ]  # fmt: skip
    assert set(v2["commodity"].values()) == {0.0}
    assert v2["equity"]["available_margin"] == v3["total"]
    cash, pledge = v3["cash_available_to_trade"], v3["pledge_available_to_trade"]
    assert cash["total"] + pledge["total"] == v3["total"]
    parts = cash["cash"]
    assert cash["total"] == pytest.approx(
        parts["opening_balance"] + parts["added_today"] + parts["withdrawn_today"] + parts["amount_from_stock_sale"]
        - parts["unpaid_charges"] - cash["margin_used"]["total"]
    )  # fmt: skip


@pytest.mark.parametrize(("segment", "names"), [("SEC", ["equity"]), ("COM", ["commodity"])])
def test_the_funds_of_a_segment(call, segment, names):
    assert list(call("GET", f"/v2/user/get-funds-and-margin?segment={segment}").data) == names


@pytest.mark.parametrize("segment", ["XYZ", "", "sec"])
def test_no_such_segment(call, segment):
    refused = call("GET", f"/v2/user/get-funds-and-margin?segment={segment}")
    assert (refused.status, refused.codes) == (400, ["UDAPI1019"])
    assert refused.json()["errors"][0]["invalid_value"] == segment


@pytest.mark.parametrize("path", ["/v2/user/get-funds-and-margin", "/v3/user/get-funds-and-margin"])
def test_the_funds_service_sleeps_at_night(path):
    with Emulator(market="calendar", speed=0) as em:
        token = em.issue_token("analytics")
        call = Caller(em.url, token)
        assert call("GET", path).status == 200
        em.clock.set(dt.datetime(2026, 11, 24, 0, 0))
        refused = call("GET", path)
        assert (refused.status, refused.codes) == (423, ["UDAPI100072"])
        em.clock.set(dt.datetime(2026, 11, 24, 5, 30))
        assert call("GET", path).status == 200


def switch(call, *wishes):
    return call("POST", "/v2/user/kill-switch", body=[{"segment": s, "action": a} for s, a in wishes])


def test_the_kill_switch_stops_and_cools_down(em, call):
    rows = {row["segment"]: row for row in call("GET", "/v2/user/kill-switch").data}
    assert len(rows) == 8
    assert not any(row["kill_switch_enabled"] for row in rows.values())

    rows = {row["segment"]: row for row in switch(call, ("NSE_FO", "DISABLE"), ("NSE_EQ", "DISABLE")).data}
    assert rows["NSE_FO"]["kill_switch_enabled"]
    assert not rows["BSE_EQ"]["kill_switch_enabled"]
    refused = switch(call, ("NSE_FO", "ENABLE"))
    assert (refused.status, refused.codes) == (400, ["UDAPI1185"])
    em.clock.advance(dt.timedelta(hours=12))
    token = em.issue_token()
    assert call("GET", "/v2/user/profile", token=token).status == 200
    call.token = token
    assert not {row["segment"]: row for row in switch(call, ("NSE_FO", "ENABLE")).data}["NSE_FO"]["kill_switch_enabled"]


@pytest.mark.parametrize(
    ("wish", "code"),
    [(("NOWHERE", "DISABLE"), "UDAPI1186"), (("MCX_FO", "DISABLE"), "UDAPI1186"), (("NSE_EQ", "STOP"), "UDAPI1188")],
)
def test_the_kill_switch_does_all_or_nothing(call, wish, code):
    refused = switch(call, ("BSE_EQ", "DISABLE"), wish)
    assert (refused.status, refused.codes) == (400, [code])
    assert refused.json()["errors"][0]["property_path"].startswith("[1].")
    assert not any(row["kill_switch_enabled"] for row in call("GET", "/v2/user/kill-switch").data)


def test_several_violations_are_all_told(call):
    assert switch(call, ("X", "DISABLE"), ("NSE_EQ", "STOP")).codes == ["UDAPI1186", "UDAPI1188"]


def test_an_empty_wish_is_refused(call):
    assert switch(call).codes == ["UDAPI1186"]


def test_a_body_that_is_not_json(call):
    assert call("POST", "/v2/user/kill-switch", body="{oops").codes == ["UDAPI100038"]
    assert call("POST", "/v2/user/kill-switch", body="\udcff".encode("utf-8", "surrogateescape")).codes == [
        "UDAPI100038"
    ]
    assert call("POST", "/v2/user/kill-switch", body={}).codes == ["UDAPI100036"]


def test_static_ips_change_once_a_week_and_end_all_tokens(em, call):
    assert call("GET", "/v2/user/ip").data["primary_ip"] is None
    said = call("PUT", "/v2/user/ip", body={"primary_ip": "203.0.113.10", "secondary_ip": "2001:db8::1"}).data
    assert said["access_tokens_invalidated"] is True
    assert said["primary_ip_updated_at"] == "2026-11-23 10:00:00"
    assert call("GET", "/v2/user/ip").codes == ["UDAPI100050"]
    call.token = em.issue_token()
    assert call("GET", "/v2/user/ip").data["secondary_ip"] == "2001:db8::1"
    assert call("PUT", "/v2/user/ip", body={"primary_ip": "203.0.113.11"}).codes == ["UDAPI1185"]
    em.clock.advance(dt.timedelta(days=7))
    call.token = em.issue_token()
    said = call("PUT", "/v2/user/ip", body={"primary_ip": "203.0.113.11"}).data
    assert said["secondary_ip"] is None
    assert said["secondary_ip_updated_at"] is None


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({}, "UDAPI1182", "primary_ip"),
        ({"primary_ip": "300.1.1.1"}, "UDAPI1183", "primary_ip"),
        ({"primary_ip": "203.0.113.1", "secondary_ip": "x"}, "UDAPI1183", "secondary_ip"),
        ({"primary_ip": "203.0.113.1", "secondary_ip": "203.0.113.1"}, "UDAPI1184", "secondary_ip"),
        ({"primary_ip": "2001:db8::1", "secondary_ip": "2001:0DB8:0::1"}, "UDAPI1184", "secondary_ip"),
    ],
)
def test_static_ips_refused(call, body, code, path):
    refused = call("PUT", "/v2/user/ip", body=body)
    assert (refused.status, refused.codes) == (400, [code])
    assert refused.json()["errors"][0]["property_path"] == path
    assert call("GET", "/v2/user/ip").status == 200, "the token lives on"


def available(call) -> float:
    return call("GET", "/v2/user/get-funds-and-margin").data["equity"]["available_margin"]


def payout(call, **body):
    return call("POST", "/v2/user/payments/payout", body=body)


def test_a_withdrawal_is_made_changed_and_taken_back(call):
    before = available(call)
    made = payout(call, mode="NEFT", amount=5000.0).data
    assert made["status"] == "received"
    assert made["message"]
    assert available(call) == before - 5000
    path = f"/v2/user/payments/payout/{made['transaction_id']}"
    changed = call("PUT", path, body={"amount": 6000.5}).data
    assert changed["amount"] == 6000.5
    assert available(call) == before - 6000.5
    assert [row["status"] for row in call("GET", "/v2/user/payments/payout").data] == ["RECEIVED"]
    assert call("GET", "/v2/user/payments/payout/modes").data["neft"]["eligible"] is False
    gone = call("DELETE", path).data
    assert gone == {
        "transaction_id": made["transaction_id"],
        "message": "Your withdrawal request of Amount 6000.50 is deleted successfully.",
    }
    assert available(call) == before
    assert call("GET", "/v2/user/payments/payout").data == []


def test_an_instant_withdrawal_cannot_be_changed(call):
    made = payout(call, mode="IMPS", amount=100).data
    path = f"/v2/user/payments/payout/{made['transaction_id']}"
    refused = call("PUT", path, body={"amount": 200})
    assert (refused.status, refused.codes) == (500, ["UDAPI100500"])
    assert "cannot be modified" in refused.json()["errors"][0]["message"]


@pytest.mark.parametrize(("mode", "minutes"), [("IMPS", (1, 5)), ("NEFT", (30, 120))])
def test_a_withdrawal_goes_on_by_itself(em, mode, minutes):
    call = Caller(em.url, em.issue_token("access"))
    made = payout(call, mode=mode, amount=100).data
    path = f"/v2/user/payments/payout/{made['transaction_id']}"
    eta = em.clock.now() + dt.timedelta(minutes=minutes[1])
    assert made["eta"] == f"{eta:%Y-%m-%d %H:%M:%S}"
    em.clock.advance(minutes[0] * 60)
    assert call("GET", "/v2/user/payments/payout").data[0]["status"] == "TRANSFER_IN_PROGRESS"
    assert call("DELETE", path).codes == ["UDAPI100500"]
    assert call("PUT", path, body={"amount": 200}).codes == ["UDAPI100500"]
    assert payout(call, mode=mode, amount=100).codes == ["UDAPI100500"], "one at a time"
    em.clock.set(eta)
    assert call("GET", "/v2/user/payments/payout").data[0]["status"] == "COMPLETED"
    second = payout(call, mode=mode, amount=100).data
    assert second["transaction_id"] != made["transaction_id"]
    em.clock.set(dt.datetime(2026, 11, 23, 9, 0))
    assert call("GET", "/v2/user/payments/payout").data[0]["status"] == "RECEIVED", "also when time is set back"


def test_the_latest_twenty_withdrawals(em, call):
    for amount in range(100, 121):
        assert payout(call, mode="IMPS", amount=amount).status == 200
        em.clock.advance(301)
    rows = call("GET", "/v2/user/payments/payout").data
    assert [row["amount"] for row in rows] == list(range(120, 100, -1))


def test_the_payments_are_closed_at_night():
    with Emulator(market="calendar", speed=0) as em:
        call = Caller(em.url, em.issue_token("access"))
        em.clock.set(dt.datetime(2026, 11, 24, 0, 0))
        for method, path in (("POST", ""), ("PUT", "/x"), ("DELETE", "/x")):
            refused = call(method, f"/v2/user/payments/payout{path}", body={})
            assert (refused.status, refused.codes) == (423, ["UDAPI100072"])


@pytest.mark.parametrize(
    ("body", "codes", "status"),
    [
        ({}, ["UDAPI1215", "UDAPI1217"], 400),
        ({"mode": "UPI", "amount": 500}, ["UDAPI1216"], 400),
        ({"mode": "NEFT", "amount": 99.99}, ["UDAPI1218"], 400),
        ({"mode": "NEFT", "amount": "500"}, ["UDAPI1218"], 400),
        ({"mode": "NEFT", "amount": True}, ["UDAPI1218"], 400),
        ({"mode": "NEFT", "amount": 1e300}, ["UDAPI100500"], 500),
        ({"mode": "NEFT", "amount": -1e300}, ["UDAPI1218"], 400),
        ({"mode": "IMPS", "amount": 500_000.01}, ["UDAPI100500"], 500),
        ({"mode": "NEFT", "amount": 500_000.01}, ["UDAPI100500"], 500),
    ],
)
def test_a_withdrawal_is_refused(call, body, codes, status):
    before = available(call)
    refused = payout(call, **body)
    assert (refused.status, refused.codes) == (status, codes)
    assert available(call) == before
    assert call("GET", "/v2/user/payments/payout").data == []


def test_one_withdrawal_at_a_time(call):
    made = payout(call, mode="NEFT", amount=500).data
    assert payout(call, mode="NEFT", amount=500).codes == ["UDAPI100500"]
    path = f"/v2/user/payments/payout/{made['transaction_id']}"
    assert call("PUT", path, body={"amount": 1}).codes == ["UDAPI1218"]
    assert call("PUT", path, body={"amount": 9e8}).codes == ["UDAPI100500"]
    assert call("DELETE", "/v2/user/payments/payout/other").codes == ["UDAPI100500"]


def test_pay_ins(call):
    rows = call("GET", "/v2/user/payments/payin").data
    assert [row["status"] for row in rows] == ["SUCCESS", "SUCCESS"]
    assert "eta" not in rows[0]


def test_a_transaction_id_is_decoded_once(em, call, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(em.venue.payments, "_received", lambda transaction_id, now: asked.append(transaction_id))
    call("DELETE", "/v2/user/payments/payout/a%2541%20b")
    assert asked == ["a%41 b"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v2/nowhere", 404, "UDAPI100060"),
        ("POST", "/v2/user/profile", 405, "UDAPI10000"),
        ("GET", "/v2/user/payments/payout/x", 405, "UDAPI10000"),
        ("POST", "/", 405, "UDAPI10000"),
    ],
)
def test_what_is_not_there(call, method, path, status, code):
    refused = call(method, path)
    assert (refused.status, refused.codes) == (status, [code])


def test_a_failure_of_ours_is_a_500_and_logged(em, call, caplog):
    em.venue.funds = None
    refused = call("GET", "/v2/user/get-funds-and-margin")
    assert (refused.status, refused.codes) == (500, ["UDAPI100500"])
    assert "AttributeError" in caplog.text


def test_an_account_without_segments(em, call):
    import msgspec

    em.venue.user = msgspec.structs.replace(em.venue.user, is_active=False)
    assert call("GET", "/v2/user/profile").codes == ["UDAPI100058"]


def test_the_documented_limits(em, call):
    for _ in range(50):
        assert call("GET", "/v2/user/profile").status == 200
    refused = call("GET", "/v2/user/profile")
    assert (refused.status, refused.codes) == (429, ["UDAPI10005"])
    assert call("GET", "/v2/user/get-funds-and-margin").status == 200, "each API has its own window"
    em.clock.advance(1)
    assert call("GET", "/v2/user/profile").status == 200


def test_the_limits_of_payments(em, call):
    path = "/v2/user/payments/payout"
    assert [call("GET", path).status for _ in range(11)] == [200] * 10 + [429]
    assert [call("DELETE", f"{path}/{n}").status for n in range(11)] == [500] * 10 + [429]
    em.clock.advance(59)
    assert call("DELETE", f"{path}/x").status == 429
    em.clock.advance(1)
    assert call("DELETE", f"{path}/x").status == 500


def test_limits_can_be_switched_off():
    with Emulator(rate_limit=False, speed=0) as em:
        call = Caller(em.url, em.access_token)
        assert {call("GET", "/v2/user/profile").status for _ in range(60)} == {200}


def test_every_moment_of_the_night_is_closed(em):
    em.backend.market = "calendar"
    em.clock.set(dt.datetime(2026, 11, 24, 5, 29, 59, tzinfo=IST))
    with pytest.raises(Exception, match="UDAPI100072"):
        em.backend.keep_funds_hours()
