from __future__ import annotations

import base64
import json
import threading
import time
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from engine import database
from engine.case import Given
from engine.cli.commands import COMMANDS as TABLE
from engine.definition import Question
from engine.errors import EngineError, RefusedError
from engine.service import cases, editions
from engine.service.looking import documents, reading
from engine.service.trail import sequencing
from engine.service.workplace import By, Workplace
from notifiers import NOTIFIERS
from tests import stories
from tests.bouncing import bounced, message_id
from tests.offices import Office, ago
from tests.postgres import PostgresServer
from tests.worlds import BESS, SAMPLE, World, place_on

CANARIES = ("Zoë Quillfeather", "Кирилл Жаворонков", "Kestrel-Hawthorne 7Q4")
"""Names that stand nowhere but in what the tests give."""
ERASED = "Robin Nightjar-Tamarisk"
OPENING = {
    "place_of_incident": "in our area",
    "place_of_residence": "in our area",
    "referred_on": "2025-11-20",
}


def disguises(name: str) -> Iterator[bytes]:
    """A name as it might have been written: in several encodings, escaped, hexadecimal, base64."""
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, name)
        for said in (text, text.upper(), text.casefold(), *text.split()):
            raw = said.encode()
            yield from (raw, said.encode("utf-16-le"), said.encode("utf-16-be"))
            yield from (quote(said).encode(), json.dumps(said)[1:-1].encode())
            yield from (raw.hex().encode(), raw.hex().upper().encode())
            yield from (said.encode("unicode_escape"), repr(raw)[2:-1].encode())
            yield said.encode("latin-1", "ignore") if name.isascii() else raw
            # Whatever stands before it, one of three turns of base64 shows the middle of a name.
            yield from (base64.b64encode(b"." * turn + raw)[4:-4] for turn in range(3))


def hits(content: bytes, names: tuple[str, ...] = CANARIES) -> list[bytes]:
    found = {shape for name in names for shape in disguises(name) if len(shape) > 5}
    return sorted(shape for shape in found if shape in content)


def desk(folder: Path, name: str) -> dict[str, str]:
    """Files of somebody's own, outside the partnership's folder, that hold the names."""
    folder.mkdir()
    files = {
        "text": f"{name} was said to be well.\r\n{name.upper()}",
        "paper": f"%PDF {name}",
        "reason": f"as {name} said",
    }
    found = {}
    for kind, text in files.items():
        path = folder / f"{name} {kind}.txt"
        path.write_text(text)
        found[kind] = str(path)
    return found


def told_everything(office: Office, folder: Path, name: str) -> tuple[str, list[str]]:
    """A case in which a name is given wherever a personal value can be; and all that was said."""
    paper = desk(folder, name)
    because = ("--reason", f"@{paper['reason']}")
    ref = office.open()
    said = [
        office.ok("person", ref, "add", "child", f"name=@{paper['text']}"),
        office.ok("take", ref, "start_deciding", "--reason", f"for {name}"),
        office.ok("record", ref, "opinion/council=notify", "opinion/board=notify"),
        office.ok("record", ref, "--asked", "opinion/police"),
        office.ok("record", ref, "--no-reply", "opinion/police"),
        office.ok("take", ref, "decide_to_notify", "rationale=-", "--as", "lee", typed=name),
        office.ok("correct", ref, f"rationale=@{paper['text']}", *because),
        office.ok("attach", ref, "form", paper["paper"]),
        office.ok(
            "take",
            ref,
            "record_notification_sent",
            "--decided-by",
            "lee",
            "--evidence",
            paper["paper"],
            *because,
        ),
        office.ok("record", ref, "report=-", typed=f"The report on {name}."),
        office.ok("approve", ref, "report", "--as", "eve"),
        office.ok(
            "extend",
            ref,
            "review",
            "--to",
            ago(-60),
            "--agreed-by",
            f"the aunt of {name}",
            *because,
        ),
        office.ok("delay", ref, "review", "--told", name, *because),
        office.ok("undo", ref, *because),
        office.ok("find", "-", typed=name),
        office.ok("tick"),
        office.ok("account", "password", "lee", typed=name),
        office.ok("account", "clear", "lee", "--as", "lee"),
        office.ok("conflict", "declare", ref, "--person", "pol", *because),
        office.ok("conflict", "end", ref, "--person", "pol", *because),
        office.ok("case", "restrict", ref, "--to", keeper(office), "--to", "lee", *because),
        office.ok("break-glass", ref, "--as", "eve", *because),
        office.ok("case", "unrestrict", ref, *because),
    ]
    issued = office.json("token", "issue", "lee", "--until", ago(-30))["token"]
    said.append(office.ok("token", "revoke", issued, *because))
    return ref, said


