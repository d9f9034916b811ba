"""The clocks of a case that is moved to another edition: what becomes of each, and why not
otherwise.

A clock of a duty is never ended or made later by the move, but where the new edition says so by
more than local practice, and somebody has agreed to just that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from operator import itemgetter
from typing import Any, Literal

from engine.calendars import Calendar
from engine.case import RUNNING, Case, Key, Row
from engine.decide.moving import loosening
from engine.decide.moving.left import Left
from engine.decide.moving.loosening import JUDGED, Looser, Side
from engine.decide.timing import clocks
from engine.definition import Timescale
from engine.edition import Edition
from engine.errors import Need

Choice = Literal["keep", "rebase", "restart", "stop", "start", "back"]
CHOICES: tuple[Choice, ...] = ("keep", "rebase", "restart", "stop")
"""What can be chosen for a clock that runs; one that the new edition adds is started, and a move
that is taken back gives each back.
"""

COUNTED = ("status", "rule", "starts_on", "due_on", "due_from", "due_to", "calendar")
DAYS = ("starts_on", "due_on", "due_from", "due_to")


@dataclass(frozen=True, slots=True)
class Carried:
    """What becomes of one clock."""

    key: Key
    title: str
    choice: Choice
    old: Mapping[str, Any] | None
    """Its row; None of one that starts."""
    now: Mapping[str, Any]
    """The columns that it has afterwards."""
    duty: str = ""
    looser: Looser | None = None
    """What becomes looser of it, if anything does."""
    keepable: bool = True
    """Whether it could be left as it was counted."""

    @property
    def changes(self) -> bool:
        """Whether its days or its status are others afterwards."""
        names = ("status", *DAYS)
        return self.old is None or any(self.now.get(n, self.old[n]) != self.old[n] for n in names)

    def plain(self) -> dict[str, Any]:
        """The same as an event keeps it."""
        old = self.old or {}
        found = {
            "timescale": self.key[1],
            "of": self.key[2],
            "no": self.key[3],
            "choice": self.choice,
            "old": {"due_on": old.get("due_on"), "rule": old.get("rule", "")},
            "new": {
                "due_on": self.now.get("due_on", old.get("due_on")),
                "rule": self.now.get("rule", old.get("rule", "")),
            },
        }
        return found | ({"looser": self.looser.plain()} if self.looser else {})


@dataclass(frozen=True, slots=True)
class Between:
    """A case between two editions, and how it would stand had the new one always governed it."""

    case: Case
    old: Edition
    new: Edition
    fresh: Mapping[Key, Row]
    """The deadlines as the new edition would have counted them from the first day."""
    calendar: Calendar
    today: date
    wishes: Mapping[str, str]
    """By timescale: what was chosen for its clocks."""
    provision: str = ""
    """The provision by which clocks are started anew, where one was cited."""
    later: Collection[str] = ()
    """The timescales of which it was agreed that their duties end later."""
    left: Mapping[Key, Left] = field(default_factory=dict)
    """The clocks that a move before this one left to their rule of then."""

    def was(self, key: Key, row: Mapping[str, Any]) -> Side:
        """A clock as it runs, with the duty and the time of the edition by which it is counted."""
        known = self.old.workflow.timescales[str(key[1])]
        return loosening.side(self.old, known, row, self.left.get(key))

    def timescale(self, key: Key) -> Timescale | None:
        """The timescale of a clock in the new edition."""
        return self.new.workflow.timescales.get(str(key[1]))

    def counterpart(self, key: Key) -> tuple[Key, Row] | None:
        """The clock that the new edition has in the place of one; of those that recur, the one that
        runs.
        """
        if key[1] in self.new.recurring:
            running = [
                (other, row)
                for other, row in self.fresh.items()
                if other[1:3] == key[1:3] and row["status"] in RUNNING
            ]
            return running[-1] if running else None
        row = self.fresh.get(key)
        return (key, row) if row else None


def carried(between: Between) -> tuple[list[Carried], list[Need]]:
    """What becomes of every clock of a case, and what stands in the way.

    What becomes looser of one is told of it (`looser`); whether that was agreed to is not asked.
    """
    found: list[Carried] = []
    needs: list[Need] = []
    for key, row in between.case.open_deadlines():
        # A copy, since the rows change while the case is moved.
        one = _carried(between, key, dict(row))
        if isinstance(one, Need):
            needs.append(one)
        else:
            found.append(replace(one, looser=_looser(between, one)))
    return [*found, *_started(between)], needs


def kept_as_judged(between: Between) -> list[Key]:
    """The clocks that were met, of which the new edition would say something else."""
    found = []
    for key, row in sorted(between.case.deadlines().items(), key=itemgetter(0)):
        other = between.counterpart(key)
        same = other is not None and other[1]["rule"] == row["rule"]
        if row["status"] in JUDGED and not same:
            found.append(key)
    return found


def _carried(between: Between, key: Key, row: Row) -> Carried | Need:
    known, other = between.timescale(key), between.counterpart(key)
    was = between.was(key, row)
    runs = known is not None and other is not None and other[1]["status"] in RUNNING
    met = known is not None and other is not None and other[1]["status"] in JUDGED
    wish = between.wishes.get(str(key[1]), "")
    if not runs and not met:
        return _ended(between, key, row, wish)
    assert known is not None
    assert other is not None
    duty = known.duty or was.timescale.duty
    agreed = wish == "stop" and bool(loosening.binding(was) or duty)
    if met and (wish in ("", "rebase", "keep") or agreed):
        now = {name: other[1][name] for name in (*COUNTED, "met_on")}
        return Carried(key, known.title, "rebase", row, now, duty)
    if wish == "keep":
        return _not_kept(between, row, known) or Carried(key, known.title, "keep", row, {}, duty)
    if wish == "restart":
        return _restarted(between, key, row, known)
    if wish == "stop":
        return _stopped(between, key, row, known)
    now = {name: other[1][name] for name in COUNTED}
    keepable = _not_kept(between, row, known) is None
    return Carried(key, known.title, "rebase", row, now, duty, keepable=keepable)


def _not_kept(between: Between, row: Row, known: Timescale) -> Need | None:
    """Why a clock cannot be kept: nothing would make its own day known, or it would be counted by
    a list of bank holidays that its rule knows nothing of.
    """
    rule = between.new.rule(row["rule"])
    anchors = {between.new.rule(one.due).anchor for one in known.variants}
    if row["status"] == "provisional" and rule.anchor not in anchors:
        what = f'"{known.title}" is provisional, and the new edition counts it from another day'
        return Need(what, how="answer what it counts from first, or choose rebase")
    lists = between.old.workflow.working_days, between.new.workflow.working_days
    if rule.unit != "working days" or lists[0] == lists[1]:
        return None
    what = (
        f'"{known.title}" cannot be left to its old rule: that counts the working days of '
        f"{lists[0]}, and a later bank holiday of {lists[1]}, by whose list the new edition "
        "counts, would move it"
    )
    return Need(what, how="choose rebase, or restart where no duty requires it")


def _ended(between: Between, key: Key, row: Row, wish: str) -> Carried | Need:
    """A clock that the new edition does not count for this case."""
    was, known = between.was(key, row).timescale, between.timescale(key)
    if wish in ("keep", "rebase", "restart"):
        said = "has no such timescale" if known is None else "does not count it for this case"
        what = f'"{was.title}" cannot be chosen to {wish}: the new edition {said}'
        return Need(what, how="leave the choice out, or choose stop")
    now = {"status": "no longer applies"}
    return Carried(key, was.title, "stop", row, now, was.duty)


def _restarted(between: Between, key: Key, row: Row, known: Timescale) -> Carried | Need:
    duty = known.duty or between.was(key, row).timescale.duty
    variant = between.new.variant(known, between.today.isoformat())
    form = between.new.rule(row["rule"]).form
    keep = _not_kept(between, row, known) is None
    how = f"choose {'keep' if keep else 'rebase'}, or migrate to an edition whose law says so"
    if duty:
        what = f'"{known.title}" is required by {duty}, which no migration starts anew'
        return Need(what, how=how)
    if variant is None or form in ("before", "after"):
        return Need(f'"{known.title}" does not count from a day on which it could start', how=how)
    if not (is_local(known) or between.provision):
        source = variant.time_from.source or variant.time_from.kind
        what = f'"{known.title}" has its time from {source}, which only a provision starts anew'
        return Need(what, how=f"cite it with --provision, or choose {_either(keep)}")
    start = between.today.isoformat()
    now = clocks.counted(between.new, variant.due, start, between.calendar)
    return Carried(key, known.title, "restart", row, {**now, "status": "running"})


def _either(keep: bool) -> str:
    """What can be chosen for a clock that goes on."""
    return "keep or rebase" if keep else "rebase"


def _stopped(between: Between, key: Key, row: Row, known: Timescale) -> Carried | Need:
    """A clock that the new edition counts still: only one of the partnership's own can be ended."""
    duty = known.duty or between.was(key, row).timescale.duty
    either = _either(_not_kept(between, row, known) is None)
    if duty:
        what = f'"{known.title}" is required by {duty}, and the new edition counts it still'
        return Need(what, how=f"choose {either}: no migration ends a duty")
    recurs = known.variants[0].due.startswith("every ")
    if recurs or not is_local(known):
        source = known.variants[0].time_from.source or known.variants[0].time_from.kind
        what = f'"{known.title}" rests on {source}, and the new edition counts it still'
        return Need(what, how=f"choose {either}")
    return Carried(key, known.title, "stop", row, {"status": "no longer applies"})


