"""The files of packs: what each rests on, and which events therefore touch it."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.packs.files import Touched, causes, linked_causes, read, touched
from tests.reviews import SUBMISSION
from tests.shared import loaded
from tests.stories import PROCESS

SUBMITTED = (PROCESS / "packs" / f"{SUBMISSION}.toml").read_text()


@cache
def of_the_submission() -> Touched:
    return touched(read(SUBMITTED), loaded(PROCESS))


ANSWERS = ("rapid_review_facts", "child_sex", "known_at_decision", "legal_advice", "aware_how")


@given(name=st.sampled_from(ANSWERS), value=st.sampled_from(["female", "male"]))
def test_a_pack_is_out_of_date_exactly_when_an_answer_that_it_names_changes(
    name: str, value: str
) -> None:
    file = read(SUBMITTED)
    named = {n for one in file.sections for n in (*one.answers, *one.by_agency)}
    rests_on = Touched(frozenset(named), frozenset(), frozenset(), frozenset(), frozenset(), {})
    event = {"type": "answers corrected", "body": {"answers": [{"question": name, "value": value}]}}

    assert bool(causes(rests_on, [event])) is (name in named)


@pytest.mark.parametrize(
    ("kind", "body", "touches"),
    [
        ("deadline met", {"timescale": "rapid_review"}, ("rapid_review",)),
        ("deadline met", {"timescale": "panel_response"}, ()),
        ("approval given", {"of": "rapid_review_report"}, ("rapid_review_report",)),
        ("approval voided", {"of": "report"}, ()),
        ("person added", {"person": "p3", "kind": "child"}, ("p3",)),
        ("person added", {"person": "p3", "kind": "sibling"}, ()),
        ("erased", {"person": "p1"}, ("p1",)),
        ("linked case opened", {"process": "action"}, ("action",)),
        ("linked case ended", {"process": "family_contact"}, ()),
        ("transition taken", {"transition": "begin", "to": "panel", "turns": []}, ()),
        ("answers recorded", {"answers": [], "turns": [{"what": "recommendation"}]},
         ("recommendation",)),
    ],
)  # fmt: skip
def test_each_kind_of_event_touches_the_packs_that_print_it(
    kind: str, body: dict[str, object], touches: tuple[str, ...]
) -> None:
    rests_on = of_the_submission()

    assert causes(rests_on, [{"type": kind, "body": body}]) == touches


def test_a_linked_case_touches_the_packs_that_print_its_process() -> None:
    rests_on = of_the_submission()
    summary = {"type": "answers recorded", "body": {"answers": [{"question": "summary"}]}}
    chased = {"type": "answers recorded", "body": {"answers": [{"question": "chase_note"}]}}
    moved = {"type": "transition taken", "body": {}}

    assert linked_causes(rests_on, "agency_return", [summary]) == ("agency_return.summary",)
    assert linked_causes(rests_on, "agency_return", [chased]) == ()
    assert linked_causes(rests_on, "agency_return", [moved]) == ("agency_return",)
    assert linked_causes(rests_on, "family_contact", [moved]) == ()
