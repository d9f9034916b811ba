from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import DefinitionError, ScenarioError
from engine.scenarios.doing import VERBS
from engine.scenarios.expecting import EXPECTATIONS
from engine.scenarios.playing import Player
from engine.scenarios.reading import DEEDS, HEAD, OUTAGE, STEP, read
from engine.service.looking import reading
from engine.service.virtual import VirtualClock
from engine.service.workplace import By, Workplace
from tests import stories
from tests.stories import PROCESS, ROOT, partnership

PAGE = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")

OPENED = """
title = "A case is opened"
[[step]]
on   = 2026-02-02
by   = "business unit"
does = "open"
[step.with]
place_of_incident  = "in our area"
place_of_residence = "in our area"
referred_on        = 2026-02-02
"""


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("store") / "casetrail.db"
    stories.make_store(f"sqlite:///{file}")
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the stories of a process of that name lie."""
    made = tmp_path / PROCESS.name / "scenarios"
    (made / "beginnings").mkdir(parents=True)
    return made


@pytest.fixture
def place(store: Path, tmp_path: Path) -> Iterator[tuple[Workplace, VirtualClock]]:
    with partnership(stories.copied(store, tmp_path)) as made:
        yield made


def written(folder: Path, text: str, name: str = "story") -> Path:
    file = folder / f"{name}.toml"
    file.write_text(text)
    return file


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(DefinitionError) as refused:
        read(written(folder, text))
    return [str(mistake) for mistake in refused.value.mistakes]


def broken(place: tuple[Workplace, VirtualClock], folder: Path, text: str) -> str:
    player = Player(*place)
    with pytest.raises(ScenarioError) as stopped:
        player.play(read(written(folder, OPENED + text)))
    return str(stopped.value)


def test_all_mistakes_of_a_story_are_told_at_once_with_their_lines(folder: Path) -> None:
    found = mistakes(
        folder,
        """title = "A story"
