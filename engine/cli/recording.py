"""`record` and `attach`: answers and documents are put on record."""

from __future__ import annotations

import os

from engine.cli import form, texts, values
from engine.cli.answering import answering, put_on_record
from engine.cli.door import argument, option
from engine.cli.visit import Visit, changes
from engine.errors import UsageError
from engine.service import references
from engine.service.workplace import File

_WHOM = "QUESTION/AGENCY[=DAY]"


@changes(
    "record",
    argument("ref", "REF"),
    argument("answers", "[QUESTION=VALUE] ...", nargs=-1),
    more=[
        option("--asked", multiple=True, metavar=_WHOM, help="It was asked; on DAY, or --on."),
        option(
            "--no-reply",
            multiple=True,
            metavar=_WHOM,
            help="It was asked, on DAY where that is not on record yet, and did not reply.",
        ),
        option("--source", metavar="AGENCY", help="The agency that the answers came from."),
        option(
            "--form",
            is_flag=False,
            flag_value="",
            metavar="[FILE]",
            help="The open questions as a document to fill in; with FILE, read it back.",
        ),
        option("--all", "every", is_flag=True, help="With --form: every question still open."),
        option("--out", metavar="FILE", help="With --form: write the document there."),
        option("--yes", is_flag=True, help="With --form FILE: do not ask for confirmation."),
    ],
)
def record(door: Visit, ref: str, answers: tuple[str, ...]) -> None:
    """Record answers: QUESTION=VALUE, QUESTION/OF=VALUE for a person or an agency.

    A personal answer is never written in the command: QUESTION=@FILE takes it from a file,
    QUESTION=- asks for it, and --form gives a document with a box for every open question.
    """
    ref, options = references.read(ref), door.options
    if options["form"] is not None:
        if answers or options["asked"] or options["no_reply"]:
            raise UsageError("Use --form alone, without answers beside it.")
        form.run(door, ref)
        return
    given = answering(door, ref, answers) if answers else {}
    asked = values.not_replied(options["asked"], "asked")
    silent = values.not_replied(options["no_reply"], "no reply")
    if not (given or asked or silent):
        raise UsageError(f"Say what to record: {values.FORM}; or use --form.")
    wanted = {"answers": given, "asked": asked, "no_reply": silent}
    put_on_record(door, ref, wanted)


@changes(
    "attach",
    argument("ref", "REF"),
    argument("question", "QUESTION"),
    argument("file", "FILE"),
)
def attach(door: Visit, ref: str, question: str, file: str) -> None:
    """Answer a question with a document of at most 25 MB, which is kept encrypted.

    QUESTION/OF is written for a question that is asked of each person or agency. A wrong document
    is put right by the right one and --reason.
    """
    ref = references.read(ref)
    asked = values.path(question, "The question")
    with texts.opened(file, str(asked)) as source:
        handed = File(os.path.basename(file), source)
        found = door.change("attach", ref=ref, question=asked.path, document=handed)
    ask = f'"{found["ask"]}"' if found["ask"] else found["question"]
    door.done(found, f"Put a document on file for {ask}.")