NOWHERE = "http://127.0.0.1:9"
"""Where nothing listens."""


def keeper(office: Office) -> str:
    """Whoever keeps the record: the first person of config.toml."""
    return str(tomllib.loads(office.config.read_text())["person"][0]["id"])


def refused(office: Office, folder: Path, ref: str, name: str) -> list[str]:
    """What is said to somebody whose answer, reason or file cannot be taken."""
    missing = str(folder / f"{name} missing.txt")
    wrong = folder / f"{name} wrong.txt"
    wrong.write_text(f"{name}\x00")
    return [
        office.refused(4, "record", ref, "name=-", typed=name),
        office.refused(4, "take", ref, "decide_to_notify", "rationale=-", typed=name),
        office.refused(4, "undo", office.open(), "--reason", name),
        office.refused(2, "record", ref, f"report={name}"),
        office.refused(2, "record", ref, f"report=@{missing}"),
        office.refused(4, "record", ref, f"report=@{wrong}"),
        office.refused(2, "attach", ref, "form", missing),
        office.refused(4, "attach", ref, "report", str(wrong)),
        office.refused(2, "extend", ref, "review", "--to", "soon", "--agreed-by", name),
        office.refused(4, "erase", ref, "--person", "p7", "--basis", name),
        office.refused(2, "account", "password", "lee", typed=f"{name}\n{name}"),
        office.refused(2, "account", "password", name, typed="four plain words for this test"),
        office.refused(2, "token", "issue", name, "--until", ago(-30)),
        office.refused(2, "hook", "try", name, ref),
        office.refused(11, "sign-in", "--server", NOWHERE, "--person", name, typed=name),
        office.refused(2, "token", "issue", "lee", "--until", ago(-30), "--verb", name),
    ]


def looked(office: Office, ref: str) -> list[str]:
    """What the commands show that show no personal value, as text and as JSON."""
    looks = (
        ("show", ref),
        ("next", ref),
        ("history", ref),
        ("deadlines", ref),
        ("explain", ref, "notification"),
        ("explain", ref),
        ("person", ref, "show"),
        ("list",),
        ("today",),
        ("deadlines",),
        ("audit", "verify"),
        ("audit", "checkpoint"),
        ("audit", "log"),
        ("workflow", "list"),
        ("pack", ref),
        ("record", ref, "--form"),
        ("workflow", "diagram", "--case", ref, "--out", "-"),
        ("why-not", ref, "decide_to_notify"),
        ("workflow", "compare", "incident", str(SAMPLE)),
        ("workflow", "rehearse", ref, "--until", "2030-01-01"),
        ("workflow", "replay", "incident", "--with", str(SAMPLE)),
        ("calendar", "list"),
        ("token", "list"),
        ("message", "preview", ref, "notification"),
        ("handover", "lee", "eve", "--from", ago(0), "--to", ago(-9), "--write"),
        *(("message", "preview", ref, "notification", "--by", way) for way in NOTIFIERS),
        ("bounce", office.file("bounce.eml", bounced(message_id(office)))),
        ("hook", "list"),
        ("hook", "check"),
        ("inbox",),
        ("authority",),
        ("authority", "--process", "incident"),
        ("audit", "log"),
        ("sign-out", "--server", NOWHERE),
    )
    said = [office.ok(*words) for words in looks]
    said.append(office.ok("blank-forms", "--out", str(office.folder / "paper")))
    return said + [office.ok(*words, "--json") for words in looks]


