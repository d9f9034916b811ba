from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzzing import KINDS, spoilt

SAMPLE = {"small": 120, "overlay": 120, "shipped": 4, "example": 5, "story": 60, "settings": 150}


@pytest.mark.parametrize("kind", KINDS)
def test_files_spoilt_in_any_way_give_mistakes_that_can_be_found_or_none(
    kind: str, tmp_path: Path
) -> None:
    wrong = []
    for seed in range(SAMPLE[kind]):
        found = spoilt(kind, seed, tmp_path / str(seed))
        if found.problem:
            wrong.append(f"{kind} {seed}, {found.file}: {found.problem}")
    assert wrong == []


def test_a_seed_spoils_the_same_file_in_the_same_way(tmp_path: Path) -> None:
    first, again = (spoilt("small", 7, tmp_path / name) for name in ("a", "b"))
    assert first == again
    assert any(spoilt("small", seed, tmp_path / str(seed)).mistakes for seed in range(10))
