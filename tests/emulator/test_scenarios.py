"""Scenarios are read, and what is wrong with one is told with its place."""

from __future__ import annotations

import pytest

from upstox_emulator.scenarios import Scenario, ScenarioError


def parse(steps: str) -> Scenario:
    return Scenario.parse(f"name: x\nsteps:\n{steps}")


def test_a_scenario_is_read_from_a_file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nabout: of mine\nsteps:\n  - at: +1h2m3.5s\n    clear: {what: [orders]}\n")
    scenario = Scenario.load(path)
    assert (scenario.name, scenario.about, scenario.steps[0].offset) == ("mine", "of mine", 3723.5)
    assert Scenario.load(str(path)) == scenario


def test_those_that_come_with_the_emulator():
    assert set(Scenario.names()) >= {
        "opening-gap", "limit-up-lock", "partial-then-cancel-race", "token-dies-0330", "storm-429",
        "order-service-closed",
    }  # fmt: skip
    for name in Scenario.names():
        scenario = Scenario.load(name)
        assert scenario.name == name
        assert scenario.about


def test_yaml_has_no_surprises():
    assert parse("  - at: 10:30\n    storm: {times: 5}").steps[0].at == "10:30"
    order = parse("  - order: {deed: reject, text: no, tag: 'on', times: 5, price: null}").steps[0].order
    assert (order.text, order.tag, order.times, order.price) == ("no", "on", 5, None)
    assert parse("  - set_price: {instrument: RELIANCE, price: 1500.5, force: true}").steps[0].set_price.force is True
    assert parse("  - set_price: {instrument: RELIANCE, change: -2}").steps[0].set_price.change == -2


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("  - at: +5s", "exactly one of set_price, move.*has none.*step 1"),
        ("  - {storm: {}, kick: {}}", "this one has storm, kick"),
        ("  - {storm: {}}\n  - {strom: {}}", "unknown field `strom` - at step 2$"),
        ("  - {storm: {time: 1}}", "unknown field `time`.*step 1, `storm`$"),
        ("  - {fault: {kind: status, codes: 1}}", "unknown field `codes`"),
        ("  - {fault: {kind: hiccup}}", "Invalid enum value 'hiccup'.*step 1, `fault.kind`$"),
        ("  - {at: later, storm: {}}", "'later' is no time of the day; write HH:MM"),
        ("  - {at: '+', storm: {}}", "no time of the day"),
        ("  - {at: '25:00', storm: {}}", "no time of the day"),
        ("  - {at: 5, storm: {}}", "Expected `str`, got `int`"),
        ("  - {at: +5s, storm: {}}\n  - {at: +4s, storm: {}}", r"step 2 \(\+4s\) comes before the one above it"),
        ("  - {set_price: {instrument: X}}", "one of price, change or limit"),
        ("  - {set_price: {instrument: X, price: 1, change: 1}}", "one of price, change or limit"),
        ("  - {set_price: {instrument: X, limit: top}}", "Invalid enum value 'top'"),
        ("  - {set_price: {price: 1}}", "missing required field `instrument`"),
        ("  - {move: {instrument: X, to: []}}", "in the order of their times"),
        (
            "  - {move: {instrument: X, to: [{after: 5, price: 1}, {after: 1, price: 1}]}}",
            "in the order of their times",
        ),
        ("  - {move: {instrument: X, to: [{after: -1, price: 1}]}}", "in the order of their times"),
        ("  - {order: {deed: partial}}", "needs a `share`"),
        ("  - {order: {deed: delay}}", "needs `seconds`"),
        ("  - {order: {deed: fill, then_fill: 1}}", "goes with `deed: partial`, not with `deed: fill`"),
        ("  - {order: {deed: explode}}", "Invalid enum value 'explode'"),
        ("  - {clock: {}}", "steered by set, advance or speed"),
        ("  - {clock: {advance: -1}}", "by a positive time"),
        ("  - {clock: {set: noon}}", "no time of the day"),
        ("  - {order_service: {state: ajar}}", "Invalid enum value 'ajar'"),
        ("  - {clear: {what: [all]}}", "Invalid enum value 'all'"),
        ("  []", "at least one step"),
        ("  - {", "this is no YAML"),
    ],
)
def test_what_is_wrong_is_told(steps, said):
    with pytest.raises(ScenarioError, match=f"(?s)scenario: .*{said}"):
        parse(steps)


def test_what_is_no_scenario():
    with pytest.raises(ScenarioError, match="Expected `object`"):
        Scenario.parse("- 1")
    with pytest.raises(ScenarioError, match=r"'nothing' is neither a file that can be read .* nor one of .*gap"):
        Scenario.load("nothing")
