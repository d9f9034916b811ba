"""Plays a scenario: each step through the same services as every door, on a clock that the story
moves.

Between two steps the clock goes from notice to notice, as a worker that runs would see them.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine import queries
from engine.errors import EngineError, RefusedError, ScenarioError
from engine.scenarios.doing import VERBS, Done, attach, given, with_step
from engine.scenarios.expecting import EXPECTATIONS, linked_case
from engine.scenarios.story import Scenario, Telling
from engine.service import cases, ticking
from engine.service.looking import reading
from engine.service.trail import sequencing
from engine.service.virtual import VirtualClock
from engine.service.workplace import By, File, Workplace

A_TICK_LATER = timedelta(seconds=15)
"""How long after its moment a worker that runs comes to a notice."""


@dataclass(frozen=True, slots=True)
class Played:
    """A step as it was played: what it did, or how it was refused."""

    telling: Telling
    ref: str
    by: str
    """As the story says it: a role, an agency or a person."""
    outcome: Done | None = None
    refusal: RefusedError | None = None


@dataclass(slots=True)
class Player:
    """A scenario on a partnership's store."""

    place: Workplace
    clock: VirtualClock
    worker: Callable[[], object] | None = None
    """What comes by between the steps; left out, notices fire and nothing is sent."""
    watch: Callable[[Played], None] = lambda played: None
    """Is told of every step, after it."""
    ticked: Callable[[], None] = lambda: None
    """Is told whenever the worker has come by."""
    ref: str = ""
    by: str = ""
    """Whoever acted last, as the story says it."""
    person: str = ""
    _cases: dict[str, str] = field(default_factory=dict)
    """The references of the cases that the story has opened, as it says them: `case 1`."""
    _before: dict[str, int] = field(default_factory=dict)
    """The number of the last entry of each case before the step."""
    _at_step: dict[str, int] = field(default_factory=dict)
    """The same when its time had come, after the notices on the way to it."""
    _over: list[int] = field(default_factory=list)
    """The outages that are over, by their number."""

    def play(self, scenario: Scenario) -> str:
        """Play every step; yields the reference of the case.

        Raises ScenarioError, with the file and the line of the step, when something is not as the
        scenario says.
        """
        for telling in scenario.steps:
            if telling.at:
                self._go_to(scenario, telling.at)
            if telling.then:
                self._at_step = self._versions()
            try:
                self.watch(self._do(scenario, telling))
                self._expect(telling)
                self._before = self._versions()
            except ScenarioError as error:
                raise ScenarioError(f"{telling.where}: {error}") from error
        self._come_by(scenario)
        return self.ref

    def _go_to(self, scenario: Scenario, instant: datetime) -> None:
        """The time until a step, with the worker coming by, except in an outage."""
        self._come_by(scenario)
        for number, outage in enumerate(scenario.outages):
            if number in self._over or instant <= outage.since:
                continue
            self._tick_until(outage.since)
            self.clock.go_to(min(instant, outage.until))
            if instant < outage.until:
                return
            self._over.append(number)
            self._tick()
        self._tick_until(instant)
        self.clock.go_to(instant)

    def _tick_until(self, instant: datetime) -> None:
        while (moment := self._next_notice()) and moment <= instant:
            self.clock.go_to(moment + A_TICK_LATER)
            self._tick()

    def _come_by(self, scenario: Scenario) -> None:
        """A worker that runs comes by after every step."""
        now = self.clock.instant
        if self.worker and not any(o.since <= now < o.until for o in scenario.outages):
            self.clock.go_to(now + A_TICK_LATER)
            self._tick()

    def _tick(self) -> None:
        if self.worker:
            self.worker()
        else:
            ticking.fire_due(self.place)
            sequencing.seal_new(self.place)
            ticking.ticked(self.place)
        self.ticked()

    def _next_notice(self) -> datetime | None:
        with self.place.database.read() as tx:
            row = tx.row(queries.NEXT_NOTICE, (self.place.log,))
        return datetime.fromtimestamp(row[0] / 1_000_000, UTC) if row and row[0] else None

    def _do(self, scenario: Scenario, telling: Telling) -> Played:
        if telling.by:
            self.by, self.person = telling.by, self._person(telling.by)
        ref = self._case(telling.case)
        if telling.verb == "wait":
            return Played(telling, ref, self.by)
        try:
            outcome = self._deed(scenario, telling, ref)
        except RefusedError as error:
            said = "\n".join([str(error), *(f"{need.what} ({need.how})" for need in error.unmet)])
            if telling.refused and telling.refused in said:
                return Played(telling, ref, self.by, refusal=error)
            raise ScenarioError(f"it was refused: {said}") from error
        except EngineError as error:
            raise ScenarioError(str(error)) from error
        if telling.refused:
            raise ScenarioError(f'it should have been refused with "{telling.refused}"')
        return Played(telling, outcome.ref, self.by, outcome)

    def _deed(self, scenario: Scenario, telling: Telling, ref: str) -> Done:
        by, telling = self._by(telling), self._with_references(telling)
        given_with = with_step(self.place, ref, telling) if telling.files else ()
        for path in (one for one in telling.files if one not in given_with):
            attach(self.place, By(self.person), ref, path)
        if telling.verb != "open":
            return VERBS[telling.verb](self.place, by, ref, telling)
        made = cases.open_new(
            self.place,
            by,
            scenario.workflow,
            given(self.place, by, ref, telling.answers),
            historic=bool(telling.options.get("historic")),
            edition=str(telling.options.get("edition", "")),
        )
        self.ref = self._cases[f"case {len(self._cases) + 1}"] = made.ref
        return made

    def _with_references(self, telling: Telling) -> Telling:
        meant = {name: self._cases.get(value, value) for name, value in telling.answers.items()}
        return replace(telling, answers=meant)

    def _by(self, telling: Telling) -> By:
        told = telling.options
        evidence = str(told.get("evidence", ""))
        source = io.BytesIO(b"What shows who decided it, of the sample case.")
        return By(
            self.person,
            decided_by=self._person(told["decided_by"]) if "decided_by" in told else "",
            shown=File(evidence, source) if evidence else None,
            on=told.get("happened", ""),
            reason=told.get("reason", ""),
            # As a door gives it, so that the command can be repeated.
            key=self.place.randomness(16).hex(),
        )

    def _person(self, name: str) -> str:
        """The person meant by a role, an agency or a person's own id, as of the story's day."""
        directory, day = self.place.directory, self.place.today().isoformat()
        if name in directory.people:
            return name
        if name in directory.agencies:
            return directory.contact(name, day)[0].person
        holders = directory.holders(name.replace(" ", "_"), day)
        if not holders:
            raise ScenarioError(f'nobody is "{name}" on {day}')
        return holders[0].person

    def _case(self, name: str) -> str:
        if not name:
            return self.ref
        linked = linked_case(reading.show(self.place, By(self.person), self.ref), name)
        if linked is None:
            raise ScenarioError(f'there is no linked case "{name}"')
        return str(linked["ref"])

    def _expect(self, telling: Telling) -> None:
        if not telling.then:
            return
        ref = self._case(telling.case)
        shown = reading.show(self.place, By(self.person), ref)
        shown["before"] = self._before.get(ref, 0)
        shown["at_step"] = self._at_step.get(ref, 0)
        for what, wanted in telling.then.items():
            found = EXPECTATIONS[what][1](self.place, shown, wanted)
            if found != wanted:
                wanted, found = _apart(wanted, found)
                raise ScenarioError(f"{what} should be {wanted}, and is {found}")

    def _versions(self) -> dict[str, int]:
        with self.place.database.read() as tx:
            return {str(ref): int(n) for ref, n in tx.rows(queries.VERSIONS, (self.place.log,))}


def _apart(wanted: Any, found: Any) -> tuple[Any, Any]:
    """What was wanted and what was found, of a table only where the two differ."""
    if not (isinstance(wanted, dict) and isinstance(found, dict)):
        return wanted, found
    names = [name for name in wanted if wanted[name] != found.get(name)]
    return {name: wanted[name] for name in names}, {name: found.get(name) for name in names}
