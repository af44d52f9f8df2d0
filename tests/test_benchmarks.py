"""The benchmarks run: a few calls of each contender, without looking at a clock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support.official import official_python

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_the_rest_benchmark_runs_to_its_end() -> None:
    environment = {**os.environ, "UPSTOX_OFFICIAL_PYTHON": official_python()}
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "rest.py"), "--quick"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    for line in (
        "get_profile",
        "8 threads",
        "order book, 200 orders",
        "peak memory",
        "API classes and models among them: 0",
    ):
        assert line in done.stdout
