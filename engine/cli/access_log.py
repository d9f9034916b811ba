"""`audit log`: who came in or was kept out, and who read, searched or took out what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.calendars import LONDON
from engine.cli import texts
from engine.cli.door import option
from engine.cli.printing import paragraph
from engine.cli.visit import Visit, reads
from engine.dates import short_day
from engine.nouns import count

Entry = Mapping[str, Any]


@reads(
    "log",
    option("--since", metavar="DAY", default="", help="Only entries of this day and later."),
    option("--person", metavar="ID", default="", help="Only of this person."),
    option("--ref", "case", metavar="REF", default="", help="Only on this case."),
    option("--kind", metavar="KIND", default="", help="Only of this kind, such as read."),
    option("--why", metavar="TEXT", default="", help="Show reasons; say why you look."),
)
def log(door: Visit, since: str, person: str, case: str, kind: str, why: str) -> None:
    """The access log, the latest entry first: who came in, who was kept out, who read what and why.

    It is for those who keep the record. Why somebody read or what they searched for is sealed, and
    is shown only with --why, which is logged itself. --why takes a text, @FILE, or - for standard
    input.
    """
    given = {"since": since, "person": person, "case": case, "kind": kind}
    wish = {name: value for name, value in given.items() if value}
    reason = texts.free_text(why, "--why") if why else ""
    found = door.ask("audit log", **wish)
    sealed = door.ask("audit log reasons", **wish, why=reason)["reasons"] if why else {}
    document = {**found, "reasons": sealed} if why else found
    lines = [line for one in found["entries"] for line in _lines(one, sealed)]
    door.answer(document, lines or ["The access log has no such entry."])


def _lines(entry: Entry, sealed: Mapping[str, Mapping[str, str]]) -> Iterable[str]:
    at = datetime.fromisoformat(entry["at"]).astimezone(ZoneInfo(LONDON))
    claimed = f" as {entry['claimed']}" if entry["claimed"] not in ("", entry["person"]) else ""
    who = f"{entry['person']}{claimed} ({entry['proof'] or 'not proved'}), by {entry['door']}"
    on = f" on {entry['ref']}" if entry["ref"] else ""
    day = f"{short_day(at.date())} {at:%H:%M}"
    what = f"{entry['kind']}{on}{_details(entry)}"
    yield from paragraph(f"@{entry['n']}  {day}  {what}. {who}.", 0, 2)
    for name, value in sealed.get(f"@{entry['n']}", {}).items():
        yield from paragraph(f"{name}: {value or 'erased'}", 4, 2)


def _details(entry: Entry) -> str:
    said = dict(entry["what"])
    found = []
    if answers := said.pop("answers", 0):
        found.append(count(answers, "answer"))
    found += [f"{name} {value}" for name, value in said.items() if value not in ("", 0, None)]
    return f": {', '.join(found)}" if found else ""
