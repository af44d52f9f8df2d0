import _serve
import upstox_client

before = _serve.threads_now()
client = upstox_client.ApiClient()


def decoder(body, model):
    from upstox_client.core.codec import decode

    kind = getattr(upstox_client, model)
    return lambda: decode(body, kind)


_serve.serve(_serve.rest_calls(upstox_client, client), before, decoder)
