from __future__ import annotations

from pathlib import Path

import pytest

from engine.loading import load
from tests.definitions import changed, mistakes, write
from tests.overlays import HEAD, OWN, refusal

LOOSER = [
    (
        '[role.unit]\ntitle = "Local  authority"',
        'process.toml:4: "Local  authority" reads as role "authority" of the base, "local '
        'authority", which rests on "Sample review", edition 1. Call it otherwise',
    ),
    (
        '[role.authority]\ntitle = "statutory partners (all)"',
        'process.toml:4: "statutory partners (all)" reads as group "partners" of the base',
    ),
    (
        '[state.reviewing]\ntitle = "ended"',
        'process.toml:4: "ended" reads as if a case were closed, and state "reviewing" is not; it '
        'rests on "Sample review", edition 1.',
    ),
    (
        "[role.authority]\nown_agency = true",
        'process.toml:4: An overlay does not change "own_agency" of role "authority", which rests',
    ),
    (
        '[transition.notify]\nwho = ["authority", "unit"]',
        'process.toml:4: This adds "unit" to "who" of transition "notify", which rests on '
        "Children Act 2004 s.16C(1).",
    ),
    (
        '[transition.notify]\non_file = ["agencies"]',
        'process.toml:4: This takes "reasons" away from "on_file" of transition "notify", which '
        "rests on Children Act 2004 s.16C(1).",
    ),
    ("[transition.notify]\nasked = []", 'process.toml:4: "asked" is empty;'),
    (
        '[transition.notify]\ntell = ["panel"]',
        'process.toml:4: This takes "partners" away from "tell" of transition "notify"',
    ),
    (
        '[transition.notify]\nto = "ended"',
        'process.toml:4: An overlay does not change "to" of transition "notify", which rests on',
    ),
    (
        '[transition.notify]\nfrom = "any state"',
        'process.toml:4: An overlay does not change "from" of transition "notify"',
    ),
    (
        '[transition.notify]\nduty = "Children Act 2004 s.16D"',
        'process.toml:4: An overlay does not change "duty" of transition "notify"',
    ),
    (
        '[transition.notify]\nonly_if = { route = "answered" }',
        'process.toml:4: "only_if" of transition "notify" lets through what the base refuses, such '
        'as a case where route is "do not notify"; it rests on Children Act 2004 s.16C(1).',
    ),
    (
        '[transition.notify.also]\nonly_if = { route = "do not notify" }',
        'process.toml:4: With "only_if" of transition "notify" and that of the base, no case can '
        'ever take "notify".',
    ),
    (
        '[transition.notify.also]\nasks_anew = ["opinion", "reasons"]',
        'process.toml:4: This asks "opinion" and "reasons" anew, and what was answered before no '
        "longer counts; the step rests on Children Act 2004 s.16C(1).",
    ),
    (
        '[transition.finish]\napprove = [{ of = "reasons", by = ["authority", "unit"] }]',
        'process.toml:4: This asks for less than the approval of "reasons" in "approve" of '
        'transition "finish"',
    ),
    (
        '[transition.decline]\nsets = { route = "notify" }',
        'process.toml:4: An overlay does not change "sets" of transition "decline"',
    ),
    (
        '[transition.jump]\nfrom = "referred"\nto = "ended"\nwho = "unit"',
        "process.toml:5: The way of a case is the base's; a step that an overlay adds stays",
    ),
    (
        '[transition.answer]\nfrom = "referred"\nwho = "unit"\nsets = { route = "notify" }',
        'process.toml:6: The steps of the base answer "route", or ask it anew, and no other.',
    ),
    (
        '[transition.own]\nfrom = "referred"\nwho = "unit"\nduty = "Children Act 2004 s.1"',
        "process.toml:6: What a partnership adds is no duty:",
    ),
    (
        '[state.limbo]\ntitle = "Limbo"\nwaiting_on = "unit"',
        "process.toml:3: An overlay adds no state:",
    ),
    (
        '[state.referred]\nwaiting_on = "unit"',
        'process.toml:4: An overlay does not change "waiting_on" of state "referred"',
    ),
    (
        '[timescale.notification]\ndue = "within 6 working days of aware_on"',
        'process.toml:4: "within 6 working days of aware_on" is a longer time than "within 5 '
        'working days of aware_on" for timescale "notification", which chapter 5 (statutory '
        "guidance) sets.",
    ),
    (
        '[timescale.notification]\ndue = "within 3 working days of aware_on"',
        'process.toml:4: "within 3 working days of aware_on" is a shorter time than',
    ),
    (
        '[timescale.notification]\nconfirmed = "read"\nchecked = "by us"',
        'process.toml:4: An overlay does not change "confirmed" of timescale "notification", which '
        "chapter 5 (statutory guidance) sets.",
    ),
    (
        "[timescale.notification]\n"
        'time_from = { kind = "local", says = "may", source = "ours" }\nconfirmed = "recalled"',
        'process.toml:4: An overlay does not change "time_from" of timescale "notification"',
    ),
    (
        '[timescale.notification]\nmet_by = ["notify", "decline"]\nstops_if = ["finish"]',
        'process.toml:4: An overlay does not change "met_by" of timescale "notification", which '
        "rests on Children Act 2004 s.16C(1).",
    ),
    ("[timescale.notification]\nmet_by = []", 'process.toml:4: "met_by" is empty;'),
    (
        '[timescale.notification]\nonly_if = { route = "notify" }',
        'process.toml:4: "only_if" of timescale "notification" leaves out what the base means, '
        "such as a case where route is",
    ),
    (
        '[timescale.notification]\nremind = [{ at = "on the day it is due", tell = "unit" }]',
        'process.toml:4: This no longer tells "authority" "2 working days before it is due" of '
        'timescale "notification", which rests on Children Act 2004 s.16C(1).',
    ),
    ("[timescale.notification]\nescalate = []", 'process.toml:4: "escalate"'),
    (
        '[timescale.notification]\nduty = "Children Act 2004 s.16D"',
        'process.toml:4: An overlay does not change "duty" of timescale "notification"',
    ),
    (
        '[timescale.progress]\ndue = "every 2 months"',
        'process.toml:4: The time of timescale "progress" is local: an overlay says whose it is.',
    ),
    (
        '[timescale.own]\ntitle = "Own"\ndue = "every 1 week"\nstarts_in = "reviewing"\n'
        'waiting_on = "unit"\nduty = "Children Act 2004 s.16C(1)"\n'
        'time_from = { kind = "act", says = "must", source = "the Act" }\nconfirmed = "recalled"',
        "process.toml:8: What a partnership adds is no duty:",
        'process.toml:9: A time of act is the base\'s; what a partnership adds is "local".',
    ),
    (
        '[role.panel]\noutside = false\ntitle = "The Panel"',
        'process.toml:4: An overlay does not change "outside" of role "panel"',
    ),
    (
        '[role.visitor]\ntitle = "Visitor"',
        'process.toml:3: The role "visitor" is not of the base, and would read the whole case.',
    ),
    (
        '[role.visitor]\ntitle = "Visitor"\nreads = ["reasons"]',
        'process.toml:5: By this the role "visitor" would read the personal answers to "reasons", '
        'which "Sample review", edition 1, does not give it to read.',
    ),
    (
        OWN + '[role.visitor]\ntitle = "Visitor"\nreads = ["form"]\n[transition.look]\n'
        'from = "referred"\nwho = "visitor"\non_file = ["reasons"]',
        'process.toml:20: By this the role "visitor" would read the personal answers to "reasons"',
    ),
    (
        '[group.partners]\nkinds = ["police"]',
        'process.toml:4: An overlay does not change "kinds" of group "partners"',
    ),
    (
        '[question.route]\nanswer = ["notify", "do not notify", "wait"]',
        'process.toml:4: An overlay does not change "answer" of question "route"',
    ),
    (
        '[question.reasons]\npersonal = false\nbecause = "x"',
        "process.toml:4: A text is always personal.",
    ),
    (
        '[question.opinion]\npersonal = false\nbecause = "x"',
        'process.toml:4: An overlay does not change "personal" of question "opinion"',
    ),
    (
        '[pack.letter]\nrequires = ["opinion"]',
        'process.toml:4: This takes "reasons" away from "requires" of pack "letter"',
    ),
    ('[pack.letter]\nto = "unit"', 'process.toml:4: An overlay does not change "to" of pack'),
    (
        'may_open = ["unit", "authority"]',
        'process.toml:3: This adds "authority" to "may_open", which rests on "Sample review", '
        "edition 1.",
    ),
    ('kept_by = "authority"', 'process.toml:3: This adds "authority" to "kept_by"'),
    ('opening = ["sent_on"]', 'process.toml:3: This takes "aware_on" away from "opening"'),
    ('starts_at = "reviewing"', 'process.toml:3: An overlay does not change "starts_at"'),
    ('source = "Ours"', 'process.toml:3: "source" of the base stands, and an overlay only adds'),
    (
        "in_force = { from = 2025-01-01 }",
        "process.toml:3: An overlay is not in force on days on which its base is not.",
    ),
]


