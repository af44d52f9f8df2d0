"""Prepared frames over a websocket: as fast as they are read, or at a steady rate. Told over a pipe what to send.

{"do": "flood", "keys": 50, "count": 1000}     so many frames, as fast as they are read
{"do": "pace", "rate": 5000, "count": 25000}   so many frames a second, each with its moment of sending in
                                               nanoseconds as `currentTs`
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import picows
from google.protobuf.json_format import ParseDict
from picows import WSListener, WSMsgType, WSTransport, WSUpgradeResponse, WSUpgradeResponseWithListener

from upstox_client.feeder import schema

SAMPLE = Path(__file__).parents[2] / "tests" / "samples" / "feed" / "live_full.json"


def frame(keys: int) -> schema.FeedResponse:
    """A frame of the documented full tick for so many instruments."""
    sample: dict[str, Any] = json.loads(SAMPLE.read_text())
    (feed,) = sample["feeds"].values()
    sample["feeds"] = {f"NSE_FO|{45450 + number}": feed for number in range(keys)}
    return ParseDict(sample, schema.FeedResponse())


class Client(WSListener):
    """The one that is connected."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.transport: WSTransport | None = None
        self.writable = asyncio.Event()
        self.writable.set()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self.server.client = self

    def on_ws_frame(self, transport: WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type == WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def on_ws_disconnected(self, _: WSTransport) -> None:
        self.writable.set()


class Server:
    """Sends to whoever connected last."""

    client: Client
    url = ""

    def enter(self, request: Any) -> Any:
        if not request.path.endswith(b"authorize"):
            return Client(self)
        address = f"ws{self.url.removeprefix('http')}/feed"
        body = json.dumps({"status": "success", "data": {"authorizedRedirectUri": address}})
        headers = {"Content-Type": "application/json"}
        return WSUpgradeResponseWithListener(WSUpgradeResponse.create_ok_response(body.encode(), headers), None)

    async def flood(self, keys: int, count: int) -> None:
        payload, client = frame(keys).SerializeToString(), self.client
        for _ in range(count):
            if not client.writable.is_set():
                await client.writable.wait()
            client.transport.send(WSMsgType.BINARY, payload)

    async def kick(self) -> None:
        self.client.transport.disconnect(graceful=False)

    async def pace(self, rate: float, count: int, keys: int = 1) -> None:
        """At a steady rate; what the timer lets slip is caught up with at once."""
        message, client = frame(keys), self.client
        begin = time.perf_counter()
        for number in range(count):
            while (early := begin + number / rate - time.perf_counter()) > 0:
                await asyncio.sleep(early if early > 0.002 else 0)
            message.currentTs = time.time_ns()
            client.transport.send(WSMsgType.BINARY, message.SerializeToString())

    async def run(self) -> None:
        listening = await picows.ws_create_server(self.enter, "127.0.0.1", 0, enable_auto_pong=False)
        self.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        print(f"ready at {self.url}", flush=True)
        commands: asyncio.Queue[str] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def read() -> None:
            for line in sys.stdin:
                loop.call_soon_threadsafe(commands.put_nowait, line)
            loop.call_soon_threadsafe(commands.put_nowait, "")

        threading.Thread(target=read, daemon=True).start()
        while line := await commands.get():
            command = json.loads(line)
            await getattr(self, command.pop("do"))(**command)


asyncio.run(Server().run())
