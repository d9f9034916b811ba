"""Answers on the command line: QUESTION=VALUE, QUESTION/OF=VALUE, QUESTION/OF/NO=VALUE.

A personal answer is never taken as a plain value: it would stay in the shell's history and in the
list of processes. Nor is a value ever repeated in an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from engine.cli import texts
from engine.dates import parse_partial
from engine.errors import Need, RefusedError, UsageError
from engine.verbs.paths import Asked
from engine.verbs.paths import path as read_path

FORM = "QUESTION=VALUE, QUESTION/OF=VALUE or QUESTION/OF/NO=VALUE"

_ONE_LINE = ("date", "number", "choice", "yes or no", "agencies", "case")

Question = Mapping[str, Any]
Answers = dict[str, str]
"""What a request answers, by the path of each answer."""


class Pair(NamedTuple):
    """Which answer is meant, and what stands behind its equals sign."""

    asked: Asked
    value: str


class Asks:
    """What a process asks, and the process of the cases that a step opens."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self.own = {one["question"]: one for one in known["questions"]}
        linked = known.get("linked") or {"workflow": "", "questions": ()}
        self._process = linked["workflow"]
        self._linked = {one["question"]: one for one in linked["questions"]}

    def question(self, asked: Asked) -> Question | None:
        """The question that is meant; None for one that there is not."""
        if asked.process:
            return self._linked.get(asked.question) if asked.process == self._process else None
        return self.own.get(asked.question) or self._linked.get(asked.question)


def path(text: str, where: str) -> Asked:
    """Which answer QUESTION, QUESTION/OF or QUESTION/OF/NO means; `where` is said in errors."""
    return read_path(text, where, FORM)


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


def answers(given: Iterable[Pair], asks: Asks) -> Answers:
    """The answers that are given, their texts read from files or asked for.

    Raises UsageError for a personal answer in plain words.
    """
    found: Answers = {}
    reader = _Reader()
    for asked, value in given:
        question = asks.question(asked)
        once(asked, found, str(question["ask"]) if question else "")
        found[asked.path] = reader.text(asked, value, question)
    return found


def once(asked: Asked, found: Mapping[str, Any], ask: str = "") -> None:
    """Raise RefusedError where an answer is given already."""
    if asked.path in found:
        twice = f'"{ask or asked.path}" is answered twice in one command'
        raise RefusedError("These answers cannot be taken.", (Need(twice, how="give one answer"),))


def not_replied(words: Iterable[str], status: str) -> dict[str, str | None]:
    """What `--asked` and `--no-reply` say: that an agency was asked, or did not reply.

    Behind an equals sign stands the day on which it was asked.
    """
    found: dict[str, str | None] = {}
    for word in words:
        name, equals, day = word.partition("=")
        asked = path(name, f'"--{status.replace(" ", "-")}"')
        if not asked.of:
            raise UsageError(
                f"Say whom, as in --{status.replace(' ', '-')} {asked.question}/AGENCY."
            )
        once(asked, found)
        found[asked.path] = parse_partial(day).text if equals else None
    return found


def apart(given: Iterable[Pair], asks: Asks) -> tuple[list[Pair], list[Pair]]:
    """The documents among these answers, each as QUESTION=@FILE, and all other answers as said."""
    papers: list[Pair] = []
    others: list[Pair] = []
    for pair in given:
        question = asks.own.get(pair.asked.question)
        document = question is not None and question["answer"] == "document"
        if document and not pair.asked.process and pair.value.startswith("@"):
            papers.append(Pair(pair.asked, pair.value[1:]))
        else:
            others.append(pair)
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
        if question is not None and question["answer"] == "document":
            raise UsageError(
                f"{asked} takes a document; put it on file with `attach REF {asked} FILE`."
            )
        if question is not None and question["personal"]:
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
        one_line = question is not None and question["answer"] in _ONE_LINE
        return texts.asked(_prompt(asked, question), str(asked), one_line=one_line)


def _prompt(asked: Asked, question: Question | None) -> str:
    if question is None:
        return f"{asked}:"
    about = f" ({asked.of})" if asked.of else ""
    choices = f" [{', '.join(question['choices'])}]" if question["answer"] == "choice" else ""
    return f"{question['ask']}{about}{choices}"
