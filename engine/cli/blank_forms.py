"""`blank-forms`: the paper set for a day without the system."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

from engine.cli.door import argument, option
from engine.cli.printing import listed
from engine.cli.texts import save_pieces
from engine.cli.visit import Visit, reads
from engine.errors import UsageError
from engine.nouns import count


@reads(
    "blank-forms",
    argument("process", "[PROCESS]", required=False, default=""),
    option("--out", metavar="FOLDER", required=True, help="A new folder, or an empty one."),
)
def blank_forms(door: Visit, process: str, out: str) -> None:
    """Print the paper set for a day without the system, as web pages and PDF.

    For each process in use, or for PROCESS: where a case can be, who decides what, by when, and
    every question with room to write. For the open cases: where each is, on whom it waits, what is
    due, and the next 20 working days. No answer is printed, personal or public.
    """
    found = door.fetch("blank-forms", workflow=process)
    folder, written = _folder(out), []
    with zipfile.ZipFile(io.BytesIO(b"".join(found.pieces))) as printed:
        for file in printed.namelist():
            save_pieces(str(folder / os.path.basename(file)), [printed.read(file)], "--out")
            written.append(file)
    said = f"{count(len(written), 'file')} in {folder}: {listed(written)}."
    door.answer({"folder": str(folder), "files": written}, [said])


def _folder(out: str) -> Path:
    folder = Path(out)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.listdir(folder):
            raise UsageError(f"--out {out} is not empty; name a new folder, or an empty one.")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"--out {out} cannot be used ({reason}); name another folder.") from None
    return folder
