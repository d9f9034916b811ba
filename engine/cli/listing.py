"""Looking over many cases: `list` and `find`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.cli import printing, saying, texts
from engine.cli.door import argument, option
from engine.cli.printing import day
from engine.cli.visit import Visit, reads
from engine.errors import UsageError
from engine.nouns import count

HEAD = ("Case", "Due next", "", "Where it is, and on whom it waits")
MOST_PLACES = 3
"""In which a text was found, that are named."""
REFERENCE = "the reference"
"""Where a text was found that is in no answer."""


@reads(
    "list",
    option("--late", is_flag=True, help="Only cases with something overdue."),
    option("--due-within", metavar="LENGTH", default="", help='Such as "5 working days".'),
    option("--state", metavar="STATE", default="", help="Only cases that are at it."),
    option("--workflow", metavar="NAME", default="", help="Only cases of this process."),
    option("--mine", is_flag=True, help="Only cases that wait on you in a role you hold."),
)
def list_(door: Visit, late: bool, due_within: str, state: str, workflow: str, mine: bool) -> None:
    """The cases that are open, the one with the earliest deadline first.

    --state takes what is said here of where a case is, such as --state "It has been referred", or
    as much of it as no other state begins with.
    """
    wish = {
        "late": late,
        "due_within": due_within,
        "state": state,
        "workflow": workflow,
        "mine": mine,
    }
    found = door.ask("list", **wish)
    lines = printing.table([HEAD, *(_row(case) for case in found["cases"])], 0)
    if not found["cases"]:
        lines = ["No case fits." if any(wish.values()) else "There is no open case."]
    if not found["complete"]:
        most = len(found["cases"])
        lines.append(f"There are more than {most}; ask for fewer, as with --state or --late.")
    door.answer(found, [*lines, *saying.caution(*found["cautions"])])


@reads("find", argument("text", "TEXT"))
def find(door: Visit, text: str) -> None:
    """Search all cases; the search is logged.

    References and public answers are searched for everybody who has a part here today, and personal
    ones for those with a role in the process who may read them. A name typed here stays in the
    shell's history: write - to be asked for it, or @FILE.
    """
    wanted = texts.free_text(text, "what is searched")
    if not wanted.strip():
        raise UsageError("Say what to search for.")
    found = door.ask("find", text=wanted)
    rows = [(one["ref"], f"in {_where(one['titles'])}") for one in found["cases"]]
    lines = [f"{count(len(found['cases']), 'case')} found; the search was logged."]
    door.answer(found, [*lines, *printing.table(rows), *saying.caution(*found["cautions"])])


def _where(titles: Sequence[str]) -> str:
    """Where a text was found: in what was asked, the first few."""
    asks = [title if title == REFERENCE else f'"{title}"' for title in titles]
    more = [count(len(asks) - MOST_PLACES, "other answer")] if len(asks) > MOST_PLACES else []
    return printing.listed([*asks[:MOST_PLACES], *more])


def _row(case: Mapping[str, Any]) -> tuple[str, ...]:
    due = day(case["next_due_on"])
    mark = "LATE" if case["late"] else ""
    waits = f"; waits on {case['waits_on']}" if case["waits_on"] else ""
    of = f"{case['about_title']}: " if case["about_title"] else ""
    when = "historic" if case["historic"] else due or "no day"
    return (case["ref"], when, mark, f"{of}{case['state_title']}{waits}{_done(case)}")


def _done(case: Mapping[str, Any]) -> str:
    """What was done in time in a historic case, and what late; nothing of any other."""
    said = [f"{number} {how}" for how, number in (case["done"] or {}).items()]
    return f"; done: {', '.join(said)}" if said else ""
