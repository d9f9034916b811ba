"""`blank-forms`: the paper set for a day without the system."""

from __future__ import annotations

import os
from pathlib import Path

from engine.cli.door import argument, option
from engine.cli.printing import listed
from engine.cli.texts import save_pieces
from engine.cli.visit import Visit, reads
from engine.errors import UsageError
from engine.nouns import count
from engine.packs.printing import print_files
from engine.service import blank_forms as forms


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
    place = door.admitted("blank-forms")
    found = forms.documents(place, process)
    if not found:
        known = f'"{process[:60]}"' if process else "no process"
        raise UsageError(f"There is nothing to print: {known} is not in use; see `workflow list`.")
    folder = _folder(out)
    written = []
    for name, document in found.items():
        for file, printed in print_files(document, name, plain_text=False).items():
            save_pieces(str(folder / file), [printed.content], "--out")
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
