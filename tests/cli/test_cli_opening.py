"""`open` tells of a case that may be the same, and opens another only when that is said."""

from __future__ import annotations

import json

from tests.offices import Office, ago


def test_a_case_with_the_same_dates_is_opened_only_when_it_is_said_to_be_another(
    office: Office,
) -> None:
    first = office.open()
    words = ("open", "incident", "place=elsewhere", f"aware_on={ago(1)}")
    refused = " ".join(office.refused(4, *words).split())
    assert refused == (
        f"It may be the same as {first}, with the same dates or places: look there first, and add "
        "--not-the-same if it is another case. Nothing was changed."
    )
    told = office.run(*words, "--json")
    assert first in json.loads(told.stdout)["refused"]["sentence"]
    assert [case["ref"] for case in office.json("list")["cases"]] == [first]
    another = office.json(*words, "--not-the-same")
    assert [one["ref"] for one in another["similar"]] == [first]
    other = office.json("open", "incident", "place=elsewhere", f"aware_on={ago(9)}")
    assert other["similar"] == []


def test_who_may_not_open_a_case_is_not_told_of_another(office: Office) -> None:
    first = office.open()
    words = ("open", "incident", "place=elsewhere", f"aware_on={ago(1)}", "--as", "hana")
    for more in ((), ("--not-the-same",), ("--json",)):
        told = office.run(*words, *more)
        assert told.exit_code == 4
        assert first not in told.output


def test_of_a_case_that_somebody_does_not_read_they_are_not_told_when_they_open_another(
    office: Office,
) -> None:
    bound = """
[[agency]]
id      = "hospital"
title   = "Sample Hospital"
kind    = "hospital"
contact = "hana"
[[appointment]]
person = "hana"
role   = "agency_lead"
agency = "hospital"
[[appointment]]
person = "pol"
role   = "agency_lead"
agency = "police"
"""
    office.config.write_text(office.config.read_text() + bound)
    process = "child_safeguarding_practice_review"
    office.ok("workflow", "activate", process)
    where = ("place_of_incident=in our area", "place_of_residence=in our area")
    words = ("open", process, *where, f"referred_on={ago(1)}")
    first = office.json(*words, "--as", "hana")["ref"]
    assert first in office.refused(4, *words, "--as", "hana")
    assert office.json(*words, "--as", "pol")["similar"] == []


def test_a_command_that_is_repeated_under_its_key_is_not_taken_for_another_case(
    office: Office,
) -> None:
    words = ("open", "incident", "place=elsewhere", f"aware_on={ago(1)}", "--key", "once-only")
    first = office.json(*words)
    again = office.json(*words)
    assert (again["ref"], again["repeated"]) == (first["ref"], True)


def test_a_case_from_before_every_edition_is_opened_with_a_caution(office: Office) -> None:
    words = ("open", "incident", "place=elsewhere", "aware_on=20 December 2017", "--not-the-same")
    said = " ".join(office.ok(*words).split())
    caution = office.json(*words)["caution"]

    assert caution == (
        'No edition of "incident" that is in use was in force on 20 December 2017, the day from '
        "which this case counts; it follows 2025-01, in force from 2018-06-29. An old case is "
        "opened with --historic, under the edition that --edition names."
    )
    assert f"Caution: {caution}" in said
    assert said.count("Caution: No edition of") == 1


def test_a_case_of_the_days_of_its_edition_or_of_the_past_is_opened_without_that_caution(
    office: Office,
) -> None:
    words = ("open", "incident", "place=elsewhere", "--not-the-same")
    old = ("--historic", "--edition", "2025-01", "aware_on=2017-12-20")
    for more in ((f"aware_on={ago(1)}",), ("aware_on=2018-06-29",), old):
        assert office.json(*words, *more)["caution"] == ""
        assert "No edition of" not in office.ok(*words, *more)
