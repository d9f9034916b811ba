"""A restricted case is there for those on its list alone: by every verb, in lists, in messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine import bootstrap
from engine.barring import OPEN
from engine.canonical import parse
from engine.errors import CaseNotFoundError, DeniedError, RefusedError, UsageError
from engine.service import barriers, cases, outbox, references, restricting, ticking
from engine.service.moving import choosing
from engine.service.workplace import By
from engine.verbs.table import VERBS
from tests.barring import (
    BARRED,
    LISTED,
    Post,
    agency_of,
    by,
    directory,
    everything_listed,
    logged,
    not_there,
    of_a_case,
    opens,
    restricted,
    told,
)
from tests.stories import SETTINGS
from tests.worlds import BESS, LEE, World

NEVER = references.made(2025, b"never")
"""The reference of a case that never was."""


@pytest.fixture
def here(world: World, tmp_path: Path) -> Iterator[World]:
    world.place.directory = directory()
    bootstrap.wire(world.place, replace(SETTINGS, file=tmp_path / "config.toml"))
    yield world
    assert world.verdict().problems == []


@pytest.fixture
def alone(here: World, request: pytest.FixtureRequest) -> World:
    """The same on SQLite alone: what is tried for every verb hangs on no database."""
    if "postgresql" in request.node.name:
        pytest.skip("tried on the other database")
    return here


def test_to_somebody_off_the_list_it_is_by_every_verb_a_case_that_is_not_there(
    alone: World,
) -> None:
    ref = alone.open(aware_on="2025-12-12")
    restricted(alone, ref)
    for name in of_a_case():
        before = len(logged(alone, "refused"))
        said = not_there(alone, "eve", name, ref)
        entries = logged(alone, "refused")[before:]
        assert [(e["actor"]["recorded"], e["body"]["ref"]) for e in entries] == [("eve", ref)], name
        assert entries[0]["body"]["verb"] in (name, name.split()[0])
        assert said == not_there(alone, "eve", name, NEVER), name
        assert len(logged(alone, "refused")) == before + 1
    assert len(of_a_case()) > 30


def test_only_those_on_the_list_see_it_and_whoever_was_no_keeper_may_lift_it(here: World) -> None:
    ref = here.open(aware_on="2025-12-12")
    made = restricted(here, ref)

    assert [p for p in (*LISTED, *BARRED) if opens(here, p, ref)] == [*LISTED]
    assert made.listed == LISTED
    assert told(here, "lee", "show", ref=ref)["restricted_to"] == [*LISTED]
    restricting.lift(here.place, by("lee"), ref)
    assert all(opens(here, person, ref) for person in (*LISTED, *BARRED))


def test_it_is_in_nobody_elses_list_search_sheet_count_or_verification(alone: World) -> None:
    ref, other = alone.notified(), alone.notified()
    linked = alone.take(ref, "ask_for_summaries", agencies_asked="police").opened
    restricted(alone, ref)
    alone.clock.go_to("2026-01-20")
    ticking.fire_due(alone.place)

    for person in BARRED:
        said = json.dumps(everything_listed(alone, person))
        assert ref not in said
        assert other in said
        for one in linked:
            assert not opens(alone, person, one)
    assert ref in json.dumps(everything_listed(alone, "lee"))
    seen = [choosing.open_cases(alone.place.seen_by(p)) for p in ("bess", "sam")]
    assert [sum(one.values()) for one in seen] == [2, 1]


def test_a_mistyped_reference_suggests_it_to_those_on_the_list_alone(alone: World) -> None:
    ref = alone.open()
    wrong = ref[:-2] + ("A" if ref[-2] != "A" else "B") + ref[-1]
    restricted(alone, ref)

    assert references.near(alone.place.seen_by("lee"), wrong) == [ref]
    assert references.near(alone.place.seen_by("eve"), wrong) == []


def test_a_verification_that_fails_does_not_name_it_to_somebody_off_the_list(
    alone: World,
) -> None:
    ref = alone.open()
    restricted(alone, ref)
    with alone.place.database.write() as tx:
        tx.run("UPDATE cases SET state = 'closed' WHERE ref = ?", (ref,))

    shown = {person: told(alone, person, "audit verify") for person in ("lee", "eve")}
    with alone.place.database.write() as tx:
        tx.run("UPDATE cases SET state = 'referred' WHERE ref = ?", (ref,))
    assert ref in json.dumps(shown["lee"])
    assert ref not in json.dumps(shown["eve"])
    assert shown["eve"]["holds"] is False


def test_linked_cases_that_are_opened_later_are_restricted_too(here: World) -> None:
    ref = here.notified()
    restricted(here, ref)
    [linked] = here.take(ref, "ask_for_summaries", agencies_asked="police").opened

    assert opens(here, "lee", linked)
    assert not opens(here, "eve", linked)
    with pytest.raises(CaseNotFoundError):
        cases.done(here.place, By("sam"), linked, "1.1")


def test_a_linked_case_that_a_process_has_in_memory_is_barred_all_the_same(here: World) -> None:
    ref = here.notified()
    [linked] = here.take(ref, "ask_for_summaries", agencies_asked="police").opened
    here.take(linked, "decline")
    cases.undo(here.place, By("bess", reason="misread"), linked)
    restricted(here, ref, "sam", "lee", who="sam")

    with pytest.raises(CaseNotFoundError):
        here.take(linked, "decline")
    here.take(linked, "decline", By("sam"))


def test_a_restriction_names_the_case_that_stands_by_itself(here: World) -> None:
    ref = here.notified()
    [linked] = here.take(ref, "ask_for_summaries", agencies_asked="police").opened
    with pytest.raises(UsageError, match=f"name {ref}"):
        restricted(here, linked)


def test_messages_go_only_to_people_on_the_list_and_else_to_whoever_made_it(here: World) -> None:
    ref = here.open(aware_on="2025-12-12")
    restricted(here, ref, "bess", "dee", "eve")
    here.clock.go_to("2026-01-05")
    ticking.fire_due(here.place)

    with here.place.database.read() as tx:
        rows = tx.rows("SELECT person, role FROM messages WHERE stream = ?", (ref,))
    # Lee is the director, and Dee deputises for one who is not there; Ed is an executive.
    assert {tuple(row) for row in rows} == {("dee", "local_authority"), ("eve", "executive")}


def test_what_is_for_a_role_of_which_nobody_is_on_the_list_goes_to_whoever_made_it(
    here: World,
) -> None:
    here.place.directory = directory(fallbacks={"any role": "ed"})
    ref = here.open(aware_on="2025-12-12")
    made = restricted(here, ref, "sam", "hana", who="sam")
    gaps = told(here, "sam", "today")["unattended"]
    here.clock.go_to("2026-01-05")
    ticking.fire_due(here.place)

    with here.place.database.read() as tx:
        rows = tx.rows("SELECT person, what FROM messages WHERE stream = ?", (ref,))
    assert {row[0] for row in rows} == {"sam"}
    assert not any("restrict" in row[1] for row in rows)
    assert {role for role, _ in made.nobody} >= {"local_authority", "executive"}
    assert ("local_authority", ["sam"], [ref]) in [(g["role"], g["told"], g["refs"]) for g in gaps]
    assert told(here, "bess", "today")["unattended"] == []


def test_what_waits_for_somebody_who_may_not_see_it_any_more_is_not_sent(here: World) -> None:
    ref = here.open(aware_on="2025-12-12")
    here.clock.go_to("2026-01-05")
    ticking.fire_due(here.place)
    restricted(here, ref, "bess", "lee")
    post = Post()
    outbox.send_waiting(here.place, post)

    assert post.people
    assert set(post.people) == {"lee"}
    assert told(here, "bess", "today")["undelivered"] == []
    restricting.lift(here.place, by("bess"), ref)
    assert told(here, "eve", "today")["undelivered"] == []


def test_what_a_worker_has_claimed_already_is_not_handed_over_after_the_restriction(
    here: World,
) -> None:
    ref = here.open(aware_on="2025-12-12")
    here.clock.go_to("2026-01-05")
    ticking.fire_due(here.place)
    got: list[str] = []

    def slow(message: outbox.Outgoing) -> str:
        if not got:
            restricted(here, ref, "bess", "sam")
        got.append(message.person)
        return "post: taken"

    outbox.send_waiting(here.place, slow)

    # The first was on its way when the case was restricted; nothing went out after it.
    assert len(got) == 1


def test_its_clocks_go_on_and_are_met_by_those_on_the_list(here: World) -> None:
    ref = here.open(aware_on="2025-12-12")
    restricted(here, ref)
    here.take(ref, "start_deciding")
    here.opinions(ref)
    here.take(ref, "decide_to_notify", LEE, rationale="The three tests of the law are met.")
    here.take(ref, "record_notification_sent", LEE)

    [met] = [d for d in told(here, "lee", "show", ref=ref)["deadlines"] if d["met_on"]]
    assert met["timescale"] == "notification"


@pytest.mark.parametrize(
    ("who", "people", "wrong"),
    [
        ("lee", ("bess", "sam"), "you are not on the list"),
        ("lee", ("lee",), "at least two people"),
        ("bess", ("bess", "robot"), "at least two people"),
        ("lee", ("lee", "eve"), "nobody on it can keep the record"),
    ],
)
def test_a_list_that_would_shut_everybody_out_is_refused(
    alone: World, who: str, people: tuple[str, ...], wrong: str
) -> None:
    ref = alone.open()
    with pytest.raises(RefusedError) as raised:
        restricted(alone, ref, *people, who=who)
    assert wrong in raised.value.unmet[0].what
    assert opens(alone, "eve", ref)


def test_whoever_has_no_role_of_the_process_does_not_restrict_its_cases(alone: World) -> None:
    ref = alone.open()
    with pytest.raises(DeniedError, match="by those who read the whole of it"):
        restricted(alone, ref, "hana", "bess", who="hana")
    with pytest.raises(UsageError, match="names no person"):
        restricted(alone, ref, "bess", "nobody-at-all")
    with pytest.raises(RefusedError, match="for a reason"):
        restricting.restrict(alone.place, BESS, ref, LISTED)


def test_the_list_is_given_anew_by_somebody_on_it(here: World) -> None:
    ref = here.open()
    restricted(here, ref)
    with pytest.raises(CaseNotFoundError):
        restricted(here, ref, "sam", "bess", who="sam")
    restricted(here, ref, "lee", "sam", who="lee")

    assert [p for p in ("bess", "lee", "sam", "eve") if opens(here, p, ref)] == ["lee", "sam"]
    restricted(here, ref, "lee", "sam", "bess", who="sam")
    assert opens(here, "bess", ref)


def test_where_nobody_of_the_list_is_here_any_more_a_keeper_of_the_record_makes_a_new_one(
    here: World,
) -> None:
    ref = here.open()
    restricted(here, ref, "bess", "lee")
    there = directory()
    for gone in (("lee",), ("bess", "lee")):
        held = tuple(one for one in there.appointments if one.person not in gone)
        contacts = agency_of("hana" if "bess" in gone else "bess")
        here.place.directory = directory(appointments=held, agencies=contacts, fallbacks={})
        for who in ("eve", "hana"):
            with pytest.raises(CaseNotFoundError):
                restricted(here, ref, who, "sam", who=who)
        if len(gone) == 1:
            with pytest.raises(CaseNotFoundError):
                restricted(here, ref, "sam", "eve", who="sam")
    restricted(here, ref, "sam", "eve", who="sam")

    assert [p for p in ("sam", "eve", "ed") if opens(here, p, ref)] == ["sam", "eve"]


def test_the_reason_is_sealed_and_nowhere_in_clear(here: World) -> None:
    ref = here.open()
    restricting.restrict(here.place, By("bess", reason="a colleague of Robin"), ref, LISTED)

    [event] = [e for e in here.events(ref) if e["type"] == "case restricted"]
    assert "Robin" not in json.dumps(event)
    assert list(event["sealed"]) == [f"reason//{event['n']}"]
    with here.place.database.read() as tx:
        texts = [parse(row[0]) for row in tx.rows("SELECT text FROM events")]
    assert "Robin" not in json.dumps(texts)


def test_what_was_seen_on_an_earlier_day_is_not_seen_now(alone: World) -> None:
    ref = alone.open()
    alone.clock.go_to("2025-12-17")
    restricted(alone, ref)

    assert told(alone, "lee", "show", ref=ref, as_at="2025-12-16")["ref"] == ref
    with pytest.raises(CaseNotFoundError):
        told(alone, "eve", "show", ref=ref, as_at="2025-12-16")


def test_a_repeated_command_restricts_once(alone: World) -> None:
    ref = alone.open()
    own = By("bess", reason="kept among few", key="restrict-1")
    first = restricting.restrict(alone.place, own, ref, LISTED)
    again = restricting.restrict(alone.place, own, ref, LISTED)

    assert (first.outcome.repeated, again.outcome.repeated) == (False, True)
    assert again.outcome.version == first.outcome.version


def test_a_case_that_nobody_restricted_costs_no_look_at_barriers(alone: World) -> None:
    ref = alone.open(aware_on="2025-12-12")
    seen: list[str] = []
    store = alone.place.store
    asked = store.barriers
    store.barriers = lambda tx, ref: (seen.append(ref), asked(tx, ref))[1]  # type: ignore[method-assign]
    try:
        alone.take(ref, "start_deciding")
    finally:
        store.barriers = asked  # type: ignore[method-assign]
    assert seen == []


def test_the_service_says_how_a_case_stands(alone: World) -> None:
    ref = alone.open()
    restricted(alone, ref)
    with alone.place.database.read() as tx:
        found = {p: barriers.stands(alone.place, tx, p, ref) for p in ("lee", "eve")}
        assert barriers.stands(alone.place, tx, "eve", NEVER) == OPEN
    assert found == {"lee": "open", "eve": "barred"}


def test_every_verb_of_a_case_can_be_asked_here() -> None:
    assert set(of_a_case()) < set(VERBS)
