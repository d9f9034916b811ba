"""Cases of which days are known only in part: what was due, and whether it was done in time."""

from __future__ import annotations

import html
import re
import zipfile

from tests.histories import PROCESS, deadlines, done, explained, opened, shown
from tests.offices import Office, ago


def test_what_was_done_in_a_month_says_between_how_many_days_late_it_can_have_been(
    office_on: Office,
) -> None:
    ref = opened(office_on, "2019-03", "aware_on=2019-03")
    done(office_on, ref, "record_notification_sent", "2019-04")
    done(office_on, ref, "submit_rapid_review", "2019-05")
    known, said = deadlines(office_on, ref), shown(office_on, ref)

    assert known["notification"]["status"] == known["rapid_review"]["status"] == "met"
    assert known["notification"]["punctuality"] == {
        "verdict": "in time or late",
        "least": 0,
        "most": 35,
        "unit": "working days",
        "said": "in time or up to 35 working days late",
    }
    assert known["rapid_review"]["punctuality"]["said"] == "between 6 and 46 working days late"
    assert (
        "[notification]: met in April 2019, due between Fri 8 Mar 2019 and Fri 5 Apr 2019: in time "
        "or up to 35 working days late Duty:"
    ) in said
    assert "OVERDUE" not in said
    assert "met late" not in said


def test_of_a_month_in_which_the_rule_changed_nothing_is_called_late(office_on: Office) -> None:
    ref = opened(office_on, "2020-03", "aware_on=2020-03")
    done(office_on, ref, "record_notification_sent", "2020-04")
    done(office_on, ref, "submit_rapid_review", "2020-07")
    known = deadlines(office_on, ref)
    unsure = (
        "This rule held for what started from Fri 29 Jun 2018 to Sun 29 Mar 2020. It may have "
        "started on a day on which this rule did not hold, so that whether it was in time is not "
        "known."
    )

    assert known["rapid_review"]["punctuality"] is None
    assert known["rapid_review"]["in_force"]["throughout"] is False
    assert unsure in explained(office_on, ref, "rapid_review")
    assert unsure in shown(office_on, ref)
    assert "working days late" not in explained(office_on, ref, "rapid_review")
    assert known["notification"]["punctuality"]["verdict"] == "in time or late"
    assert known["notification"]["in_force"]["throughout"] is True


def test_a_deadline_of_a_month_is_explained_from_both_ends_and_with_how_late_it_can_have_been(
    office_on: Office,
) -> None:
    ref = opened(office_on, "2019-03", "aware_on=2019-03")
    done(office_on, ref, "record_notification_sent", "2019-04")
    done(office_on, ref, "submit_rapid_review", "2019-05")
    said, later = (explained(office_on, ref, one) for one in ("notification", "rapid_review"))
    [told] = office_on.json("explain", ref, "notification")["deadlines"]

    assert told["derivation"]["due_on"] == told["due_between"][0] == "2019-03-08"
    assert told["from_latest"]["due_on"] == told["due_between"][1] == "2019-04-05"
    assert told["from_latest"]["steps"][0]["day"] == "2019-03-31"
    assert "that is from some day in March 2019. From the earliest day that it can have" in said
    known = "On which day did the local authority become aware of the incident?"
    assert f'been: Fri 1 Mar 2019 day 0: "{known}" Sat 2 Mar 2019 not counted' in said
    assert "by the end of Friday 8 March 2019. From the latest day that it can have been:" in said
    assert f'Sun 31 Mar 2019 day 0, Sunday: "{known}" Mon 1 Apr 2019 working day 1' in said
    assert "by the end of Friday 5 April 2019. How both are counted: That day" in said
    assert said.count("whatever the time of day") == said.count("SI 2015/1792 reg 4(7)") == 1
    assert (
        "Done in April 2019: in time or up to 35 working days late. At the latest: due Fri 8 Mar "
        "2019, done Tue 30 Apr 2019, 35 working days late. Changes"
    ) in said
    assert (
        "Done in May 2019: between 6 and 46 working days late. At the earliest: due Tue 23 Apr "
        "2019, done Wed 1 May 2019, 6 working days late. At the latest: due Fri 22 Mar 2019, done "
        "Fri 31 May 2019, 46 working days late."
    ) in later
    assert "Easter Monday" in later


