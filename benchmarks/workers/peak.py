"""A program that makes one call, as small as it can be: tells the most memory that it ever held."""

import resource
import sys

import _serve
import upstox_client

configuration = upstox_client.Configuration()
configuration.host = configuration.order_host = sys.argv[1]
configuration.access_token = "benchmark-token"
_serve.rest_calls(upstox_client, upstox_client.ApiClient(configuration))[sys.argv[2]]()
unit = 1 if sys.platform == "darwin" else 1024
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6)
