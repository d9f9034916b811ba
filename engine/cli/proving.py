"""`workflow verify`: a definition held against every way that its cases can go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
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
from engine.errors import DefinitionError, IncompleteError, UnsoundError
from engine.loading.files.locating import Where, locate
from engine.loading.resolving import hashed
from engine.proving import PROPERTIES, Entry, Failure, Open, Verdict, verify
from engine.proving.absent import absent
from engine.written import Written, first_day

SHOWN = "shown"
NOTHING = "nothing here"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found of a definition, and where in its files each thing stands."""

    verdict: Verdict
    places: dict[tuple[str, str, str], Where | None]

    def plain(self) -> dict[str, Any]:
        """Each fault, and what could not be shown, in their stable form."""
        return {
            "failures": [
                {"check": one.kind, "problem": one.says, "story": list(one.story)}
                | _place(one.entry, self.places[one.entry])
                for one in self.verdict.failures
            ],
            "not_shown": [
                {"check": one.kind, "problem": one.says} | _place(one.entry, self.places[one.entry])
                for one in self.verdict.not_shown
            ],
        }

    def headline(self) -> list[str]:
        """What was found, in one sentence."""
        verdict = self.verdict
        return paragraph(f"{verdict.title}, edition {verdict.edition}. {verdict.sentence}")

    def faults(self) -> list[str]:
        """Each fault with its story, and then what could not be shown."""
        lines: list[str] = []
        for one in self.verdict.failures:
            lines += ["", *paragraph(_at(self.places[one.entry]) + strong(one.says))]
            for line in one.story:
                lines += item(line)
        for open_ in self.verdict.not_shown:
            said = f"Not shown: {PROPERTIES[open_.kind]}. {open_.says}"
            lines += ["", *paragraph(_at(self.places[open_.entry]) + said)]
        return lines


def prove(folder: Path, workflow: Workflow, day: date | None = None) -> Proof:
    """Hold the process of a folder against every way that its cases can go."""
    verdict = verify(as_it_stood(workflow, day) if day else workflow, day)
    every: list[Failure | Open] = [*verdict.failures, *verdict.not_shown]
    return Proof(verdict, locate(folder, (one.entry for one in every)))


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
    workflow, refused = _read(folder)
    day = read_day(as_at) if as_at else None
    proof = prove(folder, workflow, day)
    verdict = proof.verdict
    if refused and verdict.consistent:
        raise refused
    results = _results(as_it_stood(workflow, day) if day else workflow, verdict)
    silent = ruling.not_in_force(workflow, day or first_day(workflow))
    document = {
        "workflow": workflow.name,
        "edition": workflow.edition,
        "hash": workflow.hash,
        "as_at": day.isoformat() if day else None,
        "left_out": [one._asdict() for one in left_out(workflow, day)] if day else [],
        "consistent": verdict.consistent,
        **_counted(verdict.written),
        **silent,
        "verdict": verdict.sentence,
        "checked": [
            {"check": kind, "title": PROPERTIES[kind], "result": result}
            for kind, result in results.items()
        ],
        **proof.plain(),
        **({"mistakes": [asdict(one) for one in refused.mistakes]} if refused else {}),
    }
    lines = [*proof.headline(), *ruling.told(silent), *proof.faults()]
    lines += [*_mistakes(refused), *_looked_for(results), *saying.caution(workflow.caution)]
    door.answer(document, lines)
    if verdict.failures:
        raise click.exceptions.Exit(DefinitionError.exit_code)
    if verdict.not_shown:
        raise click.exceptions.Exit(IncompleteError.exit_code)


def _counted(written: Written) -> dict[str, int]:
    """How many rules are written in the files, and of how many nobody says that they were read."""
    return {
        "rules": written.rules,
        "own_rules": written.own,
        "timescale_rules": written.timescales,
        "unconfirmed": written.unconfirmed,
    }


def _read(folder: Path) -> tuple[Workflow, DefinitionError | None]:
    """The process of a folder; and why `check` refuses it, where only its ways are wrong."""
    try:
        return loading.load(folder), None
    except UnsoundError as error:
        return hashed(error.workflow), error


def _results(workflow: Workflow, verdict: Verdict) -> dict[str, str]:
    """What came of each thing that was looked for, by its id."""
    fails = {one.kind for one in verdict.failures}
    left = {one.kind for one in verdict.not_shown}
    nothing = absent(workflow)

    def result(kind: str) -> str:
        if kind in fails:
            return "fails"
        if kind in left:
            return "not shown"
        return NOTHING if kind in nothing else SHOWN

    return {kind: result(kind) for kind in PROPERTIES}


def _place(entry: Entry, where: Where | None) -> dict[str, Any]:
    return {
        "process": entry.process,
        "section": entry.section,
        "name": entry.name,
        "file": where.file if where else None,
        "line": where.line if where else None,
    }


def _mistakes(refused: DefinitionError | None) -> list[str]:
    if refused is None:
        return []
    lines = ["", strong("What `workflow check` says of it")]
    return [*lines, *(line for one in refused.mistakes for line in item(str(one)))]


def _looked_for(results: Mapping[str, str]) -> list[str]:
    """What was shown, what there was nothing of, and what neither says."""
    lines: list[str] = []
    for wanted, heading in (
        (SHOWN, "Shown, on every way that a case can go"),
        (NOTHING, "Nothing of this kind here, and so nothing shown"),
    ):
        found = [PROPERTIES[kind] for kind, result in results.items() if result == wanted]
        lines += ["", strong(heading)] if found else []
        lines += [line for title in found for line in item(f"{title}.")]
    lines += [
        "",
        *paragraph(
            "This says nothing of whether the rules are the law, nor of whether anybody holds a "
            "role; `workflow describe` gives the source of each rule, and how far it is confirmed. "
            "A step recorded as already done is not kept from anywhere: what "
            "it lacked stays an open task."
        ),
    ]
    return lines


def _at(where: Where | None) -> str:
    return f"{where.file}:{where.line}: " if where else ""
