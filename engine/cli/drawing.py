"""The picture of a process: `workflow diagram`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from engine import loading
from engine.cli.door import argument, option, write
from engine.cli.printing import paragraph
from engine.cli.visit import Visit, reads
from engine.dates import read_day
from engine.definition import Workflow
from engine.errors import UsageError
from engine.guessing import resembling
from engine.service import references

FORMATS = ("svg", "mermaid", "dot")
_BY_NAME = {".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid"}
"""What a file holds, by how its name ends."""


@reads(
    "diagram",
    argument("name", "[NAME-OR-FOLDER]", required=False, default=""),
    option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        help="A drawing (svg), or text that others draw (mermaid, dot); left out: as FILE is "
        "called, or svg.",
    ),
    option(
        "--case", "ref", metavar="REF", default="", help="Mark where this case is, and its way."
    ),
    option("--linked", metavar="PROCESS", default="", help="Draw this linked process instead."),
    option("--as-at", metavar="DATE", default="", help="As the law stood on this day."),
    option("--out", metavar="FILE", default="", help="Write it into this file; - prints it."),
)
def diagram(door: Visit, name: str, ref: str, **asked: str) -> None:
    """Draw a process: its main line, its branches and its timescales.

    With --case the drawing is of the edition that the case is pinned to; where the case is, what is
    due there, and how and on which days it came there is marked. No personal value is in it.
    """
    from engine.diagrams.graph import picture

    if ref and asked["as_at"]:
        raise UsageError("--case draws a case with its own days: leave out --as-at, or --case.")
    linked, out = asked["linked"], asked["out"]
    form = asked["form"] or _BY_NAME.get(Path(out).suffix.casefold(), "svg")
    workflow, track = _subject(door, name, ref)
    day = read_day(asked["as_at"]) if asked["as_at"] else None
    drawn = picture(_stood(_linked(workflow, linked), day), track, day)
    text = _writer(form)(drawn)
    document: dict[str, Any] = {
        "workflow": workflow.name,
        "edition": workflow.edition,
        "format": form,
        "ref": ref or None,
        "as_at": day.isoformat() if day else None,
        "file": None,
        "text": text,
    }
    if out == "-" or (not out and form != "svg"):
        door.answer(document, text.rstrip("\n").split("\n"))
        return
    file = Path(out or f"{linked or workflow.name}{f'-{ref}' if ref else ''}.{form}")
    write(file, text)
    document["file"] = str(file)
    how = "; open it with a browser" if form == "svg" else ""
    door.answer(document, paragraph(f"Drawn in {file}{how}."))


def _subject(door: Visit, name: str, ref: str) -> tuple[Workflow, Any]:
    if name and ref:
        raise UsageError(
            "A case is drawn with the edition of the process that it is pinned to: leave out the "
            "name of the process, or --case."
        )
    if not name and not ref:
        raise UsageError("Name a process or its folder, or a case with --case REF.")
    if not ref:
        return loading.load(loading.find(name)), None
    from engine.service.looking.tracking import track

    known = references.read(ref)
    return track(door.admitted("diagram", known), known)


def _stood(workflow: Workflow, day: date | None) -> Workflow:
    from engine.as_at import as_at

    return as_at(workflow, day) if day else workflow


def _linked(workflow: Workflow, linked: str) -> Workflow:
    if not linked:
        return workflow
    if linked not in workflow.children:
        near = resembling(linked, workflow.children, 1)
        hint = f"did you mean {near[0]}?" if near else f"it has: {', '.join(workflow.children)}."
        raise UsageError(f'This process has no linked process "{linked[:40]}"; {hint}')
    return workflow.children[linked]


def _writer(form: str) -> Any:
    from engine.diagrams import dot, mermaid, svg

    return {"svg": svg.svg, "mermaid": mermaid.mermaid, "dot": dot.dot}[form]
