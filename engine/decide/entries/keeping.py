"""Who keeps the record of a case: who may put answers on it, put them right, set steps aside, and
add or erase people.

Whoever does it is judged today, deputies included: to keep a record is an act of today, whenever
what it says has happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from engine import rights
from engine.case import Given
from engine.dates import iso
from engine.decide.draft import Draft
from engine.definition import Question, Transition
from engine.directory import Appointment
from engine.edition import Edition, named_by
from engine.errors import DeniedError, Need
from engine.nouns import any_of
from engine.prose import names_of

HOW = (
    "whoever keeps the record gives --decided-by with somebody who holds that role, and the "
    "evidence"
)
BY_THEMSELVES = "leave it out; one of them puts it on record by itself"
HELD = (
    "config.toml says who holds which role; one of them records it, and gives --decided-by where "
    "somebody else decided"
)

CORRECTING = "correct the answer to"

Rule = Callable[[Draft, Question, Given, str], bool]
"""Whether somebody may do something with an answer."""


def roles(edition: Edition) -> tuple[str, ...]:
    """The roles in which the record is kept or added to: those who keep it come first."""
    workflow = edition.workflow
    return tuple(dict.fromkeys((*workflow.keepers, *workflow.acting)))


def theirs(draft: Draft, whose: Iterable[str], to_do: str = "decide") -> Need:
    """That something is for these roles, and how anybody else has it done."""
    listed = tuple(whose)
    said = (_role(draft, role) for role in listed)
    what = f"it is for {any_of(said)} to {to_do}"
    return Need(what, names_of(draft.workflow, listed), HOW)


def need_recorder(draft: Draft, *, answering: bool) -> None:
    """Raise DeniedError unless whoever records holds a role today.

    What somebody else has decided is for those who keep the record: anybody else's word for it,
    with whatever file, would let them act in every name.
    When `answering`, somebody who speaks for an agency without a role may record what they
    themselves decided: what is theirs to answer is judged apart.
    """
    actor, workflow = draft.context.actor, draft.workflow
    if actor.recorded != actor.decided:
        return _need_record_kept(draft)
    if _has_role(draft, actor.recorded):
        return
    if answering and _is_contact(draft, actor.recorded):
        return
    name = draft.directory.people[actor.recorded].name
    what = f"{name} holds none today that counts in this case"
    need = Need(what, names_of(workflow, workflow.acting), HELD)
    raise DeniedError("Whoever records needs a role of the process themselves.", (need,))


def _need_record_kept(draft: Draft) -> None:
    keepers = draft.workflow.keepers
    if held(draft, keepers, draft.context.actor.recorded) is None:
        sentence = "What somebody else decided is recorded by those who keep the record."
        raise DeniedError(sentence, (theirs(draft, keepers, "record it"),))


def need_themselves(draft: Draft, sentence: str) -> None:
    """Raise DeniedError where somebody records what somebody else decided."""
    if draft.context.actor.recorded != draft.context.actor.decided:
        raise DeniedError(sentence)


def need_keeper(draft: Draft, what: str, to_do: str) -> None:
    """Raise DeniedError unless the deciding person is one of those who keep the record."""
    keepers = draft.workflow.keepers
    if not _holds(draft, keepers):
        sentence = f"{what} is for those who keep the record of the case."
        raise DeniedError(sentence, (theirs(draft, keepers, to_do),))


def need_decider(draft: Draft, transition: Transition, what: str, to_do: str) -> None:
    """Raise DeniedError unless the deciding person may take this step, whose taking is changed.

    In a case entered as history those who keep the record may too: they have entered its steps.
    """
    whose = transition.who
    if draft.case.row["historic"]:
        whose = tuple(dict.fromkeys((*whose, *draft.workflow.keepers)))
    if not _holds(draft, whose):
        sentence = f'{what} "{transition.title}" is for those who may take that step.'
        raise DeniedError(sentence, (theirs(draft, whose, to_do),), transition.id)


def not_theirs(draft: Draft, given: Iterable[Given]) -> tuple[Need, ...]:
    """The answers among these that are for others to give, with whose they are."""
    return _for_others(draft, given, may_answer)


def not_theirs_to_correct(draft: Draft, given: Iterable[Given]) -> tuple[Need, ...]:
    """The answers among these that are for others to put right, with whose they are."""
    return _for_others(draft, given, may_correct)


def _for_others(draft: Draft, given: Iterable[Given], may: Rule) -> tuple[Need, ...]:
    found: dict[str, Need] = {}
    for one in given:
        question = draft.workflow.questions.get(one.question)
        if question is None or may(draft, question, one, draft.context.actor.decided):
            continue
        right = may is may_correct
        said = f'{CORRECTING if right else _to_answer(question)} "{question.ask}"'
        whose = correctors(draft, question) if right else suppliers(draft, question.id)
        need = theirs(draft, _seeing(draft, question, one, whose), said)
        own = _own_agency(draft, question, one)
        agency = draft.directory.agencies.get(own)
        if agency is not None:
            what = f"{need.what}, or for {agency.title}"
            need = replace(need, what=what, who=(*need.who, agency.title))
        found[f"{one.question}/{own}"] = need
    return tuple(found.values())


def not_with_step(draft: Draft, transition: Transition, given: Sequence[Given]) -> tuple[Need, ...]:
    """The answers given with a step that are for others to give, with whose they are.

    Who may take the step gives what the step itself names. Whatever else comes with it, whoever
    decided the step or records it must be one who may record that by itself.
    """
    if not given:
        return ()
    named = named_by(transition) if may_take(draft, transition) else frozenset()
    recorder, questions = draft.context.actor.recorded, draft.workflow.questions
    others = [
        one
        for one in given
        if (question := questions.get(one.question))
        and (one.question not in named or question.asked_of)
        and not may_answer(draft, question, one, recorder)
    ]
    return tuple(replace(need, how=BY_THEMSELVES) for need in not_theirs(draft, others))


def may_take(draft: Draft, transition: Transition) -> bool:
    """Whether the deciding person may take a step on the day on which it happened."""
    context = draft.context
    if context.actor.role in transition.who:
        return True
    decided, only_at = context.actor.decided, _only_at(draft)
    return draft.directory.acting(decided, transition.who, day_of(draft), only_at) is not None


def day_of(draft: Draft) -> str:
    """The day for which the deciding person is judged; today's, where only a month is known."""
    happened = draft.context.happened
    return happened[:10] if len(happened) >= 10 else iso(draft.context.today)


