"""Reading what is personal: within the reader's rights of the day, and in the access log first.

A read that cannot be logged shows nothing; a refusal is logged too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from engine import barring, queries, rights
from engine.barring import Barriers
from engine.canonical import clean_text, parse
from engine.case import AnswerKey, Row
from engine.database import Transaction
from engine.definition import Question, Workflow
from engine.edition import Edition
from engine.errors import CaseNotFoundError, DeniedError, RefusedError, UsageError
from engine.prose import straight
from engine.service import access, barriers
from engine.service.looking.reading import history
from engine.service.looking.viewing import View, view
from engine.service.workplace import By, Workplace

ERASED = "(erased)"
FEWEST = 4
"""Characters of a document's id that tell it from the others of its case."""
EVIDENCE = "evidence"


class Rights:
    """What somebody may read today, case by case; each is looked at once."""

    def __init__(self, place: Workplace, tx: Transaction, person: str) -> None:
        self._place, self._tx, self._person = place, tx, person
        self._readers: dict[tuple[str, str] | str, rights.Reader] = {}
        self._views: dict[str, View] = {}

    @cached_property
    def _pinned(self) -> Mapping[str, tuple[str, str]]:
        rows = self._tx.rows(queries.PINNED, (self._place.log,))
        return {row[0]: (row[1], row[2]) for row in rows}

    def edition(self, ref: str) -> Edition:
        """The edition that a case is pinned to."""
        return self._place.edition(self._tx, *self._pinned[ref])

    @cached_property
    def _barriers(self) -> Mapping[str, Barriers]:
        return barriers.every(self._place, self._tx)

    def reader(self, ref: str) -> rights.Reader:
        """What the person is to a case: nothing where it is barred to them; and where they broke
        the glass, somebody who reads the whole of it, and nothing that a question keeps to others.
        """
        found = self._barriers.get(barring.main(ref))
        own = rights.NOBODY if found and found.bars(self._person) else self._reader(ref)
        if found and barriers.glass_of(self._place, self._tx, self._person, ref):
            return rights.by_broken_glass(own)
        return own

    def _reader(self, ref: str) -> rights.Reader:
        """The same by the roles that they hold."""
        pinned = self._pinned[ref]
        workflow = self._place.edition(self._tx, *pinned).workflow
        bound = rights.is_bound(self._place.directory, workflow, self._person)
        key = ref if bound else pinned
        if key not in self._readers:
            day = self._place.today().isoformat()
            concern = self._concern(ref) if bound else rights.NOBODYS
            known = rights.reader(self._place.directory, workflow, self._person, day, concern)
            self._readers[key] = known
        return self._readers[key]

    def _concern(self, ref: str) -> rights.Concern:
        """Which agencies a case concerns, and where it is.

        A linked case is where the one above it is; if about no agency, it concerns those of that.
        """
        main = self._seen(ref.partition(".")[0])
        at = frozenset(rights.around(main.edition.workflow, main.case.state))
        about = self._seen(ref).case.about
        return rights.Concern(about, frozenset() if about else self._agencies(main.case.ref), at)

    def _agencies(self, ref: str) -> frozenset[str]:
        log = self._place.log
        first = self._tx.row(queries.FIRST_EVENT, (log, ref))
        opened_by = parse(first[0])["actor"]["agency"] if first else ""
        asked = {
            about
            for _, process, state, about, closed_on in self._tx.rows(queries.CHILDREN, (log, ref))
            if not self._workflow_of(ref, process).was_set_aside(state, closed_on)
        }
        return frozenset({opened_by, *asked} - {""})

    def _workflow_of(self, ref: str, process: str) -> Workflow:
        """The process of a linked case, within the edition of the case above it."""
        return self.edition(ref).children[process].workflow

    def may_read(self, ref: str, question: str, agency: str = "") -> bool:
        """Whether the person may read an answer, of which is known from which agency it came."""
        who, workflow = self.reader(ref), self.edition(ref).workflow
        asked = workflow.questions.get(question)
        if not who.roles or (who.whole and (asked is None or not asked.seen_by)):
            return bool(who.roles)
        case = self._seen(ref).case
        return rights.may_read(who, case, workflow, asked, agency or case.about)

    def _seen(self, ref: str) -> View:
        if ref not in self._views:
            self._views[ref] = view(self._place, self._tx, ref)
        return self._views[ref]


