"""What stands in the way of a step: everything at once, with who can supply it and how."""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter

from engine.dates import when
from engine.decide.draft import Draft
from engine.decide.entries.answers import of_whom
from engine.decide.entries.keeping import day_of, may_take, suppliers, theirs
from engine.decide.entries.tasks import MISSING, UNMET
from engine.decide.entries.typed import to_record
from engine.decide.steps import once, setting_aside
from engine.decide.steps.as_taken import given_now, own
from engine.decide.steps.closing import closing, left_running
from engine.decide.steps.giving import givers, takers
from engine.decide.steps.guarded import answering, follows, guarded
from engine.decide.steps.unmet import (
    APPROVAL,
    CLOCK,
    NOT_THEIRS,
    ONCE,
    OPINION,
    PERSON,
    PLACE,
    RECORD,
    Missing,
    first,
)
from engine.definition import Approval, Question, Transition
from engine.edition import rests_on
from engine.errors import Need
from engine.nouns import count
from engine.prose import listed, names_of

IF_IT_HAS = "with --already-done only if it has happened"


def missing(draft: Draft, transition: Transition) -> list[Missing]:
    """All that a step still needs, in the order in which a person would supply it.

    An answer that is to be given is told once, even if it must be on file and fit a guard as well.
    """
    if draft.workflow.was_set_aside(draft.case.state, draft.case.row["closed_on"]):
        return [Missing(setting_aside.gone(), UNMET, transition.id, first(transition))]
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
    guard, records = guarded(draft, transition), _records(draft, transition)
    if not guard or not records:
        return guard, records
    asked = {one.subject for one in records}
    certain = [one for one in guard if len(one.ways) > 1 and follows(draft, one, asked)]
    guard = [one for one in guard if one not in certain]
    told = {(one.subject, one.need.how) for one in guard}
    answered = {name for one in guard for name in answering(one)}
    return guard, [
        one
        for one in records
        if (one.subject, one.need.how) not in told and one.subject not in answered
    ]


def _place(draft: Draft, transition: Transition) -> list[Missing]:
    if draft.case.state in transition.starts:
        return []
    here = draft.workflow.states[draft.case.state].title
    what = f'the case is at "{here}", from where this step does not start'
    need = Need(what, how="`next` lists the steps that start from here")
    return [Missing(need, UNMET, transition.id, first(transition), PLACE)]


def _person(draft: Draft, transition: Transition) -> list[Missing]:
    if may_take(draft, transition):
        return []
    need = _of_deputy(draft, transition, theirs(draft, transition.who))
    return [Missing(need, NOT_THEIRS, transition.id, first(transition), PERSON)]


def _once(draft: Draft, transition: Transition) -> list[Missing]:
    if not once.is_done(draft, transition):
        return []
    need = once.told(draft, transition)
    return [Missing(need, UNMET, transition.id, first(transition), ONCE)]


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
    return replace(need, how=f"{how}; else {need.how}")


def _name(draft: Draft, person: str) -> str:
    known = draft.directory.people.get(person)
    return known.name if known else person


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
                whose, how = _whose(draft, transition, question, of)
                need = Need(what, names_of(draft.workflow, whose), how)
                found.append(Missing(need, MISSING, path, first(transition), RECORD))
    return found


def _whose(
    draft: Draft, transition: Transition, question: Question, of: str
) -> tuple[tuple[str, ...], str]:
    """Who puts an answer on record that a step needs, and how."""
    name, document = question.id, question.answer == "document"
    path = f"{name}/{of}" if of else name
    if name in transition.asks_anew:
        value = "=@FILE" if document else ""
        return transition.who, f"give {path}{value} with this step"
    steps = givers(draft, transition, name, of, draft.edition.set_by.get(name, ()))
    if steps:
        return takers(steps), f"take {listed((step.id for step in steps), 'or')}"
    return suppliers(draft, name), to_record(question, of)


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
                how = f"{to_record(question, of)}, or record --no-reply {name}/{of}"
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
        how = f"take {listed((step.id for step in ends), 'or')}; {IF_IT_HAS}"
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
