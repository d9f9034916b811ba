from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine import database
from engine.case import Given
from engine.database.structure import KNOWN, found
from engine.errors import EngineError, TrailError, UsageError
from engine.service import cases, outbox, ticking
from engine.service.bank_holidays import holidays
from engine.service.looking import ahead, documents, explaining, listing, private, reading
from engine.service.trail import checkpoints, sequencing, verifying
from engine.service.workplace import By, Workplace
from tests import calling, entering, late, tampering
from tests.postgres import PostgresServer
from tests.tampering import Edit, OnFile, OnServer, Shape
from tests.worlds import BESS, ED, EVE, LEE, World, given, place_on

PARTS = 4
EDITS = 200
SEED = 20261122
FINE = {"named", "unseen", "refused by the database"}


def tell(place: Workplace, clock: Any) -> tuple[str, list[str]]:
    """Leave something in every table; yields a checkpoint, and the references of the cases."""
    world = World(place, clock)
    ref = world.notified()
    cases.add_person(place, BESS, ref, "child", [Given("name", "Robin Sample")])
    other, _ = cases.add_person(place, BESS, ref, "child", [Given("name", "Kim Sample")])
    with Path(__file__).open("rb") as source:
        documents.attach(place, BESS, ref, "form", documents.File("form.pdf", source))
    linked = world.take(ref, "ask_for_summaries", agencies_asked="police,hospital").opened
    world.take(linked[0], "receive", summary="Nothing was held.")
    world.record(ref, report="The report.")
    cases.approve(place, EVE, ref, "report")
    cases.approve(place, ED, ref, "report")
    clock.go_to("2026-01-20")
    ticking.fire_due(place)
    outbox.send_waiting(place, lambda message: "file: taken")
    cases.correct(place, By("bess", reason="misread"), ref, given(aware_on="2025-12-11"))
    cases.extend(place, By("bess", reason="a trial"), ref, "review", "2026-03-01", "the executive")
    documents.erase_person(place, BESS, ref, other, "a court's order")
    second = world.open()
    calling.leave_traces(place, "incident", lambda: world.take(second, "start_deciding"))
    cases.undo(place, By("bess", reason="too early"), second)
    with pytest.raises(EngineError):
        world.take(second, "publish")
    private.answers(place, LEE, ref, "to check the rationale")
    day = holidays.Holiday("added", "2026-02-02", "A late one", "2026-01-20", "A sample source")
    holidays.change(place, BESS, day)
    entering.leave_traces(place, BESS)
    entering.leave_barriers(place, second, "bess", "lee", "eve")
    sequencing.seal_new(place)
    ticking.ticked(place)
    return checkpoints.make(place), [ref, *linked, second]


