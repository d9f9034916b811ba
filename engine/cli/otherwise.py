"""What `workflow test` says of the stories that did not come true, as a person would tell it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from engine.cli import saying
from engine.cli.printing import day, item, listed, paragraph, strong
from engine.cli.telling import Titles, told
from engine.definition import Workflow
from engine.directory import Directory
from engine.errors import Otherwise
from engine.nouns import count
from engine.trials.playing import Result
from engine.verbs.titles import titles


def lines(results: Iterable[Result], workflow: Workflow, people: Directory) -> Iterator[str]:
    """Each story that went otherwise, then all mistakes of all those that could not be played."""
    every = list(results)
    for one in every:
        if one.otherwise:
            yield from _head(one, "went otherwise")
            yield from _otherwise(one, one.otherwise, workflow, people)
        elif one.problem and not one.mistakes:
            yield from [*_head(one, f"({one.name}) stopped"), *item(one.problem)]
    yield from _mistakes([one for one in every if one.mistakes])


def counted(results: Sequence[Result]) -> list[str]:
    """Of which stories less is counted than they would touch; nothing when all came true."""
    stopped = [one for one in results if one.problem and not one.mistakes]
    unread = [one for one in results if one.mistakes]
    said = []
    if stopped:
        up_to = "it touched before it" if len(stopped) == 1 else "they touched before they"
        said = [f"Of {_scenarios(stopped)} that went otherwise, what {up_to} stopped is counted."]
    if unread:
        of = "it" if len(unread) == 1 else "them"
        were = "was" if len(unread) == 1 else "were"
        said += [f"{_scenarios(unread)} {were} not played: nothing of {of} is counted."]
    return paragraph(" ".join(said), 2) if said else []


def plain(one: Otherwise | None) -> dict[str, Any] | None:
    """The same as a document."""
    if one is None:
        return None
    return {
        "file": one.file,
        "line": one.line,
        "day": one.day,
        "does": one.does,
        "expected": list(one.expected),
        "found": list(one.found),
        "case": one.case["ref"] if one.case else None,
        "state": one.case["state"] if one.case else None,
    }


def _head(one: Result, how: str) -> list[str]:
    return ["", *(strong(line) for line in paragraph(f'"{one.title}" {how}'))]


def _scenarios(results: Sequence[Result]) -> str:
    return count(len(results), "scenario")


def _otherwise(
    story: Result, one: Otherwise, workflow: Workflow, people: Directory
) -> Iterator[str]:
    # A place in a file is not wrapped: it is copied, and editors follow it.
    begins = "" if one.file == f"{story.name}.toml" else f", with which {story.name} begins"
    yield f"  {one.file}:{one.line}{begins}"
    yield from paragraph(f"On {day(one.day)} {one.does}.", 2, 2)
    for wanted, found in zip(one.expected, one.found, strict=True):
        yield from paragraph(f"Expected: {wanted}.", 4, 2)
        yield from paragraph(f"Instead:  {found}.", 4, 2)
    if one.case is not None:
        yield from _record(one, workflow, people)


def _record(one: Otherwise, workflow: Workflow, people: Directory) -> Iterator[str]:
    """Where the case stood, its clocks, and what was done last."""
    case = one.case or {}
    yield from paragraph(f"On record then: {case['ref']} is at {saying.place(case)}.", 4, 2)
    for clock in case["deadlines"]:
        if clock["status"] != "not started":
            of = f" ({clock['of_title']})" if clock["of"] else ""
            said = f"{clock['title']}{of} [{clock['timescale']}]: {saying.state(clock)}."
            yield from paragraph(f"- {said}", 6, 2)
    known = workflow.children.get(str(case["workflow"]), workflow)
    called = Titles(titles(known, people))
    for event in one.events:
        said = "; ".join(told(event, called)).replace(":;", ":")
        yield from paragraph(f"- {day(event['happened'])}: {said}.", 6, 2)


def _mistakes(unread: Sequence[Result]) -> Iterator[str]:
    found = sorted({made for one in unread for made in one.mistakes}, key=_where)
    if not found:
        return
    yield from ["", strong(f"{count(len(found), 'mistake')} in what the stories say")]
    for made in found:
        yield from item(str(made))
    names = listed(one.name for one in unread)
    yield from paragraph(f"{names} {'was' if len(unread) == 1 else 'were'} not played.", 2)


def _where(made: Any) -> tuple[str, int, str]:
    return made.file, made.line, made.problem