def agency_of(question: Question | None, of: str, source: str) -> str:
    """The agency that an answer came from, where its own record says so."""
    return source or (of if question is not None and question.asked_of else "")


def answers(place: Workplace, by: By, ref: str, why: str) -> dict[str, str]:
    """The personal answers of a case, after one row in the access log says who read them and why.

    An answer that is shown to others only says to whom. Raises RefusedError, StorageError when the
    read cannot be logged, and then shows nothing.
    """
    with place.database.read() as tx:
        seen = view(place, tx, ref)
        known = Rights(place, tx, by.person)
        mine = known.reader(ref)
        held = {
            AnswerKey(str(key[1]), str(key[2]), int(key[3])): (row["n"], str(row["source"] or ""))
            for key, row in sorted(seen.case.rows.table("answers").items())
            if row["personal"] and row["commitment"] and row["status"] != "set aside"
        }
        open_ = {key: _may(known, seen, key, source) for key, (_, source) in held.items()}
    _enter(place, by, seen, mine, ("show", why, sum(open_.values())))
    found = {}
    with place.database.read() as tx:
        for key, (n, _) in held.items():
            if not open_[key]:
                found[str(key)] = _withheld(seen, key.question)
                continue
            value = place.vault.value(tx, ref, n, str(key))
            found[str(key)] = ERASED if value is None else value
    return found


def entries(place: Workplace, by: By, ref: str, why: str) -> dict[tuple[int, str], str]:
    """Every personal value that the history of a case holds, reasons too, by entry and name.

    One row in the access log says first who read them and why; without it nothing is shown.
    """
    events = history(place, ref)
    with place.database.read() as tx:
        seen = view(place, tx, ref)
        known = Rights(place, tx, by.person)
        mine = known.reader(ref)
        held = {}
        for event in events:
            sources = _sources(event)
            for path in event["sealed"]:
                question, of, _ = path.split("/")
                key = AnswerKey(question, of)
                held[event["n"], path] = _may(known, seen, key, sources.get(path, ""))
    _enter(place, by, seen, mine, ("history", why, sum(held.values())))
    found = {}
    with place.database.read() as tx:
        for (n, path), open_ in held.items():
            value = place.vault.value(tx, ref, n, path) if open_ else ""
            shown = value if open_ else _withheld(seen, path.split("/", 1)[0])
            found[n, path] = ERASED if shown is None else shown
    return found


def on_file(place: Workplace, ref: str) -> list[dict[str, Any]]:
    """The documents on file on a case, in their order, without what they are called.

    Packs are not among them: `pack` hands these out.
    """
    with place.database.read() as tx:
        questions = view(place, tx, ref).edition.workflow.questions
        rows = tx.rows(queries.ON_FILE, (place.log, ref))
    found = []
    for document, question, size, erased, n, text in rows:
        asked = questions.get(question)
        if asked is None and question != EVIDENCE:
            continue
        found.append(
            {
                "document": document,
                "question": question,
                "ask": asked.ask if asked else "What shows that somebody decided something",
                "size": size,
                "erased": bool(erased),
                "n": n,
                "on": parse(text)["happened"],
            }
        )
    return found


def named(found: list[dict[str, Any]], ref: str, name: str) -> dict[str, Any]:
    """The document that a name means: its id, the beginning of it, or the question it answers.

    Of several that answer one question it is the latest. Raises CaseNotFoundError.
    """
    fits = [one for one in found if one["question"] == name]
    if not fits and len(name) >= FEWEST:
        fits = [one for one in found if one["document"].startswith(name.lower())]
        fits = fits if len(fits) == 1 else []
    if not fits:
        raise CaseNotFoundError(
            f"{ref} has no such document on file; `casetrail document {ref}` lists those it has."
        )
    return fits[-1]


