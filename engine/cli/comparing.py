"""`workflow compare`: what has changed between two editions of a process, in English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from engine import bootstrap, loading
from engine.changes import PARTS, VERDICTS
from engine.cli import saying
from engine.cli.door import argument
from engine.cli.folders import handed_over
from engine.cli.printing import item, paragraph, strong
from engine.cli.visit import Visit, reads
from engine.definition import Workflow
from engine.errors import UsageError
from engine.nouns import count
from engine.service.moving import choosing
from engine.verbs.comparing import compared

Known = Mapping[str, Any]

MEANT = (
    "A and B are each a process that comes with this program, a folder, or an edition in use, "
    "named as PROCESS@EDITION by its name or by the first digits of its hash."
)


@reads("compare", argument("old", "A"), argument("new", "B"))
def compare_(door: Visit, old: str, new: str) -> None:
    """What has changed from A to B, what weighs most first: duties, who may act, what must be so.

    A and B are each a process that comes with this program, a folder, or an edition in use, as
    PROCESS@EDITION: by its name, or by the first digits of its hash. Each line says what was and
    what is, and whether that is stricter, looser or neither.
    """
    before, after = _meant(door, old), _meant(door, new)
    found: Known
    if isinstance(before, Read) and isinstance(after, Read):
        found = compared(before.workflow, after.workflow)
    else:
        found = door.ask("workflow compare", **_asked("old", before), **_asked("new", after))
    door.answer(found, [*_head(found), *_lines(found)])


class Read(NamedTuple):
    """A definition of this program or of a folder, with the name by which it was typed."""

    name: str
    workflow: Workflow


class InUse(NamedTuple):
    """An edition in use, as somebody names it."""

    name: str
    edition: str


def _meant(door: Visit, text: str) -> Read | InUse:
    """The definition that somebody means, or the edition in use. Raises UsageError where it is
    none.
    """
    name, at, edition = text.rpartition("@")
    if not at:
        return _by_name(door, text)
    if not (name and edition):
        raise UsageError("Write an edition after the @, and its process before it.")
    if _has_store(door):
        return InUse(name, edition)
    workflow = loading.load(loading.find(name))
    if edition not in (workflow.edition, workflow.hash) and not (
        len(edition) >= choosing.SHORTEST and workflow.hash.startswith(edition)
    ):
        raise UsageError(
            f"Here no edition is in use, and {name} comes with this program as "
            f"{workflow.edition}; give --config FILE for a partnership that uses {edition[:60]}."
        )
    return Read(name, workflow)


def _by_name(door: Visit, name: str) -> Read | InUse:
    try:
        folder = loading.find(name)
    except UsageError as error:
        # What was never a folder here may be in use all the same.
        if _has_store(door):
            used = door.ask("workflow list")["in_use"]
            if latest := [one["hash"] for one in used if one["workflow"] == name]:
                return InUse(name, latest[0])
        raise UsageError(f"{error} {MEANT}") from None
    return Read(name, loading.load(folder))


def _asked(which: str, meant: Read | InUse) -> dict[str, Any]:
    """A definition as a request has it."""
    if isinstance(meant, InUse):
        return {which: meant.name, f"{which}_edition": meant.edition}
    name, files = handed_over(meant.name)
    return {which: name, f"{which}_files": files}


def _has_store(door: Visit) -> bool:
    return door.away or bootstrap.config_file(door.options["config"]).exists()


def _head(found: Known) -> list[str]:
    called = [
        f"{one['title']}, edition {one['edition']} ({one['hash'][:12]})"
        for one in (found["old"], found["new"])
    ]
    said = f"From {called[0]} to {called[1]}: {summary(found['summary'])}."
    return [*paragraph(said), *saying.caution(found["caution"])]


def summary(number: Mapping[str, int]) -> str:
    """How many changes there are, and of which kind; or that nothing has changed."""
    if not sum(number.values()):
        return "nothing has changed"
    kinds = [f"{number[verdict]} {verdict}" for verdict in VERDICTS[:2] if number[verdict]]
    kinds += [f"{number['other']} neither"] if number["other"] else []
    return f"{count(sum(number.values()), 'change')} ({', '.join(kinds)})"


def _lines(found: Known) -> Iterator[str]:
    for part, title in PARTS.items():
        mine = [one for one in found["changes"] if one["part"] == part]
        if mine:
            yield ""
            yield strong(title)
        for one in mine:
            mark = f"[{one['verdict']}] " if one["verdict"] != "other" else ""
            yield from item(f"{mark}{one['what']}")
            yield from paragraph(f"was: {one['was']}", 6, 5)
            yield from paragraph(f"is:  {one['is']}", 6, 5)
