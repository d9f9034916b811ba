"""`authority`: who may do what, by verb, and of a process by role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.cli import saying
from engine.cli.door import option
from engine.cli.printing import item, listed, paragraph, strong
from engine.cli.visit import Visit, reads
from engine.errors import UsageError

Known = Mapping[str, Any]

NO, PART = "no", "a part"
OF_STEPS = "what its steps need or give"
BY_AGENCY = "Kept to the agency that gave it, or to agencies that are named"
KEPT = "Kept to others"
DEEDS = {
    "takes": "Takes",
    "records": "Records",
    "corrects": "Puts right",
    "approves": "Approves",
    "told": "Is told of",
}


@reads(
    "authority",
    option("--process", metavar="NAME", default="", help="What each role of it may do."),
    option("--edition", metavar="EDITION", default="", help="In this edition."),
    option("--role", metavar="ROLE", default="", help="Of the process: this role alone."),
)
def authority(door: Visit, process: str, edition: str, role: str) -> None:
    """What every verb needs of whoever asks, and what each role of a process may do in it.

    What the table does not name is denied. In brackets stands what other commands call a thing.
    """
    if role and not process:
        raise UsageError("Say of which process: --process NAME beside --role.")
    found = door.ask("authority", process=process, edition=edition, role=role)
    lines = list(_process(found["process"]) if found["process"] else _table(found))
    door.answer(found, lines)


def _table(found: Known) -> Iterator[str]:
    yield strong("What somebody may be to what they ask about")
    for one in found["relations"]:
        yield from item(f"{one['relation']}: {one['means']} ({one['decided_by']})")
    for title, lines in (("Verbs", found["verbs"]), ("Commands of the machine", found["local"])):
        yield from ("", strong(title))
        for alike in _alike(lines):
            yield from item(_verbs(alike))
            yield from _cells(alike[0]["cells"])
    yield ""
    yield from paragraph("What is not named here is denied, and the attempt is in the access log.")


def _verbs(alike: list[Known]) -> str:
    one = alike[0]
    more = f"; the access log has it as {one['logged']}" if one["logged"] else ""
    more += "; at the command line alone" if one["here"] else ""
    return f"{', '.join(line['verb'] for line in alike)}{more}"


def _alike(lines: Iterable[Known]) -> list[list[Known]]:
    """The verbs with one row in common, in the order of the first of each."""
    found: dict[tuple[Any, ...], list[Known]] = {}
    for line in lines:
        key = (*line["cells"].items(), line["logged"], line["here"])
        found.setdefault(key, []).append(line)
    return list(found.values())


def _cells(cells: Mapping[str, str]) -> Iterator[str]:
    said: dict[str, list[str]] = {}
    for relation, verdict in cells.items():
        if verdict != NO:
            said.setdefault(verdict, []).append(relation)
    for verdict, relations in said.items():
        yield from paragraph(f"{verdict}: {', '.join(relations)}", 6, 2)


def _process(found: Known) -> Iterator[str]:
    for process in found["processes"]:
        for role in process["roles"]:
            yield strong(f"{role['title']} [{role['role']}], {process['title']}")
            yield from _role(role)
            yield ""
    yield from saying.caution(found["caution"])


def _role(role: Known) -> Iterator[str]:
    if role["outside"]:
        yield from item("Is told, and does nothing here.")
    if role["opens"]:
        yield from item("Opens a case.")
    if role["keeps"]:
        yield from item("Keeps the record: what others decided, people, packs, targets.")
    for name, deed in DEEDS.items():
        if role[name]:
            yield from item(f"{deed}: {'; '.join(_named(one) for one in role[name])}.")
    yield from item(_reads(role["reads"]))


def _reads(reads_: Known) -> str:
    said = f"Reads {reads_['how']}"
    if reads_["how"] == PART:
        named = "; ".join(_named(one) for one in reads_["beside"])
        said += f", {OF_STEPS}{f' and: {named}' if named else ''}"
    if reads_["own_agency"]:
        said += f", where its own agency is concerned; of a case about none, {OF_STEPS}"
    if reads_["states"]:
        said += f", while a case is at {listed([_named(one) for one in reads_['states']], 'or')}"
    for name, words in (("by_agency", BY_AGENCY), ("kept", KEPT)):
        if reads_[name]:
            said += f". {words}: {'; '.join(_named(one) for one in reads_[name])}"
    return f"{said}."


def _named(one: Known) -> str:
    return f"{one['title'].rstrip('.?')} [{one['id']}]"
