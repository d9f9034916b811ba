"""A partnership in which cases are restricted: who is on the list, who is not, and what all the
verbs say to them.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from engine.canonical import parse
from engine.directory import Agency, Appointment, Directory, Person
from engine.errors import CaseNotFoundError, DeliveryError
from engine.service import breaking, outbox, restricting
from engine.service.workplace import By, File
from engine.verbs.fields import Field
from engine.verbs.table import VERBS, fields, run
from engine.verbs.verb import Verb
from tests.worlds import DIRECTORY, World

BECAUSE = "kept among few: a sample"
LISTED = ("bess", "lee")
BARRED = ("eve", "ed", "dee", "sam")
"""People with a part here who are not on that list."""

GIVEN: Mapping[str, Any] = {
    "answers": {"place": "elsewhere"},
    "asked": {},
    "no_reply": {},
    "n": 2,
    "to": "2025-12-14",
    "question": "place",
    "message": "notification",
    "transition": "start_deciding",
    "task": "1.1",
    "timescale": "notification",
    "agreed_by": "them",
    "told": "them",
    "kind": "child",
    "person": "p1",
    "basis": "a court's order",
    "why": "to try it",
    "document": "form",
    "pack": "letter",
    "until": "2026-01-20",
}
"""What a verb is asked with besides the case, where it needs it."""


def directory(**more: Any) -> Directory:
    """The sample partnership with a second keeper of the record and a program."""
    people = {
        "sam": Person("sam", "Sam Sample", "deputy manager", "sam@partnership.example"),
        "robot": Person("robot", "A form", service=True),
    }
    known = replace(
        DIRECTORY,
        people={**DIRECTORY.people, **people},
        appointments=(
            *DIRECTORY.appointments,
            Appointment("sam", "business_unit", "council"),
            Appointment("robot", "business_unit", "council"),
        ),
    )
    return replace(known, **more)


def agency_of(contact: str) -> dict[str, Agency]:
    """The agencies, each with the same contact."""
    return {name: replace(one, contact=contact) for name, one in DIRECTORY.agencies.items()}


def by(person: str, reason: str = BECAUSE) -> By:
    """Somebody with a reason."""
    return By(person, reason=reason)


def restricted(world: World, ref: str, *people: str, who: str = "bess") -> restricting.Barred:
    """A case that only these people see; those of the sample list, where nobody is named."""
    return restricting.restrict(world.place, by(who), ref, people or LISTED)


def asked(verb: Verb, ref: str) -> dict[str, Any]:
    """Words with which a verb is asked of a case so that nothing else is wrong with them."""
    found: dict[str, Any] = {"ref": ref}
    for field in fields(verb):
        if field.required and field.name != "ref":
            found[field.name] = _given(field)
    return found


def _given(field: Field) -> Any:
    if field.kind == "file":
        return File("a.pdf", io.BytesIO(b"%PDF- a sample"))
    if field.kind == "names":
        return ["bess", "lee"]
    if field.kind == "number":
        return 2
    return GIVEN[field.name]


def of_a_case() -> list[str]:
    """Every verb that is asked of one case, but for the one that opens a barred one."""
    named = [n for n, verb in VERBS.items() if any(f.name == "ref" for f in verb.fields)]
    return [name for name in named if name != "break-glass"]


def not_there(world: World, person: str, name: str, ref: str) -> str:
    """What somebody is told by a verb of a case that is not there for them, without its name."""
    with pytest.raises(CaseNotFoundError) as raised:
        run(world.place, By(person, reason="to try it"), name, asked(VERBS[name], ref))
    return str(raised.value).replace(ref, "REF")


def told(world: World, person: str, name: str, **raw: Any) -> Any:
    """What a verb tells somebody."""
    return run(world.place, By(person), name, raw)


def logged(world: World, kind: str) -> list[dict[str, Any]]:
    """The entries of the access log of a type."""
    with world.place.database.read() as tx:
        texts = world.place.store.events(tx, "access")
    return [event for event in map(parse, texts) if event["type"] == kind]


class Post:
    """A way to send messages, which is up or down."""

    def __init__(self, *lost: str, down: bool = False) -> None:
        self.lost, self.down = lost, down
        self.sent: list[outbox.Outgoing] = []

    def __call__(self, message: outbox.Outgoing) -> str:
        """Take a message, unless it is down or cannot reach whom it is for."""
        if self.down or message.person in self.lost:
            raise DeliveryError("The mail server does not answer.", again=True)
        self.sent.append(message)
        return "post: taken"

    @property
    def people(self) -> list[str]:
        """Those who got something, in order."""
        return sorted(one.person for one in self.sent)


def broken(world: World, person: str, ref: str, post: Post | None = None) -> breaking.Broken:
    """Somebody breaks the glass of a case; everybody is reached unless another post says so."""
    return breaking.break_glass(world.place, by(person), ref, post or Post())


def opens(world: World, person: str, ref: str) -> bool:
    """Whether a case is shown to somebody."""
    try:
        run(world.place, By(person), "show", {"ref": ref})
    except CaseNotFoundError:
        return False
    return True


def everything_listed(world: World, person: str) -> Sequence[Any]:
    """All that is told somebody of many cases at once."""
    texts = ("council", "area", "20")
    return [
        *(told(world, person, name) for name in ("list", "today", "deadlines", "workflow list")),
        *(told(world, person, "find", text=text) for text in texts),
        told(world, person, "list", late=True),
        told(world, person, "list", due_within="40 working days"),
        told(world, person, "list", mine=True),
        told(world, person, "audit verify"),
    ]
