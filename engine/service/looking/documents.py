"""Documents: put on file encrypted, at most 25 MB each, read back by `private` alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from engine import queries, statements
from engine.canonical import parse
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries import answers, correcting, keeping, people, recording
from engine.decide.steps.setting_aside import need_standing
from engine.errors import RefusedError
from engine.service import access
from engine.service.changing import Outcome, Wanted, change
from engine.service.drafting import drafted
from engine.service.filing import Paper, put_answer, told_apart
from engine.service.looking.viewing import view
from engine.service.packs.following import versions
from engine.service.workplace import By, File, Workplace

__all__ = ["File", "Paper", "attach", "destroyed", "erase_person", "to_erase"]


def attach(place: Workplace, by: By, ref: str, question: str, file: File, of: str = "") -> Outcome:
    """Answer a document question with a file: its bytes, its name and its hash are personal values.

    With a reason, a document takes the place of the wrong one that was put on file before, which is
    kept. Raises RefusedError when the question takes no document, or the file is larger than 25 MB.
    """

    def act(draft: Draft, tx: Transaction) -> None:
        need_standing(draft)
        given = put_answer(place, tx, draft, Paper(question, file, of))
        if draft.context.reason and answers.is_settled(draft, given):
            correcting.correct(draft, [given])
        else:
            recording.put_on_file(draft, given)

    asked = {"question": question, "of": of, "file": told_apart(file)}
    return change(place, by, Wanted("attach", ref, act, keeping.roles, asked))


class Copy(NamedTuple):
    """A version of a pack of which a file goes when somebody is erased."""

    ref: str
    """The case of which it is a pack: that of the person, or the one above it."""
    pack: str
    title: str
    no: int
    status: str
    sent_on: str
    """The day on which it was sent; empty where that is not on record."""


class Doomed(NamedTuple):
    """How much of what is known about somebody an erasure would destroy."""

    values: int
    documents: int
    packs: int
    stay: int
    """The files of packs that stay, for they were signed off or sent, and that may name them."""
    copies: tuple[Copy, ...]
    """The versions whose files go: as they were built, sent and received."""


class _Held(NamedTuple):
    """What an erasure destroys, and which files of packs it leaves."""

    values: list[tuple[int, str]]
    documents: list[str]
    packs: list[_PackFile]
    stay: list[_PackFile]
    versions: tuple[people.Version, ...]
    """The versions that were signed off or sent, of which a file was here until now."""
    again: bool
    """Whether what was recorded under them was destroyed before."""

    def erasure(self, person: str, basis: str = "") -> people.Erasure:
        gone = (*self.documents, *(one.document for one in self.packs))
        return people.Erasure(person, basis, self.values, gone, self.versions, self.again)


class _PackFile(NamedTuple):
    """A file of a version of a pack that is still here: as it was built, sent or received."""

    document: str
    version: people.Version
    prints: bool
    """Whether values are in it that lie under the key of the person; else of the case alone."""


def to_erase(place: Workplace, by: By, ref: str, person: str, *, copies: bool = False) -> Doomed:
    """What an erasure would destroy. Raises what it would raise, and changes nothing."""
    with place.database.read() as tx:
        seen = view(place, tx, ref)
        draft = drafted(place, by, seen.case, seen.edition, keeping.roles(seen.edition))
        held = _held(place, tx, f"{ref}/{person}", copies=copies)
        going = _copies(place, tx, held.packs)
    try:
        keeping.need_recorder(draft, answering=False)
        people.may_erase(draft, person)
        people.need_something(held.erasure(person))
    except RefusedError as error:
        access.refused(place, by, "erase", ref, error)
        raise
    return Doomed(len(held.values), len(held.documents), len(held.packs), len(held.stay), going)


def destroyed(place: Workplace, outcome: Outcome) -> tuple[Copy, ...]:
    """The versions of packs of which an erasure destroyed a file, by what its event says."""
    found: list[Copy] = []
    with place.database.read() as tx:
        for body in (one["body"] for one in outcome.events if one["type"] == "erased"):
            went = set(body["documents"])
            files = _pack_files(place, tx, str(body["subject"]), went)
            found += _copies(place, tx, [one for one in files if one.document in went])
    return tuple(found)


def erase_person(
    place: Workplace, by: By, ref: str, person: str, basis: str, *, copies: bool = False
) -> Outcome:
    """Destroy all personal values about one person of a case, and the key they were under.

    Packs that were neither signed off nor sent go with them, whatever they print, for they are
    built again from what is left; of the others those that print what is destroyed, and with
    `copies` all. The trail keeps that they existed and verifies still. Once more it destroys the
    packs that were built since. Raises RefusedError for somebody unknown, and once more where there
    is nothing to destroy.
    """
    subject = f"{ref}/{person}"

    def act(draft: Draft, tx: Transaction) -> None:
        held = _held(place, tx, subject, copies=copies)
        if not held.again:
            place.vault.ensure(tx, subject)
        erasure = held.erasure(person, basis)
        people.erase(draft, erasure)
        for document in erasure.documents:
            tx.run(queries.DROP_CHUNKS, (place.log, document))

    asked = {"person": person, "copies": copies}
    outcome = change(place, by, Wanted("erase", ref, act, keeping.roles, asked))
    # The record says that it is destroyed; what is left of it on the disk is destroyed with it.
    place.database.scrub()
    return outcome


def _held(place: Workplace, tx: Transaction, subject: str, *, copies: bool) -> _Held:
    """What there is of somebody that an erasure destroys: what was destroyed before is not."""
    key = tx.row(statements.SUBJECT, (place.log, subject))
    again = key is not None and key[0] is None
    values = [] if again else tx.rows(queries.SECRETS_OF, (place.log, subject))
    papers = [] if again else tx.rows(queries.DOCUMENTS_OF, (place.log, subject))
    files = list(_pack_files(place, tx, subject))
    gone = [one for one in files if one.prints or copies or not one.version.settled]
    stay = [one for one in files if one not in gone]
    staying = {one.version for one in stay}
    settled = dict.fromkeys(one.version for one in files if one.version.settled)
    return _Held(
        values=[(int(n), str(path)) for n, path in values],
        documents=[str(row[0]) for row in papers],
        packs=gone,
        stay=stay,
        versions=tuple(one._replace(kept=one in staying) for one in settled),
        again=again,
    )


def _copies(place: Workplace, tx: Transaction, gone: Sequence[_PackFile]) -> tuple[Copy, ...]:
    """The versions that these files are of, by the titles that their packs have."""
    found = []
    for one in dict.fromkeys(file.version for file in gone):
        known = view(place, tx, one.stream).edition.workflow.packs.get(one.pack)
        rows = {key[1:]: row for key, row in versions(place, tx, one.stream)}
        title, sent_on = known.title if known else one.pack, rows[one.pack, one.no]["sent_on"]
        found.append(Copy(one.stream, one.pack, title, one.no, one.status, str(sent_on or "")))
    return tuple(found)


def _pack_files(
    place: Workplace, tx: Transaction, subject: str, went: Collection[str] = ()
) -> Iterator[_PackFile]:
    """The files of packs, of the case and of the one above it, that print anything of the case.

    Those that were destroyed are left out, unless they are among those that `went`.
    """
    ref = subject.rpartition("/")[0]
    above = ref.rpartition(".")[0]
    for stream in (ref, *([above] if above else [])):
        known = {(key[1], key[2]): row["status"] for key, row in versions(place, tx, stream)}
        for row in tx.rows(queries.PACK_EVENTS, (place.log, stream)):
            body = parse(row[0])["body"]
            printed = body.get("subjects", ())
            if not {subject, ref} & set(printed):
                continue
            name, no = str(body["pack"]), int(body["no"])
            version = people.Version(stream, name, no, str(known[name, no]))
            for document in _there(place, tx, body, went):
                yield _PackFile(document, version, subject in printed)


def _there(
    place: Workplace, tx: Transaction, body: Mapping[str, Any], went: Collection[str]
) -> list[str]:
    """Those files of an event of a pack that were not destroyed yet, or are among these."""
    kept = [body["archive"]] if "archive" in body else body["documents"]
    names = [str(one["document"]) for one in kept]
    found = ((name, tx.row(statements.DOCUMENT, (place.log, name))) for name in names)
    return [name for name, row in found if name in went or (row is not None and not row[1])]
