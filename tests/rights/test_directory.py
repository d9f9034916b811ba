from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import canonical
from engine.directory import (
    ANY_ROLE,
    Absence,
    Agency,
    Appointment,
    Directory,
    Person,
    directory_digest,
    directory_plain,
    unknown_roles,
)

LEAD, DEPUTY = "avery", "robin"

DIRECTORY = Directory(
    people={
        name: Person(name, name.title()) for name in ("avery", "robin", "blake", "gray", "sam")
    },
    agencies={
        "council": Agency("council", "Sample Council", "local authority", contact="avery"),
        "board": Agency("board", "Sample Board", "integrated care board", "blake", "2022-07-01"),
        "group": Agency("group", "Sample Group", "integrated care board", until="2022-06-30"),
    },
    appointments=(
        Appointment("robin", "director", "council", "2024-01-01", deputy_for="avery"),
        Appointment("avery", "director", "council", "2024-01-01", "2025-12-31"),
        Appointment("gray", "chair", since="2024-01-01", until="2024-12-31"),
    ),
    absences=(Absence("avery", "2025-08-01", "2025-08-15"),),
    fallbacks={"chair": "blake", ANY_ROLE: "sam"},
)


def told(directory: Directory, role: str, day: str) -> list[str]:
    return [recipient.person for recipient in directory.to_tell(role, day)]


def may_act(directory: Directory, person: str, role: str, day: str) -> bool:
    return directory.acting(person, [role], day) is not None


@pytest.mark.parametrize(
    ("day", "held"),
    [("2023-12-31", False), ("2024-01-01", True), ("2024-12-31", True), ("2025-01-01", False)],
)
def test_an_appointment_holds_from_its_first_day_to_its_last(day: str, held: bool) -> None:
    assert may_act(DIRECTORY, "gray", "chair", day) is held
    assert bool(DIRECTORY.holders("chair", day)) is held


@pytest.mark.parametrize(
    ("day", "acts"),
    [
        ("2025-07-31", LEAD),
        ("2025-08-01", DEPUTY),
        ("2025-08-15", DEPUTY),
        ("2025-08-16", LEAD),
        ("2025-12-31", LEAD),
        ("2026-01-01", DEPUTY),
    ],
)
def test_a_deputy_is_told_only_while_the_holder_is_away_or_gone(day: str, acts: str) -> None:
    assert told(DIRECTORY, "director", day) == [acts]
    assert may_act(DIRECTORY, DEPUTY, "director", day) is (acts == DEPUTY)


def test_somebody_who_acts_while_away_may_do_so() -> None:
    assert may_act(DIRECTORY, LEAD, "director", "2025-08-08")


def test_what_a_deputy_does_names_whom_they_stand_for() -> None:
    acting = DIRECTORY.acting(DEPUTY, ["chair", "director"], "2025-08-08")

    assert acting
    assert (acting.role, acting.agency, acting.deputy_for) == ("director", "council", LEAD)


def test_the_first_of_several_roles_counts_and_in_it_ones_own_appointment() -> None:
    deputy = Appointment("robin", "chair", deputy_for="gray")
    own = Appointment("robin", "chair", "council")
    other = Appointment("robin", "executive")
    directory = replace(DIRECTORY, appointments=(deputy, other, own))

    assert directory.acting("robin", ["chair", "executive"], "2024-06-01") is own
    assert directory.acting("robin", ["executive", "chair"], "2024-06-01") is other


def test_nobody_acts_in_a_role_to_which_they_are_not_appointed() -> None:
    assert DIRECTORY.acting("sam", ["director", "chair"], "2025-08-08") is None


@pytest.mark.parametrize(
    ("day", "possible"),
    [("2023", False), ("2023-12", False), ("2024", True), ("2024-12", True), ("2025-01", False)],
)
def test_a_month_or_year_counts_when_any_of_its_days_would(day: str, possible: bool) -> None:
    assert may_act(DIRECTORY, "gray", "chair", day) is possible


