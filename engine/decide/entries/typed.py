"""What is typed to put an answer on record: the words are the same wherever they are said."""

from __future__ import annotations

from engine.definition import Question

_STANDS_FOR = {"date": "=DAY", "number": "=NUMBER", "agencies": "=AGENCY,...", "case": "=CASE"}


def stand_in(question: Question) -> str:
    """What stands for an answer behind the name of its question: `=DAY`, `=ANSWER`, `=@FILE`."""
    if question.answer == "document":
        return "=@FILE"
    return "=-" if question.personal else _STANDS_FOR.get(question.answer, "=ANSWER")


def to_record(question: Question, of: str = "") -> str:
    """What puts it on record: `record opinion/council=ANSWER`, `attach opinion/council FILE`."""
    path = f"{question.id}/{of}" if of else question.id
    if question.answer == "document":
        return f"attach {path} FILE"
    return f"record {path}{stand_in(question)}"
