"""What the guard of a step lacks, and by what each of its lines comes to hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from engine import dates
from engine.decide.draft import Draft
from engine.decide.entries.keeping import correctors, suppliers
from engine.decide.entries.tasks import EITHER, UNMET
from engine.decide.entries.typed import stand_in, to_record
from engine.decide.steps.as_taken import facts_of, own
from engine.decide.steps.giving import givers, takers
from engine.decide.steps.holding import never_given, open_tables, ruled_out
from engine.decide.steps.unmet import GUARD, Missing, first
from engine.definition import Condition, Guard, Transition, Workflow
from engine.errors import Need
from engine.guards import (
    ALL_ENDED,
    ANSWERED,
    NOT_ANSWERED,
    PASSED,
    Facts,
    clause,
    only_answer,
    required,
    ways,
)
from engine.prose import listed, names_of, straight

_A_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def guarded(draft: Draft, transition: Transition) -> list[Missing]:
    """What every way to meet a guard lacks, line by line; then what only some ways lack, as one.

    A way that an answer on record rules out is told only when every way is, and one that it rules
    out for good only when no other is left; one that can never hold is not told.
    """
    if not transition.only_if.tables:
        return []
    facts, tables = facts_of(draft, transition), open_tables(transition)
    failing = ways(Guard(tables), facts)
    if tables and not failing:
        return []
    role = first(transition)
    given = [way for way in failing if not _is_never_given(draft, transition, way)]
    if not given:
        return [Missing(ruled_out(draft.edition, transition), UNMET, transition.id, role)]
    every = _shortest(given)
    known = _open_still(draft, every, facts)
    always = [line for line in known[0] if all(line in way for way in known)]
    found = [
        Missing(_line(draft, transition, line), UNMET, line.subject, role, GUARD, ((line,),))
        for line in always
    ]
    others = [[line for line in way if line not in always] for way in known]
    if len(others) > 1 and all(others):
        nearest = min(others, key=len)
        need = _either(draft, transition, others)
        each = tuple(map(tuple, others))
        found.append(Missing(need, UNMET, nearest[0].subject, role, GUARD, each))
    return found


def _open_still(
    draft: Draft, every: Sequence[tuple[Condition, ...]], facts: Facts
) -> Sequence[tuple[Condition, ...]]:
    open_ = [way for way in every if not any(_ruled_out(draft, line, facts) for line in way)]
    return open_ or [way for way in every if not any(_is_over(draft, li) for li in way)] or every


def _is_over(draft: Draft, line: Condition) -> bool:
    """Whether something that must not be answered is, and no step asks it anew."""
    answered = line.word == NOT_ANSWERED and draft.case.value(line.subject) is not None
    return answered and not anew(draft, line)


def _is_never_given(draft: Draft, step: Transition, way: Sequence[Condition]) -> bool:
    return any(never_given(draft.edition, step, line) for line in way)


def _shortest(every: Sequence[tuple[Condition, ...]]) -> list[tuple[Condition, ...]]:
    """The ways without those that need all that another needs, and more."""
    lines = [set(way) for way in every]
    return [way for way in every if not any(other < set(way) for other in lines)]


def _ruled_out(draft: Draft, line: Condition, facts: Facts) -> bool:
    """Whether there is an answer already, so that only another one makes a line hold."""
    return line.subject in draft.workflow.questions and facts.value(line.subject) is not None


def _either(draft: Draft, transition: Transition, others: list[list[Condition]]) -> Need:
    """Several ways of which one is enough; what must be on file is asked for by itself."""
    ways_said = (listed(clause(line, draft.workflow) for line in way) for way in others)
    lines = [line for way in others for line in way]
    needs = [(line, _line(draft, transition, line)) for line in lines]
    who = dict.fromkeys(name for _, need in needs for name in need.who)
    asked = [need.how for line, need in needs if line.subject not in transition.on_file]
    how = listed(dict.fromkeys(asked), "or")
    said = straight("; or ".join(ways_said))
    return Need(f"{EITHER}{said}", tuple(who), how)


def _line(draft: Draft, transition: Transition, line: Condition) -> Need:
    """What a line of a step's guard asks for, and how it comes to hold; with the step itself, where
    that answers it or asks it anew.
    """
    what = straight(required(line, draft.workflow))
    itself = own(draft, transition)
    if line.subject in itself:
        return Need(what, how=f"this step itself answers it with {itself[line.subject]}")
    if line.subject not in transition.asks_anew:
        return _condition(draft, transition, line)
    if line.word == NOT_ANSWERED:
        return Need(what, how=f"take this step without {line.subject}")
    only, who = only_answer(line), names_of(draft.workflow, transition.who)
    value = f"={only or 'ANSWER'}" if line.values else ""
    said = "only if it is so, give" if only else "give"
    return Need(what, who, f"{said} {line.subject}{value} with this step")


def _condition(draft: Draft, transition: Transition, line: Condition) -> Need:
    workflow = draft.workflow
    what = straight(required(line, workflow))
    if line.subject not in workflow.questions:
        ended, opened = draft.case.linked(line.subject)
        ending = names_of(workflow.children[line.subject], enders(workflow, line.subject))
        opening = listed((step.id for step in openers(draft, line)), "or")
        return Need(
            what, ending, f"{ended} of {opened} have ended{opening and f'; take {opening}'}"
        )
    value = draft.case.value(line.subject)
    if value is not None:
        return _otherwise(draft, line, Need(what, standing=_as_read(value)))
    steps = givers(draft, transition, line.subject, deciding=deciding_steps(draft, line))
    if steps:
        how = f"take {listed((step.id for step in steps), 'or')}"
        return Need(what, names_of(workflow, takers(steps)), how)
    who = names_of(workflow, suppliers(draft, line.subject))
    return Need(what, who, to_record(workflow.questions[line.subject]))


def _otherwise(draft: Draft, line: Condition, need: Need) -> Need:
    """What only another answer than the one on record meets, and who gives that, if anybody."""
    if line.word == PASSED:
        return need
    steps = anew(draft, line)
    if steps:
        whose = dict.fromkeys(role for step in steps for role in step.who)
        how = f"take {listed((step.id for step in steps), 'or')} if it is so now"
        return replace(need, who=names_of(draft.workflow, whose), how=how)
    if line.word == NOT_ANSWERED or line.subject in draft.edition.set_by:
        return need
    question = draft.workflow.questions[line.subject]
    who = names_of(draft.workflow, correctors(draft, question))
    how = f"correct {line.subject}{stand_in(question)} if that is wrong"
    if question.may_change:
        how = f"{to_record(question)} when it has changed"
    return replace(need, who=who, how=how)


def _as_read(value: str) -> str:
    """An answer that a guard may read, a day as people write it."""
    return dates.said(value, short=True) if _A_DAY.fullmatch(value) else value


def anew(draft: Draft, line: Condition) -> Sequence[Transition]:
    """The steps by which a line can come to hold although there is another answer on record."""
    every = draft.workflow.transitions.values()
    if line.word == NOT_ANSWERED:
        return [step for step in every if line.subject in step.asks_anew]
    steps = draft.edition.set_by.get(line.subject, ())
    return [step for step in steps if dict(step.sets)[line.subject] in line.values]


def enders(workflow: Workflow, process: str) -> tuple[str, ...]:
    """The roles whose steps end a linked case of a process."""
    child = workflow.children[process]
    steps = child.transitions.values()
    ending = [step for step in steps if step.to and child.states[step.to].closed]
    return tuple(dict.fromkeys(role for step in ending for role in step.who))


def openers(draft: Draft, line: Condition) -> Sequence[Transition]:
    """The steps that open linked cases, where more must end than there are."""
    _, opened = draft.case.linked(line.subject)
    if line.word == ALL_ENDED or int(line.values[0]) <= opened:
        return []
    steps = draft.workflow.transitions.values()
    return [step for step in steps if step.opens and step.opens.process == line.subject]


def deciding_steps(draft: Draft, line: Condition) -> Sequence[Transition]:
    """The steps that decide what a line asks for, where it is for steps to decide."""
    steps = draft.edition.set_by.get(line.subject, ())
    return [step for step in steps if dict(step.sets)[line.subject] in line.values] or list(steps)


def follows(draft: Draft, one: Missing, asked: Collection[str]) -> bool:
    """Whether some way of a guard holds as soon as these questions have any answer at all."""
    facts = () if draft.case.row["historic"] else draft.edition.facts
    return any(
        all(
            line.subject in asked
            and (line.word == ANSWERED or (line.word == PASSED and line.subject in facts))
            for line in way
        )
        for way in one.ways
    )


def answering(one: Missing) -> frozenset[str]:
    """The questions that are answered in every way in which the need of a guard is met."""
    named = [{line.subject for line in way if line.word != NOT_ANSWERED} for way in one.ways]
    return frozenset(set.intersection(*named)) if named else frozenset()
