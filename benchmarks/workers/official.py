"""The official SDK, in its own virtual environment; it takes no base URL from the environment."""

import functools
import sys

import _serve
import upstox_client

before = _serve.threads_now()
configuration = upstox_client.Configuration()
configuration.host = configuration.order_host = sys.argv[1]
configuration.access_token = sys.argv[2]
client = upstox_client.ApiClient(configuration)


class Answer:
    def __init__(self, path):
        import answers  # large, and not to be in the memory at rest

        self.data = answers.BODIES[path].encode()


def decoder(path, model):
    answer = functools.cache(Answer)
    return lambda: client.deserialize(answer(path), model)


_serve.serve(
    _serve.rest_calls(upstox_client, client),
    before,
    {
        "order book": decoder("/v2/order/retrieve-all", "GetOrderBookResponse"),
        "option chain": decoder("/v2/option/chain", "GetOptionChainResponse"),
        "quotes": decoder("/v2/market-quote/quotes", "GetFullMarketQuoteResponse"),
        "candles": decoder("/v3/historical-candle", "GetHistoricalCandleResponse"),
    },
)
