"""REST calls: ours, sync and async, beside the official SDK and a raw socket, in one run against one local server.

    make bench                                   all of it
    python benchmarks/rest.py --quick            a few calls of each, to see that it runs
    python benchmarks/rest.py --server emulator  small calls against the emulator, whose own time is in every figure
    python benchmarks/rest.py --together         server and clients on the same cores, as the scheduler puts them

Each contender is a process of its own. They take turns in short rounds, so that a drift of the machine's speed touches
all alike; what counts is the ratios. The server is a process, too; the bare one (`workers/answers.py`) sends canned
answers, so that what is measured is the client. It has a core of its own where there are two.
"""

from __future__ import annotations

import argparse
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

THREADS = 8


class Scale:
    """How much of everything is done."""

    def __init__(self, *, quick: bool) -> None:
        self.rounds = 1 if quick else 8
        self.calls = 20 if quick else 400
        self.thread_seconds = 0.05 if quick else 0.5
        self.big_calls = 1 if quick else 6
        self.imports = 1 if quick else 9


# What is asked for -> its title, and how much of the official time the whole call may take at most (None: no aim).
BIG = {
    "order book": ("order book, 200 orders", 0.12),
    "option chain": ("option chain, 120 strikes", 0.12),
    "quotes": ("full quotes, 500", None),
    "candles": ("candles, 10,000", None),
}


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


class Cores:
    """Who runs where: the server has the first core for itself, and the contenders have the others.

    Else the scheduler runs a blocking client and the server in turns on one core, where a wake-up costs next to
    nothing: an advantage over all others that no client has across a network.
    """

    def __init__(self, *, together: bool) -> None:
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        self.apart = len(cores) > 1 and not together
        self._server, self._contenders = (cores[:1], cores[1:]) if self.apart else (cores, cores)

    def of_the_server(self) -> None:
        """Where processes run that are started from now on."""
        self._run_on(self._server)

    def of_the_contenders(self) -> None:
        """Where processes run that are started from now on."""
        self._run_on(self._contenders)

    def _run_on(self, cores: list[int]) -> None:
        if self.apart:
            os.sched_setaffinity(0, cores)


def start_server(kind: str) -> tuple[subprocess.Popen[str], str]:
    command = [OURS, str(HERE / "workers" / "answers.py")]
    if kind == "emulator":
        command = [OURS, "-m", "upstox_emulator", "--port", "0", "--no-rate-limit", "--access-token", TOKEN]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    return server, server.stdout.readline().split()[-1]


def import_seconds(python: str, code: str, times: int) -> float:
    # Byte code is to be there already, as it is after the first run of any program.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def once(source: str) -> float:
        started = time.perf_counter()
        subprocess.run([python, "-c", source], check=True, env=environment)
        return time.perf_counter() - started

    once(code)
    pairs = [(once(code), once("pass")) for _ in range(times)]
    return statistics.median(full - bare for full, bare in pairs)


