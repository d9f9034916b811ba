"""`next` fits a screen: what leads on from here first, with what to type or what is missing."""

from __future__ import annotations

import shlex

from tests.next_steps.test_needs import review
from tests.offices import Office, ago

SCREEN = 40
STEPS = ("report_referral", "inform_partners", "call_extraordinary_meeting", "put_to_authority")


def whole(said: str) -> str:
    return " ".join(said.split())


def moved(office: Office, ref: str, step: str) -> None:
    """A step of the real process, recorded as done whatever is missing."""
    office.ok("take", ref, step, "--already-done")


def test_the_states_up_to_the_decision_fit_a_screen(office: Office) -> None:
    ref = review(office)
    for step in STEPS:
        said = office.ok("next", ref)
        assert len(said.splitlines()) <= SCREEN, said
        moved(office, ref, step)
    said = office.ok("next", ref)
    assert len(said.splitlines()) <= SCREEN, said
    full = office.ok("next", ref, "--all")
    assert len(full.splitlines()) > SCREEN
    every = office.json("next", ref)["steps"]
    assert all(step["title"] in whole(full) for step in every)
    assert len(every) > 15


def test_what_can_be_done_now_has_its_command_and_what_cannot_says_what_is_missing(
    office: Office,
) -> None:
    ref = review(office)
    moved(office, ref, "report_referral")
    said = office.ok("next", ref)
    ready, later = said.split("\nNot yet\n")
    assert "Can be done now by " in ready
    assert f"      casetrail take {ref} inform_partners\n" in ready
    assert "  For the local authority:\n" in later
    assert "Decide to notify the national Panel [decide_to_notify]" in whole(later)
    assert "it must be on record that abuse or neglect is known or suspected" in whole(later)
    assert f"`casetrail next {ref} --all` shows every step" in whole(later)
    assert "casetrail take" not in later


def test_what_is_possible_in_many_states_is_named_apart_and_has_no_command(office: Office) -> None:
    ref = review(office)
    moved(office, ref, "report_referral")
    said = office.ok("next", ref)
    before, apart = said.split("Also possible now: ")
    for title in ("Call a meeting", "Add an action"):
        assert title in whole(apart)
        assert title not in whole(before)
    assert f"casetrail take {ref} call_meeting" in office.ok("next", ref, "--all")


def test_what_an_answer_on_record_rules_out_is_named_as_such_and_not_among_what_may_be_done(
    office: Office,
) -> None:
    ref = review(office)
    moved(office, ref, "report_referral")
    death = "Record that the death of a looked-after child was reported"
    known = {one["title"]: one["apart"] for one in office.json("next", ref)["steps"]}
    assert known[death] == "possible in many states"
    office.ok("record", ref, "care_death=neither", "age_band=under 18")
    known = {one["title"]: one["apart"] for one in office.json("next", ref)["steps"]}
    assert known[death] == "ruled out by what is on record"
    assert known["Decide to notify the national Panel"] == ""
    before, ruled_out = office.ok("next", ref).split("Ruled out by what is on record: ")
    assert death in whole(ruled_out)
    assert death not in whole(before)


def test_a_step_of_many_states_comes_first_where_the_answer_on_record_calls_for_it(
    office: Office,
) -> None:
    ref = review(office)
    moved(office, ref, "report_referral")
    asked = "Send the national Panel the information it asked for"
    apart = {one["title"]: one["apart"] for one in office.json("next", ref)["steps"]}
    assert apart[asked]
    office.ok("take", ref, "record_panel_letter", "--already-done")
    office.ok("record", ref, "panel_letter_says=asks for information")
    apart = {one["title"]: one["apart"] for one in office.json("next", ref)["steps"]}
    assert apart[asked] == ""
    assert "[send_information_to_panel]" in whole(office.ok("next", ref))


def test_what_only_waits_for_somebody_else_to_decide_says_for_whom_and_how(office: Office) -> None:
    ref = office.at("deciding")
    office.ok("record", ref, "opinion/council=notify", "opinion/board=notify")
    office.ok("record", ref, "opinion/police=notify", "rationale=-", typed="It fits.")
    said = office.ok("next", ref)
    assert "Ready, for others to decide" in said
    assert "it is for the local authority" in whole(said)
    command = f"casetrail take {ref} decide_to_notify --decided-by PERSON --evidence FILE"
    assert command in said
    # Only who keeps the record puts on record what somebody else decided.
    assert command not in office.ok("next", ref, "--as", "eve")
    mine = office.ok("next", ref, "--as", "lee")
    assert "Can be done now by Lee Sample" in mine
    assert f"casetrail take {ref} decide_to_notify\n" in mine


