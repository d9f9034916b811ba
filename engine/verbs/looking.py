"""The verbs by which cases are looked at; what is personal is read by verbs of its own."""

from __future__ import annotations

from datetime import date

from engine.errors import UsageError
from engine.service.looking import ahead as ahead_of
from engine.service.looking import asking, explaining, listing, private, reading
from engine.verbs.changing import REF
from engine.verbs.counting import counted, derived
from engine.verbs.fields import PATH, QUERY, Field
from engine.verbs.verb import Act, Content, Document, Job, Verb

MOST = 200
"""Cases that are listed at once."""
OPEN = ("overdue", "running", "provisional", "paused", "not started")
"""How a deadline stands that is still to be met."""


def list_(job: Job) -> Document:
    """The cases that fit, the one with the earliest deadline first."""
    wish = listing.Wish(
        late=bool(job.get("late", False)),
        due_within=str(job.get("due_within")),
        state=str(job.get("state")),
        workflow=str(job.get("workflow")),
        mine=job.by.person if job.get("mine", False) else "",
    )
    found = listing.cases(job.place, wish, MOST + 1)
    shown = listing.with_punctuality(job.place, found[:MOST])
    cautions = reading.cautions(job.place, [one["ref"] for one in shown])
    return {"cases": shown, "complete": len(found) <= MOST, "cautions": cautions}


def find(job: Job) -> Document:
    """Search all cases; the search is logged."""
    wanted = str(job.get("text"))
    if not wanted.strip():
        raise UsageError("Say what to search for.")
    found = listing.find(job.place, job.by, wanted)
    cautions = reading.cautions(job.place, [one["ref"] for one in found])
    return {"cases": found, "cautions": cautions}


def show(job: Job) -> Document:
    """A case, without what is personal."""
    return reading.show(job.place, job.by, job.ref)


def personal(job: Job) -> Document:
    """What is personal on a case; the read is logged before anything is shown."""
    return {
        "ref": job.ref,
        "personal": private.answers(job.place, job.by, job.ref, str(job.get("why"))),
    }


def history(job: Job) -> Document:
    """What has happened on a case, in order."""
    events = reading.history(job.place, job.ref)
    last = int(job.get("last", 0))
    return {"ref": job.ref, "events": events[-last:], "cautions": _cautions(job)}


def history_personal(job: Job) -> Document:
    """What is personal in what has happened; the read is logged."""
    found = private.entries(job.place, job.by, job.ref, str(job.get("why")))
    values = {f"@{n} {path}": value for (n, path), value in found.items()}
    return {"ref": job.ref, "personal": values}


def ahead(job: Job) -> Document:
    """What can happen next."""
    return ahead_of.next_steps(job.place, job.by, job.ref)


def why_not(job: Job) -> Document:
    """All that one step needs, and who can supply it."""
    return ahead_of.why_not(job.place, job.by, job.ref, str(job.get("transition")))


def deadlines_of(job: Job) -> Document:
    """What is still to be met on a case; with `every` what was met too."""
    case = reading.standing(job.place, job.ref)
    every = bool(job.get("every", False))
    found = [{"ref": case["ref"], **one} for one in case["deadlines"]]
    kept = [one for one in found if every or one["status"] in OPEN]
    return {"deadlines": kept, "cautions": [case["caution"]] if case["caution"] else []}


def deadlines(job: Job) -> Document:
    """What is still to be met on all cases."""
    found = listing.running(job.place)
    cautions = reading.cautions(job.place, [one["ref"] for one in found])
    return {"deadlines": found, "cautions": cautions}


def explain(job: Job) -> Document:
    """How deadlines came to their days."""
    named = str(job.get("timescale"))
    explained = (
        explaining.explain(job.place, job.ref, named)
        if named
        else explaining.explain_all(job.place, job.ref)
    )
    found = []
    for one in explained:
        ends = {name: one[name] and derived(one["rule"], one[name]) for name in _DERIVED}
        found.append({**one, **ends})
    return {
        "ref": job.ref,
        "timescale": named or None,
        "deadlines": found,
        "cautions": _cautions(job),
    }


_DERIVED = ("derivation", "from_latest")


def today(job: Job) -> Document:
    """What needs doing."""
    return listing.today_sheet(job.place)


def documents(job: Job) -> Document:
    """The documents on file, without what they are called."""
    found = private.on_file(job.place, job.ref)
    return {"ref": job.ref, "documents": found, "cautions": _cautions(job)}


