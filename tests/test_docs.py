"""The README's programs run, the demo runs to its end, and the documentation names what exists."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from upstox_emulator import Emulator

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *sorted(ROOT.glob("docs/**/*.md"))]
PROGRAMS = {
    f"{page.relative_to(ROOT)}-{number}": program
    for page in PAGES
    for number, program in enumerate(re.findall(r"<!-- run -->\n```python\n(.*?)```", page.read_text(), re.DOTALL), 1)
}


def run(arguments: list[str], cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        capture_output=True, text=True, timeout=60, check=False, cwd=cwd, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_programs_of_the_pages(name, tmp_path):
    with Emulator(access_token="your_access_token") as em:
        assert em.access_token == "your_access_token"
        cache = str(tmp_path / "cache")
        done = run(
            ["-c", PROGRAMS[name]], cwd=tmp_path, UPSTOX_BASE_URL=em.url, UPSTOX_ACCESS_TOKEN="your_access_token",
            UPSTOX_CACHE=cache,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    if name.startswith("README"):
        assert done.stdout


def test_the_demo():
    done = run([str(ROOT / "examples" / "first_light.py")], TERM="dumb")
    assert (done.returncode, done.stderr) == (0, "")
    for line in (
        "logged in                                      Asha Emulator (EM1234)",
        "10 RELIANCE, market         complete          10/10",
        "50 TCS, in parts            complete          50/50",
        "> waiting > connecting > open",
        "answered after 3 tries",
        "RequestTimeoutError after 1 try",
        "a withdrawal whose answer is lost              NetworkError after 1 try",
        "1 withdrawal, ₹500.00",
        "401 UDAPI100050 Invalid token used to access API",
    ):
        assert line in done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target
