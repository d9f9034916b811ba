"""Packs: built from the record, refused while something is missing, kept as they were, handed out.

The personal values are read after the access log says so; a pack is never sent by itself.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import queries, statements
from engine.canonical import parse
from engine.case import Case
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries import packs
from engine.decide.entries.people import not_looked_through
from engine.errors import EngineError, Need, RefusedError, StaleCaseError, StorageError, UsageError
from engine.packs import archive
from engine.packs.printing import print_files, remarks
from engine.packs.tree import Json
from engine.service import access, barriers
from engine.service.changing import Wanted, change, save
from engine.service.filing import keep
from engine.service.looking.private import need_whole
from engine.service.packs import gathering
from engine.service.packs.following import versions
from engine.service.packs.gathering import Plan, Version
from engine.service.packs.posting import Posted, sent
from engine.service.ticking import drafted_by_the_clock
from engine.service.trail.sequencing import seal_new
from engine.service.workplace import By, Workplace
from engine.tree import EMPTY, extend, root

__all__ = ["Built", "Posted", "Rebuilt", "build", "listed", "rebuild", "sent"]

TRIES = 3
"""How often a pack is made anew because the case changed meanwhile."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a pack for which something is missing."""

    title: str
    """Empty for what the pack needs and prints in none."""
    number: int
    """How many things are missing."""
    said: tuple[Need, ...]
    """They, with those of several people in one sentence."""


