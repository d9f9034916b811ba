"""The picture as Mermaid text, for pages and editors that draw it themselves."""

from __future__ import annotations

from collections.abc import Iterable

from engine.diagrams.graph import Picture, Place, Step

_SPECIAL = str.maketrans(
    {'"': "#quot;", ";": "#59;", "#": "#35;", "<": "#lt;", ">": "#gt;", ":": "#58;", "\n": " "}
)


def mermaid(picture: Picture) -> str:
    """A state diagram; groups are composite states. The places of the main line have thick frames,
    its steps the sign that they have in the picture, and the place of a case has a colour.
    """
    lines = ["---", f"title: {_quoted(picture.title)}", "---", "stateDiagram-v2"]
    lines += [f"    [*] --> {picture.line[0]}"]
    lines += _places(picture)
    lines += [f"    {s.source} --> {s.target} : {_said(s)}" for s in picture.steps]
    for place in picture.places.values():
        lines += _notes(picture, place)
        if place.closed:
            lines.append(f"    {place.id} --> [*]")
    lines += [*_styles(picture), ""]
    return "\n".join(lines)


def _said(step: Step) -> str:
    """A step with the sign of its way: arrows of this kind of diagram have no style."""
    sign = {"main": "↓", "on": "→", "back": "↩"}[step.way]
    return f"{sign} {_plain(step.title)}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", " ").replace('"', "'").replace("\n", " ") + '"'


def _plain(text: str) -> str:
    return text.translate(_SPECIAL)


def _places(picture: Picture) -> Iterable[str]:
    for place in picture.places.values():
        if not place.group:
            yield _place(place, 1)
    for band in picture.bands.values():
        yield f'    state "{_plain(band.title)}" as {band.id} {{'
        yield from (_place(p, 2) for p in picture.places.values() if p.group == band.id)
        yield "    }"


def _place(place: Place, depth: int) -> str:
    return f'{"    " * depth}state "{_plain(place.title)}" as {place.id}'


def _notes(picture: Picture, place: Place) -> Iterable[str]:
    """What is told at a place: the steps from many places, and the clocks that start there."""
    said = [f"from {one.sources} places: {one.step.title}" for one in place.gathered]
    said += [
        f"{clock.title} ({clock.time}; {clock.rests_on}){_stands(clock.stands)}"
        for clock in picture.clocks
        if clock.first == place.id
    ]
    if said:
        yield f"    note right of {place.id}"
        yield from (f"        {_plain(line)}" for line in said)
        yield "    end note"


def _stands(stands: str) -> str:
    return f": {stands}" if stands else ""


def _styles(picture: Picture) -> Iterable[str]:
    yield "    classDef main stroke:#0b0c0c,stroke-width:3px"
    yield "    classDef here fill:#ffdd00,stroke:#0b0c0c,stroke-width:3px"
    yield "    classDef been fill:#e8f1fa"
    for name in picture.line:
        yield f"    class {name} main"
    for place in picture.places.values():
        if place.here or place.been:
            yield f"    class {place.id} {'here' if place.here else 'been'}"
