"""`open`: a case begins, unless it is one that is there already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.case import Given
from engine.cli import printing, texts, values
from engine.cli.door import argument, option
from engine.cli.printing import day
from engine.cli.visit import Visit, changes
from engine.definition import Workflow
from engine.errors import RefusedError
from engine.service import cases, editions
from engine.service.workplace import Workplace


@changes(
    "open",
    argument("workflow", "WORKFLOW"),
    argument("answers", "[QUESTION=VALUE] ...", nargs=-1),
    more=[
        option("--historic", is_flag=True, help="An old case: dates may be known only in part."),
        option("--edition", metavar="EDITION", default="", help="Under this, by name or hash."),
        option("--source", metavar="AGENCY", help="The agency that the answers came from."),
        option("--not-the-same", is_flag=True, help="Although another case looks like this one."),
    ],
    new=True,
)
def open_(door: Visit, workflow: str, answers: tuple[str, ...]) -> None:
    """Open a case, and print its reference.

    Cases that may be the same one are shown first, and --not-the-same, or a yes, says that none
    is. A personal answer is never written in the command: QUESTION=@FILE takes it from a file, and
    QUESTION=- asks for it.
    """
    place, options = door.place, door.options
    by = door.by()
    with place.database.read() as tx:
        pinned = editions.to_open(place, tx, workflow, options["edition"], by.on)
    source = values.agency(options["source"], place.directory.agencies)
    given = values.answers(answers, pinned.workflow, source).own
    wish = cases.Wish(workflow, given, options["historic"], options["edition"])
    alike = cases.alike(place, by, wish)
    if alike and not options["not_the_same"]:
        _ask(door, alike)
    outcome = cases.open_new(
        place, by, workflow, given, historic=options["historic"], edition=options["edition"]
    )
    asked = not (options["historic"] or outcome.repeated)
    caution = _caution(place, pinned.workflow, given) if asked else ""
    said = f"Opened {outcome.ref}."
    door.done(by, outcome, said, {"similar": alike, "caution": caution}, caution)


def _caution(place: Workplace, pinned: Workflow, given: Sequence[Given]) -> str:
    with place.database.read() as tx:
        return editions.before_any(place, tx, pinned, given)


def _ask(door: Visit, alike: Sequence[dict[str, Any]]) -> None:
    """Go on only where somebody says that none of these is the case that is meant."""
    if texts.at_keyboard():
        printing.say_aside(_alike(alike))
        if texts.confirmed("Is it none of these, and to be opened?"):
            return
    refs = printing.listed((one["ref"] for one in alike), "or")
    raise RefusedError(
        f"It may be the same as {refs}, with the same dates or places: look there first, and add "
        "--not-the-same if it is another case."
    )


def _alike(found: Sequence[dict[str, Any]]) -> list[str]:
    lines = ["Look whether it is one of these cases, which have the same dates or places:"]
    for one in found:
        ended = f", closed {day(one['closed_on'])}" if one["closed_on"] else ", still open"
        same = printing.listed(f'"{ask}"' for ask in one["asks"])
        text = f"{one['ref']}: opened {day(one['opened_on'])}{ended}; the same answer to {same}"
        lines += printing.item(text)
    return [*lines, ""]
