from __future__ import annotations

import copy
import json
import random
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.changes import PARTS, compare, counted, flipped
from engine.changes.conditions import strictness
from engine.changes.lengths import strictness as of_lengths
from engine.definition import Condition, Guard, Workflow, plain, workflow_from
from engine.errors import UsageError
from engine.guards import holds
from engine.loading import find, load
from engine.timescales import due_on, parse
from tests.redrafting import Way, leaves, mutated
from tests.shared import loaded
from tests.worlds import CALENDAR, SAMPLE

INCIDENT = loaded(SAMPLE)
SHIPPED = loaded(find("child_safeguarding_practice_review"))


def edited(workflow: Workflow, *path: Any, to: Any) -> Workflow:
    """The same workflow with one part of its stored form replaced."""
    stored = copy.deepcopy(plain(workflow))
    at: Any = stored
    for step in path[:-1]:
        at = at[step] if not isinstance(at, list) else _item(at, step)
    at[path[-1]] = to
    return workflow_from(stored, "")


def _item(listed: list[Any], name: Any) -> Any:
    return listed[name] if isinstance(name, int) else next(x for x in listed if x["id"] == name)


def only(old: Workflow, new: Workflow) -> tuple[str, str, str, str]:
    """The one change between two editions: its part, its verdict, what was, and what is."""
    [one] = compare(old, new)
    [back] = compare(new, old)
    assert (back.part, back.verdict) == (one.part, flipped(one.verdict))
    assert (back.was, back.now) == (one.now, one.was)
    return one.part, one.verdict, one.was, one.now


@pytest.mark.parametrize("workflow", [INCIDENT, SHIPPED], ids=lambda w: w.name)
def test_an_edition_compared_with_itself_has_not_changed(workflow: Workflow) -> None:
    assert compare(workflow, workflow) == ()
    assert compare(workflow, workflow_from(plain(workflow), "other")) == ()


STEP = ("transitions", "decide_to_notify")
CLOCK = ("timescales", "notification")
VARIANT = (*CLOCK, "variants", 0)
IN_AREA = {"subject": "place", "word": "is", "values": ["in our area"]}
ELSEWHERE = {"subject": "place", "word": "is", "values": ["elsewhere"]}
AGREED = {"subject": "letter_says", "word": "is", "values": ["agrees"]}


