"""The benchmark of the instrument store runs to its end; nobody looks at a clock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "instruments.py"


def test_it_runs_to_its_end() -> None:
    command = [sys.executable, str(BENCHMARK), "--rows", "2000"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    for line in ("2,000 rows", "cold build, s", "warm open, ms", "search, ms: ATM offset", "memory, MB"):
        assert line in done.stdout
