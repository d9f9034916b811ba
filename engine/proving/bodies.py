"""Whether a duty waits for what only another body gives: its answer, its return, its letter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from engine.definition import Condition, Guard, Timescale, Transition, Workflow
from engine.edition import Edition, rests_on, subjects
from engine.guards import NOT_ANSWERED
from engine.loading.checks.soundness import RUNNING
from engine.owing import leading_to, owing
from engine.prose import quoted
from engine.proving.clocks import started_on, watch_of
from engine.proving.ending import Graph
from engine.proving.inquiry import Inquiry
from engine.proving.owed import Alone, Law
from engine.proving.reaching import Node
from engine.proving.story import who
from engine.proving.verdict import Entry
from engine.proving.walking import Move, Way


def check(inquiry: Inquiry) -> None:
    """Duties that cannot be done until another body has answered, approved or acted."""
    waiting = waits_for(inquiry.workflow)
    law = Law(inquiry.workflow, inquiry.diary.begins.isoformat())
    owed: set[str] = set()
    for timescale in inquiry.workflow.timescales.values():
        role = inquiry.workflow.roles.get(timescale.waiting_on)
        if timescale.duty and timescale.met_by and not (role and role.outside):
            owed |= set(timescale.met_by)
            _timed(inquiry, timescale, waiting, law)
    for step in inquiry.workflow.transitions.values():
        if step.duty:
            _untimed(inquiry, step, waiting, () if step.id in owed else (law,))


def _timed(inquiry: Inquiry, timescale: Timescale, theirs: Mapping[str, str], law: Law) -> None:
    """A duty with a clock: while it runs, those who owe it can do all that it needs."""
    watch = watch_of(timescale, inquiry.workflow)
    graph = inquiry.prospects.graph(watch, timescale.id)
    running = [node for node in graph.reached if node[0] == RUNNING]
    places = {node[1]: [step for step, _ in graph.edges.get(node, ())] for node in running}
    roles = owing(inquiry.workflow, timescale)
    alone = Alone(inquiry.walks.record, roles, law, theirs, places)
    kept = _kept_from(graph, timescale.met_by, alone.waiting)
    stuck = {node: leading for node, leading in kept.items() if node[0] == RUNNING}
    if not stuck:
        return
    applies = _applies(inquiry, timescale.only_if)
    read = {name for leading in stuck.values() for step in leading for name in alone.needs(step.id)}

    def test(move: Move, held: Mapping[str, int]) -> bool:
        leading = stuck.get((move.phase, move.state))
        waits = (alone.waits(step, move.state, held) for step in leading or ())
        return leading is not None and applies(held) and all(waits)

    entry = inquiry.entry("timescale", timescale.id)
    names = {*read, *_known(inquiry, timescale.only_if)}
    way = inquiry.attempt(
        "duties_wait", entry, lambda: inquiry.walks.find_record(test, names, watch)
    )
    if way:
        started, last_day = started_on(inquiry, watch, way), inquiry.diary.last(way)
        over = inquiry.diary.due(timescale, started, last_day)
        _tell(inquiry, (entry, timescale.title), way, alone.waiting, (over,))


def _known(inquiry: Inquiry, guard: Guard) -> Iterator[str]:
    return (name for name in subjects(guard) if name in inquiry.walks.record.subjects)


def _applies(inquiry: Inquiry, guard: Guard) -> Callable[[Mapping[str, int]], bool]:
    """Whether a timescale applies, as far as what is on record tells."""
    record, known = inquiry.walks.record, set(_known(inquiry, guard))
    tables = [
        [(line.subject, record.holding(line)) for line in table if line.subject in known]
        for table in guard.tables
    ]
    return lambda held: not tables or any(all(held[n] & m for n, m in lines) for lines in tables)


def _untimed(
    inquiry: Inquiry, step: Transition, theirs: Mapping[str, str], law: Collection[Law]
) -> None:
    """A duty without a clock of its own: those who may take it need nobody else's approval."""
    # What the body itself has asked for is no waiting: its own guard does not count.
    own = {name: why for name, why in theirs.items() if name != step.id}
    if any(inquiry.workflow.questions[name].asked_of for name in step.on_file):
        own[step.id] = theirs[step.id]
    for acts in law if step.approve else ():
        lacks = Alone(inquiry.walks.record, step.who, acts, {}, {}).lacks(step)
        own |= {step.id: lacks} if lacks else {}
    kept = _kept_from(inquiry.prospects.graph(), (step.id,), own)
    entry = inquiry.entry("transition", step.id)
    way = kept and inquiry.way("duties_wait", entry, lambda move: (move.phase, move.state) in kept)
    if way:
        _tell(inquiry, (entry, step.title), way, own)


