from __future__ import annotations

import tempfile
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definition import Condition, Guard, Question, Workflow
from engine.errors import DefinitionError
from engine.guards import holds, satisfied
from engine.loading import load
from engine.loading.overlay.stronger import UndecidedError, both, can_hold, let_through
from tests.cases.test_guards import TODAY, Known
from tests.definitions import SOUND, write
from tests.overlays import HEAD, OWN

ASKED = {
    "route": Question("route", "?", "choice", ("a", "b", "c"), personal=False),
    "told": Question("told", "?", "yes or no", personal=False),
    "people": Question("people", "?", "number", personal=False, at_most=4),
    "many": Question("many", "?", "number", personal=False),
    "on": Question("on", "?", "date", personal=False),
    "agencies": Question("agencies", "?", "agencies", personal=False),
}
LINKED = ("reply",)
VALUES = {
    "route": (None, "a", "b", "c"),
    "told": (None, "yes", "no"),
    "people": (None, *range(5)),
    "many": (None, *range(8)),
    "on": (None, "2026-03-14", "2026-03-15", "2026-03-16"),
    "agencies": (None, "police"),
    "reply": [(ended, opened) for opened in range(5) for ended in range(opened + 1)],
}


def line(name):
    alone = st.sampled_from(["answered", "not answered"]).map(lambda word: Condition(name, word))
    number = st.tuples(st.sampled_from(["at least", "at most"]), st.integers(0, 6))
    counted = number.map(lambda said: Condition(name, said[0], (str(said[1]),)))
    match name:
        case "route":
            some = st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True)
            return alone | some.map(lambda values: Condition(name, "is", tuple(values)))
        case "told":
            return alone | st.sampled_from(["yes", "no"]).map(lambda v: Condition(name, "is", (v,)))
        case "people" | "many":
            return alone | counted
        case "on":
            return alone | st.just(Condition(name, "passed"))
        case "reply":
            ended = st.integers(1, 3).map(lambda n: Condition(name, "at least ended", (str(n),)))
            return ended | st.just(Condition(name, "all ended"))
    return alone


LINES = st.sampled_from([*ASKED, *LINKED]).flatmap(line)
GUARDS = st.lists(st.lists(LINES, min_size=1, max_size=3).map(tuple), max_size=3).map(
    lambda tables: Guard(tuple(tables))
)


def asked_of(*guards):
    return sorted({one.subject for guard in guards for table in guard.tables for one in table})


def every_case(*guards):
    names = asked_of(*guards)
    for values in product(*(VALUES[name] for name in names)):
        answers = dict(zip(names, values, strict=True))
        linked = {name: answers.pop(name) for name in LINKED if name in answers}
        yield Known({name: v for name, v in answers.items() if v is not None}, linked, TODAY)


def bare(questions) -> Workflow:
    fields = dict.fromkeys(Workflow.__dataclass_fields__, "")
    return Workflow(**{**fields, "questions": questions})


@settings(max_examples=150, deadline=None)
@given(GUARDS, GUARDS)
def test_a_guard_is_stricter_exactly_when_it_holds_in_no_case_more(new, old):
    looser = any(holds(new, case) and not holds(old, case) for case in every_case(new, old))
    assert (let_through(new, old, bare(ASKED)) is not None) == looser


@settings(max_examples=60, deadline=None)
@given(GUARDS, GUARDS)
def test_two_guards_together_hold_where_both_hold(first, second):
    joined = both(first, second)
    for case in every_case(first, second):
        assert holds(joined, case) == (holds(first, case) and holds(second, case))
    assert let_through(joined, first, bare(ASKED)) is None
    assert let_through(joined, second, bare(ASKED)) is None


@given(GUARDS)
def test_a_guard_that_holds_in_no_case_is_found(guard):
    assert can_hold(guard, bare(ASKED)) == any(holds(guard, case) for case in every_case(guard))


def test_guards_too_long_to_be_compared_are_not_taken_to_be_stricter():
    names = [f"q{number}" for number in range(40)]
    asked = {name: Question(name, "?", "choice", tuple("abcdef"), personal=False) for name in names}
    pigeons = [
        tuple(Condition(f"q{one}", "is", (hole,)) for one in range(number, number + 2))
        for number in range(0, 38)
        for hole in "abcdef"
    ]
    holes = [tuple(Condition(name, "is", tuple("abcdef")) for name in names[:3])]
    try:
        found = let_through(Guard(tuple(holes)), Guard(tuple(pigeons)), bare(asked))
    except UndecidedError:
        return
    assert found is not None


NAMES = ["reasons", "agencies", "opinion", "route", "sent_on", "aware_on", "form", "seen_on"]
ROLES = ["unit", "authority", "panel", "partners", "visitor"]
STATES = ["referred", "reviewing", "ended", "any state", "open"]
STEPS = ["notify", "decline", "finish", "add_note"]


def listed(values, least=1):
    return st.lists(st.sampled_from(values), min_size=least, max_size=3, unique=True).map(repr)


