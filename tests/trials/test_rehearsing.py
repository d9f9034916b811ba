from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.calendars import at_local
from engine.case import Given
from engine.directory import Absence, Directory
from engine.edition import Edition
from engine.errors import CaseNotFoundError, RefusedError, UsageError
from engine.service.rehearsals import rehearsing
from engine.service.rehearsals.rehearsing import Beginning, Wish
from engine.service.workplace import By, Workplace
from tests import stories
from tests.rehearsals import written
from tests.replays import casebook
from tests.shared import loaded
from tests.stories import PROCESS, copied, partnership

SAM = By("sam")
WORKFLOW = loaded(PROCESS)
OPENING = (
    Given("place_of_incident", "in our area"),
    Given("place_of_residence", "in our area"),
    Given("referred_on", "2026-12-18"),
)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("rehearsing") / "casetrail.db"
    stories.make_store(f"sqlite:///{file}")
    return file


@pytest.fixture
def place(template: Path, tmp_path: Path) -> Iterator[Workplace]:
    """The partnership at work on an empty store, on Tuesday 1 December 2026."""
    with partnership(copied(template, tmp_path)) as (made, clock):
        clock.go_to(at_local(date(2026, 12, 1), 10))
        yield made


def new(place: Workplace, until: str, **more: Any) -> dict[str, Any]:
    """A rehearsal of a new case that is opened on Friday 18 December 2026."""
    known: dict[str, Any] = {
        "edition": Edition(WORKFLOW),
        "given": OPENING,
        "since": date(2026, 12, 18),
    } | more
    wish = Wish(date.fromisoformat(until), known.pop("supposed", ()))
    return rehearsing.rehearse_new(place, SAM, Beginning(**known), wish, written(place))


def collides(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in found["collisions"] if one["kind"] == kind]


def without(directory: Directory, role: str) -> Directory:
    kept = tuple(one for one in directory.appointments if one.role != role)
    return replace(directory, appointments=kept)


def away(directory: Directory, person: str, since: str, until: str) -> Directory:
    return replace(directory, absences=(*directory.absences, Absence(person, since, until)))


def test_a_new_case_is_rehearsed_from_the_day_on_which_it_would_be_opened(place: Workplace) -> None:
    found = new(place, "2027-01-31")

    assert (found["ref"], found["from"], found["state"]) == ("NEW", "2026-12-18", "referred")
    assert [(one["on"], one["kind"]) for one in found["notices"]] == [
        ("2026-12-23", "remind"),
        ("2026-12-23", "remind"),
        ("2026-12-29", "remind"),
        ("2026-12-30", "escalate"),
        ("2026-12-30", "escalate"),
        ("2027-01-06", "escalate"),
    ]


def test_a_rehearsal_ends_with_the_day_that_it_is_to_end_with(place: Workplace) -> None:
    assert [one["on"] for one in new(place, "2026-12-23")["notices"]] == ["2026-12-23"] * 2
    assert new(place, "2026-12-22")["notices"] == []


def test_each_message_is_told_as_it_would_be_sent(place: Workplace) -> None:
    [first, *_] = new(place, "2026-12-24")["notices"]
    [avery, *_] = first["told"]

    assert (avery["person"], avery["why"], avery["to"]) == (
        "avery",
        "holder",
        "avery@council.example",
    )
    assert avery["subject"] == (
        "DEMO: NEW: Notify the national Panel of the incident: is due Tue 29 Dec 2026"
    )
    assert "By when: Tue 29 Dec 2026\n" in avery["text"]


def test_the_subject_of_what_is_overdue_names_the_day_on_which_it_was_due(place: Workplace) -> None:
    escalations = [one for one in new(place, "2027-01-06")["notices"] if one["kind"] == "escalate"]
    subjects = {told["subject"] for one in escalations for told in one["told"]}
    notify = "DEMO: URGENT: NEW: Notify the national Panel of the incident: "
    assert f"{notify}was due Tue 29 Dec 2026, and is overdue" in subjects
    assert all(" due Tue 29 Dec 2026, and" in told for told in subjects)


def test_a_deputy_is_told_for_whoever_is_away_and_that_is_told_beforehand(place: Workplace) -> None:
    place.directory = away(place.directory, "avery", "2026-12-21", "2027-01-03")
    found = new(place, "2026-12-24")

    told = [(t["person"], t["why"], t["stands_for"]) for t in found["notices"][0]["told"]]
    assert told[0] == ("robin", "deputy", "avery")
    assert {(one["on"], one["role"], *one["people"]) for one in collides(found, "somebody is away")}
    assert all(one["people"] == ["avery"] for one in collides(found, "somebody is away"))