@dataclass(frozen=True, slots=True)
class Built:
    """A pack as it is handed over."""

    ref: str
    pack: str
    no: int
    status: str
    """draft, current, frozen or sent."""
    content: bytes
    """One ZIP with every file and manifest.json."""
    manifest: Mapping[str, Any]
    gaps: tuple[Need, ...] = ()
    """What a draft lacks."""
    parts: tuple[Part, ...] = ()
    """The same, section by section."""
    fresh: bool = True
    """Whether it was built now; else it is the version that stands."""
    remarks: tuple[str, ...] = ()
    """What is not as it should be, and does not keep the pack from being used."""

    @property
    def name(self) -> str:
        """The name of its ZIP."""
        return f"{self.ref}-{self.pack.replace('_', '-')}-{self.no}.zip"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many packs were built again, and how many could not be and will be tried again."""

    packs: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    """A pack that was made and is not kept yet."""

    content: bytes
    manifest: bytes
    subjects: tuple[str, ...]
    basis: str


class _MovedError(Exception):
    """The record changed while the pack was made from it."""


def build(
    place: Workplace, by: By, ref: str, pack: str, *, draft: bool = False, anew: bool = False
) -> Built:
    """Build a pack, or hand out the version that stands if the record has not changed since.

    What was signed off is handed out as it was, until the case is again where the pack is signed
    off, or with `anew`. Raises RefusedError with everything that is missing, unless it is to be a
    draft; UsageError for a pack that the process does not have.
    """
    for _ in range(TRIES):
        plan = gathering.gather(place, by, ref, pack)
        need_whole(place, by, ref, pack)
        kept = None if anew else _stands(place, plan, draft=draft)
        if kept is None and plan.needs and not draft:
            raise _refused(place, by, plan)
        _log(place, by, plan, draft=draft)
        if kept:
            return _handed_out(place, plan, kept)
        try:
            return _build(place, by, plan, draft=draft)
        except _MovedError:
            continue
    raise StaleCaseError("The case is being changed at this moment; build the pack once more.")


def rebuild(place: Workplace, waiting: Iterable[tuple[str, str]], most: int = 3) -> Rebuilt:
    """Build some of these packs again, each given by its case and name, for they are out of date.

    One of which something is missing now stays out of date until somebody builds it; and one that
    may still name somebody who was erased, until what is on record was looked through.
    """
    done = failed = 0
    for ref, pack in waiting:
        if done == most:
            break
        try:
            done += _rebuild(place, ref, pack)
        except StorageError:
            raise
        except UsageError:
            # The edition to which its case was moved has no such pack: it stays as it is.
            continue
        except (EngineError, _MovedError):
            failed += 1
    return Rebuilt(done, failed)


def _rebuild(place: Workplace, ref: str, pack: str) -> bool:
    plan = gathering.gather(place, None, ref, pack)
    if plan.needs or _may_still_name(plan):
        return False
    _log(place, None, plan, draft=False)
    _build(place, None, plan, draft=False)
    return True


def listed(place: Workplace, by: By, ref: str) -> list[dict[str, Any]]:
    """The packs of a case: what each is, what it still needs, and the versions there are of it."""
    with place.database.read() as tx:
        row = barriers.rows(place, tx, ref).table("cases")[(ref,)]
        workflow = place.edition(tx, row["edition"], row["workflow"]).workflow
        kept = [
            (key, {**row, "erased": _is_erased(place, tx, ref, row)})
            for key, row in versions(place, tx, ref)
        ]
    found = []
    for pack in workflow.packs.values():
        needs = gathering.gather(place, by, ref, pack.id).needs
        rows = [(key[2], row) for key, row in kept if key[1] == pack.id]
        names = ("status", "built_on", "sent_on", "erased")
        found.append(
            {
                "pack": pack.id,
                "title": pack.title,
                "to": pack.to,
                "signed_off_by": pack.signed_off_by,
                "missing": [n.plain() for n in needs],
                "versions": [{"no": no} | {name: row[name] for name in names} for no, row in rows],
            }
        )
    return found


def _is_erased(place: Workplace, tx: Transaction, ref: str, row: Mapping[str, Any]) -> bool:
    """Whether the file of a version, or what was sent where it was never built, was destroyed."""
    document = row["archive"]
    if not document:
        event = tx.row(queries.EVENT, (place.log, ref, row["n"]))
        document = parse(event[0])["body"]["file"] if event else ""
    there = tx.row(statements.DOCUMENT, (place.log, document))
    return there is None or bool(there[1])


def _stands(place: Workplace, plan: Plan, *, draft: bool) -> Version | None:
    """The version that is handed out as it is, if there is one."""
    kept = next((one for one in plan.versions if one.draft == draft), None)
    if kept is None:
        return None
    as_at = date.fromisoformat(str(kept.body["as_at"]))
    if gathering.basis(place, plan, draft=draft, as_at=as_at) == kept.body["basis"]:
        return kept
    step = plan.own.workflow.transitions.get(plan.pack.signed_off_by)
    again = step is None or plan.own.case.state in step.starts
    return kept if kept.status in packs.SETTLED and not again else None


def _refused(place: Workplace, by: By, plan: Plan) -> RefusedError:
    error = RefusedError(f'"{plan.pack.title}" cannot be built yet.', plan.needs)
    access.refused(place, by, "pack", plan.ref, error, plan.pack.id)
    return error


def _log(place: Workplace, by: By | None, plan: Plan, *, draft: bool) -> None:
    """Say in the access log that personal values go into a pack, before any is read."""
    body = {
        "ref": plan.ref,
        "pack": plan.pack.id,
        "draft": int(draft),
        "answers": len(plan.asked),
    }
    private = {"why": by.reason} if by and by.reason else {}
    who = access.visitor(place, by) if by else access.itself(place)
    with place.database.write() as tx:
        access.append(place, tx, access.STREAM, who, [("exported", body, private)])


def _handed_out(place: Workplace, plan: Plan, kept: Version) -> Built:
    with place.database.read() as tx:
        content = b"".join(place.vault.document(tx, kept.archive))
    return _as_built(plan, kept.no, kept.status, content, fresh=False)


def _build(place: Workplace, by: By | None, plan: Plan, *, draft: bool) -> Built:
    made = _make(place, plan, draft=draft)
    no = _keep(place, by, plan, made, draft=draft)
    if not no:
        return _repeated(place, plan, by.key if by else "")
    status = "draft" if draft else "current"
    return _as_built(plan, no, status, made.content, fresh=True)


def _repeated(place: Workplace, plan: Plan, key: str) -> Built:
    """What an earlier command under the same key built."""
    with place.database.read() as tx:
        made = [parse(row[0]) for row in tx.rows(queries.PACK_EVENTS, (place.log, plan.ref))]
    body = next(event["body"] for event in made if event["command"] == key)
    return _handed_out(place, plan, Version(body["no"], body["status"], body))


def _as_built(plan: Plan, no: int, status: str, content: bytes, *, fresh: bool) -> Built:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    manifest = json.loads(files.pop(archive.MANIFEST))
    notes = remarks(files, manifest, plan.file.pages)
    notes += () if status in packs.SETTLED else _may_still_name(plan)
    gaps, parts = (plan.needs, tuple(_parts(plan))) if status == "draft" else ((), ())
    return Built(
        ref=plan.ref,
        pack=plan.pack.id,
        no=no,
        status=status,
        content=content,
        manifest=manifest,
        gaps=gaps,
        parts=parts,
        fresh=fresh,
        remarks=notes,
    )


def _parts(plan: Plan) -> Iterator[Part]:
    """What is missing, by the section that prints it first, in the order of the pack."""
    printed: dict[str, str] = {}
    for section in plan.file.sections:
        for name in (*section.answers, *section.by_agency, section.approvals):
            printed.setdefault(name, section.title)
    for title in dict.fromkeys((*(one.title for one in plan.file.sections), "")):
        lacks = [one for one in plan.lacks if printed.get(one.question, "") == title]
        if lacks:
            number = sum(len(one.needs) for one in lacks)
            yield Part(title, number, tuple(need for one in lacks for need in one.said))


def _may_still_name(plan: Plan) -> tuple[str, ...]:
    """That what is printed may name somebody who was erased; what is built then goes once more."""
    return tuple(
        f"{person} was erased, and what may still name them has not been looked through, so this "
        f"pack may name them; `erase {side.case.ref} --person {person}` once more destroys it."
        for side in (plan.own, *plan.linked)
        for person in not_looked_through(side.case)
    )


def _make(place: Workplace, plan: Plan, *, draft: bool) -> Made:
    with place.database.read() as tx:
        values = gathering.opened(place, tx, plan)
    document = gathering.planned(place, plan, values, draft=draft)
    name = plan.pack.id.replace("_", "-")
    files = print_files(document, name, plain_text=plan.file.plain_text)
    said = gathering.basis(place, plan, draft=draft)
    provenance = _provenance(place, plan, said)
    manifest = archive.manifest_text(archive.manifest(document, files, provenance))
    content = archive.bundle(document, files, provenance)
    return Made(content, manifest, tuple(sorted({plan.ref, *plan.asked.values()})), said)


def _provenance(place: Workplace, plan: Plan, said: str) -> archive.Provenance:
    own, *linked = plan.heads
    name = f"pack|{place.log}|{plan.ref}|{plan.pack.id}|{own.hash}|{said}"
    return archive.Provenance(
        pack=plan.pack.id,
        edition=plan.own.edition.hash,
        head={**own.plain, "linked": [head.plain for head in linked]},
        log=_log_head(place, plan),
        templates=archive.template_hashes(),
        generator=archive.generator(),
        salt=place.keys.mac(name.encode()),
    )


def _log_head(place: Workplace, plan: Plan) -> dict[str, Json]:
    """The partnership's tree up to the last event that the pack rests on: the same ever after."""
    seal_new(place)
    with place.database.read() as tx:
        at = [tx.row(queries.POSITION, (place.log, one.stream, one.n)) for one in plan.heads]
        size = 1 + max(int(row[0]) for row in at if row)
        leaves = (str(row[0]) for row in tx.each(queries.LEAVES_BEFORE, (place.log, size)))
        grown = extend(EMPTY, leaves)
    return {"id": place.log, "size": grown.size, "root": root(grown)}


