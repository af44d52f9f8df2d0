"""The official streamer: ours, or the official SDK's own, which knows no other host and so is sent here."""

import os
import sys
import threading

import _feed
import upstox_client

url, token = sys.argv[1:3]
try:
    import websocket
except ImportError:
    pass
else:
    make = websocket.WebSocketApp.__init__

    def here(self, address, *args, **kwargs):
        make(self, address.replace("wss://api.upstox.com", url.replace("http", "ws", 1)), *args, **kwargs)

    websocket.WebSocketApp.__init__ = here

configuration = upstox_client.Configuration()
configuration.host = url
configuration.access_token = token
meter = _feed.Meter()
opened = threading.Event()


def message(data):
    sent = int(data["currentTs"])
    for feed in data["feeds"].values():
        if feed["fullFeed"]["marketFF"]["ltpc"]["ltp"] > 0:
            meter.took(sent)


streamer = upstox_client.MarketDataStreamerV3(upstox_client.ApiClient(configuration), [], "full")
streamer.on("open", opened.set)
streamer.on("message", message)
streamer.connect()
opened.wait(10)
_feed.serve(meter)
os._exit(0)  # the official threads keep a process for ever