GUARD_TEXTS = st.sampled_from(
    [
        '{ route = "notify" }',
        '{ route = ["notify", "do not notify"] }',
        '[{ reply = "all ended" }, { sent_on = "passed" }]',
        '{ reply = "all ended" }',
        '{ reply = "at least 1 ended", sent_on = "passed" }',
        '{ sent_on = "answered" }',
        '{ route = "notify", sent_on = "not answered" }',
        '[{ route = "notify" }, { seen_on = "passed" }]',
    ]
)
STEP_KEYS = {
    "from": listed(STATES),
    "to": st.sampled_from(STATES).map(repr),
    "who": listed(ROLES),
    "on_file": listed(NAMES),
    "asked": listed(["opinion"]),
    "tell": listed(ROLES),
    "asks_anew": listed(NAMES),
    "dates": st.sampled_from(["sent_on", "seen_on"]).map(repr),
    "only_if": GUARD_TEXTS,
    "approve": st.sampled_from(
        ['[{ of = "reasons", by = ["unit"] }]', '[{ of = "reasons", by = "authority" }]']
    ),
    "duty": st.just('"Children Act 2004 s.1"'),
    "title": st.sampled_from(['"Do not notify"', '"by our form"']),
    "says": st.just('"There is no need."'),
}
CLOCK_KEYS = {
    "due": st.sampled_from(['"within 5 working days of aware_on"', '"every 2 months"']),
    "met_by": listed(STEPS),
    "stops_if": listed(STEPS),
    "only_if": GUARD_TEXTS,
    "waiting_on": listed(ROLES),
    "duty": st.just('"Children Act 2004 s.1"'),
    "confirmed": st.sampled_from(['"recalled"', '"disputed"']),
    "provisional": st.sampled_from(["true", "false"]),
    "remind": st.just('[{ at = "2 working days before it is due", tell = ["authority", "unit"] }]'),
    "starts_in": listed(STATES),
    "title": st.sampled_from(['"No need to notify"', '"step 5"']),
    "note": st.just('"It is not law."'),
}
WORDS = ("ask", "said", "help", "title", "says", "note")
OTHER_KEYS = {
    "role": {"outside": st.just("true"), "reads": listed(NAMES), "title": st.just('"T"')},
    "question": {
        "seen_by": listed(ROLES),
        "personal": st.just("false"),
        "ask": st.just('"Was it not so?"'),
        "said": st.just('"it is not ..."'),
        "help": st.just('"Say the opposite."'),
    },
    "state": {"waiting_on": listed(ROLES, 1), "closed": st.just("true"), "title": st.just('"S"')},
    "pack": {"requires": listed(NAMES), "to": st.just('"unit"')},
}


def table(heading, keys):
    some = st.lists(st.sampled_from(sorted(keys)), min_size=1, max_size=2, unique=True)
    lines = some.flatmap(
        lambda names: st.tuples(*(keys[name].map(as_line(name)) for name in names))
    )
    return st.tuples(st.sampled_from(heading), lines).map(
        lambda said: "\n".join((said[0], *said[1]))
    )


def as_line(name):
    return lambda value: f"{name} = {value}"


TABLES = st.one_of(
    table([f"[transition.{name}]" for name in (*STEPS, "own")], STEP_KEYS),
    table([f"[transition.{name}.also]" for name in STEPS], STEP_KEYS),
    table([f"[timescale.{n}]" for n in ("notification", "review", "progress")], CLOCK_KEYS),
    table(["[timescale.notification.also]"], CLOCK_KEYS),
    table(["[role.unit]", "[role.visitor]"], OTHER_KEYS["role"]),
    table(
        ["[question.reasons]", "[question.opinion]", "[question.route]", "[question.route.also]"],
        OTHER_KEYS["question"],
    ),
    table(["[state.referred]", "[state.limbo]"], OTHER_KEYS["state"]),
    table(["[pack.letter]", "[pack.letter.also]"], OTHER_KEYS["pack"]),
)


@pytest.fixture(scope="module")
def national(tmp_path_factory):
    return load(write(tmp_path_factory.mktemp("base") / "national", SOUND))


@settings(max_examples=120, deadline=None)
@given(st.lists(TABLES, min_size=1, max_size=3))
def test_whatever_an_overlay_says_the_base_is_nowhere_looser(national, tables):
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "national", SOUND)
        text = HEAD + OWN + "\n\n".join(dict.fromkeys(tables))
        try:
            new = load(write(Path(folder) / "local", {"process.toml": text}))
        except DefinitionError as error:
            places = {(mistake.file, mistake.line) for mistake in error.mistakes}
        else:
            places = set()
            assert_steps_not_looser(national, new)
            assert_clocks_not_looser(national, new)
            assert_words_still_shown(national, new)
            assert_the_duty_is_its_bodys_own(national, new)
    lines = text.count("\n") + 1
    assert places <= {("process.toml", number) for number in range(1, lines + 1)}


