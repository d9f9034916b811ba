"""Taking a step: the rules judge it, the machine makes it, and what follows from it follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.case import Given
from engine.dates import parse_partial, when
from engine.decide.draft import Draft
from engine.decide.entries import answers, keeping, recording, tasks
from engine.decide.entries.telling import of_asking, of_step, tell
from engine.decide.steps import once, reopening
from engine.decide.steps.between import left_to_do
from engine.decide.steps.closing import closing, stop_all
from engine.decide.steps.needs import missing
from engine.decide.steps.passing import PASS_OVER, passed_over, passes_over
from engine.decide.steps.setting_aside import need_standing
from engine.decide.steps.unmet import NOT_THEIRS, Missing
from engine.decide.timing import clocks
from engine.decide.timing.lateness import recorded_late
from engine.definition import Transition
from engine.errors import DeniedError, Need, RefusedError, UsageError
from engine.guessing import resembling
from engine.machine import fire


@dataclass(frozen=True, slots=True)
class Step:
    """A step that somebody wants to take, or says has been taken."""

    transition: str
    given: tuple[Given, ...] = ()
    already_done: bool = False
    pass_over: bool = False
    """Whether it is agreed that what lies between the case and such a step is passed over."""
    wrong: tuple[Need, ...] = ()
    """What was found wrong with the answers beforehand: the cases that they name."""


def take(draft: Draft, step: Step) -> Transition:
    """Take a step, or record one that has already happened.

    Raises RefusedError with everything that is missing, and then nothing has changed. A step that
    has already happened is never refused for what was unmet: that is listed on the event and left
    as open tasks. That it passes over steps which are not on record is agreed to, but in a historic
    case. Raises UsageError for a step that the process does not have.
    """
    need_standing(draft)
    transition = _known(draft, step.transition)
    _check_day(draft)
    _need_new(draft, transition, step)
    _need_agreement(draft, transition, step)
    given = _complete(draft, transition, step.given)
    reopened = step.already_done and reopening.reopens(draft, transition)
    turns = asked_anew(draft, transition, reopening.asked_anew(draft) if reopened else ())
    if given:
        _check_given(draft, transition, step, given, turns)
    before, closes = draft.case.state, closing(draft, transition)
    recording.write(draft, given, turns)
    unmet = _judge(draft, transition, already_done=step.already_done)
    _move(draft, transition, unmet, already_done=step.already_done)
    clocks.after_step(draft, transition.id, before, draft.context.happened)
    clocks.review(
        draft, [one.question for one in given] + [t["what"] for t in turns], transition.id
    )
    if closes:
        stop_all(draft)
    if reopened:
        reopening.stop_what_closing_began(draft, before)
    if transition.tell:
        _tell(draft, transition)
    tasks.close_answered(draft)
    if unmet:
        tasks.open_tasks(draft, _left(draft, transition, unmet, before))
    return transition


def _tell(draft: Draft, transition: Transition) -> None:
    news = of_step(draft, transition, f"{transition.title}: done on {draft.context.happened}")
    if transition.asks:
        news = of_asking(draft, transition, news)
    tell(draft, transition.tell, news)


def _known(draft: Draft, name: str) -> Transition:
    transition = draft.workflow.transitions.get(name)
    if transition is None:
        possible = ", ".join(t.id for t in draft.workflow.from_state(draft.case.state))
        near = resembling(name, draft.workflow.transitions, 1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise UsageError(
            f'This process has no step "{name[:40]}"; {meant}from here: {possible or "none"}.'
        )
    return transition


def _check_day(draft: Draft) -> None:
    happened = parse_partial(draft.context.happened)
    if not happened.exact and not draft.case.row["historic"]:
        raise RefusedError(
            f"A step needs the day on which it happened, not only {happened.text}; "
            "a case entered as historic may leave it out."
        )
    latest = parse_partial(str(draft.case.row["latest_on"]))
    if happened.last < latest.first and not draft.context.reason:
        raise RefusedError(
            f"The step before it happened {when(latest.text)}, and this one "
            f"{when(happened.text)}; give --reason if that is right."
        )


def _need_new(draft: Draft, transition: Transition, step: Step) -> None:
    """Refuse what was already recorded as done on that day, and from where the case has come on.

    Where only a month or a year is known it may have been that day, so that is refused as well.
    """
    happened = draft.context.happened
    if not (step.already_done and transition.to and _overlaps(draft, transition, happened)):
        return
    if draft.case.state not in transition.starts:
        raise RefusedError(
            f'"{transition.title}" is already on record as done {when(happened)}; '
            "use --key to repeat a command, or --on for another day.",
            (),
            transition.id,
        )


def _overlaps(draft: Draft, transition: Transition, happened: str) -> bool:
    taken = draft.case.taken_on(transition.id)
    if not taken:
        return False
    before, now = parse_partial(taken), parse_partial(happened)
    return before.first <= now.last and now.first <= before.last


def _need_agreement(draft: Draft, transition: Transition, step: Step) -> None:
    """Refuse to pass over steps that are not on record, unless that is said to be meant."""
    agreed = step.pass_over or draft.case.row["historic"]
    if not step.already_done or not passes_over(draft.case, transition):
        return
    if reopening.reopens(draft, transition):
        reopening.need_after_closing(draft, transition)
    if agreed:
        return
    need = Need(passed_over(draft.workflow, draft.case.state, transition), how=PASS_OVER)
    sentence = f'"{transition.title}" would pass over what is not on record.'
    raise RefusedError(sentence, (need,), transition.id)


def _complete(draft: Draft, transition: Transition, given: Sequence[Given]) -> tuple[Given, ...]:
    named = {one.question for one in given}
    more = [Given(question, value) for question, value in transition.sets if question not in named]
    if transition.dates and transition.dates not in named:
        more.append(Given(transition.dates, draft.context.happened))
    return (*given, *more)


def asked_anew(
    draft: Draft, transition: Transition, more: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The questions of which this step begins a new occurrence, because the current one is
    answered, or because a clock that ran before it was answered has been stopped.

    So does each that the step answers by itself: when it is taken again, it was so once more.
    """
    own = [transition.dates, *(question for question, _ in transition.sets)]
    again = [name for name in own if name and _is_answered(draft, name)]
    asked = dict.fromkeys([*transition.asks_anew, *again, *more])
    if not asked:
        return []
    held = {(key[1], key[3]) for key in draft.case.rows.table("answers")}
    begun = []
    for question in asked:
        no = draft.case.occurrence(question)
        if (question, no) in held or _stopped_unanswered(draft, question, no):
            begun.append(
                {"what": question, "no": no + 1, "first": not draft.case.knows_turn(question)}
            )
    return begun


