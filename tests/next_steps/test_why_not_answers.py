"""No command that `why-not` advises puts on record what nobody has said."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

import pytest

from engine.cli.why_not import _supply
from engine.definition import Condition, Guard, Question
from engine.loading.resolving import hashed
from engine.service.looking import ahead
from tests.next_steps.test_cli_next import whole
from tests.next_steps.test_needs import review
from tests.next_steps.test_needs_suffice import GO, HELPERS, process, world
from tests.offices import Office
from tests.worlds import BESS

BASE = HELPERS[0]._replace(id=GO, title="Go", dates="")


def asked(line: Condition, **more: Any) -> tuple[str, list[dict[str, Any]]]:
    """What is told of the one need of a step with this line as its guard, and of which case."""
    step = BASE._replace(only_if=Guard(((line,),)), **more)
    with world(process(step)) as at:
        ref = at.open(aware_on="2025-12-12")
        [need] = ahead.why_not(at.place, BESS, ref, GO)["unmet"]
        [way] = need["ways"]
        return ref, way


def printed(supply: dict[str, Any]) -> str:
    return " ".join("\n".join(_supply(supply, supply["earliest"], 0)).split())


def test_where_several_answers_would_do_the_command_names_none_and_the_line_below_all() -> None:
    ref, [supply] = asked(Condition("colour", "is", ("green", "blue")))
    assert supply["commands"] == [f"record {ref} colour=ANSWER"]
    assert (supply["choices"], supply["value"]) == (["green", "blue"], "green")
    said = printed(supply)
    assert f"casetrail record {ref} colour=ANSWER (these answers would do: green, blue)" in said
    assert "colour=green" not in said
    assert ", only if it is so: casetrail record" in said


def test_where_one_answer_would_do_it_is_named_and_said_to_be_given_only_if_it_is_so() -> None:
    ref, [supply] = asked(Condition("colour", "is", ("red",)))
    assert supply["commands"] == [f"record {ref} colour=red"]
    assert (supply["choices"], supply["value"]) == (["red"], "red")
    assert f", only if it is so: casetrail record {ref} colour=red" in printed(supply)


@pytest.mark.parametrize(("word", "number"), [("at least", "3"), ("at most", "1")])
def test_of_many_numbers_that_would_do_none_is_named(word: str, number: str) -> None:
    ref, [supply] = asked(Condition("many", word, (number,)))
    assert supply["commands"] == [f"record {ref} many=NUMBER"]
    assert supply["value"] == number
    assert f"{word} {number}" in supply["what"]


def test_an_answer_given_with_the_step_is_named_only_where_no_other_would_do() -> None:
    ref, [supply] = asked(Condition("colour", "is", ("green", "blue")), asks_anew=("colour",))
    assert supply["commands"] == [f"take {ref} go colour=ANSWER"]
    assert "(these answers would do: green, blue)" in printed(supply)
    ref, [supply] = asked(Condition("colour", "is", ("red",)), asks_anew=("colour",))
    assert supply["commands"] == [f"take {ref} go colour=red"]
    assert "only if it is so" in printed(supply)


def test_another_step_that_takes_one_of_several_answers_is_told_without_any() -> None:
    ref, [supply] = asked(Condition("letter", "is", ("yes", "no")))
    assert supply["commands"] == [f"take {ref} take_letter letter=ANSWER"]
    assert "(these answers would do: yes, no)" in printed(supply)
    ref, [supply] = asked(Condition("letter", "is", ("yes",)))
    assert supply["commands"] == [f"take {ref} take_letter letter=yes"]
    assert ", only if it is so: casetrail take" in printed(supply)


def test_what_a_step_decides_by_itself_is_no_answer_that_somebody_types() -> None:
    ref, [supply] = asked(Condition("verdict", "is", ("go",)))
    assert supply["commands"] == [f"take {ref} decide_go"]
    assert (supply["choices"], supply["value"]) == ([], "")
    assert "only if it is so" not in printed(supply)


def test_an_answer_of_somebodys_own_is_asked_for_at_the_keyboard_where_several_would_do() -> None:
    hidden = Question("hue", "Which hue?", "choice", ("red", "green", "blue"))
    step = BASE
    from engine.definition import Guard

    step = step._replace(only_if=Guard(((Condition("hue", "is", ("red", "blue")),),)))
    made = process(step)
    made = hashed(replace(made, hash="", questions={**made.questions, "hue": hidden}))
    with world(made) as at:
        ref = at.open(aware_on="2025-12-12")
        [need] = ahead.why_not(at.place, BESS, ref, GO)["unmet"]
        [[supply]] = need["ways"]
    assert supply["commands"] == [f"record {ref} hue=-"]
    assert supply["choices"] == ["red", "blue"]


def test_next_in_full_names_no_answer_where_several_would_do() -> None:
    line = Condition("colour", "is", ("green", "blue"))
    step = BASE._replace(only_if=Guard(((line,),)), asks_anew=("colour",))
    with world(process(step)) as at:
        ref = at.open(aware_on="2025-12-12")
        steps = ahead.next_steps(at.place, BESS, ref)["steps"]
        [how] = [need["how"] for one in steps if one["transition"] == GO for need in one["unmet"]]
    assert how == "give colour=ANSWER with this step"


def test_the_command_prints_what_is_typed_only_where_it_is_so(office: Office) -> None:
    ref = office.open("place=elsewhere")
    office.ok("take", ref, "start_deciding")
    said = whole(office.ok("why-not", ref, "decide_to_notify"))
    typed = shlex.quote("place=in our area")
    assert f"only if it is so: casetrail correct {ref} {typed} --reason TEXT" in said


def test_all_that_is_given_with_a_step_stands_in_one_command_that_is_not_refused(
    office: Office,
) -> None:
    ref = review(office)
    told = office.json("why-not", ref, "record_panel_letter")
    said = whole(office.ok("why-not", ref, "record_panel_letter"))
    head = f"take {ref} record_panel_letter panel_letter="
    letter = office.file("letter.txt", "A letter.")

    assert told["command"] == f"{head}@FILE panel_letter_says=ANSWER"
    assert f"What goes with the step is given in one command: casetrail {told['command']}" in said
    for supply in (way for need in told["unmet"] for [way] in need["ways"]):
        answer = supply["choices"][0] if supply["choices"] else ""
        typed = [
            word.replace("FILE", letter).replace("ANSWER", answer)
            for word in shlex.split(supply["commands"][0])
        ]
        assert office.run(*typed).exit_code == 4
    whole_one = shlex.split(told["command"])
    office.ok(*(one.replace("FILE", letter).replace("ANSWER", answer) for one in whole_one))


def test_where_one_thing_alone_goes_with_a_step_its_own_command_is_the_whole_one(
    office: Office,
) -> None:
    ref = review(office)
    told = office.json("why-not", ref, "record_transfer_refused")
    [need] = [one for one in told["unmet"] if one["ways"][0][0]["verb"] == "give"]

    assert told["command"] == need["ways"][0][0]["commands"][0]
    assert "in one command" not in office.ok("why-not", ref, "record_transfer_refused")


def test_what_whoever_decides_gives_with_a_step_is_in_their_command_too(office: Office) -> None:
    ref = review(office)
    told = office.json("why-not", ref, "close_as_already_open")
    typed = f"take {ref} close_as_already_open already_open_as=CASE already_open_reasons=-"

    assert told["command"] == typed
    assert f"in one command: casetrail {typed}" in whole(
        office.ok("why-not", ref, "close_as_already_open")
    )
