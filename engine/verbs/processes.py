"""The verbs of processes that are in use."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

from engine import loading
from engine.as_at import as_at, left_out
from engine.definition import Workflow
from engine.errors import UsageError
from engine.guessing import resembling
from engine.service import editions
from engine.service.looking import reading
from engine.service.moving import choosing
from engine.verbs.fields import PATH, QUERY, REF, Field
from engine.verbs.verb import Act, Document, Job, Verb

FORMS: Final = ("svg", "mermaid", "dot")


def processes(job: Job) -> Document:
    """The processes that ship, and the editions in use."""
    open_, titles = choosing.open_cases(job.place), editions.titles(job.place)
    faults = editions.faults(job.place)
    in_use = []
    for one in reading.editions_in_use(job.place):
        governs = editions.for_new_cases(job.place, one["workflow"])
        in_use.append(
            {
                **one,
                "title": titles.get(one["hash"], one["workflow"]),
                "open": open_.get(one["hash"], 0),
                "new_cases": governs is not None and governs.hash == one["hash"],
                "faults": faults.get(one["hash"], 0),
            }
        )
    return {"workflows": shipped(), "in_use": in_use}


def shipped() -> list[dict[str, str]]:
    """The processes that come with this program."""
    return [
        {"workflow": one.name, "title": one.title, "edition": one.edition}
        for one in loading.available()
    ]


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
    return drawn(_edition(job), None, Drawing(form=_form(job), day=_day(job)))


def of_case(job: Job) -> Document:
    """The process of a case as a picture, with where the case is and how it came there."""
    from engine.service.looking.tracking import track

    workflow, way = track(job.place, job.ref)
    drawing = Drawing(form=_form(job), linked=str(job.get("linked")), ref=job.ref)
    return drawn(workflow, way, drawing)


class Drawing(NamedTuple):
    """What is to be drawn of a process."""

    form: str = "svg"
    """svg, mermaid or dot."""
    day: date | None = None
    """As the law stood on it."""
    linked: str = ""
    """This linked process instead."""
    ref: str = ""
    """The case that is marked in it."""


def drawn(workflow: Workflow, way: Any, wish: Drawing) -> dict[str, Any]:
    """A process as a picture, or as a text that others draw. Raises UsageError."""
    from engine.diagrams import dot, mermaid, svg
    from engine.diagrams.graph import picture

    one = _linked(workflow, wish.linked)
    stood = as_at(one, wish.day) if wish.day else one
    write = {"svg": svg.svg, "mermaid": mermaid.mermaid, "dot": dot.dot}[wish.form]
    return {
        "workflow": workflow.name,
        "edition": workflow.edition,
        "format": wish.form,
        "ref": wish.ref or None,
        "as_at": wish.day.isoformat() if wish.day else None,
        "text": write(picture(stood, way, wish.day)),
    }


def _linked(workflow: Workflow, linked: str) -> Workflow:
    if not linked:
        return workflow
    if linked not in workflow.children:
        near = resembling(linked, workflow.children, 1)
        hint = f"did you mean {near[0]}?" if near else f"it has: {', '.join(workflow.children)}."
        raise UsageError(f'This process has no linked process "{linked[:40]}"; {hint}')
    return workflow.children[linked]


def _form(job: Job) -> str:
    return str(job.get("form", "svg"))


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
    Field("workflow", "word", "The process, of which an edition is in use.", True, PATH),
    Field("edition", "word", "Its name or the first digits of its hash.", where=QUERY),
    Field("as_at", "day", "As the law stood on this day.", where=QUERY),
)


_FORM = Field("form", "word", "A drawing, or a text that others draw.", where=QUERY, choices=FORMS)


def _of_one(name: str, path: str, about: str, act: Act) -> Verb:
    return Verb(name, f"/workflows/{{workflow}}/{path}", about, _ONE, act)


VERBS = (
    Verb("workflow list", "/workflows", "The processes there are.", (), processes),
    _of_one("workflow describe", "description", "A process in English, as a web page.", describe),
    Verb(
        "workflow diagram",
        "/workflows/{workflow}/diagram",
        "A process as a picture.",
        (*_ONE, _FORM),
        diagram,
    ),
    Verb(
        "workflow diagram of case",
        "/cases/{ref}/diagram",
        "The process of a case as a picture, with where the case is.",
        (REF, _FORM, Field("linked", "word", "Draw this linked process instead.", where=QUERY)),
        of_case,
    ),
)
