"""An agency that is asked is told what it is asked, under which reference, and by when."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.dates import long_day
from engine.decide.steps.taking import Step
from engine.describing import describe
from engine.loading.checks.rules import MOST_ASKED
from engine.service import cases
from engine.service.looking import reading
from engine.service.workplace import By
from notifiers.message import LIMITS
from tests.definitions import changed, mistakes
from tests.reviews import NAMES, SAM, Review
from tests.shared import loaded
from tests.stories import PROCESS
from tests.worlds import given

SUMMARY = "“Summary of one agency for the rapid review”"
LATEST = date(2026, 12, 30)


def told(review: Review, ref: str) -> list[tuple[str, str, str]]:
    """Who was told what of a case, by when, in the order of the messages."""
    bodies: list[Any] = [e["body"] for e in review.events(ref) if e["type"] == "people told"]
    return [(m["person"], m["what"], m["by_when"]) for one in bodies for m in one["messages"]]


def due(review: Review, ref: str) -> str:
    [found] = reading.show(review.place, SAM, ref)["deadlines"]
    return str(found["due_on"])


@pytest.mark.parametrize(
    ("about", "person"), [("hospital", "harper"), ("school", "jules"), ("police", "devon")]
)
def test_an_asked_agency_is_told_in_its_own_case_what_is_wanted_and_by_when(
    review: Review, about: str, person: str
) -> None:
    linked = reading.show(review.place, SAM, review.ref)["linked"]
    [ref] = [str(one["ref"]) for one in linked if one["about"] == about]
    asked = f"Asked of your agency on 2025-12-16, in a case of its own: {SUMMARY}"
    assert told(review, ref)[0] == (person, asked, due(review, ref))
    assert not any(name in what for name in NAMES for _, what, _ in told(review, ref))


def test_an_agency_without_a_lead_is_asked_by_its_contact_and_told_when_it_is_no_longer(
    review: Review,
) -> None:
    [ref] = review.take("ask_more_agencies", more_agencies="icb").opened
    asked = f"Asked of your agency on 2026-01-07, in a case of its own: {SUMMARY}"
    assert told(review, ref) == [("blake", asked, due(review, ref))]
    cases.undo(review.place, By("sam", reason="It was the wrong agency."), review.ref)
    assert told(review, ref)[1:] == [("blake", f"No longer asked of your agency: {SUMMARY}", "")]


def test_the_partners_are_told_what_they_are_asked_and_all_others_what_was_done(
    review: Review,
) -> None:
    start = {"place_of_incident": "in our area", "place_of_residence": "in our area"}
    named = given(**start, referred_on="2026-01-07")
    ref = cases.open_new(review.place, SAM, PROCESS.name, named).ref
    by = By("sam", evidence="minutes-1")
    for step in ("report_referral", "inform_partners"):
        cases.take_step(review.place, by, ref, Step(step, already_done=True))
    last: Any = [e["body"] for e in review.events(ref) if e["type"] == "people told"][-1]
    said = {m["person"]: m["what"] for m in last["messages"]}
    done = "Inform all statutory partners and ask for what they know and think"
    assert {said[who] for who in ("avery", "blake", "casey")} == {
        "Asked of your agency on 2026-01-07: “What does your agency know of the child, the family "
        "and the incident?” and “Does your agency think that the incident should be notified?” "
        f"({done})"
    }
    assert said["ellis"] == said["frances"] == f"{done}: done on 2026-01-07"


def test_what_is_asked_fits_in_a_message_and_stands_in_the_description() -> None:
    workflow = loaded(PROCESS)
    asking = [step for step in workflow.transitions.values() if step.asks]
    assert {step.id for step in asking} >= {"inform_partners", "ask_for_assurance"}
    for step in asking:
        asks = [workflow.questions[name].ask for name in step.asks]
        quoted = " and ".join(f"“{ask}”" for ask in asks)
        said = f"Asked of your agency on {long_day(LATEST)}: {quoted} ({step.title})"
        assert len(said) <= LIMITS["what"], step.id
    text = " ".join(describe(workflow).split())
    assert "The message to the statutory partners asks “What does your agency know of" in text
    assert "is told what is asked, under which reference, and by when." in text


def test_what_would_not_fit_in_a_message_is_a_mistake(tmp_path: Path) -> None:
    def found(ask: str) -> list[str]:
        asking = ('asked   = ["opinion"]', 'asked   = ["opinion"]\nasks    = ["opinion"]')
        return mistakes(tmp_path, changed(asking, ("Should it be notified?", ask)))

    room = MOST_ASKED - len("Notify the Panel") - len(" “”, and")
    assert found("x" * room) == []
    assert found("x" * (room + 1)) == [
        "steps.toml:9: What a step asks, and its title, have 250 characters at most. "
        "Ask less with this step, or in fewer words."
    ]
