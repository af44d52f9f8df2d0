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
PROGRAMS = re.findall(r"<!-- run -->\n```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def run(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_the_programs_of_the_readme(program, tmp_path):
    with Emulator(access_token="your_access_token") as em:
        assert em.access_token == "your_access_token"
        done = run(["-c", program], UPSTOX_BASE_URL=em.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert "EM1234" in done.stdout or "Asha Emulator has 600000.00 rupees" in done.stdout


def test_the_demo():
    done = run([str(ROOT / "examples" / "first_light.py")], TERM="dumb")
    assert (done.returncode, done.stderr) == (0, "")
    for line in (
        "logged in                                      Asha Emulator (EM1234)",
        "answered after 3 tries",
        "RequestTimeoutError after 1 try",
        "a withdrawal whose answer is lost              NetworkError after 1 try",
        "1 withdrawal, ₹500.00",
        "401 UDAPI100050 Invalid token used to access API",
    ):
        assert line in done.stdout


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")], ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target