def _looser(between: Between, one: Carried) -> Looser | None:
    """What becomes looser of a clock that ran before."""
    assert one.old is not None
    old = between.was(one.key, one.old)
    known = between.timescale(one.key)
    if one.choice == "stop" or known is None:
        return loosening.ended(old)
    new = Side(between.new, known, {**one.old, **one.now})
    historic = bool(between.case.row["historic"])
    return loosening.looser(old, new, between.today, between.calendar, historic=historic)


def is_local(timescale: Timescale) -> bool:
    """Whether nothing but the partnership's own practice sets a time, and no duty asks for it."""
    return not timescale.duty_checked and all(
        one.time_from.kind == "local" for one in timescale.variants
    )


def _started(between: Between) -> Iterator[Carried]:
    """The clocks that would run had the new edition always governed the case, and do not."""
    own = between.case.deadlines()
    open_now = {key[1:3] for key, _ in between.case.open_deadlines()}
    for key, row in sorted(between.fresh.items(), key=itemgetter(0)):
        known = between.timescale(key)
        if row["status"] not in RUNNING or known is None:
            continue
        now = {name: row[name] for name in COUNTED}
        if key[1] in between.new.recurring:
            if key[1:3] not in open_now:
                no = between.case.turn(f"clock:{key[1]}") + 1
                yield Carried((*key[:3], no), known.title, "start", None, now, known.duty)
        elif key not in own or _runs_again(between, own[key], known):
            old = dict(own[key]) if key in own else None
            yield Carried(key, known.title, "start", old, now, known.duty)


def _runs_again(between: Between, row: Row, known: Timescale) -> bool:
    """Whether a clock that no longer runs does under the new edition.

    One that was met otherwise than the new edition asks can be kept as met, unless it is a duty's.
    """
    if row["status"] not in JUDGED:
        return row["status"] in ("no longer applies", "set aside")
    return bool(known.duty) or between.wishes.get(known.id) != "keep"
