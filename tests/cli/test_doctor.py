"""`upstox doctor`: what it looks at, and what it says about it."""

from __future__ import annotations

import datetime as dt
import json
import os
import ssl
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from auth.test_expiry import jwt
from support.colours import FakeTransport, _SyncTransport, local, ok, refused
from support.tls import authority
from trading.floor import cache_folder, running
from upstox_client import ApiClient, NetworkError
from upstox_client.auth import Place
from upstox_client.cli import doctor as doctor_
from upstox_client.cli.app import app
from upstox_client.cli.doctor import Check, examine
from upstox_client.trading.listing import Listing
from upstox_emulator import Emulator

__all__ = ["cache_folder", "running"]


@pytest.fixture
def run(running: Emulator, cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    running.reset()
    monkeypatch.setenv("UPSTOX_BASE_URL", running.url)
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", running.access_token)
    monkeypatch.setenv("UPSTOX_CACHE", str(cache_folder))

    def command(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, ["doctor", *words], prog_name="upstox")
        assert result.exit_code == code, result.output
        return result

    return command


def states(result: Result) -> dict[str, str]:
    return {row["name"]: row["state"] for row in json.loads(result.stdout)}


def test_all_is_looked_at(run: Any, running: Emulator) -> None:
    found = states(run("--json"))
    assert list(found) == [
        "configuration", "TLS of the API host", "hosts", "clock", "token", "account", "static IP", "rate limits",
        "instruments",
    ]  # fmt: skip
    assert "failed" not in found.values()
    shown = run()
    assert f"emulator: {running.url}" in shown.stdout
    assert "both answer: API" in shown.stdout
    assert "Asha Emulator (EM1234)" in shown.stdout
    assert "orders together 10 in 1 s" in shown.stdout
    assert "to look at" in shown.stderr
    assert run("--csv").stdout.startswith("name,state,found,mend\n")


def test_the_token_is_dead(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", "another")
    result = run(code=3)
    assert "failed   account" in result.stdout
    assert "Log in again: upstox login" in result.stdout
    assert "another" not in result.stdout.replace("another program", "")


def test_there_is_no_token(run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("UPSTOX_ACCESS_TOKEN")
    monkeypatch.setenv("UPSTOX_TOKEN_STORE", str(tmp_path / "tokens.json"))
    result = run("--json", code=3)
    found = states(result)
    assert (found["token"], found["account"], found["static IP"]) == ("failed", "skipped", "skipped")
    assert "upstox login" in result.stdout


def test_nobody_answers(run: Any) -> None:
    found = run("--base-url", "http://127.0.0.1:9", "--json", code=7)
    assert states(found) | {"hosts": "failed", "clock": "skipped", "account": "skipped"} == states(found)
    assert "http://127.0.0.1:9" in found.stdout


def test_nobody_is_called(run: Any, running: Emulator) -> None:
    found = states(run("--offline", "--json"))
    assert (found["hosts"], found["TLS of the API host"], found["clock"]) == ("skipped", "skipped", "skipped")
    assert len(running.requests) == 0


def test_on_paper(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--paper excludes" in run("--paper", "--sandbox", code=2).stderr
    for name in ("UPSTOX_BASE_URL", "UPSTOX_ACCESS_TOKEN"):
        monkeypatch.delenv(name)
    assert states(run("--paper", "--json"))["account"] != "failed"


def test_static_ips_and_the_account(run: Any, running: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    from upstox_client import UserApi
    from upstox_client.models.user import GetProfileResponse, ProfileData

    with ApiClient(running.configuration()) as client:
        UserApi(client).update_user_ip({"primary_ip": "203.0.113.7"})
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", running.issue_token("access"))
    assert "orders are taken from 203.0.113.7 only" in run().stdout
    people = [ProfileData(user_name="A", user_id="1", ddpi=True, exchanges=["NSE"]), ProfileData(is_active=False)]
    for person, told, code in zip(people, ("A (1); NSE", "is not active"), (0, 1), strict=True):
        monkeypatch.setattr(UserApi, "get_profile", lambda self, data=person: GetProfileResponse(data=data))
        assert told in run(code=code).stdout


def checks(monkeypatch: pytest.MonkeyPatch, *answers: Any, **attributes: Any) -> dict[str, Check]:
    """What is found on a server that answers so."""
    made, transport = ApiClient, _SyncTransport(FakeTransport(answers))
    monkeypatch.setattr("upstox_client.api_client.ApiClient", lambda given: made(given, transport=transport))
    try:
        return {check.name: check for check in examine(local(**attributes), None)}
    finally:
        monkeypatch.setattr("upstox_client.api_client.ApiClient", made)


@pytest.mark.parametrize(
    ("seconds", "state", "told"),
    [(1, "ok", "right"), (20, "warning", "20 s behind"), (-21, "warning", "ahead of"), (300, "failed", "300 s behind")],
)
def test_the_clock(monkeypatch: pytest.MonkeyPatch, seconds: int, state: str, told: str) -> None:
    from email.utils import format_datetime

    moment = 1_795_408_230
    monkeypatch.setattr(doctor_.time, "time", lambda: float(moment))
    date = format_datetime(dt.datetime.fromtimestamp(moment + seconds, dt.UTC), usegmt=True)
    check = checks(monkeypatch, ok(Date=date))["clock"]
    assert (check.state, told in check.found) == (state, True)
    assert bool(check.mend) == (state != "ok")


def test_a_server_that_does_not_say_what_time_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks(monkeypatch, ok())["clock"].state == "skipped"


def test_any_answer_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks(monkeypatch, refused(404), refused(405), ok())["hosts"].state == "ok"
    assert checks(monkeypatch, NetworkError(0, "gone"))["hosts"].code == 7


def test_hosts_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    found = checks(monkeypatch, ok(), order_host="http://127.0.0.1:10", rate_limit=True)
    assert "TLS of the order host" in found
    assert found["rate limits"].state == "ok"
    assert checks(monkeypatch, ok())["rate limits"].state == "warning"


def test_until_when_the_token_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    def at(seconds: float) -> Check:
        now = time.time()
        token = jwt(iat=now - 3600, exp=now + seconds)
        monkeypatch.setattr("upstox_client.configuration.Configuration.environment", property(lambda self: "live"))
        return checks(monkeypatch, ok(), access_token=token)["token"]

    assert at(5 * 3600).state == "ok"
    assert "from UPSTOX_ACCESS_TOKEN, expires in" in at(5 * 3600).found
    assert (at(600).state, at(600).mend) == ("warning", "Log in again before it ends: upstox login")
    assert (at(-600).state, at(-600).code) == ("failed", 3)
    assert "does not say until when" in checks(monkeypatch, ok(), access_token="x")["token"].found


# TLS


class Secure:
    """Somebody who proves who they are, and says nothing more."""

    def __init__(self, context: ssl.SSLContext) -> None:
        import socket

        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._context = context
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            try:
                with plain, self._context.wrap_socket(plain, server_side=True) as secure:
                    secure.recv(1)
            except OSError:
                pass

    def close(self) -> None:
        self._listener.shutdown(2)
        self._listener.close()
        self._thread.join()


def test_tls() -> None:
    server = Secure(authority().server())
    try:
        url = f"https://localhost:{server.port}"
        state, found, _ = doctor_._tls(local(ssl_ca_cert=authority().ca_file), url)
        assert (state, found.startswith("TLSv1.3, the certificate is good for")) == ("ok", True)
        state, found, mend = doctor_._tls(local(), url)
        assert (state, "cannot prove who it is" in found, "ssl_ca_cert" in mend) == ("failed", True, True)
    finally:
        server.close()
    check = doctor_._check("TLS", lambda: doctor_._tls(local(), url))
    assert (check.state, check.code, f"localhost:{server.port}: " in check.found) == ("failed", 7, True)
    assert "Errno" not in check.found
    assert "firewall" in check.mend
    assert doctor_._tls(local(proxy="http://127.0.0.1:1"), url)[0] == "skipped"


# Instruments


def test_the_instruments(monkeypatch: pytest.MonkeyPatch, cache_folder: Path, tmp_path: Path, run: Any) -> None:
    run_search = CliRunner().invoke(app, ["search", "reliance"])
    assert run_search.exit_code == 0
    configuration = local()
    path = Listing(None, Place.of(configuration)).path
    assert doctor_._instruments(configuration)[0] == "ok"
    old = time.time() - 3 * 86_400
    os.utime(path, (old, old))
    state, found, mend = doctor_._instruments(configuration)
    assert (state, "3 days ago" in found, "renewed by the next command" in mend) == ("warning", True, True)
    monkeypatch.setenv("UPSTOX_CACHE", str(tmp_path))
    assert "none yet" in doctor_._instruments(configuration)[1]
    broken = Listing(None, Place.of(configuration)).path
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"no database")
    assert doctor_._instruments(configuration)[0] == "warning"
