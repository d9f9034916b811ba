"""On whose authority an entry of a process stands: the law, the guidance, or the process itself."""

from __future__ import annotations

from typing import Any

from engine.definition import Timescale, Workflow

_WEIGHT = ("act", "regulation", "statutory guidance", "panel guidance", "local")


def authority(thing: Any, workflow: Workflow) -> str:
    """What an entry rests on: `Children Act 2004 s.16C(1)`; else the process and its edition.

    A step rests on its own duty, or on that of a timescale which it meets.
    """
    if isinstance(thing, Timescale):
        return thing.duty or time_of(thing) or _process(workflow)
    if duty := getattr(thing, "duty", ""):
        return str(duty)
    met = [t for t in workflow.timescales.values() if getattr(thing, "id", "") in t.met_by]
    duties = [timescale.duty for timescale in met if timescale.duty]
    times = [time for time in map(time_of, sorted(met, key=_weight)) if time]
    return next(iter((*duties, *times)), "") or _process(workflow)


def time_of(timescale: Timescale) -> str:
    """What sets the time of a timescale: `Working Together 2023, chapter 5 (statutory guidance)`.

    "" where it is a local one.
    """
    sources = (variant.time_from for variant in timescale.variants)
    return next((f"{one.source} ({one.kind})" for one in sources if one.kind != "local"), "")


def _weight(timescale: Timescale) -> int:
    kinds = {variant.time_from.kind for variant in timescale.variants}
    return min((_WEIGHT.index(kind) for kind in kinds if kind in _WEIGHT), default=len(_WEIGHT))


def _process(workflow: Workflow) -> str:
    return f'"{workflow.title}", edition {workflow.edition}'
