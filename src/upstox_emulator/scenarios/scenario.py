"""A scenario: a name, and steps with their times. Read from YAML, and checked before anything is played."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec
import yaml

from upstox_emulator.scenarios.actions import (
    Break,
    Clear,
    Clock,
    Kick,
    Move,
    Order,
    OrderService,
    Release,
    SetPrice,
    Storm,
    Token,
    time_of,
)
from upstox_emulator.scenarios.play import Play

if TYPE_CHECKING:
    from upstox_emulator.emulator import Emulator

_LIBRARY: Final = Path(__file__).parent
_OFFSET: Final = re.compile(r"\+(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?")

AnyAction: TypeAlias = SetPrice | Move | Release | Order | OrderService | Break | Storm | Kick | Clock | Token | Clear


class ScenarioError(ValueError):
    """A scenario that cannot be read or played; the message says which step, and why."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A moment, and what is done at it.

    Attributes:
        at: `+5s`, `+2m30s`, `+1h` after the scenario began; or a time of the day, `09:15` or `03:30:00`: the first such
            moment that is not before the step that comes before.
        note: for the reader.
    """

    at: str = "+0s"
    note: str | None = None
    set_price: SetPrice | None = None
    move: Move | None = None
    release: Release | None = None
    order: Order | None = None
    order_service: OrderService | None = None
    fault: Break | None = None
    storm: Storm | None = None
    kick: Kick | None = None
    clock: Clock | None = None
    token: Token | None = None
    clear: Clear | None = None

    def __post_init__(self) -> None:
        if len(found := self._actions()) != 1:
            told = ", ".join(found) or "none"
            raise ValueError(f"a step has exactly one of {', '.join(_ACTIONS)}; this one has {told}")
        if self.offset is None:
            time_of(self.at)

    def _actions(self) -> list[str]:
        return [name for name in _ACTIONS if getattr(self, name) is not None]

    @property
    def action(self) -> AnyAction:
        """What is done."""
        action: AnyAction = getattr(self, self._actions()[0])
        return action

    @property
    def offset(self) -> float | None:
        """Seconds after the scenario began; None for a time of the day."""
        match = _OFFSET.fullmatch(self.at)
        if match is None or self.at == "+":
            return None
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds


_ACTIONS: Final = tuple(name for name in Step.__struct_fields__ if name not in {"at", "note"})


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scenario.

    Attributes:
        name: what it is called. about: what it is for.
        steps: in the order in which they are done.
    """

    name: str
    steps: list[Step]
    about: str = ""

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError("a scenario has at least one step")
        latest = 0.0
        for number, step in enumerate(self.steps, 1):
            if step.offset is not None:
                if step.offset < latest:
                    raise ValueError(f"step {number} ({step.at}) comes before the one above it; put them in order")
                latest = step.offset

    @classmethod
    def names(cls) -> list[str]:
        """The scenarios that come with the emulator."""
        return sorted(path.stem for path in _LIBRARY.glob("*.yaml"))

    @classmethod
    def load(cls, name_or_path: str | Path) -> Scenario:
        """One of the scenarios that come with the emulator, or one from a file.

        Raises:
            ScenarioError: there is none, or it is not right; the message says where.
        """
        path = _LIBRARY / f"{name_or_path}.yaml"
        if str(name_or_path) not in cls.names():
            path = Path(name_or_path)
        try:
            return cls.parse(path.read_text(encoding="utf-8"), str(name_or_path))
        except (OSError, UnicodeDecodeError) as error:
            known = ", ".join(cls.names())
            raise ScenarioError(
                f"{str(name_or_path)!r} is neither a file that can be read ({error}) nor one of {known}"
            ) from None

    @classmethod
    def parse(cls, text: str, source: str = "scenario") -> Scenario:
        """A scenario from YAML.

        Parameters:
            source: what it is called in errors.

        Raises:
            ScenarioError: it is not right; the message says where.
        """
        try:
            raw: Any = yaml.load(text, _Loader)  # noqa: S506 - a loader of plain values only
            return msgspec.convert(raw, cls)
        except yaml.YAMLError as error:
            raise ScenarioError(f"{source}: this is no YAML: {error}") from None
        except msgspec.ValidationError as error:
            raise ScenarioError(f"{source}: {_placed(str(error))}") from None

    def check(self, em: Emulator) -> None:
        """Look whether it can be played; the emulator need not run.

        Raises:
            ScenarioError: it needs an instrument that is not listed today.
        """
        for number, step in enumerate(self.steps, 1):
            for name in step.action.instruments():
                try:
                    em.market.key(name)
                except ValueError as error:
                    raise ScenarioError(f"{self.name}: step {number}: {error}") from None

    def play(self, em: Emulator) -> Play:
        """Play it from now on, as the emulator's clock goes.

        Raises:
            ScenarioError: it needs an instrument that is not listed today.
        """
        self.check(em)
        return Play(self, em)


def _placed(message: str) -> str:
    """Steps are counted from 1."""

    def told(match: re.Match[str]) -> str:
        return f"step {int(match[1]) + 1}" + (f", `{match[2]}`" if match[2] else "")

    return re.sub(r"`\$\.steps\[(\d+)\]\.?(.*)`$", told, message)


class _Loader(yaml.SafeLoader):
    """YAML without its surprises: `10:30` is a text, not 630, and `on` is no truth value."""


# The parent's own table has the surprises.
_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
for _type, _pattern, _begins in (
    ("bool", r"true|false", "tf"),
    ("int", r"[-+]?\d+", "-+0123456789"),
    ("float", r"[-+]?\d+\.\d+", "-+0123456789"),
    ("null", r"null|~", "n~"),
):
    for _begin in _begins:
        _resolvers.setdefault(_begin, []).append((f"tag:yaml.org,2002:{_type}", re.compile(rf"(?:{_pattern})$")))
_Loader.yaml_implicit_resolvers = _resolvers
