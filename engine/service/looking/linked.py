"""Which linked case an entry of a history is about: the one that the same command changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine import queries
from engine.canonical import parse
from engine.service import titles
from engine.service.workplace import Workplace

OPENED = "linked case opened"
ENDS = ("linked case ended", "linked case resumed")


def of_entries(
    place: Workplace, ref: str, events: Iterable[Mapping[str, Any]]
) -> dict[int, dict[str, str]]:
    """By entry the linked case that was opened, has ended or was taken up again: `ref`, `about`,
    `title`.
    """
    entries: dict[tuple[str, bool], list[int]] = {}
    for event in events:
        if event["type"] in (OPENED, *ENDS):
            is_first = event["type"] == OPENED
            entries.setdefault((event["command"], is_first), []).append(event["n"])
    found: dict[int, dict[str, str]] = {}
    if not entries:
        return found
    with place.database.read() as tx:
        rows = tx.rows(queries.CHILDREN, (place.log, ref))
        # One command opens them in the order of their numbers: 9 before 10.
        for child, _, _, about, _ in sorted(rows, key=lambda row: (len(row[0]), row[0])):
            told = {
                "ref": child,
                "about": about or "",
                "title": titles.title_of(place, about or ""),
            }
            texts = tx.rows(queries.HISTORY, (place.log, child))
            commands = [parse(text)["command"] for text, _, _ in texts]
            keys = [(command, n == 0) for n, command in enumerate(commands)]
            for numbers in (entries[key] for key in dict.fromkeys(keys) if entries.get(key)):
                found[numbers.pop(0)] = told
    return found
