"""What must be so between the parts of a process, each of which may be sound by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.definition import Pack, Question, Role, State, Timescale, Transition, Workflow
from engine.duties import LAW, reads
from engine.guards import ANSWERED, NOT_ANSWERED
from engine.loading.building import around
from engine.loading.clocks import NO_TIME_FROM
from engine.loading.files.lines import Path
from engine.timescales import parse, parse_moment

OWN_AGENCY = "own agency"
MOST_ASKED = 250
"""Characters of what one message asks, and of the step's title; with the day they fit in it."""
NO_LAW = "names no act and no regulation; only what the law itself requires is a duty."


@dataclass(frozen=True, slots=True)
class Problem:
    """What does not fit, and at which key of its table."""

    at: Path
    sentence: str
    hint: str = ""
    word: str = ""
    known: tuple[str, ...] = ()
    """What could have been meant by `word`."""
    rests_on: tuple[str, ...] = ()
    """The other keys of the table from which it follows."""


def _starts_open(workflow: Workflow) -> Iterator[Problem]:
    start = workflow.states.get(workflow.starts_at)
    if start and start.closed:
        yield Problem(("starts_at",), f'A case cannot start at "{start.id}", which is closed.')


def _in_force_forwards(workflow: Workflow) -> Iterator[Problem]:
    if workflow.in_force_to and workflow.in_force_to < workflow.in_force_from:
        yield Problem(("in_force", "to"), "It is in force to a day before it is in force from.")


def _opened_inside(workflow: Workflow) -> Iterator[Problem]:
    yield from _outside(("may_open",), workflow.may_open, workflow)


def _kept_inside(workflow: Workflow) -> Iterator[Problem]:
    yield from _outside(("kept_by",), workflow.kept_by, workflow)


def _public_with_reason(question: Question, workflow: Workflow) -> Iterator[Problem]:
    hint = "Take personal = false away; ask what a rule needs as a question of its own."
    if question.personal:
        return
    if question.answer in ("text", "document"):
        yield Problem(("personal",), f"A {question.answer} is always personal.", hint)
    if question.per:
        sentence = f"What is asked about each {question.per} is always personal."
        yield Problem(("personal",), sentence, hint)
    if not question.because:
        sentence = "It is not personal, and does not say why."
        yield Problem(("personal",), sentence, 'Write because = "...".', rests_on=("because",))


def _reason_for_public(question: Question, workflow: Workflow) -> Iterator[Problem]:
    if question.because and question.personal:
        sentence = "This gives a reason why the answer is not personal, and it is."
        yield Problem(("because",), sentence, "Write personal = false beside it, or leave it out.")


def _asked_one_way(question: Question, workflow: Workflow) -> Iterator[Problem]:
    if question.per and question.asked_of:
        sentence = "A question is asked about each person or of each agency, not both."
        yield Problem(("asked_of",), sentence)
    if question.at_most is not None and question.answer not in ("number", ""):
        yield Problem(("at_most",), "Only a number has a highest value.")


def _choices_are_answers(question: Question, workflow: Workflow) -> Iterator[Problem]:
    for word in (ANSWERED, NOT_ANSWERED):
        if word in question.choices:
            sentence = f'"{word}" cannot be a choice, since conditions say it of any answer.'
            yield Problem(("answer",), sentence)


def _said_with_dots(question: Question, workflow: Workflow) -> Iterator[Problem]:
    dots = "..." in question.said
    if question.answer == "yes or no" and dots:
        hint = 'Write what "yes" says, as in said = "the child was looked after".'
        yield Problem(("said",), "Of yes or no, said has no dots.", hint)
    elif question.said and question.answer not in ("yes or no", "") and not dots:
        hint = 'Write three dots where it stands, as in said = "abuse or neglect is ...".'
        yield Problem(("said",), "This does not say where the answer stands.", hint)


def _told_apart(question: Question, workflow: Workflow) -> Iterator[Problem]:
    if question.id in workflow.children:
        sentence = f'A question cannot be called "{question.id}", as a linked process is.'
        yield Problem((), sentence, "Conditions could not tell them apart.")


