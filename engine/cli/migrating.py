"""`workflow migrate`: open cases moved to another edition of their process, and given back.

The database's own schema is another matter: that is `casetrail migrate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.cli import printing, saying, texts
from engine.cli.door import argument, option
from engine.cli.printing import item, paragraph
from engine.cli.visit import Visit, reads
from engine.errors import UsageError
from engine.nouns import count
from engine.service import references

BACK_FIRST = (
    "Say --yes to give cases back to the edition of before; --dry-run says first what would become "
    "of them."
)

Known = Mapping[str, Any]


@reads(
    "migrate",
    argument("workflow", "PROCESS"),
    option("--to", metavar="EDITION", default="", help="The edition, by its name or its hash."),
    option("--back", is_flag=True, help="Give moved cases back to the edition of before."),
    option("--case", "refs", metavar="REF", multiple=True, help="Only this case; may be repeated."),
    option("--dry-run", is_flag=True, help="Only say what would be done."),
    option("--yes", is_flag=True, help="Do it without asking."),
    option("--state", "states", metavar="OLD=NEW", multiple=True, help="A state's new name."),
    option(
        "--timescale",
        "clocks",
        metavar="TIMESCALE=CHOICE",
        multiple=True,
        help="keep, rebase, restart or stop what runs; left out: rebase.",
    ),
    option(
        "--allow-later",
        "later",
        metavar="TIMESCALE",
        multiple=True,
        help="Agree that a duty's deadline becomes later; may be repeated.",
    ),
    option("--provision", metavar="TEXT", default="", help="What allows a clock to start anew."),
    option("--reason", metavar="TEXT", default="", help=f"Why: {texts.FREE}"),
)
def migrate(door: Visit, workflow: str, **asked: Any) -> None:
    """Move open cases to another edition of their process, which must be in use.

    A case is moved only to where its own history would have led it under that edition; all others
    are listed with what would be needed, and stay as they are. Linked cases go with the case above
    them. Each clock that runs is kept as it was counted, counted anew by the new edition (rebase),
    started anew (restart) or stopped. A duty is made later only with --allow-later, and its clock
    ended only with --timescale TIMESCALE=stop; a case of which nobody has said so stays where it
    is. --dry-run says what would happen; --back takes a migration back. The database's own schema
    is brought up to date with `casetrail migrate`.
    """
    if asked["back"] == bool(asked["to"]):
        raise UsageError("Say either --to EDITION or --back.")
    wanted = {
        "workflow": workflow,
        "back": asked["back"],
        "to": asked["to"],
        "refs": [references.read(ref) for ref in asked["refs"]],
        "reason": texts.free_text(asked["reason"], "--reason"),
        "provision": texts.free_text(asked["provision"], "--provision"),
        "states": _pairs(asked["states"], "--state", "OLD=NEW"),
        "clocks": _pairs(asked["clocks"], "--timescale", "TIMESCALE=keep"),
        "later": list(asked["later"]),
    }
    if not (asked["dry_run"] or asked["yes"]):
        _agree(door, wanted)
    with door.working("Moving, cases"):
        if asked["dry_run"]:
            found = door.ask("workflow migrate", dry_run=True, **wanted)
        else:
            found = door.settle("workflow migrate", **wanted)
    said = _given_back(found) if asked["back"] else _moved(found)
    lines = [*paragraph(f"{said}{found['warning']}"), *_lines(found)]
    door.answer(found, [*lines, *saying.caution(str(found.get("caution", "")))])


def _pairs(written: Iterable[str], name: str, form: str) -> dict[str, str]:
    found = {}
    for one in written:
        key, sign, value = (part.strip() for part in one.partition("="))
        if not (key and sign and value):
            raise UsageError(f"Write {name} {form}.")
        if key in found:
            raise UsageError(f"{name} names {key[:40]} twice.")
        found[key] = value
    return found


def _agree(door: Visit, wanted: Known) -> None:
    """Ask before cases are moved or given back. Raises UsageError where nobody agrees, or can be
    asked.
    """
    # What is typed wrongly is told before it is said that nobody can be asked.
    seen = door.ask("workflow migrate", dry_run=True, **wanted)
    back = wanted["back"]
    if seen.get("to_come"):
        raise UsageError(_to_come(seen))
    if door.state.json or not texts.at_keyboard():
        raise UsageError(BACK_FIRST if back else "Look at it with --dry-run first; then say --yes.")
    printing.say_aside(_lines(seen))
    cases = count(len(seen["moved"]), "case")
    what = f"Give {cases} back to the edition of before?" if back else f"Move {cases}?"
    if not texts.confirmed(f"{what}{seen['agreeing']}"):
        raise UsageError("Nothing was changed.")


def _to_come(found: Known) -> str:
    first = printing.day(found["to_come"])
    return (
        f"Edition {found['to']['edition']} is in force from {first}, and no case is moved to it "
        "before that day. --dry-run says what moving would come to."
    )


def _moved(found: Known) -> str:
    """How many cases were moved, or can be, and how many stay."""
    new, number = found["to"], len(found["moved"])
    verb = "can be moved" if found["dry_run"] else "was moved" if number == 1 else "were moved"
    to = f"{found['title']}, edition {new['edition']} ({new['hash'][:12]})"
    stay = len(found["refused"])
    cannot = f"; {count(stay, 'case')} cannot be, and {'stays' if stay == 1 else 'stay'}"
    said = f"{count(number, 'case')} {verb} to {to}{cannot if stay else ''}."
    if not found["told"]:
        said = f"Every open case of {found['title']} is under edition {new['edition']} already."
    if found["to_come"]:
        first = printing.day(found["to_come"])
        said += f" It is in force from {first}, and no case is moved to it before that day."
    return said


def _given_back(found: Known) -> str:
    """How many cases were given back, or can be, and how many stay."""
    if not found["told"]:
        return f"No open case of {found['workflow']} was moved to the edition that it is under."
    number, stay = len(found["moved"]), len(found["refused"])
    if not found["dry_run"]:
        return f"{count(number, 'case is', 'cases are')} under the edition of before again."
    cannot = f"; {count(stay, 'case')} cannot be, and {'stays' if stay == 1 else 'stay'}"
    return f"{count(number, 'case')} can be given back{cannot if stay else ''}."


def _lines(found: Known) -> Iterator[str]:
    """Each case with what becomes of it and of its clocks, or why it stays."""
    for one in found["told"]:
        yield from item(one["head"])
        for clock in one["clocks"]:
            yield from paragraph(clock, 6, 2)
