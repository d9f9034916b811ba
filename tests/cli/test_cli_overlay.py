from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.offices import Office
from tests.worlds import SAMPLE

OWN = """\
extends         = "../incident"
extends_edition = "{pinned}"
edition         = "2025-01 ours"

[question.own_form]
ask    = "The form of our own"
answer = "document"

[transition.note_form]
title   = "Note the form"
from    = "any open state"
who     = "business_unit"
on_file = ["own_form"]
"""


def laid(folder: Path, pinned: str = "2025-01") -> str:
    shutil.copytree(SAMPLE, folder / "incident", dirs_exist_ok=True)
    own = folder / "ours"
    own.mkdir(exist_ok=True)
    (own / "process.toml").write_text(OWN.format(pinned=pinned))
    return str(own)


def test_cases_of_the_process_open_under_the_overlay_once_it_is_in_use(
    office: Office, tmp_path: Path
) -> None:
    before = office.open("place=in our area", "aware_on=2025-12-12")
    said = office.ok("workflow", "activate", laid(tmp_path), "--anyway")
    own = office.json("workflow", "check", str(tmp_path / "ours"))["hash"]
    assert '"ours" adds to incident, edition 2025-01' in " ".join(said.split())
    ref = office.open("place=in our area", "aware_on=2025-12-12", "--not-the-same")

    assert office.json("show", before)["edition"] != own
    assert office.json("show", ref)["edition"] == own
    assert "note_form" in office.ok("next", ref)
    assert "note_form" not in office.ok("next", before)


def test_check_says_what_stands_on_what_and_whether_the_base_is_another(
    office: Office, tmp_path: Path
) -> None:
    known = json.loads(office.ok("workflow", "check", laid(tmp_path), "--json"))["extends"]
    assert known.pop("hash")
    assert known == {
        "overlay": "ours",
        "edition": "2025-01",
        "written_for": "2025-01",
        "moved": False,
    }
    said = " ".join(office.ok("workflow", "check", laid(tmp_path, "2024-06")).split())
    assert "Look at it again: it was written for 2024-06" in said
    described = " ".join(office.ok("workflow", "describe", laid(tmp_path)).split())
    assert "It is the partnership's own edition: it adds to the edition 2025-01" in described


def test_what_loosens_the_process_is_not_brought_into_use(office: Office, tmp_path: Path) -> None:
    folder = laid(tmp_path)
    file = Path(folder) / "process.toml"
    file.write_text(file.read_text() + '\n[timescale.notification]\ndue = "within 9 weeks of x"\n')
    for verb in ("check", "activate"):
        result = office.run("workflow", verb, folder)
        assert result.exit_code == 2
        assert "process.toml:16:" in result.output
    assert "2025-01 ours" not in office.ok("workflow", "list")