@pytest.mark.parametrize(
    ("path", "to", "part", "verdict"),
    [
        ((*VARIANT, "due"), "within 4 working days of aware_on", "law", "stricter"),
        ((*VARIANT, "due"), "within 6 working days of aware_on", "law", "looser"),
        ((*VARIANT, "due"), "within 6 months of aware_on", "law", "looser"),
        ((*VARIANT, "due"), "within 1 calendar day of aware_on", "law", "stricter"),
        ((*VARIANT, "due"), "within 1 week of aware_on", "law", "other"),
        ((*VARIANT, "due"), "within 5 working days of happened_on", "law", "other"),
        ((*VARIANT, "due"), "as soon as practicable after aware_on", "law", "looser"),
        ((*VARIANT, "time_from", "says"), "must", "law", "stricter"),
        ((*VARIANT, "time_from", "kind"), "local", "law", "looser"),
        ((*VARIANT, "time_from", "source"), "Another", "law", "other"),
        ((*VARIANT, "confirmed"), "read", "law", "other"),
        ((*VARIANT, "note"), "A note.", "words", "other"),
        ((*CLOCK, "duty"), "", "law", "looser"),
        ((*CLOCK, "duty"), "Sample Act s.9", "law", "other"),
        ((*CLOCK, "met_by"), ["record_notification_sent", "publish"], "law", "looser"),
        ((*CLOCK, "stops_if"), [], "law", "stricter"),
        ((*CLOCK, "provisional"), False, "law", "looser"),
        ((*CLOCK, "only_if"), {"tables": [[IN_AREA]]}, "guards", "looser"),
        ((*CLOCK, "waiting_on"), "executive", "who", "other"),
        ((*CLOCK, "notices", 0, "tell"), ["local_authority", "executive"], "notices", "stricter"),
        (("timescales", "progress", "starts_in"), [], "local", "stricter"),
        (("timescales", "copies", "starts_in"), ["deciding", "publishing"], "law", "stricter"),
        (
            ("timescales", "copies", "variants", 0, "due"),
            "at least 9 calendar days before publication_planned_on",
            "law",
            "stricter",
        ),
        (
            ("timescales", "public", "variants", 0, "due"),
            "6 months after published_on",
            "law",
            "looser",
        ),
        ((*STEP, "who"), ["local_authority", "executive"], "who", "looser"),
        ((*STEP, "who"), ["executive"], "who", "other"),
        (("transitions", "record_notification_sent", "who"), ["executive"], "who", "other"),
        (
            ("transitions", "record_notification_sent", "who"),
            ["local_authority"],
            "who",
            "stricter",
        ),
        (
            ("transitions", "record_notification_sent", "who"),
            ["business_unit", "local_authority"],
            "wording",
            "other",
        ),
        ((*STEP, "only_if"), {"tables": []}, "guards", "looser"),
        ((*STEP, "only_if"), {"tables": [[IN_AREA, AGREED]]}, "guards", "stricter"),
        ((*STEP, "only_if"), {"tables": [[IN_AREA], [AGREED]]}, "guards", "looser"),
        ((*STEP, "only_if"), {"tables": [[ELSEWHERE]]}, "guards", "other"),
        ((*STEP, "only_if"), {"tables": [[IN_AREA], [IN_AREA, AGREED]]}, "wording", "other"),
        ((*STEP, "on_file"), [], "records", "looser"),
        ((*STEP, "asked"), [], "records", "looser"),
        ((*STEP, "tell"), ["partners"], "notices", "looser"),
        ((*STEP, "to"), "reviewing", "steps", "other"),
        ((*STEP, "starts"), ["deciding", "referred"], "steps", "looser"),
        ((*STEP, "title"), "Decide", "wording", "other"),
        ((*STEP, "duty"), "Sample Act s.3", "law", "stricter"),
        (("transitions", "submit_review", "approve", 0, "at_least"), 3, "records", "stricter"),
        (
            ("transitions", "submit_review", "approve", 0, "by"),
            ["executive", "local_authority"],
            "records",
            "looser",
        ),
        (("transitions", "submit_review", "approve"), [], "records", "looser"),
        (("roles", "executive", "own_agency"), True, "who", "stricter"),
        (("roles", "executive", "reads"), ["report"], "who", "stricter"),
        (("groups", "partners", "kinds"), ["police"], "who", "looser"),
        (("questions", "place", "choices"), ["in our area"], "questions", "stricter"),
        (("questions", "place", "personal"), True, "questions", "stricter"),
        (("questions", "rationale", "seen_by"), ["local_authority"], "who", "stricter"),
        (("questions", "rationale", "ask"), "Why?", "wording", "other"),
        (("states", "reviewing", "waiting_on"), "executive", "who", "other"),
        (("may_open",), ["business_unit", "executive"], "who", "looser"),
        (("kept_by",), [], "who", "looser"),
        (("opening",), ["place", "aware_on"], "records", "stricter"),
        (("working_days",), "Scotland", "law", "other"),
        (("source",), "Another act", "wording", "other"),
        (("caution",), "", "wording", "other"),
        (("templates",), {"packs/letter.toml": "0" * 64}, "packs", "other"),
    ],
)
def test_each_kind_of_change_is_told_in_its_part_and_judged(
    path: Way, to: Any, part: str, verdict: str
) -> None:
    assert only(INCIDENT, edited(INCIDENT, *path, to=to))[:2] == (part, verdict)


@pytest.mark.parametrize(
    ("path", "to", "verdict"),
    [
        (("variants", 0, "due"), "every 2 months", "looser"),
        (("variants", 0, "checked"), "on 2026-11-23 against another note", "other"),
        (("variants", 0, "confirmed"), "recalled", "other"),
        (("variants", 0, "time_from", "says"), "should", "stricter"),
        (("starts_in",), [], "stricter"),
    ],
)
def test_what_changes_of_a_local_time_is_told_apart_from_duties(
    path: Way, to: Any, verdict: str
) -> None:
    local = ("timescales", "progress")
    assert only(INCIDENT, edited(INCIDENT, *local, *path, to=to))[:2] == ("local", verdict)
    for part, said in (("duty", "Sample Act s.9"), ("kind", "regulation")):
        at = (*local, part) if part == "duty" else (*local, "variants", 0, "time_from", part)
        law = edited(INCIDENT, *at, to=said)
        assert only(law, edited(law, *local, *path, to=to))[:2] == ("law", verdict)
        assert only(INCIDENT, law)[:2] == ("law", "stricter")


