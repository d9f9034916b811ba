"""What would meet an unmet need: one thing or several, by whom, and what they type for it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engine.decide.draft import Draft
from engine.decide.entries.answers import YES_NO
from engine.decide.entries.keeping import correctors, suppliers
from engine.decide.entries.typed import stand_in
from engine.decide.steps.as_taken import own
from engine.decide.steps.giving import asking_anew, givers
from engine.decide.steps.guarded import anew, deciding_steps, enders, openers
from engine.decide.steps.unmet import APPROVAL, CLOCK, GUARD, ONCE, OPINION, PERSON, RECORD, Missing
from engine.definition import Condition, Question, Transition
from engine.guards import NOT_ANSWERED, PASSED, only_answer
from engine.prose import names_of

ADD, APPROVE, ASK, ATTACH, CORRECT = "add", "approve", "ask", "attach", "correct"
END, GIVE, HOLD, RECORDED, SILENT = "end", "give", "hold", "record", "no reply"
TAKE, WAIT = "take", "wait"


class Supply(NamedTuple):
    """One thing that somebody does, or that a day brings, to meet a need."""

    verb: str
    """add, approve, ask, attach, correct, end, give, hold, no reply, record, take or wait."""
    subject: str
    """The question, the process of the linked cases, or the step that is to be taken."""
    of: str = ""
    roles: tuple[str, ...] = ()
    """Who may do it; for linked cases the roles of their own process."""
    steps: tuple[str, ...] = ()
    """The steps of which one is to be taken."""
    line: Condition | None = None
    """What the answer must be so for."""
    already_done: bool = False

    @property
    def path(self) -> str:
        """The answer as it is named in a command."""
        return f"{self.subject}/{self.of}" if self.of else self.subject


Way = tuple[Supply, ...]
"""All that one way needs."""


def ways_of(draft: Draft, transition: Transition, one: Missing) -> list[Way]:
    """The ways in which a need is met, any of which is enough; none where nothing meets it.

    How a case comes to where a step starts is a question of steps, and is not answered here.
    """
    name, _, of = one.subject.partition("/")
    if one.sort == GUARD:
        return _of_guard(draft, transition, one)
    if one.sort == PERSON:
        return [(Supply(HOLD, transition.id, roles=transition.who),)]
    if one.sort == ONCE:
        steps = _ids(asking_anew(draft, transition.once_for))
        whose = _who(draft, steps)
        return [(Supply(TAKE, transition.once_for, roles=whose, steps=steps),)] if steps else []
    if one.sort == CLOCK:
        whose = _who(draft, one.steps)
        return [(Supply(TAKE, one.subject, "", whose, one.steps, None, already_done=True),)]
    if one.sort == APPROVAL:
        return [(Supply(APPROVE, name, roles=_approving(draft, transition, one)),)]
    if one.sort == OPINION:
        whose = suppliers(draft, name)
        return [(Supply(ASK, name, of, whose),), (Supply(SILENT, name, of, whose),)]
    return [_record(draft, transition, name, of)] if one.sort == RECORD else []


def _of_guard(draft: Draft, transition: Transition, one: Missing) -> list[Way]:
    """The ways in which a guard comes to hold, but those that the step itself breaks."""
    itself = own(draft, transition)
    return [
        tuple(each for line in way for each in _of_line(draft, transition, line))
        for way in one.ways
        if not any(line.subject in itself for line in way)
    ]


def _of_line(draft: Draft, transition: Transition, line: Condition) -> Way:
    question = draft.workflow.questions.get(line.subject)
    if question is None:
        return _ended(draft, line)
    if line.subject in transition.asks_anew:
        return (Supply(GIVE, line.subject, "", transition.who, (transition.id,), line),)
    if draft.case.value(line.subject) is not None:
        return (_otherwise(draft, question, line),)
    return (_answered(draft, transition, question, line),)


def _ended(draft: Draft, line: Condition) -> Way:
    """The end of linked cases, which are opened first where there are too few."""
    end = Supply(END, line.subject, roles=enders(draft.workflow, line.subject), line=line)
    steps = _ids(openers(draft, line))
    first = Supply(TAKE, line.subject, roles=_who(draft, steps), steps=steps)
    return (first, end) if steps else (end,)


def _answered(draft: Draft, transition: Transition, question: Question, line: Condition) -> Supply:
    """What makes a line hold that there is no answer for yet."""
    deciding = deciding_steps(draft, line)
    steps = _ids(givers(draft, transition, line.subject, deciding=deciding))
    if steps:
        return Supply(TAKE, line.subject, roles=_who(draft, steps), steps=steps, line=line)
    verb = ATTACH if question.answer == "document" else RECORDED
    return Supply(verb, line.subject, roles=suppliers(draft, line.subject), line=line)


def _otherwise(draft: Draft, question: Question, line: Condition) -> Supply:
    """What makes a line hold against the answer that is on record."""
    if line.word == PASSED:
        return Supply(WAIT, line.subject, line=line)
    steps = _ids(anew(draft, line))
    if steps:
        return Supply(TAKE, line.subject, roles=_who(draft, steps), steps=steps, line=line)
    if line.word == NOT_ANSWERED or line.subject in draft.edition.set_by:
        return Supply(CORRECT, line.subject, line=line)
    verb = RECORDED if question.may_change else CORRECT
    return Supply(verb, line.subject, roles=correctors(draft, question), line=line)


def _approving(draft: Draft, transition: Transition, one: Missing) -> tuple[str, ...]:
    """The roles of which a missing approval is to come; several may be asked of one answer."""
    every = (each.by for each in transition.approve if each.of == one.subject)
    return next(by for by in every if names_of(draft.workflow, by) == one.need.who)


def _record(draft: Draft, transition: Transition, name: str, of: str) -> Way:
    question = draft.workflow.questions[name]
    if name in transition.asks_anew:
        return (Supply(GIVE, name, of, transition.who, (transition.id,)),)
    whose = suppliers(draft, name)
    verb = ATTACH if question.answer == "document" else RECORDED
    if question.per and not of:
        kinds = draft.workflow.person_kinds
        kind = kinds[0] if question.per == "person" else question.per
        new = f"p{len(draft.case.rows.table('people')) + 1}"
        return (Supply(ADD, kind, roles=draft.workflow.keepers), Supply(verb, name, new, whose))
    found = _ids(givers(draft, transition, name, of, draft.edition.set_by.get(name, ())))
    if found:
        return (Supply(TAKE, name, of, _who(draft, found), found),)
    return (Supply(verb, name, of, whose),)


def commands(draft: Draft, supply: Supply) -> list[str]:
    """What is typed for it; of several lines any one is enough.

    Nothing for what only a day brings, and for what nobody can supply.
    """
    ref, path = draft.case.ref, supply.path
    if supply.verb == ADD:
        return [f"person {ref} add {shlex.quote(path)}"]
    if supply.verb == APPROVE:
        return [f"approve {ref} {path}"]
    if supply.verb == ASK and not _is_document(draft, supply):
        return [f"record {ref} {shlex.quote(path + _value(draft, supply))}"]
    if supply.verb == SILENT:
        return [f"record {ref} --no-reply {path}{'' if _is_asked(draft, supply) else '=DAY'}"]
    if supply.verb == HOLD:
        step = f"take {ref} {supply.subject}"
        return [step, f"{step} --decided-by PERSON --evidence FILE"]
    if supply.verb in (TAKE, GIVE):
        return _steps(draft, supply)
    if supply.verb in (ASK, ATTACH):
        return [f"attach {ref} {path} FILE"]
    return _answers(draft, supply) if supply.roles else []


def _is_document(draft: Draft, supply: Supply) -> bool:
    return draft.workflow.questions[supply.subject].answer == "document"


def _is_asked(draft: Draft, supply: Supply) -> bool:
    """Whether the day on which an agency was asked is on record."""
    row = draft.case.answer(supply.subject, supply.of)
    return row is not None and bool(row["asked_on"])


def _answers(draft: Draft, supply: Supply) -> list[str]:
    ref = draft.case.ref
    if supply.verb == RECORDED:
        return [f"record {ref} {shlex.quote(supply.path + _value(draft, supply))}"]
    if supply.verb == CORRECT:
        given = shlex.quote(supply.path + _value(draft, supply))
        return [f"correct {ref} {given} --reason TEXT"]
    return []


def _steps(draft: Draft, supply: Supply) -> list[str]:
    """The steps as they are taken; one that would end a clock and does not start here is looked
    at first, since to say that it has happened would put on record what has not.
    """
    ref, steps = draft.case.ref, draft.workflow.transitions
    return [
        f"why-not {ref} {name}"
        if supply.already_done and draft.case.state not in steps[name].starts
        else f"take {ref} {name}{_with(draft, supply, name)}"
        for name in supply.steps
    ]


def _with(draft: Draft, supply: Supply, name: str) -> str:
    """The answer that is given with a step, as it is typed after it."""
    given = _is_given_with(draft, supply, name)
    return f" {shlex.quote(supply.path + _value(draft, supply))}" if given else ""


def _is_given_with(draft: Draft, supply: Supply, name: str) -> bool:
    """Whether an answer is given with a step; not where the step gives it by itself."""
    step = draft.workflow.transitions[name]
    by_itself = (step.dates, *dict(step.sets))
    if supply.subject not in (*step.asks_anew, *step.on_file) or supply.subject in by_itself:
        return False
    return not (supply.line and supply.line.word == NOT_ANSWERED)


def _value(draft: Draft, supply: Supply) -> str:
    """`=...` as it is typed: the answer itself where no other will do, else what stands for it.

    Of several none is named: a line that is copied would put on record what nobody has said.
    """
    question = draft.workflow.questions[supply.subject]
    only = only_answer(supply.line) if supply.line else ""
    if only:
        return f"={only}"
    return stand_in(question)


def fitting(draft: Draft, supply: Supply) -> tuple[str, ...]:
    """The answers of which one will do, where they can be counted."""
    question = draft.workflow.questions.get(supply.subject)
    if question is None or not _is_typed(draft, supply):
        return ()
    if supply.line and supply.line.word == "is":
        return supply.line.values
    return YES_NO if question.answer == "yes or no" else question.choices


def enough(draft: Draft, supply: Supply) -> str:
    """An answer that would do, of those that are typed; nothing where the line asks for none.

    Nobody has said that it is so.
    """
    line = supply.line
    return line.values[0] if line and line.values and _is_typed(draft, supply) else ""


def _is_typed(draft: Draft, supply: Supply) -> bool:
    """Whether what is typed for a supply has an answer in it."""
    if supply.verb == TAKE:
        return any(_is_given_with(draft, supply, name) for name in supply.steps)
    return supply.verb in (ASK, CORRECT, GIVE, RECORDED)


def _ids(steps: Iterable[Transition]) -> tuple[str, ...]:
    return tuple(step.id for step in steps)


def _who(draft: Draft, steps: Sequence[str]) -> tuple[str, ...]:
    every = draft.workflow.transitions
    return tuple(dict.fromkeys(role for name in steps for role in every[name].who))
