"""`why-not`: one step in full, with all that it lacks and how each thing can be supplied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.cli import deciding, saying
from engine.cli.ahead import day_line, since, under
from engine.cli.door import argument
from engine.cli.printing import PROGRAM, day, listed, paragraph, strong
from engine.cli.visit import Visit, reads
from engine.nouns import any_of, count
from engine.service import references

Known = Mapping[str, Any]

MOST = 6
"""Answers that are named one by one, of those that will do."""
GIVEN = "give"
"""What is given with the step itself, in one command with all else that is."""
HELD = "hold"
"""What only somebody who holds the role supplies; its commands are those of the step itself."""
TAKE = "take"
"""What only another step supplies."""
PUT_RIGHT = ("correct", "record")
"""What is typed against an answer that is on record."""
ALL = "end"
"""What has several commands that are all needed: one for each linked case that is open."""


@reads("why-not", argument("ref", "REF"), argument("transition", "TRANSITION"))
def why_not(door: Visit, ref: str, transition: str) -> None:
    """Why a step cannot be taken yet: all that is missing, who can supply it, and what to type.

    Where there are several ways, the nearest is said first. For a step that starts elsewhere, the
    steps that lead there are named, each with what it needs itself; where ways part at a decision
    that is still open, only those up to it, and by what it is taken.
    """
    ref = references.read(ref)
    found = door.ask("why-not", ref=ref, transition=transition)
    lines = [*_head(found, found["names"][found["person"]]), *_before(found), *_itself(found)]
    door.answer(found, [*lines, *saying.caution(found["caution"])])


def _head(found: Known, who: str) -> list[str]:
    title = f'"{found["title"]}" [{found["transition"]}] on {found["ref"]}'
    lines = [strong(line) for line in paragraph(title)] + _clock(found["asked_by"], 0)
    here = f'The case is at "{found["state_title"]}"'
    if found["possible"]:
        lines += paragraph(f"{here}. The step can be taken now by {who}:")
        return [*lines, f"  {PROGRAM} {found['command']}"]
    if not found["elsewhere"]:
        lines += paragraph(f"{here}, and the step cannot be taken yet.")
    elif not found["leads_there"]:
        lines += paragraph(f"{here}, and no step leads from here to where this one starts.")
    elif found["ways_part"]:
        lines += paragraph(f"{here}. Before this step starts, the ways part at a decision.")
    else:
        number = count(len(found["before"]), "step")
        lines += paragraph(f"{here}. The shortest way to where this one starts has {number}.")
    return [*lines, *paragraph(day_line(found, found["today"]))]


def _before(found: Known) -> list[str]:
    """The steps that lead to where a step starts, each with what it needs itself."""
    lines = ["", strong("First")] if found["before"] else []
    taken = {one["taken"]: one for one in found["decisions"] if one["taken"]}
    for number, step in enumerate(found["before"], 1):
        said = f"{step['title']} [{step['transition']}]{under(step)}; it is for {step['by']}"
        lines += [*paragraph(f"{number}. {said}", 2, 3), *_clock(step["asked_by"], 5)]
        for need in step["unmet"]:
            lines += _need(need, found["today"], 5, brief=True)
        if all(supply["verb"] != HELD for supply in _first_ways(step)):
            lines.append(f"     {PROGRAM} {step['command']}")
        else:
            lines += _in_one(step, 5)
        if step["transition"] in taken:
            lines += deciding.settled(taken[step["transition"]])
    return [*lines, *(deciding.open_decision(found["decisions"][-1]) if found["ways_part"] else [])]


def _first_ways(step: Known) -> list[Known]:
    return [supply for need in step["unmet"] for way in need["ways"][:1] for supply in way]


def _in_one(step: Known, indent: int) -> list[str]:
    """The whole command, where what is listed one by one is given in one."""
    verbs = [one["verb"] for one in _first_ways(step) if one["verb"] in (GIVEN, HELD)]
    if GIVEN not in verbs or len(verbs) < 2:
        return []
    said = "What goes with the step is given in one command:"
    return [*paragraph(said, indent), f"{' ' * (indent + 2)}{PROGRAM} {step['command']}"]


def _itself(found: Known) -> list[str]:
    if not found["unmet"]:
        return []
    later = found["before"] or found["ways_part"]
    lines = ["", strong("Then, what it needs itself" if later else "What is missing")]
    for need in found["unmet"]:
        if found["ways_part"] and _by_steps(need):
            # Which of them is taken hangs on the side: to name them would be to choose one.
            lines += paragraph(f"- {need['what']}", 2, 2)
        else:
            lines += _need(need, found["today"], 2)
    return [*lines, *_in_one(found, 2)]


def _by_steps(need: Known) -> bool:
    """Whether a need is met only by steps that are taken before."""
    verbs = {supply["verb"] for way in need["ways"] for supply in way}
    return verbs == {TAKE}


def _need(need: Known, today: str, indent: int, *, brief: bool = False) -> list[str]:
    """One need: what is missing, and the ways in which it is supplied; `brief`: the nearest."""
    lines = paragraph(f"- {need['what']}", indent, 2)
    ways = need["ways"]
    if not ways:
        return [*lines, *paragraph(f"{need['how']}.", indent + 2)] if need["how"] else lines
    several = len(ways) > 1
    for number, way in enumerate(ways[:1] if brief else ways):
        if several:
            lines += paragraph(_which(way, number), indent + 2, 2)
        for supply in way:
            lines += _supply(supply, today, indent + (4 if several else 2))
    left = len(ways) - 1
    if brief and left:
        lines += paragraph(f"Or in {count(left, 'other way')}.", indent + 2)
    return lines


def _which(way: Sequence[Known], number: int) -> str:
    said = listed(supply["what"] for supply in way if supply["what"])
    return f"{'Nearest' if not number else 'Or'}: {said}"


def _supply(supply: Known, today: str, indent: int) -> list[str]:
    """By whom, from when and with which command a thing is supplied."""
    if supply["verb"] == HELD:
        return _held(supply, today, indent)
    who = any_of(name.split(" (")[0] for name in supply["who"])
    by = f"by {who}" if who else ""
    several = len(supply["commands"]) > 1 and supply["verb"] != ALL
    only = ", only if it is so" if supply["value"] or len(supply["choices"]) == 1 else ""
    more = f"{only}{', one of' if several else ''}"
    said = f"B{by[1:]}{more}{':' if supply['commands'] else '.'}"
    lines = _against(supply, indent) + (paragraph(said, indent, 2) if who else [])
    lines += [f"{' ' * (indent + 2)}{PROGRAM} {typed}" for typed in supply["commands"]]
    others = _others(supply)
    lines += paragraph(others, indent + 2, 2) if others else []
    if supply["earliest"] != today:
        lines += paragraph(since(supply), indent + 2, 2)
    return [*lines, *_clock(supply["asked_by"], indent + 2)]


def _against(supply: Known, indent: int) -> list[str]:
    """That the record has another answer, which is changed only where it is wrong."""
    if supply["verb"] not in PUT_RIGHT or supply["standing"] is None:
        return []
    wrong = " If that is wrong:" if supply["commands"] else ""
    return paragraph(f"Ruled out by what is on record: {supply['standing']}.{wrong}", indent, 2)


def _held(supply: Known, today: str, indent: int) -> list[str]:
    """What whoever decides types, and what is typed in their name by those who keep the record."""
    itself, recorded = (f"{' ' * (indent + 2)}{PROGRAM} {typed}" for typed in supply["commands"])
    who = any_of(name.split(" (")[0] for name in supply["who"])
    lines = [*paragraph(f"By {who}:", indent, 2), itself]
    lines += [
        *paragraph("Or, once they decided, by whoever keeps the record:", indent, 2),
        recorded,
    ]
    if supply["earliest"] != today:
        lines += paragraph(since(supply), indent + 2, 2)
    return [*lines, *_clock(supply["asked_by"], indent + 2)]


def _others(supply: Known) -> str:
    """The answers that will do, where there are several."""
    choices = supply["choices"]
    if len(choices) < 2:
        return ""
    more = len(choices) - MOST
    shown = [*choices[:MOST], *([f"{more} more"] if more > 0 else [])]
    head = "these answers would do" if supply["value"] else "the answer is one of"
    return f"({head}: {', '.join(shown)})"


def _clock(asked: Known | None, indent: int) -> list[str]:
    if asked is None:
        return []
    late = ", which is overdue" if asked["overdue"] else ""
    return paragraph(f'"{asked["title"]}" asks for it by {day(asked["due_on"])}{late}.', indent)
