"""What all tests share: a process without Upstox in its environment, and both colours."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import hypothesis
import pytest

import upstox_client
from support.colours import Colour
from upstox_client import logs
from upstox_client.core import codec, limits

if "PYTEST_XDIST_WORKER" in os.environ:
    # The workers are measured for coverage; the programs that they start need not be, which takes half the time.
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)

hypothesis.settings.register_profile(
    "upstox",
    deadline=None,
    max_examples=100,
    # The same examples on every run, so that a red test is red for everybody; HYPOTHESIS_PROFILE=default looks further.
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "upstox"))


LONGEST = {
    "test_day.py",
    "test_docs.py",
    "test_examples.py",
    "test_benchmarks.py",
    "test_testing_page.py",
    "test_pages.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker is alone with it in the end."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(autouse=True)
def pristine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No environment variables, no default configuration, no handlers and no used-up limits of another test."""
    for name in list(os.environ):
        if (name.startswith("UPSTOX_") and name != "UPSTOX_OFFICIAL_PYTHON") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    limits._latest.clear()
    limits._by_user.clear()
    codec._warn_once.cache_clear()
    yield
    upstox_client.Configuration.set_default(None)
    logs.configure(debug=False, file=None, fmt=logs.FORMAT)
    logging.getLogger("upstox_client").setLevel(logging.NOTSET)


@pytest.fixture(params=["sync", "async"])
def colour(request: pytest.FixtureRequest) -> Iterator[Colour]:
    """Sync, then async."""
    colour = Colour(request.param)
    yield colour
    colour.close()
