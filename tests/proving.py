"""A small process that verifies, and what is found when one thing in it is changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.definition import Transition, Workflow
from engine.loading import load
from engine.proving import Failure, verify
from tests.definitions import write

HEAD = """\
title        = "Small review"
edition      = "1"
in_force     = { from = 2025-06-01 }
source       = "Children Act 2004"
working_days = "England and Wales"
starts_at    = "referred"
opening      = ["aware_on"]
kept_by      = ["unit"]

[role.unit]
title = "business unit"

[role.authority]
title = "local authority"

[role.chair]
title = "chair"

[role.panel]
title   = "national Panel"
outside = true

[group.partners]
title = "statutory partners"
kinds = ["police"]
"""

QUESTIONS = """\
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

[question.written_on]
ask      = "When was the draft written?"
answer   = "date"
personal = false
because  = "a date of the process"

[question.harm]
ask      = "Was the child harmed?"
answer   = ["yes", "no"]
said     = "the answer on harm is ..."
personal = false
because  = "a test of the law"

[question.reasons]
ask    = "Why was it decided so?"
answer = "text"

[question.letter]
ask    = "The Panel's letter"
answer = "document"

[question.opinion]
ask      = "Should it be notified?"
answer   = ["notify", "do not notify"]
asked_of = "partners"
"""

STATES = """\
[state.referred]
title      = "Referred"
waiting_on = "unit"

[state.deciding]
title      = "Being decided"
waiting_on = "authority"

[state.reviewing]
title      = "Under review"
waiting_on = "unit"

[state.writing]
title      = "The report is written"
waiting_on = "unit"

[state.ended]
title  = "Ended"
closed = true
"""

STEPS = """\
[transition.report]
title = "Report it"
from  = "referred"
to    = "deciding"
who   = ["unit", "authority"]

[transition.notify]
title   = "Notify the Panel"
from    = "deciding"
to      = "reviewing"
who     = "authority"
only_if = { harm = "yes" }
on_file = ["reasons"]
asked   = ["opinion"]
dates   = "sent_on"
tell    = ["partners"]
duty    = "Children Act 2004 s.16C(1)"

[transition.decline]
title   = "Decline"
from    = "deciding"
to      = "ended"
who     = "authority"
only_if = { harm = "no" }
on_file = ["reasons"]
asked   = ["opinion"]

[transition.draft]
title = "Write the draft"
from  = "reviewing"
to    = "writing"
who   = "unit"
dates = "written_on"

[transition.finish]
title = "Finish the review"
from  = "writing"
to    = "ended"
who   = ["unit", "chair"]
approve = [{ of = "reasons", by = "authority" }]

[transition.record_letter]
title = "Record a letter of the Panel"
from  = ["reviewing", "writing"]
who   = "unit"
on_file = ["letter"]
"""

TIMES = """\
[timescale.notification]
title      = "Notify in time"
due        = "within 5 working days of aware_on"
met_by     = "notify"
stops_if   = "decline"
waiting_on = "authority"
duty       = "Children Act 2004 s.16C(1)"
time_from  = { kind = "statutory guidance", says = "should", source = "chapter 5" }
confirmed  = "second-hand"
remind     = [{ at = "2 working days before it is due", tell = "authority" }]
escalate   = [{ at = "1 working day after it was due", tell = "chair" }]

[timescale.review]
title      = "Review in time"
due        = "within 15 working days of sent_on"
met_by     = "finish"
waiting_on = "unit"
time_from  = { kind = "panel guidance", says = "should", source = "the Panel's guidance" }
confirmed  = "second-hand"
remind     = [{ at = "2 working days before it is due", tell = "unit" }]
escalate   = [{ at = "1 working day after it was due", tell = "chair" }]

[timescale.drafting]
title      = "Draft in time"
due        = "within 10 working days of sent_on"
met_by     = "draft"
waiting_on = "unit"
remind     = [{ at = "2 working days before it is due", tell = "unit" }]
escalate   = [{ at = "1 working day after it was due", tell = "chair" }]

