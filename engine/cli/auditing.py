"""The trail: `audit verify` shows whether it was altered, `audit checkpoint` signs its head."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli import texts
from engine.cli.door import option
from engine.cli.printing import paragraph
from engine.cli.visit import Visit, reads
from engine.errors import IncompleteError, StorageError, TrailError
from engine.service.trail import checkpoints


@reads("verify", option("--against", metavar="FILE", help="A checkpoint that was kept elsewhere."))
def verify(door: Visit, against: str | None) -> None:
    """Show whether the trail was altered: everything is derived again from its sealed events.

    Without a checkpoint that was kept elsewhere it cannot be proved against somebody who can
    rewrite the whole database.
    """
    try:
        door.to_verify()
        kept = checkpoints.text_of(Path(against)) if against else ""
        with door.working("Verifying, events"):
            found = door.ask("audit verify", against=kept)
    except StorageError as error:
        raise IncompleteError(
            f"The verification could not be completed, and shows nothing either way. {error}"
        ) from None
    door.answer(found, [line for said in found["said"] for line in paragraph(said)])
    if not found["holds"]:
        raise click.exceptions.Exit(TrailError.exit_code)


@reads("checkpoint", option("--out", metavar="FILE", help="Write it there; else it is printed."))
def checkpoint(door: Visit, out: str | None) -> None:
    """Sign the trail as it stands, to be kept where whoever can write the database cannot.

    The store is verified first; what does not verify is not signed.
    """
    door.to_verify()
    with door.working("Verifying, events"):
        found = door.ask("audit checkpoint")
    text = found["checkpoint"]
    if not out:
        door.answer(found, text.rstrip("\n").split("\n"))
        return
    texts.save(out, text, "--out")
    said = "The checkpoint is written; keep it apart from the database. It is verified with:"
    door.answer(found, [*paragraph(said), found["public_key"]])