def _seen_by_somebody(question: Question, workflow: Workflow) -> Iterator[Problem]:
    if question.restricted and not question.seen_by:
        hint = 'Name them: seen_by = ["ROLE"].'
        sentence = "It is restricted, and nobody may see it."
        yield Problem(("restricted",), sentence, hint, rests_on=("seen_by",))
    who = (OWN_AGENCY, *workflow.roles, *workflow.groups)
    moments = (*workflow.states, *workflow.transitions)
    for number, entry in enumerate(question.seen_by):
        reader, until, moment = entry.partition(" until ")
        at = ("seen_by", number)
        if reader not in who:
            yield Problem(at, f'There is no role or group "{reader}".', "", reader, who)
        if until and moment not in moments:
            yield Problem(at, f'There is no state or transition "{moment}".', "", moment, moments)


def _not_within_itself(state: State, workflow: Workflow) -> Iterator[Problem]:
    within = {name: known.within for name, known in workflow.states.items()}
    outermost = [state.id, *around(state.id, within)][-1]
    if state.within and within.get(outermost) == state.id:
        yield Problem(("within",), f'The state "{state.id}" is within itself.')


def _waits_on_somebody(state: State, workflow: Workflow) -> Iterator[Problem]:
    if state.closed and state.waiting_on:
        yield Problem(("waiting_on",), f'The state "{state.id}" is closed, so it waits on nobody.')
    if not (state.closed or state.abstract or state.waiting_on):
        hint = 'Write waiting_on = "ROLE", or closed = true if it is an end.'
        sentence = f'The state "{state.id}" does not say on whom it waits.'
        yield Problem(("waiting_on",), sentence, hint, rests_on=("closed", "within"))


def _taken_inside(transition: Transition, workflow: Workflow) -> Iterator[Problem]:
    yield from _outside(("who",), transition.who, workflow)
    for number, approval in enumerate(transition.approve):
        yield from _outside(("approve", number, "by"), approval.by, workflow)


def _starts_somewhere(transition: Transition, workflow: Workflow) -> Iterator[Problem]:
    if not transition.starts:
        yield Problem(("from",), f'"{transition.id}" can start nowhere: no case is ever there.')


def _asked_of_agencies(transition: Transition, workflow: Workflow) -> Iterator[Problem]:
    for name in transition.asked:
        if not workflow.questions[name].asked_of:
            sentence = f'"{name}" is not asked of agencies, so asked cannot wait for it.'
            yield Problem(("asked",), sentence, "Write it under on_file, or give it asked_of.")


def _asks_those_it_tells(transition: Transition, workflow: Workflow) -> Iterator[Problem]:
    said: dict[str, int] = {}
    for number, name in enumerate(transition.asks):
        question = workflow.questions[name]
        if question.asked_of not in transition.tell:
            sentence = f'"{name}" is not asked of agencies that this step tells.'
            hint = "Name its group in tell, or leave it out."
            yield Problem(("asks", number), sentence, hint, rests_on=("tell",))
        before = said.get(question.asked_of, len(transition.title))
        said[question.asked_of] = before + len(question.ask) + len(" “”, and")
    if any(length > MOST_ASKED for length in said.values()):
        sentence = f"What a step asks, and its title, have {MOST_ASKED} characters at most."
        yield Problem(("asks",), sentence, "Ask less with this step, or in fewer words.")


def _asks_anew_what_it_is_given(transition: Transition, workflow: Workflow) -> Iterator[Problem]:
    """What comes from others, and what is judged beforehand, cannot be asked anew by the step."""
    lines = {line.subject for table in transition.only_if.tables for line in table}
    needed = {
        "only_if": (lines, "rests on"),
        "asked": ({*transition.asked}, "waits for"),
        "approve": ({approval.of for approval in transition.approve}, "has approved"),
    }
    for key, (names, verb) in needed.items():
        for name in transition.asks_anew:
            if name in names:
                sentence = f'The step {verb} "{name}", and asks it anew itself.'
                hint = (
                    f"Take it out of {key} and write it under on_file, so that it is given with "
                    "the step; or have another step ask it."
                )
                yield Problem((key,), sentence, hint, rests_on=("asks_anew",))


