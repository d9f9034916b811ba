from __future__ import annotations

import tomllib

import pytest

from engine.loading import find, load
from tests.definitions import SOUND, mistakes, sound, write

NOTES = '[question.note]\nask    = "A note"\nanswer = "text"\n'
PARTS = 'starts_at    = "referred"\nparts        = {}'


def with_parts(parts, **more):
    head = SOUND["process.toml"].replace('starts_at    = "referred"', PARTS.format(parts))
    return {**SOUND, "process.toml": head, "apart.toml": NOTES, **more}


def order(folder, files):
    return list(load(write(folder, files)).questions)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ('["steps", "more"]', ["second", "note", "first"]),
        ('["more", "apart"]', ["second", "note", "first"]),
        ('"later"', ["first", "note", "second"]),
    ],
)
def test_questions_stand_in_the_order_of_the_parts_after_those_of_the_head(
    tmp_path, parts, expected
):
    first, second = (NOTES.replace("note", name) for name in ("first", "second"))
    files = with_parts(parts, **{"later.toml": first, "more.toml": second})

    names = order(tmp_path, files)
    assert names[: -len(expected)] == list(sound(tmp_path / "x").questions)
    assert names[-len(expected) :] == expected


def test_the_order_of_the_parts_is_part_of_the_edition(tmp_path):
    notes = {
        "later.toml": NOTES.replace("note", "first"),
        "more.toml": NOTES.replace("note", "second"),
    }
    one = load(write(tmp_path / "a" / "x", with_parts('["later", "more"]', **notes)))
    other = load(write(tmp_path / "b" / "x", with_parts('["more", "later"]', **notes)))
    assert one.hash != other.hash


def test_a_part_that_is_no_file_is_a_mistake_with_a_guess(tmp_path):
    assert mistakes(tmp_path, with_parts('["apart", "step"]')) == [
        'process.toml:7: There is no part "step". Did you mean "steps"?'
    ]
    assert mistakes(tmp_path, with_parts('["apart", "apart"]')) == [
        'process.toml:7: "apart" stands twice in "parts".'
    ]


def test_a_linked_process_is_one_file_and_has_no_parts(tmp_path):
    reply = 'parts = ["reply"]\n' + SOUND["children/reply.toml"]
    (said,) = mistakes(tmp_path, {**SOUND, "children/reply.toml": reply})
    assert said.startswith('children/reply.toml:1: A definition has no key "parts".')


def test_the_shipped_process_names_each_of_its_files_and_begins_with_the_referral():
    folder = find("child_safeguarding_practice_review")
    parts = tomllib.loads((folder / "process.toml").read_text())["parts"]
    assert sorted(["process", *parts]) == sorted(file.stem for file in folder.glob("*.toml"))

    states = list(load(folder).states)
    assert states[:2] == ["referred", "before_decision"]
    assert states[-1] == "closed"
