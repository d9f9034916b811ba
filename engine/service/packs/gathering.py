"""Gathers what a pack is made from in one look at the store; opens no value unless told to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from engine import queries, statements
from engine.calendars import local_date
from engine.canonical import parse
from engine.case import Case
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries import packs
from engine.definition import Pack
from engine.edition import Edition
from engine.errors import Need, UsageError
from engine.guessing import resembling
from engine.packs import tree
from engine.packs.building import document
from engine.packs.files import PackFile
from engine.packs.record import Around, Record, Side, Values, Where
from engine.packs.tree import Document
from engine.service import barriers
from engine.service.looking.kept import left_to
from engine.service.packs.following import versions
from engine.service.ticking import by_the_clock
from engine.service.workplace import By, Workplace, context


@dataclass(frozen=True, slots=True)
class Head:
    """The latest event of a case that is not about its packs."""

    stream: str
    n: int
    hash: str
    recorded: str

    @property
    def plain(self) -> dict[str, tree.Json]:
        """The same for a manifest."""
        return {"case": self.stream, "n": self.n, "hash": self.hash, "recorded": self.recorded}


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a pack that is kept: where it stands, and what its event says."""

    no: int
    status: str
    body: Mapping[str, Any]

    @property
    def draft(self) -> bool:
        """Whether it was built as a draft, which it is ever after."""
        return bool(self.body["status"] == "draft")

    @property
    def archive(self) -> str:
        """The document that holds it."""
        return str(self.body["archive"]["document"])


@dataclass(frozen=True, slots=True)
class Plan:
    """A pack that is to be made: all but the personal values."""

    pack: Pack
    file: PackFile
    own: Side
    linked: tuple[Side, ...]
    heads: tuple[Head, ...]
    """Of the case, then of its linked cases."""
    proofs: Mapping[int, str]
    lacks: tuple[packs.Lack, ...]
    versions: tuple[Version, ...]
    """The latest draft and the latest other one, if they can be had."""
    asked: Mapping[Where, str]
    """The personal values that it prints, each with its subject."""
    erased: frozenset[Where]

    @property
    def ref(self) -> str:
        """The case."""
        return self.own.case.ref

    @property
    def as_at(self) -> date:
        """The local day of the latest event, which is the day as at which the record is told."""
        latest = max(head.recorded for head in self.heads)
        return local_date(datetime.strptime(latest, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC))

    @property
    def seen(self) -> dict[str, int]:
        """The versions of the cases that were looked at."""
        return {side.case.ref: side.case.version for side in (self.own, *self.linked)}

    @property
    def needs(self) -> tuple[Need, ...]:
        """Everything that is missing."""
        return tuple(need for lack in self.lacks for need in lack.needs)

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is missing, for a draft to list."""
        return tuple(f"{need.what[:1].upper()}{need.what[1:]}." for need in self.needs)


def gather(place: Workplace, by: By | None, ref: str, name: str) -> Plan:
    """Everything that a pack is made from, as it is now; for the engine itself where `by` is None.

    Raises CaseNotFoundError, and UsageError for a pack that the process does not have.
    """
    around = context(place, by) if by else by_the_clock(place)
    with place.database.read() as tx:
        rows = barriers.rows(place, tx, ref)
        row = rows.table("cases")[(ref,)]
        edition = place.edition(tx, row["edition"], row["workflow"])
        pack = find(edition.workflow.packs, name)
        file = place.pack_file(tx, edition, pack.template)
        own = _side(place, tx, Case(ref, rows), edition)
        calendar = place.calendar(edition, tx)
        draft = Draft(own.case, edition, around, place.directory, calendar, place.randomness)
        linked = _linked(place, tx, ref, file)
        plan = Plan(
            pack=pack,
            file=file,
            own=own,
            linked=linked,
            heads=tuple(_head(place, tx, side.case.ref) for side in (own, *linked)),
            proofs=_proofs(place, tx, own.case),
            lacks=packs.lacks(draft, pack),
            versions=_versions(place, tx, ref, pack),
            asked={},
            erased=frozenset(),
        )
        return _with_values(place, tx, plan)


def find(known: Mapping[str, Pack], name: str) -> Pack:
    """A pack by its name, in which hyphens may stand for underscores."""
    wanted = name.replace("-", "_")
    if wanted in known:
        return known[wanted]
    close = resembling(wanted, known, 1)
    listed = ", ".join(known) or "none"
    hint = f"Did you mean {close[0]}?" if close else f"It has: {listed}."
    raise UsageError(f'This process has no pack "{name[:60]}". {hint}')


def record(place: Workplace, plan: Plan, values: Values, as_at: date) -> Record:
    """The record that a plan's document is built from."""
    around = Around(
        directory=place.directory,
        calendar=place.calendar(plan.own.edition),
        as_at=as_at,
        partnership=place.partnership,
        names=place.names,
        demo=place.demo,
    )
    return Record(plan.pack, plan.file, plan.own, plan.linked, around, values, plan.proofs)


