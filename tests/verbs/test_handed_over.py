"""A definition that is handed over as files is read as one in a folder is, and leads nowhere."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine import bootstrap, loading
from engine.errors import DefinitionError, UsageError
from engine.service import uploads
from engine.service.workplace import By, Workplace
from engine.verbs.table import run
from tests.offices import Office
from tests.worlds import SAMPLE

PICTURE = b"\x89PNG\r\n\x1a\n\xff\xfe"


@pytest.fixture
def place(office: Office) -> Iterator[Workplace]:
    found = bootstrap.workplace(bootstrap.settings(str(office.config)))
    yield found
    found.database.close()


def keeper(place: Workplace) -> By:
    return By(next(iter(place.directory.people)))


def asked(place: Workplace, name: str, **raw: Any) -> Mapping[str, Any]:
    found = run(place, keeper(place), name, raw)
    assert isinstance(found, Mapping)
    return found


def own(folder: Path, edition: str = "1999-12") -> Path:
    """The sample process as another edition, in a folder."""
    made = folder / "incident"
    shutil.copytree(SAMPLE, made)
    head = made / "process.toml"
    text = head.read_text()
    known = loading.load(SAMPLE).edition
    assert f'"{known}"' in text
    head.write_text(text.replace(f'"{known}"', f'"{edition}"', 1))
    return made


def test_files_make_the_edition_that_their_folder_makes_a_picture_too(
    place: Workplace, tmp_path: Path
) -> None:
    folder = own(tmp_path)
    (folder / "packs").mkdir(exist_ok=True)
    (folder / "packs" / "sign.png").write_bytes(PICTURE)
    files = uploads.handed_over(folder)

    assert files["incident/packs/sign.png"] == {"base64": base64.b64encode(PICTURE).decode()}
    found = asked(place, "workflow check", workflow="incident", files=files)
    assert found["hash"] == loading.load(folder).hash
    assert found["unprinted_files"] == ["packs/sign.png"]


def test_an_edition_is_brought_into_use_from_its_files_and_compared_with_another(
    place: Workplace, tmp_path: Path
) -> None:
    folder = own(tmp_path)
    files = uploads.handed_over(folder)
    done = asked(place, "workflow activate", workflow="incident", files=files, anyway=True)

    assert done["activated"]
    used = {one["hash"] for one in asked(place, "workflow list")["in_use"]}
    assert loading.load(folder).hash in used
    [*other] = (loading.load(SAMPLE).edition,)
    compared = asked(
        place,
        "workflow compare",
        old="incident",
        old_edition=other[0],
        new="incident",
        new_files=files,
    )
    assert compared["new"]["edition"] == "1999-12"
    assert [one["part"] for one in compared["changes"]] != []


def test_an_edition_that_is_refuted_is_left_alone(place: Workplace, tmp_path: Path) -> None:
    files = uploads.handed_over(own(tmp_path))
    found = asked(place, "workflow activate", workflow="incident", files=files)

    assert found["refused"] == bool(found["failures"])
    assert found["activated"] != found["refused"]


def test_mistakes_of_files_are_told_with_their_file_and_line(
    place: Workplace, tmp_path: Path
) -> None:
    folder = own(tmp_path)
    head = folder / "process.toml"
    head.write_text(f"nonsense = 1\n{head.read_text()}")

    with pytest.raises(DefinitionError) as refused:
        asked(place, "workflow check", workflow="incident", files=uploads.handed_over(folder))
    [one, *_] = refused.value.mistakes
    assert (one.file, one.line) == ("process.toml", 1)


def test_a_folder_brings_those_beside_it_that_it_extends(place: Workplace, tmp_path: Path) -> None:
    own(tmp_path)
    local = tmp_path / "ours"
    local.mkdir()
    head = 'extends = "../incident"\nedition = "1999-12 local 1"\n'
    (local / "process.toml").write_text(head)
    files = uploads.handed_over(local)

    assert {name.split("/")[0] for name in files} == {"ours", "incident"}
    found = asked(place, "workflow check", workflow="ours", files=files)
    assert found["hash"] == loading.load(local).hash
    apart = tmp_path / "elsewhere" / "ours"
    shutil.copytree(local, apart)
    (apart / "process.toml").write_text(head.replace("../", "../../"))
    with pytest.raises(UsageError, match="beside"):
        uploads.handed_over(apart)


@pytest.mark.parametrize(
    "name",
    [
        "process.toml",
        "../process.toml",
        "incident/../../process.toml",
        "/etc/process.toml",
        "incident/.hidden.toml",
        "incident\\process.toml",
        "incident//process.toml",
        "incident/a\nb.toml",
    ],
)
def test_a_name_that_leads_out_of_the_folder_is_refused(place: Workplace, name: str) -> None:
    with pytest.raises(UsageError, match='Name 1 of "files"'):
        asked(place, "workflow check", workflow="incident", files={name: "x"})


@pytest.mark.parametrize("content", [7, None, {"base64": 7}, {"path": "/etc/passwd"}, ["x"]])
def test_what_is_neither_text_nor_base64_is_refused(place: Workplace, content: Any) -> None:
    with pytest.raises(UsageError, match='File 1 of "files"'):
        asked(place, "workflow check", workflow="incident", files={"incident/a.toml": content})


@pytest.mark.parametrize("name", ["engine", "../sample/incident", str(SAMPLE), "/etc", "."])
def test_no_folder_of_the_machine_is_read_by_its_path(place: Workplace, name: str) -> None:
    with pytest.raises(UsageError, match="There is no process"):
        asked(place, "workflow check", workflow=name)


def test_the_notices_of_a_case_from_files_are_rehearsed(place: Workplace, tmp_path: Path) -> None:
    found = asked(
        place,
        "workflow rehearse",
        workflow="incident",
        files=uploads.handed_over(own(tmp_path)),
        answers={"place": "in our area", "aware_on": place.today().isoformat()},
        until=place.own_calendar.add_working_days(place.today(), 10).isoformat(),
    )
    assert found["edition"] == "1999-12"
    people = {told["person"] for one in found["notices"] for told in one["told"]}
    assert people <= set(found["names"])


def test_past_cases_are_replayed_under_files(
    office: Office, place: Workplace, tmp_path: Path
) -> None:
    office.open()
    files = uploads.handed_over(own(tmp_path))
    found = asked(place, "workflow replay", workflow="incident", other="incident", files=files)

    assert (found["cases"], found["edition"]) == (1, "1999-12")
    with pytest.raises(UsageError, match="Say which definition"):
        asked(place, "workflow replay", workflow="incident")


def test_the_tick_of_a_place_does_what_is_due(place: Workplace) -> None:
    assert asked(place, "tick")["sealed"] > 0
    assert asked(place, "tick")["sealed"] == 0