def waits_for(workflow: Workflow) -> dict[str, str]:
    """The steps that cannot be taken until another body has given something, and what."""
    theirs = _their_steps(workflow)
    answers = _their_answers(workflow, theirs)
    found = dict(theirs)
    for step in workflow.transitions.values():
        said = next(_awaited(step, workflow, answers), "")
        if said and step.id not in found:
            found[step.id] = said
    return found


def _their_steps(workflow: Workflow) -> dict[str, str]:
    """The steps that meet what is expected of a body outside, such as recording its letter."""
    found: dict[str, str] = {}
    for timescale in workflow.timescales.values():
        role = workflow.roles.get(timescale.waiting_on)
        if role and role.outside:
            for name in timescale.met_by:
                found[name] = f"what {who(workflow, role.id)} sends ({quoted(timescale.title)})"
    return found


def _their_answers(workflow: Workflow, theirs: Collection[str]) -> set[str]:
    """The questions that only such steps answer."""
    edition = Edition(workflow)
    found: set[str] = set()
    for name in workflow.questions:
        givers = {
            step.id
            for index in (edition.dated_by, edition.set_by, edition.given_with)
            for step in index.get(name, ())
        }
        if givers and givers <= set(theirs):
            found.add(name)
    return found


def _awaited(step: Transition, workflow: Workflow, answers: set[str]) -> Iterator[str]:
    """What a step waits for that another body gives."""
    for name in rests_on(step):
        question = workflow.questions[name]
        if question.asked_of and name not in step.asks_anew:
            yield f"an answer to {quoted(question.ask)} of {who(workflow, question.asked_of)}"
        elif name in answers:
            yield f"an answer to {quoted(question.ask)}"
    returns = {
        one.opens.process
        for one in workflow.transitions.values()
        if one.opens and one.opens.one_for
    }
    tables = [
        [line for line in table if _is_theirs(line, returns, answers)]
        for table in step.only_if.tables
    ]
    if tables and all(tables):
        name = tables[0][0].subject
        question_of = workflow.questions.get(name)
        if question_of:
            yield f"an answer to {quoted(question_of.ask)}"
        else:
            yield f"the linked cases {quoted(workflow.children[name].title)}, the work of others"


def _is_theirs(line: Condition, returns: set[str], answers: set[str]) -> bool:
    return line.subject in returns or (line.subject in answers and line.word != NOT_ANSWERED)


def _kept_from(
    graph: Graph, goals: Collection[str], waiting: Mapping[str, str]
) -> dict[Node, list[Transition]]:
    """The places from which a goal can be come to, but not without what others give.

    Where there are some at which a step waits that would lead on, only those, with these steps.
    """
    free = _able(graph, goals, waiting)
    stuck = _able(graph, goals, ()) - free
    at = {
        node: leading
        for node in stuck
        if (
            leading := [
                step
                for step, there in graph.edges.get(node, ())
                if step.id in waiting and (there in free or step.id in goals)
            ]
        )
    }
    return at or {node: [] for node in stuck}


def _able(graph: Graph, goals: Collection[str], without: Collection[str]) -> frozenset[Node]:
    return leading_to(
        goals,
        (
            (node, step.id, there)
            for node, steps in graph.edges.items()
            for step, there in steps
            if step.id not in without
        ),
    )


def _tell(
    inquiry: Inquiry,
    thing: tuple[Entry, str],
    way: Way,
    waiting: Mapping[str, str],
    more: Sequence[str] = (),
) -> None:
    entry, title = thing
    here = inquiry.workflow.states[way.states[-1]]
    from_here = [step for step in inquiry.walks.steps.get(here.id, ()) if step.id in waiting]
    on = [step for step in from_here if step.to not in ("", here.id)] or from_here
    lines = [f"{quoted(step.title)} waits for {waiting[step.id]}." for step in on[:2]]
    says = f"{quoted(title)} is a duty, and at {quoted(here.title)} it waits for another body."
    last = "Nothing else that can be done from here leads to it."
    inquiry.fail("duties_wait", says, entry, inquiry.diary.tells(way, *lines, last, *more))
