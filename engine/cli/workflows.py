"""The processes: `workflow list`, `check`, `describe` and `activate`."""

from __future__ import annotations

from typing import Any

from engine import bootstrap, loading
from engine.cli import saying
from engine.cli.door import Door, argument, command
from engine.cli.printing import day, item, paragraph, strong
from engine.cli.visit import Visit, reads
from engine.config import misplaced
from engine.definition import Workflow
from engine.directory import unknown_roles
from engine.nouns import count
from engine.service import editions, reading


@reads("list")
def list_(door: Visit) -> None:
    """The processes that can be had, and the editions of them that are in use here."""
    in_use: list[dict[str, Any]] = []
    if bootstrap.config_file(door.options["config"]).exists():
        in_use = reading.editions_in_use(door.place)
    shipped = [
        {"workflow": process.name, "title": process.title, "edition": process.edition}
        for process in loading.available()
    ]
    lines = [strong("With this program")]
    for one in shipped:
        lines += item(f"{one['title']}, edition {one['edition']} [{one['workflow']}]")
    lines += ["", strong("In use here")] if in_use else []
    titles = {one["workflow"]: one["title"] for one in shipped}
    for one in in_use:
        title = titles.get(one["workflow"], one["workflow"])
        ends = f" to {day(one['to'])}" if one["to"] else ""
        since = f"from {day(one['from'])}{ends}"
        lines += item(f"{title}, edition {one['edition']}, in force {since} [{one['workflow']}]")
    door.answer({"workflows": shipped, "in_use": in_use}, lines)


@command("check", argument("name", "NAME-OR-FOLDER"))
def check(door: Door, name: str) -> None:
    """Check the files of a process: every mistake, with its file and line."""
    workflow = loading.load(loading.find(name))
    rules = [(one, variant) for one in workflow.timescales.values() for variant in one.variants]
    unconfirmed = [pair for pair in rules if pair[1].confirmed != "read"]
    unknown, kinds, wrong = _odd(door, workflow)
    document = {
        "workflow": workflow.name,
        "edition": workflow.edition,
        "hash": workflow.hash,
        "unknown_roles": unknown,
        "mistyped_kinds": kinds,
        "misplaced_appointments": wrong,
        "timescales": len(rules),
        "unconfirmed": len(unconfirmed),
        "mistakes": [],
    }
    said = (
        f"{workflow.title}, edition {workflow.edition}: no mistake. "
        f"{count(len(workflow.states), 'state')}, "
        f"{count(len(workflow.transitions), 'transition')}, "
        f"{count(len(workflow.questions), 'question')}. Consistent with the "
        f"{count(len(rules), 'timescale rule')} written in its files, of which "
        f"{len(unconfirmed)} unconfirmed."
    )
    lines = paragraph(said)
    for odd in (*saying.misnamed(unknown, kinds, "this process does not have"), *wrong):
        lines += paragraph(odd)
    door.answer(document, [*lines, *saying.caution(workflow.caution)])


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


@command("describe", argument("name", "NAME-OR-FOLDER"))
def describe(door: Door, name: str) -> None:
    """Say a process in English, with the source of every rule and how far it is confirmed."""
    from engine.describing import describe as described

    workflow: Workflow = loading.load(loading.find(name))
    text: str = described(workflow)
    document = {"workflow": workflow.name, "edition": workflow.edition, "text": text}
    door.answer(document, text.rstrip("\n").split("\n"))


@reads("activate", argument("name", "NAME-OR-FOLDER"))
def activate(door: Visit, name: str) -> None:
    """Bring an edition of a process into use; cases that are open stay under theirs."""
    workflow, sources = editions.shipped(name)
    bootstrap.check_appointments(door.settings, [workflow])
    new = editions.replace(door.place, door.visitor, workflow, sources)
    document = {
        "workflow": workflow.name,
        "edition": workflow.edition,
        "hash": workflow.hash,
        "activated": new,
    }
    known = "is in use from now on" if new else "was in use already"
    said = f"{workflow.title}, edition {workflow.edition}, {known} ({workflow.hash[:12]})."
    door.answer(document, [*paragraph(said), *saying.caution(workflow.caution)])
