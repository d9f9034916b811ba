from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from engine.decide.moving.migrating import Wishes
from engine.loading import load, sources
from engine.loading.resolving import hashed
from engine.service import editions
from engine.service.moving import giving_back, migrating
from engine.service.moving.migrating import Move
from engine.service.packs import following
from tests.reviews import RECORD, SAM, SUBMISSION, Review
from tests.shared import loaded
from tests.stories import PROCESS
from tests.unpacking import packs, rebuild


def newer(review: Review, folder: Path) -> str:
    """Another edition of the shipped process in use;
    yields its name.
    """
    copy = folder / PROCESS.name
    shutil.copytree(PROCESS, copy)
    text = (copy / "process.toml").read_text(encoding="utf-8")
    named = text.replace('edition      = "2026-11"', 'edition      = "2027-01"')
    assert named != text
    (copy / "process.toml").write_text(named, encoding="utf-8")
    editions.activate(review.place, SAM, load(copy), sources(copy))
    return "2027-01"


def test_a_pack_that_was_built_under_the_former_edition_is_out_of_date_and_built_again(
    review_on: Review, tmp_path: Path
) -> None:
    review_on.build()
    assert packs(review_on) == [(1, "current")]
    move = Move(PROCESS.name, newer(review_on, tmp_path), Wishes())
    found = {one.ref: one for one in migrating.migrate(review_on.place, SAM, move)}

    assert found[review_on.ref].needs == ()
    assert packs(review_on) == [(1, "out of date")]
    review_on.build()
    assert packs(review_on) == [(1, "out of date"), (2, "current")]
    [back] = giving_back.give_back(review_on.place, SAM, PROCESS.name, [review_on.ref])
    assert back.needs == ()
    assert packs(review_on) == [(1, "out of date"), (2, "out of date")]
    assert review_on.verdict().problems == []


def test_a_pack_that_the_edition_no_longer_has_stays_as_it_was_built(
    review: Review, tmp_path: Path
) -> None:
    review.build(RECORD)
    review.build()
    review.clock.go_to("2026-01-08")
    review.record(lateness="It is not.")
    assert packs(review) == [(1, "out of date")]
    workflow = loaded(PROCESS)
    kept = {name: pack for name, pack in workflow.packs.items() if name not in (SUBMISSION, RECORD)}
    fewer = hashed(replace(workflow, edition="2027-01", packs=kept, hash=""))
    editions.activate(review.place, SAM, fewer, sources(PROCESS))
    [found] = migrating.migrate(
        review.place, SAM, Move(PROCESS.name, "2027-01", refs=(review.ref,))
    )

    assert found.needs == ()
    ref = review.ref
    with review.place.database.read() as tx:
        stay = following.versions(review.place, tx, ref)
    assert [(key[1], row["status"]) for key, row in stay] == [
        (RECORD, "current"),
        (SUBMISSION, "out of date"),
    ]
    assert (rebuild(review).packs, rebuild(review).failed) == (0, 0)
    assert review.verdict().problems == []
