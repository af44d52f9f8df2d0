"""The flat face of the package."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys

import pytest

import upstox_client


def test_all_is_sorted_and_everything_in_it_is_there() -> None:
    names = upstox_client.__all__
    assert names == sorted(names)
    assert len(names) == len(set(names))
    for name in names:
        assert getattr(upstox_client, name) is not None
    assert set(names) <= set(dir(upstox_client))


@pytest.mark.parametrize("module", ["errors", "api", "models", "rest", "aio"])
def test_the_all_of_each_module_is_there(module: str) -> None:
    loaded = importlib.import_module(f"upstox_client.{module}")
    for name in loaded.__all__:
        assert hasattr(loaded, name)


def test_errors_in_the_flat_face_are_the_errors() -> None:
    for name in upstox_client.errors.__all__:
        assert getattr(upstox_client, name) is getattr(upstox_client.errors, name)


@pytest.mark.parametrize("name", ["Mapping", "msgspec", "cast", "nonsense", "_nonsense"])
def test_what_is_not_public_is_not_there(name: str) -> None:
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'"):
        getattr(upstox_client, name)


def fresh(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_loads_next_to_nothing() -> None:
    program = """
import sys, upstox_client
print(sorted(name for name in sys.modules if name.partition(".")[0] in {"upstox_client", "pyreqwest", "msgspec"}))
"""
    assert fresh(program) == "['upstox_client', 'upstox_client._version']\n"


@pytest.mark.parametrize(
    "program",
    [
        "from upstox_client import *; ApiException, Configuration, UserApi, GetProfileResponse, ApiClient, RetryPolicy",
        "import upstox_client; upstox_client.rest.ApiException",
        "import upstox_client; upstox_client.configuration.Configuration",
        "import upstox_client; upstox_client.api_client.ApiClient",
        "import upstox_client; upstox_client.models.Margin; upstox_client.api.UserApi; upstox_client.aio.UserApi",
        "from upstox_client.rest import ApiException",
        "from upstox_client.configuration import Configuration",
        "from upstox_client.api_client import ApiClient",
        "from upstox_client.api.login_api import LoginApi",
        "from upstox_client.models import Margin",
        "from upstox_client import aio, errors, models, rest",
        "import upstox_client.aio; upstox_client.aio.ApiClient",
        "import upstox_client.core.operation",
        "import upstox_client.redact, upstox_client.logs",
    ],
)
def test_every_way_in_works_in_a_fresh_interpreter(program: str) -> None:
    fresh(program)


def test_a_configuration_and_an_error_do_not_load_the_apis() -> None:
    program = """
import sys, upstox_client
upstox_client.Configuration(), upstox_client.ApiException
print([name for name in sys.modules if name.startswith(("upstox_client.api", "upstox_client.models", "pyreqwest"))])
"""
    assert fresh(program) == "[]\n"


def test_an_api_class_loads_its_own_models_only() -> None:
    program = """
import sys, upstox_client
upstox_client.NewsApi
print([name for name in sys.modules if name.startswith(("upstox_client.api.", "upstox_client.models."))])
"""
    loaded = ["models._base", "models._deep", "api.news_api", "models.news", "models.paging"]
    assert set(ast.literal_eval(fresh(program))) == {"upstox_client." + name for name in loaded}


def test_the_package_is_typed() -> None:
    from importlib.resources import files

    assert (files(upstox_client) / "py.typed").is_file()
