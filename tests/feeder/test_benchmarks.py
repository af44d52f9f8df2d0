"""The feeds' benchmarks run: a few messages of each contender, without looking at a clock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support.official import official_python

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / script), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "UPSTOX_OFFICIAL_PYTHON": official_python()},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_feed_benchmark():
    said = run("feed.py", "--quick")
    for line in ("50 instruments a message", "official-style dict", "official SDK", "beside one of 50 ms a tick"):
        assert line in said


def test_the_soak(tmp_path):
    assert "ticks read, 1 reconnects" in run("soak.py", "--minutes", "0.02", "--out", str(tmp_path))
    assert (tmp_path / "soak.png").stat().st_size > 1000
