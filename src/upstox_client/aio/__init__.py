"""The same names, awaitable.

::

    from upstox_client.aio import ApiClient, UserApi

    async with ApiClient(configuration) as client:
        profile = await UserApi(client).get_profile()
"""

from __future__ import annotations

from upstox_client.aio.api_client import ApiClient
from upstox_client.aio.apis import LoginApi, UserApi

__all__ = ["ApiClient", "LoginApi", "UserApi"]
