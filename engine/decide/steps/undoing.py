"""Undoing the latest step: a new event sets it aside, and the rows that it changed are as they were
before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.apply import changes
from engine.case import Key, Row, Rows
from engine.decide.draft import Draft
from engine.decide.entries import keeping, tasks
from engine.decide.entries.telling import News, of_step, tell
from engine.decide.standing import Stood, days, standing, taken
from engine.decide.steps import setting_aside
from engine.decide.steps.setting_aside import Linked
from engine.decide.timing import clocks, cycles
from engine.definition import Transition
from engine.errors import Need, RefusedError

Event = Mapping[str, Any]

CAUSE = "its step was set aside"

DEADLINE_COLUMNS = (
    "status",
    "rule",
    "starts_on",
    "due_on",
    "due_from",
    "due_to",
    "target_on",
    "delay_on",
    "met_on",
    "calendar",
)


def opened_by_latest(events: Sequence[Event]) -> list[str]:
    """The linked cases that the latest step of a case opened, which are set aside with it."""
    latest = standing(events)[-1:]
    return setting_aside.opened_in(_own(events, latest[0])) if latest else []


def undo(draft: Draft, events: Sequence[Event], linked: Sequence[Linked] = ()) -> None:
    """Set the latest step aside: state, answers and clocks go back; who was told is told again.

    `events` are all events of the case, `linked` the cases that the step opened: they are set
    aside with it. What has left the building is followed up as a task. Raises RefusedError without
    a reason, when there is no step to set aside or one of these cases has moved on, and for
    somebody who may not take that step.
    """
    if not draft.context.reason:
        raise RefusedError("Setting a step aside needs its reason; give --reason.")
    steps = standing(events)
    if not steps:
        raise RefusedError("There is no step to set aside; an answer is put right with `correct`.")
    _need_own_edition(draft, events, steps[-1].n)
    transition = draft.workflow.transitions[steps[-1].transition]
    keeping.need_decider(draft, transition, "Setting aside", "set it aside")
    setting_aside.need_untouched(transition.title, linked)
    go_back(draft, events, steps, linked)


def _need_own_edition(draft: Draft, events: Sequence[Event], n: int) -> None:
    """Raise RefusedError for a step that was taken under another edition than the case is under."""
    if events[n - 1]["edition"] == draft.edition.hash:
        return
    process, ref = draft.workflow.name, draft.case.ref
    how = f"`workflow migrate {process} --back --case {ref}` first, where that is still possible"
    raise RefusedError(
        f"Entry @{n} is a step of before the case was moved to another edition, so it cannot be "
        "set aside.",
        (Need("the case must be under the edition of that step again", how=how),),
    )


def go_back(
    draft: Draft, events: Sequence[Event], steps: list[Stood], linked: Sequence[Linked] = ()
) -> None:
    """Set the last of the steps that stand aside, whoever decided it."""
    *steps, step = steps
    transition = draft.workflow.transitions[step.transition]
    before, own = _before(events, step), _own(events, step)
    news = of_step(draft, transition, f"{transition.title}: this step was set aside")
    body = {
        "step": step.n,
        "transition": step.transition,
        **_state_back(draft, before, steps),
        "answers": _answers_back(draft, before, own),
        "turns": _turns_back(draft, before, own, steps),
    }
    draft.emit("step undone", body, draft.reason())
    setting_aside.set_aside(draft, linked)
    _clocks_back(draft, before, own)
    _clocks_follow(draft, body["answers"], own, steps)
    _follow_up(draft, transition, own, news)


def _own(events: Sequence[Event], step: Stood) -> list[Event]:
    """The events of the command that took a step."""
    return [event for event in events if event["command"] == step.command]


def _before(events: Sequence[Event], step: Stood) -> Rows:
    """The rows as they were before a step."""
    before = Rows()
    for event in events:
        if event["command"] == step.command:
            break
        before.merge(changes(event))
    return before


def _state_back(draft: Draft, before: Rows, steps: Sequence[Stood]) -> dict[str, Any]:
    """Where the case was before the step; the days are those of the steps that stand now."""
    case = before.table("cases")[(draft.case.ref,)]
    back = {name: case[name] for name in ("state", "closed_on")}
    return back | days(str(case["opened_on"]), steps)


def _answers_back(draft: Draft, before: Rows, own: Sequence[Event]) -> list[dict[str, Any]]:
    found = []
    begun = _begun(before, own)
    held = sorted(draft.case.rows.table("answers"))
    later = [key for key in held if int(key[3]) > begun.get(str(key[1]), int(key[3]))]
    for key in dict.fromkeys([*_touched(own, "answers"), *later]):
        old = before.table("answers").get(key)
        name = {"question": key[1], "of": key[2], "no": key[3]}
        found.append({**name, **(old or {"status": "set aside"})})
    return found


def _turns_back(
    draft: Draft, before: Rows, own: Sequence[Event], steps: Sequence[Stood]
) -> list[dict[str, Any]]:
    found = []
    for key in _touched(own, "turns"):
        old: Row = before.table("turns").get(key) or {"no": 0, "happened": ""}
        no, happened = old["no"], old["happened"]
        what, _, name = str(key[1]).partition(":")
        if what == "took":
            no, happened = taken(name, steps)
        found.append({"what": key[1], "no": no, "happened": happened, "first": False})
    return found


def _begun(before: Rows, own: Sequence[Event]) -> dict[str, int]:
    """The questions that the step asked anew, and the occurrence that was asked before it."""
    rows = before.table("turns")
    keys = [key for key in _touched(own, "turns") if ":" not in str(key[1])]
    return {str(key[1]): int(rows[key]["no"]) if key in rows else 1 for key in keys}


def _clocks_back(draft: Draft, before: Rows, own: Sequence[Event]) -> None:
    begun = _begun(before, own)
    later = [
        key
        for key, row in draft.case.open_deadlines()
        if int(key[3]) > begun.get(draft.edition.rule(row["rule"]).anchor, int(key[3]))
    ]
    for key in dict.fromkeys([*_touched(own, "deadlines"), *later]):
        old = before.table("deadlines").get(key)
        name = {"timescale": key[1], "of": key[2], "no": key[3]}
        schedule = draft.case.deadlines()[key]["schedule"] + 1
        waiting = [[k[4], k[5]] for k in draft.case.waiting_notices(key)]
        if old is None:
            now: dict[str, Any] = {"status": "set aside"}
            body = {**name, "cause": CAUSE, "now": now, "dropped": waiting}
            draft.emit("deadline set aside", body)
            continue
        now = {column: old[column] for column in DEADLINE_COLUMNS} | {"schedule": schedule}
        armed = _dropped_moments(key, before, own)
        body = {
            **name,
            "cause": CAUSE,
            "now": now,
            "dropped": waiting,
            "schedule": schedule,
            "notices": armed,
        }
        draft.emit("deadline resumed", body)


def _clocks_follow(
    draft: Draft, answers: Sequence[Row], own: Sequence[Event], steps: Sequence[Stood]
) -> None:
    """Let what was corrected after the step count, and stop what runs only where the case was."""
    workflow = draft.workflow
    touched = [workflow.timescales[str(key[1])] for key in _touched(own, "deadlines")]
    anchors = [draft.edition.rule(v.due).anchor for t in touched for v in t.variants]
    clocks.review(draft, [*(item["question"] for item in answers), *anchors], CAUSE)
    cycles.restart(draft, steps, CAUSE)


def _dropped_moments(key: Key, before: Rows, own: Sequence[Event]) -> list[list[Any]]:
    """The notices that the step had dropped, armed again at their own moments."""
    rows = before.table("notices")
    return [
        [k[4], rows[k]["at"]]
        for k in _touched(own, "notices")
        if k[:4] == key and k in rows and rows[k]["status"] == "waiting"
    ]


def _follow_up(draft: Draft, transition: Transition, own: Sequence[Event], news: News) -> None:
    opened = [str(key[1]) for key in _touched(own, "tasks")]
    still = draft.case.rows.table("tasks")
    ref = draft.case.ref
    tasks.close(draft, [t for t in opened if still[(ref, t)]["status"] == "open"], "dropped")
    left = []
    role = transition.who[0] if transition.who else ""
    if transition.leaves_building:
        what = f'follow up {transition.leaves_building}: "{transition.title}" was set aside'
        left.append(tasks.Task("follow up", what, role, transition.id))
    tasks.open_tasks(draft, left)
    if transition.tell:
        tell(draft, transition.tell, news)


def _touched(own: Sequence[Event], table: str) -> list[Key]:
    keys = [key for event in own for where, key, *_ in changes(event) if where == table]
    return list(dict.fromkeys(keys))
