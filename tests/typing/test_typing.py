"""What type checkers say about programs that use the client: nothing where they are right, and all that is wrong."""

from __future__ import annotations

import ast
import inspect
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

import upstox_client
from upstox_client import aio
from upstox_client.core.operation import Operation

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROGRAMS = {"sync_calls.py": upstox_client, "async_calls.py": aio}

# File -> line -> what is said about it.
Findings = dict[str, dict[int, set[str]]]

# The rules that a line must break: basedpyright's, then mypy's.
_MARK = re.compile(r"  # (report\w+), ([\w-]+)$")


def checker(name: str) -> Path:
    path = Path(sys.executable).with_name(name)
    if not path.exists():
        pytest.skip(f"{name} is not installed beside {sys.executable}")
    return path


@pytest.fixture(scope="module")
def pyright(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What basedpyright says in strict mode."""
    project = tmp_path_factory.mktemp("pyright") / "pyrightconfig.json"
    files = [str(HERE / name) for name in (*PROGRAMS, "wrong.py")]
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
def mypy() -> Findings:
    """What mypy says, set up as for our own code: strict."""
    command = [checker("mypy"), "--no-color-output", "--no-error-summary", "--no-pretty", "--show-error-codes"]
    files = [str(HERE / name) for name in (*PROGRAMS, "wrong.py")]
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


def declared(package: object) -> set[tuple[str, str]]:
    """Every operation there is, as (class, name)."""
    classes = [(name, getattr(package, name)) for name in upstox_client.api.__all__]
    return {
        (name, attribute)
        for name, kind in classes
        for base in kind.__mro__
        for attribute in vars(base)
        if isinstance(inspect.getattr_static(kind, attribute), Operation)
    }


def called(program: ast.Module) -> set[tuple[str, str]]:
    """What the functions of a program call on parameters that are API objects, as (class, name)."""
    found: set[tuple[str, str]] = set()
    for function in program.body:
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        kinds = {parameter.arg: ast.unparse(parameter.annotation or parameter) for parameter in function.args.args}
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id in kinds:
                    found.add((kinds[owner.id], node.func.attr))
    return found


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_operation_is_called(name: str) -> None:
    operations = declared(PROGRAMS[name])
    assert len(operations) == 103
    assert called(ast.parse((HERE / name).read_text())) == operations


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


def test_both_colours_are_the_same_program() -> None:
    sync, twin = (ast.parse((HERE / name).read_text()) for name in PROGRAMS)
    functions = {f.name: ast.unparse(f) for f in sync.body if isinstance(f, ast.FunctionDef)}
    awaited = {f.name: ast.unparse(WithoutAwait().visit(f)) for f in twin.body if isinstance(f, ast.AsyncFunctionDef)}
    del functions["in_threads"]  # sync alone has threads
    assert awaited == functions
