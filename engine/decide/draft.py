"""A change in the making: the events that a command yields, sealed one after the other.

A draft works on the rows of one case as they were loaded; nothing of it counts until the store has
saved it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from engine.apply import changes
from engine.calendars import Calendar
from engine.canonical import GENESIS, Place, canonical, commitment, event_hash
from engine.case import Actor, AnswerKey, Case, Change, Context, Rows, Sealed, Secret
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
        self.events: list[Sealed] = []
        self.secrets: list[Secret] = []
        recorded = context.recorded
        self._common = {
            "v": 1,
            "log": context.log,
            "stream": stream,
            "happened": context.happened,
            "recorded": recorded,
            "clock": context.clock,
            "actor": context.actor.sealed(),
            "evidence": context.evidence,
            "command": context.command,
        }
        self._said = _said(context, recorded, stream)

    def seal(
        self, kind: str, body: Mapping[str, Any], sealed: Mapping[str, str], edition: str = ""
    ) -> Sealed:
        """Add an event of a type from the closed list; its number and hash follow from the
        chain.
        """
        n, prev = self.n + 1, self.head
        event = {
            **self._common,
            "n": n,
            "prev": prev,
            "type": kind,
            "edition": edition,
            "body": body,
            "sealed": sealed,
        }
        actor, clock, evidence, recorded, stream = self._said
        text = (
            f'{{{actor},"body":{canonical(body)},{clock},"edition":"{edition}",{evidence},"n":{n},'
            f'"prev":"{prev}",{recorded},"sealed":{canonical(sealed) if sealed else "{}"},{stream},'
            f'"type":"{kind}","v":1}}'
        )
        self.n, self.head = n, event_hash(text)
        made = Sealed(self.stream, n, kind, text, self.head, event)
        self.events.append(made)
        return made

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
        calendar: Calendar,
        randomness: Randomness,
    ) -> None:
        self.case = case
        self.edition = edition
        self.workflow = edition.workflow
        self.context = context
        self.directory = directory
        self.calendar = calendar
        self.randomness = randomness
        self.changes: list[Change] = []
        row = case.rows.table("cases").get((case.ref,), _NO_ROW)
        self.chain = Chain(context, case.ref, row.get("version", 0), row.get("head", ""))
        self.first_n = self.chain.n + 1
        """The number of the first event that this command makes."""
        self._came_from = row.get("state", "")

    def emit(
        self,
        kind: str,
        body: Mapping[str, Any],
        sealed: Mapping[str, str] | None = None,
    ) -> Sealed:
        """Seal an event and do to the rows what it says."""
        made = self.chain.seal(kind, body, sealed or {}, self.edition.hash)
        done = changes(made.event)
        self.case.rows.merge(done)
        self.changes.extend(done)
        self.case.row["version"] = made.n
        self.case.row["head"] = made.hash
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
            self.calendar,
            self.randomness,
        )

    @property
    def moved(self) -> bool:
        """Whether this command has brought the case into another state."""
        return bool(self._came_from) and self.case.state != self._came_from

    @property
    def final(self) -> Mapping[str, Any]:
        """The version and head that the case's row is left with."""
        return {"version": self.chain.n, "head": self.chain.head}


def _said(context: Context, recorded: str, stream: str) -> tuple[str, ...]:
    """What all events of a command share, in the runs in which the canonical form has it."""
    return (
        f'"actor":{_actor(context.actor)}',
        f'"clock":{_text(context.clock)},"command":{canonical(context.command)}',
        f'"evidence":{_text(context.evidence)},"happened":{_text(context.happened)}'
        f',"log":{_text(context.log)}',
        f'"recorded":{canonical(recorded)}',
        f'"stream":{_text(stream)}',
    )


@lru_cache(maxsize=256)
def _actor(actor: Actor) -> str:
    return canonical(actor.sealed())


@lru_cache(maxsize=1024)
def _text(text: str) -> str:
    """What one command after another says again: the log, the case, the day."""
    return canonical(text)
