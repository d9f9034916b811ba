from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from engine.cli.main import root
from engine.errors import DefinitionError
from engine.loading import load
from engine.scenarios.knowing import Known
from engine.scenarios.reading import read
from tests.shared import loaded
from tests.stories import CAST, PROCESS
from tests.trials.test_trying import LENT, SMALL


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "loan"
    (folder / "scenarios" / "beginnings").mkdir(parents=True)
    (folder / "process.toml").write_text(SMALL)
    (folder / "scenarios" / "lent.toml").write_text(LENT)
    return folder


def run(*words: str, columns: int = 100) -> Result:
    return CliRunner(env={"COLUMNS": str(columns), "NO_COLOR": "1"}).invoke(root(), [*words])


def said(folder: Path, *words: str) -> str:
    return " ".join(run("workflow", "test", str(folder), *words).output.split())


def tried(folder: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        run("workflow", "test", str(folder), *words, "--json").stdout
    )
    return found


def told(folder: Path, text: str) -> str:
    (folder / "scenarios" / "lent.toml").write_text(text)
    return said(folder)


def mistakes(small: Path, text: str, name: str = "odd") -> list[str]:
    file = small / "scenarios" / f"{name}.toml"
    file.write_text(text)
    with pytest.raises(DefinitionError) as refused:
        read(file, Known(load(small), CAST))
    return [str(one) for one in refused.value.mistakes]


def test_a_story_that_goes_otherwise_is_told_with_its_line_day_step_and_what_was_on_record(
    small: Path,
) -> None:
    shown = told(small, LENT.replace('state = "lent"', 'state = "kept"'))

    assert '"A document that may be lent is lent" went otherwise lent.toml:18 On' in shown
    assert 'On Tue 3 Feb 2026 the librarian takes "Lend" (lend).' in shown
    assert 'Expected: the case is at "Not lent" (kept).' in shown
    assert 'Instead: it is at "Lent" (lent).' in shown
    assert 'is at "Lent"; closed on Tue 3 Feb 2026.' in shown.partition("On record then: ")[2]
    assert "Answer the reader [answer]: met on Tue 3 Feb 2026" in shown
    assert '- Tue 3 Feb 2026: step taken: "Lend", from "Asked for" to "Lent"' in shown


def test_everything_of_a_step_that_is_otherwise_is_told_at_once(small: Path) -> None:
    shown = told(
        small,
        LENT.replace(
            'state = "lent", due = { answer = 2026-02-04',
            'state = "kept", due = { answer = 2026-02-05',
        ),
    )

    assert 'Expected: the case is at "Not lent" (kept).' in shown
    assert 'Expected: "Answer the reader" (answer) is due on Thu 5 Feb 2026.' in shown
    assert "Instead: it is due on Wed 4 Feb 2026." in shown


def test_a_refusal_that_was_not_expected_is_told_with_all_that_was_missing(small: Path) -> None:
    shown = told(small, LENT.replace('\nrefused = "May it be lent?"', ""))

    assert "Expected: the step is done." in shown
    assert "Instead: it was refused:" in shown
    assert '"May it be lent?"' in shown


def test_a_step_that_should_have_been_refused_is_told_with_the_words_that_were_expected(
    small: Path,
) -> None:
    shown = told(small, LENT.replace('lendable = "yes" }', 'lendable = "yes" }\nrefused = "no"'))

    assert 'Expected: it is refused, with the words "no".' in shown
    assert "Instead: it was done." in shown


def test_a_story_that_stops_in_its_beginning_says_which_story_begins_so(small: Path) -> None:
    begun = LENT.replace('state = "lent"', 'state = "kept"')
    (small / "scenarios" / "beginnings" / "begun.toml").write_text(begun)
    shown = told(small, 'title = "More"\nbegins = "begun"\n[[step]]\n')

    assert '"More" went otherwise begun.toml:18, with which lent begins' in shown


def test_no_place_in_a_file_is_broken_over_two_lines(small: Path) -> None:
    name = "a_document_that_may_be_lent_is_lent_on_the_day_on_which_it_is_asked_for_at_last"
    story = LENT.replace('state = "lent"', 'state = "kept"')
    (small / "scenarios" / f"{name}.toml").write_text(story)

    shown = run("workflow", "test", str(small), columns=60).output

    assert f"\n  {name}.toml:18\n" in shown


