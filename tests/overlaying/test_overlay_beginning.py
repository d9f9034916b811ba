from __future__ import annotations

from pathlib import Path

import pytest

from engine.loading import load
from tests.definitions import changed, mistakes, write
from tests.overlays import HEAD, OWN, over, refusal

LOCAL = 'time_from = { kind = "local", says = "should", source = "ours" }\nconfirmed = "recalled"\n'
NATIONAL = 'extends = "child_safeguarding_practice_review"\nedition = "ours"\n'
LAW = "Children Act 2004 s.16C(1)"
PEOPLE = (
    ('may_open     = ["unit"]', 'may_open     = ["unit", "authority"]'),
    ('kept_by      = ["unit"]', 'kept_by      = ["unit", "authority"]'),
)


def also(name: str) -> str:
    return f'[also]\nopening = ["{name}"]\n'


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("sent_on", 'which only "Notify the Panel" answers'),
        ("opinion", "which the statutory partners answer"),
        ("of_child", "which is asked about each child of a case"),
        ("other_case", "which another open case answers"),
    ],
)
def test_nothing_is_asked_before_a_case_begins_that_who_opens_it_cannot_answer(
    tmp_path: Path, name: str, why: str
) -> None:
    own = OWN + '\n[question.of_child]\nask = "Of each?"\nanswer = "text"\nper = "child"\n'
    own += '\n[question.other_case]\nask = "Which other?"\nanswer = "case"\n'
    (said,) = refusal(tmp_path, also(name) + own)
    assert said.startswith("process.toml:4: No case would be opened before an answer to")
    assert f'{why}; timescale "notification" rests on {LAW}.' in said


@pytest.mark.parametrize("name", ["form", "seen_on", "agencies"])
def test_what_who_opens_a_case_can_answer_may_be_asked_first(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, also(name) + OWN) == []


@pytest.mark.parametrize("key", ["may_open", "kept_by"])
def test_who_owes_a_duty_goes_on_opening_cases_and_keeping_their_record(
    tmp_path: Path, key: str
) -> None:
    write(tmp_path / "national", changed(*PEOPLE))
    local = tmp_path / "local"
    (said,) = mistakes(local, {"process.toml": f'{HEAD}{key} = ["unit"]\n'})
    assert said == (
        f'process.toml:3: This takes "authority" out of "{key}", and the local authority owes '
        f'timescale "notification", which rests on {LAW}. Leave it in.'
    )
    assert mistakes(local, {"process.toml": f'{HEAD}{key} = ["authority"]\n'}) == []


def test_the_way_that_is_drawn_as_the_ordinary_one_is_the_bases(tmp_path: Path) -> None:
    text = NATIONAL + 'main_line = ["referred", "closed"]\n'
    (said,) = mistakes(tmp_path, {"process.toml": text})
    assert said.startswith('process.toml:3: An overlay does not change "main_line", which rests on')


def test_a_local_time_of_a_duty_becomes_no_longer(tmp_path: Path) -> None:
    own = (
        'time_from = { kind = "local", says = "should", source = "ours" }\nconfirmed = "recalled"\n'
    )
    for due in ("every 5 years", "every 6 weeks", "every 2 months"):
        text = f'{NATIONAL}[timescale.progress]\ndue = "{due}"\n{own}'
        (said,) = mistakes(tmp_path / "a", {"process.toml": text})
        length = "a longer" if due == "every 2 months" else "another"
        assert said.startswith(
            f'process.toml:4: "{due}" is {length} time than "every 1 month" for timescale '
            '"progress", a duty (SI 2018/789 reg 14(1)), whose local time may only be shorter.'
        )
    shorter = changed(
        (
            'due        = "every 1 month"',
            'due        = "every 3 weeks"\nduty = "SI 2018/789 reg 14"\n' + own,
        )
    )
    write(tmp_path / "national", shorter)
    text = f'{HEAD}[timescale.progress]\ndue = "every 2 weeks"\n{own}'
    assert mistakes(tmp_path / "local", {"process.toml": text}) == []


def test_a_duty_is_approved_by_no_more_people_than_are_sure_to_be_there(tmp_path: Path) -> None:
    approve = '[transition.notify.also]\napprove = [{{ of = "form", by = {}, at_least = {} }}]\n'
    for by, least in (('"authority"', 9), ('["authority", "unit"]', 2)):
        (said,) = refusal(tmp_path / str(least), OWN + approve.format(by, least))
        assert f"would wait for {least} people" in said
        assert LAW in said
    assert refusal(tmp_path / "one", OWN + approve.format('["authority", "unit"]', 1)) == []


def test_how_an_answer_is_said_is_not_said_where_the_base_says_nothing_either(
    tmp_path: Path,
) -> None:
    (said,) = refusal(tmp_path, '[question.agencies]\nsaid = "none but ... are asked"\n')
    assert said.startswith(
        'process.toml:4: An overlay does not say how an answer to question "agencies" is said; it '
        'rests on "Sample review", edition 1.'
    )


