"""The one table of verbs: a request is read whole, and what it does is what the service does."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from engine.authority import Relation, Verdict, Visitor, verdict
from engine.errors import CaseNotFoundError, RefusedError, UsageError
from engine.service import cases
from engine.service.workplace import By, File
from engine.verbs import table
from engine.verbs.table import VERBS, run
from engine.verbs.verb import Content
from tests.worlds import AGENCIES, BESS, LEE, World

STRANGER = By("pol")


def asked(world: World, name: str, by: By = BESS, **raw: Any) -> Mapping[str, Any]:
    found = run(world.place, by, name, raw)
    assert not isinstance(found, Content)
    json.dumps(found)
    return found


def opened(world: World, **answers: str) -> str:
    given = {"place": "in our area", "aware_on": "2025-12-12"} | answers
    return str(asked(world, "open", workflow="incident", answers=given)["ref"])


def test_a_case_is_opened_and_moved_along_by_the_verbs_alone(world: World) -> None:
    ref = opened(world)
    told = asked(world, "take", ref=ref, transition="start_deciding")

    assert (told["ref"], told["repeated"], told["proof"]) == (ref, False, "claimed")
    assert told["case"]["state"] == world.state(ref)
    asked(world, "record", ref=ref, answers={"opinion/council": "notify"})
    asked(world, "record", ref=ref, asked={"opinion/police": "2025-12-14"})
    shown = asked(world, "show", ref=ref)
    assert {(one["of"], one["status"]) for one in shown["answers"] if one["of"]} == {
        ("council", "answered"),
        ("police", "asked"),
    }


def test_every_mistake_of_a_request_is_told_at_once_and_no_value_is_repeated(world: World) -> None:
    ref = opened(world)
    secret = "Robin Doe"
    raw = {"ref": ref, "answer": secret, "on": secret, "already_done": secret}
    raw["transition"] = f"{secret}\n"

    with pytest.raises(UsageError) as refused:
        run(world.place, BESS, "take", raw)

    said = str(refused.value).split("\n")
    assert len(said) == 4
    assert secret not in str(refused.value)
    assert 'did you mean "answers"?' in said[0]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("open", {"workflow": "incident", "answers": {"Place!": "x"}}),
        ("open", {"workflow": "incident", "answers": {"place": 7}}),
        ("open", {"workflow": "incident", "answers": ["place"]}),
        ("open", {"workflow": "../incident"}),
        ("open", {}),
        ("list", {"late": "perhaps"}),
        ("list", {"state": "a" * 201}),
        ("date", {"asked": "tomorrow"}),
    ],
)
def test_a_request_that_cannot_be_meant_changes_nothing(
    world: World, name: str, raw: Mapping[str, Any]
) -> None:
    with pytest.raises(UsageError):
        run(world.place, BESS, name, raw)
    assert asked(world, "list")["cases"] == []


def test_a_document_is_put_on_file_and_read_back_for_a_reason(world: World) -> None:
    ref = world.notified()
    file = File("report.pdf", io.BytesIO(b"what was found"))
    asked(world, "attach", ref=ref, question="form", document=file)
    [held] = asked(world, "document", ref=ref)["documents"]

    found = run(
        world.place,
        BESS,
        "document content",
        {"ref": ref, "document": held["document"], "why": "to read it"},
    )

    assert isinstance(found, Content)
    assert b"".join(found.pieces) == b"what was found"


def test_what_another_person_decided_is_recorded_with_the_evidence_given(world: World) -> None:
    ref = opened(world)
    asked(world, "take", ref=ref, transition="start_deciding")
    world.opinions(ref)
    shown = File("letter.txt", io.BytesIO(b"I decide so."))

    told = asked(
        world,
        "take",
        ref=ref,
        transition="decide_to_notify",
        answers={"rationale": "The three tests are met."},
        decided_by="lee",
        evidence=shown,
    )

    assert (told["recorded_by"], told["decided_by"]) == ("bess", "lee")
    actor = asked(world, "history", ref=ref)["events"][-1]["actor"]
    assert (actor["decided"], actor["recorded"]) == ("lee", "bess")


def test_a_case_that_may_be_there_already_is_opened_only_where_somebody_says_it_is_not(
    world: World,
) -> None:
    first = opened(world)
    with pytest.raises(RefusedError, match=first):
        opened(world)
    raw = {"workflow": "incident", "answers": {"place": "in our area", "aware_on": "2025-12-12"}}
    assert asked(world, "open alike", **raw)["similar"][0]["ref"] == first
    assert asked(world, "open", **raw, not_the_same=True)["ref"] != first


def test_of_two_that_open_under_one_key_at_once_neither_is_told_to_look_at_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = By("bess", key="once-and-no-more")
    raw = {"workflow": "incident", "answers": {"place": "in our area", "aware_on": "2025-12-12"}}
    similar, others = cases.listing.similar, []

    def first_the_other(*given: Any) -> list[dict[str, Any]]:
        monkeypatch.setattr(cases.listing, "similar", similar)
        others.append(asked(world, "open", by, **raw)["ref"])
        return similar(*given)

    monkeypatch.setattr(cases.listing, "similar", first_the_other)
    told = asked(world, "open", by, **raw)
    assert (told["ref"], told["repeated"]) == (others[0], True)


def test_under_one_key_a_change_is_made_once(world: World) -> None:
    ref = opened(world)
    by = By("bess", key="once-and-no-more")
    first = asked(world, "take", by, ref=ref, transition="start_deciding")
    again = asked(world, "take", by, ref=ref, transition="start_deciding")

    assert (first["repeated"], again["repeated"]) == (False, True)
    assert first["version"] == again["version"]


def test_whoever_has_no_part_reads_nothing_and_the_try_is_logged(world: World) -> None:
    ref = opened(world)
    mute = {name: replace(one, contact="") for name, one in AGENCIES.items()}
    world.place.directory = replace(world.place.directory, agencies=mute)
    here = Visitor(here=True)
    reads = [
        name
        for name, verb in VERBS.items()
        if not verb.changes and verdict(name, Relation.LEFT, here) is Verdict.DENIED
    ]
    for name in reads:
        verb = VERBS[name]
        raw = {"ref": ref} if "{ref}" in verb.path else {}
        raw |= {f.name: _some(f.kind) for f in verb.fields if f.required and f.name != "ref"}
        with pytest.raises(RefusedError, match="not yours to read"):
            run(world.place, STRANGER, name, raw)
    with world.place.database.read() as tx:
        logged = world.place.store.events(tx, "access")
    assert len([one for one in logged if '"pol"' in one]) == len(reads)


def _some(kind: str) -> Any:
    known = {"flag": True, "number": 1, "answers": {}, "day": "2026-01-02"}
    return known.get(kind, "something")


def test_a_reference_that_was_never_given_out_is_told_as_such(world: World) -> None:
    with pytest.raises(CaseNotFoundError):
        run(world.place, BESS, "show", {"ref": "2025-AAAAAA"})


def test_a_wrong_person_is_refused_what_only_others_decide(world: World) -> None:
    ref = opened(world)
    asked(world, "take", ref=ref, transition="start_deciding")
    world.opinions(ref)
    raw = {"ref": ref, "transition": "decide_to_notify", "answers": {"rationale": "It is so."}}
    with pytest.raises(RefusedError):
        run(world.place, BESS, "take", raw)
    assert asked(world, "take", LEE, **raw)["case"]["state"] == "to_notify"


def test_each_verb_has_its_own_place_in_the_web_and_every_field_of_its_path(world: World) -> None:
    places = [(verb.method, verb.path) for verb in VERBS.values()]
    assert len(set(places)) == len(places)
    for verb in VERBS.values():
        names = [field.name for field in table.fields(verb)]
        assert len(set(names)) == len(names)
        inside = {field.name for field in verb.fields if field.where == "path"}
        assert {part[1:-1] for part in verb.path.split("/") if part.startswith("{")} == inside
        assert not [f.name for f in verb.fields if f.kind == "text" and f.where != "body"]
