"""How far the rules of a process are confirmed: counted alike, and never read as the opposite."""

from __future__ import annotations

import re
from dataclasses import replace

from click.testing import CliRunner

from engine.cli.main import root
from engine.definition import TimeFrom, Timescale, Variant
from engine.describing import describe
from engine.loading import find, load
from engine.own_rules import OwnRule
from engine.proving import verify
from tests.worlds import SAMPLE

NAME = "child_safeguarding_practice_review"
WORKFLOW = load(find(NAME))
RUNNING_TEXT = " ".join(describe(WORKFLOW).split())
SAMPLED = load(SAMPLE)


def told_of(*confirmed, own=()):
    """What the head of a description says of a process with rules that are so far confirmed."""
    time_from = TimeFrom("local", "should", "Our own arrangements")
    timescales = {
        f"t{n}": Timescale(f"t{n}", f"Sample {n}", (Variant("every 1 month", time_from, word),), "")
        for n, word in enumerate(confirmed)
    }
    rules = {f"r{n}": OwnRule(f"r{n}", "It is so", "Our own", word) for n, word in enumerate(own)}
    bare = replace(SAMPLED, timescales=timescales, rules=rules, children={}, transitions={})
    said = " ".join(describe(bare).split())
    return re.search(r"questions\. It has (.+?\.) 2\. How to read it", said)[1]


def test_how_far_the_rules_are_confirmed_can_not_be_read_as_the_opposite():
    assert told_of("recalled") == "one timescale rule. It is unconfirmed: recalled."
    assert told_of("read") == "one timescale rule. It was read in its source."
    assert told_of("read", "read") == "two timescale rules. Each of them was read in its source."
    assert told_of("recalled", own=("recalled",)) == (
        "one timescale rule and one rule of its own. All of them are unconfirmed: 2 recalled."
    )
    assert told_of("read", "disputed", "recalled", own=("recalled", "read")) == (
        "three timescale rules and two rules of its own. Of these 5 rules 2 were read in the "
        "source, and 3 are unconfirmed: 2 recalled and 1 disputed."
    )
    assert "rules 1 was read in the source, and 1 is unconfirmed" in told_of("read", "disputed")


def test_verify_check_and_the_description_count_the_same_rules():
    verdict = verify(WORKFLOW)
    total = verdict.own_rules + verdict.timescale_rules
    assert f"Of these {total} rules {total - verdict.unconfirmed} were read" in RUNNING_TEXT
    own = f"{verdict.timescale_rules} timescale rules and {verdict.own_rules} rules of its own"
    assert f"have {own}." in RUNNING_TEXT
    said = " ".join(CliRunner().invoke(root(), ["workflow", "check", NAME]).stdout.split())
    assert f"{total} rules written in its files" in said
    assert f"{verdict.timescale_rules} timescale rules), of which {verdict.unconfirmed}" in said
    states = re.search(r"It has (\d+ states)", RUNNING_TEXT)
    assert states is not None
    assert states[1] in said
