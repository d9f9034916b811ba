"""Why a deadline is as it is: for each event that started or changed it, its cause and by whom.

Nothing here shows a personal value: of what is kept apart it says only that it is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.apply_clocks import parts
from engine.case import Key
from engine.dates import said as day_said
from engine.decide.moving.moves import MIGRATED, MOVED
from engine.definition import Question, Timescale
from engine.edition import subjects
from engine.service import titles
from engine.service.looking.viewing import View
from engine.service.workplace import Workplace

Event = Mapping[str, Any]

CORRECTED = "answers corrected"
_GIVEN = ("answers recorded", CORRECTED)
_NAME = ("timescale", "of", "no")
_APART = {"reason": "its reason", "agreed_by": "who agreed", "told": "who was told"}
"""What of an event is personal, by the name under which it is sealed."""


def told(event: Event) -> Iterator[Event]:
    """An event, and what it says of clocks, each with the event in which it stands as `within`."""
    for part in parts(event):
        yield {**part, "within": event}


def because(place: Workplace, seen: View, event: Event, timescale: Timescale) -> str:
    """Why a deadline changed, to follow "because": a step by its title, an answer with what it was.

    An answer is named where it is one that the deadline counts from, or depends on.
    """
    within, cause = event["within"], event["body"].get("cause", "")
    if within["type"] not in _GIVEN or within["body"] is event["body"]:
        return titles.cause(seen.edition.workflow, cause)
    looked_at = {*subjects(timescale.only_if)}
    looked_at |= {seen.edition.rule(variant.due).anchor for variant in timescale.variants}
    of = event["body"].get("of", "")
    named = [
        _answer(place, seen, one, corrected=within["type"] == CORRECTED)
        for one in within["body"]["answers"]
        if one["question"] in looked_at and one["of"] in ("", of)
    ]
    return " and ".join(named) or titles.cause(seen.edition.workflow, cause)


def who(place: Workplace, event: Event) -> dict[str, str]:
    """Who decided it, and who put it on record; nothing of what the engine does by itself."""
    actor = event["within"]["actor"]
    if actor["proof"].startswith("the engine"):
        return {"decided": "", "recorded": ""}
    people = place.directory.people
    named = {key: actor[key] for key in ("decided", "recorded")}
    return {key: people[one].name if one in people else one for key, one in named.items()}


def loosened(event: Event) -> dict[str, Any] | None:
    """What a move to another edition made looser of a deadline: the edition, and what the event of
    the move says of it, with what sets the time from then on and how far that is confirmed.
    """
    within, body = event["within"], event["body"]
    if within["type"] != MIGRATED:
        return None
    known = _looser(within, [body[one] for one in _NAME])
    return {"edition": within["body"]["to_name"], "looser": dict(known)} if known else None


def loosens(event: Event, key: Key) -> bool:
    """Whether an event is a move to another edition that made something looser of a deadline."""
    return event["type"] == MIGRATED and _looser(event, key[1:4]) is not None


def of_move(event: Event, key: Key) -> Event:
    """A move to another edition, as what it says of one deadline."""
    name = dict(zip(_NAME, key[1:4], strict=True))
    return {**event, "body": {**name, "cause": MOVED}}


def _looser(event: Event, name: Sequence[Any]) -> Mapping[str, Any] | None:
    """What the event of a move says of a deadline, if that became looser."""
    for choice in event["body"]["choices"]:
        if "looser" in choice and [choice[one] for one in _NAME] == [*name]:
            return dict(choice["looser"])
    return None


def kept_apart(event: Event) -> list[str]:
    """What of an event is kept apart from the trail, being personal: its reason, who agreed."""
    if event["within"]["body"] is not event["body"]:
        return []
    names = [str(key).partition("/")[0] for key in event["within"]["sealed"]]
    return [_APART[name] for name in sorted(names) if name in _APART]


def _answer(place: Workplace, seen: View, one: Mapping[str, Any], *, corrected: bool) -> str:
    question = seen.edition.workflow.questions.get(one["question"])
    if question is None:
        # The case was moved to an edition that does not ask it any more.
        return f'"{one["question"]}" was answered'
    value = _value(place, question, one["value"])
    if not corrected:
        return f'"{question.ask}" was answered{value and f": {value}"}'
    old = _value(place, question, one.get("old"))
    change = f" from {old} to {value}" if old and value else ""
    return f'the answer to "{question.ask}" was corrected{change}'


def _value(place: Workplace, question: Question, value: str | None) -> str:
    if not value:
        return ""
    return (
        day_said(value) if question.answer == "date" else str(titles.said(place, question, value))
    )
