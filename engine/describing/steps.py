"""A transition in English: who may take it, what must be so first, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.definition import Approval, Condition, Question, Transition, Workflow
from engine.describing.conditions import condition, stated
from engine.describing.sheet import Paragraph, Part, flat
from engine.duties import step_is_read
from engine.prose import (
    capital,
    counted,
    day_of,
    ended,
    listed,
    people,
    quoted,
    series,
    small,
    with_article,
)

MOST_IN_A_SENTENCE = 3


def transition_sentence(workflow: Workflow, transition: Transition) -> str:
    """A transition as running text: "The executive may approve the report. ..." """
    paragraphs = step_paragraphs(workflow, transition, small(transition.title))
    return " ".join(flat(paragraph) for paragraph in paragraphs if paragraph)


def step_paragraphs(
    workflow: Workflow, transition: Transition, does: str = "do this"
) -> tuple[Paragraph, Paragraph, Paragraph]:
    """Who may take a step and why; what must be there first; what follows from it.

    `does` follows "may" in the first sentence; under a heading with the title, "do this".
    """
    who = [*_who(workflow, transition, does), *_why(workflow, transition)]
    before = [
        *_on_file(workflow, transition),
        *_asked(workflow, transition),
        *_approvals(workflow, transition.approve),
    ]
    after = [
        *_told(workflow, transition),
        *_opened(workflow, transition),
        *_kept(workflow, transition),
        *_asked_afresh(workflow, transition),
        *_once(workflow, transition),
        _to(workflow, transition),
    ]
    return who, before, after


def titles(workflow: Workflow, names: Iterable[str], last: str = "and") -> str:
    """Transitions by their titles, in quotes."""
    return listed([quoted(workflow.transitions[name].title) for name in names], last)


def _who(workflow: Workflow, transition: Transition, does: str) -> Iterator[Part]:
    may = f"{capital(people(workflow, transition.who, 'or'))} may {does}"
    if not transition.only_if.tables:
        yield f"{may}."
        return
    said, ways = condition(transition.only_if, workflow)
    yield f"{may} if {said}{':' if ways else '.'}"
    if ways:
        yield ways


def _why(workflow: Workflow, transition: Transition) -> Iterator[str]:
    """What is the duty, which is called so only where somebody has read it, and its own words."""
    if transition.duty:
        read = step_is_read(workflow, transition)
        called = "a duty" if read else "expected (source not yet read),"
        yield f"{_required(workflow, transition)} is {called} under {transition.duty}."
    if transition.says:
        yield ended(transition.says)


def _required(workflow: Workflow, transition: Transition) -> str:
    """What is required: that which it meets, or which this step serves; else the step itself."""
    same = [one for one in workflow.timescales.values() if one.duty == transition.duty]
    met = [quoted(one.title) for one in same if transition.id in one.met_by]
    if met or not same:
        return listed(met, "or") or quoted(transition.title)
    return f"It serves {listed([quoted(one.title) for one in same], 'or')}, which"


def _on_file(workflow: Workflow, transition: Transition) -> Iterator[Part]:
    """What must be there already, and what is given with the step each time that it is taken."""
    anew = [name for name in transition.on_file if name in transition.asks_anew]
    before = [workflow.questions[name] for name in transition.on_file if name not in anew]
    given = [workflow.questions[name] for name in anew]
    yield from _needed(before, "must be on file")
    yield from _needed(given, "must be given with this step each time")


def _needed(questions: list[Question], what: str) -> Iterator[Part]:
    if len(questions) == 1:
        (question,) = questions
        answer = "The answer to " if question.ask.endswith("?") else ""
        each = f" for each {question.per}" if question.per else ""
        yield f"{answer}{quoted(question.ask)} {what}{each}."
    elif questions:
        asks = [quoted(q.ask) + (f", for each {q.per}" if q.per else "") for q in questions]
        yield from _these(what, asks)


def _these(what: str, asks: list[str]) -> Iterator[Part]:
    """Several questions, in a sentence while they are few."""
    if len(asks) > MOST_IN_A_SENTENCE:
        yield f"These {what}:"
        yield tuple(asks)
    else:
        yield ended(f"These {what}: {listed(asks)}")


def _asked(workflow: Workflow, transition: Transition) -> Iterator[Part]:
    for group, asks in _by_group(workflow, transition.asked):
        yield ended(f"Each of {people(workflow, [group])} must have been asked {asks}")


def _by_group(workflow: Workflow, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What is asked of each group of agencies, in one phrase."""
    groups: dict[str, list[str]] = {}
    for question in (workflow.questions[name] for name in names):
        groups.setdefault(question.asked_of, []).append(quoted(question.ask))
    yield from ((group, listed(asks)) for group, asks in groups.items())


