"""The questions of a process in English: what is asked, of whom, and which answers are personal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from engine.definition import Question, Workflow
from engine.describing.sheet import Sheet
from engine.prose import capital, counted, ended, listed, people, quoted, series, with_article

MOST_IN_A_SENTENCE = 3

KINDS = {
    "date": "A date",
    "text": "In words",
    "number": "A number",
    "document": "A document",
    "yes or no": "Yes or no",
    "agencies": "One agency or several",
    "case": "The reference of another open case",
}


def say_questions(sheet: Sheet, workflow: Workflow, depth: int) -> None:
    """The questions, by whom they are asked about or of whom."""
    for heading, questions in _grouped(workflow):
        sheet.heading(depth, heading)
        sheet.items(_question(workflow, question) for question in questions)


def list_questions(sheet: Sheet, workflow: Workflow) -> None:
    """The same of a linked process: groups without a heading of their own."""
    for heading, questions in _grouped(workflow):
        sheet.say(f"{heading}:")
        sheet.items(_question(workflow, question) for question in questions)


def say_personal(sheet: Sheet, workflow: Workflow) -> None:
    """How many answers are personal, and of the others which they are and why they are not."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for question in workflow.questions.values():
        if not question.personal:
            reasons[question.because].append(quoted(question.ask))
    total = len(workflow.questions)
    public = sum(map(len, reasons.values()))
    if not public:
        sheet.say("Every answer is personal.")
        return
    have = counted(total - public, "has", "have") if public < total else "none has"
    others = counted(public, "does", "do")
    sheet.say(
        f"Of the {counted(total, 'question')}, {have} a personal answer; the other {others} not, "
        "for these reasons:"
    )
    for because, asks in reasons.items():
        if len(asks) > MOST_IN_A_SENTENCE:
            sheet.item(f"{capital(because)}:", [tuple(asks)])
    few = {b: asks for b, asks in reasons.items() if len(asks) <= MOST_IN_A_SENTENCE}
    sheet.items(ended(f"{capital(because)}: {listed(asks)}") for because, asks in few.items())


def _grouped(workflow: Workflow) -> Iterator[tuple[str, list[Question]]]:
    groups: dict[str, list[Question]] = defaultdict(list)
    for question in workflow.questions.values():
        groups[_group(workflow, question)].append(question)
    yield from groups.items()


def _group(workflow: Workflow, question: Question) -> str:
    if question.per:
        return f"Asked about each {question.per}"
    if question.asked_of:
        return f"Asked of each of {people(workflow, [question.asked_of])}"
    return "Asked once of each case"


def _question(workflow: Workflow, question: Question) -> str:
    said = [question.ask, *_kind(question)]
    if question.help:
        said.append(question.help)
    if question.power != "volunteered":
        said.append(f"It is asked for under {question.power}")
    if question.seen_by:
        readers = series(_readers(workflow, question.seen_by))
        said.append(f"{'Restricted: shown' if question.restricted else 'Shown'} only to {readers}")
    return " ".join(ended(sentence) for sentence in said)


def _kind(question: Question) -> Iterator[str]:
    at_most = f", at most {question.at_most}" if question.at_most is not None else ""
    chosen = f"One of: {'; '.join(question.choices)}"
    yield KINDS.get(question.answer, chosen) + at_most
    if question.may_change:
        yield "The answer may change"


def _readers(workflow: Workflow, entries: Iterable[str]) -> Iterator[str]:
    """Who may see an answer, each once, and until when: `own agency until given`."""
    moments: dict[str, list[str]] = {}
    for entry in entries:
        reader, _, moment = entry.partition(" until ")
        moments.setdefault(reader, []).extend([moment] if moment else [])
    for reader, ends in moments.items():
        known = workflow.roles.get(reader) or workflow.groups.get(reader)
        said = with_article(known.title) if known else "the agency that gave it"
        until = listed([quoted(_title(workflow, moment)) for moment in ends], "or")
        yield f"{said} until {until}" if until else said


def _title(workflow: Workflow, moment: str) -> str:
    return (workflow.states.get(moment) or workflow.transitions[moment]).title
