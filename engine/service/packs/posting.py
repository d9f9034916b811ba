"""A pack was sent: what really went is kept, and how it differs from what was built is on record.

Nothing that has happened is refused, and nobody is sent anything from here.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine import queries, statements
from engine.canonical import canonical, clean_text, parse
from engine.case import AnswerKey
from engine.database import Transaction
from engine.dates import parse_partial
from engine.decide.draft import Draft
from engine.decide.entries import packs
from engine.decide.entries.keeping import need_keeper
from engine.errors import RefusedError, UsageError
from engine.packs.archive import MANIFEST, sha256
from engine.prose import on_day
from engine.service.changing import Outcome, Wanted, change
from engine.service.filing import keep
from engine.service.packs.following import versions
from engine.service.packs.gathering import find
from engine.service.workplace import By, File, Workplace
from engine.vault import MOST_BYTES

HEAD = 1024
"""The bytes at the start of a file by which its kind is known."""

MOST_ENTRIES = 1000
MOST_UNPACKED = 250_000_000
"""A ZIP that holds more, in files or in bytes, is taken as one file."""

SAME, DIFFERENT, MISSING = "same", "different", "missing"


@dataclass(frozen=True, slots=True)
class Sending:
    """What somebody sent: the file as it went, to whom, and what shows that it came."""

    file: File
    to: str
    receipt: File | None = None
    not_as_built: bool = False
    """Whether it is known that nothing of what was built is in the file."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What is on record of a pack that was sent."""

    outcome: Outcome
    no: int
    """The version that went, or the nearest to it; a new number if it is none but a draft."""
    files: Mapping[str, str]
    """Of each file that was built: same, different or missing."""
    added: tuple[str, ...]
    """The files that went and were not built here."""
    draft: int = 0
    """The draft that it was compared with, if it is the nearest to one."""

    @property
    def unlike(self) -> bool:
        """Whether nothing of what was built is in what went."""
        return bool(self.files) and set(self.files.values()) == {MISSING}

    @property
    def as_built(self) -> bool:
        """Whether what went is what was built, whole."""
        return bool(self.files) and set(self.files.values()) == {SAME} and not self.added


@dataclass(frozen=True, slots=True)
class _Version:
    """A version that was built, by the hashes of its files."""

    no: int
    files: Mapping[str, str] = field(default_factory=dict)
    whole: str = ""
    subjects: tuple[str, ...] = ()
    draft: int = 0
    """The number of the draft that it is, which is never itself the version that was sent."""
    built_on: str = ""
    unlike: int = 0
    """The number of the version that it is, if nothing of that went: nor is that itself sent."""


@dataclass(frozen=True, slots=True)
class _Going:
    """What went: its bytes, the hash of each of its files, and the receipt."""

    pack: str
    sending: Sending
    content: bytes
    went: Mapping[str, str]
    odd: frozenset[str]
    """Those that are not of the kind that their name says."""
    receipt: bytes


@dataclass(frozen=True, slots=True)
class _Compared:
    """What went beside a version that was built."""

    version: _Version
    files: Mapping[str, str]
    added: tuple[str, ...]


def sent(place: Workplace, by: By, ref: str, pack: str, sending: Sending) -> Posted:
    """Keep what was really sent, and seal that it was: how it differs, to whom, and when.

    `by.on` is the day on which it was sent. A draft is never a version that was sent, nor is one
    of which nothing went: what went is then kept under a number of its own. Raises RefusedError for
    a day in the future or before the case or what went was there, for a file of more than 25 MB,
    and for one with nothing in it of the version that was built, or of the draft where nothing else
    was, unless that is known; UsageError for a pack that the process does not have.
    """
    if not sending.to.strip():
        raise UsageError("Say to whom the pack was sent; give --to.")
    content = _content(sending.file)
    receipt = _content(sending.receipt) if sending.receipt else b""
    went, odd = _went(sending.file.name, content)
    going = _Going(pack, sending, content, went, odd, receipt)
    found: list[_Compared] = []

    def act(draft: Draft, tx: Transaction) -> None:
        need_keeper(draft, "That a pack was sent", "record it")
        found.append(_record(place, tx, draft, going))

    asked = {"pack": pack, "file": sha256(content), "to": sending.to}
    outcome = change(place, by, Wanted("sent", ref, act, request=asked, subject=lambda: pack))
    if not found:
        return _again(place, outcome)
    one = found[0]
    return Posted(outcome, one.version.no, one.files, one.added, one.version.draft)


