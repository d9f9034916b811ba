"""One person for each relation of the table of authority, a case that has something of everything,
and a request for every verb.
"""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine import bootstrap, database
from engine.authority import Relation
from engine.case import Given
from engine.directory import Appointment, Directory, Person
from engine.loading import load, sources
from engine.service import cases, editions
from engine.service.accounts import tokens
from engine.service.looking import documents, private
from engine.service.workplace import By, File
from engine.verbs import table
from tests.stories import SETTINGS
from tests.worlds import BESS, DIRECTORY, SAMPLE, World, place_on

CANARY = "Canary Quibblethorpe"
"""In every personal value of the case, and in nothing else."""
HELPER = '\n[role.helper]\ntitle = "helper"\nreads = ["report"]\n'
UNTIL = "2026-06-30"
WHO: Mapping[Relation, str] = {
    Relation.NOBODY: "ghost",
    Relation.MACHINE: "",
    Relation.LEFT: "gone",
    Relation.BARRED: "bess",
    Relation.GLASS_BROKEN: "bess",
    Relation.ELSEWHERE: "ella",
    Relation.TOLD: "petra",
    Relation.AGENCY: "pol",
    Relation.PART: "noel",
    Relation.ACTS: "eve",
    Relation.KEEPS: "bess",
    Relation.SERVICE: "robo",
}
BOTH = "uma"
"""Keeps the record, and may approve: a small partnership."""
MORE = ("gone", "ella", "petra", "noel", BOTH)
PASSWORD = "four plain words for this test"


def directory() -> Directory:
    """The sample partnership, with somebody for each relation who has none there."""
    people = {name: Person(name, f"{name.title()} Sample") for name in MORE}
    people["robo"] = Person("robo", "Form of the council", service=True)
    held = (
        Appointment("gone", "executive", "council", until="2025-12-14"),
        Appointment("ella", "clerk_of_another_process", "council"),
        Appointment("petra", "national_panel"),
        Appointment("noel", "helper", "council"),
        Appointment("robo", "business_unit", "council"),
        Appointment(BOTH, "business_unit", "council"),
        Appointment(BOTH, "executive", "council"),
    )
    return replace(
        DIRECTORY,
        people={**DIRECTORY.people, **people},
        appointments=(*DIRECTORY.appointments, *held),
    )


