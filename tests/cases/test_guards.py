from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.definition import Condition, Guard, Question, Workflow
from engine.guards import MOST_LINES, clause, holds, parse, satisfied, unmet, words

TODAY = date(2026, 3, 15)


@dataclass
class Known:
    answers: dict[str, str | int] = field(default_factory=dict)
    linked: dict[str, tuple[int, int]] = field(default_factory=dict)
    today: date = TODAY

    def value(self, question: str) -> str | int | None:
        return self.answers.get(question)

    def ended(self, process: str) -> tuple[int, int]:
        return self.linked.get(process, (0, 0))


def question(name: str, answer: str, **more: Any) -> Question:
    return Question(**{"id": name, "ask": f"{name}?", "answer": answer, "personal": False, **more})


QUESTIONS = {
    q.id: q
    for q in (
        question(
            "abuse",
            "choice",
            ask="Is abuse or neglect known or suspected?",
            choices=("known", "suspected", "neither"),
            said="abuse or neglect is ...",
        ),
        question(
            "outcome", "choice", choices=("died", "was seriously harmed"), said="the child ..."
        ),
        question("looked_after", "yes or no", ask="Was the child looked after?"),
        question("in_area", "yes or no", said="it happened in our area"),
        question("children", "number", at_most=4),
        question("siblings", "number", ask="How many siblings are there?"),
        question("planned_on", "date", said="publication is planned for ..."),
        question("sent_on", "date", ask="When was it sent?"),
        question("agencies", "agencies"),
        question("view", "yes or no", asked_of="partners"),
        question("name", "text", personal=True),
    )
}
PROCESSES = ("reply",)
WORKFLOW = Workflow(
    *("review", "Review", "1", "2025-06-01", "", "", "", "", "England and Wales", "referred"),
    *((), {}, {}, QUESTIONS, {}, {}, {}, {}),
    children={},
    templates={},
)
WORKFLOW = replace(WORKFLOW, children={"reply": replace(WORKFLOW, title="Agency return")})


def guard(written: Any) -> Guard:
    read, faults = parse(written, QUESTIONS, PROCESSES)
    assert faults == ()
    return read


def said(written: Any) -> str:
    return words(guard(written), WORKFLOW)


def only_fault(written: Any) -> str:
    (fault,) = parse(written, QUESTIONS, PROCESSES)[1]
    assert fault.at == (tuple(written) if isinstance(written, dict) else ())
    return fault.problem


def test_every_line_of_a_table_must_hold():
    rule = guard({"abuse": ["known", "suspected"], "looked_after": "yes"})
    assert holds(rule, Known({"abuse": "suspected", "looked_after": "yes"}))
    assert not holds(rule, Known({"abuse": "suspected", "looked_after": "no"}))
    assert not holds(rule, Known({"abuse": "neither", "looked_after": "yes"}))


def test_one_table_of_several_is_enough():
    rule = guard([{"abuse": "known", "looked_after": "yes"}, {"children": "at least 2"}])
    assert holds(rule, Known({"children": 2}))
    assert holds(rule, Known({"abuse": "known", "looked_after": "yes", "children": 1}))
    assert not holds(rule, Known({"abuse": "known", "children": 1}))


def test_a_guard_that_asks_for_nothing_always_holds():
    assert holds(Guard(), Known())
    assert unmet(Guard(), Known()) == ()
    assert words(Guard(), WORKFLOW) == ""


@pytest.mark.parametrize("name", [n for n in QUESTIONS if n not in ("name", "view")])
def test_an_unanswered_question_satisfies_only_not_answered(name):
    for word, values in (
        ("is", ("yes", "known")),
        ("at least", ("0",)),
        ("at most", ("9",)),
        ("answered", ()),
        ("passed", ()),
    ):
        assert not satisfied(Condition(name, word, values), Known())
    assert satisfied(Condition(name, "not answered"), Known())
    assert not satisfied(Condition(name, "not answered"), Known({name: "1"}))
    assert satisfied(Condition(name, "answered"), Known({name: "1"}))


def test_a_word_that_nobody_knows_never_holds():
    assert not satisfied(Condition("abuse", "resembles", ("known",)), Known({"abuse": "known"}))


@given(st.integers(0, 20), st.integers(0, 20))
def test_numbers_are_compared_as_numbers(value, limit):
    facts = Known({"siblings": str(value)})
    assert holds(guard({"siblings": f"at least {limit}"}), facts) == (value >= limit)
    assert holds(guard({"siblings": f"at most {limit}"}), facts) == (value <= limit)
    assert holds(guard({"siblings": f"at most {limit}"}), Known({"siblings": value})) == (
        value <= limit
    )


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
@example(TODAY)
@example(TODAY + timedelta(days=1))
def test_a_day_has_passed_today_or_earlier(day):
    rule = guard({"planned_on": "passed"})
    assert holds(rule, Known({"planned_on": day.isoformat()})) == (day <= TODAY)


