from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cli import form
from engine.errors import UsageError
from tests.offices import Office

REF = "2025-K7QF29"


def filled(office: Office, ref: str, answers: dict[str, str]) -> str:
    text = office.ok("record", ref, "--form")
    for path, answer in answers.items():
        text = text.replace(f"[[ {path} ]]\n\n", f"[[ {path} ]]\n{answer}\n")
    return office.file("filled.txt", text)


def test_the_open_questions_are_a_form_that_is_read_back(office: Office) -> None:
    ref = office.at("deciding")
    text = "The tests are met:\n\n- abuse is suspected\n  # not a heading of ours\n[[ aside ]]"
    answers = {"rationale": text, "opinion/police": "asked", "opinion/board": "Notify"}
    file = filled(office, ref, answers)
    said = office.ok("record", ref, "--form", file, "--yes")
    assert f"Understood for {ref}:" in said
    assert "Recorded 2 answers" in said
    assert f"Recorded on {ref}: asked; Sample Police: " in said
    case = office.json("show", ref, "--personal", "--why", "to see it")
    assert case["personal"] == {"rationale//1": text}
    opinions = {a["of"]: (a["status"], a["value"]) for a in case["answers"] if a["of"]}
    assert opinions == {"police": ("asked", None), "board": ("answered", "notify")}


def test_a_form_takes_a_silence_with_the_day_of_the_asking(office: Office) -> None:
    ref = office.at("deciding")
    file = filled(office, ref, {"opinion/police": "No reply, asked on 20 November 2025"})
    office.ok("record", ref, "--form", file, "--yes")
    [opinion] = [a for a in office.show(ref)["answers"] if a["of"]]
    assert (opinion["status"], opinion["asked_on"]) == ("no reply", "2025-11-20")


def test_a_form_asks_what_the_next_steps_need_or_every_open_question(office: Office) -> None:
    ref = office.at("deciding")
    needed = re.findall(r"^\[\[ (\S+) \]\]$", office.ok("record", ref, "--form"), re.MULTILINE)
    assert needed == ["opinion/council", "opinion/board", "opinion/police", "rationale"]
    every = office.ok("record", ref, "--form", "--all")
    assert "[[ report ]]" in every
    assert f"casetrail attach {ref} form FILE" in every


def test_a_form_is_written_for_its_owner_alone_and_replaces_nothing(office: Office) -> None:
    ref = office.at("deciding")
    out = office.folder / "form.txt"
    office.ok("record", ref, "--form", "--out", str(out))
    assert out.stat().st_mode & 0o077 == 0
    assert "cannot be written" in office.refused(2, "record", ref, "--form", "--out", str(out))


def test_a_form_is_recorded_only_when_somebody_confirms_it(office: Office) -> None:
    ref = office.at("deciding")
    file = filled(office, ref, {"rationale": "It fits."})
    result = office.run("record", ref, "--form", file)
    assert result.exit_code == 2
    assert "It fits." in result.stdout
    assert "nobody confirmed it" in result.stderr
    assert office.show(ref)["answers"][-1]["question"] != "rationale"


def test_the_form_of_another_case_is_refused(office: Office) -> None:
    ref, other = office.at("deciding"), office.at("deciding")
    file = filled(office, ref, {"rationale": "It fits."})
    assert f"It is the form of {ref}" in office.refused(2, "record", other, "--form", file)
    file = office.file("else.txt", "Dear colleague")
    assert "no form that Casetrail wrote" in office.refused(2, "record", ref, "--form", file)


def test_an_empty_form_records_nothing(office: Office) -> None:
    ref = office.at("deciding")
    file = filled(office, ref, {})
    assert "Every box of the form is empty" in office.refused(2, "record", ref, "--form", file)


def test_every_mistake_of_a_form_is_told_at_once() -> None:
    text = f"""| Case {REF}
lost words
[[ rationale ]]
first
[[ end of rationale ]]
[[ rationale ]]
second
[[ end of rationale ]]
| Question
[[ report ]]
no end
"""
    with pytest.raises(UsageError) as error:
        form.read(text, REF)
    said = str(error.value).split("\n")
    assert said[0].startswith("Line 2 stands outside of every box")
    assert said[1] == "The box that begins on line 10 has no end: [[ end of report ]]."
    assert said[2].startswith("Line 6 begins a second box for rationale")


def test_a_question_that_there_is_not_is_told_with_its_line(office: Office) -> None:
    ref = office.at("deciding")
    text = f"| Case {ref}\n[[ rationales ]]\nx\n[[ end of rationales ]]\n"
    said = office.refused(2, "record", ref, "--form", office.file("form.txt", text))
    assert "Line 2: there is no question rationales; did you mean rationale?" in said


@given(
    st.lists(
        st.text(
            st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), min_size=1
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_is_written_in_the_boxes_comes_back_whole(texts: list[str]) -> None:
    questions = [
        {
            "question": f"q{n}",
            "of": "",
            "of_title": "",
            "path": f"q{n}",
            "ask": "What is it?",
            "help": "",
            "answer": "text",
            "choices": [],
            "asked_of": "",
        }
        for n in range(len(texts))
    ]
    found = {
        "ref": REF,
        "title": "Sample",
        "state_title": "Here",
        "version": 1,
        "caution": "A sample.",
        "questions": questions,
    }
    sheet = "\n".join(form.lines_of(found))
    for n, text in enumerate(texts):
        sheet = sheet.replace(f"[[ q{n} ]]\n\n", f"[[ q{n} ]]\n{text}\n", 1)
    back = {one.path: one.text for one in form.read(sheet, REF)}
    assert back == {f"q{n}": text.strip("\n ") for n, text in enumerate(texts) if text.strip("\n ")}
