"""Documents: put on file encrypted, at most 25 MB each, read back by `private` alone."""

from __future__ import annotations

from typing import NamedTuple

from engine import queries, statements
from engine.canonical import parse
from engine.database import Transaction
from engine.decide import answers, clocks, correcting, keeping, people, recording, tasks
from engine.decide.draft import Draft
from engine.decide.setting_aside import need_standing
from engine.errors import RefusedError
from engine.service import access
from engine.service.changing import Outcome, Wanted, change
from engine.service.drafting import drafted
from engine.service.filing import Paper, put_answer
from engine.service.reading import view
from engine.service.workplace import By, File, Workplace

__all__ = ["File", "Paper", "attach", "erase_person", "to_erase"]


def attach(place: Workplace, by: By, ref: str, question: str, file: File, of: str = "") -> Outcome:
    """Answer a document question with a file: its bytes, its name and its hash are personal values.

    With a reason, a document takes the place of the wrong one that was put on file before, which is
    kept. Raises RefusedError when the question takes no document, or the file is larger than 25 MB.
    """

    def act(draft: Draft, tx: Transaction) -> None:
        need_standing(draft)
        given = [put_answer(place, tx, draft, Paper(question, file, of))]
        if draft.context.reason and answers.is_settled(draft, given[0]):
            correcting.correct(draft, given)
            return
        wrong = answers.mistakes(draft, given) + keeping.not_theirs(draft, given)
        if wrong:
            raise RefusedError("The document cannot be put on file.", wrong)
        recording.write(draft, given)
        clocks.review(draft, [question], "a document was put on file")
        tasks.close_answered(draft)

    asked = {"question": question, "of": of, "name": file.name}
    return change(place, by, Wanted("attach", ref, act, keeping.roles, asked))


class Doomed(NamedTuple):
    """How much of what is known about somebody an erasure would destroy."""

    values: int
    documents: int
    packs: int


def to_erase(place: Workplace, by: By, ref: str, person: str) -> Doomed:
    """What an erasure would destroy. Raises what it would raise, and changes nothing."""
    subject = f"{ref}/{person}"
    with place.database.read() as tx:
        seen = view(place, tx, ref)
        draft = drafted(place, by, seen.case, seen.edition, keeping.roles(seen.edition))
        values = tx.rows(queries.SECRETS_OF, (place.log, subject))
        papers = tx.rows(queries.DOCUMENTS_OF, (place.log, subject))
        packs = _packs_that_hold(place, tx, subject)
    try:
        keeping.need_recorder(draft, answering=False)
        people.may_erase(draft, person)
    except RefusedError as error:
        access.refused(place, by, "erase", ref, error)
        raise
    return Doomed(len(values), len(papers), len(packs))


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
        packed = bool(tx.rows(queries.PACK_EVENTS, (place.log, ref)))
        people.erase(draft, person, basis, held, packed=packed)
        for document in found:
            tx.run(queries.DROP_CHUNKS, (place.log, document))

    asked = {"person": person}
    outcome = change(place, by, Wanted("erase", ref, act, keeping.roles, asked))
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
