"""The picture as DOT text, for Graphviz and all that reads it."""

from __future__ import annotations

from collections.abc import Iterable

from engine.diagrams.graph import Clock, Picture, Place, Step

_STYLE = {
    "main": "penwidth=3",
    "on": "",
    "back": 'style=dashed, constraint=false, color="#7a4b00"',
}


def dot(picture: Picture) -> str:
    """A directed graph; groups are clusters, timescales notes."""
    lines = [f"digraph {_quoted(picture.title)} {{"]
    lines += ['    graph [rankdir=TB, newrank=true, nodesep=0.5, ranksep=0.7, fontname="Arial"];']
    lines += ['    node [shape=box, style="rounded,filled", fillcolor=white, fontname="Arial"];']
    lines += ['    edge [fontname="Arial", fontsize=10];']
    lines += [f"    {_place(place)}" for place in picture.places.values() if not place.group]
    for band in picture.bands.values():
        inside = [place for place in picture.places.values() if place.group == band.id]
        lines += [f"    subgraph {_quoted(f'cluster_{band.id}')} {{"]
        lines += [f"        label={_quoted(band.title)};"]
        lines += [f"        {_place(place)}" for place in inside]
        lines += ["    }"]
    lines += [f"    {_edge(picture, step)}" for step in picture.steps]
    lines += [line for clock in picture.clocks for line in _clock(picture, clock)]
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def _place(place: Place) -> str:
    told = [place.title, *(f"from {g.sources} places: {g.step.title}" for g in place.gathered)]
    label = "\\n".join(_quoted(line)[1:-1] for line in told)
    fill = "#ffdd00" if place.here else "#e8f1fa" if place.been else "#ffffff"
    ends = ", peripheries=2" if place.closed else ""
    return f'{_quoted(place.id)} [label="{label}", fillcolor="{fill}"{ends}];'


def _edge(picture: Picture, step: Step) -> str:
    """One edge; one from a group leaves the first of its places, and says so."""
    source, title = step.source, step.title
    if source in picture.bands:
        source = next(p.id for p in picture.places.values() if p.group == step.source)
        title = f"{title} (from each of: {picture.bands[step.source].title})"
    taken = 'color="#1d70b8", penwidth=3' if step.taken else ""
    style = "".join(f", {part}" for part in (_STYLE[step.way], taken) if part)
    return f"{_quoted(source)} -> {_quoted(step.target)} [label={_quoted(title)}{style}];"


def _clock(picture: Picture, clock: Clock) -> Iterable[str]:
    name = _quoted(f"timescale {clock.id}")
    said = [clock.title, clock.time, clock.rests_on, *([clock.stands] if clock.stands else [])]
    label = "\\n".join(_quoted(line)[1:-1] for line in said)
    yield f'    {name} [shape=note, fillcolor="#f3f2f1", fontsize=10, label="{label}"];'
    yield f"    {_quoted(clock.first)} -> {name} [style=dotted, arrowhead=none];"
    if clock.last and clock.last != clock.first:
        yield f"    {name} -> {_quoted(clock.last)} [style=dotted, constraint=false];"
