"""Looking at one case: `show`, `next` and `history`.

No personal value is printed but after `--personal --why`, when the read is in the access log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engine.cli import printing, saying, texts
from engine.cli.door import argument, option
from engine.cli.printing import count, day, item, listed, paragraph, strong
from engine.cli.telling import told
from engine.cli.visit import Visit, reads
from engine.errors import UsageError
from engine.service import reading, references

MOST = 6
"""Deadlines, and tasks, that fit on the one screen."""
MOST_ANSWERS = 10
"""Public answers that do."""

Case = Mapping[str, Any]

_PERSONAL = (
    option("--personal", is_flag=True, help="Show personal values too; the read is logged."),
    option("--why", metavar="TEXT", default="", help="Why: TEXT, @FILE, or - to be asked."),
)


@reads(
    "show",
    argument("ref", "REF"),
    option("--all", "every", is_flag=True, help="Every answer and every deadline."),
    *_PERSONAL,
)
def show(door: Visit, ref: str, every: bool, personal: bool, why: str) -> None:
    """A case on one screen: where it is, what is due, what to do, and what is on record.

    Personal answers are only counted, unless --personal asks for them and --why says why.
    """
    ref, reason = references.read(ref), reason_to_read(personal, why)
    case = reading.show(door.place, door.visitor, ref)
    values = reading.personal(door.place, door.visitor, ref, reason) if personal else {}
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
            lines += item(f"{step['transition']}: {step['title']}{_duty(step)}")
    if others:
        lines += ["", strong("Cannot be done yet")]
        for step in sorted(others, key=lambda step: len(step["unmet"])):
            lines += [*item(f"{step['transition']}: {step['title']}{_duty(step)}"), *_unmet(step)]
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
    values = reading.personal_history(place, door.visitor, ref, reason) if personal else {}
    cautions = reading.cautions(place, [ref])
    document: dict[str, Any] = {"ref": ref, "events": events, "cautions": cautions}
    if personal:
        document["personal"] = {f"@{n} {path}": value for (n, path), value in values.items()}
    lines: list[str] = []
    for event in events:
        lines += _entry(door, event)
        mine = {path: value for (n, path), value in values.items() if n == event["n"]}
        lines += _values(mine, 6)
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
        of = f", about {case['about']}" if case["about"] else ""
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
    allowed = listed(case["allowed"]) or "nothing"
    more = f"`casetrail next {case['ref']}` says what every step still needs."
    return [*lines, "", *paragraph(f"Can be done now: {allowed}. {more}", 0, 2)]


def _answers(case: Case, values: Mapping[str, str], *, every: bool) -> list[str]:
    public = [one for one in case["answers"] if not one["personal"] or one["status"] != "answered"]
    kept = len(case["answers"]) - len(public)
    if not case["answers"]:
        return []
    latest = public if every else public[-MOST_ANSWERS:]
    lines = ["", strong("On record")]
    lines += printing.table((path(one), _answer(one)) for one in latest)
    if len(latest) < len(public):
        lines.append(f"  {count(len(public) - len(latest), 'earlier answer')}; --all shows them.")
    if values:
        lines += ["", strong("Personal (this read was logged)"), *_values(values, 2)]
    elif kept:
        lines.append(f"  {count(kept, 'personal answer')}; --personal --why TEXT shows them.")
    return lines


def _linked(case: Case) -> list[str]:
    if not case["linked"]:
        return []
    rows = [
        (
            one["ref"],
            printing.plainly(one["workflow"]),
            one["about"],
            f"ended {day(one['closed_on'])}"
            if one["closed_on"]
            else printing.plainly(one["state"]),
        )
        for one in case["linked"]
    ]
    return ["", strong("Linked cases"), *printing.table(rows)]


def path(answer: Case) -> str:
    """The name of an answer, as `record` takes it: `opinion/police`, `name/p1`."""
    no = f"/{answer['no']}" if answer["no"] > 1 else ""
    of = f"/{answer['of']}" if answer["of"] or no else ""
    return f"{answer['question']}{of}{no}"


def _answer(answer: Case) -> str:
    source = f" (from {answer['source']})" if answer["source"] else ""
    if answer["status"] == "asked":
        return f"asked on {day(answer['asked_on'])}, no answer yet"
    if answer["status"] == "no reply":
        return f"asked on {day(answer['asked_on'])}, no reply"
    return f"{answer['value']}{source}"


def _values(values: Mapping[str, str], indent: int) -> list[str]:
    lines: list[str] = []
    for name, value in values.items():
        lines += [" " * indent + f"{_called(name)}:", *paragraph(clear(value), indent + 4)]
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


def _called(name: str) -> str:
    question, of, no = name.rsplit("/", 2)
    return "/".join(part for part in (question, of, no if no != "1" and of else "") if part)


def _unmet(step: Case) -> list[str]:
    lines: list[str] = []
    for one in step["unmet"]:
        lines += paragraph(f"- {printing.need(one['what'], one['who'], one['how'])}", 6, 2)
    return lines


def _duty(step: Case) -> str:
    return f" [{step['duty']}]" if step["duty"] else ""


def _entry(door: Visit, event: Case) -> list[str]:
    happened = day(event["happened"])
    recorded = day(event["recorded"])
    late = f", recorded {recorded}" if recorded != happened else ""
    lines = paragraph(f"@{event['n']}  {happened}{late}: {told(event)}", 0, 4)
    return [*lines, *paragraph(_who(door, event["actor"], event["evidence"]), 4, 2)]


def _who(door: Visit, actor: Mapping[str, str], evidence: str) -> str:
    role = f" as {printing.plainly(actor['role'])}" if actor["role"] else ""
    instead = f", for {door.name(actor['for'])}" if actor["for"] else ""
    decided = f"{door.name(actor['decided'])}{role}{instead}"
    shown = f"; evidence {evidence}" if evidence else ""
    if actor["decided"] == actor["recorded"]:
        return f"by {decided} ({actor['proof']}){shown}"
    recorded = door.name(actor["recorded"])
    return f"decided by {decided}; recorded by {recorded} ({actor['proof']}){shown}"
