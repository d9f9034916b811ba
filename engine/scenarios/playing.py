"""Plays a scenario: each step through the same services as every door, on a clock that the story
moves.

Between two steps the clock goes from notice to notice, as a worker that runs would see them.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine import queries
from engine.case import Given
from engine.decide.taking import Step
from engine.errors import EngineError, RefusedError, ScenarioError
from engine.scenarios.reading import Scenario, Telling
from engine.service import cases, documents, outbox, reading, sequencing, ticking
from engine.service.changing import Outcome
from engine.service.outbox import Sender
from engine.service.workplace import By, Workplace


class VirtualClock:
    """A clock that only the story moves, a microsecond at every look."""

    def __init__(self, start: datetime) -> None:
        self.instant = start

    def __call__(self) -> datetime:
        """The instant, UTC."""
        self.instant += timedelta(microseconds=1)
        return self.instant

    def go_to(self, instant: datetime) -> None:
        """Move on to an instant; it never goes back."""
        self.instant = max(self.instant, instant)


@dataclass(slots=True)
class Player:
    """A scenario on a partnership's store."""

    place: Workplace
    clock: VirtualClock
    sender: Sender | None = None
    watch: Callable[[Telling, Outcome | None], None] = lambda telling, outcome: None
    ref: str = ""
    opened: list[str] = field(default_factory=list)

    def play(self, scenario: Scenario) -> str:
        """Play every step; yields the reference of the case.

        Raises ScenarioError, naming the step, when something is not as the scenario says.
        """
        for number, telling in enumerate(scenario.steps, 1):
            if telling.at:
                self._go_to(scenario, telling.at)
            try:
                outcome = self._do(scenario, telling)
                self._expect(telling)
            except ScenarioError as error:
                raise ScenarioError(f"{scenario.title}, step {number}: {error}") from None
            self.watch(telling, outcome)
        return self.ref

    def _go_to(self, scenario: Scenario, instant: datetime) -> None:
        for outage in scenario.outages:
            if outage.since <= instant:
                self._tick_until(min(outage.since, instant))
                if instant < outage.until:
                    self.clock.go_to(instant)
                    return
                self.clock.go_to(outage.until)
                self._tick()
        self._tick_until(instant)
        self.clock.go_to(instant)

    def _tick_until(self, instant: datetime) -> None:
        while (moment := self._next_notice()) and moment <= instant:
            self.clock.go_to(moment + timedelta(seconds=15))
            self._tick()

    def _tick(self) -> None:
        ticking.fire_due(self.place)
        if self.sender:
            outbox.send_waiting(self.place, self.sender)
        sequencing.seal_new(self.place)
        ticking.ticked(self.place)

    def _next_notice(self) -> datetime | None:
        with self.place.database.read() as tx:
            row = tx.row(queries.NEXT_NOTICE, (self.place.log,))
        return datetime.fromtimestamp(row[0] / 1_000_000, UTC) if row and row[0] else None

    def _do(self, scenario: Scenario, telling: Telling) -> Outcome | None:
        if not telling.verb or telling.verb == "wait":
            return None
        try:
            outcome = self._verb(scenario, telling)
        except RefusedError as error:
            said = "\n".join([str(error), *(f"{need.what} {need.how}" for need in error.unmet)])
            if telling.refused and telling.refused in said:
                return None
            raise ScenarioError(f"it was refused: {said}") from error
        except EngineError as error:
            raise ScenarioError(str(error)) from error
        if telling.refused:
            raise ScenarioError(f"it should have been refused: {telling.refused}")
        return outcome

    def _verb(self, scenario: Scenario, telling: Telling) -> Outcome:
        by, ref, given = self._by(telling), self.ref + telling.case, _given(telling)
        if telling.verb == "open":
            options = telling.options
            made = cases.open_new(
                self.place,
                by,
                scenario.workflow,
                given,
                historic=bool(options.get("historic")),
                edition=str(options.get("edition", "")),
            )
            self.ref = made.ref
            return made
        simple = _SIMPLE.get(telling.verb)
        if simple:
            return simple(self.place, by, ref, telling)
        if telling.verb == "take":
            done = bool(telling.options.get("already_done"))
            step = Step(telling.object, given, already_done=done)
            linked = [_one(name, value) for name, value in telling.linked.items()]
            return cases.take_step(self.place, by, ref, step, linked)
        if telling.verb == "redate":
            n = self._step_number(ref, telling.object)
            return cases.redate(self.place, by, ref, n, telling.answers["day"])
        raise ScenarioError(f'"{telling.verb}" cannot be played here')

    def _by(self, telling: Telling) -> By:
        options = telling.options
        return By(
            telling.by,
            decided_by=options.get("decided_by", ""),
            evidence=options.get("evidence", ""),
            on=options.get("happened", ""),
            reason=options.get("reason", ""),
        )

    def _step_number(self, ref: str, step: str) -> int:
        for event in reversed(reading.history(self.place, ref)):
            if event["type"] == "transition taken" and event["body"]["transition"] == step:
                return int(event["n"])
        raise ScenarioError(f"{step} was never taken")

    def _expect(self, telling: Telling) -> None:
        if not telling.then:
            return
        shown = reading.show(self.place, By(telling.by), self.ref + telling.case)
        for what, wanted in telling.then.items():
            found = _EXPECTATIONS[what](self, shown, wanted)
            if found != wanted:
                raise ScenarioError(f"{what} should be {wanted}, and is {found}")


