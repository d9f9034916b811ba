"""`workflow rehearse`: every reminder and escalation from now to a day, and what would collide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from engine import bootstrap, loading
from engine.cli import saying, values
from engine.cli.door import argument, option
from engine.cli.printing import day, item, listed, paragraph, strong
from engine.cli.visit import Visit, reads
from engine.dates import read_day
from engine.edition import Edition
from engine.errors import UsageError
from engine.nouns import count
from engine.service import editions, references
from engine.service.rehearsals.rehearsing import (
    NEW,
    Beginning,
    Wish,
    Write,
    rehearse_case,
    rehearse_new,
)

Known = Mapping[str, Any]

KINDS = {"remind": "reminder", "escalate": "escalation"}
_REFERENCE = re.compile(r"\s*\d{4}-.*")


@reads(
    "rehearse",
    argument("what", "NAME-OR-REF"),
    argument("answers", "[QUESTION=VALUE] ...", nargs=-1),
    option("--until", metavar="DATE", required=True, help="The last day that is rehearsed."),
    option("--from", "since", metavar="DATE", default="", help="The day a new case is opened."),
    option(
        "--suppose",
        "supposed",
        multiple=True,
        metavar='"STEP on DATE"',
        help="A step that somebody takes on the way; may be given several times.",
    ),
    option("--brief", is_flag=True, help="Who is told of what, without the text of the messages."),
)
def rehearse(door: Visit, what: str, answers: tuple[str, ...], **options: Any) -> None:
    """What reminders and escalations would go out until a day, to whom, if nobody did anything.

    Of a process, or an edition in use as PROCESS@EDITION: on a case that is opened with these
    answers. Of a reference: on that case, from now on, and on its linked cases. It is decided by
    the rules by which notices fire, and nothing is written. What would collide is told first: days
    off, roles that nobody holds, people who are away, several escalations at once.
    """
    wish = Wish(read_day(options["until"]), tuple(map(_step, options["supposed"])))
    since = read_day(options["since"]) if options["since"] else None
    if _REFERENCE.fullmatch(what):
        _need_alone(answers, since)
        ref = references.read(what)
        place = door.admitted("rehearse", ref)
        found = rehearse_case(place, door.visitor, ref, wish, _write(door))
    else:
        found = _of_process(door, what, answers, since, wish)
    lines = [*_head(found), *_colliding(door, found)]
    for one in found["notices"]:
        lines += ["", *_notice(door, found, one), *_told(door, one, brief=options["brief"])]
    door.answer(found, [*lines, *saying.caution(found["caution"])])


def _step(text: str) -> tuple[str, date]:
    step, word, when = text.partition(" on ")
    if not word or not step.strip():
        raise UsageError(f'"{text[:60]}" supposes nothing; write it as "STEP on 2026-12-23".')
    return step.strip(), read_day(when.strip())


def _need_alone(answers: Sequence[str], since: date | None) -> None:
    if answers or since:
        raise UsageError(
            "Answers and --from are for a case that is not there yet; of one that is, give its "
            "reference alone."
        )


def _of_process(
    door: Visit, name: str, answers: Sequence[str], since: date | None, wish: Wish
) -> dict[str, Any]:
    """A new case of a process that is in use, or else of one that comes from a folder."""
    place = door.admitted("rehearse")
    process, at, named = name.rpartition("@")
    name, named = (process, named) if at and not Path(name).exists() else (name, "")
    in_use = bool(named) or name in {one.name for one in editions.in_use(place)}
    if in_use:
        on = since.isoformat() if since else ""
        with place.database.read() as tx:
            edition = editions.to_open(place, tx, name, named, on)
    else:
        edition = Edition(loading.load(loading.find(name)))
    given = values.answers(answers, edition.workflow).own
    write = _write(door, [] if in_use else [edition])
    return rehearse_new(place, door.visitor, Beginning(edition, given, since), wish, write)


def _write(door: Visit, also: Sequence[Edition] = ()) -> Write:
    """What writes messages out as the notifier would send them."""
    return bootstrap.mails(door.place, door.settings, [one.workflow for one in also])


def _head(found: Known) -> Iterator[str]:
    of = found["ref"] if found["ref"] != NEW else "A new case"
    doing = "if nobody does anything"
    if found["supposed"]:
        steps = [f"{one['transition']} on {day(one['on'])}" for one in found["supposed"]]
        doing = f"supposing {listed(steps)}, and nothing else"
    number = count(len(found["notices"]), "notice")
    yield from paragraph(
        f"{of}, {found['title']}, from {day(found['from'])} to {day(found['until'])}, {doing}: "
        f"{number}. Nothing was written."
    )


def _colliding(door: Visit, found: Known) -> Iterator[str]:
    if found["collisions"]:
        yield from ("", strong("To look at beforehand"))
    for one in found["collisions"]:
        about = f": {_what(one)}" if one["title"] else ""
        text = f"{day(one['on'])}{about}: {_said(door, one)}"
        yield from item(text if one["ref"] in ("", found["ref"]) else f"{one['ref']}, {text}")


def _what(one: Known) -> str:
    return f"{one['title']} ({one['of_title']})" if one["of"] else str(one["title"])


def _said(door: Visit, one: Known) -> str:
    """What collides, as a sentence without its end."""
    people = listed([door.name(person) for person in one["people"]])
    role = _short(one["role_title"])
    get, are = ("gets", "is") if len(one["people"]) == 1 else ("each get", "are")
    said = {
        "fires on a day off": f"the notice fires on a day off ({one['why']})",
        "due on a day off": f"it is due on a day off ({one['why']})",
        "not published yet": "the bank holidays of that year are not published, so it may move",
        "nobody holds the role": f"nobody holds the role {role}",
        "nobody is there": f"in the five working days before, nobody is there for {role}: "
        f"{people} away",
        "somebody is away": f"{people} ({role}) {are} away",
        "all are away": f"nobody who holds the role {role} is there: {people} {are} away",
        "nobody is told": f"nobody is told{_why_nobody(one)} and there is no fallback",
        "several escalations": f"{people} {get} {one['why']} escalations on that day",
        "no address": f"{people} would not get this, {_why_not(one)}",
        "nobody gets it": f"nobody would get this: {people}, without a real mail address",
        "nobody may open it": f"nobody holds a role that may open such a case, such as {role}",
    }
    instead = f", and {people} is told instead" if people else ""
    more = instead if one["kind"] == "nobody holds the role" else ""
    return f"{said.get(one['kind'], one['kind'])}{more}"


def _why_nobody(one: Known) -> str:
    role = _short(one["role_title"])
    return f" at {role}, for it has no contact" if role else ", for nobody holds the roles"


def _why_not(one: Known) -> str:
    return f"for {one['why']} is made up" if one["why"] else "for config.toml has no address"


def _notice(door: Visit, found: Known, one: Known) -> Iterator[str]:
    ref = f"{one['ref']}: " if one["ref"] != found["ref"] else ""
    late = ", late" if one["late"] else ""
    head = f"{day(one['on'])}  {KINDS[one['kind']]}: {ref}{_what(one)}, {one['when']}{late}"
    yield from map(strong, paragraph(head))


def _told(door: Visit, one: Known, *, brief: bool) -> Iterator[str]:
    """Whom a notice tells; people who get the same text, word for word, stand together."""
    texts: dict[tuple[str, str], list[Known]] = {}
    for told in one["told"]:
        texts.setdefault((told["subject"], told["text"]), []).append(told)
    for (subject, text), several in texts.items():
        for told in several:
            yield from paragraph(f"to {_whom(door, told)}", 2, 2)
        for line in () if brief else (f"Subject: {subject}", *text.splitlines()):
            yield from paragraph(line, 6, 2)


def _whom(door: Visit, told: Known) -> str:
    instead = f" for {door.name(told['stands_for'])}" if told["stands_for"] else ""
    to = f", {told['to']}" if told["to"] else ""
    role = _short(told["role_title"])
    return f"{door.name(told['person'])} ({role}; {told['why']}{instead}){to}"


def _short(title: str) -> str:
    """A title of a role without what it says in brackets or after a colon."""
    return title.split(" (")[0].split(":")[0]
