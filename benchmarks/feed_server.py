"""The emulator's feeds under load: how many full ticks a second reach one client, and twenty.

    python benchmarks/feed_server.py           all of it
    python benchmarks/feed_server.py --quick   a second of each, to see that it runs

The emulator and its clients are processes of their own. The emulator's clock is moved a second at a time, as fast as
the feed takes it; what counts is what the clients have received. The prices are those of the emulator's market. On a
machine that is busy with other things, look at the CPU time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import subprocess
import sys
import time
from typing import Any

INSTRUMENTS = 2000
CLIENTS = 20
WARM_UP = 25  # steps: the last minutes of so many instruments are looked up a hundred at a time

# Ticks a second to one client; market seconds in a real one to twenty.
AIM_ONE, AIM_MANY = 20_000, 1.0


# The emulator


def serve(clients: int) -> None:
    """Give out addresses, then step when told to, and tell what that took."""
    from upstox_emulator import Emulator
    from upstox_emulator.feed import server

    server.CONNECTIONS["plus"] = clients  # more than Upstox allows
    with Emulator(speed=0) as em:
        day = em.clock.now().date()
        listed = [one.key for one in em.venue.catalog.listed(day) if one.segment in {"NSE_EQ", "NSE_FO"}]
        feed = em.backend.feed
        addresses = [feed.invite("market", em.access_token) for _ in range(clients)]
        tell({"addresses": addresses, "keys": listed[:INSTRUMENTS]})
        steps = seconds = cpu = 0.0
        for line in sys.stdin:
            count, limit = json.loads(line)
            steps, seconds, cpu = 0, time.perf_counter(), time.process_time()
            while steps < count and time.perf_counter() - seconds < limit:
                em.clock.advance(1)
                feed.settle()
                steps += 1
            tell({"steps": steps, "seconds": time.perf_counter() - seconds, "cpu": time.process_time() - cpu})


# The clients


def listen() -> None:
    """Connect as many clients as there are addresses, and count what they receive."""
    import picows

    wanted = json.loads(sys.stdin.readline())

    class Client(picows.WSListener):
        def __init__(self) -> None:
            self.ticks = 0

        def on_ws_connected(self, transport: picows.WSTransport) -> None:
            message = {"guid": "b", "method": "sub", "data": {"mode": "full", "instrumentKeys": wanted["keys"]}}
            transport.send(picows.WSMsgType.BINARY, json.dumps(message).encode())

        def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
            if frame.msg_type == picows.WSMsgType.BINARY:
                self.ticks += entries(frame.get_payload_as_bytes())
            elif frame.msg_type == picows.WSMsgType.PING:
                transport.send_pong(frame.get_payload_as_bytes())

    async def run() -> None:
        loop = asyncio.get_running_loop()
        clients = [(await picows.ws_connect(Client, address))[1] for address in wanted["addresses"]]
        while any(client.ticks < len(wanted["keys"]) for client in clients):
            await asyncio.sleep(0.01)
        while True:
            tell({"ticks": sum(client.ticks for client in clients), "least": min(client.ticks for client in clients)})
            if not await loop.run_in_executor(None, sys.stdin.readline):
                return

    asyncio.run(run())


def entries(frame: bytes) -> int:
    """How many instruments are in a frame, from its outermost fields."""
    count, place = 0, 0
    while place < len(frame):
        tag = frame[place]
        value, shift, place = frame[place + 1] & 0x7F, 7, place + 1
        while frame[place] & 0x80:
            place += 1
            value |= (frame[place] & 0x7F) << shift
            shift += 7
        place += 1
        if tag & 7 == 2:
            count += tag == 0x12
            place += value
    return count


# Both


def tell(what: Any) -> None:
    print(json.dumps(what), flush=True)


class Part:
    """A process of its own, told over a pipe what to do next."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, what: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self.read()

    def read(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)


def measure(clients: int, seconds: float) -> tuple[float, float, float]:
    """Ticks a second that reached all clients together, market seconds in a real one, and the emulator's CPU in it."""
    emulator, listeners = Part("--serve", str(clients)), Part("--listen")
    try:
        before = listeners.ask(emulator.read())
        emulator.ask([WARM_UP, 60])
        before = settled(listeners)
        done = emulator.ask([1_000_000, seconds])
        received = settled(listeners)["ticks"] - before["ticks"]
        return received / done["seconds"], done["steps"] / done["seconds"], done["cpu"] / done["seconds"]
    finally:
        emulator.end()
        listeners.end()


def settled(listeners: Part) -> Any:
    """What has been received once nothing more comes."""
    known = listeners.ask("")
    while (now := listeners.ask("")) != known or time.sleep(0.2) or listeners.ask("") != now:
        known = now
    return now


def verdict(figure: float, aim: float) -> str:
    return f"aim {aim:,.0f}: {'met' if figure >= aim else 'MISSED'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a second of each, to see that it runs")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--listen", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        serve(options.serve)
    elif options.listen:
        listen()
    else:
        seconds = 1.0 if options.quick else 10.0
        print(f"Python {platform.python_version()}; {INSTRUMENTS} instruments in the mode full, loopback")
        ticks, speed, cpu = measure(1, seconds)
        print(f"one client: {ticks:,.0f} ticks/s ({verdict(ticks, AIM_ONE)}), {cpu / ticks * 1e6:.0f} µs CPU a tick")
        ticks, speed, cpu = measure(CLIENTS, seconds)
        print(
            f"{CLIENTS} clients: {ticks:,.0f} ticks/s, {speed:.1f} seconds of the market in a second "
            f"({verdict(speed, AIM_MANY)}), {cpu / speed:.2f} s CPU for each of them"
        )


if __name__ == "__main__":
    main()
