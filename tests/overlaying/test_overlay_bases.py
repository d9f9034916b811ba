from __future__ import annotations

from pathlib import Path

import pytest

from engine.loading import load
from tests.definitions import SOUND, mistakes, write
from tests.overlays import HEAD, OWN, laid


def test_an_edition_that_extends_another_has_a_name_of_its_own(tmp_path: Path) -> None:
    write(tmp_path / "national", SOUND)
    hint = 'Write an edition of your own, such as edition = "2025-06 local 1".'
    said = f"An edition that extends another is told from it by its name. {hint}"
    for head, line in (('extends = "../national"\n', 1), (HEAD.replace("1 local", "1"), 2)):
        folder = write(tmp_path / "local", {"process.toml": head})
        assert mistakes(folder, {}) == [f"process.toml:{line}: {said}"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('"../local"', "This process extends itself: local, which extends local."),
        (
            '"../nationl"',
            'There is no process and no folder "../nationl" to extend. There is only',
        ),
        (
            '"child_safegarding_practice_review"',
            'There is no process and no folder "child_safegarding_practice_review" to extend. Did '
            'you mean "child_safeguarding_practice_review"?',
        ),
        ('"/tmp"', '"extends" is the name of a process, or the way to its folder from this one.'),
        ("3", '"extends" must be the name of a process, or the way to its folder.'),
        ('""', '"extends" must be the name of a process, or the way to its folder.'),
        ('"a\\u0000b"', '"extends" must be the name of a process, or the way to its folder.'),
        (f'"{"x/" * 400}"', f'There is no process and no folder "{"x/" * 40}" to extend. There is'),
        ('"../packs"', 'A folder that is extended cannot be called "packs".'),
    ],
)
def test_a_base_that_cannot_be_is_told_of(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / "packs").mkdir()
    folder = write(tmp_path / "local", {"process.toml": f'\nextends = {written}\nedition = "2"\n'})
    (found,) = mistakes(folder, {})
    assert found.startswith(f"process.toml:2: {said}")


def test_two_that_extend_each_other_are_told_of(tmp_path: Path) -> None:
    for name, other in (("one", "two"), ("two", "one")):
        write(tmp_path / name, {"process.toml": f'extends = "../{other}"\nedition = "x"\n'})
    assert mistakes(tmp_path / "one", {}) == [
        'process.toml:1: The process "two" that this one extends has mistakes. They are put right '
        "first.",
        "two/process.toml:1: This process extends itself: one, which extends two, which extends "
        "one.",
    ]


def test_mistakes_of_the_base_are_told_with_the_name_of_its_folder(tmp_path: Path) -> None:
    laid(tmp_path, OWN)
    steps = SOUND["steps.toml"].replace('who     = "authority"', 'who     = "authorty"')
    write(tmp_path / "national", {"steps.toml": steps})
    assert mistakes(tmp_path / "local", {}) == [
        'national/steps.toml:5: There is no role "authorty". Did you mean "authority"?',
        'process.toml:1: The process "national" that this one extends has mistakes. They are put '
        "right first.",
    ]


def test_an_overlay_stands_on_an_overlay_and_loosens_nothing_of_either(tmp_path: Path) -> None:
    laid(tmp_path, OWN + '[transition.notify.also]\non_file = ["form"]\n')
    head = 'extends = "../local"\nedition = "1 lower"\n'
    lower = write(tmp_path / "lower", {"process.toml": head})
    workflow = load(lower)
    assert workflow.name == "national"
    assert workflow.transitions["notify"].on_file == ("reasons", "form")
    loose = head + '[transition.notify]\non_file = ["reasons"]\n'
    assert mistakes(write(lower, {"process.toml": loose}), {})[0].startswith(
        'process.toml:4: This takes "form" away from "on_file" of transition "notify"'
    )
    for number, below in enumerate(("lower", "l0", "l1")):
        head = f'extends = "../{below}"\nedition = "{number}"\n'
        write(tmp_path / f"l{number}", {"process.toml": head})
    write(lower, {"process.toml": 'extends = "../local"\nedition = "1 lower"\n'})
    assert load(tmp_path / "l0").edition == "0"
    found = mistakes(tmp_path / "l1", {})
    assert (
        "local/process.toml:1: At most 4 folders stand one on the other; this is one too many."
        in found
    )