def _given(telling: Telling) -> tuple[Given, ...]:
    return tuple(_one(name, value) for name, value in telling.answers.items())


def _one(name: str, value: str | None, status: str = "answered") -> Given:
    question, _, of = name.partition("/")
    return Given(question, value, of, status=status)


def _silent(telling: Telling, status: str) -> list[Given]:
    return [_one(name, None, status) for name in telling.object.split()]


def _attach(place: Workplace, by: By, ref: str, telling: Telling) -> Outcome:
    question, _, of = telling.object.partition("/")
    content = telling.answers.get("content", "A document of the sample case.").encode()
    name = telling.answers.get("name", f"{question}.txt")
    return documents.attach(place, by, ref, question, documents.File(name, io.BytesIO(content)), of)


_SIMPLE: dict[str, Callable[[Workplace, By, str, Telling], Outcome]] = {
    "record": lambda p, by, ref, t: cases.record(p, by, ref, _given(t)),
    "ask": lambda p, by, ref, t: cases.record(p, by, ref, _silent(t, "asked")),
    "no reply": lambda p, by, ref, t: cases.record(p, by, ref, _silent(t, "no reply")),
    "attach": _attach,
    "add": lambda p, by, ref, t: cases.add_person(p, by, ref, t.object, _given(t))[1],
    "approve": lambda p, by, ref, t: cases.approve(p, by, ref, t.object),
    "correct": lambda p, by, ref, t: cases.correct(p, by, ref, _given(t)),
    "undo": lambda p, by, ref, t: cases.undo(p, by, ref),
    "extend": lambda p, by, ref, t: cases.extend(
        p, by, ref, t.object, t.answers["to"], t.answers["agreed_by"]
    ),
    "delay": lambda p, by, ref, t: cases.delay(p, by, ref, t.object, t.answers["told"]),
    "erase": lambda p, by, ref, t: documents.erase_person(p, by, ref, t.object, t.answers["basis"]),
}


def _deadlines(shown: dict[str, Any], wanted: dict[str, str], column: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in wanted:
        timescale, _, no = name.partition(" ")
        matching = [d for d in shown["deadlines"] if d["timescale"] == timescale]
        if no:
            matching = [d for d in matching if d["no"] == int(no)]
        found[name] = matching[-1][column] if matching else "not started"
    return found


def _told(player: Player, shown: dict[str, Any], wanted: list[str]) -> list[str]:
    place = player.place
    with place.database.read() as tx:
        rows = tx.rows(queries.LATEST_MESSAGES, (place.log, shown["ref"], place.log, shown["ref"]))
    return sorted({str(row[0]) for row in rows})


_EXPECTATIONS: dict[str, Callable[[Player, dict[str, Any], Any], Any]] = {
    "state": lambda player, shown, wanted: shown["state"],
    "due": lambda player, shown, wanted: _deadlines(shown, wanted, "due_on"),
    "status": lambda player, shown, wanted: _deadlines(shown, wanted, "status"),
    "due_between": lambda player, shown, wanted: _deadlines(shown, wanted, "due_between"),
    "told": _told,
    "tasks": lambda player, shown, wanted: len(shown["tasks"]),
    "answer": lambda player, shown, wanted: {
        name: next((a["value"] for a in reversed(shown["answers"]) if a["question"] == name), None)
        for name in wanted
    },
}
