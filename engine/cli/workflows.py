"""The processes: `workflow list`, `check` and `describe`."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from engine import bootstrap, loading
from engine.cli import overlaying, ruling, saying
from engine.cli.door import Door, argument, command, option, write
from engine.cli.printing import day, item, paragraph, strong, width
from engine.cli.visit import Visit, reads
from engine.config import misplaced
from engine.dates import read_day
from engine.definition import Workflow
from engine.directory import unknown_roles
from engine.nouns import count
from engine.service import editions
from engine.service.looking import reading
from engine.service.moving import choosing
from engine.written import first_day, written


@reads("list")
def list_(door: Visit) -> None:
    """The processes that can be had, and the editions of them that are in use here."""
    in_use: list[dict[str, Any]] = []
    if bootstrap.config_file(door.options["config"]).exists():
        numbers = choosing.open_cases(door.place)
        known = reading.editions_in_use(door.place)
        titles, faults = editions.titles(door.place), editions.faults(door.place)
        in_use = [
            {
                **one,
                "title": titles.get(one["hash"], one["workflow"]),
                "open": numbers.get(one["hash"], 0),
                "new_cases": one["hash"] == _for_new_cases(door, one["workflow"]),
                "faults": faults.get(one["hash"], 0),
            }
            for one in known
        ]
    shipped = [
        {"workflow": process.name, "title": process.title, "edition": process.edition}
        for process in loading.available()
    ]
    lines = [strong("With this program")]
    for one in shipped:
        lines += item(f"{one['title']}, edition {one['edition']} [{one['workflow']}]")
    lines += ["", strong("In use here")] if in_use else []
    lines += [line for one in in_use for line in item(_in_use(one))]
    door.answer({"workflows": shipped, "in_use": in_use}, lines)


def _for_new_cases(door: Visit, workflow: str) -> str:
    governs = editions.for_new_cases(door.place, workflow)
    return governs.hash if governs else ""


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


@command("check", argument("name", "NAME-OR-FOLDER"))
def check(door: Door, name: str) -> None:
    """Check the files of a process: every mistake, with its file and line."""
    workflow = loading.load(loading.find(name))
    rules = written(workflow)
    states = [state for state in workflow.states.values() if not state.abstract]
    unknown, kinds, wrong = _odd(door, workflow)
    out, unprinted = ruling.not_in_force(workflow, first_day(workflow)), _unprinted(workflow)
    document = {
        "workflow": workflow.name,
        "edition": workflow.edition,
        "hash": workflow.hash,
        "unknown_roles": unknown,
        "mistyped_kinds": kinds,
        "misplaced_appointments": wrong,
        "rules": rules.rules,
        "own_rules": rules.own,
        "timescale_rules": rules.timescales,
        "unconfirmed": rules.unconfirmed,
        **out,
        "unprinted_files": unprinted,
        "extends": overlaying.base_of(workflow),
        "mistakes": [],
    }
    said = (
        f"{workflow.title}, edition {workflow.edition}: no mistake. "
        f"{count(len(states), 'state')}, {count(len(workflow.transitions), 'transition')}, "
        f"{count(len(workflow.questions), 'question')}, with {rules.said('its files')}."
    )
    lines = [*paragraph(said), *ruling.told(out), *overlaying.standing(workflow)]
    roles = editions.roles_of(workflow)
    unless = ", unless another process has them"
    misnamed = saying.misnamed(unknown, kinds, "this process does not have", roles, unless)
    idle = (f"{file} is in the folder of packs, and no pack prints it." for file in unprinted)
    for odd in (*misnamed, *wrong, *idle):
        lines += paragraph(odd)
    door.answer(document, [*lines, *saying.caution(workflow.caution)])


def _unprinted(workflow: Workflow) -> list[str]:
    """The files of its packs that say nothing of what to print, such as a picture."""
    return [name for name in sorted(workflow.templates) if not name.endswith(".toml")]


def _odd(door: Door, workflow: Workflow) -> tuple[list[str], dict[str, str], list[str]]:
    """The roles of the settings, where there are any, that a process does not have; the kinds of
    agencies that are nearly those it names; and what is wrong with the agencies of appointments.
    """
    config = door.options["config"]
    if not bootstrap.config_file(config).exists():
        return [], {}, []
    settings = bootstrap.settings(config)
    directory = settings.directory
    unknown = unknown_roles(directory, editions.roles_of(workflow))
    kinds = editions.mistyped_kinds(directory, editions.kinds_of(workflow))
    own = editions.own_agency_roles(workflow)
    return unknown, kinds, [str(one) for one in misplaced(settings, own)]


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