def test_a_local_time_that_is_new_or_gone_is_told_under_a_heading_of_its_own() -> None:
    fewer = {k: v for k, v in INCIDENT.timescales.items() if k != "progress"}
    gone = replace(INCIDENT, timescales=fewer, rules={})
    assert only(replace(INCIDENT, rules={}), gone)[:2] == ("local", "looser")
    parts = [*PARTS]
    assert parts.index("local") == parts.index("law") + 1
    assert PARTS["local"] == "Local times"


def test_a_timescale_that_is_new_is_stricter_and_one_that_is_gone_is_looser() -> None:
    fewer = {k: v for k, v in INCIDENT.timescales.items() if k != "copies"}
    part, verdict, was, now = only(INCIDENT, replace(INCIDENT, timescales=fewer))

    assert (part, verdict, now) == ("law", "looser", "nothing")
    assert was.startswith("at least 7 calendar days before")
    assert "Sample Act s.2" in was


def renamed_state(workflow: Workflow, old: str, new: str) -> Workflow:
    text = json.dumps(plain(workflow)).replace(f'"{old}"', f'"{new}"')
    stored = json.loads(text)
    for step in stored["transitions"]:
        step["starts"] = sorted(step["starts"])
    return workflow_from(stored, "")


def test_a_state_with_another_name_is_told_once_and_not_as_a_change_of_every_step() -> None:
    part, verdict, was, now = only(INCIDENT, renamed_state(INCIDENT, "reviewing", "in_review"))
    assert (part, verdict, was, now) == ("steps", "other", "reviewing", "in_review")


def test_a_partnerships_own_files_are_compared_with_the_process_under_them() -> None:
    base = find("child_safeguarding_practice_review")
    changes = compare(SHIPPED, load(base / "examples" / "one_partnership"))
    numbers = counted(changes)

    assert numbers["looser"] == 0 < numbers["stricter"]
    [over] = [one for one in changes if one.at == "process: overlay"]
    assert over.part == "wording"
    assert changes[0].at.startswith("timescale")
    assert over.was == "nothing"
    assert over.now.startswith("one_partnership, over edition ")


def test_what_linked_processes_share_is_told_once() -> None:
    newer = edited(SHIPPED, "source", to="Another act")
    for child in newer.children.values():
        assert child.source == SHIPPED.source
    both = replace(
        newer,
        children={
            name: replace(child, source="Another act") for name, child in newer.children.items()
        },
    )
    assert only(SHIPPED, both)[3] == "Another act"
    assert len(compare(SHIPPED, replace(both, source=SHIPPED.source))) == len(SHIPPED.children)


STORED = {w.name: plain(w) for w in (INCIDENT, SHIPPED)}
PLACES = {
    # A pair of a question and its answer is no list.
    name: [way for way in leaves(stored) if way[-1] != "name" and way[-2:-1] != ("sets",)]
    for name, stored in STORED.items()
}


@given(name=st.sampled_from(sorted(STORED)), seed=st.integers(0, 10**9))
def test_no_single_change_of_a_definition_goes_untold(name: str, seed: int) -> None:
    chance = random.Random(seed)
    old, path = workflow_from(STORED[name], ""), chance.choice(PLACES[name])
    new = workflow_from(mutated(STORED[name], path, chance), "")
    found, back = compare(old, new), compare(new, old)

    assert bool(found) == bool(back) == (plain(new) != plain(old))
    if path[-1] == "id":
        # What goes by the old name is then left hanging, which no definition that loads does.
        return
    assert Counter((one.part, flipped(one.verdict)) for one in back) == Counter(
        (one.part, one.verdict) for one in found
    )


@given(st.integers(0, 10**9))
def test_several_changes_together_are_the_same_the_other_way_round(seed: int) -> None:
    chance = random.Random(seed)
    stored = STORED["incident"]
    for _ in range(4):
        places = [
            w for w in leaves(stored) if w[-1] not in ("name", "id") and w[-2:-1] != ("sets",)
        ]
        stored = mutated(stored, chance.choice(places), chance)
    old, new = INCIDENT, workflow_from(stored, "")
    there, back = compare(old, new), compare(new, old)
    assert Counter((one.part, one.verdict) for one in there) == Counter(
        (one.part, flipped(one.verdict)) for one in back
    )
    numbers = counted(there)
    assert sum(numbers.values()) == len(there)
    assert [PARTS_ORDER[one.part] for one in there] == sorted(PARTS_ORDER[o.part] for o in there)