@dataclass(slots=True)
class Cells:
    """The world in which the cells are tried."""

    world: World
    ref: str
    document: str
    task: str
    n: int
    tokens: Iterator[str]
    _asked: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def by(self, relation: Relation) -> By:
        """Whoever is in a relation."""
        return By(WHO[relation])

    def request(self, verb: str, holder: str = "bess") -> dict[str, Any]:
        """What a verb is asked with: all that it needs, and nothing that keeps it from acting."""
        known = {one.name for one in table.fields(table.VERBS[verb])}
        asked = {name: value for name, value in self._usual(holder).items() if name in known}
        return {**asked, **self._own(verb)}

    def _usual(self, holder: str) -> dict[str, Any]:
        needed = {"ref": self.ref, "why": "to read it", "until": UNTIL, "holder": holder or "bess"}
        return {**needed, "workflow": "incident", "transition": "check_progress"}

    def _own(self, verb: str) -> dict[str, Any]:
        if verb == "token revoke":
            return {"token": next(self.tokens)}
        paper = File("a.txt", io.BytesIO(b"A form."))
        holiday = {"day": "2026-11-05", "announced": "2025-12-12", "source": "the Gazette"}
        pack = {"pack": "none"}
        asked: dict[str, dict[str, Any]] = {
            "open": {"answers": {"place": "elsewhere"}, "not_the_same": True},
            "open alike": {"answers": {"place": "elsewhere"}},
            "record": {"answers": {"publication_planned_on": "2026-05-01"}},
            "correct": {"answers": {"place": "elsewhere"}, "reason": "misread"},
            "correct day": {"n": self.n, "to": "2025-12-15", "reason": "misread"},
            "attach": {"question": "form", "document": paper},
            "undo": {"reason": "It was another case."},
            "done": {"task": self.task, "reason": "Looked at."},
            "extend": {"timescale": "review", "to": UNTIL, "agreed_by": "them", "reason": "ill"},
            "delay": {"timescale": "review", "told": "them", "reason": "ill"},
            "approve": {"question": "report"},
            "message preview": {"message": "review"},
            "blank-forms": {"workflow": "a_process_of_none"},
            "person add": {"kind": "child"},
            "erase": {"person": "p1", "basis": "asked", "dry_run": True},
            "find": {"text": CANARY},
            "audit log reasons": {"why": "To see whether it is in order."},
            "date": {"asked": "15 working days after 2025-12-23"},
            "document content": {"document": self.document},
            "pack build": pack,
            "pack content": pack,
            "sent": {**pack, "to": "them", "file": paper},
            "calendar add": {**holiday, "title": "Holiday", "dry_run": True},
            "calendar remove": {**holiday, "dry_run": True},
            "calendar renew": {"dry_run": True},
            "workflow migrate": {"to": "2025-01", "dry_run": True},
            "workflow activate": {"edition": "2025-01"},
            "workflow compare": {"old": "incident", "old_edition": "2025-01"}
            | {"new": "incident", "new_edition": "2025-01"},
            "workflow replay": {"edition": "2025-01"},
            "workflow check": {"workflow": "a_process_of_none"},
            "workflow verify": {"workflow": "a_process_of_none"},
            "account password": {"person": "eve", "password": PASSWORD},
            "account clear": {"person": "eve"},
            "bounce": {"report": paper},
            "near": {"typed": self.ref},
            # Of everybody, so that nobody is kept from what is tried next.
            "case restrict": {"to": sorted(directory().people), "reason": "It is in the news."},
            "case unrestrict": {"reason": "It is no more."},
            "conflict declare": {"person": "dee", "reason": "A cousin."},
            "conflict end": {"person": "dee", "reason": "It was another family."},
            "break-glass": {"reason": "A court asks today."},
        }
        return asked.get(verb, {})

    def last(self) -> int:
        """The number of the latest entry of the access log."""
        with self.world.place.database.read() as tx:
            return self.world.place.store.head(tx, "access")[0]

    def entries(self, after: int) -> list[dict[str, Any]]:
        """Those that came later."""
        with self.world.place.database.read() as tx:
            found = self.world.place.store.events(tx, "access", after + 1)
        return [json.loads(text) for text in found]


def verdicts(page: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Of each verb and command that the page on authority has, what it says by relation; of one
    that is done at the command line alone, a star besides.
    """
    head: list[str] = []
    for line in page.partition("## Verbs")[2].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| |"):
            head = cells
        elif line.startswith("| `"):
            _, name, star = cells[0].split("`")
            yield (
                name,
                {**dict(zip(head[1:], cells[1:], strict=True)), **({"*": ""} if star else {})},
            )


@contextmanager
def cells(folder: Path) -> Iterator[Cells]:
    """The world at work, on SQLite, until the end of the block."""
    process = folder / "incident"
    shutil.copytree(SAMPLE, process)
    with (process / "process.toml").open("a") as file:
        file.write(HELPER)
    url = f"sqlite:///{folder / 'casetrail.db'}"
    database.create(url, "sample", durable=False)
    opened = database.open(url, durable=False)
    try:
        place, clock = place_on(opened)
        place.directory = directory()
        bootstrap.wire(place, replace(SETTINGS, file=folder / "config.toml"))
        editions.activate(place, BESS, load(process), sources(process))
        yield _told(World(place, clock))
    finally:
        opened.close()


def _told(world: World) -> Cells:
    ref, place = world.notified(), world.place
    world.record(ref, report=f"What {CANARY} said.")
    name = [Given("name", CANARY)]
    cases.add_person(place, replace(BESS, reason=CANARY), ref, "child", name)
    paper = File(f"{CANARY}.txt", io.BytesIO(CANARY.encode()))
    documents.attach(place, BESS, ref, "form", paper)
    world.take(ref, "check_progress")
    [held] = private.on_file(place, ref)
    steps = [one["n"] for one in world.events(ref) if one["type"] == "transition taken"]
    return Cells(world, ref, held["document"], "t1", steps[-1], _tokens(world))


def _tokens(world: World) -> Iterator[str]:
    """A token of the business manager, a new one each time."""
    while True:
        yield tokens.id_of(
            tokens.issue(world.place.at("command line"), BESS, "bess", (), (), UNTIL)
        )
