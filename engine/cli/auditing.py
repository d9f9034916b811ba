"""The trail: `audit verify` shows whether it was altered, `audit checkpoint` signs its head."""

from __future__ import annotations

from pathlib import Path

import click

from engine import checkpoint as note
from engine.cli import texts
from engine.cli.door import option
from engine.cli.printing import paragraph
from engine.cli.visit import Visit, reads
from engine.errors import IncompleteError, StorageError, TrailError
from engine.service.trail import checkpoints, verifying


@reads("verify", option("--against", metavar="FILE", help="A checkpoint that was kept elsewhere."))
def verify(door: Visit, against: str | None) -> None:
    """Show whether the trail was altered: everything is derived again from its sealed events.

    Without a checkpoint that was kept elsewhere it cannot be proved against somebody who can
    rewrite the whole database.
    """
    try:
        place = door.to_verify()
        kept = checkpoints.read(place, Path(against)) if against else None
        verdict = verifying.verify_and_seal(place, kept)
    except StorageError as error:
        raise IncompleteError(
            f"The verification could not be completed, and shows nothing either way. {error}"
        ) from None
    document = {
        "holds": verdict.holds,
        "problems": verdict.problems,
        "events": verdict.events,
        "cases": verdict.cases,
        "rows": verdict.rows,
        "erased": verdict.erased,
        "size": verdict.size,
        "root": verdict.root,
        "against": kept.size if kept else None,
        "demo": place.demo,
    }
    lines = [line for said in verdict.lines() for line in paragraph(said)]
    door.answer(document, lines)
    if not verdict.holds:
        raise click.exceptions.Exit(TrailError.exit_code)


@reads("checkpoint", option("--out", metavar="FILE", help="Write it there; else it is printed."))
def checkpoint(door: Visit, out: str | None) -> None:
    """Sign the trail as it stands, to be kept where whoever can write the database cannot.

    The store is verified first; what does not verify is not signed.
    """
    place = door.to_verify()
    text = checkpoints.make(place)
    key = note.public_key_text(note.origin(place.log), place.keys.public_key())
    document = {"checkpoint": text, "public_key": key}
    if not out:
        door.answer(document, text.rstrip("\n").split("\n"))
        return
    texts.save(out, text, "--out")
    said = "The checkpoint is written; keep it apart from the database. It is verified with:"
    door.answer(document, [*paragraph(said), key])