@pytest.mark.parametrize(
    ("partial", "passed"),
    [("2025", True), ("2026-02", True), ("2026-03", False), ("2026", False), ("2026-04", False)],
)
def test_part_of_a_date_has_passed_only_when_all_its_days_have(partial, passed):
    assert holds(guard({"planned_on": "passed"}), Known({"planned_on": partial})) is passed


@pytest.mark.parametrize(
    ("ended", "opened", "every", "two"),
    [(0, 0, True, False), (0, 1, False, False), (2, 2, True, True), (2, 3, False, True)],
)
def test_linked_cases_are_counted(ended, opened, every, two):
    facts = Known(linked={"reply": (ended, opened)})
    assert holds(guard({"reply": "all ended"}), facts) is every
    assert holds(guard({"reply": "at least 2 ended"}), facts) is two


def test_a_refusal_lists_every_line_that_fails():
    rule = guard({"abuse": "known", "looked_after": "yes", "children": "at least 1"})
    failing = unmet(rule, Known({"looked_after": "no", "children": 3}))
    assert [line.subject for line in failing] == ["abuse", "looked_after"]


def test_of_several_tables_the_one_nearest_to_holding_is_explained():
    rule = guard(
        [{"abuse": "known", "looked_after": "yes"}, {"abuse": "suspected", "children": "at most 1"}]
    )
    failing = unmet(rule, Known({"abuse": "suspected", "children": 2}))
    assert [line.subject for line in failing] == ["children"]


_LINES = st.sampled_from(
    [
        ("abuse", "known"),
        ("abuse", ["known", "suspected"]),
        ("looked_after", "yes"),
        ("children", "at least 2"),
        ("planned_on", "passed"),
        ("sent_on", "not answered"),
        ("agencies", "answered"),
        ("reply", "all ended"),
    ]
)
_TABLES = st.dictionaries(_LINES.map(lambda line: line[0]), st.none(), min_size=1).flatmap(
    lambda names: st.fixed_dictionaries(
        {
            name: _LINES.filter(lambda line, n=name: line[0] == n).map(lambda line: line[1])
            for name in names
        }
    )
)
_FACTS = st.builds(
    Known,
    st.fixed_dictionaries(
        {},
        optional={
            "abuse": st.sampled_from(["known", "suspected", "neither"]),
            "looked_after": st.sampled_from(["yes", "no"]),
            "children": st.integers(0, 4),
            "planned_on": st.sampled_from(["2026-03-15", "2026-03-16"]),
            "sent_on": st.just("2026-03-01"),
            "agencies": st.just("a, b"),
        },
    ),
    st.fixed_dictionaries({}, optional={"reply": st.sampled_from([(0, 0), (0, 1), (1, 1)])}),
)


@given(st.lists(_TABLES, min_size=1, max_size=3), _FACTS)
def test_a_guard_holds_exactly_when_nothing_is_unmet(tables, facts):
    rule = guard(tables)
    failing = unmet(rule, facts)
    assert holds(rule, facts) == (failing == ())
    fewest = min(sum(not satisfied(line, facts) for line in table) for table in rule.tables)
    assert len(failing) == fewest


def test_a_guard_is_said_without_identifiers():
    rule = {"abuse": ["suspected", "known"], "outcome": ["died", "was seriously harmed"]}
    assert said(rule) == (
        "abuse or neglect is known or suspected, and the child died or was seriously harmed"
    )


