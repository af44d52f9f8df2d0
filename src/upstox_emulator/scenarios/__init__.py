"""Scenarios: what happens on a bad day, as timed steps in YAML, played on an emulator.

::

    with Emulator() as em:
        Scenario.load("opening-gap").play(em)

See docs/emulator/scenarios.md.
"""

from __future__ import annotations

from upstox_emulator.scenarios.play import Play
from upstox_emulator.scenarios.scenario import Scenario, ScenarioError

__all__ = ["Play", "Scenario", "ScenarioError"]
