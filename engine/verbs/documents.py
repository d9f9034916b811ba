"""The verbs by which the documents on file are listed, and one of them is read back."""

from __future__ import annotations

from engine.service.looking import private, reading
from engine.verbs.fields import PATH, REF, Field
from engine.verbs.looking import WHY
from engine.verbs.verb import Content, Document, Job, Verb


def documents(job: Job) -> Document:
    """The documents on file, without what they are called."""
    found = private.on_file(job.place, job.ref)
    cautions = reading.cautions(job.place, [job.ref])
    return {"ref": job.ref, "documents": found, "cautions": cautions}


def content(job: Job) -> Content:
    """A document on file in clear; the read is logged."""
    which = private.named(private.on_file(job.place, job.ref), job.ref, str(job.get("document")))
    # All of it at once, at most 25 MB: the store is read in the thread that opened it.
    pieces = [*private.document(job.place, job.by, job.ref, which, str(job.get("why")))]
    about = {
        "ref": job.ref,
        "document": which,
        "cautions": reading.cautions(job.place, [job.ref]),
    }
    name, kind = f"{which['document']}.bin", "application/octet-stream"
    return Content(name, kind, iter(pieces), about)


VERBS = (
    Verb("document", "/cases/{ref}/documents", "The documents on file.", (REF,), documents),
    Verb(
        "document content",
        "/cases/{ref}/documents/{document}/content",
        "A document on file in clear; the read is logged.",
        (
            REF,
            Field("document", "word", "Its id, or the question that it answers.", True, PATH),
            WHY,
        ),
        content,
        method="POST",
        media_type="application/octet-stream",
    ),
)
