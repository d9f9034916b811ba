"""What is doubtful of an announced bank holiday, so that somebody agrees to it in so many words.

Nobody's word makes a holiday: who types it in can be wrong, or owe what it puts off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from engine.dates import long_day
from engine.nouns import any_of, with_the
from engine.service import editions
from engine.service.bank_holidays.almanac import ADDED, Changed
from engine.service.bank_holidays.moving import Moving
from engine.service.workplace import By, Workplace

OLD: Final = 60
"""Days after which an announcement is no news: a list that is kept would have it."""

OFFICIAL: Final = re.compile(
    r"(?<![\w.-])(www\.)?((legislation\.)?gov\.uk|gov\.scot|gov\.wales|nidirect(\.gov\.uk)?)"
    r"(?![\w-]|\.\w)|\b(london|edinburgh|belfast) gazette\b|\broyal proclamation\b"
    r"|\border in council\b"
)
"""What the source of a bank holiday names where it is official; a council's own site under gov.uk
is not, and neither is a newspaper that calls itself a gazette.
"""

LOCAL: Final = re.compile(
    r"\b(council|borough|county|district|school|college|trust|staff|training|inset|clos(ure|ed)"
    r"|offices?)\b"
)
"""What the name or the source of a day off speaks of where it is a local one, whatever else it
names.
"""

_SUCH_AS = "GOV.UK, gov.scot, nidirect, the London Gazette, a Royal Proclamation"


def doubts(place: Workplace, by: By, made: Changed, moving: Sequence[Moving]) -> tuple[str, ...]:
    """Why a change of a list of bank holidays is not taken on one person's word, as sentences.

    None where it puts off nothing: a holiday taken off the list that makes no duty later.
    """
    later = [one for one in moving if one.is_later_duty]
    if made.change != ADDED and not later:
        return ()
    return tuple([*_of_the_news(made, place.today()), *_of_the_person(place, by, later)])


def _of_the_news(made: Changed, today: date) -> Iterator[str]:
    announced, day = date.fromisoformat(made.announced), date.fromisoformat(made.day)
    if (today - announced).days > OLD:
        yield f"It was announced on {long_day(announced)}, more than {OLD} days ago."
    if day < today:
        yield f"{long_day(day)} has passed already."
    source = made.source.casefold()
    if not OFFICIAL.search(source):
        yield f'The source "{made.source}" names nothing official, such as {_SUCH_AS}.'
    elif found := LOCAL.search(f"{made.title.casefold()}; {OFFICIAL.sub('', source)}"):
        yield f'It speaks of something local ("{found[0]}"), and no local day off moves a duty.'


def _of_the_person(place: Workplace, by: By, later: Sequence[Moving]) -> Iterator[str]:
    today = place.today().isoformat()
    owed = dict.fromkeys(role for one in later for role in one.owed_by)
    own = [role for role in owed if place.directory.acting(by.person, (role,), today)]
    if own:
        roles = {name: role for one in editions.in_use(place) for name, role in one.roles.items()}
        titles = [roles[name].title.partition(" (")[0] for name in own if name in roles]
        whose = any_of(titles) if titles else with_the("body")
        yield f"Whoever records it acts for {whose}, which owes a duty that gets later by it."
