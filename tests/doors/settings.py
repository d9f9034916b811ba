"""What an administrator writes for the story: who there is, how each is told, and the hooks."""

from __future__ import annotations

from string import Template
from typing import Final

PROCESS: Final = "child_safeguarding_practice_review"
OVERLAY: Final = """
extends         = "child_safeguarding_practice_review"
extends_edition = "2026-11"
edition         = "2026-11 ourtown 1"

[also]
source = "our own protocol of January 2026"

[transition.decide_to_notify.also]
says    = "A second person of the authority approves the reasons before it decides."
approve = [{ of = "decision_rationale", by = ["local_authority"] }]
"""
"""What the partnership adds: nobody decides to notify on reasons that nobody else has approved."""

PEOPLE: Final = """
[[agency]]
id      = "council"
title   = "Ourtown Borough Council"
kind    = "local authority"
contact = "avery"
[[agency]]
id      = "icb"
title   = "NHS Ourtown Integrated Care Board"
kind    = "integrated care board"
contact = "blake"
[[agency]]
id      = "police"
title   = "Ourtown Constabulary"
kind    = "police"
contact = "casey"

[[person]]
id   = "avery"
name = "Avery Example"
mail = "avery@council.example"
[[person]]
id   = "robin"
name = "Robin Example"
mail = "robin@council.example"
by   = "webhook"
[[person]]
id   = "quinn"
name = "Quinn Example"
mail = "quinn@partnership.example"
by   = "calendar"
[[person]]
id   = "blake"
name = "Blake Example"
mail = "blake@icb.example"
[[person]]
id   = "casey"
name = "Casey Example"
mail = "casey@police.example"
[[person]]
id   = "ellis"
name = "Ellis Example"
mail = "ellis@scrutiny.example"
[[person]]
id   = "frances"
name = "Frances Example"
mail = "frances@icb.example"
[[person]]
id   = "morgan"
name = "Morgan Example"
mail = "morgan@partnership.example"

[[appointment]]
person = "avery"
role   = "local_authority"
agency = "council"
[[appointment]]
person = "robin"
role   = "local_authority"
agency = "council"
[[appointment]]
person = "quinn"
role   = "business_unit"
[[appointment]]
person = "blake"
role   = "health_partner"
agency = "icb"
[[appointment]]
person = "casey"
role   = "police_partner"
agency = "police"
[[appointment]]
person = "ellis"
role   = "independent_scrutineer"
[[appointment]]
person = "frances"
role   = "review_group_chair"
[[appointment]]
person = "morgan"
role   = "executive"
"""

SERVICES: Final = """
[[person]]
id      = "forms"
name    = "The council's website"
service = true
[[appointment]]
person = "forms"
role   = "business_unit"
[[person]]
id      = "police_records"
name    = "The police's case-management system"
service = true
[[appointment]]
person = "police_records"
role   = "agency_lead"
agency = "police"
[[person]]
id      = "icb_records"
name    = "The health service's system"
service = true
[[appointment]]
person = "icb_records"
role   = "agency_lead"
agency = "icb"
[[person]]
id      = "council_records"
name    = "The council's case-management system"
service = true
[[appointment]]
person = "council_records"
role   = "agency_lead"
agency = "council"
[[person]]
id      = "mailbox"
name    = "The shared mailbox"
service = true
[[appointment]]
person = "mailbox"
role   = "business_unit"
"""

REFERRAL: Final = """
[[hook]]
id      = "referral_form"
secrets = ["hooks/referral_form.secret"]
person  = "forms"
process = "child_safeguarding_practice_review"
may     = ["open", "person"]
verb    = "open"
[hook.answers]
referred_on        = "/submitted_on"
place_of_incident  = "/incident/where"
place_of_residence = "/child/lives"
[hook.values.place_of_incident]
"1" = "in our area"
[hook.values.place_of_residence]
"1" = "in our area"
[[hook.people]]
kind    = "child"
answers = { child_name = "/child/name", child_born_on = "/child/born" }
"""
ANSWER: Final = Template("""
[[hook]]
id      = "${agency}_answer"
secrets = ["hooks/${agency}_answer.secret"]
person  = "${agency}_records"
process = "child_safeguarding_practice_review"
may     = ["record"]
verb    = "record"
case    = "/references/partnership"
source  = "${agency}"
[hook.answers]
"partner_information/${agency}" = "/answer/known"
"opinion/${agency}"             = "/answer/opinion"
"opinion_reasons/${agency}"     = "/answer/why"
""")
PANEL: Final = """
[inbox]
folder = "hooks/inbox"

[[hook]]
id         = "panel_letter"
person     = "mailbox"
process    = "child_safeguarding_practice_review"
may        = ["take:record_panel_letter"]
verb       = "take"
transition = "record_panel_letter"
case       = "/fields/Case"
key        = "/message_id"
on         = "/date"
reason     = "/subject"
[hook.answers]
panel_letter_says = "/fields/The letter"
panel_letter      = { attachment = "*.pdf" }

[[hook]]
id      = "panel_notes"
person  = "mailbox"
process = "child_safeguarding_practice_review"
may     = ["record"]
verb    = "record"
case    = "/case"
key     = "/id"
[hook.answers]
panel_letter_notes = "/notes"
"""

SENDING: Final = Template("""
[notify.smtp]
host       = "127.0.0.1"
port       = ${mail}
from       = "casetrail@partnership.example"
login_file = "mail.login"
ca_file    = "${ca}"

[notify.calendar]
host       = "127.0.0.1"
port       = ${mail}
from       = "casetrail@partnership.example"
login_file = "mail.login"
ca_file    = "${ca}"

[notify.webhook]
url         = "https://localhost:${hook}/casetrail"
inside      = ["localhost"]
secret_file = "webhook.secrets"
ca_file     = "${ca}"
""")
AGENCIES: Final = ("police", "icb")
"""Those that answer by calls of their own; the council shows a token."""


def of(made: str, **where: object) -> str:
    """The config.toml that `init` has made, with all this added."""
    by, link = 'by   = "file"', 'link = ""'
    assert made.count(by) == made.count(link) == 1
    made = made.replace(by, 'by   = "smtp"')
    made = made.replace(link, 'link = "https://casetrail.partnership.example/case/"')
    hooks = [REFERRAL, *(ANSWER.substitute(agency=one) for one in AGENCIES), PANEL]
    return "\n".join([made, SENDING.substitute(where), PEOPLE, SERVICES, *hooks])
