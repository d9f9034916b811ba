"""Calls of other systems are judged by the same table; nobody approves what is their own; and what
is personal is shown to nobody without one entry in the access log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner

from engine.authority import ROWS, Relation
from engine.cli.main import root
from engine.cli.visit import Visit
from engine.config.hooks import CONSTANT, RECORD, TAKE, Hook, Mapped
from engine.errors import DeniedError, EngineError
from engine.hooks import doing
from engine.hooks.answer import Answer
from engine.service import authorising, cases
from engine.service.workplace import By
from engine.verbs.table import VERBS, run
from engine.verbs.verb import Content
from tests.authorities import BOTH, CANARY, WHO, Cells, cells
from tests.reviews import SUBMISSION, Review
from tests.rights.test_authority_cells import BARRIERS, PUBLISHED, expected
from tests.web.servers import Served, served
from tests.worlds import BESS, given

LOOKED_AT = ("read", "searched", "exported")
HOOKS = {
    "open": {"answers": (Mapped("place", CONSTANT, "elsewhere"),), "not_the_same": True},
    "record": {
        "case": "/case",
        "answers": (Mapped("publication_planned_on", CONSTANT, "2026-05-01"),),
    },
    "take": {"case": "/case", "transition": "check_progress"},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cells]:
    with cells(tmp_path_factory.mktemp("doors")) as made:
        yield made


@pytest.fixture(scope="module")
def web(world: Cells) -> Iterator[Served]:
    with served(world.world.place.at("http")) as made:
        yield made


def call(world: Cells, verb: str, person: str, ref: str) -> Answer:
    """What a call is answered, at an endpoint that records on behalf of somebody."""
    may = f"{TAKE}:check_progress" if verb == TAKE else verb
    hook = Hook("form", person, "incident", (may,), verb, **HOOKS[verb])  # type: ignore[arg-type]
    source = doing.Source("hook", "call", f"{person}{world.last()}{ref}")
    place = world.world.place.at("hook")
    return doing.do(place, hook, source, {"case": ref})


@pytest.mark.parametrize("relation", [one for one in Relation if one is not Relation.MACHINE])
@pytest.mark.parametrize("verb", HOOKS)
def test_each_cell_is_as_the_table_says_at_an_endpoint(
    world: Cells, monkeypatch: pytest.MonkeyPatch, verb: str, relation: Relation
) -> None:
    if relation in BARRIERS and verb == "open":
        assert relation not in ROWS[verb].cells
        return
    missing = call(world, verb, WHO[relation], "2025-AAAAAA")
    if relation in BARRIERS:
        monkeypatch.setattr(authorising, "_barrier", lambda *_, **__: relation)
    before = world.last()
    found = call(world, verb, WHO[relation], world.ref)
    refused = [one["type"] for one in world.entries(before)].count("refused")
    said = expected(verb, relation, "hook")
    if said in ("-", "hidden"):
        assert (found.status, refused) == (422, 1)
    if said == "hidden":
        assert found == missing
    if said == "rules" and relation in (Relation.KEEPS, Relation.SERVICE):
        assert (found.taken, refused) == (True, 0)


def test_an_endpoint_asks_for_nothing_that_the_table_does_not_have() -> None:
    assert {*HOOKS, "person add"} == {"open", RECORD, TAKE, "person add"}
    assert {*HOOKS, "person add"} <= set(PUBLISHED)


def at_the_table(world: Cells, web: Served, ref: str, person: str) -> bool:
    try:
        run(world.world.place, By(person), "approve", {"ref": ref, "question": "report"})
    except DeniedError:
        return False
    return True


def over_http(world: Cells, web: Served, ref: str, person: str) -> bool:
    found = web.client(person).post(f"/cases/{ref}/approvals", json={"question": "report"})
    assert found.status_code in (200, 403), found.text
    return found.status_code == 200


def typed(world: Cells, web: Served, ref: str, person: str) -> bool:
    found = CliRunner().invoke(root(), ["approve", ref, "report", "--as", person])
    assert found.exit_code in (0, 4), found.output
    return found.exit_code == 0


@pytest.mark.parametrize("door", [at_the_table, over_http, typed])
def test_nobody_approves_what_they_put_on_record_themselves(
    world: Cells,
    web: Served,
    monkeypatch: pytest.MonkeyPatch,
    door: Callable[[Cells, Served, str, str], bool],
) -> None:
    place = world.world.place
    monkeypatch.setattr(Visit, "settings", property(lambda self: _Known(world)))
    monkeypatch.setattr(Visit, "place", place)
    monkeypatch.setattr(Visit, "close", lambda self: None)
    ref = world.world.notified()
    cases.record(place, By(BOTH), ref, given(report="Her own."))
    before = world.last()

    assert not door(world, web, ref, BOTH)
    assert [one["type"] for one in world.entries(before)] == ["refused"]
    [offered] = run(place, By(BOTH), "next", {"ref": ref})["approvals"]  # type: ignore[index]
    assert offered["mine"] is False

    cases.correct(place, replace(BESS, reason="A slip."), ref, given(report="Another's."))
    assert door(world, web, ref, BOTH)


class _Known:
    """Settings of which only the people are asked."""

    def __init__(self, world: Cells) -> None:
        self.directory = world.world.place.directory


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_personal_is_shown_after_one_entry_in_the_access_log_and_never_without(
    world: Cells, verb: str
) -> None:
    before, said = world.last(), ""
    try:
        found = run(world.world.place.at("http"), By("bess"), verb, world.request(verb))
        said = json.dumps(found.about if isinstance(found, Content) else found, default=str)
        if isinstance(found, Content):
            said += b"".join(found.pieces).decode(errors="replace")
    except EngineError as error:
        said = str(error)
    looked = [one["type"] for one in world.entries(before) if one["type"] in LOOKED_AT]
    row = ROWS[verb]
    if CANARY in said:
        assert row.logged, "the table does not say that it shows what is personal"
    if row.logged and not verb.startswith("pack "):
        assert looked == [row.logged]
    if not row.logged:
        assert looked == []


@pytest.mark.parametrize("verb", ["pack build", "pack content"])
def test_a_pack_is_built_after_one_entry_in_the_access_log(review: Review, verb: str) -> None:
    asked = {"ref": review.ref, "pack": SUBMISSION, "draft": True}
    run(review.place, By("sam"), verb, asked)
    with review.place.database.read() as tx:
        kinds = [json.loads(text)["type"] for text in review.place.store.events(tx, "access")]
    assert kinds.count(ROWS[verb].logged) == 1
