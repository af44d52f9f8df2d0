"""The official API classes, one module each."""

from __future__ import annotations

from upstox_client.api.login_api import LoginApi
from upstox_client.api.user_api import UserApi

__all__ = ["LoginApi", "UserApi"]
