"""What comes of cases that are moved to another edition, or given back: as data and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from engine.dates import day_said as day
from engine.dates import due_said as due
from engine.decide.moving.carrying import Carried
from engine.decide.moving.loosening import HEADS, Looser, grounds, told
from engine.errors import Need, RefusedError
from engine.nouns import count, needed
from engine.prose import listed
from engine.service.moving import families
from engine.service.moving.families import Moved

SHOUTED = frozenset(HEADS.values())
"""With which words a line begins that tells of what becomes looser."""
ORDER = ("LATER", "ENDS", "SHORTER", "NO DUTY", "LOOSER")
WARNINGS: tuple[tuple[frozenset[str], str, str], ...] = (
    (
        frozenset({"LATER", "ENDS"}),
        "a duty would be due later, or end",
        "a duty is due later than before, or has ended",
    ),
    (
        frozenset({"SHORTER"}),
        "what a duty keeps would end earlier",
        "what a duty keeps ends earlier than before",
    ),
    (
        frozenset({"NO DUTY"}),
        "what is a duty would be none any more",
        "what was a duty is none any more",
    ),
    (
        frozenset({"LOOSER"}),
        "less would be done to see that a duty is met",
        "less is done to see that a duty is met",
    ),
)
"""By the words with which lines begin: what is said of all cases with such, before and after."""

SAID = {
    "keep": "stays as it was counted",
    "rebase": "is counted by the new edition",
    "restart": "starts anew today",
    "stop": "no longer applies",
    "start": "starts",
    "back": "is as it was before",
}


class Told(NamedTuple):
    """A case in words: where it goes, or why it stays; and then what becomes of each clock."""

    head: str
    clocks: list[str]


def told_of(one: Moved, *, back: bool) -> dict[str, Any]:
    """A case with what becomes of it and of its clocks, or why it stays.

    Of one that was given back it is only told what became looser.
    """
    if one.refused:
        return _refused(one)._asdict()
    if one.plans or not back:
        return _planned(one, "back to" if back else "from")._asdict()
    clocks = [_clock(one.ref, ref, clock) for ref, clock in one.looser]
    return Told(f"{one.ref}: edition {one.opened}", clocks)._asdict()


def _planned(one: Moved, way: str) -> Told:
    """Where a case and its linked cases then are, and what becomes of each clock."""
    linked = [plan.ref for plan in one.plans[1:]]
    more = f", with {listed(linked)}" if linked else ""
    where = one.plans[0].state
    head = f'{one.ref}, {way} edition {one.opened}: at "{where}"{more}'
    return Told(
        head, [_clock(one.ref, plan.ref, clock) for plan in one.plans for clock in plan.clocks]
    )


def warning(found: Iterable[Moved], *, dry: bool) -> str:
    """In how many cases a duty becomes later or is counted no more, what is kept ends earlier, what
    was a duty is none, or less sees to one; nothing where in none.
    """
    every = [heads for one in found if (heads := _loosens(one))]
    said = ""
    for words, would, did in WARNINGS:
        if number := sum(bool(own & words) for own in every):
            said += f" {min(words, key=ORDER.index)}: in {count(number, 'case')} "
            said += f"{would if dry else did}."
    return said


def refusal(found: list[Moved], what: str) -> RefusedError:
    """That nothing could be done at all, with all that would be needed."""
    if len(found) == 1:
        return RefusedError(found[0].sentence, found[0].needs)
    sentence = f"None of {count(len(found), 'case')} could be {what}; all stay as they are."
    needs = [replace(need, what=f"{one.ref}: {need.what}") for one in found for need in one.needs]
    return RefusedError(sentence, tuple(needs))


def document(workflow: str, found: Iterable[Moved], *, dry: bool, back: bool) -> dict[str, Any]:
    """The same as a document."""
    every = list(found)
    return {
        "workflow": workflow,
        "dry_run": dry,
        "back": back,
        "told": [told_of(one, back=back) for one in every],
        "warning": warning(every if dry else [one for one in every if not one.refused], dry=dry),
        "agreeing": warning((one for one in every if not one.refused), dry=True),
        "moved": [_plain(one) for one in every if not one.refused],
        "refused": [
            {
                "ref": one.ref,
                "sentence": one.sentence,
                "unmet": [n.plain() for n in one.needs],
                "cases": _cases(one),
            }
            for one in every
            if one.refused
        ],
    }


def _plain(one: Moved) -> dict[str, Any]:
    return {"ref": one.ref, "edition": one.opened, "cases": _cases(one)}


def _cases(one: Moved) -> list[dict[str, Any]]:
    if one.looser:
        refs = dict.fromkeys(ref for ref, _ in one.looser)
        return [
            {"ref": ref, "clocks": [clock.plain() for own, clock in one.looser if own == ref]}
            for ref in refs
        ]
    return [
        {
            "ref": plan.ref,
            "from": plan.came_from,
            "to": plan.to,
            "clocks": [clock.plain() for clock in plan.clocks],
        }
        for plan in one.plans
    ]


def _loosens(one: Moved) -> set[str]:
    """The words with which the lines of a case begin that tell of a duty that becomes looser."""
    clocks = (clock for plan in one.plans for clock in plan.clocks)
    found = (*clocks, *(clock for _, clock in one.looser))
    heads = {HEADS[c.looser.what] for c in found if c.looser and c.looser.duty}
    return heads | ({need.what.partition(":")[0] for need in one.needs} & SHOUTED)


def _refused(one: Moved) -> Told:
    clocks = [f"- {needed(need.said, need.who, need.how)}" for need in one.needs]
    for ref, title, looser in _no_duties(one):
        would = Need(told(title, looser.plain()))
        clocks.append(f"- {families.of_linked(one.ref, ref, would).what}")
    return Told(one.sentence, clocks)


def _no_duties(one: Moved) -> Iterator[tuple[str, str, Looser]]:
    """What would become looser of clocks that are no duty's, so that nobody has to agree to it."""
    for plan in one.plans:
        for clock in plan.clocks:
            if clock.looser and not clock.looser.duty:
                yield plan.ref, clock.title, clock.looser


