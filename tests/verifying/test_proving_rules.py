from __future__ import annotations

from pathlib import Path

from engine.definition import Guard, Workflow
from engine.proving import verify
from tests.proving import adding, changing, faults, small


def test_what_is_for_one_role_alone_and_another_may_do_is_told(tmp_path: Path) -> None:
    (found,) = faults(
        tmp_path,
        (
            'who     = "authority"\nonly_if = { harm = "yes" }',
            'who     = ["authority", "unit"]\nonly_if = { harm = "yes" }',
        ),
    )

    assert (found.kind, found.entry.name) == ("own_part", "the_authority_notifies")
    assert found.story == (
        "On Mon 15 Dec 2025 a case is opened: “Referred”.",
        "On Tue 16 Dec 2025 the business unit or the local authority: “Report it”.",
        "On Wed 17 Dec 2025 the local authority or the business unit: “Notify the Panel”.",
        "It may have been the business unit.",
    )


def test_another_step_that_leads_where_only_one_role_may_lead_is_told(tmp_path: Path) -> None:
    more = adding(small(tmp_path), "wave_through", "referred", "reviewing", "unit")
    said = [one.says for one in verify(more).failures if one.kind == "own_part"]

    assert said == [
        "Nobody but the authority notifies. But the business unit may take “Wave through” as well."
    ]


def test_a_way_round_what_must_be_on_record_is_told(tmp_path: Path) -> None:
    more = adding(small(tmp_path), "drop", "deciding", "ended", "authority")
    found = [one for one in verify(more).failures if one.kind == "records"]

    assert [one.story[-1] for one in found] == [
        "On this way no step has asked for “Why was it decided so?”.",
        "On this way nobody need have been asked “Should it be notified?”.",
    ]
    assert found[0].story[-2] == "On Wed 17 Dec 2025 the local authority: “Drop”."


def test_an_approval_that_may_be_wanting_is_told(tmp_path: Path) -> None:
    said = faults(tmp_path, ('approve = [{ of = "reasons", by = "authority" }]', ""))

    assert [one.says for one in said] == [
        "The authority approves before the end of a review. But there is a way round it: "
        "the local authority need not have approved."
    ]


APPROVED_BEFORE = (
    ('approve = [{ of = "reasons", by = "authority" }]', ""),
    (
        'who   = "unit"\ndates = "written_on"',
        'who   = "unit"\ndates = "written_on"\napprove = [{ of = "reasons", by = "authority" }]',
    ),
)
MAY_CHANGE = ('so?"\nanswer = "text"', 'so?"\nanswer = "text"\nmay_change = true')


def test_what_was_approved_and_may_change_is_approved_no_longer(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, *APPROVED_BEFORE, MAY_CHANGE)

    assert found.says == (
        "The authority approves before the end of a review. But there is a way round it: "
        "the local authority need not have approved what then stands as “Why was it decided so?”: "
        "it may change at any time, and an approval is void when it does."
    )
    assert found.story[-2].endswith("“Finish the review”.")
    assert found.story[-1].startswith("On this way the local authority need not have approved")


def test_what_was_approved_and_only_a_step_asks_anew_stays_approved(tmp_path: Path) -> None:
    assert not faults(tmp_path, *APPROVED_BEFORE)


def test_what_may_change_and_is_approved_by_the_step_itself_is_approved(tmp_path: Path) -> None:
    assert not faults(tmp_path, MAY_CHANGE)


def test_a_rule_that_something_never_follows_is_held_and_so_is_one_that_something_always_does(
    tmp_path: Path,
) -> None:
    more = adding(small(tmp_path), "give_up", "reviewing", "ended", "authority")
    more = changing(more, "decline", starts=("deciding", "reviewing"), only_if=Guard())
    found = {one.entry.name: one for one in verify(more).failures if one.kind == "rules"}

    assert set(found) == {"no_way_back", "a_review_follows"}
    assert found["no_way_back"].story[-3:] == (
        "On Wed 17 Dec 2025 the local authority: “Notify the Panel”.",
        "On Thu 18 Dec 2025 the local authority: “Decline”.",
        "The rule forbids that.",
    )
    assert found["a_review_follows"].story[-1] == ("This way has not passed “Finish the review”.")


def test_a_rule_that_somebody_is_told_is_held(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, ('tell    = ["partners"]', 'tell    = ["chair"]'))

    assert found.says == (
        "The partners are told. But “Notify the Panel” does not tell the statutory partners."
    )


def test_a_rule_that_a_timescale_runs_is_held(tmp_path: Path) -> None:
    (found, *_) = [
        one
        for one in faults(
            tmp_path, ("within 15 working days of sent_on", "within 15 working days of written_on")
        )
        if one.kind == "rules"
    ]

    assert found.story[-1] == "“Review in time” does not run."
    assert len(found.story) == 4