def _approvals(workflow: Workflow, approvals: tuple[Approval, ...]) -> Iterator[Part]:
    for of in dict.fromkeys(approval.of for approval in approvals):
        what = quoted(workflow.questions[of].ask)
        who = [_approvers(workflow, approval) for approval in approvals if approval.of == of]
        yield f"{what} must have been approved {listed(who)}, and again if it changes."


def _approvers(workflow: Workflow, approval: Approval) -> str:
    who = people(workflow, approval.by, "or")
    if approval.at_least == 1:
        return f"by {who}"
    return f"by at least {counted(approval.at_least, 'person', 'people')} acting as {who}"


def _told(workflow: Workflow, transition: Transition) -> Iterator[Part]:
    if transition.leaves_building:
        yield f"Sent out with it: {ended(transition.leaves_building)}"
    if transition.tell:
        one = len(transition.tell) == 1 and transition.tell[0] in workflow.roles
        who = capital(people(workflow, transition.tell))
        yield f"{who} {'is' if one else 'are'} told."
    for group, asks in _by_group(workflow, transition.asks):
        yield ended(f"The message to {people(workflow, [group])} asks {asks}")


def _opened(workflow: Workflow, transition: Transition) -> Iterator[Part]:
    if not transition.opens:
        return
    title = quoted(workflow.children[transition.opens.process].title)
    if not transition.opens.one_for:
        yield f"It opens a linked case, {title}."
        return
    question = quoted(workflow.questions[transition.opens.one_for].ask)
    yield ended(f"It opens a linked case, {title}, for each agency named in answer to {question}")
    child = workflow.children[transition.opens.process]
    role = workflow.roles.get(child.states[child.starts_at].waiting_on)
    if role and role.own_agency:
        who = with_article(role.title)
        yield f"There, {who} is told what is asked, under which reference, and by when."


def _kept(workflow: Workflow, transition: Transition) -> Iterator[Part]:
    if transition.dates:
        question = workflow.questions[transition.dates]
        yield ended(f"The day of this step is kept as {day_of(question)}")
    if transition.sets:
        lines = [Condition(name, "is", (value,)) for name, value in transition.sets]
        said = series([stated(line, workflow) for line in lines])
        yield f"The record then says that {said}."


def _once(workflow: Workflow, transition: Transition) -> Iterator[Part]:
    if transition.once_for:
        ask = quoted(workflow.questions[transition.once_for].ask)
        yield ended(f"It is done once for each answer to {ask}")


def _asked_afresh(workflow: Workflow, transition: Transition) -> Iterator[Part]:
    """What the step asks anew, without what it answers by itself or is given with it."""
    itself = (transition.dates, *dict(transition.sets), *transition.on_file)
    anew = [workflow.questions[name] for name in transition.asks_anew if name not in itself]
    afresh = [quoted(question.ask) for question in anew]
    if len(afresh) == 1:
        yield f"{afresh[0]} is asked afresh."
    elif afresh:
        yield from _these("are asked afresh", afresh)


def _to(workflow: Workflow, transition: Transition) -> str:
    if not transition.to:
        return "The case stays where it is."
    return f"The case is then at {quoted(workflow.states[transition.to].title)}."


def waiting(workflow: Workflow, what: str, name: str) -> str:
    """On whom something waits, as a sentence; empty if on nobody."""
    known = workflow.roles.get(name) or workflow.groups.get(name)
    return f"{what} waits on {with_article(known.title)}." if known else ""
