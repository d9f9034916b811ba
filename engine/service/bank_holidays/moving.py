"""A clock that moves because the list of bank holidays changes, and who must be told of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from engine import queries
from engine.case import Key
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries.telling import waited_for
from engine.decide.timing.informed import Event, informed
from engine.definition import Timescale, Workflow
from engine.prose import name_of
from engine.service.titles import title_of, who_waits
from engine.service.workplace import Workplace


class Told(NamedTuple):
    """Somebody who was told of a clock, or is told that it moves."""

    person: str
    role: str
    """The role in which they are told, or the agency as whose contact."""
    role_title: str
    on: str
    """The day on which they were told."""
    day: str
    """The day that they were told, on which it was due then."""


@dataclass(frozen=True, slots=True)
class Moving:
    """A clock of which a day is another by another list of bank holidays."""

    ref: str
    timescale: str
    title: str
    of: str
    of_title: str
    no: int
    kind: str
    """moved, or re-judged; or notices where only the days of reminders and escalations change."""
    old: Mapping[str, Any]
    now: Mapping[str, Any]
    waiting_on: str
    """The role or group on which it waits; empty where it waits on nobody."""
    waits_on: str
    """The same as it stands in a sentence: `the business unit`."""
    told: tuple[Told, ...]
    """Everybody who was told of it already, and what they were last told."""
    to_tell: tuple[Told, ...]
    """Those who are told that it moves: the roles that were told already, as they are held now."""
    duty: str = ""
    """The act or regulation that requires what is counted; empty where none does."""
    owed_by: tuple[str, ...] = ()
    """The roles that owe such a duty."""

    @property
    def tell(self) -> tuple[str, ...]:
        """The people who are told that it moves."""
        return tuple(one.person for one in self.to_tell)

    @property
    def left_untold(self) -> tuple[Told, ...]:
        """Those who were told of it, act in that role no more, and are not told that it moves."""
        return tuple(one for one in self.told if one.person not in self.tell)

    @property
    def is_later_duty(self) -> bool:
        """Whether it is a duty that falls on a later day."""
        last = [day.get("due_to") or day.get("due_on") or "" for day in (self.old, self.now)]
        return bool(self.duty) and last[0] < last[1]


_KINDS = {
    "deadline moved": "moved",
    "deadline re-judged": "re-judged",
    "notices moved": "notices",
}


def telling(place: Workplace, tx: Transaction, ref: str) -> list[Event]:
    """The events by which people were told something of a case."""
    return [json.loads(row[0]) for row in tx.rows(queries.TELLING, (place.log, ref))]


def moved(place: Workplace, draft: Draft, told: Sequence[Event]) -> Iterator[Moving]:
    """What a draft has decided, as it is shown: each clock, and whom the event after it tells.

    Whom they told before is looked up in the events by which people were told (`told`).
    """
    events = draft.chain.events
    for event, following_it in zip(events, [*events[1:], None], strict=True):
        if event["type"] in _KINDS:
            tells = following_it is not None and following_it["type"] == "people told"
            yield _moved(place, draft, event, told, following_it if tells else None)


def _moved(
    place: Workplace, draft: Draft, event: Event, told: Sequence[Event], news: Event | None
) -> Moving:
    body, workflow = event["body"], draft.workflow
    timescale = workflow.timescales[body["timescale"]]
    key: Key = (draft.case.ref, timescale.id, body["of"], body["no"])
    before = informed(draft.case, key, body["old"].get("due_on") or "", told)
    waiting_on, today = timescale.waiting_on, draft.context.today.isoformat()
    at = waited_for(draft.case, workflow, waiting_on, body["of"])
    messages = news["body"]["messages"] if news else ()
    return Moving(
        ref=draft.case.ref,
        timescale=timescale.id,
        title=timescale.title,
        of=body["of"],
        of_title=title_of(place, body["of"]),
        no=body["no"],
        kind=_KINDS[event["type"]],
        old=body["old"],
        now=body["now"],
        waiting_on=waiting_on,
        waits_on=who_waits(place, workflow, waiting_on, at),
        told=tuple(Told(*one[:2], _role(place, workflow, one.role), *one[2:]) for one in before),
        to_tell=tuple(
            Told(m["person"], m["role"], _role(place, workflow, m["role"]), today, m["by_when"])
            for m in messages
        ),
        duty=timescale.duty,
        owed_by=_owed_by(workflow, timescale),
    )


def _owed_by(workflow: Workflow, timescale: Timescale) -> tuple[str, ...]:
    taking = (workflow.transitions[name].who for name in timescale.met_by)
    own = (timescale.waiting_on,) if timescale.waiting_on in workflow.roles else ()
    return own or tuple(dict.fromkeys(role for roles in taking for role in roles))


def _role(place: Workplace, workflow: Workflow, role: str) -> str:
    return title_of(place, role) if role in place.directory.agencies else name_of(workflow, role)
