"""What can happen to a case: every step with what it lacks and from when it could be done, answers
and approvals that can be given, and of one step everything.

Nothing here shows a personal value, and nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from engine import queries
from engine.decide.draft import Draft
from engine.decide.entries.keeping import held
from engine.decide.possible import earliest, leading, offering, supplies
from engine.decide.possible.deciding import Parting
from engine.decide.possible.earliest import Earliest
from engine.decide.possible.supplies import ADD, ASK, ATTACH, END, GIVE, RECORDED, SILENT, Supply
from engine.decide.steps.needs import missing
from engine.decide.steps.unmet import NOT_THEIRS, PLACE, Missing
from engine.definition import Transition, Workflow
from engine.duties import step_is_read
from engine.errors import UsageError
from engine.guards import required
from engine.guessing import nearest
from engine.prose import listed, names_of, straight
from engine.prose import people as people_of
from engine.service import titles
from engine.service.drafting import drafted
from engine.service.looking import deadlines, parting, reading, running, viewing
from engine.service.looking.asking import needed
from engine.service.looking.recorders import recorders
from engine.service.looking.viewing import View
from engine.service.workplace import By, Workplace

Told = dict[str, Any]

FEW = 3
"""Steps that are named, of those that may have been meant."""

_SAID = {ASK: "it answers", SILENT: "it was asked, and has not replied"}


class Asked(NamedTuple):
    """A case that somebody looks at, and its linked cases that are open: process and reference."""

    seen: View
    draft: Draft
    linked: Sequence[tuple[str, str]]


def next_steps(place: Workplace, by: By, ref: str) -> Told:
    """What can happen to a case, and for each step that cannot be taken, all that is missing, who
    can supply it, and the earliest day.
    """
    with place.database.read() as tx:
        seen = viewing.view(place, tx, ref)
    workflow = seen.edition.workflow
    state = workflow.states[seen.case.state]
    draft = drafted(place, by, seen.case, seen.edition)
    due = running.running(place, seen)
    steps = []
    for transition, lacking, told in reading.looked_at(draft, seen):
        first, days = earliest.of_each(draft, transition, lacking)
        unmet = [need | _day(day) for need, day in zip(told["unmet"], days, strict=True)]
        met = {"meets": running.meets(seen, transition.id, due)}
        steps.append(told | {"unmet": unmet} | met | _day(first))
    return {
        "ref": ref,
        "state": seen.case.state,
        "state_title": state.title,
        "waits_on": viewing.waits_on(place, seen, state.waiting_on),
        "today": seen.today.isoformat(),
        "deadlines": due,
        "steps": running.in_order(steps, due),
        "elsewhere": _elsewhere(draft),
        "answers": _answers(place, draft),
        "approvals": _approvals(place, draft),
        "tasks": reading.tasks_of(place, seen),
        "caution": workflow.caution,
    }


def _elsewhere(draft: Draft) -> list[Told]:
    """The steps that do not start from where a case is: from where they do, and all they lack."""
    workflow, here = draft.workflow, draft.case.state
    return [
        {
            "transition": step.id,
            "title": step.title,
            "starts": _starts(draft, step),
            "unmet": [one.need.plain() for one in missing(draft, step)],
        }
        for step in workflow.transitions.values()
        if here not in step.starts
    ]


def _starts(draft: Draft, step: Transition) -> list[Told]:
    states = draft.workflow.states
    return [{"state": name, "title": states[name].title} for name in step.starts]


def why_not(place: Workplace, by: By, ref: str, name: str) -> Told:
    """One step in full: all that is missing, each way in which it can be supplied, what is typed
    for it, and the steps that lead to where it starts.

    Raises UsageError for a step that the process does not have.
    """
    with place.database.read() as tx:
        seen = viewing.view(place, tx, ref)
        rows = tx.rows(queries.CHILDREN, (place.log, ref))
    workflow = seen.edition.workflow
    transition = workflow.transitions.get(name)
    if transition is None:
        raise _no_step(workflow, ref, name)
    draft = drafted(place, by, seen.case, seen.edition)
    linked = [(str(row[1]), str(row[0])) for row in rows if row[4] is None]
    return _in_full(Asked(seen, draft, linked), transition)


def _no_step(workflow: Workflow, ref: str, name: str) -> UsageError:
    near = nearest(name, [(one.id, one.title) for one in workflow.transitions.values()], FEW)
    said = listed((f'"{title}" [{step}]' for step, title in near), "or")
    every = f"`casetrail next {ref} --all` names every step."
    hint = f"did you mean {said}?" if near else every
    return UsageError(f'This process has no step "{name[:40]}"; {hint}')


def _in_full(asked: Asked, transition: Transition) -> Told:
    draft, workflow = asked.draft, asked.draft.workflow
    lacking = missing(draft, transition)
    elsewhere = any(one.sort == PLACE for one in lacking)
    way = leading.way_to(draft, transition) if elsewhere else []
    before, decisions = leading.up_to_a_decision(draft, way or [], transition)
    steps = [*before, transition]
    parts = len(before) < len(way or [])
    found = [
        _step(asked, step, needs)
        for step, needs in zip(steps, leading.lacking_on(draft, steps), strict=True)
    ]
    known = [] if way is not None else ["a step that leads to where it starts"]
    known += [_decided_at(workflow, decisions[-1])] if parts else []
    return {
        "ref": draft.case.ref,
        "state": draft.case.state,
        "state_title": workflow.states[draft.case.state].title,
        "today": asked.seen.today.isoformat(),
        **found[-1],
        **_together(found, known),
        "possible": not lacking,
        "for_others": any(one.kind == NOT_THEIRS for one in lacking),
        "recordable": held(draft, workflow.keepers) is not None,
        "elsewhere": elsewhere,
        "starts": _starts(draft, transition),
        "before": found[:-1],
        "leads_there": way is not None,
        "decisions": parting.told(draft, decisions, before),
        "ways_part": parts,
        "caution": workflow.caution,
    }


def _decided_at(workflow: Workflow, decision: Parting) -> str:
    return f'the decision at "{workflow.states[decision.state].title}"'


def _step(asked: Asked, transition: Transition, lacking: Sequence[Missing]) -> Told:
    """A step with all that it lacks, but from where it starts."""
    draft = asked.draft
    unmet = _added_once([_need(asked, transition, one) for one in lacking])
    return {
        "transition": transition.id,
        "title": transition.title,
        "who": list(transition.who),
        "by": people_of(draft.workflow, transition.who, "or"),
        "duty": transition.duty,
        "duty_read": step_is_read(draft.workflow, transition),
        "asked_by": _clock(asked.seen, [transition.id]),
        "command": _whole(f"take {draft.case.ref} {transition.id}", unmet),
        "unmet": unmet,
        **_day(earliest.of_step(draft, transition, lacking)),
    }


def _whole(step: str, unmet: Iterable[Told]) -> str:
    """What is typed for a step, with all that is given with it."""
    nearest_ways = [supply for need in unmet for way in need["ways"][:1] for supply in way]
    given = [one["commands"][0] for one in nearest_ways if one["verb"] == GIVE]
    return " ".join([step, *dict.fromkeys(one.removeprefix(f"{step} ") for one in given)])


def _added_once(unmet: list[Told]) -> list[Told]:
    """The same, where one person whom the case is about serves all that is asked of each."""
    told: set[str] = set()
    for need in unmet:
        for way in need["ways"]:
            for supply in [one for one in way if one["verb"] == ADD]:
                if supply["commands"][0] in told:
                    way.remove(supply)
                told.add(supply["commands"][0])
    return unmet


def _need(asked: Asked, transition: Transition, one: Missing) -> Told:
    """An unmet need with the ways in which it is met, the nearest first."""
    ways = earliest.nearest_first(asked.draft, transition, one)
    return {
        **one.need.plain(),
        "ways": [[_supply(asked, transition, each) for each in way] for way in ways],
        **_day(earliest.of_need(asked.draft, transition, one)),
    }


def _supply(asked: Asked, transition: Transition, supply: Supply) -> Told:
    """One thing that is supplied: what must be so, by whom, what is typed, and by when a clock asks
    for it.
    """
    draft = asked.draft
    typed = supplies.commands(draft, supply)
    if supply.verb == END:
        typed = [f"next {ref}" for process, ref in asked.linked if process == supply.subject]
    line = supply.line
    return {
        "verb": supply.verb,
        "what": straight(required(line, draft.workflow)) if line else _SAID.get(supply.verb, ""),
        "who": _titles(draft, supply),
        "commands": typed,
        "choices": list(supplies.fitting(draft, supply)),
        "value": supplies.enough(draft, supply),
        "standing": parting.standing(draft, supply.subject) if supply.line else None,
        "asked_by": _clock(asked.seen, supply.steps),
        **_day(earliest.of_supply(draft, transition, supply)),
    }


def _titles(draft: Draft, supply: Supply) -> list[str]:
    workflow = draft.workflow
    if supply.verb == END:
        workflow = workflow.children[supply.subject]
    known, only_at = draft.directory.agencies, workflow.only_at(draft.case.about)
    agency = known.get(supply.of) if supply.verb == ASK else None
    held = [
        f"{title}, {known[only_at[role]].title}" if only_at.get(role) in known else title
        for role, title in zip(supply.roles, names_of(workflow, supply.roles), strict=True)
    ]
    return [*([agency.title] if agency else []), *held]


def _clock(seen: View, steps: Sequence[str]) -> Told | None:
    """The running deadline that asks for one of these steps, the first of several."""
    found = []
    for key, row in seen.case.open_deadlines():
        timescale = seen.edition.workflow.timescales.get(str(key[1]))
        if timescale and row["due_on"] and any(step in timescale.met_by for step in steps):
            late = deadlines.status(seen, row) == "overdue"
            told = {"timescale": timescale.id, "title": timescale.title, "overdue": late}
            found.append({**told, "due_on": row["due_on"]})
    return min(found, key=lambda one: str(one["due_on"]), default=None)


def _day(found: Earliest) -> Told:
    day = found.day.isoformat() if found.day else None
    return {"earliest": day, "hangs_on": list(found.hangs_on)}


def _together(steps: Sequence[Told], hanging: Sequence[str]) -> Told:
    """The earliest day of the last of several steps that are taken one after the other."""
    unknown = dict.fromkeys([*hanging, *(text for one in steps for text in one["hangs_on"])])
    if unknown:
        return {"earliest": None, "hangs_on": list(unknown)}
    return {"earliest": max(str(one["earliest"]) for one in steps), "hangs_on": []}


def _answers(place: Workplace, draft: Draft) -> list[Told]:
    """The answers that can be given now, those first that a step from here or a clock asks for."""
    asked_for = set(needed(draft))
    found = []
    for offer in offering.answers(draft):
        question, of = offer.question, offer.of
        verb = ATTACH if question.answer == "document" else RECORDED
        supply = Supply(verb, question.id, of, offer.roles)
        agency = [titles.title_of(place, of)] if question.asked_of else []
        told = {
            "question": question.id,
            "of": of,
            "ask": question.ask,
            "of_title": titles.title_of(place, of),
            "who": [*agency, *names_of(draft.workflow, offer.roles)],
            "how": supplies.commands(draft, supply)[0],
            "choices": list(supplies.fitting(draft, supply)),
            "mine": offer.mine,
            "again": offer.again,
            "needed": question.id in asked_for,
        }
        found.append(told)
    return sorted(found, key=lambda one: not one["needed"])


def _approvals(place: Workplace, draft: Draft) -> list[Told]:
    def is_another(offer: offering.Offer) -> bool:
        with place.database.read() as tx:
            own = recorders(place, tx, draft.case, offer.question.id)
        return draft.context.actor.decided not in own

    return [
        {
            "question": offer.question.id,
            "ask": offer.question.ask,
            "who": list(names_of(draft.workflow, offer.roles)),
            "how": f"approve {draft.case.ref} {offer.question.id}",
            "mine": offer.mine and is_another(offer),
            "lacking": offer.lacking,
        }
        for offer in offering.approvals(draft)
    ]
