"""What stands in the way of a step: everything at once, with who can supply it and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from engine.case import Given
from engine.dates import when
from engine.decide import once, setting_aside
from engine.decide.answers import given_only_with, of_whom
from engine.decide.closing import closing, left_running
from engine.decide.draft import Draft
from engine.decide.keeping import day_of, may_take, suppliers, theirs
from engine.decide.tasks import EITHER, MISSING, UNMET
from engine.definition import Approval, Condition, Question, Transition
from engine.edition import rests_on
from engine.errors import Need
from engine.guards import clause, required, ways
from engine.nouns import count
from engine.prose import listed, names_of, straight

NOT_THEIRS = "not theirs"
"""The kind of a need that somebody else's role decides; only evidence records it all the same."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One unmet need, and what a task about it would hold."""

    need: Need
    kind: str
    subject: str
    role: str


def missing(draft: Draft, transition: Transition) -> list[Missing]:
    """All that a step still needs, in the order in which a person would supply it.

    An answer that is to be given is told once, even if it must be on file and fit a guard as well.
    """
    if draft.workflow.was_set_aside(draft.case.state, draft.case.row["closed_on"]):
        return [Missing(setting_aside.gone(), UNMET, transition.id, _first(transition))]
    guard, records = _guard(draft, transition), _records(draft, transition)
    told = {one.need.how for one in guard}
    return [
        *_place(draft, transition),
        *_person(draft, transition),
        *(_once(draft, transition) if transition.once_for else ()),
        *guard,
        *(one for one in records if one.need.how not in told),
        *_opinions(draft, transition),
        *_approvals(draft, transition),
        *_clocks(draft, transition),
    ]


def _place(draft: Draft, transition: Transition) -> list[Missing]:
    if draft.case.state in transition.starts:
        return []
    here = draft.workflow.states[draft.case.state].title
    what = f'the case is at "{here}", from where this step does not start'
    need = Need(what, how="`next` lists the steps that start from here")
    return [Missing(need, UNMET, transition.id, _first(transition))]


def _person(draft: Draft, transition: Transition) -> list[Missing]:
    if may_take(draft, transition):
        return []
    need = _of_deputy(draft, transition, theirs(draft, transition.who))
    return [Missing(need, NOT_THEIRS, transition.id, _first(transition))]


def _once(draft: Draft, transition: Transition) -> list[Missing]:
    if not once.is_done(draft, transition):
        return []
    need = once.told(draft, transition)
    return [Missing(need, UNMET, transition.id, _first(transition))]


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
    every = ways(transition.only_if, draft.facts)
    known = [way for way in every if not any(_ruled_out(draft, line) for line in way)] or every
    role = _first(transition)
    always = [line for line in (known[0] if known else ()) if all(line in way for way in known)]
    found = [Missing(_condition(draft, line), UNMET, line.subject, role) for line in always]
    others = [[line for line in way if line not in always] for way in known]
    if len(others) > 1 and all(others):
        nearest = min(others, key=len)
        need = _either(draft, others, transition.on_file)
        found.append(Missing(need, UNMET, nearest[0].subject, role))
    return found


def _ruled_out(draft: Draft, line: Condition) -> bool:
    return line.subject in draft.workflow.questions and draft.case.value(line.subject) is not None


def _either(draft: Draft, others: list[list[Condition]], apart: Sequence[str]) -> Need:
    """Several ways of which one is enough; what must be on file `apart` is asked for by itself."""
    ways_said = (listed(clause(line, draft.workflow) for line in way) for way in others)
    lines = [line for way in others for line in way]
    needs = [_condition(draft, line) for line in lines if line.subject not in apart]
    who = dict.fromkeys(name for need in needs for name in need.who)
    how = listed(dict.fromkeys(need.how for need in needs), "or")
    said = straight("; or ".join(ways_said))
    return Need(f"{EITHER}{said}", tuple(who), how)


def _condition(draft: Draft, line: Condition) -> Need:
    workflow = draft.workflow
    what = straight(required(line, workflow))
    if line.subject not in workflow.questions:
        ended, opened = draft.case.linked(line.subject)
        return Need(what, how=f"{ended} of {opened} have ended")
    value = draft.case.value(line.subject)
    if value is not None:
        return Need(what, how=f"the answer on record is {value}")
    deciding = _deciding(draft, line) or given_only_with(draft, Given(line.subject, ""))
    if deciding:
        whose = dict.fromkeys(role for step in deciding for role in step.who)
        how = f"take {listed((step.id for step in deciding), 'or')}"
        return Need(what, names_of(workflow, whose), how)
    step = draft.edition.dates(line.subject, draft.case.state)
    if step:
        return Need(what, names_of(workflow, step.who), f"take {step.id}")
    who = names_of(workflow, suppliers(draft, line.subject))
    return Need(what, who, f"record {line.subject}")


def _deciding(draft: Draft, line: Condition) -> Sequence[Transition]:
    """The steps that decide what a line asks for, where it is for steps to decide."""
    steps = draft.edition.set_by.get(line.subject, ())
    return [step for step in steps if dict(step.sets)[line.subject] in line.values] or list(steps)


def _records(draft: Draft, transition: Transition) -> list[Missing]:
    found = []
    for name in rests_on(transition):
        question = draft.workflow.questions[name]
        anew = name in transition.asks_anew
        for of in of_whom(draft, question) or ("",):
            if not draft.case.answered(name, of) or (anew and not _given_now(draft, name, of)):
                path = f"{name}/{of}" if of else name
                what = f'no answer to "{question.ask}"{_about(draft, of)}'
                who = names_of(draft.workflow, transition.who)
                need = Need(what, who, _by(question, path, anew=anew))
                found.append(Missing(need, MISSING, path, _first(transition)))
    return found


def _given_now(draft: Draft, name: str, of: str) -> bool:
    """Whether this very command gives the answer: what a step asks anew, it does not find."""
    row = draft.case.answer(name, of)
    return row is not None and int(row["n"]) >= draft.first_n


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
                found.append(Missing(need, "not asked", f"{name}/{of}", keepers[0]))
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
            found.append(Missing(need, UNMET, approval.of, approval.by[0]))
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
        found.append(Missing(need, UNMET, transition.id, next(iter(who), "")))
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
