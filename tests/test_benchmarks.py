"""The benchmarks run: a few calls of each contender, without looking at a clock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support.official import official_python

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def quick(name: str, **environment: str) -> str:
    """What a benchmark prints when it is in a hurry."""
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / name), "--quick"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_rest_benchmark_runs_to_its_end() -> None:
    told = quick("rest.py", UPSTOX_OFFICIAL_PYTHON=official_python())
    for line in (
        "get_profile",
        "8 threads",
        "order book, 200 orders",
        "peak memory",
        "API classes and models among them: 0",
    ):
        assert line in told


def test_the_emulators_benchmark_runs_to_its_end() -> None:
    told = quick("emulator.py")
    for line in ("market, trades at once", "limit, rests", "ready in", "1,000 instruments", "core alone"):
        assert line in told
