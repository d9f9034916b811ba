"""No personal answer can reach a message, a subject, a digest, a preview or a blank form.

A canary is put into every personal field of the shipped process, linked cases included; then every
notice fires, some of the messages are lost, and all is previewed and printed. No personal value is
so much as opened meanwhile.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from engine import posting, queries
from engine.case import Given
from engine.definition import Question
from engine.errors import DeliveryError, EngineError
from engine.packs import html, sheet
from engine.preferences import Preference, Quiet
from engine.service import blank_forms, cases, handing_over, outbox, ticking
from engine.service.handing_over import Handover
from engine.service.looking import private, viewing
from engine.service.outbox import Outgoing
from engine.service.rehearsals import previewing
from engine.service.workplace import By, Workplace
from engine.vault import Vault
from notifiers import NOTIFIERS
from notifiers.message import Message, body, subject
from tests import reviews
from tests.reviews import SAM, Review
from tests.stories import SETTINGS, copied

CANARY: Final = "Quillfeather-Nightjar 7Q4"
YEAR: Final = 366


@pytest.fixture
def review(sqlite_review: Path, tmp_path: Path) -> Iterator[Review]:
    """The told review, and one that has only come in."""
    with reviews.review_on(copied(sqlite_review, tmp_path)) as found:
        yield found


def everywhere(place: Workplace, ref: str) -> tuple[int, int]:
    """In how many personal fields of a case the canary is now, and how many there are."""
    with place.database.read() as tx:
        seen = viewing.view(place, tx, ref)
        people = seen.case.people("")
    asked = [one for one in seen.edition.workflow.questions.values() if one.personal]
    return sum(any(_given(place, ref, one, people)) for one in asked), len(asked)


def _given(place: Workplace, ref: str, question: Question, people: Any) -> Iterator[bool]:
    of = people if question.per else ("council",) if question.asked_of else ("",)
    value = question.choices[0] if question.choices else CANARY
    value = {"date": "2025-12-01", "number": "7", "yes or no": "yes"}.get(question.answer, value)
    for whom in of:
        for no in (0, 1):
            given = [Given(question.id, value, str(whom), no)]
            correcting = By(SAM.person, reason=CANARY)
            for act in (
                lambda given=given: cases.record(place, SAM, ref, given),
                lambda given=given, by=correcting: cases.correct(place, by, ref, given),
            ):
                try:
                    act()
                except EngineError:
                    continue
                yield value == CANARY


def refs(place: Workplace) -> list[str]:
    with place.database.read() as tx:
        return [str(row[0]) for row in tx.rows(queries.OPEN_CASES, (place.log,))]


class Post:
    """Takes what every notifier would be given, and refuses every seventh message for good."""

    def __init__(self, place: Workplace) -> None:
        self._write = posting.writer(place, SETTINGS)
        self.said: list[str] = []
        self.digests = self.urgent = self.count = 0

    def __call__(self, message: Outgoing) -> str:
        self.count += 1
        self.digests += bool(message.parts)
        self.urgent += message.urgent
        for way in NOTIFIERS:
            written: Message = self._write(message, way)
            self.said += [repr(dataclasses.asdict(written)), subject(written), body(written)]
        if self.count % 7 == 0:
            raise DeliveryError("Not taken.", again=False)
        return "file: taken"


def previews(place: Workplace) -> list[str]:
    write = posting.previews(place, SETTINGS)
    said = []
    for ref in refs(place):
        with place.database.read() as tx:
            found = viewing.view(place, tx, ref).case.rows.table("notices").items()
        waiting = {f"{key[1]}/{key[4]}" for key, row in found if row["status"] == "waiting"}
        for notice in sorted(waiting):
            shown = previewing.preview(place, ref, notice, lambda person: NOTIFIERS, write)
            said.append(json.dumps(shown))
    return said


def printed(place: Workplace) -> list[str]:
    every = blank_forms.documents(place).values()
    return [
        render(document).content.decode()
        for document in every
        for render in (html.render, sheet.render)
    ]


def test_no_personal_answer_can_reach_what_is_told_or_printed(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = review.place
    opened = {"place_of_incident": "in our area", "place_of_residence": "in our area"}
    first = cases.open_new(
        place,
        SAM,
        "child_safeguarding_practice_review",
        [Given(name, value) for name, value in {**opened, "referred_on": "2026-01-06"}.items()],
    ).ref
    cases.add_person(place, SAM, first, "child", [Given("child_name", CANARY)])
    put, asked = map(sum, zip(*(everywhere(place, ref) for ref in refs(place)), strict=True))
    assert put > 100
    assert asked > 200
    shown = private.answers(place, SAM, first, "to see that it is there")
    assert CANARY in json.dumps(shown, ensure_ascii=False)

    opened_since: list[str] = []

    def never(*given: object, **__: object) -> str:
        opened_since.append(repr(given[2:]))
        raise AssertionError("a personal value was opened")

    for name in ("value", "salt_and_value", "document"):
        monkeypatch.setattr(Vault, name, never)
    night = Quiet(time(18), time(8), days_off=True)
    half = list(place.directory.people)[::2]
    wishes = {one: Preference(digest="09:30", quiet=night) for one in half}
    place.directory = dataclasses.replace(place.directory, preferences=wishes)

    said = [*previews(place), *printed(place)]
    by = By("sam", reason=CANARY)
    today = place.today()
    days = (today.isoformat(), (today + timedelta(7)).isoformat())
    handing_over.note(place, by, Handover("avery", "robin", *days))
    post, fired = Post(place), 0
    for number in range(YEAR // 3):
        fired += ticking.fire_due(place).notices
        outbox.send_waiting(place, post)
        review.clock.instant += timedelta(days=3, minutes=number % 60)
    said += [*post.said, *printed(place)]

    assert opened_since == []
    assert fired > 20
    assert post.digests > 3
    assert post.urgent > 10
    assert len(said) > 500
    assert [text for text in said if CANARY in text or "Quillfeather" in text] == []
    with place.database.read() as tx:
        events = [row[0] for row in tx.rows("SELECT text FROM events")]
        rows = [repr(row) for row in tx.rows("SELECT * FROM messages")]
    lost = [one for one in events if '"type":"message given up"' in one]
    assert len(lost) > 3
    assert [text for text in (*events, *rows) if "Quillfeather" in text] == []
