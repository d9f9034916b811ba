"""What a pack prints, section by section, as its file in the edition says it.

It never reads the disk: the text comes from the edition that a case is pinned to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.apply_clocks import parts
from engine.definition import Workflow

EMPTY: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class LinkedPart:
    """What a section prints of the linked cases of one process."""

    process: str
    answers: tuple[str, ...]
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Only those linked cases are printed in which each question has one of these answers."""
    title: str = ""
    """What they are called here; the title of their process where it is empty."""
    headings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a pack: what stands under its title, in this order."""

    title: str
    says: str = ""
    """Printed as it stands."""
    answers: tuple[str, ...] = ()
    """Questions of the case, or with `each` of every child or person."""
    each: str = ""
    by_agency: tuple[str, ...] = ()
    """Questions asked of agencies, beside each agency."""
    deadlines: tuple[str, ...] = ()
    linked: LinkedPart | None = None
    approvals: str = ""
    """The question whose approvals are listed."""
    signatures: tuple[str, ...] = ()
    """The roles that sign."""
    headings: Mapping[str, str] = field(default_factory=dict)
    """Shorter words for some of its questions."""


@dataclass(frozen=True, slots=True)
class PackFile:
    """What a whole pack prints."""

    sections: tuple[Section, ...]
    classification: str = ""
    pages: int = 0
    """At most so many pages; 0 for any number."""
    plain_text: bool = False
    """A sheet to copy from is made beside the document."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What a pack rests on, by name: when any of it changes, the pack is out of date."""

    questions: frozenset[str]
    timescales: frozenset[str]
    approvals: frozenset[str]
    kinds: frozenset[str]
    """Kinds of person of whom it prints every one."""
    moments: frozenset[str]
    """States and transitions from which on an answer may be shown."""
    linked: Mapping[str, frozenset[str]]
    """The questions that it prints of linked cases, by process."""


def read(text: str) -> PackFile:
    """The file of a pack. Its text was checked when the edition it belongs to was loaded."""
    import tomllib

    written = tomllib.loads(text)
    return PackFile(
        sections=tuple(_section(table) for table in written["section"]),
        classification=written.get("classification", ""),
        pages=written.get("pages", 0),
        plain_text=written.get("plain_text", False),
    )


def touched(file: PackFile, workflow: Workflow) -> Touched:
    """Everything that a pack rests on."""
    sections = file.sections
    questions = {name for one in sections for name in (*one.answers, *one.by_agency)}
    linked: dict[str, set[str]] = {}
    for part in (one.linked for one in sections if one.linked):
        linked.setdefault(part.process, set()).update(part.answers, part.only)
    return Touched(
        questions=frozenset(questions),
        timescales=frozenset(name for one in sections for name in one.deadlines),
        approvals=frozenset(one.approvals for one in sections if one.approvals),
        kinds=frozenset(one.each for one in sections if one.each),
        moments=frozenset(_moments(questions, workflow)),
        linked={process: frozenset(names) for process, names in linked.items()},
    )


def causes(rests_on: Touched, events: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What of a pack the events of its own case change, by name; nothing if they leave it alone."""
    every = (part for event in events for part in parts(event))
    found = (name for part in every for name in _named(rests_on, part["type"], part["body"]))
    return tuple(dict.fromkeys(found))


def linked_causes(
    rests_on: Touched, process: str, events: Iterable[Mapping[str, Any]]
) -> tuple[str, ...]:
    """What of a pack the events of a linked case change, by name."""
    if process not in rests_on.linked:
        return ()
    found: dict[str, None] = {}
    for event in events:
        if event["type"] in _MOVES:
            found[process] = None
        answers = event["body"].get("answers", ())
        names = (f"{process}.{item['question']}" for item in answers)
        printed = {f"{process}.{name}" for name in rests_on.linked[process]}
        found |= {name: None for name in names if name in printed}
    return tuple(found)


_MOVES = ("case opened", "transition taken", "step undone", "erased")


def _named(rests_on: Touched, kind: str, body: Mapping[str, Any]) -> Iterator[str]:
    answers = {item["question"] for item in body.get("answers", ())}
    answers |= {turn["what"] for turn in body.get("turns", ())}
    yield from sorted(answers & rests_on.questions)
    yield from sorted({body.get("timescale", "")} & rests_on.timescales)
    yield from sorted({body.get("to", ""), body.get("transition", "")} & rests_on.moments)
    if kind.startswith("approval"):
        yield from sorted({body["of"]} & rests_on.approvals)
    elif kind.startswith("linked"):
        yield from sorted({body["process"]} & rests_on.linked.keys())
    elif kind == "erased" or (kind == "person added" and {body["kind"], "person"} & rests_on.kinds):
        yield body["person"]


def _moments(questions: Iterable[str], workflow: Workflow) -> Iterator[str]:
    for name in questions:
        for entry in workflow.questions[name].seen_by:
            _, until, moment = entry.partition(" until ")
            if until:
                yield moment


def _section(table: Mapping[str, Any]) -> Section:
    return Section(
        title=table["title"],
        says=table.get("says", ""),
        answers=_several(table.get("answers", ())),
        each=table.get("each", ""),
        by_agency=_several(table.get("by_agency", ())),
        deadlines=_several(table.get("deadlines", ())),
        linked=_linked(table.get("linked")),
        approvals=table.get("approvals", ""),
        signatures=_several(table.get("signatures", ())),
        headings=table.get("headings", EMPTY),
    )


def _linked(table: Mapping[str, Any] | None) -> LinkedPart | None:
    if table is None:
        return None
    only = {name: _several(values) for name, values in table.get("only", EMPTY).items()}
    answers = _several(table["answers"])
    title, headings = table.get("title", ""), table.get("headings", EMPTY)
    return LinkedPart(table["process"], answers, only, title, headings)


def _several(written: Any) -> tuple[str, ...]:
    """A list of names, or one alone."""
    return (written,) if isinstance(written, str) else tuple(written)
