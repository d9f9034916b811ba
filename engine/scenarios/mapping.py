"""The process map: the entries of a definition that hold each row, and the stories that show it.

`python -m engine.scenarios.mapping` writes docs/process-map.md from docs/process-map.toml.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from engine.definition import Workflow
from engine.loading import find, load
from engine.scenarios.reading import read
from engine.scenarios.story import Scenario, Telling, stories

MAP: Final = Path("docs/process-map.toml")
PAGE: Final = Path("docs/process-map.md")
PROCESS: Final = "child_safeguarding_practice_review"

HEADINGS: Final = {
    "row": "The states of the process",
    "timescale": "The timescales that are kept",
    "criterion": "The criteria of regulation 11",
    "rule": "What else the process must do",
}
CLOCKS: Final = ("due", "due_between", "status")


class Entry(NamedTuple):
    """An entry of a definition: `state referred`, or of a linked process `meeting/state called`."""

    process: str
    """Empty for the process itself."""
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the map: its name outside, the entries that hold it, the stories that show it."""

    section: str
    name: str
    entry: Entry
    also: tuple[Entry, ...]
    scenarios: tuple[str, ...]


def read_map(file: Path) -> list[Row]:
    """The rows of a map, in the order of the file."""
    written = tomllib.loads(file.read_text(encoding="utf-8"))
    return [_row(section, one) for section in HEADINGS for one in written.get(section, ())]


def shown(scenario: Scenario, workflow: Workflow) -> frozenset[Entry]:
    """The entries that a story shows: states it expects, steps it takes, clocks whose day or
    status it expects, questions it answers, linked cases it opens.
    """
    found: set[Entry] = set()
    for telling in scenario.steps:
        found.update(_of_step(telling, workflow))
    return frozenset(found)


def faults(rows: Iterable[Row], workflow: Workflow, told: Mapping[str, Scenario]) -> list[str]:
    """What is wrong with a map: an empty cell, an entry or a story that is not there, and one that
    its story does not show.
    """
    by_story = {name: shown(scenario, workflow) for name, scenario in told.items()}
    anywhere = frozenset().union(*by_story.values())
    wrong = []
    for row in rows:
        known = [entry for entry in (row.entry, *row.also) if entry in _entries(workflow)]
        wrong += [
            f"{row.name}: no entry {e.kind} {e.id}" for e in {row.entry, *row.also} - {*known}
        ]
        wrong += [f"{row.name}: no story is named"] * (not row.scenarios)
        wrong += [f"{row.name}: no story {name}" for name in row.scenarios if name not in told]
        wrong += [
            f"{row.name}: {name} does not show {row.entry.kind} {row.entry.id}"
            for name in row.scenarios
            if row.entry not in by_story.get(name, {row.entry})
        ]
        wrong += [
            f"{row.name}: no story shows {entry.kind} {entry.id}"
            for entry in row.also
            if entry not in anywhere and entry.kind != "pack"
        ]
    return wrong


def page(rows: Iterable[Row], workflow: Workflow, told: Mapping[str, Scenario]) -> str:
    """The map as a page that a person can read."""
    listed = list(rows)
    lines = [
        "# The process map",
        "",
        f"Where each part of the process is in the definition “{workflow.title}”, edition "
        f"{workflow.edition}, and which",
        "stories show it. The tests play every story. This page is written from process-map.toml",
        "by `python -m engine.scenarios.mapping`.",
        "",
        workflow.caution,
    ]
    for section, heading in HEADINGS.items():
        lines += ["", f"## {heading}", "", "| | Entry | With it | Shown by |", "|---|---|---|---|"]
        lines += [_line(row, workflow, told) for row in listed if row.section == section]
    return "\n".join([*lines, ""])


def told_of(folder: Path) -> dict[str, Scenario]:
    """The stories of a process, by their names."""
    return {file.stem: read(file) for file in stories(folder)}


def main() -> int:
    """Write the page, unless the map has faults."""
    folder = find(PROCESS)
    workflow, told, rows = load(folder), told_of(folder), read_map(MAP)
    wrong = faults(rows, workflow, told)
    sys.stderr.write("".join(f"{line}\n" for line in wrong))
    if not wrong:
        PAGE.write_text(page(rows, workflow, told), encoding="utf-8")
    return 1 if wrong else 0


def _row(section: str, written: Mapping[str, object]) -> Row:
    named = written.get("scenario") or []
    assert isinstance(named, str | list)
    also = written.get("also", [])
    assert isinstance(also, list)
    return Row(
        section=section,
        name=str(written["name"]),
        entry=Entry("", str(written["kind"]), str(written["id"])),
        also=tuple(Entry("", *one.split(" ", 1)) for one in also),
        scenarios=tuple([named] if isinstance(named, str) else named),
    )


def _of_step(telling: Telling, workflow: Workflow) -> Iterable[Entry]:
    process = telling.case.partition(" ")[0]
    known = workflow.children[process] if process else workflow
    for clocks in (telling.then.get(name, {}) for name in CLOCKS):
        for name in clocks:
            yield Entry(process, "timescale", name.partition(" ")[0])
    state = telling.then.get("state", "")
    while state:
        yield Entry(process, "state", state)
        state = known.states[state].within
    for name, state in telling.then.get("linked", {}).items():
        yield Entry(name.partition(" ")[0], "state", state)
    if not telling.refused:
        for name in (*telling.answers, *telling.files):
            yield Entry(process, "question", name.partition("/")[0])
        if telling.verb == "take":
            yield from _of_taken(telling, process, known)


def _of_taken(telling: Telling, process: str, known: Workflow) -> Iterable[Entry]:
    taken = known.transitions[telling.object]
    yield Entry(process, "transition", taken.id)
    for name in (taken.dates, *(question for question, _ in taken.sets)):
        yield Entry(process, "question", name)
    if taken.opens:
        yield Entry("", "process", taken.opens.process)
        for name in telling.linked:
            yield Entry(taken.opens.process, "question", name)


def _entries(workflow: Workflow) -> set[Entry]:
    kinds = {
        "state": workflow.states,
        "transition": workflow.transitions,
        "timescale": workflow.timescales,
        "question": workflow.questions,
        "process": workflow.children,
        "pack": workflow.packs,
    }
    return {Entry("", kind, name) for kind, named in kinds.items() for name in named}


def _line(row: Row, workflow: Workflow, told: Mapping[str, Scenario]) -> str:
    entry = _called(row.entry, workflow)
    more = "<br>".join(_called(one, workflow) for one in row.also)
    by = "<br>".join(
        f"[{told[name].title}](../workflows/{workflow.name}/scenarios/{name}.toml)"
        for name in row.scenarios
    )
    return f"| {row.name} | {entry} | {more} | {by} |"


def _called(entry: Entry, workflow: Workflow) -> str:
    """An entry by its title, with its kind."""
    title = {
        "state": lambda: workflow.states[entry.id].title,
        "transition": lambda: workflow.transitions[entry.id].title,
        "timescale": lambda: workflow.timescales[entry.id].title,
        "question": lambda: workflow.questions[entry.id].ask,
        "process": lambda: workflow.children[entry.id].title,
        "pack": lambda: workflow.packs[entry.id].title,
    }[entry.kind]()
    return f"{entry.kind} “{title}”"


if __name__ == "__main__":
    sys.exit(main())
