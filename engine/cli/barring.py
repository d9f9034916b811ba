"""Who may see a case: `case restrict`, `case unrestrict`, `conflict declare`, `conflict end`; and
`break-glass`, to read one for an hour that is not one's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.calendars import LONDON
from engine.cli.door import argument, option
from engine.cli.printing import listed, paragraph
from engine.cli.visit import Visit, changes, signature
from engine.nouns import any_of
from engine.service import references

Known = Mapping[str, Any]

_PERSON = option("--person", metavar="PERSON", required=True, help="By their id in config.toml.")


@changes(
    "restrict",
    argument("ref", "REF"),
    option(
        "--to",
        "to",
        metavar="PERSON",
        multiple=True,
        required=True,
        help="Somebody who may see it; give it for each of them, and for yourself.",
    ),
)
def restrict(door: Visit, ref: str, to: tuple[str, ...]) -> None:
    """Let only these people see a case and its linked cases; --reason says why.

    To everybody else it is from then on a case that is not there. At least two people are on the
    list, you among them, and one who can keep the record. Give the whole list anew to change it.
    """
    found = door.change("case restrict", ref=references.read(ref), to=list(to))
    said = f"Only {listed(found['restricted_to'])} can see {found['ref']} from now on."
    door.done(found, f"{said}{_nobody(found)}")


@changes("unrestrict", argument("ref", "REF"))
def unrestrict(door: Visit, ref: str) -> None:
    """Let everybody see a case again who could before; --reason says why."""
    found = door.change("case unrestrict", ref=references.read(ref))
    door.done(found, f"{found['ref']} is not restricted any more.")


@changes("declare", argument("ref", "REF"), _PERSON)
def declare(door: Visit, ref: str, person: str) -> None:
    """Declare that somebody is in conflict with a case: yourself, or somebody else if you keep its
    record; --reason says which conflict it is.

    They can neither read the case nor act in it from then on, and are not told of it.
    """
    found = door.change("conflict declare", ref=references.read(ref), person=person)
    said = f"{person} is kept from {found['ref']} from now on."
    door.done(found, f"{said}{_nobody(found)}")


@changes("end", argument("ref", "REF"), _PERSON)
def end(door: Visit, ref: str, person: str) -> None:
    """End a conflict of interest of somebody else; --reason says why."""
    found = door.change("conflict end", ref=references.read(ref), person=person)
    door.done(found, f"{person} is not kept from {found['ref']} any more.")


@changes("break-glass", argument("ref", "REF"))
def break_glass(door: Visit, ref: str) -> None:
    """Read for an hour a case that is not yours to read; --reason says why.

    Two others are told at once, and what you read is in the access log with your reason. Nothing
    is shown before both were told. It lets you read, and change nothing.
    """
    found = door.change("break-glass", ref=references.read(ref))
    until = datetime.fromisoformat(found["until"]).astimezone(ZoneInfo(LONDON)).strftime("%H:%M")
    said = f"The glass of {found['ref']} is broken: you can read it until {until}."
    if not found["open"]:
        lost = listed(found["not_told"], "or")
        said = (
            f"The glass of {found['ref']} is broken, but the case is not open yet: {lost} could "
            f"not be told. It opens as soon as two people were told, until {until}; ask that the "
            "messages are sent."
        )
    told = f"Told: {listed(found['told'])}." if found["told"] else "Nobody was told yet."
    review = f"They look at why it was broken (task {found['task']})."
    lines = [*paragraph(said), *paragraph(f"{told} {review}"), signature(found)]
    door.answer(found, lines)


def _nobody(found: Known) -> str:
    """The warning which roles nobody holds any more who may see the case."""
    titles = [one["title"].partition(" (")[0] for one in found["nobody"]]
    if not titles:
        return ""
    return (
        f" Nobody who can see it acts for {any_of(titles)}: steps of theirs can be taken by nobody."
    )
