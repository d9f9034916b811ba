"""A refusal names everything that is missing at once, and every way that is still open."""

from __future__ import annotations

import json

from tests.offices import Office, ago


def review(office: Office, *answers: str) -> str:
    """A case of the real process, of which these answers are known."""
    words = ("place_of_incident=in our area", "place_of_residence=in our area")
    name = "child_safeguarding_practice_review"
    opened = office.json("open", name, *words, f"referred_on={ago(1)}")
    if answers:
        office.ok("record", opened["ref"], *answers)
    return str(opened["ref"])


def needs(office: Office, *words: str) -> list[str]:
    """What a refused command says is missing."""
    result = office.run("take", *words, "--as", "lee", "--json")
    assert result.exit_code == 4, result.output
    return [one["what"] for one in json.loads(result.stdout)["refused"]["unmet"]]


EITHER = (
    "either the youngest child concerned was 18 to 24 or 25 or over; or abuse or neglect is "
    "neither known nor suspected; or the child neither died nor was seriously harmed"
)


def test_of_several_ways_to_meet_a_guard_every_one_is_told(office: Office) -> None:
    ref = review(office)
    assert EITHER in needs(office, ref, "decide_not_to_notify")
    said = office.refused(4, "take", ref, "decide_not_to_notify", "--as", "lee")
    assert "record age_band, record abuse_or_neglect or record outcome" in " ".join(said.split())


def test_a_way_that_an_answer_on_record_rules_out_is_not_told_while_another_is_open(
    office: Office,
) -> None:
    ref = review(office, "age_band=under 18", "outcome=died")
    found = needs(office, ref, "decide_not_to_notify")
    assert "abuse or neglect is neither known nor suspected" in found
    assert not [one for one in found if one.startswith("either")]
    office.ok("record", ref, "abuse_or_neglect=known")
    [every] = [one for one in needs(office, ref, "decide_not_to_notify") if "either" in one]
    assert every.startswith(EITHER)


def test_a_wrong_answer_hides_nothing_else_that_the_step_lacks(office: Office) -> None:
    ref = office.at("deciding")
    lacking = needs(office, ref, "decide_to_notify")
    wrong = ("opinion/council=perhaps", "place=nowhere")
    found = needs(office, ref, "decide_to_notify", *wrong)
    assert len([one for one in found if "is answered with one of" in one]) == 2
    others = [one for one in lacking if "opinion" not in one and "should be notified" not in one]
    assert others
    assert set(others) <= set(found)
    assert office.show(ref)["state"] == "deciding"


def test_what_is_already_done_is_not_asked_for_what_it_lacked(office: Office) -> None:
    ref = office.at("deciding")
    words = (ref, "decide_to_notify", "place=nowhere", "--already-done")
    assert len(needs(office, *words)) == 1
