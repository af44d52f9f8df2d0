"""Every example runs to its end, on an emulator of its own and on one that the environment names."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from upstox_client import Upstox
from upstox_emulator import Emulator

FOLDER = Path(__file__).parents[2] / "examples"

# What each says on the emulator of seed 7, where the prices go as the example has written.
SAID = {
    "opening_range_breakout": [
        "09:15 to 09:29 IST: RELIANCE between 1526.00 and 1538.00",
        "09:40 IST: 1540.00 is a breakout; target 1564.00, stop 1526.00",
        "closed at the target; P&L +1,276.40 rupees",
    ],
    "straddle_with_stop": ["sold the 26000 straddle for", "CE 01 DEC 26 stopped out at", "is at its entry now"],
    "iron_condor_payoff": ["makes money between", "less than leg by leg", "drawn into iron_condor.png"],
    "pairs": ["+2.40 deviations apart: SELL 90 HDFCBANK", "closing", "together"],
    "portfolio_rebalancer": ["INFY        0.0% of  25%", "the second time", "SELL   4 INFY"],
    "tick_recorder": ["30 ticks of 3 instruments are in ticks.csv, 0 lost"],
    "gtt_ladder": ["1522.10: bought, then", "1460.60: not bought", "1 taken down; 20 RELIANCE left"],
    "covered_call_screener": ["calls of 6 shares fit"],
    "margin_watcher": ["closing NIFTY FUT 24 NOV 26: -65", "left: 200 RELIANCE"],
    "kill_switch_guard": [
        "refused by instruments",
        "refused by max_value",
        "rupees lost today: that is enough",
        "INFY is cancelled, 0 positions are open",
        "trading is halted",
        "killed at Upstox: NSE_EQ",
    ],
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def test_all_are_here() -> None:
    others = {"stage", "first_light", "market_day", "napkin"}
    assert {path.stem for path in FOLDER.glob("*.py")} - others == set(SAID)


@pytest.fixture
def play(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], str]:
    """Runs an example in this process, in a folder of its own."""
    monkeypatch.setenv("UPSTOX_CACHE", str(cache))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(FOLDER)

    def run(name: str) -> str:
        monkeypatch.setattr(sys, "argv", [f"{name}.py"])
        runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("name", SAID)
def test_an_example(name: str, play: Callable[[str], str], tmp_path: Path) -> None:
    said = play(name)
    for line in SAID[name]:
        assert line in said
    if name == "iron_condor_payoff":
        assert (tmp_path / "iron_condor.png").read_bytes().startswith(b"\x89PNG")
    if name == "tick_recorder":
        rows = (tmp_path / "ticks.csv").read_text().splitlines()
        assert len(rows) == 31
        assert rows[1].startswith("2026-11-23T10:00:00+05:30,")


def test_a_token_is_not_enough_for_real_money(play: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", "of-another-program")
    with pytest.raises(SystemExit, match="REAL_MONEY=yes"):
        play("margin_watcher")


def test_half_a_straddle_is_closed_again(play: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    with Emulator(seed=7, speed=500, rate_limit=False) as emulator:
        emulator.orders.on(side="SELL", times=1).reject("RMS: no")
        monkeypatch.setenv("UPSTOX_BASE_URL", emulator.url)
        monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", emulator.access_token)
        monkeypatch.setenv("UPSTOX_RATE_LIMIT", "off")
        said = play("straddle_with_stop")
        with Upstox(emulator.configuration()) as up:
            assert (len(up.trades()), len(up.positions.open)) == (2, 0)
    assert "not whole, so closed again" in said
    assert "stop" not in said.partition("not whole")[0]


@pytest.mark.parametrize("name", ["tick_recorder", "kill_switch_guard"])
def test_an_example_on_an_emulator_that_the_environment_names(name: str, cache: Path, tmp_path: Path) -> None:
    with Emulator(seed=7, speed=1500, rate_limit=False) as emulator:
        done = subprocess.run(
            [sys.executable, "-W", "error", str(FOLDER / f"{name}.py")],
            capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path,
            env={
                **os.environ,
                "UPSTOX_CACHE": str(cache),
                "UPSTOX_BASE_URL": emulator.url,
                "UPSTOX_ACCESS_TOKEN": emulator.access_token,
                "UPSTOX_RATE_LIMIT": "off",
            },
        )  # fmt: skip
        assert emulator.journal.calls(path="/v3/order/place") or name == "tick_recorder"
    assert (done.returncode, done.stderr) == (0, "")
