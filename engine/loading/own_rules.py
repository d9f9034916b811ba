"""Puts the rules together that a process says of itself, and checks that each says one thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.definition import OwnRule, Workflow
from engine.duties import LAW
from engine.loading.building import Parts
from engine.loading.checks.rules import NO_LAW, Problem
from engine.own_rules import KINDS

_IN_FILE = {"start": "from"}
_PLACES = ("before", "since", "after", "never", "until", "from", "to", "passes")
_STATES = ("enter", "runs_in")
_OTHERS = ("says", "source", "confirmed", "checked", "duty", "in_force_since", "in_force_until")


def build_rule(name: str, said: Mapping[str, Any], parts: Parts) -> OwnRule:
    """A rule; a state that stands for others is spelled out."""
    values: dict[str, Any] = {"says": "", "source": "", "confirmed": "recalled"}
    for key, value in said.items():
        called = "start" if key == "from" else key
        if key in (*_PLACES, *_STATES):
            values[called] = _spelled_out(value, parts)
        elif key == "approved":
            values[called] = (value,)
        else:
            values[called] = value
    return OwnRule(**values, id=name)


def _spelled_out(names: tuple[str, ...], parts: Parts) -> tuple[str, ...]:
    steps = tuple(name for name in names if name in parts.draft.tables["transition"])
    return (*steps, *parts.places(names))


def _one_kind(rule: OwnRule, workflow: Workflow) -> Iterator[Problem]:
    kinds = [kind for kind in KINDS if getattr(rule, kind)]
    if len(kinds) != 1:
        known = ", ".join(f'"{_called(kind)}"' for kind in KINDS)
        said = "several things at once" if kinds else "nothing that can be checked"
        yield Problem((), f"This rule says {said}.", f"Give it one of {known}.", rests_on=_ALL)
        return
    kind = KINDS[kinds[0]]
    given = {key for key in _KEYS if getattr(rule, key)} - {kinds[0]}
    if not given.intersection(kind.needed):
        needed = " or ".join(f'"{_called(key)}"' for key in kind.needed)
        sentence = f'A rule with "{_called(kinds[0])}" also needs {needed}.'
        yield Problem((), sentence, rests_on=_ALL)
    if bool(rule.approved) != bool(rule.approved_by):
        hint = 'Write approved = "QUESTION" and approved_by = ["ROLE"].'
        yield Problem((), "What is approved and by whom go together.", hint, rests_on=_ALL)
    for key in sorted(given - {*kind.needed, *kind.others}):
        sentence = f'"{_called(key)}" does not go with "{_called(kinds[0])}" in a rule.'
        yield Problem((_called(key),), sentence)


def _confirmed(rule: OwnRule, workflow: Workflow) -> Iterator[Problem]:
    if rule.confirmed == "read" and not rule.checked:
        hint = 'Write checked = "by NAME on DAY against SOURCE".'
        sentence = "Only what somebody has checked is confirmed as read."
        yield Problem(("confirmed",), sentence, hint, rests_on=("checked",))
    if rule.in_force_until and rule.in_force_until < rule.in_force_since:
        yield Problem(("in_force_until",), "This rule ends before it begins.")
    if rule.duty and not LAW.search(rule.duty):
        yield Problem(("duty",), f'"{rule.duty}" {NO_LAW}')


def _names_fit(rule: OwnRule, workflow: Workflow) -> Iterator[Problem]:
    for name in rule.asked:
        if not workflow.questions[name].asked_of:
            yield Problem(("asked",), f'"{name}" is not asked of agencies.', "Write it on_file.")
    for name in (*rule.only, *rule.approved_by):
        if workflow.roles[name].outside:
            yield Problem((), f'The role "{name}" is outside: it is told, and never acts here.')
    for key in ("before", "since", "after", "never", "until", "start", "to", "passes"):
        for name in getattr(rule, key):
            if name in workflow.states and name in workflow.transitions:
                sentence = f'"{name}" is a state and a transition; nobody could tell which.'
                yield Problem((_called(key),), sentence)


def _called(key: str) -> str:
    """A key as the file has it."""
    return _IN_FILE.get(key, key)


_KEYS = tuple(key for key in OwnRule._fields if key not in ("id", *_OTHERS))
_ALL = tuple(map(_called, _KEYS))

OWN_RULES = (_one_kind, _confirmed, _names_fit)
"""What must be so in each rule."""
