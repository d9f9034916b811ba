from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from engine.canonical import canonical
from engine.definition import Condition, Guard, plain, workflow_from
from engine.errors import DefinitionError
from engine.loading import load, sources
from engine.loading.overlay.comparing import POLICIES
from engine.loading.overlay.overlay_shapes import ALSO, ALSO_HEAD
from engine.loading.shapes import SECTIONS
from tests.definitions import SOUND, mistakes, write
from tests.overlays import HEAD, OWN, laid, over, refusal

ADDED = """
[transition.notify.also]
title     = "by the form"
says      = "By the form of our own."
on_file   = ["form"]
asks_anew = ["form"]
tell      = ["unit"]
only_if   = { seen_on = "passed" }
approve   = [{ of = "form", by = "authority" }]

[transition.look]
from  = "referred"
who   = ["authority", "unit"]
dates = "seen_on"

[timescale.own_target]
title      = "Notify sooner"
due        = "within 2 working days of aware_on"
met_by     = ["notify"]
stops_if   = ["decline"]
waiting_on = "authority"
remind     = [{ at = "on the day it is due", tell = "unit" }]

[timescale.notification.also]
remind   = [{ at = "2 working days before it is due", tell = ["unit"] }]
escalate = [{ at = "3 working days after it was due", tell = ["unit"] }]

[pack.letter.also]
requires = ["form"]
"""


def test_what_an_overlay_adds_stands_beside_what_the_base_says(tmp_path: Path) -> None:
    added = ADDED.replace('asks_anew = ["form"]\n', "")
    workflow = over(tmp_path, OWN + added)
    base = load(tmp_path / "national")
    notify, before = workflow.transitions["notify"], base.transitions["notify"]

    assert notify.title == "Notify the Panel (locally: by the form)"
    assert notify.on_file == (*before.on_file, "form")
    assert notify.tell == (*before.tell, "unit")
    assert notify.approve[0].of == "form"
    assert notify.only_if == Guard(
        ((Condition("route", "is", ("notify",)), Condition("seen_on", "passed")),)
    )
    assert (notify.starts, notify.to, notify.who) == (before.starts, before.to, before.who)
    told = {notice.id: notice.tell for notice in workflow.timescales["notification"].notices}
    assert told["remind_2_working_days_before_it_is_due"] == ("authority", "unit")
    assert told["escalate_3_working_days_after_it_was_due"] == ("unit",)
    assert workflow.packs["letter"].requires == ("reasons", "form")
    assert [*workflow.timescales][-1] == "own_target"
    untouched = workflow.transitions["decline"], workflow.states, workflow.children["reply"].states
    assert untouched == (base.transitions["decline"], base.states, base.children["reply"].states)


def test_an_overlay_is_the_process_that_it_extends_in_another_edition(tmp_path: Path) -> None:
    workflow = over(tmp_path, OWN)
    base = load(tmp_path / "national")

    assert (workflow.name, workflow.edition) == ("national", "1 local")
    assert workflow.overlay is not None
    assert workflow.overlay.name == "local"
    assert (workflow.overlay.base_edition, workflow.overlay.base_hash) == ("1", base.hash)
    assert base.overlay is None
    stored = json.loads(canonical(plain(workflow)))
    assert workflow_from(stored, workflow.hash) == workflow
    text = canonical(plain(workflow))
    assert hashlib.sha256(text.encode()).hexdigest() == workflow.hash


def test_the_hash_covers_the_base_and_what_is_put_over_it(tmp_path: Path) -> None:
    first = over(tmp_path / "a", OWN).hash
    assert over(tmp_path / "b", OWN).hash == first
    assert over(tmp_path / "c", OWN.replace("our own", "ours")).hash != first
    folder = laid(tmp_path / "d", OWN)
    steps = folder.parent / "national" / "steps.toml"
    steps.write_text(steps.read_text().replace("Finish the review", "End the review"))
    assert load(folder).hash != first


def test_what_the_base_has_taken_up_is_not_said_twice(tmp_path: Path) -> None:
    text = '[transition.notify.also]\non_file = ["reasons", "form"]\ntell = "panel"\n'
    workflow = over(tmp_path, OWN + text)
    assert workflow.transitions["notify"].on_file == ("reasons", "form")
    assert workflow.transitions["notify"].tell == ("panel", "partners")


def test_states_and_steps_keep_the_order_of_the_base(tmp_path: Path) -> None:
    parts = 'parts = ["steps"]\n'
    write(tmp_path / "national", {**SOUND, "process.toml": parts + SOUND["process.toml"]})
    look = '[transition.look]\nfrom = "referred"\nwho = "unit"\n'
    folder = write(tmp_path / "local", {"process.toml": HEAD + look})
    base, workflow = load(tmp_path / "national"), load(folder)
    assert [*workflow.transitions] == [*base.transitions, "look"]
    assert workflow.overlay is not None
    assert workflow.overlay.base_hash == base.hash