def output(command: list[str]) -> str:
    """What a command prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def verdict(value: float, aim: float | None, *, at_least: bool = False) -> str:
    """Whether an aim is met."""
    if aim is None:
        return ""
    met = value >= aim if at_least else value <= aim
    return f"  aim {'>=' if at_least else '<='} {aim:g}: {'met' if met else 'missed'}"


def small_calls(workers: dict[str, Worker], scale: Scale) -> None:
    """`get_profile` one after the other, and from eight threads."""
    for worker in workers.values():
        worker.ask(do="calls", count=scale.calls // 2)
    for _ in range(scale.rounds):
        for worker in workers.values():
            worker.latencies += worker.ask(do="calls", count=scale.calls)["seconds"]
        for worker in workers.values():
            if worker.name != "raw_socket":
                done = worker.ask(do="threads", threads=THREADS, seconds=scale.thread_seconds)
                worker.rates.append(done["count"] / done["seconds"])
    official, raw = workers["official"], workers["raw_socket"]
    print(
        f"{'get_profile':24}{'p50 ms':>9}{'p99 ms':>9}{'/ official':>12}{'/ raw':>8}{'calls/s':>10}{'x official':>12}"
    )
    for worker in workers.values():
        p50, p99 = worker.quantile(0.5), worker.quantile(0.99)
        row = f"{worker.name:24}{p50 * 1e3:9.3f}{p99 * 1e3:9.3f}{p50 / official.quantile(0.5):12.2f}"
        row += f"{p50 / raw.quantile(0.5):8.2f}"
        if worker.rates:
            rate = statistics.median(worker.rates)
            row += f"{rate:10.0f}{rate / statistics.median(official.rates):12.1f}"
        print(row)
    ours = workers["ours_sync"]
    rate = statistics.median(ours.rates) / statistics.median(official.rates)
    print(f"calls/s: {THREADS} threads on one client (async: {THREADS} tasks)")
    print(f"  p50 / official{verdict(ours.quantile(0.5) / official.quantile(0.5), 0.45)}")
    print(f"  p50 / raw     {verdict(ours.quantile(0.5) / raw.quantile(0.5), 1.8)}")
    print(f"  {THREADS} threads     {verdict(rate, 5, at_least=True)}")


def big_answers(workers: dict[str, Worker], scale: Scale) -> None:
    """Long answers: the whole call, and bytes to models alone."""
    asked = [(name, "calls") for name in ("ours_sync", "ours_async", "official")]
    asked += [(name, "decode") for name in ("ours_sync", "official")]
    print(f"\n{'ms':26}{'whole call':>34}{'bytes to models':>34}")
    print(f"{'':26}{'ours':>8}{'async':>8}{'official':>10}{'ratio':>8}{'ours':>14}{'official':>10}{'ratio':>10}")
    for what, (title, aim) in BIG.items():
        times: dict[tuple[str, str], list[float]] = {pair: [] for pair in asked}
        for _ in range(scale.rounds):
            for name, do in asked:
                times[name, do] += workers[name].ask(do=do, what=what, count=scale.big_calls)["seconds"]
        ms = {pair: statistics.median(found) * 1e3 for pair, found in times.items()}
        whole, official = ms["ours_sync", "calls"], ms["official", "calls"]
        decode, decode_official = ms["ours_sync", "decode"], ms["official", "decode"]
        row = f"{title:26}{whole:8.2f}{ms['ours_async', 'calls']:8.2f}{official:10.2f}{whole / official:8.3f}"
        row += f"{decode:14.2f}{decode_official:10.2f}{decode / decode_official:10.3f}"
        print(row + verdict(whole / official, aim))


def peaks(url: str) -> None:
    """What Python allocates for a call at most, and the most that a program which makes one ever holds."""
    print(f"\n{'peak memory, MB':26}{'of the call':>26}{'of the process':>26}")
    print(f"{'':26}{'ours':>8}{'official':>10}{'ratio':>8}{'ours':>8}{'official':>10}{'ratio':>8}")
    for what, (title, _) in BIG.items():
        script = str(HERE / "workers" / "peak.py")
        (whole, call), (whole_official, call_official) = (
            map(float, output([python, script, url, what]).split()) for python in (OURS, OFFICIAL)
        )
        row = f"{title:26}{call:8.2f}{call_official:10.2f}{call / call_official:8.2f}"
        row += f"{whole:8.1f}{whole_official:10.1f}{whole / whole_official:8.2f}"
        print(f"{row}  call:{verdict(call / call_official, 1)}; process:{verdict(whole / whole_official, 1)}")


def imports(scale: Scale) -> None:
    """What an import costs and loads."""
    used = "import upstox_client; upstox_client.UserApi()"
    print()
    for title, code, aim in (("import", "import upstox_client", 0.5), ("import and UserApi()", used, None)):
        ours, theirs = (import_seconds(python, code, scale.imports) for python in (OURS, OFFICIAL))
        shown = f"ours {ours * 1e3:.1f} ms, official {theirs * 1e3:.1f} ms, ratio {ours / theirs:.3f}"
        print(f"{title}: {shown}{verdict(ours / theirs, aim)}")
    listing = "import sys, upstox_client; print(*sorted(m for m in sys.modules if m.startswith('upstox_client')))"
    loaded = output([OURS, "-c", listing]).split()
    heavy = [name for name in loaded if name.startswith(("upstox_client.api", "upstox_client.models"))]
    print(f"modules of ours after the import: {len(loaded)}; API classes and models among them: {len(heavy)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few calls of each, to see that it runs")
    parser.add_argument("--server", choices=("bare", "emulator"), default="bare")
    parser.add_argument("--together", action="store_true", help="let clients and server share the cores")
    options = parser.parse_args()
    scale = Scale(quick=options.quick)
    cores = Cores(together=options.together)
    cores.of_the_server()
    server, url = start_server(options.server)
    cores.of_the_contenders()
    where = "on a core of its own" if cores.apart else "on the same cores"
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; loopback, HTTP/1.1")
    print(f"{options.server} server {where}")
    try:
        names = {"ours_sync": OURS, "ours_async": OURS, "official": OFFICIAL, "raw_socket": OURS}
        workers = {name: Worker(name, python, url) for name, python in names.items()}
        small_calls(workers, scale)
        if options.server == "bare":
            big_answers(workers, scale)
        for name in ("ours_sync", "ours_async", "official"):
            start, later = workers[name].start, workers[name].ask(do="memory")
            print(
                f"{name}: one client at rest adds {start['threads']} threads; resident {start['rss_mb']:.1f} MB with "
                f"a client, {later['rss_mb']:.1f} MB after the run"
            )
        for worker in workers.values():
            worker.stop()
        if options.server == "bare":
            peaks(url)
            imports(scale)
    finally:
        server.terminate()
        server.wait(10)


if __name__ == "__main__":
    main()