@pytest.mark.parametrize("case", LOOSER, ids=lambda case: case[0][:50])
def test_what_would_loosen_the_base_is_refused_with_its_line_and_whose_authority(
    tmp_path: Path, case: tuple[str, ...]
) -> None:
    text, *said = case
    found = refusal(tmp_path, text)
    for sentence in said:
        assert any(mistake.startswith(sentence) for mistake in found), found
    assert all(mistake.startswith("process.toml:") for mistake in found)


def test_all_that_is_loosened_is_told_at_once_in_the_file_that_loosens_it(tmp_path: Path) -> None:
    reply = '[transition.reply]\nwho = ["authority", "unit"]\n[question.held]\nask = "What?"\n'
    text = '[transition.notify]\nto = "ended"\nwho = "unit"\n[transition.decline]\nto = "open"\n'
    found = refusal(tmp_path, text, {"children/reply.toml": reply})
    assert [mistake.split(": ")[0] for mistake in found] == [
        "children/reply.toml:2",
        "children/reply.toml:4",
        "process.toml:4",
        "process.toml:5",
        "process.toml:7",
    ]


TIMES = changed(
    (
        'title      = "Notify the Panel"\ndue',
        'title      = "Notify the Panel"\nnote = "By law."\ndue',
    ),
    ('due        = "every 1 month"', 'due        = "every 1 month"\nnote = "As we do."'),
)
LOCAL = 'time_from = { kind = "local", says = "should", source = "ours" }\nconfirmed = "recalled"\n'
ONLY_TIMES = [
    (
        '[timescale.notification]\ndue = "within 6 working days of aware_on"',
        '"within 6 working days of aware_on" is a longer time than "within 5 working days of '
        'aware_on" for timescale "notification", which chapter 5 (statutory guidance) sets.',
    ),
    (
        '[timescale.review]\ndue = "within 20 working days of sent_on"',
        'The time of timescale "review" is local: an overlay says whose it is.',
    ),
    (
        '[timescale.available]\nkeep = "for ever"',
        '"for ever" cannot be read:',
    ),
]