PARTS_ORDER = {part: at for at, part in enumerate(PARTS)}

WORLDS: dict[str, tuple[str | None, ...]] = {
    "colour": ("red", "green", "blue", None),
    "number": (*map(str, range(6)), None),
    "day": ("2025-01-01", "2025-12-31", None),
}


class Facts:
    """The answers of one possible case, on a day in between."""

    def __init__(self, answers: dict[str, str | None], cases: tuple[int, int]) -> None:
        self.today = date(2025, 6, 1)
        self.answers, self.cases = answers, cases

    def value(self, question: str) -> str | int | None:
        return self.answers[question]

    def ended(self, process: str) -> tuple[int, int]:
        return self.cases


LINES = st.one_of(
    st.sets(st.sampled_from(["red", "green", "blue"]), min_size=1).map(
        lambda found: Condition("colour", "is", tuple(sorted(found)))
    ),
    st.tuples(st.sampled_from(["at least", "at most"]), st.integers(0, 5)).map(
        lambda found: Condition("number", found[0], (str(found[1]),))
    ),
    st.sampled_from(["colour", "number", "day"]).flatmap(
        lambda name: st.sampled_from(["answered", "not answered"]).map(
            lambda word: Condition(name, word)
        )
    ),
    st.just(Condition("day", "passed")),
    st.just(Condition("reply", "all ended")),
    st.integers(1, 3).map(lambda n: Condition("reply", "at least ended", (str(n),))),
)
GUARDS = st.lists(st.lists(LINES, min_size=1, max_size=3).map(tuple), max_size=3).map(
    lambda tables: Guard(tuple(tables))
)


@given(GUARDS, GUARDS)
def test_whether_a_guard_is_stricter_is_decided_over_every_possible_case(
    old: Guard, new: Guard
) -> None:
    cases = [(ended, opened) for opened in range(5) for ended in range(opened + 1)]
    worlds = [
        Facts(dict(zip(WORLDS, answers, strict=True)), linked)
        for answers in product(*WORLDS.values())
        for linked in cases
    ]
    before = [holds(old, one) for one in worlds]
    after = [holds(new, one) for one in worlds]
    narrower = all(b or not a for b, a in zip(before, after, strict=True))
    wider = all(a or not b for b, a in zip(before, after, strict=True))
    expected = {
        (True, True): None,
        (True, False): "stricter",
        (False, True): "looser",
        (False, False): "other",
    }[narrower, wider]
    assert strictness(old, new, {"colour": ["red", "green", "blue"]}) == expected


def test_guards_too_involved_to_be_decided_are_called_neither() -> None:
    def pairs(shift: int) -> Guard:
        return Guard(
            tuple(
                tuple(Condition(f"q{at}{side}", "is", (f"v{shift}",)) for side in "abcde")
                for at in range(12)
            )
        )

    assert strictness(pairs(0), pairs(1)) == "other"


UNITS = ("hours", "calendar days", "working days", "weeks", "months", "years")


@given(
    st.integers(1, 40),
    st.sampled_from(UNITS),
    st.integers(1, 40),
    st.sampled_from(UNITS),
    st.dates(date(2019, 1, 1), date(2024, 1, 1)),
)
def test_a_shorter_time_ends_earlier_from_whatever_day_it_is_counted(
    first: int, unit: str, second: int, other: str, day: date
) -> None:
    def rule(number: int, unit: str) -> str:
        return f"within {number} {unit.removesuffix('s') if number == 1 else unit} of aware_on"

    old, new = rule(first, unit), rule(second, other)
    verdict = of_lengths(old, new)
    assert of_lengths(new, old) == flipped(verdict)
    ends = [due_on(parse(one), day, CALENDAR) for one in (old, new)]
    if verdict == "stricter":
        assert ends[1] < ends[0] or unit == other == "hours"
    elif verdict == "looser":
        assert ends[1] > ends[0] or unit == other == "hours"


def test_a_rule_that_says_nothing_is_no_rule() -> None:
    with pytest.raises(UsageError):
        of_lengths("whenever", "within 1 month of aware_on")
