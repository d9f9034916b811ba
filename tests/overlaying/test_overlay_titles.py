from __future__ import annotations

from pathlib import Path

import pytest

from engine.loading import load
from tests.definitions import SOUND, mistakes
from tests.overlays import HEAD, refusal

ROLE = '[role.own]\noutside = true\ntitle = "{}"\n'
GROUP = '[group.own]\nkinds = ["police"]\ntitle = "{}"\n'
STEP = '[transition.own]\nfrom = "referred"\nwho = "unit"\ntitle = "{}"\n'
QUESTION = '[question.own]\nanswer = "text"\nask = "{}"\n'
TIME = """[timescale.own]
due = "within 2 working days of aware_on"
met_by = "notify"
stops_if = "decline"
waiting_on = "authority"
title = "{}"
"""
PACK = '[pack.own]\nto = "panel"\ntemplate = "packs/letter.toml"\ntitle = "{}"\n'

NATIONAL = "child_safeguarding_practice_review"
TAKEN = [
    (ROLE, "Local  authority", "role", "authority"),
    (ROLE, "the local-authority", "role", "authority"),
    (ROLE, "Local authority (press office)", "role", "authority"),
    (ROLE, "local authority: press office", "role", "authority"),
    (ROLE, "Iocal auth0rity", "role", "authority"),
    (ROLE, "lócal authority", "role", "authority"),
    (ROLE, "local\\u00adauthority", "role", "authority"),
    (ROLE, "Statutory Partners", "group", "partners"),
    (GROUP, "Business unit.", "role", "unit"),
    (GROUP, "statutory partners", "group", "partners"),
    (STEP, "Notify the Panel", "transition", "notify"),
    (STEP, "Notify the Panel again", "transition", "notify"),
    (STEP, "Decline: done", "transition", "decline"),
    (QUESTION, "Which way does it go", "question", "route"),
    (QUESTION, "Why was it decided so? By us", "question", "reasons"),
    (TIME, "notify the panel", "timescale", "notification"),
    (PACK, "LETTER", "pack", "letter"),
    ('[state.referred]\ntitle = "{}"\n', "Under review; nothing to do", "state", "reviewing"),
    ('[transition.finish]\ntitle = "{}"\n', "Decline", "transition", "decline"),
    ('[pack.letter]\ntitle = "{}"\n', "Statutory partners", "", ""),
]


@pytest.mark.parametrize("case", TAKEN, ids=lambda case: f"{case[0][1:12]} {case[1]}")
def test_nothing_is_called_so_that_people_take_it_for_something_of_the_base(
    tmp_path: Path, case: tuple[str, str, str, str]
) -> None:
    text, title, section, name = case
    found = refusal(tmp_path, text.format(title))
    if not section:
        assert found == []
        return
    line = HEAD.count("\n") + text.count("\n")
    shown = title.replace("\\u00ad", " ")
    (said,) = [one for one in found if "reads as" in one]
    assert said.startswith(
        f'process.toml:{line}: "{shown}" reads as {section} "{name}" of the base'
    )
    assert said.endswith("Call it otherwise: people would take the one for the other.")


def test_a_letter_that_is_not_latin_stands_in_no_title(tmp_path: Path) -> None:
    (said,) = refusal(tmp_path / "a", ROLE.format("loc\u0430l authority"))
    assert said == (
        'process.toml:5: "loc\u0430l authority" has "\u0430", U+0430, CYRILLIC SMALL LETTER A, '
        'which reads as another letter; "Sample review", edition 1, is read in Latin letters. '
        "Write it in plain letters."
    )
    assert (
        refusal(tmp_path / "b", ROLE.format("Bwrdd Diogelu G\u0175yr - \u0141\u00f3d\u017a")) == []
    )


@pytest.mark.parametrize(
    "title",
    ["Closed; nothing more to do", "The case is closed", "Nothing more to do", "ended", "D0ne!"],
)
def test_a_state_that_is_not_closed_is_not_called_so(tmp_path: Path, title: str) -> None:
    found = refusal(tmp_path / "a", f'[state.referred]\ntitle = "{title}"\n')
    assert found[-1].startswith(f'process.toml:4: "{title}" reads as if ')
    own = SOUND["children/reply.toml"].replace("Reply of an agency", "Reply of our own")
    own = own.replace("Waiting for the reply", title)
    opens = '[transition.ask]\nfrom = "referred"\nwho = "unit"\nopens = { process = "other" }\n'
    (said,) = refusal(tmp_path / "b", opens, {"children/other.toml": own})
    assert said.startswith(f'children/other.toml:9: "{title}" reads as if a case were closed')


def test_a_linked_process_is_not_called_as_one_of_the_base(tmp_path: Path) -> None:
    opens = '[transition.ask]\nfrom = "referred"\nwho = "unit"\nopens = { process = "other" }\n'
    (said,) = refusal(tmp_path, opens, {"children/other.toml": SOUND["children/reply.toml"]})
    assert said.startswith(
        'children/other.toml:1: "Reply of an agency" reads as process "reply" of the base'
    )


@pytest.mark.parametrize(
    "text",
    [
        ROLE.format("press office of the local authority"),
        ROLE.format("local authority press office"),
        STEP.format("Decline our own form"),
        STEP.format("Notify sooner"),
        QUESTION.format("Why was it decided otherwise?"),
        TIME.format("Notify the Panel within two days"),
        '[state.referred]\ntitle = "Referred, and to be looked at"\n',
        '[state.referred]\ntitle = "Notes are to be completed"\n',
        '[transition.notify.also]\ntitle = "by our form"\n',
    ],
)
def test_other_titles_are_a_partnerships_own(tmp_path: Path, text: str) -> None:
    assert refusal(tmp_path, text) == []


def test_two_things_of_a_partnerships_own_may_not_be_taken_for_each_other_either(
    tmp_path: Path,
) -> None:
    text = ROLE.format("press office") + '[role.two]\noutside = true\ntitle = "Press-Office"\n'
    (said,) = refusal(tmp_path, text)
    assert 'reads as role "own"' in said


def test_the_titles_of_the_national_process_are_told_apart(tmp_path: Path) -> None:
    text = f'extends = "{NATIONAL}"\nedition = "ours"\n'
    text += '[state.rapid_review_facts]\ntitle = "Rapid review: the facts are gathered"\n'
    assert mistakes(tmp_path / "ours", {"process.toml": text}) == []
    example = Path(__file__).parents[2] / "workflows" / NATIONAL / "examples" / "one_partnership"
    assert load(example).states


def test_a_role_of_a_linked_process_is_not_called_as_one_of_the_base_either(tmp_path: Path) -> None:
    own = SOUND["children/reply.toml"].replace("Reply of an agency", "Reply of our own")
    role = own + '\n[role.other]\noutside = true\ntitle = "national panel"\n'
    opens = '[transition.ask]\nfrom = "referred"\nwho = "unit"\nopens = { process = "other" }\n'
    assert refusal(tmp_path / "a", opens, {"children/other.toml": own}) == []
    (said,) = refusal(tmp_path / "b", opens, {"children/other.toml": role})
    assert said.startswith('children/other.toml:23: "national panel" reads as role "panel" of the')
