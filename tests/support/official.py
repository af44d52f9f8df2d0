"""Where the official SDK is installed: in a virtual environment of its own, which `make test` makes."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

_DEFAULT = Path(__file__).parents[2] / ".venv-official" / "bin" / "python"


def official_python() -> str:
    """The interpreter that has the official SDK; the test is skipped where there is none."""
    python = Path(os.environ.get("UPSTOX_OFFICIAL_PYTHON", _DEFAULT))
    if not python.exists():
        pytest.skip(f"the official SDK is not installed at {python}; `make test` installs it")
    return str(python)


def official_result(script: Path, task: Any) -> Any:
    """What a script, run by the official SDK's interpreter, makes of a task; both are JSON."""
    command = [official_python(), str(script)]
    done = subprocess.run(command, input=json.dumps(task), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