[timescale.finishing]
title      = "Finish after the draft"
due        = "within 5 working days of written_on"
met_by     = "finish"
waiting_on = "unit"
remind     = [{ at = "2 working days before it is due", tell = "unit" }]
escalate   = [{ at = "1 working day after it was due", tell = "chair" }]

[timescale.letter]
title      = "Expect the Panel's letter"
due        = "within 10 working days of sent_on"
met_by     = "record_letter"
stops_if   = "finish"
waiting_on = "panel"
remind     = [{ at = "1 working day after it was due", tell = "unit" }]
no_escalation = "nothing waits for it"

[pack.report]
title         = "Report to the Panel"
to            = "panel"
template      = "packs/report.toml"
requires      = ["reasons", "sent_on", "written_on"]
signed_off_by = "finish"
"""

RULES = """\
[rule.the_authority_notifies]
says      = "Nobody but the authority notifies."
only      = "authority"
may       = ["notify", "decline"]
enter     = "reviewing"
duty      = "Children Act 2004 s.16C(1)"
source    = "Children Act 2004 s.16C(1)"
confirmed = "read"
checked   = "by Avery Example on 2026-11-20"

[rule.reasons_first]
says      = "Nothing ends without its reasons, and without the partners' opinion."
before    = "ended"
on_file   = "reasons"
asked     = "opinion"
source    = "our procedure"
confirmed = "second-hand"

[rule.drafted_first]
says      = "No review is finished before it was drafted."
before    = "finish"
taken     = "draft"
source    = "our procedure"
confirmed = "second-hand"

[rule.approved_first]
says        = "The authority approves before the end of a review."
before      = "finish"
approved    = "reasons"
approved_by = "authority"
source      = "our procedure"
confirmed   = "second-hand"

[rule.no_way_back]
says      = "Once notified, nothing is declined."
after     = "notify"
never     = "decline"
source    = "our procedure"
confirmed = "second-hand"

[rule.a_review_follows]
says      = "A review follows every notification."
from      = "notify"
passes    = "finish"
source    = "the Panel's guidance"
confirmed = "second-hand"

[rule.the_days_run]
says       = "The days of the review run from the notification."
timescale  = "review"
runs_after = "notify"
runs_in    = ["reviewing", "writing"]
source     = "the Panel's guidance"
confirmed  = "disputed"

[rule.partners_are_told]
says      = "The partners are told."
when      = "notify"
tells     = "partners"
source    = "our procedure"
confirmed = "second-hand"
"""

REPORT = '[[section]]\ntitle = "Why"\nanswers = ["reasons"]\n'

FILES = {
    "process.toml": HEAD,
    "questions.toml": QUESTIONS,
    "states.toml": STATES,
    "steps.toml": STEPS,
    "times.toml": TIMES,
    "rules.toml": RULES,
    "packs/report.toml": REPORT,
}


def small(folder: Path, *changes: tuple[str, str], more: str = "") -> Workflow:
    """The small process, with each text replaced where it stands first, and more tables."""
    files = dict(FILES)
    for old, new in changes:
        names = [name for name, text in files.items() if old in text]
        assert names, f"nowhere: {old}"
        files[names[0]] = files[names[0]].replace(old, new, 1)
    if more:
        files["more.toml"] = more
    return load(write(folder, files))


def faults(folder: Path, *changes: tuple[str, str], more: str = "") -> list[Failure]:
    """What is found of the small process when it is changed."""
    return verify(small(folder, *changes, more=more)).failures


def adding(workflow: Workflow, name: str, start: str, to: str, who: str) -> Workflow:
    """The process with one more step, in memory alone: loading would see some of what it breaks."""
    step = Transition(name, name.replace("_", " ").capitalize(), (start,), to, (who,))
    return replace(workflow, transitions={**workflow.transitions, name: step})


def changing(workflow: Workflow, step: str, **changes: object) -> Workflow:
    """The workflow with one step changed, in memory alone."""
    changed = workflow.transitions[step]._replace(**changes)
    return replace(workflow, transitions={**workflow.transitions, step: changed})
