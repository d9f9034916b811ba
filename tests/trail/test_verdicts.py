"""What `audit verify` says of each alteration, word for word, and of a trail in which nothing
differs.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine import database
from engine.case import Given
from engine.errors import TrailError, UsageError
from engine.service import cases
from engine.service.looking import documents
from engine.service.trail import checkpoints, sequencing, verifying
from engine.service.trail.verifying import Verdict
from tests.altering import (
    Alter,
    Told,
    opened,
    resealed,
    said,
    sql,
    swapped,
    there_again,
    there_without_key,
)
from tests.worlds import BESS, World


@pytest.fixture(scope="module")
def told(sqlite_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    file = tmp_path_factory.mktemp("told") / "casetrail.db"
    shutil.copy(sqlite_sample, file)
    file.chmod(0o600)
    with opened(file) as world:
        ref = world.notified()
        world.take(ref, "ask_for_summaries", agencies_asked="police")
        child, _ = cases.add_person(
            world.place, BESS, ref, "child", [Given("name", "Robin Sample")]
        )
        with Path(__file__).open("rb") as source:
            documents.attach(world.place, BESS, ref, "form", documents.File("form.pdf", source))
        with world.place.database.read() as tx:
            [value] = tx.rows(
                "SELECT s.subject, k.wrapped, s.n, s.path, s.salt, s.sealed "
                "FROM secrets s JOIN subjects k ON k.subject = s.subject WHERE s.subject = ?",
                (f"{ref}/{child}",),
            )
            [[edition]] = tx.rows("SELECT hash FROM edition_texts")
            [[document]] = tx.rows("SELECT document FROM documents")
        documents.erase_person(world.place, BESS, ref, child, "a court's order")
        sequencing.seal_new(world.place)
    return Told(file, ref, edition, document, tuple(value))


UNBOUND = "trees: the tree does not hold the events in their order"
DIFFERS = "differs from what the events say"
NOTICES = ("escalate_1_working_day_after_it_was_due", "remind_2_working_days_before_it_is_due")
NOT_MADE = [
    *(f"answers REF/{name}//1: no event made this row" for name in ("aware_on", "place")),
    "deadlines REF/notification//1: rule, starts_on, due_on, first_due_on, calendar, schedule "
    f"{DIFFERS}",
    *(f"notices REF/notification//1/{name}/1: at, n {DIFFERS}" for name in NOTICES),
]
AFTER = "event REF @3: it does not follow from the entry before it"
AGAIN = "secrets REF @15 name/p1/1: an erased value is there again"
RATIONALE = "secrets REF @6 rationale//1"
OF_IT = "WHERE stream = :ref AND path LIKE 'rationale/%'"


@pytest.mark.parametrize(
    ("alter", "problems"),
    [
        (sql("SELECT 1"), []),
        (
            sql("UPDATE events SET text = text || ' ' WHERE stream = :ref AND n = 2"),
            ["event REF @2: its text is not in the sealed form", AFTER, *NOT_MADE, UNBOUND],
        ),
        (
            sql("UPDATE events SET type = 'read' WHERE stream = :ref AND n = 2"),
            ["event REF @2: it is not the event that was sealed here"],
        ),
        (
            sql("DELETE FROM events WHERE stream = :ref AND n = 2"),
            [
                "event REF @3: entry @2 is missing before it",
                *NOT_MADE,
                "events: their positions have a gap",
                UNBOUND,
            ],
        ),
        (
            resealed(2, type="never heard of"),
            [
                "event REF @2: it is of a type that was never sealed",
                "event REF @2: it is of no form that was ever sealed",
                AFTER,
                *NOT_MADE,
                UNBOUND,
            ],
        ),
        (
            resealed(2, prev="0" * 64),
            ["event REF @2: it does not follow from the entry before it", AFTER, UNBOUND],
        ),
        *(
            (
                resealed(2, **part),
                ["event REF @2: it is of no form that was ever sealed", AFTER, *NOT_MADE, UNBOUND],
            )
            for part in (
                *({"body": None}, {"body": {}}, {"sealed": {"report//1": 1}}, {"n": "2"}),
                {"body": {"answers": [], "clocks": [{"type": "erased", "person": "p1"}]}},
            )
        ),
        (swapped, ["event REF @2: it is not in its place among all events", UNBOUND]),
        (
            sql(
                "UPDATE events SET position = position + 1 "
                "WHERE position = (SELECT max(position) FROM events)"
            ),
            ["events: their positions have a gap"],
        ),
        (
            sql("UPDATE events SET position = NULL WHERE position = 0"),
            [
                "events: their positions have a gap",
                UNBOUND,
                "events: one that has no place was not written after those that have",
            ],
        ),
        (sql("DELETE FROM streams WHERE stream = 'store'"), ["stream store: its row is gone"]),
        (
            sql(
                "INSERT INTO streams SELECT log, 'other', version, head FROM streams "
                "WHERE stream = 'store'"
            ),
            ["stream other: its events are gone"],
        ),
        (
            sql("UPDATE cases SET version = version - 1 WHERE ref = :ref"),
            [
                "stream REF: its row does not name its latest event",
                "cases REF: version differs from what the events say",
            ],
        ),
        (
            sql("UPDATE cases SET state = 'closed', closed_on = '2025-12-15' WHERE ref = :ref"),
            ["cases REF: state, closed_on differs from what the events say"],
        ),
        (
            sql("DELETE FROM turns WHERE ref = :ref AND what = 'took:start_deciding'"),
            ["turns REF/took:start_deciding: the row is gone"],
        ),
        (
            sql("UPDATE people SET log = 'other' WHERE ref = :ref"),
            [
                "people REF/p1: it is filed under another partnership",
                "people REF/p1: the row is gone",
            ],
        ),
        *(
            (sql(f"{how} {OF_IT}"), [f"{RATIONALE}: the value is gone, and no erasure says so"])
            for how in (
                "DELETE FROM secrets",
                "UPDATE secrets SET salt = NULL, sealed = NULL",
                "UPDATE secrets SET log = 'other'",
            )
        ),
        (
            sql(f"UPDATE secrets SET sealed = x'00' {OF_IT}"),
            [f"{RATIONALE}: the value does not open, so it was altered"],
        ),
        *(
            (
                sql(f"UPDATE secrets SET salt = zeroblob({size}) {OF_IT}"),
                [f"{RATIONALE}: the value is not the one that the event sealed"],
            )
            for size in (31, 32)
        ),
        (
            sql("INSERT INTO secrets VALUES ('sample', :ref, 1, 'report//1', :ref, x'00', x'00')"),
            ["secrets REF @1 report//1: no event sealed it"],
        ),
        (
            there_again,
            [
                AGAIN,
                "subjects REF/p1: the key of an erased person is there again",
            ],
        ),
        (there_without_key, [AGAIN]),
        (
            sql("UPDATE secrets SET salt = x'00', sealed = x'00' WHERE path = 'name/p1/1'"),
            [AGAIN],
        ),
        (
            sql("DELETE FROM edition_texts"),
            [
                "edition_texts EDITION: the text of the edition is gone",
                "edition_texts EDITION: The edition that a case is pinned to is not in the store.",
            ],
        ),
        (
            sql("UPDATE edition_texts SET sources = sources || ' '"),
            ["edition_texts EDITION: its source files are not those that were activated"],
        ),
        (
            sql("UPDATE edition_texts SET resolved = resolved || ' '"),
            ["edition_texts EDITION: A stored edition is not the one that was activated."],
        ),
        (
            sql("INSERT INTO edition_texts SELECT log, 'x', resolved, sources FROM edition_texts"),
            ["edition_texts x: no event brought it into use"],
        ),
        *(
            (sql(how), ["documents DOC: it does not open whole, so it was altered"])
            for how in ("UPDATE chunks SET sealed = x'00'", "DELETE FROM chunks")
        ),
        *((sql(how), [UNBOUND]) for how in ("UPDATE trees SET peaks = ''", "DELETE FROM trees")),
    ],
)
def test_each_alteration_is_named_by_its_row_and_by_what_is_wrong_with_it(
    told: Told, tmp_path: Path, alter: Alter, problems: list[str]
) -> None:
    assert said(told, tmp_path, alter) == problems


@pytest.fixture
def whole(told: Told, tmp_path: Path) -> Iterator[World]:
    file = tmp_path / "whole.db"
    shutil.copy(told.file, file)
    file.chmod(0o600)
    with opened(file) as world:
        yield world


def counted(world: World, table: str) -> int:
    with world.place.database.read() as tx:
        [[number]] = tx.rows(f"SELECT count(*) FROM {table}")
    return int(number)


NOT_PROVED = (
    "Not proved against someone who can rewrite the whole database: for that, compare with a "
    "checkpoint that was kept elsewhere (audit verify --against FILE)."
)
NOT_SHOWN = "It cannot show whether what people recorded was true."


def test_a_trail_in_which_nothing_differs_is_told_in_figures_and_what_they_do_not_show(
    whole: World,
) -> None:
    tables = (
        *("cases", "turns", "answers", "people", "deadlines", "notices", "tasks", "approvals"),
        *("linked", "messages", "documents", "packs", "editions", "directories"),
    )
    verdict = whole.verdict()
    assert (verdict.holds, verdict.virtual) == (True, False)
    events, rows = counted(whole, "events"), sum(counted(whole, table) for table in tables)
    assert (verdict.events, verdict.size, verdict.cases, verdict.rows) == (events, events, 2, rows)
    assert verdict.lines() == [
        f"Consistent: {events} events of 2 cases, and the {rows} rows that follow from them, "
        "agree.",
        "1 personal value is gone because a recorded erasure destroyed it.",
        NOT_PROVED,
    ]


def test_a_checkpoint_proves_what_came_before_it_and_says_what_came_after(
    whole: World, tmp_path: Path
) -> None:
    note = tmp_path / "checkpoint.txt"
    note.write_text(checkpoints.make(whole.place))
    kept = checkpoints.read(whole.place, note)
    covered = counted(whole, "events")
    proved = (
        f"Proved against the checkpoint of 2025-12-15T10:00:00Z: its {covered} events are "
        "unchanged, complete and in their order."
    )
    at_once = verifying.verify(whole.place, kept).lines()
    assert at_once[-3:] == [proved, "No event has been added since.", NOT_SHOWN]
    whole.open()
    later = verifying.verify(whole.place, kept)
    added = counted(whole, "events") - covered
    assert added > 1
    assert later.lines()[-3:] == [
        proved,
        f"The {added} events after it agree with each other, which someone who can rewrite the "
        "whole database could also bring about.",
        NOT_SHOWN,
    ]


def test_a_checkpoint_names_how_many_events_are_gone_and_that_the_first_were_rewritten(
    whole: World, told: Told, tmp_path: Path
) -> None:
    whole.place.clock_kind = "virtual"
    whole.open()
    note = tmp_path / "checkpoint.txt"
    note.write_text(checkpoints.make(whole.place))
    kept = checkpoints.read(whole.place, note)
    assert kept.extra == ("made 2025-12-15T10:00:00Z", "clock virtual")
    with opened(told.file) as shorter:
        had = counted(shorter, "events")
        cut = verifying.verify(shorter.place, kept).problems
    assert cut == [
        f"checkpoint of 2025-12-15T10:00:00Z: {kept.size - had} of the {kept.size} events it "
        "covers are gone: the store was cut short, or is a backup from before it"
    ]
    other = replace(kept, size=had, root="0" * 64)
    with opened(told.file) as rewritten:
        assert verifying.verify(rewritten.place, other).problems == [
            f"checkpoint of 2025-12-15T10:00:00Z: the first {had} events are not those that it "
            "covers: they were rewritten, or this is another copy that went its own way before it"
        ]


def test_a_verification_in_which_nothing_differs_puts_new_events_in_their_order(
    whole: World,
) -> None:
    whole.open()
    looked = verifying.verify(whole.place)
    assert looked.size < looked.events
    sealed = verifying.verify_and_seal(whole.place)
    assert sealed.size == sealed.events == looked.events
    assert sealed.root == sequencing.head(whole.place)[1] != looked.root


def test_events_are_put_in_the_order_in_which_they_were_written(whole: World) -> None:
    first, second = whole.open(), whole.open()
    sequencing.seal_new(whole.place)
    before = sequencing.head(whole.place)[0]
    for ref in (second, first, second):
        cases.add_person(whole.place, BESS, ref, "child")
    sequencing.seal_new(whole.place)
    with whole.place.database.read() as tx:
        rows = tx.rows("SELECT stream FROM events WHERE position >= ? ORDER BY position", (before,))
    assert [stream for (stream,) in rows] == [second, first, second]


def test_a_trail_that_does_not_verify_lists_twenty_problems_and_counts_the_rest() -> None:
    end = "Change nothing; keep a copy of the database as it is, and ask who could write to it."
    problems = [f"problem {number}" for number in range(1, 23)]
    few, twenty, many = (Verdict(problems=problems[:size]) for size in (1, 20, 22))
    assert not few.holds
    assert few.lines() == ["The trail does not verify.", "problem 1", end]
    assert twenty.lines() == ["The trail does not verify.", *problems[:20], end]
    assert many.lines() == ["The trail does not verify.", *problems[:20], "... and 2 more", end]


def test_a_trail_without_events_is_not_signed(tmp_path: Path) -> None:
    database.create(f"sqlite:///{tmp_path / 'bare.db'}", "sample", durable=False)
    with opened(tmp_path / "bare.db") as bare, pytest.raises(UsageError) as refused:
        checkpoints.make(bare.place)
    assert str(refused.value) == ("The trail holds no event yet, so there is nothing to sign.")


def test_a_file_that_is_no_checkpoint_is_named_with_what_to_give(
    whole: World, tmp_path: Path
) -> None:
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe")
    for name in ("none.txt", "bytes.txt"):
        with pytest.raises(UsageError) as refused:
            checkpoints.read(whole.place, tmp_path / name)
        assert str(refused.value) == (
            f"The checkpoint {name} cannot be read; give the file that was kept."
        )


def test_a_checkpoint_of_another_partnership_says_of_which(whole: World, tmp_path: Path) -> None:
    note = tmp_path / "checkpoint.txt"
    note.write_text(checkpoints.make(whole.place))
    whole.place.log = "other"
    with pytest.raises(TrailError) as refused:
        checkpoints.read(whole.place, note)
    assert str(refused.value) == (
        "This is a checkpoint of casetrail/sample, and the store is of casetrail/other; "
        "give the one that was kept of this store."
    )
