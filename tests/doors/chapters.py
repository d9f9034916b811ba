"""The chapters of the story, in their order; each is what people and systems do at a door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from tests.doors.town import Town
from tests.test_names_stay_inside import CANARIES

NAME: Final = " and ".join(CANARIES)
"""The names of the story: they stand in every answer that is personal, and nowhere else."""
CALL: Final = "msg_of_the_referral"
UNTIL: Final = "2026-12-31"
PEOPLE: Final = ("avery", "robin", "quinn", "blake", "casey", "frances", "morgan")
SCOPED: Final = ("--verb", "record", "--process", "child_safeguarding_practice_review")
BODY: Final = {
    "submitted_on": "2026-02-02",
    "incident": {"where": "1"},
    "child": {"lives": "1", "name": NAME, "born": "2025-09-14"},
}
FINDINGS: Final = (
    *("rapid_review_facts", "agency_involvement", "key_practice_episodes", "lived_experience"),
    *("inequalities", "immediate_learning", "improvements", "recommendation", "national_reasons"),
    *("criterion_a_reasons", "criterion_b_reasons", "criterion_c_reasons", "criterion_d_reasons"),
)
LETTER: Final = """\
From: Business unit <inbox@partnership.example>
Subject: =?utf-8?q?The_Panel_on_Zo=C3=AB_Quillfeather?=
Message-ID: <77@panel.example>
Date: Mon, 09 Mar 2026 08:30:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="next"

--next
Content-Type: text/plain; charset=utf-8

Case: {ref}
The letter: agrees with a practice review
--next
Content-Type: application/pdf
Content-Disposition: attachment; filename="letter.pdf"

%PDF-1.7 Kestrel-Hawthorne 7Q4
--next--
"""


def set_up(town: Town) -> None:
    """What the administrator gives out: secrets, and tokens of people and of a system."""
    for endpoint in ("referral_form", "police_answer", "icb_answer"):
        town.casetrail("hook", "secret", endpoint)
    for person in PEOPLE:
        said = town.casetrail("token", "issue", person, "--until", UNTIL)
        town.tokens[person] = said.split("\n")[0].strip()
    said = town.casetrail("token", "issue", "council_records", "--until", UNTIL, *SCOPED)
    town.tokens["council_records"] = said.split("\n")[0].strip()


def referred(town: Town) -> str:
    """A referral comes in as a signed call, and the business unit reports it; the reference."""
    ref = str(town.tells("referral_form", BODY, CALL)["ref"])
    case = f"/cases/{ref}"
    report = {"answers": {"referred_by": "police", "what_happened": f"{NAME} was found hurt."}}
    town.does("quinn", f"{case}/steps/report_referral", report, {"papers/referral_form": _paper()})
    known = {
        "aware_on": "2026-02-02",
        "aware_how": f"A call about {NAME}.",
        "age_band": "under 18",
        "abuse_or_neglect": "suspected",
        "outcome": "was seriously harmed",
        "care_death": "neither",
    }
    town.does("quinn", f"{case}/answers", {"answers": known})
    town.does("quinn", f"{case}/steps/inform_partners")
    return ref


def answered(town: Town, ref: str) -> None:
    """The agencies answer: two by signed calls of their own, one with a token of its own."""
    for agency, opinion in (("police", "do not notify"), ("icb", "notify")):
        answer = {"known": f"Of {NAME} nothing is known.", "opinion": opinion, "why": NAME}
        document = {"references": {"partnership": ref}, "answer": answer}
        town.tells(f"{agency}_answer", document)
    council = {"partner_information/council": f"{NAME} is known.", "opinion/council": "notify"}
    town.does("council_records", f"/cases/{ref}/answers", {"answers": council})


def decided(town: Town, ref: str) -> None:
    """The authority decides, on reasons that a second person of it has approved."""
    case = f"/cases/{ref}"
    reasons = {"known_at_decision": f"The hurt of {NAME}.", "decision_rationale": f"For {NAME}."}
    town.does("avery", f"{case}/answers", {"answers": reasons})
    assert _unmet(town, f"{case}/steps/decide_to_notify") == ["1 more approval of"]
    rationale = {"question": "decision_rationale"}
    # Whoever wrote the reasons is not the second person.
    own = town.ask("avery", "POST", f"{case}/approvals", json=rationale)
    assert own.status_code in (403, 409), own.text
    town.does("robin", f"{case}/approvals", rationale)
    # What was approved is the text as it stood: once it is another, it is to be approved anew.
    other = {"answers": {"decision_rationale": f"For {NAME}, as the law asks."}, "reason": NAME}
    town.does("avery", f"{case}/corrections", other)
    assert _unmet(town, f"{case}/steps/decide_to_notify") == ["1 more approval of"]
    town.does("robin", f"{case}/approvals", rationale)
    dissent = {"answers": {"answer_to_dissent/police": f"The law asks it of {NAME}."}}
    town.does("avery", f"{case}/steps/decide_to_notify", dissent)
    town.does("avery", f"{case}/steps/share_decision")
    sent = {"notification_reference": NAME, "notification_sent_by": f"The office, of {NAME}"}
    town.does("avery", f"{case}/steps/record_notification_sent", {"answers": sent})


def reviewed(town: Town, ref: str) -> None:
    """The rapid review goes to the Panel, once each of the three partners has signed it off."""
    case = f"/cases/{ref}"
    asked = {
        "agencies_asked": "council, icb, police",
        "other_areas_told": "no other area is concerned",
    }
    town.does("quinn", f"{case}/answers", {"answers": asked})
    town.does("quinn", f"{case}/steps/start_rapid_review", {"on": "2026-02-09"})
    town.does("frances", f"{case}/steps/convene_rapid_review", {"on": "2026-02-16"})
    met = {"immediate_actions": f"{NAME} is safe.", "siblings_safety": f"{NAME} has none."}
    minutes = {"papers/rapid_review_minutes": _paper()}
    town.does("frances", f"{case}/steps/record_rapid_review_met", {"answers": met}, minutes)
    found = {one: f"{one} of {NAME}" for one in FINDINGS}
    found |= {f"criterion_{one}": "yes" for one in "abcd"}
    found |= {f"national_criterion_{one}": "no" for one in "abc"}
    found |= {f"partner_view/{one}": "a practice review" for one in ("council", "icb", "police")}
    town.does("quinn", f"{case}/answers", {"answers": found})
    report = {"question": "rapid_review_report"}
    town.does("quinn", f"{case}/documents", report, {"document": _paper()})
    town.does("frances", f"{case}/steps/recommend")
    plan = ("review_decision_rationale", "review_plan", "family_plan")
    chosen = {"answers": {one: f"{one} of {NAME}" for one in plan}}
    town.does("morgan", f"{case}/steps/decide_practice_review", chosen)
    author = {"answers": {"report_author": NAME}}
    for left, partner in ((3, "avery"), (2, "blake"), (1, "casey")):
        refused = town.ask("quinn", "POST", f"{case}/steps/submit_rapid_review", json=author)
        assert len(refused.json()["unmet"]) == left, refused.text
        town.does(partner, f"{case}/approvals", report)
    town.does("quinn", f"{case}/steps/submit_rapid_review", author)


def panel_answers(town: Town, ref: str) -> None:
    """The Panel's letter lies in the drop folder as a mail, saved twice, and with it a note."""
    for name in ("letter.eml", "letter again.eml"):
        town.drop("panel_letter", name, LETTER.format(ref=ref).encode())
    notes = f'{{"case": "{ref}", "id": "panel-78", "notes": "{NAME} should be heard."}}'
    town.drop("panel_notes", "note.json", notes.encode())


