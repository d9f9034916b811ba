"""What has happened on a case, decided once more under another definition; nothing is written.

Each command of the record is taken again in its order, on rows held in memory, and between them
the clock comes by as it did. What would be refused now is noted, and then it goes on as recorded: a
replay never stops.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Protocol

from engine.calendars import Calendar, local_date
from engine.case import Actor, Case, Context, Rows
from engine.decide.timing import firing
from engine.decide.timing.recounting import recount
from engine.decide.what_if.differing import Deadline, Notice, deadlines, notices
from engine.decide.what_if.memory import Around, MemoryDraft, MemoryRows
from engine.decide.what_if.record import (
    NEVER,
    RECOUNTED,
    Command,
    Event,
    Record,
    Told,
    micros,
    told_by,
)
from engine.decide.what_if.repeating import Past, attempts, carry
from engine.directory import Directory
from engine.edition import Edition
from engine.errors import EngineError, Need, RefusedError


@dataclass(frozen=True, slots=True)
class Impossible:
    """Something on record that would be refused now."""

    n: int
    """Its entry on record."""
    kind: str
    """The type of that entry: transition taken, answers recorded ..."""
    on: str
    """The day on which it happened."""
    subject: str
    """The step, or the questions."""
    sentence: str
    needs: tuple[Need, ...]
    """Everything that is missing; of a step that was recorded as already done, only what was not
    missing then.
    """


@dataclass(slots=True)
class Replay:
    """A case as it would be if another definition had governed it from its first day."""

    ref: str
    record: Record
    """What is on record of it, folded to its end."""
    old: Edition
    """The edition under which its latest entry was recorded."""
    edition: Edition
    """The definition, with what only the record knows."""
    case: Case
    impossible: list[Impossible] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    """The notices that would have told somebody, in their order."""
    events: list[Event] = field(default_factory=list)
    """What each command makes of the case now; none of it is sealed."""

    today: date = date.min
    """The day until which it was replayed."""

    @property
    def rows(self) -> Rows:
        """The rows of the case as they would be."""
        return self.case.rows

    @property
    def deadlines(self) -> list[Deadline]:
        """Every deadline on record or that would be, as it is and as it would be."""
        return deadlines(self.record.case, self.case, self.edition, self.today)

    @property
    def notices(self) -> list[Notice]:
        """The notices that told somebody and would not have, or that would have and did not."""
        return notices(self.record.told, self.told)


class Days(Protocol):
    """The working days as they were known, version by version."""

    @property
    def changes(self) -> Sequence[tuple[int, str]]:
        """When each later version came into use, in microseconds since 1970 UTC, and its name."""

    def at(self, moment: int, version: str) -> Calendar:
        """The calendar of this version; of one that is not known, or none, that of the moment."""

    def version(self, name: str) -> Calendar | None:
        """A version of the calendar by its name, or None for one that is not known any more."""


@dataclass(frozen=True, slots=True)
class By:
    """By what a record is decided once more."""

    edition: Edition
    old: Callable[[str], Edition]
    """The edition of a process under which something was recorded, by its hash."""
    directory: Directory
    days: Days
    widened: Callable[[Edition], Edition]
    """The edition with what only another one has."""


def replay(record: Record, by: By, now: datetime) -> Replay:
    """Decide everything on record of a case once more under a definition, until an instant."""
    return _Replaying(record, by).run(now)


class _Replaying:
    """One replay in its course."""

    def __init__(self, record: Record, by: By) -> None:
        self.record = record
        self.by = by
        self.rows = MemoryRows()
        case = Case(record.ref, self.rows)
        self.done = Replay(record.ref, record, by.edition, by.edition, case)
        self.steps: dict[int, int] = {}
        self._gone: frozenset[str] = frozenset()
        self._changed = self._changes()

    def run(self, now: datetime) -> Replay:
        for command in self.record.commands:
            self._until(micros(command.lead["recorded"]))
            self.record.fold(command)
            # What was moved to another edition is replayed as if it had never been.
            if command.events[0]["type"] != "case migrated":
                self._repeat(command)
        self._until(int(now.timestamp() * 1_000_000) + 1)
        self.done.today = local_date(now)
        return self.done

    def _changes(self) -> list[tuple[int, str]]:
        """The changes of the calendar after which no command on record counted the clocks anew."""
        commands = self.record.commands
        known = {one.calendar for one in commands if one.kind == RECOUNTED}
        return [one for one in self.by.days.changes if one[1] not in known]

    def _repeat(self, command: Command) -> None:
        """Take a command again: by the rules, or else as nearly so as it can be."""
        past = self._past(command)
        tries = attempts(command, past)
        gone = command.kind == "transition taken" and len(tries) == 1
        for number, act in enumerate(tries or (None,)):
            draft = self._draft(command)
            try:
                carry(draft, command.before if act else ())
                if act:
                    act(draft, command, past)
                carry(draft, command.after if act else command.events)
            except EngineError as error:
                self.rows.again(self.done.events)
                if number == 0:
                    self._note(command, error)
                continue
            self._keep(draft)
            if gone:
                self._note(command, _gone(command))
            elif number == 0 and command.kind == "transition taken":
                self._compare_unmet(command, draft)
            return

    def _past(self, command: Command) -> Past:
        old = self.by.old(command.events[0]["edition"])
        if old is not self.done.old:
            wider = self.by.widened(old)
            known, steps = self.by.edition.workflow.transitions, old.workflow.transitions
            self.done.old, self.done.edition = old, wider
            self._gone = frozenset(steps.keys() - known.keys())
        version = self.by.days.version
        return Past(self.record, old, self.done.events, self.steps, self._gone, version)

    def _draft(self, command: Command) -> MemoryDraft:
        sealed = {path: value for one in command.events for path, value in one["sealed"].items()}
        context = command.context

        def calendar() -> Calendar:
            return self.by.days.at(_moment(context), command.calendar)

        around = Around(self.by.directory, calendar)
        return MemoryDraft(self.done.case, self.done.edition, context, around, sealed)

    def _keep(self, draft: MemoryDraft) -> None:
        made = draft.chain.events
        self.done.events += made
        self.done.told += told_by(made, draft.context.today.isoformat())

    def _until(self, moment: int) -> None:
        """Let happen what the engine does by itself before a moment: each thing at its own."""
        # None fires before its own moment, and that is found sooner.
        if not self._changed and self._earliest() >= moment:
            return
        while (at := self._next()) < moment:
            draft = self._by_the_clock(at)
            if self._changed and self._changed[0][0] == at:
                self._changed.pop(0)
                recount(draft, self.by.days.version, self.done.events)
            else:
                firing.fire(draft, [key for key, due in self._waiting() if due <= at])
            self._keep(draft)

    def _earliest(self) -> int:
        rows = self.rows.table("notices").values()
        return min((row["at"] for row in rows if row["status"] == "waiting"), default=NEVER)

    def _next(self) -> int:
        fires = min((at for _, at in self._waiting()), default=NEVER)
        return min(fires, self._changed[0][0]) if self._changed else fires

    def _waiting(self) -> list[tuple[tuple[str | int, ...], int]]:
        rows = self.rows.table("notices").items()
        fires_at = self.record.fires_at
        return [(k, fires_at(k, int(row["at"]))) for k, row in rows if row["status"] == "waiting"]

    def _by_the_clock(self, at: int) -> MemoryDraft:
        now = datetime.fromtimestamp(at / 1_000_000, UTC)
        today = local_date(now)
        log = self.record.commands[0].events[0]["log"]
        context = Context(log, now, today, _CLOCK, f"clock {at}", today.isoformat())
        around = Around(self.by.directory, self.by.days.at(at, ""))
        return MemoryDraft(self.done.case, self.done.edition, context, around, {})

    def _note(self, command: Command, error: EngineError) -> None:
        needs = error.unmet if isinstance(error, RefusedError) else ()
        self._add(command, str(error), needs)

    def _add(self, command: Command, sentence: str, needs: tuple[Need, ...]) -> None:
        lead = command.lead
        subject = _subject(command)
        noted = Impossible(lead["n"], command.kind, lead["happened"], subject, sentence, needs)
        self.done.impossible.append(noted)

    def _compare_unmet(self, command: Command, draft: MemoryDraft) -> None:
        """What a step recorded as already done would lack now, and did not then."""
        made = next(one for one in draft.chain.events if one["type"] == "transition taken")
        before = {one["what"] for one in command.lead["body"]["unmet"]}
        more = [one["what"] for one in made["body"]["unmet"] if one["what"] not in before]
        if more:
            title = draft.workflow.transitions[made["body"]["transition"]].title
            sentence = f'"{title}" was recorded as already done, and lacks more now.'
            self._add(command, sentence, tuple(Need(what) for what in more))


def _moment(context: Context) -> int:
    return int(context.now.timestamp() * 1_000_000)


_CLOCK = Actor(decided="clock", recorded="clock", door="worker", proof="the engine itself")


def _gone(command: Command) -> RefusedError:
    step = command.lead["body"]["transition"]
    need = Need("a step of the definition", how="what took its place is recorded with another step")
    return RefusedError(f"The definition has no step {step} any more.", (need,), step)


def _subject(command: Command) -> str:
    body = command.lead["body"]
    for name in ("transition", "of", "timescale", "process", "kind"):
        if body.get(name):
            return str(body[name])
    named = dict.fromkeys(str(item["question"]) for item in body.get("answers", ()))
    return ", ".join(named)
