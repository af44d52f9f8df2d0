"""What the sync client alone has: calls that run in a thread."""

from __future__ import annotations

from multiprocessing.pool import AsyncResult
from typing import assert_type

from upstox_client import GetProfileResponse, UserApi


def in_threads(api: UserApi) -> None:
    assert_type(api.get_profile.submit("2.0"), AsyncResult[GetProfileResponse])