def _once_for_an_answer(transition: Transition, workflow: Workflow) -> Iterator[Problem]:
    question = workflow.questions.get(transition.once_for)
    if question and (question.per or question.asked_of):
        sentence = f'"{question.id}" has several answers at a time; name a question that has one.'
        yield Problem(("once_for",), sentence)
    elif question and question.id in (transition.dates, *transition.asks_anew):
        sentence = f'The step is taken once for each answer to "{question.id}", and gives it.'
        yield Problem(("once_for",), sentence, "Name a question that another step asks anew.")


def _dates_a_date(transition: Transition, workflow: Workflow) -> Iterator[Problem]:
    question = workflow.questions.get(transition.dates)
    if question and question.answer not in ("date", ""):
        yield Problem(("dates",), f'"{question.id}" is not answered with a date.')
    elif question and (question.per or question.asked_of):
        sentence = f'"{question.id}" has several answers; a step can only date one.'
        yield Problem(("dates",), sentence)


def _opens_for_agencies(transition: Transition, workflow: Workflow) -> Iterator[Problem]:
    question = workflow.questions.get(transition.opens.one_for) if transition.opens else None
    if question and question.answer not in ("agencies", ""):
        sentence = f'"{question.id}" is not answered with agencies for which to open cases.'
        yield Problem(("opens", "one_for"), sentence, 'Give it answer = "agencies".')


def _duty_of_law(thing: Transition | Timescale, workflow: Workflow) -> Iterator[Problem]:
    if thing.duty and not LAW.search(thing.duty):
        yield Problem(("duty",), f'"{thing.duty}" {NO_LAW}')
    if thing.duty_checked and not thing.duty:
        hint = 'Name it: duty = "Children Act 2004 s.16C(1)".'
        yield Problem(("duty_checked",), "There is no duty here to have been checked.", hint)
    elif thing.duty_checked and not reads(thing.duty_checked, thing.duty):
        hint = f'Write duty_checked = "on DAY against {thing.duty}", by whoever has read it there.'
        sentence = f'This does not say that "{thing.duty}" itself was read.'
        yield Problem(("duty_checked",), sentence, hint, rests_on=("duty",))


def _duty_waits_for_nobody(transition: Transition, workflow: Workflow) -> Iterator[Problem]:
    if not transition.duty:
        return
    never = "What the law requires waits for nobody's answer"
    for name in transition.on_file:
        if workflow.questions[name].asked_of:
            hint = "Write it under asked: an answer, or asked and no reply."
            yield Problem(("on_file",), f'{never}, and "{name}" is answered by others.', hint)
    others = {t.opens.process for t in workflow.transitions.values() if t.opens and t.opens.one_for}
    tables = transition.only_if.tables
    awaited = [others & {line.subject for line in table} for table in tables]
    if awaited and all(awaited):
        hint = "Add a table that holds without it, or take it away."
        sentence = f'{never}, and "{min(awaited[0])}" is the work of others.'
        yield Problem(("only_if",), sentence, hint)


def _ends(timescale: Timescale, workflow: Workflow) -> Iterator[Problem]:
    ends = timescale.met_by or timescale.stops_if or timescale.keep
    forms = _forms(timescale)
    loose = "every" in forms or (forms == {"as soon as practicable"} and timescale.starts_in)
    if not ends and not loose and timescale.variants:
        hint = "Name the transitions that meet it (met_by) or stop it (stops_if)."
        sentence = f'Nothing ends the timescale "{timescale.id}".'
        yield Problem(("met_by",), sentence, hint, rests_on=("stops_if", "starts_in", "variant"))
    for name in timescale.met_by:
        if name in timescale.stops_if:
            yield Problem(("stops_if",), f'"{name}" cannot both meet this timescale and stop it.')


def _counts_from_public_dates(timescale: Timescale, workflow: Workflow) -> Iterator[Problem]:
    for number, variant in enumerate(timescale.variants):
        key = "keep" if timescale.keep else "due"
        at: Path = ("variant", number, key) if len(timescale.variants) > 1 else (key,)
        question = workflow.questions.get(parse(variant.due).anchor)
        if question and question.answer not in ("date", ""):
            yield Problem(at, f'"{question.id}" is not answered with a date to count from.')
        elif question and (question.personal or question.per):
            sentence = f'The answer to "{question.id}" is personal, and no timescale reads one.'
            yield Problem(at, sentence, "If it is not, mark the question so, with a reason.")


