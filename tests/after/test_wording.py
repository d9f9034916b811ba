"""What a program is told: of a form that is documented, always the same, and nothing personal."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from engine.decide.steps.taking import Step
from engine.errors import EngineError
from engine.service import cases, editions
from engine.service.calls.after import EVERY
from engine.service.looking import private
from engine.service.workplace import By
from engine.vault import Vault
from tests.calling import LINK, after, calling
from tests.reviews import SAM, Review
from tests.telling.test_nothing_personal import CANARY, everywhere, refs, review
from tests.worlds import World, given

SCHEMA = json.loads(Path("docs/after-a-step.schema.json").read_text(encoding="utf-8"))
ASKED = ("place", "opinion", "agencies_asked", "aware_on")

__all__ = ["review"]


def is_formed(told: dict[str, Any]) -> None:
    checker = jsonschema.FormatChecker()
    jsonschema.Draft202012Validator(SCHEMA, format_checker=checker).validate(told)
    assert list(told) == list(SCHEMA["properties"])


def test_a_program_is_told_where_the_case_is_what_is_due_and_what_it_asks_for(
    world: World, tmp_path: Path
) -> None:
    calls = calling(world.place, tmp_path, after(tmp_path, answers=ASKED))
    ref = world.notified()
    calls.made()
    told = calls.told()
    for one in told:
        is_formed(one)
    assert told[-1] == {
        "id": told[-1]["id"],
        "after": "index",
        "demo": False,
        "partnership": "sample",
        "ref": ref,
        "process": "incident",
        "edition": "2025-01",
        "step": "record_notification_sent",
        "title": "Record that the notification was sent",
        "state": "reviewing",
        "from": "to_notify",
        "closed": False,
        "already_done": False,
        "happened": "2025-12-15",
        "recorded": told[-1]["recorded"],
        "version": 10,
        "position": told[0]["position"] + 7,
        "by": {"role": "local_authority", "agency": "council"},
        "deadlines": [
            _due("notification", "deadline met", "met", "2025-12-19"),
            _due("review", "deadline started", "running", "2026-01-08"),
            _due("progress", "deadline started", "running", "2026-01-15"),
        ],
        "answers": [
            _said("place", "", "in our area"),
            _said("opinion", "council", "notify"),
            _said("opinion", "board", "notify"),
            _said("opinion", "police", "notify"),
            _said("aware_on", "", "2025-12-12"),
        ],
        "link": f"{LINK}/{ref}",
    }
    assert told[0]["answers"] == [_said("place", "", "in our area"), told[-1]["answers"][-1]]
    assert {one["by"]["role"] for one in told} == {"business_unit", "local_authority"}


def _due(timescale: str, what: str, status: str, due: str) -> dict[str, object]:
    known = {"timescale": timescale, "of": "", "no": 1, "what": what}
    return {**known, "status": status, "due": due}


def _said(question: str, of: str, value: str) -> dict[str, object]:
    return {"question": question, "of": of, "no": 1, "value": value}


def test_what_is_told_later_is_what_was_so_when_the_step_was_taken(
    world: World, tmp_path: Path
) -> None:
    calls = calling(world.place, tmp_path, after(tmp_path, answers=ASKED))
    ref = world.notified()
    cases.correct(
        world.place, By("bess", reason="it was misread"), ref, given(aware_on="2025-12-11")
    )
    calls.made()
    last = calls.told()[-1]
    assert last["answers"][-1]["value"] == "2025-12-12"
    assert last["deadlines"][0]["due"] == "2025-12-19"


def test_a_person_is_not_named_and_neither_is_whoever_acts(world: World, tmp_path: Path) -> None:
    calls = calling(world.place, tmp_path)
    world.notified()
    calls.made()
    text = (tmp_path / "told").read_text()
    people = "|".join(["bess", "lee", "Bess", "Lee", "The three tests"])
    assert re.findall(rf"\b({people})\b", text) == []


def test_no_personal_answer_of_the_shipped_process_is_ever_told(
    review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a canary in every personal field, every question asked for, and no value opened."""
    place = review.place
    [workflow] = editions.in_use(place)
    every = [workflow, *workflow.children.values()]
    asked = tuple(dict.fromkeys(name for one in every for name in one.questions))
    how: dict[str, Any] = {"answers": asked, "linked": True, "process": workflow.name}
    calls = calling(place, tmp_path, after(tmp_path, steps=(EVERY,), **how))
    filled = [everywhere(place, ref) for ref in refs(place)]
    assert max(found for found, _ in filled) > 10
    for ref in refs(place):
        for name in workflow.transitions:
            try:
                cases.take_step(place, By(SAM.person, reason=CANARY), ref, Step(name))
            except EngineError:
                continue
    monkeypatch.setattr(Vault, "salt_and_value", _never)
    monkeypatch.setattr(private, "answers", _never)
    assert calls.made().done > 3
    text = (tmp_path / "told").read_text()
    personal = {(one.name, q.id) for one in every for q in one.questions.values() if q.personal}
    told = {
        (one["process"], answer["question"]) for one in calls.told() for answer in one["answers"]
    }
    assert told
    assert told & personal == set()
    assert CANARY not in text
    assert CANARY.split()[0] not in text
    for one in calls.told():
        is_formed(one)


def _never(*_: object, **__: object) -> object:
    raise AssertionError("a personal value was opened")
