"""What a scenario may expect to the last name: who was told, who may, what is missing, what fired.

Each is met only when nothing else is so either; where it is not, what is found is said in the
words of the scenario.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine import queries
from engine.calendars import local_date
from engine.case import Case, Rows
from engine.decide.draft import Draft
from engine.decide.entries.keeping import held, may_take
from engine.decide.steps.needs import missing
from engine.decide.steps.taking import asked_anew
from engine.decide.steps.unmet import NOT_THEIRS
from engine.definition import Transition, Workflow
from engine.directory import Appointment, Directory, Person
from engine.errors import ScenarioError
from engine.service.drafting import drafted
from engine.service.looking import reading, viewing
from engine.service.workplace import By, Workplace

Shown = Mapping[str, Any]

SOMEBODY = "somebody"
"""Whoever holds one role and no other, for as long as it is asked what that role may do."""


def meant(place: Workplace, workflow: Workflow, name: str, day: str) -> set[str]:
    """The people meant by a role, a group, an agency, a person, or `agency lead at hospital`."""
    directory = place.directory
    role, _, agency = name.partition(" at ")
    role = role.replace(" ", "_")
    if name in directory.people:
        return {name}
    if name in directory.agencies:
        return {one.person for one in directory.contact(name, day)}
    if agency:
        return {one.person for one in directory.to_tell_at(role, (agency,), day)}
    if role in workflow.groups:
        kinds = workflow.groups[role].kinds
        asked = [one.id for one in directory.of_kinds(kinds, day)]
        return {one.person for of in asked for one in directory.contact(of, day)}
    return {one.person for one in directory.to_tell(role, day)}


def told_only(place: Workplace, shown: Shown, wanted: Iterable[str]) -> list[str]:
    """Whom this very step told: those who are wanted, and nobody else."""
    names, workflow, day = list(wanted), _seen(place, shown).edition.workflow, _today(place)
    by_name = {name: meant(place, workflow, name, day) for name in names}
    since = (place.log, shown["ref"], shown["at_step"])
    with place.database.read() as tx:
        told = {str(row[0]) for row in tx.rows(queries.MESSAGES_SINCE, since)}
    found = [name for name in names if by_name[name] <= told]
    others = told.difference(*by_name.values())
    return [*found, *(f"{one} as well" for one in sorted(others))]


def fired(kind: str) -> Any:
    """A look at every notice of one kind that a timescale has fired since the case was opened."""

    def look(place: Workplace, shown: Shown, wanted: Mapping[str, Any]) -> dict[str, Any]:
        events = reading.history(place, str(shown["ref"]))
        notices = [
            (event["recorded"], event["body"])
            for event in events
            if event["type"] == "notice fired" and event["body"]["kind"] == kind
        ]
        workflow = _seen(place, shown).edition.workflow
        return {
            name: _as_wanted(
                [_fired(at, body) for at, body in notices if body["timescale"] == name],
                said,
                lambda told: _spelt(place, workflow, told),
            )
            for name, said in wanted.items()
        }

    return look


def _fired(recorded: str, body: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    roles = dict.fromkeys(str(one["role"]).replace("_", " ") for one in body["messages"])
    return local_date(datetime.fromisoformat(recorded)).isoformat(), tuple(roles)


def _as_wanted(
    found: list[tuple[str, tuple[str, ...]]], wanted: Any, spelt: Any
) -> list[str] | Any:
    """What was wanted, if it is the same but for the order of its names; else what was found."""
    said = [f"{day}: {', '.join(names) or 'nobody'}" for day, names in found]
    if not isinstance(wanted, list) or len(wanted) != len(said):
        return said
    same = [_parts(one, spelt) == _parts(two, spelt) for one, two in zip(wanted, said, strict=True)]
    return wanted if all(same) else said


def _parts(said: Any, spelt: Any) -> tuple[str, set[str]]:
    day, _, names = str(said).partition(": ")
    return day, {one for name in names.split(", ") for one in spelt(name)}


def _spelt(place: Workplace, workflow: Workflow, name: str) -> list[str]:
    """A group by its agencies, as messages to a group name them; any other name in words."""
    group = workflow.groups.get(name.replace(" ", "_"))
    if group is None:
        return [name.replace("_", " ")]
    return [agency.id for agency in place.directory.of_kinds(group.kinds, _today(place))]


def only_by(place: Workplace, shown: Shown, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The roles that may take each of these steps, as each is judged for somebody who holds it."""
    seen = _seen(place, shown)
    workflow = seen.edition.workflow
    drafts = {role: _as_role(place, seen, role) for role in workflow.acting}
    found = {}
    for name, roles in wanted.items():
        step = _step(workflow, name)
        may = [role.replace("_", " ") for role, draft in drafts.items() if may_take(draft, step)]
        found[name] = roles if _same(roles, may) else may
    return found


