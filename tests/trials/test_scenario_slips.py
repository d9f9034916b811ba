from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import DefinitionError
from engine.scenarios.knowing import Known
from engine.scenarios.reading import read
from tests.fuzzing import broken, is_toml
from tests.shared import loaded
from tests.stories import CAST, PROCESS

STORY = PROCESS / "scenarios" / "a_decision_not_to_notify_ends_the_clock.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / PROCESS.name / "scenarios"
    made.mkdir(parents=True)
    return made


def mistakes(folder: Path, text: str, known: Known | None = None) -> list[str]:
    file = folder / "story.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        read(file, known)
    return [str(mistake) for mistake in refused.value.mistakes]


def test_slips_of_form_in_a_story_hide_no_other_mistake_and_make_up_none(folder: Path) -> None:
    found = mistakes(
        folder,
        """title = \u201cA story\u201d
[[step]]
on   = 02/02/2026
by   = "business unit"
does = "open"
[[step]]
does = "tke decide_to_notify"
[[step]]
on   = 2026-02-03
with = { outcome = "died"
[[step]]
on   = 2026-02-02
""",
    )

    assert [said.split(": ")[0] for said in found] == [
        f"story.toml:{line}" for line in (1, 3, 7, 10)
    ]
    assert 'Nobody can "tke". Did you mean "take"?' in found[2]


def test_what_is_answered_with_a_step_that_has_a_slip_is_not_judged_as_another_step_s(
    folder: Path,
) -> None:
    found = mistakes(
        folder,
        """[[step]]
does = "take report_referral"
[[step]]
does = "open
[step.with]
ref = "x"
[step.wth]
ref = "x"
""",
    )

    assert [said.split(": ")[0] for said in found] == ["story.toml:4"]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_a_line_that_is_spoilt_makes_no_other_line_of_a_story_a_mistake(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    lines = STORY.read_text(encoding="utf-8").split("\n")
    text = broken("\n".join(line for line in lines if not line.startswith("begins")), seed)
    if not is_toml(text):
        known = Known(loaded(PROCESS), CAST)
        (said,) = mistakes(tmp_path_factory.mktemp(PROCESS.name), text, known)
        assert said.startswith("story.toml:")
