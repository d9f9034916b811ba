"""Looking at one case: `show`.

No personal value is printed but after `--personal --why`, when the read is in the access log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from engine.cli import printing, saying, texts
from engine.cli.door import argument, option
from engine.cli.printing import day, item, listed, paragraph, strong
from engine.cli.visit import Visit, reads
from engine.errors import UsageError
from engine.nouns import count
from engine.service import references

MOST_ANSWERS = 16
"""That are shown unless all are asked for: those of the latest days."""
FEW = 2
"""Steps that are possible in many states, and are told with those that lead on from here."""
MOST = 6
"""Deadlines, and tasks, that are shown unless all are asked for."""

Case = Mapping[str, Any]

PERSONAL = (
    option("--personal", is_flag=True, help="Show personal values too; the read is logged."),
    option("--why", metavar="TEXT", default="", help="Why: TEXT, @FILE, or - to be asked."),
)


@reads(
    "show",
    argument("ref", "REF"),
    option("--all", "every", is_flag=True, help="Earlier answers, and every deadline and task."),
    *PERSONAL,
)
def show(door: Visit, ref: str, every: bool, personal: bool, why: str) -> None:
    """A case: where it is, what is due, what to do, and what is on record.

    Of personal answers it is only said that they are on file, unless --personal asks for them and
    --why says why. In brackets stands what other commands call a thing.
    """
    ref, reason = references.read(ref), reason_to_read(personal, why)
    case = door.ask("show", ref=ref)
    values = door.ask("show personal", ref=ref, why=reason)["personal"] if personal else {}
    document = {**case, "personal": values} if personal else case
    lines = [*_head(case), *_deadlines(case, every=every), *_to_do(case, every=every)]
    lines += [*_answers(case, values, every=every), *_linked(case)]
    door.answer(document, [*lines, *saying.caution(case["caution"])])


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
    lines = [*map(strong, paragraph(title)), *paragraph(f"At {saying.place(case)}.")]
    entries = count(case["version"], "entry", "entries")
    opened = f"Opened {day(case['opened_on'])}, {entries} on record"
    about = f", about {saying.about(case)}" if case["people"] else ""
    historic = ", entered as historic" if case["historic"] else ""
    lines += paragraph(f"{opened}{historic}{about}.")
    if case["parent"]:
        of = f", about {case['about_title']}" if case["about"] else ""
        lines.append(f"Linked to {case['parent']}{of}.")
    if case["restricted_to"]:
        lines += paragraph(f"Restricted: only {listed(case['restricted_to'])} can see it.")
    if case["conflicts"]:
        lines += paragraph(f"Kept from it by a conflict of interest: {listed(case['conflicts'])}.")
    return lines


def _deadlines(case: Case, *, every: bool) -> list[str]:
    """Those that are still to be met; of a historic case all alike, for their days are past."""
    known, historic = case["deadlines"], case["historic"]
    running = [one for one in known if historic or one["status"] in saying.OPEN]
    shown = known if every else running[:MOST]
    lines = ["", strong("Deadlines")] if known else []
    for one in shown:
        lines += saying.deadline(one)
    later, ended = len(running) - MOST, len(known) - len(running)
    if later > 0 and not every:
        still = "" if historic else " to be met"
        lines.append(f"  {count(later, 'later one')}{still}; --all shows them.")
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
    apart = [step for step in case["can_be_done"] if step["apart"]]
    hidden = [] if every or len(apart) <= FEW else apart
    for step in case["can_be_done"]:
        if step not in hidden:
            lines += item(f"{step['title']} [{step['transition']}]")
    more = f"`casetrail next {case['ref']}` names them, and what each step still needs."
    if hidden:
        first = len(hidden) == len(case["can_be_done"])
        steps = count(len(hidden), "step" if first else "more step")
        more = f'{steps} that can be taken almost any time, such as "{hidden[0]["title"]}"; {more}'
    return [*lines, *paragraph(more, 2)]


def _answers(case: Case, values: Mapping[str, str], *, every: bool) -> list[str]:
    if not case["answers"]:
        return []
    current = [one for one in case["answers"] if one["current"]]
    personal = [one for one in current if _is_private(one)]
    public = [one for one in current if not _is_private(one)]
    shown = case["answers"] if every else _latest(public)
    lines = ["", strong("On record"), *_by_question(shown)]
    if len(shown) < len(public):
        older = count(len(public) - len(shown), "older answer")
        lines.append(f"  {older}; --all shows them.")
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
        lines += ["", strong("Personal (this read was logged)"), *called_values(values, 2, asks)]
    return lines


def _latest(answers: Sequence[Case]) -> Sequence[Case]:
    """The answers of the latest days, of one day those asked last, in the order of asking."""
    by_day = sorted(range(len(answers)), key=lambda at: (str(answers[at]["on"]), at))
    return [answers[at] for at in sorted(by_day[-MOST_ANSWERS:])]


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


def called_values(values: Mapping[str, str], indent: int, asks: Mapping[str, str]) -> list[str]:
    """Personal values under what was asked, or under the names that they have."""
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
