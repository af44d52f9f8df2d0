"""What type checkers say about programs that use the client: nothing where they are right, and all that is wrong."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from support.answers import operations
from upstox_client import aio

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# Those that must be right. The sync program is made of the async one.
PROGRAMS = ("async_calls.py", "sync_calls.py", "sync_only.py")

# File -> line -> what is said about it.
Findings = dict[str, dict[int, set[str]]]

# The rules that a line must break: basedpyright's, then mypy's.
_MARK = re.compile(r"  # (report\w+), ([\w-]+)$")


def checker(name: str) -> Path:
    path = Path(sys.executable).with_name(name)
    if not path.exists():
        pytest.skip(f"{name} is not installed beside {sys.executable}")
    return path


class WithoutAwait(ast.NodeTransformer):
    """Makes a sync program of an async one."""

    def visit_Await(self, node: ast.Await) -> ast.AST:
        return self.visit(node.value)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        return ast.FunctionDef(**{name: getattr(node, name) for name in node._fields}, lineno=node.lineno)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AST:
        self.generic_visit(node)
        return ast.With(**{name: getattr(node, name) for name in node._fields}, lineno=node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        node.module = (node.module or "").removesuffix(".aio")
        return node


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The programs, and the wrong one."""
    sync = tmp_path_factory.mktemp("made") / "sync_calls.py"
    program = WithoutAwait().visit(ast.parse((HERE / "async_calls.py").read_text()))
    sync.write_text(ast.unparse(ast.fix_missing_locations(program)))
    assert "await" not in sync.read_text().partition('"""\n')[2]
    return [str(sync), *(str(HERE / name) for name in ("async_calls.py", "sync_only.py", "wrong.py"))]


@pytest.fixture(scope="module")
def pyright(tmp_path_factory: pytest.TempPathFactory, files: list[str]) -> Findings:
    """What basedpyright says in strict mode."""
    project = tmp_path_factory.mktemp("pyright") / "pyrightconfig.json"
    project.write_text(
        json.dumps(
            {"typeCheckingMode": "strict", "pythonVersion": "3.11", "include": files, "reportUnusedExpression": False}
        )
    )
    command = [checker("basedpyright"), "--project", project, "--pythonpath", sys.executable, "--outputjson"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=ROOT)
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == len(files), done.stderr
    found: Findings = defaultdict(lambda: defaultdict(set))
    for said in report["generalDiagnostics"]:
        found[Path(said["file"]).name][said["range"]["start"]["line"] + 1].add(str(said.get("rule")))
    return found


@pytest.fixture(scope="module")
def mypy(files: list[str]) -> Findings:
    """What mypy says, set up as for our own code: strict."""
    command = [checker("mypy"), "--no-color-output", "--no-error-summary", "--no-pretty", "--show-error-codes"]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False, timeout=240, cwd=ROOT)
    assert done.returncode == 1, done.stdout + done.stderr
    found: Findings = defaultdict(lambda: defaultdict(set))
    for name, line, rule in re.findall(r"(\w+\.py):(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE):
        found[name][int(line)].add(rule)
    return found


def marked(which: int) -> dict[int, str]:
    """The lines of `wrong.py` that are to be refused, each with the rule."""
    lines = enumerate((HERE / "wrong.py").read_text().splitlines(), 1)
    return {number: mark[which] for number, line in lines if (mark := _MARK.search(line))}


@pytest.mark.parametrize("name", PROGRAMS)
def test_pyright_has_nothing_to_say_about_the_right_programs(pyright: Findings, name: str) -> None:
    assert pyright[name] == {}


@pytest.mark.parametrize("name", PROGRAMS)
def test_mypy_has_nothing_to_say_about_the_right_programs(mypy: Findings, name: str) -> None:
    assert mypy[name] == {}


def refused(found: Findings, rules: dict[int, str]) -> None:
    lines = found["wrong.py"]
    assert set(lines) == set(rules)
    assert {line: rule for line, rule in rules.items() if rule not in lines[line]} == {}


def test_pyright_refuses_what_is_wrong_and_nothing_else(pyright: Findings) -> None:
    assert len(marked(1)) > 50
    refused(pyright, marked(1))


def test_mypy_refuses_what_is_wrong_and_nothing_else(mypy: Findings) -> None:
    refused(mypy, marked(2))


# Nothing is left out


def called(program: ast.Module) -> set[str]:
    """What the functions of a program call on parameters that are API objects, as `UserApi.get_profile`."""
    found: set[str] = set()
    for function in program.body:
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        kinds = {parameter.arg: ast.unparse(parameter.annotation or parameter) for parameter in function.args.args}
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id in kinds:
                    found.add(f"{kinds[owner.id]}.{node.func.attr}")
    return found


def test_every_operation_is_called() -> None:
    program = ast.parse((HERE / "async_calls.py").read_text())
    assert len(operations(aio)) == 103
    assert called(program) == set(operations(aio)) == set(operations())
