from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from engine.cli.commands import COMMANDS, HEADINGS, within
from engine.cli.main import root
from engine.cli.printing import day
from engine.migrations import LATEST
from tests.offices import Office, ago
from tests.worlds import SAMPLE

CAUTION = "Caution: This process is a sample; no law stands behind it."


def test_a_case_goes_its_whole_way_at_the_command_line(office_on: Office) -> None:
    ref = office_on.at("reviewing")
    office_on.ok("record", ref, "agencies_asked=council,police")
    outcome = office_on.json("take", ref, "ask_for_summaries")
    assert outcome["opened"] == [f"{ref}.1", f"{ref}.2"]
    for linked in outcome["opened"]:
        office_on.ok("take", linked, "receive", "summary=-", typed="All is well.")
    office_on.ok("record", ref, "report=-", typed="What happened, and why.")
    refused = office_on.refused(4, "take", ref, "submit_review")
    assert '2 more approvals of "The report" (from the executive; approve report)' in refused
    office_on.ok("approve", ref, "report", "--as", "eve")
    assert "already approved" in office_on.refused(4, "approve", ref, "report", "--as", "eve")
    assert office_on.show(ref)["state"] == "reviewing"
    assert office_on.json("audit", "verify")["holds"]


def test_opening_prints_the_reference_and_who_recorded_it(office: Office) -> None:
    said = office.ok("open", "incident", "place=in our area", f"aware_on={ago(1)}")
    assert re.match(r"Opened \d{4}-[0-9A-Z]{6}\.\n", said)
    assert re.search(r"^Recorded by .+ \(claimed; system user .+\)\.$", said, re.MULTILINE)
    assert CAUTION in said


def test_a_case_is_not_opened_without_the_answers_asked_first(office: Office) -> None:
    refused = office.refused(4, "open", "incident")
    assert 'no answer to "Where did it happen?" (give place=...)' in refused
    assert refused.endswith("Nothing was changed.\n")
    assert office.json("list")["cases"] == []


def test_a_refusal_under_json_says_what_who_and_how(office: Office) -> None:
    ref = office.at("deciding")
    result = office.run("take", ref, "decide_to_notify", "--json")
    assert (result.exit_code, result.stderr) == (4, "")
    refused = json.loads(result.stdout)["refused"]
    assert refused["transition"] == "decide_to_notify"
    assert {"what", "who", "how"} == set(refused["unmet"][0])
    assert {"how": "record rationale=-"}.items() <= refused["unmet"][1].items()


def test_next_tells_what_can_be_done_and_for_the_rest_all_that_is_missing(office: Office) -> None:
    ref = office.at("deciding")
    said = office.ok("next", ref, "--all")
    now, later = said.split("Cannot be done yet")
    assert f"casetrail take {ref} record_letter" in now
    assert "decide_to_notify" in later
    assert later.count("has not been asked") == 3
    assert "record --no-reply" in later
    steps = {step["transition"]: step["unmet"] for step in office.json("next", ref)["steps"]}
    assert steps["record_letter"] == []
    assert len(steps["decide_to_notify"]) == 5


def test_a_case_is_shown_on_one_screen_in_its_stable_form(office: Office) -> None:
    ref = office.at("to_notify")
    said = office.ok("show", ref)
    assert len(said.splitlines()) <= 30
    assert "It fits." not in said
    assert "1 personal answer on file; --all names them, --personal --why TEXT shows them." in said
    assert "opinion/police" in said
    keys = {"ref", "workflow", "edition", "state", "opened_on", "answers", "deadlines", "allowed"}
    assert keys | {"version"} <= set(office.show(ref))


def test_a_case_says_how_many_entries_its_record_has_and_by_which_edition_it_goes(
    office: Office,
) -> None:
    ref = office.at("referred")
    said = " ".join(office.ok("show", ref).split())
    case = office.show(ref)

    assert f"edition {case['edition_name']}" in said
    assert f", {case['version']} entries on record" in said
    assert "version" not in said
    assert f", {case['version']} entries on record" in office.ok("record", ref, "--form")


def test_personal_answers_are_shown_for_a_reason_that_is_logged(office: Office) -> None:
    ref = office.at("to_notify")
    assert "give --why" in office.refused(2, "show", ref, "--personal")
    assert "It fits." in office.ok("show", ref, "--personal", "--why", "to check it")
    assert "It fits." in office.ok("history", ref, "--personal", "--why", "to check it")
    store = office.store()
    with store.read() as tx:
        logged = tx.rows("SELECT type FROM events WHERE stream = 'access'")
    store.close()
    assert logged == [("read",), ("read",)]


