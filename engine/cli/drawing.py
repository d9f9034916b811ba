"""The picture of a process: `workflow diagram`."""

from __future__ import annotations

from pathlib import Path

import click

from engine import loading
from engine.cli.door import argument, option, write
from engine.cli.printing import paragraph
from engine.cli.visit import Visit, reads
from engine.dates import read_day
from engine.errors import UsageError
from engine.service import references
from engine.verbs.processes import FORMS, Drawing, drawn
from engine.verbs.verb import Document

_BY_NAME = {".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid"}
"""What a file holds, by how its name ends."""


@reads(
    "diagram",
    argument("name", "[NAME-OR-FOLDER]", required=False, default=""),
    option(
        "--format",
        "form",
        type=click.Choice(FORMS),
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
    if ref and asked["as_at"]:
        raise UsageError("--case draws a case with its own days: leave out --as-at, or --case.")
    linked, out = asked["linked"], asked["out"]
    form = asked["form"] or _BY_NAME.get(Path(out).suffix.casefold(), "svg")
    day = read_day(asked["as_at"]) if asked["as_at"] else None
    wish = Drawing(form, day, linked)
    document = {**_drawn(door, name, ref, wish), "file": None}
    text = str(document["text"])
    if out == "-" or (not out and form != "svg"):
        door.answer(document, text.rstrip("\n").split("\n"))
        return
    whose = linked or document["workflow"]
    file = Path(out or f"{whose}{f'-{ref}' if ref else ''}.{form}")
    write(file, text)
    document["file"] = str(file)
    how = "; open it with a browser" if form == "svg" else ""
    door.answer(document, paragraph(f"Drawn in {file}{how}."))


def _drawn(door: Visit, name: str, ref: str, wish: Drawing) -> Document:
    if name and ref:
        raise UsageError(
            "A case is drawn with the edition of the process that it is pinned to: leave out the "
            "name of the process, or --case."
        )
    if not name and not ref:
        raise UsageError("Name a process or its folder, or a case with --case REF.")
    if not ref:
        return drawn(loading.load(loading.find(name)), None, wish)
    known = references.read(ref)
    found = door.ask("workflow diagram of case", ref=known, form=wish.form, linked=wish.linked)
    return {**found, "ref": ref}
