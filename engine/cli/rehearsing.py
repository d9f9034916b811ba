"""`workflow rehearse`: every reminder and escalation from now to a day, and what would collide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine import loading
from engine.cli import saying, texts, values
from engine.cli.door import argument, option
from engine.cli.folders import handed_over, with_edition
from engine.cli.printing import day, item, listed, paragraph, strong
from engine.cli.visit import Visit, reads
from engine.errors import UsageError
from engine.nouns import count
from engine.service import references
from engine.verbs.asking import questions

Known = Mapping[str, Any]

KINDS = {"remind": "reminder", "escalate": "escalation"}
NEW = "NEW"
"""In the place of the reference of a case that is not there yet."""
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
    until, supposed = texts.exact_day(options["until"]), [*map(_step, options["supposed"])]
    wish: dict[str, Any] = dict(until=until, supposed=supposed)
    since = texts.exact_day(options["since"]) if options["since"] else ""
    if _REFERENCE.fullmatch(what):
        _need_alone(answers, since)
        found = door.ask("workflow rehearse case", ref=references.read(what), **wish)
    else:
        meant = _meant(door, what)
        given = _given(door, what, meant, since, answers) if answers else {}
        found = door.ask("workflow rehearse", answers=given, since=since, **meant, **wish)
    names = found["names"]
    lines = [*_head(found), *_colliding(found)]
    for one in found["notices"]:
        lines += ["", *_notice(found, one), *_told(names, one, brief=options["brief"])]
    door.answer(found, [*lines, *saying.caution(found["caution"])])


def _step(text: str) -> str:
    step, word, when = text.partition(" on ")
    if not word or not step.strip():
        raise UsageError(f'"{text[:60]}" supposes nothing; write it as "STEP on 2026-12-23".')
    return f"{step.strip()} on {texts.exact_day(when.strip())}"


def _need_alone(answers: Sequence[str], since: str) -> None:
    if answers or since:
        raise UsageError(
            "Answers and --from are for a case that is not there yet; of one that is, give its "
            "reference alone."
        )


def _meant(door: Visit, name: str) -> dict[str, Any]:
    """A process that is in use, or else one that comes from a folder, as a request has it."""
    process, edition = with_edition(name)
    used = {one["workflow"] for one in door.ask("workflow list")["in_use"]}
    if edition or process in used:
        return {"workflow": process, "edition": edition}
    called, files = handed_over(name)
    # A process of this program that is not in use here is read by name.
    return {"workflow": called, "files": files}


def _given(
    door: Visit, name: str, meant: Known, since: str, answers: Sequence[str]
) -> dict[str, str]:
    """The answers with which a new case is opened."""
    known: Known
    if "files" in meant:
        known = {"questions": questions(loading.load(loading.find(name)))}
    else:
        known = door.ask("workflow questions", on=since, **meant)
    return values.answers(values.pairs(answers), values.Asks(known))


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


def _colliding(found: Known) -> Iterator[str]:
    if found["collisions"]:
        yield from ("", strong("To look at beforehand"))
    for one in found["collisions"]:
        about = f": {_what(one)}" if one["title"] else ""
        text = f"{day(one['on'])}{about}: {_said(found['names'], one)}"
        yield from item(text if one["ref"] in ("", found["ref"]) else f"{one['ref']}, {text}")


def _what(one: Known) -> str:
    return f"{one['title']} ({one['of_title']})" if one["of"] else str(one["title"])


def _said(names: Known, one: Known) -> str:
    """What collides, as a sentence without its end."""
    people = listed([names.get(person, person) for person in one["people"]])
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


def _notice(found: Known, one: Known) -> Iterator[str]:
    ref = f"{one['ref']}: " if one["ref"] != found["ref"] else ""
    late = ", late" if one["late"] else ""
    head = f"{day(one['on'])}  {KINDS[one['kind']]}: {ref}{_what(one)}, {one['when']}{late}"
    yield from map(strong, paragraph(head))


def _told(names: Known, one: Known, *, brief: bool) -> Iterator[str]:
    """Whom a notice tells; people who get the same text, word for word, stand together."""
    texts: dict[tuple[str, str], list[Known]] = {}
    for told in one["told"]:
        texts.setdefault((told["subject"], told["text"]), []).append(told)
    for (subject, text), several in texts.items():
        for told in several:
            yield from paragraph(f"to {_whom(names, told)}", 2, 2)
        for line in () if brief else (f"Subject: {subject}", *text.splitlines()):
            yield from paragraph(line, 6, 2)


def _whom(names: Known, told: Known) -> str:
    whose = told["stands_for"]
    instead = f" for {names.get(whose, whose)}" if whose else ""
    to = f", {told['to']}" if told["to"] else ""
    role = _short(told["role_title"])
    return f"{names.get(told['person'], told['person'])} ({role}; {told['why']}{instead}){to}"


def _short(title: str) -> str:
    """A title of a role without what it says in brackets or after a colon."""
    return title.split(" (")[0].split(":")[0]
