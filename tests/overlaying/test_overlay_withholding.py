from __future__ import annotations

from pathlib import Path

import pytest

from tests.definitions import changed, mistakes, write
from tests.overlays import HEAD, OWN, over, refusal

NATIONAL = 'extends = "child_safeguarding_practice_review"\nedition = "ours"\n'


def kept(name: str, *readers: str) -> str:
    listed = ", ".join(f'"{one}"' for one in readers)
    return f"[question.{name}]\nseen_by = [{listed}]\n"


def test_an_answer_is_not_kept_from_the_body_to_which_a_pack_takes_it(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a", kept("reasons", "authority", "unit", "panel")) == []
    assert refusal(tmp_path / "b", kept("reasons", "authority", "unit")) == [
        'process.toml:4: By this the pack "Letter" would withhold from the national Panel the '
        'answer to "Why was it decided so?", which rests on Children Act 2004 s.16C(1). '
        'Name "panel" in seen_by too, or leave it out.'
    ]
    (said,) = refusal(tmp_path / "c", kept("opinion", "authority", "unit", "own agency"))
    assert said.startswith('process.toml:4: By this the pack "Letter" would withhold from the')
    (said,) = refusal(tmp_path / "d", "", {"children/reply.toml": kept("held", "authority")})
    assert said.startswith(
        'children/reply.toml:2: By this the pack "Letter" would withhold from the national Panel '
        'the answer to "What does the agency hold?"'
    )


def test_all_who_are_to_be_named_are_said_at_once(tmp_path: Path) -> None:
    (said,) = refusal(tmp_path, kept("reasons", "partners"))
    assert said.endswith('Name "panel", "authority" and "unit" in seen_by too, or leave it out.')


def test_an_answer_is_not_kept_from_those_whose_step_needs_it(tmp_path: Path) -> None:
    (said,) = refusal(tmp_path / "a", kept("reasons", "authority", "panel"))
    assert said == (
        "process.toml:4: By this the business unit would no longer read the answer to "
        '"Why was it decided so?", and takes the step "Finish", which rests on '
        '"Sample review", edition 1. Name "unit" in seen_by too, or leave it out.'
    )
    asked = changed(('who     = "authority"\nonly_if', 'who     = "lead"\nonly_if'))
    lead = '[role.lead]\ntitle = "lead"\n\n[role.panel]'
    asked["process.toml"] = asked["process.toml"].replace("[role.panel]", lead)
    write(tmp_path / "b" / "national", asked)
    text = HEAD + kept("agencies", "unit", "authority")
    (said,) = mistakes(tmp_path / "b" / "local", {"process.toml": text})
    assert said.startswith("process.toml:4: By this the lead would no longer read the answer to")
    assert 'takes the step "Notify the Panel", which rests on Children Act 2004 s.16C(1).' in said


def test_who_no_longer_takes_the_step_need_not_read_for_it(tmp_path: Path) -> None:
    files = changed(('who     = "unit"\nonly_if', 'who     = ["unit", "authority"]\nonly_if'))
    write(tmp_path / "national", files)
    text = HEAD + '[transition.finish]\nwho = "authority"\n' + kept("reasons", "authority", "panel")
    assert mistakes(tmp_path / "local", {"process.toml": text}) == []


def test_an_answer_is_not_kept_from_those_who_owe_a_duty(tmp_path: Path) -> None:
    files = changed(
        (
            "[question.opinion]",
            '[question.aside]\nask = "What else?"\nanswer = "text"\n\n[question.opinion]',
        )
    )
    write(tmp_path / "national", files)
    local = tmp_path / "local"
    assert mistakes(local, {"process.toml": HEAD + kept("aside", "authority")}) == []
    (said,) = mistakes(local, {"process.toml": HEAD + kept("aside", "unit")})
    assert said == (
        "process.toml:4: By this the local authority would no longer read the answer to "
        '"What else?", and owes timescale "notification", which rests on Children Act 2004 '
        's.16C(1). Name "authority" in seen_by too, or leave it out.'
    )


def test_the_moment_from_which_all_see_an_answer_stays(tmp_path: Path) -> None:
    held = 'ask    = "What does the agency hold?"\nanswer = "text"'
    moments = '\nseen_by = ["own agency until reply", "own agency until replied"]'
    write(tmp_path / "national", changed((held, held + moments)))
    local = write(tmp_path / "local", {"process.toml": HEAD})
    for readers in (("own agency",), ("own agency until reply",)):
        (said,) = mistakes(local, {"children/reply.toml": kept("held", *readers)})
        assert said.startswith('children/reply.toml:2: By this the pack "Letter" would withhold')
    own = ("own agency until reply", "own agency until replied", "own agency")
    assert mistakes(local, {"children/reply.toml": kept("held", *own)}) == []


def test_own_questions_are_a_partnerships_to_keep(tmp_path: Path) -> None:
    text = OWN.replace('"document"', '"document"\nseen_by = ["unit"]')
    assert over(tmp_path, text).questions["form"].seen_by == ("unit",)


@pytest.mark.parametrize(
    ("name", "to"),
    [("what_happened", "national_panel"), ("legal_advice", "local_authority")],
)
def test_the_national_packs_are_printed_for_those_whom_they_are_for(
    tmp_path: Path, name: str, to: str
) -> None:
    (said,) = mistakes(tmp_path / "local", {"process.toml": NATIONAL + kept(name, "legal_adviser")})
    assert said.startswith("process.toml:4: By this the")
    assert f'"{to}"' in said
    assert "Children Act 2004 s.16C(1)" in said


READ_LESS = "process.toml:4: By this the {} would read less of a case, and "


@pytest.mark.parametrize("key", ['reads = ["reasons"]', 'reads_in = ["reviewing"]'])
def test_who_owes_a_duty_goes_on_reading_the_case(tmp_path: Path, key: str) -> None:
    (said,) = refusal(tmp_path, f"[role.authority]\n{key}\n")
    assert said == READ_LESS.format("local authority") + (
        'owes timescale "notification", which rests on Children Act 2004 s.16C(1). Leave it out.'
    )


def test_a_case_is_read_where_a_step_is_taken(tmp_path: Path) -> None:
    files = changed(('who     = "unit"\nonly_if', 'who     = "lead"\nonly_if'))
    lead = '[role.lead]\ntitle = "lead"\n\n[role.panel]'
    files["process.toml"] = files["process.toml"].replace("[role.panel]", lead)
    write(tmp_path / "national", files)
    local = tmp_path / "local"
    for state in ("reviewing", "open"):
        text = HEAD + f'[role.lead]\nreads_in = ["{state}"]\n'
        assert mistakes(local, {"process.toml": text}) == []
    (said,) = mistakes(local, {"process.toml": HEAD + '[role.lead]\nreads_in = ["referred"]\n'})
    assert said == READ_LESS.format("lead") + (
        'takes the step "Finish", which rests on "Sample review", edition 1. Leave it out.'
    )


def test_who_asked_for_an_answer_or_approves_one_goes_on_reading_it(tmp_path: Path) -> None:
    files = changed(
        ('who     = "authority"\nonly_if', 'who     = "lead"\nonly_if'),
        ('of = "reasons", by = "authority"', 'of = "agencies", by = "lead"'),
    )
    lead = '[role.lead]\ntitle = "lead"\n\n[role.panel]'
    files["process.toml"] = files["process.toml"].replace("[role.panel]", lead)
    write(tmp_path / "national", files)
    local = tmp_path / "local"
    (said,) = mistakes(local, {"process.toml": HEAD + '[role.lead]\nreads = ["reasons"]\n'})
    assert said == READ_LESS.format("lead") + (
        'needs the answer to "Should it be notified?" for the step "Notify the Panel", which rests '
        'on Children Act 2004 s.16C(1). Name "opinion" in reads too, or leave it out.'
    )
    own = '[role.lead]\nreads = ["opinion", "agencies"]\n'
    assert mistakes(local, {"process.toml": HEAD + own}) == []
