from __future__ import annotations

import email
import json
import re
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from engine import bootstrap
from engine.canonical import parse
from engine.cli.main import root
from engine.errors import ConfigError
from engine.service import access, virtual
from tests.offices import Office, copied
from tests.packs import printed
from tests.stories import ROOT

GOLDEN = Path(__file__).parents[1].joinpath("golden") / "demo.txt"
AGAIN = "COLUMNS=100 casetrail demo > tests/golden/demo.txt, in an empty folder"


def run(*words: str) -> Result:
    return CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1"}).invoke(root(), list(words))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str]:
    """The demo's folder, and what was printed."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        result = run("demo")
    assert result.exit_code == 0, result.output
    return Office(folder / "casetrail-demo"), result.stdout


def ask(demo: tuple[Office, str], *words: str) -> str:
    """What a command says in the demo's folder, which no test changes."""
    office, _ = demo
    result = office.run(*words, "--as", "sam")
    assert result.exit_code == 0, result.output
    return result.stdout


def case(demo: tuple[Office, str], ref: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ask(demo, "show", ref, "--json"))
    return found


def references(demo: tuple[Office, str]) -> tuple[str, str]:
    whole, still_open = re.findall(r"(?:show|next) (\d{4}-\w{6})", demo[1])
    return whole, still_open


def test_the_demo_prints_a_timeline_that_is_always_the_same(demo: tuple[Office, str]) -> None:
    assert demo[1] == GOLDEN.read_text(encoding="utf-8"), f"To keep it anew: {AGAIN}"


def test_the_timeline_is_short_enough_to_follow(demo: tuple[Office, str]) -> None:
    lines = demo[1].splitlines()

    assert 60 < len(lines) < 100
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize(
    "words",
    [
        "refers an incident",
        "corrects that: the call came after midnight",
        "keeps a dissent",
        "> Refused: it is for the local authority",
        "this notice is late, and says so",
        "the school never replied",
        "Complete the rapid review and send it to the national Panel: due Mon 12 Jan 2026",
        "the Panel's letter: it disagrees",
        "decides on a practice review, this time",
        "holds publication for the trial",
        "> Escalates to the executive and independent scrutineer: Complete and publish",
        "publishes the report",
        "closes the case",
    ],
)
def test_the_timeline_tells_of_what_the_demo_is_to_show(
    demo: tuple[Office, str], words: str
) -> None:
    assert words in " ".join(demo[1].split())


def test_the_trail_of_the_demo_verifies_against_the_checkpoint_that_it_left(
    demo: tuple[Office, str],
) -> None:
    said = ask(demo, "audit", "verify", "--against", str(demo[0].folder / "checkpoint.txt"))

    assert "Proved against the checkpoint" in said


