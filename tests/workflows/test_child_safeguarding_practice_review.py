from __future__ import annotations

from pathlib import Path

import pytest

from engine.definition import Workflow
from engine.scenarios import mapping
from engine.scenarios.mapping import Entry, shown
from engine.scenarios.playing import Player
from engine.scenarios.story import Scenario, stories
from engine.service.trail import verifying
from tests import shared
from tests.replays import differences
from tests.shared import loaded
from tests.stories import CAST, PROCESS, ROOT, partnership

STORIES = stories(PROCESS)
ON_POSTGRESQL = (
    "a_whole_review",
    "deciding_is_not_sending",
    "publication_is_held_for_proceedings_and_the_six_months_run_on",
    "a_notice_that_is_late_says_so",
    "an_incident_that_is_open_twice_is_closed_once",
)


@pytest.fixture(scope="module")
def workflow() -> Workflow:
    return loaded(PROCESS)


@pytest.fixture(scope="module")
def told() -> dict[str, Scenario]:
    return mapping.told_of(PROCESS)


def play(url: str, file: Path) -> None:
    with partnership(url, CAST) as (place, clock):
        Player(place, clock).play(shared.scenario(file))
        verdict = verifying.verify(place)
        assert verdict.problems == []
        assert verdict.events > 1
        assert differences(place) == [], "a replay under the same edition makes it otherwise"


@pytest.mark.parametrize("file", STORIES, ids=lambda file: file.stem)
def test_the_story_goes_as_it_says(file: Path, on_sqlite: str) -> None:
    play(on_sqlite, file)


@pytest.mark.postgresql
@pytest.mark.parametrize("name", ON_POSTGRESQL)
def test_the_story_goes_the_same_on_postgresql(name: str, on_postgres: str) -> None:
    play(on_postgres, next(file for file in STORIES if file.stem == name))


def test_every_story_is_titled_by_a_sentence_of_its_own() -> None:
    titles = [shared.scenario(file).title for file in STORIES]

    assert len(set(titles)) == len(titles) > 80
    assert [title for title in titles if len(title.split()) < 6] == []


def test_every_step_state_and_clock_of_the_process_is_shown_by_a_story(
    workflow: Workflow, told: dict[str, Scenario]
) -> None:
    found = frozenset().union(*(shown(scenario, workflow) for scenario in told.values()))
    wanted = {
        Entry(process, kind, name)
        for process, known in {"": workflow, **workflow.children}.items()
        for kind, names in (
            ("transition", known.transitions),
            ("state", known.states),
            ("timescale", known.timescales),
        )
        for name in names
    }

    assert wanted - found == set()


@pytest.mark.parametrize("letter", "abcd")
def test_each_criterion_of_regulation_11_is_answered_yes_may_and_no(
    letter: str, told: dict[str, Scenario]
) -> None:
    answers = {
        telling.answers.get(f"criterion_{letter}")
        for scenario in told.values()
        for telling in scenario.steps
        if not telling.refused
    }

    assert answers >= {"yes", "may", "no"}


def test_the_process_map_has_no_empty_cell_and_every_story_shows_its_row(
    workflow: Workflow, told: dict[str, Scenario]
) -> None:
    rows = mapping.read_map(ROOT / mapping.MAP)

    assert {row.section for row in rows} == {"row", "timescale", "criterion", "rule"}
    assert mapping.faults(rows, workflow, told) == []


def test_the_process_map_holds_every_row_timescale_and_criterion() -> None:
    rows = mapping.read_map(ROOT / mapping.MAP)
    names = [row.name for row in rows]
    timescales = [f"C{n}" for n in (*range(1, 14), 16, 17, 21)]

    assert len(names) == len(set(names))
    assert [row.name for row in rows if row.section == "timescale"] == timescales
    assert [row.name for row in rows if row.section == "criterion"] == [
        f"reg 11({letter})" for letter in "abcd"
    ]
    assert sum(row.section == "row" for row in rows) == 19
    assert sum(row.section == "rule" for row in rows) >= 37


def test_the_page_of_the_process_map_is_not_stale(
    workflow: Workflow, told: dict[str, Scenario]
) -> None:
    rows = mapping.read_map(ROOT / mapping.MAP)
    written = (ROOT / mapping.PAGE).read_text(encoding="utf-8")

    assert written == mapping.page(rows, workflow, told), (
        "docs/process-map.md is stale; run: python -m engine.scenarios.mapping"
    )


def test_a_fault_of_the_process_map_is_found(workflow: Workflow, told: dict[str, Scenario]) -> None:
    row = mapping.read_map(ROOT / mapping.MAP)[0]
    wrong = [
        mapping.Row("row", "no story", row.entry, (), ()),
        mapping.Row("row", "unknown story", row.entry, (), ("a_story_that_nobody_wrote",)),
        mapping.Row("row", "unknown entry", Entry("", "state", "nowhere"), (), row.scenarios),
        mapping.Row("row", "other story", row.entry, (), ("a_notice_that_is_late_says_so",)),
    ]
    wrong[3] = mapping.Row(
        "row", "other story", Entry("", "state", "closed"), (), ("deciding_is_not_sending",)
    )

    assert mapping.faults(wrong, workflow, told) == [
        "no story: no story is named",
        "unknown story: no story a_story_that_nobody_wrote",
        "unknown entry: no entry state nowhere",
        *(f"unknown entry: {name} does not show state nowhere" for name in row.scenarios),
        "other story: deciding_is_not_sending does not show state closed",
    ]
