"""What stands in the way of a step: everything at once, with who can supply it and how."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import itemgetter

from engine.case import Given
from engine.dates import when
from engine.decide.draft import Draft
from engine.decide.entries.answers import given_only_with, of_whom
from engine.decide.entries.keeping import correctors, day_of, may_take, suppliers, theirs
from engine.decide.entries.tasks import EITHER, MISSING, UNMET
from engine.decide.steps import once, setting_aside
from engine.decide.steps.as_taken import facts_of, given_now, own
from engine.decide.steps.closing import closing, left_running
from engine.definition import Approval, Condition, Question, Transition, Workflow
from engine.edition import rests_on
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
from engine.nouns import count
from engine.prose import listed, names_of, straight

NOT_THEIRS = "not theirs"
"""The kind of a need that somebody else's role decides; only evidence records it all the same."""

PLACE, PERSON, ONCE, GUARD = "place", "person", "once", "guard"
RECORD, OPINION, APPROVAL, CLOCK = "record", "opinion", "approval", "clock"


@dataclass(frozen=True, slots=True)
class Missing:
    """One unmet need, and what a task about it would hold."""

    need: Need
    kind: str
    subject: str
    role: str
    sort: str = ""
    """What sort of thing is missing; nothing where nothing can supply it."""
    ways: tuple[tuple[Condition, ...], ...] = ()
    """Of a guard: the lines that each of its ways lacks."""
    steps: tuple[str, ...] = ()
    """Of a clock: the steps of which any ends it."""


def missing(draft: Draft, transition: Transition) -> list[Missing]:
    """All that a step still needs, in the order in which a person would supply it.

    An answer that is to be given is told once, even if it must be on file and fit a guard as well.
    """
    if draft.workflow.was_set_aside(draft.case.state, draft.case.row["closed_on"]):
        return [Missing(setting_aside.gone(), UNMET, transition.id, _first(transition))]
    guard, records = _asked_once(draft, transition)
    return [
        *_place(draft, transition),
        *_person(draft, transition),
        *(_once(draft, transition) if transition.once_for else ()),
        *guard,
        *records,
        *_opinions(draft, transition),
        *_approvals(draft, transition),
        *_clocks(draft, transition),
    ]


def _asked_once(draft: Draft, transition: Transition) -> tuple[list[Missing], list[Missing]]:
    """What the guard lacks, and what is to be on record; without what comes with something else.

    An answer that every way of a guard gives is not asked for once more, nor is the guard where any
    answer to what is to be on record meets it.
    """
    guard, records = _guard(draft, transition), _records(draft, transition)
    if not guard or not records:
        return guard, records
    asked = {one.subject for one in records}
    certain = [one for one in guard if len(one.ways) > 1 and _follows(draft, one, asked)]
    guard = [one for one in guard if one not in certain]
    told = {one.need.how for one in guard}
    answered = {name for one in guard for name in _answering(one)}
    return guard, [
        one for one in records if one.need.how not in told and one.subject not in answered
    ]


def _follows(draft: Draft, one: Missing, asked: Collection[str]) -> bool:
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


def _answering(one: Missing) -> frozenset[str]:
    """The questions that are answered in every way in which the need of a guard is met."""
    named = [{line.subject for line in way if line.word != NOT_ANSWERED} for way in one.ways]
    return frozenset(set.intersection(*named)) if named else frozenset()


def _place(draft: Draft, transition: Transition) -> list[Missing]:
    if draft.case.state in transition.starts:
        return []
    here = draft.workflow.states[draft.case.state].title
    what = f'the case is at "{here}", from where this step does not start'
    need = Need(what, how="`next` lists the steps that start from here")
    return [Missing(need, UNMET, transition.id, _first(transition), PLACE)]


def _person(draft: Draft, transition: Transition) -> list[Missing]:
    if may_take(draft, transition):
        return []
    need = _of_deputy(draft, transition, theirs(draft, transition.who))
    return [Missing(need, NOT_THEIRS, transition.id, _first(transition), PERSON)]


