"""The official SDK, in its own virtual environment; it takes no base URL from the environment."""

import sys

import _serve
import upstox_client

before = _serve.threads_now()
configuration = upstox_client.Configuration()
configuration.host = configuration.order_host = sys.argv[1]
configuration.access_token = sys.argv[2]
api = upstox_client.UserApi(upstox_client.ApiClient(configuration))
_serve.serve(lambda: api.get_profile("2.0"), before)