def test_a_local_time_is_the_partnerships_to_set(tmp_path: Path) -> None:
    own = 'time_from = { kind = "local", says = "should", source = "ours" }\nconfirmed = "recalled"'
    workflow = over(tmp_path, f'[timescale.progress]\ndue = "every 6 weeks"\n{own}\n')
    assert workflow.timescales["progress"].variants[0].due == "every 6 weeks"
    other = f'[timescale.available]\nkeep = "2 years after aware_on"\n{own}\n'
    (said,) = refusal(tmp_path, other)
    assert said.startswith(
        'process.toml:4: Timescale "available" counts as the base counts, from the same date;'
    )


def test_what_is_tighter_in_place_of_the_base_stands(tmp_path: Path) -> None:
    text = """
kept_by = "unit"
[transition.decline]
who = "authority"
only_if = { route = "do not notify" }
[transition.finish]
approve = [{ of = "reasons", by = "authority", at_least = 2 }]
only_if = [{ reply = "all ended", sent_on = "answered" }]
[role.unit]
reads = ["reasons"]
[question.reasons]
restricted = true
seen_by = ["authority", "unit", "panel"]
"""
    workflow = over(tmp_path, text)
    assert workflow.transitions["decline"].who == ("authority",)
    assert workflow.transitions["finish"].approve[0].at_least == 2
    assert workflow.questions["reasons"].seen_by == ("authority", "unit", "panel")


def test_a_time_said_again_as_it_is_changes_nothing(tmp_path: Path) -> None:
    text = '[timescale.notification]\ndue = "within 5 working days of aware_on"\n'
    workflow = over(tmp_path, text)
    base = load(tmp_path / "national")
    assert workflow.timescales["notification"] == base.timescales["notification"]


def test_only_lists_of_the_base_are_added_to(tmp_path: Path) -> None:
    text = '[transition.notify.also]\nwho = "unit"\n[role.unit.also]\nreads = ["reasons"]\n'
    assert refusal(tmp_path, text + '[transition.notfy.also]\ntell = "unit"\n') == [
        'process.toml:4: To "who" of transition nothing is added under "also". There are '
        '"title", "says", "leaves_building", "only_if", "undecided_if", "on_file", "asked", '
        '"approve", "tell", "asks", "asks_anew".',
        'process.toml:6: To "reads" of role nothing is added under "also". Write the key itself, '
        "without also.",
        'process.toml:7: The base has no transition "notfy" to add to. Did you mean "notify"?',
    ]
    text = '[transition.notify]\nalso = "form"\n[transition.notif]\ntitle = "Notify"\n'
    assert refusal(tmp_path, text)[:2] == [
        'process.toml:4: "also" must be a table of what is added to the lists of the base.',
        'process.toml:5: The base has no transition "notif", so this would be a new one. '
        'Did you mean "notify"?',
    ]


def test_a_mistake_in_what_is_added_is_told_where_it_is_written(tmp_path: Path) -> None:
    text = """
[transition.notify.also]
on_file = [
  "reasons",
  "from",
]
only_if = [{ route = "notfy" }]
[timescale.notification.also]
remind = [
  { at = "2 working days before it is due", tell = ["unti"] },
  { at = "some day", tell = ["unit"] },
]
"""
    assert refusal(tmp_path, text) == [
        'process.toml:7: There is no question "from". There are "aware_on", "sent_on", "route", '
        '"agencies", "reasons" and "opinion".',
        'process.toml:9: "notfy" cannot be the answer to "route". Did you mean "notify"?',
        'process.toml:12: There is no role or group "unti". Did you mean "unit"?',
        'process.toml:13: "some day" cannot be read: say it as one of "2 working days before it is '
        'due", "on the day it is due", "the day after it was due", "1 working day after it was '
        'due", "3 working days after it starts".',
    ]


def test_sections_of_a_pack_go_on_after_those_of_the_base(tmp_path: Path) -> None:
    letter = '[[section]]\ntitle = "Our own"\nanswers = ["form"]\n'
    own = '[pack.own]\ntitle = "Ours"\nto = "panel"\ntemplate = "packs/own.toml"\n'
    folder = laid(tmp_path, OWN + own, {"packs/letter.toml": letter, "packs/own.toml": letter})
    workflow = load(folder)
    texts = sources(folder)
    joined = texts["packs/letter.toml"]
    assert joined.startswith(SOUND["packs/letter.toml"].rstrip())
    assert joined.endswith(letter)
    assert workflow.templates["packs/letter.toml"] == hashlib.sha256(joined.encode()).hexdigest()
    assert texts["national/packs/letter.toml"] == SOUND["packs/letter.toml"]
    assert set(texts) >= {"process.toml", "national/process.toml", "national/children/reply.toml"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'classification = "Open"\n[[section]]\ntitle = "x"\nanswers = ["reasons"]\n',
            "packs/letter.toml:1: To a pack's file of the base only sections are added, and not "
            '"classification". Write [[section]] above the keys of each section, and nothing else.',
        ),
        (
            'section = [{ title = "x", answers = ["reasons"] }]\n',
            "packs/letter.toml:1: These sections cannot be put after those of the base. Write "
            "[[section]] above the keys of each section, and nothing else.",
        ),
        (
            '\n[[section]]\ntitle = "x"\nanswers = ["reason"]\n',
            'packs/letter.toml:4: There is no question "reason". Did you mean "reasons"?',
        ),
    ],
)
def test_a_packs_file_that_cannot_be_put_after_the_base_is_told_of(
    tmp_path: Path, text: str, said: str
) -> None:
    assert refusal(tmp_path, "", {"packs/letter.toml": text}) == [said]


