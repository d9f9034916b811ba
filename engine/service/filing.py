"""Files that are handed over, kept encrypted beside the trail: whole and unchanged, at most 25 MB.

A file that is empty, cannot be read to its end or changes meanwhile is refused.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from typing import BinaryIO

from engine.canonical import canonical, clean_text
from engine.case import AnswerKey, Given
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries.packs import Kept
from engine.decide.timing.lateness import recorded_late
from engine.errors import Need, RefusedError
from engine.guessing import resembling
from engine.service.workplace import File, Workplace
from engine.vault import MOST_BYTES, Hashing

_PIECE = 1024 * 1024
"""Bytes that are read at a time."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that is given with something else: which question it answers, of whom."""

    question: str
    file: File
    of: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """A document that was put on file."""

    id: str
    sha256: str
    size: int


def put(
    place: Workplace, tx: Transaction, draft: Draft, about: AnswerKey, source: BinaryIO
) -> Filed:
    """Encrypt a document beside the trail, and seal that it is there.

    `about` names the question that it answers, and the subject under whose key it lies. Raises
    RefusedError for a file that is not kept.
    """
    document, body = _stored(place, tx, draft, about, source)
    draft.emit("document attached", body)
    return document


def put_answer(place: Workplace, tx: Transaction, draft: Draft, paper: Paper) -> Given:
    """Put a document on file, and yield what it says as the answer to its question.

    Raises RefusedError for a question that takes none, and a file that is not kept.
    """
    known = draft.workflow.questions.get(paper.question)
    if known is None or known.answer != "document":
        ask = f'"{known.ask}"' if known else paper.question
        raise RefusedError(f"{ask} takes no document.", _papers(draft, paper.question))
    subject = f"{draft.case.ref}/{paper.of}" if known.per else draft.case.ref
    filed = put(place, tx, draft, AnswerKey(paper.question, subject), paper.file.source)
    name = clean_text(paper.file.name)
    value = canonical({"document": filed.id, "name": name, "sha256": filed.sha256})
    return Given(paper.question, value, paper.of)


def told_apart(file: File) -> tuple[str, str]:
    """By what a file is told from another when a key is used again: its name, and the hash of what
    it holds; empty where it can be read but once, as through a pipe.
    """
    hashing = hashlib.sha256()
    try:
        start = file.source.tell()
        # Of one that is too large no more than is ever kept: it is refused later.
        for _ in range(MOST_BYTES // _PIECE + 1):
            hashing.update(file.source.read(_PIECE))
        file.source.seek(start)
    except OSError:
        return file.name, ""
    return file.name, hashing.hexdigest()


def _papers(draft: Draft, name: str) -> tuple[Need, ...]:
    """The questions that take a document and are called nearly so; where all are listed else."""
    known = {q.id: q.ask for q in draft.workflow.questions.values() if q.answer == "document"}
    near = resembling(name, known, 3)
    found = tuple(Need(f'what does is "{known[one]}"', how=f"attach {one}") for one in near)
    more = f"`record {draft.case.ref} --form --all` lists those that are still to come"
    return found or (Need("a question that takes a document", how=more),)


def put_evidence(place: Workplace, tx: Transaction, draft: Draft, file: File) -> None:
    """Put what shows that somebody decided something on file, as the context of a draft names it.

    Its name and its hash are personal values.
    """
    about = AnswerKey("evidence", draft.case.ref)
    document, body = _stored(place, tx, draft, about, file.source, draft.context.evidence)
    value = canonical({"name": clean_text(file.name), "sha256": document.sha256})
    sealed = draft.secret(AnswerKey("evidence", "", draft.chain.n + 1), value)
    draft.emit("document attached", body, sealed)


def keep(place: Workplace, tx: Transaction, subject: str, source: BinaryIO) -> Kept:
    """Encrypt a file beside the trail, under a subject's key; an event must say that it is there.

    Raises RefusedError for a file that is not kept.
    """
    return _kept(place, tx, subject, Hashing(source), source)


def _stored(
    place: Workplace,
    tx: Transaction,
    draft: Draft,
    about: AnswerKey,
    source: BinaryIO,
    document: str = "",
) -> tuple[Filed, dict[str, str | int]]:
    hashing = Hashing(source)
    kept = _kept(place, tx, about.of, hashing, source, document)
    late = int(recorded_late(draft))
    body = {**kept.plain(), "question": about.question, "late": late}
    return Filed(kept.document, hashing.sha256, hashing.size), body


def _kept(
    place: Workplace,
    tx: Transaction,
    subject: str,
    hashing: Hashing,
    source: BinaryIO,
    document: str = "",
) -> Kept:
    document = document or place.randomness(16).hex()
    was = _state(source)
    try:
        chunks = place.vault.store_document(tx, document, subject, hashing)
    except OSError as error:
        raise RefusedError(
            f"The file cannot be read to its end ({error.strerror}); look whether it is whole."
        ) from None
    if _state(source) != was:
        raise RefusedError("The file was changed while it was read; do it again when it is whole.")
    if not hashing.size:
        raise RefusedError("The file is empty; look whether it is the one that was meant.")
    return Kept(document, subject, hashing.size, chunks)


def _state(source: BinaryIO) -> tuple[int, int] | None:
    """How large a file is and when it was last written; None of what is no file on a disk."""
    try:
        known = os.fstat(source.fileno())
    except (OSError, ValueError, AttributeError):
        return None
    return (known.st_size, known.st_mtime_ns) if stat.S_ISREG(known.st_mode) else None
