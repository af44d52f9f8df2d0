"""What type checkers say about programs with flows: nothing where they are right, and all that is wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ASYNC = [HERE / "typed_trader.py", HERE / "typed_orders.py"]
PROGRAMS = [HERE / "typed_flows.py", *ASYNC]

# Line -> what is said about it.
Findings = dict[tuple[str, int], set[str]]

_MARK = re.compile(r"  # (report\w+), ([\w-]+)$")


def checker(name: str) -> Path:
    path = Path(sys.executable).with_name(name)
    if not path.exists():
        pytest.skip(f"{name} is not installed beside {sys.executable}")
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The programs, and the sync ones that are made of the async ones by leaving out what waits."""
    folder = tmp_path_factory.mktemp("made")
    for program in ASYNC:
        text = re.sub(r"await |async |Async(?=[A-Z])", "", program.read_text().partition("# Wrong")[0])
        (folder / f"{program.stem}_sync.py").write_text(text)
    return [*map(str, PROGRAMS), *map(str, sorted(folder.iterdir()))]


def marked(which: int) -> Findings:
    """The lines that are to be refused, each with the rule."""
    return {
        (program.name, number): {mark[which]}
        for program in PROGRAMS
        for number, line in enumerate(program.read_text().splitlines(), 1)
        if (mark := _MARK.search(line))
    }


def agreed(found: Findings, wanted: Findings) -> None:
    assert set(found) == set(wanted)
    assert {line: rules for line, rules in wanted.items() if not rules <= found[line]} == {}


def test_pyright_refuses_what_is_wrong_and_nothing_else(tmp_path: Path, files: list[str]) -> None:
    project = tmp_path / "pyrightconfig.json"
    settings = {"typeCheckingMode": "strict", "pythonVersion": "3.11", "include": files}
    project.write_text(json.dumps(settings | {"reportUnusedExpression": False, "reportUnusedCallResult": False}))
    command = [checker("basedpyright"), "--project", project, "--pythonpath", sys.executable, "--outputjson"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=ROOT)
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == len(files), done.stderr
    found: Findings = defaultdict(set)
    for said in report["generalDiagnostics"]:
        found[Path(said["file"]).name, said["range"]["start"]["line"] + 1].add(str(said.get("rule")))
    agreed(found, marked(1))


def test_mypy_refuses_what_is_wrong_and_nothing_else(files: list[str]) -> None:
    command = [checker("mypy"), "--no-color-output", "--no-error-summary", "--no-pretty", "--show-error-codes"]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False, timeout=240, cwd=ROOT)
    assert done.returncode == 1, done.stdout + done.stderr
    found: Findings = defaultdict(set)
    for name, line, rule in re.findall(r"(\w+\.py):(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE):
        found[name, int(line)].add(rule)
    agreed(found, marked(2))