def document(job: Job) -> Content:
    """A document on file in clear; the read is logged."""
    which = private.named(private.on_file(job.place, job.ref), job.ref, str(job.get("document")))
    pieces = private.document(job.place, job.by, job.ref, which, str(job.get("why")))
    return Content(f"{which['document']}.bin", "application/octet-stream", pieces)


def questions(job: Job) -> Document:
    """The questions that are open on a case."""
    every = bool(job.get("every", False))
    return asking.open_questions(job.place, job.by, job.ref, every=every)


def dates(job: Job) -> Document:
    """Days counted without a case."""
    known = str(job.get("as_known_on"))
    found = counted(
        [str(job.get("asked"))],
        str(job.get("jurisdiction")),
        date.fromisoformat(known) if known else None,
    )
    return {"dates": [derived(question, made) for question, made in found]}


def _cautions(job: Job) -> list[str]:
    return reading.cautions(job.place, [job.ref])


def _reading(name: str, path: str, about: str, act: Act, *fields: Field) -> Verb:
    own = (REF, *fields) if "{ref}" in path else fields
    return Verb(name, path, about, own, act)


def _private(name: str, path: str, about: str, act: Act, *fields: Field, media: str = "") -> Verb:
    """A read of what is personal: the reason goes with it, which no address may hold."""
    own = (REF, *fields, WHY)
    return Verb(name, path, about, own, act, method="POST", media_type=media or "application/json")


WHY = Field("why", "text", "Why it is read; the reason is logged.", required=True)
EVERY = Field("every", "flag", "All of them, also what is over.", where=QUERY)

VERBS = (
    _reading(
        "list",
        "/cases",
        "The open cases, those first that are due.",
        list_,
        Field("late", "flag", "Only cases with something overdue.", where=QUERY),
        Field("due_within", "word", 'Such as "5 working days".', where=QUERY),
        Field("state", "word", "Only cases at this state, by its name or title.", where=QUERY),
        Field("workflow", "word", "Only cases of this process.", where=QUERY),
        Field("mine", "flag", "Only cases that wait on you in a role you hold.", where=QUERY),
    ),
    Verb(
        "find",
        "/cases/search",
        "Search all cases; the search is logged.",
        (Field("text", "text", "What is searched for.", required=True),),
        find,
        method="POST",
    ),
    _reading("show", "/cases/{ref}", "A case, without what is personal.", show),
    _private(
        "show personal", "/cases/{ref}/personal", "What is personal; the read is logged.", personal
    ),
    _reading(
        "history",
        "/cases/{ref}/history",
        "What has happened on a case, in order.",
        history,
        Field("last", "number", "Only the last so many entries.", where=QUERY),
    ),
    _private(
        "history personal",
        "/cases/{ref}/history/personal",
        "What is personal in what has happened; the read is logged.",
        history_personal,
    ),
    _reading("next", "/cases/{ref}/next", "What can happen next, and what is missing.", ahead),
    _reading(
        "why-not",
        "/cases/{ref}/steps/{transition}",
        "One step: what is missing, and who can supply it.",
        why_not,
        Field("transition", "name", "The step.", required=True, where=PATH),
    ),
    _reading(
        "deadlines of case",
        "/cases/{ref}/deadlines",
        "What is still to be met on a case.",
        deadlines_of,
        EVERY,
    ),
    _reading("deadlines", "/deadlines", "What is still to be met on all cases.", deadlines),
    _reading(
        "explain",
        "/cases/{ref}/explanation",
        "How deadlines came to their days, day by day.",
        explain,
        Field("timescale", "name", "Only of this timescale.", where=QUERY),
    ),
    _reading("today", "/today", "What needs doing.", today),
    _reading("document", "/cases/{ref}/documents", "The documents on file.", documents),
    _private(
        "document content",
        "/cases/{ref}/documents/{document}/content",
        "A document on file in clear; the read is logged.",
        document,
        Field("document", "id", "Its id, or the question that it answers.", True, PATH),
        media="application/octet-stream",
    ),
    _reading(
        "record form",
        "/cases/{ref}/questions",
        "The questions that are open on a case.",
        questions,
        EVERY,
    ),
    _reading(
        "date",
        "/dates",
        "Count days without a case.",
        dates,
        Field("asked", "word", "Such as 15 working days after 2026-12-23.", True, QUERY),
        Field("jurisdiction", "word", "England and Wales, if left out.", where=QUERY),
        Field("as_known_on", "day", "By the bank holidays announced by then.", where=QUERY),
    ),
)
