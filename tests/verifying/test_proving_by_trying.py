from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.definition import (
    Condition,
    Guard,
    Question,
    Role,
    State,
    TimeFrom,
    Timescale,
    Transition,
    Variant,
    Workflow,
)
from engine.loading.checks.soundness import clock_problem, steps_from
from engine.loading.resolving import hashed
from engine.proving import Verdict, verify
from engine.proving.effort import Effort
from tests.concrete import TooBigError, Tried, tried

STATES = ("first", "second", "third", "ended")
FREE = ("harm", "place")
WORDS = ("is a", "is b", "answered", "not answered")
LINES = st.sampled_from([(name, word) for name in (*FREE, "route", "sent_on") for word in WORDS])


def line(name: str, word: str) -> Condition:
    if word.startswith("is") and name != "sent_on":
        return Condition(name, "is", (word[-1],))
    return Condition(name, "not answered" if word == "not answered" else "answered")


@st.composite
def steps(draw: st.DrawFn, number: int) -> Transition:
    tables = draw(st.lists(st.lists(LINES, min_size=1, max_size=2), max_size=2))
    guard = Guard(tuple(tuple(dict.fromkeys(line(*one) for one in table)) for table in tables))
    read = {one.subject for table in guard.tables for one in table}
    anew = draw(st.sets(st.sampled_from([*FREE, "route"]), max_size=2)) - read
    gives = draw(st.sampled_from(["", "a", "b"]))
    return Transition(
        id=f"step_{number}",
        title=f"Step {number}",
        starts=tuple(sorted(draw(st.sets(st.sampled_from(STATES), min_size=1, max_size=2)))),
        to=draw(st.sampled_from(["", *STATES])),
        who=("unit",),
        only_if=guard,
        asks_anew=tuple(sorted(anew)),
        on_file=tuple(sorted(draw(st.sets(st.sampled_from([*FREE, "route"]), max_size=1)))),
        sets=(("route", gives),) if gives else (),
        dates=draw(st.sampled_from(["", "", "sent_on"])),
    )


def question(name: str, answer: str = "choice") -> Question:
    choices = ("a", "b") if answer == "choice" else ()
    return Question(name, name, answer, choices, personal=False, because="of the process")


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    made = [draw(steps(number)) for number in range(draw(st.integers(3, 6)))]
    # Somebody must be able to give what only steps give, or the questions would be anybody's.
    made.append(replace_start(draw(steps(len(made))), sets=(("route", "a"),), dates="sent_on"))
    names = st.sampled_from([step.id for step in made])
    met = draw(st.sets(names, min_size=1, max_size=2))
    stops = draw(st.sets(names, max_size=2)) - met
    variant = Variant(
        "within 5 working days of sent_on", TimeFrom("local", "should", ""), "recalled"
    )
    clock = Timescale("clock", "Clock", (variant,), "unit", tuple(met), tuple(stops))
    drawn = Workflow(
        name="drawn",
        title="Drawn",
        edition="1",
        in_force_from="2025-06-01",
        in_force_to="",
        in_force_for="",
        source="",
        caution="",
        working_days="England and Wales",
        starts_at="first",
        opening=(),
        roles={"unit": Role("unit", "unit")},
        groups={},
        questions={
            **{name: question(name) for name in (*FREE, "route")},
            "sent_on": question("sent_on", "date"),
        },
        states={name: State(name, name, "unit", closed=name == "ended") for name in STATES},
        transitions={step.id: step for step in made},
        timescales={"clock": clock},
        packs={},
        children={},
        templates={},
        kept_by=("unit",),
    )
    # The machine knows an edition by its hash.
    return hashed(drawn)


def replace_start(step: Transition, **changes: object) -> Transition:
    read = {one.subject for table in step.only_if.tables for one in table}
    anew = tuple(name for name in step.asks_anew if name not in read)
    return step._replace(**{"asks_anew": anew, **changes})


def compared(workflow: Workflow) -> tuple[Tried, Verdict]:
    try:
        return tried(workflow), verify(workflow)
    except TooBigError:
        assume(False)
        raise


@given(workflows())
@settings(max_examples=40)
def test_what_is_proved_of_states_and_steps_is_what_trying_everything_finds(
    workflow: Workflow,
) -> None:
    # Closing over a running clock is refused by the engine, and by loading: not a question here.
    workflow = hashed(replace(workflow, timescales={}))
    really, verdict = compared(workflow)
    unreached = {one.entry.name for one in verdict.failures if one.kind == "states_reached"}
    dead = {one.entry.name for one in verdict.failures if one.kind == "steps_possible"}

    assert verdict.not_shown == []
    assert unreached == set(workflow.states) - really.states
    assert dead == set(workflow.transitions) - really.steps
    assert any(one.kind == "cases_end" for one in verdict.failures) == really.never_closed()


@given(workflows())
@settings(max_examples=40)
def test_what_is_proved_of_a_clock_is_what_trying_everything_finds(workflow: Workflow) -> None:
    clock = workflow.timescales["clock"]
    ends_it = [workflow.transitions[name] for name in (*clock.met_by, *clock.stops_if)]
    # One that begins again with the very step that ends it never stops running, and is met.
    assume(not any(step.dates for step in ends_it))
    assume(clock_problem(clock, workflow, steps_from(workflow)) is None)
    really, verdict = compared(workflow)
    ends = [one for one in verdict.failures if one.kind == "clocks_end"]

    assert verdict.not_shown == []
    assert bool(ends) == really.never_stopped(), [one.story for one in ends]


@given(workflows())
@settings(max_examples=40)
def test_what_is_found_of_many_records_at_once_is_what_is_found_of_each(workflow: Workflow) -> None:
    one_by_one, at_once = verify(workflow), verify(workflow, effort=Effort(near=0))

    assert at_once.not_shown == one_by_one.not_shown == []
    assert {(one.kind, one.entry) for one in at_once.failures} == {
        (one.kind, one.entry) for one in one_by_one.failures
    }
