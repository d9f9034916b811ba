"""Breaking the glass: for an hour, to read, and never before two others were told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta

import pytest

from engine.errors import CaseNotFoundError, DeniedError, RefusedError
from engine.preferences import Preference, Quiet
from engine.service import breaking, cases, deliveries, outbox, restricting, ticks
from engine.service.packs import packing
from engine.service.workplace import By
from engine.verbs.table import run
from tests.barring import Post, broken, by, directory, logged, opens, restricted, told
from tests.worlds import World

ALL = ("bess", "lee", "sam")


@pytest.fixture
def here(world: World) -> Iterator[World]:
    world.place.directory = directory()
    yield world
    assert world.verdict().problems == []


@pytest.fixture
def case(here: World) -> str:
    ref = here.open(aware_on="2025-12-12")
    restricted(here, ref, *ALL)
    return ref


def test_two_others_are_told_and_then_the_case_is_open_for_an_hour(here: World, case: str) -> None:
    post = Post()
    made = broken(here, "eve", case, post)

    assert made.open
    assert post.people == [*ALL]
    assert all(one.urgent and one.ref == case for one in post.sent)
    assert all("eve broke the glass" in one.what for one in post.sent)
    assert "kept among few" not in str(post.sent)
    assert opens(here, "eve", case)
    assert not opens(here, "ed", case)
    here.clock.instant += timedelta(minutes=59)
    assert opens(here, "eve", case)
    here.clock.instant += timedelta(minutes=1)
    assert not opens(here, "eve", case)


def test_linked_cases_are_shown_too(here: World) -> None:
    ref = here.notified()
    [linked] = here.take(ref, "ask_for_summaries", agencies_asked="police").opened
    restricted(here, ref)
    assert not opens(here, "eve", linked)
    broken(here, "eve", ref)
    assert opens(here, "eve", linked)


def test_while_the_mail_server_is_down_nothing_is_shown_and_a_worker_opens_it_later(
    here: World, case: str
) -> None:
    made = broken(here, "eve", case, Post(down=True))
    assert (made.open, made.sent) == (False, ())
    assert not opens(here, "eve", case)
    here.clock.instant += timedelta(minutes=2)
    outbox.send_waiting(here.place, Post("lee", "sam"))
    assert not opens(here, "eve", case), "one person is not two"
    here.clock.instant += timedelta(minutes=10)
    outbox.send_waiting(here.place, Post())
    assert opens(here, "eve", case)
    here.clock.instant += timedelta(minutes=48)
    assert not opens(here, "eve", case), "the hour began when it was broken"


def test_one_of_three_who_cannot_be_reached_does_not_keep_it_shut(here: World, case: str) -> None:
    made = broken(here, "eve", case, Post("lee"))
    assert (made.open, made.sent) == (True, ("bess", "sam"))


def test_a_message_that_comes_back_was_not_told(here: World, case: str) -> None:
    restricted(here, case, "bess", "lee")
    broken(here, "eve", case)
    assert opens(here, "eve", case)
    with here.place.database.read() as tx:
        [(message,)] = tx.rows("SELECT message FROM messages WHERE person = ?", ("lee",))
    deliveries.settle_delivery(here.place, message, "permanent-failure")
    assert not opens(here, "eve", case)


def test_it_goes_out_at_once_whatever_those_told_wish(here: World, case: str) -> None:
    night = Preference(digest="daily 08:30", quiet=Quiet(time(8), time(20), days_off=True))
    wishes = dict.fromkeys(ALL, night)
    here.place.directory = replace(here.place.directory, preferences=wishes)
    post = Post()

    assert broken(here, "eve", case, post).open
    assert post.people == [*ALL]


def test_those_told_are_never_the_breaker_and_not_one_person_twice(here: World) -> None:
    here.place.directory = replace(directory(), alerted=("eve", "bess", "bess"))
    ref = here.open()
    restricted(here, ref)
    with pytest.raises(RefusedError) as raised:
        broken(here, "eve", ref)
    assert "it takes two" in raised.value.unmet[0].what
    assert "[break_glass] tell" in raised.value.unmet[0].how
    assert not opens(here, "eve", ref)


def test_config_names_who_is_told_and_one_of_them_can_see_the_case(here: World) -> None:
    here.place.directory = replace(directory(), alerted=("hana", "pol"))
    ref = here.open()
    restricted(here, ref)
    post = Post()
    broken(here, "eve", ref, post)
    assert post.people == ["bess", "hana", "pol"]


def test_nobody_in_conflict_breaks_it_or_is_told_of_it(here: World, case: str) -> None:
    restricting.declare(here.place, by("bess"), case, "lee")
    restricting.declare(here.place, by("bess"), case, "eve")
    with pytest.raises(CaseNotFoundError):
        broken(here, "eve", case)
    post = Post()
    broken(here, "ed", case, post)
    assert post.people == ["bess", "sam"]
    restricting.declare(here.place, by("bess"), case, "ed")
    assert not opens(here, "ed", case), "a conflict that is declared later shuts it"


def test_a_program_and_whoever_has_no_part_break_no_glass(here: World, case: str) -> None:
    with pytest.raises(DeniedError, match="not for a service account"):
        broken(here, "robot", case)
    here.place.directory = replace(directory(), appointments=directory().appointments[1:])
    bare = replace(here.place.directory, agencies={}, fallbacks={})
    here.place.directory = replace(
        bare, appointments=tuple(a for a in bare.appointments if a.person != "eve")
    )
    with pytest.raises(DeniedError, match="not yours to read"):
        broken(here, "eve", case)


def test_whoever_may_read_it_anyway_does_not_break_it(here: World, case: str) -> None:
    with pytest.raises(RefusedError, match="yours to read"):
        broken(here, "lee", case)
    broken(here, "eve", case)
    with pytest.raises(RefusedError, match="less than an hour ago"):
        broken(here, "eve", case)
    with pytest.raises(RefusedError, match="broken for a reason"):
        breaking.break_glass(here.place, By("ed"), case, Post())


def test_it_shows_the_case_and_changes_nothing(here: World, case: str) -> None:
    broken(here, "eve", case)
    with pytest.raises(DeniedError, match="not to change it"):
        cases.record(here.place, By("eve"), case, [])
    with pytest.raises(DeniedError, match="not to change it"):
        restricting.lift(here.place, by("eve"), case)
    assert case not in json.dumps(told(here, "eve", "list"))


def test_every_read_is_in_the_access_log_with_the_reason_of_the_breaking(
    here: World, case: str
) -> None:
    made = broken(here, "eve", case)
    reads = ("show", "history", "next", "deadlines of case", "document", "person show", "explain")
    for name in reads:
        before = len(logged(here, "read"))
        told(here, "eve", name, ref=case)
        [entry] = logged(here, "read")[before:]
        assert entry["body"] == {"ref": case, "answers": 0, "verb": name, "glass": made.glass.n}
        path = next(iter(entry["sealed"]))
        with here.place.database.read() as tx:
            why = here.place.vault.value(tx, "access", entry["n"], path)
        assert why == by("eve").reason
    run(here.place, By("bess"), "show", {"ref": case})
    assert len(logged(here, "read")) == len(reads)


def test_what_is_personal_is_shown_and_what_is_kept_to_named_readers_is_not(
    here: World,
) -> None:
    ref = here.notified()
    restricted(here, ref)
    broken(here, "ed", ref)
    shown = told(here, "ed", "show personal", ref=ref, why="to act at once")["personal"]

    assert "The three tests of the law are met." in shown.values()


def test_packs_stay_shut(here: World) -> None:
    ref = here.notified()
    restricted(here, ref)
    broken(here, "eve", ref)
    with pytest.raises(DeniedError, match="not its packs"):
        packing.need_whole(here.place.seen_by("eve"), By("eve"), ref, "letter")


def test_those_told_review_it_and_never_whoever_broke_it(here: World, case: str) -> None:
    made = broken(here, "eve", case)
    restricted(here, case, *ALL, "eve")
    own = By("eve", reason="I had to")
    with pytest.raises(DeniedError, match="does not review it"):
        cases.done(here.place, own, case, made.glass.task)
    cases.done(here.place, By("lee", reason="it was right"), case, made.glass.task)

    tasks = told(here, "bess", "show", ref=case)["tasks"]
    assert made.glass.task not in [one["task"] for one in tasks]


def test_a_review_that_nobody_does_is_escalated_once_and_one_that_is_done_is_not(
    here: World,
) -> None:
    late, done = here.open(), here.open()
    for ref in (late, done):
        restricted(here, ref)
    made = [broken(here, "eve", ref) for ref in (late, done)]
    cases.done(here.place, By("bess", reason="it was right"), done, made[1].glass.task)
    here.clock.go_to("2025-12-16")
    assert breaking.escalate(here.place) == 0
    here.clock.go_to("2025-12-19")
    post = Post()
    ticks.tick(here.place, post)
    ticks.tick(here.place, post)

    overdue = [m for m in post.sent if "Nobody has reviewed" in m.what]
    assert {(m.person, m.ref) for m in overdue} == {("bess", late), ("lee", late)}
    assert len(overdue) == 2
    assert [e["type"] for e in here.events(done)].count("review overdue") == 0


def test_a_role_that_reads_a_part_may_break_it_to_read_the_whole(here: World) -> None:
    ref = here.notified()
    # The chief nurse is the contact of an agency, and holds no role of the process.
    with pytest.raises(DeniedError):
        told(here, "hana", "show personal", ref=ref, why="to act at once")
    made = broken(here, "hana", ref)

    assert made.open
    shown = told(here, "hana", "show personal", ref=ref, why="to act at once")["personal"]
    assert "The three tests of the law are met." in shown.values()
    here.clock.instant += timedelta(hours=1)
    with pytest.raises(DeniedError):
        told(here, "hana", "show personal", ref=ref, why="to act at once")
