"""`document`: what is on file on a case, and one of it read back into a file of the reader's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.cli import printing, saying, texts
from engine.cli.door import argument, option
from engine.cli.looking import reason_to_read
from engine.cli.printing import day
from engine.cli.visit import Visit, reads
from engine.errors import UsageError
from engine.nouns import count
from engine.service import references

SHOWN = 8
"""Characters of a document's id that are shown; its beginning names it."""


@reads(
    "document",
    argument("ref", "REF"),
    argument("name", "[DOCUMENT]", required=False, default=""),
    option("--out", metavar="FILE", default="", help="The new file that it is written to."),
    option("--why", metavar="TEXT", default="", help="Why: TEXT, @FILE, or - to be asked."),
)
def document(door: Visit, ref: str, name: str, out: str, why: str) -> None:
    """List the documents on file on a case; or with DOCUMENT, write one to a new file.

    DOCUMENT is what the list has in brackets, or the question that it answers. Only those may read
    it who may read that answer, and the access log says who did and why. --out names the file,
    which is for its owner only and never replaces another.
    """
    ref = references.read(ref)
    if not name:
        if out or why:
            raise UsageError(f"Say which document: `casetrail document {ref}` lists them.")
        found = door.ask("document", ref=ref)
        lines = [line for one in found["documents"] for line in printing.item(_line(one))]
        lines = lines or [f"No document is on file on {ref}."]
        door.answer(found, [*lines, *saying.caution(*found["cautions"])])
        return
    if not out:
        raise UsageError("Say which new file the document is written to; give --out FILE.")
    reason = reason_to_read(True, why)
    told: dict[str, Any] = {}

    def pieces() -> Iterator[bytes]:
        # The read is logged once there is a file that can hold what was read.
        content = door.fetch("document content", ref=ref, document=name, why=reason)
        told.update(content.about)
        yield from content.pieces

    texts.save_pieces(out, pieces(), "--out")
    said = f"Wrote to that file: {_line(told['document'])}. This read was logged."
    door.answer(told, [*printing.paragraph(said), *saying.caution(*told["cautions"])])


def _line(one: Mapping[str, Any]) -> str:
    """`The report [1a2b3c4d], 120 bytes, on file since Mon 15 Dec 2025 (@12)`."""
    what = f"{one['ask']} [{one['document'][:SHOWN]}]"
    if one["erased"]:
        return f"{what}, erased"
    return f"{what}, {count(one['size'], 'byte')}, on file since {day(one['on'])} (@{one['n']})"
