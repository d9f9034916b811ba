from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.loading import load
from engine.loading.names import RESERVED
from tests import hostile
from tests.definitions import SOUND, changed, mistakes, sound, write

NAMES = [name for name, *_ in (*hostile.texts(), *hostile.things())]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """How each of the hostile files went, read by a program of its own that is watched."""
    folder = tmp_path_factory.mktemp("hostile")
    command = (sys.executable, "-m", "tests.hostile", str(folder))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    assert sorted(found) == sorted(NAMES)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_be_read_is_refused_with_file_and_line_and_nothing_else_is_done(
    read: dict[str, Any], name: str
) -> None:
    went = read[name]

    assert went["raised"] == ""
    assert went["did"] == []
    assert went["seconds"] < 2
    if name in hostile.HARMLESS:
        return
    assert went["told"]
    for mistake in went["told"]:
        file, line, sentence = mistake.split(":", 2)
        assert int(line) >= 1
        assert sentence.strip()
        assert Path(file).name
        assert len(mistake) < 2500
        assert mistake.isprintable()


def test_what_is_wrong_is_said_of_the_file_in_which_it_is(read: dict[str, Any]) -> None:
    for name, went in read.items():
        elsewhere = went["file"] in ("", "names.toml") or name == "a folder as packs/letter.toml"
        if elsewhere or name in hostile.HARMLESS:
            continue
        called = Path(went["file"]).name
        assert any(f"{called}:" in mistake for mistake in went["told"]), (name, went["told"])


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("UTF-16", "more.toml:1: This file is saved as UTF-16; save it as UTF-8."),
        ("UTF-32", "more.toml:1: This file is saved as UTF-32; save it as UTF-8."),
        (
            "NUL",
            "more.toml:3: This line has the character U+0000, which is not seen; take it out.",
        ),
        (
            "a line that turns",
            "more.toml:2: This line has U+202E, RIGHT-TO-LEFT OVERRIDE, which is not seen; take it "
            "out.",
        ),
        (
            "homoglyph key",
            "more.toml:2: This is no key, no [table] and no comment. There stands "
            '"\u0430", U+0430, CYRILLIC SMALL LETTER A.',
        ),
        (
            "homoglyph table",
            'more.toml:2: The name of a table is not followed by "]". There stands "\u043e", '
            "U+043E, CYRILLIC SMALL LETTER O.",
        ),
        ("a dotted key of 40 kB", "more.toml:1: This line has too many dots; break it up."),
        (
            "lists 10,000 deep",
            "more.toml:1: Lists or tables are nested too deeply in this file.",
        ),
        (
            "five megabytes",
            "more.toml:1: This file is larger than 256 kB; share it out over several files.",
        ),
    ],
)
def test_the_sentence_says_what_to_do(read: dict[str, Any], what: str, said: str) -> None:
    assert read[f"{what} in more.toml"]["told"] == [said]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "a pipe as more.toml",
            "more.toml:1: This is no file but a pipe or a device; put a file here.",
        ),
        (
            "a device as more.toml",
            "more.toml:1: This is a link that leads out of the folder; put the file itself here.",
        ),
        (
            "a link out as packs",
            "packs:1: This is a link that leads out of the folder; put the file itself here.",
        ),
        (
            "10,000 files",
            "sample:1: This folder has more than 300 files; a process is written in fewer.",
        ),
        ("a sparse picture", "packs/logo.png:1: This file is larger than 2 MB; make it smaller."),
        (
            "a name with a line break",
            "a\\nb.toml:1: This name has a character that is not seen; give it another.",
        ),
    ],
)
def test_what_is_no_file_is_told_of(read: dict[str, Any], name: str, said: str) -> None:
    assert said in read[name]["told"]


def test_a_name_that_only_looks_like_one_is_told_with_its_letter(tmp_path: Path) -> None:
    files = changed(
        ('who     = "authority"', 'who     = "\u0430uthority"'),
        ("[state.ended]", '[state."end\u0435d"]'),
    )
    found = mistakes(tmp_path, files)
    assert (
        'steps.toml:5: There is no role "\u0430uthority". Its letter 1, "\u0430", is U+0430, '
        'CYRILLIC SMALL LETTER A, and no plain letter. Did you mean "authority"?' in found
    )
    assert any(
        said.startswith('process.toml:72: "end\u0435d" cannot be a name;')
        and said.endswith('"\u0435", is U+0435, CYRILLIC SMALL LETTER IE, and no plain letter.')
        for said in found
    )


