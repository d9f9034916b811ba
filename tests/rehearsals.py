"""Messages of the sample partnership, written out as they are sent."""

from __future__ import annotations

from engine import bootstrap
from engine.service.outbox import Outgoing
from engine.service.rehearsals.rehearsing import Mail, Write
from engine.service.workplace import Workplace
from notifiers.message import body, subject
from tests.stories import SETTINGS


def written(place: Workplace) -> Write:
    """What writes a message out, by the notifiers' own words."""
    made = bootstrap.writer(place, SETTINGS)

    def write(message: Outgoing) -> Mail:
        found = made(message)
        return Mail(found.to, subject(found), body(found))

    return write
