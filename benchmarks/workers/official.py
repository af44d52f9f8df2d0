"""The official SDK, in its own virtual environment; it takes no base URL from the environment."""

import sys

import _serve
import upstox_client

before = _serve.threads_now()
configuration = upstox_client.Configuration()
configuration.host = configuration.order_host = sys.argv[1]
configuration.access_token = sys.argv[2]
client = upstox_client.ApiClient(configuration)


class Answer:
    def __init__(self, body):
        self.data = body


def decoder(body, model):
    answer = Answer(body)
    return lambda: client.deserialize(answer, model)


_serve.serve(_serve.rest_calls(upstox_client, client), before, decoder)
