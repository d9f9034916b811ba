"""Answers of a record in the words in which a pack prints them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from engine.canonical import clean_text
from engine.case import Row
from engine.dates import said, when
from engine.definition import Question
from engine.errors import UsageError
from engine.packs.record import Record, Side, Told, where, withheld
from engine.prose import capital

AT_SIGN_OFF = "To be recorded when this pack is signed off."


def told(record: Record, side: Side, question: Question, of: str = "") -> Told:
    """What the record says in answer to a question: the answer, or that it was asked in vain."""
    row = side.case.answer(question.id, of)
    if row is None:
        return Told(_awaited(record, side, question))
    rests_on = (side.event(int(row["n"])),)
    if row["status"] != "answered":
        return Told(asked(record, row), rests_on)
    return Told(withheld(record, side, question) or _value(record, side, question, of), rests_on)


def of_everybody(record: Record, side: Side, question: Question) -> Told:
    """What the record says of a question that has several answers, each on a line with its own."""
    if not (question.per or question.asked_of):
        return told(record, side, question)
    lines: list[str] = []
    rests_on: list[str] = []
    for of in _subjects(side, question):
        one = told(record, side, question, of)
        who = record.agency(of) if question.asked_of else person(side, of)
        lines.append(f"{who}: {one.value or 'not recorded'}")
        rests_on += one.rests_on
    return Told("\n".join(lines), tuple(rests_on))


def asked(record: Record, row: Row) -> str:
    """When somebody was asked, and when they replied or that they did not."""
    on = f"Asked {when(row['asked_on'])}" if row["asked_on"] else ""
    if row["status"] == "answered":
        replied = f"replied {when(row['happened'])}"
        return f"{on}; {replied}." if on else f"{capital(replied)}."
    if row["status"] == "no reply":
        return f"{on or 'Asked'}; no reply, as recorded {when(row['happened'])}."
    return f"{on}; no reply recorded {when(record.around.as_at.isoformat())}."


def label(record: Record, question: Question, headings: Mapping[str, str]) -> str:
    """The words over an answer: a shorter heading if the pack's file has one."""
    return record.words(headings.get(question.id, question.ask))


def person(side: Side, of: str) -> str:
    """Somebody whom the case is about, by kind and number: Child 2."""
    kind = str(side.case.rows.table("people")[(side.case.ref, of)]["kind"])
    return f"{capital(kind)} {side.case.people(kind).index(of) + 1}"


def _value(record: Record, side: Side, question: Question, of: str) -> str:
    row = side.case.answer(question.id, of)
    if row is None:
        return ""
    if not row["personal"]:
        return _said(record, question, str(row["value"]))
    at = where(side, question.id, of, row)
    return record.values.said(at, row, lambda value: _said(record, question, value))


def _said(record: Record, question: Question, value: str) -> str:
    """A value as people write it."""
    if question.answer == "date":
        return said(value)
    if question.answer in ("choice", "yes or no"):
        return capital(value)
    if question.answer == "agencies":
        return "\n".join(record.agency(agency) for agency in value.split(","))
    return _document(value) if question.answer == "document" else value


def _document(value: str) -> str:
    """A document on file, by its name and the beginning of its hash."""
    try:
        found = json.loads(value)
        return f"{clean_text(found['name'])}\n(on file; SHA-256 {found['sha256'][:16]}...)"
    except (ValueError, KeyError, TypeError, UsageError):
        return value


def _awaited(record: Record, side: Side, question: Question) -> str:
    """What stands where the very step that signs this pack off gives the answer."""
    if side is not record.own or not record.pack.signed_off_by:
        return ""
    step = side.workflow.transitions[record.pack.signed_off_by]
    return AT_SIGN_OFF if step.dates == question.id else ""


def _subjects(side: Side, question: Question) -> Iterator[str]:
    """Whom a question was answered for, in a settled order."""
    if question.per:
        yield from side.case.people("" if question.per == "person" else question.per)
        return
    rows, no = side.case.rows.table("answers"), side.case.occurrence(question.id)
    held = (key for key, row in rows.items() if row["status"] != "set aside")
    yield from sorted(str(key[2]) for key in held if (key[1], key[3]) == (question.id, no))
