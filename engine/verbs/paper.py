"""The verb that prints the paper set for a day without the system."""

from __future__ import annotations

from engine.errors import UsageError
from engine.verbs.fields import Field
from engine.verbs.verb import Content, Job, Verb


def blank_forms(job: Job) -> Content:
    """The paper set as one ZIP of web pages and PDF.

    Raises UsageError where the process is not in use, or none is.
    """
    # Only what prints needs a typesetter.
    from engine.packs.archive import archive
    from engine.packs.printing import print_files
    from engine.service import blank_forms as forms

    process = str(job.get("workflow"))
    found = forms.documents(job.place, process)
    if not found:
        known = f'"{process[:60]}"' if process else "no process"
        raise UsageError(f"There is nothing to print: {known} is not in use; see `workflow list`.")
    files = {
        name: printed.content
        for called, document in found.items()
        for name, printed in print_files(document, called, plain_text=False).items()
    }
    about = {"files": list(files)}
    return Content("blank-forms.zip", "application/zip", iter((archive(files),)), about)


VERBS = (
    Verb(
        "blank-forms",
        "/blank-forms",
        "Paper for a day without the system, as one ZIP.",
        (Field("workflow", "word", "Of this process alone."),),
        blank_forms,
        method="POST",
        media_type="application/zip",
    ),
)
