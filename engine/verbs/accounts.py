"""The verbs of tokens, by which programs and command lines come in."""

from __future__ import annotations

from typing import Any

from engine.errors import DeniedError, UsageError
from engine.service.accounts import tokens
from engine.verbs.fields import PATH, Field
from engine.verbs.naming import meant, names
from engine.verbs.verb import Document, Job, Verb


def issue(job: Job) -> Document:
    """A new token, whose text is shown this once."""
    from engine.verbs.table import LOCAL, VERBS

    if job.by.verbs or job.by.processes:
        # Else it could make itself one that is for everything.
        raise DeniedError("A token that is for certain things issues no other.")
    holder, verbs = str(job.get("holder")), job.get("verbs", ())
    processes, until = job.get("processes", ()), str(job.get("until"))
    known = [*VERBS, *LOCAL]
    for verb in verbs:
        if verb not in known:
            near = meant(verb, known) if len(verb) < 40 else "."
            raise UsageError(f"That is no verb which a token can be for{near}")
    text = tokens.issue(job.place, job.by, holder, verbs, processes, until)
    return {
        "token": tokens.id_of(text),
        "text": text,
        "holder": holder,
        "verbs": sorted(set(verbs)),
        "processes": sorted(set(processes)),
        "until": until,
        **_signed(job, holder),
    }


def every(job: Job) -> Document:
    """The tokens that were issued, without what opens anything."""
    found = tokens.every(job.place, job.by)
    return {"tokens": found, "names": names(job.place, *(one["holder"] for one in found))}


def revoke(job: Job) -> Document:
    """Let nobody in by a token any more."""
    token = str(job.get("token"))
    tokens.revoke(job.place, job.by, token, str(job.get("reason")))
    return {"token": token, "revoked": True, **_signed(job)}


def _signed(job: Job, *people: str) -> dict[str, Any]:
    """Who did it, and how that is known."""
    person = job.by.person
    return {
        "recorded_by": person,
        "decided_by": person,
        "proof": job.by.claimed,
        "names": names(job.place, person, *people),
    }


VERBS = (
    Verb(
        "token issue",
        "/tokens",
        "Give a person or a service account a token; it is shown once.",
        (
            Field("holder", "word", "The id of the person or the service account.", required=True),
            Field("verbs", "names", "For these verbs alone; left out, for all."),
            Field("processes", "names", "In cases of these processes alone; left out, in all."),
            Field("until", "day", "The last day on which it is good.", required=True),
        ),
        issue,
        changes=True,
        of_store=True,
        method="POST",
    ),
    Verb("token list", "/tokens", "The tokens that were issued.", (), every),
    Verb(
        "token revoke",
        "/tokens/{token}/revocation",
        "Let nobody in by a token any more.",
        (
            Field("token", "word", "Its id.", required=True, where=PATH),
            Field("reason", "text", "Why."),
        ),
        revoke,
        changes=True,
        of_store=True,
        method="POST",
    ),
)
