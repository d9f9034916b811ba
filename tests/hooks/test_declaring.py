from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import read
from engine.config.hooks import Mapped
from engine.config.pointers import find, is_pointer
from engine.errors import ConfigError
from tests.hooking import BASE, FORM, HOOKS, OPINION, STEP

LINE = BASE.count("\n")
MISTAKES = {
    "no id": (FORM, 'id      = "form"\n', "", '[[hook]] has no "id"'),
    "an id twice": (FORM + FORM, "", "", 'Another [[hook]] has the id "form"'),
    "an unknown key": (FORM, "process =", "proces =", 'no key "proces". Did you mean "process"?'),
    "an unknown person": (
        FORM,
        '"bess"',
        '"bes"',
        'no [[person]] has that id. Did you mean "bess"?',
    ),
    "an unknown agency": (OPINION, '"police"\n', '"polic"\n', "no [[agency]] has that id"),
    "an unknown verb": (FORM, 'verb    = "open"', 'verb = "erase"', "must be one of"),
    "a verb that may not be": (FORM, '["open", "person"]', '["record"]', 'does not list "open"'),
    "a step that may not be": (STEP, "take:record_letter", "take:x", 'list "take:record_letter"'),
    "people that may not be": (FORM, ', "person"]', "]", 'does not list "person"'),
    "a may without meaning": (FORM, '"open", ', '"open", "erase", ', "must list"),
    "no step": (STEP, 'transition = "record_letter"', "", 'has no "transition"'),
    "a step where none is": (
        OPINION,
        "case    =",
        'transition = "x"\ncase =',
        "is only for a hook",
    ),
    "no case": (OPINION, 'case    = "/case"', "", 'needs "case"'),
    "a case where one is opened": (
        FORM,
        "verb ",
        'case = "/x"\nverb ',
        'opens one and has no "case"',
    ),
    "a pointer that is none": (OPINION, '"/case"', '"case"', '"case" must be a pointer'),
    "a pointer to everything": (OPINION, '"/opinion"', '""', '"opinion/police" must be a pointer'),
    "a wrong escape": (OPINION, '"/opinion"', '"/a~2b"', "must be a pointer"),
    "code": (OPINION, '"/opinion"', "{ code = 'x' }", "must be a pointer"),
    "a template": (OPINION, '"/opinion"', '"{{ opinion }}"', "must be a pointer"),
    "a question that is none": (OPINION, '"opinion/police"', '"Opinion!"', "name of a question"),
    "words for nothing": (FORM, "[hook.values.place]", "[hook.values.plac]", "is no answer that"),
    "words that are none": (FORM, '"A" = "in our area"', '"A" = 7', "must be text in quotes"),
    "three secrets": (FORM, '["hooks/form.secret", ', '["a", "b", ', "one file or two"),
    "a document without a step": (
        FORM,
        '"/form/happened_on"',
        '{ attachment = "*.pdf" }',
        "A document is given with a step",
    ),
    "people that are no list": (FORM, "[[hook.people]]", "[hook.people]", "two brackets"),
    "an inbox without a folder": ("[inbox]\n" + FORM, "", "", '[inbox] has no "folder"'),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_hook_is_told_with_its_line(tmp_path: Path, name: str) -> None:
    hooks, old, new, said = MISTAKES[name]
    assert old in hooks
    file = tmp_path / "config.toml"
    file.write_text(BASE + hooks.replace(old, new, 1))

    with pytest.raises(ConfigError) as refused:
        read(file)

    lines = [line for line in str(refused.value).split("\n") if said in line]
    assert lines, str(refused.value)
    assert all(int(line.split(":")[1]) > LINE for line in lines)


def test_all_mistakes_of_all_hooks_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    text = HOOKS.replace('"/case"', '"case"').replace('verb    = "open"', 'verb = "erase"')
    file.write_text(BASE + text)

    with pytest.raises(ConfigError) as refused:
        read(file)

    assert len(str(refused.value).split("\n")) >= 3


def test_a_hook_is_read_as_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(BASE + HOOKS)
    hooks = read(file).hooks

    assert list(hooks) == ["form", "opinion", "step"]
    assert hooks["form"].answers[2] == Mapped("place", "pointer", "/form/where")
    assert dict(hooks["form"].words["place"]) == {"A": "in our area", "B": "elsewhere"}
    assert (hooks["step"].deed, hooks["opinion"].deed) == ("take:record_letter", "record")


DOCUMENT = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "m~n": 8,
    "~1": 9,
    " ": 7,
    "k": {"": {"x": 3}},
}


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/foo/1", "baz"),
        ("/foo/2", None),
        ("/foo/01", None),
        ("/foo/-", None),
        ("/foo/-1", None),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/m~0n", 8),
        ("/~01", 9),
        ("/ ", 7),
        ("/k//x", 3),
        ("/foo/0/0", None),
        ("/nothing/at/all", None),
        ("/foo/" + "9" * 100, None),
    ],
)
def test_a_pointer_finds_what_the_rfc_says(pointer: str, found: object) -> None:
    assert is_pointer(pointer)
    assert find(DOCUMENT, pointer) == found


@pytest.mark.parametrize(
    "text", ["", "foo", "foo/bar", "/~", "/~2", "#/foo", "/a\n", "/" + "a" * 300]
)
def test_what_is_no_pointer_is_known(text: str) -> None:
    assert not is_pointer(text)
