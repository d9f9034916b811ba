"""Restricting a case to those on a list, conflicts of interest, and breaking the glass. Pure.

Whoever records it is judged today. The reasons are personal: they are sealed, and in no message.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine import rights
from engine.barring import CONFLICT, ENOUGH, RESTRICTED, Barriers, main, nobody_left, standing
from engine.calendars import LONDON
from engine.case import Key, Row
from engine.dates import iso
from engine.decide.draft import Draft
from engine.decide.entries import keeping, tasks
from engine.decide.entries.telling import addressed
from engine.directory import Recipient
from engine.errors import DeniedError, Need, RefusedError, UsageError
from engine.nouns import count
from engine.prose import names_of

FEWEST: Final = 2
"""So many people at the least are on a list, so that one of them can let others in."""
HOUR: Final = timedelta(minutes=60)
"""How long broken glass shows a case, from the moment in which it was broken."""
REVIEW: Final = "review"
"""The kind of the task that broken glass leaves."""

Waiting = Mapping[str, str]
"""The messages of a case and its linked cases that wait to be sent, each with whom it is for."""


def restrict(draft: Draft, people: Sequence[str], waiting: Waiting) -> None:
    """From now on only these people may see the case, and act in it.

    Raises RefusedError for a list on which whoever makes it does not stand, or that holds nobody
    who can keep the record; DeniedError for somebody who may not; UsageError for an unknown person.
    """
    _need_main(draft)
    _need_reason(draft, "A case is restricted for a reason")
    wanted = tuple(dict.fromkeys(people))
    _need_known(draft, wanted)
    before = standing(_rows(draft))
    anew = not before.listed or before.bars(draft.context.actor.recorded)
    if anew and not _may_restrict(draft):
        need = keeping.theirs(draft, draft.workflow.keepers, "restrict it")
        raise DeniedError("A case is restricted by those who read the whole of it.", (need,))
    _need_list(draft, wanted, before)
    after = before._replace(listed=wanted, by=draft.context.actor.recorded)
    known = _known(draft, RESTRICTED)
    body: dict[str, Any] = {
        "people": list(wanted),
        "first": [one for one in wanted if one not in known],
        "dropped": [one for one in before.listed if one not in wanted],
        "withdrawn": _withdrawn(after, waiting),
    }
    draft.emit("case restricted", body, draft.reason())


def is_left_to_keepers(draft: Draft) -> bool:
    """Whether nobody on the list of a case has a part here any more who could let others in: those
    who keep the record of the process then make a new list.
    """
    day, before = iso(draft.context.today), standing(_rows(draft))
    recorder = draft.context.actor.recorded
    left = (one for one in before.listed if not before.bars(one))
    gone = not any(draft.everybody.has_part(one, day) for one in left)
    keeper = draft.everybody.acting(recorder, draft.workflow.keepers, day) is not None
    return bool(before.listed) and gone and keeper and recorder not in before.conflicted


def lift(draft: Draft) -> None:
    """Everybody may see the case again who could before. Raises RefusedError where there is no
    list.
    """
    _need_main(draft)
    _need_reason(draft, "A restriction is lifted for a reason")
    there = standing(_rows(draft)).listed
    if not there:
        raise RefusedError(f"{draft.case.ref} is not restricted.")
    draft.emit("restriction lifted", {"people": list(there)}, draft.reason())


def declare(draft: Draft, person: str, waiting: Waiting) -> None:
    """Somebody is in conflict with a case: they neither read it, act in it, nor are told of it.

    Raises DeniedError for somebody who may not say so, and RefusedError where it would leave nobody
    on the list of a restricted case.
    """
    _need_main(draft)
    _need_reason(draft, "A conflict of interest is declared with what it is")
    _need_known(draft, (person,))
    actor, before = draft.context.actor, standing(_rows(draft))
    if actor.recorded == person:
        _need_human_part(draft, person)
    else:
        keeping.need_keeper(draft, "To declare a conflict of somebody else", "declare it")
    if person in before.conflicted:
        raise RefusedError(f"{person} is declared to be in conflict with {draft.case.ref} already.")
    after = before._replace(conflicted=(*before.conflicted, person))
    if before.listed and all(after.bars(one) for one in before.listed):
        how = f"case restrict {draft.case.ref} --to PERSON --to PERSON --reason TEXT"
        need = Need("nobody on its list would be left", how=how)
        raise RefusedError("Nobody could see the case any more.", (need,))
    first = int(person not in _known(draft, CONFLICT))
    body = {"person": person, "first": first, "withdrawn": _withdrawn(after, waiting)}
    draft.emit("conflict declared", body, draft.reason())


def end(draft: Draft, person: str) -> None:
    """Somebody is no more in conflict with a case; never by their own word.

    Raises DeniedError for themselves and for those who do not keep the record.
    """
    _need_main(draft)
    _need_reason(draft, "A conflict of interest ends for a reason")
    if person in (draft.context.actor.recorded, draft.context.actor.decided):
        raise DeniedError("Nobody ends their own conflict of interest; ask who keeps the record.")
    keeping.need_keeper(draft, "To end a conflict of interest", "end it")
    if person not in standing(_rows(draft)).conflicted:
        raise RefusedError(f'Nobody has declared that "{person[:40]}" is in conflict with it.')
    draft.emit("conflict ended", {"person": person}, draft.reason())


def break_glass(draft: Draft) -> tuple[Recipient, ...]:
    """Somebody is to read a case for an hour that is not theirs to read; those who are told.

    Raises DeniedError for a program and for somebody without a part here, RefusedError where it is
    broken already and where there are not enough others who can be told.
    """
    _need_main(draft)
    _need_reason(draft, "The glass is broken for a reason, which those who are told look at")
    keeping.need_themselves(draft, "Whoever breaks the glass does so themselves.")
    person, now = draft.context.actor.recorded, draft.context.now
    _need_human_part(draft, person)
    found = _told(draft, person)
    if len(found) < ENOUGH:
        how = 'name them in config.toml: [break_glass] tell = ["PERSON", "PERSON"]'
        need = Need(f"{count(len(found), 'other person')} can be told, and it takes two", how=how)
        raise RefusedError("The glass cannot be broken.", (need,))
    until = now + HOUR
    n = draft.chain.n + 1
    task = f"{n + 1}.1"
    what = (
        f"{person} broke the glass, to read this case until {_hour(until)}; review why "
        f"(task {task})"
    )
    body = {
        "person": person,
        "since": int(now.timestamp() * 1_000_000),
        "until": int(until.timestamp() * 1_000_000),
        "task": task,
        "messages": [addressed(draft, one, what, urgent=True) for one in found],
    }
    draft.emit("glass broken", body, draft.reason())
    on = iso(draft.context.today)
    what = f"review why {person} broke the glass of this case on {on}: @{n} of its history"
    role = next(iter(draft.workflow.keepers), "")
    tasks.open_tasks(draft, [tasks.Task(REVIEW, what, role, f"@{n}")])
    return found


def overdue(draft: Draft, person: str, n: int) -> None:
    """Tell more people that nobody has reviewed why somebody broke the glass, entry `n`."""
    glass = next(one for one in standing(_rows(draft)).glass if (one.person, one.n) == (person, n))
    day, role = iso(draft.context.today), next(iter(draft.workflow.keepers), "")
    every = [
        *glass.told,
        *(one.person for name in draft.workflow.keepers for one in _holding(draft, name, day)),
        draft.directory.fallback(role, day),
    ]
    people = _tellable(draft, every, person)
    what = f"Nobody has reviewed yet why {person} broke the glass (task {glass.task})"
    found = [addressed(draft, Recipient(one, role), what, urgent=True) for one in people]
    draft.emit("review overdue", {"person": person, "broken": n, "messages": found})


def need_reviewer(draft: Draft, task: str) -> bool:
    """Whether somebody may say that a task is done because they were told to review it.

    Raises DeniedError for whoever broke the glass.
    """
    actor = draft.context.actor
    for glass in standing(_rows(draft)).glass:
        if glass.task != task:
            continue
        if glass.person in (actor.decided, actor.recorded):
            raise DeniedError("Whoever broke the glass does not review it; one who was told does.")
        return actor.recorded == actor.decided and actor.recorded in glass.told
    return False


def reviews(draft: Draft, person: str) -> bool:
    """Whether somebody was told of broken glass of this case, to review it."""
    return any(person in one.told for one in standing(_rows(draft)).glass)


def without_anybody(draft: Draft) -> tuple[str, ...]:
    """The roles of a case and of its linked cases that nobody holds any more who may see it."""
    every = [draft.workflow, *(one.workflow for one in draft.edition.children.values())]
    roles = [role for workflow in every for role in workflow.acting]
    return nobody_left(draft.everybody, standing(_rows(draft)), roles, iso(draft.context.today))


def listed(draft: Draft) -> tuple[str, ...]:
    """Those who alone may see a case; nobody is named where everybody may."""
    return standing(_rows(draft)).listed


def _rows(draft: Draft) -> dict[Key, Row]:
    return draft.case.rows.table("barriers")


def _known(draft: Draft, kind: str) -> Collection[str]:
    return {str(key[2]) for key in _rows(draft) if key[1] == kind}


def _withdrawn(after: Barriers, waiting: Waiting) -> list[str]:
    return sorted(message for message, person in waiting.items() if after.bars(person))


def _need_main(draft: Draft) -> None:
    above = main(draft.case.ref)
    if above != draft.case.ref:
        raise UsageError(f"A linked case has the barriers of the case above it; name {above}.")


def _need_reason(draft: Draft, sentence: str) -> None:
    if not draft.context.reason:
        raise RefusedError(f"{sentence}; give --reason TEXT.")


def _need_known(draft: Draft, people: Iterable[str]) -> None:
    for person in people:
        if person not in draft.everybody.people:
            raise UsageError(f'config.toml names no person "{person[:40]}"; use an id of it.')


def _may_restrict(draft: Draft) -> bool:
    """Whether somebody keeps the record of a case, or reads the whole of it by their role."""
    recorder, workflow = draft.context.actor.recorded, draft.workflow
    day, keepers = iso(draft.context.today), workflow.keepers
    # Of a list of which nobody is here any more, whoever makes a new one is not on it.
    if keeping.held(draft, keepers, recorder) or draft.everybody.acting(recorder, keepers, day):
        return True
    at = rights.Concern(at=frozenset(rights.around(workflow, draft.case.state)))
    return rights.reader(draft.directory, workflow, recorder, day, at).whole


def _need_list(draft: Draft, wanted: Sequence[str], before: Barriers) -> None:
    day, everybody, keepers = iso(draft.context.today), draft.everybody, draft.workflow.keepers
    sentence = "The case cannot be restricted to these people."
    if draft.context.actor.recorded not in wanted:
        raise RefusedError(sentence, (Need("you are not on the list", how="add --to yourself"),))
    there = [p for p in wanted if p not in before.conflicted and not everybody.is_service(p)]
    if len(there) < FEWEST:
        said = "a list holds at least two people who are not in conflict with the case"
        raise RefusedError(sentence, (Need(said, how="add --to somebody else"),))
    if not any(everybody.has_role(person, keepers, day) for person in there):
        who = names_of(draft.workflow, keepers)
        said = "nobody on it can keep the record of the case"
        raise RefusedError(sentence, (Need(said, who, "add --to one of those who can"),))


def _need_human_part(draft: Draft, person: str) -> None:
    if draft.everybody.is_service(person):
        raise DeniedError("This is for people, not for a service account.")
    if not draft.everybody.has_part(person, iso(draft.context.today)):
        need = Need("you hold no role today", how="config.toml says who holds which role")
        raise DeniedError("What is on record here is not yours to read.", (need,))


def _told(draft: Draft, breaker: str) -> tuple[Recipient, ...]:
    """Whom config.toml names, one at least of whom may see the case; else those on its list, or
    where there is none those who keep its record.
    """
    barriers, day = standing(_rows(draft)), iso(draft.context.today)
    keepers = draft.workflow.keepers
    own = barriers.listed or tuple(a.person for k in keepers for a in _holding(draft, k, day))
    people = _tellable(draft, draft.directory.alerted or own, breaker)
    if people and all(barriers.bars(one) for one in people):
        people += _tellable(draft, own, breaker)[:1]
    return tuple(Recipient(one, next(iter(keepers), "")) for one in people)


def _holding(draft: Draft, role: str, day: str) -> Sequence[Any]:
    return draft.directory.appointed(role, day)


def _tellable(draft: Draft, people: Iterable[str], breaker: str) -> list[str]:
    """Of these people those who can be told of what somebody else did; none who is in conflict."""
    out, known = standing(_rows(draft)).conflicted, draft.directory
    return [
        one
        for one in dict.fromkeys(people)
        if one and one != breaker and one not in out and not known.is_service(one)
    ]


def _hour(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(LONDON)).strftime("%H:%M")
