"""What a reader finds in a picture: a case on its way, what is due, and how all of it is told."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from engine.diagrams.dot import dot
from engine.diagrams.graph import Picture, Stands, Track, Went, picture
from engine.diagrams.layout import layout
from engine.diagrams.mermaid import mermaid
from engine.diagrams.style import STYLE
from engine.diagrams.svg import svg
from tests.pictures import SVG, WORKFLOW, text_of


def track() -> Track:
    return Track(
        ref="2026-K7QF29",
        state="not_notified",
        since="2026-02-05",
        been=frozenset({"referred", "triage", "not_notified"}),
        taken={
            ("report_referral", "referred"): "2026-02-03",
            ("call_meeting", "triage"): "2026-02-04",
            ("decide_not_to_notify", "triage"): "2026-02-05",
        },
        clocks={
            "notification": Stands("overdue since the end of Mon 2 Feb 2026", True, True),
            "report_to_partners": Stands("due Fri 6 Feb 2026", False, True),
            "decision_shared": Stands("met on 5 February 2026"),
        },
        way=(
            Went("report_referral", "referred", "triage", "2026-02-03"),
            Went("decide_not_to_notify", "triage", "not_notified", "2026-02-05"),
        ),
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
    assert "overdue since the end of Mon 2 Feb 2026" in said
    assert "class not_notified here" in mermaid(seen)
    assert re.search(r'"not_notified" \[.*#ffdd00', dot(seen))


def test_what_is_due_stands_in_the_very_box_where_the_case_is_the_late_first():
    page = layout(picture(WORKFLOW, track()))
    [box] = [box for box in page.boxes if box.place and box.place.here]
    due = [row for row in box.rows if row.kind in ("due", "late")]

    assert [" ".join(row.lines) for row in due] == [
        "Notify the national Panel of the incident: overdue since the end of Mon 2 Feb 2026 "
        "(a duty)",
        "Report the event to the safeguarding partners of this area: due Fri 6 Feb 2026 (guidance)",
    ]
    assert [(row.kind, row.mark, row.rank) for row in due] == [
        ("late", "A", "duty"),
        ("due", "C", "guidance"),
    ]
    assert not [row for one in page.boxes if one is not box for row in one.rows if row in due]


def test_each_step_of_the_way_of_a_case_has_its_number_and_its_day():
    page = layout(picture(WORKFLOW, track()))
    came = {box.id: row for box in page.boxes for row in box.rows if row.kind == "came"}

    assert {name: (row.mark, *row.lines) for name, row in came.items()} == {
        "triage": ("1", "Tue 3 Feb 2026"),
        "not_notified": ("2", "Thu 5 Feb 2026"),
    }
    told = [line for words in page.told for line in words.lines]
    at = [number for number, line in enumerate(told) if line.rank == "way"]
    assert [told[number].mark for number in at] == ["1", "2"]
    assert told[at[0]].text.startswith("Tue 3 Feb 2026: Report the referral")
    said = " ".join(line.text for line in told)
    assert "Call a meeting (last on 4 February 2026)" in said
    assert "Plan a way of sharing the learning" not in said


def test_a_timescale_that_has_not_started_is_not_drawn_on_a_case_and_one_that_is_over_is_thin():
    seen = picture(WORKFLOW, track())
    drawn = svg(seen)

    assert {bar.clock.id for bar in layout(seen).bars} == {
        "notification",
        "report_to_partners",
        "decision_shared",
    }
    assert "Not drawn: 19 that have not started." in text_of(drawn)
    [thin] = re.findall(r'<path class="bar [^>]*over"[^>]*><title>([^<]*)', drawn)
    assert thin.startswith("H Share the decision and its rationale")
    assert thin.endswith(": met on 5 February 2026")


def test_the_way_of_a_case_has_a_colour_that_no_source_of_a_timescale_has():
    colours = dict(re.findall(r"^\.(taken|bar-\w+) \{ stroke: (#\w+)", STYLE, re.M))

    assert len(colours) == 4
    assert len({*colours.values()}) == 4


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("paper", ["#ffffff", "#fbfbfb", "#f3f2f1", "#e3f2e9"])
def test_letters_and_lines_stand_out_from_whatever_they_are_on(paper):
    letters = ("#0b0c0c", "#505a5f", "#00573a", "#942514")
    assert all(ink in STYLE for ink in letters)
    assert all(contrast(ink, paper) >= 4.5 for ink in letters)
    for mark in re.findall(r"^\.mark\.(?:duty|guidance|way) \{ fill: (#\w+)", STYLE, re.M):
        assert contrast("#ffffff", mark) >= 4.5
    for line in re.findall(r"^\.(?:bar-\w+|back|line|main|taken) \{.*stroke: (#\w+)", STYLE, re.M):
        assert contrast(line, paper) >= 3
    assert contrast("#7a1a0c", "#ffdd00") >= 4.5


def test_what_stands_behind_a_timescale_is_told_by_shape_and_in_words_too():
    drawn = svg(picture(WORKFLOW))

    assert '<rect class="mark duty"' in drawn
    assert '<circle class="mark guidance"' in drawn
    assert '<circle class="mark local"' in drawn
    for rank in ("square: a duty", "round: guidance", "ring: the partnership's own"):
        assert rank in text_of(drawn)


def test_pointing_at_a_box_shows_its_steps_and_where_they_lead_without_a_script():
    root = ET.fromstring(svg(picture(WORKFLOW)))
    [style] = [one.text for one in root.iter(f"{SVG}style")]
    groups = {one.get("id"): one for one in root.iter(f"{SVG}g")}

    assert ".holder:hover .line" in style
    assert ":is(#place-dissemination .box, #place-ready_to_close .box)" in style
    for name, place in picture(WORKFLOW).places.items():
        title = groups[f"place-{name}"].find(f"{SVG}title").text
        assert title.split("\n")[0] == place.title
        assert all(f"{step.title}: to “" in title for step in place.steps)
    away = groups["place-submitted"].findall(f"{SVG}path")
    assert "Begin a local learning review" in {one.find(f"{SVG}title").text for one in away}


def test_the_picture_fills_a_sheet_of_a3_when_printed_and_names_the_words_that_say_the_same():
    drawn = svg(picture(WORKFLOW))

    assert "@page { size: A3 landscape;" in drawn
    desc = ET.fromstring(drawn).find(f"{SVG}desc").text
    assert "casetrail workflow describe" in desc
    assert re.match(r'<svg [^>]*viewBox="0 0 (\S+) (\S+)" width="\1" height="\2">', drawn)
