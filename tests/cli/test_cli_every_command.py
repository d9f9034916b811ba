"""What holds of every command: a silent clock and a demo are told first, and the JSON document of
each keeps its keys.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import bootstrap
from engine.cli.commands import COMMANDS
from engine.service.starting import sealed_tick
from tests.bouncing import bounced, message_id
from tests.offices import Demo, Office, copied

PROCESS = "child_safeguarding_practice_review"
WITHOUT_A_STORE = {
    *("init", "demo", "date"),
    *("workflow check", "workflow verify", "workflow describe", "workflow test"),
    *("workflow new", "workflow schema", "hook secret"),
    *("sign-in", "sign-out", "completion"),
}
FOR_EVER = {"worker", "serve"}
CHANGED = (
    "case deadlines_changed decided_by key names on opened proof recorded_by ref repeated version"
)
SHOWN_ELSEWHERE = {"account code", "hook try"}
"""What needs a code that an app shows, or a program that config.toml declares."""
PASSWORD = "four plain words for this test"
CASE = (
    "about about_title allowed answers can_be_done caution closed_on conflicts deadlines edition "
    "edition_name historic linked opened_on parent people ref restricted_to set_aside since state "
    "state_title tasks title version waiting_on waits_on workflow"
)
CALENDAR = (
    "change clocks day doubts dry_run failed jurisdiction names new old proof recorded_by title"
)
EVERY = {
    "open": (
        f"{PROCESS} WHERE_IT_WAS WHERE_HOME_IS referred_on=2026-10-30 --not-the-same",
        f"{CHANGED} caution similar",
    ),
    "record": ("OPEN AGE", f"{CHANGED} recorded ruled_out"),
    "attach": ("OPEN action_plan FILE", f"{CHANGED} ask question"),
    "document": ("WHOLE", "cautions documents ref"),
    "person": ("WHOLE show", "caution people ref"),
    "take": ("OPEN inform_partners", f"{CHANGED} passed_over title transition"),
    "next": (
        "OPEN",
        "answers approvals caution deadlines elsewhere names person ref state state_title steps "
        "tasks today waits_on",
    ),
    "why-not": (
        "OPEN decide_to_notify",
        "asked_by before by caution command decisions duty duty_read earliest elsewhere for_others "
        "hangs_on leads_there names passes_over person possible recordable ref starts state "
        "state_title title today transition unmet ways_part who",
    ),
    "show": ("OPEN", CASE),
    "history": ("OPEN", "cautions events next ref"),
    "find": ("Lane", "cases cautions next"),
    "list": ("", "cases cautions complete next"),
    "today": (
        "",
        "cautions due_soon horizon overdue partnership roles tasks today unanswered undelivered "
        "mistyped_kinds not_sent refused unattended unknown_roles waiting",
    ),
    "deadlines": ("", "cautions deadlines next"),
    "explain": ("OPEN", "cautions deadlines ref timescale"),
    "correct": (
        "OPEN referred_on=2026-10-29 --reason misread",
        f"{CHANGED} ruled_out to_confirm",
    ),
    "undo": ("OPEN --reason mistake", CHANGED),
    "done": ("WHOLE TASK --reason told", CHANGED),
    "extend": ("OPEN notification --to 2026-11-30 --agreed-by them --reason ill", CHANGED),
    "delay": ("OPEN notification --told them --reason ill", f"{CHANGED} as_at delayed"),
    "approve": ("WHOLE final_report --as avery", f"{CHANGED} ask question"),
    "pack": (
        "WHOLE rapid_review_submission --out OUT",
        "file fresh manifest missing no pack parts ref remarks status title",
    ),
    "sent": (
        "WHOLE rapid_review_submission --file PACK --to them",
        f"{CHANGED} compared pack sent title",
    ),
    "erase": ("WHOLE --person p1 --basis order --yes-erase WHOLE", f"{CHANGED} destroyed"),
    "case restrict": (
        "OPEN --to sam --to avery --reason kin",
        f"{CHANGED} nobody restricted_to",
    ),
    "case unrestrict": ("OPEN --reason over", f"{CHANGED} nobody restricted_to"),
    "conflict declare": (
        "OPEN --person avery --reason kin",
        f"{CHANGED} nobody person restricted_to",
    ),
    "conflict end": ("OPEN --person avery --reason over", f"{CHANGED} nobody person restricted_to"),
    "break-glass": (
        "OPEN --as quinn --reason alone",
        "key names not_told open proof recorded_by ref repeated task told until version",
    ),
    "tick": ("", "failed fired given_up held rebuilt sealed sent set_aside troubles"),
    "workflow list": ("", "in_use workflows"),
    "workflow questions": (PROCESS, "edition hash questions steps workflow"),
    "workflow diagram": ("--case OPEN --out OUT", "as_at edition file format ref text workflow"),
    "workflow compare": (f"{PROCESS}@2026-11 {PROCESS}", "caution changes new old summary"),
    "workflow rehearse": (
        "OPEN --until 2026-11-06",
        "caution collisions edition from hash names notices ref state state_title supposed title "
        "until workflow",
    ),
    "workflow replay": (
        f"{PROCESS} --with 2026-11",
        "cases caution differing edition events hash title totals unreadable workflow",
    ),
    "workflow migrate": (
        f"{PROCESS} --to 2026-11 --dry-run",
        "agreeing back caution dry_run moved refused title to to_come told warning workflow",
    ),
    "workflow activate": (
        PROCESS,
        "activated before caution edition extends failures faults hash in_force_from in_force_to "
        "new_cases not_shown open_under_others passed_over refused title to_do today unasked "
        "verdict workflow",
    ),
    "calendar list": ("", "calendars to_renew"),
    "calendar add": (
        "2026-11-05 Holiday --announced 2026-10-29 --source Gazette --yes --allow-later",
        CALENDAR,
    ),
    "calendar remove": ("2026-12-28 --announced 2026-10-29 --source Gazette --yes", CALENDAR),
    "calendar renew": ("--yes", "change clocks dry_run failed"),
    "handover": (
        "avery robin --from 2026-11-30 --to 2026-12-04 --write",
        "cases contact_of from lines since to until written",
    ),
    "blank-forms": ("--out OUT", "files folder"),
    "bounce": ("BOUNCE", "action changed message"),
    "message preview": ("OPEN notification", "messages names on ref what"),
    "account password": ("avery", "kind names person proof recorded_by"),
    "account clear": ("avery", "cleared names person proof recorded_by"),
    "token issue": (
        "avery --verb show --until 2026-11-30",
        "holder names processes proof recorded_by text token until verbs",
    ),
    "token list": ("", "names tokens"),
    "token revoke": ("TOKEN --reason lost", "names proof recorded_by revoked token"),
    "hook list": ("", "after hooks"),
    "hook check": ("", "hooks mistakes"),
    "inbox": ("", "files left refused taken"),
    "authority": ("", "local process relations verbs"),
    "audit verify": ("", "against cases erased events holds problems root rows said size"),
    "audit checkpoint": ("", "checkpoint public_key"),
    "audit log": ("", "entries next"),
    "migrate": ("", "schema_version"),
}
"""What each command is asked in the demo's folder, and the keys of its document."""


