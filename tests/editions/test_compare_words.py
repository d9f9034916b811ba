"""Words by which people go are told near the top, and local wording last."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.changes import PARTS, compare
from engine.definition import Workflow, plain, workflow_from
from engine.loading import load
from tests.editions.test_compare import edited, only
from tests.worlds import SAMPLE

INCIDENT = load(SAMPLE)


def titled(part: str, name: str, **parts: Any) -> Workflow:
    known: Any = dict(getattr(INCIDENT, part))
    known[name] = known[name]._replace(**parts)
    changed: Any = {part: known}
    return replace(INCIDENT, **changed)


@pytest.mark.parametrize(
    ("kind", "name", "parts", "part"),
    [
        ("timescales", "notification", {"title": "Tell the Panel"}, "words"),
        ("timescales", "notification", {"note": "Only where a child has died."}, "words"),
        ("timescales", "review", {"title": "Let the Panel have the review"}, "words"),
        ("timescales", "progress", {"title": "Look at the progress"}, "wording"),
        ("timescales", "progress", {"note": "Over tea."}, "wording"),
        # A guard of a step reads the first, a timescale counts from the second.
        ("questions", "place", {"ask": "Where did the child live?"}, "words"),
        ("questions", "aware_on", {"ask": "When did the agency become aware of it?"}, "words"),
        ("questions", "aware_on", {"help": "The day of the telephone call."}, "words"),
        ("questions", "rationale", {"ask": "Why?"}, "wording"),
        ("states", "reviewing", {"title": "Under review"}, "wording"),
    ],
)
def test_words_of_a_duty_and_of_a_question_that_a_rule_reads_stand_apart_from_local_wording(
    kind: str, name: str, parts: dict[str, str], part: str
) -> None:
    [one] = compare(INCIDENT, titled(kind, name, **parts))
    [after] = parts.values()
    assert (one.part, one.verdict, one.now) == (part, "other", after)
    assert one.was == (getattr(getattr(INCIDENT, kind)[name], next(iter(parts))) or "nothing")


def test_the_note_on_a_rule_of_a_duty_is_among_those_words() -> None:
    path = ("timescales", "notification", "variants", 0, "note")
    [one] = compare(INCIDENT, edited(INCIDENT, *path, to="Not read."))
    assert one.part == "words"
    path = ("timescales", "progress", "variants", 0, "note")
    [one] = compare(INCIDENT, edited(INCIDENT, *path, to="Not read."))
    assert one.part == "wording"


def test_what_a_step_says_that_is_a_duty_is_among_those_words() -> None:
    steps = dict(INCIDENT.transitions)
    duty = steps["decide_to_notify"]._replace(duty="Sample Act s.1")
    old = replace(INCIDENT, transitions={**steps, "decide_to_notify": duty})
    new = replace(
        INCIDENT, transitions={**steps, "decide_to_notify": duty._replace(title="Notify")}
    )
    assert [one.part for one in compare(old, new)] == ["words"]


def test_a_question_that_only_the_former_edition_read_is_among_those_words() -> None:
    stored = plain(titled("questions", "place", ask="Where did the child live?"))
    for step in stored["transitions"]:
        step["only_if"] = {"tables": []}
    found = compare(INCIDENT, workflow_from(stored, ""))
    assert "words" in {one.part for one in found if one.at == "questions place: ask"}


def test_those_words_come_after_what_loosens_or_tightens_and_before_what_is_local() -> None:
    order = list(PARTS)
    assert order.index("law") == 0
    assert order.index("notices") < order.index("words") < order.index("steps")
    assert order[-1] == "wording"


def test_a_question_that_is_new_says_how_it_is_answered() -> None:
    questions = dict(INCIDENT.questions)
    gone = [questions.pop(name) for name in ("place", "rationale")]
    changes = compare(replace(INCIDENT, questions=questions), INCIDENT)
    assert [one.now for one in changes if one.what.endswith(" is new")] == [
        "one of: in our area or elsewhere",
        "text, personal",
    ]
    assert all(one.personal == (one.id == "rationale") for one in gone)


def test_a_duty_is_told_before_the_days_of_the_edition_and_its_sources_come_last() -> None:
    newer = edited(INCIDENT, "timescales", "notification", "variants", 0, "confirmed", to="read")
    head: Any = {"in_force_from": "2027-01-01", "source": "Another act", "edition": "2027-01"}
    changes = compare(INCIDENT, replace(newer, working_days="Scotland", **head))
    assert [one.at for one in changes] == [
        "timescales notification: confirmed",
        "process: in_force_from",
        "process: working_days",
        "process: edition",
        "process: source",
    ]


NOTICES = ("timescales", "notification", "notices")


def test_a_notice_less_is_looser_and_so_is_one_that_goes_out_later() -> None:
    stored = plain(INCIDENT)["timescales"][0]["notices"]
    assert only(INCIDENT, edited(INCIDENT, *NOTICES, to=stored[:1]))[:2] == (
        "notices",
        "looser",
    )
    for day, verdict in (("3 working days", "stricter"), ("1 working day", "looser")):
        at = f"{day} before it is due"
        moved = [{**stored[0], "at": at, "id": f"remind_{at.replace(' ', '_')}"}, stored[1]]
        part, found, was, now = only(INCIDENT, edited(INCIDENT, *NOTICES, to=moved))
        assert (part, found) == ("notices", verdict)
        assert (was.partition(",")[0], now.partition(",")[0]) == (stored[0]["at"], at)
    elsewhere = [{**stored[0], "at": "2 calendar days before it is due", "id": "r"}, stored[1]]
    both = compare(INCIDENT, edited(INCIDENT, *NOTICES, to=elsewhere))
    assert sorted(one.verdict for one in both) == ["looser", "stricter"]


def test_a_change_in_a_linked_process_says_in_which() -> None:
    child = INCIDENT.children["summary"]
    newer = replace(INCIDENT, children={"summary": replace(child, caution="Another.")})
    [one] = compare(INCIDENT, newer)
    assert one.what.startswith(f'In "{child.title}": ')


def test_what_was_and_what_is_are_said_in_words_and_not_in_names() -> None:
    path = ("timescales", "notification", "variants", 0, "due")
    newer = edited(INCIDENT, *path, to="within 3 working days of aware_on")
    asked = '"When did the local authority become aware of it?"'

    _, _, was, now = only(INCIDENT, newer)
    assert was == f"within 5 working days of the day given in answer to {asked}"
    assert now == f"within 3 working days of the day given in answer to {asked}"
