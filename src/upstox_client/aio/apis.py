"""The API classes, awaitable: the same declarations on the async base."""

from __future__ import annotations

from upstox_client.api.login_api import LoginOperations
from upstox_client.api.user_api import UserOperations
from upstox_client.core.api import AsyncApi


class LoginApi(LoginOperations, AsyncApi):
    """Login and tokens."""


class UserApi(UserOperations, AsyncApi):
    """The account: profile, funds, kill switch, static IP, payments."""