def test_a_linked_process_keeps_who_owes_a_duty_and_dates_nothing_by_being_opened(
    tmp_path: Path,
) -> None:
    process = {"process.toml": NATIONAL}
    kept = {**process, "children/meeting.toml": 'kept_by = ["review_group_chair"]\n'}
    (said,) = mistakes(tmp_path / "a", kept)
    assert said.startswith(
        'children/meeting.toml:1: This takes "business_unit" out of "kept_by", and the business '
        'unit owes timescale "progress", which rests on SI 2018/789 reg 14(1).'
    )
    dated = {**process, "children/family_contact.toml": 'opening = ["do_not_contact_until"]\n'}
    (said,) = mistakes(tmp_path / "b", dated)
    assert said.startswith(
        "children/family_contact.toml:1: Each case would be opened with its own day as the answer"
    )


REVIEW = 'title      = "Finish the review"\n'
OF_LAW = (REVIEW, f'{REVIEW}duty = "Children Act 2004 s.9"\n')
BEGAN = 'began = { by = "ours", confirmed = "recalled" }\n'
ENDED = 'ended = { by = "ours", confirmed = "recalled" }\n'


def instead(days: str, number: int) -> str:
    """A rule of an overlay's own in the place of those for the review, on some days."""
    due = f'due = "within {number} working days of sent_on"\n'
    return f"[[timescale.review.variant]]\n{days}{due}{LOCAL}"


@pytest.mark.parametrize(
    ("days", "gone"),
    [
        (f"since = 2099-01-01\n{BEGAN}", ("on Wed 31 Dec 2098 or earlier", 15)),
        (f"until = 2025-01-01\n{ENDED}", ("on Thu 2 Jan 2025 or later", 20)),
    ],
)
def test_a_local_time_holds_on_all_days_on_which_that_of_the_base_does(
    tmp_path: Path, days: str, gone: tuple[str, int]
) -> None:
    text = HEAD + instead(days, 10)
    for changes, rests_on in (((), '"Sample review", edition 1'), ((OF_LAW,), OF_LAW[1][-23:-2])):
        write(tmp_path / "national", changed(*changes))
        (said,) = mistakes(tmp_path / "local", {"process.toml": text})
        assert said == (
            f'process.toml:3: No time would hold for timescale "review", for what starts {gone[0]},'
            f' and that of the base holds then: "within {gone[1]} working days of sent_on". It '
            f"rests on {rests_on}. Let yours hold on all days on which that of the base does."
        )


def test_a_local_time_of_a_duty_is_compared_with_that_of_the_same_days(tmp_path: Path) -> None:
    write(tmp_path / "national", changed(OF_LAW))
    before = HEAD + instead("until = 2022-08-31\n", 15)
    since = f"since = 2022-09-01\n{BEGAN}"
    local = tmp_path / "local"
    assert mistakes(local, {"process.toml": before + instead(since, 18)}) == []
    (said,) = mistakes(local, {"process.toml": before + instead(since, 21)})
    assert '"within 21 working days of sent_on" is a longer time than "within 20' in said


def test_who_owes_a_duty_opens_cases_where_the_base_leaves_that_to_anybody(tmp_path: Path) -> None:
    write(tmp_path / "national", changed(('may_open     = ["unit"]\n', "")))
    local = tmp_path / "local"
    (said,) = mistakes(local, {"process.toml": HEAD + 'may_open = ["unit"]\n'})
    assert said == (
        'process.toml:3: This takes "authority" out of "may_open", and the local authority owes '
        f'timescale "notification", which rests on {LAW}. Leave it in.'
    )
    both = 'may_open = ["unit", "authority"]\n'
    assert mistakes(local, {"process.toml": HEAD + both}) == []


def test_for_which_cases_it_is_in_force_is_said_as_the_base_says_it(tmp_path: Path) -> None:
    later = "in_force = {{ from = 2026-01-01{} }}\n"
    (said,) = refusal(tmp_path / "a", later.format(', for = "cases that we choose"'))
    assert said == (
        "process.toml:3: An overlay does not say otherwise for which cases the base is in force, "
        '"cases of this sample". Leave out "for".'
    )
    workflow = over(tmp_path / "b", later.format(""))
    assert (workflow.in_force_from, workflow.in_force_for) == ("2026-01-01", "cases of this sample")


LEAVES = (
    'dates   = "sent_on"\n',
    'dates   = "sent_on"\nleaves_building = "the form, to the Panel"\n',
)


def test_what_leaves_the_building_by_law_keeps_its_words_with_those_of_an_overlay_after_them(
    tmp_path: Path,
) -> None:
    write(tmp_path / "national", changed(LEAVES))
    local, step = tmp_path / "local", "[transition.notify"
    other = f'{HEAD}{step}]\nleaves_building = "nothing"\n'
    (said,) = mistakes(local, {"process.toml": other})
    assert said == (
        'process.toml:4: This says otherwise what leaves the building with transition "notify", '
        f'"the form, to the Panel"; it rests on {LAW}. Write them under [transition.notify.also], '
        "and they are shown after those of the base."
    )
    added = f'{HEAD}{step}.also]\nleaves_building = "with a copy for our board"\n'
    workflow = load(write(local, {"process.toml": added}))
    shown = workflow.transitions["notify"].leaves_building
    assert shown == "the form, to the Panel (locally: with a copy for our board)"