def test_a_timescale_is_a_duty_only_where_its_source_was_read(office: Office) -> None:
    ref = office.at("reviewing")
    said = " ".join(office.ok("show", ref, "--all").split())
    assert "Expected (source not yet read): Sample Act s.1; the time is from statutory" in said
    assert '("should"): Sample guidance (second-hand).' in said
    local = 'The time is from local practice ("may"): the partnership'
    assert f"{local}'s own practice (read)." in said
    assert "Duty:" not in said
    assert "legal limit" not in said


def test_explain_counts_day_by_day_and_lists_every_change(office: Office) -> None:
    ref = office.open("place=in our area", "aware_on=2025-12-23")
    office.ok("correct", ref, "aware_on=2025-12-22", "--reason", "misread")
    said = office.ok("explain", ref, "notification")
    assert 'Mon 22 Dec 2025   day 0: "When did the local authority become aware of it?"' in said
    assert "That day is day 0, whatever the time of day" in said
    assert "it happened" not in said
    assert "not counted: Christmas Day (bank holiday" in said
    assert "deadline moved: from Fri 2 Jan 2026 to Wed 31 Dec 2025" in said
    why = 'because the answer to "When did the local authority become aware of it?" was corrected'
    assert f"{why} from 23 December 2025 to 22 December 2025" in " ".join(said.split())
    [told] = office.json("explain", ref, "notification")["deadlines"]
    assert told["derivation"]["due_on"] == told["due_on"] == "2025-12-31"
    assert "has not started" in office.refused(2, "explain", ref, "review")


def test_deadlines_of_all_cases_stand_in_the_order_of_their_days(office: Office) -> None:
    late, soon = office.open("place=in our area", f"aware_on={ago(30)}"), office.open()
    found = office.json("deadlines")["deadlines"]
    assert [(one["ref"], one["status"] == "overdue") for one in found] == [
        (late, True),
        (soon, False),
    ]
    assert "OVERDUE" in office.ok("deadlines", late)
    assert office.refused(3, "deadlines", "2025-K7QF29")


def test_lists_are_narrowed_by_what_is_late_due_waiting_or_mine(office: Office) -> None:
    late, soon = office.open("place=in our area", f"aware_on={ago(30)}"), office.at("deciding")

    def found(*words: str) -> list[str]:
        return [case["ref"] for case in office.json("list", *words)["cases"]]

    assert found() == [late, soon]
    assert found("--late") == [late]
    assert found("--state", "deciding") == [soon]
    assert found("--due-within", "10 working days") == [late, soon]
    assert found("--mine") == [late]
    assert found("--mine", "--as", "lee") == [soon]
    assert "cannot be read" in office.refused(2, "list", "--due-within", "soon")


def test_a_search_finds_personal_answers_and_is_logged_first(office: Office) -> None:
    ref = office.at("referred")
    office.ok("person", ref, "add", "child", "name=-", typed="Avery Canary")
    assert ref in office.ok("find", "-", typed="canary")
    assert "0 cases found" in office.ok("find", "robin")
    assert "two characters" in office.refused(2, "find", "c")


def test_the_people_of_a_case_are_named_only_for_a_reason(office: Office) -> None:
    ref = office.at("referred")
    assert (
        office.json("person", ref, "add", "child", "name=-", typed="Avery Canary")["person"] == "p1"
    )
    said = office.ok("person", ref, "show")
    assert "p1  child" in said
    assert "Canary" not in said
    assert "Avery Canary" in office.ok("person", ref, "show", "--personal", "--why", "checking")
    assert "A person of the case is one of" in office.refused(4, "person", ref, "add", "robot")
    assert "Say whom to add" in office.refused(2, "person", ref, "add")


def test_an_erasure_leaves_a_trail_that_verifies(office_on: Office) -> None:
    ref = office_on.at("referred")
    office_on.ok("person", ref, "add", "child", "name=-", typed="Avery Canary")
    assert 'has no person "p2"' in office_on.refused(
        4, "erase", ref, "--person", "p2", "--basis", "asked for"
    )
    office_on.ok("erase", ref, "--person", "p1", "--basis", "asked for", "--yes-erase", ref)
    gone = f"what was recorded under them was erased on {day(ago(0))}"
    for words in (("show", ref), ("person", ref, "show")):
        assert gone in " ".join(office_on.ok(*words).split())
    office_on.ok("person", ref, "add", "child", "name=-", typed="Robin Canary")
    assert [p["erased_on"] for p in office_on.show(ref)["people"]] == [ago(0), ""]
    assert "(erased)" in office_on.ok("person", ref, "show", "--personal", "--why", "checking")
    verdict = office_on.json("audit", "verify")
    assert (verdict["holds"], verdict["erased"]) == (True, 1)


def test_a_document_is_put_on_file(office_on: Office) -> None:
    ref = office_on.at("referred")
    form = office_on.file("form.pdf", b"%PDF" + bytes(range(256)) * 5000)
    office_on.ok("attach", ref, "form", form)
    assert "form.pdf" in office_on.ok("show", ref, "--personal", "--why", "checking")
    assert "takes no document" in office_on.refused(4, "attach", ref, "rationale", form)


