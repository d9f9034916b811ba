"""What a process has nothing of, so that nothing is shown of it either."""

from __future__ import annotations

from engine.definition import Timescale, Workflow

_CLOCKS = ("clocks_can_start", "clocks_end", "clocks_watched", "clocks_can_be_met")


def absent(workflow: Workflow) -> frozenset[str]:
    """Of what is looked for, by its id, that of which neither the process nor one linked to it has
    anything.
    """
    every = (workflow, *workflow.children.values())
    clocks = [one for process in every for one in process.timescales.values()]
    steps = [one for process in every for one in process.transitions.values()]
    rules = [one for process in every for one in process.rules.values()]
    guards = [*(one.only_if for one in clocks), *(one.only_if for one in steps)]
    duties = any(one.duty for one in clocks)
    there = {
        **dict.fromkeys(_CLOCKS, bool(clocks)),
        "steps_possible": bool(steps),
        "ways_possible": any(guard.tables for guard in guards),
        "own_part": any(one.only for one in rules),
        "records": any(one.before for one in rules)
        or any(one.on_file or one.asked or one.approve for one in steps),
        "rules": any(not one.only and not one.before for one in rules),
        "duties_wait": duties or any(one.duty for one in steps),
        "duties_stop": duties,
        "budgets": any(map(_is_local, clocks)),
        "packs": any(process.packs for process in every),
    }
    return frozenset(kind for kind, has in there.items() if not has)


def _is_local(timescale: Timescale) -> bool:
    return any(one.time_from.kind == "local" for one in timescale.variants)
