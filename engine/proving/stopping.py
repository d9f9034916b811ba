"""What ends a duty that is not met: it leaves words on record of why, or a rule of the process says
that it ends it; and where a rule says what ends a time, nothing else does.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition import OwnRule, Timescale, Transition
from engine.edition import rests_on
from engine.loading.checks.soundness import RUNNING
from engine.own_rules import holds_on
from engine.prose import quoted
from engine.proving.clocks import watch_of
from engine.proving.inquiry import Inquiry
from engine.proving.verdict import Entry
from engine.proving.walking import Move

WORDS = ("text", "document")
"""The answers that can say why."""


def check(inquiry: Inquiry) -> None:
    """Duties that end without a word, and times that end otherwise than a rule says."""
    for timescale in inquiry.workflow.timescales.values():
        rules = list(_about(inquiry, timescale))
        for rule in rules:
            _held(inquiry, rule, timescale)
        if timescale.duty and not rules:
            for step in _stops(inquiry, timescale):
                if not _says_why(inquiry, timescale, step):
                    _tell(inquiry, timescale, step)


def _about(inquiry: Inquiry, timescale: Timescale) -> Iterator[OwnRule]:
    """The rules of the day that say what ends a timescale."""
    day = inquiry.diary.begins.isoformat()
    for rule in inquiry.workflow.rules.values():
        if rule.stopped_by and timescale.id in rule.timescale and holds_on(rule, day):
            yield rule


def _stops(inquiry: Inquiry, timescale: Timescale) -> Iterator[Transition]:
    for name in timescale.stops_if:
        if name not in timescale.met_by:
            yield inquiry.workflow.transitions[name]


def _held(inquiry: Inquiry, rule: OwnRule, timescale: Timescale) -> None:
    entry, title = inquiry.entry("rule", rule.id), quoted(timescale.title)
    for step in _stops(inquiry, timescale):
        if step.id not in rule.stopped_by:
            says = f"{rule.says} But {quoted(step.title)} ends {title} as well."
            kind = "duties_stop" if timescale.duty else "rules"
            inquiry.fail(kind, says, entry, _ended(inquiry, (kind, entry), timescale, step))
    for name in rule.stopped_by:
        if name not in timescale.stops_if:
            step = inquiry.workflow.transitions[name]
            says = f"{rule.says} But {quoted(step.title)} does not end {title}."
            inquiry.fail("rules", says, entry, _runs_on(inquiry, entry, timescale, step))


def _runs_on(
    inquiry: Inquiry, entry: Entry, timescale: Timescale, step: Transition
) -> tuple[str, ...]:
    """The nearest case in which a time runs on after a step."""
    watch, title = watch_of(timescale, inquiry.workflow), quoted(timescale.title)
    way = inquiry.way("rules", entry, lambda move: move.step is step and _runs(move), watch)
    if way is None:
        return (f"On no way is {quoted(step.title)} taken while {title} runs.",)
    return inquiry.diary.tells(way, f"{title} runs on.")


def _runs(move: Move) -> bool:
    before = move.before is not None and move.before.phase == RUNNING
    return before and move.phase == RUNNING


def _says_why(inquiry: Inquiry, timescale: Timescale, step: Transition) -> bool:
    """Whether a step needs words on record; or only leaves where the time runs, for a while."""
    questions = inquiry.workflow.questions
    if any(questions[name].answer in WORDS for name in rests_on(step)):
        return True
    return bool(step.to and timescale.starts_in) and _comes_back(inquiry, timescale, step.to)


def _comes_back(inquiry: Inquiry, timescale: Timescale, state: str) -> bool:
    """Whether a state is outside of where a timescale runs, and a case can come back from it."""
    if state in timescale.starts_in:
        return False
    found, waiting = {state}, [state]
    while waiting:
        for step in inquiry.walks.steps.get(waiting.pop(), ()):
            if step.to and step.to not in found:
                found.add(step.to)
                waiting.append(step.to)
    return not found.isdisjoint(timescale.starts_in)


def _tell(inquiry: Inquiry, timescale: Timescale, step: Transition) -> None:
    entry = inquiry.entry("timescale", timescale.id)
    says = (
        f"{quoted(timescale.title)} is a duty, and {quoted(step.title)} ends it without a word on "
        "record of why."
    )
    more = (
        "No answer in words need have been given, and no rule of the process says that this ends "
        "it."
    )
    story = _ended(inquiry, ("duties_stop", entry), timescale, step, more)
    inquiry.fail("duties_stop", says, entry, story)


def _ended(
    inquiry: Inquiry,
    asked: tuple[str, Entry],
    timescale: Timescale,
    step: Transition,
    more: str = "",
) -> tuple[str, ...]:
    """The nearest case in which a step ends a timescale that runs."""
    watch = watch_of(timescale, inquiry.workflow)

    def goal(move: Move) -> bool:
        return move.step is step and move.before is not None and move.before.phase == RUNNING

    way = inquiry.way(*asked, goal, watch)
    last = f"{quoted(timescale.title)} has ended, and was not met."
    last = f"{last} {more}" if more else last
    return inquiry.diary.tells(way, last) if way else (last,)