def test_a_small_process_is_shown_whole(office: Office) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    said = office.ok("next", ref)
    assert "Also possible now" not in said
    for step in office.json("next", ref)["steps"]:
        if step["apart"] != "ruled out by what is on record":
            assert step["transition"] in said


def test_every_step_of_the_process_is_named_once_and_those_elsewhere_say_what_they_lack(
    office: Office,
) -> None:
    ref = review(office)
    found = office.json("next", ref, "--all")
    here = {step["transition"] for step in found["steps"]}
    elsewhere = {step["transition"]: step for step in found["elsewhere"]}
    assert "close_case" in elsewhere
    assert not here & set(elsewhere)
    asked = office.json("why-not", ref, "close_case")
    assert elsewhere["close_case"]["starts"] == asked["starts"]
    assert len(elsewhere["close_case"]["unmet"]) > 1
    said = whole(office.ok("next", ref, "--all").partition("Steps that start elsewhere")[2])
    states = [start["title"] for step in elsewhere.values() for start in step["starts"][:3]]
    few = [one for one in elsewhere.values() if len(one["starts"]) <= 3]
    assert all(f'- From "{one["starts"][0]["title"]}": ' in said for one in few)
    assert all(said.count(f'- From "{title}": ') <= 1 for title in states)
    assert 'can be closed": Return to the action plan before closing; Close the case.' in said
    assert "- From more states: " in said
    assert "Steps that start elsewhere" not in office.ok("next", ref)


def test_the_answers_that_are_asked_for_have_whole_commands(office: Office) -> None:
    ref = review(office)
    moved(office, ref, "report_referral")
    said = office.ok("next", ref, "--all")
    assert f"casetrail record {ref} known_at_decision=-\n" in said
    assert f"casetrail attach {ref} notification_copy FILE\n" in said
    assert "(the answer is one of: known, suspected, neither known nor suspected)" in whole(said)
    for one in office.json("next", ref)["answers"]:
        verb, of, *given = shlex.split(one["how"])
        assert of == ref
        assert given[-1] == "FILE" if verb == "attach" else "=" in given[-1]


def test_next_and_why_not_name_the_same_people_for_an_answer(office: Office) -> None:
    ref = review(office)
    moved(office, ref, "report_referral")
    steps = {step["transition"]: step for step in office.json("next", ref)["steps"]}
    for name in ("decide_to_notify", "share_decision"):
        told = [need for need in steps[name]["unmet"] if "Why did the" in need["what"]]
        asked = office.json("why-not", ref, name)["unmet"]
        same = [need for need in asked if "Why did the" in need["what"]]
        assert told[0]["who"] == same[0]["ways"][0][0]["who"]
        assert told[0]["who"][0] == "business unit"


def test_who_decides_and_who_keeps_the_record_each_have_their_own_line(office: Office) -> None:
    ref = review(office)
    moved(office, ref, "report_referral")
    said = office.ok("why-not", ref, "decide_to_notify")
    decided, recorded = said.split("Or, once they decided, by whoever keeps the record:\n", 1)
    assert f"casetrail take {ref} decide_to_notify\n" in decided
    assert recorded.lstrip().startswith(
        f"casetrail take {ref} decide_to_notify --decided-by PERSON --evidence FILE\n"
    )


def test_what_is_due_stands_above_what_can_be_done_and_beside_the_step_that_meets_it(
    office: Office,
) -> None:
    ref = review(office, f"aware_on={ago(20)}")
    moved(office, ref, "report_referral")
    found = office.json("next", ref)
    first, *others = found["deadlines"]
    assert (first["status"], first["waits_on"]) == ("overdue", "the local authority")
    order = [(one["status"] != "overdue", not one["duty"]) for one in found["deadlines"]]
    assert others
    assert order == sorted(order)
    said = office.ok("next", ref)
    due, below = said.split("\nCan be done now by ")
    assert "\nDue\n" in due
    assert f"- {first['title']}: OVERDUE, due " in whole(due)
    assert "; it waits on the local authority." in whole(due)
    met = [step["meets"] for step in found["steps"]]
    assert met[0]
    assert met == [*[one for one in met if one], *[one for one in met if not one]]
    assert f"meets: {met[0]['title']}, OVERDUE, due " in whole(below)
    assert whole(office.ok("next", ref, "--all")).count("meets: ") == len([m for m in met if m])
    assert len(said.splitlines()) <= SCREEN


def test_a_case_of_which_nothing_is_due_has_no_such_part(office: Office) -> None:
    ref = office.open("place=elsewhere")
    office.ok("record", ref, f"aware_on={ago(1)}")
    known = office.json("next", ref)
    assert ("\nDue\n" in office.ok("next", ref)) == bool(known["deadlines"])
