from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pysqlite3 as sqlite3
import pytest

from engine import database
from tests.offices import COMMAND, Office
from tests.postgres import PostgresServer
from tests.worlds import World, place_on

CHANGE_NOTHING = "Change nothing; keep a copy of the database as it is"


def checkpoint_of(office: Office, name: str = "checkpoint.txt") -> str:
    """A checkpoint of the trail as it stands, kept elsewhere."""
    file = str(office.folder.parent / name)
    office.ok("audit", "checkpoint", "--out", file)
    return file


def meddle(office: Office, *statements: str) -> None:
    """What somebody does who can write the file."""
    with closing(sqlite3.connect(office.folder / "casetrail.db")) as raw:
        for statement in statements:
            raw.execute(statement)
            raw.commit()


def altered(office: Office, note: str) -> str:
    """What a verification says of a store that was altered."""
    result = office.run("audit", "verify", "--against", note)
    assert result.exit_code == 6, result.output
    assert "Traceback" not in result.output
    return " ".join(result.output.split())


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE store SET library = 'sqlite3'", "store 1: it does not fit, or was altered."),
        ("UPDATE store SET journal = 'delete'", "store 1: it does not fit, or was altered."),
        ("UPDATE store SET schema_version = 7", "store 1: it does not fit, or was altered."),
        ("UPDATE store SET log = 'other'", "store 1: its partnership or its clock is not"),
        ("UPDATE store SET clock = 'virtual'", "store 1: its partnership or its clock is not"),
        ("DELETE FROM store", "store 1: the row is gone"),
        ("DELETE FROM alembic_version", "alembic_version: it does not name the migration"),
        ("DELETE FROM ticks", "ticks sample: the row is gone"),
        ("UPDATE ticks SET ticked = 9223372036854775807", "ticks sample: when the clock last"),
        ("INSERT INTO ticks VALUES ('other', 1, '')", "ticks other: it is filed under another"),
        ("INSERT INTO chunks VALUES ('sample', 'd', 0, x'00')", "chunks d: these are not the"),
        ("INSERT INTO failures VALUES ('sample', 'n', 2)", "failures n: no event made this row"),
        ("INSERT INTO attempts VALUES ('sample', 'm', 1, 0, 0, 1)", "attempts m: no event made"),
        ("UPDATE trees SET size = size + 1", "trees: the tree does not hold the events"),
        ("DROP TABLE messages", "table messages: it is gone"),
        ("DROP TABLE store", "table store: it is gone"),
        ("DROP TABLE ticks", "table ticks: it is gone"),
        ("DROP TABLE events", "table events: it is gone"),
        ("ALTER TABLE tasks ADD COLUMN more TEXT", "table tasks: it is not as the migration made"),
        ("ALTER TABLE tasks RENAME TO chores", "table chores: no migration made it"),
        ("DROP TRIGGER events_are_sealed", "trigger events_are_sealed: it is gone"),
        ("CREATE VIEW spy AS SELECT text FROM events", "view spy: no migration made it"),
        ("CREATE INDEX quick ON cases (state)", "index quick: no migration made it"),
        ("DROP INDEX cases_by_state", "index cases_by_state: it is gone"),
        (
            "CREATE TRIGGER quiet AFTER INSERT ON messages BEGIN DELETE FROM messages; END",
            "trigger quiet: no migration made it",
        ),
    ],
)
def test_whatever_is_altered_beside_the_cases_is_named(
    office: Office, statement: str, named: str
) -> None:
    office.open()
    note = checkpoint_of(office)
    meddle(office, statement)
    said = altered(office, note)
    assert named in said
    assert CHANGE_NOTHING in said


NEVER = 1 << 62


@pytest.mark.parametrize(
    "values", ["2, 9000000000000000, 0, 2", "2, 0, 9000000000000000, 2", f"3, {NEVER}, 0, 3"]
)
def test_a_message_that_is_kept_back_by_its_tries_is_named(office: Office, values: str) -> None:
    office.at("deciding")
    note = checkpoint_of(office)
    waiting = "FROM messages WHERE status = 'waiting'"
    meddle(office, f"INSERT INTO attempts SELECT log, message, {values} {waiting}")

    assert "it keeps a message back for longer than any worker does" in altered(office, note)


