"""Deadlines: `deadlines` says what is still to be met, `explain` how each came to its day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cli import printing, saying
from engine.cli.clock_words import happened
from engine.cli.door import argument, option
from engine.cli.printing import day, paragraph, strong, when
from engine.cli.visit import Visit, reads
from engine.dates import parse_partial, short_day
from engine.decide.moving import loosening
from engine.decide.moving.moves import MIGRATED
from engine.nouns import count
from engine.service import references

Known = Mapping[str, Any]

JUDGED_AGAIN = "deadline re-judged"
MOST = 40
"""Deadlines that are printed at once."""


@reads(
    "deadlines",
    argument("ref", "[REF]", required=False, default=""),
    option("--all", "every", is_flag=True, help="Those that are met or no longer apply as well."),
)
def deadlines(door: Visit, ref: str, every: bool) -> None:
    """What is still to be met, of one case or of all, the earliest first."""
    ref = references.read(ref) if ref else ""
    told = door.ask("deadlines of case", ref=ref, every=every) if ref else door.ask("deadlines")
    found, cautions = told["deadlines"], told["cautions"]
    lines: list[str] = []
    for one in found[:MOST]:
        lines += saying.deadline(one, about=f"{one['ref']}  ", indent=0)
    if len(found) > MOST:
        lines.append(f"And {count(len(found) - MOST, 'later one')}; --json lists them all.")
    if not found:
        lines.append("Nothing is to be met.")
    door.answer(told, [*lines, *saying.caution(*cautions)])


@reads(
    "explain",
    argument("ref", "REF"),
    argument("timescale", "[TIMESCALE]", required=False, default=""),
)
def explain(door: Visit, ref: str, timescale: str) -> None:
    """How a deadline came to its day: every counted and skipped day, and every change.

    Without TIMESCALE every deadline of the case is explained, those that run first.
    """
    ref = references.read(ref)
    every = not timescale
    told = door.ask("explain", ref=ref, timescale=timescale)
    found = told["deadlines"]
    lines = [] if found else paragraph(f"No deadline of {ref} has started.")
    for before, one in zip([None, *found], found, strict=False):
        same = before is not None and saying.standing(before) == saying.standing(one)
        lines += [*([""] if lines else []), *_heading(one, name=every)]
        lines += _explained(one, source=not same)
    door.answer(told, [*lines, *saying.caution(*told["cautions"])])


def _heading(one: Known, *, name: bool) -> list[str]:
    """Which deadline it is, with the name by which it is asked for where that was not said."""
    of = f" ({one['of_title']})" if one["of"] else ""
    called = f" [{one['timescale']}]" if name else ""
    return [strong(line) for line in paragraph(f"{one['title']}{of}{called}: {saying.state(one)}")]


def _explained(one: Known, *, source: bool) -> list[str]:
    """One deadline; its source is not said again where it is that of the one before."""
    lines: list[str] = []
    if source:
        texts = (saying.standing(one), saying.in_force(one), one["note"])
        lines += [line for text in texts for line in _said(text)]
    lines += ["", *paragraph(_rule(one)), *(_ends(one) if one["from_latest"] else _days(one))]
    lines += [*_listed_before(one), *_at_most(one)]
    if one["changes"] or (one["began"] and one["began"]["loosened"]):
        lines += ["", "Changes", *_began(one["began"])]
        for change in one["changes"]:
            lines += paragraph(_change(change), 2, 4)
    return lines


def _began(began: Known | None) -> list[str]:
    """How a deadline began, where it has changed since."""
    if began is None:
        return []
    due = printing.due(began["now"])
    said = f"@{began['n']} {printing.when(began['on'])}: deadline started{due and f', due {due}'}"
    said += _loosened(began["loosened"])
    return paragraph(said, 2, 4)


def _said(text: str) -> list[str]:
    return paragraph(text) if text else []


def _days(one: Known) -> list[str]:
    """The derivation from the one day on which it started, for as long as that stands."""
    lines: list[str] = []
    for line in derivation(one["derivation"]):
        lines += _derived(line.replace("The day it happened", "That day"))
    return lines


def _ends(one: Known) -> list[str]:
    """The derivation from the first and from the last day on which it may have started."""
    made = (one["derivation"]["said"], one["from_latest"]["said"])
    lines: list[str] = []
    if one["due_between"] or one["not_counted"]:
        for end, name in zip(made, ("earliest", "latest"), strict=True):
            lines += ["", f"From the {name} day that it can have been:"]
            for line in (*end["days"], *end["cautions"]):
                lines += _derived(line)
        lines += ["", "How both are counted:"]
    for line in dict.fromkeys(line for end in made for line in end["basis"]):
        lines += _derived(line)
    return lines


def derivation(made: Known) -> list[str]:
    """The derivation day by day and what it comes to, in plain English."""
    said = made["said"]
    return [*said["days"], *said["basis"], *said["cautions"]]


def _derived(line: str) -> list[str]:
    return paragraph(line, 2, 18 if "   " in line else 0)


def _listed_before(one: Known) -> list[str]:
    """The list of bank holidays by which the deadline was set, where it is not the one of now."""
    working_days = one["derivation"]["working_days"]
    if not working_days or one["calendar"] in working_days:
        return []
    return paragraph(f"The deadline was set by the list {one['calendar']}.", 2)


def _at_most(one: Known) -> list[str]:
    """How late something was at the least and at the most, where either day is known in part."""
    found, between = one["punctuality"], one["due_between"] or [one["due_on"]] * 2
    done = parse_partial((one["met_on"] or one["starts_on"])[:10])
    if not found or (done.exact and not one["due_between"]):
        return []
    ends = [("At the latest", between[0], done.last, found["most"])]
    if found["verdict"] == "late":
        ends.insert(0, ("At the earliest", between[1], done.first, found["least"]))
    lines = ["", f"Done {printing.when(one['met_on'])}: {found['said']}."]
    for name, due, on, late in ends:
        how = f"{count(late, found['unit'].removesuffix('s'))} late" if late else found["said"]
        lines += paragraph(f"{name}: due {day(due)}, done {short_day(on)}, {how}.", 2)
    return lines


def _rule(one: Known) -> str:
    if why := saying.provisional(one):
        return f"The rule: {one['rule_said']}. {why}"
    if was := one["was_provisional"]:
        then = "stopped" if one["status"] == "no longer applies" else "was met"
        earliest = ", the earliest day on record then" if one["no"] == 1 else ""
        return (
            f'The rule: {one["rule_said"]}. It was provisional when it {then}: "{was["ask"]}" was '
            f"not answered, so it was counted from {day(was['counted_from'])}{earliest}."
        )
    some = "some day in " if one["from_latest"] else ""
    return f"The rule: {one['rule_said']}, that is from {some}{day(one['starts_on'])}.{_kept(one)}"


def _kept(one: Known) -> str:
    """That a rule is that of the edition under which the case was before it was moved."""
    kept = one["kept"]
    if not kept:
        return ""
    if kept["how"] == "restarted":
        return f" It was started anew when the case was moved to another edition (@{kept['n']})."
    return (
        f" That is the rule of edition {kept['edition']}: it was left so when the case was moved "
        f"to another {when(kept['on'])} (@{kept['n']})."
    )


def _change(change: Known) -> str:
    step = change["cause_said"].removeprefix("of ")
    because = f"by {step}" if step != change["cause_said"] else f"because {step}"
    cause = f", {because}" if change["cause"] else ""
    old, now = change["old"] or {}, change["now"] or {}
    days = ""
    was, is_ = printing.due(old), printing.due(now)
    if is_ and was != is_:
        days = f": from {was} to {is_}" if was else f": now due {is_}"
    elif is_ and now.get("starts_on") != old.get("starts_on"):
        days = f": counted from {day(now['starts_on'])}, and still due {is_}"
    elif now.get("target_on"):
        days = f": {day(now['target_on'])}"
    elif now.get("met_on"):
        days = f" {printing.when(now['met_on'])}"
    if change["type"] == JUDGED_AGAIN:
        days = _judged_again(days, old, now)
    if change["type"] == MIGRATED:
        # That alone is told of it; what it made looser follows.
        cause = ""
    kind = happened(change["type"], change)
    told = f"@{change['n']} {printing.when(change['on'])}: {kind}{days}{cause}"
    return f"{told}{_by(change)}{_loosened(change['loosened'])}"


def _judged_again(days: str, old: Known, now: Known) -> str:
    """How something that was met is judged now: by another due day, or by when it was done."""
    if now.get("met_on"):
        return f": {now['status']} {when(now['met_on'])}, not {when(old['met_on'])}"
    return f"{days}{',' if days else ':'} {now['status']}"


def _loosened(known: Known | None) -> str:
    """That a move to another edition made it later, or ended it, and on whose word."""
    return f". {loosening.done(known['edition'], known['looser'])}." if known else ""


def _by(change: Known) -> str:
    """Who set a target or explained a delay, and what of that is kept apart from the trail."""
    if not change["kept_apart"]:
        return ""
    who, apart = change["by"], printing.listed(change["kept_apart"])
    by = f"; recorded by {who['recorded']}"
    if who["decided"] != who["recorded"]:
        by = f"; decided by {who['decided']}, recorded by {who['recorded']}"
    verb = "is" if len(change["kept_apart"]) == 1 else "are"
    return f"{by}; {apart} {verb} kept apart (`history --personal` shows that)"
