"""How commands say things: with one kind of quotation marks, and numbers with their nouns."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import RefusedError
from engine.nouns import count
from engine.service import cases
from engine.service.looking import ahead
from engine.service.trail.verifying import Verdict
from tests.refusing import said
from tests.worlds import BESS, World

ENGINE = Path(__file__).parents[1] / "engine"
SAYING = ("cli", "decide", "service", "packs")
CURLY = re.compile("[\u2018\u2019\u201c\u201d]")
NOUNS = "cases|events|rows|answers|tasks|messages|notices|packs"
PLURAL = re.compile(rf"\{{(?!count\()[^{{}}]*\}}\s+(?:\w+ )?(?:{NOUNS})\b")


def texts(folder: str) -> Iterator[tuple[str, str]]:
    """Every text in the source of a folder, and where it is; not what documents a thing."""
    for file in sorted((ENGINE / folder).rglob("*.py")):
        tree = ast.parse(file.read_text())
        bare = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.JoinedStr) or (
                isinstance(node, ast.Constant) and isinstance(node.value, str)
            )
            if is_text and id(node) not in bare:
                yield f"{file.name}:{node.lineno}", ast.unparse(node)


@pytest.mark.parametrize("folder", SAYING)
def test_what_commands_say_has_straight_quotation_marks_alone(folder: str) -> None:
    assert [(where, text) for where, text in texts(folder) if CURLY.search(text)] == []


@pytest.mark.parametrize("folder", SAYING)
def test_a_number_before_a_noun_is_counted_by_the_one_helper(folder: str) -> None:
    found = [(where, text) for where, text in texts(folder) if PLURAL.search(text)]
    assert [one for one in found if "answers and documents" not in one[1]] == []


def test_a_number_and_its_noun_agree() -> None:
    said = [count(0, "case"), count(1, "case"), count(2, "case"), count(2, "more")]
    assert said == ["0 cases", "1 case", "2 cases", "2 more"]
    assert [count(1, "person", "people"), count(3, "person", "people")] == ["1 person", "3 people"]


def test_a_verdict_on_one_event_of_one_case_says_so() -> None:
    assert Verdict(events=7, cases=1, rows=9).lines()[0] == (
        "Consistent: 7 events of 1 case, and the 9 rows that follow from them, agree."
    )
    one = Verdict(events=1, rows=1).lines()[0]
    assert one == "Consistent: 1 event of 0 cases, and the 1 row that follows from them, agree."


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_no_refusal_of_a_step_has_curly_quotation_marks(world: World) -> None:
    ref = world.open(place="elsewhere")
    world.take(ref, "start_deciding")
    steps = ahead.next_steps(world.place, BESS, ref)["steps"]
    needs = [need["what"] for step in steps for need in step["unmet"]]
    assert any('must be answered with "' in need for need in needs)
    assert not [need for need in needs if CURLY.search(need)]


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_what_is_approved_is_called_by_what_it_asks(world: World) -> None:
    ref = world.open()
    lines = said(world, lambda place: cases.approve(place.place, BESS, ref, "report"))
    assert lines[0] == 'The approval of "The report" is for others to give.'
    with pytest.raises(RefusedError) as refused:
        cases.approve(world.place, BESS, ref, "rationale")
    assert "rationale" not in str(refused.value)
    assert [need.how for need in refused.value.unmet] == ["approve report"]
