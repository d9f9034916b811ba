"""Folders of processes that are brought into use, and what the trail says of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from engine import queries
from tests.offices import Office
from tests.worlds import SAMPLE

OWN = "small_review"
NAMED = 'edition      = "2025-01"'
IN_FORCE = "in_force     = { from = 2018-06-29 }"
SHORTER = ("within 5 working days of aware_on", "within 3 working days of aware_on")


def own(folder: Path, *edits: tuple[str, str], more: str = "") -> str:
    """A process that verifies, as `workflow new` makes it, edited."""
    made = folder / OWN
    if not made.exists():
        folder.mkdir(exist_ok=True)
        result = Office(folder).run("workflow", "new", str(made), "--title", "Small review")
        assert result.exit_code == 0, result.output
    file = made / "process.toml"
    text = file.read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file.write_text(text + more, encoding="utf-8")
    return str(made)


def copied(folder: Path, *edits: tuple[str, str], name: str = "2025-02") -> str:
    """The sample, which does not verify, under the name of another edition and edited."""
    copy = folder / name / "incident"
    shutil.copytree(SAMPLE, copy)
    text = (copy / "process.toml").read_text(encoding="utf-8")
    for old, new in ((NAMED, f'edition      = "{name}"'), *edits):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (copy / "process.toml").write_text(text, encoding="utf-8")
    return str(copy)


def editions_of(office: Office, workflow: str = "incident") -> list[str]:
    in_use = office.json("workflow", "list")["in_use"]
    return [one["edition"] for one in in_use if one["workflow"] == workflow]


def activations(office: Office) -> list[dict[str, object]]:
    """What the trail says of each bringing into use."""
    store = office.store()
    with store.read() as tx:
        rows = tx.rows(queries.HISTORY, ("sample", "store"))
    store.close()
    events = [json.loads(row[0]) for row in rows]
    return [one["body"] for one in events if one["type"] == "edition activated"]


def plainly(text: str) -> str:
    return " ".join(text.split())
