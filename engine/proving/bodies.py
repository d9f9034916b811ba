"""Whether a duty waits for what only another body gives: its answer, its return, its letter."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from engine.definition import Condition, Transition, Workflow
from engine.edition import Edition, rests_on
from engine.guards import NOT_ANSWERED
from engine.loading.checks.soundness import RUNNING
from engine.prose import quoted
from engine.proving.clocks import watch_of
from engine.proving.ending import Graph
from engine.proving.inquiry import Inquiry
from engine.proving.story import who
from engine.proving.verdict import Entry
from engine.proving.walking import Node, Watch


def check(inquiry: Inquiry) -> None:
    """Duties that cannot be done until another body has answered."""
    waiting = waits_for(inquiry.workflow)
    if not waiting:
        return
    for timescale in inquiry.workflow.timescales.values():
        if timescale.duty and timescale.met_by:
            watch = watch_of(timescale, inquiry.workflow)
            graph = inquiry.prospects.graph(watch, timescale.id)
            running = {node for node in graph.reached if node[0] == RUNNING}
            stuck = running & _kept_from(graph, timescale.met_by, waiting)
            entry = inquiry.entry("timescale", timescale.id)
            _tell(inquiry, (entry, timescale.title), stuck, waiting, watch)
    for step in inquiry.workflow.transitions.values():
        if step.duty:
            # What the body itself has asked for is no waiting: its own guard does not count.
            own = {name: why for name, why in waiting.items() if name != step.id}
            if any(inquiry.workflow.questions[name].asked_of for name in step.on_file):
                own[step.id] = waiting[step.id]
            graph = inquiry.prospects.graph()
            stuck = _kept_from(graph, (step.id,), own)
            entry = inquiry.entry("transition", step.id)
            _tell(inquiry, (entry, step.title), stuck, own, None)


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


def _kept_from(graph: Graph, goals: Collection[str], waiting: Mapping[str, str]) -> set[Node]:
    """The places from which a goal can be come to, but not without what others give.

    Where there are some at which a step waits that would lead on, only those.
    """
    free = _able(graph, goals, waiting)
    stuck = _able(graph, goals, ()) - free
    at = {
        node
        for node in stuck
        for step, there in graph.edges.get(node, ())
        if step.id in waiting and (there in free or step.id in goals)
    }
    return at or stuck


def _able(graph: Graph, goals: Collection[str], without: Collection[str]) -> set[Node]:
    edges = [
        (node, step.id, there)
        for node, steps in graph.edges.items()
        for step, there in steps
        if step.id not in without
    ]
    found = {node for node, step, _ in edges if step in goals}
    changed = True
    while changed:
        more = {node for node, _, there in edges if there in found and node not in found}
        found |= more
        changed = bool(more)
    return found


def _tell(
    inquiry: Inquiry,
    thing: tuple[Entry, str],
    stuck: set[Node],
    waiting: Mapping[str, str],
    watch: Watch | None,
) -> None:
    if not stuck:
        return
    entry, title = thing
    way = inquiry.way("duties_wait", entry, lambda move: (move.phase, move.state) in stuck, watch)
    if way is None:
        return
    here = inquiry.workflow.states[way.states[-1]]
    from_here = inquiry.walks.steps.get(here.id, ())
    ways_on = [s for s in from_here if s.id in waiting and s.to not in ("", here.id)]
    lines = [f"{quoted(step.title)} waits for {waiting[step.id]}." for step in ways_on[:2]]
    says = f"{quoted(title)} is a duty, and at {quoted(here.title)} it waits for another body."
    last = "Nothing else that can be done from here leads to it."
    inquiry.fail("duties_wait", says, entry, inquiry.diary.tells(way, *lines, last))
