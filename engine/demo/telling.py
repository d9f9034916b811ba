"""Tells the demo as it goes: who did what on which day, and what Casetrail did by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from textwrap import wrap
from typing import Any, Final

from engine import queries
from engine.apply_clocks import parts
from engine.calendars import local_date
from engine.canonical import parse
from engine.dates import parse_partial, short_day
from engine.definition import Timescale
from engine.errors import RefusedError
from engine.prose import listed
from engine.scenarios.playing import Played
from engine.service.looking import viewing
from engine.service.packs.packing import Built
from engine.service.workplace import Workplace

WIDTH: Final = 100
MARGIN: Final = 17
"""Columns for the day, which is left out when it is that of the line before."""
OWN: Final = "> "
"""Begins what Casetrail did by itself."""

Event = Mapping[str, Any]
Say = Callable[[str], None]


class Timeline:
    """The story as lines, each said once."""

    def __init__(self, place: Workplace, follows: Collection[str], say: Say) -> None:
        self.place = place
        self.follows = follows
        self.say = say
        self._told: dict[str, int] = {}
        """The number of the last entry of each case that has been told."""
        self._day = ""

    def step(self, played: Played) -> None:
        """Tell of a step, if the story has words for it, and of what followed from it."""
        if played.telling.says:
            self._line(f"{self._who(played.by)} {played.telling.says}")
            if played.refusal:
                self._line(f"{OWN}Refused: {_refusal(played.refusal)}.")
        if isinstance(played.outcome, Built):
            self._line(f"{OWN}Builds {played.outcome.name}.")
        self._what_followed(_OF_A_STEP if played.telling.says else {})

    def tick(self) -> None:
        """Tell of the notices that have fired."""
        self._what_followed({})

    def _who(self, by: str) -> str:
        """An agency by its title, a person by their post, a role as it is called."""
        directory = self.place.directory
        if by in directory.agencies:
            return directory.agencies[by].title
        return f"The {directory.people[by].post if by in directory.people else by}"

    def _what_followed(self, more: Mapping[str, Callable[[Timescale, Event], str]]) -> None:
        for ref, texts in self._new():
            for event in (part for text in texts for part in parts(parse(text))):
                if event["type"] == "notice fired":
                    self._notice(ref, event)
                elif event["type"] in more and self._followed(ref, event):
                    self._line(OWN + more[event["type"]](self._timescale(ref, event), event))

    def _followed(self, ref: str, event: Event) -> bool:
        return "." not in ref and event["body"]["timescale"] in self.follows

    def _notice(self, ref: str, event: Event) -> None:
        """A notice of a timescale that is followed, or any that is late."""
        body = event["body"]
        if not (body["late"] or self._followed(ref, event)):
            return
        messages = body["messages"]
        roles = dict.fromkeys(one["role"].replace("_", " ") for one in messages)
        kind = "Escalates to" if body["kind"] == "escalate" else "Reminds"
        due = f", due {_day(messages[0]['by_when'])}" if messages[0]["by_when"] else ""
        late = "; this notice is late, and says so" if body["late"] else ""
        title = self._timescale(ref, event).title
        self._line(f"{OWN}{kind} the {listed(roles)}: {title}{due}{late}.")

    def _timescale(self, ref: str, event: Event) -> Timescale:
        with self.place.database.read() as tx:
            workflow = viewing.view(self.place, tx, ref).edition.workflow
        return workflow.timescales[event["body"]["timescale"]]

    def _new(self) -> list[tuple[str, list[str]]]:
        """The entries that have not been told yet, by case."""
        with self.place.database.read() as tx:
            now = {str(ref): int(n) for ref, n in tx.rows(queries.VERSIONS, (self.place.log,))}
            found = [
                (ref, self.place.store.events(tx, ref, self._told.get(ref, 0) + 1))
                for ref in sorted(now)
                if now[ref] > self._told.get(ref, 0)
            ]
        self._told = now
        return found

    def _line(self, text: str) -> None:
        day = short_day(local_date(self.place.clock()))
        start = "" if day == self._day else day
        self._day = day
        hanging = MARGIN + (len(OWN) if text.startswith(OWN) else 0)
        lines = wrap(
            text,
            WIDTH - MARGIN,
            subsequent_indent=" " * (hanging - MARGIN),
            break_on_hyphens=False,
        )
        for number, line in enumerate(lines):
            self.say(f"{start if number == 0 else '':<{MARGIN}}{line}")


def _started(timescale: Timescale, event: Event) -> str:
    due = event["body"]["due_on"]
    provisional = ", provisionally" if event["body"]["status"] == "provisional" else ""
    when = f"due {_day(due)}" if due else "as soon as practicable"
    return f"{timescale.title}: {when}{provisional}."


def _moved(timescale: Timescale, event: Event) -> str:
    return f"{timescale.title}: now due {_day(event['body']['now']['due_on'])}."


def _met(timescale: Timescale, event: Event) -> str:
    late = event["body"]["now"]["status"] == "met late"
    return f"{timescale.title}: done{', late' if late else ' in time'}."


_OF_A_STEP: Final[Mapping[str, Callable[[Timescale, Event], str]]] = {
    "deadline started": _started,
    "deadline moved": _moved,
    "deadline met": _met,
}


def _day(text: str) -> str:
    return short_day(parse_partial(text).first)


def _refusal(error: RefusedError) -> str:
    """The first thing that is missing, who can supply it, and how much more is."""
    first = error.unmet[0]
    who = [one for one in first.who if one not in first.what]
    supplied = f", from the {listed(who, 'or')}" if who else ""
    more = len(error.unmet) - 1
    return f"{first.said}{supplied}{f'; and {more} more' if more else ''}"
