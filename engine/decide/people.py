"""The people a case is about: added one by one, and erased when the law asks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.canonical import clean_text
from engine.case import AnswerKey
from engine.decide import tasks
from engine.decide.draft import Draft
from engine.decide.keeping import need_keeper, need_themselves
from engine.decide.setting_aside import need_standing
from engine.errors import RefusedError

MOST_NAMED = 8
"""Questions that one task names; of more it says how many they are."""
MOST_CHILDREN = 4
"""A notification form holds one incident and four children at most (the national form)."""


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
        raise RefusedError(f"The case has no person {person}; it is about {listed}.")


def erase(
    draft: Draft, person: str, basis: str, held: Sequence[Mapping[str, Any]], *, packed: bool
) -> None:
    """Destroy every personal value about one person; the trail keeps that they existed, and this
    event. What else is on record of the case may name them still: to look through it is a task.

    `held` are the secrets and documents under that person's key; `packed` says whether a pack of
    the case was ever built, if only as a draft, or sent. Raises RefusedError for somebody
    unknown, and when the deciding person does not keep the record.
    """
    may_erase(draft, person)
    sealed = draft.secret(AnswerKey("basis", "", draft.chain.n + 1), clean_text(basis))
    body = {
        "person": person,
        "subject": f"{draft.case.ref}/{person}",
        "values": [[one["n"], one["path"]] for one in held if "path" in one],
        "documents": [one["document"] for one in held if "document" in one],
    }
    draft.emit("erased", body, sealed)
    _look_through(draft, person, packed=packed)


def _look_through(draft: Draft, person: str, *, packed: bool) -> None:
    """Leave it to those who keep the record to look at what is under the key of the case itself."""
    case = draft.case
    given = {
        key[1]
        for key, row in case.rows.table("answers").items()
        if row["personal"] and row["status"] == "answered" and row["subject"] == case.ref
    }
    found = [one.ask for one in draft.workflow.questions.values() if one.id in given]
    if len(found) > MOST_NAMED:
        found = [f"{len(found)} answers and documents, which `show {case.ref} --all` names"]
    if packed:
        found.append("the packs that were built or sent, drafts too")
    if case.row["children"]:
        found.append("the linked cases")
    if not found:
        return
    listed = "; ".join(found)
    what = f"look through what may still name {person}, and correct what does: {listed}"
    role = next(iter(draft.workflow.keepers), "")
    tasks.open_tasks(draft, [tasks.Task("follow up", what, role, person)])
