"""The people a case is about: added one by one, and erased when the law asks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.canonical import clean_text
from engine.case import AnswerKey, Case
from engine.decide.draft import Draft
from engine.decide.entries import packs, tasks
from engine.decide.entries.keeping import need_keeper, need_themselves
from engine.decide.steps.setting_aside import need_standing
from engine.errors import RefusedError
from engine.prose import listed

MOST_NAMED = 8
"""Questions that one task names; of more it says how many they are."""
MOST_CHILDREN = 4
"""A notification form holds one incident and four children at most (the national form)."""
LOOK_THROUGH = "look through what may still name"
"""Begins the task that an erasure leaves; until it is done, no pack is built by itself."""


class Version(NamedTuple):
    """A version of a pack of which a file was here when somebody was erased."""

    stream: str
    """The case of which it is a pack."""
    pack: str
    no: int
    status: str
    kept: bool = False
    """Whether a file of it stays, for it prints nothing that was recorded under the person."""

    @property
    def settled(self) -> bool:
        """Whether it was signed off or sent, and so cannot be built again as it was."""
        return self.status in packs.SETTLED


@dataclass(frozen=True, slots=True)
class Erasure:
    """Whose values are destroyed, on what basis, and what goes with them."""

    person: str
    basis: str
    values: Sequence[tuple[int, str]]
    """The secrets under their key, by entry and path."""
    documents: Sequence[str]
    """Their documents, and the files of packs that go."""
    versions: Sequence[Version] = ()
    """The packs that were signed off or sent."""
    again: bool = False
    """Whether what was recorded under them was destroyed before."""


def add(draft: Draft, kind: str) -> str:
    """Add somebody the case is about; yields their id within the case.

    Raises RefusedError for a kind that there is not, and for somebody who does not keep the record.
    """
    need_standing(draft)
    need_keeper(draft, "Adding a person", "add somebody")
    kinds = draft.workflow.person_kinds
    if kind not in kinds:
        raise RefusedError(f'A person of the case is one of: {", ".join(kinds)}; not "{kind}".')
    person = f"p{len(draft.case.rows.table('people')) + 1}"
    draft.emit("person added", {"person": person, "kind": kind})
    return person


def may_erase(draft: Draft, person: str) -> None:
    """Raise RefusedError for somebody unknown, and unless the deciding person keeps the record."""
    need_keeper(draft, "An erasure", "decide it")
    need_themselves(
        draft, "Nothing is erased in the name of somebody else; whoever decided it does it."
    )
    if person not in draft.case.people():
        listed = ", ".join(draft.case.people()) or "nobody"
        raise RefusedError(f'The case has no person "{person[:40]}"; it is about {listed}.')


def erase(draft: Draft, erasure: Erasure) -> None:
    """Destroy every personal value about one person; the trail keeps that they existed, and this
    event. What else is on record of the case may name them still: to look through it is a task.

    Raises RefusedError for somebody unknown, when the deciding person does not keep the record, and
    once more where nothing is left to destroy.
    """
    person = erasure.person
    may_erase(draft, person)
    need_something(erasure)
    basis = clean_text(erasure.basis)
    sealed = draft.secret(AnswerKey("basis", "", draft.chain.n + 1), basis)
    body = {
        "person": person,
        "subject": f"{draft.case.ref}/{person}",
        "values": [[n, path] for n, path in erasure.values],
        "documents": list(erasure.documents),
    }
    draft.emit("erased", body, sealed)
    left = [] if erasure.again else _left(draft, erasure)
    role = next(iter(draft.workflow.keepers), "")
    tasks.open_tasks(draft, [tasks.Task("follow up", what, role, person) for what in left])


def need_something(erasure: Erasure) -> None:
    """Raise RefusedError where somebody was erased before, and no file of a pack is to go now."""
    if not erasure.again or erasure.documents:
        return
    kept = any(one.kept for one in erasure.versions)
    more = " but packs that were signed off or sent, which --copies destroys" if kept else ""
    raise RefusedError(
        f"What was recorded under {erasure.person} was erased from this case before, and nothing "
        f"is left to destroy{more}."
    )


def not_looked_through(case: Case) -> tuple[str, ...]:
    """Those who were erased while what may still name them was not looked through yet."""
    rows = (row for _, row in case.open_tasks() if str(row["what"]).startswith(LOOK_THROUGH))
    return tuple(dict.fromkeys(str(row["subject"]) for row in rows))


def _left(draft: Draft, erasure: Erasure) -> list[str]:
    """What an erasure leaves to those who keep the record: what to look through, whom to tell."""
    ref, person = draft.case.ref, erasure.person
    found = []
    on_record = _under_the_case(draft)
    if on_record:
        where = "; ".join(on_record)
        waits = " (packs are built again by themselves when this is done)"
        until = waits if packs.standing(draft.case, draft.workflow) else ""
        found.append(f"{LOOK_THROUGH} {person}, and correct what does{until}: {where}")
    kept = _titled(draft, [one for one in erasure.versions if one.kept])
    if kept:
        found.append(
            f"look whether what is kept of packs that were signed off or sent names {person}: "
            f"{kept}; where it does, tell those to whom it was sent, and `erase {ref} --person "
            f"{person} --copies` destroys it here"
        )
    gone = [one for one in erasure.versions if one.status == "sent" and not one.kept]
    if gone:
        found.append(
            f"tell those to whom it was sent that {person} was erased here: "
            f"{_titled(draft, gone)}; `history {ref} --personal` says who they are"
        )
    return found


def _under_the_case(draft: Draft) -> list[str]:
    """What is on record under the key of the case itself, and may name anybody."""
    case = draft.case
    given = {
        key[1]
        for key, row in case.rows.table("answers").items()
        if row["personal"] and row["status"] == "answered" and row["subject"] == case.ref
    }
    found = [one.ask for one in draft.workflow.questions.values() if one.id in given]
    if len(found) > MOST_NAMED:
        found = [f"{len(found)} answers and documents, which `show {case.ref} --all` names"]
    return [*found, *(["the linked cases"] if case.row["children"] else [])]


def _titled(draft: Draft, versions: Sequence[Version]) -> str:
    """Versions of packs as a task names them; of many only how many there are of each pack."""
    numbers: dict[tuple[str, str], list[str]] = {}
    for one in versions:
        numbers.setdefault((one.stream, one.pack), []).append(str(one.no))
    return "; ".join(_several(draft, *named, found) for named, found in numbers.items())


def _several(draft: Draft, stream: str, pack: str, numbers: Sequence[str]) -> str:
    known = draft.workflow.packs.get(pack) if stream == draft.case.ref else None
    title = f'"{known.title}"' if known else f'"{pack}" of {stream}'
    if len(numbers) > MOST_NAMED:
        return f"{title}, {len(numbers)} versions"
    return f"{title}, {'version' if len(numbers) == 1 else 'versions'} {listed(numbers)}"
