"""A partnership at work: its store, keys, people, calendars and clock, wired together once."""

from __future__ import annotations

import hashlib
import json
import os
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, BinaryIO, Protocol

from engine import queries, statements
from engine.calendars import Calendar, local_date
from engine.canonical import clean_text
from engine.case import Actor, Context
from engine.commands import drawn
from engine.database import Database, Transaction
from engine.dates import iso, parse_partial
from engine.definition import UnreadableError, Workflow, workflow_from
from engine.directory import NOWHERE, Appointment, Directory
from engine.edition import Edition
from engine.errors import ConfigError, RefusedError, TrailError, UsageError
from engine.keys import Keys, Randomness
from engine.names import NamesPeriod
from engine.service.bank_holidays.almanac import Almanac
from engine.store import Store
from engine.vault import Vault

if TYPE_CHECKING:
    from engine.packs.files import PackFile
    from engine.service.outbox import Sender
    from engine.service.rehearsals.previewing import Preview
    from engine.service.rehearsals.rehearsing import Write


class Wired(Protocol):
    """What only the wiring can make: it alone knows the notifiers."""

    def sender(self) -> Sender:
        """What hands messages over."""

    def mails(self, also: Sequence[Workflow] = ()) -> Write:
        """What writes messages out as mails, with the titles of these definitions too."""

    def previews(self, by: str) -> tuple[Callable[[str], Sequence[str]], Preview]:
        """By what somebody is told, and what writes a message as that sends it; by one notifier
        alone where it is named. Raises UsageError for one that there is not.
        """

    def misplaced(self, workflow: Workflow) -> list[str]:
        """What is wrong with the agencies of appointments, as far as this process goes."""

    def check_appointments(self, workflows: Iterable[Workflow]) -> None:
        """Refuse settings that do not say for which agency somebody holds a role that counts at
        their own alone. Raises ConfigError.
        """


@dataclass(slots=True)
class Workplace:
    """What every use case needs; made by `bootstrap`, and by tests with their own clock."""

    log: str
    """The partnership's id."""
    database: Database
    keys: Keys
    directory: Directory
    calendars: Mapping[str, Calendar]
    """By jurisdiction, as they are shipped."""
    clock: Callable[[], datetime]
    randomness: Randomness = os.urandom
    clock_kind: str = "real"
    """real, or virtual in a demo."""
    door: str = "command line"
    partnership: str = ""
    """The partnership's name, as packs print it."""
    names: tuple[NamesPeriod, ...] = ()
    """Its own names for the neutral words of definitions."""
    store: Store = field(init=False)
    vault: Vault = field(init=False)
    almanac: Almanac = field(init=False)
    """The calendars as they are in use here."""
    visitor: str = ""
    """Whoever looks, where somebody does: what is barred to them is not there for them. Nobody,
    where the engine looks by itself.
    """
    _wired: Wired | None = None
    _watch: Callable[[int, int], None] | None = None
    _editions: dict[str, Edition] = field(default_factory=dict)
    _packs: dict[tuple[str, str], PackFile] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store = Store(self.log, self.keys.mac)
        self.vault = Vault(self.log, self.keys, self.randomness)
        self.almanac = Almanac(self.calendars)

    def wire(self, wired: Wired) -> None:
        """Give it what only the wiring can make."""
        self._wired = wired

    def watch(self, watch: Callable[[int, int], None]) -> None:
        """Have somebody told how far long work has come: so much, of so much (0: not known)."""
        self._watch = watch

    def came(self, done: int, of: int = 0) -> None:
        """Tell whoever watches how far it has come."""
        if self._watch is not None:
            self._watch(done, of)

    @property
    def wired(self) -> Wired:
        """What the wiring made for it, without which nothing is sent."""
        assert self._wired is not None
        return self._wired

    @property
    def demo(self) -> bool:
        """Whether the clock is virtual, which every door says."""
        return self.clock_kind != "real"

    def at(self, door: str) -> Workplace:
        """The same place, at which people come in by another door; what it has read is shared."""
        found = copy(self)
        found.door = door
        return found

    def seen_by(self, person: str) -> Workplace:
        """The same place as somebody sees it; what it has read is shared."""
        found = copy(self)
        found.visitor = person
        return found

    def today(self) -> date:
        """The local civil day."""
        return local_date(self.clock())

    def edition(self, tx: Transaction, content_hash: str, workflow: str) -> Edition:
        """The edition that a case is pinned to; of a linked case, its process within that edition.

        Raises TrailError when the stored text is not the one that was activated.
        """
        known = self._editions.get(content_hash)
        if known is None:
            known = self.checked_edition(tx, content_hash)
            self._editions[content_hash] = known
        if known.workflow.name == workflow:
            return known
        return known.children[workflow]

    def known(self, content_hash: str, workflow: str) -> Workflow | None:
        """The same where it was read already; None where it was not."""
        edition = self._editions.get(content_hash)
        if edition is None:
            return None
        main = edition.workflow
        return main if main.name == workflow else main.children.get(workflow)

    def know(self, edition: Edition) -> None:
        """Take an edition as read: whoever has just activated it need not read it again."""
        self._editions[edition.hash] = edition

    def checked_edition(self, tx: Transaction, content_hash: str) -> Edition:
        """An edition read anew from its stored text, which must have the hash that is its name.

        Raises TrailError when it has not, and ConfigError for the form of another Casetrail.
        """
        row = tx.row(statements.EDITION_TEXT, (self.log, content_hash))
        if row is None:
            raise TrailError("The edition that a case is pinned to is not in the store.")
        if hashlib.sha256(row[0].encode()).hexdigest() != content_hash:
            raise TrailError("A stored edition is not the one that was activated.")
        try:
            return Edition(workflow_from(json.loads(row[0]), content_hash))
        except UnreadableError:
            raise ConfigError(
                f"The edition {content_hash[:12]} was brought into use by another Casetrail, in a "
                "form that this one does not read; install the one that did, or a newer one."
            ) from None

    def pack_file(self, tx: Transaction, edition: Edition, template: str) -> PackFile:
        """What a pack prints, from the sources that were stored with the edition.

        Raises TrailError when the stored text is not the one that was activated.
        """
        known = self._packs.get((edition.hash, template))
        if known is None:
            row = tx.row(queries.SOURCES_OF, (self.log, edition.hash))
            text = json.loads(row[0]).get(template, "") if row else ""
            # The hash is of the file as it was, which may begin with a byte order mark.
            hashes = {hashlib.sha256(b + text.encode()).hexdigest() for b in (b"", BOM_UTF8)}
            if edition.workflow.templates.get(template) not in hashes:
                raise TrailError("A stored pack is not the one that was activated.")
            # Only a pack needs what reads one.
            from engine.packs import files

            known = self._packs[(edition.hash, template)] = files.read(text)
        return known

    def calendar(self, edition: Edition, tx: Transaction | None = None) -> Calendar:
        """The calendar by which an edition counts working days.

        Within a transaction it is looked up whether the calendar has changed meanwhile.
        """
        if tx is not None:
            self.almanac.see(tx, self.log)
        found = self.almanac.in_use(edition.workflow.working_days)
        if found is None:
            raise ConfigError(
                f'There is no calendar of working days for "{edition.workflow.working_days}".'
            )
        return found

    @property
    def own_calendar(self) -> Calendar:
        """The calendar by which the partnership itself counts, whatever a process does."""
        found = self.almanac.in_use(next(iter(self.calendars)))
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class File:
    """A file as somebody hands it over."""

    name: str
    source: BinaryIO


