"""What has changed in a step beside its plain parts: its guard, approvals and linked cases."""

from __future__ import annotations

from collections.abc import Iterator

from engine.changes.change import (
    GUARDS,
    LOOSER,
    RECORDS,
    STEPS,
    STRICTER,
    WORDING,
    Change,
    Verdict,
    flipped,
    higher_is_stricter,
    more_is_looser,
)
from engine.changes.conditions import strictness
from engine.changes.saying import condition, said, several, titled
from engine.changes.things import Place, Two, by_key, in_another_order, place_of, reordered
from engine.definition import Approval, Condition, Guard, Question, Transition, Workflow
from engine.guards import YES_OR_NO

APART = ("only_if", "undecided_if", "approve", "sets", "opens")


def step_changes(two: Two, old: Transition, new: Transition) -> Iterator[Change]:
    """The changes of a step in what is compared apart."""
    where = place_of("transitions", new)
    yield from guard_changes(two, where, old.only_if, new.only_if, narrower=STRICTER)
    yield from _undecided(two, where, old.undecided_if, new.undecided_if)
    yield from _approvals(two, where, old.approve, new.approve)
    yield from _sets(two, where, old, new)
    yield from _opens(two, where, old, new)


def guard_changes(
    two: Two, where: Place, old: Guard, new: Guard, *, narrower: Verdict
) -> Iterator[Change]:
    """What a guard lets through now; `narrower` is what it is called when that is less."""
    before = carried_guard(two, old)
    if before == new:
        return
    found = strictness(before, new, _closed(two, before, new))
    what = where.called("what must be so" if narrower == STRICTER else "where it applies")
    was, now = condition(two.old, old, "anything"), condition(two.new, new, "anything")
    if found is None:
        what = f"{what}, written otherwise and meaning the same"
        yield Change(WORDING, where.at("only_if"), what, was, now, "other")
        return
    verdict = found if narrower == STRICTER else flipped(found)
    yield Change(GUARDS, where.at("only_if"), what, was, now, verdict)


def _undecided(two: Two, where: Place, old: Guard, new: Guard) -> Iterator[Change]:
    """Where neither this step nor its alternatives are possible, on purpose."""
    if carried_guard(two, old) != new:
        was, now = condition(two.old, old, "nowhere"), condition(two.new, new, "nowhere")
        what = where.called("where nothing is decided on purpose")
        yield Change(GUARDS, where.at("undecided_if"), what, was, now, "other")


def carried_guard(two: Two, guard: Guard) -> Guard:
    """A guard of the old edition in the names of the new one."""
    tables = tuple(
        tuple(line._replace(subject=two.carried(line.subject, "questions")) for line in table)
        for table in guard.tables
    )
    return Guard(tables)


def _closed(two: Two, *guards: Guard) -> dict[str, set[str]]:
    """Of each question with a choice all answers that there were or are."""
    names = {line.subject for guard in guards for table in guard.tables for line in table}
    back = {new: old for old, new in two.names.get("questions", {}).items()}
    found = {}
    for name in names:
        asked = [two.new.questions.get(name), two.old.questions.get(back.get(name, name))]
        known = [_choices(question) for question in asked if question]
        if known and all(known):
            found[name] = {choice for choices in known for choice in choices}
    return found


def _choices(question: Question) -> tuple[str, ...]:
    return question.choices or (YES_OR_NO if question.answer == "yes or no" else ())


def _approvals(
    two: Two, where: Place, old: tuple[Approval, ...], new: tuple[Approval, ...]
) -> Iterator[Change]:
    carried = tuple(_carried(two, one) for one in old)
    if carried == new:
        return
    at, what = where.at("approve"), where.called("whose approval it needs")
    if reordered(carried, new):
        was, now = _all_approvals(two.old, old), _all_approvals(two.new, new)
        yield Change(WORDING, at, f"{what}, in another order", was, now, "other")
        return
    before, after = by_key((a.of, a) for a in carried), by_key((a.of, a) for a in new)
    for of in sorted({*before, *after}):
        mine, others = before.get(of, ()), after.get(of, ())
        if mine != others:
            was, now = _all_approvals(two.new, mine), _all_approvals(two.new, others)
            yield Change(RECORDS, f"{at} {of}", what, was, now, _of_approvals(mine, others))


def _carried(two: Two, approval: Approval) -> Approval:
    return approval._replace(
        of=two.carried(approval.of, "questions"), by=two.carried(approval.by, "people")
    )


def _of_approvals(old: tuple[Approval, ...], new: tuple[Approval, ...]) -> Verdict:
    if len(old) != len(new):
        return STRICTER if len(new) > len(old) else LOOSER
    verdicts = {_of_approval(*pair) for pair in zip(old, new, strict=True) if pair[0] != pair[1]}
    return verdicts.pop() if len(verdicts) == 1 else "other"


def _of_approval(old: Approval, new: Approval) -> Verdict:
    found = {
        verdict
        for differs, verdict in (
            (old.at_least != new.at_least, higher_is_stricter(old.at_least, new.at_least)),
            (old.by != new.by, more_is_looser(old.by, new.by)),
        )
        if differs
    }
    return found.pop() if len(found) == 1 else "other"


def _all_approvals(workflow: Workflow, approvals: tuple[Approval, ...]) -> str:
    return several(
        f"at least {one.at_least} of {said(workflow, one.by, 'people')}, for "
        f"{titled(workflow, one.of, 'questions')}"
        for one in approvals
    )


def _sets(two: Two, where: Place, old: Transition, new: Transition) -> Iterator[Change]:
    before = tuple((two.carried(name, "questions"), value) for name, value in old.sets)
    if before == new.sets:
        return
    at, what = where.at("sets"), where.called("what it answers by itself")
    was, now = _answers(two.old, old), _answers(two.new, new)
    if reordered(before, new.sets):
        yield in_another_order(two, at, what, ((was,), (now,)))
    else:
        yield Change(RECORDS, at, what, was, now, "other")


def _answers(workflow: Workflow, step: Transition) -> str:
    lines = (Condition(name, "is", (value,)) for name, value in step.sets)
    return several(condition(workflow, Guard(((line,),)), "") for line in lines)


def _opens(two: Two, where: Place, old: Transition, new: Transition) -> Iterator[Change]:
    before = old.opens
    if before:
        before = before._replace(one_for=two.carried(before.one_for, "questions"))
    if before != new.opens:
        what = where.called("the linked cases that it opens")
        was, now = _opened(two.old, old), _opened(two.new, new)
        yield Change(STEPS, where.at("opens"), what, was, now, "other")


def _opened(workflow: Workflow, step: Transition) -> str:
    if step.opens is None:
        return "none"
    child = workflow.children.get(step.opens.process)
    name = child.title if child else step.opens.process
    each = step.opens.one_for
    return f"{name}, for each of {titled(workflow, each, 'questions')}" if each else name
