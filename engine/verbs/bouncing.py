"""The verb by which it is recorded what a mail server reports of a message."""

from __future__ import annotations

from typing import Final

from engine.errors import UsageError
from engine.service import bounces, deliveries
from engine.service.barriers import shown
from engine.service.workplace import File
from engine.verbs.fields import Field
from engine.verbs.verb import Document, Job, Verb

LARGEST = 1024 * 1024
"""Bytes of a report."""
_STATUS: Final[dict[str, deliveries.Status]] = {
    "failed": "permanent-failure",
    "delivered": "delivered",
}


def bounce(job: Job) -> Document:
    """Record what a mail server reports of a message of ours; given twice it changes nothing."""
    file = job.file("report")
    assert isinstance(file, File)
    content = file.source.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UsageError("This file is larger than 1 MB.")
    report = bounces.read_report(content)
    if report is None:
        raise UsageError(
            "What was given is no report of a mail server on a message of ours; give the mail as "
            "it came, as .eml."
        )
    status = _STATUS.get(report.action)
    refs = deliveries.settle_delivery(job.place, report.message, status, job.by) if status else ()
    return {"message": report.message, "action": report.action, "changed": shown(job.place, refs)}


VERBS = (
    Verb(
        "bounce",
        "/messages/reports",
        "Record what a mail server reports of a message.",
        (Field("report", "file", "Its mail, as it came (RFC 3464).", required=True),),
        bounce,
        changes=True,
        of_store=True,
        method="POST",
    ),
)
