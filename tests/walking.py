"""A walk over a definition: each time something that somebody could do, and what must be so.

Each choice is a number drawn from outside, so that whoever draws can repeat and shorten a walk.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from engine import statements
from engine.case import Given, Rows
from engine.decide.entries.answers import YES_NO
from engine.decide.steps.taking import Step
from engine.definition import Question, Transition, Workflow
from engine.errors import RefusedError, UsageError
from engine.service import cases, editions, outbox, ticking
from engine.service.changing import Outcome
from engine.service.looking import ahead, documents, reading, viewing
from engine.service.looking.viewing import View
from engine.service.trail import sequencing, verifying
from engine.service.workplace import By, Workplace
from tests import oracles
from tests.needing import Office, UnableError
from tests.supplying import GIVE, Deed, OnPaper, plan, who_may, with_step

DAY = timedelta(days=1)
REASON = "because it was found to be so"
TEXTS = ("A plain answer.", "Zoë \U0001f9d2 עדות 证词", "line\r\nline\vline", "x" * 300)
GONE = (RefusedError, UsageError)


class Ticking(Protocol):
    """A clock that a walk moves."""

    instant: datetime


@dataclass(slots=True)
class Walk:
    """Somebody's work on the cases of one process."""

    place: Workplace
    clock: Ticking
    process: str
    opener: str
    refs: list[str] = field(default_factory=list)
    done: int = 0
    refused: int = 0
    said: list[str] = field(default_factory=list)
    """What was done, for whoever reads a failure."""

    def open(self, pick: int) -> None:
        """Open a case, one in four of them historic."""
        historic = pick % 4 == 0
        workflow = self._workflow()
        day = self._day(pick)
        given = [
            Given(name, self._value(workflow.questions[name], pick + at, historic=historic))
            for at, name in enumerate(workflow.opening)
            if workflow.questions[name].answer != "document"
        ]
        by = By(self.opener, on=day[:7] if historic and pick % 8 == 0 else day)
        self._attempt(
            "open",
            lambda: cases.open_new(self.place, by, self.process, given, historic=historic),
        )

    def advance(self, pick: int, which: int) -> None:
        """Take a step that starts from where a case is, after supplying all that it lists."""
        seen = self.view(pick)
        workflow, row = seen.edition.workflow, seen.case.row
        steps = workflow.from_state(seen.case.state)
        if not steps or workflow.was_set_aside(seen.case.state, row["closed_on"]):
            return
        step = steps[which % len(steps)]
        by = who_may(self.place, step, self.opener)
        deeds, left = plan(OnPaper(self.place, seen), by, step)
        for deed in (one for one in deeds if one.verb != GIVE):
            act = lambda deed=deed: deed.do(self.place, seen.case.ref)  # noqa: E731
            assert self._attempt(f"supply {deed.verb} {deed.given}", act), self.said[-1]
        by = replace(by, reason=REASON if pick % 2 else "")
        accepted = self._take(seen, by, step, deeds)
        assert accepted or left or not pick % 2, "\n".join(self.said)

    def do_as_told(self, pick: int, which: int) -> None:
        """Do all that `why-not` tells of a step, or all but one thing of it first, and take it."""
        seen = self.view(pick)
        steps = seen.edition.workflow.from_state(seen.case.state)
        if not steps:
            return
        step, ref = steps[which % len(steps)].id, seen.case.ref
        office = Office(self.place, self.clock, By(self.opener), which)
        self.said.append(f"{self.place.today()} as told: {step} on {ref}")
        with suppress(UnableError):
            unmet = ahead.why_not(self.place, office.looks, ref, step)["unmet"]
            if unmet and pick % 2:
                accepted = office.take(ref, step, without=which % len(unmet))
                assert not accepted, (unmet[which % len(unmet)], office.said, self.said)
            assert office.take(ref, step), (office.said, self.said)
        with self.place.database.read() as tx:
            known = [str(row[0]) for row in tx.rows('SELECT "ref" FROM "cases" ORDER BY "ref"')]
        self.refs += [one for one in known if one not in self.refs]

    def jump(self, pick: int, which: int) -> None:
        """Take any step of the process, whoever it is for; half the time as already done."""
        seen = self.view(pick)
        steps = list(seen.edition.workflow.transitions.values())
        step = steps[which % len(steps)]
        by = By(self.opener, on=self._day(pick // 3), reason=REASON if pick % 3 else "")
        self._take(seen, by, step, already_done=bool(which % 2))

    def record(self, pick: int, which: int) -> None:
        """Record answers to some questions, by whomever they are asked of."""
        seen = self.view(pick)
        given = self.some_answers(seen, which)
        by = By(self.opener, on=self._day(pick) if pick % 3 == 0 else "")
        self._attempt("record", lambda: cases.record(self.place, by, seen.case.ref, given))

    def correct(self, pick: int, which: int) -> None:
        """Put an answer right that is on record."""
        seen = self.view(pick)
        held = sorted(seen.case.rows.table("answers"))
        if not held:
            return
        _, question, of, no = held[which % len(held)]
        known = seen.edition.workflow.questions[str(question)]
        value = self._value(known, pick + which, historic=bool(seen.case.row["historic"]))
        given = [Given(known.id, value, str(of), int(no) if pick % 2 else 0)]
        by = By(self.opener, reason=REASON)
        self._attempt("correct", lambda: cases.correct(self.place, by, seen.case.ref, given))

    def undo(self, pick: int) -> None:
        """Set the latest step aside."""
        ref = self._ref(pick)
        by = By(self.opener, reason=REASON)
        self._attempt("undo", lambda: cases.undo(self.place, by, ref))

    def redate(self, pick: int, which: int) -> None:
        """Give an entry of the history, mostly a step, another day."""
        ref = self._ref(pick)
        events = reading.history(self.place, ref)
        steps = [e["n"] for e in events if e["type"] == "transition taken"] or [1]
        n = int(steps[which % len(steps)] if which % 8 else which % len(events) + 1)
        day = self._day(pick)
        by = By(self.opener, reason=REASON)
        self._attempt("redate", lambda: cases.redate(self.place, by, ref, n, day))

    def extend(self, pick: int, which: int) -> None:
        """Set a target beside a deadline, or explain its delay."""
        seen = self.view(pick)
        names = sorted(seen.edition.workflow.timescales)
        if not names:
            return
        name, ref = names[which % len(names)], seen.case.ref
        to = (self.place.today() + (pick % 90) * DAY).isoformat()
        by = By(self.opener, reason=REASON)
        if which % 2:
            self._attempt("delay", lambda: cases.delay(self.place, by, ref, name, "the Panel"))
        else:
            self._attempt(
                "extend", lambda: cases.extend(self.place, by, ref, name, to, "the chair")
            )

    def approve(self, pick: int, which: int) -> None:
        """Approve something that some step needs approved."""
        seen = self.view(pick)
        wanted = [a for t in seen.edition.workflow.transitions.values() for a in t.approve]
        people = sorted(self.place.directory.people)
        by, ref = By(people[which % len(people)]), seen.case.ref
        what = wanted[pick % len(wanted)].of if wanted else "nothing"
        self._attempt("approve", lambda: cases.approve(self.place, by, ref, what))

    def add_person(self, pick: int) -> None:
        """Add somebody whom the case is about."""
        ref, kind = self._ref(pick), ("child", "sibling", "nobody")[pick % 3]
        by = By(self.opener)
        self._attempt("add", lambda: cases.add_person(self.place, by, ref, kind)[1])

    def erase(self, pick: int) -> None:
        """Destroy what is known of somebody."""
        seen = self.view(pick)
        person = (*seen.case.people(), "p9")[pick % (len(seen.case.people()) + 1)]
        by, ref = By(self.opener), seen.case.ref
        self._attempt(
            "erase", lambda: documents.erase_person(self.place, by, ref, person, "a court's order")
        )

    def attach(self, pick: int, which: int) -> None:
        """Put a document on file."""
        seen = self.view(pick)
        asked = [q for q in seen.edition.workflow.questions.values() if q.answer == "document"]
        if not asked:
            return
        question = asked[which % len(asked)]
        file = documents.File("paper.txt", io.BytesIO(b"paper " * (pick % 50)))
        by, ref = By(self.opener), seen.case.ref
        act = lambda: documents.attach(self.place, by, ref, question.id, file)  # noqa: E731
        self._attempt("attach", act)

    def wait(self, days: int) -> None:
        """Days go by, and the worker comes by at the end of them, with several notices due."""
        self.clock.instant += days * DAY
        if days % 3:
            self.tick(days)

    def tick(self, pick: int) -> None:
        """The worker fires, sends and seals; one message in five cannot be delivered at once."""
        ticking.fire_due(self.place, batch=(1, 7, 500)[pick % 3])
        outbox.send_waiting(self.place, lambda message: "file: taken", most=pick % 5)
        sequencing.seal_new(self.place)
        ticking.ticked(self.place)
        self.said.append("tick")

    def view(self, pick: int) -> View:
        """One of the cases as it is now."""
        return self._seen(self._ref(pick))

    def problems(self, ref: str) -> list[str]:
        """What is wrong with one case; nothing, or sentences."""
        seen = self._seen(ref)
        events = reading.history(self.place, ref)
        row = seen.case.row
        days = oracles.days_by_hand(events)
        return [
            *oracles.off_the_map(events, seen.edition.workflow),
            *oracles.wrong_order(events),
            *oracles.fired_twice(events),
            *oracles.started_while_running(events),
            *oracles.wrong_days(seen, events),
            *oracles.differs(self._stored(ref), oracles.folded(events)),
            *(
                f"{name}: {row[name]}, by hand {day}"
                for name, day in days.items()
                if row[name] != day
            ),
        ]

    def verified(self) -> list[str]:
        """What verification of the whole store finds, the tree with it."""
        sequencing.seal_new(self.place)
        return verifying.verify(self.place).problems

    def _attempt(self, what: str, act: Callable[[], Outcome]) -> bool:
        before = self._everything()
        self.said.append(f"{self.place.today()} {what}")
        try:
            outcome = act()
        except GONE as error:
            self.refused += 1
            self.said[-1] += f" refused: {error}"
            assert self._everything() == before, "a refusal changed something"
            return False
        self.done += 1
        self.said[-1] += f" on {outcome.ref}: {[e['type'] for e in outcome.events]}"
        assert outcome.events, f"{what} was accepted and left no event"
        known = [outcome.ref, *outcome.opened]
        self.refs += [ref for ref in known if ref not in self.refs]
        self._kept_is_true()
        for ref in known:
            assert self.problems(ref) == [], "\n".join([*self.problems(ref), *self.said])
        return True

    def _kept_is_true(self) -> None:
        """What is kept of a case is so in the store, and holds all that would be read of it."""
        stored = {ref: self._stored(ref) for ref in self.place.store._kept}
        with self.place.database.read() as tx:
            for ref, kept in self.place.store._kept.items():
                read = self.place.store._read(tx, ref, whole=kept.whole)
                wrong = oracles.not_within(kept, stored[ref]) + oracles.not_within(read, kept)
                assert wrong == [], "\n".join([*wrong, *self.said])

    def _take(
        self,
        seen: View,
        by: By,
        step: Transition,
        deeds: Sequence[Deed] = (),
        *,
        already_done: bool = False,
    ) -> bool:
        workflow = seen.edition.workflow
        linked: list[Given] = []
        if step.opens:
            child = workflow.children[step.opens.process]
            linked = [
                Given(name, self._value(child.questions[name], 3, historic=False))
                for name in child.opening
            ]
        given, papers = with_step(deeds)
        wanted = Step(step.id, given, already_done, pass_over=already_done)
        return self._attempt(
            f"take {step.id}",
            lambda: cases.take_step(self.place, by, seen.case.ref, wanted, linked, papers),
        )

    def some_answers(self, seen: View, which: int) -> list[Given]:
        """Answers to a few questions, not all of which can be taken."""
        questions = list(seen.edition.workflow.questions.values())
        historic = bool(seen.case.row["historic"])
        given = []
        for at in range(1 + which % 3):
            question = questions[(which // 3 + at * 7) % len(questions)]
            of = self._of(seen, question, which + at)
            status = ("answered", "answered", "asked", "no reply")[(which + at) % 4]
            if not question.asked_of:
                status = "answered"
            value = self._value(question, which + at, historic=historic)
            given.append(Given(question.id, value if status == "answered" else None, of, 0, status))
        return given

    def _of(self, seen: View, question: Question, pick: int) -> str:
        if question.per:
            return (*seen.case.people(), "")[pick % (len(seen.case.people()) + 1)]
        if question.asked_of:
            agencies = sorted(self.place.directory.agencies)
            return agencies[pick % len(agencies)]
        return ""

    def _value(self, question: Question, pick: int, *, historic: bool) -> str:
        choices: Sequence[str] = question.choices or YES_NO
        if question.answer == "date":
            day = self._day(pick)
            return day[:7] if historic and pick % 5 == 0 else day
        if question.answer == "agencies":
            agencies = sorted(self.place.directory.agencies)
            return ",".join(agencies[: 1 + pick % 2])
        if question.answer == "number":
            return str(pick % 3)
        if question.answer in ("choice", "yes or no"):
            return choices[pick % len(choices)]
        if question.answer == "case" and self.refs and pick % 3:
            return self.refs[pick % len(self.refs)]
        return TEXTS[pick % len(TEXTS)]

    def _day(self, pick: int) -> str:
        """Today or a day before it; sometimes long ago, or a day to come."""
        today: date = self.place.today()
        if pick % 29 == 28:
            return "2016-01-04"
        if pick % 31 == 30:
            return (today + 40 * DAY).isoformat()
        return (today - (pick % 40 if pick % 2 else 0) * DAY).isoformat()

    def _ref(self, pick: int) -> str:
        if not self.refs:
            self.open(1)
        return self.refs[pick % len(self.refs)]

    def _seen(self, ref: str) -> View:
        with self.place.database.read() as tx:
            return viewing.view(self.place, tx, ref)

    def _workflow(self) -> Workflow:
        with self.place.database.read() as tx:
            return editions.to_open(self.place, tx, self.process).workflow

    def _everything(self) -> list[Any]:
        """A number or a row for all that a refusal must leave alone; only the access log grows."""
        with self.place.database.read() as tx:
            return [
                tx.rows("SELECT ref, version, head, state FROM cases ORDER BY ref"),
                tx.rows("SELECT count(*) FROM events WHERE stream <> 'access'"),
                tx.rows("SELECT count(*) FROM secrets WHERE stream <> 'access'"),
                *(
                    tx.rows(f"SELECT count(*) FROM {name}")
                    for name in ("subjects", "commands", "chunks", "documents", "messages")
                ),
            ]

    def _stored(self, ref: str) -> Rows:
        """The rows of a case as the database has them."""
        rows = Rows()
        with self.place.database.read() as tx:
            for table in oracles.OF_A_CASE:
                layout = statements.TABLES[table]
                for row in tx.rows(statements.select(table), (self.place.log, ref)):
                    size = len(layout.keys)
                    columns = dict(zip(layout.columns, row[size:], strict=True))
                    rows.table(table)[tuple(row[:size])] = columns
        return rows