def test_an_exact_start_is_derived_once_and_says_how_late_a_month_can_have_been(
    office: Office,
) -> None:
    ref = opened(office, "2020-12-25", "aware_on=2020-12-25")
    done(office, ref, "record_notification_sent", "2021-01")
    [told] = office.json("explain", ref, "notification")["deadlines"]
    said = explained(office, ref, "notification")

    assert told["from_latest"] is None
    assert "From the earliest day" not in said
    assert "Done in January 2021: in time or up to 18 working days late." in said


def test_a_time_without_a_last_day_is_not_counted_from_the_first_of_a_year(office: Office) -> None:
    ref = opened(office, "2023-08-10")
    done(office, ref, "decide_practice_review", "2023-10-10")
    done(office, ref, "foresee_delay", "2024")
    said = explained(office, ref, "delay_explained")

    assert "that is from some day in 2024. No day is set" in said
    assert "1 Jan 2024" not in said


def test_a_step_known_by_its_month_meets_a_clock_whose_start_in_that_month_is_learnt_later(
    office_on: Office,
) -> None:
    ref = opened(office_on, "2019-03")
    done(office_on, ref, "record_notification_sent", "2019-03")
    office_on.ok("record", ref, "aware_on=2019-03-04")
    known = deadlines(office_on, ref)["notification"]

    assert (known["status"], known["met_on"]) == ("met", "2019-03")
    assert known["punctuality"]["said"] == "in time or up to 14 working days late"


def test_a_list_calls_no_historic_case_late_and_says_what_was_done_when(
    office_on: Office,
) -> None:
    ref = opened(office_on, "2019-03", "aware_on=2019-03")
    done(office_on, ref, "record_notification_sent", "2019-04")
    exact = opened(office_on, "2020-12-25", "aware_on=2020-12-25")
    done(office_on, exact, "record_notification_sent", "2021-01-05")
    live = office_on.json(
        "open",
        PROCESS,
        "place_of_incident=in our area",
        "place_of_residence=in our area",
        f"aware_on={ago(30)}",
        f"referred_on={ago(30)}",
        "--on",
        ago(30),
    )["ref"]
    found = office_on.json("list")["cases"]

    assert [one["ref"] for one in found] == [live, *sorted([ref, exact], key=[exact, ref].index)]
    assert [(one["historic"], one["late"], one["done"]) for one in found] == [
        (False, True, None),
        (True, False, {"in time": 1}),
        (True, False, {"in time or late": 1}),
    ]
    rows = " ".join(office_on.ok("list").split())
    assert rows.count("LATE") == 1
    assert "done: 1 in time or late" in rows
    assert [one["ref"] for one in office_on.json("list", "--late")["cases"]] == [live]
    soon = office_on.json("list", "--due-within", "5 working days")["cases"]
    assert [one["ref"] for one in soon] == [live]


def printed(office: Office, ref: str) -> str:
    """The submission of the rapid review as a draft, its text on one line."""
    words = ("rapid_review_submission", "--draft", "--out", str(office.folder))
    with zipfile.ZipFile(office.json("pack", ref, *words)["file"]) as opened:
        page = opened.read("rapid-review-submission.html").decode()
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page)).split())