def test_that_a_deputy_is_away_too_is_told_as_nobody_being_there_for_the_notice(
    place: Workplace,
) -> None:
    covered = away(place.directory, "avery", "2026-12-21", "2027-01-03")
    place.directory = away(covered, "robin", "2026-12-22", "2027-01-03")
    found = new(place, "2026-12-24")
    own = [one for one in collides(found, "all are away") if one["timescale"] == "notification"]
    first = next(one for one in found["notices"] if one["timescale"] == "notification")

    assert [(one["on"], one["role"], set(one["people"])) for one in own] == [
        (first["on"], "local_authority", {"avery", "robin"})
    ]
    assert "local_authority" not in [one["role"] for one in collides(found, "somebody is away")]


def test_a_role_that_nobody_holds_is_told_with_who_is_told_instead(place: Workplace) -> None:
    place.directory = without(place.directory, "local_authority")
    found = new(place, "2026-12-30")
    [first, *_] = found["notices"]

    assert [t["why"] for t in first["told"] if t["role"] == "local_authority"] == ["fallback"]
    gaps = collides(found, "nobody holds the role")
    assert {one["role"] for one in gaps} == {"local_authority"}
    assert gaps[0]["people"] == [first["told"][0]["person"]]
    # Two clocks wait on that role in the week before they are due.
    assert [one["on"] for one in gaps if not one["people"]] == ["2026-12-29", "2026-12-29"]


def test_without_roles_and_fallbacks_nobody_is_told_and_that_is_a_collision(
    place: Workplace,
) -> None:
    place.directory = replace(place.directory, appointments=(), fallbacks={})
    found = new(place, "2026-12-24")

    assert [one["told"] for one in found["notices"]] == [[], []]
    assert len(collides(found, "nobody is told")) == 2
    [nobody] = collides(found, "nobody may open it")
    assert nobody["role"] in WORKFLOW.may_open


def test_all_who_hold_a_role_away_in_the_week_of_a_due_day_is_a_collision(place: Workplace) -> None:
    known = away(place.directory, "avery", "2026-12-01", "2027-01-03")
    place.directory = away(known, "robin", "2026-12-01", "2027-01-03")
    found = collides(new(place, "2026-12-30"), "nobody is there")

    assert {(one["on"], one["role"], *one["people"]) for one in found} == {
        ("2026-12-29", "local_authority", "avery", "robin")
    }


def test_two_escalations_to_one_person_on_one_day_are_told(place: Workplace) -> None:
    [one] = collides(new(place, "2026-12-31"), "several escalations")

    assert (one["on"], one["people"], one["why"]) == ("2026-12-30", ["avery", "ellis"], "2")


def test_a_notice_on_a_day_off_and_a_due_day_on_one_are_told(place: Workplace) -> None:
    clock = WORKFLOW.timescales["notification"]
    days = tuple(
        one._replace(due=one.due.replace("5 working days", "7 calendar days"))
        for one in clock.variants
    )
    notices = tuple(
        one._replace(at=one.at.replace("1 working day", "3 calendar days")) for one in clock.notices
    )
    changed = clock._replace(variants=days, notices=notices)
    workflow = replace(
        WORKFLOW, hash="odd", timescales={**WORKFLOW.timescales, "notification": changed}
    )
    found = new(place, "2026-12-31", edition=Edition(workflow))

    assert [(one["on"], one["why"]) for one in collides(found, "due on a day off")] == [
        ("2026-12-25", "Christmas Day (bank holiday)")
    ]
    off = [(one["on"], one["why"]) for one in collides(found, "fires on a day off")]
    assert ("2026-12-28", "Boxing Day (bank holiday)") in off


def test_a_due_day_in_a_year_that_is_not_published_is_told(place: Workplace) -> None:
    since, until = date(2028, 12, 27), "2029-01-20"
    asked = tuple(
        one if one.question != "referred_on" else one._replace(value=str(since)) for one in OPENING
    )
    found = collides(new(place, until, since=since, given=asked), "not published yet")

    assert {one["on"] for one in found} == {"2029-01-04"}


def test_somebody_without_an_address_is_told_beforehand(place: Workplace) -> None:
    people = {**place.directory.people}
    people["avery"] = replace(people["avery"], mail="")
    place.directory = replace(place.directory, people=people)

    assert {*(one["people"][0] for one in collides(new(place, "2026-12-24"), "no address"))} == {
        "avery"
    }


def addressed(place: Workplace, **mails: str) -> None:
    """Give some of the people other addresses."""
    known = place.directory.people
    changed = {person: replace(known[person], mail=mail) for person, mail in mails.items()}
    place.directory = replace(place.directory, people={**known, **changed})


def test_an_address_at_which_nobody_gets_anything_is_told_with_the_address(
    place: Workplace,
) -> None:
    addressed(place, avery="avery@council.INVALID")
    found = collides(new(place, "2026-12-24"), "no address")

    assert {(*one["people"], one["why"]) for one in found} == {("avery", "avery@council.INVALID")}


