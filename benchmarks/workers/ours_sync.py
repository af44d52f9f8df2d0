import _serve
import upstox_client

before = _serve.threads_now()
api = upstox_client.UserApi()
_serve.serve(lambda: api.get_profile("2.0"), before)
