"""What must be so of every case, found out by other means than the engine's own."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import holidays

from engine.apply import changes
from engine.apply_clocks import parts
from engine.case import Key, Rows
from engine.dates import parse_partial
from engine.definition import Workflow
from engine.guards import holds
from engine.service.looking.viewing import View
from engine.statements import TABLES

DAY = timedelta(days=1)
NUMBERS = ("none", "one", "two", "three", "four", "five", "six")
OF_A_CASE = (
    "cases",
    "turns",
    "answers",
    "people",
    "deadlines",
    "notices",
    "tasks",
    "approvals",
    "linked",
    "packs",
)
RUNNING = ("running", "provisional")
_RULE = re.compile(
    r"(?:every |within |at least )?(?P<n>\w+) (?P<unit>(?:working |calendar )?\w+?)s?"
    r"(?: (?P<how>of|beginning with|before|after) (?P<anchor>\w+))?"
)


@cache
def _off(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working(day: date) -> bool:
    """By a library of holidays that the engine does not know."""
    return day.weekday() < 5 and day not in _off(day.year)


def due_by_hand(rule: str, start: date) -> date | None:
    """The day a rule of the definitions leads to, counted one day after the other."""
    if rule.startswith("as soon as practicable"):
        return None
    found = _RULE.fullmatch(rule)
    assert found, rule
    number = NUMBERS.index(found["n"]) if found["n"] in NUMBERS else int(found["n"])
    back = found["how"] == "before"
    if found["how"] == "beginning with":
        return _last_of(start, number, found["unit"])
    return _counted(start, -number if back else number, found["unit"])


def anchor_by_hand(rule: str) -> str:
    """The question from whose answer a rule counts."""
    return rule.rpartition(" ")[2] if re.search(r"(of|with|before|after) \w+$", rule) else ""


def _last_of(start: date, number: int, unit: str) -> date:
    assert unit == "calendar day", unit
    return start + (number - 1) * DAY


def _counted(start: date, number: int, unit: str) -> date:
    if unit in ("month", "year"):
        month = start.year * 12 + start.month - 1 + number * (12 if unit == "year" else 1)
        last = monthrange(month // 12, month % 12 + 1)[1]
        return date(month // 12, month % 12 + 1, min(start.day, last))
    step = DAY if number > 0 else -DAY
    day = start
    for _ in range(abs(number)):
        day += step
        while unit == "working day" and not is_working(day):
            day += step
    return day


def folded(events: Iterable[Mapping[str, Any]]) -> Rows:
    """The rows that events leave."""
    rows = Rows()
    for event in events:
        rows.merge(changes(event))
        case = rows.table("cases").get((event["stream"],))
        if case is not None:
            case |= {"version": event["n"], "head": event.get("hash", "")}
    return rows


def not_within(part: Rows, every: Rows) -> list[str]:
    """The rows of a part that are not so among all of them."""
    among = Rows()
    for table in OF_A_CASE:
        wanted = part.table(table).keys()
        rows = every.table(table).items()
        among.table(table).update({key: row for key, row in rows if key in wanted})
    return differs(part, among)


def differs(one: Rows, other: Rows) -> list[str]:
    """Where the rows of a case are not the same."""
    wrong = []
    for table in OF_A_CASE:
        columns = TABLES[table].columns
        plain, wanted = (
            {
                key: {name: row.get(name) for name in columns}
                for key, row in some.table(table).items()
            }
            for some in (one, other)
        )
        for key in plain.keys() | wanted.keys():
            if plain.get(key) != wanted.get(key):
                wrong.append(f"{table} {key}: {plain.get(key)} is not {wanted.get(key)}")
    return wrong


def off_the_map(events: Iterable[Mapping[str, Any]], workflow: Workflow) -> list[str]:
    """Every place where a history leaves the map of its edition, or its steps do not join."""
    wrong = []
    here: list[str] = []
    for event in events:
        body = event["body"]
        if event["type"] == "case opened":
            here = [workflow.starts_at]
            wrong += _unless(body["state"] == here[0], event, "does not open where it starts")
        elif event["type"] == "transition taken":
            step = workflow.transitions[body["transition"]]
            wrong += _unless(body["from"] == here[-1], event, "starts from elsewhere")
            wrong += _unless(body["to"] == (step.to or here[-1]), event, "leads elsewhere")
            if not body["already_done"]:
                wrong += _unless(here[-1] in step.starts, event, "does not start from there")
                wrong += _unless(not body["unmet"], event, "was taken with something unmet")
            here.append(body["to"])
        elif event["type"] == "step undone":
            here.pop()
            wrong += _unless(body["state"] == here[-1], event, "does not go back")
    return wrong


def steps_by_hand(events: Iterable[Mapping[str, Any]]) -> tuple[str, list[tuple[str, str, str]]]:
    """When a case was opened; and the day, the state before and the state after each step."""
    opened = ""
    steps: dict[int, tuple[str, str, str]] = {}
    for event in events:
        body = event["body"]
        if event["type"] == "case opened":
            opened = event["happened"]
        elif event["type"] == "transition taken":
            steps[event["n"]] = (event["happened"], body["from"], body["to"])
        elif event["type"] == "step re-dated":
            steps[body["step"]] = (body["new"], *steps[body["step"]][1:])
        elif event["type"] == "step undone":
            del steps[body["step"]]
    return opened, list(steps.values())


def days_by_hand(events: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Since when a case is where it is, and when its latest step was, by its history alone."""
    opened, steps = steps_by_hand(events)
    moves = [day for day, before, after in steps if before != after]
    return {
        "state_since": moves[-1] if moves else opened,
        "latest_on": steps[-1][0] if steps else opened,
    }