def considered(town: Town, ref: str) -> None:
    """The executive considers what the Panel has answered, and keeps to its decision."""
    case = f"/cases/{ref}"
    town.does("quinn", f"{case}/steps/consider_panel_letter")
    reasons = {"answers": {"confirmation_reasons": f"The Panel agrees about {NAME}."}}
    town.does("morgan", f"{case}/steps/confirm_decision", reasons)
    town.does("morgan", f"{case}/steps/begin_practice_review")


def strangers(town: Town, ref: str) -> None:
    """Whoever is not let in, or may not, at each door: forged, misled, late, replayed, unknown."""
    case, secret = f"/cases/{ref}", "whsec_" + "QUJD" * 8
    calls = (
        town.call("referral_form", BODY, secret=secret),
        town.call("referral_form", BODY, to="nobody"),
        town.call("referral_form", BODY, to="police_answer"),
        town.call("referral_form", BODY, at=town.now - timedelta(days=1), id=CALL),
        town.call("referral_form", {**BODY, "submitted_on": "2026-02-01"}, id=CALL),
    )
    assert {(one.status_code, one.content) for one in calls} == {(401, calls[0].content)}
    town.tokens["stranger"] = town.tokens["avery"][:-1] + "!"
    for person, statuses in (("", {401}), ("stranger", {401}), ("council_records", {403})):
        assert _attempts(town, person, case) == statuses
    # The police may approve the review, and take steps: not these.
    assert _attempts(town, "casey", case) <= {403, 409}
    town.drop("nobody", "letter.eml", LETTER.format(ref=ref).encode())


def _attempts(town: Town, person: str, case: str) -> set[int]:
    """What somebody is told who approves and decides in the stead of the authority."""
    rationale = {"question": "decision_rationale"}
    return {
        town.ask(person, "POST", f"{case}/approvals", json=rationale).status_code,
        town.ask(person, "POST", f"{case}/steps/decide_to_notify").status_code,
    }


def _unmet(town: Town, path: str) -> list[str]:
    """The beginnings of what the authority is told is missing for a step."""
    refused = town.ask("avery", "POST", path)
    assert refused.status_code == 409, refused.text
    return [str(one["what"])[:18] for one in refused.json()["unmet"]]


def _paper() -> bytes:
    return f"%PDF-1.7 {NAME}".encode()


def record(town: Town) -> dict[str, Any]:
    """All that is on record of all cases, as it is told at the door."""
    refs = [str(one["ref"]) for one in town.told("quinn", "/cases?limit=200")["cases"]]
    return {ref: events(town, ref) for ref in refs}


def events(town: Town, ref: str) -> list[dict[str, Any]]:
    """What has happened in a case, as it is told at the door."""
    told = town.told("quinn", f"/cases/{ref}/history?limit=200")
    assert told["next"] is None
    found: list[dict[str, Any]] = told["events"]
    return found
