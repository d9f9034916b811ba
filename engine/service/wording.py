"""What a message says, in what order notifiers are asked, and what they said: all of it public."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from engine.dates import short_day
from engine.decide.what_if.reaching import FALLBACK, why
from engine.directory import Recipient
from engine.errors import DeliveryError
from engine.nouns import count
from engine.service.outgoing import Outgoing
from engine.service.workplace import Workplace

LONGEST_TITLE = 200
"""Of what a message says of a role or a partnership, in characters."""
MOST_OF_TITLE = 150
"""The same, where it is said besides why somebody is told."""
MOST_SAID = 300
"""Characters of what a message says."""

_DAY = re.compile(r"\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b")

_IS_DUE = re.compile(r": (?:is|was) due(?=$|, | \()")


def words(
    place: Workplace, message: Outgoing, titles: Mapping[str, str], link: str
) -> dict[str, Any]:
    """What a message says to whoever gets it, by the names that a notifier has for its parts."""
    if message.parts:
        return {"id": message.id, **_listing(message, link)}
    by_when = _days_said(message.by_when)
    return {
        "id": message.id,
        "to_role": _role(place, titles, message)[:LONGEST_TITLE],
        "reference": message.ref,
        "what": _dated(_days_said(message.what), by_when),
        "by_when": by_when,
        "due_on": _day(message.by_when),
        "link": _link(link, message.ref),
        "urgent": message.urgent,
    }


def _role(place: Workplace, titles: Mapping[str, str], message: Outgoing) -> str:
    """For whom a message is; of somebody who has no part in that role, that they stand in."""
    title = titles.get(message.role, message.role)
    day, directory = message.on or place.today().isoformat(), place.directory
    told = Recipient(message.person, message.role)
    if why(directory, told, day).kind != FALLBACK or directory.holders(message.role, day):
        return title
    return f"{title[:MOST_OF_TITLE]} (nobody of them is there, so you are told)"


def _listing(message: Outgoing, link: str) -> dict[str, Any]:
    """What a digest says: each of its messages on one line."""
    parts = message.parts
    days = sorted(one.by_when for one in parts if one.by_when)
    cases = count(len({one.ref for one in parts}), "case")
    by_when = _days_said(days[0]) if days else ""
    first = f", the first due {by_when}" if days else ""
    return {
        "reference": "Digest",
        "what": f"{count(len(parts), 'message')} about {cases}{first}",
        "by_when": by_when,
        "items": tuple(_item(one, link) for one in parts),
    }


def _item(one: Outgoing, link: str) -> str:
    by_when = _days_said(one.by_when)
    what = _dated(_days_said(one.what), by_when)
    till = f"; by {by_when}" if by_when and by_when not in what else ""
    where = f" ({_link(link, one.ref)})" if link else ""
    return f"{one.ref}: {what}{till}{where}"


def _dated(what: str, by_when: str) -> str:
    """What a notice says, with the day on which it is or was due: its subject says no more."""
    found = [*_IS_DUE.finditer(what)]
    if not found or not by_when or len(what) + len(by_when) >= MOST_SAID:
        return what
    end = found[-1].end()
    return f"{what[:end]} {by_when}{what[end:]}"


def _days_said(text: str) -> str:
    """A text with its days as people read them."""
    return _DAY.sub(lambda found: short_day(date.fromisoformat(found[0])), text)


def _day(text: str) -> str:
    """The day by which something is to be done, where it is one day."""
    return text if _DAY.fullmatch(text) else ""


def _link(link: str, ref: str) -> str:
    return f"{link.rstrip('/')}/{ref}" if link else ""


def in_turn(hand_over: Callable[[str], str], by: str, also: Sequence[str], *, at_once: bool) -> str:
    """Hand a message over by one notifier, and then by the others; the receipts of all.

    Where the first will never take it, and at once where it is urgent, any other that takes it is
    enough. Raises the DeliveryError of the first.
    """
    refusal: DeliveryError | None = None
    receipts = []
    try:
        receipts.append(hand_over(by))
    except DeliveryError as error:
        if not also or (error.again and not at_once):
            raise
        refusal = error
        receipts.append(f"{by}: not taken")
    taken = refusal is None
    for way in also:
        try:
            receipts.append(hand_over(way))
            taken = True
        except DeliveryError:
            receipts.append(f"{way}: not taken")
    if refusal and not taken:
        raise refusal
    return "; ".join(receipts)