def test_a_story_that_does_something_before_a_case_is_open_is_told_with_its_line(
    small: Path,
) -> None:
    shown = told(small, LENT.replace('does = "open"', 'does = "take lend"'))
    waits = LENT.replace('does = "open"\nwith = { asked_on = 2026-02-02 }', "then = { tasks = [] }")
    waiting = told(small, waits)

    assert "lent.toml:4 On Mon 2 Feb 2026 " in shown
    assert "lent.toml:4 On Mon 2 Feb 2026 " in waiting
    assert "Instead: no case is open yet" in shown
    assert "Instead: no case is open yet" in waiting


def test_what_a_story_touched_before_it_went_otherwise_is_counted_and_said(small: Path) -> None:
    whole = tried(small)["coverage"]
    shown = told(small, LENT.replace('state = "lent"', 'state = "kept"'))
    counted = tried(small)["coverage"]

    assert counted == whole
    assert (
        "Of 1 scenario that went otherwise, what it touched before it stopped is counted." in shown
    )


def test_a_story_that_stopped_touches_nothing_of_what_it_would_have_come_to(small: Path) -> None:
    (small / "scenarios" / "lent.toml").write_text(LENT.replace('"May it be lent?"', '"Nothing"'))

    counted = {one["kind"]: one["touched"] for one in tried(small)["coverage"]}

    assert (counted["state"], counted["step"]) == (1, 0)


def test_where_only_some_stories_were_played_the_count_says_so(small: Path) -> None:
    (small / "scenarios" / "other.toml").write_text(LENT)

    assert "What the 1 scenario that was played touches" in said(small, "lent")
    assert "What the scenarios touch" in said(small)


def test_what_went_otherwise_stands_in_the_document_too(small: Path) -> None:
    (small / "scenarios" / "lent.toml").write_text(LENT.replace('te = "lent"', 'te = "kept"'))

    (one,) = tried(small)["scenarios"]

    assert one["otherwise"]["file"] == "lent.toml"
    assert one["otherwise"]["line"] == 18
    assert one["otherwise"]["day"] == "2026-02-03"
    assert one["otherwise"]["expected"] == ['the case is at "Not lent" (kept)']
    assert one["otherwise"]["found"] == ['it is at "Lent" (lent)']


def test_all_mistakes_of_all_stories_are_told_at_once_each_with_its_line_and_what_was_meant(
    small: Path,
) -> None:
    (small / "scenarios" / "lent.toml").write_text(
        LENT.replace('"take lend"', '"take lnd"').replace('"librarian"', '"libarian"')
    )
    (small / "scenarios" / "odd.toml").write_text(
        LENT.replace("asked_on =", "askd_on =").replace('state = "lent"', 'state = "lnt"')
    )

    result = run("workflow", "test", str(small))
    shown = " ".join(result.output.split())

    assert result.exit_code == 2
    assert 'lent.toml:6: Nobody is called "libarian"' in shown
    assert 'lent.toml:11: "Loan of a document" has no step "lnd". Did you mean "lend"?' in shown
    assert 'lent.toml:20: "Loan of a document" has no step "lnd". Did you mean "lend"?' in shown
    assert 'odd.toml:8: "Loan of a document" has no question "askd_on"' in shown
    assert 'odd.toml:21: "Loan of a document" has no state "lnt". Did you mean "lent"?' in shown
    assert "5 mistakes" in shown


