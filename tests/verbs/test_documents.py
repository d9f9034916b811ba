"""What the documents of verbs hold, so that whoever has no store can say what was done."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest

from engine.errors import RefusedError, UsageError
from engine.service.workplace import By, File
from engine.verbs.table import run
from engine.verbs.verb import Content
from tests.worlds import BESS, World

SECRET = "Robin Doe was seen at the pool"


def asked(world: World, name: str, by: By = BESS, **raw: Any) -> Mapping[str, Any]:
    found = run(world.place, by, name, raw)
    assert not isinstance(found, Content)
    json.dumps(found)
    return found


def test_the_questions_of_a_case_say_how_each_is_answered(world: World) -> None:
    ref = world.open()
    found = {one["question"]: one for one in asked(world, "questions", ref=ref)["questions"]}

    assert found["rationale"]["personal"]
    assert found["rationale"]["ask"] == "Why was it decided so?"
    assert found["opinion"]["answer"] == "choice"
    assert "notify" in found["opinion"]["choices"]
    assert found["opinion"]["asked_of"]
    assert not found["aware_on"]["personal"]


def test_the_questions_of_a_new_case_are_those_of_the_edition_under_which_it_opens(
    world: World,
) -> None:
    found = asked(world, "workflow questions", workflow="incident")
    ref = world.open()

    assert found["questions"] == asked(world, "questions", ref=ref)["questions"]
    with pytest.raises(UsageError, match="No edition"):
        asked(world, "workflow questions", workflow="accident")


def test_what_was_recorded_is_told_by_question_and_never_by_value(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    found = asked(
        world,
        "record",
        ref=ref,
        answers={"rationale": SECRET, "opinion/council": "notify"},
        asked={"opinion/police": "2025-12-14"},
    )

    assert [(one["question"], one["of"], one["status"]) for one in found["recorded"]] == [
        ("rationale", "", "answered"),
        ("opinion", "council", "answered"),
        ("opinion", "police", "asked"),
    ]
    assert found["recorded"][2]["asked_on"] == "2025-12-14"
    assert SECRET not in json.dumps(found)


def test_a_change_says_when_it_happened_who_recorded_it_and_what_they_are_called(
    world: World,
) -> None:
    ref = world.open()
    found = asked(world, "take", ref=ref, transition="start_deciding", on="2025-12-15")

    assert (found["on"], found["recorded_by"]) == ("2025-12-15", "bess")
    assert found["names"] == {"bess": "Bess Sample"}
    assert found["title"]
    assert found["passed_over"] == ""


def test_a_delay_names_the_deadline_that_was_explained_of_an_agency_too(world: World) -> None:
    ref, named = world.open(), "notification"
    found = asked(
        world, "delay", ref=ref, timescale=named, told="the Panel", reason="Many were ill."
    )

    assert found["delayed"]["timescale"] == named
    with pytest.raises(RefusedError, match="is not running"):
        asked(world, "delay", ref=ref, timescale=named, of="nobody", told="x", reason="y")


def test_the_titles_of_a_history_are_those_of_what_it_names_and_no_others(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    found = asked(world, "history titles", ref=ref)

    assert found["titles"]["transitions"] == {"start_deciding": "Begin the decision"}
    assert found["titles"]["people"]["bess"] == "Bess Sample"
    assert "ed" not in found["titles"]["people"]
    assert len(asked(world, "history", ref=ref, last=1)["events"]) == 1
    last = asked(world, "history titles", ref=ref, last=1)
    assert "place" not in last["titles"]["questions"]


def test_an_erasure_is_foreseen_and_changes_nothing_until_it_is_confirmed(world: World) -> None:
    ref = world.open()
    who = asked(world, "person add", ref=ref, kind="child", answers={"name": SECRET})["person"]
    raw = {"ref": ref, "person": who, "basis": "an order"}
    before = asked(world, "show", ref=ref)["version"]

    doomed = asked(world, "erase", dry_run=True, **raw)["doomed"]
    assert (doomed["values"], doomed["documents"]) == (1, 0)
    with pytest.raises(RefusedError, match="once more"):
        asked(world, "erase", **raw)
    assert asked(world, "show", ref=ref)["version"] == before
    assert asked(world, "erase", confirm=ref, **raw)["destroyed"] == []


def test_whoever_asks_is_told_who_they_are_here_and_how_that_is_known(world: World) -> None:
    found = asked(world, "who", By("lee", claimed="signed in, password"))

    assert (found["person"], found["name"]) == ("lee", "Lee Sample")
    assert found["proof"] == "signed in, password"
    assert "local_authority" in {one["role"] for one in found["roles"]}
    assert found["has_part"]
    assert not asked(world, "who", By("nobody-here"))["has_part"]


def test_a_document_that_may_not_be_read_is_refused_before_there_is_a_file(world: World) -> None:
    ref = world.notified()
    file = File("report.pdf", io.BytesIO(b"what was found"))
    asked(world, "attach", ref=ref, question="form", document=file)
    raw = {"ref": ref, "document": "form", "why": "to read it"}

    with pytest.raises(RefusedError):
        run(world.place, By("pol"), "document content", raw)
    found = run(world.place, BESS, "document content", raw)
    assert isinstance(found, Content)
    assert found.about["document"]["question"] == "form"


def test_a_bank_holiday_that_is_doubtful_is_recorded_only_where_that_is_agreed(
    world: World,
) -> None:
    world.notified()
    raw = {
        "day": "2025-12-24",
        "title": "A holiday",
        "announced": world.place.today().isoformat(),
        "source": "a newspaper",
    }
    foreseen = asked(world, "calendar add", dry_run=True, **raw)

    assert foreseen["doubts"]
    assert asked(world, "calendar list")["calendars"][0]["changes"] == []
    with pytest.raises(RefusedError, match="allow_later"):
        asked(world, "calendar add", **raw)
    done = asked(world, "calendar add", allow_later=True, **raw)
    assert done["new"] == foreseen["new"]
    assert [one["ref"] for one in done["clocks"]] == [one["ref"] for one in foreseen["clocks"]]