def test_an_address_of_the_sample_is_told_where_the_store_is_no_demo(place: Workplace) -> None:
    assert collides(new(place, "2026-12-24"), "no address") == []
    real = replace(place, clock_kind="real")
    addressed(real, avery="avery@council.gov.uk", sam="sam@test", quinn="quinn@sub.example.com")
    found = new(real, "2026-12-24")
    told = {t["person"]: t["to"] for one in found["notices"] for t in one["told"]}
    made_up = {person: to for person, to in told.items() if person != "avery"}

    assert {(*one["people"], one["why"]) for one in collides(found, "no address")} == {
        *made_up.items()
    }


def test_a_notice_that_nobody_would_get_is_told_as_such(place: Workplace) -> None:
    people = {
        name: replace(one, mail="" if name == "sam" else f"{name}@council.invalid")
        for name, one in place.directory.people.items()
    }
    place.directory = replace(place.directory, people=people)
    found = new(place, "2026-12-24")
    told = [[t["person"] for t in one["told"]] for one in found["notices"]]

    assert [one["people"] for one in collides(found, "nobody gets it")] == told
    assert collides(found, "no address") == []


def test_an_agency_without_a_contact_is_told_of_and_one_whose_contact_is_away(
    place: Workplace,
) -> None:
    clock = WORKFLOW.timescales["notification"]
    notices = tuple(one._replace(tell=("statutory_partners",)) for one in clock.notices)
    clocks = {**WORKFLOW.timescales, "notification": clock._replace(notices=notices)}
    edition = Edition(replace(WORKFLOW, hash="groups", timescales=clocks))
    agencies = dict(place.directory.agencies)
    agencies["icb"] = replace(agencies["icb"], contact="")
    known = replace(place.directory, agencies=agencies, fallbacks={}, appointments=())
    place.directory = away(known, "casey", "2026-12-01", "2027-01-03")
    found = new(place, "2026-12-24", edition=edition)

    own = [one for one in found["collisions"] if one["timescale"] == "notification"]
    assert ("nobody is told", "icb", []) in [(o["kind"], o["role"], o["people"]) for o in own]
    assert ("somebody is away", "police", ["casey"]) in [
        (o["kind"], o["role"], o["people"]) for o in own
    ]


def test_a_step_that_is_supposed_changes_what_follows(place: Workplace) -> None:
    sent = (("record_notification_sent", date(2026, 12, 21)),)
    found = new(place, "2027-01-31", supposed=sent)
    told = {one["timescale"] for one in found["notices"]}

    assert "notification" not in told
    assert "rapid_review" in told
    assert found["state"] == WORKFLOW.transitions["record_notification_sent"].to


def test_steps_supposed_on_one_day_are_taken_in_the_order_in_which_they_are_given(
    place: Workplace,
) -> None:
    day = date(2026, 12, 21)
    there_and_back = ("record_notification_sent", "inform_partners")
    ends = [
        new(place, "2026-12-24", supposed=tuple((step, day) for step in steps))["state"]
        for steps in (there_and_back, there_and_back[::-1])
    ]

    assert ends == [
        WORKFLOW.transitions[step].to for step in ("inform_partners", "record_notification_sent")
    ]


def test_nothing_is_written_by_a_rehearsal(place: Workplace) -> None:
    with place.database.read() as tx:
        before = tx.rows("SELECT count(*), max(n) FROM events")
    new(place, "2027-01-31")
    with place.database.read() as tx:
        assert tx.rows("SELECT count(*), max(n) FROM events") == before
    assert casebook(place) == []


def test_what_opening_asks_first_is_still_asked(place: Workplace) -> None:
    with pytest.raises(RefusedError, match="cannot be opened"):
        new(place, "2026-12-24", given=OPENING[:1])


@pytest.mark.parametrize(
    ("until", "more", "said"),
    [
        ("2026-12-17", {}, "Thu 17 Dec 2026 lies before Fri 18 Dec 2026"),
        ("2036-12-17", {}, "more than 5 years"),
        (
            "2026-12-24",
            {"supposed": (("x", date(2026, 12, 17)),)},
            "Thu 17 Dec 2026, which is not between",
        ),
    ],
)
def test_days_that_cannot_be_rehearsed_are_refused(
    place: Workplace, until: str, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        new(place, until, **more)


def test_a_step_that_there_is_not_cannot_be_supposed(place: Workplace) -> None:
    with pytest.raises((RefusedError, UsageError), match="no step"):
        new(place, "2026-12-24", supposed=(("fly", date(2026, 12, 20)),))


def test_a_case_that_there_is_not_cannot_be_rehearsed(place: Workplace) -> None:
    with pytest.raises(CaseNotFoundError):
        rehearsing.rehearse_case(
            place, SAM, "2026-000000", Wish(date(2026, 12, 24)), written(place)
        )