def _stay(events: Iterable[Mapping[str, Any]], states: Collection[str]) -> set[str]:
    """The days of the moves by which a case came among some states last, and went on among them."""
    opened, steps = steps_by_hand(events)
    days = {opened}
    for day, before, after in steps:
        if after in states and before not in states:
            days = set()
        if before != after:
            days.add(day)
    return days


def fired_twice(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """The notices that were settled more than once."""
    settled = Counter(
        tuple(event["body"][name] for name in ("timescale", "of", "no", "notice", "schedule"))
        for event in events
        if event["type"].startswith("notice ")
    )
    return [f"{key} was settled {times} times" for key, times in settled.items() if times > 1]


def started_while_running(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """The clocks that were started again while they ran: two would run for one deadline."""
    wrong = []
    running: set[tuple[Any, ...]] = set()
    for event in (part for whole in events for part in parts(whole)):
        if not event["type"].startswith("deadline "):
            continue
        body = event["body"]
        key = (body["timescale"], body["of"], body["no"])
        if event["type"] in ("deadline started", "deadline resumed") and key in running:
            undo = body.get("cause") == "its step was set aside"
            wrong += _unless(undo, event, f"starts {key} while it runs")
        status = body.get("status") or body["now"].get("status", "")
        running = running | {key} if status in RUNNING else running - {key} if status else running
    return wrong


def wrong_days(seen: View, events: Sequence[Mapping[str, Any]]) -> list[str]:
    """The deadlines whose day is not the one that counting by hand gives."""
    wrong = []
    for key, row in seen.case.deadlines().items():
        if row["status"] == "set aside":
            continue
        start = parse_partial(row["starts_on"])
        due = [due_by_hand(row["rule"], day) for day in (start.first, start.last)]
        said = [day.isoformat() if day else None for day in due]
        shown = [row["due_on"]] * 2 if start.exact else [row["due_from"], row["due_to"]]
        if said != shown:
            wrong.append(f"{key}: {row['rule']} from {start} is {said}, and not {shown}")
        if row["status"] in RUNNING:
            recurs = row["rule"].startswith("every")
            problems = _wrong_cycle(seen, events, key) if recurs else _wrong_start(seen, key)
            wrong += [f"{key}: {problem}" for problem in problems]
    return wrong


def _wrong_start(seen: View, key: Key) -> list[str]:
    """What is wrong with the day from which a running clock counts."""
    case, row = seen.case, seen.case.deadlines()[key]
    anchor = anchor_by_hand(row["rule"])
    answer = case.rows.table("answers").get((case.ref, anchor, *key[2:4]))
    day = answer["value"] if answer and answer["status"] == "answered" else None
    if row["status"] == "provisional":
        return [] if day is None else [f"it is provisional, although {anchor} is {day}"]
    if int(key[3]) > case.occurrence(anchor):
        return ["it runs for an occurrence that was set aside"]
    wrong = [] if day == row["starts_on"] else [f"it counts from {row['starts_on']}, not {day}"]
    guard = seen.edition.workflow.timescales[str(key[1])].only_if
    if key[3] == case.occurrence(anchor) and not holds(guard, _Facts(seen)):
        wrong.append("it runs although its condition does not hold")
    return wrong


def _wrong_cycle(seen: View, events: Sequence[Mapping[str, Any]], key: Key) -> list[str]:
    """What is wrong with a recurring clock: where it runs, and from which day."""
    row = seen.case.deadlines()[key]
    before = seen.case.deadlines().get((*key[:3], int(key[3]) - 1))
    states = seen.edition.workflow.timescales[str(key[1])].starts_in
    starts = _stay(events, states) | ({before["met_on"]} if before else set())
    wrong = []
    if seen.case.state not in states:
        wrong.append("it runs in a state in which it does not run")
    if row["starts_on"] not in starts:
        wrong.append(f"it counts from {row['starts_on']}, not from one of {starts}")
    return wrong


class _Facts:
    def __init__(self, seen: View) -> None:
        self._case, self.today = seen.case, seen.today

    def value(self, question: str) -> str | None:
        return self._case.value(question)

    def ended(self, process: str) -> tuple[int, int]:
        return self._case.linked(process)


def wrong_order(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Where a history does not number, place or date its events as it should."""
    wrong = []
    before: Mapping[str, Any] = {"n": 0, "position": -1, "recorded": ""}
    for event in events:
        wrong += _unless(event["n"] == before["n"] + 1, event, "is not the next one")
        wrong += _unless(event["recorded"] >= before["recorded"], event, "was recorded earlier")
        placed = event["position"] is None or event["position"] > (before["position"] or -1)
        wrong += _unless(placed, event, "has a position before the one before it")
        happened = parse_partial(event["happened"]).first.isoformat()
        wrong += _unless(
            happened <= event["recorded"][:10], event, "happened after it was recorded"
        )
        before = event
    return wrong


def _unless(so: bool, event: Mapping[str, Any], problem: str) -> list[str]:
    return [] if so else [f"@{event['n']} {event['type']} {problem}: {event['body']}"]
