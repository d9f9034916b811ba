"""Answers on the command line: QUESTION=VALUE, QUESTION/OF=VALUE, QUESTION/OF/NO=VALUE.

A personal answer is never taken as a plain value: it would stay in the shell's history and in the
list of processes. Nor is a value ever repeated in an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.case import Given
from engine.cli import printing, texts
from engine.dates import parse_partial
from engine.definition import Question, Workflow
from engine.errors import UsageError

FORM = "QUESTION=VALUE, QUESTION/OF=VALUE or QUESTION/OF/NO=VALUE"

_NAME = re.compile(r"(?:([a-z][a-z0-9_]*)\.)?([a-z][a-z0-9_]*)")
_OF = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_ONE_LINE = ("date", "number", "choice", "yes or no", "agencies", "case")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which answer is meant: the question, whom it is about or from, which occurrence."""

    question: str
    of: str = ""
    no: int = 0
    process: str = ""
    """A linked process, where it is named: PROCESS.QUESTION."""

    def __str__(self) -> str:
        if self.no:
            return f"{self.question}/{self.of}/{self.no}"
        return f"{self.question}/{self.of}" if self.of else self.question


class Pair(NamedTuple):
    """Which answer is meant, and what stands behind its equals sign."""

    asked: Asked
    value: str


class Answers(NamedTuple):
    """Answers for the case itself, and for the linked cases that a step opens."""

    own: tuple[Given, ...]
    linked: tuple[Given, ...] = ()


def path(text: str, where: str) -> Asked:
    """Which answer QUESTION, QUESTION/OF or QUESTION/OF/NO means; `where` is said in errors."""
    name, *rest = text.split("/")
    found = _NAME.fullmatch(name)
    numbered = len(rest) == 2 and not rest[0]
    well_formed = len(rest) <= 2 and all(_OF.fullmatch(part) or numbered for part in rest[:1])
    if found is None or not well_formed or (len(rest) == 2 and not rest[1].isdigit()):
        raise UsageError(f"{where} does not begin with the name of a question; write {FORM}.")
    of, no = [*rest, "", ""][:2]
    return Asked(found[2], of, int(no or 0), found[1] or "")


def pairs(words: Sequence[str]) -> list[Pair]:
    """The answers that these words give."""
    found = []
    for number, word in enumerate(words, 1):
        where = f"Answer {number}" if len(words) > 1 else "The answer"
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f'{where} has no "="; write {FORM}.')
        found.append(Pair(path(name, where), value))
    return found


def answers(
    words: Sequence[str], workflow: Workflow, source: str = "", linked: Workflow | None = None
) -> Answers:
    """The answers that these words give, their texts read from files or asked for.

    `linked` is the process of the cases that a step opens. Raises UsageError for a personal answer
    in plain words.
    """
    own: list[Given] = []
    theirs: list[Given] = []
    reader = _Reader()
    for asked, value in pairs(words):
        other = _is_of_linked(asked, workflow, linked)
        questions = linked.questions if other and linked else workflow.questions
        text = reader.text(asked, value, questions.get(asked.question))
        given = Given(asked.question, text, asked.of, asked.no, source=source)
        (theirs if other else own).append(given)
    return Answers(tuple(own), tuple(theirs))


def not_replied(words: Iterable[str], status: str) -> tuple[Given, ...]:
    """What `--asked` and `--no-reply` say: that an agency was asked, or did not reply.

    Behind an equals sign stands the day on which it was asked.
    """
    found = []
    for word in words:
        name, equals, day = word.partition("=")
        asked = path(name, f'"--{status.replace(" ", "-")}"')
        if not asked.of:
            raise UsageError(
                f"Say whom, as in --{status.replace(' ', '-')} {asked.question}/AGENCY."
            )
        asked_on = parse_partial(day).text if equals else ""
        found.append(Given(asked.question, None, asked.of, asked.no, status, asked_on=asked_on))
    return tuple(found)


def agency(given: str | None, known: Mapping[str, object]) -> str:
    """An agency that config.toml names; nothing for nothing. Raises UsageError."""
    if given and given not in known:
        raise UsageError(f"config.toml names no agency {given[:40]}{printing.meant(given, known)}")
    return given or ""


def apart(words: Sequence[str], workflow: Workflow) -> tuple[list[Pair], list[str]]:
    """The documents among these answers, each as QUESTION=@FILE, and all other answers as said."""
    papers: list[Pair] = []
    others: list[str] = []
    for pair, word in zip(pairs(words), words, strict=True):
        question = workflow.questions.get(pair.asked.question)
        document = question is not None and question.answer == "document"
        if document and not pair.asked.process and pair.value.startswith("@"):
            papers.append(Pair(pair.asked, pair.value[1:]))
        else:
            others.append(word)
    return papers, others


class _Reader:
    """Reads values; standard input can be read once."""

    def __init__(self) -> None:
        self.piped = ""

    def text(self, asked: Asked, value: str, question: Question | None) -> str:
        if value == "-":
            return self._typed(asked, question)
        if value.startswith("@"):
            return texts.from_file(value[1:], str(asked))
        if question is not None and question.answer == "document":
            raise UsageError(
                f"{asked} takes a document; put it on file with `attach REF {asked} FILE`."
            )
        if question is not None and question.personal:
            raise UsageError(
                f"{asked} is a personal answer, which must not stay in the shell's history; "
                f"write {asked}=- to be asked for it, or {asked}=@FILE."
            )
        return value

    def _typed(self, asked: Asked, question: Question | None) -> str:
        if self.piped and not texts.at_keyboard():
            raise UsageError(
                f"Only one answer can come through standard input, and {self.piped} did; write "
                f"{asked}=@FILE."
            )
        self.piped = str(asked)
        one_line = question is not None and question.answer in _ONE_LINE
        return texts.asked(_prompt(asked, question), str(asked), one_line=one_line)


def _prompt(asked: Asked, question: Question | None) -> str:
    if question is None:
        return f"{asked}:"
    about = f" ({asked.of})" if asked.of else ""
    choices = f" [{', '.join(question.choices)}]" if question.choices else ""
    return f"{question.ask}{about}{choices}"


def _is_of_linked(asked: Asked, workflow: Workflow, linked: Workflow | None) -> bool:
    if asked.process:
        if linked is None or asked.process != linked.name:
            known = [linked.name] if linked else []
            raise UsageError(
                f"This step opens no case of {asked.process}{printing.meant('', known)}"
            )
        return True
    if linked is None or asked.question in workflow.questions:
        return False
    return asked.question in linked.questions
