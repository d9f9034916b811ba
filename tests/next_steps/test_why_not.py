"""`why-not` says everything of one step, and `next` from which day each could be done."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from engine.cli.ahead import day_line
from engine.cli.clocks import _change
from engine.dates import said
from engine.definition import Condition, Guard, Workflow
from engine.directory import Absence, Appointment
from engine.errors import UsageError
from engine.loading import load, sources
from engine.loading.resolving import hashed
from engine.service import cases, editions
from engine.service.looking import ahead, explaining
from tests.next_steps.test_cli_next import whole
from tests.offices import Office, ago
from tests.worlds import BESS, LEE, SAMPLE, World, given

ROOT = Path(__file__).parents[2]
SHIPPED = load(SAMPLE)
TODAY, TOMORROW = "2025-12-15", "2025-12-16"
LIST = ("earliest", "hangs_on")


def with_guard(world: World, *tables: tuple[Condition, ...], **more: object) -> str:
    """A case of a process in which beginning the decision depends on this."""
    step = SHIPPED.transitions["start_deciding"]._replace(only_if=Guard(tables), **more)  # type: ignore[arg-type]
    steps = {**SHIPPED.transitions, step.id: step}
    made: Workflow = hashed(replace(SHIPPED, transitions=steps, edition="2025-02"))
    editions.activate(world.place, BESS, made, sources(SAMPLE))
    return world.open()


def first_day(world: World, ref: str, step: str = "start_deciding") -> list[object]:
    """The earliest day of a step, or on what it hangs; the same by both commands."""
    [told] = [
        one
        for one in ahead.next_steps(world.place, BESS, ref)["steps"]
        if one["transition"] == step
    ]
    full = ahead.why_not(world.place, BESS, ref, step)
    assert [told[name] for name in LIST] == [full[name] for name in LIST]
    return [told[name] for name in LIST]


PASSED = (Condition("publication_planned_on", "passed"),)


def test_a_step_that_waits_for_a_day_on_record_can_be_done_on_that_day(world: World) -> None:
    ref = with_guard(world, PASSED)
    world.record(ref, publication_planned_on="2026-02-03")
    assert first_day(world, ref) == ["2026-02-03", []]
    world.clock.go_to("2026-02-02")
    assert first_day(world, ref) == ["2026-02-03", []]
    world.clock.go_to("2026-02-03")
    assert first_day(world, ref) == ["2026-02-03", []]
    world.take(ref, "start_deciding")


def test_a_month_has_passed_on_the_first_day_of_the_next(world: World) -> None:
    with_guard(world, (Condition("happened_on", "passed"),))
    past = replace(BESS, on="2025-12-14")
    opened = cases.open_new(world.place, past, "incident", (), historic=True).ref
    world.record(opened, happened_on="2025-12")
    assert first_day(world, opened) == ["2026-01-01", []]


def test_a_day_that_nobody_knows_is_not_known_and_it_is_said_which(world: World) -> None:
    ref = with_guard(world, PASSED)
    [day, hangs_on] = first_day(world, ref)
    assert day is None
    assert hangs_on == ['the day given in answer to "On which day is it planned to publish?"']


def test_a_fact_is_on_record_as_soon_as_somebody_records_it(world: World) -> None:
    ref = with_guard(world, (Condition("aware_on", "passed"),))
    assert first_day(world, ref) == [TODAY, []]


def test_another_answer_than_the_one_on_record_comes_on_no_day_that_is_known(world: World) -> None:
    ref = with_guard(world, (Condition("place", "is", ("elsewhere",)),))
    [day, hangs_on] = first_day(world, ref)
    assert day is None
    assert hangs_on == ['another answer to "Where did it happen?" than in our area']


def test_linked_cases_end_on_no_day_that_is_known_and_each_open_one_is_named(world: World) -> None:
    ref = world.notified()
    world.take(ref, "ask_for_summaries", agencies_asked="council,board")
    world.take(f"{ref}.1", "decline")
    told = ahead.why_not(world.place, BESS, ref, "submit_review")
    assert told["earliest"] is None
    assert told["hangs_on"] == ['the end of the linked cases "Summary of an agency"']
    [[ended]] = told["unmet"][0]["ways"]
    assert ended["commands"] == [f"next {ref}.2"]
    assert ended["who"] == ["business unit"]
    assert told["asked_by"]["timescale"] == "review"


def test_a_role_that_somebody_holds_from_a_day_on_is_there_from_that_day_on(world: World) -> None:
    ref = with_guard(world, who=("executive",))
    known = world.place.directory
    later = (Appointment("eve", "executive", "council", since="2026-01-12"),)
    others = tuple(one for one in known.appointments if one.role != "executive")
    world.place.directory = replace(known, appointments=(*others, *later))
    assert first_day(world, ref) == ["2026-01-12", []]
    away = Absence("eve", "2026-01-05", "2026-01-20")
    world.place.directory = replace(world.place.directory, absences=(away,))
    assert first_day(world, ref) == ["2026-01-21", []]
    world.place.directory = replace(known, appointments=others)
    assert first_day(world, ref) == [None, ["somebody to hold the role of executive"]]


def test_a_deputy_is_there_while_the_one_they_stand_for_is_away(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    known = world.place.directory
    away = Absence("lee", TODAY, "2026-01-20")
    world.place.directory = replace(known, absences=(away,))
    assert first_day(world, ref, "decide_not_to_notify") == [TODAY, []]
    world.place.directory = replace(known, absences=(away, Absence("dee", TODAY, "2025-12-18")))
    assert first_day(world, ref, "decide_not_to_notify") == ["2025-12-19", []]


def test_two_approvals_are_there_when_two_people_have_been(world: World) -> None:
    ref = world.notified()
    known = world.place.directory
    for away, day in ((("ed",), "2026-01-21"), ((), TODAY)):
        absent = tuple(Absence(person, "2025-12-10", "2026-01-20") for person in away)
        world.place.directory = replace(known, absences=absent)
        assert first_day(world, ref, "submit_review") == [day, []]
    one = tuple(a for a in known.appointments if a.person != "ed")
    world.place.directory = replace(known, appointments=one)
    nobody = "somebody more to hold the role of executive"
    assert first_day(world, ref, "submit_review") == [None, [nobody]]


def test_of_several_ways_the_one_whose_day_is_known_comes_first(world: World) -> None:
    ref = with_guard(world, PASSED, (Condition("letter_says", "is", ("agrees",)),))
    [need] = ahead.why_not(world.place, BESS, ref, "start_deciding")["unmet"]
    first, second = (way[0] for way in need["ways"])
    assert first["commands"] == [f"record {ref} letter_says=agrees"]
    assert second["commands"] == [f"record {ref} publication_planned_on=DAY"]
    assert (first["earliest"], second["earliest"]) == (TODAY, None)
    assert first_day(world, ref) == [TODAY, []]


def test_a_way_that_needs_all_of_another_and_more_is_not_told(world: World) -> None:
    letter = Condition("letter_says", "is", ("agrees",))
    ref = with_guard(world, (letter, *PASSED), (letter,))
    [need] = ahead.why_not(world.place, BESS, ref, "start_deciding")["unmet"]
    assert need["what"].startswith('"What does the letter say?"')
    assert len(need["ways"]) == 1


def test_what_any_answer_to_be_recorded_meets_is_not_asked_for_twice(world: World) -> None:
    letter = (Condition("letter_says", "answered"),)
    other = (Condition("happened_on", "answered"),)
    ref = with_guard(world, letter, other, on_file=("letter_says",))
    [need] = ahead.why_not(world.place, BESS, ref, "start_deciding")["unmet"]
    assert need["how"] == "record letter_says=ANSWER"


def test_a_step_that_starts_elsewhere_has_its_shortest_way_with_what_each_step_needs(
    world: World,
) -> None:
    ref = world.open()
    told = ahead.why_not(world.place, BESS, ref, "record_notification_sent")
    assert (told["elsewhere"], told["leads_there"], told["possible"]) == (True, True, False)
    assert [one["transition"] for one in told["before"]] == ["start_deciding", "decide_to_notify"]
    assert [len(one["unmet"]) for one in told["before"]] == [0, 5]
    assert told["unmet"] == []
    assert told["earliest"] == TODAY


def test_what_a_step_on_the_way_has_put_on_record_is_not_asked_for_again(world: World) -> None:
    ref = world.open()
    told = ahead.why_not(world.place, BESS, ref, "reopen")
    assert [one["transition"] for one in told["before"]] == [
        *("start_deciding", "decide_not_to_notify"),
    ]
    assert [one["what"] for one in told["unmet"]] == ["it is for the local authority to decide"]


def test_where_no_step_leads_to_that_is_said(world: World) -> None:
    ref = world.notified()
    told = ahead.why_not(world.place, BESS, ref, "start_deciding")
    assert not told["leads_there"]
    assert told["hangs_on"] == ["a step that leads to where it starts"]


def test_what_can_be_done_beside_steps_is_listed_with_who_may_do_it(world: World) -> None:
    ref = world.notified()
    world.record(ref, report="The report.")
    by_eve = ahead.next_steps(world.place, replace(BESS, person="eve"), ref)
    [approval] = by_eve["approvals"]
    assert (approval["how"], approval["lacking"], approval["mine"]) == (
        *(f"approve {ref} report", 2, True),
    )
    mine = ahead.next_steps(world.place, BESS, ref)
    assert [one["mine"] for one in mine["approvals"]] == [False]
    asked = {one["question"]: one for one in mine["answers"]}
    assert asked["form"]["how"] == f"attach {ref} form FILE"
    assert asked["agencies_asked"]["needed"]
    assert not asked["letter_says"]["needed"]
    # What has its answer is put right and not answered again; what a step answers comes with it.
    assert not {"place", "rationale", "notified_on", "report"} & set(asked)


def test_a_plan_can_be_answered_again(world: World) -> None:
    ref = world.open(publication_planned_on="2026-06-01")
    asked = {one["question"]: one for one in ahead.next_steps(world.place, BESS, ref)["answers"]}
    assert asked["publication_planned_on"]["again"]


def test_a_misspelt_step_is_wrong_use_and_the_one_that_is_meant_is_named(world: World) -> None:
    with pytest.raises(UsageError, match=r"did you mean .* \[start_deciding\]"):
        ahead.why_not(world.place, BESS, world.open(), "start_decidng")


NO_DAY = "No day holds it up: it can be done on the day on which all that is missing is there."


def told(earliest: str | None, *unmet: tuple[str, str], hangs_on: tuple[str, ...] = ()) -> str:
    """What is said of the day of a step that lacks these things, each with its own."""
    known = [{"what": what, "earliest": day} for what, day in unmet]
    return day_line({"earliest": earliest, "hangs_on": hangs_on, "unmet": known}, "2026-01-01")


def test_a_day_that_holds_a_step_up_is_told_with_what_makes_it_so() -> None:
    assert told("2026-01-01", ("reasons", "2026-01-01")) == NO_DAY
    later = told("2026-01-05", ("reasons", "2026-01-01"), ('"When?": passed', "2026-01-05"))
    assert later == 'Not before Mon 5 Jan 2026, because of this: "When?": passed.'
    away = told("2026-01-05", ("reasons", "2026-01-01"))
    assert away == "Not before Mon 5 Jan 2026, because nobody who may take it is there before."
    open_ended = told(None, ("reasons", "2026-01-01"), hangs_on=("the end of it",))
    assert open_ended == "On which day it can be done is not known; it hangs on the end of it."


def test_the_command_line_says_who_supplies_each_thing_and_what_they_type(office: Office) -> None:
    ref = office.at("deciding")
    said = office.ok("why-not", ref, "decide_to_notify")
    assert f'"Decide to notify" [decide_to_notify] on {ref}' in whole(said)
    assert '"Notify the Panel" asks for it' not in said
    assert NO_DAY in whole(said)
    assert f"  casetrail record {ref} rationale=-\n" in said
    assert f"  casetrail record {ref} opinion/police=ANSWER\n" in said
    assert f"  casetrail record {ref} --no-reply opinion/police=DAY\n" in said
    assert f"  casetrail take {ref} decide_to_notify --decided-by PERSON" in said
    assert "By the Sample Police or the business unit:" in said
    mine = office.ok("why-not", ref, "decide_to_notify", "--as", "lee")
    assert "--decided-by" not in mine


def test_the_command_line_says_that_a_step_can_be_taken_and_by_when_a_clock_asks(
    office: Office,
) -> None:
    ref = office.at("to_notify")
    said = whole(office.ok("why-not", ref, "record_notification_sent"))
    assert '"Notify the Panel" asks for it by ' in said
    assert "can be taken now by" in said
    assert f"casetrail take {ref} record_notification_sent" in said
    assert office.json("why-not", ref, "record_notification_sent")["possible"]


def test_a_misspelt_step_and_a_misspelt_timescale_are_both_wrong_use(office: Office) -> None:
    ref = office.at("deciding")
    for words in (
        ("why-not", ref, "decide_to_notfy"),
        ("take", ref, "decide_to_notfy"),
        ("explain", ref, "notificaton"),
        ("extend", ref, "notificaton", "--to", "2030-01-01", "--agreed-by", "a", "--reason", "b"),
        ("delay", ref, "notificaton", "--told", "a", "--reason", "b"),
    ):
        refused = office.refused(2, *words)
        assert "did you mean" in whole(refused)


def test_next_says_from_which_day_what_cannot_be_done_yet_could_be(office: Office) -> None:
    ref = office.at("deciding")
    said = office.ok("next", ref, "--all")
    assert NO_DAY in whole(said)
    assert "today." not in said.partition("Answers that are")[0]
    assert "Answers that are asked for now" in said
    assert f"casetrail record {ref} opinion/police" in said
    document = json.loads(office.run("next", ref, "--json").stdout)
    assert {"earliest", "hangs_on"} <= set(document["steps"][0])
    assert {"earliest", "hangs_on"} <= set(document["steps"][0]["unmet"][0])


def test_a_case_that_was_set_aside_has_no_step_and_no_day(world: World) -> None:
    ref = world.notified()
    world.take(ref, "ask_for_summaries", agencies_asked="council")
    cases.undo(world.place, replace(BESS, reason="too early"), ref)
    told = ahead.why_not(world.place, BESS, f"{ref}.1", "receive")
    assert not told["possible"]
    assert told["earliest"] is None
    assert [one["ways"] for one in told["unmet"]] == [[]]


def test_a_decision_of_the_viewer_is_not_waited_for(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    away = Absence("lee", TODAY, "2026-01-20")
    world.place.directory = replace(world.place.directory, absences=(away,))
    told = ahead.why_not(world.place, LEE, ref, "decide_not_to_notify")
    assert told["earliest"] == TODAY


def changes(office: Office, ref: str) -> str:
    """What `explain` tells of what happened to the clock of the notification."""
    return whole(office.ok("explain", ref, "notification").split("\nChanges\n")[1])


def test_explain_names_the_answer_that_was_corrected_from_what_to_what_and_the_days(
    office: Office,
) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(14)}")
    office.ok("correct", ref, f"aware_on={ago(2)}", "--reason", "It was misread.")
    old, new = said(ago(14)), said(ago(2))
    told = changes(office, ref)
    assert "@2 on " in told or "@1 on " in told
    assert "deadline started, due " in told
    assert "deadline moved: from " in told
    named = '"When did the local authority become aware of it?"'
    assert f"because the answer to {named} was corrected from {old} to {new}" in told
    assert "misread" not in told


def test_explain_says_of_a_day_that_stays_from_where_it_is_counted_now(world: World) -> None:
    ref = world.open(aware_on="2025-12-13")
    cases.correct(world.place, replace(BESS, reason="a slip"), ref, given(aware_on="2025-12-12"))
    [told] = explaining.explain(world.place, ref, "notification")
    [moved] = told["changes"]
    assert _change(moved).startswith(
        "@3 on Mon 15 Dec 2025: deadline moved: counted from Fri 12 Dec 2025, "
        "and still due Fri 19 Dec 2025, because the answer to "
    )
    assert told["began"]["now"]["starts_on"] == "2025-12-13"
    assert moved["by"] == {"decided": "Bess Sample", "recorded": "Bess Sample"}


def test_what_is_judged_again_says_from_which_day_to_which_and_how_it_was_judged(
    office: Office,
) -> None:
    ref = office.at("reviewing")
    [sent] = [
        one["n"]
        for one in office.json("history", ref)["events"]
        if one["body"].get("transition") == "record_notification_sent"
    ]
    again = ("--reason", "a slip")
    office.ok("correct", ref, f"@{sent}", "--on", ago(1), *again, "--as", "lee")
    office.ok("correct", ref, f"aware_on={ago(40)}", *again)
    told, history = changes(office, ref), whole(office.ok("history", ref))
    was, now = (said(ago(days), short=True) for days in (0, 1))

    assert f"deadline judged again: met on {now}, not on {was}, because" in told
    assert re.search(r"deadline judged again: from [^,]*, met late, because", told)
    assert f"done on {now}, not on {was} (a step was re-dated)" in history


def test_explain_says_who_set_a_target_and_that_its_reason_is_kept_apart(office: Office) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    by_whom = ("--agreed-by", "Avery Canary", "--reason", "Robin Canary was ill.")
    office.ok("extend", ref, "notification", "--to", "2090-01-02", *by_whom)
    office.ok("delay", ref, "notification", "--told", "Avery Canary", "--reason", "Robin Canary")
    told = changes(office, ref)
    assert "target agreed beside the deadline: Mon 2 Jan 2090; recorded by " in told
    assert "who agreed and its reason are kept apart" in told
    assert "its reason and who was told are kept apart" in told
    assert "Canary" not in told
    assert "Canary" not in office.ok("explain", ref, "notification", "--json")


def test_explain_tells_of_the_answer_that_made_a_provisional_clock_count(office: Office) -> None:
    ref = office.open("place=in our area")
    office.ok("record", ref, f"aware_on={ago(0)}")
    assert '"When did the local authority become aware of it?" was answered' in changes(office, ref)


def test_the_commands_of_the_page_run_as_they_are_written(office: Office) -> None:
    page = (ROOT / "docs" / "what-can-happen-next.md").read_text(encoding="utf-8")
    block = page.split("```sh\n")[1].split("```")[0]
    ref = office.at("deciding")
    for line in block.strip().splitlines():
        words = line.replace("REF", ref).split()
        assert words[0] == "casetrail"
        office.ok(*words[1:])