def _once(draft: Draft, transition: Transition) -> list[Missing]:
    if not once.is_done(draft, transition):
        return []
    need = once.told(draft, transition)
    return [Missing(need, UNMET, transition.id, _first(transition), ONCE)]


def _of_deputy(draft: Draft, transition: Transition, need: Need) -> Need:
    """What a deputy is told of somebody who is not entered as away: a deputy is not a stranger."""
    person, directory = draft.context.actor.decided, draft.directory
    stands_for = directory.stands_for(person, transition.who, day_of(draft))
    if not stands_for:
        return need
    # In `how`, which is not kept with the step: no name of anybody enters the trail.
    deputy, other = (_name(draft, one) for one in (person, stands_for))
    said = f"{deputy} deputises for {other} and may act while {other} is away"
    how = f'{said}: where that is so, enter an [[absence]] of "{stands_for}" in config.toml'
    return Need(need.what, need.who, f"{how}; else {need.how}")


def _name(draft: Draft, person: str) -> str:
    known = draft.directory.people.get(person)
    return known.name if known else person


def _guard(draft: Draft, transition: Transition) -> list[Missing]:
    """What every way to meet a guard lacks, line by line; then what only some ways lack, as one.

    A way that an answer on record rules out is told only when every way is.
    """
    facts = facts_of(draft, transition)
    failing = ways(transition.only_if, facts)
    if not failing:
        return []
    every = _shortest(failing)
    known = [
        way for way in every if not any(_ruled_out(draft, line, facts) for line in way)
    ] or every
    role = _first(transition)
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
    needs = [
        _line(draft, transition, line) for line in lines if line.subject not in transition.on_file
    ]
    who = dict.fromkeys(name for need in needs for name in need.who)
    how = listed(dict.fromkeys(need.how for need in needs), "or")
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
        return _condition(draft, line)
    if line.word == NOT_ANSWERED:
        return Need(what, how=f"take this step without {line.subject}")
    only, who = only_answer(line), names_of(draft.workflow, transition.who)
    value = f"={only or 'ANSWER'}" if line.values else ""
    said = "only if it is so, give" if only else "give"
    return Need(what, who, f"{said} {line.subject}{value} with this step")


def _condition(draft: Draft, line: Condition) -> Need:
    workflow = draft.workflow
    what = straight(required(line, workflow))
    if line.subject not in workflow.questions:
        ended, opened = draft.case.linked(line.subject)
        ending = names_of(workflow.children[line.subject], enders(workflow, line.subject))
        first = listed((step.id for step in openers(draft, line)), "or")
        return Need(what, ending, f"{ended} of {opened} have ended{first and f'; take {first}'}")
    value = draft.case.value(line.subject)
    if value is not None:
        return _otherwise(draft, line, Need(what, how=f"the answer on record is {value}"))
    deciding = deciding_steps(draft, line) or given_only_with(draft, Given(line.subject, ""))
    if deciding:
        whose = dict.fromkeys(role for step in deciding for role in step.who)
        how = f"take {listed((step.id for step in deciding), 'or')}"
        return Need(what, names_of(workflow, whose), how)
    step = draft.edition.dates(line.subject, draft.case.state)
    if step:
        return Need(what, names_of(workflow, step.who), f"take {step.id}")
    who = names_of(workflow, suppliers(draft, line.subject))
    return Need(what, who, f"record {line.subject}")


def _otherwise(draft: Draft, line: Condition, need: Need) -> Need:
    """What only another answer than the one on record meets, and who gives that, if anybody."""
    if line.word == PASSED:
        return need
    steps = anew(draft, line)
    if steps:
        whose = dict.fromkeys(role for step in steps for role in step.who)
        how = f"take {listed((step.id for step in steps), 'or')} if it is so now"
        return Need(need.what, names_of(draft.workflow, whose), f"{need.how}; {how}")
    if line.word == NOT_ANSWERED or line.subject in draft.edition.set_by:
        return need
    question = draft.workflow.questions[line.subject]
    who = names_of(draft.workflow, correctors(draft, question))
    how = f"correct {line.subject} if that is wrong"
    if question.may_change:
        how = f"record {line.subject} when it has changed"
    return Need(need.what, who, f"{need.how}; {how}")


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


