"""The verbs of the place itself: who comes to it, and that it does what is due."""

from __future__ import annotations

from engine import __version__
from engine.errors import EngineError
from engine.service import silence
from engine.verbs.verb import Document, Job, Verb


def who(job: Job) -> Document:
    """Who asks, how that is known, and what they are here today."""
    place, person = job.place, job.by.person
    day = place.today().isoformat()
    known = place.directory.people.get(person)
    held = [one for one in place.directory.appointments if one.person == person]
    try:
        warning = silence.warning(place)
    except EngineError:
        # What is wrong with the store is said by what somebody is about to do.
        warning = ""
    return {
        "person": person,
        "name": known.name if known else "",
        "proof": job.by.claimed,
        "door": place.door,
        "roles": [
            {"role": one.role, "agency": one.agency, "deputy_for": one.deputy_for}
            for one in held
            if one.since <= day <= one.until
        ],
        "speaks_for": [
            one.id for one in place.directory.agencies.values() if one.contact == person
        ],
        "has_part": place.directory.has_part(person, day),
        "partnership": {"id": place.log, "name": place.partnership},
        "today": day,
        "demo": place.demo,
        "warning": warning,
        "version": __version__,
    }


def tick(job: Job) -> Document:
    """Fire what is due, send what waits, seal what is new: once."""
    # Nothing else sends anything.
    from engine.service import ticks

    done = ticks.tick(job.place.seen_by(""), job.place.wired.sender())
    return {**done.plain(), "troubles": [one.plain() for one in done.troubles]}


VERBS = (
    Verb("who", "/who", "Who you are here, and how that is known.", (), who),
    Verb(
        "tick",
        "/tick",
        "Remind, escalate and send what is due, once.",
        (),
        tick,
        changes=True,
        of_store=True,
        method="POST",
    ),
)