def may_answer(draft: Draft, question: Question, one: Given, person: str) -> bool:
    """Whether somebody may put an answer to this question on record.

    In the place of an answer that only some may see, only who may see or supplies it.
    """
    return _may(draft, question, one, person, suppliers(draft, question.id))


def may_correct(draft: Draft, question: Question, one: Given, person: str) -> bool:
    """Whether somebody may put an answer right: who keeps the record, or whose own answer it is."""
    return _may(draft, question, one, person, correctors(draft, question))


def suppliers(draft: Draft, question: str) -> tuple[str, ...]:
    """The roles that may put an answer on record: those who keep it, and whose steps need it."""
    return draft.edition.suppliers(question)


def held(draft: Draft, whose: Iterable[str], person: str = "") -> Appointment | None:
    """The appointment by which somebody acts today in one of these roles, in this case.

    It is the deciding person's where nobody else is named.
    """
    day = iso(draft.context.today)
    who = person or draft.context.actor.decided
    return draft.directory.acting(who, whose, day, _only_at(draft))


def correctors(draft: Draft, question: Question) -> tuple[str, ...]:
    """Those who keep the record; of an answer that only some may see, its suppliers too."""
    return draft.edition.correctors(question)


def _may(draft: Draft, question: Question, one: Given, person: str, whose: tuple[str, ...]) -> bool:
    """Whether somebody in one of these roles may write an answer, or gives that of an agency."""
    if _is_own(draft, question, one, person):
        return True
    if held(draft, whose, person) is None:
        return False
    if not _is_restricted(draft, question, one):
        return True
    supplying = draft.edition.supplied_by.get(question.id, ())
    return held(draft, supplying, person) is not None or _may_see(draft, question, one, person)


def _is_restricted(draft: Draft, question: Question, one: Given) -> bool:
    """Whether there is an answer that only some may see."""
    row = draft.case.answer(one.question, one.of, one.no)
    standing = row is not None and row["status"] == "answered"
    return standing and not rights.unlocked(draft.case, draft.workflow, question)


def _may_see(draft: Draft, question: Question, one: Given, person: str) -> bool:
    day, about = iso(draft.context.today), draft.case.about
    mine = rights.reader(draft.directory, draft.workflow, person, day, rights.Concern(about))
    row = draft.case.answer(one.question, one.of, one.no) or {}
    agency = row.get("source") or (one.of if question.asked_of else about)
    return rights.may_read(mine, draft.case, draft.workflow, question, str(agency))


def _seeing(
    draft: Draft, question: Question, one: Given, whose: tuple[str, ...]
) -> tuple[str, ...]:
    """Those of these roles that are named for an answer which only some may see; else all."""
    if not _is_restricted(draft, question, one):
        return whose
    named = {entry.reader for entry in rights.entries(question)}
    named |= set(draft.edition.supplied_by.get(question.id, ()))
    return tuple(role for role in whose if role in named) or whose


def _is_own(draft: Draft, question: Question, one: Given, person: str) -> bool:
    """Whether it is the answer of an agency for which somebody speaks."""
    agency, day = _own_agency(draft, question, one), iso(draft.context.today)
    return bool(agency) and draft.directory.speaks_for(person, agency, draft.workflow.acting, day)


def _is_contact(draft: Draft, person: str) -> bool:
    day, roles_ = iso(draft.context.today), draft.workflow.acting
    known = draft.directory
    return any(known.speaks_for(person, agency, roles_, day) for agency in known.agencies)


def _has_role(draft: Draft, person: str) -> bool:
    """Whether somebody is appointed today to a role that acts in this case, deputies included."""
    day = iso(draft.context.today)
    return draft.directory.has_role(person, draft.edition.acting, day, _only_at(draft))


def _only_at(draft: Draft) -> Mapping[str, str]:
    return draft.workflow.only_at(draft.case.about)


def _role(draft: Draft, role: str) -> str:
    """A role as people call it; one that counts here at one agency alone says at which."""
    title = draft.workflow.roles[role].title
    agency = draft.directory.agencies.get(_only_at(draft).get(role, ""))
    return f"{title}, {agency.title}," if agency else title


def _own_agency(draft: Draft, question: Question, one: Given) -> str:
    """The agency whose own answer it is; that it was asked, or has not replied, others record."""
    if question.asked_of:
        return one.of if one.status == "answered" else ""
    return draft.case.about


def _to_answer(question: Question) -> str:
    return "put on file" if question.answer == "document" else "answer"


def _holds(draft: Draft, whose: Iterable[str]) -> bool:
    return held(draft, whose) is not None