@pytest.mark.parametrize(
    "due",
    [
        "within 0 working days of aware_on",
        "within -1 working days of aware_on",
        "within 1000000000 working days of aware_on",
        "within 9999 years of aware_on",
        "within 1201 months of aware_on",
        "within 5 working days of __class__",
        "within {{ 5 }} working days of aware_on",
        "within $(echo 5) working days of aware_on",
        "lambda: 5",
    ],
)
def test_a_time_that_is_none_is_refused_where_it_stands(tmp_path: Path, due: str) -> None:
    (said,) = mistakes(tmp_path, changed(("within 5 working days of aware_on", due)))
    assert said.startswith("steps.toml:33: ")


@pytest.mark.parametrize(
    "guard",
    [
        '"route == 1"',
        '"lambda case: True"',
        '{ __class__ = "answered" }',
        '{ route = "{{ 7 * 7 }}" }',
        '{ route = "$(true)" }',
        '{ "route or True" = "answered" }',
        '{ route.__class__ = "notify" }',
        "{ sent_on = \"__import__('os')\" }",
        "true",
        "[[{ route = 'notify' }]]",
    ],
)
def test_a_guard_is_no_code(tmp_path: Path, guard: str) -> None:
    found = mistakes(tmp_path, changed(('only_if = { route = "notify" }', f"only_if = {guard}")))
    assert found
    assert all(said.startswith("steps.toml:6: ") for said in found)


CODE = "{{ 7 * 7 }} ${HOME} $(id) {0.__class__} %s #set x = 1 <script>alert(1)</script> `id`"


def test_what_looks_like_a_template_is_a_text_like_any_other(tmp_path: Path) -> None:
    files = changed(('title   = "Notify the Panel"', f"title   = '{CODE}'"))
    assert load(write(tmp_path, files)).transitions["notify"].title == CODE


ATTRIBUTES = ("items", "keys", "get", "mro", "self", "lambda", "import_module", "print", "class")


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_name_that_a_program_uses_means_nothing_here(tmp_path: Path, name: str) -> None:
    text = f"""
[question.{name}]
ask      = "Q?"
answer   = "date"
personal = false
because  = "x"

[state.{name}]
title      = "S"
waiting_on = "unit"

[transition.go_{name}]
from    = "referred"
to      = "{name}"
who     = "unit"
dates   = "{name}"
only_if = {{ {name} = "not answered" }}

[transition.leave]
from = "{name}"
to   = "reviewing"
who  = "unit"
"""
    files = changed(
        ('stops_if   = ["decline"]', f'stops_if   = ["decline", "go_{name}"]'),
        ('met_by     = ["finish"]', f'met_by     = ["finish", "go_{name}"]'),
    )
    workflow = load(write(tmp_path, {**files, "more.toml": text}))
    assert workflow.transitions[f"go_{name}"].dates == name


@pytest.mark.parametrize("name", ["__class__", "__init__", "_x", "Class", "a.b", "a-b", "1a"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    text = f'[question."{name}"]\nask = "Q?"\nanswer = "text"\n'
    (said,) = mistakes(tmp_path, {**SOUND, "more.toml": text})
    assert said.startswith(f'more.toml:1: "{name}" cannot be a name;')


def test_a_word_of_the_machine_is_no_step(tmp_path: Path) -> None:
    text = "".join(f'[transition.{n}]\nfrom = "referred"\nwho = "unit"\n' for n in sorted(RESERVED))
    found = mistakes(tmp_path, {**SOUND, "more.toml": text})
    assert len(found) == len(RESERVED)
    assert all("which is a word of the engine" in said for said in found)


def test_of_very_many_mistakes_the_first_thousand_are_told(tmp_path: Path) -> None:
    steps = "".join(
        f'[transition.t{n}]\nfrom = "x"\nto = "y"\nwho = ["z"]\ntell = ["w"]\n' for n in range(400)
    )
    found = mistakes(tmp_path, {**SOUND, "more.toml": steps})
    assert len(found) == 1001
    assert sum(said.endswith("put these 1000 right first.") for said in found) == 1


def test_the_sound_definition_is_far_below_every_limit(tmp_path: Path) -> None:
    assert sound(tmp_path).hash
