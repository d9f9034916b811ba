"""Supplying what `next` lists: on paper first, by the rules alone, then through the services."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.case import Case, Given, Rows
from engine.decide.draft import Draft
from engine.decide.entries import approving, correcting, people, recording
from engine.decide.entries.answers import YES_NO
from engine.decide.steps.needs import missing
from engine.decide.steps.taking import Step, take
from engine.definition import Condition, Question, Transition
from engine.directory import NOWHERE
from engine.errors import EngineError, Need, RefusedError
from engine.service import cases
from engine.service.changing import Outcome
from engine.service.drafting import drafted
from engine.service.looking import documents
from engine.service.looking.viewing import View
from engine.service.workplace import By, Workplace

GIVE = "give"
"""The verb of what is given with the step."""

REASON = "because it was found to be so"
PAPER = '{"document":"00","name":"paper.txt","sha256":"00"}'
ROUNDS = 6
_PATH = re.compile(
    r"(?:record --asked \S+, )?(record|attach|approve|give) ([a-z0-9_]+)(?:/([A-Za-z0-9_.-]+))?"
)


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that supplies a need: record, correct, attach, approve, add, or give."""

    verb: str
    by: By
    given: Given

    def do(self, place: Workplace, ref: str) -> Outcome:
        """Do it through the services; what is given with the step is not done by itself."""
        given = self.given
        if self.verb == "record":
            return cases.record(place, self.by, ref, [given])
        if self.verb == "correct":
            return cases.correct(place, self.by, ref, [given])
        if self.verb == "approve":
            return cases.approve(place, self.by, ref, given.question)
        if self.verb == "add":
            return cases.add_person(place, self.by, ref, given.question)[1]
        return documents.attach(place, self.by, ref, given.question, _file(), given.of)


class OnPaper:
    """A case as it would be: everything is decided, and nothing is saved."""

    def __init__(self, place: Workplace, seen: View) -> None:
        self.place = place
        self.edition = seen.edition
        self.ref = seen.case.ref
        self.rows = Rows()
        for name, rows in seen.case.rows.tables.items():
            self.rows.table(name).update({key: dict(row) for key, row in rows.items()})

    def draft(self, by: By, roles: tuple[str, ...] = ()) -> Draft:
        """A draft of the case as it would be by now."""
        return drafted(self.place, by, Case(self.ref, self.rows), self.edition, roles)

    def do(self, deed: Deed) -> None:
        """Decide a deed. Raises RefusedError."""
        draft, given = self.draft(deed.by), deed.given
        if deed.verb == "correct":
            correcting.correct(draft, [given])
        elif deed.verb == "approve":
            approving.approve(draft, given.question)
        elif deed.verb == "add":
            people.add(draft, given.question)
        else:
            recording.record(draft, [given])

    def record(self, by: By, given: Given) -> Draft:
        """Decide an answer. Raises RefusedError."""
        draft = self.draft(by)
        recording.record(draft, [given])
        return draft

    def take(
        self,
        by: By,
        step: Transition,
        given: tuple[Given, ...] = (),
        *,
        already_done: bool = False,
    ) -> Draft:
        """Decide a step. Raises RefusedError."""
        draft = self.draft(by, step.who)
        take(draft, Step(step.id, given, already_done))
        return draft


def who_may(place: Workplace, step: Transition, otherwise: str) -> By:
    """Somebody who may take a step today."""
    return _holder(place, step.who, otherwise)


def _holder(
    place: Workplace, roles: Iterable[str], otherwise: str, only_at: Mapping[str, str] = NOWHERE
) -> By:
    """Somebody who holds one of these roles today; of some roles, at one agency alone."""
    day, every = place.today().isoformat(), tuple(roles)
    for person in sorted(place.directory.people):
        if place.directory.acting(person, every, day, only_at):
            return By(person)
    return By(otherwise)