def test_a_mistake_in_a_beginning_is_told_once_with_the_stories_that_begin_with_it(
    small: Path,
) -> None:
    begun = LENT.replace('does = "open"', 'does = "opn"')
    (small / "scenarios" / "beginnings" / "begun.toml").write_text(begun)
    for name in ("first", "second"):
        (small / "scenarios" / f"{name}.toml").write_text(
            f'title = "The {name}"\nbegins = "begun"\n[[step]]\n'
        )

    result = run("workflow", "test", str(small))

    assert result.output.count("begun.toml:7") == 1
    assert "first and second were not played" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ('by = "town crier"', 'Nobody is called "town crier"'),
        ('decided_by = "town crier"\ndoes = "take lend"', 'Nobody is called "town crier"'),
        ('does = "take"', 'Say which step: "take STEP".'),
        ('does = "take lent"', 'has no step "lent". Did you mean "lend"?'),
        ('does = "attach lendible"', 'has no question "lendible". Did you mean "lendable"?'),
        ('does = "ask lendable askd_on"', 'has no question "askd_on"'),
        ('does = "extend answr"\nwith = { to = 2026-03-01, agreed_by = "all" }', '"answer"'),
        ('does = "extend answer"\nwith = { to = 2026-03-01 }', '"agreed_by"'),
        ('does = "delay answer"', 'lacks "told"'),
        ('does = "done"', 'lacks "task"'),
        ('does = "pack form"', 'has no pack "form"'),
        ('does = "add chld"', 'Did you mean "child"?'),
        ('does = "undo"\nwith = { lendable = "yes" }', '"undo" takes nothing in "with"'),
        ('does = "record"\nwith = { lendable = "perhaps" }', '"perhaps" is none of its answers'),
        ('does = "record"\nwith = { asked_on = "2026-13-01" }', "2026-13-01"),
        ('does = "record"\nwith = { "lendable/police" = "yes" }', "asked of the case"),
        ('does = "attach lendable/p1"', "asked of the case"),
        ('does = "take lend"\nhappened = "yesterday"', '"yesterday" is not a date'),
        ('case = "metting"\ndoes = "undo"', 'has no linked process "metting"'),
        ('files = ["lendible"]', 'Did you mean "lendable"?'),
        ("then = { due = { anser = 2026-02-04 } }", 'has no timescale "anser"'),
        ('then = { due = { "answer two" = 2026-02-04 } }', 'which time it runs: "answer 2"'),
        ('then = { due = { answer = "soon" } }', '"soon" is not a date'),
        ('then = { status = { answer = "runing" } }', 'Did you mean "running"?'),
        ('then = { told = ["reder"] }', 'Did you mean "reader"?'),
        ('then = { told_only = ["librarian at nowhere"] }', 'no agency "nowhere"'),
        ('then = { waits_on = "libarian" }', 'Did you mean "librarian"?'),
        ('then = { starts_here = ["lnd"] }', 'Did you mean "lend"?'),
        ('then = { only_by = { lnd = ["librarian"] } }', 'Did you mean "lend"?'),
        ('then = { only_by = { lend = ["libarian"] } }', 'Did you mean "librarian"?'),
        ('then = { needs = { lend = "words" } }', '"lend" must be a list'),
        ('then = { answer = { lendible = "yes" } }', 'Did you mean "lendable"?'),
        ('then = { linked = { meeting = "held" } }', 'has no linked process "meeting"'),
    ],
)
def test_every_name_in_a_story_is_judged_before_it_is_played(
    small: Path, step: str, problem: str
) -> None:
    (found,) = mistakes(small, f'title = "Odd"\n[[step]]\n{step}\n')

    assert problem in found


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ('"child_sex/first" = "female"', '"first" is no person of the case; write p1, p2'),
        ('"opinion/polcie" = "notify"', 'There is no agency "polcie". Did you mean "police"?'),
        ('agencies_asked = "police, hosptal"', 'no agency "hosptal". Did you mean "hospital"?'),
        ('children_concerned = "two"', '"two" is no whole number'),
    ],
)
def test_of_whom_an_answer_is_and_what_it_can_be_is_judged_too(
    tmp_path: Path, answer: str, problem: str
) -> None:
    folder = tmp_path / PROCESS.name
    (folder / "scenarios").mkdir(parents=True)
    file = folder / "scenarios" / "odd.toml"
    file.write_text(f'title = "Odd"\n[[step]]\ndoes = "record"\nwith = {{ {answer} }}\n')
    with pytest.raises(DefinitionError) as refused:
        read(file, Known(loaded(PROCESS), CAST))

    assert problem in str(refused.value)


def test_what_is_to_be_refused_may_be_an_answer_that_there_is_not(small: Path) -> None:
    story = f'{LENT}\n[[step]]\ndoes = "record"\nwith = {{ lendable = "perhaps" }}\nrefused = "x"\n'
    file = small / "scenarios" / "odd.toml"
    file.write_text(story)

    assert len(read(file, Known(load(small), CAST)).steps) == 5