def test_a_correction_needs_its_reason_and_never_moves_the_state(office: Office) -> None:
    ref = office.at("reviewing")
    assert "give --reason" in office.refused(4, "correct", ref, f"aware_on={ago(2)}")
    after = office.json("correct", ref, f"aware_on={ago(2)}", "--reason", "misread")["case"]
    assert after["state"] == "reviewing"
    assert "has no answer yet" in office.refused(
        4, "correct", ref, f"happened_on={ago(3)}", "--reason", "x"
    )


def test_a_step_is_given_the_day_on_which_it_really_happened(office: Office) -> None:
    ref = office.at("referred")
    n = next(event["n"] + 1 for event in reversed(office.json("history", ref)["events"]))
    office.ok("take", ref, "start_deciding")
    office.ok("correct", ref, f"@{n}", "--on", ago(1), "--reason", "it was so")
    assert "Say on which day" in office.refused(2, "correct", ref, f"@{n}", "--reason", "x")
    assert "is no step" in office.refused(
        4, "correct", ref, "@1", "--on", ago(1), "--reason", "misread"
    )


def test_a_correction_names_the_decisions_to_confirm_and_only_where_there_are_some(
    office: Office,
) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(3)}")
    corrected = ("correct", ref, "--reason", "misread")
    assert "confirm" not in office.ok(*corrected, f"aware_on={ago(4)}")
    office.ok("take", ref, "start_deciding")
    office.ok("take", ref, "decide_to_notify", "--already-done", "--as", "lee")
    said = office.ok(*corrected, "place=elsewhere")
    assert 'to be confirmed, as an open task: "Decide to notify".' in " ".join(said.split())
    said = office.refused(4, *corrected, "place=elsewhere")
    assert "is already elsewhere; there is nothing to put right" in " ".join(said.split())


def test_who_may_not_keep_the_record_is_told_who_does(office: Office) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(3)}")
    said = office.refused(4, "correct", ref, f"aware_on={ago(4)}", "--reason", "x", "--as", "eve")
    assert "it is for the business unit to correct the answer to" in " ".join(said.split())
    words = ("extend", ref, "notification", "--to", "2090-01-02", "--agreed-by", "Eve")
    told = office.run(*words, "--reason", "x", "--as", "eve", "--json")
    assert told.exit_code == 4
    assert '"who": [ "business unit" ]' in " ".join(told.stdout.split())


def test_the_latest_step_is_set_aside_for_a_reason(office: Office) -> None:
    ref = office.at("deciding")
    assert "needs its reason" in office.refused(4, "undo", ref)
    assert office.json("undo", ref, "--reason", "by mistake")["case"]["state"] == "referred"
    assert 'set aside: "Begin the decision"; back at "It has been referred"' in office.ok(
        "history", ref
    )


def test_a_target_stands_beside_a_deadline_and_never_moves_it(office: Office) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(30)}")
    words = ("extend", ref, "notification", "--to", "2090-01-02", "--agreed-by", "the executive")
    assert "needs its reason" in office.refused(4, *words)
    after = office.json(*words, "--reason", "two agencies were late")["case"]
    [deadline] = after["deadlines"]
    assert (deadline["status"], deadline["target_on"]) == ("overdue", "2090-01-02")
    said = office.ok("delay", ref, "notification", "--told", "the Panel", "--reason", "illness")
    assert "the delay was explained on" in said
    assert "is not running" in office.refused(
        4, "delay", ref, "review", "--told", "the Panel", "--reason", "illness"
    )


def test_a_step_already_done_is_recorded_with_what_was_unmet_as_tasks(office: Office) -> None:
    ref = office.at("deciding")
    office.ok("take", ref, "decide_to_notify", "--already-done", "--as", "lee", "--on", ago(0))
    case = office.show(ref)
    assert case["state"] == "to_notify"
    assert len(case["tasks"]) == 4


def test_one_tick_fires_sends_and_seals(office_on: Office) -> None:
    ref = office_on.open("place=in our area", f"aware_on={ago(30)}")
    said = office_on.json("tick")
    assert said["fired"] > 0
    assert said["sent"] >= 2
    assert (said["failed"], said["given_up"], said["set_aside"]) == (0, 0, 0)
    again = office_on.json("tick")
    assert (again["fired"], again["sent"]) == (0, 0)
    assert 'escalation, late: "Notify the Panel"' in office_on.ok("history", ref)
    assert (office_on.folder / "messages").is_dir()


