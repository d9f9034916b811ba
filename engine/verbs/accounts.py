"""The verbs of accounts: passwords, and the tokens by which programs come in."""

from __future__ import annotations

from typing import Any

from engine.errors import DeniedError
from engine.service.accounts import codes, passwords, tokens
from engine.service.accounts.credentials import PASSWORD
from engine.verbs.fields import PATH, Field
from engine.verbs.naming import names
from engine.verbs.verb import Document, Job, Verb

COMMAND_LINE = "command line"
"""The door of whoever may read the store."""


def password(job: Job) -> Document:
    """Set the password by which a person signs in."""
    if job.place.door != COMMAND_LINE:
        # Whoever has got hold of a token would take over all that its holder may do.
        raise DeniedError("A password is set at the command line of the store itself.")
    person = str(job.get("person"))
    passwords.put(job.place, job.by, person, str(job.get("password")))
    return _signed(job, person, person=person, kind=PASSWORD)


def clear(job: Job) -> Document:
    """Destroy the password and the codes of a person, who then cannot sign in."""
    person = str(job.get("person"))
    gone = codes.clear(job.place, job.by, person)
    return _signed(job, person, person=person, cleared=list(gone))


def issue(job: Job) -> Document:
    """Give a person or a service account a token; its text is shown this once."""
    if job.by.verbs or job.by.processes:
        # Else it could make itself one that is for everything.
        raise DeniedError("A token that is for certain things issues no other.")
    holder, until = str(job.get("holder")), str(job.get("until"))
    verbs, processes = job.get("verbs", ()), job.get("processes", ())
    text = tokens.issue(job.place, job.by, holder, verbs, processes, until)
    return _signed(
        job,
        holder,
        token=tokens.id_of(text),
        text=text,
        holder=holder,
        verbs=sorted(set(verbs)),
        processes=sorted(set(processes)),
        until=until,
    )


def every(job: Job) -> Document:
    """The tokens that were issued, and nothing of their texts."""
    found = tokens.every(job.place, job.by)
    return {"tokens": found, "names": names(job.place, *(str(one["holder"]) for one in found))}


def revoke(job: Job) -> Document:
    """Let nobody in by a token any more."""
    token = str(job.get("token"))
    tokens.revoke(job.place, job.by, token, str(job.get("reason")))
    return _signed(job, token=token, revoked=True)


def _signed(job: Job, *people: str, **said: Any) -> dict[str, Any]:
    return {
        **said,
        "recorded_by": job.by.person,
        "proof": job.by.claimed,
        "names": names(job.place, job.by.person, *people),
    }


def _changing(name: str, path: str, about: str, act: Any, *fields: Field) -> Verb:
    return Verb(name, path, about, fields, act, changes=True, of_store=True, method="POST")


_PERSON = Field("person", "word", "Their id.", required=True, where=PATH)

VERBS = (
    _changing(
        "account password",
        "/accounts/{person}/password",
        "Set the password by which a person signs in.",
        password,
        _PERSON,
        Field("password", "text", "The new password.", required=True),
    ),
    _changing(
        "account clear",
        "/accounts/{person}/clear",
        "Destroy the password and the codes of a person.",
        clear,
        _PERSON,
    ),
    _changing(
        "token issue",
        "/tokens",
        "Give somebody a token, shown once.",
        issue,
        Field("holder", "word", "The person or the service account.", required=True),
        Field("verbs", "names", "Only for these commands."),
        Field("processes", "names", "Only in cases of these processes."),
        Field("until", "day", "The last day on which it is good.", required=True),
    ),
    Verb("token list", "/tokens", "The tokens there are.", (), every),
    _changing(
        "token revoke",
        "/tokens/{token}/revoke",
        "Let nobody in by a token any more.",
        revoke,
        Field("token", "word", "Its id.", required=True, where=PATH),
        Field("reason", "text", "Why."),
    ),
)
