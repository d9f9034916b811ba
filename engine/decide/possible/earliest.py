"""The earliest day on which a step could be done, by what is known today of days and of people.

It is today where nothing is missing but what people do, and not known where it hangs on a day that
nobody knows. It never says that anybody will do anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain
from typing import NamedTuple

from engine.dates import parse_partial
from engine.decide.draft import Draft
from engine.decide.possible.supplies import (
    APPROVE,
    ASK,
    CORRECT,
    END,
    GIVE,
    TAKE,
    WAIT,
    Supply,
    Way,
    ways_of,
)
from engine.decide.steps.needs import approvers, missing
from engine.decide.steps.unmet import ONCE, PERSON, PLACE, Missing
from engine.definition import Transition
from engine.directory import FOR_EVER
from engine.guards import PASSED
from engine.prose import day_of, listed, names_of, straight

_DAY = timedelta(days=1)
_LAST = date(9999, 12, 31)
MOST_DEEP = 3
"""How many steps, each of which waits for the next, are looked at."""


class Earliest(NamedTuple):
    """The first day on which something is possible, or on what it hangs that nobody knows."""

    day: date | None
    hangs_on: tuple[str, ...] = ()


def of_step(
    draft: Draft, transition: Transition, found: Sequence[Missing], deep: int = 0
) -> Earliest:
    """The earliest day of a step that lacks this: all is supplied by then, and somebody who may
    take it is there.
    """
    every = [of_need(draft, transition, one, deep) for one in found if one.sort != PERSON]
    return _of_all(draft, transition, found, every)


def of_each(
    draft: Draft, transition: Transition, found: Sequence[Missing]
) -> tuple[Earliest, list[Earliest]]:
    """The earliest day of a step that lacks this, and of each thing that it lacks."""
    days = [of_need(draft, transition, one) for one in found]
    others = [day for one, day in zip(found, days, strict=True) if one.sort != PERSON]
    return _of_all(draft, transition, found, others), days


def _of_all(
    draft: Draft, transition: Transition, found: Sequence[Missing], every: Sequence[Earliest]
) -> Earliest:
    hanging = tuple(dict.fromkeys(text for one in every for text in one.hangs_on))
    if hanging:
        return Earliest(None, hanging)
    today = draft.context.today
    first = max([one.day for one in every if one.day], default=today)
    if first == today and all(one.sort != PERSON for one in found):
        return Earliest(today)
    return _taker(draft, transition, first)


def of_need(draft: Draft, transition: Transition, one: Missing, deep: int = 0) -> Earliest:
    """The earliest day on which a need can be met, in the way in which it is met first."""
    if one.sort == PERSON:
        return _taker(draft, transition, draft.context.today)
    if one.sort == ONCE:
        ask = draft.workflow.questions[transition.once_for].ask
        return Earliest(None, (f'a new answer to "{ask}"',))
    if one.sort == PLACE:
        return Earliest(None, ("the steps that lead to where it starts",))
    every = [_of_way(draft, transition, way, deep) for way in ways_of(draft, transition, one)]
    known = [each.day for each in every if each.day]
    if known:
        return Earliest(min(known))
    hanging = dict.fromkeys(text for each in every for text in each.hangs_on)
    return Earliest(None, (listed(hanging, "or"),) if hanging else (one.need.what,))


def nearest_first(draft: Draft, transition: Transition, one: Missing) -> list[Way]:
    """The ways in which a need is met: first those of which the day is known, then by how much
    they take.
    """

    def key(way: Way) -> tuple[bool, int, date]:
        found = _of_way(draft, transition, way, 0)
        return found.day is None, len(way), found.day or _LAST

    return sorted(ways_of(draft, transition, one), key=key)


def of_supply(draft: Draft, transition: Transition, supply: Supply, deep: int = 0) -> Earliest:
    """The earliest day on which one thing can be supplied."""
    hangs_on = _unknown(draft, supply)
    if hangs_on:
        return Earliest(None, (hangs_on,))
    today = draft.context.today
    if supply.verb == WAIT:
        value = parse_partial(str(draft.case.value(supply.subject)))
        # A month or a year alone has passed only when all its days have.
        return Earliest(max(today, value.first if value.exact else value.last + _DAY))
    if supply.verb == TAKE:
        return _of_steps(draft, transition, supply, deep)
    if supply.verb == APPROVE:
        return _of_approval(draft, transition, supply)
    agency = supply.of if supply.verb == ASK else draft.case.about
    return _first(draft, supply.roles, today, agency)


def _of_way(draft: Draft, transition: Transition, way: Way, deep: int) -> Earliest:
    every = [of_supply(draft, transition, supply, deep) for supply in way]
    hanging = tuple(dict.fromkeys(text for one in every for text in one.hangs_on))
    if hanging:
        return Earliest(None, (listed(hanging),))
    return Earliest(max([one.day for one in every if one.day], default=draft.context.today))


def _unknown(draft: Draft, supply: Supply) -> str:
    """The thing that nobody knows the day of, where something hangs on one; nothing otherwise."""
    workflow = draft.workflow
    if supply.verb == END:
        return f'the end of the linked cases "{workflow.children[supply.subject].title}"'
    line = supply.line
    if line is None or supply.verb == GIVE:
        return ""
    question = workflow.questions[supply.subject]
    standing = draft.case.value(supply.subject)
    if supply.verb == CORRECT or (standing is not None and line.word != PASSED):
        return f'another answer to "{question.ask}" than {standing}'
    ahead = supply.subject not in draft.edition.facts
    if supply.verb != WAIT and line.word == PASSED and ahead:
        return straight(day_of(question))
    return ""


def _of_steps(draft: Draft, transition: Transition, supply: Supply, deep: int) -> Earliest:
    """The earliest day of a step that supplies something, and after which this one still starts."""
    found = []
    here, today = draft.case.state, draft.context.today
    for name in supply.steps:
        step = draft.workflow.transitions[name]
        after = step.to or here
        if supply.already_done:
            found.append(_taker(draft, step, today))
        elif deep < MOST_DEEP and here in step.starts and after in transition.starts:
            found.append(of_step(draft, step, missing(draft, step), deep + 1))
    known = [one.day for one in found if one.day]
    if known:
        return Earliest(min(known))
    steps = (f'the step "{draft.workflow.transitions[name].title}"' for name in supply.steps)
    return Earliest(None, (listed(steps, "or"),))


def _of_approval(draft: Draft, transition: Transition, supply: Supply) -> Earliest:
    """The day on which as many different people as are lacking have been there to approve."""
    asked = (supply.subject, supply.roles)
    approval = next(one for one in transition.approve if (one.of, one.by) == asked)
    given = approvers(draft, approval)
    lacking, there = approval.at_least - len(given), set(given)
    for day in _days(draft, draft.context.today):
        more = _present(draft, approval.by, day.isoformat()) - there
        there |= more
        lacking -= len(more)
        if lacking <= 0:
            return Earliest(day)
    return Earliest(None, (_nobody(draft, approval.by, more=True),))


def _taker(draft: Draft, transition: Transition, since: date) -> Earliest:
    return _first(draft, transition.who, since)


def _first(draft: Draft, roles: Sequence[str], since: date, agency: str = "") -> Earliest:
    """The first day from another on which somebody in one of these roles is there, or who speaks
    for an agency.
    """
    for day in chain((since,), _days(draft, since)):
        on = day.isoformat()
        if _present(draft, roles, on) or (agency and draft.directory.contact(agency, on)):
            return Earliest(day)
    return Earliest(None, (_nobody(draft, roles),))


def _present(draft: Draft, roles: Iterable[str], day: str) -> set[str]:
    """Who holds one of these roles on a day, in this case, and is there."""
    only_at = draft.workflow.only_at(draft.case.about)
    return {
        held.person
        for role in roles
        for held in draft.directory.holders(role, day)
        if held.agency == only_at.get(role, held.agency)
    }


def _days(draft: Draft, since: date) -> Iterator[date]:
    """A day, and those after it on which who holds what, or is away, becomes another."""
    directory, found = draft.directory, {since}
    spans = [(one.since, one.until) for one in directory.appointments]
    spans += [(one.since, one.until) for one in directory.absences]
    for start, end in spans:
        found.add(date.fromisoformat(start) if start else since)
        found.add(date.fromisoformat(end) + _DAY if end < FOR_EVER else since)
    yield from sorted(day for day in found if day >= since)


def _nobody(draft: Draft, roles: Sequence[str], *, more: bool = False) -> str:
    titles = listed(names_of(draft.workflow, roles), "or")
    return f"somebody {'more ' if more else ''}to hold the role of {titles}"