def _record(place: Workplace, tx: Transaction, draft: Draft, going: _Going) -> _Compared:
    _check_day(draft)
    pack = find(draft.workflow.packs, going.pack).id
    compared = _compared(place, tx, draft, pack, going)
    ref, sending = draft.case.ref, going.sending
    subjects = compared.version.subjects or (ref, *(f"{ref}/{p}" for p in draft.case.people()))
    receipt = keep(place, tx, ref, io.BytesIO(going.receipt)) if sending.receipt else None
    packs.sent(
        draft,
        packs.Sending(
            pack=pack,
            no=compared.version.no,
            built=bool(compared.version.whole) and not compared.version.draft,
            file=keep(place, tx, ref, io.BytesIO(going.content)),
            receipt=receipt,
            files=compared.files,
            added=len(compared.added),
            subjects=subjects,
            draft=compared.version.draft,
            unlike=compared.version.unlike,
        ),
        _sealed(draft, going, compared.added),
    )
    return compared


def _check_day(draft: Draft) -> None:
    on, row = parse_partial(draft.context.happened[:10]), draft.case.row
    if on.first > draft.context.today:
        raise RefusedError("The day lies in the future; a pack is on record when it has been sent.")
    opened = str(row["opened_on"])
    if not row["historic"] and on.last < parse_partial(opened).first:
        raise RefusedError(
            f"The case was opened on {on_day(opened)}, and its pack was not sent before; give --on "
            "with the day on which it was."
        )


def _sealed(draft: Draft, going: _Going, added: tuple[str, ...]) -> dict[str, str]:
    """What may name somebody: to whom it went, the names of the files, and their hashes."""
    n, sending = draft.chain.n + 1, going.sending
    facts = {"name": clean_text(sending.file.name), "sha256": sha256(going.content)}
    sealed = draft.secret(AnswerKey("sent", "", n), canonical(facts))
    sealed |= draft.secret(AnswerKey("to", "", n), clean_text(sending.to).strip())
    if added:
        names = canonical([clean_text(name) for name in added])
        sealed |= draft.secret(AnswerKey("added", "", n), names)
    if sending.receipt:
        facts = {"name": clean_text(sending.receipt.name), "sha256": sha256(going.receipt)}
        sealed |= draft.secret(AnswerKey("receipt", "", n), canonical(facts))
    return {**sealed, **draft.reason()}


def _content(file: File) -> bytes:
    content = file.source.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise RefusedError("The file is larger than 25 MB; keep a smaller copy of what was sent.")
    return content


def _again(place: Workplace, outcome: Outcome) -> Posted:
    """What an earlier command under the same key put on record."""
    with place.database.read() as tx:
        texts = tx.rows(queries.PACK_EVENTS, (place.log, outcome.ref))
    bodies = [parse(row[0]) for row in texts]
    body = next(e["body"] for e in reversed(bodies) if e["command"] == outcome.key)
    return Posted(outcome, body["no"], body["files"], ())


def _compared(
    place: Workplace, tx: Transaction, draft: Draft, pack: str, going: _Going
) -> _Compared:
    """What was sent beside the version of which most of it is; beside the latest if of none.

    Only what is of a draft is beside one, unless nothing but drafts was ever built; and what went
    before a version was built is beside none.
    """
    ref, on = draft.case.ref, parse_partial(draft.context.happened[:10])
    rows = [(key[2], row) for key, row in versions(place, tx, ref) if key[1] == pack]
    number = max((no for no, _ in rows), default=0) + 1
    best, closest = _Compared(_Version(number), {}, tuple(going.went)), -1
    drafts_alone = not any(row["archive"] and row["status"] != "draft" for _, row in rows)
    for version in _versions(place, tx, ref, rows):
        files = _against(version, going)
        same = sum(one == SAME for one in files.values())
        later = on.last < parse_partial(version.built_on[:10]).first
        of_none = later or (version.draft and not drafts_alone)
        if same > (0 if of_none else closest) and same > closest:
            if later:
                raise _not_yet(version)
            known = {name for name, how in files.items() if how != MISSING}
            known |= {MANIFEST, *_elsewhere(version, going.went)}
            added = tuple(name for name in going.went if name not in known)
            closest, best = same, _Compared(_kept_as(version, number, files), files, added)
    if best.version.unlike and going.content and not going.sending.not_as_built:
        raise _unlike(best.version.unlike, draft.workflow.packs[pack].title, alone=drafts_alone)
    return best


