"""A small sound definition, as an administrator writes it, and what loading says of such files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.definition import Workflow
from engine.errors import DefinitionError
from engine.loading import load

PROCESS = """\
title        = "Sample review"
edition      = "1"
in_force     = { from = 2025-06-01, for = "cases of this sample" }
source       = "Children Act 2004"
working_days = "England and Wales"
starts_at    = "referred"
opening      = ["aware_on"]
may_open     = ["unit"]
kept_by      = ["unit"]

[role.unit]
title = "business unit"

[role.authority]
title = "local authority"

[role.panel]
title   = "national Panel"
outside = true

[group.partners]
title = "statutory partners"
kinds = ["local authority", "police"]

[question.aware_on]
ask      = "When did the authority become aware?"
answer   = "date"
personal = false
because  = "a date of the process"

[question.sent_on]
ask      = "When was it sent?"
answer   = "date"
personal = false
because  = "a date of the process"

[question.route]
ask      = "Which way does it go?"
answer   = ["notify", "do not notify"]
said     = "the decision is to ..."
personal = false
because  = "a decision of the process"

[question.agencies]
ask      = "Which agencies are asked?"
answer   = "agencies"
personal = false
because  = "agencies, not people"

[question.reasons]
ask    = "Why was it decided so?"
answer = "text"

[question.opinion]
ask      = "Should it be notified?"
answer   = ["notify", "do not notify"]
asked_of = "partners"

[state.open]
title      = "Open"
waiting_on = "unit"

[state.referred]
title      = "Referred"
waiting_on = "authority"
within     = "open"

[state.reviewing]
title  = "Under review"
within = "open"

[state.ended]
title  = "Ended"
closed = true
"""

STEPS = """\
[transition.notify]
title   = "Notify the Panel"
from    = "referred"
to      = "reviewing"
who     = "authority"
only_if = { route = "notify" }
on_file = ["reasons"]
asked   = ["opinion"]
tell    = ["panel", "partners"]
dates   = "sent_on"
opens   = { process = "reply", one_for = "agencies" }
duty    = "Children Act 2004 s.16C(1)"

[transition.decline]
from = "referred"
to   = "ended"
who  = ["authority", "unit"]
sets = { route = "do not notify" }

[transition.finish]
from    = "reviewing"
to      = "ended"
who     = "unit"
only_if = [{ reply = "all ended" }, { sent_on = "passed" }]
approve = [{ of = "reasons", by = "authority" }]

[transition.add_note]
from = "any state"
who  = "unit"

[timescale.notification]
title      = "Notify the Panel"
due        = "within 5 working days of aware_on"
met_by     = "notify"
stops_if   = ["decline"]
waiting_on = "authority"
duty       = "Children Act 2004 s.16C(1)"
time_from  = { kind = "statutory guidance", says = "should", source = "chapter 5" }
confirmed  = "second-hand"
remind     = [{ at = "2 working days before it is due", tell = "authority" }]
escalate   = [{ at = "1 working day after it was due", tell = ["authority", "unit"] }]

[timescale.review]
title      = "Finish the review"
met_by     = ["finish"]
waiting_on = "unit"

[[timescale.review.variant]]
until     = 2022-08-31
due       = "within 15 working days of sent_on"
time_from = { kind = "local", says = "may", source = "our own" }
confirmed = "recalled"

[[timescale.review.variant]]
since     = 2022-09-01
began     = { by = "our own decision", confirmed = "recalled" }
due       = "within 20 working days of sent_on"
time_from = { kind = "local", says = "may", source = "our own" }
confirmed = "read"
checked   = "by Avery Example on 2026-11-20"

[timescale.progress]
title      = "Report on progress"
due        = "every 1 month"
starts_in  = "reviewing"
waiting_on = "unit"

[timescale.available]
title      = "Stay available"
keep       = "1 year after sent_on"
waiting_on = "unit"

[pack.letter]
title         = "Letter"
to            = "panel"
template      = "packs/letter.toml"
requires      = ["reasons"]
signed_off_by = "notify"
"""

REPLY = """\
title     = "Reply of an agency"
starts_at = "waiting"

[question.held]
ask    = "What does the agency hold?"
answer = "text"

[state.waiting]
title      = "Waiting for the reply"
waiting_on = "partners"

[state.replied]
title  = "Replied"
closed = true

[transition.reply]
from = "waiting"
to   = "replied"
who  = "authority"
"""

LETTER = """\
classification = "Confidential"

[[section]]
title     = "What was decided, and what others thought"
answers   = ["route", "reasons"]
by_agency = ["opinion"]
linked    = { process = "reply", answers = ["held"] }
deadlines = ["notification"]
"""

SOUND = {
    "process.toml": PROCESS,
    "steps.toml": STEPS,
    "children/reply.toml": REPLY,
    "packs/letter.toml": LETTER,
}


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A folder with these files."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def sound(folder: Path, **changes: str) -> Workflow:
    """The workflow of the sound definition."""
    return load(write(folder, {**SOUND, **changes}))


def changed(*changes: tuple[str, str]) -> dict[str, str]:
    """The files of the sound definition, with each text replaced where it stands, which is once."""
    files = dict(SOUND)
    for old, new in changes:
        (name,) = [name for name, text in files.items() if text.count(old) == 1]
        files[name] = files[name].replace(old, new)
    return files


def line_of(files: Mapping[str, str], name: str, text: str) -> int:
    """The line on which a text first stands in a file."""
    return files[name][: files[name].index(text)].count("\n") + 1


def mistakes(folder: Path, files: Mapping[str, str | bytes]) -> list[str]:
    """What loading says of these files; nothing when it has nothing to say."""
    try:
        load(write(folder, files))
    except DefinitionError as error:
        return str(error).split("\n")
    return []
