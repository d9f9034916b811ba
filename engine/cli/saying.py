"""A case, its deadlines and what it needs, as lines of plain English; no personal value in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from engine.cli import printing
from engine.cli.printing import day, listed, paragraph
from engine.dates import parse_partial
from engine.guessing import resembling
from engine.nouns import count
from engine.prose import capital, days_said, setter
from engine.punctuality import UNSURE

Known = Mapping[str, Any]
"""A case, a deadline or a step in its stable form."""

FAR = 260
"""Working days of a year: they are counted to people no further than this, ahead or back."""
YEAR = 255
"""The most working days that a year has: so many of them are a year at the least."""

OPEN = ("overdue", "running", "provisional", "paused", "not started")


def deadline(known: Known, *, about: str = "", indent: int = 2) -> list[str]:
    """A deadline with its duty, what sets its time, the source, and how far that is confirmed."""
    of = f" ({known['of_title']})" if known["of"] else ""
    head = f"{about}{known['title']}{of} [{known['timescale']}]: {state(known)}"
    lines = paragraph(head, indent, 2)
    if known["status"] == "overdue":
        lines = [printing.loud(line) for line in lines]
    for text in (provisional(known), standing(known), kept(known)):
        lines += paragraph(text, indent + 2) if text else []
    return lines


def provisional(known: Known) -> str:
    """Why a deadline is provisional, and what to record; nothing when it is not."""
    lacking = known["provisional"]
    if not lacking:
        return ""
    return (
        f'Provisional: "{lacking["ask"]}" is not answered, so it is counted from '
        f"{day(lacking['counted_from'])}. `{lacking['how']}` sets the day that counts."
    )


def kept(known: Known) -> str:
    """That a move to another edition left a deadline to the rule of the one before."""
    left = known["kept"]
    if not left or left["how"] != "kept":
        return ""
    return (
        f"It is counted by the rule of edition {left['edition']}, to which it was left when the "
        f"case was moved to another {printing.when(left['on'])}."
    )


def state(known: Known) -> str:
    """Where a deadline stands: `due Mon 22 Dec 2025, in 5 working days`."""
    status, due = known["status"], _due(known)
    provisionally = ", provisional" if known["provisional"] else ""
    said = {
        "met": _met(known),
        "met late": _met(known),
        "overdue": f"OVERDUE, {due}{_left(known)}{provisionally}",
        "running": f"{due or 'as soon as practicable; no day is set'}{_left(known)}",
        "provisional": f"{due}{_left(known)}{provisionally}",
        "paused": f"paused{due and f', {due}'}",
        "no longer applies": f"no longer applies{due and f'; would have been {due}'}",
    }.get(status, str(status))
    if known["not_counted"]:
        said = f"{'' if status in OPEN else f'{said}; '}not counted: {known['not_counted']}"
    return said + _beside(known)


def standing(known: Known) -> str:
    """The duty, what sets the time, and how far that was confirmed.

    Only what was read in its source is called a duty or a legal limit. Of a rule that holds no
    longer it is said which days it was for.
    """
    held = known["in_force"]
    former = f" This rule held for what started {_days(held)}." if held and held["over"] else ""
    unsure = f" {UNSURE}" if held and not held["throughout"] else ""
    return _standing(known) + former + unsure


def _days(held: Known) -> str:
    """The days that may start a clock under a rule: `on Fri 15 Dec 2023 or later`."""
    since, until = held["since"], held["until"]
    if since and until:
        return f"from {day(since)} to {day(until)}"
    if since:
        return f"on {day(since)} or later"
    return f"on {day(until)} or earlier"


def in_force(known: Known) -> str:
    """What made the rule of a deadline begin and end, and how well these days are known."""
    held = known["in_force"]
    if not held:
        return ""
    said = [] if held["over"] else [f"This rule holds for what starts {_days(held)}."]
    for word, on, basis in (
        ("From", held["since"], held["began"]),
        ("Until", held["until"], held["ended"]),
    ):
        if basis:
            checked = f" {days_said(basis['checked'])}" if basis["checked"] else ""
            by = basis["by"].removesuffix(".")
            said.append(f"{word} {day(on)}: {by} ({basis['confirmed']}{checked}).")
    return " ".join(said)


def _standing(known: Known) -> str:
    time = known["time_from"]
    word = f' ("{time["says"]}")' if time["says"] else ""
    source = f"{setter(time['kind'])}{word}: {time['source']}"
    if known["confirmed"] == "read":
        limit = "legal limit" if known["limit_read"] else "time"
        return f"{_duty(known)}The {limit} is from {source} (read)."
    if known["duty"] and known["duty_read"]:
        expected = f"expected (source not yet read): {source} ({known['confirmed']})"
        return f"Duty: {known['duty']} (read). Its time is {expected}."
    what = f"{known['duty']}; " if known["duty"] else ""
    return (
        f"Expected (source not yet read): {what}the time is from {source} ({known['confirmed']})."
    )


def _duty(known: Known) -> str:
    """The duty as a sentence; called one only where somebody has read it in the act itself."""
    if not known["duty"]:
        return ""
    if known["duty_read"]:
        return f"Duty: {known['duty']}. "
    return f"Said to be a duty under {known['duty']}; nobody has marked it as read there. "


def not_yet_late(known: Known, on: str) -> bool:
    """Whether a deadline has a day that had not passed on another, known as far as that one is."""
    last = known["due_between"][1] if known["due_between"] else known["due_on"]
    return bool(last) and parse_partial(on[:10]).last.isoformat() <= last


def waiting(known: Known) -> str:
    """On whom a case or a deadline waits, as the end of a sentence."""
    return f"; it waits on {known['waits_on']}" if known["waits_on"] else ""


def place(case: Known) -> str:
    """Where a case is."""
    if case["set_aside"]:
        closed = printing.when(case["closed_on"])
        return f"an end: set aside {closed}, as was the step that opened it"
    if case["closed_on"]:
        return f'"{case["state_title"]}"; closed {printing.when(case["closed_on"])}'
    return f'"{case["state_title"]}" since {day(case["since"])}{waiting(case)}'


def after_change(case: Known, moved: Collection[str]) -> list[str]:
    """How a case is after a change; `moved` are the timescales that it started, moved or ended."""
    lines = paragraph(f"{case['ref']} is at {place(case)}.")
    touched = [one for one in case["deadlines"] if one["timescale"] in moved]
    pending = [one for one in case["deadlines"] if one["status"] in OPEN and one not in touched]
    for one in touched:
        lines += deadline(one)
    for one in pending[:1]:
        lines += deadline(one, about="Next: " if not touched else "")
    if len(pending) > 1:
        rest = count(len(pending) - 1, "later deadline")
        lines.append(f"  {rest}: `casetrail deadlines {case['ref']}`.")
    if case["tasks"]:
        lines.append(
            f"Open tasks: {len(case['tasks'])}; `casetrail show {case['ref']}` lists them."
        )
    return lines


def caution(*texts: str) -> list[str]:
    """What an edition asks every output to say, each text once."""
    found: list[str] = []
    for text in dict.fromkeys(text for text in texts if text):
        found += paragraph(f"Caution: {text}")
    return found


def misnamed(
    roles: Iterable[str],
    kinds: Mapping[str, str],
    which: str,
    known: Collection[str] = (),
    unless: str = "",
) -> list[str]:
    """That config.toml gives people roles that there are not, so that nobody acts by them; and
    agencies kinds that are nearly those which are asked and told. `known` are the roles there are;
    `unless` says when it is right all the same.
    """
    near = {role: resembling(role, known) for role in roles}
    named = listed(
        f'{one} ("{meant[0]}" may be meant)' if meant else one for one, meant in near.items()
    )
    found = [f"config.toml gives people roles that {which}: {named}; check their names{unless}."]
    return (found if named else []) + [
        f'config.toml has an agency of the kind "{kind}"; "{meant}" may be meant.'
        for kind, meant in kinds.items()
    ]


def tasks(known: Iterable[Known]) -> list[str]:
    """What is left for somebody to do."""
    found: list[str] = []
    for one in known:
        by = one["by"] or "anybody"
        found += printing.item(f"{capital(one['what'])} ({by}, since {day(one['since'])})")
        found.append(f"      casetrail {one['how']}")
    return found


def choices(known: Sequence[str], indent: int) -> list[str]:
    """The answers of which one is to be given, where they can be counted."""
    return paragraph(f"(the answer is one of: {', '.join(known)})", indent, 2) if known else []


def about(case: Known) -> str:
    """Whom a case is about, by their ids."""
    return listed(f"{one['person']} ({one['kind']}{erased(one)})" for one in case["people"])


def erased(person: Known) -> str:
    """That what was known about somebody was destroyed, and when; nothing where it was not."""
    on = person["erased_on"]
    return f"; what was recorded under them was erased {printing.when(on)}" if on else ""


def _due(known: Known) -> str:
    """The day, or the days between which it lies where the start is known only in part."""
    first, last = known["due_between"] or (None, None)
    days = printing.due({"due_on": known["due_on"], "due_from": first, "due_to": last})
    word = ("until some day " if known["due_between"] else "until ") if known["keep"] else "due "
    return f"{word}{days}" if days else ""


def _met(known: Known) -> str:
    """When it was met, and how that stands to its day wherever the status does not say so."""
    found, due = known["punctuality"], _due(known)
    silent = not found or (known["status"] == "met" and not known["historic"])
    stands = "" if silent else f": {found['said']}"
    return f"{known['status']} {printing.when(known['met_on'])}{due and f', {due}'}{stands}"


def _left(known: Known) -> str:
    left = known["working_days_left"]
    if known["historic"] and left is None and not known["keep"]:
        return "; that it was done is not on record"
    if left is None or left > FAR:
        return ""
    if left < -FAR:
        return f", more than {count(-left // YEAR, 'year')} ago"
    if known["status"] == "overdue" and not left:
        return ", no working day since"
    if left < 0:
        return f", {count(-left, 'working day')} ago"
    if known["keep"] and left:
        return f", {count(left, 'working day')} left"
    return f", in {count(left, 'working day')}" if left else ", no working day left"


def _beside(known: Known) -> str:
    more = ""
    if known["due_on"] and known["first_due_on"] not in (None, known["due_on"]):
        more += f"; first due {day(known['first_due_on'])}"
    if known["target_on"]:
        more += f"; target {day(known['target_on'])}, agreed"
    if on := known["delay_explained_on"]:
        ahead = not_yet_late(known, on)
        what = "a delay was explained ahead," if ahead else "the delay was explained"
        more += f"; {what} {printing.when(on)}"
    return more
