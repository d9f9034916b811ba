"""The open questions of a case as a plain document: one box a question, filled in and read back.

Line breaks, lists and text pasted from a word processor survive; what stands outside of every box
is refused and never lost without a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from engine import guessing
from engine.cli import printing, texts, values
from engine.cli.answering import put_on_record
from engine.cli.visit import Visit
from engine.errors import UsageError
from engine.nouns import count
from engine.verbs.paths import Asked

Question = Mapping[str, Any]

_BOX = re.compile(r"\s*\[\[\s*(end of\s+)?([a-z][a-z0-9_]*(?:/[A-Za-z0-9_.-]+){0,2})\s*\]\]\s*")
_CASE = re.compile(r"\|\s*Case\s+(\S+)\s*")
_SILENT = re.compile(r"(asked|no reply)(?:,? asked)?(?: on (.+))?")
"""What says that it was asked, or that nobody replied, and on which day it was asked."""
_WIDTH = 80


class Filled(NamedTuple):
    """A box that was filled in."""

    path: str
    text: str
    line: int


class Answer(NamedTuple):
    """What a box says to a question."""

    asked: Asked
    ask: str
    status: str
    """answered, asked, no reply."""
    text: str = ""
    asked_on: str = ""


def run(door: Visit, ref: str) -> None:
    """Write the form of a case, or read one back that was filled in."""
    if door.options["form"]:
        _read_back(door, ref)
    else:
        _write(door, ref, door.ask("record form", ref=ref, every=door.options["every"]))


def lines_of(found: Mapping[str, Any]) -> list[str]:
    """The form of a case, with a box for each of its open questions."""
    ref, entries = found["ref"], count(found["version"], "entry", "entries")
    head = [
        "| CASETRAIL FORM",
        f"| Case {ref}",
        f'| {found["title"]}: "{found["state_title"]}", {entries} on record',
        "|",
        "| Write each answer in its box, between the line that begins the box and the line that",
        "| ends it. Text may have as many lines, lists and paragraphs as it needs. A box that is",
        "| left empty stays open. Nothing can be written outside of a box. When done:",
        f"| casetrail record {ref} --form THIS-FILE",
    ]
    if found["caution"]:
        caution = printing.paragraph(f"Caution: {found['caution']}", 0, 0, _WIDTH - 2)
        head += ["|", *(f"| {line}" for line in caution)]
    boxes = [q for q in found["questions"] if q["answer"] != "document"]
    if not found["questions"]:
        head += ["", "| No next step needs an answer; --form --all asks every open question."]
    for number, question in enumerate(boxes, 1):
        head += ["", *_box(number, question)]
    documents = [q for q in found["questions"] if q["answer"] == "document"]
    if documents:
        head += ["", "| Documents are put on file one by one:"]
        for question in documents:
            head.append(f"|   {question['ask']}  casetrail attach {ref} {question['path']} FILE")
    return head


def read(text: str, ref: str) -> list[Filled]:
    """The boxes that were filled in. Raises UsageError with every mistake."""
    found: list[Filled] = []
    mistakes: list[str] = []
    lines = text.split("\n")
    named = [match[1] for line in lines if (match := _CASE.fullmatch(line))]
    if named[:1] != [ref]:
        whose = f"It is the form of {named[0]}" if named else "It is no form that Casetrail wrote"
        raise UsageError(f"{whose}, not of {ref}; nothing was recorded.")
    at = 0
    while at < len(lines):
        box = _BOX.fullmatch(lines[at])
        if box and not box[1]:
            end = _end(lines, at, box[2], mistakes)
            content = "\n".join(lines[at + 1 : end]).strip("\n ")
            found.append(Filled(box[2], content, at + 1))
            at = end
        elif lines[at].strip() and not lines[at].startswith("|"):
            mistakes.append(
                f"Line {at + 1} stands outside of every box, so it would be lost; move it into one."
            )
        at += 1
    mistakes += _twice(found)
    if mistakes:
        raise UsageError("\n".join(mistakes))
    return [one for one in found if one.text]


def given(filled: Sequence[Filled], questions: Mapping[str, Question]) -> list[Answer]:
    """The answers that the boxes hold. Raises UsageError for a question that there is not."""
    found = []
    for one in filled:
        asked = values.path(one.path, f"Line {one.line}")
        question = questions.get(asked.question)
        if question is None:
            hint = guessing.meant(asked.question, questions)
            raise UsageError(f"Line {one.line}: there is no question {asked.question}{hint}")
        silent = _SILENT.fullmatch(" ".join(one.text.split()).casefold())
        ask = str(question["ask"])
        if question["asked_of"] and silent:
            found.append(Answer(asked, ask, silent[1], asked_on=texts.when(silent[2] or "")))
        else:
            found.append(Answer(asked, ask, "answered", one.text))
    return found


def wanted(answers: Sequence[Answer]) -> dict[str, dict[str, str | None]]:
    """The same as a request has them."""
    found: dict[str, dict[str, str | None]] = {"answers": {}, "asked": {}, "no_reply": {}}
    for one in answers:
        if one.status == "answered":
            found["answers"][one.asked.path] = one.text
        else:
            kind = "asked" if one.status == "asked" else "no_reply"
            found[kind][one.asked.path] = one.asked_on or None
    return found


def _write(door: Visit, ref: str, found: Mapping[str, Any]) -> None:
    lines = lines_of(found)
    out = door.options["out"]
    number = count(len(found["questions"]), "open question")
    if out:
        texts.save(out, "\n".join(lines) + "\n", "--out")
        door.answer({**found, "written": True}, [f"Wrote a form with {number} of {ref}."])
    else:
        door.answer(found, lines)


def _read_back(door: Visit, ref: str) -> None:
    options = door.options
    known = {one["question"]: one for one in door.ask("questions", ref=ref)["questions"]}
    filled = read(texts.from_file(options["form"], "--form"), ref)
    if not filled:
        raise UsageError("Every box of the form is empty; nothing was recorded.")
    answers = given(filled, known)
    if not door.state.json:
        printing.say(_understood(ref, answers))
    if not options["yes"] and not texts.confirmed("Record this?"):
        raise UsageError("Nothing was recorded, for nobody confirmed it; add --yes if it is right.")
    put_on_record(door, ref, wanted(answers))


def _box(number: int, question: Question) -> list[str]:
    about = f" ({question['of_title']})" if question["of"] else ""
    head = printing.paragraph(f"{number}. {question['ask']}{about}", 0, 3, _WIDTH - 2)
    notes = [question["help"], _expected(question)]
    for note in notes:
        head += printing.paragraph(note, 3, 0, _WIDTH - 2) if note else []
    path = question["path"]
    return [*(f"| {line}" for line in head), f"[[ {path} ]]", "", f"[[ end of {path} ]]"]


def _expected(question: Question) -> str:
    kind = question["answer"]
    expected = {
        "date": "a day, as YYYY-MM-DD, or with the name of its month",
        "number": "a whole number",
        "agencies": "ids of agencies, with commas between them",
        "case": "the reference of another case, such as 2025-K7QF29",
        "text": "text, as many lines as it needs",
    }.get(kind, f"one of: {', '.join(question['choices'])}")
    more = '; or "asked", or "no reply, asked on DAY"' if question["asked_of"] else ""
    return f"Answer: {expected}{more}."


def _understood(ref: str, answers: Sequence[Answer]) -> list[str]:
    lines = [f"Understood for {ref}:"]
    for one in answers:
        of = f"/{one.asked.of}" if one.asked.of else ""
        lines += printing.paragraph(f"{one.ask} [{one.asked.question}{of}]", 2, 2)
        lines += printing.paragraph(one.text or one.status, 6)
    return lines


def _end(lines: Sequence[str], start: int, path: str, mistakes: list[str]) -> int:
    for at in range(start + 1, len(lines)):
        box = _BOX.fullmatch(lines[at])
        if box and box[1] and box[2] == path:
            return at
        if box and lines[at - 1].startswith("|"):
            break
    else:
        at = len(lines)
    mistakes.append(f"The box that begins on line {start + 1} has no end: [[ end of {path} ]].")
    return at - 1


def _twice(found: Sequence[Filled]) -> list[str]:
    seen: dict[str, int] = {}
    twice = []
    for one in found:
        if one.path in seen:
            twice.append(
                f"Line {one.line} begins a second box for {one.path}; keep one of the two."
            )
        seen[one.path] = one.line
    return twice
