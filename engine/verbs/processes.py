"""The verbs of processes, calendars and the trail."""

from __future__ import annotations

from datetime import date

from engine import loading
from engine.as_at import as_at, left_out
from engine.definition import Workflow
from engine.service import editions
from engine.service.bank_holidays import holidays
from engine.service.looking import reading
from engine.service.moving import choosing
from engine.service.trail import checkpoints, verifying
from engine.verbs.fields import PATH, QUERY, Field
from engine.verbs.verb import Act, Document, Job, Verb


def processes(job: Job) -> Document:
    """The processes that ship, and the editions in use."""
    shipped = [
        {"workflow": one.name, "title": one.title, "edition": one.edition}
        for one in loading.available()
    ]
    open_, titles = choosing.open_cases(job.place), editions.titles(job.place)
    in_use = []
    for one in reading.editions_in_use(job.place):
        governs = editions.for_new_cases(job.place, one["workflow"])
        in_use.append(
            {
                **one,
                "title": titles.get(one["hash"], one["workflow"]),
                "open": open_.get(one["hash"], 0),
                "new_cases": governs is not None and governs.hash == one["hash"],
            }
        )
    return {"workflows": shipped, "in_use": in_use}


def describe(job: Job) -> Document:
    """A process in English."""
    from engine.describing.page import page
    from engine.diagrams.graph import main_line

    workflow, day = _edition(job), _day(job)
    return {
        "workflow": workflow.name,
        "edition": workflow.edition,
        "as_at": day.isoformat() if day else None,
        "left_out": [one._asdict() for one in left_out(workflow, day)] if day else [],
        "html": page(workflow, main_line(workflow), day),
    }


def diagram(job: Job) -> Document:
    """A process as a picture."""
    from engine.diagrams.graph import picture
    from engine.diagrams.svg import svg

    workflow, day = _edition(job), _day(job)
    stood = as_at(workflow, day) if day else workflow
    return {
        "workflow": workflow.name,
        "edition": workflow.edition,
        "svg": svg(picture(stood, None, day)),
    }


def calendars(job: Job) -> Document:
    """The lists of bank holidays in use."""
    return {"calendars": holidays.in_use(job.place)}


def verify(job: Job) -> Document:
    """Whether the trail was altered."""
    verdict = verifying.verify_and_seal(job.place, None)
    return {
        "holds": verdict.holds,
        "problems": verdict.problems,
        "events": verdict.events,
        "cases": verdict.cases,
        "rows": verdict.rows,
        "erased": verdict.erased,
        "size": verdict.size,
        "root": verdict.root,
    }


def checkpoint(job: Job) -> Document:
    """The head of the trail, signed."""
    return {"checkpoint": checkpoints.make(job.place)}


def _edition(job: Job) -> Workflow:
    with job.place.database.read() as tx:
        found = choosing.edition_in_use(
            job.place, tx, str(job.get("workflow")), str(job.get("edition"))
        )
    return found.workflow


def _day(job: Job) -> date | None:
    said = str(job.get("as_at"))
    return date.fromisoformat(said) if said else None


_ONE = (
    Field("workflow", "name", "The process, of which an edition is in use.", True, PATH),
    Field("edition", "word", "Its name or the first digits of its hash.", where=QUERY),
    Field("as_at", "day", "As the law stood on this day.", where=QUERY),
)


def _of_one(name: str, path: str, about: str, act: Act) -> Verb:
    return Verb(name, f"/workflows/{{workflow}}/{path}", about, _ONE, act)


VERBS = (
    Verb("workflow list", "/workflows", "The processes there are.", (), processes),
    _of_one("workflow describe", "description", "A process in English, as a web page.", describe),
    _of_one("workflow diagram", "diagram", "A process as a picture.", diagram),
    Verb("calendar list", "/calendars", "The lists of bank holidays in use.", (), calendars),
    Verb(
        "audit verify",
        "/trail/verification",
        "Show whether the trail was altered.",
        (),
        verify,
        method="POST",
    ),
    Verb(
        "audit checkpoint",
        "/trail/checkpoint",
        "Sign the trail, to be kept elsewhere; the store is verified first.",
        (),
        checkpoint,
        method="POST",
    ),
)
