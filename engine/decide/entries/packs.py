"""Packs on the record: what one still needs, that it was built, fell out of date, was frozen, sent.

A pack is never sent by itself, and what was signed off is never built over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.case import Case
from engine.decide.draft import Draft
from engine.decide.entries import tasks
from engine.decide.entries.answers import of_whom
from engine.decide.entries.typed import to_record
from engine.definition import Pack, Question, Transition, Workflow
from engine.errors import Need
from engine.prose import listed, names_of

TURN = "pack:"
"""Begins the name under which a case counts the versions of a pack that are no drafts."""
SETTLED = ("frozen", "sent")
"""What is signed off or sent stays as it was; anything else is built again from the record."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is kept, encrypted beside the trail."""

    document: str
    subject: str
    size: int
    chunks: int

    def plain(self) -> dict[str, str | int]:
        """The same as an event holds it."""
        return {
            "document": self.document,
            "subject": self.subject,
            "size": self.size,
            "chunks": self.chunks,
        }


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a pack as it was built."""

    pack: str
    no: int
    draft: bool
    manifest: str
    """SHA-256 of its manifest, which is salted and names the hash of every file."""
    archive: Kept
    head: str
    """The hash of the latest event that it rests on."""
    as_at: str
    basis: str
    """SHA-256 of all that it says, with commitments in the stead of personal values."""
    subjects: tuple[str, ...]
    """Those whose personal values it holds."""
    gaps: int


@dataclass(frozen=True, slots=True)
class Lack:
    """What the record lacks for a pack of one question."""

    question: str
    needs: tuple[Need, ...]
    """One for each person or agency of whom it is missing."""
    said: tuple[Need, ...]
    """The same, with those of several people in one sentence."""


def lacks(draft: Draft, pack: Pack) -> tuple[Lack, ...]:
    """Everything that a pack needs and the record has not, question by question."""
    found: list[Lack] = []
    said: set[str] = set()
    for name in dict.fromkeys(pack.requires):
        needs = tuple(need for need in _lacking(draft, name) if need.what not in said)
        said |= {need.what for need in needs}
        if needs:
            found.append(Lack(name, needs, _of_several(draft, name, needs)))
    return tuple(found)


def missing(draft: Draft, pack: Pack) -> tuple[Need, ...]:
    """The same as one list, with who can supply each and how."""
    return tuple(need for lack in lacks(draft, pack) for need in lack.needs)


def standing(case: Case, workflow: Workflow) -> tuple[str, ...]:
    """The packs of a case of which there is a version that is no draft."""
    return tuple([name for name in sorted(workflow.packs) if case.turn(f"{TURN}{name}")])


def built(draft: Draft, version: Version) -> None:
    """A version of a pack was built from the record as it stood."""
    turn = f"{TURN}{version.pack}"
    counted = {"what": turn, "no": version.no, "first": not draft.case.knows_turn(turn)}
    body = {
        "pack": version.pack,
        "no": version.no,
        "status": "draft" if version.draft else "current",
        "manifest": version.manifest,
        "archive": version.archive.plain(),
        "head": version.head,
        "as_at": version.as_at,
        "basis": version.basis,
        "subjects": list(version.subjects),
        "gaps": version.gaps,
        "turns": [] if version.draft else [counted],
    }
    draft.emit("pack built", body, draft.reason())


def out_of_date(draft: Draft, pack: str, no: int, causes: Sequence[str]) -> None:
    """What a current pack rests on has changed, or a newer version takes its place."""
    _changed(draft, pack, no, {"status": "out of date"}, {"causes": list(causes)})


def freeze(draft: Draft, pack: Pack, no: int, *, stale: bool) -> None:
    """A pack stays as it was when it was signed off; one that was out of date is a task."""
    _changed(draft, pack.id, no, {"status": "frozen"}, {"causes": [pack.signed_off_by]})
    if stale:
        what = f'"{pack.title}" was out of date when it was signed off: look at what had changed'
        step = draft.workflow.transitions[pack.signed_off_by]
        role = step.who[0] if step.who else ""
        tasks.open_tasks(draft, [tasks.Task("follow up", what, role, pack.id)])


@dataclass(frozen=True, slots=True)
class Sending:
    """A pack that somebody sent: what really went, and how it differs from what was built."""

    pack: str
    no: int
    built: bool
    """Whether this version was ever built here."""
    file: Kept
    receipt: Kept | None
    files: Mapping[str, str]
    """Of each generated file: same, different or missing."""
    added: int
    """How many files went that were not generated."""
    subjects: tuple[str, ...]
    draft: int = 0
    """The number of the draft that went, wholly or in part, or with which it was compared because
    nothing else was built; 0 if it was none.
    """
    unlike: int = 0
    """The number of the version of which nothing went; 0 if something of it did, or none was built.
    """


def sent(draft: Draft, sending: Sending, sealed: Mapping[str, str]) -> None:
    """A pack was sent; to whom, and which file, is in `sealed`."""
    now: dict[str, str | None] = {"status": "sent", "sent_on": draft.context.happened}
    if not sending.built:
        nothing = {"manifest": "", "archive": "", "head": ""}
        now |= nothing | {"built_on": draft.context.happened}
    more: dict[str, Any] = {
        "file": sending.file.document,
        "receipt": sending.receipt.document if sending.receipt else "",
        "files": dict(sending.files),
        "added": sending.added,
        "subjects": list(sending.subjects),
    }
    if sending.draft:
        of_it = "same" in sending.files.values()
        how = "is of" if of_it else "was compared with"
        more["causes"] = [f"what went {how} the draft, version {sending.draft}"]
    if sending.unlike:
        more["causes"] = [f"nothing of version {sending.unlike} is in what went"]
    kept = [sending.file, *([sending.receipt] if sending.receipt else [])]
    more["documents"] = [one.plain() for one in kept]
    _changed(draft, sending.pack, sending.no, now, more, sealed)


def _changed(
    draft: Draft,
    pack: str,
    no: int,
    now: Mapping[str, Any],
    more: Mapping[str, Any],
    sealed: Mapping[str, str] | None = None,
) -> None:
    first = "built_on" in now
    body = {"pack": pack, "no": no, "first": first, "now": dict(now), "documents": [], **more}
    draft.emit("pack changed", body, sealed)


def _lacking(draft: Draft, name: str) -> list[Need]:
    question = draft.workflow.questions[name]
    everybody = of_whom(draft, question)
    if question.per and not everybody:
        who = names_of(draft.workflow, draft.workflow.keepers)
        how = f'person {draft.case.ref} add "{question.per}"'
        nobody = Need(f"no {question.per} has been added to the case", who, how)
        return [nobody, _need(draft, question, question.per.upper())]
    case = draft.case
    on_file = case.dealt_with if question.asked_of else case.answered
    return [_need(draft, question, of) for of in everybody if not on_file(name, of)]


def _of_several(draft: Draft, name: str, needs: tuple[Need, ...]) -> tuple[Need, ...]:
    question = draft.workflow.questions[name]
    lacking = [of for of in of_whom(draft, question) if not draft.case.answered(name, of)]
    if not question.per or len(lacking) < 2:
        return needs
    return (_need(draft, question, question.per.upper(), listed(lacking)),)


def _need(draft: Draft, question: Question, of: str, whose: str = "") -> Need:
    path = f"{question.id}/{of}" if of else question.id
    if question.asked_of:
        agency = draft.directory.agencies[of].title
        day = "" if draft.case.answer(question.id, of) else "=DAY"
        how = f"{to_record(question, of)}, or record --no-reply {path}{day}"
        who = (agency, *names_of(draft.workflow, draft.workflow.keepers))
        return Need(f'{agency} has not been asked: "{question.ask}"', who, how)
    about = f" for {whose or of}" if of else ""
    what = f'no answer to "{question.ask}"{about}'
    return Need(what, _who(draft, question), _how(draft, question, path))


def _how(draft: Draft, question: Question, path: str) -> str:
    """What a step answers is had by taking the step; everything else is recorded."""
    answering = _answering(draft, question)
    if answering:
        return f"take {' or '.join(step.id for step in answering)} --on DAY"
    return to_record(question, path.partition("/")[2])


def _answering(draft: Draft, question: Question) -> tuple[Transition, ...]:
    """The steps of which a question keeps the day, or what they decide."""
    edition = draft.edition
    return edition.dated_by.get(question.id) or edition.set_by.get(question.id, ())


def _who(draft: Draft, question: Question) -> tuple[str, ...]:
    """Those who may take the steps that answer it, or need it; else those who keep the record."""
    answering = [role for step in _answering(draft, question) for role in step.who]
    needing = answering or draft.edition.supplied_by.get(question.id) or draft.workflow.keepers
    return names_of(draft.workflow, dict.fromkeys(needing))
