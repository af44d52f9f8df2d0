"""The package's face."""

from __future__ import annotations

import subprocess
import sys

import pytest

from upstox_client import auth
from upstox_client.auth import errors


def test_every_name_is_there():
    assert {name: getattr(auth, name) for name in auth.__all__}.keys() == set(auth.__all__)
    assert set(dir(auth)) == set(auth.__all__)
    assert set(errors.__all__) <= set(auth.__all__)
    assert auth.__all__ == sorted(auth.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name))
    with pytest.raises(AttributeError, match="nothing"):
        auth.nothing  # noqa: B018


def test_nothing_loads_before_it_is_touched():
    code = "import sys, upstox_client.auth.expiry; print(sorted(m for m in sys.modules if m.startswith('upstox')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == str(
        [
            "upstox_client",
            "upstox_client._version",
            "upstox_client.auth",
            "upstox_client.auth.expiry",
            "upstox_client.ist",
        ]
    )
