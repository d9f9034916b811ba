"""Checkpoints: a signed head of the tree, to be kept where whoever can write the database
cannot.
"""

from __future__ import annotations

from pathlib import Path

from engine import checkpoint
from engine.checkpoint import Checkpoint
from engine.errors import TrailError, UsageError
from engine.service.trail.sequencing import head, seal_new
from engine.service.trail.verifying import verify
from engine.service.workplace import Workplace

MOST_BYTES = 64 * 1024


def make(place: Workplace) -> str:
    """Verify the store, put every event in order, and sign the head of the tree as it then stands
    (C2SP signed note).

    What is signed is taken for true later, so nothing is written or signed where anything differs:
    then raises TrailError. Raises StorageError when the store cannot be written.
    """
    problems = verify(place).problems
    if problems:
        raise TrailError(
            f"The trail does not verify, so it is not signed; `audit verify` says what to do. "
            f"Found first: {problems[0]}"
        )
    seal_new(place)
    size, root = head(place)
    if size == 0:
        raise UsageError("The trail holds no event yet, so there is nothing to sign.")
    when = place.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [f"made {when}", *(["clock virtual"] if place.demo else [])]
    return checkpoint.make(checkpoint.origin(place.log), size, root, lines, place.keys.signing)


def read(place: Workplace, file: Path) -> Checkpoint:
    """A checkpoint that was kept elsewhere; its signature must be this partnership's.

    Raises UsageError when the file cannot be read or is no checkpoint at all, TrailError when its
    signature does not hold or it is of another partnership.
    """
    return known(place, text_of(file))


def text_of(file: Path) -> str:
    """The text of a checkpoint that was kept. Raises UsageError for a file that is none."""
    try:
        if not file.is_file():
            raise OSError
        with file.open("rb") as source:
            content = source.read(MOST_BYTES)
        text = content.decode()
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"The checkpoint {file.name} cannot be read; give the file that was kept."
        ) from None
    if not _is_one(text):
        raise UsageError(
            f"The file {file.name} is no checkpoint, nor a part of one; give the file that "
            "`audit checkpoint --out` wrote."
        )
    return text


def known(place: Workplace, text: str) -> Checkpoint:
    """What such a text says; raises what reading the file of one does."""
    if len(text) > MOST_BYTES or not _is_one(text):
        raise UsageError("What was given is no checkpoint, nor a part of one; give a kept one.")
    name = checkpoint.origin(place.log)
    of, line_break, _ = text.partition("\n")
    if line_break and of.startswith("casetrail/") and of != name:
        raise TrailError(
            f"This is a checkpoint of {of}, and the store is of {name}; give the one that was kept "
            "of this store."
        )
    return checkpoint.read(text, checkpoint.public_key_text(name, place.keys.public_key()))


def _is_one(text: str) -> bool:
    return any(line.startswith(("casetrail/", "— ")) for line in text.split("\n"))