def test_a_checkpoint_kept_elsewhere_proves_the_trail(office_on: Office) -> None:
    office_on.at("deciding")
    kept = str(office_on.folder / "kept.txt")
    assert "kept.txt" not in office_on.ok("audit", "checkpoint", "--out", kept)
    office_on.open()
    said = " ".join(office_on.ok("audit", "verify", "--against", kept).split())
    assert "Proved against the checkpoint" in said
    assert "cannot be written" in office_on.refused(2, "audit", "checkpoint", "--out", kept)


def test_an_altered_trail_is_told_with_exit_code_six(office: Office) -> None:
    ref = office.open()
    store = office.store()
    with store.write() as tx:
        tx.run("UPDATE cases SET state = 'closed' WHERE ref = ?", (ref,))
    store.close()
    result = office.run("audit", "verify")
    assert result.exit_code == 6
    assert "The trail does not verify." in result.stdout
    assert f"cases {ref}: state differs" in result.stdout


def test_the_processes_are_listed_checked_described_and_brought_into_use(office: Office) -> None:
    listed = office.json("workflow", "list")
    assert [one["workflow"] for one in listed["workflows"]] == [
        "child_safeguarding_practice_review"
    ]
    assert {one["workflow"] for one in listed["in_use"]} == {
        "child_safeguarding_practice_review",
        "incident",
    }
    checked = office.json("workflow", "check", "child_safeguarding_practice_review")
    assert (checked["mistakes"], checked["unconfirmed"] > 0) == ([], True)
    assert not office.json("workflow", "activate", str(SAMPLE))["activated"]
    assert "There is no process" in office.refused(2, "workflow", "check", "incidents")
    described = office.ok("workflow", "describe", str(SAMPLE))
    assert "Notify the Panel" in described
    assert office.json("workflow", "describe", str(SAMPLE))["text"] == described


def test_every_mistake_of_a_definition_is_told_at_once(office: Office) -> None:
    folder = office.folder / "broken"
    folder.mkdir()
    (folder / "process.toml").write_text('title = "Broken"\nstarts_at = "nowhere"\n')
    said = office.refused(2, "workflow", "check", str(folder))
    assert said.count("process.toml:") > 2
    told = office.run("workflow", "check", str(folder), "--json")
    assert told.exit_code == 2
    assert '"line": 2' in told.stdout


def test_a_store_of_the_latest_schema_is_left_as_it_is(office: Office) -> None:
    assert office.json("migrate") == {"schema_version": LATEST}
    assert office.open()


def test_days_are_counted_without_a_store(office: Office) -> None:
    office.config.unlink()
    said = office.ok("date", "15 working days after 2026-12-23")
    assert said.startswith("15 working days after 2026-12-23: Monday 18 January 2027\n\nWed 23 Dec")
    assert "\nIt comes to Monday 18 January 2027.\n" in said
    [one] = office.json("date", "15 working days after 2026-12-23")["dates"]
    assert one["due_on"] == "2027-01-18"
    assert {k: one["steps"][2][k] for k in ("day", "count")} == {"day": "2026-12-25", "count": None}
    assert "cannot be read" in office.refused(2, "date", "a fortnight after Easter")


@pytest.mark.parametrize("name", [name for name, entry in COMMANDS.items() if entry.module])
def test_every_command_has_help_that_says_what_it_is_for(name: str, office: Office) -> None:
    said = office.ok(*name.split(), "--help")
    assert said.startswith(f"Usage: casetrail {name}")
    assert "--json" in said


def test_help_lists_every_command_with_its_line(office: Office) -> None:
    first, heading = next(iter(HEADINGS.items()))
    said = CliRunner().invoke(root(), ["--help"]).stdout.split(f"\n{heading}:")[1]
    listed = [name for name in COMMANDS if " " not in name]
    assert listed[0] == first
    assert [line.split()[0] for line in said.splitlines() if line.startswith("  ")] == listed
    assert all(COMMANDS[name].help in said for name in listed)
    assert all(
        f"\n\n{one}:\n  {name} " in f"\n\n{heading}:{said}" for name, one in HEADINGS.items()
    )


@pytest.mark.parametrize("group", ["", "workflow", "calendar", "audit"])
def test_help_has_one_line_for_each_command_in_a_narrow_terminal(group: str) -> None:
    words = [*group.split(), "--help"]
    said = CliRunner(env={"COLUMNS": "60"}).invoke(root(), words, terminal_width=60).stdout
    known = within(group)
    listed = said.split("Commands:\n" if group else "\n\nBegin:\n")[1].splitlines()
    listed = [line for line in listed if line.startswith("  ")]
    assert [line.split(maxsplit=1) for line in listed] == [[n, e.help] for n, e in known.items()]


def test_the_commands_of_a_process_stand_in_the_order_in_which_they_are_used() -> None:
    assert [*within("workflow")] == [
        *("list", "new", "schema", "check", "describe", "questions", "diagram", "verify", "test"),
        *("rehearse", "activate", "compare", "replay", "migrate"),
    ]
