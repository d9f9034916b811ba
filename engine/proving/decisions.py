"""Decisions: steps from one state that go different ways by the same answers.

In each situation one of them is possible, unless the definition says in which none is; and only
one, unless it says why there may be two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product

from engine.definition import Condition, Guard, Transition
from engine.prose import quoted
from engine.proving.boxes import lowest, meeting, outside, size
from engine.proving.effort import TooManyError
from engine.proving.inquiry import Inquiry
from engine.proving.record import NOTHING, Masks
from engine.proving.walking import Move

BY_VALUE = ("is", "at least", "at most")


def check(inquiry: Inquiry) -> None:
    """Situations in which a decision has no way on, or two."""
    overlaps, gaps = set[str](), set[str]()
    told = set[tuple[str, ...]]()
    for state in inquiry.workflow.states:
        for group in _groups(inquiry, state):
            _overlapping(inquiry, state, group, (overlaps, told))
            gaps |= _left_open(inquiry, state, group, told)
    for step in inquiry.workflow.transitions.values():
        entry = inquiry.entry("transition", step.id)
        if step.may_overlap and step.id not in overlaps:
            says = f"{quoted(step.title)} says that it may overlap, and overlaps with nothing."
            inquiry.fail("decisions", says, entry)
        if step.undecided_if.tables and step.id not in gaps:
            says = f"{quoted(step.title)} says when nothing is decided, and something always is."
            inquiry.fail("decisions", says, entry)


def by_value(step: Transition) -> frozenset[str]:
    """The questions whose answers decide about a step, and not only that there is one."""
    lines = (line for table in step.only_if.tables for line in table)
    return frozenset(line.subject for line in lines if line.word in BY_VALUE)


def _groups(inquiry: Inquiry, state: str) -> Iterator[list[Transition]]:
    """The steps from a state that belong together, since they read the same answers."""
    left = [
        step
        for step in inquiry.walks.steps.get(state, ())
        if by_value(step) and step.to not in ("", state)
    ]
    while left:
        group, reads = [left.pop(0)], set[str]()
        grown = True
        while grown:
            reads = set[str]().union(*map(by_value, group))
            more = [step for step in left if by_value(step) & reads]
            group += more
            left = [step for step in left if step not in more]
            grown = bool(more)
        if len({step.to for step in group}) > 1:
            yield group


def _overlapping(
    inquiry: Inquiry,
    state: str,
    group: Sequence[Transition],
    known: tuple[set[str], set[tuple[str, ...]]],
) -> None:
    """Note the steps of a decision that are possible with another that leads elsewhere."""
    overlaps, told = known
    apart = ("apart", *(step.id for step in group))
    for one, other in combinations(group, 2):
        said = bool(one.may_overlap or other.may_overlap)
        same = bool(by_value(one) & by_value(other))
        if one.to == other.to or (said and {one.id, other.id} <= overlaps):
            continue
        if ("overlap", one.id, other.id) in told or (apart in told and not same and not said):
            continue
        if _both_possible(inquiry, state, (one, other), told, said=said):
            overlaps |= {one.id, other.id}
            # Steps that only a third one ties together are many at a time: one story says it all.
            told |= set() if same or said else {apart}


def _both_possible(
    inquiry: Inquiry,
    state: str,
    pair: tuple[Transition, Transition],
    told: set[tuple[str, ...]],
    *,
    said: bool,
) -> bool:
    one, other = pair
    names = frozenset(_subjects(one.only_if)) | frozenset(_subjects(other.only_if))
    seen_by = inquiry.walks.projection(names)
    entry = inquiry.entry("transition", other.id)
    if _shared(inquiry, one, other, {s.name: s.every for s in seen_by.subjects}) is None:
        return False
    way = inquiry.attempt(
        "decisions",
        entry,
        lambda: inquiry.walks.find_record(
            lambda move, held: (
                move.state == state and _shared(inquiry, one, other, held) is not None
            ),
            names,
        ),
    )
    if way is None:
        return False
    if said:
        return True
    told.add(("overlap", one.id, other.id))
    ends = [{n: end[n] for n in seen_by.names} for end in inquiry.walks.at_end(way)]
    both = next((s for h in ends if (s := _shared(inquiry, one, other, h))), None)
    story = inquiry.diary.tells(
        way,
        _situation(inquiry, list(both), tuple(both.values())) if both else "",
        f"Both {quoted(one.title)} and {quoted(other.title)} can be taken.",
    )
    says = f"{quoted(one.title)} and {quoted(other.title)} are possible in the same situation."
    inquiry.fail("decisions", says, entry, story)
    return True


def _shared(
    inquiry: Inquiry, one: Transition, other: Transition, held: Mapping[str, int]
) -> dict[str, int] | None:
    """What may be on record so that both guards hold; None if nothing may."""
    for first, second in product(one.only_if.tables, other.only_if.tables):
        now = dict(held)
        for line in (*first, *second):
            now[line.subject] &= inquiry.walks.record.holding(line)
        if all(now.values()):
            return now
    return None


def _left_open(
    inquiry: Inquiry, state: str, group: Sequence[Transition], told: set[tuple[str, ...]]
) -> set[str]:
    """The steps that say when nothing is decided, where that is so; a failure for any other gap."""
    tables = [t for step in group for t in step.undecided_if.tables]
    names = set[str]().union(*map(by_value, group), (li.subject for t in tables for li in t))
    order = inquiry.walks.projection(names).names
    entry = inquiry.entry("transition", group[0].id)
    try:
        open_ = _undecided(inquiry, state, order, group)
        used = {step.id for step in group if _meets(open_, _said(inquiry, order, step))}
        said = [box for step in group for box in _said(inquiry, order, step)]
        search = inquiry.walks.effort.search()
        gaps = [piece for box in open_ for piece in outside(box, said, search)]
    except TooManyError:
        inquiry.open("decisions", "There are too many situations to look at each of them.", entry)
        return {step.id for step in group}
    key = ("gap", *(step.id for step in group))
    if gaps and key not in told:
        told.add(key)
        _tell_gap(inquiry, state, group, order, gaps)
    return used


def _undecided(
    inquiry: Inquiry, state: str, order: Sequence[str], group: Sequence[Transition]
) -> list[Masks]:
    """What may be on record in a state, with every question answered, so that no step is meant."""
    decided = [
        box
        for step in group
        for table in step.only_if.tables
        if (box := _box(inquiry, order, (li for li in table if li.word in BY_VALUE)))
    ]
    search = inquiry.walks.effort.search()
    every = _box(inquiry, order, ())
    if every is None or not outside(every, decided, search):
        return []
    found: list[Masks] = []
    for masks in inquiry.walks.in_state(state, order):
        answered = meeting(masks, every)
        for piece in outside(answered, found, search) if answered else ():
            found += outside(piece, decided, search)
    return found


def _said(inquiry: Inquiry, order: Sequence[str], step: Transition) -> list[Masks]:
    """The situations in which a step says that nothing is decided."""
    boxes = (_box(inquiry, order, table) for table in step.undecided_if.tables)
    return [box for box in boxes if box]


def _meets(some: Iterable[Masks], others: Sequence[Masks]) -> bool:
    return any(meeting(one, other) is not None for one in some for other in others)


def _box(inquiry: Inquiry, order: Sequence[str], lines: Iterable[Condition]) -> Masks | None:
    """The records, with every question answered, in which these lines hold; None if there are
    none.
    """
    record = inquiry.walks.record
    known = [record.subjects[name] for name in order]
    now = {
        one.name: record.answered(one.name) if NOTHING in one.values else one.every for one in known
    }
    for line in lines:
        now[line.subject] &= record.holding(line)
    return tuple(now.values()) if all(now.values()) else None


def _tell_gap(
    inquiry: Inquiry,
    state: str,
    group: Sequence[Transition],
    names: Sequence[str],
    gaps: Sequence[Masks],
) -> None:
    entry = inquiry.entry("transition", group[0].id)

    def open_here(move: Move, held: Mapping[str, int]) -> bool:
        at = move.state == state
        return at and _meets(gaps, [tuple(held[name] for name in names)])

    way = inquiry.attempt("decisions", entry, lambda: inquiry.walks.find_record(open_here, names))
    if way is None:
        return
    ends = [tuple(end[name] for name in names) for end in inquiry.walks.at_end(way)]
    here = [both for g in gaps for end in ends if (both := meeting(g, end))]
    gap, many = min(map(lowest, here or gaps)), size(gaps)
    others = f" So it is in {many:,} situations." if many > 1 else ""
    listed = ", ".join(quoted(step.title) for step in group)
    says = f"There is a situation for which none of these steps is meant: {listed}."
    story = inquiry.diary.tells(
        way,
        _situation(inquiry, names, gap),
        f"Then none of these ways is open.{others}",
    )
    inquiry.fail("decisions", says, entry, story)


def _situation(inquiry: Inquiry, names: Sequence[str], held: Masks) -> str:
    subjects = inquiry.walks.record.subjects
    said = [(n, subjects[n].said(m)) for n, m in zip(names, held, strict=True)]
    return inquiry.diary.record([(n, v) for n, v in said if len(v) < len(subjects[n].values)])


def _subjects(guard: Guard) -> Iterator[str]:
    return (line.subject for table in guard.tables for line in table)
