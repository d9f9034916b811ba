"""Refuses what an overlay would loosen of its base, and says on whose authority that rests.

An overlay adds and tightens. What is not known to be tighter is taken to be looser.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from engine.definition import Workflow
from engine.loading.checks.rules import Problem
from engine.loading.draft import Draft
from engine.loading.files.lines import Path
from engine.loading.findings import Place
from engine.loading.overlay.beginning import begins_less
from engine.loading.overlay.comparing import KEYS, POLICIES, Change, only_more, only_narrower, same
from engine.loading.overlay.locally import Found, local_problems
from engine.loading.overlay.merging import Layered
from engine.loading.overlay.reaching import read_more
from engine.loading.overlay.reading_less import read_less
from engine.loading.overlay.titles import child_title_problem, title_problems
from engine.loading.overlay.waiting import duty_waits, linked_waits
from engine.loading.overlay.withholding import Documents, Parts, withholds
from engine.loading.shapes import SECTIONS

Check = Callable[[Change], Iterator[Problem]]

_ALREADY = ("id", "abstract")
"""What follows from other keys."""

_HEAD: Mapping[str, Check] = {
    "opening": only_more,
    "may_open": only_narrower,
    "kept_by": only_narrower,
    "working_days": same,
    "starts_at": same,
    "main_line": same,
}


_WORDS = ("source", "caution")


def tighten(
    base: Workflow, new: Workflow, drafts: Mapping[str, Draft], documents: Documents
) -> None:
    """Note everything in which a process with its overlay is looser than without.

    `drafts` are its parts: "" itself, and its linked processes by their names. `documents` are the
    files of the packs of the base.
    """
    for part, key, problem in begins_less(base, new):
        _note_head(drafts[part], key, problem)
    for part, name, problem in linked_waits(base, new):
        _note(drafts[part], "transition", name, problem)
    for part, draft in drafts.items():
        before = base.children.get(part) if part else base
        after = new.children[part] if part else new
        if before is not None:
            _head(before, after, draft, () if part else (*_HEAD, *_WORDS, "in_force"))
            _tables(before, after, draft)
        for section, name, problem in (
            *local_problems(before, after),
            *title_problems(before, after, base),
        ):
            _note(draft, section, name, problem)
        if part and (taken := child_title_problem(part, base, new)):
            _note_head(draft, "title", taken)
        parts = Parts(before, after, base) if before else None
        for section, name, problem in _of_both(parts, documents) if parts else ():
            _note(draft, section, name, problem)


def _of_both(parts: Parts, documents: Documents) -> Iterator[Found]:
    """What can be told only of a process with its overlay as a whole."""
    yield from read_more(parts.base, parts.new)
    yield from duty_waits(parts.base, parts.new)
    yield from withholds(parts, documents)
    if parts.base is parts.parent:
        yield from read_less(parts.base, parts.new)


def _head(base: Workflow, new: Workflow, draft: Draft, keys: Collection[str]) -> None:
    """What a head loosens; of a linked process only in keys that its own head has."""
    keys = {*keys, *draft.sheet.head}
    for key in keys & {*_HEAD}:
        change = Change("head", key, base, new, (base, new))
        for problem in _HEAD[key](change) if change.before != change.after else ():
            _note_head(draft, key, problem)
    for key in keys & {*_WORDS}:
        if not getattr(new, key).startswith(getattr(base, key)):
            hint = f"Write {key} under [also], and it is put after that of the base."
            sentence = f'"{key}" of the base stands, and an overlay only adds to it.'
            _note_head(draft, key, Problem((), sentence, hint))
    if "in_force" in keys:
        for problem in _in_force(base, new):
            _note_head(draft, "in_force", problem)


def _in_force(base: Workflow, new: Workflow) -> Iterator[Problem]:
    if not _within(base, new):
        yield Problem((), "An overlay is not in force on days on which its base is not.")
    if new.in_force_for != base.in_force_for:
        sentence = "An overlay does not say otherwise for which cases the base is in force, "
        yield Problem((), f'{sentence}"{base.in_force_for}".', 'Leave out "for".')


def _within(base: Workflow, new: Workflow) -> bool:
    if new.in_force_from < base.in_force_from:
        return False
    return not base.in_force_to or bool(new.in_force_to and new.in_force_to <= base.in_force_to)


def _note_head(draft: Draft, key: str, problem: Problem) -> None:
    place = draft.sheet.head[key][0] if key in draft.sheet.head else draft.sheet.start
    draft.reading.fault(place.below(problem.at), problem.sentence, problem.hint)


def _tables(base: Workflow, new: Workflow, draft: Draft) -> None:
    """What the tables of an overlay loosen; else what follows from them in those of the base."""
    written: list[Found] = []
    unwritten: list[Found] = []
    for section in SECTIONS:
        known, changed = _of(base, section), _of(new, section)
        for name, before in known.items():
            if name not in draft.tables[section]:
                continue
            for problem in _differences(section, before, changed[name], (base, new)):
                place = draft.place(section, name)
                own = isinstance(place, Layered)
                (written if own else unwritten).append((section, name, problem))
    for section, name, problem in written or unwritten:
        _note(draft, section, name, problem)


def _of(workflow: Workflow, section: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(workflow, f"{section}s")
    return found


def _differences(
    section: str, before: Any, after: Any, between: tuple[Workflow, Workflow]
) -> Iterator[Problem]:
    policies = POLICIES.get(section, {})
    for key in before._fields:
        if key in _ALREADY or getattr(before, key) == getattr(after, key):
            continue
        check = policies.get(key, same)
        yield from check(Change(section, key, before, after, between))


def _note(draft: Draft, section: str, name: str, problem: Problem) -> None:
    """A problem that rests on a key at fault is none; what is shared is told where it stands."""
    at = tuple(KEYS.get(part, part) if isinstance(part, str) else part for part in problem.at)
    if name not in draft.tables[section]:
        return
    if draft.knows(section, name, *map(str, at[:1])):
        draft.reading.fault(_own(draft.place(section, name), at), problem.sentence, problem.hint)


def _own(place: Place, at: Path) -> Place:
    """The place of a key; of one that only the base writes, the last that stands over its table."""
    there = place.below(at)
    if not isinstance(place, Layered) or there.file != place.file:
        return there
    over = [path for path, own in place.written.items() if own.file != place.file]
    return place.below(over[-1][len(place.path) :]) if over else there
