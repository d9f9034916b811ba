"""What is surely on record, or surely done, wherever a case has come by steps taken in order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator

from engine.definition import Question, Transition
from engine.edition import rests_on
from engine.guards import NOT_ANSWERED
from engine.prose import quoted
from engine.proving.inquiry import Inquiry
from engine.proving.walking import Move, Way

LOST, SURE = "not sure", "sure"


class OnFile:
    """Follows whether an answer is on record without fail."""

    def __init__(self, question: Question, opening: Collection[str]) -> None:
        self._question = question.id
        self._opening = opening
        self.lasts = not question.per
        """Not of what is asked about each person: another may be added at any time."""

    def first(self, state: str) -> Hashable:
        """Whether it is asked first."""
        return SURE if self._question in self._opening else LOST

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """Whether it is on record after a step."""
        name = self._question
        if name in rests_on(step) or name == step.dates or name in dict(step.sets):
            return SURE
        if name in step.asks_anew or not self.lasts:
            return LOST
        tables = step.only_if.tables
        read = tables and all(any(_answers(line, name) for line in table) for table in tables)
        return SURE if read else phase


class Asked:
    """Follows whether a group of agencies has answered a question, or was asked in vain."""

    def __init__(self, question: str) -> None:
        self._question = question

    def first(self, state: str) -> Hashable:
        """Not yet."""
        return LOST

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """Whether that is so after a step."""
        if self._question in (*step.asked, *step.on_file):
            return SURE
        return LOST if self._question in step.asks_anew else phase


class Approved:
    """Follows whether somebody in a role has approved something as it stands.

    What may change by itself is approved only by the step that asks for it: it may be another the
    moment after. Anything else stays approved until a step asks it anew or answers it by itself.
    """

    def __init__(self, role: str, questions: Collection[str], changing: Collection[str]) -> None:
        self._role = role
        self._questions = questions
        self._lasts = not set(questions) & set(changing)

    def first(self, state: str) -> Hashable:
        """Not yet."""
        return LOST

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """Whether that is so after a step."""
        for one in step.approve:
            if one.of in self._questions and one.by == (self._role,):
                return SURE
        anew = {*step.asks_anew, step.dates, *dict(step.sets)}
        return phase if self._lasts and anew.isdisjoint(self._questions) else LOST


def may_differ(question: Question) -> bool:
    """Whether what stands as an answer can become another without a step and without a correction:
    it may change, or another person or agency is still to answer.
    """
    return bool(question.may_change or question.per or question.asked_of)


class Taken:
    """Follows whether a step was taken, or was since it last counted."""

    def __init__(self, step: str, since: Collection[str]) -> None:
        self._step = step
        self._since = since

    def first(self, state: str) -> Hashable:
        """Not yet."""
        return LOST

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """Whether that is so after a step."""
        if step.id == self._step:
            return SURE
        came = there != before and there in self._since
        return LOST if step.id in self._since or came else phase


def unsure(places: Collection[str]) -> Callable[[Move], bool]:
    """A goal: one of these steps or states is come to, while something is not sure."""

    def goal(move: Move) -> bool:
        return move.phase == LOST and comes_to(move, places)

    return goal


def comes_to(move: Move, places: Collection[str]) -> bool:
    """Whether a move takes one of these steps, or comes into these states from outside them."""
    if move.step is None:
        return move.state in places
    before = move.before.state if move.before else ""
    return move.step.id in places or (move.state in places and before not in places)


def check_packs(inquiry: Inquiry) -> None:
    """Answers that a pack must have and that may be wanting when it is signed off."""
    edition = inquiry.walks.record.edition
    for pack in inquiry.workflow.packs.values():
        if not pack.signed_off_by:
            continue
        for name in pack.requires:
            if name not in inquiry.walks.record.by_step and name not in edition.given_with:
                continue
            question = inquiry.workflow.questions[name]
            entry = inquiry.entry("pack", pack.id)
            watch = OnFile(question, inquiry.walks.record.opening)
            way = inquiry.way("packs", entry, unsure((pack.signed_off_by,)), watch)
            if way and _cannot_be_answered(inquiry, name, way):
                signed = quoted(way.steps[-1].title)
                says = (
                    f"{quoted(pack.title)} must say {quoted(question.ask)}, and may be signed off "
                    "before anybody can answer that."
                )
                more = f"{signed} signs the pack off. Only a step answers {quoted(question.ask)}, "
                more += f"and on this way none has: {', '.join(_givers(inquiry, name))}."
                inquiry.fail("packs", says, entry, inquiry.diary.tells(way, more))


def _cannot_be_answered(inquiry: Inquiry, name: str, way: Way) -> bool:
    """Whether nobody can simply put the answer on record where the pack is signed off."""
    return inquiry.walks.record.is_closed_to(name, way.states[-2])


def _givers(inquiry: Inquiry, name: str) -> Iterator[str]:
    edition = inquiry.walks.record.edition
    for index in (edition.dated_by, edition.set_by, edition.given_with):
        for step in index.get(name, ()):
            yield quoted(step.title)


def _answers(line: object, name: str) -> bool:
    return getattr(line, "subject", "") == name and getattr(line, "word", "") != NOT_ANSWERED