@dataclass(frozen=True, slots=True)
class By:
    """Who wants something done, and how it came to be known."""

    person: str
    """The person who records it."""
    decided_by: str = ""
    evidence: str = ""
    """The document that shows what somebody else decided."""
    shown: File | None = None
    """The same as a file that is still to be put on file: with the change, or not at all."""
    on: str = ""
    """The day it happened; today when empty."""
    reason: str = ""
    key: str = ""
    """The idempotency key; a new one is drawn when empty."""
    if_version: int | None = None
    claimed: str = "claimed"
    verbs: tuple[str, ...] = ()
    """What a token is for; everything where there is none."""
    processes: tuple[str, ...] = ()
    """In the cases of which processes; in all where there is none."""


def context(
    place: Workplace,
    by: By,
    roles: tuple[str, ...] = (),
    only_at: Mapping[str, str] = NOWHERE,
    directory: Directory | None = None,
) -> Context:
    """The context of a command: the actor is resolved in these roles, on the day it happened.

    Of a role that `only_at` names, only an appointment for that agency counts. `directory` is who
    holds what in the case, where that is not what config.toml says.
    Raises UsageError for somebody whom config.toml does not name.
    """
    now = place.clock()
    today = local_date(now)
    decided = by.decided_by or by.person
    _check_people(place, by, decided)
    happened = _day(by, today)
    held = _held(directory or place.directory, decided, roles, happened[:10], only_at)
    role, agency, away = (held.role, held.agency, held.deputy_for) if held else ("", "", "")
    # By position: names cost a step as much again as the values do.
    return Context(
        place.log,
        now,
        today,
        Actor(decided, by.person, role, agency, away, place.door, by.claimed),
        by.key or drawn(place.randomness),
        happened,
        place.clock_kind,
        by.evidence,
        clean_text(by.reason).strip() if by.reason else "",
    )


def _day(by: By, today: date) -> str:
    """The day it happened, as the trail keeps it; a month or a year where only that is known."""
    if not by.on:
        return iso(today)
    found = parse_partial(by.on)
    if found.first > today:
        raise RefusedError("The day lies in the future; a thing is recorded when it has happened.")
    return iso(found.first) if found.exact else found.text


def _check_people(place: Workplace, by: By, decided: str) -> None:
    for person in (decided, by.person):
        if person not in place.directory.people:
            raise UsageError(
                f'config.toml names no person "{person}"; use the id of somebody it names, '
                "with --as."
            )
    if decided != by.person and not (by.evidence or by.shown):
        raise UsageError(
            "A step that somebody else decided needs its evidence; give --evidence with the "
            "document."
        )


def _held(
    directory: Directory,
    person: str,
    roles: tuple[str, ...],
    day: str,
    only_at: Mapping[str, str],
) -> Appointment | None:
    found = directory.acting(person, roles, day, only_at)
    if found or roles:
        return found
    every = tuple(dict.fromkeys(a.role for a in directory.appointments if a.person == person))
    return directory.acting(person, every, day, only_at)
