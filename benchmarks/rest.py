"""REST calls: ours, sync and async, beside the official SDK and a raw socket, in one run against one local server.

    make bench

Each contender is a process of its own. They take turns in short rounds, so that a drift of the machine's speed touches
all alike; what counts is the ratios. The server is the emulator, in its own process, without rate limits.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
OURS = sys.executable
OFFICIAL = os.environ.get("UPSTOX_OFFICIAL_PYTHON", str(ROOT / ".venv-official" / "bin" / "python"))
TOKEN = "benchmark-token"

ROUNDS = 8
CALLS = 400
THREADS = 8
THREAD_CALLS = 4000
IMPORTS = 9


class Worker:
    """A contender in its own process, told over a pipe what to do next."""

    def __init__(self, name: str, python: str, url: str) -> None:
        self.name = name
        environment = {
            **os.environ,
            "UPSTOX_BASE_URL": url,
            "UPSTOX_ACCESS_TOKEN": TOKEN,
            "UPSTOX_RATE_LIMIT": "off",
        }
        self._process = subprocess.Popen(
            [python, str(HERE / "workers" / f"{name}.py"), url, TOKEN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.start: dict[str, Any] = self._read()
        self.latencies: list[float] = []
        self.rates: list[float] = []

    def ask(self, **command: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} died with {self._process.wait()}")
        return json.loads(line)

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)

    def quantile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def start_server() -> tuple[subprocess.Popen[str], str]:
    command = [OURS, "-m", "upstox_emulator", "--port", "0", "--no-rate-limit", "--access-token", TOKEN]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    return server, server.stdout.readline().split()[-1]


def import_seconds(python: str, code: str) -> float:
    # Byte code is to be there already, as it is after the first run of any program.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def once(source: str) -> float:
        started = time.perf_counter()
        subprocess.run([python, "-c", source], check=True, env=environment)
        return time.perf_counter() - started

    once(code)
    pairs = [(once(code), once("pass")) for _ in range(IMPORTS)]
    return statistics.median(full - bare for full, bare in pairs)


def main() -> None:
    server, url = start_server()
    names = {"ours_sync": OURS, "ours_async": OURS, "official": OFFICIAL, "raw_socket": OURS}
    try:
        workers = {name: Worker(name, python, url) for name, python in names.items()}
        for worker in workers.values():
            worker.ask(do="calls", count=200)
        for _ in range(ROUNDS):
            for worker in workers.values():
                worker.latencies += worker.ask(do="calls", count=CALLS)["seconds"]
            for worker in workers.values():
                if worker.name != "raw_socket":
                    done = worker.ask(do="threads", threads=THREADS, count=THREAD_CALLS // ROUNDS)
                    worker.rates.append(done["count"] / done["seconds"])
        memory = {name: worker.ask(do="memory") for name, worker in workers.items()}
        starts = {name: worker.start for name, worker in workers.items()}
        for worker in workers.values():
            worker.stop()
    finally:
        server.terminate()
        server.wait(10)
    report(workers, starts, memory)


def report(workers: dict[str, Worker], starts: dict[str, Any], memory: dict[str, Any]) -> None:
    official, raw = workers["official"], workers["raw_socket"]
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores; get_profile on the emulator, loopback, HTTP/1.1"
    )
    print(f"{'':12}{'p50 ms':>9}{'p99 ms':>9}{'p50 / official':>16}{'p50 / raw':>11}{'calls/s':>10}{'x official':>12}")
    for worker in workers.values():
        p50, p99 = worker.quantile(0.5), worker.quantile(0.99)
        rate = statistics.median(worker.rates) if worker.rates else None
        row = f"{worker.name:12}{p50 * 1e3:9.3f}{p99 * 1e3:9.3f}{p50 / official.quantile(0.5):16.2f}"
        row += f"{p50 / raw.quantile(0.5):11.2f}"
        if rate is not None:
            row += f"{rate:10.0f}{rate / statistics.median(official.rates):12.1f}"
        print(row)
    print(f"calls/s: {THREADS} threads on one client (async: {THREADS} tasks)")
    ours = import_seconds(OURS, "import upstox_client")
    theirs = import_seconds(OFFICIAL, "import upstox_client")
    used = import_seconds(OURS, "import upstox_client; upstox_client.UserApi()")
    theirs_used = import_seconds(OFFICIAL, "import upstox_client; upstox_client.UserApi()")
    print(f"import: ours {ours * 1e3:.1f} ms, official {theirs * 1e3:.1f} ms, ratio {ours / theirs:.3f}")
    print(
        f"import and UserApi(): ours {used * 1e3:.1f} ms, official {theirs_used * 1e3:.1f} ms, {used / theirs_used:.3f}"
    )
    for name in ("ours_sync", "ours_async", "official"):
        start, later = starts[name], memory[name]
        print(
            f"{name}: one client at rest adds {start['threads']} threads; resident {start['rss_mb']:.1f} MB with a "
            f"client, {later['rss_mb']:.1f} MB after the run"
        )


if __name__ == "__main__":
    main()
