"""Plays a scenario: each step through the same services as every door, on a clock that the story
moves.

Between two steps the clock goes from notice to notice, as a worker that runs would see them.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine import queries
from engine.definition import Workflow
from engine.errors import EngineError, Otherwise, RefusedError, ScenarioError
from engine.scenarios import deeds, saying
from engine.scenarios.doing import VERBS, Done, attach, given, with_step
from engine.scenarios.expecting import EXPECTATIONS, linked_case
from engine.scenarios.story import Scenario, Telling
from engine.service import cases, ticking
from engine.service.looking import reading, viewing
from engine.service.trail import sequencing
from engine.service.virtual import VirtualClock
from engine.service.workplace import By, File, Workplace

A_TICK_LATER = timedelta(seconds=15)
"""How long after its moment a worker that runs comes to a notice."""


NOT_OPEN = "no case is open yet"
UNSAID = frozenset({"message sent", "people told"})
LATEST = 3
"""How many of the latest events are told where a story goes otherwise."""


class DiffersError(ScenarioError):
    """What was expected of a step, and what was so instead."""

    def __init__(self, pairs: list[saying.Pair]) -> None:
        self.pairs = pairs
        super().__init__("; ".join(found for _, found in pairs))


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
            except EngineError as error:
                raise self._otherwise(telling, error) from error
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
        if not (self.ref or telling.verb in ("open", "wait")):
            raise ScenarioError(NOT_OPEN)
        ref = self._case(telling.case)
        if telling.verb == "wait" and not telling.files:
            return Played(telling, ref, self.by)
        try:
            outcome = self._deed(scenario, telling, ref)
        except RefusedError as error:
            needs = (f"{need.said} ({need.how})" if need.how else need.said for need in error.unmet)
            said = "\n".join([str(error), *needs])
            if telling.refused and telling.refused in said:
                return Played(telling, ref, self.by, refusal=error)
            raise DiffersError([(_wanted(telling), f"it was refused: {said}")]) from error
        except EngineError as error:
            raise DiffersError([(_wanted(telling), str(error))]) from error
        if telling.refused:
            raise DiffersError([(_wanted(telling), "it was done")])
        return Played(telling, outcome.ref, self.by, outcome)

    def _deed(self, scenario: Scenario, telling: Telling, ref: str) -> Done:
        by, telling = self._by(telling), self._with_references(telling)
        given_with = with_step(self.place, ref, telling) if telling.files else ()
        before = [one for one in telling.files if one not in given_with]
        filed = [attach(self.place, By(self.person), ref, path) for path in before]
        if telling.verb == "wait":
            return filed[-1]
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
        linked = linked_case(reading.standing(self.place, self.ref), name)
        if linked is None:
            raise ScenarioError(f'there is no linked case "{name}"')
        return str(linked["ref"])

    def _expect(self, telling: Telling) -> None:
        if not telling.then:
            return
        if not self.ref:
            raise ScenarioError(NOT_OPEN)
        ref = self._case(telling.case)
        shown = reading.standing(self.place, ref)
        shown["before"] = self._before.get(ref, 0)
        shown["at_step"] = self._at_step.get(ref, 0)
        differing: list[saying.Pair] = []
        for what, wanted in telling.then.items():
            found = EXPECTATIONS[what][1](self.place, shown, wanted)
            if found != wanted:
                differing += saying.apart(self._workflow(ref), what, wanted, found)
        if differing:
            raise DiffersError(differing)

    def _versions(self) -> dict[str, int]:
        with self.place.database.read() as tx:
            return {str(ref): int(n) for ref, n in tx.rows(queries.VERSIONS, (self.place.log,))}

    def _workflow(self, ref: str) -> Workflow:
        with self.place.database.read() as tx:
            return viewing.view(self.place, tx, ref).edition.workflow

    def _otherwise(self, telling: Telling, error: EngineError) -> ScenarioError:
        """Where the story stopped, with what then stood on the record."""
        pairs = error.pairs if isinstance(error, DiffersError) else [("it can be done", str(error))]
        ref, place = self.ref, self.place
        with contextlib.suppress(EngineError):
            ref = self._case(telling.case)
        file, _, line = telling.where.rpartition(":")
        workflow = self._workflow(ref) if ref else None
        told = Otherwise(
            file,
            int(line),
            place.today().isoformat(),
            deeds.told(telling, telling.by or self.by, workflow, place.directory),
            tuple(wanted for wanted, _ in pairs),
            tuple(found.removesuffix(".") for _, found in pairs),
            reading.show(place, By(self.person), ref) if ref else None,
            tuple(_telling(reading.history(place, ref))[-LATEST:]) if ref else (),
        )
        return ScenarioError(str(told), told)


def _telling(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events that say what was done; that somebody was told of it goes without saying."""
    return [event for event in events if event["type"] not in UNSAID]


def _wanted(telling: Telling) -> str:
    if telling.refused:
        return f'it is refused, with the words "{telling.refused}"'
    return "the step is done"
