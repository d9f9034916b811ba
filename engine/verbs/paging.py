"""The fields by which a long list is asked for page by page, and how they are read."""

from __future__ import annotations

from engine.errors import UsageError
from engine.service.looking.pages import Place
from engine.verbs.fields import BODY, QUERY, Field
from engine.verbs.verb import Job

FEW = 50
"""Entries of a page of which nobody says how many it holds."""

PAGES = (
    Field("limit", "limit", "At most so many entries.", where=QUERY),
    Field("after", "cursor", 'Those after a page: what it gave as "next".', where=QUERY),
)
PAGES_SEARCHED = tuple(one._replace(where=BODY) for one in PAGES)


def most(job: Job) -> int:
    """How many entries a page holds; 0 for all there are, where no page was asked for."""
    return int(job.get("limit", FEW if job.get("after") else 0))


def after(job: Job, like: Place) -> Place | None:
    """After which entry a page begins. Raises UsageError for a cursor of another list."""
    found: Place | None = job.get("after") or None
    if found is not None and list(map(type, found)) != list(map(type, like)):
        raise UsageError('"after" is what an earlier answer of the same list gave as "next".')
    return found
