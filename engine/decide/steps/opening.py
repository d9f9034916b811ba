"""Opening a case, and the cases linked to it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.case import Given, Row
from engine.dates import parse_partial
from engine.decide.draft import Draft
from engine.decide.entries import answers, recording, tasks
from engine.decide.entries.telling import tell_asked
from engine.decide.timing import clocks
from engine.definition import Transition
from engine.errors import Need, RefusedError
from engine.nouns import any_of
from engine.prose import names_of


def open_case(
    draft: Draft,
    given: Sequence[Given],
    *,
    historic: bool = False,
    parent: str = "",
    about: str = "",
) -> None:
    """Open a case at the state where its process starts, with the answers asked first.

    Raises RefusedError with everything that is missing or wrong.
    """
    if not parent:
        _check_person(draft)
    _check_day(draft, historic=historic)
    body = {
        "workflow": draft.workflow.name,
        "state": draft.workflow.starts_at,
        "parent": parent,
        "about": about,
        "historic": int(historic),
    }
    draft.emit("case opened", body)
    wrong = list(answers.mistakes(draft, given))
    if not parent:
        wrong += _unanswered(draft, given, historic=historic)
    if wrong:
        raise RefusedError("The case cannot be opened yet.", tuple(wrong))
    recording.write(draft, given)
    clocks.review(draft, [one.question for one in given], "the case was opened")


def _check_day(draft: Draft, *, historic: bool) -> None:
    day = parse_partial(draft.context.happened)
    if not day.exact and not historic:
        raise RefusedError(
            f"A case is opened on a day, not only in {day.text}; give --historic for one that is "
            "entered as history."
        )


def _check_person(draft: Draft) -> None:
    actor, day = draft.context.actor, draft.context.today.isoformat()
    may_open = draft.workflow.may_open
    if may_open and not draft.directory.acting(actor.decided, may_open, day):
        who = names_of(draft.workflow, may_open)
        raise RefusedError(
            f'A case of "{draft.workflow.title}" is opened by {any_of(who)}.',
            (Need("a person in that role", who, "give --as with one of them"),),
        )


def _unanswered(draft: Draft, given: Sequence[Given], *, historic: bool) -> list[Need]:
    named = {one.question for one in given}
    if historic:
        return []
    return [
        Need(f'no answer to "{draft.workflow.questions[name].ask}"', how=f"give {name}=...")
        for name in draft.workflow.opening
        if name not in named
    ]


def open_linked(draft: Draft, transition: Transition, given: Sequence[Given]) -> list[Draft]:
    """Open the linked cases that a step opens: one, or one for each agency that its answer
    names.
    """
    if transition.opens is None:
        return []
    opening = transition.opens
    edition = draft.edition.children[opening.process]
    subjects = [""]
    if opening.one_for:
        subjects = [name for name in (draft.case.value(opening.one_for) or "").split(",") if name]
    made = []
    for about in subjects:
        count = int(draft.case.row["children"]) + 1
        child = draft.sibling(f"{draft.case.ref}.{count}", edition)
        link(draft, opening.process, opened=1, ended=0, children=count)
        historic = bool(draft.case.row["historic"])
        answers_first = (*given, *_opening_days(child, given))
        open_case(child, answers_first, historic=historic, parent=draft.case.ref, about=about)
        tell_asked(child)
        made.append(child)
    return made


def _opening_days(child: Draft, given: Sequence[Given]) -> list[Given]:
    """A linked case begins on the day of the step that opens it, unless another day is given."""
    named = {one.question for one in given}
    days = [child.workflow.questions[name] for name in child.workflow.opening]
    return [
        Given(question.id, child.context.happened)
        for question in days
        if question.answer == "date" and question.id not in named
    ]


def linked_ended(parent: Draft, process: str, *, ended: bool) -> None:
    """Tell the parent that one of its linked cases has ended, or was taken up again."""
    link(parent, process, opened=0, ended=1 if ended else -1, children=None)
    clocks.review(parent, [process], "a linked case ended")
    tasks.close_answered(parent)


def link(draft: Draft, process: str, *, opened: int, ended: int, children: int | None) -> None:
    """Count the linked cases of a process: so many more opened, and ended; `children` of all."""
    row: Row | None = draft.case.rows.table("linked").get((draft.case.ref, process))
    had = (row["opened"], row["ended"]) if row else (0, 0)
    kind = "linked case opened" if opened else "linked case ended"
    body = {
        "process": process,
        "opened": had[0] + opened,
        "ended": had[1] + ended,
        "children": children,
        "first": row is None,
    }
    draft.emit(kind if ended >= 0 else "linked case resumed", body)
