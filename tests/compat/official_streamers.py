"""Run by the official SDK's own interpreter: its streamers against the emulator; prints what they received as JSON.

The SDK has the addresses of Upstox built in. Here they are exchanged for the emulator's where the WebSocket is made;
everything else is as it was published.
"""

import json
import os
import sys
import threading

import websocket

import upstox_client

url, part, token, *arguments = sys.argv[1:]

Original = websocket.WebSocketApp


def here(address, **options):
    return Original(address.replace("wss://api.upstox.com", url.replace("http://", "ws://")), **options)


websocket.WebSocketApp = here


class Watch:
    """What a streamer has told, in order; `until` waits for a part of it."""

    def __init__(self, streamer):
        self.told = []
        self._changed = threading.Condition()
        self.streamer = streamer
        for event in ("open", "close", "message", "error", "reconnecting", "autoReconnectStopped"):
            streamer.on(event, self._note(event))

    def _note(self, event):
        def note(*values):
            with self._changed:
                self.told.append((event, *values))
                self._changed.notify_all()

        return note

    def until(self, condition, what):
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self), timeout=20):
                print(f"waited in vain for {what}; told so far: {self.told}", file=sys.stderr, flush=True)
                os._exit(1)  # the SDK's threads would go on

    def values(self, event):
        return [values for name, *values in self.told if name == event]

    def events(self):
        return [name for name, *_ in self.told]

    def messages(self):
        return [values[0] for values in self.values("message")]

    def feeds(self, kind=None):
        """Key and feed of every frame of a kind; a snapshot's type is not printed, since it is zero."""
        return [item for said in self.messages() if said.get("type") == kind for item in said.get("feeds", {}).items()]

    def in_mode(self, name, kind):
        """By key, the latest feed of a kind of frame in a mode; that of ltpc is not printed, since it is zero."""
        return {key: feed for key, feed in self.feeds(kind) if feed.get("requestMode", "ltpc") == name}


def client():
    configuration = upstox_client.Configuration()
    configuration.access_token = token
    return upstox_client.ApiClient(configuration)


MODES = {"ltpc": "ltpc", "full": "full_d5", "option_greeks": "option_greeks", "full_d30": "full_d30"}


def market(*keys):
    """Every mode for every key, each change of mode, and an end of one."""
    streamer = upstox_client.MarketDataStreamerV3(client(), list(keys), "ltpc")
    watch = Watch(streamer)
    streamer.connect()
    seen = {}
    for mode, name in MODES.items():
        if mode != "ltpc":
            streamer.change_mode(list(keys), mode)
        for kind in (None, "live_feed"):
            watch.until(
                lambda watch, kind=kind, name=name: set(keys) <= watch.in_mode(name, kind).keys(),
                f"{kind} in {mode}",
            )
        seen[mode] = watch.in_mode(name, None)
    before = len(watch.feeds())
    streamer.unsubscribe(list(keys[1:]))
    streamer.subscribe([keys[0]], "full")
    watch.until(lambda watch: len(watch.feeds()) > before, "the snapshot after unsubscribing")
    count = len(watch.messages())
    watch.until(lambda watch: len(watch.messages()) >= count + 3, "live frames after unsubscribing")
    left = sorted({key for said in watch.messages()[count:] for key in said.get("feeds", {})})
    events = sorted(set(watch.events()))
    streamer.disconnect()
    return {
        "first": watch.messages()[0],
        "kinds": [said.get("type") for said in watch.messages()[:2]],
        "snapshots": seen,
        "left": left,
        "events": events,
    }


def reconnect(key):
    """The connection breaks once, and is made again with what was subscribed to."""
    streamer = upstox_client.MarketDataStreamerV3(client(), [key], "ltpc")
    streamer.auto_reconnect(True, 0, 5)
    watch = Watch(streamer)
    streamer.connect()
    watch.until(lambda watch: watch.events().count("open") == 2, "a second connection")
    watch.until(lambda watch: len(watch.feeds()) == 2, "a second snapshot")
    streamer.disconnect()
    return {"told": [[name, *map(str, values)] for name, *values in watch.told if name != "message"]}


def portfolio(count):
    """Every update; the first line says when it is ready for them."""
    streamer = upstox_client.PortfolioDataStreamer(client(), True, True, True, True)
    watch = Watch(streamer)
    streamer.connect()
    watch.until(lambda watch: "open" in watch.events(), "the open")
    print("ready", flush=True)
    watch.until(lambda watch: len(watch.messages()) == int(count), f"{count} updates")
    streamer.disconnect()
    return {"messages": [json.loads(said) for said in watch.messages()]}


def refused(kind):
    """A dead token: one error, no reconnection."""
    streamer = (
        upstox_client.MarketDataStreamerV3(client(), [], "ltpc")
        if kind == "market"
        else upstox_client.PortfolioDataStreamer(client())
    )
    watch = Watch(streamer)
    streamer.connect()
    watch.until(lambda watch: "close" in watch.events(), "the close")
    return {"events": watch.events(), "error": str(watch.values("error")[0][0])}


parts = {"market": market, "reconnect": reconnect, "portfolio": portfolio, "refused": refused}
print(json.dumps(parts[part](*arguments)), flush=True)
os._exit(0)  # its threads end some ten seconds after a disconnect
