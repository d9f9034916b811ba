"""What would happen on cases by itself: notices fire in memory, each at its moment, by the very
rules by which they fire.

Nothing is written: it works on rows that were loaded to be read, with a clock of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from engine.calendars import Calendar, local_date
from engine.case import Actor, Case, Context, Key
from engine.decide.steps.taking import Step, take
from engine.decide.timing import firing
from engine.decide.what_if.memory import Around, MemoryDraft
from engine.decide.what_if.record import NEVER
from engine.directory import Directory
from engine.edition import Edition

CLOCK = Actor(decided="clock", recorded="clock", door="worker", proof="the engine itself")


@dataclass(frozen=True, slots=True)
class InMemory:
    """A case whose rows are held in memory, and what it rests on."""

    case: Case
    edition: Edition
    directory: Directory
    calendar: Calendar


class Supposed(NamedTuple):
    """A step that is supposed to be taken at an instant, by somebody."""

    at: datetime
    transition: str
    by: Actor


class Fired(NamedTuple):
    """A notice that fires: of which deadline, when, and what each person is told."""

    ref: str
    at: datetime
    timescale: str
    of: str
    no: int
    notice: str
    kind: str
    """remind or escalate."""
    late: bool
    due_on: str
    """The last day of its deadline, as it is then; empty where none is set."""
    n: int
    """The entry that it is on its case."""
    messages: tuple[dict[str, Any], ...]
    """As an event holds them: nobody's name, and no personal value."""


@dataclass(slots=True)
class Rehearsal:
    """Cases on their way through time, with nobody doing anything but what is supposed."""

    log: str
    clock: str
    """real or virtual: what an event says of its clock."""
    cases: Sequence[InMemory]
    fired: list[Fired] = field(default_factory=list)

    def run(self, now: datetime, until: datetime, supposed: Iterable[Supposed] = ()) -> None:
        """Let everything happen until an instant, in its order; the first case takes the steps.

        What is due already fires at once; steps of one instant keep their order. Raises
        RefusedError for a step that is refused although it is taken as already done.
        """
        for step in sorted(supposed, key=attrgetter("at")):
            self._fire_until(now, step.at)
            now = max(now, step.at)
            self._suppose(self.cases[0], step)
        self._fire_until(now, until)

    def by_the_clock(self, one: InMemory, at: datetime) -> MemoryDraft:
        """A draft of what the engine does by itself to a case at an instant."""
        return self._draft(one, at, CLOCK)

    def _fire_until(self, now: datetime, until: datetime) -> None:
        while True:
            moment, one = min(((_next(one.case), one) for one in self.cases), key=itemgetter(0))
            if moment == NEVER:
                return
            at = max(datetime.fromtimestamp(moment / 1_000_000, UTC), now)
            if at >= until:
                return
            self._fire(one, at)

    def _fire(self, one: InMemory, at: datetime) -> None:
        draft = self.by_the_clock(one, at)
        firing.fire(draft, _due(one.case, int(at.timestamp() * 1_000_000)))
        for event in draft.chain.events:
            if event["type"] == "notice fired":
                self.fired.append(_fired(one.case, at, event))

    def _suppose(self, one: InMemory, step: Supposed) -> None:
        draft = self._draft(one, step.at, step.by)
        take(draft, Step(step.transition, already_done=True, pass_over=True))

    def _draft(self, one: InMemory, at: datetime, actor: Actor) -> MemoryDraft:
        today = local_date(at)
        reason = "supposed" if actor is not CLOCK else ""
        context = Context(
            self.log,
            at,
            today,
            actor,
            f"rehearsed {at.isoformat()}",
            today.isoformat(),
            self.clock,
            reason,
            reason,
        )
        around = Around(one.directory, one.calendar)
        return MemoryDraft(one.case, one.edition, context, around, {})


def _fired(case: Case, at: datetime, event: dict[str, Any]) -> Fired:
    body = event["body"]
    row = case.deadlines()[(case.ref, body["timescale"], body["of"], body["no"])]
    return Fired(
        ref=case.ref,
        at=at,
        timescale=body["timescale"],
        of=body["of"],
        no=body["no"],
        notice=body["notice"],
        kind=body["kind"],
        late=bool(body["late"]),
        due_on=row["due_on"] or "",
        n=event["n"],
        messages=tuple(body["messages"]),
    )


def _next(case: Case) -> int:
    rows = case.rows.table("notices").values()
    return min((int(row["at"]) for row in rows if row["status"] == "waiting"), default=NEVER)


def _due(case: Case, now: int) -> list[Key]:
    rows = case.rows.table("notices").items()
    return [key for key, row in rows if row["status"] == "waiting" and row["at"] <= now]