def test_a_linked_process_of_its_own_holds_no_duty(tmp_path: Path) -> None:
    child = SOUND["children/reply.toml"].replace('title     = "Reply', 'title     = "Other reply')
    opens = '[transition.ask_other]\nfrom = "referred"\nwho = "unit"\nopens = { process = "other" }'
    assert over(tmp_path, opens, {"children/other.toml": child}).children["other"].title
    duty = child + 'duty = "Children Act 2004 s.16C(1)"\n'
    (said,) = refusal(tmp_path, opens, {"children/other.toml": duty})
    assert said.startswith("children/other.toml:20: What a partnership adds is no duty:")


def test_every_section_of_the_language_is_compared(tmp_path: Path) -> None:
    base = load(write(tmp_path, SOUND))
    assert all(hasattr(base, f"{section}s") for section in SECTIONS)


RULE = """
[rule.own]
says      = "Nobody but the authority notifies."
source    = "our own protocol"
confirmed = "recalled"
only      = ["authority"]
may       = ["notify"]
"""


def test_a_rule_of_its_own_is_checked_with_those_of_the_base_and_makes_no_duty(
    tmp_path: Path,
) -> None:
    assert over(tmp_path, RULE).rules["own"].only == ("authority",)
    duty = RULE + 'duty = "Children Act 2004 s.16C(1)"\n'
    (said,) = refusal(tmp_path, duty)
    assert said.startswith("process.toml:10: What a partnership adds is no duty:")
    write(tmp_path / "national", {"rules.toml": RULE})
    found = mistakes(
        write(tmp_path / "local", {"process.toml": HEAD + '[rule.own]\nonly = ["unit"]\n'}), {}
    )
    assert found[0].startswith('process.toml:4: An overlay does not change "only" of rule "own"')


def test_a_tighter_step_says_in_which_cases_nothing_is_decided_then(tmp_path: Path) -> None:
    text = """
[transition.notify.also]
only_if      = { seen_on = "passed" }
undecided_if = { seen_on = "not answered" }
"""
    workflow = over(tmp_path, OWN + text)
    assert workflow.transitions["notify"].undecided_if.tables == (
        (Condition("seen_on", "not answered"),),
    )
    write(
        tmp_path / "lower",
        {
            "process.toml": 'extends = "../local"\nedition = "l"\n'
            '[transition.notify]\nundecided_if = { route = "notify", seen_on = "not answered" }\n'
        },
    )
    (said,) = mistakes(tmp_path / "lower", {})
    assert said.startswith('process.toml:4: "undecided_if" of transition "notify" leaves out what')


def test_nothing_is_said_to_be_undecided_where_the_step_can_be_taken(tmp_path: Path) -> None:
    text = '[transition.notify.also]\nundecided_if = { route = "notify" }\n'
    (said,) = refusal(tmp_path, text)
    assert said == (
        'process.toml:4: "undecided_if" of transition "notify" says that nothing is decided where '
        "the step can be taken; it rests on Children Act 2004 s.16C(1). Name only cases that "
        "only_if leaves out."
    )


def test_what_the_documentation_shows_is_a_sound_overlay(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "overlays.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    workflow = load(write(tmp_path / "ours", {"process.toml": blocks[0]}))
    assert workflow.name == "child_safeguarding_practice_review"
    assert "threshold_record" in workflow.transitions["decide_to_notify"].on_file
    rows = re.findall(r"^\| (?:the|a) (\w+) \|(.*?)\|", page, re.MULTILINE)
    shown = {what: set(re.findall(r"`(\w+)`", cell)) for what, cell in rows}
    assert shown.pop("head") == set(ALSO_HEAD.keys)
    assert {what: keys for what, keys in shown.items() if keys} == {
        section: set(shape.keys) for section, shape in ALSO.items()
    }
    policies = re.findall(r"^\| (?:the|a) (\w+) \|.*?\|(.*?)\|$", page, re.MULTILINE)
    named = {what: set(re.findall(r"`(\w+)", cell)) for what, cell in policies}
    for section, keys in POLICIES.items():
        lists = ALSO[section].keys if section in ALSO else ()
        assert {*keys} - {*lists, "notices", "variants"} <= named[section] | {"only_if"}


def test_what_follows_in_the_files_of_the_base_does_not_hide_its_cause(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as error:
        over(tmp_path, "[question.aware_on]\npersonal = true\n")
    assert [mistake.file for mistake in error.value.mistakes] == ["process.toml"]
