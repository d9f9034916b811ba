"""`workflow questions`: the names that a process has for its questions and steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cli.door import argument, option
from engine.cli.printing import paragraph, strong
from engine.cli.visit import Visit, reads

KINDS = {"person": "each person"}


@reads(
    "questions",
    argument("workflow", "PROCESS"),
    option("--edition", metavar="EDITION", default="", help="This edition, by its name or hash."),
    option("--on", metavar="WHEN", default="", help="Of a case that opens on this day."),
)
def questions(door: Visit, workflow: str, edition: str, on: str) -> None:
    """The questions and steps of a process, each by the name that a hook or a program needs.

    Of each question: how it is answered, of whom it is asked, and whether a case opens only with
    it.
    """
    found = door.ask("workflow questions", workflow=workflow, edition=edition, on=on)
    lines = [strong(f"Questions of {found['workflow']}, edition {found['edition']}")]
    for one in found["questions"]:
        lines += [one["question"], *paragraph(f"{one['ask']} {_how(one)}", 4)]
    lines += ["", strong("Steps")]
    for one in found["steps"]:
        lines += [one["step"], *paragraph(one["title"], 4)]
    door.answer(found, lines)


def _how(one: Mapping[str, Any]) -> str:
    """How a question is answered, of whom it is asked, and when."""
    said = [" | ".join(one["choices"]) or one["answer"]]
    if one["per"]:
        said.append(f"of {KINDS.get(one['per'], 'each ' + one['per'])}")
    if one["asked_of"]:
        said.append(f"of each agency among {one['asked_of']}")
    if one["to_open"]:
        said.append("needed to open a case")
    return f"[{'; '.join(said)}]"