def test_several_tables_are_said_as_alternatives():
    assert said([{"in_area": "yes"}, {"in_area": "no", "abuse": "known"}]) == (
        "either it happened in our area; "
        "or abuse or neglect is known, and it is not so that it happened in our area"
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"looked_after": "yes"}, "“Was the child looked after?” is answered with “yes”"),
        (
            {"abuse": ["known", "suspected", "neither"]},
            "abuse or neglect is known, suspected or neither",
        ),
        ({"siblings": "at least 2"}, "“How many siblings are there?” is answered with at least 2"),
        ({"planned_on": "passed"}, "publication is planned for today or an earlier day"),
        ({"sent_on": "passed"}, "“When was it sent?” is answered with today or an earlier day"),
        ({"sent_on": "not answered"}, "“When was it sent?” is not answered"),
        ({"abuse": "answered"}, "“Is abuse or neglect known or suspected?” is answered"),
        ({"reply": "all ended"}, "every linked case “Agency return” has ended"),
        ({"reply": "at least 1 ended"}, "at least 1 linked case “Agency return” ended"),
        ({"reply": "at least 2 ended"}, "at least 2 linked cases “Agency return” ended"),
    ],
)
def test_each_kind_of_line_is_said_in_english(written, expected):
    assert said(written) == expected
    (line,) = guard(written).tables[0]
    assert clause(line, WORKFLOW) == expected


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("abuse", 'A condition is a table such as { QUESTION = "ANSWER" }.'),
        ({}, 'A condition is a table such as { QUESTION = "ANSWER" }.'),
        ([], 'A condition is a table such as { QUESTION = "ANSWER" }.'),
        ({"abose": "known"}, 'There is no question or process "abose".'),
        ({"abuse": "proven"}, '"proven" cannot be the answer to "abuse".'),
        ({"abuse": []}, 'Write "known", "suspected" or "neither", or a list of these.'),
        ({"looked_after": True}, 'Write "yes" or "no", or a list of these.'),
        (
            {"abuse": ["known", "not answered"]},
            '"not answered" stands alone; for several ways write a list of tables.',
        ),
        ({"abuse": "at least 1"}, '"at least 1" cannot be the answer to "abuse".'),
        (
            {"siblings": "2"},
            '"2" says nothing about a number; '
            'write "at least 1", "at most 4", "answered" or "not answered".',
        ),
        (
            {"siblings": ["at least 1", "at most 3"]},
            "What stands here says nothing about a number; "
            'write "at least 1", "at most 4", "answered" or "not answered".',
        ),
        ({"children": "at least 5"}, '"at least 5" cannot be: "children" is at most 4.'),
        (
            {"sent_on": "past"},
            '"past" says nothing about a date; write "passed", "answered" or "not answered".',
        ),
        (
            {"sent_on": "at least 1"},
            '"at least 1" says nothing about a date; write "passed", "answered" or "not answered".',
        ),
        (
            {"agencies": "passed"},
            '"passed" says nothing about a list of agencies; write "answered" or "not answered".',
        ),
        (
            {"reply": "at least 0 ended"},
            '"at least 0 ended" says nothing about linked cases; '
            'write "all ended" or "at least 1 ended".',
        ),
        (
            {"name": "answered"},
            'The answer to "name" is personal, and no rule reads a personal answer; ask what '
            "the rule needs as a question of its own that is not personal, or use on_file.",
        ),
        (
            {"view": "yes"},
            '"view" has more than one answer, so no rule can read it; '
            "use on_file or asked, which look at each of them.",
        ),
    ],
)
def test_each_fault_of_a_guard_is_a_sentence(written, problem):
    assert only_fault(written) == problem


def test_faults_know_their_place_and_what_could_have_been_meant():
    _, faults = parse([{"abuse": "knwon"}, {"abus": "known", "children": 3}], QUESTIONS, PROCESSES)
    assert [fault.at for fault in faults] == [(0, "abuse"), (1, "abus"), (1, "children")]
    _, several = parse([{}, "abuse", {"reply": "ended"}], QUESTIONS, PROCESSES)
    assert [fault.at for fault in several] == [(0,), (1,), (2, "reply")]
    assert (faults[0].written, faults[0].known) == ("knwon", ("known", "suspected", "neither"))
    assert "reply" in faults[1].known
    assert "abuse" in faults[1].known


def test_a_number_may_be_asked_to_be_as_high_as_it_can_be():
    assert holds(guard({"children": "at least 4"}), Known({"children": "4"}))


def test_a_question_whose_kind_is_not_known_is_given_the_benefit_of_the_doubt():
    unread = {"broken": question("broken", "")}
    assert parse({"broken": "anything"}, unread, ()) == (
        Guard(((Condition("broken", "answered"),),)),
        (),
    )


def test_a_guard_has_a_limit():
    table = {"looked_after": "yes"}
    assert parse([table] * MOST_LINES, QUESTIONS, ())[1] == ()
    assert only_fault([table] * (MOST_LINES + 1)) == "A guard has at most 50 lines."


_JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=9)
    | st.dates()
    | st.sampled_from(list(QUESTIONS)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*QUESTIONS, "reply", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_JUNK, _FACTS)
def test_whatever_is_written_gives_faults_or_a_guard_that_works(written, facts):
    read, faults = parse(written, QUESTIONS, PROCESSES)
    if not faults:
        assert holds(read, facts) == (not unmet(read, facts))
        assert words(read, WORKFLOW)


def test_guards_load_nothing_heavy():
    code = "import sys, engine.guards; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"pydantic", "difflib", "tomllib", "sqlalchemy", "jinja2", "transitions"}
    assert heavy.isdisjoint(loaded.stdout.split())


def test_a_word_that_no_question_has_is_given_back_beside_those_that_could_have_been_meant():
    _, [fault] = parse({"abus": "known"}, QUESTIONS, PROCESSES)
    assert fault.written == "abus"
    assert fault.known == (*QUESTIONS, *PROCESSES)