def _kept_as(version: _Version, number: int, files: Mapping[str, str]) -> _Version:
    """The version that went; under a number of its own what is of a draft, or of none."""
    if set(files.values()) == {MISSING}:
        return replace(version, no=number, whole="", draft=0, unlike=version.no)
    return replace(version, no=number) if version.draft else version


def _unlike(no: int, title: str, *, alone: bool) -> RefusedError:
    as_built = "a draft and all that was built" if alone else "as it was built"
    return RefusedError(
        f'Nothing of version {no} of "{title}", {as_built}, is in the file that was given; give '
        "--not-as-built if it is what was sent all the same."
    )


def _not_yet(version: _Version) -> RefusedError:
    return RefusedError(
        f"What went is version {version.no}, which was built on {on_day(version.built_on[:10])} "
        "and was not sent before; give --on with the day on which it was."
    )


def _against(version: _Version, going: _Going) -> dict[str, str]:
    hashes, changed = set(going.went.values()), going.went.keys() - going.odd
    return {
        name: SAME if hash_ in hashes else DIFFERENT if name in changed else MISSING
        for name, hash_ in version.files.items()
    }


def _elsewhere(version: _Version, went: Mapping[str, str]) -> Iterator[str]:
    """Files that were built here and went under another name."""
    return (name for name, hash_ in went.items() if hash_ in version.files.values())


def _went(name: str, content: bytes) -> tuple[dict[str, str], frozenset[str]]:
    """The hash of each file that went, by its name: those of a ZIP, or the file itself; and which
    of them are not of the kind that their name says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            entries = [one for one in opened.infolist() if not one.is_dir()]
            size = sum(one.file_size for one in entries)
            if len(entries) <= MOST_ENTRIES and size <= MOST_UNPACKED:
                found = {one.filename.rpartition("/")[2]: _hash(opened, one) for one in entries}
                others = (file for file, (_, head) in found.items() if not _is_kind(file, head))
                return {file: hash_ for file, (hash_, _) in found.items()}, frozenset(others)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError):
        pass
    odd = frozenset() if _is_kind(name, content[:HEAD]) else frozenset({name})
    return {name: sha256(content)}, odd


def _is_kind(name: str, head: bytes) -> bool:
    """Whether a file that begins so can be what its name says, of the kinds that packs have."""
    if name.endswith(".pdf"):
        return b"%PDF-" in head
    if name.endswith(".html"):
        return b"<" in head
    return b"\0" not in head or not name.endswith(".txt")


def _hash(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[str, bytes]:
    """The hash of a file of a ZIP, which may hold no more than its entry says, and its start."""
    digest = hashlib.sha256()
    with opened.open(entry) as source:
        head = source.read(HEAD)
        digest.update(head)
        for piece in iter(lambda: source.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest(), head


def _versions(
    place: Workplace, tx: Transaction, ref: str, rows: list[tuple[int, Mapping[str, Any]]]
) -> Iterator[_Version]:
    """The versions of a pack that are still there, the latest first and drafts last."""
    for no, row in sorted(rows, key=lambda one: (one[1]["status"] == "draft", -one[0])):
        there = tx.row(statements.DOCUMENT, (place.log, row["archive"]))
        event = tx.row(queries.EVENT, (place.log, ref, row["n"]))
        if there is not None and not there[1] and event is not None:
            content = b"".join(place.vault.document(tx, row["archive"]))
            body = parse(event[0])["body"]
            yield _Version(
                no,
                _built_files(content),
                sha256(content),
                tuple(body["subjects"]),
                no if body["status"] == "draft" else 0,
                str(row["built_on"]),
            )


def _built_files(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        names = [name for name in opened.namelist() if name != MANIFEST]
        return {name: sha256(opened.read(name)) for name in names}
