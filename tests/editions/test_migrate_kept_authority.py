"""On whose word a clock stands that was left to its old rule when its case was moved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.loading import load
from engine.packs import clocks
from engine.packs.record import Side
from engine.service import cases
from engine.service.looking import explaining, kept, listing, reading, viewing
from tests import moving
from tests.editions.test_migrate_command import newer
from tests.moving import AGREED, BECAUSE, back, case_of, due, holds, move, needs
from tests.offices import Office, ago
from tests.worlds import BESS, SAMPLE, World, given

KEEP = {"notification": "keep"}
GUIDANCE, BOOK = "Sample guidance", "Another book"


def edits(due_text: str, source: str) -> tuple[moving.Edit, ...]:
    text = (SAMPLE / "process.toml").read_text(encoding="utf-8")
    head = "[timescale.notification]"
    before = text[text.index(head) :].partition("\n[")[0]
    after = before.replace("within 5 working days of aware_on", due_text)
    after = after.replace(GUIDANCE, source).replace("second-hand", "recalled")
    assert after != before
    return ((before, after),)


def shown(world: World, ref: str, timescale: str = "notification") -> dict[str, Any]:
    every = reading.show(world.place, BESS, ref)["deadlines"]
    return dict(next(one for one in every if one["timescale"] == timescale))


def word(told: dict[str, Any]) -> tuple[str, str]:
    return told["time_from"]["source"], told["confirmed"]


@pytest.mark.parametrize("rule", ["within 8 working days of aware_on", "same"])
def test_a_kept_clock_names_the_authority_of_the_edition_by_which_it_is_counted(
    world: World, tmp_path: Path, rule: str
) -> None:
    ref = world.open(aware_on="2025-12-12")
    was = word(shown(world, ref))
    text = "within 5 working days of aware_on" if rule == "same" else rule
    moving.another(world, tmp_path, *edits(text, BOOK))
    assert needs(move(world, clocks=KEEP)) == []
    told = shown(world, ref)
    assert word(told) == was == (GUIDANCE, "second-hand")
    event = world.events(ref)[-1]
    assert told["kept"] == {
        "n": event["n"],
        "on": "2025-12-15",
        "edition": "2025-01",
        "how": "kept",
    }
    [one] = [d for d in listing.running(world.place) if d["timescale"] == "notification"]
    assert word(one) == was
    [explained] = explaining.explain(world.place, ref, "notification")
    assert (word(explained), explained["kept"]) == (was, told["kept"])


def test_a_clock_that_is_not_kept_names_the_edition_of_now(world: World, tmp_path: Path) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, *edits("within 8 working days of aware_on", BOOK))
    assert needs(move(world, later=AGREED)) == []
    told = shown(world, ref)
    assert (word(told), told["kept"]) == ((BOOK, "recalled"), None)


def test_a_clock_that_is_kept_twice_stands_on_the_edition_of_the_first_and_so_on_its_way_back(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, *edits("within 8 working days of aware_on", BOOK))
    last = edits("within 9 working days of aware_on", "A third")
    moving.another(world, tmp_path, *last, name="2026-02")
    move(world, clocks=KEEP)
    first = shown(world, ref)["kept"]
    assert needs(move(world, to="2026-02", clocks=KEEP)) == []
    assert (word(shown(world, ref)), shown(world, ref)["kept"]) == (
        (GUIDANCE, "second-hand"),
        first,
    )
    back(world)
    assert shown(world, ref)["kept"] == first
    back(world)
    assert (word(shown(world, ref)), shown(world, ref)["kept"]) == (
        (GUIDANCE, "second-hand"),
        None,
    )
    holds(world, ref)


def test_a_clock_that_was_kept_and_is_counted_anew_by_a_later_move_is_kept_no_more(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, *edits("within 8 working days of aware_on", BOOK))
    last = edits("within 9 working days of aware_on", "A third")
    moving.another(world, tmp_path, *last, name="2026-02")
    move(world, clocks=KEEP)
    assert needs(move(world, to="2026-02", later=AGREED)) == []
    told = shown(world, ref)
    assert (word(told), told["kept"]) == (("A third", "recalled"), None)
    [explained] = explaining.explain(world.place, ref, "notification")
    assert explained["kept"] is None


def test_a_clock_that_was_kept_and_is_counted_anew_follows_the_new_edition_from_then_on(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.SHORTER)
    move(world, clocks=KEEP)
    one = load(SAMPLE).timescales["notification"]
    longer, first = "within 8 working days of aware_on", one.variants[0]
    split = (
        first._replace(due=longer, since="2025-12-11"),
        first._replace(due="within 6 working days of aware_on", until="2025-12-10"),
    )
    known = {**load(SAMPLE).timescales, "notification": one._replace(variants=split)}
    moving.made(world, name="2026-02", timescales=known)
    assert needs(move(world, to="2026-02", later=AGREED)) == []
    assert due(world, ref, "notification") == ("running", "2025-12-24")
    cases.correct(world.place, BECAUSE, ref, given(aware_on="2025-12-10"))
    assert due(world, ref, "notification") == ("running", "2025-12-18")
    holds(world, ref)


def test_a_kept_clock_of_which_a_move_made_no_duty_is_no_duty_by_its_old_edition(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    known = dict(load(SAMPLE).timescales)
    known["notification"] = known["notification"]._replace(duty="")
    moving.made(world, timescales=known)
    assert needs(move(world, clocks=KEEP, later=AGREED)) == []
    told = shown(world, ref)
    assert (told["duty"], told["kept"]["edition"]) == ("", "2025-01")


def test_no_store_is_asked_of_a_case_of_which_no_clock_was_kept(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    asked: list[str] = []

    class Asking:
        def rows(self, sql: str, *_: object) -> list[object]:
            asked.append(sql)
            return []

    assert kept.left_to(world.place, Asking(), case_of(world, ref)) == {}  # type: ignore[arg-type]
    assert asked == []


def test_a_pack_names_the_authority_of_a_kept_clock_and_says_from_which_edition(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, *edits("within 8 working days of aware_on", BOOK))
    move(world, clocks=KEEP)
    with world.place.database.read() as tx:
        seen = viewing.view(world.place, tx, ref)
    side = Side(seen.case, seen.edition, left=seen.left)
    key, row = next(iter(seen.case.open_deadlines()))
    said = clocks.standing(side, key, row)
    assert GUIDANCE in said
    assert BOOK not in said
    assert said.endswith(
        "It is counted by the rule of edition 2025-01, to which it was left when the case was "
        "moved to another on 15 December 2025."
    )


def test_what_is_printed_of_a_kept_clock_says_from_which_edition_it_was_kept(
    office: Office, tmp_path: Path
) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    newer(office, tmp_path, *edits("within 8 working days of aware_on", BOOK))
    words = ("workflow", "migrate", "incident", "--to", "2026-01", "--yes")
    office.ok(*words, "--timescale", "notification=keep")
    said = "It is counted by the rule of edition 2025-01, to which it was left when the case was"
    for look in (("show", ref), ("deadlines", ref), ("deadlines",), ("today",)):
        shown = " ".join(office.ok(*look).split())
        assert said in shown
        assert GUIDANCE in shown
        assert BOOK not in shown
    explained = " ".join(office.ok("explain", ref, "notification").split())
    assert GUIDANCE in explained
    assert BOOK not in explained
    assert explained.count("edition 2025-01") == 1


HAPPENED = ("within 5 working days of aware_on", "within 30 working days of happened_on")


def test_keep_is_not_advised_for_a_clock_that_cannot_be_kept(world: World, tmp_path: Path) -> None:
    ref = world.open(happened_on="2025-12-10")
    assert due(world, ref, "notification")[0] == "provisional"
    moving.another(world, tmp_path, HAPPENED)
    [found] = move(world)
    [need] = found.needs
    assert need.what.startswith("LATER")
    assert need.how == "agree to it with --allow-later notification"
    [tried] = move(world, clocks={"notification": "restart"})
    assert "keep" not in tried.needs[0].how
    [stopped] = move(world, clocks={"notification": "stop"})
    assert "keep" not in stopped.needs[0].how
