"""The people a case is about: added one by one, and erased when the law asks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.canonical import clean_text
from engine.case import AnswerKey
from engine.decide.draft import Draft
from engine.decide.keeping import need_keeper
from engine.decide.setting_aside import need_standing
from engine.errors import RefusedError

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


def erase(draft: Draft, person: str, basis: str, held: Sequence[Mapping[str, Any]]) -> None:
    """Destroy every personal value about one person; the trail keeps that they existed, and this
    event.

    `held` are the secrets and documents under that person's key. Raises RefusedError for somebody
    unknown, and when the deciding person does not keep the record.
    """
    need_keeper(draft, "An erasure", "decide it")
    if person not in draft.case.people():
        listed = ", ".join(draft.case.people()) or "nobody"
        raise RefusedError(f"The case has no person {person}; it is about {listed}.")
    sealed = draft.secret(AnswerKey("basis", "", draft.chain.n + 1), clean_text(basis))
    body = {
        "person": person,
        "subject": f"{draft.case.ref}/{person}",
        "values": [[one["n"], one["path"]] for one in held if "path" in one],
        "documents": [one["document"] for one in held if "document" in one],
    }
    draft.emit("erased", body, sealed)