def assert_steps_not_looser(base: Workflow, new: Workflow) -> None:
    assert (new.starts_at, [*new.states], new.groups) == (
        base.starts_at,
        [*base.states],
        base.groups,
    )
    for name, state in base.states.items():
        assert new.states[name]._replace(title="", says="") == state._replace(title="", says="")
    for name, step in base.transitions.items():
        after = new.transitions[name]
        assert (after.starts, after.to, after.sets, after.dates, after.opens, after.duty) == (
            step.starts,
            step.to,
            step.sets,
            step.dates,
            step.opens,
            step.duty,
        )
        assert {*after.who} <= {*step.who}
        for key in ("on_file", "asked", "tell", "asks", "asks_anew"):
            assert {*getattr(after, key)} >= {*getattr(step, key)}
        assert not {*after.asks_anew} - {*step.asks_anew} & {*base.questions}
        asked = {approval.of for approval in after.approve}
        assert asked >= {approval.of for approval in step.approve}
        for case in every_case_of(new, after.only_if, step.only_if):
            assert holds(step.only_if, case) or not holds(after.only_if, case)
    for name in new.transitions.keys() - base.transitions.keys():
        assert (new.transitions[name].to, new.transitions[name].duty) == ("", "")
    assert [*new.packs["letter"].requires[:1]] == ["reasons"]
    assert all(new.questions[n].personal for n, asked in base.questions.items() if asked.personal)


def assert_clocks_not_looser(base: Workflow, new: Workflow) -> None:
    for name, timescale in base.timescales.items():
        after = new.timescales[name]
        assert (after.met_by, after.stops_if, after.starts_in, after.duty, after.waiting_on) == (
            timescale.met_by,
            timescale.stops_if,
            timescale.starts_in,
            timescale.duty,
            timescale.waiting_on,
        )
        if any(one.time_from.kind != "local" for one in timescale.variants):
            assert after.variants == timescale.variants
        told = {notice.id: {*notice.tell} for notice in after.notices}
        assert all(told[one.id] >= {*one.tell} for one in timescale.notices)
        for case in every_case_of(new, after.only_if, timescale.only_if):
            assert holds(after.only_if, case) or not holds(timescale.only_if, case)
            if not is_local(timescale):
                assert holds(after.only_if, case) == holds(timescale.only_if, case)


def is_local(timescale) -> bool:
    kinds = {one.time_from.kind for one in timescale.variants}
    return not timescale.duty and kinds == {"local"}


def assert_words_still_shown(base: Workflow, new: Workflow) -> None:
    acted_on = [
        (base.questions[name], asked)
        for name, asked in new.questions.items()
        if name in base.questions
    ]
    acted_on += [(base.transitions[name], new.transitions[name]) for name in ("notify", "decline")]
    acted_on += [(base.timescales["notification"], new.timescales["notification"])]
    for before, after in acted_on:
        for key in WORDS:
            words, now = getattr(before, key, ""), getattr(after, key, "")
            local = now.removeprefix(words)
            assert now.startswith(words)
            assert not words or not local or local.startswith((" (locally: ", " Locally: "))


def assert_the_duty_is_its_bodys_own(base: Workflow, new: Workflow) -> None:
    """Whatever the authority finds when it is to notify, it can do so by what it does itself."""
    step, before = new.transitions["notify"], base.transitions["notify"]
    assert "authority" in step.who
    assert all("authority" in approval.by for approval in step.approve)
    asked = {*step.on_file, *(approval.of for approval in step.approve)} - {*before.on_file}
    given = [one for one in new.transitions.values() if one.dates in asked]
    assert all("authority" in one.who and not one.to for one in given)
    assert not [name for name in asked if new.questions[name].asked_of]
    for case in every_case_of(new, step.only_if, before.only_if):
        days = (None, "2026-03-14") if own_days_of(new, "seen_on") else (None,)
        ways = [Known({**case.answers, "seen_on": day}, case.linked, TODAY) for day in days]
        if holds(before.only_if, case):
            assert any(holds(step.only_if, way) for way in (case, *ways))


def own_days_of(new: Workflow, name: str) -> bool:
    steps = [one for one in new.transitions.values() if one.dates == name]
    return not steps or any("authority" in one.who for one in steps)


def every_case_of(workflow, *guards):
    values = {
        "route": (None, "notify", "do not notify"),
        "sent_on": (None, "2026-03-14", "2026-03-16"),
        "seen_on": (None, "2026-03-14", "2026-03-16"),
        "reply": ((0, 0), (0, 1), (1, 1), (1, 2)),
    }
    names = asked_of(*guards)
    for chosen in product(*(values[name] for name in names)):
        answers = dict(zip(names, chosen, strict=True))
        linked = {"reply": answers.pop("reply")} if "reply" in answers else {}
        yield Known({name: v for name, v in answers.items() if v is not None}, linked, TODAY)


def test_the_kinds_of_answers_are_told_apart_as_guards_tell_them():
    for kind in ("answered", "not answered"):
        assert satisfied(Condition("on", kind), Known({"on": "2026"})) == (kind == "answered")
