"""`open`: a case begins, unless it is one that is there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.cli import printing, texts, values
from engine.cli.door import argument, option
from engine.cli.printing import day
from engine.cli.visit import Visit, changes
from engine.errors import RefusedError


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
    options = door.options
    on = texts.when(options["on"])
    of = {"workflow": workflow, "edition": options["edition"]}
    asks = values.Asks(door.ask("workflow questions", on=on, **of))
    wanted = {
        **of,
        "answers": values.answers(values.pairs(answers), asks),
        "source": options["source"],
        "historic": options["historic"],
    }
    if not options["not_the_same"]:
        _ask(door, wanted)
    # Whatever looks like it was looked at, or is said to be another case.
    found = door.change("open", not_the_same=True, **wanted)
    door.done(found, f"Opened {found['ref']}.")


def _ask(door: Visit, wanted: Mapping[str, Any]) -> None:
    """Go on only where no case looks like this one, or somebody says that none of them is it."""
    alike = door.foresee("open alike", **wanted)["similar"]
    if not alike:
        return
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
