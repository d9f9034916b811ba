"""The paper set for a day without the system: what every process asks, and where each case is.

It holds no answer at all, personal or public: of a case its reference, where it is, on whom it
waits, and what is due.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from engine.dates import iso, short_day
from engine.definition import Question, Transition, Workflow
from engine.describing.clocks import rule_line
from engine.directory import Directory
from engine.nouns import count
from engine.packs.tree import Block, Document, Heading, Note, PageBreak, Paragraph, Table
from engine.prose import capital, listed, name_of
from engine.service.editions import in_use
from engine.service.looking import listing
from engine.service.workplace import Workplace

REFERENCE = "Blank forms"
DAYS = 20
"""Working days of the calendar that is printed."""
ROOM = "_" * 34
"""A line to write on."""
LINES = 2
"""Lines to write a text on."""
DAY = "Day ____  Month ____  Year ________"
MOST_CHOICES = 12
"""Choices that are printed to be ticked; of more, the answer is written."""
FEW = 3
"""Places that are named; of more they are counted."""
CASES = "cases"
"""What the document of the open cases is called."""

ON_PAPER = (
    "Write down what is done, by whom, on whose decision and on which day. Enter it when the "
    "system is back: a step that was taken is recorded as already done, with the day it happened."
)


def documents(place: Workplace, process: str = "") -> dict[str, Document]:
    """The documents by what their files are called: one of each process in use, one of all cases.

    With `process` they are of that process alone; none where it is not in use.
    """
    found: dict[str, Document] = {}
    for workflow in in_use(place):
        if process in ("", workflow.name) and workflow.name not in found:
            found[workflow.name] = _document(place, workflow.title, _process(place, workflow))
    if found:
        found[CASES] = _document(place, "Open cases", _cases(place, process))
    return found


def _document(place: Workplace, title: str, blocks: Iterator[Block]) -> Document:
    return Document(
        title=title,
        subtitle=place.partnership,
        reference=REFERENCE,
        prepared_on=place.today(),
        blocks=tuple(blocks),
        demo=place.demo,
        brief=True,
    )


def _process(place: Workplace, main: Workflow) -> Iterator[Block]:
    today = iso(place.today())
    yield Note(ON_PAPER)
    if main.caution:
        yield Note(main.caution)
    for number, workflow in enumerate((main, *main.children.values())):
        if number:
            yield PageBreak()
        yield Heading(1, workflow.title)
        if number:
            yield Paragraph("A case of its own, linked to the one that opens it.")
        yield from _places(workflow)
        yield from _roles(place.directory, workflow, today)
        yield from _timescales(workflow, today)
        yield from _questions(workflow)


def _places(workflow: Workflow) -> Iterator[Block]:
    """Where a case can be, and what can be done there."""
    yield Heading(2, "Where a case can be")
    states = workflow.states.values()
    rows = [(one.title, _short(workflow, one.waiting_on), "[   ]") for one in states]
    yield Table("Places", ("Where", "Waits on", "It is there"), tuple(rows), (6, 4, 2))
    steps = workflow.transitions.values()
    if steps:
        yield Heading(2, "What can be done")
        done = tuple((one.title, _by(workflow, one), _from(workflow, one), DAY) for one in steps)
        yield Table("Steps", ("Step", "By whom", "Where", "Done on"), done, (5, 4, 4, 3))


def _by(workflow: Workflow, step: Transition) -> str:
    return listed((_short(workflow, name) for name in step.who), "or")


def _short(workflow: Workflow, name: str) -> str:
    """The title of a role without what it adds in brackets."""
    return name_of(workflow, name).partition(" (")[0]


def _from(workflow: Workflow, step: Transition) -> str:
    """From where a step can be taken, if that is not almost anywhere."""
    if len(step.starts) > FEW:
        return f"at {len(step.starts)} of {count(len(workflow.states), 'place')}"
    return listed((workflow.states[name].title for name in step.starts), "or")


def _roles(directory: Directory, workflow: Workflow, day: str) -> Iterator[Block]:
    yield Heading(2, "Who decides it")
    rows = []
    for role in workflow.roles.values():
        if role.outside:
            continue
        there = (one.person for one in directory.holders(role.id, day))
        people = (directory.people[person] for person in dict.fromkeys(there))
        held = "\n".join(filter(None, (_reached(one.name, one.post, one.mail) for one in people)))
        rows.append((role.title, held or "nobody today"))
    if rows:
        yield Table("Roles", ("Role", "Who is there today"), tuple(rows), (1, 1))


def _reached(name: str, post: str, mail: str) -> str:
    return ", ".join(filter(None, (name, post, mail)))


def _timescales(workflow: Workflow, day: str) -> Iterator[Block]:
    if not workflow.timescales:
        return
    yield Heading(2, "By when")
    rows = tuple(
        (one.title, rule_line(workflow, one, day) or " ", DAY)
        for one in workflow.timescales.values()
    )
    yield Table("Timescales", ("What", "By when", "Due on"), rows, (5, 6, 3))


def _questions(workflow: Workflow) -> Iterator[Block]:
    """Every question with room to write, those first that opening a case asks."""
    yield Heading(2, "What is asked")
    opening = set(workflow.opening)
    groups: dict[str, list[Question]] = {}
    for question in sorted(workflow.questions.values(), key=lambda one: one.id not in opening):
        groups.setdefault(_whose(workflow, question, opening), []).append(question)
    for title, asked in groups.items():
        rows = tuple((one.ask, _room(one)) for one in asked)
        yield Table(title, ("Question", "Answer"), rows, (1, 1))


def _whose(workflow: Workflow, question: Question, opening: set[str]) -> str:
    if question.asked_of:
        return f"Of each agency: {name_of(workflow, question.asked_of)}. Agency: {ROOM}"
    if question.per:
        return f"Of each {question.per}. Which one: {ROOM}"
    return "To open a case" if question.id in opening else f"Of the case. Reference: {ROOM}"


def _room(question: Question) -> str:
    if question.answer == "date":
        return DAY
    if question.answer == "yes or no":
        return "[   ] yes    [   ] no"
    if question.answer == "document":
        return "[   ] attached"
    if question.choices and len(question.choices) <= MOST_CHOICES:
        return "\n".join(f"[   ] {choice}" for choice in question.choices)
    lines = 1 if question.answer == "number" else LINES
    return "\n\n".join([ROOM] * lines)


def _cases(place: Workplace, process: str) -> Iterator[Block]:
    today = listing.today_sheet(place)
    running = listing.running(place)
    known = [one for one in today["waiting"] if process in ("", one["workflow"])]
    yield Note(ON_PAPER)
    yield Heading(1, "Where each open case is")
    rows = tuple(_case(one, running) for one in known)
    header = ("Case", "Where it is", "Waits on", "What is due", "Done on, by whom")
    if rows:
        yield Table("Open cases", header, rows, (3, 4, 3, 5, 4))
    else:
        yield Paragraph("No case is open.")
    tasks = tuple((one["ref"], capital(one["what"]), "[   ] " + DAY) for one in today["tasks"])
    if tasks:
        yield Heading(1, "What is to do")
        yield Table("Tasks", ("Case", "What", "Done on"), tasks, (3, 7, 4))
    yield Heading(1, f"The next {count(DAYS, 'working day')}")
    yield from _calendar(place, [one for one in running if _is_of(one, known)])


def _is_of(one: Mapping[str, Any], known: list[dict[str, Any]]) -> bool:
    return one["ref"] in {case["ref"] for case in known}


def _case(one: Mapping[str, Any], running: list[dict[str, Any]]) -> tuple[str, ...]:
    due = [
        f"{each['title']}: {_day(each['due_on'])}" for each in running if each["ref"] == one["ref"]
    ]
    about = f"\n{one['about_title']}" if one["about"] else ""
    waits = one["waits_on"] or " "
    return f"{one['ref']}{about}", one["state_title"], waits, "\n".join(due) or " ", f"{ROOM[:18]}"


def _day(text: str | None) -> str:
    return short_day(date.fromisoformat(text)) if text else "as soon as practicable"


def _calendar(place: Workplace, running: list[dict[str, Any]]) -> Iterator[Block]:
    """Each working day with what is due on it, and what days off lie before the next."""
    calendar, today = place.own_calendar, place.today()
    last = calendar.add_working_days(today, DAYS)
    late = [one for one in running if (one["due_on"] or iso(today)) < iso(today)]
    rows = [("Overdue", _due(late), "")] if late else []
    day = today
    while day <= last:
        due = [one for one in running if one["due_on"] == iso(day)]
        off = calendar.why_not_working(day)
        if due or not off:
            rows.append((f"{short_day(day)}{f' ({off})' if off else ''}", _due(due), ""))
        elif day.weekday() < SATURDAY:
            rows.append((f"{short_day(day)} ({off})", " ", ""))
        day += timedelta(days=1)
    yield Table("Calendar", ("Day", "What is due", "Notes"), tuple(rows), (3, 6, 4))


SATURDAY = 5


def _due(known: list[dict[str, Any]]) -> str:
    return "\n".join(f"{one['ref']}: {one['title']}" for one in known) or " "