def test_a_message_that_failed_or_was_given_up_is_no_alteration(office: Office) -> None:
    office.at("deciding")
    note = checkpoint_of(office)
    next_at = (time.time_ns() // 1000) + 24 * 3600 * 1_000_000
    values = f"CASE urgent WHEN 1 THEN 8 ELSE 9 END, CASE urgent WHEN 1 THEN {next_at} ELSE {NEVER}"
    waiting = "FROM messages WHERE status = 'waiting'"
    meddle(office, f"INSERT INTO attempts SELECT log, message, {values} END, 0, 9 {waiting}")

    office.ok("audit", "verify", "--against", note)


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("CREATE VIEW spy AS SELECT text FROM events", "table spy: no migration made it"),
        ("ALTER TABLE events DISABLE TRIGGER events_are_kept", "trigger events_are_kept: it is"),
        ("CREATE RULE quiet AS ON INSERT TO messages DO INSTEAD NOTHING", "rule quiet: no"),
        ("CREATE POLICY narrow ON cases USING (false)", "policy narrow: no migration made it"),
        ("DROP INDEX cases_by_state", "index cases_by_state: it is gone"),
        ("DROP TABLE failures", "table failures: it is gone"),
    ],
)
def test_on_postgresql_whatever_is_made_or_dropped_is_named(
    postgres_server: PostgresServer, postgres_sample: str, statement: str, named: str
) -> None:
    url = postgres_server.url(postgres_server.create_database(postgres_sample))
    with psycopg.connect(url) as raw:
        raw.execute(statement)
    world = World(*place_on(database.open_to_verify(url, durable=False)))
    assert [problem for problem in world.verdict().problems if named in problem]


def test_a_table_whose_rules_were_taken_away_holds_no_value_that_is_none(office: Office) -> None:
    ref = office.open()
    note = checkpoint_of(office)
    meddle(
        office,
        "CREATE TABLE loose AS SELECT * FROM cases",
        "UPDATE loose SET state = NULL",
        "DROP TABLE cases",
        "ALTER TABLE loose RENAME TO cases",
    )
    assert "table cases: it is not as the migration made it" in altered(office, note)
    assert office.run("show", ref).exit_code != 0


@pytest.mark.parametrize("seed", range(12))
def test_a_file_that_is_cut_or_overwritten_is_never_verified_with_other_contents(
    office: Office, tmp_path: Path, seed: int
) -> None:
    ref = office.open()
    note = checkpoint_of(office)
    meddle(office, "PRAGMA wal_checkpoint(TRUNCATE)")
    shown = office.ok("show", ref) + office.ok("history", ref)
    file, chance = office.folder / "casetrail.db", random.Random(seed)
    content = bytearray(file.read_bytes())
    at = chance.randrange(100, len(content))
    if seed % 3 == 0:
        del content[at:]
    elif seed % 3 == 1:
        content[at - at % 4096 : at - at % 4096 + 4096] = chance.randbytes(4096)
    else:
        content[at] ^= 1 << chance.randrange(8)
    file.write_bytes(content)
    result = office.run("audit", "verify", "--against", note)
    assert "fault of its own" not in result.output
    assert result.exit_code in (0, 2, 6), result.output
    if result.exit_code == 0:
        assert office.ok("show", ref) + office.ok("history", ref) == shown


def test_text_that_is_none_is_damage_and_is_not_repeated(office: Office) -> None:
    ref = office.open()
    meddle(office, "UPDATE cases SET about = CAST(x'53616d706c65ff' AS TEXT)")
    for words in (("audit", "verify"), ("show", ref), ("list",)):
        said = office.refused(6, *words)
        assert "The database is damaged" in said
        assert "Sample" not in said