def planned(
    place: Workplace, plan: Plan, values: Values, *, draft: bool, as_at: date | None = None
) -> Document:
    """The document of a plan, as at its own day or another."""
    made = record(place, plan, values, as_at or plan.as_at)
    return document(made, gaps=plan.gaps if draft else (), draft=draft)


def basis(place: Workplace, plan: Plan, *, draft: bool, as_at: date | None = None) -> str:
    """SHA-256 of all that a pack says, with commitments in the stead of personal values.

    Two packs with one basis say the same; nobody's value is opened to find that out.
    """
    made = planned(place, plan, Values(), draft=draft, as_at=as_at)
    said = {"document": tree.plain(made), "erased": sorted(map(list, plan.erased))}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def opened(place: Workplace, tx: Transaction, plan: Plan) -> Values:
    """The personal values of a plan, in clear. Whoever asks has logged it first."""
    return Values({where: place.vault.value(tx, *where) for where in plan.asked})


def _with_values(place: Workplace, tx: Transaction, plan: Plan) -> Plan:
    """The plan with the values that it prints, and those of them that were erased."""
    values = Values()
    planned(place, plan, values, draft=False)
    gone = (w for w in values.asked if _is_erased(tx.row(statements.SECRET, (place.log, *w))))
    return replace(plan, asked=dict(values.asked), erased=frozenset(gone))


def _is_erased(row: Any) -> bool:
    return row is None or row[2] is None


def _side(place: Workplace, tx: Transaction, case: Case, edition: Edition) -> Side:
    return Side(case, edition, _entered(place, tx, case.ref), left_to(place, tx, case))


def _linked(place: Workplace, tx: Transaction, ref: str, file: PackFile) -> tuple[Side, ...]:
    processes = {section.linked.process for section in file.sections if section.linked}
    found = []
    for child, workflow, *_ in tx.rows(queries.CHILDREN, (place.log, ref)):
        if workflow in processes:
            rows = place.store.load(tx, child)
            edition = place.edition(tx, rows.table("cases")[(child,)]["edition"], workflow)
            found.append(_side(place, tx, Case(child, rows), edition))
    return tuple(sorted(found, key=lambda side: _number(side.case.ref)))


def _number(ref: str) -> int:
    return int(ref.rpartition(".")[2])


def _entered(place: Workplace, tx: Transaction, ref: str) -> int:
    row = tx.row(queries.ENTERED, (place.log, ref))
    return int(row[0]) if row and row[0] else 1


def _head(place: Workplace, tx: Transaction, ref: str) -> Head:
    row = tx.row(queries.LATEST_EVENT, (place.log, ref))
    assert row is not None, "a case has at least the event by which it was opened"
    n, text, hash_ = row
    return Head(ref, int(n), str(hash_), str(parse(text)["recorded"]))


def _proofs(place: Workplace, tx: Transaction, case: Case) -> dict[int, str]:
    """How it is known who gave each approval that stands."""
    given = {row["n"] for row in case.rows.table("approvals").values() if row["status"] == "given"}
    found = {}
    for n in sorted(given):
        row = tx.row(queries.EVENT, (place.log, case.ref, n))
        if row:
            found[n] = str(parse(row[0])["actor"]["proof"])
    return found


def _versions(place: Workplace, tx: Transaction, ref: str, pack: Pack) -> tuple[Version, ...]:
    """The latest draft and the latest other version whose files are still there."""
    found: dict[bool, Version] = {}
    for (_, name, no), row in reversed(versions(place, tx, ref)):
        if name != pack.id:
            continue
        there = tx.row(statements.DOCUMENT, (place.log, row["archive"]))
        event = tx.row(queries.EVENT, (place.log, ref, row["n"]))
        if there is not None and not there[1] and event:
            one = Version(no, str(row["status"]), parse(event[0])["body"])
            found.setdefault(one.draft, one)
    return tuple(found.values())
