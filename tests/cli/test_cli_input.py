"""Whatever comes in wrongly is refused in a sentence, with the right exit code and no traceback."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from engine.database import sqlite
from tests.offices import COMMAND, Office, ago

CANARY = "Avery Canary"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "2025-K7QF29"), "a character is wrong or two are swapped"),
        (("show", "2025-00000P"), "is not a reference that was ever given out"),
        (("show", "the Canary case"), "is not a reference; one looks like 2025-K7QF29"),
        (("show", "\x1b[31m"), "is not a reference"),
    ],
)
def test_an_unknown_reference_is_told_with_exit_code_three(
    office: Office, words: tuple[str, ...], sentence: str
) -> None:
    said = office.refused(3, *words)
    assert sentence in said
    assert "\x1b" not in said


def test_a_reference_that_nobody_was_given_is_told_with_exit_code_three(office: Office) -> None:
    ref = office.open()
    office.ok("show", ref.lower())
    assert "There is no case" in office.refused(3, "show", f"{ref}.7")


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("yesterday", "is not a date"),
        ("2025-02-30", "does not exist"),
        ("Tuesday 15 December 2025", "contradicts itself"),
        ("1066-10-14", "outside the years"),
        ("2199-01-01", "lies in the future"),
        ("2025-12", "needs the day"),
    ],
)
def test_a_day_that_is_none_changes_nothing(office: Office, day: str, sentence: str) -> None:
    ref = office.at("referred")
    result = office.run("take", ref, "start_deciding", "--on", day)
    assert result.exit_code in (2, 4)
    assert sentence in result.stderr
    assert office.show(ref)["state"] == "referred"


@pytest.mark.parametrize("answer", ["name/p1=Avery Canary", "rationale=Avery Canary"])
def test_a_personal_answer_in_plain_words_is_refused_and_not_repeated(
    office: Office, answer: str
) -> None:
    ref = office.at("deciding")
    for words in (("record", ref, answer), ("take", ref, "decide_to_notify", answer)):
        said = office.refused(2, *words)
        assert "is a personal answer, which must not stay in the shell's history" in said
        assert "Canary" not in said


def test_a_personal_answer_that_cannot_be_read_is_not_repeated(office: Office) -> None:
    words = ("place_of_incident=in our area", "place_of_residence=in our area")
    opened = office.json(
        "open", "child_safeguarding_practice_review", *words, f"referred_on={ago(1)}"
    )
    ref = opened["ref"]
    office.ok("person", ref, "add", "child", "child_born_on=-", typed="2015-06-01")
    for answer in ("child_born_on/p1=-", "child_sex/p1=-"):
        assert "Canary" not in office.refused(4, "record", ref, answer, typed=CANARY)
    words = ("correct", ref, "child_born_on/p1=-", "--reason", "misread")
    said = office.refused(4, *words, typed=CANARY)
    assert "was given something else than a day" in said
    assert "Canary" not in said


def test_a_personal_answer_of_a_linked_case_is_refused_in_plain_words(office: Office) -> None:
    ref = office.at("reviewing")
    office.ok("record", ref, "agencies_asked=council")
    words = ("take", ref, "ask_for_summaries")
    assert "is a personal answer" in office.refused(2, *words, f"summary={CANARY}")
    assert "is a personal answer" in office.refused(2, *words, f"summary.summary={CANARY}")
    assert "opens no case of report" in office.refused(2, *words, "report.summary=-")
    opened = office.json(*words, f"received_on={ago(0)}")["opened"]
    assert [a["question"] for a in office.show(opened[0])["answers"]] == ["received_on"]


@pytest.mark.parametrize(
    "words",
    [
        ("record", "REF", CANARY),
        ("record", "REF", f"{CANARY}=x"),
        ("record", "REF", f"name/{CANARY}=x"),
        ("record", "REF", f"name=@{CANARY}.txt"),
        ("attach", "REF", "form", f"/nowhere/{CANARY}.pdf"),
        ("attach", "REF", CANARY, "file"),
        ("take", "REF", "start_deciding", "--evidence", f"{CANARY}.pdf"),
        ("take", "REF", "start_deciding", "--reason", f"@{CANARY}.txt"),
        ("show", "REF", CANARY),
        ("show", "REF", f"--{CANARY}"),
        ("record", "REF", "--form", f"{CANARY}.txt"),
        ("audit", "checkpoint", "--out", f"/nowhere/{CANARY}"),
        ("record", "REF", "place=elsewhere", "--if-version", CANARY),
        ("take", "REF", "start_deciding", "--key", CANARY),
    ],
)
def test_what_was_typed_wrongly_is_not_repeated(office: Office, words: tuple[str, ...]) -> None:
    ref = office.at("referred")
    said = office.refused(2, *(word.replace("REF", ref) for word in words))
    assert "Canary" not in said.replace("--Avery Canary", "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("shwo", "REF"), 'There is no command "shwo"; did you mean "show"?'),
        (("audit", "verfy"), 'There is no command "verfy"; did you mean "verify"?'),
        (("show", "REF", "--jsn"), "There is no option --jsn; did you mean --json?"),
        (("show",), "REF is missing."),
        (("extend", "REF", "notification"), "--to"),
        (("explain",), "REF is missing."),
        (("record", "REF"), "Say what to record"),
        (("record", "REF", "--asked", "opinion"), "--asked opinion/AGENCY"),
        (("record", "REF", "opinion/polise=notify"), "is asked of each agency"),
        (("record", "REF", "opinions/police=notify"), "did you mean opinion?"),
        (("record", "REF", "opinion/police=maybe"), "is answered with one of"),
        (("record", "REF", "place=elsewhere", "--source", "polise"), "did you mean police?"),
        (("record", "REF", "form=@x.pdf"), "cannot be read"),
        (("take", "REF", "start_decding"), 'This process has no step "start_decding"'),
        (("take", "REF", "start_decding"), "did you mean start_deciding? from here: "),
        (("take", "REF", "start_deciding", "--as", "nobody"), "config.toml names no person"),
        (("open", "incidents"), 'No edition of "incidents" is in use'),
        (("open", "incident", "--edition", "1999"), 'There is no edition "1999"'),
        (
            ("open", "incident", "--historic", "--on", "1990-01-01"),
            "was in force on 1 January 1990. There are: 2025-01, in force from 2018-06-29.",
        ),
        (
            ("list", "--state", "decding"),
            'no state "decding"; did you mean "The local authority is deciding" [deciding]?',
        ),
        (("list", "--state", "xyzzy"), "; `casetrail list` says where each case is."),
        (("list", "--state", "The agency"), 'The state "The agency" may be "'),
        (("list", "--workflow", "incidnt"), 'incidnt"; did you mean "Sample incident" [incident]?'),
        (("list", "--workflow", "xyzzy"), "; `casetrail workflow list` names those there are."),
        (("list", "--workflow", "summary", "--state", "deciding"), 'no state "deciding"'),
        (("list", "--mine", "--as", "hanna"), 'no person "hanna"; did you mean hana?'),
        (
            ("explain", "REF", "notificaton"),
            'did you mean "Notify the Panel" [notification]?',
        ),
        (
            ("explain", "REF", "the panel"),
            'did you mean "Notify the Panel" [notification]?',
        ),
        (("explain", "REF", "xyzzy"), " explains all that have started."),
        (("date",), "Say what to count"),
        (("person", "REF", "remove"), "Write one of these there: add, show."),
        (("audit", "verify", "--against", "/nowhere"), "cannot be read"),
    ],
)
def test_wrong_use_is_one_sentence_with_what_was_probably_meant(
    office: Office, words: tuple[str, ...], sentence: str
) -> None:
    ref = office.at("referred")
    result = office.run(*(word.replace("REF", ref) if word == "REF" else word for word in words))
    assert result.exit_code in (2, 4)
    assert result.stdout == ""
    assert sentence in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


def test_standard_input_holds_one_answer(office: Office) -> None:
    ref = office.at("deciding")
    said = office.refused(2, "record", ref, "rationale=-", "report=-", typed="one")
    assert "Only one answer can come through standard input" in said


def test_a_wrong_key_in_the_settings_is_told_with_its_line(office: Office) -> None:
    with office.config.open("a") as file:
        file.write('\n[[person]]\nid = "kim"\nname = "Kim Sample"\npots = "nurse"\n')
    said = office.refused(2, "list")
    assert "config.toml:" in said
    assert '"pots"' in said
    assert 'Did you mean "post"?' in said


def test_a_folder_without_settings_is_told(office: Office) -> None:
    office.config.unlink()
    assert "casetrail init" in office.refused(2, "list")


def test_init_never_replaces_anything(office: Office, tmp_path: Path) -> None:
    words = ("init", "--partnership", "other", "--name", "Other")
    assert "There is a config.toml here already" in office.refused(2, *words)
    office.config.unlink()
    before = {file.name: file.read_bytes() for file in office.folder.iterdir()}
    assert "here already; nothing was changed" in office.refused(2, *words)
    assert {file.name: file.read_bytes() for file in office.folder.iterdir()} == before


def test_init_leaves_nothing_behind_where_it_fails(tmp_path: Path) -> None:
    office = Office(tmp_path)
    wrong = ("init", "--partnership", "Not An Id", "--name", "Sample")
    assert "small letters" in office.refused(2, *wrong)
    words = ("init", "--partnership", "sample", "--name", "Sample", "--database")
    assert office.refused(2, *words, "mysql://somewhere")
    assert office.refused(2, *words, "sqlite:////nowhere/casetrail.db")
    assert list(tmp_path.iterdir()) == []


def test_what_init_makes_is_for_its_owner_alone(office: Office) -> None:
    for name in ("config.toml", "casetrail.db", "casetrail.keys"):
        assert (office.folder / name).stat().st_mode & 0o077 == 0, name


def test_another_partnerships_settings_are_refused(office: Office) -> None:
    text = office.config.read_text()
    office.config.write_text(text.replace('"sample" ', '"other" ', 1))
    assert 'belongs to the partnership "sample"' in office.refused(2, "list")


def test_a_database_that_others_can_read_is_refused(office: Office) -> None:
    (office.folder / "casetrail.db").chmod(0o644)
    assert "chmod 600" in office.refused(2, "list")


def test_a_locked_database_changes_nothing_with_exit_code_seven(office: Office) -> None:
    ref = office.at("referred")
    store = office.store()
    with store.write() as tx:
        tx.run("UPDATE cases SET state = state")
        said = office.refused(7, "take", ref, "start_deciding")
        assert "The database is locked by another program; nothing was changed" in said
    store.close()
    assert office.show(ref)["state"] == "referred"


def test_a_full_disk_is_told_in_a_sentence_and_nothing_is_half_done(office: Office) -> None:
    ref = office.at("referred")
    long = office.file("long.txt", "why " * 300_000)
    limit = 500_000

    def small_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [*COMMAND, "record", ref, f"rationale=@{long}", "--config", str(office.config)],
        capture_output=True,
        text=True,
        preexec_fn=small_disk,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert (done.returncode, done.stdout) in ((7, ""), (8, "")), done
    assert "Traceback" not in done.stderr
    assert ("nothing was changed" in done.stderr) or ("--key" in done.stderr)
    assert office.json("audit", "verify")["holds"]


def test_a_reader_that_went_away_does_not_hinder_the_change(office: Office) -> None:
    ref = office.at("referred")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "take", ref, "start_deciding", "--config", str(office.config)],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")
    assert office.show(ref)["state"] == "deciding"


def test_an_answer_that_cannot_be_printed_says_that_the_change_was_saved(office: Office) -> None:
    ref = office.at("referred")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "take", ref, "start_deciding", "--config", str(office.config)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            check=False,
        )
    assert done.returncode == 1
    assert "The change itself was saved." in done.stderr
    assert "Traceback" not in done.stderr
    assert office.show(ref)["state"] == "deciding"


def test_ctrl_c_ends_with_a_sentence(office: Office) -> None:
    ref = office.at("deciding")
    asking = subprocess.Popen(
        [*COMMAND, "record", ref, "rationale=-", "--config", str(office.config)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        # What runs in the background of a shell inherits that it is deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with pytest.raises(subprocess.TimeoutExpired):
        asking.wait(1.5)
    asking.send_signal(signal.SIGINT)
    _, said = asking.communicate(timeout=20)
    assert asking.returncode == 130
    assert said.strip() == "Stopped. Nothing was changed."


def test_a_verification_that_cannot_be_completed_is_no_verdict_and_ends_with_code_nine(
    office: Office,
) -> None:
    office.at("to_notify")
    alone = sqlite.sqlite_library().connect(office.folder / "casetrail.db", isolation_level=None)
    with closing(alone):
        alone.execute("PRAGMA locking_mode = EXCLUSIVE")
        alone.execute("BEGIN EXCLUSIVE")
        said = office.refused(9, "audit", "verify")
    assert "could not be completed, and shows nothing either way. The database is locked" in said
    assert office.json("audit", "verify")["holds"]