def everything_shown(place: Workplace, refs: list[str]) -> str:
    """What is shown of these cases, and of all cases together, to whoever leaves no trace."""
    shown: list[Any] = []

    def see(look: Callable[[], Any]) -> None:
        try:
            shown.append(json.loads(json.dumps(look(), default=str)))
        except EngineError as error:
            shown.append(str(error))

    for ref in refs:
        see(partial(reading.show, place, BESS, ref))
        see(partial(ahead.next_steps, place, BESS, ref))
        see(partial(reading.history, place, ref))
        see(partial(explaining.explain, place, ref, "notification"))
    see(lambda: listing.cases(place, listing.Wish(closed=True)))
    see(lambda: listing.running(place))
    see(lambda: listing.today_sheet(place))
    return json.dumps(shown, sort_keys=True)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a demo leaves."""
    folder = tmp_path_factory.mktemp("tampered") / "demo"
    made = late.left_by_a_demo(folder)
    assert made.exit_code == 0, made.output
    return folder


@pytest.mark.parametrize("part", range(PARTS))
def test_after_any_edit_of_a_demo_the_row_is_named_or_no_command_shows_anything_else(
    demo: Path, tmp_path: Path, part: int
) -> None:
    refs = tampering.told(demo)
    expected = tampering.copied(demo, tmp_path / "untouched", refs).shown()
    every = list(tampering.edits(OnFile(demo / "casetrail.db"), random.Random(SEED), rows=1))
    assert {edit.table for edit in every} >= set(json_of("sqlite")) - {
        "causes",
        "failures",
        "tasks",
    }
    chosen = random.Random(SEED).sample(every, len(every))[part::PARTS]
    results: Counter[str] = Counter()
    while results.total() - results["refused by the database"] < EDITS // PARTS:
        edit = chosen.pop()
        scene = tampering.copied(demo, tmp_path / str(len(chosen)), refs)
        by = OnFile(scene.office.folder / "casetrail.db")
        trial = tampering.tried(scene, by, edit, expected)
        results[trial.result] += 1
        assert trial.result in FINE, (trial.result, edit, trial.said)
    assert results["named"] > EDITS // PARTS * 0.8


def json_of(dialect: str) -> list[str]:
    """The tables of a store, by what the migrations are known to make."""
    known = json.loads(KNOWN.read_text())[dialect]
    return [name.removeprefix("table ") for name in known if name.startswith("table ")]


@dataclass(frozen=True, slots=True)
class Told:
    """A store on PostgreSQL of which something is told, and what is known of it."""

    url: str
    note: Path
    refs: list[str]
    shown: str
    by: OnServer

    def fresh(self) -> Workplace:
        """The place as a program that has just begun finds it; to be looked at only."""
        return place_on(database.open_to_verify(self.url, durable=False), "2026-01-20")[0]

    def came_of(self, edit: Edit, shape: Shape) -> str:
        """What verification finds of an edit, which is then taken back."""
        if not self.by.do(edit, shape):
            return "refused by the database"
        place = self.fresh()
        try:
            problems = verifying.verify(place, checkpoints.read(place, self.note)).problems
            if problems:
                named = tampering.names(problems, edit, shape)
                return "named" if named else f"unnamed: {problems}"
            return "unseen" if everything_shown(place, self.refs) == self.shown else "missed"
        finally:
            place.database.close()
            assert self.by.do(Edit(edit.table, "", "", edit.new, edit.old), shape)


@pytest.fixture(scope="module")
def on_server(
    postgres_server: PostgresServer, postgres_sample: str, tmp_path_factory: pytest.TempPathFactory
) -> Told:
    """A store on PostgreSQL in which something has happened."""
    url = postgres_server.url(postgres_server.create_database(postgres_sample))
    place, clock = place_on(database.open(url, durable=False))
    checkpoint, refs = tell(place, clock)
    note = tmp_path_factory.mktemp("told") / "checkpoint.txt"
    note.write_text(checkpoint)
    place.database.close()
    again, _ = place_on(database.open(url, durable=False), "2026-01-20")
    shown = everything_shown(again, refs)
    again.database.close()
    return Told(url, note, refs, shown, OnServer(url))


@pytest.mark.postgresql
def test_on_postgresql_too_every_edit_is_named_or_nothing_else_is_shown(on_server: Told) -> None:
    results = Counter[str]()
    every = list(tampering.edits(on_server.by, random.Random(SEED), rows=1))
    shapes = on_server.by.shapes()
    for edit in random.Random(SEED).sample(every, EDITS):
        outcome = on_server.came_of(edit, shapes[edit.table])
        assert outcome in FINE, (outcome, edit)
        results[outcome] += 1
    assert results["named"] > EDITS * 0.5
    place = on_server.fresh()
    assert verifying.verify(place, checkpoints.read(place, on_server.note)).problems == []


@pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def test_what_a_store_is_made_of_is_known_on_each_database(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'casetrail.db'}"
    if kind == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database())
    database.create(url, "sample", durable=False)
    with database.open(url, durable=False).read() as tx:
        assert dict(found(tx)) == json.loads(KNOWN.read_text())[kind]


def test_a_command_whose_request_was_altered_is_named_and_never_taken_for_done(
    world: World,
) -> None:
    ref = world.open()
    by = By("bess", key="a-key-of-ours")
    cases.record(world.place, by, ref, given(happened_on="2025-12-10"))
    another = By("bess", key="another-key")
    cases.record(world.place, another, ref, given(report="Whole."))
    for sql in (
        "UPDATE commands SET request = '' WHERE command = 'a-key-of-ours'",
        "UPDATE commands SET request = (SELECT request FROM commands "
        "WHERE command <> 'a-key-of-ours') WHERE command = 'a-key-of-ours'",
    ):
        with world.place.database.write() as tx:
            tx.run(sql)
        with pytest.raises(TrailError, match="under this key was altered"):
            cases.record(world.place, by, ref, given(happened_on="2025-12-10"))
        assert world.verdict().problems == [
            "commands a-key-of-ours: what it keeps of its request was altered"
        ]


def test_the_loss_of_a_command_is_named(world: World) -> None:
    ref = world.open()
    by = By("bess", key="a-key-of-ours")
    cases.record(world.place, by, ref, given(happened_on="2025-12-10"))
    with world.place.database.write() as tx:
        tx.run("DELETE FROM commands")
    assert world.verdict().problems == ["commands a-key-of-ours: the row is gone"]


def test_a_command_without_a_key_leaves_no_row_and_nobody_can_give_its_id(world: World) -> None:
    ref = world.open()
    outcome = cases.record(world.place, By("bess"), ref, given(happened_on="2025-12-10"))
    with world.place.database.read() as tx:
        assert tx.rows("SELECT command FROM commands") == []
    again = By("bess", key=outcome.key)
    with pytest.raises(UsageError, match="drew this key for another command"):
        cases.record(world.place, again, ref, given(happened_on="2025-12-11"))
    assert world.verdict().holds