def _one_form(timescale: Timescale, workflow: Workflow) -> Iterator[Problem]:
    forms = _forms(timescale)
    if "every" in forms and not timescale.starts_in:
        hint = 'Write starts_in = ["STATE"].'
        sentence = '"every" runs while a case is in a state; this names no state.'
        yield Problem(("starts_in",), sentence, hint)
    if len({form if form in ("every", "after") else "" for form in forms}) > 1:
        sentence = "What recurs, what is kept and what is due cannot be variants of one timescale."
        yield Problem(("variant",), sentence)
    for notice in timescale.notices:
        if forms == {"as soon as practicable"} and parse_moment(notice.at).anchor == "due":
            hint = 'Count from its start: at = "3 working days after it starts".'
            sentence = f'What is due as soon as practicable has no day to be "{notice.at}".'
            yield Problem((notice.kind,), sentence, hint)


def _forms(timescale: Timescale) -> set[str]:
    return {parse(variant.due).form for variant in timescale.variants}


def _duty_with_source(timescale: Timescale, workflow: Workflow) -> Iterator[Problem]:
    if timescale.duty and any(v.time_from == NO_TIME_FROM for v in timescale.variants):
        hint = 'Write time_from = { kind = "...", says = "...", source = "..." }.'
        sentence = "This is a duty, and nothing says what sets its time."
        yield Problem(("duty",), sentence, hint, rests_on=("time_from",))


def _template_is_there(pack: Pack, workflow: Workflow) -> Iterator[Problem]:
    known = tuple(workflow.templates)
    if pack.template and pack.template not in known:
        sentence = f'There is no file "{pack.template}" beside this definition.'
        yield Problem(("template",), sentence, "", pack.template, known)
    elif pack.template and not pack.template.endswith(".toml"):
        sentence = f'"{pack.template}" does not say what to print.'
        yield Problem(("template",), sentence, 'Name a file that ends in ".toml".')


def _acts_or_is_told(role: Role, workflow: Workflow) -> Iterator[Problem]:
    if role.outside and role.own_agency:
        sentence = "A role that is outside never acts here, for no agency."
        yield Problem(("own_agency",), sentence, "Leave out own_agency, or outside.")
    for key in ("reads", "reads_in"):
        if role.outside and getattr(role, key):
            sentence = "A role that is outside reads nothing here."
            yield Problem((key,), sentence, f"Leave out {key}, or outside.")


def _outside(at: Path, roles: tuple[str, ...], workflow: Workflow) -> Iterator[Problem]:
    for name in roles:
        if workflow.roles[name].outside:
            sentence = f'The role "{name}" is outside: it is told, and never acts here.'
            yield Problem(at, sentence)


HEAD_RULES: tuple[Callable[[Workflow], Iterator[Problem]], ...] = (
    _starts_open,
    _in_force_forwards,
    _opened_inside,
    _kept_inside,
)
"""What must be so in the head of a process."""

RULES: dict[str, tuple[Callable[[Any, Workflow], Iterator[Problem]], ...]] = {
    "role": (_acts_or_is_told,),
    "question": (
        _public_with_reason,
        _reason_for_public,
        _asked_one_way,
        _choices_are_answers,
        _said_with_dots,
        _told_apart,
        _seen_by_somebody,
    ),
    "state": (_not_within_itself, _waits_on_somebody),
    "transition": (
        _taken_inside,
        _starts_somewhere,
        _asked_of_agencies,
        _asks_those_it_tells,
        _asks_anew_what_it_is_given,
        _once_for_an_answer,
        _dates_a_date,
        _opens_for_agencies,
        _duty_of_law,
        _duty_waits_for_nobody,
    ),
    "timescale": (
        _ends,
        _counts_from_public_dates,
        _one_form,
        _duty_of_law,
        _duty_with_source,
    ),
    "pack": (_template_is_there,),
}
"""What must be so in each table of a section."""