def _keep(place: Workplace, by: By | None, plan: Plan, made: Made, *, draft: bool) -> int:
    """Keep a pack and seal that it was built, unless the record has moved on meanwhile.

    Its number; 0 where an earlier command under the same key has kept one.
    """
    numbers = [0]

    def act(on: Draft, tx: Transaction) -> None:
        numbers.append(_seal(place, tx, on, plan, made, draft=draft))

    if by is not None:
        asked = {"pack": plan.pack.id, "draft": draft}
        change(
            place, by, Wanted("pack", plan.ref, act, request=asked, subject=lambda: plan.pack.id)
        )
        return numbers[-1]
    with place.database.write() as tx:
        on = _draft_of_its_own(place, tx, plan)
        act(on, tx)
        save(place, tx, [on], "")
    return numbers[-1]


def _draft_of_its_own(place: Workplace, tx: Transaction, plan: Plan) -> Draft:
    """A draft of the case in the context of what the engine does by itself."""
    case = Case(plan.ref, place.store.load_to_change(tx, plan.ref))
    return drafted_by_the_clock(place, tx, case)


def _seal(
    place: Workplace, tx: Transaction, on: Draft, plan: Plan, made: Made, *, draft: bool
) -> int:
    _check_unmoved(place, tx, on, plan)
    before = [(key[2], row) for key, row in versions(place, tx, plan.ref) if key[1] == plan.pack.id]
    no = max((number for number, _ in before), default=0) + 1
    for number, row in before:
        if row["status"] == "current" and not draft:
            packs.out_of_date(on, plan.pack.id, number, [f"version {no}"])
    packs.built(
        on,
        packs.Version(
            pack=plan.pack.id,
            no=no,
            draft=draft,
            manifest=archive.sha256(made.manifest),
            archive=keep(place, tx, plan.ref, io.BytesIO(made.content)),
            head=plan.heads[0].hash,
            as_at=plan.as_at.isoformat(),
            basis=made.basis,
            subjects=made.subjects,
            gaps=len(plan.needs) if draft else 0,
        ),
    )
    return no


def _check_unmoved(place: Workplace, tx: Transaction, on: Draft, plan: Plan) -> None:
    linked = tx.rows(queries.VERSIONS_OF_LINKED, (place.log, plan.ref))
    now = {plan.ref: on.case.version, **{str(row[0]): int(row[1]) for row in linked}}
    if any(now.get(ref) != version for ref, version in plan.seen.items()):
        raise _MovedError