def test_a_log_that_was_taken_away_before_it_was_merged_is_missed_by_the_checkpoint(
    office: Office,
) -> None:
    file = office.folder / "casetrail.db"
    with closing(sqlite3.connect(file)) as open_too:
        open_too.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        merged = file.read_bytes()
        office.open()
        note = checkpoint_of(office)
    file.write_bytes(merged)
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    assert "events it covers are gone: the store was cut short, or is a backup" in altered(
        office, note
    )


def test_a_verification_leaves_a_store_that_was_altered_as_it_found_it(office: Office) -> None:
    office.open()
    note = checkpoint_of(office)
    office.open()
    meddle(office, "DELETE FROM directories", "PRAGMA wal_checkpoint(TRUNCATE)")
    before = (office.folder / "casetrail.db").read_bytes()
    assert "directories" in altered(office, note)
    meddle(office, "PRAGMA wal_checkpoint(TRUNCATE)")
    assert (office.folder / "casetrail.db").read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE cases SET state = 'closed'", "cases {ref}: state differs from what the events"),
        ("UPDATE store SET log = 'other'", "store 1: its partnership or its clock is not"),
        ("DROP TABLE failures", "table failures: it is gone"),
    ],
)
def test_what_does_not_verify_is_not_signed_and_stays_as_it_was_found(
    office: Office, statement: str, found: str
) -> None:
    ref = office.open()
    meddle(office, statement, "PRAGMA wal_checkpoint(TRUNCATE)")
    before = (office.folder / "casetrail.db").read_bytes()
    note = office.folder.parent / "checkpoint.txt"
    for words in ((), ("--out", str(note))):
        said = " ".join(office.refused(6, "audit", "checkpoint", *words).split())
        assert "The trail does not verify, so it is not signed" in said
        assert found.format(ref=ref) in said
    meddle(office, "PRAGMA wal_checkpoint(TRUNCATE)")
    assert (office.folder / "casetrail.db").read_bytes() == before
    assert not note.exists()