def test_a_role_that_nobody_holds_goes_to_its_own_fallback() -> None:
    assert told(DIRECTORY, "chair", "2025-01-01") == ["blake"]


def test_a_role_without_a_fallback_of_its_own_goes_to_that_of_any_role() -> None:
    assert told(DIRECTORY, "reviewer", "2025-01-01") == ["sam"]


def test_a_holder_and_deputy_who_are_both_away_leave_it_to_the_fallback() -> None:
    away = (*DIRECTORY.absences, Absence(DEPUTY, "2025-08-10", "2025-08-10"))
    directory = replace(DIRECTORY, absences=away)

    assert told(directory, "director", "2025-08-10") == ["sam"]
    assert told(directory, "director", "2025-08-11") == [DEPUTY]


def test_an_absent_fallback_leaves_it_to_that_of_any_role() -> None:
    directory = replace(DIRECTORY, absences=(Absence("blake", "2025-01-01"),))

    assert told(directory, "chair", "2025-01-01") == ["sam"]


def test_a_message_goes_to_an_absent_fallback_rather_than_to_nobody() -> None:
    away = (Absence("blake", "2025-01-01"), Absence("sam", "2025-01-01"))

    assert told(replace(DIRECTORY, absences=away), "chair", "2025-01-01") == ["blake"]


def test_without_a_fallback_the_absent_holder_is_told_all_the_same() -> None:
    directory = replace(
        DIRECTORY,
        appointments=DIRECTORY.appointments[1:],
        absences=DIRECTORY.absences,
        fallbacks={},
    )

    assert told(directory, "director", "2025-08-08") == [LEAD]


def test_whoever_holds_a_role_for_two_agencies_is_told_once() -> None:
    twice = (Appointment("gray", "chair", "council"), Appointment("gray", "chair", "board"))

    assert told(replace(DIRECTORY, appointments=twice), "chair", "2025-01-01") == ["gray"]


def test_all_who_hold_a_role_are_told_but_for_the_deputies_of_those_who_are_there() -> None:
    leads = (
        Appointment("avery", "lead", "council"),
        Appointment("blake", "lead", "board"),
        Appointment("robin", "lead", "council", deputy_for="avery"),
        Appointment("gray", "lead", "board", deputy_for="blake"),
    )

    directory = replace(DIRECTORY, appointments=leads)

    assert told(directory, "lead", "2025-08-08") == ["blake", "robin"]


def test_the_agencies_of_a_kind_are_those_of_that_day() -> None:
    def boards(day: str) -> list[str]:
        return [agency.id for agency in DIRECTORY.of_kinds(["integrated care board"], day)]

    assert boards("2022-06-30") == ["group"]
    assert boards("2022-07-01") == ["board"]


def test_agencies_come_in_the_order_of_the_file_not_of_the_kinds() -> None:
    kinds = ["integrated care board", "local authority"]

    assert [a.id for a in DIRECTORY.of_kinds(kinds, "2025-01-01")] == ["council", "board"]


@pytest.mark.parametrize(
    ("agency", "day", "person"),
    [
        ("council", "2025-07-31", LEAD),
        ("council", "2025-08-01", DEPUTY),
        ("group", "2022-01-01", "sam"),
        ("unheard-of", "2025-01-01", "sam"),
    ],
)
def test_what_is_asked_of_an_agency_goes_to_its_contact_or_deputy_or_fallback(
    agency: str, day: str, person: str
) -> None:
    assert DIRECTORY.contact(agency, day) == ((person, agency),)


def test_a_deputy_for_another_agency_is_not_told_of_this_one() -> None:
    elsewhere = Appointment(DEPUTY, "director", "board", deputy_for=LEAD)
    directory = replace(DIRECTORY, appointments=(elsewhere,))

    assert directory.contact("council", "2025-08-08") == (("sam", "council"),)


