"""The unmodified official SDK works against the emulator: it logs in, reads, is refused readably, and logs out."""

from __future__ import annotations

import datetime
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.official import official_python
from upstox_emulator import Emulator

SCRIPT = Path(__file__).with_name("official_session.py")
IST = datetime.timezone(datetime.timedelta(hours=5, minutes=30))


def official(url: str, part: str, *arguments: str) -> dict[str, Any]:
    """What a part of the script, run by the official SDK, has to report."""
    done = subprocess.run(
        [official_python(), str(SCRIPT), url, part, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_logs_in_reads_profile_and_funds_and_logs_out():
    with Emulator() as em:
        said = official(em.url, "session", em.issue_code())
        assert said["version"] == "2.30.0"
        assert said["token"]["access_token"].count(".") == 2
        assert said["token"]["user_id"] == said["profile"]["user_id"]
        assert said["profile"]["broker"] == "UPSTOX"
        assert said["profile"]["is_active"] is True
        assert said["funds"]["equity"]["available_margin"] > 0
        assert set(said["funds"]) == {"equity", "commodity"}
        assert said["funds_v3"]["available_to_trade"]["total"] > 0
        assert said["logout"] is True
        assert said["after_logout"] == {"status": 401, "code": "UDAPI100050", "reason": "Unauthorized"}


def test_a_code_works_once():
    with Emulator() as em:
        code = em.issue_code()
        official(em.url, "session", code)
        assert official(em.url, "token", code)["code"] == "UDAPI100057"


def test_a_400_is_readable():
    with Emulator() as em:
        assert official(em.url, "funds", em.access_token, "XYZ") == {
            "status": 400,
            "code": "UDAPI1019",
            "reason": "Bad Request",
        }


def test_a_403_is_readable():
    with Emulator() as em:
        refusal = official(em.url, "profile", em.issue_token("extended"))
        assert refusal == {"status": 403, "code": "UDAPI100067", "reason": "Forbidden"}


def test_a_423_is_readable():
    night = datetime.datetime(2026, 11, 24, 1, 0, tzinfo=IST)
    with Emulator(market="calendar", start=night) as em:
        assert official(em.url, "funds", em.access_token, "SEC") == {
            "status": 423,
            "code": "UDAPI100072",
            "reason": "Locked",
        }


def test_a_429_is_readable():
    with Emulator() as em:
        em.clock.speed = 0
        refusal = official(em.url, "many", em.access_token)
        assert refusal == {"status": 429, "code": "UDAPI10005", "reason": "Too Many Requests", "calls": 51}


@pytest.mark.parametrize("part", ["kill_switch", "ips", "payments"])
def test_the_rest_of_the_account(part):
    with Emulator() as em:
        assert official(em.url, part, em.access_token)["status"] == "success"