@pytest.mark.parametrize("case", ONLY_TIMES, ids=lambda case: case[0][:30])
def test_of_a_time_only_what_was_written_is_told_of(tmp_path: Path, case: tuple[str, str]) -> None:
    write(tmp_path / "national", TIMES)
    text, said = case
    (found,) = mistakes(tmp_path / "local", {"process.toml": HEAD + text})
    assert found.startswith(f"process.toml:4: {said}"), found


def test_a_time_in_place_of_several_is_not_said_to_be_shorter(tmp_path: Path) -> None:
    text = 'extends = "child_safeguarding_practice_review"\nedition = "ours"\n'
    text += '[timescale.notification]\ndue = "within 5 working days of aware_on"\n'
    (said,) = mistakes(tmp_path / "local", {"process.toml": text})
    assert said.startswith(
        'process.toml:4: "within 5 working days of aware_on" would be the time on every day, and '
        'the base says from when to when each holds, for timescale "notification", which Working '
        "Together 2026, not read (statutory guidance) sets."
    )


def test_what_explains_a_time_stays_where_only_its_length_is_another(tmp_path: Path) -> None:
    write(tmp_path / "national", TIMES)
    text = f'{HEAD}[timescale.progress]\ndue = "every 6 weeks"\n{LOCAL}'
    workflow = load(write(tmp_path / "local", {"process.toml": text}))
    assert workflow.timescales["progress"].note == "As we do."