def _records(draft: Draft, transition: Transition) -> list[Missing]:
    found = []
    itself = own(draft, transition)
    for name in rests_on(transition):
        if name in itself:
            continue
        question = draft.workflow.questions[name]
        anew = name in transition.asks_anew
        for of in of_whom(draft, question) or ("",):
            if not draft.case.answered(name, of) or (anew and not given_now(draft, name, of)):
                path = f"{name}/{of}" if of else name
                what = f'no answer to "{question.ask}"{_about(draft, of)}'
                who = names_of(draft.workflow, transition.who)
                need = Need(what, who, _by(question, path, anew=anew))
                found.append(Missing(need, MISSING, path, _first(transition), RECORD))
    return found


def _by(question: Question, path: str, *, anew: bool) -> str:
    document = question.answer == "document"
    if anew:
        return f"give {path}=@FILE with this step" if document else f"give {path} with this step"
    return f"attach {path}" if document else f"record {path}"


def _opinions(draft: Draft, transition: Transition) -> list[Missing]:
    found = []
    keepers = draft.workflow.keepers
    for name in transition.asked:
        question = draft.workflow.questions[name]
        for of in of_whom(draft, question):
            if not draft.case.dealt_with(name, of):
                agency = draft.directory.agencies[of].title
                asked = draft.case.answer(name, of)
                since = "has not been asked"
                if asked:
                    since = f"was asked {when(asked['asked_on'])} and has not answered"
                what = f'{agency} {since}: "{question.ask}"'
                how = f"record {name}/{of}, or record --no-reply {name}/{of}"
                if not asked:
                    how = f"record --asked {name}/{of}=DAY, {how}=DAY"
                need = Need(what, (agency, *names_of(draft.workflow, keepers)), how)
                found.append(Missing(need, "not asked", f"{name}/{of}", keepers[0], OPINION))
    return found


def _approvals(draft: Draft, transition: Transition) -> list[Missing]:
    found = []
    for approval in transition.approve:
        lacking = approval.at_least - len(approvers(draft, approval))
        if lacking > 0:
            ask = draft.workflow.questions[approval.of].ask
            who = names_of(draft.workflow, approval.by)
            what = f'{count(lacking, "more approval")} of "{ask}"'
            need = Need(what, who, f"approve {approval.of}")
            found.append(Missing(need, UNMET, approval.of, approval.by[0], APPROVAL))
    return found


def _clocks(draft: Draft, transition: Transition) -> list[Missing]:
    """The clocks that a step would leave running on a closed case.

    A definition cannot do that; steps that were passed over can.
    """
    if not closing(draft, transition):
        return []
    found = []
    for key in left_running(draft, transition.id):
        timescale = draft.workflow.timescales[str(key[1])]
        ends = [draft.workflow.transitions[name] for name in timescale.met_by or timescale.stops_if]
        who = dict.fromkeys(role for step in ends for role in step.who)
        how = listed([f"take {step.id} --already-done" for step in ends], "or")
        what = f'"{timescale.title}" is neither met nor stopped, and no case closes before that'
        need = Need(what, names_of(draft.workflow, who), how)
        role = next(iter(who), "")
        steps = (*timescale.met_by, *timescale.stops_if)
        found.append(Missing(need, UNMET, transition.id, role, CLOCK, steps=steps))
    return found


def approvers(draft: Draft, approval: Approval) -> tuple[str, ...]:
    """The people whose approval of the current answer stands, by the roles that count."""
    no = draft.case.occurrence(approval.of)
    rows = draft.case.rows.table("approvals")
    return tuple(
        str(key[3])
        for key, row in sorted(rows.items(), key=itemgetter(0))
        if key[1:3] == (approval.of, no) and row["status"] == "given" and row["role"] in approval.by
    )


def _about(draft: Draft, of: str) -> str:
    if not of:
        return ""
    agency = draft.directory.agencies.get(of)
    return f" from {agency.title}" if agency else f" for {of}"


def _first(transition: Transition) -> str:
    return transition.who[0] if transition.who else ""