def plan(paper: OnPaper, by: By, step: Transition) -> tuple[list[Deed], list[Need]]:
    """What supplies all that a step lists, tried on paper; and what nobody can supply."""
    done: list[Deed] = []
    for _ in range(ROUNDS):
        listed = [one.need for one in missing(paper.draft(by, step.who), step)]
        deeds = [(need, list(_supply(paper, by, step, need))) for need in listed]
        needs = [need for need, made in deeds if not made or made[0] not in done]
        found = [deed for _, made in deeds for deed in made if deed not in done]
        if not found:
            return done, needs
        for deed in _once(found):
            if deed.verb != GIVE:
                paper.do(deed)
            done.append(deed)
    return done, needs


def with_step(deeds: Iterable[Deed]) -> tuple[tuple[Given, ...], tuple[documents.Paper, ...]]:
    """What of all this is given with the step itself: the answers, and the documents."""
    given = [deed.given for deed in deeds if deed.verb == GIVE]
    papers = [one for one in given if one.value == PAPER]
    return (
        tuple(one for one in given if one not in papers),
        tuple(documents.Paper(one.question, _file(), one.of) for one in papers),
    )


def _file() -> documents.File:
    return documents.File("paper.txt", io.BytesIO(b"A paper of the sample case."))


def _once(deeds: Iterable[Deed]) -> Iterable[Deed]:
    """One answer may serve two needs, which name different people; one of them gives it."""
    found: dict[object, Deed] = {}
    for deed in deeds:
        found.setdefault(deed if deed.given.value is None else deed.given, deed)
    return found.values()


def _supply(paper: OnPaper, by: By, step: Transition, need: Need) -> Iterator[Deed]:
    found = _PATH.match(need.how)
    if found and found[1] == "approve":
        yield from _approvals(paper, step, found[2])
    elif found:
        # Whoever is named as able to supply it does: that is what the list promises.
        roles = paper.edition.workflow.roles.values()
        only_at = paper.edition.workflow.only_at(Case(paper.ref, paper.rows).about)
        titled = [role.id for role in roles if role.title in need.who]
        named = _holder(paper.place, titled, by.person, only_at)
        yield from _answer(paper, named, step, found)
    elif need.standing:
        keeper = _holder(paper.place, paper.edition.workflow.keepers, by.person)
        yield from _corrections(paper, keeper, step)


def _answer(paper: OnPaper, by: By, step: Transition, found: re.Match[str]) -> Iterator[Deed]:
    question = paper.edition.workflow.questions[found[2]]
    if question.per and not found[3]:
        keeper = _holder(paper.place, paper.edition.workflow.keepers, by.person)
        yield Deed("add", keeper, Given(question.per.replace("person", "other person"), None))
        return
    value = _wanted(paper, step, question)
    verb = found[1] if found[1] in ("attach", GIVE) else "record"
    if value is not None:
        text = PAPER if question.answer == "document" else value
        yield Deed(verb, by, Given(question.id, text, found[3] or ""))


def _approvals(paper: OnPaper, step: Transition, what: str) -> Iterator[Deed]:
    day = paper.place.today().isoformat()
    approval = next(a for a in step.approve if a.of == what)
    given = paper.rows.table("approvals")
    for person in sorted(paper.place.directory.people):
        no = Case(paper.ref, paper.rows).occurrence(what)
        row = given.get((paper.ref, what, no, person))
        if row is not None and row["status"] == "given":
            continue
        if paper.place.directory.acting(person, approval.by, day):
            yield Deed("approve", By(person), Given(what, None))


def _corrections(paper: OnPaper, by: By, step: Transition) -> Iterator[Deed]:
    """The first table of the guard made to hold, as far as its lines are answers on record."""
    case = Case(paper.ref, paper.rows)
    for line in step.only_if.tables[0]:
        question = paper.edition.workflow.questions.get(line.subject)
        by_step = line.subject in paper.edition.set_by
        if question is None or by_step or case.value(line.subject) is None:
            continue
        value = _satisfying(paper, line, question)
        if value is not None and value != case.value(line.subject):
            who = By(by.person, reason=REASON)
            yield Deed("correct", who, Given(question.id, value))


