from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import click
import pytest
from click.testing import CliRunner, Result

from engine import bootstrap
from engine.cli.door import Door, command
from engine.cli.main import Commands
from engine.errors import OutcomeUnknownError
from engine.service import silence, ticking
from engine.service.starting import sealed_tick
from tests.offices import Office, ago
from tests.worlds import World


def entering(act: Callable[[Door], None], *words: str) -> Result:
    """What is said when a command does this."""
    made = command("attempt")(act)

    class Only(Commands):
        def __init__(self) -> None:
            super().__init__("casetrail", "One command.")
            self.entries = {**self.entries, "attempt": self.entries["list"]}

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
            return made

    return CliRunner().invoke(Only(), ["attempt", *words])


def ticked(office: Office, at: datetime) -> None:
    """Let the last tick be at an instant."""
    place = bootstrap.workplace(bootstrap.settings(str(office.config)))
    moment = int(at.timestamp() * 1e6)
    with place.database.write() as tx:
        tx.run("UPDATE ticks SET ticked = ?, seal = ?", (moment, sealed_tick(place, moment)))
    place.database.close()


def test_an_unknown_outcome_gives_the_key_to_repeat_with() -> None:
    def act(door: Door) -> None:
        door.state.key = "0123456789abcdef"
        raise OutcomeUnknownError("It cannot be told whether the change was saved.")

    result = entering(act)
    assert result.exit_code == 8
    assert "Repeat it with: --key 0123456789abcdef" in result.stderr


def test_a_fault_of_ours_shows_no_value_and_no_traceback() -> None:
    def act(door: Door) -> None:
        raise KeyError("Avery Canary")

    result = entering(act)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        "Casetrail met a fault of its own (KeyError in cli/door.py, line "
    )
    assert "Canary" not in result.stderr
    assert "Nothing was changed." in result.stderr


def test_the_same_key_never_does_a_thing_twice(office_on: Office) -> None:
    ref = office_on.at("deciding")
    words = ("record", ref, "rationale=-", "--key", "key-of-ours")
    first = office_on.json(*words, typed="It fits.")
    again = office_on.json(*words, typed="It fits.")
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again["version"] == first["version"]
    said = office_on.refused(2, "record", ref, "report=-", "--key", "key-of-ours", typed="else")
    assert "This key was used for another command" in said


def test_a_change_of_a_case_that_somebody_else_changed_is_refused(office_on: Office) -> None:
    ref = office_on.at("referred")
    version = office_on.show(ref)["version"]
    office_on.ok("take", ref, "start_deciding", "--if-version", str(version))
    said = office_on.refused(5, "undo", ref, "--reason", "mistake", "--if-version", str(version))
    now = office_on.show(ref)["version"]
    assert f"The case has changed: its record had {version} entries, and has {now} now." in said


def test_what_somebody_else_decided_needs_its_evidence_which_is_kept(office_on: Office) -> None:
    ref = office_on.at("deciding")
    words = ("take", ref, "decide_to_notify", "--already-done", "--decided-by", "lee")
    assert "needs its evidence" in office_on.refused(2, *words)
    minutes = office_on.file("minutes.txt", "Decided on Monday.")
    version = str(office_on.show(ref)["version"])
    words += ("--evidence", minutes, "--if-version", version, "--key", "with-evidence")
    said = office_on.ok(*words)
    assert "Decided by Lee Sample, recorded by " in said
    assert office_on.json(*words)["repeated"]
    events = office_on.json("history", ref)["events"]
    [filed] = [event for event in events if event["type"] == "document attached"]
    [taken] = [event for event in events if event["body"].get("transition") == "decide_to_notify"]
    assert taken["evidence"] == filed["body"]["document"]
    assert (taken["actor"]["decided"], taken["actor"]["role"]) == ("lee", "local_authority")
    assert "minutes.txt" not in json.dumps(events)
    assert "minutes.txt" in office_on.ok("history", ref, "--personal", "--why", "to check")
    assert office_on.json("audit", "verify")["holds"]


def test_a_step_that_is_refused_leaves_no_evidence_behind(office_on: Office) -> None:
    ref = office_on.at("deciding")
    before = office_on.json("history", ref)["events"]
    minutes = office_on.file("minutes.txt", "Decided on Monday.")
    words = ("take", ref, "decide_to_notify", "--decided-by", "lee", "--evidence", minutes)
    assert "has not been asked" in office_on.refused(4, *words)
    assert office_on.json("history", ref)["events"] == before
    assert office_on.json("audit", "verify")["holds"]


def test_evidence_and_what_it_shows_are_one_command(office_on: Office) -> None:
    ref = office_on.at("deciding")
    minutes = office_on.file("minutes.txt", "Decided on Monday.")
    words = ("--already-done", "--decided-by", "lee", "--evidence", minutes)
    office_on.ok("take", ref, "decide_to_notify", *words)
    events = office_on.json("history", ref)["events"]
    [filed] = [event for event in events if event["type"] == "document attached"]
    own = [event["type"] for event in events if event["command"] == filed["command"]]
    assert {"transition taken", "document attached"} <= set(own)
    assert filed["evidence"] == filed["body"]["document"]


def test_somebody_whom_nobody_named_is_told_how_to_be_named(office: Office) -> None:
    ref = office.open()
    text = office.config.read_text()
    account = next(line for line in text.splitlines() if line.startswith("account"))
    office.config.write_text(text.replace(account, ""))
    said = office.refused(2, "show", ref)
    assert "config.toml ties nobody to the system user" in said
    assert "--as PERSON" in said
    assert said == office.refused(2, "list")
    assert office.ok("show", ref, "--as", "lee")
    assert office.ok("list", "--as", "lee")


