from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli.main import root
from engine.loading import load
from engine.scenarios.coverage import Item, items, shares
from engine.trials import cast, playing, trying
from engine.trials.changing import GONE, Change, copied, sheets
from engine.trials.mutants import mutants, sample
from engine.trials.mutating import CHECK, NOBODY, SCENARIO
from engine.trials.writing import toml
from tests.seeding import OF_MUTANTS, faults, kinds
from tests.shared import loaded
from tests.stories import PROCESS

SMALL = """
title = "Loan of a document"
edition = "1"
in_force = { from = 2018-01-01 }
source = "an example"
working_days = "England and Wales"
starts_at = "asked"
opening = ["asked_on"]
may_open = ["librarian"]
kept_by = ["librarian"]

[role.librarian]
title = "librarian"

[role.reader]
title = "reader"

[question.asked_on]
ask = "On which day was it asked for?"
answer = "date"
personal = false
because = "a date of the process"

[question.lendable]
ask = "May it be lent?"
answer = "yes or no"
personal = false
because = "a fact about a document"

[state.asked]
title = "Asked for"
waiting_on = "librarian"

[state.lent]
title = "Lent"
closed = true

[state.kept]
title = "Not lent"
closed = true

[transition.lend]
from = "asked"
to = "lent"
who = "librarian"
only_if = { lendable = "yes" }
tell = ["reader", "librarian"]

[transition.keep_it]
from = "asked"
to = "kept"
who = "librarian"

[timescale.answer]
title = "Answer the reader"
due = "within 2 working days of asked_on"
met_by = ["lend", "keep_it"]
waiting_on = "librarian"
time_from = { kind = "local", says = "should", source = "an example" }
confirmed = "recalled"
remind = [{ at = "on the day it is due", tell = ["librarian"] }]
"""

