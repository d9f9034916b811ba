from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definition import State, TimeFrom, Timescale, Transition, Variant, Workflow
from engine.loading.checks.soundness import clock_problem, state_problems, steps_from

LONGEST = 5
EMPTY = Workflow(
    name="x",
    title="",
    edition="",
    in_force_from="",
    in_force_to="",
    in_force_for="",
    source="",
    caution="",
    working_days="",
    starts_at="a",
    opening=(),
    roles={},
    groups={},
    questions={},
    states={},
    transitions={},
    timescales={},
    packs={},
    children={},
    templates={},
)


def step(name, start, to="", **more):
    return Transition(id=name, title=name, starts=tuple(start), to=to, who=(), **more)


def process(*steps, closed="z", opening=()):
    places = {place for one in steps for place in (*one.starts, one.to) if place} | {"a"}
    states = {name: State(name, name, closed=name in closed) for name in sorted(places)}
    return replace(
        EMPTY, states=states, transitions={one.id: one for one in steps}, opening=opening
    )


def clock(due="within 5 working days of day", **more):
    variant = Variant(due, TimeFrom("local", "should", ""), "recalled")
    return Timescale(
        **{"id": "clock", "title": "", "variants": (variant,), "waiting_on": "", **more}
    )


def way(workflow, timescale):
    """The steps by which a case can close while the clock runs; nothing when there are none."""
    found = clock_problem(timescale, workflow, steps_from(workflow))
    return found.sentence.split(": ")[1].rstrip(".") if found else ""


def states(workflow):
    return [problem.sentence for _, problem in state_problems(workflow, steps_from(workflow))]


REVIEW = process(
    step("notify", "a", "b"),
    step("decline", "a", "z"),
    step("finish", "b", "z"),
    step("add_note", "abz"),
)


def test_a_clock_that_every_way_to_an_end_meets_or_stops_is_sound():
    assert way(REVIEW, clock(met_by=("notify",), stops_if=("decline",))) == ""


def test_the_shortest_way_to_close_with_a_clock_running_is_named():
    assert way(REVIEW, clock(met_by=("notify",))) == '"decline"'
    assert way(REVIEW, clock(met_by=("decline",))) == '"notify", then "finish"'
    assert way(REVIEW, clock(stops_if=("add_note",))) == '"decline"'


def test_every_step_that_closes_with_the_clock_running_is_named_at_once():
    found = clock_problem(clock(met_by=("add_note",)), REVIEW, steps_from(REVIEW))
    assert found.hint == (
        "Name what ends it in met_by or stops_if (decline, finish), "
        "or where it starts in starts_in."
    )


def test_a_clock_that_starts_only_in_some_states_need_not_end_elsewhere():
    assert way(REVIEW, clock(met_by=("finish",), starts_in=("b",))) == ""
    assert way(REVIEW, clock(met_by=("add_note",), starts_in=("b",))) == '"notify", then "finish"'
    assert way(REVIEW, clock(met_by=("notify",), starts_in=("a",))) == '"decline"'


def test_a_clock_cannot_be_met_before_its_state_is_reached():
    assert way(REVIEW, clock(met_by=("notify",), starts_in=("b",))) == '"notify", then "finish"'


def test_a_clock_that_was_stopped_runs_again_when_the_case_comes_back():
    back = process(
        step("suspend", "b", "c"),
        step("resume", "c", "b"),
        step("go", "a", "b"),
        step("drop", "c", "z"),
        step("finish", "b", "z"),
    )
    stopped = clock(met_by=("add_note",), stops_if=("suspend",), starts_in=("b",))
    assert way(process(*back.transitions.values()), stopped) == '"go", then "finish"'
    assert way(back, stopped._replace(met_by=("finish",))) == ""
    assert way(back, stopped._replace(met_by=("suspend",), stops_if=("finish",))) == ""
    ending = stopped._replace(stops_if=("suspend", "go"), met_by=())
    assert way(back, ending._replace(starts_in=())) == ""
    assert way(back, ending) == '"go", then "finish"'


def test_a_date_that_a_step_answers_starts_its_clock_only_there():
    dated = process(
        step("notify", "a", "b", dates="day"), step("decline", "a", "z"), step("finish", "b", "z")
    )
    assert way(dated, clock(met_by=("finish",))) == ""
    assert way(replace(dated, opening=("day",)), clock(met_by=("finish",))) == '"decline"'
    assert way(dated, clock(met_by=("finish",), provisional=True)) == '"decline"'


def test_a_step_that_closes_the_case_and_starts_a_clock_leaves_it_running():
    closing = process(step("publish", "a", "z", dates="day"), step("note", "z"))
    assert way(closing, clock(met_by=("note",))) == '"publish"'


@pytest.mark.parametrize(
    "loose",
    [
        clock("1 year after day", keep=True),
        clock("every 1 month", starts_in=("b",), met_by=("add_note",)),
        clock("as soon as practicable after day", starts_in=("b",)),
    ],
)
def test_what_is_kept_or_stops_by_itself_may_stand_when_a_case_closes(loose):
    assert way(REVIEW, loose) == ""


