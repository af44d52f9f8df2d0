"""What every contender for the feed does: count messages, look at the clock. Standard library only.

{"do": "count", "count": 1000}    answers "ready", then the seconds from the first to the last message and the CPU
{"do": "latency", "count": 1000}  the same, and how long each took from its sending (`currentTs`, nanoseconds)
"""

import json
import resource
import sys
import threading
import time


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Meter:
    """Told of each instrument of each message, on whatever thread."""

    def __init__(self):
        self.goal = self.seen = 0
        self.latencies = None
        self.over = threading.Event()

    def expect(self, count, *, latency):
        self.over.clear()
        self.latencies = [] if latency else None
        self.seen, self.goal = 0, count

    def took(self, sent):
        if self.latencies is not None:
            self.latencies.append(time.time_ns() - sent)
        self.seen += 1
        if self.seen == 1:
            self.began, self.cpu = time.perf_counter(), cpu_seconds()
        if self.seen == self.goal:
            self.seconds, self.cpu_used = time.perf_counter() - self.began, cpu_seconds() - self.cpu
            self.over.set()


def serve(meter, other=None):
    """Do what is asked; `other(command)` does what is not counting."""
    print(json.dumps({"connected": True}), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] not in {"count", "latency"}:
            other(command)
            print(json.dumps({"done": True}), flush=True)
            continue
        meter.expect(command["count"], latency=command["do"] == "latency")
        print(json.dumps({"ready": True}), flush=True)
        finished = meter.over.wait(120)
        result = {"finished": finished, "seen": meter.seen}
        if finished:
            result |= {"seconds": meter.seconds, "cpu": meter.cpu_used}
        if meter.latencies is not None:
            ordered = sorted(meter.latencies)
            result |= {"p50": ordered[len(ordered) // 2] / 1e6, "p99": ordered[int(len(ordered) * 0.99)] / 1e6}
        print(json.dumps(result), flush=True)