def _wanted(paper: OnPaper, step: Transition, question: Question) -> str | None:
    lines = [line for table in step.only_if.tables for line in table]
    about = [line for line in lines if line.subject == question.id]
    return _satisfying(paper, about[0] if about else None, question)


def _satisfying(paper: OnPaper, line: Condition | None, question: Question) -> str | None:
    """An answer for which a line of a guard holds; for no line, any answer."""
    if line and line.word in ("is", "at least", "at most"):
        return line.values[0]
    if line and line.word == "not answered":
        return None
    if question.answer == "case":
        return _another_case(paper)
    today = paper.place.today().isoformat()
    plain = {"date": today, "number": "1", "agencies": next(iter(paper.place.directory.agencies))}
    choices = question.choices or (YES_NO if question.answer == "yes or no" else ())
    return choices[0] if choices else plain.get(question.answer, "It is on record.")


def _another_case(paper: OnPaper) -> str | None:
    """The reference of another case of the process that is open; None if there is none."""
    asked = 'SELECT "ref" FROM "cases" WHERE "workflow" = ? AND "closed_on" IS NULL ORDER BY "ref"'
    with paper.place.database.read() as tx:
        found = [str(row[0]) for row in tx.rows(asked, (paper.edition.workflow.name,))]
    return next((ref for ref in found if ref != paper.ref), None)


def same_as_next(place: Workplace, seen: View, by: By, step: Transition) -> list[str]:
    """Where `next` and `take` do not say the same of a step."""
    paper = OnPaper(place, seen)
    listed = [one.need for one in missing(paper.draft(by), step)]
    refused = _refusal(OnPaper(place, seen), by, step)
    if refused is not None and not listed:
        return [f"{step.id}: nothing is missing, and it is refused: {refused} {refused.unmet}"]
    if refused is None and listed:
        return [f"{step.id}: it is accepted, although {listed} is missing"]
    if refused is not None and list(refused.unmet) != listed:
        return [f"{step.id}: refused for {refused.unmet}, listed was {listed}"]
    return []


def what_is_listed_suffices(place: Workplace, seen: View, by: By, step: Transition) -> list[str]:
    """Whether a step can be taken once all is supplied that it lists, where that can be."""
    paper = OnPaper(place, seen)
    try:
        deeds, left = plan(paper, by, step)
    except RefusedError as error:
        return [f"{step.id}: what is listed cannot be supplied: {error} {error.unmet}"]
    refused = _refusal(paper, by, step, tuple(d.given for d in deeds if d.verb == GIVE))
    if not left and refused is not None:
        return [f"{step.id}: all is supplied, and it is refused: {refused} {refused.unmet}"]
    return []


def _refusal(
    paper: OnPaper, by: By, step: Transition, given: tuple[Given, ...] = ()
) -> RefusedError | None:
    try:
        paper.take(by, step, given)
    except RefusedError as error:
        return error
    return None


def same_from_what_a_step_reads(
    place: Workplace, seen: View, by: By, step: Transition, value: Given
) -> list[str]:
    """Where less than all rows of a case, as a step reads them, would lead to something else."""
    with place.database.read() as tx:
        part = place.store._read(tx, seen.case.ref, whole=False)
    less = View(Case(seen.case.ref, part), seen.edition, seen.today)
    deeds: dict[str, Callable[[OnPaper], Draft]] = {
        f"take {step.id}": lambda paper: paper.take(by, step),
        f"take {step.id} already done": lambda paper: paper.take(by, step, already_done=True),
        f"record {value}": lambda paper: paper.record(by, value),
    }
    wrong = []
    for name, deed in deeds.items():
        one, other = (_decided(OnPaper(place, view), deed) for view in (seen, less))
        if one != other:
            wrong.append(f"{name}: from all rows {one}, from those that are read {other}")
    return wrong


def _decided(paper: OnPaper, deed: Callable[[OnPaper], Draft]) -> list[Any]:
    try:
        draft = deed(paper)
    except EngineError as error:
        return [str(error), getattr(error, "unmet", ())]
    return [(event["type"], event["body"]) for event in draft.chain.events]
