"""What a newcomer types, and what a disk, a pipe or a strange file does: a sentence for each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from engine import bootstrap, posting
from engine.cli import printing
from engine.nouns import any_of
from engine.service.outbox import Outgoing
from tests.offices import COMMAND, Office

PERSON = "Wobblethorpe"


def entries(office: Office) -> str:
    """Everything that the access log holds."""
    store = office.store()
    with store.read() as tx:
        rows = tx.rows('SELECT "text" FROM "events" WHERE "stream" = ?', ("access",))
    store.close()
    return "\n".join(row[0] for row in rows)


def test_a_mistyped_step_is_not_kept_for_it_may_be_a_name(office: Office) -> None:
    ref = office.at("deciding")
    office.refused(2, "take", ref, PERSON, "--as", "lee")
    assert PERSON not in entries(office)
    office.refused(4, "take", ref, "decide_to_notify", "--as", "lee")
    assert '"subject":"decide_to_notify"' in entries(office)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(office: Office) -> None:
    ref = office.at("deciding")
    pipe = office.folder / "pipe"
    os.mkfifo(pipe)
    said = office.refused(2, "take", ref, "decide_to_notify", f"rationale=@{pipe}", "--as", "lee")
    assert "is not a file, but a folder, a pipe or a device" in " ".join(said.split())
    assert "is not a file" in office.refused(2, "attach", ref, "letter", str(pipe), "--as", "lee")
    assert "cannot be read" in office.refused(2, "audit", "verify", "--against", str(pipe))


def test_a_day_before_any_edition_is_told_with_the_whole_command(office: Office) -> None:
    words = ("open", "incident", "--historic", "--on", "2001-03-01", "place=in our area")
    said = " ".join(office.refused(2, *words).split())
    command = said.partition("`casetrail ")[2].partition(" QUESTION=VALUE ...`")[0]
    assert command.startswith("open incident --historic --edition ")
    office.ok(*command.split(), "place=in our area")


def mounted(folder: Path, config: Path, then: str) -> subprocess.CompletedProcess[str]:
    """`casetrail today` on a small disk of its own, after something is done to that disk."""
    command = [*COMMAND, "today", "--as", "lee", "--config", str(folder / "config.toml")]
    script = (
        f'mount -t tmpfs -o size=16m none "{folder}" && cp -p "{config.parent}"/* "{folder}" && '
        f'chmod 700 "{folder}" && {then}; shift; exec "$@"'
    )
    words = ["unshare", "-rm", "sh", "-c", script, "sh", "sh", *command]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("then", "sentence"),
    [
        ('mount -o remount,bind,ro "{0}"', "cannot be written here, and even reading needs that"),
        ('dd if=/dev/zero of="{0}/fill" bs=4k 2>/dev/null', "is full and cannot be written"),
    ],
)
def test_a_disk_that_cannot_be_written_says_so_when_it_is_read(
    office: Office, tmp_path: Path, then: str, sentence: str
) -> None:
    alone = shutil.which("unshare")
    if not alone or subprocess.run([alone, "-rm", "true"], check=False).returncode:
        pytest.skip("no disk can be mounted here")
    disk = tmp_path / "disk"
    disk.mkdir()
    ended = mounted(disk, office.config, then.format(disk))
    said = " ".join(ended.stderr.split())
    assert (ended.returncode, sentence in said) == (7, True), said
    assert "SQLite keeps its log (WAL)" in said


def test_a_program_that_is_not_on_the_path_is_called_as_it_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "casetrail"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "argv", [str(program), "demo"])
    monkeypatch.setenv("PATH", "/nowhere")
    assert printing.program() == str(program)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert printing.program() == "casetrail"
    monkeypatch.setattr(sys, "argv", ["-c"])
    assert printing.program() == "casetrail"


def test_of_several_roles_only_the_last_is_set_off_with_or() -> None:
    assert any_of(["chair"]) == "the chair"
    assert any_of(["chair", "executive"]) == "the chair or the executive"
    assert any_of(["chair", "executive", "unit"]) == "the chair, the executive or the unit"
    assert any_of(["a far body", "another unit"]) == "a far body or another unit"
    assert any_of([]) == ""


def test_a_day_known_only_in_part_is_said_as_people_say_it() -> None:
    assert printing.when("2019-03-04") == "on Mon 4 Mar 2019"
    assert printing.when("2019-03") == "in March 2019"
    assert printing.when("2019") == "in 2019"
    assert printing.when("") == ""


def test_a_mail_says_titles_and_days_as_people_do_and_from_whom_it_comes(office: Office) -> None:
    settings = bootstrap.settings(str(office.config))
    place = bootstrap.workplace(settings)
    message = Outgoing(
        id="one", ref="2026-K7QF29", person="lee", role="local_authority",
        what="Decide to notify: done on 2026-01-16", by_when="2026-01-19", urgent=False, n=1,
    )  # fmt: skip
    posting.sender(place, settings)(message)
    posting.sender(place, settings)(replace(message, id="two", role="council"))
    place.database.close()
    said = {file.stem: file.read_text() for file in office.folder.rglob("*.eml")}
    body = said["one"].partition("\n\n")[2]
    assert body.startswith("Sample Partnership: a message from Casetrail.")
    assert "For: local authority" in body
    assert "By when: Mon 19 Jan 2026" in body
    assert "done on Fri 16 Jan 2026" in body
    assert "For: Sample Borough Council" in said["two"]


def test_a_linked_case_is_listed_with_the_agency_it_is_about(office: Office) -> None:
    ref = office.at("notified")
    office.ok("take", ref, "ask_for_summaries", "agencies_asked=council,police")
    listed = {one["about"]: one["about_title"] for one in office.json("list")["cases"]}
    assert listed == {"": "", "council": "Sample Borough Council", "police": "Sample Police"}
    assert "Sample Police: " in office.ok("list")


def test_a_personal_answer_is_shown_under_what_was_asked(office: Office) -> None:
    ref = office.at("to_notify")
    asked = "Why did the authority decide so? [rationale]"
    for words in (("show", ref), ("history", ref)):
        said = office.ok(*words, "--personal", "--why", "to see it", "--as", "lee")
        assert "[rationale]" in said, asked
        assert "rationale:" not in said
