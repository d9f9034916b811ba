"""What an overlay's own entries may not be: no duty, no way for a case, no answer of the base's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.definition import OwnRule, Role, State, Timescale, Transition, Workflow
from engine.loading.checks.rules import Problem

Found = tuple[str, str, Problem]
"""The section, the name and what is wrong."""

_NO_DUTY = "What a partnership adds is no duty: only the law makes one, and the base says which."


def local_problems(base: Workflow | None, new: Workflow) -> Iterator[Found]:
    """What is wrong with the entries that an overlay adds to a process.

    Where there is no base, the whole linked process is the overlay's own.
    """
    for name in _added(base.timescales if base else {}, new.timescales):
        yield from (("timescale", name, problem) for problem in _clock(new.timescales[name]))
    for name in _added(base.transitions if base else {}, new.transitions):
        step = new.transitions[name]
        problems = _step(step, base) if base else _no_duty(step)
        yield from (("transition", name, problem) for problem in problems)
    if base:
        for name in _added(base.states, new.states):
            yield "state", name, _state(new.states[name])
        for name in _added(base.roles, new.roles):
            yield from (("role", name, problem) for problem in _role(new.roles[name]))
        for name in _added(base.rules, new.rules):
            yield from (("rule", name, problem) for problem in _no_duty(new.rules[name]))


def _added(base: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [name for name in new if name not in base]


def _clock(timescale: Timescale) -> Iterator[Problem]:
    yield from _no_duty(timescale)
    kinds = [variant.time_from.kind for variant in timescale.variants]
    for number, kind in enumerate(kinds):
        if kind != "local":
            at = ("variant", number, "time_from") if len(kinds) > 1 else ("time_from",)
            sentence = f'A time of {kind} is the base\'s; what a partnership adds is "local".'
            yield Problem(at, sentence, 'Write kind = "local", and name the partnership\'s paper.')


def _no_duty(thing: Timescale | Transition | OwnRule) -> Iterator[Problem]:
    for key in ("duty", "duty_checked"):
        if getattr(thing, key, ""):
            yield Problem((key,), _NO_DUTY, "Leave it out.")


def _step(transition: Transition, base: Workflow) -> Iterator[Problem]:
    """A step of an overlay's own stays where the case is, and leaves the base's answers alone."""
    yield from _no_duty(transition)
    if transition.to:
        sentence = "The way of a case is the base's; a step that an overlay adds stays where it is."
        yield Problem(("to",), sentence, "Leave out to.")
    given = {
        "dates": (transition.dates,),
        "sets": tuple(dict(transition.sets)),
        "asks_anew": transition.asks_anew,
    }
    for key, names in given.items():
        for name in names:
            if name in base.questions:
                sentence = f'The steps of the base answer "{name}", or ask it anew, and no other.'
                yield Problem((key,), sentence, "Ask a question of your own.")


def _state(state: State) -> Problem:
    sentence = f'An overlay adds no state: the way of a case is the base\'s, without "{state.id}".'
    hint = "A stage of your own is a question, a step that stays where it is, or a linked process."
    return Problem((), sentence, hint)


def _role(role: Role) -> Iterator[Problem]:
    """A role that the base does not know reads nothing personal that the base asks."""
    if not (role.outside or role.reads):
        hint = "Name questions of your own: reads = [...]; or write outside = true."
        sentence = f'The role "{role.id}" is not of the base, and would read the whole case.'
        yield Problem(("reads",), sentence, hint)
