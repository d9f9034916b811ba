"""Deadlines: `deadlines` says what is still to be met, `explain` how each came to its day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cli import printing, saying
from engine.cli.counting import derived
from engine.cli.door import argument, option
from engine.cli.printing import count, day, paragraph, strong
from engine.cli.visit import Visit, reads
from engine.service import listing, reading, references
from engine.timescales import derivation_lines

Known = Mapping[str, Any]

_DAY_0 = "day 0, the day it happened"

MOST = 40
"""Deadlines that are printed at once."""


@reads(
    "deadlines",
    argument("ref", "[REF]", required=False, default=""),
    option("--all", "every", is_flag=True, help="Those that are met or no longer apply as well."),
)
def deadlines(door: Visit, ref: str, every: bool) -> None:
    """What is still to be met, of one case or of all, the earliest first."""
    place = door.place
    if ref:
        case = reading.show(place, door.visitor, references.read(ref))
        found = [{"ref": case["ref"], **one} for one in case["deadlines"]]
        found = [one for one in found if every or one["status"] in saying.OPEN]
        cautions = [case["caution"]] if case["caution"] else []
    else:
        found = listing.running(place)
        cautions = reading.cautions(place, [one["ref"] for one in found])
    lines: list[str] = []
    for one in found[:MOST]:
        lines += saying.deadline(one, about=f"{one['ref']}  ", indent=0)
    if len(found) > MOST:
        lines.append(f"And {count(len(found) - MOST, 'later one')}; --json lists them all.")
    if not found:
        lines.append("Nothing is to be met.")
    document = {"deadlines": found, "cautions": cautions}
    door.answer(document, [*lines, *saying.caution(*cautions)])


@reads("explain", argument("ref", "REF"), argument("timescale", "TIMESCALE"))
def explain(door: Visit, ref: str, timescale: str) -> None:
    """How a deadline came to its day: every counted and skipped day, and every change."""
    ref, place = references.read(ref), door.place
    found = reading.explain(place, ref, timescale)
    lines: list[str] = []
    document = []
    for one in found:
        lines += [*([""] if lines else []), *_explained(one)]
        made = one["derivation"]
        document.append({**one, "derivation": derived(one["rule"], made)})
    cautions = reading.cautions(place, [ref])
    told = {"ref": ref, "timescale": timescale, "deadlines": document, "cautions": cautions}
    door.answer(told, [*lines, *saying.caution(*cautions)])


def _explained(one: Known) -> list[str]:
    lines = [strong(line) for line in paragraph(f"{one['title']}: {saying.state(one)}")]
    lines += paragraph(saying.standing(one))
    if one["note"]:
        lines += paragraph(one["note"])
    lines += ["", *paragraph(_rule(one))]
    for line in derivation_lines(one["derivation"]):
        if one["provisional"]:
            line = line.replace(_DAY_0, "day 0, for as long as no other is known")
        lines += paragraph(line, 2, 18 if "   " in line else 0)
    lines.append(f"  Calendar: {one['calendar']}.")
    if one["changes"]:
        lines += ["", "Changes"]
        for change in one["changes"]:
            lines += paragraph(_change(change), 2, 4)
    return lines


def _rule(one: Known) -> str:
    if why := saying.provisional(one):
        return f"The rule: {one['rule_said']}. {why}"
    return f"The rule: {one['rule_said']}, that is from {day(one['starts_on'])}."


def _change(change: Known) -> str:
    cause = f", because {change['cause_said']}" if change["cause"] else ""
    old, now = change["old"] or {}, change["now"] or {}
    days = ""
    if old.get("due_on") and now.get("due_on") and old["due_on"] != now["due_on"]:
        days = f": from {day(old['due_on'])} to {day(now['due_on'])}"
    elif now.get("target_on"):
        days = f": {day(now['target_on'])}"
    elif now.get("met_on"):
        days = f": {day(now['met_on'])}"
    return f"@{change['n']} {printing.when(change['on'])}: {change['type']}{days}{cause}"
