"""Documents: put on file encrypted, at most 25 MB each, read back only by a logged read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from engine import queries, statements
from engine.canonical import canonical, clean_text, parse
from engine.case import AnswerKey, Given
from engine.database import Transaction
from engine.decide import answers, clocks, people, recording, tasks
from engine.decide.draft import Draft
from engine.decide.packs import Kept
from engine.errors import Need, RefusedError
from engine.service import access
from engine.service.changing import Outcome, Wanted, change
from engine.service.workplace import By, Workplace
from engine.vault import Hashing


@dataclass(frozen=True, slots=True)
class File:
    """A file as somebody hands it over."""

    name: str
    source: BinaryIO


def attach(place: Workplace, by: By, ref: str, question: str, file: File, of: str = "") -> Outcome:
    """Answer a document question with a file: its bytes, its name and its hash are personal values.

    Raises RefusedError when the question takes no document, or the file is larger than 25 MB.
    """

    def act(draft: Draft, tx: Transaction) -> None:
        known = draft.workflow.questions.get(question)
        if known is None or known.answer != "document":
            listed = [q.id for q in draft.workflow.questions.values() if q.answer == "document"]
            raise RefusedError(
                f"{question} takes no document.", (Need(f"one of: {', '.join(listed)}"),)
            )
        subject = f"{ref}/{of}" if known.per else ref
        filed = put(place, tx, draft, AnswerKey(question, subject), file.source)
        name = clean_text(file.name)
        value = canonical({"document": filed.id, "name": name, "sha256": filed.sha256})
        given = [Given(question, value, of)]
        wrong = answers.mistakes(draft, given)
        if wrong:
            raise RefusedError("The document cannot be put on file.", wrong)
        recording.write(draft, given)
        clocks.review(draft, [question], "a document was put on file")
        tasks.close_answered(draft)

    asked = {"question": question, "of": of, "name": file.name}
    return change(place, by, Wanted("attach", ref, act, request=asked))


def file_evidence(place: Workplace, by: By, ref: str, name: str, source: BinaryIO) -> str:
    """Put what shows that somebody decided something on file; yields the document's id.

    It is a command of its own under a key of its own, and is never filed twice under one.
    """
    filed: list[Filed] = []

    def act(draft: Draft, tx: Transaction) -> None:
        document, body = _stored(place, tx, draft, AnswerKey("evidence", ref), source)
        value = canonical({"name": clean_text(name), "sha256": document.sha256})
        sealed = draft.secret(AnswerKey("evidence", "", draft.chain.n + 1), value)
        draft.emit("document attached", body, sealed)
        filed.append(document)

    own = replace(by, key=f"{by.key}.evidence" if by.key else "", decided_by="", reason="")
    outcome = change(place, own, Wanted("evidence", ref, act, request={"name": name}))
    if filed:
        return filed[0].id
    with place.database.read() as tx:
        [text] = place.store.events(tx, ref, outcome.version)[:1]
    return str(parse(text)["body"]["document"])


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

    `about` names the question that it answers, and the subject under whose key it lies.
    """
    document, body = _stored(place, tx, draft, about, source)
    draft.emit("document attached", body)
    return document


def keep(place: Workplace, tx: Transaction, subject: str, source: BinaryIO) -> Kept:
    """Encrypt a file beside the trail, under a subject's key; an event must say that it is there.

    Raises RefusedError past 25 MB.
    """
    return _kept(place, tx, subject, Hashing(source))


def _kept(place: Workplace, tx: Transaction, subject: str, source: Hashing) -> Kept:
    document = place.randomness(16).hex()
    chunks = place.vault.store_document(tx, document, subject, source)
    return Kept(document, subject, source.size, chunks)


def _stored(
    place: Workplace, tx: Transaction, draft: Draft, about: AnswerKey, source: BinaryIO
) -> tuple[Filed, dict[str, str | int]]:
    hashing = Hashing(source)
    kept = _kept(place, tx, about.of, hashing)
    body = {**kept.plain(), "question": about.question}
    return Filed(kept.document, hashing.sha256, hashing.size), body


def read(place: Workplace, by: By, document: str, why: str) -> Iterator[bytes]:
    """A document in clear, after the read is in the access log."""
    access.log(place, by, ("read", {"document": document}, {"why": clean_text(why[:2000])}))
    with place.database.read() as tx:
        yield from place.vault.document(tx, document)


def erase_person(place: Workplace, by: By, ref: str, person: str, basis: str) -> Outcome:
    """Destroy all personal values about one person of a case, and the key they were under.

    The trail keeps that they existed and verifies still. Raises RefusedError for somebody unknown.
    """
    subject = f"{ref}/{person}"

    def act(draft: Draft, tx: Transaction) -> None:
        place.vault.ensure(tx, subject)
        values = tx.rows(queries.SECRETS_OF, (place.log, subject))
        found = [row[0] for row in tx.rows(queries.DOCUMENTS_OF, (place.log, subject))]
        found += _packs_that_hold(place, tx, subject)
        held: list[dict[str, object]] = [{"n": n, "path": path} for n, path in values]
        held += [{"document": document} for document in found]
        people.erase(draft, person, basis, held)
        for document in found:
            tx.run(queries.DROP_CHUNKS, (place.log, document))

    outcome = change(place, by, Wanted("erase", ref, act, request={"person": person}))
    # The record says that it is destroyed; what is left of it on the disk is destroyed with it.
    place.database.scrub()
    return outcome


def _packs_that_hold(place: Workplace, tx: Transaction, subject: str) -> list[str]:
    """The packs, built or sent, in which values of this subject are, of the case and of the one
    above it.
    """
    ref = subject.rpartition("/")[0]
    above = ref.rpartition(".")[0]
    found: dict[str, None] = {}
    for stream in (ref, *([above] if above else [])):
        for row in tx.rows(queries.PACK_EVENTS, (place.log, stream)):
            body = parse(row[0])["body"]
            if subject in body.get("subjects", ()):
                kept = [body["archive"]] if "archive" in body else body["documents"]
                found |= dict.fromkeys(str(one["document"]) for one in kept)
    there = ((d, tx.row(statements.DOCUMENT, (place.log, d))) for d in found)
    return [document for document, row in there if row is not None and not row[1]]
