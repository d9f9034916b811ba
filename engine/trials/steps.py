"""Changes of steps: who may take them, from where to where, what they need, tell and ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.trials.changing import GONE, Change, Sheet, Where
from engine.trials.guards import of_guard
from engine.trials.knowing import Known, another, dropped, listed

_LISTS = {
    "on_file": ("record dropped", "the record"),
    "asked": ("opinion dropped", "the opinion"),
    "tell": ("recipient dropped", "the recipient"),
    "asks": ("what is asked dropped", "what is asked:"),
    "asks_anew": ("asked afresh dropped", "what is asked afresh:"),
}
_ALONE = {"once_for": "once for each", "dates": "the date", "opens": "the opening of linked cases"}


def of_step(sheet: Sheet, name: str, table: Mapping[str, Any], known: Known) -> Iterator[Change]:
    """Every change of a step that is tried."""
    where: Where = ("transition", name)
    yield from _of_place(sheet, where, table, known)
    yield from _of_people(sheet, where, table, known)
    for key, (kind, what) in _LISTS.items():
        for change in dropped(table.get(key), kind, sheet, (*where, key), (f"step {name}", what)):
            if change.about[1] not in _anyhow(key, table, known):
                yield change
    for key, what in _ALONE.items():
        if key in table:
            said = f"{what} was dropped from step {name}"
            yield Change(f"{key} dropped", sheet, (*where, key), GONE, said, (name,))
    if "only_if" in table:
        yield from of_guard(sheet, (*where, "only_if"), table["only_if"], known)
    yield from _of_answers(sheet, where, table, known)
    yield from _of_approvals(sheet, where, table)


def _anyhow(key: str, table: Mapping[str, Any], known: Known) -> set[str]:
    """What is so whether the step says it or not: what it answers by itself is asked afresh each
    time that it is taken, what it has approved must be on record, and who is in a group that it
    tells is told.
    """
    if key == "asks_anew":
        return {str(table.get("dates", "")), *table.get("sets", {})}
    if key == "on_file":
        return {str(one["of"]) for one in listed(table.get("approve"))}
    if key == "tell" and "asks" not in table:
        told = [one for one in listed(table.get(key)) if one in known.groups]
        return {one for one in told if any(known.groups[one] < known.groups[g] for g in told)}
    return set()


def _of_place(
    sheet: Sheet, where: Where, table: Mapping[str, Any], known: Known
) -> Iterator[Change]:
    name, to = str(where[1]), table.get("to")
    if to:
        other = another(known.states, [to, *listed(table.get("from"))], name)
        if other:
            said = f"step {name} led to {other} and not to {to}"
            yield Change("step redirected", sheet, (*where, "to"), other, said, (name,))
    starts = listed(table.get("from"))
    for state in starts if len(starts) > 1 else ():
        left = [one for one in starts if one != state]
        said = f"step {name} no longer started from {state}"
        yield Change("start of a step dropped", sheet, (*where, "from"), left, said, (name, state))
    inside = (state for state, around in known.within.items() if around in starts)
    wide = another(known.states, [*starts, *inside, *known.closed, str(to)], f"{name} from")
    if wide and not any(" " in state for state in starts):
        said = f"step {name} started from {wide} too"
        more = [*starts, wide]
        yield Change("start of a step added", sheet, (*where, "from"), more, said, (name, wide))


def _of_people(
    sheet: Sheet, where: Where, table: Mapping[str, Any], known: Known
) -> Iterator[Change]:
    name, who = str(where[1]), listed(table.get("who"))
    for role in who if len(who) > 1 else ():
        left = [one for one in who if one != role]
        said = f"{role} could no longer take step {name}"
        yield Change("role narrowed", sheet, (*where, "who"), left, said, (name,))
    wider = another(known.roles, who, name)
    if wider:
        said = f"{wider} could take step {name} too"
        yield Change("role widened", sheet, (*where, "who"), [*who, wider], said, (name,))


def _of_answers(
    sheet: Sheet, where: Where, table: Mapping[str, Any], known: Known
) -> Iterator[Change]:
    name, sets = str(where[1]), table.get("sets", {})
    for question, value in sets.items():
        other = another(known.choices.get(question, ()), [value], name)
        if other:
            said = f'step {name} answered {question} with "{other}" and not with "{value}"'
            yield Change(
                "answer set otherwise", sheet, (*where, "sets", question), other, said, (name,)
            )
        rest: Any = {key: one for key, one in sets.items() if key != question} or GONE
        said = f"step {name} no longer answered {question}"
        yield Change("answer no longer set", sheet, (*where, "sets"), rest, said, (name,))


def _of_approvals(sheet: Sheet, where: Where, table: Mapping[str, Any]) -> Iterator[Change]:
    name, every = str(where[1]), listed(table.get("approve"))
    for number, one in enumerate(every):
        rest: Any = [other for at, other in enumerate(every) if at != number] or GONE
        by = ", ".join(listed(one["by"]))
        said = f"the approval of {one['of']} by {by} was dropped from step {name}"
        yield Change("approval dropped", sheet, (*where, "approve"), rest, said, (name,))