def _clock(ref: str, own: str, clock: Carried) -> str:
    """What becomes of a clock: `"Notify the Panel": is counted by the new edition, due ...`."""
    of = f" ({clock.key[2]})" if clock.key[2] else ""
    case = f"{own}: " if own != ref else ""
    case = f"{HEADS[clock.looser.what]}: {case}" if clock.looser else case
    old = clock.old or {}
    was, now = due(old), due({**old, **clock.now})
    said = SAID[clock.choice]
    if clock.now.get("status") in ("met", "met late"):
        said = f"counts as {clock.now['status']}"
    elif clock.choice == "start" and clock.old:
        said = "runs again"
    elif clock.choice in ("rebase", "back") and not clock.changes:
        said = "its day stays" if clock.looser else "stays the same"
    elif clock.now.get("status") == "set aside":
        said, now = "is no more, as the move started it", ""
    facts = [said, *([f"due {now}"] if now and clock.choice != "stop" else [])]
    facts += [f"was due {was}"] if was and (was != now or clock.choice == "stop") else []
    return f'{case}"{clock.title}"{of}: {", ".join(facts)}{_on_whose_word(clock)}'


def _on_whose_word(clock: Carried) -> str:
    """Of a clock of which something becomes looser: what requires it, and what sets its time."""
    found = clock.looser
    if found is None:
        return ""
    known = found.plain()
    instead = f', was due {day(found.was)} as "{found.instead_of}"' if found.instead_of else ""
    late = ", by which it is overdue today" if found.overdue else ""
    released = "no longer " if found.what == "released" else ""
    required = f"; {released}required by {found.duty}" if found.duty else ""
    return f"{instead}{late}{grounds(known, required)}"
