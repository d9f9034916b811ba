"""The stage on which scenarios are played: each on a store of its own in memory, long before its
first day, on a clock that the story moves.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
from engine.errors import EngineError, ScenarioError
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

    def play(self, scenario: Scenario) -> None:
        """Play a scenario to its end.

        Raises ScenarioError, with file and line, when something is not as the scenario says.
        """
        with self._place() as (place, clock):
            Player(place, clock).play(scenario)

    def watched(self, scenario: Scenario) -> tuple[Watch, EngineError | None]:
        """Play a scenario and see what it touches, to its end or to where something is not as it
        says; then what it is.
        """
        with self._place() as (place, clock):
            watch, stopped = Watch(place, scenario.workflow), None
            try:
                Player(place, clock, watch=watch.step).play(scenario)
            except EngineError as error:
                stopped = error
            watch.end()
            return watch, stopped

    @contextmanager
    def _place(self) -> Iterator[tuple[Workplace, VirtualClock]]:
        store = self.store.copy()
        try:
            yield _place(self, store)
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
