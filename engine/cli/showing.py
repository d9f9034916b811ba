"""`demo`: the whole job on made-up people and a virtual clock, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

from engine.cli.door import Door, command, option
from engine.cli.printing import item, paragraph, program, say, strong
from engine.demo import making
from engine.errors import TrailError
from engine.nouns import count

HEAD = (
    'DEMO: everybody here is made up, and the clock is virtual. ">" begins what Casetrail did by '
    "itself."
)


@command(
    "demo",
    option(
        "--out",
        metavar="DIR",
        default="casetrail-demo",
        help="The folder; casetrail-demo here if left out.",
    ),
)
def demo(door: Door, out: str) -> None:
    """See the whole job on a sample case: a review from its referral to its closure.

    It leaves a folder with config.toml, database, keys and messages, in which every command works;
    its time stands where the story ended. Nothing that is there is ever replaced.
    """
    told: list[str] = []
    line = told.append if door.state.json else lambda text: say([text])
    line(HEAD)
    line("")
    made = making.make(Path(out), line)
    if not made.verdict.holds:
        raise TrailError("\n".join(made.verdict.lines()))
    document = {
        "folder": out,
        "demo": True,
        "cases": list(made.cases),
        "events": made.verdict.events,
        "messages": made.messages,
        "timeline": told,
    }
    door.answer(document, _end(made))


def _end(made: making.Made) -> list[str]:
    """What was left, what its verification shows, and what to try."""
    whole, still_open = made.cases
    config = f"--config {made.folder / 'config.toml'}"
    checkpoint = made.folder / making.CHECKPOINT
    wanted = (
        f"show {whole} --as sam",
        f"explain {whole} rapid_review --as sam",
        f"next {still_open} --as sam",
        "today --as sam",
        f"audit verify --against {checkpoint}",
    )
    left = (
        f"DEMO: {count(made.verdict.cases, 'case')}, {count(made.messages, 'message')} and "
        f"config.toml are in {made.folder}; the trail was verified against {checkpoint}."
    )
    lines = ["", *paragraph(left)]
    for text in made.verdict.lines():
        lines += item(text)
    lines += ["", strong("Try next, as the partnership's manager")]
    return [*lines, *(f"  {program()} {what} {config}" for what in wanted)]
