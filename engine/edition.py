"""An edition at work: a workflow with the look-ups that a step needs, made once and kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from engine.definition import Guard, Question, Timescale, Transition, Variant, Workflow
from engine.timescales import Rule, parse

EMPTY: tuple[Timescale, ...] = ()


class Edition:
    """A workflow, and which of its timescales a step, an answer or a state touches."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.hash = workflow.hash
        self.children = {name: Edition(child) for name, child in workflow.children.items()}
        self._rules: dict[str, Rule] = {}

    @cached_property
    def by_anchor(self) -> dict[str, tuple[Timescale, ...]]:
        """The timescales that count from, or back from, the answer to a question."""
        return _index((self.rule(v.due).anchor, t) for t in self._all for v in t.variants)

    @cached_property
    def by_guard(self) -> dict[str, tuple[Timescale, ...]]:
        """The timescales whose `only_if` reads a question."""
        return _index((name, t) for t in self._all for name in subjects(t.only_if))

    @cached_property
    def met_by(self) -> dict[str, tuple[Timescale, ...]]:
        """The timescales that a transition meets."""
        return _index((name, t) for t in self._all for name in t.met_by)

    @cached_property
    def stopped_by(self) -> dict[str, tuple[Timescale, ...]]:
        """The timescales that a transition makes no longer apply."""
        return _index((name, t) for t in self._all for name in t.stops_if)

    @cached_property
    def by_state(self) -> dict[str, tuple[Timescale, ...]]:
        """The timescales that start, or run, in a state."""
        return _index((name, t) for t in self._all for name in t.starts_in)

    @cached_property
    def dated_by(self) -> dict[str, tuple[Transition, ...]]:
        """The steps whose day is the answer to a date question."""
        found: dict[str, tuple[Transition, ...]] = {}
        for transition in self.workflow.transitions.values():
            if transition.dates:
                found[transition.dates] = (*found.get(transition.dates, ()), transition)
        return found

    @cached_property
    def set_by(self) -> dict[str, tuple[Transition, ...]]:
        """The steps that answer a question by themselves, each with an answer of its own."""
        found: dict[str, tuple[Transition, ...]] = {}
        for transition in self.workflow.transitions.values():
            for name, _ in transition.sets:
                found[name] = (*found.get(name, ()), transition)
        return found

    @cached_property
    def supplied_by(self) -> dict[str, tuple[str, ...]]:
        """The roles whose steps need the answer to a question, or give it."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for step in self.workflow.transitions.values():
            for name in _supplied(step):
                found[name] |= dict.fromkeys(step.who)
        return {name: tuple(roles) for name, roles in found.items()}

    def suppliers(self, question: str) -> tuple[str, ...]:
        """The roles that may put an answer on record: who keep it, and whose steps need it."""
        needing = self.supplied_by.get(question, ())
        return tuple(dict.fromkeys((*self.workflow.keepers, *needing)))

    def correctors(self, question: Question) -> tuple[str, ...]:
        """Those who keep the record; of an answer that only some may see, its suppliers too."""
        return self.suppliers(question.id) if question.seen_by else self.workflow.keepers

    def dates(self, question: str, state: str) -> Transition | None:
        """The step that answers a date question: one that starts from this state, if any does."""
        steps = self.dated_by.get(question, ())
        return next((t for t in steps if state in t.starts), next(iter(steps), None))

    @cached_property
    def facts(self) -> frozenset[str]:
        """The date questions that ask when something happened, so that no day to come answers
        them.
        """
        counted = {self.rule(v.due).anchor for t in self._all if t.provisional for v in t.variants}
        questions = self.workflow.questions
        asked_first = {q for q in self.workflow.opening if questions[q].answer == "date"}
        return frozenset(counted | set(self.dated_by) | asked_first)

    @cached_property
    def given_with(self) -> dict[str, tuple[Transition, ...]]:
        """The steps that need a question answered and ask it anew, so that it is given with them;
        not of a plan, which is answered again as it changes.
        """
        found: dict[str, tuple[Transition, ...]] = {}
        for step in self.workflow.transitions.values():
            for name in step.asks_anew:
                if name in step.on_file and not self.workflow.questions[name].may_change:
                    found[name] = (*found.get(name, ()), step)
        return found

    @cached_property
    def looked_at_by(self) -> dict[str, tuple[Transition, ...]]:
        """The steps that look at an answer from before them: they rest on it, or must have asked
        for it, and do not ask for it anew.
        """
        found: dict[str, tuple[Transition, ...]] = {}
        for step in self.workflow.transitions.values():
            for name in dict.fromkeys((*rests_on(step), *step.asked)):
                if name not in step.asks_anew:
                    found[name] = (*found.get(name, ()), step)
        return found

    @cached_property
    def in_guards(self) -> frozenset[str]:
        """The questions and processes that the `only_if` of any step reads."""
        steps = self.workflow.transitions.values()
        return frozenset(name for step in steps for name in subjects(step.only_if))

    @cached_property
    def acting(self) -> tuple[str, ...]:
        """The roles of those who act in the process, and are not only told."""
        return self.workflow.acting

    @cached_property
    def refers(self) -> frozenset[str]:
        """The questions that are answered with the reference of another case."""
        return frozenset(q.id for q in self.workflow.questions.values() if q.answer == "case")

    @cached_property
    def recurring(self) -> frozenset[str]:
        """The timescales that begin again each time they are met, by their ids."""
        return frozenset(t.id for t in self._all if self.rule(t.variants[0].due).form == "every")

    @cached_property
    def provisional(self) -> tuple[Timescale, ...]:
        """The timescales that count before their own start is answered."""
        return tuple(t for t in self._all if t.provisional)

    @cached_property
    def public_dates(self) -> tuple[str, ...]:
        """The date questions of the case whose answers are not personal and are no plans."""
        return tuple(q.id for q in self.workflow.questions.values() if _is_public_date(q))

    def rule(self, due: str) -> Rule:
        """The rule that these words of the definition mean."""
        known = self._rules.get(due)
        if known is None:
            known = self._rules[due] = parse(due)
        return known

    def variant(self, timescale: Timescale, start: str) -> Variant | None:
        """The variant of a timescale that was in force on the day that starts the clock."""
        for variant in timescale.variants:
            if variant.holds_on(start):
                return variant
        return None

    def governing(self, timescale: Timescale, rule: str, start: str) -> Variant:
        """The variant by which a clock was counted: its words, and in force on the day it started.

        A clock is pinned to the rule of that day; one that counted before any rule was in force
        went by the first of the file.
        """
        in_force = self.variant(timescale, start)
        same = [one for one in timescale.variants if one.due == rule]
        if in_force and (in_force in same or not same):
            return in_force
        return (*same, *timescale.variants)[0]

    @property
    def _all(self) -> Iterable[Timescale]:
        return self.workflow.timescales.values()


def rests_on(step: Transition) -> tuple[str, ...]:
    """The questions that must be answered before a step: on file, or there to be approved."""
    if not step.approve:
        return step.on_file
    return tuple(dict.fromkeys([*step.on_file, *(one.of for one in step.approve)]))


def named_by(step: Transition) -> frozenset[str]:
    """The questions that a step needs answered, answers, rests on or asks anew, of the case itself.

    Not whom it must have asked: what an agency thinks is that agency's own.
    """
    return frozenset((*_supplied(step), *subjects(step.only_if), *step.asks_anew))


def _supplied(step: Transition) -> tuple[str, ...]:
    dated = (step.dates,) if step.dates else ()
    return (*step.on_file, *(one.of for one in step.approve), *dated, *dict(step.sets))


def subjects(guard: Guard) -> tuple[str, ...]:
    """The questions and processes that a guard reads, each once."""
    return tuple(dict.fromkeys(line.subject for table in guard.tables for line in table))


def _is_public_date(question: Question) -> bool:
    whole_case = not question.per and not question.asked_of
    return (
        question.answer == "date"
        and not question.personal
        and whole_case
        and not question.may_change
    )


def _index(pairs: Iterable[tuple[str, Timescale]]) -> dict[str, tuple[Timescale, ...]]:
    found: dict[str, dict[str, Timescale]] = defaultdict(dict)
    for name, timescale in pairs:
        found[name][timescale.id] = timescale
    return {name: tuple(items.values()) for name, items in found.items()}
