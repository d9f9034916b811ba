"""The rules that a process says of itself, each held against every way that a case can go."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence

from engine.definition import OwnRule, Question, Timescale, Transition, Workflow
from engine.loading.checks.soundness import RUNNING
from engine.own_rules import holds_on
from engine.prose import listed, quoted
from engine.proving import records
from engine.proving.clocks import watch_of
from engine.proving.inquiry import Inquiry
from engine.proving.records import LOST, SURE, comes_to, may_differ, unsure
from engine.proving.story import who
from engine.proving.walking import Move, Watch, takes


class Between:
    """Follows whether something has happened, and nothing since that ends it."""

    def __init__(
        self, begin: Collection[str], end: Collection[str], *, at_first: bool = False
    ) -> None:
        self._begin = begin
        self._end = end
        self._at_first = at_first

    def first(self, state: str) -> Hashable:
        """Whether it is so when a case is opened."""
        return LOST if state in self._begin else SURE

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """Whether it is so after a step."""
        if _comes(step, before, there, self._end):
            return SURE
        return LOST if _comes(step, before, there, self._begin) else phase


class OneOf:
    """Follows several timescales: which of them run."""

    def __init__(self, workflow: Workflow, timescales: Sequence[Timescale]) -> None:
        self._watches = [watch_of(timescale, workflow) for timescale in timescales]

    def first(self, state: str) -> Hashable:
        """How each stands when a case is opened."""
        return tuple(watch.first(state) for watch in self._watches)

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """How each stands after a step."""
        assert isinstance(phase, tuple)
        return tuple(
            watch.after(step, one, before, there)
            for watch, one in zip(self._watches, phase, strict=True)
        )


def none_runs(phase: Hashable) -> bool:
    """Whether none of several timescales runs."""
    return isinstance(phase, tuple) and RUNNING not in phase


def check(inquiry: Inquiry) -> None:
    """The rules of a process that do not hold of it."""
    day = inquiry.diary.begins.isoformat()
    for rule in inquiry.workflow.rules.values():
        if holds_on(rule, day):
            for kind, held in _HELD.items():
                if getattr(rule, kind):
                    held(inquiry, rule)


def _only(inquiry: Inquiry, rule: OwnRule) -> None:
    entry = inquiry.entry("rule", rule.id)
    for step in _theirs(inquiry, rule):
        others = [name for name in step.who if name not in rule.only]
        if not others:
            continue
        whom = listed((who(inquiry.workflow, name) for name in others), "or")
        way = inquiry.way("own_part", entry, takes(step))
        day = f"{whom} may take {quoted(step.title)} as well."
        story = inquiry.diary.tells(way, f"It may have been {whom}.") if way else (day,)
        inquiry.fail("own_part", f"{rule.says} But {day}", entry, story)


def _theirs(inquiry: Inquiry, rule: OwnRule) -> Iterator[Transition]:
    """The steps that a rule leaves to some roles: those it names, and what does the same or leads
    past them: a duty that one of them meets is met by no other's step.
    """
    steps = inquiry.workflow.transitions
    named = [steps[name] for name in rule.may if name in steps]
    same = [step for step in steps.values() if any(_does_as(step, one) for one in named)]
    met = [
        steps[name]
        for timescale in inquiry.workflow.timescales.values()
        if timescale.duty and {*timescale.met_by} & {*rule.may}
        for name in timescale.met_by
    ]
    into = [
        step
        for step in steps.values()
        if step.to in rule.enter and any(start not in rule.enter for start in step.starts)
    ]
    yield from {step.id: step for step in (*named, *same, *met, *into)}.values()


def _does_as(step: Transition, one: Transition) -> bool:
    """Whether a step does from the same place what another does, by another name: it leads to the
    same place, or answers the same.
    """
    if not {*step.starts} & {*one.starts}:
        return False
    return bool({*step.sets} & {*one.sets}) or (step.to == one.to != "")


def _before(inquiry: Inquiry, rule: OwnRule) -> None:
    for watch, lacks in _needed(inquiry, rule):
        entry = inquiry.entry("rule", rule.id)
        way = inquiry.way("records", entry, unsure(rule.before), watch)
        if way:
            last = f"On this way {lacks}.{_added(watch)}"
            says = f"{rule.says} But there is a way round it: {lacks}."
            inquiry.fail("records", says, entry, inquiry.diary.tells(way, last))


def _needed(inquiry: Inquiry, rule: OwnRule) -> Iterator[tuple[Watch, str]]:
    workflow = inquiry.workflow
    for name in rule.on_file:
        question = workflow.questions[name]
        lacks = f"no step has asked for {quoted(question.ask)}"
        if question.per:
            lacks = f"{quoted(question.ask)} need not be answered for each {question.per}"
        yield records.OnFile(question, inquiry.walks.record.opening), lacks
    for name in rule.asked:
        ask = quoted(workflow.questions[name].ask)
        yield records.Asked(name), f"nobody need have been asked {ask}"
    changing = [name for name in rule.approved if may_differ(workflow.questions[name])]
    as_it_is = "".join(map(_as_it_is, (workflow.questions[name] for name in changing)))
    for name in rule.approved_by:
        watch = records.Approved(name, rule.approved, changing)
        yield watch, f"{who(workflow, name)} need not have approved{as_it_is}"
    for name in rule.taken:
        title = quoted(workflow.transitions[name].title)
        since = " since" if rule.since else ""
        yield records.Taken(name, rule.since), f"{title} was not taken{since}"


def _added(watch: Watch) -> str:
    """Why what each person was asked about is not on file for good."""
    may_be = isinstance(watch, records.OnFile) and not watch.lasts
    return " Another may have been added since." if may_be else ""


def _as_it_is(question: Question) -> str:
    return (
        f" what then stands as {quoted(question.ask)}: "
        "it may change at any time, and an approval is void when it does"
    )


def _never(inquiry: Inquiry, rule: OwnRule) -> None:
    entry = inquiry.entry("rule", rule.id)

    def goal(move: Move) -> bool:
        begun = move.before is not None and move.before.phase == LOST
        return (begun or _leads_at_once(move, rule)) and comes_to(move, rule.never)

    way = inquiry.way("rules", entry, goal, Between(rule.after, rule.until))
    if way:
        says = f"{rule.says} But it can happen."
        inquiry.fail("rules", says, entry, inquiry.diary.tells(way, "The rule forbids that."))


def _leads_at_once(move: Move, rule: OwnRule) -> bool:
    """Whether the step that begins what a rule is about leads to a state by itself."""
    step = move.step.id if move.step else ""
    return step in rule.after and step not in rule.never and move.state not in rule.after


def _passes(inquiry: Inquiry, rule: OwnRule) -> None:
    entry = inquiry.entry("rule", rule.id)
    states = inquiry.workflow.states.values()
    ends = rule.to or tuple(state.id for state in states if state.closed)

    def goal(move: Move) -> bool:
        return move.phase == LOST and move.before is not None and comes_to(move, ends)

    way = inquiry.way("rules", entry, goal, Between(rule.start, rule.passes))
    if way:
        last = f"This way has not passed {_named(inquiry, rule.passes)}."
        says = f"{rule.says} But there is a way past it."
        inquiry.fail("rules", says, entry, inquiry.diary.tells(way, last))


def _runs(inquiry: Inquiry, rule: OwnRule) -> None:
    """One at least of some timescales runs in some states, or after some steps."""
    entry, known = inquiry.entry("rule", rule.id), inquiry.workflow.timescales
    clocks = [known[name] for name in rule.timescale if name in known]
    if not clocks:
        return

    def goal(move: Move) -> bool:
        here = move.state in rule.runs_in
        just = move.step is not None and move.step.id in rule.runs_after
        return (here or just) and none_runs(move.phase)

    way = inquiry.way("rules", entry, goal, OneOf(inquiry.workflow, clocks))
    if way:
        titles = listed((quoted(clock.title) for clock in clocks), "nor")
        last = f"{'Neither ' if len(clocks) > 1 else ''}{titles} runs."
        last = last if len(clocks) > 1 else f"{titles} does not run."
        inquiry.fail("rules", f"{rule.says} But {last}", entry, inquiry.diary.tells(way, last))


def _tells(inquiry: Inquiry, rule: OwnRule) -> None:
    entry = inquiry.entry("rule", rule.id)
    for name in rule.when:
        step = inquiry.workflow.transitions[name]
        untold = [one for one in rule.tells if one not in step.tell]
        if untold:
            whom = listed(who(inquiry.workflow, one) for one in untold)
            way = inquiry.way("rules", entry, takes(step))
            last = f"{quoted(step.title)} does not tell {whom}."
            story = inquiry.diary.tells(way, last) if way else (last,)
            inquiry.fail("rules", f"{rule.says} But {last}", entry, story)


def _named(inquiry: Inquiry, places: Collection[str]) -> str:
    workflow = inquiry.workflow
    titles = [
        workflow.transitions[name].title
        if name in workflow.transitions
        else workflow.states[name].title
        for name in places
    ]
    return listed(map(quoted, titles), "or")


def _comes(step: Transition, before: str, there: str, places: Collection[str]) -> bool:
    return step.id in places or (there in places and before not in places)


_HELD = {
    "only": _only,
    "before": _before,
    "after": _never,
    "start": _passes,
    "timescale": _runs,
    "when": _tells,
}
"""How a rule of each kind is held against the process."""
