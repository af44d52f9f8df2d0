import functools

import _serve
import upstox_client

before = _serve.threads_now()
client = upstox_client.ApiClient()


def decoder(path, model):
    @functools.cache
    def body():
        import answers  # large, and not to be in the memory at rest

        return answers.BODIES[path].encode()

    def decode():
        from upstox_client.core.codec import decode

        return decode(body(), getattr(upstox_client, model))

    return decode


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
