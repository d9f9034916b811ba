"""The table of authority is whole, published, and denies whatever it does not name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from engine import authority
from engine.authority import LOCAL, PARTS, ROWS, Relation, Verdict, Visitor, verdict
from engine.cli.authority_page import PAGE, page
from engine.errors import CaseNotFoundError, DeniedError, NotSignedInError
from engine.service import authorising, editions, references
from engine.service.accounts import signing_in, tokens
from engine.service.workplace import By, Workplace
from engine.verbs import table
from engine.verbs.table import VERBS, run
from engine.verbs.verb import Verb
from tests.authorities import CANARY, WHO, Cells, cells
from tests.stories import ROOT
from tests.worlds import BESS, World

HIDDEN_BY = sorted({name for name, one in VERBS.items() if "{ref}" in one.path} - {"break-glass"})
"""The verbs by which a case is hidden from whoever is barred from it: all but the one that shows it
to them.
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cells]:
    with cells(tmp_path_factory.mktemp("told")) as made:
        yield made


def test_every_verb_and_every_command_that_is_none_has_a_row_and_nothing_else_has() -> None:
    assert set(ROWS) == set(VERBS)
    assert set(LOCAL) == set(table.LOCAL)


def test_a_verb_without_a_row_is_denied_to_everybody_and_that_is_logged(
    told: Cells, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = Verb("burn", "/burn", "Burn it.", (), lambda job: {"burnt": True})
    monkeypatch.setattr(table, "VERBS", {"burn": new})
    for person in {*WHO.values()}:
        before = told.last()
        with pytest.raises(DeniedError):
            run(told.world.place, By(person), "burn", {})
        assert [one["type"] for one in told.entries(before)] == ["refused"]


def test_what_no_verb_is_is_denied_and_not_repeated(told: Cells) -> None:
    before = told.last()
    with pytest.raises(DeniedError) as denied:
        run(told.world.place, BESS, CANARY, {})
    assert CANARY not in str(denied.value)
    [entry] = told.entries(before)
    assert (entry["type"], entry["body"]["verb"]) == ("refused", "unknown")


@pytest.mark.parametrize("name", [*ROWS, *LOCAL])
def test_a_relation_that_a_row_leaves_out_is_denied(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ROWS.get(name) or LOCAL[name]
    bare = {name: row._replace(cells={})}
    monkeypatch.setattr(authority, "ROWS", bare)
    for relation in Relation:
        for visitor in (Visitor(), Visitor(True), Visitor(False, True), Visitor(True, True)):
            assert verdict(name, relation, visitor) is Verdict.DENIED


def test_nobody_without_a_part_is_let_through_but_at_the_machine() -> None:
    for name in ROWS:
        for relation in (Relation.NOBODY, Relation.LEFT):
            assert verdict(name, relation) is Verdict.DENIED
            here = verdict(name, relation, Visitor(here=True))
            assert here in (Verdict.DENIED, ROWS[name].cells.get(Relation.MACHINE))


def test_a_case_is_hidden_from_whoever_is_barred_by_every_verb_about_one() -> None:
    for name, verb in VERBS.items():
        of_case = "{ref}" in verb.path
        barred = ROWS[name].cells.get(Relation.BARRED)
        wanted = Verdict.PROCESS if name == "break-glass" else Verdict.HIDDEN
        assert barred is (wanted if of_case else None), name
        if not of_case:
            continue
        broken = verdict(name, Relation.GLASS_BROKEN)
        assert not (verb.changes and broken is not Verdict.DENIED), f"{name} changes something"


def test_a_service_account_has_no_more_than_whoever_holds_its_role() -> None:
    order = [Verdict.HIDDEN, Verdict.DENIED, Verdict.OWN, Verdict.PROCESS, Verdict.ALLOWED]
    for name in ROWS:
        for relation in PARTS:
            person = verdict(name, relation)
            program = verdict(name, relation, Visitor(service=True))
            assert order.index(program) <= order.index(person)


def test_the_page_is_the_one_that_the_table_yields() -> None:
    written = (ROOT / PAGE).read_text(encoding="utf-8")
    assert written == page(written), "it is stale; run: python -m engine.cli.authority_page"


@pytest.mark.parametrize("verb", HIDDEN_BY)
def test_a_case_that_is_hidden_is_told_of_in_the_words_for_one_that_is_not_there(
    told: Cells, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    place, asked = told.world.place.at("http"), told.request(verb)

    def words(ref: str) -> str:
        with pytest.raises(CaseNotFoundError) as found:
            run(place, BESS, verb, {**asked, "ref": ref})
        return str(found.value).replace(ref, "REF")

    missing = words(references.made(2025, b"never"))
    monkeypatch.setattr(authorising, "_barrier", lambda *_, **__: Relation.BARRED)
    before = told.last()
    assert words(told.ref) == missing
    assert [one["type"] for one in told.entries(before)] == ["refused"]


def test_a_role_that_ended_yesterday_opens_nothing_today_whatever_token_was_issued(
    world: World,
) -> None:
    ref, place = world.open(), world.place
    text = tokens.issue(place.at("command line"), By("eve"), "eve", (), (), "2026-06-30")
    assert signing_in.by_token(place, text).person == "eve"
    assert run(place, By("eve"), "show", {"ref": ref})

    held = tuple(
        replace(one, until="2025-12-15") if one.person == "eve" else one
        for one in place.directory.appointments
    )
    place.directory = replace(place.directory, appointments=held)
    assert run(place, By("eve"), "show", {"ref": ref})
    world.clock.go_to("2025-12-16")
    with pytest.raises(NotSignedInError):
        signing_in.by_token(place, text)
    for verb in ("show", "show personal", "take", "list"):
        raw = {"ref": ref, "why": "audit", "transition": "start_deciding"}
        known = {field.name for field in table.fields(VERBS[verb])}
        with pytest.raises(DeniedError):
            run(place, By("eve"), verb, {k: v for k, v in raw.items() if k in known})


def test_what_is_kept_of_a_case_denies_nothing_that_its_edition_of_now_allows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, place = world.open(), world.place
    world.take(ref, "start_deciding")
    assert place.store.pinned(ref)
    nobodys = replace(editions.in_use(place)[0], hash="of before", roles={}, kept_by=())
    monkeypatch.setattr(Workplace, "known", lambda *_: nobodys)
    kept = authorising.relation(place, BESS, "take", {"ref": ref}, fresh=False)
    assert kept is Relation.TOLD
    assert run(place, BESS, "take", {"ref": ref, "transition": "record_letter"})


def test_the_table_is_read_as_one_document_with_the_powers_of_each_role(told: Cells) -> None:
    found = run(told.world.place, BESS, "authority", {"process": "incident", "role": "executive"})
    assert json.loads(json.dumps(found)) == found
    [process, summary] = found["process"]["processes"]
    assert (process["workflow"], summary["workflow"]) == ("incident", "summary")
    [role] = process["roles"]
    assert [one["id"] for one in role["approves"]] == ["report"]
    assert role["takes"] == []
    assert {one["verb"] for one in found["verbs"]} == set(VERBS)
    assert {one["verb"] for one in found["local"]} == set(table.LOCAL)


def test_who_has_broken_the_glass_reads_the_case_and_changes_nothing(
    told: Cells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorising, "_barrier", lambda *_, **__: Relation.GLASS_BROKEN)
    place = told.world.place.at("http")
    assert run(place, BESS, "show", told.request("show"))
    assert run(place, BESS, "show personal", told.request("show personal"))
    with pytest.raises(DeniedError) as denied:
        run(place, BESS, "take", told.request("take"))
    assert denied.value.unmet[0].what == authorising.TO_READ
