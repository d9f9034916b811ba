"""Approvals: one person's yes to an answer as it stands, void when the answer changes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace

from engine.decide.draft import Draft
from engine.decide.entries import keeping
from engine.decide.entries.typed import to_record
from engine.errors import DeniedError, Need, RefusedError

ANOTHER = "another of them approves it"


def approve(draft: Draft, what: str) -> None:
    """Record the deciding person's approval of the current answer to a question.

    Raises RefusedError when nothing asks for it, there is nothing to approve, or the person may
    not.
    """
    roles = _roles(draft, what)
    no = draft.case.occurrence(what)
    actor = draft.context.actor
    if any(map(draft.directory.is_service, (actor.decided, actor.recorded))):
        raise RefusedError(
            f'The approval of "{_ask(draft, what)}" is given by a person, never by a program.',
            (keeping.theirs(draft, roles, "give it"),),
        )
    held = keeping.held(draft, roles)
    if held is None:
        raise DeniedError(
            f'The approval of "{_ask(draft, what)}" is for others to give.',
            (keeping.theirs(draft, roles, "give it"),),
        )
    key = (draft.case.ref, what, no, actor.decided)
    existing = draft.case.rows.table("approvals").get(key)
    if existing and existing["status"] == "given":
        raise RefusedError("This person has already approved it as it stands.")
    body = {
        "of": what,
        "no": no,
        "person": actor.decided,
        "role": held.role,
        "agency": held.agency,
        "digest": digest(draft, what, no),
        "first": existing is None,
    }
    draft.emit("approval given", body)


def need_another(draft: Draft, what: str, recorders: Collection[str]) -> None:
    """Raise DeniedError where the approval is of those who put the answer on record, or who decided
    it: nobody approves what is their own. Whoever only records an approval may be one of them.
    """
    if draft.context.actor.decided not in recorders:
        return
    need = replace(keeping.theirs(draft, _roles(draft, what), "give it"), how=ANOTHER)
    sentence = f'The approval of "{_ask(draft, what)}" is not for whoever put it on record.'
    raise DeniedError(sentence, (need,))


def digest(draft: Draft, question: str, no: int) -> str:
    """What an approval is bound to: every current answer to the question, as committed or
    public.
    """
    rows = draft.case.rows.table("answers")
    parts = [
        f"{key[2]}={row['commitment'] or row['value']}"
        for key, row in sorted(rows.items())
        if key[1] == question and key[3] == no and row["status"] == "answered"
    ]
    if not parts:
        ask = draft.workflow.questions[question]
        raise RefusedError(
            f'There is no answer to "{ask.ask}" yet, so nothing to approve.',
            (Need(f'no answer to "{ask.ask}"', how=to_record(ask)),),
        )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _roles(draft: Draft, what: str) -> tuple[str, ...]:
    """The roles whose approval of an answer some step asks for."""
    wanted = [a for t in draft.workflow.transitions.values() for a in t.approve]
    found = dict.fromkeys(role for a in wanted if a.of == what for role in a.by)
    if not found:
        asked = f'"{_ask(draft, what)}"' if what in draft.workflow.questions else what
        others = sorted({a.of for a in wanted})
        raise RefusedError(
            f"No step of this process asks for the approval of {asked}.",
            tuple(
                Need(f'what is approved is "{_ask(draft, of)}"', how=f"approve {of}")
                for of in others
            ),
        )
    return tuple(found)


def _ask(draft: Draft, question: str) -> str:
    return draft.workflow.questions[question].ask