def document(
    place: Workplace, by: By, ref: str, which: Mapping[str, Any], why: str
) -> Iterator[bytes]:
    """A document on file in clear, piece by piece, after the read is in the access log.

    Raises RefusedError for somebody who may not read it, and CaseNotFoundError for an erased one.
    """
    question = str(which["question"])
    with place.database.read() as tx:
        seen = view(place, tx, ref)
        known = Rights(place, tx, by.person)
        mine = known.reader(ref)
        key, source = _answered(seen, question, int(which["n"]))
        open_ = _may(known, seen, key, source)
    with_reason(why)
    try:
        rights.check(mine, seen.edition.workflow, ref)
        if not open_:
            raise DeniedError(f"The document is not yours to read: {_withheld(seen, question)}.")
    except RefusedError as error:
        access.refused(place, by, "document", ref, error, question)
        raise
    yield from content(place, by, str(which["document"]), why)


def content(place: Workplace, by: By, document: str, why: str) -> Iterator[bytes]:
    """The pieces of a document in clear, after the read is in the access log."""
    entry = ("read", {"document": document}, {"why": with_reason(why)})
    access.log(place, by, entry)
    with place.database.read() as tx:
        yield from place.vault.document(tx, document)


def with_reason(why: str) -> str:
    """Why somebody reads what is personal. Raises UsageError when they do not say."""
    if not why.strip():
        raise UsageError("What is personal is shown for a reason that is logged; give --why.")
    return clean_text(why[:2000])


def _enter(
    place: Workplace, by: By, seen: View, mine: rights.Reader, read: tuple[str, str, int]
) -> None:
    """Log who reads how many values and why; or that they were refused."""
    verb, why, number = read
    reason, ref = with_reason(why), seen.case.ref
    try:
        rights.check(mine, seen.edition.workflow, ref)
    except RefusedError as error:
        access.refused(place, by, verb, ref, error)
        raise
    access.log(place, by, ("read", {"ref": ref, "answers": number}, {"why": reason}))


def _may(known: Rights, seen: View, key: AnswerKey, source: str) -> bool:
    question = seen.edition.workflow.questions.get(key.question)
    return known.may_read(seen.case.ref, key.question, agency_of(question, key.of, source))


def _withheld(seen: View, name: str) -> str:
    workflow = seen.edition.workflow
    question = workflow.questions.get(name)
    if question is None or rights.unlocked(seen.case, workflow, question):
        return "(withheld: of what is personal on this case your role reads only a part)"
    return f"(withheld: shown only to {straight(rights.shown_to(workflow, question))})"


def need_whole(place: Workplace, by: By, ref: str, what: str) -> None:
    """Raise RefusedError, which is logged, for somebody who may not read the whole of a case.

    `what` is what they want of it, such as the name of a pack.
    """
    with place.database.read() as tx:
        known = Rights(place, tx, by.person)
        mine, workflow = known.reader(ref), known.edition(ref).workflow
        glass = barriers.glass_of(place, tx, by.person, ref)
    try:
        if glass is not None:
            raise DeniedError("The glass was broken to read this case, and not its packs.")
        rights.check(mine, workflow, ref, whole=True)
    except RefusedError as error:
        access.refused(place, by, "pack", ref, error, what)
        raise


def _sources(event: Mapping[str, Any]) -> dict[str, str]:
    """The agencies that the answers of an event came from, by the path of each."""
    listed: list[Mapping[str, Any]] = event["body"].get("answers", [])
    return {f"{a['question']}/{a['of']}/{a['no']}": a.get("source") or "" for a in listed}


def _answered(seen: View, question: str, n: int) -> tuple[AnswerKey, str]:
    """The answer that a document is, which was recorded right after it was put on file."""
    rows: list[tuple[int, AnswerKey, Row]] = sorted(
        (int(row["n"]), AnswerKey(question, str(key[2])), row)
        for key, row in seen.case.rows.table("answers").items()
        if key[1] == question and int(row["n"]) > n
    )
    if not rows:
        return AnswerKey(question), ""
    return rows[0][1], str(rows[0][2]["source"] or "")
