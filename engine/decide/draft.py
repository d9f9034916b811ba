"""A change in the making: the events that a command yields, sealed when all of them are there.

A draft works on the rows of one case as they were loaded; nothing of it counts until the store has
saved it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from engine import barring
from engine.apply import changes
from engine.apply_clocks import CAUSES, ON_CLOCKS, changes_along
from engine.calendars import Calendar
from engine.canonical import GENESIS, Place, canonical, commitment, event_hash
from engine.case import Actor, AnswerKey, Case, Change, Context, Rows, Sealed, Secret
from engine.dates import iso
from engine.decide.facts import CaseFacts
from engine.directory import Directory
from engine.edition import Edition

Randomness = Callable[[int], bytes]

_NO_ROW: Mapping[str, Any] = {}


class Chain:
    """The end of one stream, to which the next sealed event is added."""

    def __init__(self, context: Context, stream: str, n: int, head: str) -> None:
        self.context = context
        self.stream = stream
        self.n = n
        self.head = head or GENESIS
        self.events: list[dict[str, Any]] = []
        """What was added; `prev` is filled in when it is sealed."""
        self._made: list[Sealed] = []
        self.secrets: list[Secret] = []
        self._common = {
            "v": 1,
            "log": context.log,
            "stream": stream,
            "happened": context.happened,
            "recorded": context.recorded,
            "clock": context.clock,
            "actor": context.actor.sealed(),
            "evidence": context.evidence,
            "command": context.command,
        }

    def add(
        self, kind: str, body: Mapping[str, Any], sealed: Mapping[str, str], edition: str = ""
    ) -> dict[str, Any]:
        """Add an event of a type from the closed list; its number follows from the chain.

        Its body is sealed at the end of the command, as it is then.
        """
        self.n += 1
        event = {
            **self._common,
            "n": self.n,
            "type": kind,
            "edition": edition,
            "body": body,
            "sealed": sealed,
        }
        self.events.append(event)
        return event

    def seal(self) -> list[Sealed]:
        """Every event added so far as it is sealed, each by the hash of the one before it.

        They are sealed together at the end of a command: one after the other takes half as long.
        """
        around = self.context
        actor, clock, evidence = _frame(
            around.actor, around.clock, around.evidence, around.happened, around.log
        )
        clock += canonical(around.command)
        stream, recorded = canonical(self.stream), self._common["recorded"]
        waiting = self.events[len(self._made) :]
        for event, body in zip(waiting, [canonical(e["body"]) for e in waiting], strict=True):
            n, kind, edition, sealed = event["n"], event["type"], event["edition"], event["sealed"]
            text = (
                f'{actor}{body}{clock},"edition":"{edition}{evidence}{n},"prev":"{self.head}",'
                f'"recorded":"{recorded}","sealed":{canonical(sealed) if sealed else "{}"}'
                f',"stream":{stream},"type":"{kind}","v":1}}'
            )
            event["prev"], self.head = self.head, event_hash(text)
            self._made.append(Sealed(self.stream, n, kind, text, self.head))
        return self._made

    def commit_to(self, key: AnswerKey, subject: str, value: str, salt: bytes) -> str:
        """Keep a personal value for the next event, which will hold only its commitment."""
        place = Place(self.context.log, self.stream, self.context.command, *key)
        found = commitment(salt, place, value)
        self.secrets.append(Secret(self.stream, self.n + 1, key, subject, value, salt, found))
        return found


class Draft:
    """What a command makes of one case: its rows as they will be, and the events behind them."""

    def __init__(
        self,
        case: Case,
        edition: Edition,
        context: Context,
        directory: Directory,
        calendar: Calendar | Callable[[], Calendar],
        randomness: Randomness,
    ) -> None:
        self.case = case
        self.edition = edition
        self.workflow = edition.workflow
        self.context = context
        self.everybody = directory
        """Those too who are barred from the case."""
        self.directory = directory
        """Who holds what in this case."""
        if barriers := case.rows.table("barriers"):
            standing = barring.standing(barriers)
            self.directory = barring.narrowed(directory, standing, iso(context.today))
        self._calendar = calendar
        self.randomness = randomness
        self.facts = CaseFacts(case, context.today)
        """What guards may know of the case, as it is at the moment of asking."""
        self.changes: list[Change] = []
        row = case.rows.table("cases").get((case.ref,), _NO_ROW)
        self.chain = Chain(context, case.ref, row.get("version", 0), row.get("head", ""))
        self.first_n = self.chain.n + 1
        """The number of the first event that this command makes."""
        self._cause: dict[str, Any] | None = None
        """The latest event of this command in which stands what it does to clocks."""
        self._came_from = row.get("state", "")

    def emit(
        self,
        kind: str,
        body: dict[str, Any],
        sealed: Mapping[str, str] | None = None,
    ) -> None:
        """Add an event, and do to the rows what it says.

        What becomes of a clock is added to the event of this command that caused it, if any did.
        """
        if self._cause and kind in ON_CLOCKS:
            part = {"type": kind, **body}
            self._cause["body"].setdefault("clocks", []).append(part)
            done = changes_along(self._cause, part)
        else:
            event = self.chain.add(kind, body, sealed or {}, self.edition.hash)
            done = changes(event)
            self._cause = event if kind in CAUSES else self._cause
        self.case.rows.merge(done)
        self.changes += done
        self.case.row["version"] = self.chain.n

    def seal(self) -> list[Sealed]:
        """Seal what was added; the case's row is left with its version and head."""
        made = self.chain.seal()
        self._cause = None
        final = {"version": self.chain.n, "head": self.chain.head}
        self.case.row.update(final)
        self.changes.append(("cases", (self.case.ref,), final, False))
        return made

    def secret(self, key: AnswerKey, value: str, subject: str = "") -> dict[str, str]:
        """Keep a personal value for the next event; yields what that event seals of it."""
        subject = subject or self.case.ref
        return {str(key): self.chain.commit_to(key, subject, value, self.randomness(32))}

    def reason(self) -> dict[str, str]:
        """The command's reason, kept for the next event; nothing when none was given."""
        if not self.context.reason:
            return {}
        return self.secret(AnswerKey("reason", "", self.chain.n + 1), self.context.reason)

    def sibling(self, ref: str, edition: Edition) -> Draft:
        """A draft of a case that this command opens."""
        return Draft(
            Case(ref, Rows()),
            edition,
            self.context,
            self.directory,
            self._calendar,
            self.randomness,
        )

    @property
    def calendar(self) -> Calendar:
        """The calendar by which the case counts, looked up when something is first counted."""
        if not isinstance(self._calendar, Calendar):
            self._calendar = self._calendar()
        return self._calendar

    @property
    def moved(self) -> bool:
        """Whether this command has brought the case into another state."""
        return bool(self._came_from) and self.case.state != self._came_from


@lru_cache(maxsize=256)
def _frame(
    actor: Actor, clock: str, evidence: str, happened: str, log: str
) -> tuple[str, str, str]:
    """What one command after another says again, in the runs in which the canonical form has it."""
    return (
        f'{{"actor":{canonical(actor.sealed())},"body":',
        f',"clock":{canonical(clock)},"command":',
        f'","evidence":{canonical(evidence)},"happened":{canonical(happened)},'
        f'"log":{canonical(log)},"n":',
    )
