"""Looking at one case: `show`, `next` and `history`.

No personal value is printed but after `--personal --why`, when the read is in the access log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from engine.cli import printing, saying, texts
from engine.cli.door import argument, option
from engine.cli.printing import count, day, item, paragraph, strong
from engine.cli.telling import Titles, told
from engine.cli.visit import Visit, reads
from engine.errors import UsageError
from engine.service import private, reading, references

MOST = 6
"""Deadlines, and tasks, that are shown unless all are asked for."""

AT_ONCE = (
    "people told",
    "notice fired",
    "message sent",
    "message given up",
    "task opened",
    "task closed",
)
"""What happens when it is recorded, whatever day the command that it follows from is of."""

Case = Mapping[str, Any]

_PERSONAL = (
    option("--personal", is_flag=True, help="Show personal values too; the read is logged."),
    option("--why", metavar="TEXT", default="", help="Why: TEXT, @FILE, or - to be asked."),
)


@reads(
    "show",
    argument("ref", "REF"),
    option("--all", "every", is_flag=True, help="Earlier answers, and every deadline and task."),
    *_PERSONAL,
)
def show(door: Visit, ref: str, every: bool, personal: bool, why: str) -> None:
    """A case: where it is, what is due, what to do, and what is on record.

    Of personal answers it is only said that they are on file, unless --personal asks for them and
    --why says why. In brackets stands what other commands call a thing.
    """
    ref, reason = references.read(ref), reason_to_read(personal, why)
    case = reading.show(door.place, door.visitor, ref)
    values = private.answers(door.place, door.visitor, ref, reason) if personal else {}
    document = {**case, "personal": values} if personal else case
    lines = [*_head(case), *_deadlines(case, every=every), *_to_do(case, every=every)]
    lines += [*_answers(case, values, every=every), *_linked(case)]
    door.answer(document, [*lines, *saying.caution(case["caution"])])


@reads("next", argument("ref", "REF"))
def next_(door: Visit, ref: str) -> None:
    """What can happen next to a case.

    For what cannot happen yet: everything that is missing, and who can supply it.
    """
    found = reading.next_steps(door.place, door.visitor, references.read(ref))
    ready = [step for step in found["steps"] if not step["unmet"]]
    others = [step for step in found["steps"] if step["unmet"]]
    lines = paragraph(f'{found["ref"]} is at "{found["state_title"]}".')
    if ready:
        lines += ["", strong("Can be done now")]
        for step in ready:
            lines += item(_step(step))
    if others:
        lines += ["", strong("Cannot be done yet")]
        for step in others:
            lines += [*item(_step(step)), *_unmet(step)]
    if not found["steps"]:
        lines.append("No step starts from here: the case is at its end.")
    if found["tasks"]:
        lines += ["", strong("Open tasks"), *saying.tasks(found["tasks"])]
    door.answer(found, [*lines, *saying.caution(found["caution"])])


@reads("history", argument("ref", "REF"), *_PERSONAL)
def history(door: Visit, ref: str, personal: bool, why: str) -> None:
    """What has happened on a case, in order; @N names an entry.

    Reasons and personal answers are shown only with --personal and --why.
    """
    ref, reason = references.read(ref), reason_to_read(personal, why)
    place = door.place
    events = reading.history(place, ref)
    values = private.entries(place, door.visitor, ref, reason) if personal else {}
    cautions = reading.cautions(place, [ref])
    document: dict[str, Any] = {"ref": ref, "events": events, "cautions": cautions}
    if personal:
        document["personal"] = {f"@{n} {path}": value for (n, path), value in values.items()}
    with place.database.read() as tx:
        workflow = reading.view(place, tx, ref).edition.workflow
    titles = Titles(workflow, place.directory)
    asks = {one.id: one.ask for one in workflow.questions.values()}
    lines: list[str] = []
    for event in events:
        lines += _entry(titles, event)
        mine = {path: value for (n, path), value in values.items() if n == event["n"]}
        lines += _values(mine, 6, asks)
    door.answer(document, [*lines, *saying.caution(*cautions)])


def reason_to_read(personal: bool, given: str) -> str:
    """Why personal values are asked for; nothing when they are not. Raises UsageError."""
    if not personal:
        return ""
    reason = texts.free_text(given, "--why")
    if not reason.strip():
        raise UsageError("Personal values are shown for a reason that is logged; give --why.")
    return reason


def _head(case: Case) -> list[str]:
    title = f"{case['ref']}  {case['title']}, edition {case['edition_name']}"
    lines = [strong(title), *paragraph(f"At {saying.place(case)}.")]
    opened = f"Opened {day(case['opened_on'])}, version {case['version']}"
    about = f", about {saying.about(case)}" if case["people"] else ""
    historic = ", entered as historic" if case["historic"] else ""
    lines += paragraph(f"{opened}{historic}{about}.")
    if case["parent"]:
        of = f", about {case['about_title']}" if case["about"] else ""
        lines.append(f"Linked to {case['parent']}{of}.")
    return lines


def _deadlines(case: Case, *, every: bool) -> list[str]:
    known = case["deadlines"]
    running = [one for one in known if one["status"] in saying.OPEN]
    shown = known if every else running[:MOST]
    lines = ["", strong("Deadlines")] if known else []
    for one in shown:
        lines += saying.deadline(one)
    later, ended = len(running) - MOST, len(known) - len(running)
    if later > 0 and not every:
        lines.append(f"  {count(later, 'later one')} to be met; --all shows them.")
    if ended and not every:
        lines.append(f"  {count(ended, 'other')} met or no longer applying; --all shows them.")
    return lines


def _to_do(case: Case, *, every: bool) -> list[str]:
    tasks = case["tasks"] if every else case["tasks"][:MOST]
    lines = ["", strong("Open tasks"), *saying.tasks(tasks)] if tasks else []
    if len(tasks) < len(case["tasks"]):
        lines.append(f"  {count(len(case['tasks']) - MOST, 'more')}; --all shows them.")
    if case["closed_on"] and not case["allowed"]:
        return lines
    lines += ["", strong("Can be done now")]
    for step in case["can_be_done"]:
        lines += item(f"{step['title']} [{step['transition']}]")
    more = f"`casetrail next {case['ref']}` says what every other step still needs."
    return [*lines, *paragraph(more, 2)]


def _answers(case: Case, values: Mapping[str, str], *, every: bool) -> list[str]:
    if not case["answers"]:
        return []
    current = [one for one in case["answers"] if one["current"]]
    personal = [one for one in current if _is_private(one)]
    shown = case["answers"] if every else [one for one in current if not _is_private(one)]
    lines = ["", strong("On record"), *_by_question(shown)]
    earlier = len(case["answers"]) - len(current)
    if personal and not every:
        number = count(len(personal), "personal answer")
        lines += paragraph(
            f"{number} on file; --all names them, --personal --why TEXT shows them.", 2
        )
    if earlier and not every:
        lines += paragraph(
            f"{count(earlier, 'earlier answer')}, since asked anew; --all shows them.", 2
        )
    if values:
        asks = {str(one["question"]): str(one["ask"]) for one in case["answers"]}
        lines += ["", strong("Personal (this read was logged)"), *_values(values, 2, asks)]
    return lines


def _by_question(answers: Sequence[Case]) -> list[str]:
    """Answers under what was asked; several to one question as a list."""
    lines: list[str] = []
    for ask, group in groupby(answers, key=lambda one: one["ask"]):
        every = list(group)
        if len(every) == 1 and not every[0]["of"]:
            lines += paragraph(f"{ask} {_answer(every[0])} [{path(every[0])}]", 2, 4)
            continue
        lines += paragraph(ask, 2, 4)
        for one in every:
            of = f"{one['of_title']}: " if one["of"] else ""
            lines += paragraph(f"{of}{_answer(one)} [{path(one)}]", 6, 2)
    return lines


def _is_private(answer: Case) -> bool:
    return bool(answer["personal"]) and answer["status"] == "answered"


def _linked(case: Case) -> list[str]:
    if not case["linked"]:
        return []
    rows = [(one["ref"], _told_of(one)) for one in case["linked"]]
    return ["", strong("Linked cases"), *printing.table(rows)]


def _told_of(linked: Case) -> str:
    of = f" ({linked['about_title']})" if linked["about_title"] else ""
    word = "set aside" if linked["set_aside"] else "ended"
    ended = f"{word} {day(linked['closed_on'])}" if linked["closed_on"] else linked["state_title"]
    return f"{linked['title']}{of}: {ended}"


def path(answer: Case) -> str:
    """The name of an answer, as `correct` takes it: `opinion/police`, `name/p1`.

    An earlier answer, since asked anew, has its number: `submitted_on//1`.
    """
    if not answer["current"]:
        return f"{answer['question']}/{answer['of']}/{answer['no']}"
    return f"{answer['question']}/{answer['of']}" if answer["of"] else str(answer["question"])


def _answer(answer: Case) -> str:
    source = f" (from {answer['source']})" if answer["source"] else ""
    asked_on = answer["asked_on"]
    if answer["status"] == "asked":
        return f"asked {printing.when(asked_on)}, no answer yet"
    if answer["status"] == "no reply":
        return f"asked {printing.when(asked_on)}, no reply" if asked_on else "no reply"
    if answer["personal"]:
        return "on file"
    value = day(answer["value"]) if answer["kind"] == "date" else answer["said"]
    return f"{value}{source}"


def _values(values: Mapping[str, str], indent: int, asks: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    for name, value in values.items():
        lines += paragraph(_called(name, asks), indent, 2)
        lines += paragraph(clear(value), indent + 4)
    return lines


def clear(value: str) -> str:
    """A personal value for people to read: of a document its name, and the id that it has."""
    if not value.startswith('{"'):
        return value
    try:
        held = json.loads(value)
    except ValueError:
        return value
    if "sha256" not in held:
        return value
    document = f" (document {held['document']})" if "document" in held else ""
    return f"{held['name']}{document}"


def _called(name: str, asks: Mapping[str, str]) -> str:
    """What was asked, with the name to type behind it: `What happened? [what_happened]`."""
    question, of, no = name.rsplit("/", 2)
    path = "/".join(part for part in (question, of, no if no != "1" and of else "") if part)
    return f"{asks[question]} [{path}]" if question in asks else f"{path}:"


def _unmet(step: Case) -> list[str]:
    lines: list[str] = []
    for one in step["unmet"]:
        lines += paragraph(f"- {printing.need(one['what'], one['who'], one['how'])}", 6, 2)
    return lines


def _step(step: Case) -> str:
    duty = f", under {step['duty']}" if step["duty"] else ""
    return f"{step['title']} [{step['transition']}]{duty}"


def _entry(titles: Titles, event: Case) -> list[str]:
    recorded = day(event["recorded"])
    happened = recorded if event["type"] in AT_ONCE else day(event["happened"])
    late = f", recorded {recorded}" if recorded != happened else ""
    head, *items = told(event, titles)
    lines = paragraph(f"@{event['n']}  {happened}{late}: {head}", 0, 4)
    for one in items:
        lines += paragraph(f"- {one}", 4, 2)
    return [*lines, *paragraph(_who(titles, event["actor"], event["evidence"]), 4, 2)]


def _who(titles: Titles, actor: Mapping[str, str], evidence: str) -> str:
    role = f" as {titles.role(actor['role'])}" if actor["role"] else ""
    instead = f", for {titles.person(actor['for'])}" if actor["for"] else ""
    decided = f"{titles.person(actor['decided'])}{role}{instead}"
    shown = f"; evidence {evidence}" if evidence else ""
    if actor["decided"] == actor["recorded"]:
        return f"by {decided} ({actor['proof']}){shown}"
    recorded = titles.person(actor["recorded"])
    return f"decided by {decided}; recorded by {recorded} ({actor['proof']}){shown}"