def test_an_absent_contact_without_deputy_or_fallback_is_told_all_the_same() -> None:
    directory = replace(DIRECTORY, appointments=(), fallbacks={})

    assert directory.contact("council", "2025-08-08") == ((LEAD, "council"),)
    assert directory.contact("group", "2025-08-08") == ()


def test_roles_that_no_definition_has_are_found_in_appointments_and_fallbacks() -> None:
    directory = replace(DIRECTORY, fallbacks={"chiar": "sam", ANY_ROLE: "sam"})

    assert unknown_roles(directory, ["director", "reviewer"]) == ["chair", "chiar"]
    assert unknown_roles(DIRECTORY, ["director", "chair"]) == []


def test_the_plain_form_says_everything_of_each_person_and_can_be_sealed() -> None:
    plain = directory_plain(DIRECTORY)

    assert list(plain) == ["avery", "robin", "blake", "gray", "sam"]
    assert plain["avery"] == {
        "id": "avery",
        "name": "Avery",
        "post": "",
        "mail": "",
        "account": "",
        "appointments": [
            {
                "person": "avery",
                "role": "director",
                "agency": "council",
                "since": "2024-01-01",
                "until": "2025-12-31",
                "deputy_for": "",
            }
        ],
        "absences": [{"person": "avery", "since": "2025-08-01", "until": "2025-08-15"}],
        "contact_of": ["council"],
        "fallback_of": [],
    }
    assert plain["sam"]["fallback_of"] == [ANY_ROLE]
    assert canonical(plain)


@pytest.mark.parametrize(
    "changed",
    [
        replace(DIRECTORY, people={**DIRECTORY.people, "sam": Person("sam", "Sam", "a")}),
        replace(DIRECTORY, agencies={"council": DIRECTORY.agencies["council"]}),
        replace(DIRECTORY, appointments=DIRECTORY.appointments[1:]),
        replace(DIRECTORY, appointments=DIRECTORY.appointments[::-1]),
        replace(DIRECTORY, absences=()),
        replace(DIRECTORY, fallbacks={ANY_ROLE: "sam"}),
    ],
    ids=["people", "agencies", "appointments", "their order", "absences", "fallbacks"],
)
def test_every_change_of_the_people_shows_in_the_digest(changed: Directory) -> None:
    assert directory_digest(changed) != directory_digest(DIRECTORY)
    assert directory_digest(replace(DIRECTORY)) == directory_digest(DIRECTORY)


names = st.sampled_from(["avery", "robin", "blake"])
days = st.sampled_from([f"2025-01-{day:02}" for day in range(1, 6)])
directories = st.builds(
    Directory,
    appointments=st.lists(
        st.builds(
            Appointment,
            names,
            role=st.just("lead"),
            since=days,
            until=days,
            deputy_for=names | st.just(""),
        )
    ).map(tuple),
    absences=st.lists(st.builds(Absence, names, days, days)).map(tuple),
    fallbacks=st.sampled_from([{}, {"lead": "sam"}, {ANY_ROLE: "gray"}]),
)


@given(directories, days)
def test_whoever_is_told_as_holder_is_there_and_may_act(directory: Directory, day: str) -> None:
    for held in directory.holders("lead", day):
        assert held.since <= day <= held.until
        assert not directory.away(held.person, day)
        assert may_act(directory, held.person, "lead", day)


@given(directories, days)
def test_a_role_with_a_fallback_is_never_left_untold(directory: Directory, day: str) -> None:
    found = told(directory, "lead", day)

    assert len(found) == len(set(found))
    if directory.fallbacks or any(not a.deputy_for for a in directory.appointed("lead", day)):
        assert found


@given(directories, days)
def test_a_deputy_never_acts_while_the_one_they_stand_for_is_there(
    directory: Directory, day: str
) -> None:
    appointed = directory.appointed("lead", day)
    there = {a.person for a in appointed if not a.deputy_for} - {
        name for name in ("avery", "robin", "blake") if directory.away(name, day)
    }

    for one in appointed:
        acting = directory.acting(one.person, ["lead"], day)
        assert acting is None or acting.deputy_for not in there
