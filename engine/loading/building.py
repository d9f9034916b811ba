"""Puts the tables of a process together into the frozen values that the engine works with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.definition import (
    Approval,
    Group,
    Guard,
    Opening,
    Pack,
    Question,
    Role,
    State,
    Transition,
)
from engine.guards import YES_OR_NO, parse
from engine.loading.draft import Draft
from engine.loading.findings import Place
from engine.loading.kinds import HIGHEST, UNKNOWN
from engine.loading.names import title_from
from engine.loading.overlay.merging import Both
from engine.loading.overlay.stronger import both
from engine.loading.shapes import ANY_OPEN_STATE, ANY_STATE

MOST_JOINED = 200
"""Lines of a guard that an overlay has tightened."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What transitions and timescales are made of: the draft, and what has been built of it."""

    draft: Draft
    questions: Mapping[str, Question]
    states: Mapping[str, State]
    names: Mapping[str, frozenset[str]]
    """The names under which `from` and `starts_in` may mean each state that is a place."""

    def guard(self, place: Place, written: Any) -> Guard:
        """A guard; its faults are noted."""
        if written is None:
            return Guard()
        if isinstance(written, Both):
            joined = Guard()
            for at, one in written.written:
                joined = both(joined, self.guard(at, one))
            if sum(map(len, joined.tables)) > MOST_JOINED:
                problem = f"With the base's guard this has more than {MOST_JOINED} lines."
                self.draft.reading.fault(place, problem)
            return joined
        guard, faults = parse(written, self.questions, self.draft.reading.known["process"])
        unread = self.draft.sheet.unread.get("question", ())
        for fault in faults:
            there = place.below(fault.at)
            if fault.known and fault.written in unread:
                continue
            if fault.known:
                self.draft.reading.unknown(there, fault.problem, fault.written, fault.known)
            else:
                self.draft.reading.fault(there, fault.problem)
        return guard

    def places(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The states that are meant by these names: a state stands for all that are within it."""
        return tuple(sorted(s for s, known in self.names.items() if not known.isdisjoint(names)))


def around(state: str, within: Mapping[str, str]) -> Iterator[str]:
    """The states that a state is within, from the nearest outwards; a ring is gone round once."""
    seen = {state}
    while (state := within.get(state, "")) and state not in seen:
        seen.add(state)
        yield state


def build_parts(draft: Draft) -> Parts:
    """The questions and the states of a draft."""
    questions = {n: _question(n, said, draft) for n, said in draft.tables["question"].items()}
    states = _states(draft)
    within = {name: state.within for name, state in states.items()}
    names = {
        name: frozenset((*_any(state), name, *around(name, within)))
        for name, state in states.items()
        if not state.abstract
    }
    return Parts(draft, questions, states, names)


def _any(state: State) -> tuple[str, ...]:
    return (ANY_STATE,) if state.closed else (ANY_STATE, ANY_OPEN_STATE)


def _question(name: str, said: Mapping[str, Any], draft: Draft) -> Question:
    """A question; where a key is at fault, as if it were not, so that one mistake is not many."""
    kind, choices = said.get("answer", ("", ()))
    unread: dict[str, Any] = {"personal": draft.knows("question", name, "personal")}
    if "asked_of" in draft.written("question", name):
        unread["asked_of"] = UNKNOWN
    values = {"ask": "", **unread, **said, "id": name, "answer": kind, "choices": choices}
    return Question(**values)


def _states(draft: Draft) -> dict[str, State]:
    tables = draft.tables["state"]
    within = {name: said.get("within", "") for name, said in tables.items()}
    entered = {said.get("to") for said in draft.tables["transition"].values()}
    entered.add(draft.head.get("starts_at"))
    states = {}
    for name, said in tables.items():
        waiting = [tables[n].get("waiting_on", "") for n in around(name, within) if n in tables]
        inherited = "" if said.get("closed") else next(filter(None, waiting), "")
        abstract = name in within.values() and name not in entered
        values = {"title": "", "waiting_on": inherited, **said}
        states[name] = State(id=name, abstract=abstract, **values)
    return states


def build_transition(name: str, said: Mapping[str, Any], parts: Parts) -> Transition:
    """A transition, its starts spelled out; its guard and what it sets are judged here."""
    place = parts.draft.place("transition", name)
    same = {key: value for key, value in said.items() if key not in _JUDGED}
    return Transition(
        **{
            "title": title_from(name),
            "to": "",
            "who": (),
            **same,
            "id": name,
            "starts": parts.places(said.get("from", ())),
            "only_if": parts.guard(place / "only_if", said.get("only_if")),
            "undecided_if": parts.guard(place / "undecided_if", said.get("undecided_if")),
            "sets": _sets(place / "sets", said.get("sets", {}), parts),
            "approve": tuple(
                Approval(**one) for one in said.get("approve", ()) if "of" in one and "by" in one
            ),
            "opens": Opening(**said["opens"]) if "process" in said.get("opens", {}) else None,
        }
    )


_JUDGED = ("from", "only_if", "undecided_if", "sets")


def _sets(place: Place, written: Any, parts: Parts) -> tuple[tuple[str, str], ...]:
    reading = parts.draft.reading
    if not isinstance(written, dict):
        reading.fault(place, '"sets" must be a table: { QUESTION = "ANSWER" }.')
        return ()
    found = []
    for name, value in sorted(written.items()):
        question = parts.questions.get(name)
        if question is None and name in parts.draft.sheet.unread.get("question", ()):
            continue
        if question is None:
            problem = f'There is no question "{name}".'
            reading.unknown(place / name, problem, name, reading.known["question"])
        elif problem := _not_to_be_set(question, value):
            reading.fault(place / name, problem)
        elif not _can_be(question, value):
            problem = f'"{value}" cannot be the answer to "{name}".'
            reading.unknown(place / name, problem, str(value), question.choices or YES_OR_NO)
        else:
            found.append((name, str(value)))
    return tuple(found)


def _not_to_be_set(question: Question, value: Any) -> str:
    if question.personal or question.per or question.asked_of:
        return f'"{question.id}" is personal or has several answers; a step cannot set it.'
    if question.answer == "date":
        return "A step sets a date by the day on which it happens: write dates instead of sets."
    if question.answer == "number":
        most = HIGHEST if question.at_most is None else question.at_most
        fits = type(value) is int and 0 <= value <= most
        return "" if fits else f'"{question.id}" must be a whole number from 0 to {most}.'
    if question.answer in ("choice", "yes or no", ""):
        return "" if isinstance(value, str) else f'The answer to "{question.id}" stands in quotes.'
    return f'A step cannot set "{question.id}", which is no choice and no number.'


def _can_be(question: Question, value: Any) -> bool:
    if question.answer == "yes or no":
        return value in YES_OR_NO
    return question.answer != "choice" or value in question.choices


def build_roles(draft: Draft) -> dict[str, Role]:
    """The roles that a draft defines."""
    return {n: Role(**{"title": "", **said, "id": n}) for n, said in draft.tables["role"].items()}


def build_groups(draft: Draft) -> dict[str, Group]:
    """The groups that a draft defines."""
    tables = draft.tables["group"]
    return {n: Group(**{"title": "", "kinds": (), **said, "id": n}) for n, said in tables.items()}


def build_packs(draft: Draft) -> dict[str, Pack]:
    """The packs that a draft defines."""
    bare = {"title": "", "to": "", "template": ""}
    return {n: Pack(**{**bare, **said, "id": n}) for n, said in draft.tables["pack"].items()}
