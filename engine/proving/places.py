"""Whether every state and step can be come to, and every case be closed from where it is."""

from __future__ import annotations

from collections.abc import Collection, Hashable

from engine.definition import Guard, Transition
from engine.edition import rests_on
from engine.guards import NOT_ANSWERED, words
from engine.prose import listed, quoted
from engine.proving.effort import TooManyError
from engine.proving.inquiry import Inquiry
from engine.proving.reaching import Node
from engine.proving.walking import Way, comes_in, takes


class Closing:
    """Follows whether a case is closed."""

    def __init__(self, closed: frozenset[str]) -> None:
        self._closed = closed

    def first(self, state: str) -> Hashable:
        """Whether it begins closed."""
        return state in self._closed

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """Whether it is closed now."""
        return there in self._closed


def check(inquiry: Inquiry) -> None:
    """States and steps that no case comes to, and cases that can never be closed."""
    _never_taken(inquiry, _reached(inquiry))
    _never_closed(inquiry)


def _reached(inquiry: Inquiry) -> set[str]:
    """The states that a case comes to, and a failure for each of the others."""
    workflow = inquiry.workflow
    reached = {workflow.starts_at}
    for state in workflow.states.values():
        if state.abstract or state.id in reached:
            continue
        entry = inquiry.entry("state", state.id)
        way = inquiry.way("states_reached", entry, comes_in((state.id,)))
        if way:
            reached |= set(way.states)
        elif not any(one.entry == entry for one in inquiry.found.not_shown):
            sentence = f"No case can ever come to {quoted(state.title)}."
            into = [t for t in workflow.transitions.values() if t.to == state.id]
            into.sort(key=lambda one: reached.isdisjoint(one.starts))
            story = _short_of(inquiry, into[0], reached) if into else ("No step leads there.",)
            inquiry.fail("states_reached", sentence, entry, story)
    return reached


def _never_taken(inquiry: Inquiry, reached: set[str]) -> None:
    taken: set[str] = set()
    for step in inquiry.workflow.transitions.values():
        entry = inquiry.entry("transition", step.id)
        if step.id in taken or not reached.intersection(step.starts):
            if not reached.intersection(step.starts):
                sentence = f"{quoted(step.title)} can never be taken."
                story = (f"It starts at {_starts(inquiry, step)}, and no case comes there.",)
                inquiry.fail("steps_possible", sentence, entry, story)
            continue
        way = inquiry.way("steps_possible", entry, takes(step))
        if way:
            taken |= {one.id for one in way.steps}
        elif not any(one.entry == entry for one in inquiry.found.not_shown):
            sentence = f"{quoted(step.title)} can never be taken."
            inquiry.fail("steps_possible", sentence, entry, nearest(inquiry, step))


def _short_of(inquiry: Inquiry, step: Transition, reached: set[str]) -> tuple[str, ...]:
    """Where the ways end that would lead to a state by a step."""
    if not reached.isdisjoint(step.starts):
        return nearest(inquiry, step)
    starts = f"it starts at {_starts(inquiry, step)}, and no case comes there"
    return (f"{quoted(step.title)} would lead there; {starts}.",)


def _starts(inquiry: Inquiry, step: Transition) -> str:
    return listed((quoted(inquiry.workflow.states[name].title) for name in step.starts), "or")


def nearest(inquiry: Inquiry, step: Transition) -> tuple[str, ...]:
    """The way to where a step starts that can never be taken, and what it lacks there."""
    entry = inquiry.entry("transition", step.id)
    way = inquiry.way("steps_possible", entry, comes_in(step.starts))
    if way is None:
        return (f"It starts at {_starts(inquiry, step)}, and no case comes there.",)
    lines = [_contradicts(inquiry, step, name) for name in _contradicted(step)]
    lines = lines or [_asks_in_vain(inquiry, step, name) for name in _unanswerable(inquiry, step)]
    if not lines:
        lacking = _lacking(inquiry, step, way)
        guard = words(_lines_of(step.only_if, lacking), inquiry.workflow)
        lines.append(f"{quoted(step.title)} asks that {guard}." if guard else "")
        lines.append("On every way here the record says otherwise.")
        lines.append(inquiry.record(way, lacking))
    return inquiry.diary.tells(way, *lines)


def _lines_of(guard: Guard, names: Collection[str]) -> Guard:
    """The lines of a guard about some questions, where each of its ways has one."""
    tables = [tuple(line for line in table if line.subject in names) for table in guard.tables]
    return Guard(tuple(dict.fromkeys(tables))) if all(tables) else guard


def _contradicted(step: Transition) -> list[str]:
    """The questions that a step needs answered, and asks in every way not to be answered."""
    tables = [{li.subject for li in t if li.word == NOT_ANSWERED} for t in step.only_if.tables]
    never = set[str].intersection(*tables) if tables else set[str]()
    return [name for name in rests_on(step) if name in never]


def _contradicts(inquiry: Inquiry, step: Transition, name: str) -> str:
    ask = quoted(inquiry.workflow.questions[name].ask)
    return f"{quoted(step.title)} needs an answer to {ask}, and asks that there is none."


def _lacking(inquiry: Inquiry, step: Transition, way: Way) -> list[str]:
    longer = Way((*way.steps, step), (*way.states, step.to or way.states[-1]))
    try:
        return sorted(inquiry.walks.lacking(longer))
    except TooManyError:
        return sorted(inquiry.walks.record.subjects_of(step.id))


def _unanswerable(inquiry: Inquiry, step: Transition) -> list[str]:
    """The questions that a step needs answered, and that no step which can be taken answers."""
    record = inquiry.walks.record
    found = []
    for way in record.ways[step.id]:
        for name, mask in way.needs:
            if name in record.by_step and not mask & record.subjects[name].bit("no answer"):
                givers = (
                    *record.edition.dated_by.get(name, ()),
                    *record.edition.set_by.get(name, ()),
                )
                if all(one is step for one in givers):
                    found.append(name)
    return list(dict.fromkeys(found))


def _asks_in_vain(inquiry: Inquiry, step: Transition, name: str) -> str:
    ask = quoted(inquiry.workflow.questions[name].ask)
    return f"{quoted(step.title)} needs an answer to {ask}, and nobody can give it before."


def _never_closed(inquiry: Inquiry) -> None:
    closed = frozenset(s.id for s in inquiry.workflow.states.values() if s.closed)
    entry = inquiry.entry("state", inquiry.workflow.starts_at)
    stuck = inquiry.attempt(
        "cases_end",
        entry,
        lambda: inquiry.prospects.way_to_none(
            lambda step, before, after: bool(after), Closing(closed), "closed or not", _is_open
        ),
    )
    if stuck is None:
        return
    here = inquiry.workflow.states[stuck.way.states[-1]]
    sentence = f"A case at {quoted(here.title)} may never be closed."
    more = "From here no step that can be taken leads to an end."
    story = inquiry.diary.tells(stuck.way, inquiry.diary.record(stuck.held), more)
    inquiry.fail("cases_end", sentence, inquiry.entry("state", here.id), story)


def _is_open(node: Node) -> bool:
    return not node[0]