def test_what_is_due_as_soon_as_practicable_must_be_met_too():
    assert way(REVIEW, clock("as soon as practicable after day", met_by=("notify",))) == '"decline"'


def test_a_question_asked_anew_starts_its_clock_again():
    again = process(
        step("notify", "a", "b"),
        step("refer_again", "b", "a", asks_anew=("day",)),
        step("decline", "a", "z"),
        step("finish", "b", "z"),
    )
    once = clock(met_by=("notify",), stops_if=("decline",))
    assert way(again, once) == ""
    assert way(again, once._replace(met_by=("refer_again", "finish"))) == ""
    assert way(again, once._replace(met_by=("refer_again",), stops_if=("decline",))) == (
        '"notify", then "finish"'
    )


def test_a_step_that_stays_in_a_closed_state_closes_nothing():
    late = process(step("finish", "a", "z"), step("date_it", "z", dates="day"), step("note", "z"))
    assert way(late, clock(met_by=("note",))) == ""


def test_a_case_that_is_opened_again_can_close_again():
    reopened = process(
        step("finish", "a", "z"), step("reopen", "z", "b", dates="day"), step("end", "b", "z")
    )
    assert way(reopened, clock(met_by=("finish",))) == '"finish", then "reopen", then "end"'


def test_variants_that_count_from_different_dates_are_walked_together():
    dated = process(step("notify", "a", "b", dates="day"), step("finish", "ab", "z"))
    older = Variant("within 5 weeks of other", TimeFrom("local", "should", ""), "recalled")
    both = clock(met_by=("notify",))
    assert way(dated, both._replace(variants=(*both.variants, older))) == '"finish"'


def test_states_that_cannot_be_reached_left_or_ended_are_named():
    lost = process(
        step("go", "a", "b"),
        step("stay", "b"),
        step("wander", "c", "d"),
        step("return_there", "d", "c"),
        step("finish", "a", "z"),
    )
    assert states(lost) == [
        'Nothing leads out of the state "b".',
        'No step leads to the state "c".',
        'A case in the state "c" can never end.',
        'No step leads to the state "d".',
        'A case in the state "d" can never end.',
    ]
    assert states(REVIEW) == []
    assert states(process(step("go", "a", "b"), step("on", "b", "c"), step("end", "c", "z"))) == []


def runs_at_the_end(steps, timescale, anybody):
    """Whether the clock runs when these steps have closed a case; told step by step."""
    place, known, running, met, stopped = "a", anybody, False, False, False

    def here():
        return not timescale.starts_in or place in timescale.starts_in

    running = known and here()
    for one in steps:
        left, place = place, one.to or place
        back = stopped and timescale.starts_in and place != left and here()
        if running and one.id in timescale.met_by:
            running, met = False, True
        elif running and one.id in timescale.stops_if:
            running, stopped = False, True
        elif back:
            running, stopped = True, False
        if (met or stopped) and "day" in one.asks_anew:
            known, met, stopped = anybody, False, False
        known = known or one.dates == "day"
        running = running or (known and here() and not (met or stopped))
    return running


def ways_to_close(workflow):
    """Every sequence of at most so many steps that ends by closing a case that was open."""
    reached = [((), "a")]
    for _ in range(LONGEST):
        following = []
        for steps, place in reached:
            for one in workflow.transitions.values():
                if place in one.starts and not (place == "z" and (one.to or "z") == "z"):
                    there = one.to or place
                    following.append(((*steps, one), there))
                    if there == "z" and place != "z":
                        yield (*steps, one)
        reached = following


_PLACES = st.sampled_from("abz")
_STEPS = st.builds(
    step,
    st.just(""),
    st.sets(_PLACES, min_size=1, max_size=2).map(lambda places: tuple(sorted(places))),
    st.sampled_from(["a", "b", "z", ""]),
    dates=st.sampled_from(["", "", "day"]),
    asks_anew=st.sampled_from([(), (), ("day",)]),
)


@settings(max_examples=150)
@given(st.lists(_STEPS, min_size=1, max_size=4), st.data())
def test_a_running_clock_is_found_exactly_when_some_way_leaves_one_running(steps, data):
    named = [one._replace(id=f"t{number}") for number, one in enumerate(steps)]
    some = st.sets(st.sampled_from([one.id for one in named])).map(lambda ids: tuple(sorted(ids)))
    timescale = clock(
        met_by=data.draw(some.filter(bool)),
        stops_if=data.draw(some),
        starts_in=data.draw(st.sampled_from([(), ("b",), ("a", "b")])),
    )
    workflow = process(*named)
    anybody = not any(one.dates for one in named)
    running = [
        ways for ways in ways_to_close(workflow) if runs_at_the_end(ways, timescale, anybody)
    ]
    found = way(workflow, timescale)
    if running:
        assert found.count('"') // 2 == len(running[0])
    if found:
        names = found.replace('"', "").split(", then ")
        assert runs_at_the_end([workflow.transitions[n] for n in names], timescale, anybody)
    if not running and found:
        assert found.count('"') // 2 > LONGEST
