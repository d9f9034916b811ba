"""A document that each agency is asked for: what is typed for it, and how a story gives it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import ScenarioError
from engine.scenarios import doing
from engine.scenarios.story import Telling
from engine.service.looking import ahead, reading
from engine.service.workplace import By
from tests.changed_sample import changed
from tests.typed import fault
from tests.worlds import World

OF_EACH = (
    'ask    = "The form that was sent"\nanswer = "document"',
    'ask = "The form that was sent"\nanswer = "document"\nasked_of = "partners"',
)
ASKED = ('asked   = ["opinion"]', 'asked   = ["opinion", "form"]')


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with changed(tmp_path, OF_EACH, ASKED) as made:
        yield made


def on_file(world: World, ref: str) -> list[str]:
    answers = reading.show(world.place, By("bess"), ref)["answers"]
    return sorted(one["of"] for one in answers if one["question"] == "form")


def test_a_document_of_an_agency_is_attached_and_not_recorded(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    found = ahead.why_not(world.place, By("bess"), ref, "decide_to_notify")
    typed = [
        command
        for need in found["unmet"]
        for way in need["ways"]
        for supply in way
        for command in supply["commands"]
        if "form/police" in command
    ]
    assert f"attach {ref} form/police FILE" in typed
    assert [line for line in typed if fault(f"casetrail {line}")] == []
    [how] = [one["how"] for one in found["unmet"] if "form/police" in one["how"]]
    assert "attach form/police FILE, or record --no-reply form/police" in how


def test_a_story_gives_the_document_of_each_agency_at_once(world: World) -> None:
    ref = world.open()
    telling = Telling("story:1", "attach", "form/each")
    doing.VERBS["attach"](world.place, By("bess"), ref, telling)

    assert on_file(world, ref) == ["board", "council", "police"]


def test_a_document_of_each_child_before_there_is_one_is_told(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    per = (OF_EACH[0], OF_EACH[1].replace('asked_of = "partners"', 'per = "child"'))
    with changed(folder, per) as other:
        ref = other.open()
        telling = Telling("story:1", "attach", "form/each")
        with pytest.raises(ScenarioError, match="nobody is asked for form/each"):
            doing.VERBS["attach"](other.place, By("bess"), ref, telling)
