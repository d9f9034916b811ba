from __future__ import annotations

import pytest

from tests.histories import deadlines, done, opened, shown
from tests.offices import Office

VECTORS = {
    "2020-05-05": ("2020-05-13", "2020-06-04", "2020-05-28"),
    "2020-12-25": ("2021-01-05", "2021-01-26", "2021-01-19"),
    "2021-12-24": ("2022-01-05", "2022-01-26", "2022-01-19"),
    "2022-05-30": ("2022-06-08", "2022-06-29", "2022-06-22"),
    "2022-09-14": ("2022-09-22", "2022-10-13", "2022-10-06"),
    "2022-09-17": ("2022-09-26", "2022-10-17", "2022-10-10"),
    "2023-05-04": ("2023-05-12", "2023-06-05", "2023-05-26"),
    "2023-08-10": ("2023-08-17", "2023-09-08", "2023-09-01"),
    "2023-12-21": ("2024-01-02", "2024-01-23", "2024-01-16"),
    "2024-03-27": ("2024-04-05", "2024-04-26", "2024-04-19"),
    "2025-12-24": ("2026-01-05", "2026-01-26", "2026-01-19"),
    "2026-12-23": ("2027-01-04", "2027-01-25", "2027-01-18"),
    "2027-12-24": ("2028-01-05", "2028-01-26", "2028-01-19"),
}
"""By the day of awareness: the notification, and the rapid review counted from the notification
sent on that day and, by the older way, from awareness."""

NEWER_SINCE = "2022-09-01"
"""From this day of the notification the rapid review counts from it."""

RELAXED = ("2020-03-30", "2020-09-25")
"""Awareness on these days starts no fifteen working days: they were relaxed for the pandemic."""

PUBLISHED = {
    "2022-03-14": ("2022-03-07", "2022-03-03", "2023-03-14"),
    "2022-09-26": ("2022-09-19", "2022-09-14", "2023-09-26"),
    "2024-01-03": ("2023-12-27", "2023-12-20", "2025-01-03"),
    "2024-03-27": ("2024-03-20", "2024-03-18", "2025-03-27"),
    "2025-11-13": ("2025-11-06", "2025-11-04", "2026-11-13"),
}
"""By the day of publication: the copies by the regulation and by the guidance, and the year."""

MONTHS = {
    "2023-08-29": "2024-02-29",
    "2024-08-31": "2025-02-28",
    "2025-03-31": "2025-09-30",
    "2024-02-29": "2024-08-29",
}
"""By the day of the decision: six months."""

OTHERS = {
    "1 month beginning with 2023-05-15": "2023-06-14",
    "1 month beginning with 2023-04-01": "2023-04-30",
    "1 month beginning with 2024-01-31": "2024-02-29",
    "30 working days after 2022-09-12": "2022-10-25",
    "70 working days after 2022-09-12": "2022-12-20",
    "30 calendar days after 2022-09-12": "2022-10-12",
    "30 working days after 2023-12-01": "2024-01-17",
    "70 working days after 2023-12-01": "2024-03-13",
    "30 calendar days after 2023-12-01": "2023-12-31",
    "30 working days after 2024-02-14": "2024-03-27",
    "70 working days after 2024-02-14": "2024-05-28",
    "30 calendar days after 2024-02-14": "2024-03-15",
}
"""Of the neighbouring processes: no case of theirs is kept yet, and the days are counted alike."""


def counted(office: Office, *questions: str) -> list[str | None]:
    return [one["due_on"] for one in office.json("date", *questions)["dates"]]


def test_each_vector_is_counted_without_a_case(office: Office) -> None:
    found = {}
    for aware, (sent, _, _) in VECTORS.items():
        after = (f"5 working days after {aware}", f"15 working days after {sent}")
        found[aware] = tuple(counted(office, *after, f"15 working days after {aware}"))

    assert found == VECTORS


@pytest.mark.parametrize("question", OTHERS)
def test_the_days_of_the_neighbouring_processes_are_counted(office: Office, question: str) -> None:
    assert counted(office, question) == [OTHERS[question]]


def test_publication_is_counted_back_without_a_case(office: Office) -> None:
    found = {
        day: tuple(
            counted(
                office,
                f"7 calendar days before {day}",
                f"7 working days before {day}",
                f"1 year after {day}",
            )
        )
        for day in PUBLISHED
    }

    assert found == PUBLISHED


def test_six_months_are_counted_without_a_case(office: Office) -> None:
    assert {day: counted(office, f"6 months after {day}")[0] for day in MONTHS} == MONTHS


def test_the_notification_and_the_rapid_review_are_due_on_the_days_of_the_vectors(
    office_on: Office,
) -> None:
    past = {aware: days for aware, days in VECTORS.items() if aware < "2026"}
    found = {}
    for aware, (sent, _, _) in past.items():
        ref = opened(office_on, aware, f"aware_on={aware}")
        done(office_on, ref, "record_notification_sent", sent)
        known = deadlines(office_on, ref)
        found[aware] = (known["notification"]["due_on"], known["rapid_review"]["due_on"])

    expected: dict[str, tuple[str, str | None]] = {
        aware: (sent, from_sent if sent >= NEWER_SINCE else from_awareness)
        for aware, (sent, from_sent, from_awareness) in past.items()
    }
    for aware in past:
        if RELAXED[0] <= aware <= RELAXED[1]:
            expected[aware] = (expected[aware][0], None)
    assert found == expected
    assert [aware for aware, (_, review) in found.items() if review is None] == ["2020-05-05"]


