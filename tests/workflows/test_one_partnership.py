from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from engine.definition import Workflow
from engine.errors import ScenarioError
from engine.loading import sources
from engine.proving import verify
from engine.scenarios import story
from engine.scenarios.playing import Player
from engine.service import editions
from engine.service.trail import verifying
from engine.service.workplace import By
from tests.shared import loaded, scenario
from tests.stories import CAST, PROCESS, partnership

OVERLAY = PROCESS / "examples" / "one_partnership"
TIGHTER = {
    "find_nothing_to_act_on": "Does your agency agree that there is nothing further to act on?",
    "decide_nothing_to_publish": "What legal advice was given on the decision?",
}
"""The steps for which the example asks for more, and the words of what is then missing."""

TOLD_MORE = {"notification", "assurance_asked"}
"""The timescales of which the example tells more people."""
NOTICES = ("reminded", "escalated")
NARROWED = {"add_contributor"}
"""The steps that fewer people take under the example."""

SAMPLE = ("a_whole_review", "deciding_is_not_sending")
STORIES = story.stories(PROCESS)
BEGINNINGS = [
    file.read_text(encoding="utf-8")
    for file in (PROCESS / story.FOLDER / story.BEGINNINGS).glob("*.toml")
]


def says(file: Path, words: Iterable[str]) -> bool:
    """Whether a story may say one of these words; only such a story need be read."""
    texts = (file.read_text(encoding="utf-8"), *BEGINNINGS)
    return any(word in text for text in texts for word in words)


def takes(file: Path) -> str:
    """The first step of a story for which the example asks for more."""
    if not says(file, TIGHTER):
        return ""
    steps = (one for one in scenario(file).steps if one.verb == "take" and not one.refused)
    return next((one.object for one in steps if one.object in TIGHTER), "")


def play(url: str, file: Path) -> None:
    with partnership(url, CAST) as (place, clock):
        editions.activate(place, By("sam"), loaded(OVERLAY), sources(OVERLAY))
        Player(place, clock).play(scenario(file))
        assert verifying.verify(place).problems == []


@pytest.fixture(scope="module")
def base() -> Workflow:
    return loaded(PROCESS)


@pytest.fixture(scope="module")
def overlaid() -> Workflow:
    return loaded(OVERLAY)


def names(file: Path) -> set[str]:
    """The timescales of which a story lists everybody who is told."""
    if not says(file, NOTICES):
        return set()
    then = [one.then for one in scenario(file).steps]
    return {t for one in then for told in NOTICES for t in one.get(told, ())}


def lists_takers(file: Path) -> bool:
    """Whether a story lists everybody who takes a step that fewer people take here."""
    if not says(file, ["only_by"]):
        return False
    then = [one.then for one in scenario(file).steps]
    return any(NARROWED & set(one.get("only_by", ())) for one in then)


def goes_on(file: Path) -> bool:
    """Whether nothing of what the example adds or narrows is spelt out in a story."""
    return not (takes(file) or names(file) & TOLD_MORE or lists_takers(file))


HELD = [file for file in STORIES if goes_on(file)]
CHOSEN = [*HELD[::25], *(file for file in HELD if file.stem in SAMPLE)]
TIGHTENED = [file for file in STORIES if takes(file)]


@pytest.mark.parametrize("file", [*dict.fromkeys(CHOSEN)], ids=lambda file: file.stem)
def test_a_national_story_goes_as_it_says_under_the_example(file: Path, on_sqlite: str) -> None:
    play(on_sqlite, file)


@pytest.mark.parametrize("file", TIGHTENED[:2], ids=lambda file: file.stem)
def test_a_story_that_takes_a_tighter_step_is_stopped_there_and_told_why(
    file: Path, on_sqlite: str
) -> None:
    with pytest.raises(ScenarioError) as stopped:
        play(on_sqlite, file)
    assert TIGHTER[takes(file)] in str(stopped.value)


@pytest.mark.parametrize("file", story.stories(OVERLAY), ids=lambda file: file.stem)
def test_the_examples_own_story_goes_as_it_says(file: Path, on_sqlite: str) -> None:
    assert scenario(file).workflow == PROCESS.name
    play(on_sqlite, file)


def test_the_example_is_the_national_process_in_another_edition(
    base: Workflow, overlaid: Workflow
) -> None:
    assert overlaid.overlay is not None
    assert overlaid.overlay.base_hash == base.hash
    assert not overlaid.overlay.is_moved
    assert (overlaid.name, overlaid.caution) == (base.name, base.caution)
    assert [*overlaid.states] == [*base.states]
    assert overlaid.source.startswith(base.source)


def test_no_duty_and_no_time_of_the_law_or_of_guidance_is_another_under_the_example(
    base: Workflow, overlaid: Workflow
) -> None:
    for name, timescale in base.timescales.items():
        after = overlaid.timescales[name]
        assert after._replace(notices=()) == timescale._replace(notices=())
        assert {notice.id for notice in after.notices} >= {n.id for n in timescale.notices}
    own = [t for name, t in overlaid.timescales.items() if name not in base.timescales]
    assert [timescale.duty for timescale in own] == [""]
    assert {variant.time_from.kind for t in own for variant in t.variants} == {"local"}


def test_the_example_is_consistent_on_every_way_that_its_cases_can_go(overlaid: Workflow) -> None:
    verdict = verify(overlaid, None)
    assert verdict.failures == []
    assert verdict.not_shown == []
