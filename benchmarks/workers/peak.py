"""A program that makes one call: tells the most memory that it ever held, and the most that a second one allocates."""

import resource
import sys
import tracemalloc

import _serve
import upstox_client

configuration = upstox_client.Configuration()
configuration.host = configuration.order_host = sys.argv[1]
configuration.access_token = "benchmark-token"
call = _serve.rest_calls(upstox_client, upstox_client.ApiClient(configuration))[sys.argv[2]]
call()
unit = 1 if sys.platform == "darwin" else 1024
whole = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
tracemalloc.start()
call()
print(whole / 1e6, tracemalloc.get_traced_memory()[1] / 1e6)
