"""Moving a case to another edition: where it then is, what becomes of each clock, and why it may
not be moved.

A case is moved only to where its own history would have led it, had the new edition governed it
from its first day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.case import AnswerKey, Key
from engine.decide.draft import Draft
from engine.decide.entries import tasks
from engine.decide.entries.telling import of_clock, tell
from engine.decide.moving import carrying, consenting, entries, loosening, pinning
from engine.decide.moving.carrying import Between, Carried
from engine.decide.moving.moves import MIGRATED, MOVED
from engine.decide.timing import clocks
from engine.decide.timing.arming import moments, rearm
from engine.decide.what_if.replaying import Impossible, Replay
from engine.definition import Timescale, Workflow
from engine.edition import Edition
from engine.errors import Need, RefusedError


@dataclass(frozen=True, slots=True)
class Wishes:
    """What whoever moves cases has chosen."""

    states: Mapping[str, str] = field(default_factory=dict)
    """The states that have another name in the new edition."""
    clocks: Mapping[str, str] = field(default_factory=dict)
    """By timescale: keep, rebase, restart or stop."""
    provision: str = ""
    """The provision by which clocks are started anew."""
    later: tuple[str, ...] = ()
    """The timescales of which it was agreed that their duties end later."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What moving one case comes to."""

    ref: str
    workflow: str
    old: str
    """The hash of the edition under which it is."""
    new: str
    came_from: str
    to: str
    state: str
    """The title of the state where it then is."""
    clocks: tuple[Carried, ...] = ()
    judged: tuple[Key, ...] = ()
    """The clocks that were met, and stay judged as they were."""
    needs: tuple[Need, ...] = ()
    """Everything that stands in the way; it is moved only if there is nothing."""


def planned(between: Between, fresh: Replay, before: Sequence[Impossible], wishes: Wishes) -> Plan:
    """What moving a case would come to.

    `fresh` is its history decided under the new edition; `before` is what could not be repeated
    even under its own, for a reason that has nothing to do with editions.
    """
    case, new = between.case, between.new.workflow
    to = _led_to(case.state, new, wishes.states)
    gone = [*_no_state(between, to), *_gone(between, fresh), *_answers(between)]
    # What else would be refused follows from what is gone, and is judged once that is there.
    needs = gone or [*_place(between, fresh, to), *_history(between, fresh, before)]
    found: list[Carried] = []
    if not needs:
        found, lacking = consenting.carried(between)
        needs += lacking
    known = new.states.get(to)
    return Plan(
        ref=case.ref,
        workflow=new.name,
        old=str(case.row["edition"]),
        new=between.new.hash,
        came_from=case.state,
        to=to,
        state=known.title if known else to,
        clocks=tuple(found),
        judged=tuple(_judged(between, found)),
        needs=tuple(dict.fromkeys(needs)),
    )


def _judged(between: Between, found: Sequence[Carried]) -> list[Key]:
    """The clocks that were met, and do not run again."""
    running = {one.key for one in found}
    return [key for key in carrying.kept_as_judged(between) if key not in running]


def _led_to(state: str, new: Workflow, wishes: Mapping[str, str]) -> str:
    """Where a case is then: a state may keep its name in one process and not in a linked one."""
    named = wishes.get(state, state)
    return state if named not in new.states and state in new.states else named


def refusal(plan: Plan) -> RefusedError:
    """Why a case cannot be moved, with all that would be needed."""
    return RefusedError(
        f"{plan.ref} cannot be moved to that edition; it stays as it is.", plan.needs
    )


def _no_state(between: Between, to: str) -> Iterable[Need]:
    """The state of a case, if the new edition does not have it."""
    state, known = between.case.state, between.new.workflow.states.get(to)
    if known is None or known.abstract:
        here = between.old.workflow.states[state].title
        what = f'the case is at "{here}", and the new edition has no such state'
        yield Need(what, how=f"name the one that took its place: --state {state}=NEW")


def _place(between: Between, fresh: Replay, to: str) -> Iterable[Need]:
    """Why a case would not be at a state, which the new edition has."""
    new, case = between.new.workflow, between.case
    known = new.states[to]
    there = new.states.get(fresh.case.state)
    if fresh.case.state != to:
        led = there.title if there else fresh.case.state
        what = f'its own history would have led it to "{led}", and not to "{known.title}"'
        yield Need(what, how="take the steps that are missing, or leave it under its edition")
    if (fresh.case.row["closed_on"] is None) != (case.row["closed_on"] is None):
        closed = "closed" if case.row["closed_on"] else "open"
        what = f"the case is {closed}, and would not be so there"
        yield Need(what, how="leave it under its edition")


