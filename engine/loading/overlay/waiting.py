"""Refuses what would make a duty wait for another body than the one that owes it.

It waits where a step asks for what only others can supply. Who owes a duty is meant as `verify`
means it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from engine.definition import Guard, Transition, Workflow
from engine.guards import ALL_ENDED
from engine.loading.checks.rules import Problem
from engine.loading.checks.soundness import RUNNING, Clock, Node, clock_of, steps_from
from engine.loading.overlay.locally import Found
from engine.loading.overlay.supplying import Supplies, Wait, called
from engine.owing import can_end, is_theirs, leading_to, owing, required

_HINT = (
    "Ask for what those who owe the duty supply themselves: on_file; or, where they keep the "
    "record, asked, which waits for no reply."
)

_ASKED_HINT = "Ask it with a step of your own, for which no duty waits."

_GUARD_HINT = (
    "Ask only that a question be answered, or be on file; of one of your own that those who owe "
    "the duty answer, the answer may also change: may_change = true."
)

_LINKED_HINT = "Ask for what those who owe the duty supply themselves."

Graph = Mapping[Node, tuple[tuple[str, Node], ...]]
"""The steps that can be taken in a state while a clock stands so, and where each leads."""


class Duty(NamedTuple):
    """Something that an act or a regulation requires, as far as steps and clocks know it."""

    said: str
    body: tuple[str, ...]
    steps: tuple[str, ...]
    """The steps that do it."""
    clock: Clock | None = None
    """What counts, if it runs once and by itself."""


def duty_waits(base: Workflow, new: Workflow) -> Iterator[Found]:
    """The keys of an overlay by which a duty of the base would wait for another body."""
    supplies = Supplies(base, new)
    told: set[tuple[str, str, str]] = set()
    for duty in _duties(base):
        waiting = _waiting(duty, base, new, supplies)
        for step in _holding_up(duty, base, waiting):
            for wait in waiting[step]:
                known = (wait.step, str(wait.at[0]), wait.said)
                if known not in told:
                    told.add(known)
                    yield "transition", wait.step, _problem(duty, wait, step)


def _duties(base: Workflow) -> Iterator[Duty]:
    for timescale in base.timescales.values():
        role = base.roles.get(timescale.waiting_on)
        if timescale.duty and timescale.met_by and not (role and role.outside):
            body = owing(base, timescale)
            whose = (role.id,) if role else body
            said = f'timescale "{timescale.id}", {_of(base, whose, timescale.duty)},'
            yield Duty(said, body, timescale.met_by, clock_of(timescale, base))
    for step in base.transitions.values():
        if step.duty:
            yield Duty(f"this step, {_of(base, step.who, step.duty)},", step.who, (step.id,))


def _of(base: Workflow, body: Collection[str], duty: str) -> str:
    return f"a duty of {called(base, body)} ({duty})"


def _waiting(
    duty: Duty, base: Workflow, new: Workflow, supplies: Supplies
) -> dict[str, tuple[Wait, ...]]:
    """The steps of the base that wait for others with an overlay, and what makes them wait.

    A step waits too where those that alone answer what it needs do; not for what starts the clock.
    """
    found: dict[str, tuple[Wait, ...]] = {}
    for step in base.transitions.values():
        own = {*duty.body} & {*step.who}
        body = duty.body if own else (*duty.body, *step.who)
        after = new.transitions.get(step.id, step)
        if waits := tuple(supplies.waits(step, after, body)):
            found[step.id] = waits
    started = duty.clock.anchors if duty.clock else frozenset()
    needs = {s.id: [*_givers(s, base, started)] for s in base.transitions.values()} if found else {}
    changed = True
    while changed:
        more = {
            name: tuple(wait for one in givers for wait in found[one])
            for name, each in needs.items()
            for givers in each
            if name not in found and {*givers} <= {*found}
        }
        found |= more
        changed = bool(more)
    return found


def _givers(step: Transition, base: Workflow, started: Collection[str]) -> Iterator[list[str]]:
    """For each thing that a step needs and only steps answer, those that do."""
    lines = [line for table in step.only_if.tables for line in table]
    for name in required(step) - {*started, step.dates, *dict(step.sets)}:
        wanted = {value for line in lines if line.subject == name for value in line.values}
        every = base.transitions.values()
        if givers := [s.id for s in every if _gives(s, name, wanted)]:
            yield givers


def _gives(step: Transition, name: str, wanted: Collection[str]) -> bool:
    value = dict(step.sets).get(name)
    return name == step.dates or (value is not None and (not wanted or value in wanted))


def linked_waits(base: Workflow, new: Workflow) -> Iterator[tuple[str, str, Problem]]:
    """The linked processes of a base, and the steps of them, by which a duty of the base would
    wait for another body, since its own could end their cases and now cannot; and under "" the
    steps of an overlay's own that open more of what its own body cannot end.
    """
    told: set[tuple[str, str]] = set()
    for duty in _duties(base):
        lost = {s.id: [*_no_longer(s, duty, base, new)] for s in base.transitions.values()}
        held = {name: steps for name, steps in lost.items() if steps}
        for name in _holding_up(duty, base, held):
            for process, step, key in held[name]:
                if (process, step) not in told:
                    told.add((process, step))
                    yield process, step, _linked_problem(duty, base, (process, key), name)
        more = {s.id: [*_opened_more(s, duty, base, new)] for s in base.transitions.values()}
        for name in _holding_up(duty, base, {step for step, opened in more.items() if opened}):
            for opener, process in more[name]:
                if ("", opener) not in told:
                    told.add(("", opener))
                    yield "", opener, _opened_problem(duty, base, process, name)


def _no_longer(
    step: Transition, duty: Duty, base: Workflow, new: Workflow
) -> Iterator[tuple[str, str, str]]:
    """The steps of linked processes that a step waits for and its body can no longer take."""
    tables = [{line.subject for line in table} for table in step.only_if.tables]
    body = duty.body if {*duty.body} & {*step.who} else (*duty.body, *step.who)
    for process in set.intersection(*tables) & {*base.children} if tables else ():
        before, after = base.children[process], new.children[process]
        if before.transitions == after.transitions:
            continue
        own = {s.id: s for s in before.transitions.values() if is_theirs(s, before, body)}
        kept = _kept(process, body, base, new)
        if can_end(before, _among(own)) and not can_end(after, _among(kept)):
            for name in sorted({*own} - kept):
                keys = ("approve", "asked", "on_file", "only_if", "who")
                now = after.transitions[name]
                changed = (k for k in keys if getattr(own[name], k) != getattr(now, k))
                yield process, name, next(changed, "who")


def _opened_more(
    step: Transition, duty: Duty, base: Workflow, new: Workflow
) -> Iterator[tuple[str, str]]:
    """The steps of an overlay's own that open, before a step, linked cases of the base for which it
    waits and which its body cannot end; each with their process.
    """
    own = [s for s in new.transitions.values() if s.id not in base.transitions and s.opens]
    if not own:
        return
    every = base.transitions.values()
    before = leading_to([step.id], ((at, s.id, s.to or at) for s in every for at in s.starts))
    body = duty.body if {*duty.body} & {*step.who} else (*duty.body, *step.who)
    for one in own:
        process = one.opens.process if one.opens else ""
        if process not in base.children or before.isdisjoint(one.starts):
            continue
        ends = _among(_kept(process, body, base, new))
        if _waits_for(process, step, body, base) and not can_end(new.children[process], ends):
            yield one.id, process


def _waits_for(process: str, step: Transition, body: Collection[str], base: Workflow) -> bool:
    """Whether in some case a step waits for the linked cases of a process that are open."""
    asked = (process, ALL_ENDED)
    tables = step.only_if.tables
    left = [table for table in tables if asked not in {line[:2] for line in table}]
    if len(left) == len(tables):
        return False
    without = step._replace(only_if=Guard(tuple(left)))
    return not left or Supplies(base, base).shuts_out(step.only_if, without, body)


def _kept(process: str, body: Collection[str], base: Workflow, new: Workflow) -> set[str]:
    """The steps of a linked process of the base that a body can take there, and with an overlay."""
    before, after = base.children[process], new.children[process]
    supplies = Supplies(before, after)
    own = (s for s in before.transitions.values() if is_theirs(s, before, body))
    return {s.id for s in own if supplies.can_take(after.transitions[s.id], body, s.only_if)}


def _among(names: Collection[str]) -> Callable[[Transition], bool]:
    return lambda step: step.id in names


def _linked_problem(duty: Duty, base: Workflow, at: tuple[str, str], step: str) -> Problem:
    process, key = at
    said = f'By this a linked case "{base.children[process].title}", for which '
    said += f'"{base.transitions[step].title}" waits, could be ended only with others, and '
    return Problem((key,), f"{said}{duty.said} would wait for them.", _LINKED_HINT)


def _opened_problem(duty: Duty, base: Workflow, process: str, step: str) -> Problem:
    said = f'By this more linked cases "{base.children[process].title}", for which '
    said += f'"{base.transitions[step].title}" waits, would be open, which only others can end, '
    hint = "Open cases of a linked process of your own, for which no duty waits."
    return Problem(("opens",), f"{said}and {duty.said} would wait for them.", hint)


def _holding_up(duty: Duty, base: Workflow, waiting: Collection[str]) -> Iterator[str]:
    """The steps that wait and do a duty, or without which nothing leads to it while it runs."""
    yield from (name for name in duty.steps if name in waiting)
    if duty.clock is None or not waiting:
        return
    graph = _graph(duty.clock, base)
    free = _able(graph, duty.steps, waiting)
    lost = _able(graph, duty.steps, ()) - free
    for name in waiting:
        edges = ((node, there) for node in lost for step, there in graph[node] if step == name)
        if name not in duty.steps and any(there in free for _, there in edges):
            yield name


def _graph(clock: Clock, base: Workflow) -> Graph:
    steps = steps_from(base)
    first: Node = (base.starts_at, clock.at_first(base.starts_at))
    found: dict[Node, tuple[tuple[str, Node], ...]] = {}
    queue = deque([first])
    while queue:
        node = state, phase = queue.popleft()
        if node in found:
            continue
        edges = []
        for step in steps.get(state, ()):
            there = step.to or state
            edges.append((step.id, (there, clock.after(step, phase, state, there))))
        found[node] = tuple(edges)
        queue += [there for _, there in edges]
    return found


def _able(graph: Graph, goals: Collection[str], without: Collection[str]) -> frozenset[Node]:
    """The nodes from which a duty can be done while it runs, without some steps."""
    return leading_to(
        goals,
        (
            (node, step, there)
            for node, steps in graph.items()
            for step, there in steps
            if step not in without and node[1] == RUNNING
        ),
    )


def _problem(duty: Duty, wait: Wait, step: str) -> Problem:
    on_way = "" if step in duty.steps else f' It is on every way to "{duty.steps[0]}".'
    sentence = f'By "{wait.at[0]}" of transition "{wait.step}" {duty.said} {wait.said}.{on_way}'
    hints = {"only_if": _GUARD_HINT, "asked": _ASKED_HINT}
    return Problem(wait.at, sentence, hints.get(str(wait.at[0]), _HINT))