tittle = "again"
[[step]]
on   = "2026-02-02"
bye  = "business unit"
does = "tke decide_to_notify"
then = { sate = "closed", due = "tomorrow" }
[[no_worker]]
from = 2026-02-02
till = 2026-02-03
""",
    )

    assert found == [
        'story.toml:2: There is no key "tittle". Did you mean "title"?',
        'story.toml:4: "on" must be a day.',
        'story.toml:5: There is no key "bye". Did you mean "by"?',
        'story.toml:6: Nobody can "tke". Did you mean "take"?',
        'story.toml:7: There is no key "sate". Did you mean "state"?',
        'story.toml:7: "due" must be a table.',
        'story.toml:10: There is no key "till". There are "from" and "until".',
    ]


def test_a_story_without_steps_or_with_faults_of_toml_is_refused(folder: Path) -> None:
    assert mistakes(folder, 'title = "Nothing happens"') == [
        "story.toml:1: This scenario has no [[step]]."
    ]
    assert mistakes(folder, 'title = "Not TOML')[0].startswith("story.toml:1: ")


def test_a_story_is_told_in_the_order_of_its_days(folder: Path) -> None:
    earlier = OPENED + '[[step]]\non = 2026-02-01\ndoes = "take report_referral"\n'

    assert mistakes(folder, earlier) == [
        "story.toml:12: This day lies before that of an earlier step; tell it in order."
    ]


def test_a_story_begins_with_a_beginning_that_is_there(folder: Path) -> None:
    written(folder / "beginnings", OPENED, "opened")
    known = read(
        written(folder, 'title = "More"\nbegins = "opened"\n[[step]]\ndoes = "undo"\nreason = "x"')
    )

    assert [step.verb for step in known.steps] == ["open", "undo"]
    assert known.steps[0].where == "opened.toml:3"
    assert mistakes(folder, 'begins = "opnd"\n[[step]]\ndoes = "undo"') == [
        'story.toml:1: There is no beginning "opnd". Did you mean "opened"?'
    ]


def test_a_story_that_would_begin_with_itself_is_refused(folder: Path) -> None:
    again = 'begins = "first"\n[[step]]\ndoes = "undo"\n'
    written(folder / "beginnings", 'begins = "second"\n[[step]]\ndoes = "undo"\n', "first")
    written(folder / "beginnings", again, "second")

    found = mistakes(folder, again)

    assert found == ['second.toml:1: This scenario would begin with itself, by "first".']


def test_a_day_may_have_an_hour_and_otherwise_means_ten_in_the_morning(folder: Path) -> None:
    at = [
        OPENED.replace("2026-02-02\nby", f"{day}\nby")
        for day in ("2026-07-01", "2026-07-01 23:50:00")
    ]
    found = [read(written(folder, text)).steps[0].at for text in at]

    assert [str(instant) for instant in found] == [
        "2026-07-01 09:00:00+00:00",
        "2026-07-01 22:50:00+00:00",
    ]


def test_what_is_otherwise_than_expected_stops_the_story_with_its_line(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    text = '[[step]]\nby = "business unit"\nthen = { state = "triage" }\n'

    assert broken(place, folder, text) == (
        "story.toml:11: On 2026-02-02, nobody does anything. "
        'Expected: the case is at "The referral is being looked at" (triage). '
        'Instead: it is at "A referral has come in" (referred).'
    )


@pytest.mark.parametrize(
    ("then", "found"),
    [
        ("due = { notification = 2026-02-08 }", "it is due on Mon 9 Feb 2026."),
        ("due = { rapid_review = 2026-02-08 }", "it has not started."),
        ('status = { notification = "met" }', "it is provisional."),
        ('told = ["police"]', "nothing was told to police."),
        ('message = "something"', "nobody was sent a message."),
        ('tasks = ["something"]', 'none says "something".'),
        ("answer = { aware_on = 2026-02-02 }", "it has not been asked."),
        ("answer = { referred_on = 2026-02-01 }", 'it is answered "Mon 2 Feb 2026".'),
        ("times_answered = { referred_on = 2 }", "it has been answered 1 time."),
        ('linked = { meeting = "called" }', 'there is no linked case "meeting".'),
        ("target = { notification = 2026-03-01 }", "it has no target."),
        (
            "due_between = { notification = [2026-02-08, 2026-02-09] }",
            "it has no two days between which it is due.",
        ),
        ('waits_on = "executive"', "it waits on the business unit."),
        ('told_only = ["police"]', "nothing was told to police."),
        ('reminded = { notification = ["2026-02-05: executive"] }', "it has sent no reminder."),
        ('escalated = { notification = ["2026-02-05: executive"] }', "it has sent no escalation."),
        ('asked_afresh = ["aware_on"]', "the step asks nothing afresh."),
        (
            "asks_afresh = { take_back_decision = [] }",
            "would ask afresh: incident_route, incident_decided_on, decision_rationale and "
            "known_at_decision.",
        ),
        ('starts_here = ["close_case"]', "and close_as_already_open."),
        ('kept_by = ["executive"]', "kept by: local authority and business unit."),
        ("only_by = { close_case = [] }", "may be taken by: executive and review group chair."),
        ("needs = { add_action = ['a word'] }", "(add_action) still needs nothing."),
    ],
)
def test_every_expectation_can_fail(
    place: tuple[Workplace, VirtualClock], folder: Path, then: str, found: str
) -> None:
    assert broken(place, folder, f"[[step]]\nthen = {{ {then} }}\n").endswith(found)


def test_a_refusal_that_was_not_expected_stops_the_story(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    text = '[[step]]\nby = "police partner"\ndoes = "take report_referral"\n'

    assert "it was refused" in broken(place, folder, text)


def test_a_step_that_should_have_been_refused_and_was_not_stops_the_story(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    text = '[[step]]\ndoes = "record"\nwith = { outcome = "died" }\nrefused = "not yet"\n'

    assert broken(place, folder, text).endswith(
        'Expected: it is refused, with the words "not yet". Instead: it was done.'
    )


def test_a_refusal_must_hold_the_words_that_were_expected(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    text = '[[step]]\ndoes = "take decide_to_notify"\nrefused = "for another reason"\n'

    assert "it was refused" in broken(place, folder, text)


def test_nobody_plays_a_part_that_nobody_has(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    text = '[[step]]\nby = "town crier"\ndoes = "take inform_partners"\n'

    assert broken(place, folder, text).endswith('nobody is "town crier" on 2026-02-02.')


def test_a_notice_fires_at_its_own_moment_on_the_way_to_a_later_step(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    ref = Player(*place).play(read(written(folder, OPENED + "[[step]]\non = 2026-02-20\n")))
    fired = [e for e in reading.history(place[0], ref) if e["type"] == "notice fired"]

    assert [event["recorded"][:16] for event in fired][:1] == ["2026-02-05T09:00"]
    assert {event["body"]["late"] for event in fired} == {0}


def test_while_no_worker_runs_nothing_fires_and_afterwards_it_is_late(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    outage = "[[no_worker]]\nfrom = 2026-02-03\nuntil = 2026-02-06\n"
    text = OPENED + outage + "[[step]]\non = 2026-02-06 12:00:00\n"
    ref = Player(*place).play(read(written(folder, text)))
    fired = [e for e in reading.history(place[0], ref) if e["type"] == "notice fired"]

    assert {event["recorded"][:13] for event in fired} == {"2026-02-06T10"}
    assert {event["body"]["late"] for event in fired} == {1}


def test_a_story_needs_nobody_to_look_at_it(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    ref = Player(*place).play(read(written(folder, OPENED)))

    assert reading.show(place[0], By("sam"), ref)["state"] == "referred"


def named_under(heading: str) -> list[str]:
    """What the first column of the table under a heading of the page names."""
    (section,) = (part for part in PAGE.split("\n## ") if part.startswith(heading))
    return re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("The head", HEAD),
        ("A step", STEP),
        ("What must be so", EXPECTATIONS),
        ("When nothing wakes the engine", OUTAGE),
    ],
)
def test_the_page_on_scenarios_names_every_key_that_is_known_and_no_other(
    heading: str, known: dict[str, object]
) -> None:
    assert sorted(name for name in named_under(heading) if name != "key") == sorted(known)


def test_the_page_on_scenarios_names_everything_that_can_be_done_and_nothing_else() -> None:
    said = [re.sub(r" [A-Z.].*", "", deed) for deed in named_under("What can be done")]

    assert sorted(deed for deed in said if deed != "does") == sorted(DEEDS)
    assert set(VERBS) < set(DEEDS)


def test_the_story_that_the_page_on_scenarios_shows_comes_true(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    beginnings = folder / "beginnings"
    shutil.copytree(PROCESS / "scenarios" / "beginnings", beginnings, dirs_exist_ok=True)
    (shown,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    ref = Player(*place).play(read(written(folder, shown)))

    assert reading.show(place[0], By("sam"), ref)["state"] == "notification_to_send"


def test_whom_a_step_told_beside_those_who_are_named_is_said(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    with_form = """
[[step]]
does  = "take report_referral"
files = ["referral_form"]
with  = { referred_by = "hospital", what_happened = "An injury." }
then  = { told_only = ["independent scrutineer"] }
"""

    assert broken(place, folder, with_form).endswith(
        "this step tells the independent scrutineer, and nobody else. Instead: quinn and sam were "
        "told as well."
    )


def test_needs_are_each_told_by_words_of_their_own(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    wanted = "needs = { report_referral = ['referral_form', 'referral_form', 'what_happened'] }"

    assert "record referred_by" in broken(place, folder, f"[[step]]\nthen = {{ {wanted} }}\n")


def test_a_reminder_is_expected_on_its_day_and_its_roles_in_any_order(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    told = '["2026-02-05: business unit, local authority", "2026-02-09: local authority"]'
    text = f"[[step]]\non = 2026-02-09\nthen = {{ reminded = {{ notification = {told} }} }}\n"
    Player(*place).play(read(written(folder, OPENED + text)))


def test_a_role_is_named_in_words_or_as_the_definition_has_it(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    told = '["2026-02-05: business_unit, local_authority"]'
    text = (
        f'[[step]]\nthen = {{ waits_on = "business_unit" }}\n'
        f"[[step]]\non = 2026-02-05\nthen = {{ reminded = {{ notification = {told} }} }}\n"
    )
    Player(*place).play(read(written(folder, OPENED + text)))


def test_only_what_differs_is_said_of_a_table(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    then = "due = { notification = 2026-02-10, rapid_review = 'not started' }"

    said = broken(place, folder, f"[[step]]\nthen = {{ {then} }}\n")

    assert said.endswith(
        "(notification) is due on Tue 10 Feb 2026. Instead: it is due on Mon 9 Feb 2026."
    )
    assert said.count("Expected") == 1


def test_files_of_a_step_on_which_nobody_does_anything_are_put_on_file(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    waits = '[[step]]\ndoes = "wait"\nfiles = ["referral_form"]\n'
    ref = Player(*place).play(read(written(folder, OPENED + waits)))

    answers = reading.show(place[0], By("sam"), ref)["answers"]
    assert "referral_form" in {one["question"] for one in answers}


def test_what_a_refusal_says_has_no_empty_brackets(
    place: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    wrong = '[[step]]\ndoes = "record"\nwith = { age_band = "no such age" }\n'

    assert "()" not in broken(place, folder, wrong)
