"""How each command of a record is taken once more: by the rules, or where these refuse, as it was.

A command is a few attempts, the first by the rules alone; what an attempt did is put back before
the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from engine.case import Case, Given, Rows
from engine.decide.draft import Draft
from engine.decide.entries import approving, correcting, finishing, people, recording, tasks
from engine.decide.entries.telling import tell_asked
from engine.decide.standing import standing
from engine.decide.steps import opening, redating, setting_aside, undoing
from engine.decide.steps.setting_aside import Linked
from engine.decide.steps.taking import Step, take
from engine.decide.timing import clocks, extending, firing
from engine.decide.timing.recounting import Version, recount
from engine.decide.what_if.memory import MemoryDraft, stands_for
from engine.decide.what_if.record import RECOUNTED, Command, Event, Record, micros
from engine.edition import Edition


class Past(NamedTuple):
    """What a repeated command may look at beside the case: the record, and what came of it."""

    record: Record
    """Folded up to this command, and with it."""
    old: Edition
    """The edition under which it was recorded."""
    events: Sequence[Event]
    """What the commands before it made of the case now."""
    steps: dict[int, int]
    """The entries of steps on record, each with the entry that it has now."""
    gone: frozenset[str]
    """The steps that only the edition of the record has."""
    version: Version
    """Gives a version of the calendar by its name."""


Attempt = Callable[[MemoryDraft, Command, Past], None]


def _open(draft: MemoryDraft, command: Command, past: Past) -> None:
    body = command.lead["body"]
    opening.open_case(
        draft,
        _given(draft, command, past),
        historic=bool(body["historic"]),
        parent=body["parent"],
        about=body["about"],
    )
    if body["parent"]:
        tell_asked(draft)


def _open_as_recorded(draft: MemoryDraft, command: Command, past: Past) -> None:
    body = dict(command.lead["body"]) | {"state": draft.workflow.starts_at}
    body.pop("clocks", None)
    draft.emit("case opened", body)
    _write(draft, command)
    clocks.review(draft, _questions(command), "the case was opened")


def _take(draft: MemoryDraft, command: Command, past: Past) -> None:
    body = command.lead["body"]
    step = Step(
        body["transition"],
        _given(draft, command, past),
        already_done=bool(body["already_done"]),
        pass_over="passed_over" in body,
    )
    take(draft, step)
    _after_step(draft, command, past)


def _take_as_done(draft: MemoryDraft, command: Command, past: Past) -> None:
    draft.context = draft.context._replace(evidence="as recorded", reason="as recorded")
    given = _given(draft, command, past)
    take(draft, Step(command.lead["body"]["transition"], given, True, True))
    _after_step(draft, command, past)


def _take_as_recorded(draft: MemoryDraft, command: Command, past: Past) -> None:
    body, before = command.lead["body"], draft.case.state
    begun = _write(draft, command)
    states, to = draft.workflow.states, body["to"]
    closed = states[to].closed
    made = {
        "transition": body["transition"],
        "from": before,
        "to": to,
        "closed": closed if closed != states[before].closed else None,
        "already_done": 1,
        "late": body["late"],
        "unmet": [],
        "turns": [_taken(draft, body["transition"])],
    }
    draft.emit("transition taken", made)
    clocks.after_step(draft, body["transition"], before, draft.context.happened)
    clocks.review(draft, [*_questions(command), *begun], body["transition"])
    tasks.close_answered(draft)
    _after_step(draft, command, past)


def _taken(draft: Draft, transition: str) -> dict[str, Any]:
    what = f"took:{transition}"
    return {"what": what, "no": draft.case.turn(what) + 1, "first": not draft.case.knows_turn(what)}


def _after_step(draft: MemoryDraft, command: Command, past: Past) -> None:
    """The linked cases that a step opened are there, and it has an entry of its own."""
    for event in command.events:
        if event["type"] == "linked case opened":
            count = int(draft.case.row["children"]) + 1
            opening.link(draft, event["body"]["process"], opened=1, ended=0, children=count)
    made = [event["n"] for event in draft.chain.events if event["type"] == "transition taken"]
    past.steps[command.lead["n"]] = made[-1]


def _undo(draft: MemoryDraft, command: Command, past: Past) -> None:
    undoing.undo(draft, past.events, _linked(draft, past))


def _undo_as_recorded(draft: MemoryDraft, command: Command, past: Past) -> None:
    undoing.go_back(draft, past.events, standing(past.events), _linked(draft, past))


def _linked(draft: MemoryDraft, past: Past) -> list[Linked]:
    """The linked cases that the latest step opened, as far as the case above them knows them."""
    latest = standing(past.events)[-1:]
    if not latest:
        return []
    own = [event for event in past.events if event["command"] == latest[0].command]
    found = []
    for event in own:
        if event["type"] == "linked case opened":
            body = event["body"]
            ref = f"{draft.case.ref}.{body['children']}"
            edition = draft.edition.children.get(body["process"])
            edition = edition or past.old.children[body["process"]]
            found.append(Linked(_untouched(draft, ref, edition), [_OPENED]))
    return found


_OPENED: Event = {"type": "case opened", "n": 1, "command": "", "body": {}}


def _untouched(draft: MemoryDraft, ref: str, edition: Edition) -> Draft:
    rows = Rows()
    row = {"state": edition.workflow.starts_at, "about": "", "historic": 1, "version": 1}
    rows.table("cases")[(ref,)] = row
    return Draft(
        Case(ref, rows), edition, draft.context, draft.directory, draft.calendar, draft.randomness
    )


def _redate(draft: MemoryDraft, command: Command, past: Past) -> None:
    body = command.lead["body"]
    redating.redate(draft, past.events, past.steps[body["step"]], body["new"])


def _redate_as_recorded(draft: MemoryDraft, command: Command, past: Past) -> None:
    body = command.lead["body"]
    n = past.steps[body["step"]]
    step = next((one for one in standing(past.events) if one.n == n), None)
    if step:
        redating.put_on_day(draft, past.events, step, body["new"])


def _set_aside(draft: MemoryDraft, command: Command, past: Past) -> None:
    setting_aside.end(draft, command.lead["body"]["parent"])


def _correct(draft: MemoryDraft, command: Command, past: Past) -> None:
    correcting.correct(draft, _given(draft, command, past))


def _correct_as_recorded(draft: MemoryDraft, command: Command, past: Past) -> None:
    correcting.put_right(draft, _given(draft, command, past))


def _record(draft: MemoryDraft, command: Command, past: Past) -> None:
    given = _given(draft, command, past)
    if command.before and len(given) == 1:
        recording.put_on_file(draft, given[0])
    else:
        recording.record(draft, given)


def _record_as_recorded(draft: MemoryDraft, command: Command, past: Past) -> None:
    _write(draft, command)
    clocks.review(draft, _questions(command), "an answer was recorded")
    tasks.close_answered(draft)


def _add(draft: MemoryDraft, command: Command, past: Past) -> None:
    people.add(draft, command.lead["body"]["kind"])
    given = _given(draft, command, past)
    if given:
        recording.record(draft, given)


def _add_as_recorded(draft: MemoryDraft, command: Command, past: Past) -> None:
    draft.emit("person added", dict(command.lead["body"]))
    _write(draft, command)


def _approve(draft: MemoryDraft, command: Command, past: Past) -> None:
    approving.approve(draft, command.lead["body"]["of"])


def _approve_as_recorded(draft: MemoryDraft, command: Command, past: Past) -> None:
    body = dict(command.lead["body"])
    key = (draft.case.ref, body["of"], body["no"], body["person"])
    draft.emit("approval given", body | {"first": key not in draft.case.rows.table("approvals")})


def _extend(draft: MemoryDraft, command: Command, past: Past) -> None:
    body = command.lead["body"]
    extending.extend(draft, _clock(body), body["now"]["target_on"], "as recorded")


def _delay(draft: MemoryDraft, command: Command, past: Past) -> None:
    extending.delay(draft, _clock(command.lead["body"]), "as recorded")


def _clock(body: Mapping[str, Any]) -> str:
    return f"{body['timescale']}/{body['of']}" if body["of"] else str(body["timescale"])


def _linked_ended(draft: MemoryDraft, command: Command, past: Past) -> None:
    ended = command.kind == "linked case ended"
    opening.linked_ended(draft, command.lead["body"]["process"], ended=ended)


def _fire(draft: MemoryDraft, command: Command, past: Past) -> None:
    now = micros(command.lead["recorded"])
    notices = draft.case.rows.table("notices").items()
    waiting = [(key, int(row["at"])) for key, row in notices if row["status"] == "waiting"]
    firing.fire(draft, [key for key, at in waiting if past.record.fires_at(key, at) <= now])


def _recount(draft: MemoryDraft, command: Command, past: Past) -> None:
    recount(draft, past.version, past.events)


def _finish(draft: MemoryDraft, command: Command, past: Past) -> None:
    for task in _same_tasks(draft, command, past):
        finishing.finish(draft, task)


def _finish_as_recorded(draft: MemoryDraft, command: Command, past: Past) -> None:
    tasks.close(draft, _same_tasks(draft, command, past), str(command.lead["body"]["status"]))


def _same_tasks(draft: Draft, command: Command, past: Past) -> list[str]:
    """The open tasks that say what those said which were ended; a number may be another now."""
    known = past.record.rows.table("tasks")
    waiting = {str(key[1]): row for key, row in draft.case.open_tasks()}
    found: list[str] = []
    for name in command.lead["body"]["tasks"]:
        wanted = _task(known[(draft.case.ref, name)])
        alike = [task for task, row in waiting.items() if _task(row) == wanted]
        found += [name] if name in alike else alike[:1]
    return list(dict.fromkeys(found))


def _task(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["kind"], row["what"], row["subject"]


def carry(draft: MemoryDraft, events: Sequence[Event]) -> None:
    """Let happen again what happened beside the rules, where there still is what it is about."""
    for event in events:
        kind, body = event["type"], dict(event["body"])
        if kind == "task opened":
            names = ("kind", "what", "role", "subject")
            every = [[item[name] for name in names] for item in body["tasks"]]
            tasks.open_tasks(draft, [tasks.Task(*item) for item in every])
        elif _is_there(draft, kind, body):
            draft.emit(kind, body, event["sealed"])


def _is_there(draft: Draft, kind: str, body: Mapping[str, Any]) -> bool:
    rows, ref = draft.case.rows, draft.case.ref
    if "message" in body:
        return (body["message"],) in rows.table("messages")
    if "notice" in body:
        name = ("timescale", "of", "no", "notice", "schedule")
        notice = rows.table("notices").get((ref, *(body[part] for part in name)))
        return notice is not None and notice["status"] == "waiting"
    if "timescale" in body:
        key = (ref, body["timescale"], body["of"], body["no"])
        return key in rows.table("deadlines")
    if kind == "pack changed" and not body["first"]:
        return (ref, body["pack"], body["no"]) in rows.table("packs")
    return True


def _given(draft: MemoryDraft, command: Command, past: Past) -> tuple[Given, ...]:
    """The answers that somebody gave with a command, and not those that its step gave by itself."""
    own = _by_itself(command, past)
    found = []
    for item in _items(command):
        name, of, value = item["question"], item["of"], item["value"]
        if not of and value is not None and own.get(name) == value:
            continue
        if item["status"] == "answered" and value is None:
            question = draft.workflow.questions[name]
            value = stands_for(draft, question)
            if not question.personal:
                draft.unread.add((name, of))
        no = 0 if item["no"] == past.record.case.occurrence(name) else item["no"]
        found.append(Given(name, value, of, no, item["status"], item["source"], item["asked_on"]))
    return tuple(found)


def _by_itself(command: Command, past: Past) -> dict[str, str]:
    body = command.lead["body"]
    step = past.old.workflow.transitions.get(body.get("transition", ""))
    if command.kind != "transition taken" or step is None:
        return {}
    return dict(step.sets) | ({step.dates: command.lead["happened"]} if step.dates else {})


def _items(command: Command) -> list[Mapping[str, Any]]:
    kinds = ("answers recorded", "answers corrected")
    return [
        item
        for event in command.events
        if event["type"] in kinds
        for item in event["body"]["answers"]
    ]


def _questions(command: Command) -> list[str]:
    return list(dict.fromkeys(str(item["question"]) for item in _items(command)))


def _write(draft: MemoryDraft, command: Command) -> list[str]:
    """Put answers on record as they were given; yields the questions that were asked anew."""
    begun: list[str] = []
    for event in command.events:
        if event["type"] != "answers recorded":
            continue
        ref, held, body = draft.case.ref, draft.case.rows.table("answers"), event["body"]
        answers = [
            {**item, "first": (ref, item["question"], item["of"], item["no"]) not in held}
            for item in body["answers"]
        ]
        turns = [{**t, "first": not draft.case.knows_turn(t["what"])} for t in body["turns"]]
        begun += [turn["what"] for turn in turns]
        made = {"answers": answers, "turns": turns, "late": body["late"]}
        draft.emit("answers recorded", made, event["sealed"])
    return begun


ATTEMPTS: Final[Mapping[str, tuple[Attempt, ...]]] = {
    "case opened": (_open, _open_as_recorded),
    "transition taken": (_take, _take_as_done, _take_as_recorded),
    "step undone": (_undo, _undo_as_recorded),
    "step re-dated": (_redate, _redate_as_recorded),
    "case set aside": (_set_aside,),
    "answers corrected": (_correct, _correct_as_recorded),
    "person added": (_add, _add_as_recorded),
    "answers recorded": (_record, _record_as_recorded),
    "approval given": (_approve, _approve_as_recorded),
    "target set": (_extend,),
    "delay explained": (_delay,),
    "linked case ended": (_linked_ended,),
    "linked case resumed": (_linked_ended,),
    "notice fired": (_fire,),
    "notice superseded": (_fire,),
    "task closed": (_finish, _finish_as_recorded),
    RECOUNTED: (_recount,),
}
"""What each command is by the type of its event, and how it is taken again: by the rules first."""


def attempts(command: Command, past: Past) -> tuple[Attempt, ...]:
    """How a command is taken again; a step that there is no more, only as it was recorded."""
    every = ATTEMPTS.get(command.kind, ())
    gone = command.kind == "transition taken" and command.lead["body"]["transition"] in past.gone
    return every[-1:] if gone else every
