from __future__ import annotations

from pathlib import Path

import pytest

from engine.definition import plain, workflow_from
from tests.definitions import mistakes
from tests.proving import FILES, small

BASIS = 'says = "So."\nsource = "ours"\nconfirmed = "second-hand"\n'


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("", "This rule says nothing that can be checked."),
        ('only = "unit"', 'A rule with "only" also needs "may" or "enter".'),
        ('only = "unit"\nmay = "draft"\nwhen = "draft"', "This rule says several things at once."),
        ('only = "unit"\nmay = "draft"\nrunz_in = "x"', 'A rule has no key "runz_in".'),
        ('only = "panel"\nmay = "draft"', 'The role "panel" is outside: it is told, and never'),
        ('before = "finish"\nasked = "reasons"', '"reasons" is not asked of agencies.'),
        ('before = "finish"\napproved_by = "unit"', "What is approved and by whom go together."),
        ('before = "finis"\ntaken = "draft"', 'There is no state or transition "finis".'),
        ('after = "draft"\nnever = "report"\nto = "ended"', '"to" does not go with "after"'),
        ('from = "draft"\nto = "ended"', 'A rule with "from" also needs "passes".'),
        ('timescale = "review"\nruns_in = "gone"', 'There is no state "gone".'),
        ('duty = "good practice"\nwhen = "draft"\ntells = "chair"', "names no act and no regul"),
    ],
)
def test_a_rule_that_does_not_say_one_thing_is_told_with_its_line(
    tmp_path: Path, rule: str, said: str
) -> None:
    files = {**FILES, "more.toml": f"[rule.more]\n{BASIS}{rule}\n"}
    found = mistakes(tmp_path, files)

    assert len(found) == 1
    assert found[0].startswith("more.toml:")
    assert said in found[0]


def test_a_rule_that_is_confirmed_as_read_says_by_whom(tmp_path: Path) -> None:
    basis = BASIS.replace("second-hand", "read")
    files = {**FILES, "more.toml": f'[rule.more]\n{basis}when = "draft"\ntells = "chair"\n'}

    assert "Only what somebody has checked is confirmed as read." in mistakes(tmp_path, files)[0]


def test_a_state_in_a_rule_stands_for_those_within_it(tmp_path: Path) -> None:
    within = (
        'waiting_on = "unit"\nwithin = "open"\n\n[state.open]\ntitle = "Open"\n\n[state.deciding]'
    )
    workflow = small(
        tmp_path,
        ('waiting_on = "unit"\n\n[state.deciding]', within),
        ('runs_in    = ["reviewing", "writing"]', 'runs_in    = ["open"]'),
    )

    assert workflow.rules["the_days_run"].runs_in == ("referred",)


def test_an_edition_that_was_stored_before_there_were_rules_has_none(tmp_path: Path) -> None:
    stored = plain(small(tmp_path))
    del stored["rules"]
    for step in stored["transitions"]:
        del step["may_overlap"], step["undecided_if"]
    for timescale in stored["timescales"]:
        del timescale["no_reminder"], timescale["no_escalation"]

    assert workflow_from(stored, "").rules == {}


def test_rules_are_part_of_the_hash(tmp_path: Path) -> None:
    changed = ("Nobody but the authority notifies.", "Nobody else notifies.")

    assert small(tmp_path / "a" / "x").hash != small(tmp_path / "b" / "x", changed).hash
