"""Answers as they come in: read by the type of their question, or refused with what was
expected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

from engine.canonical import clean_text, parse
from engine.case import Case, Given
from engine.dates import PartialDate, parse_partial, short_day, when
from engine.decide.draft import Draft
from engine.decide.entries.tasks import MISSING, UNMET
from engine.definition import Question, Timescale, Transition
from engine.errors import Need, TrailError, UsageError
from engine.guessing import resembling
from engine.prose import listed, names_of
from engine.timescales import due_or_uncounted, sets_no_day

MOST_TEXT = 2_000_000
"""The longest text that one answer may hold, in characters; longer things are documents."""

YES_NO = ("yes", "no")


def mistakes(
    draft: Draft, given: Iterable[Given], begun: Mapping[str, int] = MappingProxyType({})
) -> tuple[Need, ...]:
    """Everything that is wrong with these answers; empty when they can be recorded.

    `begun` are the occurrences that the same command begins, by question.
    """
    every = tuple(given)
    wrong = (need for one in every for need in _wrong(draft, one, begun.get(one.question, 0)))
    return (*twice(draft, every), *wrong)


def twice(draft: Draft, given: tuple[Given, ...]) -> list[Need]:
    """The questions that are answered twice among these."""
    named = Counter((one.question, one.of, one.no) for one in given)
    questions = draft.workflow.questions
    return [
        Need(f'"{questions[name].ask}" is answered twice in one command', how="give one answer")
        for (name, _, _), times in named.items()
        if times > 1 and name in questions
    ]


def given_by_steps(draft: Draft, given: Iterable[Given]) -> tuple[Need, ...]:
    """The answers among these that only a step gives: the day on which it happened, or what it
    decides.
    """
    found = []
    for one in given:
        step = draft.edition.dates(one.question, draft.case.state)
        if step:
            found.append(_by_step(draft, one, f"take {step.id} --on DAY"))
    return (*found, *decided_by_steps(draft, given))


def decided_by_steps(draft: Draft, given: Iterable[Given]) -> tuple[Need, ...]:
    """The answers among these that are what a step decides, and nobody records or puts right."""
    found = []
    for one in given:
        steps = draft.edition.set_by.get(one.question, ())
        if steps:
            found.append(_by_step(draft, one, f"take {listed((s.id for s in steps), 'or')}"))
    return tuple(found)


def given_with_steps(draft: Draft, given: Iterable[Given]) -> tuple[Need, ...]:
    """The answers among these that are given with a step, which asks for them anew: recorded
    before it they would be lost to it. One for which an open task waits is not among them.
    """
    found = []
    for one in given:
        steps = given_only_with(draft, one)
        if steps and one.status == "answered" and not one.no:
            question = draft.workflow.questions[one.question]
            path = f"{one.question}/{one.of}" if one.of else one.question
            value = {"document": "@FILE"}.get(question.answer, "-" if question.personal else "...")
            what = f'"{question.ask}" is given with a step, which asks for it anew'
            how = listed([f"take {step.id} {path}={value}" for step in steps], "or")
            found.append(Need(what, names_of(draft.workflow, steps[0].who), how))
    return tuple(found)


def given_only_with(draft: Draft, one: Given) -> tuple[Transition, ...]:
    """The steps that ask a question anew, where nothing looks at an answer to it before them."""
    steps = draft.edition.given_with.get(one.question, ())
    if not steps or _is_awaited(draft, one, steps) or _is_of_use(draft, one.question, steps):
        return ()
    return steps


def _is_of_use(draft: Draft, name: str, steps: Iterable[Transition]) -> bool:
    """Whether an answer is looked at before these steps: by another from here, or by what can come
    before them where none of them starts.
    """
    here, edition = draft.case.state, draft.edition
    others = edition.looked_at_by.get(name, ())
    if any(here in step.starts for step in (*others, *steps)):
        return any(here in step.starts for step in others)
    read = (edition.in_guards, edition.by_anchor, edition.by_guard)
    return bool(others) or any(name in index for index in read)


def _is_awaited(draft: Draft, one: Given, steps: Iterable[Transition]) -> bool:
    """Whether an open task waits for this answer, or for one of the steps that was passed over."""
    waited = {one.question, f"{one.question}/{one.of}", *(step.id for step in steps)}
    rows = [row for _, row in draft.case.open_tasks()]
    return any(row["kind"] in (MISSING, UNMET) and row["subject"] in waited for row in rows)


def _by_step(draft: Draft, one: Given, how: str) -> Need:
    return Need(f'"{draft.workflow.questions[one.question].ask}" is answered by a step', how=how)


def read(draft: Draft, one: Given) -> str | None:
    """The value in the form that is kept; None for "asked" and "no reply"."""
    if one.value is None:
        return None
    question = draft.workflow.questions[one.question]
    return _READERS.get(question.answer, _text)(draft, question, one.value)


def unreadable(question: Question, error: UsageError) -> str:
    """Why an answer cannot be read; a personal one is not repeated."""
    expected = _EXPECTED.get(question.answer)
    if not question.personal or expected is None:
        return str(error)
    listed = ", ".join(question.choices or YES_NO)
    return f'"{question.ask}" was given something else than {expected.format(choices=listed)}.'


def of_whom(draft: Draft, question: Question) -> tuple[str, ...]:
    """Whom a question must be answered for: each child, each agency asked, or the case itself."""
    if question.per:
        return draft.case.people("" if question.per == "person" else question.per)
    if question.asked_of:
        kinds = draft.workflow.groups[question.asked_of].kinds
        day = draft.context.today.isoformat()
        return tuple(agency.id for agency in draft.directory.of_kinds(kinds, day))
    return ("",)


def _wrong(draft: Draft, one: Given, begun: int) -> list[Need]:
    question = draft.workflow.questions.get(one.question)
    if question is None:
        return [_unknown(draft, one.question)]
    try:
        found = _wrong_subject(draft, question, one.of) + _wrong_place(draft, one, begun)
        read(draft, one)
    except UsageError as error:
        return [Need(unreadable(question, error))]
    if found:
        return found
    if one.status != "answered":
        return _wrong_asking(draft, question, one)
    no = one.no or begun
    if not question.may_change and _already(draft.case, one, no):
        document = question.answer == "document"
        how = "put the right one on file with `attach` and" if document else "use `correct` with"
        return [Need(f'"{question.ask}" is already answered', how=f"{how} a reason")]
    return []


def is_settled(draft: Draft, one: Given) -> bool:
    """Whether a question has its answer, which can only be put right."""
    may_change = draft.workflow.questions[one.question].may_change
    return not may_change and _already(draft.case, one, one.no)


def _wrong_asking(draft: Draft, question: Question, one: Given) -> list[Need]:
    """What hinders that it was asked, or that nobody replied, is put on record.

    Nobody fails to reply who was not asked: "asked on ..., no reply" needs the day.
    """
    row = draft.case.answer(one.question, one.of, one.no)
    if row is not None and row["status"] == "answered":
        return [Need(f'"{question.ask}" is already answered', how="use `correct` with a reason")]
    path = f"{one.question}/{one.of}" if one.of else one.question
    before = str(row["asked_on"]) if row and one.status == "no reply" else ""
    asked_on = one.asked_on or before
    if asked_on:
        return _wrong_day(draft, path, asked_on)
    if one.status == "asked":
        return []
    how = f"say on which day it was asked: record --no-reply {path}=DAY"
    return [Need(f"{path} is not on record as asked, so nobody failed to reply", how=how)]


def _wrong_day(draft: Draft, path: str, asked_on: str) -> list[Need]:
    """What is wrong with the day on which something was asked."""
    asked, happened = parse_partial(asked_on), parse_partial(draft.context.happened)
    if not asked.exact and not draft.case.row["historic"]:
        return [Need(f"{path} was asked on a day, not only in {asked.text}", how="give the day")]
    if asked.first > happened.last:
        what = f"{path} was asked {when(asked.text)}, and this happened {when(happened.text)}"
        return [Need(what, how="give the right days")]
    return []


def _already(case: Case, one: Given, no: int) -> bool:
    row = case.answer(one.question, one.of, no)
    return row is not None and row["status"] == "answered"


def _wrong_place(draft: Draft, one: Given, begun: int) -> list[Need]:
    """An occurrence that there is not yet, or an agency that nobody knows as its source."""
    ask = draft.workflow.questions[one.question].ask
    last = begun or draft.case.occurrence(one.question)
    if one.no < 0 or one.no > last:
        times = "once" if last == 1 else f"{last} times"
        return [Need(f'"{ask}" has been asked {times} only', how="leave out the number")]
    if one.source and one.source not in draft.directory.agencies:
        return [Need("the source of an answer is an agency of config.toml", how="give its id")]
    return []


def _unknown(draft: Draft, name: str) -> Need:
    close = resembling(name, draft.workflow.questions, 1)
    hint = f"did you mean {close[0]}?" if close else "`next` lists the questions that are open"
    return Need(f"this process has no question {name}", how=hint)


def _wrong_subject(draft: Draft, question: Question, of: str) -> list[Need]:
    if question.per:
        if of in draft.case.people("" if question.per == "person" else question.per):
            return []
        how = (
            f"write {question.id}/p1=... with the id of the {question.per}; `person REF show` "
            f"lists them"
        )
        return [Need(f'"{question.ask}" is asked of each {question.per}', how=how)]
    if question.asked_of:
        if of in draft.directory.agencies:
            return []
        near = resembling(of, draft.directory.agencies)
        meant = f"did you mean {question.id}/{near[0]}? else " if near else ""
        value = "" if question.answer == "document" else "=..."
        how = f"{meant}write {question.id}/AGENCY{value} with the id of an agency of config.toml"
        there = f', and config.toml has no agency "{of[:40]}"' if of else ""
        return [Need(f'"{question.ask}" is asked of each agency{there}', how=how)]
    return [Need(f'"{question.ask}" is asked of the case, not of {of}')] if of else []


def _text(draft: Draft, question: Question, value: str) -> str:
    text = clean_text(value)
    if not text.strip():
        raise UsageError(
            f'"{question.ask}" was given an empty answer; write something or leave it open.'
        )
    if len(text) > MOST_TEXT:
        raise UsageError(
            f'The answer to "{question.ask}" is longer than {MOST_TEXT:,} characters; attach it '
            f"as a document."
        )
    return text


def _date(draft: Draft, question: Question, value: str) -> str:
    found = parse_partial(value)
    if not draft.case.row["historic"] and _clocks_from(draft, question.id):
        _check_start(draft, question, found)
    if found.first > draft.context.today and question.id in draft.edition.facts:
        raise UsageError(
            f'"{question.ask}" asks for a day that has come, and {short_day(found.first)} has not.'
        )
    return found.text if not found.exact else found.first.isoformat()


def _check_start(draft: Draft, question: Question, found: PartialDate) -> None:
    """A clock of a case that is not historic counts; a slip in the year must not silence it."""
    if not found.exact:
        raise UsageError(
            f'"{question.ask}" starts a clock, so it needs the day, not only {found.text}; '
            "a case entered as historic may leave it out."
        )
    if _uncounted(draft, question.id, found.first):
        raise UsageError(
            f'"{question.ask}" starts a clock, and working days are known here only from '
            f"{short_day(draft.calendar.first)}; correct the year, or enter the case as historic."
        )


def _clocks_from(draft: Draft, question: str) -> tuple[Timescale, ...]:
    """The clocks that count from the answer; from a day asked first, those that count before their
    own start is known.
    """
    edition = draft.edition
    first = edition.provisional if question in draft.workflow.opening else ()
    return edition.by_anchor.get(question, ()) or first


def _uncounted(draft: Draft, anchor: str, day: date) -> bool:
    """Whether a clock that starts on this day counts working days from before they are known."""
    if day >= draft.calendar.first:
        return False
    asked_first = anchor not in draft.edition.by_anchor
    clocks = _clocks_from(draft, anchor)
    rules = (draft.edition.rule(v.due) for t in clocks for v in t.variants)
    return any(
        due_or_uncounted(rule, day, draft.calendar).due_on is None
        for rule in rules
        if (asked_first or rule.anchor == anchor) and not sets_no_day(rule)
    )


def _number(draft: Draft, question: Question, value: str) -> str:
    text = value.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise UsageError(f'"{question.ask}" needs a whole number, not {_short(value)}.')
    if question.at_most is not None and int(text) > question.at_most:
        raise UsageError(f'"{question.ask}" can be {question.at_most} at most, not {int(text)}.')
    return str(int(text))


def _choice(draft: Draft, question: Question, value: str) -> str:
    choices = question.choices or YES_NO
    wanted = " ".join(value.split()).casefold()
    for choice in choices:
        if choice.casefold() == wanted:
            return choice
    listed = ", ".join(choices)
    raise UsageError(f'"{question.ask}" is answered with one of: {listed}; not {_short(value)}.')


def _agencies(draft: Draft, question: Question, value: str) -> str:
    names = [name.strip() for name in value.split(",") if name.strip()]
    for name in names:
        if name not in draft.directory.agencies:
            close = resembling(name, draft.directory.agencies, 1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise UsageError(f"config.toml names no agency {_short(name)}.{hint}")
    if not names:
        raise UsageError(f'"{question.ask}" needs at least one agency.')
    return ",".join(dict.fromkeys(names))


def _document(draft: Draft, question: Question, value: str) -> str:
    """What a document is on record by: its id, its name and its hash."""
    try:
        known = parse(value).keys()
    except TrailError:
        known = {}.keys()
    if known != {"document", "name", "sha256"}:
        raise UsageError(f'"{question.ask}" takes a document; put it on file with `attach`.')
    return value


def _short(value: str) -> str:
    text = " ".join(value.split())
    return f'"{text[:40]}..."' if len(text) > 40 else f'"{text}"'


_EXPECTED = {
    "date": "a day, as YYYY-MM-DD",
    "number": "a whole number that it allows",
    "choice": "one of: {choices}",
    "yes or no": "one of: {choices}",
    "agencies": "agencies of config.toml",
}
_READERS = {
    "date": _date,
    "number": _number,
    "choice": _choice,
    "yes or no": _choice,
    "agencies": _agencies,
    "document": _document,
}