def test_the_proof_of_who_it_was_is_sealed_with_the_event(office: Office) -> None:
    ref = office.open()
    actor = office.json("history", ref)["events"][0]["actor"]
    assert actor["proof"].startswith("claimed; system user ")
    assert actor["door"] == "command line"


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("today",),
        ("deadlines",),
        ("show", "REF"),
        ("next", "REF"),
        ("history", "REF"),
        ("explain", "REF", "notification"),
        ("record", "REF", "happened_on=2025-01-02"),
        ("record", "REF", "--form"),
        ("person", "REF", "show"),
        ("find", "our area"),
    ],
)
def test_whatever_an_edition_governs_says_its_caution(
    office: Office, words: tuple[str, ...]
) -> None:
    ref = office.open()
    asked = [word.replace("REF", ref) for word in words]
    assert "no law stands behind it" in " ".join(office.ok(*asked).split())
    if words[0] != "record" or "--form" in words:
        assert "no law stands behind it" in json.dumps(office.json(*asked))


def test_when_no_tick_ran_for_a_working_day_every_command_says_so_first(office: Office) -> None:
    ref = office.open()
    office.ok("tick")
    ticked(office, datetime(2025, 12, 12, 17, 3, tzinfo=UTC))
    for words in (("list",), ("show", ref), ("today",), ("take", ref, "start_deciding")):
        first = office.ok(*words).split("\n")[0]
        assert first.startswith("No tick has run since Fri 12 Dec 2025 17:03")
    result = office.run("show", ref, "--json")
    assert json.loads(result.stdout)["ref"] == ref
    assert result.stderr.startswith("No tick has run since")
    office.ok("tick")
    assert "No tick" not in office.ok("list")


def test_a_working_day_of_silence_is_counted_by_the_calendar(world: World) -> None:
    world.clock.go_to("2025-12-24", hour=15)
    ticking.ticked(world.place)
    world.clock.go_to("2025-12-29", hour=14)
    assert silence.warning(world.place) == ""
    world.clock.go_to("2025-12-29", hour=16)
    assert silence.warning(world.place).startswith("No tick has run since Wed 24 Dec 2025 15:00")


def test_a_tick_on_a_weekend_leaves_the_whole_next_working_day(world: World) -> None:
    world.clock.go_to("2026-01-10", hour=12)
    ticking.ticked(world.place)
    world.clock.go_to("2026-01-12", hour=23)
    assert silence.warning(world.place) == ""
    world.clock.go_to("2026-01-13", hour=1)
    assert silence.warning(world.place)


def test_a_store_that_never_ticked_counts_from_its_first_event(world: World) -> None:
    assert silence.warning(world.place) == ""
    world.clock.go_to("2025-12-18")
    assert silence.warning(world.place).startswith("No tick has ever run, since Mon 15 Dec 2025")


def test_the_sheet_fits_on_one_page_however_much_there_is_to_do(office: Office) -> None:
    for number in range(12):
        ref = office.open("place=in our area", f"aware_on={ago(30 - number)}")
        office.ok("take", ref, "start_deciding")
        if number % 2:
            office.ok("record", ref, "--asked", "opinion/police")
            office.ok("take", ref, "decide_to_notify", "--already-done", "--as", "lee")
    for number in range(9):
        office.open("place=in our area", f"aware_on={ago(number % 3)}")
    lines = office.ok("today", "--print").split("\n")
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 100
    said = "\n".join(lines)
    for part in (
        "Overdue (12)",
        "Due in the next ten working days (9)",
        "Waiting on (21)",
        "To do (",
    ):
        assert part in said
    assert re.search(r"^  And \d+ more: `casetrail today --json`\.$", said, re.MULTILINE)
    assert "list --late" not in said
    assert "Expected (source not yet read)" in said
    assert len(office.json("today")["overdue"]) == 12


def test_an_empty_day_says_so(office: Office) -> None:
    assert "Nothing is due, and nobody is waited for." in office.ok("today")


def test_no_name_reaches_any_output_but_a_personal_read(office: Office) -> None:
    ref = office.at("deciding")
    typed = {"typed": "Avery Canary"}
    said = [
        office.ok("person", ref, "add", "child", "name=-", **typed),
        office.ok("record", ref, "rationale=-", "--reason", "Avery Canary", **typed),
        office.ok("correct", ref, "rationale=-", "--reason", "for Avery Canary", **typed),
        office.ok("attach", ref, "form", office.file("Avery Canary.pdf", "Avery Canary")),
        office.ok(
            "extend",
            ref,
            "notification",
            "--to",
            "2090-01-02",
            "--agreed-by",
            "Canary",
            "--reason",
            "Avery Canary",
        ),
        office.ok(
            "take",
            ref,
            "decide_to_notify",
            "--already-done",
            "--as",
            "lee",
            "--reason",
            "Avery Canary",
        ),
        office.ok("undo", ref, "--as", "lee", "--reason", "Avery Canary"),
        office.ok("tick"),
    ]
    reads = (("show", ref, "--all"), ("next", ref), ("history", ref), ("list",), ("today",))
    reads += (("deadlines",), ("person", ref, "show"), ("record", ref, "--form", "--all"))
    reads += (("explain", ref, "notification"), ("audit", "verify"), ("find", "our area"))
    said += [office.ok(*words) for words in reads]
    said += [office.ok(*words, "--json") for words in reads]
    said += [file.read_text() for file in (office.folder / "messages").rglob("*.eml")]
    assert len(said) > 30
    assert [text for text in said if "Canary" in text] == []
    assert "Canary" in office.ok("history", ref, "--personal", "--why", "to see that it is there")
    content = b"".join(file.read_bytes() for file in office.folder.glob("casetrail.db*"))
    assert b"Canary" not in content
