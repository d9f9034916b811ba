"""`workflow verify`: a definition held against every way that its cases can go."""

from __future__ import annotations

from typing import Any

import click

from engine import loading
from engine.as_at import as_at as as_it_stood
from engine.as_at import left_out
from engine.cli import ruling, saying
from engine.cli.door import Door, argument, command, option
from engine.cli.printing import item, paragraph, strong
from engine.dates import read_day
from engine.definition import Workflow
from engine.errors import DefinitionError, IncompleteError
from engine.loading.files.locating import Where, locate
from engine.proving import PROPERTIES, Entry, Verdict, verify
from engine.written import first_day

SHOWN = "shown"


@command(
    "verify",
    argument("name", "NAME-OR-FOLDER"),
    option("--as-at", metavar="DATE", default="", help="With the rules that held on this day."),
)
def verify_(door: Door, name: str, as_at: str) -> None:
    """Hold a process against every way that its cases can go, and tell each fault as a story.

    It shows that a definition is consistent with the rules written in it, and never that it is
    lawful. What could not be shown is named.
    """
    folder = loading.find(name)
    workflow = loading.load(folder)
    day = read_day(as_at) if as_at else None
    verdict = verify(as_it_stood(workflow, day) if day else workflow, day)
    places = {one.entry: locate(folder, *one.entry) for one in _all(verdict)}
    silent = ruling.not_in_force(workflow, day or first_day(workflow))
    document = {
        "workflow": workflow.name,
        "edition": workflow.edition,
        "hash": workflow.hash,
        "as_at": day.isoformat() if day else None,
        "left_out": [one._asdict() for one in left_out(workflow, day)] if day else [],
        "consistent": verdict.consistent,
        "rules": verdict.written.rules,
        "own_rules": verdict.written.own,
        "timescale_rules": verdict.written.timescales,
        "unconfirmed": verdict.written.unconfirmed,
        **silent,
        "verdict": verdict.sentence,
        **_found(verdict, places),
    }
    door.answer(document, _lines(workflow, verdict, places, ruling.told(silent)))
    if verdict.failures:
        raise click.exceptions.Exit(DefinitionError.exit_code)
    if verdict.not_shown:
        raise click.exceptions.Exit(IncompleteError.exit_code)


def _found(verdict: Verdict, places: dict[Entry, Where | None]) -> dict[str, Any]:
    """Everything that was looked for, and each fault, in their stable form."""
    return {
        "checked": [
            {"check": kind, "title": title, "result": _result(verdict, kind)}
            for kind, title in PROPERTIES.items()
        ],
        "failures": [
            {"check": one.kind, "problem": one.says, "story": list(one.story)}
            | _place(one.entry, places[one.entry])
            for one in verdict.failures
        ],
        "not_shown": [
            {"check": one.kind, "problem": one.says} | _place(one.entry, places[one.entry])
            for one in verdict.not_shown
        ],
    }


def _all(verdict: Verdict) -> list[Any]:
    return [*verdict.failures, *verdict.not_shown]


def _result(verdict: Verdict, kind: str) -> str:
    if any(one.kind == kind for one in verdict.failures):
        return "fails"
    return "not shown" if any(one.kind == kind for one in verdict.not_shown) else SHOWN


def _place(entry: Entry, where: Where | None) -> dict[str, Any]:
    return {
        "process": entry.process,
        "section": entry.section,
        "name": entry.name,
        "file": where.file if where else None,
        "line": where.line if where else None,
    }


def _lines(
    workflow: Workflow, verdict: Verdict, places: dict[Entry, Where | None], silent: list[str]
) -> list[str]:
    title = f"{workflow.title}, edition {workflow.edition}."
    lines = [*paragraph(f"{title} {verdict.sentence}"), *silent]
    for one in verdict.failures:
        lines += ["", *paragraph(_at(places[one.entry]) + strong(one.says))]
        for line in one.story:
            lines += item(line)
    for open_ in verdict.not_shown:
        said = f"Not shown: {PROPERTIES[open_.kind]}. {open_.says}"
        lines += ["", *paragraph(_at(places[open_.entry]) + said)]
    shown = [title for kind, title in PROPERTIES.items() if _result(verdict, kind) == SHOWN]
    lines += ["", strong("Shown, on every way that a case can go")] if shown else []
    for title in shown:
        lines += item(f"{title}.")
    lines += [
        "",
        *paragraph(
            "This says nothing of whether the rules are the law; `workflow describe` gives the "
            "source of each, and how far it is confirmed. A step recorded as already done is not "
            "kept from anywhere: what it lacked stays an open task."
        ),
    ]
    return [*lines, *saying.caution(workflow.caution)]


def _at(where: Where | None) -> str:
    return f"{where.file}:{where.line}: " if where else ""
