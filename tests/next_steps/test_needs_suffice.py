"""What is listed as missing suffices and none of it is too much: supplied, the step is accepted."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from engine import database
from engine.definition import (
    Approval,
    Condition,
    Guard,
    Question,
    Role,
    Timescale,
    Transition,
    Workflow,
)
from engine.directory import Absence, Appointment
from engine.loading import sources
from engine.loading.resolving import hashed
from engine.service import cases, editions
from engine.service.looking import ahead, reading
from engine.service.workplace import By
from tests.needing import Office, UnableError
from tests.reviews import SAM, Review
from tests.shared import loaded
from tests.stories import PROCESS
from tests.worlds import BESS, DIRECTORY, SAMPLE, World, place_on

WORKFLOW = loaded(SAMPLE)
SHIPPED = loaded(PROCESS).children
# Shortening takes minutes: that is for exploring; what was done is in the failure anyway.
EXPLORING = settings().max_examples > 100
FEW = settings(
    phases=list(Phase) if EXPLORING else [Phase.generate],
    max_examples=settings().max_examples if EXPLORING else 36,
)
GO, ELSEWHERE = "go", "elsewhere"
PUBLIC = {"personal": False, "because": "made for a test"}
QUESTIONS = (
    Question("colour", "Which colour?", "choice", ("red", "green", "blue"), **PUBLIC),  # type: ignore[arg-type]
    Question("sure", "Is it sure?", "yes or no", **PUBLIC),  # type: ignore[arg-type]
    Question("many", "How many?", "number", **PUBLIC),  # type: ignore[arg-type]
    Question("plan", "For which day is it planned?", "date", may_change=True, **PUBLIC),  # type: ignore[arg-type]
    Question("met_on", "When did they meet?", "date", **PUBLIC),  # type: ignore[arg-type]
    Question("verdict", "What was decided?", "choice", ("go", "stay"), **PUBLIC),  # type: ignore[arg-type]
    Question("age", "How old?", "text", per="child"),
    Question("school", "Which school?", "text", per="child"),
    Question("paper", "The paper", "document"),
    Question("note", "A note of this step", "text"),
    Question("letter", "What does the letter say?", "choice", ("yes", "no"), **PUBLIC),  # type: ignore[arg-type]
)
HELPERS = (
    Transition("meet", "Meet", ("referred",), "", ("business_unit",), dates="met_on"),
    Transition(
        "decide_go", "Decide to go", ("referred",), "", ("executive",), sets=(("verdict", "go"),)
    ),
    Transition(
        "decide_stay",
        "Decide to stay",
        ("referred",),
        "",
        ("executive",),
        sets=(("verdict", "stay"),),
    ),
    Transition(
        "take_letter",
        "Take a letter",
        ("referred",),
        "",
        ("business_unit",),
        on_file=("letter",),
        asks_anew=("letter",),
    ),
    Transition(
        "open_summaries",
        "Ask for summaries",
        ("referred",),
        "",
        ("business_unit",),
        on_file=("agencies_asked",),
        opens=WORKFLOW.transitions["ask_for_summaries"].opens,
    ),
    Transition("settle", "Settle what runs", ("referred",), "", ("local_authority",)),
)
LINES = (
    Condition("colour", "is", ("red",)),
    Condition("colour", "is", ("green", "blue")),
    Condition("colour", "not answered"),
    Condition("sure", "is", ("yes",)),
    Condition("sure", "answered"),
    Condition("many", "at least", ("3",)),
    Condition("many", "at most", ("1",)),
    Condition("plan", "passed"),
    Condition("plan", "answered"),
    Condition("met_on", "answered"),
    Condition("met_on", "passed"),
    Condition("verdict", "is", ("go",)),
    Condition("letter", "is", ("yes",)),
    Condition("summary", "all ended"),
    Condition("summary", "at least ended", ("1",)),
)
RUNS = Timescale(
    "runs",
    "Settle it",
    (
        WORKFLOW.timescales["notification"]
        .variants[0]
        ._replace(due="within 5 working days of aware_on"),
    ),
    "local_authority",
    met_by=("settle",),
)
TODAY, LATER = "2025-12-15", "2025-12-22"
PEOPLE = replace(
    DIRECTORY,
    appointments=(
        *DIRECTORY.appointments,
        Appointment("hana", "reviewer", "board", since=LATER),
        Appointment("pol", "scribe", "police"),
    ),
    absences=(Absence("pol", "2025-12-10", "2025-12-18"),),
)
APPROVALS = (
    Approval("report", ("executive",), 2),
    Approval("report", ("local_authority",)),
    Approval("paper", ("reviewer",)),
)
ROLES = ("business_unit", "local_authority", "executive", "reviewer", "scribe")

LETTER, COLOUR = "letter", "colour"


@st.composite
def steps(draw: st.DrawFn) -> Transition:
    """A step that asks for this and that, as a definition may."""
    tables = draw(st.lists(st.lists(st.sampled_from(LINES), min_size=1, max_size=2), max_size=3))
    read = {line.subject for table in tables for line in table}
    files = ("age", "school", "paper", "note", "colour", "sure", "plan", "met_on", "report")
    on_file = draw(st.lists(st.sampled_from(files), max_size=3, unique=True))
    approve = draw(st.lists(st.sampled_from(APPROVALS), max_size=2, unique=True))
    rests = {*read, *(one.of for one in approve)}
    anew = [name for name in ("note", "paper") if name in on_file and name not in rests]
    anew += [name for name in (COLOUR, "sure") if name in read and name not in on_file]
    return Transition(
        GO,
        "Go",
        ("referred",),
        draw(st.sampled_from(("", "deciding", "closed"))),
        tuple(draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=2, unique=True))),
        Guard(tuple(tuple({line.subject: line for line in table}.values()) for table in tables)),
        tuple(on_file),
        draw(st.sampled_from(((), ("opinion",)))),
        tuple(approve),
        asks_anew=tuple(anew if draw(st.booleans()) else ()),
        dates=draw(st.sampled_from(("", "met_on"))),
        once_for=draw(st.sampled_from(("", LETTER))),
    )


def process(step: Transition) -> Workflow:
    """The sample process with one step more, and what helps to it."""
    roles = (Role("reviewer", "reviewer"), Role("scribe", "scribe", own_agency=True))
    made = replace(
        WORKFLOW,
        roles={**WORKFLOW.roles, **{role.id: role for role in roles}},
        questions={**WORKFLOW.questions, **{one.id: one for one in QUESTIONS}},
        transitions={**WORKFLOW.transitions, **{one.id: one for one in (*HELPERS, step)}},
        timescales={"runs": RUNS},
    )
    return hashed(made)


@contextmanager
def world(workflow: Workflow) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'casetrail.db'}"
        database.create(url, "sample", durable=False)
        opened = database.open(url, durable=False)
        try:
            place, clock = place_on(opened)
            place.directory = PEOPLE
            editions.activate(place, BESS, workflow, sources(SAMPLE))
            yield World(place, clock)
        finally:
            opened.close()


KNOWN = (
    "colour=red",
    "colour=blue",
    "sure=no",
    "many=2",
    "plan=2025-12-19",
    "plan=2026-02",
    "none",
)


def begun(at: World, known: list[str], pick: int) -> str:
    """A case of which some things are known."""
    ref = at.open(aware_on="2025-12-12")
    for one in {one.partition("=")[0]: one for one in known if "=" in one}.values():
        name, _, value = one.partition("=")
        if len(value) != len("2026-02"):
            at.record(ref, **{name: value})
    if pick % 2:
        cases.add_person(at.place, BESS, ref, "sibling" if pick % 3 else "child")
    if pick % 5 == 1:
        at.take(ref, "take_letter", letter="yes")
    if pick % 7 == 1:
        at.take(ref, "open_summaries", agencies_asked="council,board")
    return ref


def supplied(step: Transition, known: list[str], pick: int) -> bool:
    """Whether a step is taken once all is supplied, and never without any one thing of it.

    False for what only steps of another place bring about.
    """
    with world(process(step)) as at:
        first = begun(at, known, pick)
        unmet = [one["what"] for one in ahead.why_not(at.place, BESS, first, GO)["unmet"]]
        for without in range(len(unmet)):
            ref = begun(at, known, pick) if at.place.today().isoformat() == TODAY else ""
            if ref:
                left_out(at, ref, unmet, without, pick)
        office = Office(at.place, at.clock, BESS, pick)
        try:
            assert office.take(first, GO), (unmet, office.said)
        except UnableError:
            return False
        return True


def left_out(at: World, ref: str, unmet: list[str], without: int, pick: int) -> None:
    """All but one thing is supplied, and the step is refused."""
    assert [one["what"] for one in ahead.why_not(at.place, BESS, ref, GO)["unmet"]] == unmet
    office = Office(at.place, at.clock, BESS, pick)
    with suppress(UnableError):
        assert not office.take(ref, GO, without=without), (unmet[without], office.said)


def test_all_that_is_listed_suffices_and_without_any_one_thing_the_step_is_refused() -> None:
    done: list[bool] = []

    @FEW
    @drawn(steps(), st.lists(st.sampled_from(KNOWN), max_size=3), st.integers(0, 999))
    def tried(step: Transition, known: list[str], pick: int) -> None:
        done.append(supplied(step, known, pick))

    tried()
    assert sum(done) > len(done) // 2


@pytest.mark.parametrize("without", range(-1, 3))
def test_what_a_role_of_one_agency_decides_is_decided_by_its_holder_there(
    review: Review, without: int
) -> None:
    linked = reading.show(review.place, SAM, review.ref)["linked"]
    [ref] = [str(one["ref"]) for one in linked if one["about"] == "police"]
    jules = By("jules")
    state = reading.show(review.place, SAM, ref)["state"]
    steps = [s.id for s in SHIPPED["agency_return"].from_state(state) if "agency_lead" in s.who]
    assert steps
    unmet = ahead.why_not(review.place, jules, ref, steps[0])["unmet"]
    if without >= len(unmet):
        return
    told = unmet[0]["ways"][0][0]
    assert told["who"][0] == "safeguarding lead of an agency, Sample Constabulary"
    office = Office(review.place, review.clock, jules)
    assert office.take(ref, steps[0], without=without) is (without < 0), office.said