def files(folder: Path) -> dict[str, bytes]:
    """Every file of the partnership, with its name as it stands in the folder."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def dumped(office: Office) -> dict[str, bytes]:
    """Every table of a store on PostgreSQL, as the server copies it out."""
    url = tomllib.loads(office.config.read_text())["store"]["database"]
    if not url.startswith("postgresql"):
        return {}
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = {}
        for (table,) in tables.fetchall():
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT') as copy:
                found[table] = b"".join(bytes(piece) for piece in copy)
    return found


@pytest.mark.parametrize("name", CANARIES)
def test_a_name_that_is_given_anywhere_is_written_nowhere_in_clear(
    office_on: Office, tmp_path: Path, name: str
) -> None:
    office, folder = office_on, tmp_path / "desk"
    ref, said = told_everything(office, folder, name)
    said += refused(office, folder, ref, name)
    said += looked(office, ref)
    assert [text for text in said if hits(text.encode())] == []
    written = files(office.folder) | dumped(office)
    assert len(written) > 2
    assert any(file.endswith(".eml") for file in written)
    assert {file: hits(content) for file, content in written.items() if hits(content)} == {}
    assert hits("\n".join(written).encode()) == []
    shown = office.ok("show", ref, "--personal", "--why", "to see that it is there")
    assert hits(shown.encode())


def test_every_command_is_among_those_that_are_searched_for_names() -> None:
    source = Path(__file__).read_text()
    verbs = "check describe activate verify test new schema questions"
    nothing_given = {"completion", "date", "demo", "hook secret", "init", "migrate"}
    elsewhere = {"open", "sent", "document", "worker", "serve", "account code"}
    left = nothing_given | elsewhere | {f"workflow {verb}" for verb in verbs.split()}
    left |= {f"calendar {verb}" for verb in ("add", "remove", "renew")}
    called = [name for name, entry in TABLE.items() if entry.module and name not in left]
    assert [name for name in called if not all(f'"{w}"' in source for w in name.split())] == []


def test_a_search_for_a_disguise_would_have_found_it() -> None:
    for name in CANARIES:
        for said in (name, name.upper(), quote(name), name.encode().hex(), json.dumps(name)):
            assert hits(f"before {said} after".encode()), said
        assert hits(base64.b64encode(f"before {name} after".encode()))
        assert hits(f"x{name}".encode("utf-16"))


def person_known(world: World) -> tuple[str, str]:
    ref = world.notified()
    known = [Given("name", ERASED)]
    person, _ = cases.add_person(world.place, BESS, ref, "child", known)
    return ref, person


def held_of(world: World, subject: str) -> list[bytes]:
    """All from which a personal value of somebody could be had again: key, salts and ciphers."""
    with world.place.database.read() as tx:
        keys = tx.rows("SELECT wrapped FROM subjects WHERE subject = ?", (subject,))
        values = tx.rows("SELECT salt, sealed FROM secrets WHERE subject = ?", (subject,))
    return [bytes(part) for row in (*keys, *values) for part in row if part is not None]


def test_what_is_erased_is_in_no_byte_of_the_files_of_a_store(
    sqlite_sample: Path, tmp_path: Path
) -> None:
    file = tmp_path / "casetrail.db"
    file.write_bytes(sqlite_sample.read_bytes())
    file.chmod(0o600)
    world = World(*place_on(database.open(f"sqlite:///{file}")))
    # Somebody else has the store open, as a worker has.
    other = World(*place_on(database.open(f"sqlite:///{file}"), seed=2))
    ref, person = person_known(world)
    other.open()
    held = held_of(world, f"{ref}/{person}")
    before = b"".join(files(tmp_path).values())
    assert len(held) == 3
    assert all(part in before for part in held)
    documents.erase_person(world.place, BESS, ref, person, "a court's order")
    after = b"".join(files(tmp_path).values())
    assert [part for part in held if part in after] == []
    assert held_of(world, f"{ref}/{person}") == []
    sequencing.seal_new(world.place)
    assert world.verdict().problems == []
    assert other.verdict().erased == 1


def test_an_erasure_waits_for_whoever_is_reading(sqlite_sample: Path, tmp_path: Path) -> None:
    file = tmp_path / "casetrail.db"
    file.write_bytes(sqlite_sample.read_bytes())
    file.chmod(0o600)
    world = World(*place_on(database.open(f"sqlite:///{file}")))
    ref, person = person_known(world)
    held = held_of(world, f"{ref}/{person}")
    begun = threading.Event()

    def read_for_a_moment() -> None:
        reading = database.open(f"sqlite:///{file}")
        with reading.read() as tx:
            tx.rows("SELECT count(*) FROM cases")
            begun.set()
            time.sleep(0.4)
        reading.close()

    reader = threading.Thread(target=read_for_a_moment)
    reader.start()
    begun.wait()
    documents.erase_person(world.place, BESS, ref, person, "a court's order")
    assert [part for part in held if part in b"".join(files(tmp_path).values())] == []
    reader.join()


@pytest.mark.postgresql
def test_the_key_of_an_erased_person_is_in_no_table_of_a_server(
    postgres_server: PostgresServer, postgres_sample: str
) -> None:
    name = postgres_server.create_database(postgres_sample)
    world = World(*place_on(database.open(postgres_server.url(name), durable=False)))
    ref, person = person_known(world)
    [wrapped, *_] = held_of(world, f"{ref}/{person}")
    assert wrapped in tables_of(postgres_server, name)
    documents.erase_person(world.place, BESS, ref, person, "a court's order")
    assert wrapped not in tables_of(postgres_server, name)
    assert world.verdict().problems == []


def tables_of(server: PostgresServer, name: str) -> bytes:
    """The bytes of every table of a database, as they lie on the disk of its server."""
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        [[number]] = connection.execute(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        ).fetchall()
    return b"".join(files(server.folder / "data" / "base" / str(number)).values())


def test_nobody_is_erased_twice_and_somebody_of_whom_nothing_is_known_can_be(world: World) -> None:
    ref = world.open()
    person, _ = cases.add_person(world.place, BESS, ref, "child")
    documents.erase_person(world.place, By("bess"), ref, person, "a court's order")
    with pytest.raises(RefusedError, match="was erased from this case before"):
        documents.erase_person(world.place, By("bess"), ref, person, "a court's order")
    with pytest.raises(RefusedError, match="was erased from this case"):
        cases.record(world.place, BESS, ref, [Given("name", "Robin", person)])
    assert world.verdict().problems == []


def test_no_personal_question_of_the_practice_review_repeats_or_shows_its_answer(
    tmp_path: Path,
) -> None:
    stories.make_store(f"sqlite:///{tmp_path / 'casetrail.db'}")
    name, by = CANARIES[0], By("sam")
    with stories.partnership(f"sqlite:///{tmp_path / 'casetrail.db'}") as (place, clock):
        clock.go_to(datetime(2025, 11, 24, 10, tzinfo=UTC))
        with place.database.read() as tx:
            workflow = editions.to_open(place, tx, stories.PROCESS.name).workflow
        opening = [Given(question, OPENING[question]) for question in workflow.opening]
        ref = cases.open_new(place, by, workflow.name, opening).ref
        person, _ = cases.add_person(place, by, ref, "child")
        personal = [q for q in workflow.questions.values() if q.personal]
        said = [told(place, ref, question, person, name) for question in personal]
        # What is asked anew by a step is recorded by itself only as an occurrence that is named.
        again = [q for q, text in zip(personal, said, strict=True) if "given with a step" in text]
        said += [told(place, ref, question, person, name, 1) for question in again]
        assert len(again) > 10
        said.append(json.dumps(reading.show(place, by, ref), ensure_ascii=False))
        with place.database.read() as tx:
            said += [row[0] for row in tx.rows("SELECT text FROM events")]
    assert len(personal) > 100
    assert len([text for text in said if text == "done"]) > 80
    assert [text for text in said if hits(text.encode())] == []


def told(
    place: Workplace, ref: str, question: Question, person: str, name: str, no: int = 0
) -> str:
    """What is said to somebody who answers a question with a name."""
    of = person if question.per else "council" if question.asked_of else ""
    try:
        cases.record(place, By("sam"), ref, [Given(question.id, name, of, no)])
    except EngineError as error:
        return f"{error} {getattr(error, 'unmet', '')}"
    return "done"