def _gone(between: Between, fresh: Replay) -> Iterable[Need]:
    """The steps of its record that the new edition does not have."""
    workflows = between.new.workflow, between.old.workflow, fresh.edition.workflow
    for one in fresh.impossible:
        if one.kind == "transition taken" and one.subject not in between.new.workflow.transitions:
            said = entries.entry(one.kind, one.subject, (one.n, one.on), workflows)
            yield Need(f"{said}, and the new edition has no such step", how=_kept_name(one.subject))


def _kept_name(name: str) -> str:
    """What can be done where the new edition does not have a name that is on record."""
    return (
        f"where it has only another name there, give it the name {name} again and change its title "
        "instead, since the record goes by names; else leave the case under its edition until it "
        "is closed"
    )


def _history(between: Between, fresh: Replay, before: Sequence[Impossible]) -> Iterable[Need]:
    """What its record holds that the new edition would have refused."""
    workflows = between.new.workflow, between.old.workflow, fresh.edition.workflow
    anyway = {(one.n, one.sentence, one.needs) for one in before}
    for one in fresh.impossible:
        if (one.n, one.sentence, one.needs) not in anyway:
            lacking = "; ".join(need.what for need in one.needs)
            more = f" ({lacking})" if lacking else ""
            how = "; ".join(need.how for need in one.needs if need.how)
            said = entries.entry(one.kind, one.subject, (one.n, one.on), workflows)
            yield Need(f"{said}, and would have been refused: {one.sentence}{more}", how=how)


def _answers(between: Between) -> Iterable[Need]:
    """What is on record that the new edition could not say."""
    case, old, new = between.case, between.old.workflow, between.new.workflow
    rows = case.rows.table("answers").items()
    asked = {str(key[1]) for key, row in rows if row["status"] != "set aside"}
    for name in sorted(asked - new.questions.keys()):
        known = old.questions.get(name)
        what = f'the record answers "{known.ask if known else name}", which the new edition '
        yield Need(f"{what}does not ask", how=_kept_name(name))
    kinds = {case.rows.table("people")[key]["kind"] for key in case.rows.table("people")}
    for kind in sorted(kinds - set(new.person_kinds)):
        what = f"the case is about a {kind}, of whom the new edition does not speak"
        yield Need(what, how="name that kind of person in the edition")


def migrate(draft: Draft, old: Edition, plan: Plan, wishes: Wishes) -> None:
    """Move a case by a plan that nothing stands in the way of; the draft is under the new edition.

    Raises RefusedError with everything that does.
    """
    if plan.needs:
        raise refusal(plan)
    pins = [(one.key, _PINS[one.choice]) for one in plan.clocks if one.choice in _PINS]
    pins += [(key, pinning.KEPT) for key in plan.judged]
    pins += [(key, 0) for key in pinning.every(draft) if key not in dict(pins)]
    body = {
        "from_edition": plan.old,
        "from_name": old.workflow.edition,
        "to_name": draft.workflow.edition,
        "from": plan.came_from,
        "to": plan.to,
        "states": _states(old.workflow, draft.workflow, wishes.states),
        "choices": [one.plain() for one in plan.clocks],
        "back": 0,
        "turns": [pinning.turn(draft, key, no) for key, no in pins],
    }
    sealed = draft.reason()
    if wishes.provision:
        key = AnswerKey("provision", "", draft.chain.n + 1)
        sealed = sealed | draft.secret(key, wishes.provision)
    draft.emit(MIGRATED, body, sealed)
    told = [news for one in plan.clocks if (news := _settle(draft, old, one))]
    for roles, said in told:
        tell(draft, roles, said)
    tasks.close_answered(draft)


_PINS: Mapping[str, int] = {"keep": pinning.KEPT, "restart": pinning.RESTARTED}


def _states(old: Workflow, new: Workflow, wishes: Mapping[str, str]) -> dict[str, str]:
    return {one: to for one, to in wishes.items() if one in old.states and to in new.states}


def _settle(draft: Draft, old: Edition, one: Carried) -> tuple[list[str], Any] | None:
    """Do to one clock what was chosen; yields whom to tell of it, and what."""
    if one.choice == "start":
        return _start(draft, one)
    if one.choice == "stop":
        row = draft.case.deadlines()[one.key]
        clocks.stop(draft, one.key, row, MOVED)
        return None
    if one.now.get("status") in loosening.JUDGED:
        _meet(draft, one)
        return None
    return _move(draft, old, one)


def _name(one: Carried) -> dict[str, Any]:
    return {"timescale": one.key[1], "of": one.key[2], "no": one.key[3]}