def kept_by(place: Workplace, shown: Shown, wanted: Any) -> list[str]:
    """The roles that keep the record of the case."""
    seen = _seen(place, shown)
    workflow = seen.edition.workflow
    drafts = {role: _as_role(place, seen, role) for role in workflow.acting}
    keep = [role.replace("_", " ") for role, one in drafts.items() if held(one, workflow.keepers)]
    return wanted if _same(wanted, keep) else keep


def needs(place: Workplace, shown: Shown, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What each of these steps still needs, whoever takes it: each need by words that it holds."""
    seen = _seen(place, shown)
    drafts: dict[str, Draft] = {}
    found = {}
    for name, words in wanted.items():
        step = _step(seen.edition.workflow, name)
        role = step.who[0]
        draft = drafts[role] = drafts.get(role) or _as_role(place, seen, role)
        lacking = [one.need for one in missing(draft, step) if one.kind != NOT_THEIRS]
        said = [f"{one.said} ({one.how}) [{', '.join(one.who)}]" for one in lacking]
        found[name] = words if _all_said(words, said) else said
    return found


def _all_said(words: Any, said: list[str]) -> bool:
    """Whether each need is told by words of its own, the longest first, and none is left over."""
    if not isinstance(words, list) or len(words) != len(said):
        return False
    left = list(said)
    for one in sorted(map(str, words), key=len, reverse=True):
        held = next((text for text in left if one in text), None)
        if held is None:
            return False
        left.remove(held)
    return True


def starts_here(place: Workplace, shown: Shown, wanted: Any) -> list[str]:
    """The steps that start from where the case is, whatever they still need; those that start from
    any open state go without saying.
    """
    seen = _seen(place, shown)
    workflow = seen.edition.workflow
    every = {one.id for one in workflow.states.values() if not (one.closed or one.abstract)}
    steps = workflow.from_state(seen.case.state)
    found = [step.id for step in steps if not every <= set(step.starts)]
    return wanted if _same(wanted, found) else found


def asked_afresh(place: Workplace, shown: Shown, wanted: Any) -> list[str]:
    """The questions that this step has asked afresh: the next answer to each is a new one."""
    events = reading.history(place, str(shown["ref"]))
    workflow = _seen(place, shown).edition.workflow
    turns = [
        str(turn["what"])
        for event in events
        if event["n"] > shown["at_step"]
        for turn in event["body"].get("turns", ())
    ]
    found = list(dict.fromkeys(name for name in turns if name in workflow.questions))
    return wanted if _same(wanted, found) else found


def asks_afresh(place: Workplace, shown: Shown, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The questions that each of these steps would ask afresh if everything were answered."""
    seen = _seen(place, shown)
    workflow = seen.edition.workflow
    anybody = By(next(iter(place.directory.people)))
    draft = drafted(place, anybody, _all_answered(seen), seen.edition)
    found = {}
    for name, questions in wanted.items():
        asked = [str(turn["what"]) for turn in asked_anew(draft, _step(workflow, name))]
        found[name] = questions if _same(questions, asked) else asked
    return found


def _all_answered(seen: viewing.View) -> Case:
    """The case as if each of its questions had an answer."""
    known = seen.case
    rows = Rows()
    for table, kept in known.rows.tables.items():
        rows.table(table).update(kept)
    answers = rows.table("answers")
    for name in seen.edition.workflow.questions:
        key = (known.ref, name, "", known.occurrence(name))
        answers[key] = {"status": "answered", "value": None}
    return Case(known.ref, rows)


def waits_on(place: Workplace, shown: Shown, wanted: str) -> str:
    """The role or the group on which the case waits."""
    found = str(shown["waiting_on"]).replace("_", " ")
    return wanted if wanted.replace("_", " ") == found else found


def _same(wanted: Any, found: list[str]) -> bool:
    listed = [str(one) for one in wanted] if isinstance(wanted, list) else []
    return sorted(listed) == sorted(found) or sorted(
        one.replace("_", " ") for one in listed
    ) == sorted(one.replace("_", " ") for one in found)


def _seen(place: Workplace, shown: Shown) -> viewing.View:
    with place.database.read() as tx:
        return viewing.view(place, tx, str(shown["ref"]))


def _today(place: Workplace) -> str:
    return place.today().isoformat()


def _step(workflow: Workflow, name: str) -> Transition:
    step = workflow.transitions.get(name)
    if step is None:
        raise ScenarioError(f'"{workflow.title}" has no step {name}')
    return step


def _as_role(place: Workplace, seen: viewing.View, role: str) -> Draft:
    """A draft for somebody who holds one role alone, where it counts for this case."""
    known = place.directory
    about = seen.case.about or next(iter(known.agencies), "")
    directory = Directory(
        {**known.people, SOMEBODY: Person(SOMEBODY, "Somebody Sample")},
        known.agencies,
        (*known.appointments, Appointment(SOMEBODY, role, about)),
        known.absences,
        known.fallbacks,
    )
    return drafted(replace(place, directory=directory), By(SOMEBODY), seen.case, seen.edition)
