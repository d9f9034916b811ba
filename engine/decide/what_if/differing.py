"""What differs between the record of a case and what would be so under another definition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import zip_longest
from typing import NamedTuple

from engine.case import RUNNING, Case, Key, Row
from engine.dates import iso
from engine.decide.what_if.record import Told
from engine.edition import Edition

MISSED = ("met late", "overdue")
OVERDUE = "overdue"


class Stands(NamedTuple):
    """How a deadline stands on a day."""

    rule: str
    starts_on: str
    due_on: str
    """Empty where no day is set, or where it lies between the next two."""
    due_from: str
    due_to: str
    status: str
    """As a case shows it: running, provisional, overdue, met, met late, no longer applies."""
    met_on: str

    @property
    def missed(self) -> bool:
        """Whether its day was missed."""
        return self.status in MISSED


class Deadline(NamedTuple):
    """A deadline on record, and as it would be; None of what there is not."""

    timescale: str
    of: str
    no: int
    old: Stands | None
    new: Stands | None

    @property
    def differs(self) -> bool:
        """Whether it would have another day, or another end, or would not be at all."""
        if self.old is None or self.new is None:
            return self.old is not self.new
        return self.old[2:] != self.new[2:]


class Notice(NamedTuple):
    """A notice that told somebody on a day, and on which it would have; empty for never."""

    timescale: str
    of: str
    no: int
    notice: str
    old_on: str
    new_on: str
    roles: tuple[str, ...]
    """Whom it tells, or told."""


def deadlines(old: Case, new: Case, edition: Edition, today: date) -> list[Deadline]:
    """Every deadline on record, and every one that would be, in the order of their keys."""
    keys = sorted(old.deadlines().keys() | new.deadlines().keys())
    every = [
        Deadline(
            str(key[1]),
            str(key[2]),
            int(key[3]),
            _stands(old, key, edition, today),
            _stands(new, key, edition, today),
        )
        for key in keys
    ]
    return [one for one in every if one.old or one.new]


def _stands(case: Case, key: Key, edition: Edition, today: date) -> Stands | None:
    row = case.deadlines().get(key)
    if row is None or row["status"] == "set aside":
        return None
    return Stands(
        rule=row["rule"],
        starts_on=row["starts_on"],
        due_on=row["due_on"] or "",
        due_from=row["due_from"] or "",
        due_to=row["due_to"] or "",
        status=_status(case, row, edition, today),
        met_on=row["met_on"] or "",
    )


def _status(case: Case, row: Row, edition: Edition, today: date) -> str:
    status = str(row["status"])
    passed = row["due_on"] and row["due_on"] < iso(today)
    if not passed or status not in RUNNING or case.row["historic"]:
        return status
    return status if edition.rule(row["rule"]).form == "after" else OVERDUE


def notices(old: Iterable[Told], new: Iterable[Told]) -> list[Notice]:
    """The notices that told somebody on a day and would not have, or the other way round."""
    found: list[Notice] = []
    before, after = _by_notice(old), _by_notice(new)
    for name in sorted(before.keys() | after.keys()):
        gone = list(_without(before.get(name, []), after.get(name, [])))
        come = list(_without(after.get(name, []), before.get(name, [])))
        for was, now in zip_longest(gone, come):
            one = now or was
            assert one is not None
            days = (was.on if was else "", now.on if now else "")
            found.append(Notice(one.timescale, one.of, one.no, one.notice, *days, one.roles))
    return found


def _by_notice(every: Iterable[Told]) -> dict[tuple[str, str, int, str], list[Told]]:
    found: dict[tuple[str, str, int, str], list[Told]] = defaultdict(list)
    for one in every:
        found[one.timescale, one.of, one.no, one.notice].append(one)
    return found


def _without(some: list[Told], others: list[Told]) -> Iterator[Told]:
    days = [one.on for one in others]
    for one in some:
        if one.on in days:
            days.remove(one.on)
        else:
            yield one