@pytest.fixture(scope="module")
def demo(demo_left: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return demo_left.copied(tmp_path_factory.mktemp("demo") / "left")


def asked(demo: Demo, name: str, folder: Path) -> tuple[Office, list[str]]:
    """A copy of the demo's folder, and the words of a command that does what it is asked there."""
    office = copied(demo.office, folder)
    meant = {
        "WHOLE": demo.whole,
        "OPEN": demo.still_open,
        "WHERE_IT_WAS": "place_of_incident=in our area",
        "WHERE_HOME_IS": "place_of_residence=in our area",
        "AGE": "age_band=under 18",
        "FILE": office.file("plan.txt", "Everybody is seen."),
        "OUT": str(folder / "out"),
        "BOUNCE": office.file("bounce.eml", bounced(message_id(office))),
        "PACK": str(next(folder.glob("*.zip"))),
    }
    if name == "approve":
        # All three approved the report long ago; it is approved again when it was put right.
        corrected = ("attach", demo.whole, "final_report", meant["FILE"], "--reason", "A slip.")
        office.ok(*corrected, "--as", "sam")
    if name == "done":
        erased = ("erase", demo.whole, "--person", "p1", "--basis", "order")
        office.ok(*erased, "--yes-erase", demo.whole, "--as", "sam")
        shown = json.loads(office.run("show", demo.whole, "--as", "sam", "--json").stdout)
        meant["TASK"] = shown["tasks"][-1]["task"]
    if name == "token revoke":
        issue = ("token", "issue", "avery", "--until", "2026-11-30", "--as", "sam", "--json")
        meant["TOKEN"] = json.loads(office.run(*issue).stdout)["token"]
    if name in ("case unrestrict", "break-glass"):
        listed = ("--to", "sam", "--to", "avery", "--reason", "kin")
        office.ok("case", "restrict", demo.still_open, *listed, "--as", "sam")
    if name == "conflict end":
        declared = ("--person", "avery", "--reason", "kin")
        office.ok("conflict", "declare", demo.still_open, *declared, "--as", "sam")
    words = [meant.get(word, word) for word in f"{name} {EVERY[name][0]}".split()]
    return office, words if "--as" in words else [*words, "--as", "sam"]


def typed(name: str) -> str | None:
    """What comes through standard input to a command that asks for something."""
    return PASSWORD if name == "account password" else None


def test_every_command_that_opens_a_store_is_among_those_that_are_asked() -> None:
    named = {name for name, entry in COMMANDS.items() if entry.module}

    assert named == set(EVERY) | WITHOUT_A_STORE | FOR_EVER | SHOWN_ELSEWHERE


@pytest.mark.parametrize("name", EVERY)
def test_every_command_on_the_store_of_a_demo_says_first_that_it_is_one(
    demo: Demo, tmp_path: Path, name: str
) -> None:
    office, words = asked(demo, name, tmp_path / "demo")

    assert office.ok(*words, typed=typed(name)).startswith("DEMO: ")


@pytest.mark.parametrize("name", EVERY)
def test_the_document_of_every_command_keeps_its_keys_and_says_of_a_demo_that_it_is_one(
    demo: Demo, tmp_path: Path, name: str
) -> None:
    office, words = asked(demo, name, tmp_path / "demo")
    result = office.run(*words, "--json", typed=typed(name))
    document = json.loads(result.stdout)

    assert result.exit_code == 0
    assert sorted(document) == sorted([*EVERY[name][1].split(), "demo"])
    assert document["demo"] is True
    assert result.stderr.startswith("DEMO: ")
    assert sorted(document.get("case", {})) in ([], sorted(CASE.split()))


def test_a_refusal_in_a_demo_says_that_it_is_one(demo: Demo) -> None:
    words = ("take", demo.still_open, "decide_to_notify", "--as", "sam")
    result = demo.office.run(*words, "--json")

    assert demo.office.run(*words).stdout.startswith("DEMO: ")
    assert result.exit_code == 4
    assert json.loads(result.stdout)["demo"] is True


@pytest.mark.parametrize("name", EVERY)
def test_when_no_tick_ran_for_a_working_day_the_first_line_of_every_command_says_so(
    demo: Demo, tmp_path: Path, name: str
) -> None:
    office, words = asked(demo, name, tmp_path / "demo")
    place = bootstrap.workplace(bootstrap.settings(str(office.config)))
    moment = int(datetime(2026, 10, 28, 17, 3, tzinfo=UTC).timestamp() * 1e6)
    with place.database.write() as tx:
        tx.run("UPDATE ticks SET ticked = ?, seal = ?", (moment, sealed_tick(place, moment)))
    place.database.close()

    assert office.ok(*words, typed=typed(name)).startswith(
        "No tick has run since Wed 28 Oct 2026 17:03: nobody is "
    )
