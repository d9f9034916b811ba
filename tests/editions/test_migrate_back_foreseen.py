"""What giving cases back would come to is said before it is done, and nothing is written."""

from __future__ import annotations

from pathlib import Path

from engine.decide.moving.migrating import Wishes
from engine.loading import load
from engine.service.moving import giving_back
from engine.service.moving.families import Moved
from engine.service.moving.giving_back import Back
from engine.service.workplace import By
from tests import moving
from tests.editions.test_migrate_command import AGREED as ALLOWED
from tests.editions.test_migrate_command import newer
from tests.moving import AGREED, back, case_of, move, needs
from tests.offices import Office, ago
from tests.worlds import BESS, SAMPLE, World


def foreseen(world: World, *refs: str, by: By = BESS, **asked: object) -> list[Moved]:
    wishes = Wishes(**asked)  # type: ignore[arg-type]
    return list(giving_back.foreseen(world.place, by, Back("incident", refs, wishes)))


def stored(world: World) -> list[object]:
    with world.place.database.read() as tx:
        return [tuple(row) for row in tx.rows('SELECT * FROM "events" ORDER BY "stream", "n"')]


def test_a_dry_run_of_the_way_back_says_what_the_way_back_does_and_writes_nothing(
    world: World, tmp_path: Path
) -> None:
    ref = world.notified()
    [linked] = world.take(ref, "ask_for_summaries", agencies_asked="police").opened
    other = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.SHORTER, moving.TWENTY, *moving.IN_REVIEW)
    move(world, states={"reviewing": "in_review"})
    before = stored(world)

    found = {one.ref: one for one in foreseen(world, later=AGREED)}
    assert stored(world) == before
    assert [plan.ref for plan in found[ref].plans] == [ref, linked]
    assert found[ref].plans[0].to == "reviewing"
    assert found[ref].plans[0].state == "It is being reviewed"
    told = {
        (plan.ref, clock.key): clock.now.get("due_on", (clock.old or {}).get("due_on"))
        for one in found.values()
        for plan in one.plans
        for clock in plan.clocks
    }
    assert {one.opened for one in found.values()} == {"2025-01"}
    assert needs(back(world, later=AGREED)) == []
    assert world.state(ref) == "reviewing"
    for one in (ref, linked, other):
        for key, row in case_of(world, one).open_deadlines():
            assert told[one, key] == row["due_on"]


def test_what_the_way_back_refuses_its_dry_run_says_in_the_same_words(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    since = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.SHORTER)
    move(world)
    world.take(since, "start_deciding")
    never = world.open(aware_on="2025-12-12")
    before = stored(world)
    seen = {one.ref: (one.sentence, one.needs) for one in foreseen(world)}
    [unmoved] = foreseen(world, never)
    assert unmoved.sentence == f"{never} is under the edition that it was opened under."
    assert stored(world) == before
    assert seen.keys() == {ref, since}
    assert seen == {one.ref: (one.sentence, one.needs) for one in back(world)}


def test_who_does_not_keep_the_record_foresees_no_way_back(world: World, tmp_path: Path) -> None:
    world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.SHORTER)
    move(world)
    [found] = foreseen(world, by=By("lee"))
    assert "for those who keep the record under both" in found.sentence
    assert found.plans == []


def test_a_clock_that_the_move_started_is_told_to_be_no_more(world: World) -> None:
    world.open(aware_on="2025-12-12")
    known = dict(load(SAMPLE).timescales)
    more = known["notification"]._replace(id="second", title="Tell them again", duty="")
    moving.made(world, timescales={**known, "second": more})
    move(world)
    [found] = foreseen(world)
    [gone] = [clock for clock in found.plans[0].clocks if clock.key[1] == "second"]
    assert gone.now == {"status": "set aside"}


def test_the_command_prints_what_would_become_of_each_case_and_changes_none(
    office: Office, tmp_path: Path
) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    newer(office, tmp_path, ("within 5 working days of aware_on", "within 1 month of aware_on"))
    office.ok("workflow", "migrate", "incident", "--to", "2026-01", "--yes", *ALLOWED)
    before = office.show(ref)
    words = ("workflow", "migrate", "incident", "--back")
    said = office.ok(*words, "--dry-run")
    whole = " ".join(said.split())
    assert whole.startswith("1 case can be given back.")
    assert f'{ref}, back to edition 2025-01: at "It has been referred"' in said
    assert '"Notify the Panel": is as it was before, due' in whole
    document = office.json(*words, "--dry-run")
    assert (document["dry_run"], document["back"], document["to"]) == (True, True, None)
    [one] = document["moved"]
    assert (one["ref"], one["edition"]) == (ref, "2025-01")
    [case] = one["cases"]
    assert (case["from"], case["to"]) == ("referred", "referred")
    assert [clock["timescale"] for clock in case["clocks"]] == ["notification"]
    assert office.show(ref) == before
    told = " ".join(office.refused(4, *words, "--dry-run", "--as", "lee").split())
    assert "by those who keep the record of a process in use" in told
    assert "--dry-run says first" in " ".join(office.refused(2, *words).split())
    office.ok(*words, "--yes")
    assert office.show(ref)["deadlines"][0]["due_on"] == case["clocks"][0]["new"]["due_on"]