def _stopped_unanswered(draft: Draft, question: str, no: int) -> bool:
    anchored = draft.edition.by_anchor.get(question, ())
    names = [timescale.id for timescale in anchored if timescale.provisional]
    clocks = (draft.case.deadlines().get((draft.case.ref, name, "", no)) for name in names)
    return any(row and row["status"] == "no longer applies" for row in clocks)


def _is_answered(draft: Draft, question: str) -> bool:
    return not draft.workflow.questions[question].may_change and draft.case.answered(question)


def _check_given(
    draft: Draft,
    transition: Transition,
    step: Step,
    given: Sequence[Given],
    turns: Sequence[dict[str, Any]],
) -> None:
    """Refuse answers that cannot be recorded with the step, and say what it lacks beside them."""
    begun = {turn["what"]: turn["no"] for turn in turns}
    wrong = answers.mistakes(draft, given, begun)
    wrong += keeping.not_with_step(draft, transition, step.given)
    others = [one for one in step.given if one.question != transition.dates]
    wrong += answers.given_by_steps(draft, others) + step.wrong
    if wrong:
        lacking = () if step.already_done else _others(draft, transition, given)
        sentence = "The answers given with the step cannot be recorded."
        raise RefusedError(sentence, (*wrong, *lacking), transition.id)


def _others(draft: Draft, transition: Transition, given: Sequence[Given]) -> tuple[Need, ...]:
    """What the step lacks beside the answers that were given with it."""
    named = {one.question for one in given}
    every = missing(draft, transition)
    return tuple(one.need for one in every if one.subject.partition("/")[0] not in named)


def _judge(draft: Draft, transition: Transition, *, already_done: bool) -> list[Missing]:
    unmet = missing(draft, transition)
    already_done = already_done and not _decided_by_nobody_known(draft, unmet)
    if unmet and not already_done:
        sentence = f'"{transition.title}" cannot be done yet.'
        kind = DeniedError if _is_for_others(unmet) else RefusedError
        raise kind(sentence, tuple(one.need for one in unmet), transition.id)
    return unmet


def _is_for_others(unmet: Sequence[Missing]) -> bool:
    """Whether a step lacks nothing but somebody else to take it."""
    return all(one.kind == NOT_THEIRS for one in unmet)


def _decided_by_nobody_known(draft: Draft, unmet: Sequence[Missing]) -> bool:
    """Whether neither a role nor evidence shows who decided; of history that need not be known."""
    shown = draft.context.evidence or draft.case.row["historic"]
    return not shown and any(one.kind == NOT_THEIRS for one in unmet)


def _move(
    draft: Draft, transition: Transition, unmet: Sequence[Missing], *, already_done: bool
) -> None:
    before = draft.case.state
    after = fire(draft.edition.hash, draft.workflow, before, transition, forced=already_done)
    states = draft.workflow.states
    closed = states[after].closed
    body: dict[str, Any] = {
        "transition": transition.id,
        "from": before,
        "to": after,
        "closed": closed if closed != states[before].closed else None,
        "already_done": int(already_done),
        "late": int(recorded_late(draft)),
        "unmet": [{"what": one.need.what, "subject": one.subject} for one in unmet],
        "turns": [_count(draft, transition), *once.turns(draft, transition)],
    }
    if already_done and passes_over(draft.case, transition):
        body["passed_over"] = list(transition.starts)
    draft.emit("transition taken", body, draft.reason())


def _count(draft: Draft, transition: Transition) -> dict[str, Any]:
    what = f"took:{transition.id}"
    row = draft.case.rows.table("turns").get((draft.case.ref, what))
    return {"what": what, "no": (row["no"] if row else 0) + 1, "first": row is None}


def _left(
    draft: Draft, transition: Transition, unmet: Sequence[Missing], before: str
) -> list[tasks.Task]:
    """What is left to do about what was unmet; where steps were passed over, that comes first."""
    left = [_task(transition, one) for one in unmet]
    if before not in transition.starts:
        left[:1] = left_to_do(draft, transition, before)
    return left


def _task(transition: Transition, one: Missing) -> tasks.Task:
    """What a need leaves to do; one that several answers can meet is about the step itself."""
    of_step = one.need.what.startswith(tasks.EITHER)
    subject = transition.id if of_step else one.subject
    return tasks.Task(one.kind, one.need.what, one.role, subject)
