"""`workflow compare`: what has changed between two editions of a process, in English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine import bootstrap, loading
from engine.changes import PARTS, VERDICTS, Change, compare, counted
from engine.cli import saying
from engine.cli.door import argument
from engine.cli.printing import item, paragraph, strong
from engine.cli.visit import Visit, reads
from engine.definition import Workflow
from engine.errors import ConfigError, UsageError
from engine.nouns import count
from engine.service.moving import choosing

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
    changes = compare(before, after)
    document = {
        "old": _named(before),
        "new": _named(after),
        "summary": counted(changes),
        "changes": [_plain(one) for one in changes],
    }
    door.answer(document, [*_head(before, after, changes), *_lines(changes)])


def _meant(door: Visit, text: str) -> Workflow:
    """The definition that somebody means. Raises UsageError where it is none."""
    name, at, edition = text.rpartition("@")
    if not at:
        return _by_name(door, text)
    if not (name and edition):
        raise UsageError("Write an edition after the @, and its process before it.")
    if _has_store(door):
        with door.place.database.read() as tx:
            return choosing.edition_in_use(door.place, tx, name, edition).workflow
    workflow = loading.load(loading.find(name))
    if edition not in (workflow.edition, workflow.hash) and not (
        len(edition) >= choosing.SHORTEST and workflow.hash.startswith(edition)
    ):
        raise UsageError(
            f"Here no edition is in use, and {name} comes with this program as "
            f"{workflow.edition}; give --config FILE for a partnership that uses {edition[:60]}."
        )
    return workflow


def _by_name(door: Visit, name: str) -> Workflow:
    try:
        folder = loading.find(name)
    except UsageError as error:
        # What was never a folder here may be in use all the same.
        try:
            place = door.place
            with place.database.read() as tx:
                return choosing.edition_in_use(place, tx, name).workflow
        except (ConfigError, UsageError):
            raise UsageError(f"{error} {MEANT}") from None
    return loading.load(folder)


def _has_store(door: Visit) -> bool:
    return bootstrap.config_file(door.options["config"]).exists()


def _named(workflow: Workflow) -> dict[str, str]:
    return {
        "workflow": workflow.name,
        "title": workflow.title,
        "edition": workflow.edition,
        "hash": workflow.hash,
    }


def _plain(one: Change) -> dict[str, str]:
    return {
        "part": one.part,
        "at": one.at,
        "what": one.what,
        "was": one.was,
        "is": one.now,
        "verdict": one.verdict,
    }


def _head(before: Workflow, after: Workflow, changes: Sequence[Change]) -> list[str]:
    called = [f"{one.title}, edition {one.edition} ({one.hash[:12]})" for one in (before, after)]
    said = f"From {called[0]} to {called[1]}: {summary(changes)}."
    return [*paragraph(said), *saying.caution(after.caution)]


def summary(changes: Sequence[Change]) -> str:
    """How many changes there are, and of which kind; or that nothing has changed."""
    if not changes:
        return "nothing has changed"
    number: dict[Any, int] = dict(counted(tuple(changes)))
    kinds = [f"{number[verdict]} {verdict}" for verdict in VERDICTS[:2] if number[verdict]]
    kinds += [f"{number['other']} neither"] if number["other"] else []
    return f"{count(len(changes), 'change')} ({', '.join(kinds)})"


def _lines(changes: Sequence[Change]) -> Iterator[str]:
    for part, title in PARTS.items():
        mine = [one for one in changes if one.part == part]
        if mine:
            yield ""
            yield strong(title)
        for one in mine:
            mark = f"[{one.verdict}] " if one.verdict != "other" else ""
            yield from item(f"{mark}{one.what}")
            yield from paragraph(f"was: {one.was}", 6, 5)
            yield from paragraph(f"is:  {one.now}", 6, 5)