def test_every_command_that_the_demo_says_to_try_next_runs_as_it_is_printed(
    demo: tuple[Office, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied(demo[0], tmp_path / "casetrail-demo")
    monkeypatch.chdir(tmp_path)
    lines = re.findall(r"^  casetrail (.+)$", demo[1], re.MULTILINE)

    assert [line.split()[0] for line in lines] == ["show", "explain", "next", "today", "audit"]
    for line in lines:
        result = run(*line.split())
        assert (result.exit_code, result.stderr) == (0, ""), line
        assert result.stdout.startswith("DEMO: ")


def test_in_the_demo_s_folder_time_stands_where_the_story_ended(demo: tuple[Office, str]) -> None:
    _, still_open = references(demo)
    due = [one for one in case(demo, still_open)["deadlines"] if one["due_on"]]

    assert "Fri 30 Oct 2026" in ask(demo, "today")
    assert {one["status"] for one in due} == {"running"}
    assert {one["working_days_left"] for one in due} == {4}


def test_the_closed_review_has_ended_with_all_its_linked_cases(demo: tuple[Office, str]) -> None:
    whole, _ = references(demo)
    shown = case(demo, whole)

    assert (shown["state"], shown["closed_on"]) == ("closed", "2026-10-30")
    assert [one["ref"] for one in shown["linked"] if not one["closed_on"]] == []
    assert len(shown["people"]) == 2


def test_every_message_of_the_demo_says_demo_and_names_no_child(demo: tuple[Office, str]) -> None:
    files = list((demo[0].folder / "messages").glob("*.eml"))
    mails = [email.message_from_bytes(file.read_bytes()) for file in files]
    bodies = [str(mail.get_payload(decode=True), "utf-8") for mail in mails]

    assert len(files) > 300
    assert all(body.startswith("This is a DEMO on made-up people") for body in bodies)
    assert [body for body in bodies if "Infant" in body or "Brother" in body] == []


def test_every_page_of_the_pack_of_the_demo_says_demo(demo: tuple[Office, str]) -> None:
    with zipfile.ZipFile(next(demo[0].folder.glob("*.zip"))) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    pages = [name for name in files if name.endswith(".html")]
    prints = [name for name in files if name.endswith(".pdf")]

    assert json.loads(files["manifest.json"])["document"]["demo"] is True
    assert (len(pages), len(prints)) == (1, 1)
    assert b"<strong>Demonstration.</strong>" in files[pages[0]]
    assert b'content: "DEMO"' in files[pages[0]]
    first, *others = printed(files[prints[0]])
    assert "Demonstration.Everypersonandeventinthisdocumentisinvented." in first
    assert len(others) > 5
    for margin in printed(files[prints[0]], decoration=True):
        assert margin.count("DEMO") == 2


def test_the_first_event_of_the_demo_says_that_its_clock_is_virtual(
    demo: tuple[Office, str],
) -> None:
    store = demo[0].store()
    with store.read() as tx:
        first = tx.row(
            'SELECT "text" FROM "events" WHERE "stream" = ? AND "n" = 1', (access.STORE,)
        )
        clocks = {parse(text)["clock"] for (text,) in tx.rows('SELECT "text" FROM "events"', ())}
    store.close()

    assert first is not None
    assert parse(first[0])["type"] == "store created"
    assert parse(first[0])["body"]["clock"] == "virtual"
    assert clocks == {"virtual"}


def test_what_is_recorded_in_the_demo_afterwards_happens_at_its_own_time(
    demo: tuple[Office, str], tmp_path: Path
) -> None:
    mine = copied(demo[0], tmp_path / "demo"), demo[1]
    _, still_open = references(mine)
    before = case(mine, still_open)["version"]
    taken = ask(mine, "take", still_open, "inform_partners")
    told = json.loads(ask(mine, "history", still_open, "--json"))["events"]

    assert "Done" in taken
    assert {event["recorded"][:10] for event in told[before:]} == {"2026-10-30"}
    assert "Consistent" in ask(mine, "audit", "verify")
    assert ask(mine, "tick").startswith("DEMO: ")


def test_the_demo_is_the_same_each_time_and_gives_one_document_under_json(
    demo: tuple[Office, str], tmp_path: Path
) -> None:
    result = run("demo", "--out", str(tmp_path / "again"), "--json")
    document = json.loads(result.stdout)

    assert (result.exit_code, result.stderr) == (0, "")
    assert document["demo"] is True
    assert tuple(document["cases"]) == references(demo)
    assert demo[1].startswith("\n".join(document["timeline"]))


def test_the_demo_never_replaces_anything(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Something of somebody's.")
    result = run("demo", "--out", str(tmp_path))

    assert result.exit_code == 2
    assert "holds something already" in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


def test_the_demo_s_folder_cannot_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    result = run("demo", "--out", str(file))

    assert result.exit_code == 2
    assert "cannot be made" in result.stderr


def test_a_real_store_refuses_a_virtual_clock(office: Office) -> None:
    settings = bootstrap.settings(str(office.config))

    with pytest.raises(ConfigError, match="it refuses a virtual clock"):
        bootstrap.begin(settings, virtual.VirtualClock(bootstrap.now()))


def test_no_command_takes_a_time_of_its_own() -> None:
    def options(command: object) -> set[str]:
        found = {name for param in getattr(command, "params", ()) for name in param.opts}
        entries = getattr(command, "entries", {})
        for name in entries:
            found |= options(command.get_command(None, name))  # type: ignore[attr-defined]
        return found

    assert options(root()) & {"--now", "--today", "--clock", "--time"} == set()
    assert "--on" in options(root())


def test_the_demo_s_people_are_those_of_the_sample_config() -> None:
    written = [
        tomllib.loads((ROOT / name).read_text(encoding="utf-8"))
        for name in ("config.toml", "engine/demo/config.toml")
    ]
    for one in written:
        one.pop("partnership")

    assert written[0] == written[1]
