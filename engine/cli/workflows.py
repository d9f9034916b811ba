"""The processes: `workflow list`, `check` and `describe`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from engine import bootstrap, loading
from engine.cli import overlaying, ruling, saying
from engine.cli.door import Door, argument, command, option, write
from engine.cli.folders import handed_over
from engine.cli.printing import day, item, paragraph, strong, width
from engine.cli.visit import Visit, reads
from engine.config import misplaced
from engine.dates import read_day
from engine.definition import Workflow
from engine.nouns import count
from engine.service import editions
from engine.verbs.processes import shipped
from engine.verbs.proving import checked


@reads("list")
def list_(door: Visit) -> None:
    """The processes that can be had, and the editions of them that are in use here."""
    known = door.away or bootstrap.config_file(door.options["config"]).exists()
    found = door.ask("workflow list") if known else {"workflows": shipped(), "in_use": []}
    in_use = found["in_use"]
    lines = [strong("With this program")]
    for one in found["workflows"]:
        lines += item(f"{one['title']}, edition {one['edition']} [{one['workflow']}]")
    lines += ["", strong("In use here")] if in_use else []
    lines += [line for one in in_use for line in item(_in_use(one))]
    door.answer(found, lines)


def _in_use(one: dict[str, Any]) -> str:
    """An edition with its hash, its days, and what is under it."""
    ends = f" to {day(one['to'])}" if one["to"] else ""
    said = [
        f"{one['title']}, edition {one['edition']} ({one['hash'][:12]}), in force from "
        f"{day(one['from'])}{ends}"
    ]
    said += ["new cases open under it"] if one["new_cases"] else []
    said += [count(int(one["open"]), "open case")] if one["open"] else []
    said += [f"brought into use with {count(one['faults'], 'fault')}"] if one["faults"] else []
    return f"{'; '.join(said)} [{one['workflow']}]"


@command("check", argument("name", "NAME-OR-FOLDER"), door=Visit)
def check(door: Visit, name: str) -> None:
    """Check the files of a process: every mistake, with its file and line."""
    found = _checked(door, name, loading.load(loading.find(name)))
    said = (
        f"{found['title']}, edition {found['edition']}: no mistake. "
        f"{count(found['states'], 'state')}, {count(found['transitions'], 'transition')}, "
        f"{count(found['questions'], 'question')}, with {found['said_rules']}."
    )
    lines = [*paragraph(said), *ruling.told(found), *overlaying.standing(found)]
    unknown, kinds = found["unknown_roles"], found["mistyped_kinds"]
    unless = ", unless another process has them"
    which = "this process does not have"
    misnamed = saying.misnamed(unknown, kinds, which, found["roles"], unless)
    idle = (
        f"{file} is in the folder of packs, and no pack prints it."
        for file in found["unprinted_files"]
    )
    for odd in (*misnamed, *found["misplaced_appointments"], *idle):
        lines += paragraph(odd)
    door.answer(found, [*lines, *saying.caution(found["caution"])])


def _checked(door: Visit, name: str, workflow: Workflow) -> Mapping[str, Any]:
    """What is written in the files, and what is odd beside the settings, where there are any."""
    if door.away:
        called, files = handed_over(name)
        return door.ask("workflow check", workflow=called, files=files)
    config = door.options["config"]
    if not bootstrap.config_file(config).exists():
        return checked(workflow)
    settings = bootstrap.settings(config)
    own = editions.own_agency_roles(workflow)
    wrong = [str(one) for one in misplaced(settings, own)]
    return {**checked(workflow, settings.directory), "misplaced_appointments": wrong}


@command(
    "describe",
    argument("name", "NAME-OR-FOLDER"),
    option("--as-at", metavar="DATE", default="", help="With the rules that held on this day."),
    option(
        "--format",
        "form",
        type=click.Choice(("text", "html")),
        help="Text, or one web page (html); left out: as FILE is called.",
    ),
    option("--out", metavar="FILE", default="", help="Write it into this file; - prints it."),
)
def describe(door: Door, name: str, as_at: str, form: str | None, out: str) -> None:
    """Say a process in English, with the source of every rule and how far it is confirmed.

    With --as-at it is said as the law stood on that day: rules that were not yet in force, or no
    longer, are left out, and it says what is not known of that day.
    """
    from engine.as_at import left_out

    workflow: Workflow = loading.load(loading.find(name))
    day = read_day(as_at) if as_at else None
    form = form or ("html" if Path(out).suffix.casefold() in (".html", ".htm") else "text")
    text = _said(workflow, form, day, narrow=not (door.state.json or out))
    document = {
        "workflow": workflow.name,
        "edition": workflow.edition,
        "as_at": day.isoformat() if day else None,
        "left_out": [one._asdict() for one in left_out(workflow, day)] if day else [],
        "format": form,
        "file": None if out in ("", "-") else out,
        "text": text,
    }
    if document["file"]:
        write(Path(out), text)
        door.answer(document, paragraph(f"{workflow.title}, in English: {out}."))
    else:
        door.answer(document, text.rstrip("\n").split("\n"))


def _said(workflow: Workflow, form: str, day: date | None, *, narrow: bool) -> str:
    """The description; `narrow` when it is read on a terminal, which may be narrower than paper."""
    from engine.diagrams.graph import main_line

    line = main_line(workflow)
    if form == "html":
        from engine.describing.page import page

        return page(workflow, line, day)
    from engine.describing import describe
    from engine.describing.sheet import WIDTH

    seen = "COLUMNS" in os.environ or sys.stdout.isatty()
    return describe(workflow, day, line, min(WIDTH, width()) if narrow and seen else WIDTH)
