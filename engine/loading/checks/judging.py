"""Judges a process as a whole: its parts against each other, its states and its clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from engine.definition import Workflow
from engine.loading.checks.rules import HEAD_RULES, RULES, Problem
from engine.loading.checks.soundness import clock_problem, line_problem, state_problems, steps_from
from engine.loading.checks.variants import VARIANT_RULES
from engine.loading.draft import Draft
from engine.loading.findings import Place
from engine.loading.kinds import UNKNOWN
from engine.loading.own_rules import OWN_RULES

_LINKS = {"within", "closed", "from", "to", UNKNOWN}
_DATES = {"dates", "asks_anew", UNKNOWN}


def judge(draft: Draft, workflow: Workflow) -> None:
    """Note what does not fit together; nothing where a file could not be read."""
    if not draft.sheet.whole:
        return
    for place, problem in [*_head_problems(draft, workflow), *_table_problems(draft, workflow)]:
        _note(draft, place, problem)
    _judge_names(draft)
    start_known = ("starts_at",) not in draft.reading.broken
    if start_known and workflow.starts_at in workflow.states and _can_be_read(draft, _LINKS):
        findings = draft.reading.findings
        before = len(findings.mistakes)
        _judge_walks(draft, workflow)
        findings.unsound += findings.mistakes[before:]


def _head_problems(draft: Draft, workflow: Workflow) -> Iterator[tuple[Place, Problem]]:
    for problem in chain.from_iterable(rule(workflow) for rule in HEAD_RULES):
        key = str(problem.at[0])
        if key in draft.sheet.head:
            yield draft.sheet.head[key][0].below(problem.at[1:]), problem


def _table_problems(draft: Draft, workflow: Workflow) -> Iterator[tuple[Place, Problem]]:
    every: dict[str, tuple[Callable[[Any, Workflow], Iterator[Problem]], ...]] = dict(RULES)
    every["rule"] = OWN_RULES
    every["timescale"] += VARIANT_RULES
    for section, rules in every.items():
        for name in draft.tables[section]:
            thing = getattr(workflow, f"{section}s")[name]
            for problem in chain.from_iterable(rule(thing, workflow) for rule in rules):
                if draft.knows(section, name, *map(str, problem.at[:1]), *problem.rests_on):
                    yield draft.place(section, name).below(problem.at), problem


def _note(draft: Draft, place: Place, problem: Problem) -> None:
    if problem.known:
        draft.reading.unknown(place, problem.sentence, problem.word, problem.known)
    else:
        draft.reading.fault(place, problem.sentence, problem.hint)


def _judge_names(draft: Draft) -> None:
    for name in draft.tables["group"]:
        if name in draft.reading.known["role"]:
            problem = f'"{name}" is a role and a group; nobody could tell which one is meant.'
            draft.reading.findings.add(draft.place("group", name), problem)


def _can_be_read(draft: Draft, keys: set[str]) -> bool:
    """Whether these keys of every state and transition could be read, so that a walk shows much."""
    broken = (path for path in draft.reading.broken if len(path) > 2)
    return keys.isdisjoint(path[2] for path in broken if path[0] in ("state", "transition"))


def _judge_walks(draft: Draft, workflow: Workflow) -> None:
    steps = steps_from(workflow)
    for name, problem in state_problems(workflow, steps):
        _note(draft, draft.place("state", name), problem)
    off_line = line_problem(workflow, steps)
    if off_line and not any(path[:1] == ("main_line",) for path in draft.reading.broken):
        _note(draft, draft.sheet.head["main_line"][0], off_line)
    if not _can_be_read(draft, _DATES):
        return
    for timescale in workflow.timescales.values():
        keys = ("due", "keep", "variant", "met_by", "stops_if", "starts_in", "provisional")
        if draft.knows("timescale", timescale.id, *keys):
            running = clock_problem(timescale, workflow, steps)
            if running:
                _note(draft, draft.place("timescale", timescale.id), running)