def test_a_store_that_is_locked_is_not_signed(office: Office) -> None:
    office.open()
    note = office.folder.parent / "checkpoint.txt"
    with closing(sqlite3.connect(office.folder / "casetrail.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = office.refused(7, "audit", "checkpoint", "--out", str(note))
    assert said.count(".") == said.count(".\n") == 1
    assert not note.exists()


def test_an_older_checkpoint_proves_what_it_covers_and_says_what_it_does_not(
    office: Office,
) -> None:
    office.open()
    note = checkpoint_of(office)
    office.open()
    said = " ".join(office.ok("audit", "verify", "--against", note).split())
    assert "Proved against the checkpoint of 20" in said
    assert "events are unchanged, complete and in their order" in said
    assert "events after it agree with each other, which someone who can rewrite the whole" in said
    assert "It cannot show whether what people recorded was true." in said
    without = " ".join(office.ok("audit", "verify").split())
    assert "Not proved against someone who can rewrite the whole database" in without


def test_a_restored_backup_and_a_copy_that_went_its_own_way_are_told_apart(
    office: Office, tmp_path: Path
) -> None:
    office.open()
    meddle(office, "PRAGMA wal_checkpoint(TRUNCATE)")
    backup = (office.folder / "casetrail.db").read_bytes()
    office.open()
    note = checkpoint_of(office)
    (office.folder / "casetrail.db").write_bytes(backup)
    said = altered(office, note)
    assert "events it covers are gone: the store was cut short, or is a backup" in said
    office.open()
    office.open()
    said = altered(office, note)
    assert "are not those that it covers: they were rewritten, or this is another copy" in said


def test_a_checkpoint_that_is_not_of_this_store_or_not_whole_is_refused_in_a_sentence(
    office: Office, tmp_path: Path
) -> None:
    office.open()
    note = Path(checkpoint_of(office))
    text = note.read_text()
    size = text.split("\n")[1]
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    words = ("--partnership", "sample", "--name", "Sample", "--database", "sqlite:///casetrail.db")
    Office(other).ok("init", *words)
    Office(other).ok("audit", "checkpoint", "--out", str(tmp_path / "theirs.txt"))
    cases = {
        (tmp_path / "theirs.txt").read_text(): (6, "it is of another store, or not genuine"),
        text.replace("casetrail/sample", "casetrail/else"): (6, "is a checkpoint of casetrail/els"),
        text.replace(f"\n{size}\n", f"\n{int(size) + 1}\n"): (
            6,
            "does not hold: it was altered",
        ),
        text[: len(text) // 2]: (6, "not a signed checkpoint, or part of it is missing"),
        "": (2, "is no checkpoint, nor a part of one"),
        "A list of something else.\n": (2, "is no checkpoint, nor a part of one"),
        f"{text.partition(chr(10))[0]}\n": (6, "not a signed checkpoint"),
    }
    for content, (code, sentence) in cases.items():
        note.write_text(content)
        said = office.run("audit", "verify", "--against", str(note))
        assert (said.exit_code, sentence in " ".join(said.output.split())) == (code, True), said
    note.unlink()
    assert "cannot be read" in office.refused(2, "audit", "verify", "--against", str(note))


def test_keys_that_are_lost_altered_foreign_or_open_to_others_get_a_sentence_each(
    office: Office, tmp_path: Path
) -> None:
    office.open()
    keys = office.folder / "casetrail.keys"
    kept = keys.read_text()
    keys.unlink()
    assert "restore it from its copy" in office.refused(2, "audit", "verify")
    keys.write_text(kept.replace('"signing": "', '"signing": "00'))
    keys.chmod(0o600)
    assert "is damaged; restore it" in office.refused(2, "audit", "verify")
    keys.write_text(kept)
    keys.chmod(0o644)
    assert "run `chmod 600" in office.refused(2, "audit", "verify")
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    words = ("--partnership", "sample", "--name", "Sample", "--database", "sqlite:///casetrail.db")
    Office(other).ok("init", *words)
    shutil.copy(other / "casetrail.keys", keys)
    assert "not the one that this database was made with" in office.refused(2, "audit", "verify")
    keys.write_text(kept)
    keys.chmod(0o600)
    assert "Consistent" in office.ok("audit", "verify")


def killed(office: Office, seconds: float, *words: str) -> None:
    """A command that is killed after so long, unless it has ended."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [*COMMAND, *words, "--config", str(office.config)]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("words", [("verify",), ("checkpoint",)])
def test_a_verification_or_checkpoint_that_is_killed_leaves_a_store_that_verifies(
    office: Office, words: tuple[str, ...]
) -> None:
    for number in range(6):
        office.open()
        killed(office, 0.05 + 0.06 * number, "audit", *words)
    office.ok("tick")
    assert "Consistent" in office.ok("audit", "verify", "--against", checkpoint_of(office))


@pytest.mark.parametrize("seconds", [0.1, 0.25, 0.4, 0.6, 0.9, 1.3])
def test_a_beginning_that_is_killed_is_finished_or_refused_with_the_way_out(
    tmp_path: Path, seconds: float
) -> None:
    folder = tmp_path / "begun"
    folder.mkdir(mode=0o700)
    office = Office(folder)
    words = ("--partnership", "sample", "--name", "Sample", "--database", "sqlite:///casetrail.db")
    killed(office, seconds, "init", *words)
    again = office.run("init", *words)
    assert again.exit_code in (0, 2), again.output
    assert "fault of its own" not in again.output
    if again.exit_code:
        seen = office.run("audit", "verify")
        assert seen.exit_code == 0 or "casetrail init" in again.output, (again.output, seen.output)


@pytest.mark.parametrize("seconds", [0.8, 1.6])
def test_a_demo_that_is_killed_says_that_its_folder_must_go(tmp_path: Path, seconds: float) -> None:
    folder = tmp_path / "demo"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    words = [*COMMAND, "demo", "--out", str(folder)]
    with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL) as process:
        time.sleep(seconds)
        process.kill()
    left = folder.exists() and any(folder.iterdir())
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == (2 if left else 0), done.stderr
    assert ("name another folder with --out, or remove it" in done.stderr) == left
