from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli.main import root
from engine.errors import DefinitionError, UsageError
from engine.loading import Process, available, find, load, sources
from tests.definitions import LETTER, SOUND, changed, mistakes, sound, write

MINUTES = '[[section]]\ntitle = "What is held"\nanswers = ["held"]\n'


def test_the_texts_of_a_process_are_kept_with_it(tmp_path):
    extra = {
        "packs/logo.png": b"\x89PNG",
        "packs/fonts/read.txt": "fonts",
        "packs/.hidden": "",
        ".swap.toml": "",
        "scenarios/story.toml": "",
        "notes.txt": "",
    }
    folder = write(tmp_path, {**SOUND, **extra})
    assert sources(folder) == {**SOUND, "packs/fonts/read.txt": "fonts"}


def test_every_file_of_the_packs_is_hashed(tmp_path):
    folder = write(tmp_path, {**SOUND, "packs/logo.png": b"\x89PNG", "packs/fonts/a.ttf": b"\x00"})
    hashes = load(folder).templates
    assert (
        hashes["packs/letter.toml"]
        == hashlib.sha256(SOUND["packs/letter.toml"].encode()).hexdigest()
    )
    assert hashes["packs/logo.png"] == hashlib.sha256(b"\x89PNG").hexdigest()
    assert sorted(hashes) == ["packs/fonts/a.ttf", "packs/letter.toml", "packs/logo.png"]


def test_another_byte_in_a_pack_is_another_edition(tmp_path):
    with_logo = load(write(tmp_path / "a" / "x", {**SOUND, "packs/logo.png": b"1"}))
    with_other = load(write(tmp_path / "b" / "x", {**SOUND, "packs/logo.png": b"2"}))
    assert len({with_logo.hash, with_other.hash, sound(tmp_path / "c" / "x").hash}) == 3


def test_a_packs_file_that_no_pack_names_is_a_mistake(tmp_path):
    hint = 'Name it in a pack, template = "packs/{}.toml", or take it away.'
    unnamed = "packs/{}.toml:1: No pack names this file, so nothing prints it. "
    files = {**SOUND, "packs/minutes.toml": LETTER, "packs/leter.toml": LETTER}
    assert mistakes(tmp_path / "two", files) == [
        (unnamed + 'Did you mean "packs/letter.toml"? ' + hint).format("leter", "leter"),
        (unnamed + hint).format("minutes", "minutes"),
    ]
    pack = '\n[pack.{0}]\ntitle = "Of {0}"\nto = "panel"\ntemplate = "packs/{0}.toml"\n'
    named = {"more.toml": pack.format("minutes") + pack.format("leter")}
    assert mistakes(tmp_path / "named", {**files, **named}) == []
    child = SOUND["children/reply.toml"] + pack.format("minutes")
    of_linked = {**SOUND, "packs/minutes.toml": MINUTES, "children/reply.toml": child}
    assert mistakes(tmp_path / "linked", of_linked) == []


def test_of_a_packs_file_that_may_be_the_one_meant_elsewhere_only_that_is_told(tmp_path):
    misspelt = changed(("packs/letter.toml", "packs/lettre.toml"))
    (said,) = mistakes(tmp_path / "a", misspelt)
    assert 'There is no file "packs/lettre.toml" beside this definition.' in said
    slipped = changed(('title         = "Letter"', 'title         = "Letter'))
    assert not [one for one in mistakes(tmp_path / "b", slipped) if "No pack names" in one]


def test_check_says_which_files_of_the_packs_folder_no_pack_can_print(tmp_path):
    folder = write(tmp_path / "sample", {**SOUND, "packs/logo.png": b"\x89PNG"})
    asked = ["workflow", "check", str(folder)]
    said = CliRunner(env={"COLUMNS": "80"}).invoke(root(), asked).stdout
    assert "packs/logo.png is in the folder of packs, and no pack prints it." in said
    document = json.loads(CliRunner().invoke(root(), [*asked, "--json"]).stdout)
    assert document["unprinted_files"] == ["packs/logo.png"]
    (folder / "packs" / "logo.png").unlink()
    assert "prints it" not in CliRunner().invoke(root(), asked).stdout


def test_what_a_pack_prints_stands_in_a_toml_file(tmp_path):
    files = changed(('template      = "packs/letter.toml"', 'template      = "packs/logo.png"'))
    unnamed, told = mistakes(tmp_path, {**files, "packs/logo.png": b"\x89PNG"})
    assert unnamed.startswith("packs/letter.toml:1: No pack names this file")
    assert told.endswith(
        ': "packs/logo.png" does not say what to print. Name a file that ends in ".toml".'
    )


def test_sources_of_a_file_that_cannot_be_read_are_refused(tmp_path):
    folder = write(tmp_path, SOUND)
    (folder / "more.toml").mkdir()
    with pytest.raises(DefinitionError, match=r"more\.toml:1: This file cannot be read: Is a"):
        sources(folder)


def test_the_processes_of_a_shelf_are_listed_by_name(tmp_path):
    shelf = {f"sample_review/{name}": text for name, text in SOUND.items()}
    shelf |= {
        "broken/process.toml": "title = ",
        "Not a name/process.toml": "",
        "empty/notes.txt": "",
    }
    write(tmp_path, shelf)
    assert available(tmp_path) == (
        Process("broken", "", "", tmp_path / "broken"),
        Process("sample_review", "Sample review", "1", tmp_path / "sample_review"),
    )
    assert available(tmp_path / "nowhere") == ()


def test_a_process_is_found_by_its_name_or_its_folder(tmp_path):
    shelf = write(tmp_path / "shelf", {"sample_review/process.toml": ""})
    own = write(tmp_path / "own", {"sample_review/process.toml": ""})
    assert find("sample_review", shelf) == shelf / "sample_review"
    assert find(str(own / "sample_review"), shelf) == own / "sample_review"
    assert find(own, shelf) == own


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "sample_reviw",
            'There is no process and no folder "sample_reviw". Did you mean "sample_review"?',
        ),
        (
            "../shelf",
            'There is no process and no folder "../shelf". There is only "sample_review".',
        ),
        ("", 'There is no process and no folder "". There is only "sample_review".'),
    ],
)
def test_a_process_that_is_not_there_is_refused_with_a_guess(tmp_path, monkeypatch, name, said):
    monkeypatch.chdir(write(tmp_path / "elsewhere", {"a.txt": ""}))
    shelf = write(tmp_path / "shelves", {"sample_review/process.toml": ""})
    with pytest.raises(UsageError) as error:
        find(name, shelf)
    assert str(error.value) == said


@pytest.mark.parametrize("process", available(), ids=lambda process: process.name)
def test_every_shipped_process_is_sound(process):
    workflow = load(find(process.name))
    assert (workflow.name, workflow.title) == (process.name, process.title)
    assert process.title


def test_processes_are_found_beside_the_engine_and_never_imported():
    assert available()
    assert available()[0].folder.parent == Path(__file__).parents[2] / "workflows"
    code = "import sys, engine.loading as l; l.available(); print('workflows' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
