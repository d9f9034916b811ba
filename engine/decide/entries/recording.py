"""Recording answers: a personal value is committed to and kept apart, and clocks follow what is
public.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.case import AnswerKey, Given
from engine.dates import parse_partial
from engine.decide.draft import Draft
from engine.decide.entries import answers, keeping, tasks
from engine.decide.steps.setting_aside import need_standing
from engine.decide.timing import clocks
from engine.decide.timing.lateness import recorded_late
from engine.errors import RefusedError


def record(draft: Draft, given: Iterable[Given]) -> None:
    """Record answers, or that agencies were asked and did not reply.

    Raises RefusedError with every mistake when one of them cannot be recorded, or is for others to
    give.
    """
    need_standing(draft)
    listed = tuple(given)
    wrong = answers.mistakes(draft, listed) + answers.given_by_steps(draft, listed)
    wrong += answers.given_with_steps(draft, listed)
    wrong += keeping.not_theirs(draft, listed)
    if wrong:
        raise RefusedError("These answers cannot be recorded.", wrong)
    write(draft, listed)
    clocks.review(draft, {one.question for one in listed}, "an answer was recorded")
    tasks.close_answered(draft)


def put_on_file(draft: Draft, document: Given) -> None:
    """Answer a question with a document that was put on file.

    Raises RefusedError when it cannot be, or is for others to give.
    """
    given = [document]
    wrong = answers.mistakes(draft, given) + keeping.not_theirs(draft, given)
    wrong += answers.given_with_steps(draft, given)
    if wrong:
        raise RefusedError("The document cannot be put on file.", wrong)
    write(draft, given)
    clocks.review(draft, [document.question], "a document was put on file")
    tasks.close_answered(draft)


def write(draft: Draft, given: Sequence[Given], turns: Sequence[dict[str, Any]] = ()) -> None:
    """Seal answers that have been checked; a changed one voids its approvals."""
    if not given and not turns:
        return
    sealed: dict[str, str] = {}
    begun = {turn["what"]: turn["no"] for turn in turns}
    items = [item(draft, one, sealed, begun.get(one.question, 0)) for one in given]
    late = int(recorded_late(draft))
    body = {"answers": items, "turns": list(turns), "late": late}
    draft.emit("answers recorded", body, sealed)
    for made in items:
        void_approvals(draft, made["question"], made["no"])


def item(draft: Draft, one: Given, sealed: dict[str, str], begun: int = 0) -> dict[str, Any]:
    """An answer as an event holds it; a personal value leaves only its commitment in `sealed`.

    `begun` is the occurrence that the same event begins, if it begins one.
    """
    question = draft.workflow.questions[one.question]
    no = one.no or begun or draft.case.occurrence(one.question)
    value = answers.read(draft, one)
    subject = f"{draft.case.ref}/{one.of}" if question.per else draft.case.ref
    existing = draft.case.rows.table("answers").get((draft.case.ref, one.question, one.of, no))
    standing = draft.case.answer(one.question, one.of, no)
    if question.personal and value is not None:
        sealed |= draft.secret(AnswerKey(one.question, one.of, no), value, subject)
        value = None
    return {
        "question": one.question,
        "of": one.of,
        "no": no,
        "status": one.status,
        "value": value,
        "personal": int(question.personal),
        "subject": subject if question.personal else "",
        "asked_on": _asked_on(draft, one, standing["asked_on"] if standing else ""),
        "source": one.source,
        "power": question.power,
        "first": existing is None,
    }


def _asked_on(draft: Draft, one: Given, before: str) -> str:
    """The day on which it was asked: said now, or that of the asking itself, or said before."""
    if one.asked_on:
        return parse_partial(one.asked_on).text
    return draft.context.happened if one.status == "asked" else before


def void_approvals(draft: Draft, question: str, no: int) -> None:
    """What was approved has changed: its approvals no longer count."""
    given = draft.case.rows.table("approvals")
    people = sorted(
        str(key[3])
        for key, row in given.items()
        if key[1:3] == (question, no) and row["status"] == "given"
    )
    if people:
        draft.emit("approval voided", {"of": question, "no": no, "people": people})
