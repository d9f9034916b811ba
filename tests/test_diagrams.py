"""The picture of a process: nothing is left out of it, nothing overlaps, and nothing in it runs."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definition import State, Transition, Workflow
from engine.diagrams.dot import dot
from engine.diagrams.graph import Picture, Track, main_line, picture
from engine.diagrams.layout import NEXT, ROW_SIZE, Page, layout
from engine.diagrams.measure import broken, width
from engine.diagrams.mermaid import mermaid
from engine.diagrams.svg import svg
from engine.loading import find, load
from tests.definitions import changed, mistakes
from tests.offices import Office
from tests.shared import loaded

WORKFLOW = loaded(find("child_safeguarding_practice_review"))
PROCESSES = (WORKFLOW, *WORKFLOW.children.values())
SVG = "{http://www.w3.org/2000/svg}"
SIGNS = {"main": "↓", "on": "→", "back": "↩"}
each_process = pytest.mark.parametrize("workflow", PROCESSES, ids=lambda one: one.name)


def text_of(drawn: str) -> str:
    return " ".join(" ".join(ET.fromstring(drawn).itertext()).split())


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
        read = timescale.duty and (timescale.duty_checked or variant.confirmed == "read")
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


def overlaps(page: Page) -> list[tuple[str, str]]:
    return [
        (one.id, other.id)
        for one, other in combinations(page.boxes, 2)
        if one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
    ]


@each_process
def test_no_box_lies_on_another_and_no_word_runs_out_of_its_box(workflow):
    page = layout(picture(workflow))

    assert overlaps(page) == []
    for box in page.boxes:
        for row in box.rows:
            size = 14 if row.kind == "title" else 12
            assert row.top + row.height <= box.bottom
            for line in row.lines:
                assert width(line, size) <= box.width - 20


@each_process
def test_every_line_ends_at_the_place_it_leads_to_and_lines_to_two_places_share_no_lane(workflow):
    page = layout(picture(workflow))
    boxes = {box.id: box for box in page.boxes}
    upright = []
    for line in page.lines:
        x, y = line.corners[-1]
        target = boxes[line.step.target]
        assert target.left <= x <= target.right
        assert target.top <= y <= target.bottom
        if len(line.corners) > 2:
            (a, top), (_, bottom) = line.corners[1], line.corners[2]
            upright.append((a, *sorted((top, bottom)), line.step.target))
            assert not any(box.left < a < box.right for box in page.boxes)
    for one, other in combinations(upright, 2):
        together = one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
        assert not together or one[3] == other[3]


@each_process
def test_bars_of_timescales_never_lie_on_each_other(workflow):
    bars = layout(picture(workflow)).bars

    for one, other in combinations(bars, 2):
        assert one.x != other.x or one.bottom + 10 < other.top or other.bottom + 10 < one.top


def test_a_long_process_stands_in_columns_that_can_be_read_on_one_sheet_of_a2():
    page = layout(picture(WORKFLOW))

    assert 1.2 < page.width / page.height < 1.7
    assert 594 / page.width * ROW_SIZE > 2.1, "millimetres of a line of text: six points"
    places = {box.id for box in page.boxes}
    assert {*page.picture.places} <= places
    assert len(page.boxes) == len(places)
    tops = [box.top for box in page.boxes if box.id in page.picture.line]
    assert sum(one > other for one, other in pairwise(tops)) == 2, "three columns"
    [small] = {
        len({box.left for box in layout(picture(one)).boxes if box.place and box.place.main})
        for one in WORKFLOW.children.values()
    }
    assert small == 1


def test_a_step_into_another_column_says_where_it_leads_and_every_other_has_its_line():
    seen = picture(WORKFLOW)
    page = layout(seen)
    drawn = {(line.step.id, line.step.source, line.step.target) for line in page.lines}
    told = {
        (row.step.id, row.step.source, row.step.target): row.step.title
        for box in page.boxes
        for row in box.rows
        if row.kind == "step"
    }
    elsewhere = 0
    for step in seen.steps:
        key = (step.id, step.source, step.target)
        assert told[key].startswith(step.title)
        if step.way != "main" and key not in drawn:
            assert told[key] == f"{step.title}, to “{seen.places[step.target].title}”"
            elsewhere += 1
    assert elsewhere > 5
    goes_on = [box for box in page.boxes if box.id.startswith(NEXT)]
    assert len(goes_on) == 2
    for box in goes_on:
        assert seen.places[box.id.removeprefix(NEXT)].title in " ".join(box.rows[0].lines)


def test_a_bar_that_runs_on_in_the_next_column_begins_there_again():
    seen = picture(WORKFLOW)
    page = layout(seen)
    boxes = {box.id: box for box in page.boxes}
    for clock in seen.clocks:
        bars = [bar for bar in page.bars if bar.clock.number == clock.number]
        assert bars[0].top == boxes[clock.first].top
        if clock.last and len(bars) > 1:
            assert bars[-1].bottom == boxes[clock.last].bottom
    assert len(page.bars) > len(seen.clocks)


def test_a_long_main_line_without_groups_is_cut_too_and_nothing_overlaps():
    names = [f"s{n}" for n in range(90)]
    states = {
        name: State(name, f"The place {name} of a long way", closed=name == names[-1])
        for name in names
    }
    steps = {
        f"go_{a}": Transition(f"go_{a}", f"Go on from {a}", (a,), b, ("business_unit",))
        for a, b in pairwise(names)
    }
    long = replace(
        WORKFLOW.children["meeting"],
        states=states,
        transitions=steps,
        starts_at=names[0],
        main_line=tuple(names),
        timescales={},
        children={},
    )
    page = layout(picture(long))
    assert overlaps(page) == []
    assert len({box.left for box in page.boxes}) == 3


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
    assert tags <= {"svg", "title", "desc", "style", "marker", "path", "rect", "circle", "text"}
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


def track() -> Track:
    return Track(
        ref="2026-K7QF29",
        state="not_notified",
        since="2026-02-05",
        been=frozenset({"referred", "triage", "not_notified"}),
        taken={
            ("report_referral", "referred"): "2026-02-03",
            ("decide_not_to_notify", "triage"): "2026-02-05",
        },
        clocks={"notification": ("overdue since the end of 2 February 2026", True)},
    )


def test_the_place_of_a_case_and_its_way_are_marked():
    seen: Picture = picture(WORKFLOW, track())
    drawn = svg(seen)

    assert [place.id for place in seen.places.values() if place.here] == ["not_notified"]
    assert drawn.count("taken") > svg(picture(WORKFLOW)).count("taken")
    assert len(re.findall(r'class="box [^"]*here"', drawn)) == 1
    assert len(re.findall(r'class="box [^"]*been"', drawn)) == 2
    said = text_of(drawn)
    assert "The case 2026-K7QF29 is at" in said
    assert "since 5 February 2026" in said
    assert "overdue since the end of 2 February 2026" in said
    assert "class not_notified here" in mermaid(seen)
    assert re.search(r'"not_notified" \[.*#ffdd00', dot(seen))


@given(st.text(st.characters(blacklist_categories=("Cs",)), max_size=300))
def test_no_line_is_wider_than_it_may_be_and_no_letter_is_lost(text):
    lines = broken(text, 12, 100)

    assert all(width(line, 12) <= 100 or len(line) == 1 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


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
    assert office.ok("workflow", "diagram", WORKFLOW.name, "--format", "dot").startswith("digraph")


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
