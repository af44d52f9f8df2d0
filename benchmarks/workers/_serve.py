"""What every contender does: take commands on standard input, answer on standard output. Standard library only."""

import json
import os
import sys
import threading
import time
from pathlib import Path


def threads_now():
    """Threads of this process, those of native libraries included where the system tells."""
    try:
        return sum(1 for _ in Path("/proc/self/task").iterdir())
    except OSError:
        return threading.active_count()


def rss_mb():
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def answer(value):
    print(json.dumps(value), flush=True)


def timed(call, count):
    seconds = []
    for _ in range(count):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return seconds


def in_threads(call, threads, count):
    def work():
        for _ in range(count // threads):
            call()

    running = [threading.Thread(target=work) for _ in range(threads)]
    started = time.perf_counter()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return {"count": count // threads * threads, "seconds": time.perf_counter() - started}


def serve(call, threads_before):
    answer({"threads": threads_now() - threads_before, "rss_mb": rss_mb()})
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "calls":
            answer({"seconds": timed(call, command["count"])})
        elif command["do"] == "threads":
            answer(in_threads(call, command["threads"], command["count"]))
        else:
            answer({"rss_mb": rss_mb()})
