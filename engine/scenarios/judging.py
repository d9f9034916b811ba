"""Judges the names and the values of a story before it is played: all that the process, or its
players, do not have is a mistake, with its line and what was probably meant.

It never says what a story should expect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from engine.dates import parse_partial
from engine.decide.entries.answers import YES_NO
from engine.definition import Question
from engine.errors import UsageError
from engine.loading.findings import Findings, Place
from engine.scenarios.expected import judge_expected
from engine.scenarios.knowing import Known
from engine.scenarios.names import Judge

ANSWERS: Final = ("open", "take", "record", "add", "correct")
"""What is done with answers; `with` names questions."""
WITH: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "attach": ((), ("content", "name")),
    "redate": (("day",), ()),
    "done": (("task",), ()),
    "extend": (("to", "agreed_by"), ()),
    "delay": (("told",), ()),
    "erase": (("basis",), ()),
    "send": (("to",), ()),
}
"""What else is done, with what `with` must have and what it may have."""
REFERENCE: Final = "case "
"""`case 1` stands for the reference of the first case of the story."""


class Deed(NamedTuple):
    """What a step does, in its two parts."""

    verb: str
    object: str


class Judging(NamedTuple):
    """The names that there are, and the mistakes that were found so far."""

    known: Known
    findings: Findings

    def step(self, written: Mapping[str, Any], deed: Deed, place: Place) -> None:
        """Everything of one step."""
        for key in ("by", "decided_by"):
            self._player(written.get(key), place / key)
        case = str(written.get("case", ""))
        workflow = self.known.of(case)
        if workflow is None:
            self._process(case.partition(" ")[0], place / "case")
            return
        names = Judge(self.known, workflow, self.findings)
        _deed(names, deed, place / "does")
        self._with(names, written, deed, place)
        for number, path in enumerate(_list(written.get("files"))):
            names.question(path, place / "files" / number)
        self._linked(names, written, deed, place)
        _day(written.get("happened"), place / "happened", self.findings)
        judge_expected(names, written.get("then"), place / "then")

    def _player(self, name: Any, place: Place) -> None:
        players = self.known.players()
        if isinstance(name, str) and name.replace("_", " ") not in players and name not in players:
            problem = f'Nobody is called "{name}": no role, no agency and no person.'
            self.findings.unknown(place, problem, name, players)

    def _process(self, name: str, place: Place) -> None:
        known = self.known.workflow
        problem = f'"{known.title}" has no linked process "{name}".'
        self.findings.unknown(place, problem, name, known.children)

    def _with(self, names: Judge, written: Mapping[str, Any], deed: Deed, place: Place) -> None:
        given = written.get("with")
        answers = given if isinstance(given, dict) else {}
        if deed.verb in ANSWERS:
            _answers(names, answers, place / "with", judged="refused" not in written)
        else:
            _options(self.findings, answers, deed.verb, place)

    def _linked(self, names: Judge, written: Mapping[str, Any], deed: Deed, place: Place) -> None:
        given = written.get("linked")
        step = names.workflow.transitions.get(deed.object) if deed.verb == "take" else None
        if not isinstance(given, dict) or step is None:
            return
        opened = self.known.workflow.children.get(step.opens.process) if step.opens else None
        if opened is None:
            problem = f'"{deed.object}" opens no linked case that "linked" could be said of.'
            self.findings.add(place / "linked", problem)
            return
        child = Judge(self.known, opened, self.findings)
        _answers(child, given, place / "linked", judged="refused" not in written)


def _deed(names: Judge, deed: Deed, place: Place) -> None:
    """The thing that a deed is about."""
    about = _ABOUT.get(deed.verb)
    if about is None:
        return
    word, look = about
    if not deed.object:
        names.findings.add(place, f'Say which {word}: "{deed.verb} {word.upper()}".')
        return
    look(names, deed.object, place)


def _questions(names: Judge, paths: str, place: Place) -> None:
    for path in paths.split():
        names.question(path, place)


def _timescale(names: Judge, name: str, place: Place) -> None:
    names.timescale(name, place)


def _kind(names: Judge, kind: str, place: Place) -> None:
    kinds = names.workflow.person_kinds
    if kind not in kinds:
        names.findings.unknown(place, f'A case has no person of the kind "{kind}".', kind, kinds)


def _options(findings: Findings, given: Mapping[str, Any], verb: str, place: Place) -> None:
    """What `with` must and may say of a deed that is no answer."""
    required, allowed = WITH.get(verb, ((), ()))
    known = (*required, *allowed)
    for name in given:
        where = place / "with" / name
        if not known:
            findings.add(
                where, f'"{verb}" takes nothing in "with"; "{name}" would not be looked at.'
            )
        elif name not in known:
            findings.unknown(where, f'"{verb}" takes no "{name}" in "with".', name, known)
    for name in required:
        if name not in given:
            findings.add(place / "does", f'"{verb}" lacks "{name}" in "with".')


def _answers(names: Judge, given: Mapping[str, Any], place: Place, *, judged: bool) -> None:
    """Answers by the names of their questions; what is to be refused may be no answer at all."""
    for path, value in given.items():
        question = names.question(path, place / path)
        if question is not None and judged:
            _value(names, question, value, place / path)


def _value(names: Judge, question: Question, value: Any, place: Place) -> None:
    """An answer by the type of its question; texts, documents and cases can be anything."""
    text = str(value)
    if question.answer == "date":
        _day(text, place, names.findings)
    elif question.answer in ("choice", "yes or no"):
        choices = question.choices or YES_NO
        if " ".join(text.split()).casefold() not in {one.casefold() for one in choices}:
            problem = f'"{question.ask}": "{text}" is none of its answers.'
            names.findings.unknown(place, problem, text, choices)
    elif question.answer == "number" and not (text.isascii() and text.isdecimal()):
        names.findings.add(place, f'"{question.ask}": "{text}" is no whole number.')
    elif question.answer == "agencies":
        for one in filter(None, map(str.strip, text.split(","))):
            names.agency(one, place)


def _day(value: Any, place: Place, findings: Findings) -> None:
    """A day, or the part of one that is known."""
    if not isinstance(value, str):
        return
    try:
        parse_partial(value)
    except UsageError as error:
        findings.add(place, str(error))


def _list(value: Any) -> Iterable[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


_ABOUT: Final[Mapping[str, tuple[str, Callable[[Judge, str, Place], object]]]] = {
    "take": ("step", Judge.step),
    "redate": ("step", Judge.step),
    "attach": ("question", Judge.question),
    "approve": ("question", Judge.question),
    "ask": ("question", _questions),
    "no reply": ("question", _questions),
    "add": ("kind", _kind),
    "extend": ("timescale", _timescale),
    "delay": ("timescale", _timescale),
    "erase": ("person", lambda names, person, place: None),
    "pack": ("pack", Judge.pack),
    "send": ("pack", Judge.pack),
}
"""What each deed is about, and how that is judged."""
