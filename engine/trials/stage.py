"""The stage on which scenarios are played: each on a store of its own in memory, long before its
first day, on a clock that the story moves.
"""

from __future__ import annotations

import random
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from engine import calendars, database
from engine.calendars import Calendar
from engine.config import Settings
from engine.database.memory import Memory, template
from engine.definition import Workflow
from engine.edition import Edition
from engine.errors import ScenarioError
from engine.keys import Keys
from engine.scenarios.playing import Player
from engine.scenarios.story import Scenario
from engine.scenarios.watching import Watch
from engine.service import editions, virtual
from engine.service.virtual import VirtualClock
from engine.service.workplace import By, Workplace

BEFORE: Final = datetime(2018, 1, 1, tzinfo=UTC)
"""The day on which the partnership begins, before every story."""
SEED: Final = 16
_KEYS: Final = Keys(b"w" * 32, b"a" * 32, b"s" * 32)
"""Known to everybody: nothing here is a record."""


@dataclass(slots=True)
class Stage:
    """A process in use by its cast, ready for one scenario after the other."""

    settings: Settings
    calendars: dict[str, Calendar]
    store: Memory
    edition: Edition | None = None
    """Of the process that is in use; None before there is one."""

    def play(self, scenario: Scenario, watching: bool = False) -> Watch | None:
        """Play a scenario to its end, and say what it touched if that is wanted.

        Raises ScenarioError, with file and line, when something is not as the scenario says.
        """
        store = self.store.copy()
        try:
            place, clock = _place(self, store)
            watch = Watch(place, scenario.workflow) if watching else None
            player = Player(place, clock, watch=watch.step) if watch else Player(place, clock)
            player.play(scenario)
            if watch:
                watch.end()
            return watch
        finally:
            store.end()

    def with_process(self, workflow: Workflow, sources: dict[str, str]) -> Stage:
        """The same stage with this process in use."""
        made = Stage(self.settings, self.calendars, self.store.copy(), Edition(workflow))
        place, _ = _place(made, made.store)
        first = next(iter(place.directory.people), "")
        if not first:
            raise ScenarioError("people.toml names nobody who could play a part.")
        editions.activate(place, By(first), workflow, sources)
        return made

    def end(self) -> None:
        """Give its memory back."""
        self.store.end()


def empty(settings: Settings) -> Stage:
    """A stage without any process yet."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "template.db"
        database.create(f"sqlite:///{file}", settings.log, clock=virtual.KIND, durable=False)
        store = template(str(file))
    known = {name: calendars.load(name) for name in calendars.SHIPPED}
    return Stage(settings, known, store)


def _place(stage: Stage, store: Memory) -> tuple[Workplace, VirtualClock]:
    clock = VirtualClock(BEFORE)
    place = Workplace(
        log=stage.settings.log,
        database=store.open(),
        keys=_KEYS,
        directory=stage.settings.directory,
        calendars=stage.calendars,
        clock=clock,
        randomness=random.Random(SEED).randbytes,
        clock_kind=virtual.KIND,
        partnership=stage.settings.partnership,
        names=stage.settings.names,
    )
    if stage.edition:
        place.know(stage.edition)
    return place, clock