def _start(draft: Draft, one: Carried) -> tuple[list[str], Any] | None:
    """Begin a clock that the new edition has, or let one run again that has ended.

    Of one that runs again only what is still to come goes out, and who would be told by its notices
    is told so.
    """
    timescale = draft.workflow.timescales[str(one.key[1])]
    body = {**_name(one), **one.now, "notices": []}
    if not draft.case.row["historic"]:
        body["notices"] = moments(timescale, body, draft.calendar)
    turns = []
    if clocks.recurs(draft, timescale):
        what = f"clock:{timescale.id}"
        turns = [{"what": what, "no": one.key[3], "first": not draft.case.knows_turn(what)}]
    if one.old is None:
        draft.emit("deadline started", {**body, "schedule": 1, "turns": turns})
        return None
    now = int(draft.context.now.timestamp() * 1_000_000)
    schedule = one.old["schedule"] + 1
    columns = {name: body[name] for name in carrying.COUNTED}
    resumed = {
        **_name(one),
        "cause": MOVED,
        "now": columns | {"schedule": schedule, "met_on": None},
        "dropped": [],
        "schedule": schedule,
        "notices": [notice for notice in body["notices"] if notice[1] > now],
        "turns": turns,
    }
    draft.emit("deadline resumed", resumed)
    roles = dict.fromkeys(role for notice in timescale.notices for role in notice.tell)
    of, day = str(one.key[2]), str(body["due_on"] or "")
    return list(roles), of_clock(draft, timescale.title, of, "it runs again", by_when=day)


def _meet(draft: Draft, one: Carried) -> None:
    """A clock that the new edition counts as met by what has happened already."""
    waiting = [[k[4], k[5]] for k in draft.case.waiting_notices(one.key)]
    body = {**_name(one), "cause": MOVED, "now": dict(one.now), "dropped": waiting}
    draft.emit("deadline met", body)


def _move(draft: Draft, old: Edition, one: Carried) -> tuple[list[str], Any] | None:
    """Give a clock that runs on its days and the notices of the new edition.

    What has fired stays fired: it is armed again only for a moment to come. What only the new
    edition sends, and would have sent by now, goes out at once to who was never told.
    """
    timescale = draft.workflow.timescales[str(one.key[1])]
    row = draft.case.deadlines()[one.key]
    body = {name: row[name] for name in carrying.COUNTED} | dict(one.now)
    armed = rearm(draft, timescale, one.key, body)
    names = {notice.id for notice in timescale.notices}
    gone = [[k[4], k[5]] for k in draft.case.waiting_notices(one.key) if k[4] not in names]
    missed = _missed(draft, old, one, timescale, body)
    notices = [] if draft.case.row["historic"] else [*armed.notices, *missed]
    dropped = [*armed.dropped, *gone]
    if not (one.changes or dropped or notices):
        return None
    schedule = row["schedule"] + 1
    now = {name: body[name] for name in carrying.COUNTED}
    moved = {
        **_name(one),
        "cause": MOVED,
        "old": {name: row[name] for name in clocks.OLD},
        "now": now | ({"schedule": schedule} if notices else {}),
        "dropped": dropped,
        "schedule": schedule,
        "notices": notices,
    }
    moves = row["due_on"] and row["due_on"] != now["due_on"]
    roles = _told_before(draft, old, one) if moves else []
    draft.emit("deadline moved", moved)
    if not roles:
        return None
    of, day = str(one.key[2]), str(now["due_on"] or "")
    return roles, of_clock(draft, timescale.title, of, "the day has moved", by_when=day)


def _missed(
    draft: Draft, old: Edition, one: Carried, timescale: Timescale, body: Mapping[str, Any]
) -> Iterator[list[Any]]:
    """The notices that only the new edition has and whose moment has passed, where they tell
    somebody whom no notice of their kind has told of this clock.
    """
    now = int(draft.context.now.timestamp() * 1_000_000)
    waiting = {key[4] for key in draft.case.waiting_notices(one.key)}
    before = {notice.id: notice for notice in old.workflow.timescales[timescale.id].notices}
    sent = [notice for name, notice in before.items() if name not in waiting]
    known = {notice.id: notice for notice in timescale.notices}
    for name, at in moments(timescale, body, draft.calendar):
        told = {role for other in sent if other.kind == known[name].kind for role in other.tell}
        if name not in before and at <= now and not told.issuperset(known[name].tell):
            yield [name, at]


def _told_before(draft: Draft, old: Edition, one: Carried) -> list[str]:
    """The roles that a notice has told of a clock under the edition of before."""
    waiting = {key[4] for key in draft.case.waiting_notices(one.key)}
    every = old.workflow.timescales[str(one.key[1])].notices
    here = {*draft.workflow.roles, *draft.workflow.groups}
    fired = [notice for notice in every if notice.id not in waiting]
    return list(dict.fromkeys(role for one in fired for role in one.tell if role in here))
