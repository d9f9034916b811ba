"""Faults of all the kinds that an administrator makes in a definition, one at a time."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from engine.definition import Workflow
from engine.trials.changing import GONE, Change, Sheet, Where, sheets
from engine.trials.mutants import mutants

REFERENCES = ("from", "to", "who", "on_file", "asked", "tell", "asks_anew", "met_by", "stops_if")
EACH = 12
"""Faults of one kind."""
SEED = 2026

OF_MUTANTS = {
    "step redirected": "a step leads to a wrong state",
    "condition line dropped": "a line of a condition is gone",
    "condition value added": "a condition lets too much through",
    "condition value dropped": "a condition lets too little through",
    "end dropped": "an end of a timescale is gone",
    "role widened": "a role may take a step that it should not",
    "role narrowed": "a role may no longer take its step",
    "notice dropped": "a reminder or an escalation is gone",
    "notice moved": "a reminder or an escalation comes on a wrong day",
    "recipient of a notice dropped": "a reminder no longer tells somebody",
    "recipient dropped": "a step no longer tells somebody",
    "record dropped": "a step no longer needs a record",
    "opinion dropped": "a step no longer waits for an opinion",
    "approval dropped": "a step no longer needs an approval",
    "time longer": "a timescale is too long",
    "time in another unit": "a timescale is in a wrong unit",
    "time from another day": "a timescale counts from a wrong day",
    "dates dropped": "a step no longer sets its day",
    "asked afresh dropped": "a step no longer asks afresh",
    "end opened": "an end is no end",
    "state closed": "a state is an end by mistake",
}
"""The kinds of mutants that are faults of a kind of their own."""

Maker = Callable[[Sheet], Iterator[Change]]


def faults(folder: Path, workflow: Workflow, each: int = EACH, seed: int = SEED) -> list[Change]:
    """So many faults of each kind, always the same for the same seed."""
    found = sheets(folder)
    by_kind: dict[str, list[Change]] = {}
    for change in mutants(found, workflow):
        if change.kind in OF_MUTANTS:
            named = replace(change, kind=OF_MUTANTS[change.kind])
            by_kind.setdefault(named.kind, []).append(named)
    for sheet in found:
        for make in MAKERS:
            for change in make(sheet):
                by_kind.setdefault(change.kind, []).append(change)
    chance = random.Random(seed)
    return [
        change
        for kind in sorted(by_kind)
        for change in chance.sample(by_kind[kind], min(each, len(by_kind[kind])))
    ]


def kinds(changes: Sequence[Change]) -> list[str]:
    return sorted({change.kind for change in changes})


def _misspelt(sheet: Sheet) -> Iterator[Change]:
    for section in ("transition", "timescale"):
        for name, table in sheet.tables.get(section, {}).items():
            for key in REFERENCES:
                for at, word in _words(table.get(key)):
                    value = _swapped(word)
                    if value != word:
                        where: Where = (section, name, key, *at)
                        yield _fault("a name is misspelt", sheet, where, value)


def _misspelt_keys(sheet: Sheet) -> Iterator[Change]:
    for section in ("transition", "timescale", "state", "question"):
        for name, table in sheet.tables.get(section, {}).items():
            for key in list(table)[1:2]:
                wrong = {(_swapped(one) if one == key else one): v for one, v in table.items()}
                if wrong != table:
                    yield _fault("a key is misspelt", sheet, (section, name), wrong)


def _misspelt_values(sheet: Sheet) -> Iterator[Change]:
    for name, table in sheet.tables.get("transition", {}).items():
        guard = table.get("only_if")
        for subject, value in guard.items() if isinstance(guard, dict) else ():
            where = ("transition", name, "only_if", subject)
            yield _fault("an answer is misspelt", sheet, where, _swapped(str(value)))


def _units(sheet: Sheet) -> Iterator[Change]:
    for name, table in sheet.tables.get("timescale", {}).items():
        due = table.get("due")
        if isinstance(due, str):
            for word, wrong in ((" working days", " days"), (" calendar days", " days")):
                if word in due:
                    where = ("timescale", name, "due")
                    yield _fault("a unit is ambiguous", sheet, where, due.replace(word, wrong))
            for wrong in ("within 0 working days of ", "within 1000000000 working days of "):
                value = wrong + due.rpartition(" ")[2]
                yield _fault("a time is absurd", sheet, ("timescale", name, "due"), value)


def _unreachable(sheet: Sheet) -> Iterator[Change]:
    for name, table in sheet.tables.get("state", {}).items():
        if "waiting_on" in table:
            states = {**sheet.tables["state"], f"{name}_again": {**table, "title": "Again"}}
            yield _fault("a state is never reached", sheet, ("state",), states)


def _dead_end(sheet: Sheet) -> Iterator[Change]:
    steps = sheet.tables.get("transition", {})
    for name in sheet.tables.get("state", {}):
        left = {key: table for key, table in steps.items() if table.get("from") != name}
        if len(left) < len(steps):
            yield _fault("nothing leads out of a state", sheet, ("transition",), left)


def _public(sheet: Sheet) -> Iterator[Change]:
    for name, table in sheet.tables.get("question", {}).items():
        if table.get("personal") is not False:
            value = {**table, "personal": False, "because": "by mistake"}
            yield _fault("what is personal is public", sheet, ("question", name), value)


PAUSES = {
    "notification": ("inform_partners", "put_to_authority", "propose_transfer", "decide_to_notify"),
    "looked_after_death": ("inform_partners", "decide_to_notify"),
    "written_request": ("foresee_delay",),
}
"""Steps that are taken while a duty runs, and must not stop it."""


def _paused(sheet: Sheet) -> Iterator[Change]:
    for name, table in sheet.tables.get("timescale", {}).items():
        for step in PAUSES.get(name, ()):
            value = [*table["stops_if"], step]
            yield _fault("a duty is paused", sheet, ("timescale", name, "stops_if"), value)


def _waits(sheet: Sheet) -> Iterator[Change]:
    for name, table in sheet.tables.get("transition", {}).items():
        if table.get("duty") and "asked" not in table:
            where = ("transition", name, "asked")
            yield _fault("a duty waits for another body", sheet, where, ["opinion"])


def _nobody(sheet: Sheet) -> Iterator[Change]:
    for section in ("state", "timescale"):
        for name, table in sheet.tables.get(section, {}).items():
            if "waiting_on" in table and "within" not in table:
                where = (section, name, "waiting_on")
                yield _fault("it waits on nobody", sheet, where, GONE)


def _outsider(sheet: Sheet) -> Iterator[Change]:
    for name in sheet.tables.get("transition", {}):
        where = ("transition", name, "who")
        yield _fault("somebody outside takes a step", sheet, where, "national_panel")


def _days(sheet: Sheet) -> Iterator[Change]:
    for name, table in sheet.tables.get("timescale", {}).items():
        for number, variant in enumerate(table.get("variant", ())):
            for key in ("since", "until"):
                day = variant.get(key)
                if isinstance(day, date):
                    where = ("timescale", name, "variant", number, key)
                    for away in (-30, 30):
                        value = day + timedelta(days=away)
                        yield _fault("no law, or two, on a day", sheet, where, value)


def _gone(sheet: Sheet) -> Iterator[Change]:
    for section in ("question", "state", "transition"):
        for name in sheet.tables.get(section, {}):
            yield _fault(f"a {section} is gone", sheet, (section, name), GONE)


def _text(sheet: Sheet) -> Iterator[Change]:
    for section in ("transition", "timescale"):
        for name, table in sheet.tables.get(section, {}).items():
            for key, value in table.items():
                if isinstance(value, list) and len(value) > 1:
                    where = (section, name, key)
                    yield _fault("a list is one text", sheet, where, ", ".join(map(str, value)))
                    break


MAKERS: tuple[Maker, ...] = (
    _misspelt,
    _misspelt_keys,
    _misspelt_values,
    _units,
    _unreachable,
    _dead_end,
    _public,
    _paused,
    _waits,
    _nobody,
    _outsider,
    _days,
    _gone,
    _text,
)


def _fault(kind: str, sheet: Sheet, where: Where, value: Any) -> Change:
    shown = "is left out" if value is GONE else "is otherwise"
    at = " ".join(map(str, where))
    about = (str(where[1]),) if len(where) > 1 else (str(where[0]),)
    return Change(kind, sheet, where, value, f"{at} {shown}", about)


def _words(value: Any) -> Iterator[tuple[Where, str]]:
    if isinstance(value, str):
        yield (), value
    elif isinstance(value, list):
        yield from (((number,), one) for number, one in enumerate(value) if isinstance(one, str))


def _swapped(word: str) -> str:
    """The word with two letters in the middle the wrong way round, as one types."""
    middle = len(word) // 2
    for at in (*range(middle, len(word) - 1), *range(middle)):
        if word[at] != word[at + 1]:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word