def test_publication_and_the_six_months_are_due_on_the_days_of_the_vectors(
    office_on: Office,
) -> None:
    found, months = {}, {}
    for day in PUBLISHED:
        ref = opened(office_on, "2022-01-10")
        planned = f"publication_planned_on={day}"
        done(office_on, ref, "decide_to_publish", "2022-01-10", planned)
        done(office_on, ref, "publish_report", day)
        known = deadlines(office_on, ref)
        clocks = ("copy_of_report", "copy_of_report_by_guidance", "stay_public")
        found[day] = tuple(known[clock]["due_on"] for clock in clocks)
    for day in MONTHS:
        ref = opened(office_on, day)
        done(office_on, ref, "decide_practice_review", day)
        months[day] = deadlines(office_on, ref)["practice_review_published"]["due_on"]

    assert found == PUBLISHED
    assert months == MONTHS


def test_a_published_case_of_2020_says_what_was_due_when_and_is_never_called_late(
    office_on: Office,
) -> None:
    ref = opened(office_on, "2020-12-25", "aware_on=2020-12-25")
    done(office_on, ref, "record_notification_sent", "2021-01")
    done(office_on, ref, "decide_to_publish", "2024-03", "publication_planned_on=2024-03-27")
    done(office_on, ref, "publish_report", "2024-03-27")
    known = deadlines(office_on, ref)

    assert known["notification"]["due_on"] == "2021-01-05"
    assert known["rapid_review"]["due_on"] == "2021-01-19"
    assert known["copy_of_report"]["due_on"] == "2024-03-20"
    assert known["copy_of_report_by_guidance"]["due_on"] == "2024-03-18"
    assert known["stay_public"]["due_on"] == "2025-03-27"
    assert counted(office_on, "15 working days after 2021-01-05") == ["2021-01-26"]
    assert {one["status"] for one in known.values()} & {"overdue", "met late"} == set()


def test_a_published_case_of_2023_overran_its_six_months_for_a_trial_and_is_not_called_late(
    office_on: Office,
) -> None:
    ref = opened(office_on, "2023-08-10", "aware_on=2023-08-10")
    done(office_on, ref, "record_notification_sent", "2023-08-17")
    done(office_on, ref, "decide_practice_review", "2023-10-10")
    done(office_on, ref, "foresee_delay", "2024")
    done(office_on, ref, "decide_to_publish", "2025-10", "publication_planned_on=2025-11-13")
    done(office_on, ref, "publish_report", "2025-11-13")
    known = deadlines(office_on, ref)

    assert known["notification"]["due_on"] == "2023-08-17"
    assert known["rapid_review"]["due_on"] == "2023-09-08"
    assert known["practice_review_published"]["due_on"] == "2024-04-10"
    assert known["practice_review_published"]["met_on"] == "2025-11-13"
    assert known["practice_review_published"]["punctuality"] == {
        "verdict": "late",
        "least": 582,
        "most": 582,
        "unit": "calendar days",
        "said": "582 calendar days late",
    }
    assert known["notification"]["punctuality"]["verdict"] == "in time"
    assert "no longer applies; would have been due Thu 6 Nov 2025" in shown(office_on, ref, "--all")
    assert known["copy_of_report"]["due_on"] == "2025-11-06"
    assert known["copy_of_report_by_guidance"]["due_on"] == "2025-11-04"
    assert {one["status"] for one in known.values()} & {"overdue", "met late"} == set()


def test_of_a_case_of_which_only_the_month_is_known_the_days_lie_between_two(
    office_on: Office,
) -> None:
    ref = opened(office_on, "2020-12", "aware_on=2020-12")
    done(office_on, ref, "decide_to_publish", "2022", "publication_planned_on=2022-03-14")
    done(office_on, ref, "publish_report", "2022-03-14")
    known, said = deadlines(office_on, ref), shown(office_on, ref, "--all")

    assert known["notification"]["due_between"] == ["2020-12-08", "2021-01-08"]
    assert known["notification"]["due_on"] is None
    assert known["rapid_review"]["due_between"] == ["2020-12-22", "2021-01-22"]
    assert known["copy_of_report"]["due_on"] == "2022-03-07"
    assert known["copy_of_report_by_guidance"]["due_on"] == "2022-03-03"
    assert known["stay_public"]["due_on"] == "2023-03-14"
    assert "due between Tue 8 Dec 2020 and Fri 8 Jan 2021; that it was done is not on" in said
    assert "until Tue 14 Mar 2023" in said
    assert "OVERDUE" not in said


def test_a_historic_case_fires_no_notice(office_on: Office) -> None:
    opened(office_on, "2020-12-25", "aware_on=2020-12-25")

    assert office_on.json("tick")["fired"] == 0
