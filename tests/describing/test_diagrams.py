"""The picture of a process: nothing is left out of it, nothing overlaps, and nothing in it runs."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dates import said as short
from engine.definition import Workflow
from engine.diagrams.dot import dot
from engine.diagrams.graph import main_line, picture
from engine.diagrams.layout import layout
from engine.diagrams.mermaid import mermaid
from engine.diagrams.svg import svg
from engine.loading import find, load
from tests.definitions import changed, mistakes
from tests.offices import Office
from tests.pictures import SVG, WORKFLOW, each_process, overlaps, text_of

SHAPES = ("path", "rect", "circle", "text")
SIGNS = {"main": "↓", "on": "→", "back": "↩"}


def titled(workflow: Workflow, title: str) -> Workflow:
    """The same process, in which a title was written by somebody who means no good."""
    states = {
        name: state._replace(title=f"{title} {name}") for name, state in workflow.states.items()
    }
    return replace(workflow, title=title, states=states)


def test_the_main_line_goes_from_the_referral_to_the_closed_case_by_way_of_a_practice_review():
    line = main_line(WORKFLOW)

    assert (line[0], line[-1]) == ("referred", "closed")
    for name in ("incident_decision", "notified", "submitted", "report_approval", "published"):
        assert name in line
    assert "not_notified" not in line
    for here, there in pairwise(line):
        assert there in {step.to for step in WORKFLOW.from_state(here)}


@each_process
def test_every_place_step_and_timescale_is_told_in_each_form(workflow):
    seen = picture(workflow)
    wanted = [place.title for place in seen.places.values()]
    wanted += [step.title for step in workflow.transitions.values()]
    wanted += [timescale.title for timescale in workflow.timescales.values()]
    said = text_of(svg(seen))
    for title in wanted:
        assert title in said, title
    for place in seen.places.values():
        assert f" as {place.id}\n" in mermaid(seen)
        assert f'"{place.id}" [label=' in dot(seen)
    for step in seen.steps:
        assert f"{step.source} --> {step.target} : {SIGNS[step.way]} " in mermaid(seen)
        assert f'-> "{step.target}" [label="{step.title}' in dot(seen)


@each_process
def test_each_timescale_says_what_sets_its_time_and_how_far_that_is_confirmed(workflow):
    said = text_of(svg(picture(workflow)))

    for timescale in workflow.timescales.values():
        variant = max(
            (one for one in timescale.variants if not one.until), key=lambda one: one.since
        )
        read = timescale.duty_checked or timescale.id == "stay_public"
        standing = f"duty under {timescale.duty}; " if read else ""
        kind = {"local": "local practice", "act": "an act", "regulation": "a regulation"}
        by = kind.get(variant.time_from.kind, variant.time_from.kind.partition(" ")[2])
        assert f"{variant.confirmed}" in said
        assert standing in said
        assert by in said


def test_a_definition_may_say_which_way_is_the_main_one():
    meeting = WORKFLOW.children["meeting"]

    assert "inquorate" not in picture(meeting).line
    assert "inquorate" in main_line(replace(meeting, main_line=()))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('["referred", "reviewing"]', "goes from where a case starts to a closed state."),
        ('["reviewing", "ended"]', "goes from where a case starts to a closed state."),
        (
            '["referred", "ended", "reviewing"]',
            'goes from "ended" to "reviewing", and no step does.',
        ),
        ('["refered", "ended"]', 'Did you mean "referred"?'),
    ],
)
def test_a_main_line_that_no_case_can_go_is_refused(tmp_path, line, said):
    start = 'starts_at    = "referred"'
    [found] = mistakes(tmp_path, changed((start, f"{start}\nmain_line = {line}")))

    assert found.startswith("process.toml:7: ")
    assert found.endswith(said)


HOSTILE = st.text(
    st.characters(blacklist_categories=("Cs", "Cc")) | st.sampled_from("<>&\"';:#{}\\$"),
    min_size=1,
    max_size=120,
)


@settings(max_examples=25, deadline=None)
@given(HOSTILE)
def test_no_title_breaks_out_of_the_picture(title):
    seen = picture(titled(WORKFLOW.children["meeting"], f"{title}<script>alert(1)</script>"))
    root = ET.fromstring(svg(seen))

    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "marker", "g", *SHAPES}
    assert overlaps(layout(seen)) == []
    assert mermaid(seen).count("\n") == mermaid(picture(WORKFLOW.children["meeting"])).count("\n")
    for line in dot(seen).splitlines():
        assert re.fullmatch(r'(?:[^"\\]|"(?:[^"\\]|\\.)*")*', line), line


def test_the_picture_loads_nothing_and_runs_nothing():
    drawn = svg(picture(WORKFLOW))

    assert "href" not in drawn
    assert re.findall(r"https?://[^\"]+", drawn) == ["http://www.w3.org/2000/svg"]
    assert "url(" not in drawn.replace("url(#", "")


def test_the_same_process_is_drawn_the_same_each_time():
    assert svg(picture(WORKFLOW)) == svg(picture(load(find(WORKFLOW.name))))


def test_a_process_is_drawn_into_a_file_and_a_case_on_the_edition_it_is_pinned_to(
    office: Office, tmp_path
):
    ref = office.open()
    file = tmp_path / "case.svg"
    said = office.ok("workflow", "diagram", "--case", ref, "--out", str(file))

    assert f"Drawn in {file}" in " ".join(said.split())
    assert f"The case {ref} is at" in text_of(file.read_text(encoding="utf-8"))
    document = office.json("workflow", "diagram", WORKFLOW.name, "--format", "mermaid")
    assert document["text"] == mermaid(picture(WORKFLOW))
    for name, form in (("a.dot", "dot"), ("a.mmd", "mermaid"), ("a.svg", "svg")):
        words = ("workflow", "diagram", WORKFLOW.name, "--out", str(tmp_path / name))
        assert office.json(*words)["format"] == form
        assert ("browser" in office.ok(*words)) == (form == "svg")
    assert office.ok("workflow", "diagram", WORKFLOW.name, "--format", "dot").startswith("digraph")


def test_an_open_case_shows_what_is_due_there_and_on_which_day_as_the_case_itself_does(
    office: Office,
):
    ref = office.at("to_notify")
    case = office.json("show", ref)
    running = [one for one in case["deadlines"] if one["status"] == "running"]
    drawn = office.ok("workflow", "diagram", "--case", ref, "--out", "-")
    root = ET.fromstring(drawn)
    [here] = [one for one in root.iter(f"{SVG}g") if one.get("id") == "place-to_notify"]
    said = " ".join(" ".join(here.itertext()).split())

    assert running
    for one in running:
        assert one["title"] in said
        assert f"due {short(one['due_on'], short=True)}" in said
        assert ("(a duty)" in said) == any(one["duty_read"] for one in running)
    assert f"2 {short(case['since'], short=True)}" in said
    assert "It fits." not in drawn


def test_the_law_of_a_day_is_drawn_and_says_so(office: Office):
    words = ("workflow", "diagram", WORKFLOW.name, "--as-at", "2019-03-01", "--out", "-")
    said = text_of(office.ok(*words))

    assert "as the law stood on 1 March 2019" in said
    time = "within 15 working days of the day on which the local authority became aware"
    assert time in said
    assert time not in text_of(svg(picture(WORKFLOW)))


def test_a_case_is_not_drawn_beside_the_rules_of_another_day(office: Office, tmp_path):
    ref, out = office.at("referred"), tmp_path / "drawn.svg"
    words = ("workflow", "diagram", "--case", ref, "--as-at", "2020-05-01", "--out", str(out))
    said = " ".join(office.refused(2, *words).split())

    assert "--case draws a case with its own days: leave out --as-at, or --case." in said
    assert not out.exists()


def test_what_cannot_be_drawn_is_refused_in_one_sentence(office: Office, tmp_path):
    said = office.refused(2, "workflow", "diagram")
    assert "Name a process or its folder, or a case with --case REF." in said
    ref = office.at("referred")
    said = office.refused(2, "workflow", "diagram", WORKFLOW.name, "--case", ref)
    assert "leave out the name of the process, or --case." in " ".join(said.split())
    said = office.refused(2, "workflow", "diagram", WORKFLOW.name, "--linked", "meting")
    assert "did you mean meeting?" in said
    said = office.refused(2, "workflow", "diagram", WORKFLOW.name, "--out", str(tmp_path))
    assert "cannot be written" in said
    office.refused(3, "workflow", "diagram", "--case", "2026-K7QF29")


@pytest.mark.debian
@each_process
def test_graphviz_draws_the_text_that_is_made_for_it(workflow):
    program = shutil.which("dot")
    assert program, "install the package graphviz"
    done = subprocess.run(
        [program, "-Tsvg"], input=dot(picture(workflow)), capture_output=True, text=True, check=True
    )
    assert "Error" not in done.stderr
    assert done.stdout.count('class="node"') >= len(workflow.states) - len(picture(workflow).bands)
