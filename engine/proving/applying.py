"""Whether a timescale ever applies: its condition is asked about, and can be so where it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from engine.definition import Condition, Guard, Timescale, Workflow
from engine.edition import rests_on, subjects
from engine.guards import NOT_ANSWERED, words
from engine.loading.checks.soundness import RUNNING
from engine.prose import quoted
from engine.proving.clocks import watch_of
from engine.proving.inquiry import Inquiry
from engine.proving.walking import Move

Table = tuple[Condition, ...]


def check(inquiry: Inquiry) -> None:
    """Timescales whose condition can never be so."""
    for timescale in inquiry.workflow.timescales.values():
        if not timescale.only_if.tables:
            continue
        unasked = _unasked(inquiry.workflow, timescale.only_if)
        if unasked:
            _tell_unasked(inquiry, timescale, unasked)
            continue
        dead = [table for table in timescale.only_if.tables if _is_dead(inquiry, timescale, table)]
        if dead:
            _tell_dead(inquiry, timescale, dead)


def _unasked(workflow: Workflow, guard: Guard) -> str:
    """A question that each way of a guard needs answered, and that nothing asks; empty if none."""
    asked = {*workflow.opening, *_asked(workflow)}
    lacking = [
        [li.subject for li in table if li.word != NOT_ANSWERED and li.subject not in asked]
        for table in guard.tables
    ]
    return lacking[0][0] if all(lacking) else ""


def _asked(workflow: Workflow) -> Iterator[str]:
    """Whatever a step asks, reads, or gives; and the linked cases, which are of this process."""
    yield from workflow.children
    for step in workflow.transitions.values():
        yield from (*rests_on(step), *subjects(step.only_if), *step.asked, *step.asks)
        yield from (*step.asks_anew, step.dates, *dict(step.sets))


def _is_dead(inquiry: Inquiry, timescale: Timescale, table: Table) -> bool:
    """Whether a timescale runs on no way with these lines of its condition holding."""
    record, needed = inquiry.walks.record, dict[str, int]()
    for line in table:
        held = needed.get(line.subject, record.subjects[line.subject].every)
        needed[line.subject] = held & record.holding(line)

    def test(move: Move, held: Mapping[str, int]) -> bool:
        return move.phase == RUNNING and all(held[name] & mask for name, mask in needed.items())

    entry, watch = inquiry.entry("timescale", timescale.id), watch_of(timescale, inquiry.workflow)
    before = len(inquiry.found.not_shown)
    search = partial(inquiry.walks.find_record, test, needed, watch)
    way = inquiry.attempt("clocks_can_start", entry, search)
    return way is None and len(inquiry.found.not_shown) == before


def _tell_unasked(inquiry: Inquiry, timescale: Timescale, name: str) -> None:
    title, ask = quoted(timescale.title), quoted(inquiry.workflow.questions[name].ask)
    said = words(timescale.only_if, inquiry.workflow)
    says = f"{title} applies only if {said}, and nothing ever asks that."
    last = f"No opening and no step asks {ask}, so {title} never runs, unless somebody records "
    entry = inquiry.entry("timescale", timescale.id)
    inquiry.fail("clocks_can_start", says, entry, (f"{last}that of their own accord.",))


def _tell_dead(inquiry: Inquiry, timescale: Timescale, dead: list[Table]) -> None:
    title, said = quoted(timescale.title), words(Guard(tuple(dead)), inquiry.workflow)
    entry, watch = inquiry.entry("timescale", timescale.id), watch_of(timescale, inquiry.workflow)
    kind, last = "ways_possible", f"From here {title} may run, but never so."
    says = f"{title} names a situation that can never be where it runs: {said}."
    if len(dead) == len(timescale.only_if.tables):
        kind, last = "clocks_can_start", f"From here {title} would run, and it does not."
        says = f"{title} applies only if {said}, and wherever it could run the record says "
        says += "otherwise."
    way = inquiry.way(kind, entry, lambda move: move.phase == RUNNING, watch)
    if way:
        held = inquiry.record(way, [line.subject for table in dead for line in table])
        inquiry.fail(kind, says, entry, inquiry.diary.tells(way, last, held))
