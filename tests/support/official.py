"""Where the official SDK is installed: in a virtual environment of its own, which `make test` makes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_DEFAULT = Path(__file__).parents[2] / ".venv-official" / "bin" / "python"


def official_python() -> str:
    """The interpreter that has the official SDK; the test is skipped where there is none."""
    python = Path(os.environ.get("UPSTOX_OFFICIAL_PYTHON", _DEFAULT))
    if not python.exists():
        pytest.skip(f"the official SDK is not installed at {python}; `make test` installs it")
    return str(python)
