"""The verbs of packs: what a body is to be sent, built from the record, and what really went."""

from __future__ import annotations

from typing import Any

from engine.service.looking import viewing
from engine.service.packs import packing
from engine.service.packs.posting import Posted, Sending
from engine.service.workplace import File
from engine.verbs import changed
from engine.verbs.fields import PATH, REF, Field
from engine.verbs.verb import Content, Document, Job, Verb


def packs(job: Job) -> Document:
    """The packs of a case, what each lacks, and the versions there are."""
    return {"ref": job.ref, "packs": packing.listed(job.place, job.by, job.ref)}


def build(job: Job) -> Document:
    """Build a pack, or say which version stands."""
    return _told(job, _built(job))


def content(job: Job) -> Content:
    """The ZIP of a pack: with every file and its manifest."""
    built = _built(job)
    about = _told(job, built)
    return Content(built.name, "application/zip", iter((built.content,)), about)


def _told(job: Job, built: packing.Built) -> dict[str, Any]:
    """What was built, in its stable form."""
    return {
        "ref": built.ref,
        "pack": built.pack,
        "title": _title(job, built.pack),
        "no": built.no,
        "status": built.status,
        "fresh": built.fresh,
        "manifest": dict(built.manifest),
        "missing": [need.plain() for need in built.gaps],
        "parts": [_part(one) for one in built.parts],
        "remarks": list(built.remarks),
    }


def sent(job: Job) -> Document:
    """Record that a pack was sent, with what really went."""
    file = job.file("file")
    assert isinstance(file, File)
    sending = Sending(
        file,
        str(job.get("to")),
        receipt=job.file("receipt"),
        not_as_built=bool(job.get("not_as_built", False)),
    )
    posted = packing.sent(job.place, job.by, job.ref, str(job.get("pack")), sending)
    named = str(job.get("pack"))
    return changed.document(
        job,
        posted.outcome,
        sent={"no": posted.no, "files": dict(posted.files), "added": len(posted.added)},
        compared=_compared(posted),
        title=_title(job, named),
        pack=named,
    )


def _part(one: packing.Part) -> dict[str, Any]:
    return {"title": one.title, "number": one.number, "said": [need.plain() for need in one.said]}


def _compared(posted: Posted) -> dict[str, Any]:
    """How what went stands to what was built."""
    return {
        "draft": posted.draft,
        "as_built": posted.as_built,
        "unlike": posted.unlike,
    }


def _title(job: Job, named: str) -> str:
    """What a pack is called by people; nothing where the process has none of that name."""
    with job.place.database.read() as tx:
        workflow = viewing.view(job.place, tx, job.ref).edition.workflow
    known = workflow.packs.get(named.replace("-", "_"))
    return known.title if known else ""


def _built(job: Job) -> packing.Built:
    draft, anew = bool(job.get("draft", False)), bool(job.get("anew", False))
    return packing.build(job.place, job.by, job.ref, str(job.get("pack")), draft=draft, anew=anew)


_PACK = Field("pack", "word", "The pack.", required=True, where=PATH)
_BUILDING = (
    REF,
    _PACK,
    Field("draft", "flag", "Although something is missing; every page says so."),
    Field("anew", "flag", "Although the version that stands would do."),
)

VERBS = (
    Verb("pack", "/cases/{ref}/packs", "The packs of a case.", (REF,), packs),
    Verb(
        "pack build",
        "/cases/{ref}/packs/{pack}",
        "Build a pack from the record; what is personal in it is logged as read.",
        _BUILDING,
        build,
        changes=True,
        method="POST",
    ),
    Verb(
        "pack content",
        "/cases/{ref}/packs/{pack}/content",
        "A pack as one ZIP; what is personal in it is logged as read.",
        _BUILDING,
        content,
        changes=True,
        method="POST",
        media_type="application/zip",
    ),
    Verb(
        "sent",
        "/cases/{ref}/packs/{pack}/sent",
        "Record that a pack was sent, and keep what went.",
        (
            REF,
            _PACK,
            Field("file", "file", "What was really sent.", required=True),
            Field("to", "text", "To whom.", required=True),
            Field("receipt", "file", "What shows that it came."),
            Field("not_as_built", "flag", "Although nothing of the pack is in the file."),
        ),
        sent,
        changes=True,
        method="POST",
        answer=changed.SCHEMA,
    ),
)
