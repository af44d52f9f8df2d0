"""One streamer's life, told in JSON lines: run by either package, in its own interpreter. Standard library only.

    python official_feeder.py URL market|portfolio

Commands come on standard input: a method's name and its arguments as JSON, or `end`.
"""

import inspect
import json
import os
import sys
import threading

import upstox_client

url, kind = sys.argv[1:3]
try:
    import websocket
except ImportError:
    pass
else:  # the official package knows one host only
    make = websocket.WebSocketApp.__init__

    def here(self, address, *args, **kwargs):
        make(self, address.replace("wss://api.upstox.com", url.replace("http", "ws", 1)), *args, **kwargs)

    websocket.WebSocketApp.__init__ = here

configuration = upstox_client.Configuration()
configuration.host = url
configuration.access_token = "the-token"
client = upstox_client.ApiClient(configuration)
if kind == "market":
    streamer = upstox_client.MarketDataStreamerV3(client, ["NSE_EQ|A"], "full")
else:
    streamer = upstox_client.PortfolioDataStreamer(client, order_update=True, position_update=True)
lock = threading.Lock()


def say(event, *args):
    shown = ["an error"] if event == "error" and not isinstance(args[0], str) else args
    with lock:
        print(json.dumps([event, *shown]), flush=True)


for name in streamer.Event.values():
    streamer.on(name, lambda *args, name=name: say(name, *args))

methods = [n for n in ("__init__", "on", "connect", "disconnect", "auto_reconnect", "subscribe", "unsubscribe",
                       "change_mode", "clear_subscriptions") if hasattr(streamer, n)]  # fmt: skip
parameters = {n: list(inspect.signature(getattr(type(streamer), n)).parameters) for n in methods}
with lock:
    print(json.dumps(["surface", parameters, streamer.Event, getattr(streamer, "Mode", None)]), flush=True)
streamer.connect()
for line in sys.stdin:
    name, *args = json.loads(line)
    if name == "end":
        break
    getattr(streamer, name)(*args)
os._exit(0)
