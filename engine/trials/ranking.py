"""Which scenarios may notice a change, and in which order they are tried."""

from __future__ import annotations

from collections.abc import Sequence

from engine.trials.changing import Change
from engine.trials.playing import Result

Killers = dict[tuple[str, str], list[str]]
"""The scenarios that noticed another change of the same thing, by the process and its name."""


def key_of(change: Change) -> tuple[str, str]:
    """What was changed: the linked process it is of, and its name."""
    return change.sheet.process, change.about[0]


def ranked(change: Change, results: Sequence[Result], killers: Killers) -> list[Result]:
    """The scenarios that touch what was changed: those first that noticed the like of it, then
    those that name it and touch the most of it, the quickest first.

    What is changed in the head touches all of them.
    """
    known = killers.get(key_of(change), [])
    touching = [one for one in results if _touches(change, one)]
    if change.kind.startswith("start of a step"):
        # Where a step starts, the stories that come to that state say too; of a state that holds
        # others, all do.
        coming = [one for one in results if _names(change, change.about[1], one)]
        touching += [one for one in coming or results if one not in touching]
    ordered = [
        (one.name not in known, -_nearness(change, one), one.seconds, one.name, one)
        for one in touching
    ]
    return [one for *_, one in sorted(ordered, key=lambda entry: entry[:4])]


def noticed(change: Change, name: str, killers: Killers) -> None:
    """Remember which scenario noticed a change."""
    known = killers.setdefault(key_of(change), [])
    if name not in known:
        known.append(name)


def _touches(change: Change, one: Result) -> bool:
    if len(change.where) == 1:
        return True
    if change.where[0] == "question":
        # Those who play a step that waits for an answer may say of whom it waits.
        return any(_names(change, about, one) for about in change.about)
    return _names(change, change.about[0], one)


def _nearness(change: Change, one: Result) -> int:
    """How much of what the change is about a scenario touches; to name it counts most."""
    named = (change.sheet.process, change.about[0]) in one.named
    return sum(_names(change, about, one) for about in change.about) + 2 * named


def _names(change: Change, about: str, one: Result) -> bool:
    process = change.sheet.process
    return (process, about) in one.named or _touched(process, about, one)


def _touched(process: str, about: str, one: Result) -> bool:
    return any(item.process == process and about in (item.id, item.more) for item in one.touched)
