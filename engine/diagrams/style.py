"""How a picture looks: its colours, and what is shown where a reader points; no script is needed.

Its way, its place and what stands behind a timescale are told by shape, number or line as well as
by colour; every letter has at least the contrast 4.5 to 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from engine.diagrams.shapes import ROW_SIZE, TITLE_SIZE, Page

FONT: Final = "Arial, Helvetica, 'Liberation Sans', sans-serif"
STYLE: Final = f"""
text {{ font-family: {FONT}; fill: #0b0c0c; font-size: {ROW_SIZE}px; }}
.heading {{ font-size: 22px; font-weight: bold; }}
.sub {{ font-size: 13px; fill: #383f43; }}
.title {{ font-size: {TITLE_SIZE}px; font-weight: bold; }}
.bold, .told {{ font-weight: bold; }}
.end {{ text-anchor: end; }}
.quiet {{ fill: #505a5f; }}
.box {{ fill: #ffffff; stroke: #0b0c0c; stroke-width: 1.8; }}
.branch {{ stroke: #505a5f; stroke-width: 1.2; fill: #fbfbfb; }}
.closed {{ stroke-width: 3; }}
.been {{ fill: #e3f2e9; stroke: #00573a; stroke-width: 2.5; }}
.here {{ fill: #ffdd00; stroke: #0b0c0c; stroke-width: 4; }}
.band {{ fill: #f3f2f1; stroke: #b1b4b6; }}
.head {{ fill: #f3f2f1; }}
.line {{ fill: none; stroke: #505a5f; stroke-width: 1.3; }}
.main {{ stroke: #0b0c0c; stroke-width: 4; }}
.back {{ stroke-dasharray: 5 3; stroke: #7a4b00; }}
.taken {{ stroke: #00573a; stroke-width: 4; stroke-dasharray: none; }}
.tick {{ font-size: 13px; font-weight: bold; fill: #00573a; text-anchor: end; }}
.bar {{ stroke-width: 5; fill: none; }}
.bar-duty {{ stroke: #942514; }}
.bar-guidance {{ stroke: #1d70b8; }}
.bar-local {{ stroke: #6f777b; }}
.over {{ stroke-width: 2; }}
.open {{ stroke-dasharray: 3 4; }}
.mark {{ stroke-width: 1.5; }}
.mark.duty {{ fill: #942514; stroke: #942514; }}
.mark.guidance {{ fill: #1d70b8; stroke: #1d70b8; }}
.mark.local {{ fill: #ffffff; stroke: #505a5f; }}
.mark.way {{ fill: #00573a; stroke: #00573a; }}
.number {{ font-size: 10px; font-weight: bold; text-anchor: middle; fill: #ffffff; }}
.on-local {{ fill: #0b0c0c; }}
.late {{ font-weight: bold; fill: #942514; }}
.here ~ .quiet {{ fill: #0b0c0c; }}
.here ~ .late {{ fill: #7a1a0c; }}
.holder:hover .line {{ stroke-width: 5; stroke: #d4351c; stroke-dasharray: none; }}
.holder:hover .box {{ stroke: #d4351c; stroke-width: 4; }}
svg:has(.holder:hover) .holder:not(:hover) .line {{ opacity: 0.25; }}
@page {{ size: A3 landscape; margin: 6mm; }}
@media print {{ svg {{ width: 100%; height: 100%; }} }}
"""


def led_to(page: Page) -> Iterable[str]:
    """For each box: where it is pointed at, those to which its steps lead are framed."""
    for box in page.boxes:
        steps = box.place.steps if box.place else ()
        names = dict.fromkeys(f"#place-{step.target} .box" for step in steps)
        if names:
            yield (
                f"svg:has(#place-{box.id}:hover) :is({', '.join(names)})"
                " { stroke: #d4351c; stroke-width: 4; }\n"
            )