LENT = """
title = "A document that may be lent is lent"

[[step]]
on   = 2026-02-02
by   = "librarian"
does = "open"
with = { asked_on = 2026-02-02 }

[[step]]
does    = "take lend"
refused = "May it be lent?"

[[step]]
does = "record"
with = { lendable = "yes" }

[[step]]
on   = 2026-02-03
does = "take lend"
then = { state = "lent", due = { answer = 2026-02-04 } }
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "loan"
    (folder / "scenarios").mkdir(parents=True)
    (folder / "process.toml").write_text(SMALL)
    (folder / "scenarios" / "lent.toml").write_text(LENT)
    return folder


def run(*words: str) -> Result:
    return CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1"}).invoke(root(), [*words])


def tried(folder: Path, *words: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(
        run("workflow", "test", str(folder), *words, "--json").stdout
    )
    return found


def test_the_scenarios_of_a_process_with_roles_of_its_own_are_played_by_made_up_people(
    small: Path,
) -> None:
    result = run("workflow", "test", str(small))

    assert result.exit_code == 0, result.output
    assert "Loan of a document, edition 1: 1 scenario, all went as they say." in result.output
    assert "66 %   2 of 3" in result.output
    assert "- state kept" in result.output
    assert "- timescale answer: on the day it is due" in result.output


def test_what_goes_otherwise_is_told_with_its_line_and_ends_the_command_with_2(
    small: Path,
) -> None:
    story = small / "scenarios" / "lent.toml"
    story.write_text(LENT.replace('state = "lent"', 'state = "kept"'))

    result = run("workflow", "test", str(small))

    assert result.exit_code == 2
    assert "  lent.toml:18\n  On Tue 3 Feb 2026 the librarian takes" in result.output
    assert 'Expected: the case is at "Not lent" (kept).' in result.output
    assert 'Instead:  it is at "Lent" (lent).' in result.output


def test_a_scenario_that_is_not_there_is_refused_with_the_one_that_was_meant(small: Path) -> None:
    result = run("workflow", "test", str(small), "lnt")

    assert result.exit_code == 2
    assert 'There is no scenario "lnt". Did you mean "lent"?' in result.output


def test_a_folder_without_scenarios_says_where_they_are_written(small: Path) -> None:
    shutil.rmtree(small / "scenarios")

    result = run("workflow", "test", str(small))

    assert result.exit_code == 2
    assert "has no scenarios; write them in its folder scenarios" in " ".join(result.output.split())


def test_a_mistake_in_a_story_is_told_with_its_line_beside_those_that_passed(small: Path) -> None:
    (small / "scenarios" / "odd.toml").write_text('title = "Odd"\n[[step]]\ndoes = "fly"\n')

    document = tried(small)

    assert document["passed"] == 1
    assert "odd.toml:3: Nobody can" in json.dumps(document["scenarios"])


def test_stories_may_bring_their_own_people(small: Path) -> None:
    (small / "scenarios" / "people.toml").write_text(
        '[partnership]\nid = "mine"\nname = "My Library"\n[store]\n'
        'database = "sqlite:///x.db"\nkeys = "x.keys"\n[notify]\nby = "file"\n'
        '[notify.file]\nfolder = "messages"\n'
        '[[person]]\nid = "ada"\nname = "Ada Sample"\nmail = "ada@library.example"\n'
        '[[appointment]]\nperson = "ada"\nrole = "librarian"\n'
    )
    story = small / "scenarios" / "lent.toml"
    story.write_text(LENT.replace('by   = "librarian"', 'by   = "ada"'))

    assert tried(small)["passed"] == 1


def test_a_change_that_no_scenario_notices_is_listed_in_english_with_its_line(small: Path) -> None:
    result = run("workflow", "test", str(small), "--mutate")
    said = " ".join(result.output.split())

    assert result.exit_code == 0, result.output
    assert "process.toml:47: the recipient reader was dropped from step lend." in said
    assert 'became "within 3 working days of asked_on"' not in said
    assert "lendable was dropped from the condition of lend" not in said


def test_nothing_is_changed_while_a_scenario_does_not_come_true(small: Path) -> None:
    (small / "scenarios" / "lent.toml").write_text(LENT.replace("2026-02-04", "2026-02-05"))

    result = run("workflow", "test", str(small), "--mutate")

    assert result.exit_code == 2
    assert "Nothing was changed" in result.output


def test_trying_changes_leaves_the_definition_as_it_was(small: Path) -> None:
    before = {file: file.read_bytes() for file in small.rglob("*.toml")}
    tried(small, "--mutate")

    assert {file: file.read_bytes() for file in small.rglob("*") if file.is_file()} == before


def test_a_change_that_makes_a_story_go_on_for_ever_or_break_is_noticed(small: Path) -> None:
    trial = trying.begun(small)
    results = trial.play()
    (sheet,) = sheets(small)
    wrong = Change("wrong", sheet, ("transition", "lend", "to"), "nowhere", "lend", ("lend",))
    kept = Change("open", sheet, ("transition", "lend", "only_if"), GONE, "lend", ("lend",))
    none = Change("same", sheet, ("transition", "lend", "says"), "A word.", "lend", ("lend",))

    fates = trial.try_each([wrong, kept, none], results, 1)

    assert [fate.by for fate in fates] == [CHECK, SCENARIO, NOBODY]
    assert fates[1].said == "lent"


def test_a_definition_that_is_written_again_is_the_same_one(tmp_path: Path) -> None:
    folder = copied(PROCESS, tmp_path)
    for sheet in sheets(PROCESS):
        (folder / sheet.name).write_text(toml(sheet.tables), encoding="utf-8")

    assert load(folder).hash == loaded(PROCESS).hash


def test_every_change_of_the_shipped_process_changes_its_file() -> None:
    same = {sheet.name: toml(sheet.tables) for sheet in sheets(PROCESS)}
    changes = mutants(sheets(PROCESS), loaded(PROCESS))
    some = sample(changes, 200, 1)

    assert len(changes) > 1500
    assert len({one.name for one in changes}) > 0.99 * len(changes)
    assert [one.name for one in some if one.text() == same[one.sheet.name]] == []


def test_the_same_seed_draws_the_same_sample() -> None:
    changes = mutants(sheets(PROCESS), loaded(PROCESS))

    assert sample(changes, 10, 3) == sample(changes, 10, 3) != sample(changes, 10, 4)
    assert sample(changes, 0, 3) == changes


def test_each_role_of_the_cast_is_held_by_somebody_who_holds_no_other() -> None:
    workflow = loaded(PROCESS)
    directory = cast.cast(PROCESS, workflow).directory
    for role in workflow.acting:
        held = {
            a.person: {b.role for b in directory.appointments if b.person == a.person}
            for a in directory.appointments
            if a.role == role
        }
        assert {role} in held.values(), role
    assert {agency.contact for agency in directory.agencies.values()} <= set(directory.people)


def test_what_no_scenario_touches_is_missing_from_its_share() -> None:
    workflow = loaded(PROCESS)
    every = items(workflow)

    assert all(share.per_cent == 100 for share in shares(workflow, every))
    (states, *_) = shares(workflow, [one for one in every if one != Item("state", "", "closed")])
    assert (states.missing, states.per_cent) == ((Item("state", "", "closed"),), 98)


@pytest.fixture(scope="module")
def shipped() -> tuple[trying.OnTrial, list[playing.Result]]:
    """The shipped process on trial, and how its stories went."""
    trial = trying.begun(PROCESS)
    return trial, trial.play()


def test_the_stories_of_the_shipped_process_touch_all_of_it(
    shipped: tuple[trying.OnTrial, list[playing.Result]],
) -> None:
    trial, results = shipped
    touched = frozenset().union(*(one.touched for one in results))
    known = {one.kind: one.per_cent for one in shares(trial.workflow, touched)}

    assert [one.problem for one in results if one.problem] == []
    assert known["state"] == known["step"] == known["started"] == known["met"] == 100
    assert known["remind"] == known["escalate"] == 100
    assert min(known.values()) >= 60


def test_a_sample_of_changes_and_of_seeded_faults_of_the_shipped_process_is_noticed(
    shipped: tuple[trying.OnTrial, list[playing.Result]],
) -> None:
    trial, results = shipped
    every = faults(PROCESS, trial.workflow, each=2)
    assert set(OF_MUTANTS.values()) < set(kinds(every))

    noticed = trial.try_each(trial.changes(12, 5), results)
    caught = trial.try_each(sample(every, 16, 1), results, 2)

    assert (len(noticed), len(caught)) == (12, 16)
    assert [fate.change.name for fate in (*noticed, *caught) if fate.by == NOBODY] == []


def test_a_key_that_is_left_out_is_gone_from_the_file(small: Path) -> None:
    (sheet,) = sheets(small)
    change = Change("gone", sheet, ("transition", "lend", "tell"), GONE, "x", ("lend",))

    assert "reader" not in change.text().partition("[transition.lend]")[2].partition("[trans")[0]
    assert change.line == 47