WAVED = """\
[transition.wave_through]
from  = "deciding"
who   = "unit"
on_file = "reasons"
"""
CHOSEN = """\
[question.way_on]
ask      = "What follows?"
answer   = ["a review", "nothing"]
personal = false
because  = "a fact of the process"

[transition.choose]
from = "deciding"
who  = "authority"
sets = { way_on = "a review" }

[transition.choose_too]
from = "deciding"
who  = "unit"
sets = { way_on = "a review" }

[rule.the_authority_chooses]
says      = "Nobody but the authority chooses what follows."
only      = "authority"
may       = "choose"
source    = "our procedure"
confirmed = "second-hand"
"""


def not_theirs(workflow: Workflow) -> list[str]:
    return [one.says for one in verify(workflow).failures if one.kind == "own_part"]


def test_a_duty_that_one_role_alone_meets_is_met_by_no_step_of_another(tmp_path: Path) -> None:
    met = ('met_by     = "notify"', 'met_by     = ["notify", "wave_through"]')
    (found,) = not_theirs(small(tmp_path, met, more=WAVED))
    assert "the business unit may take “Wave through” as well" in found


def test_a_choice_that_is_for_one_role_is_made_by_no_other_under_another_name(
    tmp_path: Path,
) -> None:
    (found,) = not_theirs(small(tmp_path, more=CHOSEN))
    assert "the business unit may take “Choose too” as well" in found


APPROVED_CHOICE = """\
[rule.chosen_and_approved]
says        = "The authority approves what follows."
before      = "finish"
approved    = "way_on"
approved_by = "authority"
source      = "our procedure"
confirmed   = "second-hand"
"""


def test_what_a_step_answers_anew_by_itself_is_approved_no_longer(tmp_path: Path) -> None:
    chosen = small(
        tmp_path,
        ('tell    = ["partners"]', 'approve = [{ of = "way_on", by = "authority" }]'),
        ('tells     = "partners"', 'tells     = "chair"'),
        more=CHOSEN.partition("[transition.choose_too]")[0] + APPROVED_CHOICE,
    )
    told = [one.entry.name for one in verify(chosen).failures]
    assert "chosen_and_approved" not in told

    twice = changing(chosen, "draft", sets=(("way_on", "nothing"),))
    told = [one.entry.name for one in verify(twice).failures]
    assert "chosen_and_approved" in told


EACH_CHILD = """
[question.seen]
ask    = "How was the child seen?"
answer = "text"
per    = "child"

[rule.every_child_is_seen]
says      = "Every child is seen before the end of a review."
before    = "finish"
on_file   = "seen"
source    = "our procedure"
confirmed = "second-hand"
"""


def test_what_is_on_file_of_each_child_is_so_only_by_the_step_itself(tmp_path: Path) -> None:
    earlier = ('dates = "written_on"', 'dates = "written_on"\non_file = ["seen"]')
    itself = ("approve = [{ of", 'on_file = ["seen"]\napprove = [{ of')
    (found,) = faults(tmp_path / "a" / "x", earlier, more=EACH_CHILD)

    assert found.says == (
        "Every child is seen before the end of a review. But there is a way round it: “How was the "
        "child seen?” need not be answered for each child."
    )
    assert found.story[-1] == (
        "On this way “How was the child seen?” need not be answered for each child. Another may "
        "have been added since."
    )
    assert faults(tmp_path / "b" / "x", itself, more=EACH_CHILD) == []


def test_a_step_that_leads_at_once_to_what_must_never_follow_it_is_told(tmp_path: Path) -> None:
    more = """
[rule.a_finished_review_stays_open]
says      = "A review that is finished is not closed."
after     = "finish"
never     = "ended"
source    = "our procedure"
confirmed = "second-hand"
"""
    (found,) = faults(tmp_path, more=more)

    assert found.says == "A review that is finished is not closed. But it can happen."
    assert found.story[-2].endswith("“Finish the review”.")


def test_an_answer_that_one_role_alone_gives_is_given_by_no_other_in_passing(
    tmp_path: Path,
) -> None:
    more = """
[question.route]
ask      = "Which way does it go?"
answer   = ["on", "out"]
personal = false
because  = "of the process"

[transition.mark]
title = "Mark which way it goes"
from  = "deciding"
who   = "chair"
sets  = { route = "on" }
"""
    sets = ('dates   = "sent_on"', 'dates   = "sent_on"\nsets    = { route = "on" }')
    (found,) = faults(tmp_path, sets, more=more)

    assert found.kind == "own_part"
    assert found.says.endswith("But the chair may take “Mark which way it goes” as well.")


def test_the_story_of_a_personal_answer_in_a_message_names_the_question(tmp_path: Path) -> None:
    named = ('title = "Write the draft"', 'title = "Write the draft: {{ reasons }}"')
    (found,) = faults(tmp_path, named)

    assert found.story == (
        "On Tue 16 Dec 2025 a message goes out with the answer to “Why was it decided so?” in it.",
    )