def test_a_pack_says_in_which_month_something_was_done_and_how_late_it_can_have_been(
    office: Office,
) -> None:
    ref = opened(office, "2020-12", "aware_on=2020-12")
    done(office, ref, "record_notification_sent", "2021")
    office.ok("record", ref, "--asked", "partner_view/police=2021-01", "--on", "2021-01")
    said = printed(office, ref)

    assert (
        "Due between 8 December 2020 and 8 January 2021: within 5 working days of a day in "
        "December 2020, which is day 0. Done in 2021, in time or up to 268 working days late."
    ) in said
    assert (
        "Due between 22 December 2020 and 22 January 2021: within 15 working days of a day in "
        "December 2020, which is day 0. That it was done is not on record."
    ) in said
    assert "Asked in January 2021" in said
    assert re.search(r"\bon (January|December) 20|\bon 20\d\d\b", said) is None
    assert re.search("[\u2018\u2019\u201c\u201d]", said) is None


def test_a_pack_says_of_an_exact_day_of_history_whether_it_was_in_time(office: Office) -> None:
    ref = opened(office, "2023-08-10", "aware_on=2023-08-10")
    done(office, ref, "record_notification_sent", "2023-08-17")
    done(office, ref, "submit_rapid_review", "2023-09-12")
    said = printed(office, ref)

    assert "Done on 17 August 2023, in time, 5 of 5 working days used." in said
    assert (
        "Done on 12 September 2023, 2 working days late, 17 working days used; 15 were allowed."
    ) in said


def test_a_day_that_is_put_right_from_a_month_says_when_it_is_due_now(office: Office) -> None:
    ref = opened(office, "2020-12", "aware_on=2020-12")
    done(office, ref, "record_notification_sent", "2021-01-06")
    office.ok("correct", ref, "aware_on=2020-12-25", "--reason", "the day is known")
    said, history = explained(office, ref, "notification"), office.ok("history", ref)
    told = " ".join(history.split())

    assert "met on Wed 6 Jan 2021, due Tue 5 Jan 2021: 1 working day late" in said
    moved = "from between Tue 8 Dec 2020 and Fri 8 Jan 2021 to Tue 5 Jan 2021"
    assert f"deadline judged again: {moved}" in said
    assert "due between Tue 8 Dec 2020 and Fri 8 Jan 2021" in told
    assert "due Tue 5 Jan 2021" in told


def test_what_recurs_is_explained_each_time_and_its_source_said_once(office: Office) -> None:
    ref = opened(office, "2023-08-10")
    done(office, ref, "decide_practice_review", "2023-10-10")
    done(office, ref, "appoint_reviewer", "2023-10-20")
    done(office, ref, "agree_terms_of_reference", "2023-11-01")
    done(office, ref, "record_progress_check", "2023-11-30")
    done(office, ref, "record_progress_check", "2024-01")
    said = explained(office, ref, "progress")

    assert said.count("The rule: every month, that is from") == 3
    assert said.count("Duty: SI 2018/789 reg 14(1) (read). Its time is expected") == 1
    assert "met in January 2024, due Sat 30 Dec 2023: between 2 and 32 calendar days late" in said


def test_what_is_refused_of_a_month_is_said_of_the_month_and_not_of_a_day(office: Office) -> None:
    ref = opened(office, "2020-12")
    done(office, ref, "record_notification_sent", "2021-02")
    step = ("take", ref, "decide_practice_review", "--already-done", "--as", "lee")
    earlier = office.refused(4, *step, "--on", "2021-01")
    asked = ("--no-reply", "partner_view/police=2021-03", "--on", "2021-02")
    replied = office.refused(4, "record", ref, *asked)
    unknown = office.refused(2, "open", PROCESS, "place_of_incident=in our area", "--on", "1990")

    assert "The step before it happened in February 2021, and this one in January 2021" in earlier
    assert "was asked in March 2021, and this happened in February 2021" in replied
    assert f'No edition of "{PROCESS}" was in force in 1990.' in " ".join(unknown.split())


def test_what_is_still_to_come_in_a_historic_case_says_how_long_it_is(office: Office) -> None:
    ref = opened(office, ago(1), f"aware_on={ago(1)}")
    known, said = deadlines(office, ref)["notification"], shown(office, ref)

    assert known["working_days_left"] in (4, 5)
    assert f"in {known['working_days_left']} working days Duty" in said
    assert "is not on record" not in said
