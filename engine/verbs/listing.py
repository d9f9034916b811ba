"""The verbs by which many cases are looked over."""

from __future__ import annotations

from engine.errors import UsageError
from engine.service.looking import listing, pages, reading
from engine.verbs.fields import QUERY, Field
from engine.verbs.pages import cursor
from engine.verbs.paging import PAGES, PAGES_SEARCHED, after, most
from engine.verbs.verb import Document, Job, Verb

MOST = 200
"""Cases that are listed at once."""


def list_(job: Job) -> Document:
    """The cases that fit, the one with the earliest deadline first."""
    wish = listing.Wish(
        late=bool(job.get("late", False)),
        due_within=str(job.get("due_within")),
        state=str(job.get("state")),
        workflow=str(job.get("workflow")),
        mine=job.by.person if job.get("mine", False) else "",
    )
    found, at = pages.cases(job.place, wish, most(job) or MOST, after(job, pages.OPENED))
    shown = listing.with_punctuality(job.place, found)
    cautions = reading.cautions(job.place, [one["ref"] for one in shown])
    return {"cases": shown, "complete": not at, "next": cursor(at), "cautions": cautions}


def find(job: Job) -> Document:
    """Search all cases; the search is logged."""
    wanted = str(job.get("text"))
    if not wanted.strip():
        raise UsageError("Say what to search for.")
    [at] = after(job, ("",)) or ("",)
    found = listing.find(job.place, job.by, wanted, str(at))
    shown = found[: most(job) or None]
    last = (shown[-1]["ref"],) if len(shown) < len(found) else None
    cautions = reading.cautions(job.place, [one["ref"] for one in shown])
    return {"cases": shown, "next": cursor(last), "cautions": cautions}


def today(job: Job) -> Document:
    """What needs doing, and what config.toml says that no process in use knows."""
    # Only this sheet looks at the editions themselves.
    from engine.directory import unknown_roles
    from engine.service import editions, troubles

    place = job.place
    found = listing.today_sheet(place)
    used = editions.in_use(place)
    roles: set[str] = set().union(*map(editions.roles_of, used))
    kinds = editions.mistyped_kinds(place.directory, set().union(*map(editions.kinds_of, used)))
    every = (one for part in found.values() if isinstance(part, list) for one in part)
    refs = {ref for one in every for ref in one.get("refs", (one.get("ref"),))}
    return {
        **found,
        "not_sent": [one.plain() for one in troubles.troubles(place)],
        "partnership": place.partnership or place.log,
        "roles": sorted(roles),
        "unknown_roles": unknown_roles(place.directory, roles),
        "mistyped_kinds": kinds,
        "cautions": reading.cautions(place, refs),
    }


VERBS = (
    Verb(
        "list",
        "/cases",
        "The open cases, those first that are due.",
        (
            Field("late", "flag", "Only cases with something overdue.", where=QUERY),
            Field("due_within", "word", 'Such as "5 working days".', where=QUERY),
            Field("state", "word", "Only cases at this state, by its name or title.", where=QUERY),
            Field("workflow", "word", "Only cases of this process.", where=QUERY),
            Field("mine", "flag", "Only cases that wait on you in a role you hold.", where=QUERY),
            *PAGES,
        ),
        list_,
    ),
    Verb(
        "find",
        "/cases/search",
        "Search all cases; the search is logged.",
        (Field("text", "text", "What is searched for.", required=True), *PAGES_SEARCHED),
        find,
        method="POST",
    ),
    Verb("today", "/today", "What needs doing.", (), today),
)
