"""What can be done in a scenario: one verb, one call of the service that every door calls."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from engine.case import Given
from engine.decide.entries.answers import of_whom
from engine.decide.steps.taking import Step
from engine.errors import ScenarioError
from engine.scenarios.story import Telling
from engine.service import cases
from engine.service.changing import Outcome
from engine.service.drafting import drafted
from engine.service.looking import documents, reading, viewing
from engine.service.packs import packing
from engine.service.packs.packing import Built
from engine.service.packs.posting import Sending
from engine.service.workplace import By, Workplace

Done = Outcome | Built
Deed = Callable[[Workplace, By, str, Telling], Done]

EACH = "each"
"""`opinion/each` is the answer of every agency, or every person, that the question is asked of."""


def attach(
    place: Workplace, by: By, ref: str, path: str, telling: Telling | None = None
) -> Outcome:
    """Put a document on file, or one of each who is asked for it; what it holds is told by the
    step, or is of no account.
    """
    told = telling.answers if telling else {}
    papers = [_paper(one, told) for one in _paths(place, by, ref, path)]
    done = [documents.attach(place, by, ref, one.question, one.file, one.of) for one in papers]
    if not done:
        raise ScenarioError(f"nobody is asked for {path} in this case yet")
    return done[-1]


def _paths(place: Workplace, by: By, ref: str, path: str) -> list[str]:
    """A document as it is named; `question/each` is that of everybody who is asked for it."""
    question, _, of = path.partition("/")
    if of != EACH:
        return [path]
    subjects = _each(place, by, ref, question)
    return [f"{question}/{one}" if one else question for one in subjects]


def _paper(path: str, told: Mapping[str, str] = MappingProxyType({})) -> documents.Paper:
    question, _, of = path.partition("/")
    content = told.get("content", f"The document for {path}, of the sample case.").encode()
    file = documents.File(told.get("name", f"{question}.txt"), io.BytesIO(content))
    return documents.Paper(question, file, of)


def given(
    place: Workplace, by: By, ref: str, told: Mapping[str, str | None], status: str = "answered"
) -> list[Given]:
    """Answers as a story writes them: `question`, `question/police`, `question/each`."""
    found = []
    for name, value in told.items():
        question, _, of = name.partition("/")
        subjects = _each(place, by, ref, question) if of == EACH else (of,)
        found += [Given(question, value, subject, status=status) for subject in subjects]
    return found


def _each(place: Workplace, by: By, ref: str, name: str) -> Iterable[str]:
    with place.database.read() as tx:
        seen = viewing.view(place, tx, ref)
    question = seen.edition.workflow.questions.get(name)
    return of_whom(drafted(place, by, seen.case, seen.edition), question) if question else ("",)


def with_step(place: Workplace, ref: str, telling: Telling) -> tuple[str, ...]:
    """The documents of a story's step that are given with it, for it asks them anew."""
    with place.database.read() as tx:
        seen = viewing.view(place, tx, ref)
    step = seen.edition.workflow.transitions.get(telling.object)
    if telling.verb != "take" or step is None:
        return ()
    return tuple(path for path in telling.files if path.partition("/")[0] in step.asks_anew)


def _take(place: Workplace, by: By, ref: str, telling: Telling) -> Outcome:
    answers = given(place, by, ref, telling.answers)
    named = with_step(place, ref, telling)
    papers = [_paper(one) for path in named for one in _paths(place, by, ref, path)]
    linked = [Given(name, value) for name, value in telling.linked.items()]
    told = telling.options
    done, over = bool(told.get("already_done")), bool(told.get("pass_over"))
    step = Step(telling.object, tuple(answers), done, over)
    return cases.take_step(place, by, ref, step, linked, papers)


def _record(place: Workplace, by: By, ref: str, telling: Telling) -> Outcome:
    return cases.record(place, by, ref, given(place, by, ref, telling.answers))


def _silent(status: str) -> Deed:
    """Asked, or asked without a reply: the question is on record, and no answer to it."""

    def deed(place: Workplace, by: By, ref: str, telling: Telling) -> Outcome:
        told = dict.fromkeys(telling.object.split())
        return cases.record(place, by, ref, given(place, by, ref, told, status))

    return deed


def _add(place: Workplace, by: By, ref: str, telling: Telling) -> Outcome:
    answers = [Given(name, value) for name, value in telling.answers.items()]
    return cases.add_person(place, by, ref, telling.object, answers)[1]


def _redate(place: Workplace, by: By, ref: str, telling: Telling) -> Outcome:
    for event in reversed(reading.history(place, ref)):
        if event["type"] == "transition taken" and event["body"]["transition"] == telling.object:
            return cases.redate(place, by, ref, int(event["n"]), telling.answers["day"])
    raise ScenarioError(f"{telling.object} was never taken")


def _correct(place: Workplace, by: By, ref: str, telling: Telling) -> Outcome:
    return cases.correct(place, by, ref, given(place, by, ref, telling.answers))


def _finish(place: Workplace, by: By, ref: str, telling: Telling) -> Outcome:
    """The open task that is told by some of its words is done."""
    words = telling.answers["task"]
    for task in reading.standing(place, ref)["tasks"]:
        if words in task["what"]:
            return cases.done(place, by, ref, str(task["task"]))
    raise ScenarioError(f'there is no open task "{words}"')


def _extend(place: Workplace, by: By, ref: str, telling: Telling) -> Outcome:
    told = telling.answers
    return cases.extend(place, by, ref, telling.object, told["to"], told["agreed_by"])


def _delay(place: Workplace, by: By, ref: str, telling: Telling) -> Outcome:
    return cases.delay(place, by, ref, telling.object, telling.answers["told"])


def _erase(place: Workplace, by: By, ref: str, telling: Telling) -> Outcome:
    return documents.erase_person(place, by, ref, telling.object, telling.answers["basis"])


def _pack(place: Workplace, by: By, ref: str, telling: Telling) -> Built:
    return packing.build(place, by, ref, telling.object)


def _send(place: Workplace, by: By, ref: str, telling: Telling) -> Outcome:
    """What is sent is the pack as it stands, as it was built."""
    built = packing.build(place, by, ref, telling.object)
    file = documents.File(built.name, io.BytesIO(built.content))
    return packing.sent(
        place, by, ref, telling.object, Sending(file, telling.answers["to"])
    ).outcome


VERBS: Final[Mapping[str, Deed]] = {
    "take": _take,
    "record": _record,
    "attach": lambda place, by, ref, told: attach(place, by, ref, told.object, told),
    "ask": _silent("asked"),
    "no reply": _silent("no reply"),
    "add": _add,
    "approve": lambda place, by, ref, told: cases.approve(place, by, ref, told.object),
    "correct": _correct,
    "redate": _redate,
    "undo": lambda place, by, ref, told: cases.undo(place, by, ref),
    "done": _finish,
    "extend": _extend,
    "delay": _delay,
    "erase": _erase,
    "pack": _pack,
    "send": _send,
}
"""Everything that is done to a case that is open."""
